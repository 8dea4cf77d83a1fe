"""Rings and pressure zones round patches, with a stated bound on every outline."""

import geopandas as gpd
import numpy as np

from robuust.polygons import HA
from robuust.rings import ring_between

RINGS = ("inner", "mid", "outer")
RING_COLUMNS = ("group", "ring", "from_m", "to_m", "area_ha")
ZONE_COLUMNS = (
    "group",
    "pressure",
    "name_nl",
    "name_en",
    "width_m",
    "area_ha",
    "source",
)


def buffer_rings(patches, *, group, to_m, tolerance_m, threads=1, pieces=None):
    """Three rings round patches that do not overlap, the patches themselves cut out.

    Parameters
    ----------
    patches : GeoDataFrame
        The patches that count, in a projected CRS [m]; may be empty.
    group : str
        Name of the group.
    to_m : dict of float
        Outer edge of the rings inner, mid and outer [m]; zero or more, not falling.
        A ring without width gets no row.
    tolerance_m : float
        See `robuust.surroundings.area_within`.
    threads : int
        Processors to use; changes nothing in the result.
    pieces : Pieces or None
        See `robuust.rings.ring_between`.

    Returns
    -------
    GeoDataFrame
        Columns group, ring, from_m, to_m, area_ha and a MultiPolygon per ring, the
        narrowest first; no rows without patches.

    Raises
    ------
    ValueError
        If a distance is missing or the distances fall.

    Examples
    --------
    >>> import shapely
    >>> pond = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0).buffer(10)], crs=31370)
    >>> rings = buffer_rings(
    ...     pond, group="frogs", to_m={"inner": 90, "mid": 90, "outer": 290},
    ...     tolerance_m=1)
    >>> rings["ring"].tolist(), rings["area_ha"].round(1).tolist()
    (['inner', 'outer'], [3.1, 25.1])
    """
    edges_m = [0.0, *(float(to_m[ring]) for ring in RINGS)]
    if not (np.diff(edges_m) >= 0).all():  # False for missing values too
        raise ValueError(
            f"group {group}: the rings end at {edges_m[1:]} m; buffer_inner_m, "
            "buffer_mid_m and buffer_outer_m must each be as wide as the one before"
        )
    shapes, rows = patches.geometry.to_numpy(), []
    for ring, from_m, end_m in zip(RINGS, edges_m, edges_m[1:], strict=False):
        if len(patches) == 0 or end_m == from_m:
            continue
        shape = ring_between(
            shapes,
            from_m,
            end_m,
            tolerance_m=tolerance_m,
            threads=threads,
            pieces=pieces,
            label=f"{group}, ring {ring}",
        )
        rows.append((group, ring, from_m, end_m, shape.area / HA, shape))
    return layer(rows, RING_COLUMNS, patches.crs)


def pressures_of(pressures, bundle):
    """Widths that hold for a habitat bundle: its own row, else the one for all (*).

    Parameters
    ----------
    pressures : DataFrame
        Table `pressures.csv`.
    bundle : str
        Habitat bundle.

    Returns
    -------
    DataFrame
        At most one row per pressure, sorted by pressure.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"pressure": ["drift"] * 2, "bundle": ["*", "fen"],
    ...                       "width_m": [50.0, 90.0]})
    >>> pressures_of(table, "fen")["width_m"].tolist()
    [90.0]
    """
    holds = pressures[pressures["bundle"].isin([bundle, "*"])]
    own_first = holds.assign(general=holds["bundle"] == "*")
    own_first = own_first.sort_values(["pressure", "general"], kind="stable")
    return own_first.drop_duplicates("pressure").drop(columns="general")


def pressure_zones(sites, pressures, *, group, tolerance_m, threads=1, pieces=None):
    """Zone per pressure round the sites of a group, the sites themselves cut out.

    Parameters
    ----------
    sites : GeoDataFrame
        Robust patches and relict sites [m]; they may overlap.
    pressures : DataFrame
        pressure, name_nl, name_en, width_m, source; one row per pressure.
    group : str
        Name of the group.
    tolerance_m : float
        See `robuust.surroundings.area_within`.
    threads : int
        Processors to use; changes nothing in the result.
    pieces : Pieces or None
        See `robuust.rings.ring_between`.

    Returns
    -------
    GeoDataFrame
        Columns group, pressure, name_nl, name_en, width_m, area_ha, source and a
        MultiPolygon per pressure; no rows without sites.
    """
    shapes, rows = sites.geometry.to_numpy(), []
    for row in pressures.itertuples() if len(sites) else ():
        width_m = float(row.width_m)
        shape = ring_between(
            shapes,
            0,
            width_m,
            tolerance_m=tolerance_m,
            threads=threads,
            pieces=pieces,
            label=f"{group}, zone of {row.pressure}",
        )
        words = (row.pressure, row.name_nl, row.name_en)
        rows.append((group, *words, width_m, shape.area / HA, row.source, shape))
    return layer(rows, ZONE_COLUMNS, sites.crs)


def layer(rows, columns, crs):
    """Layer of rows that each end with a geometry; the same types without any row."""
    found = gpd.GeoDataFrame(rows, columns=[*columns, "geometry"], crs=crs)
    numbers = [name for name in columns if name.endswith(("_m", "_ha"))]
    return found.astype({name: float if name in numbers else str for name in columns})
