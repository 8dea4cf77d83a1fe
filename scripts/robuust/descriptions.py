"""An unknown file in words: what it is, what is in it, and how to read it."""

import textwrap

import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from robuust.file_starts import frequent_texts
from robuust.habitat_parts import habitat_parts, match_codes
from robuust.place_guesses import ANALYSIS, as_given, system_words
from robuust.record_columns import UNREADABLE
from robuust.settings_lines import FILL_IN, settings_text
from robuust.source_guesses import guess_source
from robuust.taxonomy import match_names

_WIDTH = 80
_EXAMPLES, _EXAMPLE_WIDTH = 3, 24
_MANY_COLUMNS, _MANY_LAYERS, _MANY_UNKNOWN = 60, 30, 10
_NAME_WIDTH = 26
_NEARLY = 0.9  # readings that put so many of the best one's places are named too
_LIKENESS = 0.85  # of habitat codes: one slip in four signs
_DELIMITERS = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars"}
_FORMS = {
    "geopackage": "GeoPackage",
    "shapefile": "Shapefile",
    "flatgeobuf": "FlatGeobuf",
    "geoparquet": "GeoParquet",
    "geojson": "GeoJSON",
    "filegdb": "File Geodatabase",
    "postgis": "PostGIS database",
    "raster": "raster",
    "text": "text table",
    "spreadsheet": "spreadsheet",
    "darwin_core": "Darwin Core archive",
}


