"""Sums per reporting unit: a province, a municipality, or the area as a whole."""

import numpy as np
import pandas as pd
import shapely

from robuust.polygons import HA, as_multipolygons, overlap_areas
from robuust.statuses import PRESENT
from robuust.track_land import UNIT
from robuust.tracks import overlaps

TOP = 5  # ids named per unit
COUNTED = {"n_relicts": "relict", "n_phantoms": "phantom", "n_lost": "lost"}


def unit_classes(units, patches):
    """Hectares of each class and group in each unit.

    A patch across a border is split by area, so the units of a level that cover the
    patches without overlap add up to the area of the patches.

    Parameters
    ----------
    units : GeoDataFrame
        unit_id, level, name and polygons [m].
    patches : GeoDataFrame
        group, class and polygons of all groups, in the same CRS.

    Returns
    -------
    DataFrame
        unit_id, level, name, group, class, area_ha (above zero); sorted.

    Examples
    --------
    >>> import geopandas as gpd
    >>> units = gpd.GeoDataFrame({"unit_id": ["w"], "level": ["town"], "name": ["W"]},
    ...                          geometry=[shapely.box(0, 0, 100, 100)])
    >>> patches = gpd.GeoDataFrame({"group": ["frogs"], "class": ["key"]},
    ...                            geometry=[shapely.box(50, 0, 150, 100)])
    >>> unit_classes(units, patches)["area_ha"].tolist()
    [0.5]
    """
    unit, patch, shared_m2 = overlap_areas(
        units.geometry.to_numpy(), patches.geometry.to_numpy()
    )
    pieces = units[UNIT].iloc[unit].reset_index(drop=True)
    for name in ("group", "class"):
        pieces[name] = patches[name].to_numpy(dtype=object)[patch]
    pieces = pieces.assign(area_ha=shared_m2 / HA)
    return pieces.groupby([*UNIT, "group", "class"], as_index=False)["area_ha"].sum()


def unit_populations(units, populations):
    """Give every population the unit that it is counted in.

    A population is counted in the unit that holds the point on its patch, once per
    level; on a shared border that is the unit with the first id.

    Parameters
    ----------
    units : GeoDataFrame
        unit_id, level, name and polygons.
    populations : GeoDataFrame
        species, group, patch_id, status and points.

    Returns
    -------
    DataFrame
        unit_id, level, name, species, group, patch_id, status. A population
        outside all units of a level is in none of them.
    """
    point, unit = shapely.STRtree(units.geometry.to_numpy()).query(
        populations.geometry.to_numpy(), predicate="intersects"
    )
    counted = units[UNIT].iloc[unit].reset_index(drop=True)
    for name in ("species", "group", "patch_id", "status"):
        counted[name] = populations[name].to_numpy(dtype=object)[point]
    counted = counted.sort_values(
        [*UNIT, "group", "species", "patch_id"], ignore_index=True
    )
    return counted.drop_duplicates(["level", "group", "species", "patch_id"])


def unit_species(counted):
    """Status of each species in each unit, with the number of patches.

    Parameters
    ----------
    counted : DataFrame
        As `unit_populations` gives it.

    Returns
    -------
    DataFrame
        unit_id, level, name, species, group, status, n_patches; sorted.
    """
    keys = [*UNIT, "species", "group", "status"]
    return counted.groupby(keys, as_index=False).agg(n_patches=("patch_id", "nunique"))


def unit_candidates(units, restoration):
    """Candidates for restoration with the unit that they are named in.

    A candidate is bought as a whole, so it is named in one unit per level: the one
    that holds most of it. Its hectares and euros are split by area; see
    `robuust.track_land.unit_land`.

    Parameters
    ----------
    units : GeoDataFrame
        unit_id, level, name and polygons.
    restoration : GeoDataFrame
        candidate_id, track, rank and polygons.

    Returns
    -------
    DataFrame
        unit_id, level, name, candidate_id, track; the best ranked first within each
        level.
    """
    ranked = restoration.sort_values(["rank", "candidate_id"], ignore_index=True)
    levels = [_candidates_of(units.iloc[:0], ranked)]
    for _, level_units in units.groupby("level", sort=True):
        in_order = level_units.sort_values("unit_id", ignore_index=True)
        levels.append(_candidates_of(in_order, ranked))
    return pd.concat(levels, ignore_index=True)


