"""What an unknown file may be as a source, and the settings that would read it."""

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePath

import pandas as pd

from robuust.column_guesses import (
    Guess,
    code_column,
    date_columns,
    date_order,
    fitting_presets,
    other_columns,
    place_columns,
    species_column,
    usual_names,
)
from robuust.file_starts import read_columns
from robuust.place_guesses import place_lines, placed
from robuust.presets import complete_source
from robuust.record_columns import find_columns
from robuust.settings_lines import FILL_IN, Line

_UNITS = {  # words in the name of a file, and the kind of unit that they tell of
    "province": r"prov",
    "municipality": r"munic|gemeent|commune",
    "ecoregion": r"eco",
    "square": r"utm|grid|hok|raster",
    "unit": r"regio|district|beheer",
}
_AREA_WORDS = re.compile(r"gebied|area|studie|study|perimeter|grens|afbakening", re.I)
_NAME_WORDS = re.compile(r"naam|name|nom\b|label", re.I)
_FEW_UNITS = 1000
_NEEDED = ("species", "x", "y")
_DEGREES = "EPSG:4326"
_FILL_CODE = "which habitat code is it? see config/habitat_types.csv"


@dataclass(frozen=True)
class SourceGuess:
    """What an unknown file may be."""

    kind: str | None  # section under ``sources``; None when it is no source
    why: str  # a sentence
    columns: dict  # name to Column, as `read_columns` gives them
    lines: list = field(default_factory=list)  # of the settings
    other: tuple | None = None  # a second choice: kind, lines, and when
    presets: list = field(default_factory=list)  # that fit, the best first
    found: dict = field(default_factory=dict)  # our field to Guess
    source: dict = field(default_factory=dict)  # the lines, completed by the preset
    given_crs: object = None  # what the file or its preset says
    readings: list = field(default_factory=list)  # of the coordinates
    reading: object = None  # the one that the lines lead to; None when none fits


@dataclass(frozen=True)
class Tables:
    """What the project knows, to compare a file with."""

    presets: dict  # name to content
    species: pd.DataFrame
    known_codes: pd.Series


def guess_source(start, tables):
    """Guess what a file is, and the settings that would read it.

    Parameters
    ----------
    start : FileStart
    tables : Tables

    Returns
    -------
    SourceGuess
        Every value that only the user can know is `FILL_IN`.
    """
    columns = read_columns(start.table)
    if start.kind == "raster":
        return _raster(start, columns)
    fitting = fitting_presets(start.table.column_names, tables.presets)
    fitting = [f for f in fitting if _may_be(tables.presets[f.preset]["kind"], start)]
    kind = tables.presets[fitting[0].preset]["kind"] if fitting else None
    if kind == "habitat":
        return _habitat_by_preset(start, columns, fitting, tables)
    usual = usual_names({n: p for n, p in tables.presets.items() if _of_records(p)})
    found = {} if fitting else _record_columns(start, columns, usual, tables)
    if kind == "records" or _holds_records(start, found):
        return _records(start, columns, fitting, found, usual, tables)
    if start.geometry == "polygons":
        return _polygons(start, columns, tables)
    if start.geometry == "lines":
        barrier = Line("barrier", FILL_IN.lower(), "which kind? see barrier_types.csv")
        why = "lines: perhaps barriers (roads, fences)"
        return _map_layer(start, columns, "barriers", [barrier], why)
    lacking = _lacking(start, found)
    why = f"no source of this project: no column looks like {lacking}"
    if not start.table.num_rows:
        why = "it has no rows, so nothing can be told"
    found = {field: guess for field, guess in found.items() if field in _NEEDED}
    place = placed(start, found_names(found) | _layer_places(start), start.crs, None)
    return SourceGuess(None, why, columns, found=found, **place)


def found_names(found):
    """Column of each of our fields."""
    return {field: guess.column for field, guess in found.items()}


def _of_records(preset):
    return preset["kind"] == "records"


def _may_be(kind, start):
    return kind == "records" or start.geometry == "polygons"


def _lacking(start, found):
    words = {"species": "names of species"}
    if start.geometry is None:
        words |= {"x": "coordinates"}
    return " or ".join(word for name, word in words.items() if name not in found)


