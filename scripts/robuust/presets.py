"""Presets: what the columns of a well-known kind of file mean, as data."""

from dataclasses import replace

from robuust.problems import Problem, did_you_mean
from robuust.settings import SETTINGS, validate_settings

KINDS = ("habitat", "records")  # kinds of presets
# Kinds of sources that may name one, and the kind it must be of.
SOURCES = {"habitat": "habitat", "historic_habitat": "habitat", "records": "records"}
ABOUT = {"preset", "kind", "name_nl", "name_en", "about", "recognise"}
MERGED = {"columns", "constants", "quality_words"}  # key by key, the user's win
CODE_KEYS = {"parts", "code_column", "code", "codes"}  # ways to say the habitat code


def complete_source(source, presets):
    """Fill the entry of a source with what its preset says.

    The user's own keys win. `columns`, `constants` and `quality_words` are merged entry
    by entry. Who says where the habitat code is (`code_column`, `code`, `codes`) gets
    no column model of the preset, but keeps its words.

    Parameters
    ----------
    source : dict
        Entry of ``sources`` in the settings.
    presets : dict of str to dict
        What the settings call a preset, and what stands in its file.

    Returns
    -------
    dict
        A new one, with everything that the file of the preset says about the columns
        and words of a source, but not what it says about itself.

    Examples
    --------
    >>> presets = {"nl": {"kind": "habitat", "parts": [{"code": "Habtype"}]}}
    >>> complete_source({"name": "map", "preset": "nl"}, presets)
    {'name': 'map', 'preset': 'nl', 'parts': [{'code': 'Habtype'}]}
    >>> complete_source({"preset": "nl", "code_column": "TYPE"}, presets)
    {'preset': 'nl', 'code_column': 'TYPE'}
    """
    preset = _preset_of(source, presets) or {}
    filled = dict(source)
    own_code = CODE_KEYS & source.keys()
    for key, value in preset.items():
        if key in ABOUT or (own_code and key in CODE_KEYS):
            continue
        if key in MERGED:
            filled[key] = value | (source.get(key) or {})
        else:
            filled.setdefault(key, value)
    return filled


def named_presets(config):
    """Every preset that the settings name, with the place of the first source.

    Parameters
    ----------
    config : dict
        The settings; parts of the wrong shape name nothing.

    Returns
    -------
    dict of str to str
        Preset and key of the settings.

    Examples
    --------
    >>> named_presets({"sources": {"habitat": [{"name": "map", "preset": "bwk"}]}})
    {'bwk': 'sources.habitat[map].preset'}
    """
    named = {}
    for kind, source in _entries(config):
        if isinstance(source.get("preset"), str):
            place = f"sources.{kind}[{source.get('name')}].preset"
            named.setdefault(source["preset"], place)
    return named


def is_preset_file(name):
    """Tell whether a preset is named by the path of a file.

    Examples
    --------
    >>> is_preset_file("my_preset.yaml"), is_preset_file("bwk")
    (True, False)
    """
    return name.lower().endswith((".yaml", ".yml"))


def check_presets(config, presets, schema, *, shipped):
    """Find what is wrong with the presets of a run.

    Parameters
    ----------
    config : dict
        The settings.
    presets : dict of str to object
        Every preset that the settings name and whose file is there: its name in the
        settings, and what stands in the file.
    schema : dict
        What the file of a preset may say.
    shipped : iterable of str
        Names of the presets of this project.

    Returns
    -------
    list of Problem
        Presets that are unknown, broken, or of another kind than their source.
    """
    shipped, problems = sorted(shipped), []
    for name, place in named_presets(config).items():
        if name not in presets and not is_preset_file(name):
            message = (
                f"there is no preset '{name}'{did_you_mean(name, shipped)} (there are:"
                f" {', '.join(shipped)}); correct the name, or give the path of a file"
                " of your own, which ends in .yaml"
            )
            problems.append(Problem(SETTINGS, None, place, message))
    for name, preset in presets.items():
        if not isinstance(preset, dict):
            message = "found no keys; a preset is a YAML file of keys and values"
            problems.append(Problem(name, None, "", message))
            continue
        found = validate_settings(preset, schema)
        problems += [replace(problem, file=_file(name)) for problem in found]
    return problems + _wrong_kinds(config, presets)


def _wrong_kinds(config, presets):
    """Find sources that name a preset for another kind of source."""
    problems = []
    for kind, source in _entries(config):
        preset = _preset_of(source, presets)
        told = preset.get("kind") if isinstance(preset, dict) else None
        if told in KINDS and told != SOURCES[kind]:
            place = f"sources.{kind}[{source.get('name')}].preset"
            message = (
                f"the preset '{source['preset']}' is for {told}, not for {kind}; put"
                f" the source under {told}, or choose another preset"
            )
            problems.append(Problem(SETTINGS, None, place, message))
    return problems


def _preset_of(source, presets):
    """Give what stands in the preset of a source; None where it names none.

    A list or mapping in its place is left to the schema of the settings.
    """
    name = source.get("preset")
    return presets.get(name) if isinstance(name, str) else None


def _entries(config):
    """Kind and entry of every source that may name a preset."""
    sections = config.get("sources")
    for kind in SOURCES if isinstance(sections, dict) else ():
        entries = sections.get(kind)
        for source in entries if isinstance(entries, list) else ():
            if isinstance(source, dict):
                yield kind, source


def _file(name):
    """Path of the file of a preset, as the reader of a message knows it."""
    return name if is_preset_file(name) else f"config/presets/{name}.yaml"
