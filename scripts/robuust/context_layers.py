"""Context layers: barriers, crossings, land cover, nature areas, plans, parcels, ..."""

from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from robuust.balance import (
    join_layers,
    mark,
    no_reasons,
    original_as_json,
    quarantine,
)
from robuust.habitat_geometry import (
    identify,
    near_area,
    repair_lines,
    repair_polygons,
)
from robuust.habitat_parts import match_codes, unknown_code_words
from robuust.layer_places import place_layer
from robuust.sources import (
    clean_text,
    find_column,
    read_flags,
    read_numbers,
    source_words,
)

# Per kind of layer: its id column, then its other columns and their types. A column
# is filled from the option `<column>_column`, some with a constant of the source.
CONTEXT_TYPES = {
    "barriers": {"barrier_id": "str", "source": "str", "barrier": "str"},
    "crossings": {"crossing_id": "str", "source": "str", "name": "str"},
    "land_cover": {"land_cover_id": "str", "source": "str", "land_cover": "str"},
    "nature_areas": {"nature_area_id": "str", "name": "str", "manager": "str"},
    "plans": {"plan_id": "str", "name": "str", "year": "Int64"},
    "candidates": {
        "candidate_id": "str",
        "name": "str",
        "code": "str",
        "share": "float64",
        "cost_eur": "float64",
        "excluded": "bool",
        "must_have": "bool",
        "forbidden": "bool",
        "owner": "str",
        "ready_year": "Int64",
    },
    "report_units": {"unit_id": "str", "level": "str", "name": "str"},
    "changes": {  # of a scenario; read by lay_changes
        "change_id": "str",
        "source": "str",
        "name": "str",
        "code": "str",
        "share": "float64",
        "cost_eur": "float64",
        "year": "Int64",
    },
}
_OPTIONS = {"cost_eur": "cost"}  # where the option is not called as the column
_CONSTANTS = ("barrier", "code", "level")  # options that hold for the whole source
_REQUIRED = {
    "barriers": "barrier",
    "candidates": "code",
    "changes": "code",
    "land_cover": "land_cover",
}
_WITHIN = ("report_units", "changes")  # of use only where they meet the study area
_MIN_AREA_M2 = 0.01  # of context polygons: what is smaller is a drawing error
_YEARS = (1800, 2500)


@dataclass(frozen=True)
class ScreenedArea:
    """One source of the study area after the checks of its own rows."""

    polygons: np.ndarray
    kept: pd.Series  # name of the source, once per polygon
    quarantined: gpd.GeoDataFrame
    notes: list  # (source, reason, rows) of rows kept but changed