# --- Records


def _record_columns(start, columns, usual, tables):
    """Columns that seem to hold what a record needs, by our names."""
    species = species_column(columns, tables.species, usual["species"])
    found = {} if species is None else {"species": species}
    if start.geometry is None:
        known = usual["x"], usual["y"]
        pair = place_columns(columns, start.table, known)
        found |= dict(zip(("x", "y"), pair, strict=True)) if pair else {}
    found |= date_columns(columns, usual)
    others = other_columns(columns, usual)
    taken = {guess.column for guess in found.values()}
    return found | {f: g for f, g in others.items() if g.column not in taken}


def _holds_records(start, found):
    if start.geometry is None:
        return {"species", "x"} <= found.keys()
    dated = {"date", "date_first"} & found.keys()
    # A layer of one species without dates is a map of where it lives.
    return "species" in found and (start.geometry == "points" or bool(dated))


def _records(start, columns, fitting, found, usual, tables):
    lines, source, wanted = source_lines(start), {}, found
    if fitting:
        lines.append(_preset_line(fitting))
        source = complete_source({"preset": fitting[0].preset}, tables.presets)
        there = _found_columns(start, source)
        guessed = _record_columns(start, columns, usual, tables)
        wanted = _lacking_columns(there, guessed)
        found = {f: Guess(c, _of_preset(c)) for f, c in there.items()} | wanted
    names = found_names(wanted)
    source = source | {"columns": source.get("columns", {}) | names}
    there = _found_columns(start, source)
    none = [field for field in _NEEDED if field not in there]
    if names or none:
        why = {field: guess.why for field, guess in wanted.items()}
        why |= dict.fromkeys(none, "no column looks like it")
        lines.append(Line("columns", names | dict.fromkeys(none, FILL_IN), why))
    declared = start.crs
    if declared is None and there.get("x", "").casefold() == "decimallongitude":
        declared = _DEGREES
    place = placed(start, there, declared, source.get("crs"))
    lines += place_lines(place, source.get("crs"))
    lines += _order_lines(columns, there, source)
    why = "records of species" if fitting else "records of species, of no known kind"
    return SourceGuess(
        "records",
        why,
        columns,
        lines,
        presets=fitting,
        found=found,
        source=_completed(lines, tables),
        **place,
    )


def _found_columns(start, source):
    """Columns that a source names and the file has; none is missed."""
    none_missed = {"constants": dict.fromkeys(_NEEDED)}
    return find_columns(start.table.schema, source | none_missed, "the file")


def _lacking_columns(there, guessed):
    """Guesses for what a record needs and the preset does not find."""
    fields = {"species"} - there.keys()
    if not {"x", "y"} <= there.keys():
        fields |= {"x", "y"}
    if not {"date", "date_first"} & there.keys():
        fields |= {"date"}
    return {field: guess for field, guess in guessed.items() if field in fields}


def _of_preset(column):
    if column in ("_point_x", "_point_y", "_radius_m"):
        return "of the shapes themselves"
    return "as the preset says"


def _order_lines(columns, there, source):
    dates = [there[f] for f in ("date", "date_first") if f in there]
    order = date_order(columns[dates[0]]) if dates else None
    if order is None or source.get("date_order") == order:
        return []
    return [Line("date_order", order, "else some of the dates cannot exist")]


# --- Maps


def _habitat_by_preset(start, columns, fitting, tables):
    lines = [*source_lines(start), _preset_line(fitting)]
    says = complete_source({"preset": fitting[0].preset}, tables.presets).get("crs")
    place = placed(start, _layer_places(start), start.crs, says)
    lines += place_lines(place, says)
    return SourceGuess(
        "habitat",
        "a habitat map",
        columns,
        lines,
        presets=fitting,
        source=_completed(lines, tables),
        **place,
    )


