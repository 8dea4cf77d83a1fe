"""State of each habitat type, in the terms of the Habitats Directive."""

import numpy as np
import pandas as pd
import shapely

from robuust.polygons import HA, overlap_areas

RANGE_CELL_M = 10_000.0
GOOD_QUALITY = 0.99  # quality 1 is good; anything the map calls less is not
STATE_COLUMNS = {
    "code": "str",
    "name_nl": "str",
    "name_en": "str",
    "range_cells_10km": "int64",
    "area_ha": "float64",
    "good_quality_share": "float64",
    "robust_share": "float64",
    "area_change_ha": "float64",
}


def habitat_state(habitat, parts, habitat_types, outlines, *, earlier=None):
    """Range, area, quality and robustness of each habitat type on the map.

    Parameters
    ----------
    habitat : GeoDataFrame
        polygon_id and polygons that do not overlap, in a projected CRS [m].
    parts : DataFrame
        polygon_id, code, share (0 to 1), quality (0 to 1).
    habitat_types : DataFrame
        code, name_nl, name_en.
    outlines : array_like of shapely polygons
        The robust areas, which do not overlap.
    earlier : DataFrame, optional
        The result for an earlier run: code, area_ha.

    Returns
    -------
    DataFrame, one row per code, sorted
        code, name_nl, name_en; range_cells_10km (cells of 10 km, aligned to
        multiples of it in the CRS of the map, in which the type has area); area_ha
        (polygon area times share); good_quality_share (of that area, 0 to 1; missing
        when the map names no quality below 1 anywhere, for then it tells nothing);
        robust_share (0 to 1); area_change_ha (missing without an earlier run; a type
        that has gone keeps a row of zero hectares).

    Examples
    --------
    >>> import geopandas as gpd
    >>> field = gpd.GeoDataFrame({"polygon_id": ["p"]},
    ...                          geometry=[shapely.box(9900, 0, 10100, 100)])
    >>> parts = pd.DataFrame({"polygon_id": ["p"], "code": ["4030"], "share": [0.5],
    ...                       "quality": [1.0]})
    >>> names = pd.DataFrame({"code": ["4030"], "name_nl": ["heide"],
    ...                       "name_en": ["heath"]})
    >>> state = habitat_state(field, parts, names, [])
    >>> state[["range_cells_10km", "area_ha", "robust_share"]].to_numpy().tolist()
    [[2.0, 1.0, 0.0]]
    """
    rows = part_areas(habitat, parts, outlines)
    state = rows.groupby("code")[["area_ha", "good_ha", "robust_ha"]].sum()
    before_ha = pd.Series(dtype=float)
    if earlier is not None:
        before_ha = earlier.groupby("code")["area_ha"].sum()
        state = state.reindex(state.index.union(before_ha.index), fill_value=0.0)
    state = state.sort_index()
    area_ha = state["area_ha"].where(state["area_ha"] > 0)  # no share of nothing
    state["robust_share"] = (state["robust_ha"] / area_ha).clip(upper=1.0)
    told = bool((parts["quality"] < GOOD_QUALITY).any())
    state["good_quality_share"] = state["good_ha"] / area_ha if told else np.nan
    cells = range_cells(habitat, rows[rows["area_ha"] > 0])
    state["range_cells_10km"] = cells.reindex(state.index, fill_value=0)
    change_ha = state["area_ha"] - before_ha.reindex(state.index, fill_value=0.0)
    state["area_change_ha"] = np.nan if earlier is None else change_ha
    names = habitat_types.drop_duplicates("code").set_index("code")
    for column in ("name_nl", "name_en"):
        state[column] = names[column].reindex(state.index).fillna("")
    state = state.rename_axis("code").reset_index()
    return state[list(STATE_COLUMNS)].astype(STATE_COLUMNS)


def part_areas(habitat, parts, outlines):
    """Add to every part its area, and how much of it is good or robust [ha].

    Within a polygon the types are spread evenly: a part has its share of whatever
    lies in a robust area.

    Parameters
    ----------
    habitat, parts, outlines
        As for `habitat_state`.

    Returns
    -------
    DataFrame
        The parts, with area_ha, good_ha, robust_ha.
    """
    shapes = habitat.geometry.to_numpy()
    polygons = pd.DataFrame(
        {
            "polygon_id": habitat["polygon_id"].to_numpy(),
            "whole_ha": shapely.area(shapes) / HA,
            "covered_ha": covered_ha(outlines, shapes),
        }
    )
    rows = parts.merge(polygons, on="polygon_id").sort_values(["polygon_id", "code"])
    area_ha = rows["whole_ha"] * rows["share"]
    return rows.assign(
        area_ha=area_ha,
        good_ha=area_ha.where(rows["quality"] >= GOOD_QUALITY, 0.0),
        robust_ha=rows["covered_ha"] * rows["share"],
    )


def covered_ha(outlines, shapes):
    """Area of each shape that areas cover, which do not overlap each other [ha].

    Examples
    --------
    >>> square = shapely.box(0, 0, 100, 100)
    >>> covered_ha([shapely.box(0, 0, 50, 100)], [square]).tolist()
    [0.5]
    """
    _, position, shared_m2 = overlap_areas(outlines, shapes)
    return np.bincount(position, weights=shared_m2, minlength=len(shapes)) / HA


def range_cells(habitat, rows):
    """Cells of 10 km in which each habitat type has area.

    Parameters
    ----------
    habitat : GeoDataFrame
        polygon_id and polygons [m].
    rows : DataFrame
        polygon_id, code.

    Returns
    -------
    Series of int, by code
    """
    if len(habitat) == 0:
        return rows.groupby("code").size()
    low = np.floor(habitat.total_bounds[:2] / RANGE_CELL_M)
    high = np.ceil(habitat.total_bounds[2:] / RANGE_CELL_M)
    west, south = np.meshgrid(
        *(np.arange(a, b) for a, b in zip(low, high, strict=True))
    )
    west, south = west.ravel() * RANGE_CELL_M, south.ravel() * RANGE_CELL_M
    cells = shapely.box(west, south, west + RANGE_CELL_M, south + RANGE_CELL_M)
    cell, position, _ = overlap_areas(cells, habitat.geometry.to_numpy())
    found = pd.DataFrame(
        {"cell": cell, "polygon_id": habitat["polygon_id"].to_numpy()[position]}
    )
    return found.merge(rows, on="polygon_id").groupby("code")["cell"].nunique()
