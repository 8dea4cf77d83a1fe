"""Connections between robust areas: the shortest ones that join all within reach."""

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from robuust.connectivity import connectivity_totals
from robuust.figures import distance, distance_nl, figure, figure_nl
from robuust.gaps import crossings, near_pairs, shortest_lines
from robuust.listing import listed
from robuust.restoration_gain import pcnum_rises, relative_eca_rise


def spanning_lines(areas, barriers, *, max_corridor_m):
    """Minimum spanning tree of the gaps between areas, as straight lines.

    Parameters
    ----------
    areas : array_like of shapely polygons, shape (n,)
        Robust areas, in the order of their ids.
    barriers : array_like of shapely lines
        Barriers of any kind.
    max_corridor_m : float
        Longest gap that a corridor bridges [m].

    Returns
    -------
    GeoDataFrame-ready DataFrame, one row per corridor
        a, b (positions of the areas, a < b), length_m, n_barriers, geometry (shortest
        line). Areas that touch are joined without a corridor. Of gaps of equal
        length the pair that comes first is used.

    Examples
    --------
    >>> areas = shapely.box([0, 20, 50], 0, [10, 40, 60], 10)
    >>> spanning_lines(areas, [], max_corridor_m=100)[["a", "b", "length_m"]].to_numpy()
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
    line, _ = crossings(lines, barriers)
    return pd.DataFrame(
        {
            "a": i[chosen],
            "b": j[chosen],
            "length_m": gap_m[chosen],
            "n_barriers": np.bincount(line, minlength=chosen.size),
            "geometry": lines,
        }
    )


def end_patches(corridors, areas, patches):
    """Patches of one group at both ends of each corridor.

    Parameters
    ----------
    corridors : DataFrame
        a, b, geometry, as `spanning_lines` gives it.
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
    lines = corridors["geometry"].to_numpy(dtype=object)
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


def corridor_gains(
    ends, length_m, capacity, links, *, dispersal_max_m, p_min, threads=1
):
    """Relative rise of ECA if each corridor worked perfectly, for one group.

    The two patches at its ends are joined with chance 1, by a connection without
    habitat of its own: an upper limit to what the corridor can bring, computed
    exactly.

    Parameters
    ----------
    ends : tuple of two ndarray of int64
        As `end_patches` gives them.
    length_m : array_like of float, shape (n_corridors,)
        Length [m].
    capacity : array_like of float, shape (n_patches,)
        Effective habitat [ha].
    links : tuple of array_like
        Patch a, patch b, probability of the links of the group.
    dispersal_max_m : float
        A longer corridor is of no use to the group [m].
    p_min : float
        Chances below it count as zero.
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    usable : ndarray of bool, shape (n_corridors,)
        The group lives at both ends and can bridge the length.
    gain : ndarray of float, shape (n_corridors,)
        Relative rise of ECA; 0 where not usable.

    Examples
    --------
    >>> ends = np.array([0]), np.array([1])
    >>> corridor_gains(ends, [500.0], [3.0, 4.0], ([], [], []), dispersal_max_m=1000,
    ...                p_min=1e-4)[1].round(6).tolist()
    [0.4]
    """
    a, b = ends
    usable = (a >= 0) & (b >= 0) & (np.asarray(length_m) <= dispersal_max_m)
    gain = np.zeros(usable.size)
    if not usable.any():
        return usable, gain
    pcnum = connectivity_totals(capacity, *links, p_min=p_min, threads=threads).pcnum
    k = np.flatnonzero(usable)
    rise = pcnum_rises(
        capacity,
        links,
        np.tile(np.arange(k.size), 2),
        np.concatenate([a[k], b[k]]),
        np.ones(2 * k.size),
        np.zeros(k.size),
        p_min=p_min,
        threads=threads,
    )
    gain[k] = relative_eca_rise(pcnum, rise)
    return usable, gain


def corridor_table(lines, area_ids, usable, gain, groups):
    """Corridors with who can use them and what they could bring at most.

    Parameters
    ----------
    lines : DataFrame
        As `spanning_lines` gives it.
    area_ids : Series of str
        Robust areas, in the order that the lines refer to.
    usable, gain : dict of ndarray
        Per group, as `corridor_gains` gives them.
    groups : DataFrame
        Indexed by group: weight, name_nl, name_en.

    Returns
    -------
    DataFrame
        corridor_id, robust_area_a, robust_area_b, length_m, n_barriers, groups,
        n_groups, score (sum over the groups of weight x relative rise of ECA),
        reason_nl, reason_en, geometry; sorted by id. Lines that no group gains by
        are left out.
    """
    ids = area_ids.to_numpy(dtype=object)
    users = [
        sorted(group for group in usable if usable[group][k]) for k in range(len(lines))
    ]
    sentences = [
        _sentences(
            line, [groups.loc[g] for g in own], [gain[g][line.Index] for g in own]
        )
        for line, own in zip(lines.itertuples(), users, strict=True)
    ]
    score = np.zeros(len(lines))
    for group in sorted(gain):
        score += float(groups.loc[group, "weight"]) * gain[group]
    first, second = ids[lines["a"]], ids[lines["b"]]
    table = pd.DataFrame(
        {
            "corridor_id": [f"{a}-{b}" for a, b in zip(first, second, strict=True)],
            "robust_area_a": first,
            "robust_area_b": second,
            "length_m": lines["length_m"].to_numpy(float),
            "n_barriers": lines["n_barriers"].to_numpy(np.int64),
            "groups": ["; ".join(own) for own in users],
            "n_groups": np.array([len(own) for own in users], dtype=np.int64),
            "score": score,
            "reason_nl": [nl for nl, _ in sentences],
            "reason_en": [en for _, en in sentences],
            "geometry": lines["geometry"].to_numpy(dtype=object),
        }
    )
    table = table[
        table["score"] > 0
    ]  # a connection that brings nobody anything is none
    texts = ["corridor_id", "robust_area_a", "robust_area_b", "groups"]
    texts = dict.fromkeys([*texts, "reason_nl", "reason_en"], "str")
    return table.astype(texts).sort_values("corridor_id", ignore_index=True)


def _sentences(line, users, gains):
    """Say what a corridor is and for whom, in Dutch and in English."""
    length_nl, length_en = distance_nl(line.length_m), distance(line.length_m)
    nl = f"{length_nl} in rechte lijn, {line.n_barriers} barrières gekruist"
    en = f"{length_en} as the crow flies, {line.n_barriers} barriers crossed"
    if not users:
        return (
            f"{nl}; geen groep leeft aan beide kanten en overbrugt dit",
            f"{en}; no group lives at both ends and bridges this",
        )
    order = np.argsort([-gain for gain in gains], kind="stable")
    rise_nl = [
        f"{users[k].name_nl} (ECA +{figure_nl(100 * gains[k])} %)" for k in order
    ]
    rise_en = [f"{users[k].name_en} (ECA +{figure(100 * gains[k])} %)" for k in order]
    return (
        f"{nl}; hoogstens te winnen voor {listed(rise_nl, 'nl')}",
        f"{en}; to gain at most for {listed(rise_en, 'en')}",
    )