def screen_context(
    layer,
    source,
    kind,
    area,
    *,
    crs,
    max_distance_m,
    known_codes=(),
    refuse_unknown_codes=False,
    known_covers=(),
    crossing_width_m=1.0,
):
    """Check, repair and rename one context layer.

    Parameters
    ----------
    layer : GeoDataFrame
        As read.
    source : dict
        Its entry in the settings.
    kind : str
        Key of ``CONTEXT_TYPES``.
    area : Polygon or MultiPolygon
        The study area, in ``crs``.
    crs : pyproj.CRS
        System of the analysis.
    max_distance_m : float
        Features farther from the area are left out [m]. Report units and planned
        changes are left out when they do not meet the area.
    known_codes : iterable of str
        Habitat codes of the tables, for candidates and planned changes.
    refuse_unknown_codes : bool
        Stop at a candidate whose code is in no table, instead of setting it apart.
    known_covers : iterable of str
        Kinds of land cover of the tables.
    crossing_width_m : float
        Width of the opening round a crossing that is a point or a line [m].

    Returns
    -------
    kept : GeoDataFrame
        Columns of ``CONTEXT_TYPES[kind]`` and geometry.
    quarantined : GeoDataFrame
    notes : list of (str, str, int)
        Source, reason and number of rows kept but changed.

    Raises
    ------
    ValueError
        If the reference system or a column is missing, the numbers cannot be in
        their system, or a code is unknown and unknown codes are refused.
    """
    placed = place_layer(
        layer, source, crs=crs, area=area, max_distance_m=max_distance_m
    )
    table, shapes = placed.table, placed.geometry
    changed = np.zeros(len(table), dtype=bool)
    if kind == "barriers":
        reasons = repair_lines(shapes)
    else:
        if kind == "crossings":
            shapes = _openings(shapes, crossing_width_m)
        shapes, reasons, changed = repair_polygons(shapes, min_area_m2=_MIN_AREA_M2)
    reasons = placed.reasons.fillna(reasons)
    reach_m = 0 if kind in _WITHIN else max_distance_m
    reasons = mark(reasons, ~near_area(shapes, area, reach_m), "outside_area")
    values, details = _values(table, source, kind)
    reasons = mark(reasons, details.notna(), "impossible_value")
    if kind in _REQUIRED:
        missing = values[_REQUIRED[kind]].isna()
        reasons = mark(reasons, missing, f"missing_{_REQUIRED[kind]}")
    if kind in ("candidates", "changes"):
        known = _known_codes(values["code"], known_codes)
        unknown = values["code"].notna() & known.isna()
        if refuse_unknown_codes and unknown.any():
            listed = pd.DataFrame({"row": values.index, "text": values["code"]})
            raise ValueError(unknown_code_words(listed[unknown], source_words(source)))
        reasons = mark(reasons, unknown, "unknown_habitat_code")
        details = details.mask(unknown, "code: " + values["code"])
        values["code"] = known
    if kind == "land_cover":
        unknown = values["land_cover"].notna() & ~values["land_cover"].isin(
            list(known_covers)
        )
        reasons = mark(reasons, unknown, "unknown_land_cover")
        details = details.mask(unknown, "land_cover: " + values["land_cover"])
    told = partial(_meaning, table, values)
    ids, reasons = identify(table, shapes, reasons, source, told)
    kept = reasons.isna().to_numpy()
    usable = _context_layer(values, ids, shapes, kind, source, crs)[kept]
    apart = quarantine(source["name"], table, reasons, details, shapes, crs)
    notes = [(source["name"], "repaired_geometry", int((changed & kept).sum()))]
    return usable.reset_index(drop=True), apart, notes


def _meaning(table, values, rows):
    """Tell what a layer says of some rows: what is used of it, then all columns."""
    return tuple(original_as_json(frame.iloc[rows]) for frame in (values, table))


def _context_layer(values, ids, shapes, kind, source, crs):
    """Columns of the kind; a feature without a name is called by its id."""
    id_column = next(iter(CONTEXT_TYPES[kind]))
    values = values.assign(**{id_column: ids, "source": source["name"]})
    if "name" in values:
        values["name"] = values["name"].fillna(pd.Series(ids, dtype="str"))
    values = values[list(CONTEXT_TYPES[kind])].astype(CONTEXT_TYPES[kind])
    return gpd.GeoDataFrame(values, geometry=shapes, crs=crs)


def _values(table, source, kind):
    """Columns of the kind from the options of the source; words on unreadable ones."""
    values = pd.DataFrame(index=table.index)
    unreadable = pd.Series([None] * len(table), dtype="str")
    for column, type_ in list(CONTEXT_TYPES[kind].items())[1:]:
        option = _OPTIONS.get(column, column)
        constant = source.get(column) if column in _CONSTANTS else None
        raw = pd.Series([constant] * len(table), index=table.index, dtype="str")
        if source.get(f"{option}_column"):
            column_name = source[f"{option}_column"]
            raw = table[find_column(table, column_name, source_words(source))]
            if column == "land_cover":
                raw = _renamed(raw, source.get("classes", {}))
        elif column == "land_cover":  # a raster, read with its classes as codes
            raw = table[find_column(table, "code", source_words(source))]
        values[column], bad = _read(raw, column, type_)
        words = f"{option}: " + clean_text(raw)
        unreadable = unreadable.mask(unreadable.isna() & bad, words)
    return values, unreadable


def _openings(shapes, width_m):
    """Polygons of crossings: points and lines get a width, polygons stay."""
    drawn = shapely.get_dimensions(shapes) == 2
    return np.where(drawn, shapes, shapely.buffer(shapes, width_m / 2))