def describe(start, tables):
    """Describe an unknown file, and write the settings that would read it.

    Parameters
    ----------
    start : FileStart
    tables : Tables
        What the project knows.

    Returns
    -------
    str
        Plain text in 80 columns (a setting may be longer). Where the file can be a
        source, the last part is YAML that begins with ``sources:``.
    """
    guess = guess_source(start, tables)
    parts = [
        [_shown(start.path, 10 * _WIDTH)],
        _file_part(start),
        _layers_part(start),
        _columns_part(start, guess),
        _values_part(start),
        _guess_part(guess),
        _places_part(start, guess),
        _names_part(start, guess, tables),
        _codes_part(start, guess, tables),
        _lines_part(guess),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _heading(text):
    return [text, "-" * len(text)]


def _sentence(text):
    return textwrap.wrap(text, _WIDTH)


# --- The file


def _file_part(start):
    rows = _heading("The file")
    form = f"{_FORMS[start.kind]}, told by its content"
    if start.encoding:
        cut = _DELIMITERS.get(start.delimiter, repr(start.delimiter))
        form += f"; {start.encoding}, cells cut by {cut}"
    rows.append(f"form  {form}")
    if start.size_bytes is not None:
        rows.append(f"size  {_size(start.size_bytes)}")
    rows += [f"      {text}" for text in start.about]
    if start.kind != "raster":
        rows.append(f"rows  {_rows(start)}")
    if UNREADABLE in start.table.column_names:
        bad = start.table.num_rows - start.table[UNREADABLE].null_count
        rows += _sentence(
            f"{_counted(bad, 'row')} of these cannot be cut into as many cells as there"
            " are columns; a run sets them apart."
        )
    return rows


def _rows(start):
    looked = f"{start.table.num_rows:,}"
    if start.whole:
        return looked
    if start.rows is None:
        return f"more than {looked}; looked at the first {looked}"
    about = "" if start.exact else "about "
    return f"{about}{start.rows:,}; looked at the first {looked}"


def _size(n):
    for unit in ("bytes", "kB", "MB"):
        if n < 1000:
            return f"{n:.3g} {unit}"
        n /= 1000
    return f"{n:,.3g} GB"


def _layers_part(start):
    if len(start.layers) < 2:
        return []
    rows = _heading(f"Its {len(start.layers)} layers")
    for name, (geometry, features) in list(start.layers.items())[:_MANY_LAYERS]:
        count = "" if features is None else f"{features:,} features"
        mark = "  <- below" if name == start.layer else ""
        kind = _shown((geometry or "no geometry").capitalize(), 12)
        rows.append(f"{_shown(name, 30):<30}  {kind:<12}  {count:>18}{mark}".rstrip())
    if len(start.layers) > _MANY_LAYERS:
        rows.append(f"and {len(start.layers) - _MANY_LAYERS} more")
    return [*rows, "For another one add LAYER=<its name>."]


def _columns_part(start, guess):
    if not guess.columns:
        return []
    rows = _heading(f"Its {_counted(len(guess.columns), 'column')}")
    kinds = {"whole": "whole nr", "number": "number"}
    for column in list(guess.columns.values())[:_MANY_COLUMNS]:
        texts = frequent_texts(column, _EXAMPLES).index
        examples = " | ".join(_shown(text, _EXAMPLE_WIDTH) for text in texts)
        name = _shown(column.name, _NAME_WIDTH)
        kind = kinds.get(column.kind, column.kind)
        filled = _share(column.filled)
        row = f"{name:<{_NAME_WIDTH}}  {kind:<8}  {filled:>5}  {examples}"
        rows.append(_shown(row, _WIDTH).rstrip())
    if len(guess.columns) > _MANY_COLUMNS:
        names = list(guess.columns)[_MANY_COLUMNS:]
        rows += _sentence(f"and {len(names)} more: {_shown(', '.join(names), 600)}")
    return rows


def _counted(n, thing):
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def _share(share):
    """Percent, never rounded to all or nothing."""
    if 0 < share < 0.01:
        return "<1 %"
    return f"{min(int(share * 100), 99) if share < 1 else 100} %"


def _shown(text, width):
    """Text for the screen: no control signs, and not too long."""
    text = "".join(sign if sign.isprintable() else "·" for sign in str(text))
    return text if len(text) <= width else f"{text[: width - 2]}.."


def _values_part(start):
    if not start.values:
        return []
    rows = _heading("Its values")
    for value, share in list(start.values.items())[:_MANY_UNKNOWN]:
        rows.append(f"{value:>12g}  {share:.2%} of the cells")
    if len(start.values) > _MANY_UNKNOWN:
        rows.append(f"and {len(start.values) - _MANY_UNKNOWN} more values")
    if not start.whole:
        rows.append("in parts spread over the raster; rare values may be missing")
    return rows


# --- What it may be


def _guess_part(guess):
    rows = [*_heading("What it may be"), *_sentence(_first_up(guess.why) + ".")]
    for fit in guess.presets:
        columns = ", ".join(fit.columns)
        chosen = "" if fit is guess.presets[0] else " fits too"
        rows += _sentence(f"Preset {fit.preset}{chosen}: it has columns {columns}.")
    if guess.found:
        for name, found in guess.found.items():
            column = _shown(found.column, _NAME_WIDTH)
            row = f"  {name:<14} {column:<{_NAME_WIDTH}} {found.why}"
            rows += textwrap.wrap(row, _WIDTH, subsequent_indent=44 * " ")
    vague = {"uncertainty_m", "area_m2", "radius_m"}.isdisjoint(guess.found)
    if guess.kind == "records" and vague:
        rows += _sentence(
            "No column tells how sure a place is [m]. If you know it, add for instance"
            " constants: {uncertainty_m: 100}."
        )
    return rows


def _first_up(text):
    return text[:1].upper() + text[1:]


def _places_part(start, guess):
    if not guess.readings:
        return []
    rows = [*_heading("Coordinates"), *_sentence(_says(start, guess))]
    if not guess.readings[0].places:
        return [*rows, "No row has a place."]
    asis = as_given(guess.readings, guess.given_crs)
    if asis is not None:
        rows += _sentence(f"So read, {_fit_words(asis)}.")
    best = guess.reading
    if best is None:
        words = "No other reading puts most places in these countries."
        return [*rows, *_sentence(words)]
    if best is not asis:
        fits = [r for r in guess.readings if r.fitting >= _NEARLY * best.fitting]
        for reading in [best, *(r for r in fits if r is not best and not r.swap)]:
            turned = ", x and y swapped" if reading.swap else ""
            words = f"As {system_words(reading.crs)}{turned}, {_fit_words(reading)}."
            rows += _sentence(words)
    code = ANALYSIS[best.country]
    return [*rows, *_sentence(f"For an analysis there, crs: {code} is usual.")]


def _says(start, guess):
    """Who names the coordinate system, and which."""
    given = guess.given_crs
    if given is None:
        if start.crs is None:
            return "The file names no coordinate system."
        return "The file names a system that does not say where on earth it lies."
    who = "The file says"
    if start.crs is None:
        own = "crs" in guess.source and guess.presets
        who = "The preset says" if own else "The columns are of Darwin Core, so"
    return f"{who}: {system_words(given)}."


def _fit_words(reading):
    if not reading.fitting:
        return "no place lies in or near Flanders or the Netherlands"
    found = [
        f"{rows:,} in or near {country}"
        for country, rows in sorted(reading.inside.items(), key=lambda item: -item[1])
        if rows
    ]
    return f"of {_counted(reading.places, 'place')} {', '.join(found)}"


# --- Names and codes


def _names_part(start, guess, tables):
    if guess.kind != "records" or "species" not in guess.found:
        return []
    column = guess.columns[guess.found["species"].column]
    counts = frequent_texts(column)
    if counts.empty:
        return []
    found = match_names(counts.index.to_series(), tables.species)
    known = found["species"].notna().to_numpy()
    unknown = [
        (text, n, proposal)
        for text, n, proposal in zip(
            counts.index[~known], counts[~known], found["proposal"][~known], strict=True
        )
    ]
    return _known_part("names of species", counts, known, unknown, "species.csv")


def _codes_part(start, guess, tables):
    if guess.kind != "habitat" or start.kind == "raster":
        return []
    if not {"parts", "code_column"} & guess.source.keys():
        return []
    table = start.table.to_pandas(ignore_metadata=True)
    parts = habitat_parts(table, guess.source, "the file")
    counts = parts["code"].value_counts()
    if counts.empty:
        return []
    matches = match_codes(counts.index, tables.known_codes)
    bad = set(matches.loc[matches["code"].isna(), "text"])
    known = ~counts.index.isin(list(bad))
    unknown = [
        (text, n, _near_code(text, tables.known_codes))
        for text, n in counts[~known].items()
    ]
    return _known_part("habitat codes", counts, known, unknown, "habitat_types.csv")


def _near_code(text, known_codes):
    found = process.extractOne(
        text.casefold(),
        {code: code.casefold() for code in known_codes if not code.endswith("*")},
        scorer=JaroWinkler.normalized_similarity,  # the first signs count most
        score_cutoff=_LIKENESS,
    )
    return found[2] if found else None


def _known_part(things, counts, known, unknown, table):
    rows = _heading(_first_up(things))
    rows += _sentence(
        f"{known.sum():,} of {len(counts):,} {things} are known (in config/{table});"
        f" they stand in {counts[known].sum():,} of {counts.sum():,} filled cells."
    )
    if unknown:
        rows.append("Not known, the most frequent first:")
    for text, n, proposal in unknown[:_MANY_UNKNOWN]:
        near = "" if pd.isna(proposal) else f"  perhaps {proposal}"
        rows.append(f"{n:>8,} x  {_shown(text, 34):<34}{near}".rstrip())
    if len(unknown) > _MANY_UNKNOWN:
        rows.append(f"           and {len(unknown) - _MANY_UNKNOWN:,} more")
    return rows


# --- The lines to paste


def _lines_part(guess):
    if guess.kind is None:
        return []
    rows = _heading("Lines for your settings")
    text = settings_text(guess.kind, guess.lines)
    if FILL_IN in text or FILL_IN.lower() in text:
        rows.append(f"Put what you know in the place of {FILL_IN}.")
    rows += ["", text]
    if guess.other:
        kind, lines, when = guess.other
        rows += [f"# Or, {when}:", settings_text(kind, lines, commented=True)]
    return rows