def _candidates_of(level_units, ranked):
    """Candidates with the unit, of one level, that holds most of each."""
    _, main = overlaps(ranked.geometry.to_numpy(), level_units.geometry.to_numpy())
    placed = main >= 0
    found = level_units[UNIT].iloc[main[placed]].reset_index(drop=True)
    for name in ("candidate_id", "track"):
        found[name] = ranked[name].to_numpy()[placed]
    return found


def unit_priorities(land, candidates):
    """Sum number, hectares and costs of candidates per unit and track.

    Parameters
    ----------
    land : DataFrame
        As `robuust.track_land.unit_land` gives it.
    candidates : DataFrame
        As `unit_candidates` gives it.

    Returns
    -------
    DataFrame
        unit_id, level, name, track, n_candidates (with land or cost that counts in
        the unit), area_ha, cost_eur, top_candidates (the ids of the best five that
        lie for the most part in the unit, joined by semicolons); sorted.
    """
    keys = [*UNIT, "track"]
    sums = land.groupby(keys, as_index=False).agg(
        n_candidates=("candidate_id", "size"),
        area_ha=("area_ha", "sum"),
        cost_eur=("cost_eur", "sum"),
    )
    best = candidates.groupby(keys, as_index=False).agg(
        top_candidates=("candidate_id", first_ids)
    )
    found = sums.merge(best, on=keys, how="left")
    return found.assign(top_candidates=found["top_candidates"].fillna(""))


def first_ids(ids):
    """First five ids, joined by semicolons.

    Examples
    --------
    >>> first_ids(pd.Series(list("abcdefg")))
    'a; b; c; d; e'
    """
    return "; ".join(ids.iloc[:TOP])


def unit_totals(units, outlines, counted, candidates):
    """One row of totals per reporting unit.

    Parameters
    ----------
    units : GeoDataFrame
        unit_id, level, name and polygons [m].
    outlines : array_like of shapely polygons
        The robust areas, which do not overlap.
    counted, candidates : DataFrame
        As `unit_populations` and `unit_candidates` give them.

    Returns
    -------
    GeoDataFrame
        unit_id, level, name; area_ha; robust_ha (of robust areas inside);
        n_robust_areas (that have area inside); n_species (with a recent record);
        n_relicts, n_phantoms, n_lost (populations); top_candidates (of all tracks);
        geometry MultiPolygon. Sorted by level and unit_id; every unit has a row.
    """
    totals = units.sort_values(["level", "unit_id"], ignore_index=True)
    totals = totals[[*UNIT, "geometry"]].copy()
    shapes = totals.geometry.to_numpy()
    unit, _, shared_m2 = overlap_areas(shapes, outlines)
    n_units = len(totals)
    key = pd.MultiIndex.from_frame(totals[["level", "unit_id"]])

    def per_unit(values, empty):
        return values.reindex(key, fill_value=empty).to_numpy()

    by_unit = ["level", "unit_id"]
    seen = counted[counted["status"].isin(PRESENT)]
    totals["area_ha"] = shapely.area(shapes) / HA
    totals["robust_ha"] = np.bincount(unit, weights=shared_m2, minlength=n_units) / HA
    totals["n_robust_areas"] = np.bincount(unit, minlength=n_units)
    totals["n_species"] = per_unit(seen.groupby(by_unit)["species"].nunique(), 0)
    for column, status in COUNTED.items():
        of_status = counted[counted["status"] == status]
        totals[column] = per_unit(of_status.groupby(by_unit).size(), 0)
    best = candidates.groupby(by_unit)["candidate_id"].agg(first_ids)
    totals["top_candidates"] = pd.array(per_unit(best, ""), dtype="str")
    totals["geometry"] = as_multipolygons(shapes)
    return totals