def _renamed(raw, classes):
    """Texts of a layer as the settings call them; those without a name as they are."""
    texts = clean_text(raw)
    names = {str(text): name for text, name in classes.items()}
    return texts.map(names).fillna(texts)


def _read(raw, column, type_):
    if type_ == "bool":
        return read_flags(raw)
    if type_ == "str":
        return clean_text(raw), pd.Series(False, index=raw.index)
    numbers, bad = read_numbers(raw)
    if type_ == "Int64":
        bad |= numbers.notna() & ~(numbers.between(*_YEARS) & (numbers % 1 == 0))
        return numbers.mask(bad).astype("Int64"), bad
    bad |= numbers < 0
    if column == "share":
        bad |= (numbers == 0) | (numbers > 1)
        numbers = numbers.fillna(1.0)
    return numbers, bad


def _known_codes(codes, known_codes):
    """Codes as the tables spell them; uncertain and combined ones count as unknown."""
    matches = match_codes(codes, known_codes)
    whole = matches[(matches["weight"] == 1) & matches["code"].notna()]
    spelled = codes.map(dict(zip(whole["text"], whole["code"], strict=True)))
    return spelled.astype("str")


def join_context(kept, kind, crs):
    """All sources of one kind in one layer, sorted by id.

    Parameters
    ----------
    kept : sequence of GeoDataFrame
        As `screen_context` gives them; may be empty.
    kind : str
        Key of ``CONTEXT_TYPES``.
    crs : pyproj.CRS

    Returns
    -------
    GeoDataFrame
    """
    types = CONTEXT_TYPES[kind]
    layer = join_layers(kept, types, crs)
    return layer.sort_values(next(iter(types)), ignore_index=True)


def whole_area_unit(area, title, crs):
    """Make the one report unit of a run without report units: the study area.

    Parameters
    ----------
    area : Polygon or MultiPolygon
    title : str
        Name of the unit.
    crs : pyproj.CRS

    Returns
    -------
    GeoDataFrame
    """
    unit = {"unit_id": ["area"], "level": ["area"], "name": [title]}
    return gpd.GeoDataFrame(pd.DataFrame(unit).astype("str"), geometry=[area], crs=crs)


def screen_study_area(layer, source, *, crs):
    """Repaired polygons of a study area, with the rows that cannot be used.

    Parameters
    ----------
    layer : GeoDataFrame
        As read.
    source : dict
        Its entry in the settings.
    crs : pyproj.CRS
        System of the analysis.

    Returns
    -------
    ScreenedArea

    Raises
    ------
    ValueError
        If there is no usable polygon.
    """
    placed = place_layer(layer, source, crs=crs)
    table = placed.table
    shapes, reasons, changed = repair_polygons(
        placed.geometry, min_area_m2=_MIN_AREA_M2
    )
    reasons = placed.reasons.fillna(reasons)
    kept = reasons.isna().to_numpy()
    if not kept.any():
        raise ValueError(
            f"{source_words(source)}: a study area needs at least one polygon; of"
            f" its {len(table)} features none is a usable one."
        )
    apart = quarantine(
        source["name"], table, reasons, no_reasons(len(table)), shapes, crs
    )
    notes = [(source["name"], "repaired_geometry", int((changed & kept).sum()))]
    names = pd.Series([source["name"]] * int(kept.sum()), dtype="str")
    return ScreenedArea(shapes[kept], names, apart, notes)


def study_area_layer(areas, crs):
    """One feature that covers all polygons of a study area.

    Parameters
    ----------
    areas : sequence of ScreenedArea
        Not empty.
    crs : pyproj.CRS

    Returns
    -------
    GeoDataFrame
        One row; the same whatever the order of the polygons.
    """
    polygons = np.concatenate([found.polygons for found in areas])
    drawn = shapely.to_wkb(polygons, output_dimension=2)
    polygons = polygons[np.argsort(np.asarray(drawn, dtype=object), kind="stable")]
    return gpd.GeoDataFrame(geometry=[shapely.union_all(polygons)], crs=crs)