def _polygons(start, columns, tables):
    """Take a map of no known kind for habitat, report units or a study area."""
    code = code_column(columns, tables.known_codes)
    if code is not None:
        line = Line("code_column", code.column, code.why)
        found = {"code": code}
        why = "a habitat map of no known kind"
        return _map_layer(start, columns, "habitat", [line], why, found=found)
    units, area = _unit_lines(start, columns), source_lines(start)
    habitat = [Line("code", FILL_IN, _FILL_CODE)]
    name = f"{_stem(start)} {start.layer or ''}"
    if units and _level(name) and (start.rows or _FEW_UNITS) <= _FEW_UNITS:
        why = "polygons with a name each: perhaps report units"
        return _map_layer(start, columns, "report_units", units, why)
    if start.rows == 1 or _AREA_WORDS.search(name):
        why = "polygons without habitat codes: perhaps the study area"
        return _map_layer(start, columns, "study_area", [], why, habitat)
    guess = _map_layer(
        start, columns, "habitat", habitat, "polygons without habitat codes"
    )
    crs = [line for line in guess.lines if line.key == "crs"]
    when = "if it is the study area and no habitat"
    other = ("study_area", [*area, *crs], when)
    return SourceGuess(**{**vars(guess), "other": other})


def _map_layer(start, columns, kind, own, why, habitat=None, found=None):
    """Guess for a layer, with perhaps the lines that would read it as habitat."""
    place = placed(start, _layer_places(start), start.crs, None)
    lines = [*source_lines(start), *own]
    crs = place_lines(place, None)
    other = None
    if habitat:
        lines_of_other = [*source_lines(start), *habitat, *crs]
        other = ("habitat", lines_of_other, "if every polygon is habitat of one type")
    return SourceGuess(
        kind,
        why,
        columns,
        lines + crs,
        other=other,
        found=found or {},
        source={line.key: line.value for line in lines + crs},
        **place,
    )


def _unit_lines(start, columns):
    """Lines that make polygons report units, if a column names each."""
    names = [
        c
        for c in columns.values()
        if c.kind in ("text", "whole") and c.filled == 1 and c.counts.max() == 1
    ]
    if not names:
        return []
    best = max(names, key=_name_likeness)
    level = _level(f"{_stem(start)} {start.layer or ''}") or "unit"
    return [
        Line("level", level, "by the name of the file; one word of your choice"),
        Line("name_column", best.name, "another name in each row"),
    ]


def _name_likeness(column):
    return bool(_NAME_WORDS.search(column.name)), column.kind == "text"


def _level(name):
    found = (level for level, words in _UNITS.items() if re.search(words, name, re.I))
    return next(found, None)


def _raster(start, columns):
    lines = source_lines(start)
    values = [v for v in start.values if v != 0]
    if 0 < len(values) <= 1:
        lines.append(Line("code", FILL_IN, _FILL_CODE))
        if values[0] != 1:
            lines.append(Line("value", float(values[0]), "the one value there is"))
    else:
        codes = {f"{v:.15g}": FILL_IN for v in sorted(values)[:30]} or {"1": FILL_IN}
        why = f"{_FILL_CODE}; remove what is no habitat"
        lines.append(Line("codes", codes, {next(iter(codes)): why}))
    place = placed(start, _layer_places(start), start.crs, None)
    lines += place_lines(place, None)
    return SourceGuess("habitat", "a raster of classes", columns, lines, **place)


# --- Lines that all sources have


def source_lines(start):
    """Name, path and layer of a source.

    Parameters
    ----------
    start : FileStart

    Returns
    -------
    list of Line
    """
    lines = [Line("name", _stem(start), "yours to choose"), Line("path", start.path)]
    if start.layer:
        lines.append(Line("layer", start.layer))
    return lines


def _stem(start):
    """Name for a source, of the letters that a name may have."""
    name = start.layer if len(start.layers) > 1 else None
    if name is None:
        name = PurePath(start.path).name.split(".")[0]
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_-]+", "_", plain).strip("_-") or "source"


def _preset_line(fitting):
    return Line("preset", fitting[0].preset, f"columns {', '.join(fitting[0].columns)}")


def _completed(lines, tables):
    return complete_source({line.key: line.value for line in lines}, tables.presets)


def _layer_places(start):
    there = "_point_x" in start.table.schema.names
    return {"x": "_point_x", "y": "_point_y"} if there else {}
