"""Land of candidates per reporting unit and track: no hectare is counted twice."""

import numpy as np
import shapely

from robuust.polygons import HA, overlap_areas

UNIT = ["unit_id", "level", "name"]
#: The kind of candidate that links habitat and adds none: it costs, and claims no land.
CONNECTS = "crossing"


def claimed_land(shapes, rank):
    """Land that counts for each candidate: what none of a better rank claims too.

    Candidates that overlap are alternatives for the same land. It counts with the one
    that is ranked best, because a plan takes that one first.

    Parameters
    ----------
    shapes : array_like of shapely polygons, shape (n,)
        Candidates [m]; valid.
    rank : array_like of int, shape (n,)
        Each once; the lowest is the best.

    Returns
    -------
    ndarray of shapely geometries, shape (n,)
        They do not overlap, and their union is that of the shapes; empty where all
        land is claimed by better ones.

    Examples
    --------
    >>> shapes = shapely.box([0, 50, 60], 0, [100, 150, 90], 100)
    >>> shapely.area(claimed_land(shapes, [2, 1, 3])).tolist()
    [5000.0, 10000.0, 0.0]
    """
    land = np.asarray(shapes, dtype=object).reshape(-1).copy()
    rank = np.asarray(rank)
    i, j, _ = overlap_areas(land, land)
    later = rank[j] < rank[i]
    i, j = i[later], j[later]
    cut, start = np.unique(i, return_index=True)
    rivals = [
        shapely.union_all(land[better])
        for better in np.split(j, start[1:])[: cut.size]  # of no cuts: one empty part
    ]
    land[cut] = shapely.difference(land[cut], np.array(rivals, dtype=object))
    return land


def unit_land(units, candidates):
    """Hectares and euros of every candidate in every reporting unit.

    Hectares are split at the border of a unit and counted once, see `claimed_land`.
    Euros follow the hectares: a candidate costs the same per hectare everywhere, and
    land that counts with a better one brings no cost. A connecting candidate, a
    crossing, claims no land; its cost is split by its own area.

    Parameters
    ----------
    units : GeoDataFrame
        unit_id, level, name and polygons [m].
    candidates : GeoDataFrame
        candidate_id, kind, track, cost_eur [EUR], rank and polygons, in the same CRS.

    Returns
    -------
    DataFrame, one row per unit and candidate with land or cost that counts there
        unit_id, level, name, candidate_id, track, rank, area_ha, cost_eur; by level
        and unit_id, the best ranked first.

    Notes
    -----
    The units of a level that cover the candidates without overlap add up: in hectares
    to the union of the candidates, in euros to what that land costs.

    Examples
    --------
    >>> import geopandas as gpd
    >>> units = gpd.GeoDataFrame({"unit_id": ["w"], "level": ["town"], "name": ["W"]},
    ...                          geometry=[shapely.box(0, 0, 100, 100)])
    >>> field = gpd.GeoDataFrame(
    ...     {"candidate_id": ["a"], "kind": ["parcel"], "track": ["verbreden"],
    ...      "cost_eur": [900.0], "rank": [1]},
    ...     geometry=[shapely.box(50, 0, 200, 100)])
    >>> unit_land(units, field)[["area_ha", "cost_eur"]].to_numpy().tolist()
    [[0.5, 300.0]]
    """
    units = units.sort_values(["level", "unit_id"], ignore_index=True)
    ranked = candidates.sort_values("rank", ignore_index=True)
    own = ranked.geometry.to_numpy()
    counted, claims = _counted_shapes(ranked)
    unit, candidate, shared_m2 = overlap_areas(units.geometry.to_numpy(), counted)
    share = shared_m2 / shapely.area(own)[candidate]
    columns = ["candidate_id", "track", "rank", "cost_eur"]
    pieces = units[UNIT].iloc[unit].reset_index(drop=True)
    pieces[columns] = ranked[columns].iloc[candidate].reset_index(drop=True)
    pieces["cost_eur"] = pieces["cost_eur"] * share
    pieces["area_ha"] = np.where(claims[candidate], shared_m2 / HA, 0.0)
    return pieces[[*UNIT, "candidate_id", "track", "rank", "area_ha", "cost_eur"]]


def track_totals(candidates):
    """Sum the candidates of each track over all land, counted as in `unit_land`.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, kind, track, cost_eur [EUR], rank and polygons [m].

    Returns
    -------
    DataFrame, one row per track that occurs
        track, n_candidates (all of them), area_ha, cost_eur.
    """
    counted, claims = _counted_shapes(candidates)
    counted_m2 = shapely.area(counted)
    share = counted_m2 / shapely.area(candidates.geometry.to_numpy())
    rows = candidates[["candidate_id", "track"]].assign(
        area_ha=np.where(claims, counted_m2 / HA, 0.0),
        cost_eur=candidates["cost_eur"] * share,
    )
    return rows.groupby("track", as_index=False).agg(
        n_candidates=("candidate_id", "size"),
        area_ha=("area_ha", "sum"),
        cost_eur=("cost_eur", "sum"),
    )


def _counted_shapes(candidates):
    """Give the ground that counts for each candidate, and whether it claims land."""
    shapes = candidates.geometry.to_numpy()
    claims = (candidates["kind"] != CONNECTS).to_numpy()
    counted = shapes.copy()
    rank = candidates["rank"].to_numpy()
    counted[claims] = claimed_land(shapes[claims], rank[claims])
    return counted, claims
