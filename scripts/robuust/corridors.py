"""Connections between robust areas: which to join, what they cross, what they bring."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from robuust.connectivity import connectivity_totals
from robuust.corridor_areas import outline, straight_corridor
from robuust.corridor_barriers import chance_through, hindrances, places_met
from robuust.corridor_sentences import OVER_LAND, STRAIGHT
from robuust.gaps import near_pairs, shortest_lines
from robuust.grid import NOTHING, grid_over, positions_on
from robuust.network import dispersal_probability
from robuust.restoration_gain import pcnum_rises, relative_eca_rise


class Network(NamedTuple):
    """Network of one group.

    Attributes
    ----------
    patches : ndarray of shapely polygons, shape (n_patches,)
        In the order of their ids.
    capacity : ndarray of float, shape (n_patches,)
        Effective habitat [ha].
    links : tuple of ndarray
        Patch a, patch b, probability.
    dispersal_max_m : float
        How far the group gets [m].
    """

    patches: np.ndarray
    capacity: np.ndarray
    links: tuple
    dispersal_max_m: float


def spanning_lines(areas, *, max_corridor_m):
    """Minimum spanning tree of the gaps between areas, as straight lines.

    Parameters
    ----------
    areas : array_like of shapely polygons, shape (n,)
        Robust areas, in the order of their ids.
    max_corridor_m : float
        Longest gap that a corridor bridges [m].

    Returns
    -------
    DataFrame, one row per corridor
        a, b (positions of the areas, a < b), length_m, line (the shortest one). Areas
        that touch are joined without a corridor. Of gaps of equal length the pair that
        comes first is used.

    Examples
    --------
    >>> areas = shapely.box([0, 20, 50], 0, [10, 40, 60], 10)
    >>> spanning_lines(areas, max_corridor_m=100)[["a", "b", "length_m"]].to_numpy()
    array([[ 0.,  1., 10.],
           [ 1.,  2., 10.]])
    """
    areas = np.asarray(areas, dtype=object).reshape(-1)
    i, j, gap_m = near_pairs(areas, max_corridor_m)
    # Ranks, not lengths: no ties, and no gap of 0 m, which scipy reads as no link.
    order = np.lexsort((j, i, gap_m))
    rank = np.empty(order.size)
    rank[order] = np.arange(1, order.size + 1)
    graph = coo_array((rank, (i, j)), shape=(areas.size, areas.size)).tocsr()
    chosen = order[np.sort(minimum_spanning_tree(graph).data).astype(np.int64) - 1]
    chosen = np.sort(chosen[gap_m[chosen] > 0])
    lines = shortest_lines(areas[i[chosen]], areas[j[chosen]])
    columns = {"a": i[chosen], "b": j[chosen], "length_m": gap_m[chosen]}
    return pd.DataFrame(columns | {"line": pd.Series(lines, dtype=object)})


def end_patches(corridors, areas, patches):
    """Patches of one group at both ends of each corridor.

    Parameters
    ----------
    corridors : DataFrame
        a, b, line, as `spanning_lines` gives it.
    areas, patches : array_like of shapely polygons
        Robust areas, and the patches of the group in the order of their ids.

    Returns
    -------
    a, b : ndarray of int64, shape (n_corridors,)
        Of the patches that share land with the area at that end, the one nearest to
        the corridor; -1 where the group has none there.
    """
    areas = np.asarray(areas, dtype=object).reshape(-1)
    patches = np.asarray(patches, dtype=object).reshape(-1)
    lines = corridors["line"].to_numpy(dtype=object)
    ends = []
    for side in ("a", "b"):
        area = corridors[side].to_numpy(dtype=np.int64)
        # Areas come from a grid: half a cell of a strange patch may lie within.
        k, patch = shapely.STRtree(patches).query(areas[area], predicate="intersects")
        near = pd.DataFrame({"corridor": k, "patch": patch})
        near["distance_m"] = shapely.distance(lines[k], patches[patch])
        near = near.sort_values(["corridor", "distance_m", "patch"])
        near = near.drop_duplicates("corridor")
        end = np.full(lines.size, -1, dtype=np.int64)
        end[near["corridor"]] = near["patch"]
        ends.append(end)
    return tuple(ends)


def corridor_gains(ends, length_m, network, *, p_min, chance=1.0, threads=1):
    """Relative rise of ECA by each corridor, for one group.

    The two patches at its ends are joined by a connection without habitat of its own,
    computed exactly: with chance 1 the most that a corridor can bring.

    Parameters
    ----------
    ends : tuple of two ndarray of int64
        As `end_patches` gives them.
    length_m : array_like of float, shape (n_corridors,)
        Length [m].
    network : Network
        A corridor longer than its `dispersal_max_m` is of no use to the group.
    p_min : float
        Chances below it count as zero.
    chance : float or array_like of float, shape (n_corridors,)
        To get from end to end, in [0, 1].
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    ndarray of float, shape (n_corridors,)
        0 where the group does not live at both ends or cannot bridge the length.

    Examples
    --------
    >>> network = Network([], [3.0, 4.0], ([], [], []), dispersal_max_m=1000)
    >>> ends = np.array([0]), np.array([1])
    >>> corridor_gains(ends, [500.0], network, p_min=1e-4).round(6).tolist()
    [0.4]
    """
    a, b = ends
    capacity, links = network.capacity, network.links
    usable = (a >= 0) & (b >= 0) & (np.asarray(length_m) <= network.dispersal_max_m)
    gain = np.zeros(usable.size)
    if not usable.any():
        return gain
    pcnum = connectivity_totals(capacity, *links, p_min=p_min, threads=threads).pcnum
    k = np.flatnonzero(usable)
    # Half of the way to either end: two links as sure as one of that chance.
    half = np.sqrt(np.broadcast_to(chance, usable.shape)[k])
    rise = pcnum_rises(
        capacity,
        links,
        np.tile(np.arange(k.size), 2),
        np.concatenate([a[k], b[k]]),
        np.tile(half, 2),
        np.zeros(k.size),
        p_min=p_min,
        threads=threads,
    )
    gain[k] = relative_eca_rise(pcnum, rise)
    return gain


def laid_out(corridors, pinches, network, barriers, *, d0_m, p0, p_min):
    """Value corridors over land for one group, as they are once laid out.

    A corridor is easy land then, and a barrier is open where a crossing is priced: the
    chance to walk through is that of its length, times that of each barrier that stays
    as it is.

    Parameters
    ----------
    corridors : DataFrame
        line, length_m, patch_a, patch_b, and more, as `corridors_along` gives it.
    pinches : DataFrame
        use (row of `corridors`), and more.
    network : Network
    barriers : GeoDataFrame
        Those that hinder the group: barrier (kind), chance, crossing_eur (of the
        crossing that it needs; missing where none is priced), geometry, indexed by the
        label of the barrier.
    d0_m, p0 : float
        Dispersal kernel.
    p_min : float
        As for `corridor_gains`.

    Returns
    -------
    uses : DataFrame, one row per corridor that the group gains by
        The same with way, met (tuple of `corridor_barriers.Hindrance`), chance (to walk
        through) and gain.
    pinches : DataFrame
        Those in them, `use` the row of `uses`.
    """
    places = places_met(corridors["line"], barriers.geometry)
    met = hindrances(places, len(corridors), barriers)
    length_m = corridors["length_m"].to_numpy(float)
    chance = dispersal_probability(length_m, d0_m=d0_m, p0=p0)
    chance = chance * np.array([chance_through(own) for own in met], dtype=float)
    ends = (corridors[f"patch_{end}"].to_numpy(np.int64) for end in "ab")
    gain = corridor_gains(tuple(ends), length_m, network, p_min=p_min, chance=chance)
    uses = corridors.assign(way=OVER_LAND, met=met, chance=chance, gain=gain)
    gaining = np.flatnonzero(gain > 0)
    pinches = pinches[pinches["use"].isin(gaining)]
    row = np.searchsorted(gaining, pinches["use"].to_numpy(np.int64))
    return uses.iloc[gaining].reset_index(drop=True), pinches.assign(use=row)


def lenses(lines, areas, *, cell_m, extra_share):
    """Land round straight lines by which the way is at most a share longer.

    Parameters
    ----------
    lines : DataFrame
        As `spanning_lines` gives it, or a part of it.
    areas : array_like of shapely polygons
        Robust areas.
    cell_m : float
        Side of the cells that the land is drawn with [m].
    extra_share : float
        As for `straight_corridor`.

    Returns
    -------
    ndarray of MultiPolygon, shape (n_lines,)

    Examples
    --------
    >>> areas = shapely.box([0, 50], 0, [10, 60], 10)
    >>> lines = spanning_lines(areas, max_corridor_m=100)
    >>> lenses(lines, areas, cell_m=10, extra_share=0)[0].bounds
    (10.0, 0.0, 50.0, 10.0)
    """
    areas = np.asarray(areas, dtype=object).reshape(-1)
    drawn = np.empty(len(lines), dtype=object)
    for k, line in enumerate(lines.itertuples()):
        both = areas[[line.a, line.b]]
        bounds, reach_m = shapely.bounds(both), line.length_m * (1 + extra_share)
        # A place farther than that from either end is on no such way.
        low = bounds[:, :2].max(axis=0) - reach_m - cell_m
        high = bounds[:, 2:].min(axis=0) + reach_m + cell_m
        grid = grid_over((*low, *high), cell_m=cell_m)
        drawn[k] = outline(
            straight_corridor(
                positions_on(both, grid) - NOTHING,
                cell_m=cell_m,
                gap_m=line.length_m,
                extra_share=extra_share,
            ),
            grid,
        )
    return drawn


def straight_uses(lines, gains, areas, barriers, *, cell_m, extra_share):
    """Corridors of the groups that move straight.

    Parameters
    ----------
    lines : DataFrame
        As `spanning_lines` gives it.
    gains : dict of str to ndarray of float, shape (n_lines,)
        Per group, as `corridor_gains` gives them.
    areas : array_like of shapely polygons
        Robust areas.
    barriers : dict of str to GeoDataFrame
        Per group those that hinder it: barrier (kind), chance, crossing_eur, geometry,
        indexed by the label of the barrier.
    cell_m, extra_share
        As for `lenses`.

    Returns
    -------
    DataFrame, one row per line and group that gains by it
        As `corridor_table` wants it.
    """
    parts = [pd.DataFrame({"at": [], "group": [], "gain": [], "met": []})]
    for group, gain in gains.items():
        at = np.flatnonzero(gain > 0)
        places = places_met(lines["line"].iloc[at], barriers[group].geometry)
        met = hindrances(places, at.size, barriers[group])
        own = {"at": at, "group": group, "gain": gain[at], "met": met}
        parts.append(pd.DataFrame(own))
    uses = pd.concat(parts[1:] or parts, ignore_index=True).astype({"at": np.int64})
    lines = lines.loc[np.unique(uses["at"])]
    lines = lines.assign(
        way=STRAIGHT,
        cost_m=lines["length_m"],
        narrowest_m=np.nan,
        chance=np.nan,  # unlike a strip it is not laid out, so nobody walks it
        patch_a="",
        patch_b="",
        area=lenses(lines, areas, cell_m=cell_m, extra_share=extra_share),
        habitat=None,
    )
    return uses.merge(lines, left_on="at", right_index=True).drop(columns="at")
