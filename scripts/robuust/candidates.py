"""Candidates for restoration: their land, their price, and what they add."""

import numpy as np
import pandas as pd
import rtree
import shapely

from robuust.polygons import overlap_areas

ROUNDING = 1e-9  # shares are products: less is no better quality
SLIVER_SHARE = 0.01  # a smaller overlap is a digitising error, no alternative


def price(candidates, *, default_cost_eur_per_ha):
    """Candidates with their area, and a cost where the source names none.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, cost_eur (missing: the default), geometry [m].
    default_cost_eur_per_ha : float
        Zero or more.

    Returns
    -------
    GeoDataFrame
        The same, sorted by id, with area_ha, cost_eur and cost_is_default.

    Raises
    ------
    ValueError
        If a cost is negative.
    """
    cost = pd.to_numeric(candidates["cost_eur"]).astype(float)
    if (cost < 0).any():
        first = candidates.loc[cost < 0, "candidate_id"].min()
        raise ValueError(
            f"{(cost < 0).sum()} of {len(cost)} candidates have a negative cost "
            f"(first: {first}); give the cost in euros, or leave it empty"
        )
    area_ha = candidates.geometry.area / 10_000
    return candidates.assign(
        area_ha=area_ha,
        cost_eur=cost.fillna(area_ha * default_cost_eur_per_ha),
        cost_is_default=cost.isna(),
    ).sort_values("candidate_id", ignore_index=True)


def trim_slivers(shapes):
    """Shapes without the slivers by which neighbours overlap.

    Each shape is laid down after the ones before it; an overlap that is a small part
    of both is cut from the later one. Larger overlaps stay: they are alternatives for
    the same land, of which a plan takes one (see `budget`).

    Parameters
    ----------
    shapes : array_like of shapely polygons, shape (n,)
        In the order of their ids; valid.

    Returns
    -------
    ndarray of shapely polygons, shape (n,)

    Notes
    -----
    An R-tree that grows while it is asked: it holds each shape as it was laid down,
    which the next one has to be compared with. An STRtree must be whole before its
    first query.

    Examples
    --------
    >>> shapes = shapely.box([0, 99.5, 0], 0, [100, 200, 60], 100)
    >>> shapely.area(trim_slivers(shapes)).tolist()
    [10000.0, 10000.0, 6000.0]
    """
    laid = np.asarray(shapes, dtype=object).reshape(-1).copy()
    index = rtree.index.Index()
    for k, bounds in enumerate(shapely.bounds(laid).tolist()):
        earlier = np.sort(np.fromiter(index.intersection(bounds), dtype=np.int64))
        shared = shapely.area(shapely.intersection(laid[earlier], laid[k]))
        smaller = np.minimum(shapely.area(laid[earlier]), laid[k].area)
        slivers = earlier[(shared > 0) & (shared <= SLIVER_SHARE * smaller)]
        if slivers.size:
            cut = shapely.difference(laid[k], shapely.union_all(laid[slivers]))
            laid[k] = polygons_of(cut)
        index.insert(k, laid[k].bounds)
    return laid


def polygons_of(shape):
    """Only the polygons of a shape: lines and points that a cut left are dropped."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def habitat_for(candidates, suitability, polygons, *, min_suitable_share):
    """Candidates that would add habitat for one group, and how much.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, code, share (of the candidate that becomes that code), geometry.
    suitability : DataFrame
        code, suitability [0..1], role: one row per code, for this group.
    polygons : GeoDataFrame
        What is habitat of the group now: share [0..1], geometry.
    min_suitable_share : float
        Below it a candidate is no habitat for the group.

    Returns
    -------
    GeoDataFrame
        candidate_id, role, added_effective_ha (above zero), improved_share (of its
        land: habitat of lower quality now), geometry; sorted by id.
    """
    by_code = suitability.set_index("code")
    value = candidates["code"].map(by_code["suitability"]).fillna(0.0).astype(float)
    share = (value * candidates["share"]).to_numpy(float)
    added, improved = added_and_improved(
        candidates.geometry.to_numpy(),
        np.where(share >= min_suitable_share, share, 0.0),
        polygons.geometry.to_numpy(),
        polygons["share"],
    )
    found = candidates[["candidate_id", "geometry"]].assign(
        role=candidates["code"].map(by_code["role"]),
        added_effective_ha=added,
        improved_share=improved,
    )
    return found[added > 0].sort_values("candidate_id", ignore_index=True)


def near_other_role(candidates, links, *, role_distance_m):
    """Candidates that are of use to a group that needs two kinds of habitat.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, role (whole, a or b).
    links : DataFrame
        candidate_id, kind, distance_m (`candidate_links.link_table`).
    role_distance_m : float
        The other kind is needed within it [m]; missing when the group has no roles.

    Returns
    -------
    GeoDataFrame
        Without candidates of role a or b that have no patch within that distance: a
        patch holds both roles already. Two candidates that complete each other, and
        the number of neighbours of its own role, are not looked at.
    """
    if pd.isna(role_distance_m):
        return candidates
    near = links[(links["kind"] == "patch") & (links["distance_m"] <= role_distance_m)]
    useful = candidates["candidate_id"].isin(near["candidate_id"])
    return candidates[useful | (candidates["role"] == "whole")].reset_index(drop=True)


def added_and_improved(shapes, share, polygons, polygon_share):
    """Measure what candidates add to the habitat there is, and how much they improve.

    Parameters
    ----------
    shapes : array_like of shapely polygons, shape (n,)
        Candidates [m].
    share : array_like of float, shape (n,)
        Share of each that becomes habitat of the group, in [0, 1].
    polygons : array_like of shapely polygons, shape (n_polygons,)
        What is habitat of the group now; they do not overlap.
    polygon_share : array_like of float, shape (n_polygons,)
        Share of each that is habitat, in [0, 1].

    Returns
    -------
    added_ha : ndarray of float, shape (n,)
        Effective hectares; where the present habitat is as good or better, nothing is
        added and nothing is lost.
    improved_share : ndarray of float, shape (n,)
        Share of its land that is habitat of lower quality now, from 0 to 1.

    Examples
    --------
    >>> field, heath = shapely.box(0, 0, 100, 100), shapely.box(0, 0, 50, 100)
    >>> added_and_improved([field], [1.0], [heath], [0.5])
    (array([0.75]), array([0.5]))
    """
    shapes = np.asarray(shapes, dtype=object).reshape(-1)
    share = np.asarray(share, dtype=float)
    used = np.flatnonzero(share > 0)
    k, j, shared_m2 = overlap_areas(shapes[used], polygons)
    i, now = used[k], np.asarray(polygon_share, dtype=float)[j]
    there = np.minimum(share[i], now)
    already = np.bincount(i, weights=shared_m2 * there, minlength=shapes.size)
    area_m2 = shapely.area(shapes)
    added = (area_m2 * share - already) / 10_000
    lower = now < share[i] - ROUNDING
    improved = np.bincount(i[lower], weights=shared_m2[lower], minlength=shapes.size)
    none = np.zeros(shapes.size)
    improved = np.divide(improved, area_m2, out=none, where=area_m2 > 0)
    # A square decimetre is rounding of an overlay, not restoration.
    return np.where(added > 1e-6, added, 0.0), improved
