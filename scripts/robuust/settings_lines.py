"""Lines of settings to paste: YAML, with the reason of each guess behind it."""

import re
from dataclasses import dataclass

import yaml

FILL_IN = "FILL_IN"  # what only the user knows; a run refuses it or finds no use for it
_WIDTH = 80
_PLAIN = re.compile(r"[A-Za-z_/.][A-Za-z0-9_/.-]*|EPSG:\d+")


@dataclass(frozen=True)
class Line:
    """One setting of a source."""

    key: str
    value: object  # text, or a dict of texts
    why: object = None  # why it was guessed; of a dict a reason for each key


def settings_text(kind, lines, *, commented=False):
    """Write a source as lines of settings.

    Parameters
    ----------
    kind : str
        Section under ``sources``: habitat, records, study_area ...
    lines : list of Line
    commented : bool
        Put a # before each line, for a second choice.

    Returns
    -------
    str

    Examples
    --------
    >>> lines = [Line("name", "map"), Line("code", "4010", "?")]
    >>> print(settings_text("habitat", lines))
    sources:
      habitat:
        - name: map
          code: "4010"  # ?
    """
    rows = [("sources:", None), (f"  {kind}:", None)]
    for k, line in enumerate(lines):
        start = "      " if k else "    - "
        if isinstance(line.value, dict):
            rows.append((f"{start}{line.key}:", None))
            why = line.why or {}
            rows += [
                (f"        {key}: {quoted(value)}", why.get(key))
                for key, value in line.value.items()
            ]
        else:
            rows.append((f"{start}{line.key}: {quoted(line.value)}", line.why))
    texts = [text for row, why in rows for text in _with_reason(row, why)]
    if commented:
        texts = [f"# {text}" for text in texts[1:]]
    return "\n".join(texts)


def _with_reason(row, why):
    """Put a reason behind its line or, where that grows too long, above it."""
    if why is None:
        return [row]
    whole = f"{row}  # {why}"
    if len(whole) <= _WIDTH:
        return [whole]
    indent = " " * (len(row) - len(row.lstrip(" -")))
    return [f"{indent}# {why}", row]


def quoted(text):
    """Write a value so that YAML reads it as the same text.

    Parameters
    ----------
    text : str, bool, number or list of str

    Returns
    -------
    str

    Examples
    --------
    >>> quoted("data/map.gpkg"), quoted("4010"), quoted("no"), quoted(True)
    ('data/map.gpkg', '"4010"', '"no"', 'true')
    """
    if isinstance(text, bool):
        return str(text).lower()
    if isinstance(text, int | float):
        return f"{text:.15g}"
    if isinstance(text, list):
        return f"[{', '.join(quoted(word) for word in text)}]"
    if _PLAIN.fullmatch(text) and yaml.safe_load(text) == text:
        return text
    words = yaml.safe_dump(
        text, default_style='"', width=float("inf"), allow_unicode=text.isprintable()
    )
    return words.rstrip("\n")
