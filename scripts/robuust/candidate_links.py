"""Links that a candidate would have: with the patches there are, with each other."""

import numpy as np
import pandas as pd
import shapely

from robuust.gaps import (
    barriers_between,
    near_pairs,
    near_pairs_between,
    shortest_lines,
)
from robuust.network import dispersal_probability
from robuust.polygons import as_multipolygons

SLIT_M = 0.1  # either side of a barrier: the banks of a crossing lie beside it
BANK_M = 0.2  # from the barrier to the end of a bank


def patch_links(
    candidates,
    patches,
    barriers,
    *,
    land=None,
    threads=1,
    ground=None,
    connects=None,
    **kernel,
):
    """Links between candidates and the patches of one group.

    Parameters
    ----------
    candidates, patches : array_like of shapely polygons
        In one projected CRS [m].
    barriers : tuple (array_like of shapely lines, array_like of float)
        Barriers, and the chance that a disperser of this group gets across each.
    land : Land or None
        What the group moves over, for a group that does not move straight.
    threads : int
        Processors to use; the links do not depend on it.
    ground : array_like of shapely polygons, shape (n_candidates,), optional
        Where ways over the land begin, if not in the candidates themselves.
    connects : array_like of bool, shape (n_candidates,), optional
        Mere connections: no habitat, so they merge with nothing.
    **kernel
        d0_m, p0 (chance at that distance), reach_m (longest gap that is a link),
        local_distance_m (gap up to which habitat is one patch).

    Returns
    -------
    DataFrame, one row per link
        candidate, patch (positions), distance_m, cost_m, probability, merges. A
        candidate merges with a patch, with chance 1, when the gap is at most the local
        distance and no barrier lies between; else the chance is that of the gap times
        that of each barrier, or that of the cost over the land.

    Examples
    --------
    >>> import shapely
    >>> found = patch_links(
    ...     [shapely.box(0, 0, 10, 10)], [shapely.box(110, 0, 120, 10)], ([], []),
    ...     d0_m=100, p0=0.5, reach_m=500, local_distance_m=50)
    >>> found["probability"].tolist(), found["merges"].tolist()
    ([0.5], [False])
    """
    candidates, patches = _array(candidates), _array(patches)
    i, j, gap_m = near_pairs_between(
        candidates, patches, kernel["reach_m"], threads=threads
    )
    ends = candidates if ground is None else ground, patches, i, j, gap_m
    cost_m = _costs(*ends, land, kernel["reach_m"], threads)
    apart = np.zeros(i.size, dtype=bool) if connects is None else connects[i]
    ends = candidates[i], patches[j], gap_m, cost_m, apart
    links = _links(*ends, barriers=barriers, **kernel)
    return _possible(links.assign(candidate=i, patch=j), land)


def mate_links(
    candidates,
    barriers,
    *,
    land=None,
    threads=1,
    ground=None,
    connects=None,
    **kernel,
):
    """Links among candidates of use to one group, each pair once.

    Parameters
    ----------
    candidates, barriers, land, threads, ground, connects, kernel
        As for `patch_links`.

    Returns
    -------
    DataFrame, one row per link
        candidate, mate (positions, candidate before mate), distance_m, cost_m,
        probability, merges.
    """
    candidates = _array(candidates)
    i, j, gap_m = near_pairs(candidates, kernel["reach_m"], threads=threads)
    ground = candidates if ground is None else ground
    cost_m = _costs(ground, ground, i, j, gap_m, land, kernel["reach_m"], threads)
    none = np.zeros(candidates.size, dtype=bool)
    connects = none if connects is None else connects
    ends = candidates[i], candidates[j], gap_m, cost_m, connects[i] | connects[j]
    links = _links(*ends, barriers=barriers, **kernel)
    return _possible(links.assign(candidate=i, mate=j), land)


def link_table(candidates, patches, barriers, *, group, dispersal_max_m, **kernel):
    """All new links of the candidates of one group, by their ids.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, geometry: what is of use to the group, sorted by id. With
        crossings among them also kind and barrier, as `banks_of_crossings` says.
    patches : GeoDataFrame
        patch_id, geometry.
    barriers : tuple
        As for `patch_links`, and with crossings a third: the kind of each barrier.
    group : str
    dispersal_max_m : float
        Gap up to which two patches belong to one network [m].
    **kernel
        And land and threads, as for `patch_links`.

    Returns
    -------
    DataFrame
        group, candidate_id, other_id, kind (patch or candidate), distance_m, cost_m,
        probability, merges, within_dispersal; sorted by ids, kind first. A crossing
        links to what lies on either side of its barrier: the gap is that from its
        bank there, the barrier that it opens is not counted, others are.
    """
    patches = patches.sort_values("patch_id", ignore_index=True)
    ids = candidates["candidate_id"].to_numpy(dtype=object)
    patch_ids = patches["patch_id"].to_numpy(dtype=object)
    shapes, ground, owner, connects = banks_of_crossings(candidates, barriers)
    kernel = kernel | {"ground": ground, "connects": connects}
    mates = mate_links(shapes, barriers[:2], **kernel)
    mates = mates.assign(candidate=owner[mates["candidate"]], mate=owner[mates["mate"]])
    mates = _best(mates[mates["candidate"] != mates["mate"]], "mate")
    mates = mates.assign(kind="candidate", other_id=ids[mates["mate"]])
    found = patch_links(shapes, patches.geometry.to_numpy(), barriers[:2], **kernel)
    found = _best(found.assign(candidate=owner[found["candidate"]]), "patch")
    found = found.assign(kind="patch", other_id=patch_ids[found["patch"]])
    table = pd.concat([mates, found], ignore_index=True)
    table = table.assign(
        group=group,
        candidate_id=ids[table["candidate"].to_numpy(dtype=np.int64)],
        # A barrier that nothing crosses parts a network, however short the gap.
        within_dispersal=(table["cost_m"] <= dispersal_max_m)
        & (table["probability"] > 0),
    )
    texts = ["group", "candidate_id", "other_id", "kind"]
    numbers = ["distance_m", "cost_m", "probability"]
    flags = {"merges": bool, "within_dispersal": bool}
    types = dict.fromkeys(texts, "str") | dict.fromkeys(numbers, float) | flags
    return table[list(types)].astype(types)


def banks_of_crossings(candidates, barriers):
    """Where the ways from each candidate begin: of a crossing on either bank.

    Parameters
    ----------
    candidates : GeoDataFrame
        geometry, and with crossings among them kind and barrier (the kind that it
        opens).
    barriers : tuple (lines, chance, kind)
        Kinds are needed only with crossings. A chance of 1 is no barrier.

    Returns
    -------
    shapes : ndarray of shapely polygons
        The candidate itself; of a crossing its banks: beside the barrier that it opens,
        as wide as it is, a hand deep. A way through it is as long as it would be over
        open ground, and a second barrier in the strip stays closed.
    ground : ndarray of shapely polygons
        The same, but of a crossing all of the strip on that side, where ways over the
        land begin: next to the barrier there may be no free cell.
    owner : ndarray of int64
        Position of the candidate that each shape belongs to; in order.
    connects : ndarray of bool
        Whether the shape is of a crossing.

    Raises
    ------
    ValueError
        If there are crossings, and barriers without their kinds.

    Examples
    --------
    >>> import geopandas as gpd
    >>> tunnel = gpd.GeoDataFrame({"kind": ["crossing"], "barrier": ["road"]},
    ...                           geometry=[shapely.box(0, -50, 20, 50)])
    >>> road = shapely.linestrings([[-99, 0], [99, 0]])
    >>> banks, *_ = banks_of_crossings(tunnel, ([road], [0.2], ["road"]))
    >>> shapely.bounds(banks).round(3).tolist()
    [[0.0, -0.2, 20.0, -0.1], [0.0, 0.1, 20.0, 0.2]]
    """
    shapes = candidates.geometry.to_numpy()
    owner, none = np.arange(shapes.size), np.zeros(shapes.size, dtype=bool)
    if "kind" not in candidates or not candidates["kind"].eq("crossing").any():
        return shapes, shapes, owner, none
    if len(barriers) < 3:
        raise ValueError("with crossings, give the kind of each barrier as a third")
    lines, chance = _array(barriers[0]), np.asarray(barriers[1], dtype=float)
    lines, kinds = lines[chance < 1], np.asarray(barriers[2], dtype=object)[chance < 1]
    is_crossing = candidates["kind"].eq("crossing").to_numpy()
    strip, line = shapely.STRtree(lines).query(shapes, predicate="intersects")
    banks, ground = ([[shape] for shape in shapes] for _ in range(2))
    for k in np.unique(strip[is_crossing[strip]]):
        met = line[strip == k]
        opened = lines[met[kinds[met] == candidates["barrier"].iloc[k]]]
        if opened.size:
            banks[k], ground[k] = _banks(shapes[k], opened, lines[met])
    owner = np.repeat(owner, [len(parts) for parts in banks])
    banks, ground = (
        np.concatenate([_array(parts) for parts in found]) for found in (banks, ground)
    )
    return banks, ground, owner, is_crossing[owner]


def land_words(candidates, barriers, land):
    """Say which candidates the cells of the land are too large for.

    Parameters
    ----------
    candidates, barriers
        As for `link_table`.
    land : Land
        What the group moves over.

    Returns
    -------
    list of str
        A sentence on crossings that have free cells on one side of their barrier only,
        or on none, and one on other candidates without a free cell; empty when all is
        well.
    """
    from robuust.resistance import cells_touched  # slow; most groups move straight

    _, ground, owner, connects = banks_of_crossings(candidates, barriers)
    cells = (cells_touched(shape, land.grid) for shape in ground)
    is_free = np.array(
        [(land.toll_m[row, column] == 0).any() for row, column in cells], dtype=bool
    )
    sides = np.bincount(owner[connects], weights=is_free[connects])
    n_dead = int((sides[np.unique(owner[connects])] < 2).sum())
    n_none, n_other = int((~is_free[~connects]).sum()), int((~connects).sum())
    words = []
    if n_dead:
        words.append(
            f"{n_dead} of {np.unique(owner[connects]).size} crossings end on cells of a"
            " barrier and lead nowhere: make restoration.crossing_length_m at least"
            " four times least_cost.cell_m"
        )
    if n_none:
        words.append(
            f"{n_none} of {n_other} candidates have no cell without a barrier, so no"
            f" way leads there: make least_cost.cell_m smaller than"
            f" {land.grid.cell_m:g} m"
        )
    return words


def _banks(strip, opened, lines):
    """Banks of one crossing, and the part of its strip behind each."""
    walls = shapely.buffer(shapely.union_all(lines), SLIT_M)
    parts = shapely.get_parts(shapely.difference(strip, walls))
    beside = shapely.buffer(shapely.union_all(opened), BANK_M, cap_style="flat")
    banks = as_multipolygons(shapely.intersection(parts, beside))
    is_bank = ~shapely.is_empty(banks)
    return banks[is_bank], parts[is_bank]


def _best(links, other):
    """Of the links of both sides of a crossing to one other, the surer; sorted."""
    links = links.sort_values(
        ["candidate", other, "probability", "distance_m"],
        ascending=[True, True, False, True],
    )
    return links.drop_duplicates(["candidate", other]).reset_index(drop=True)


def _costs(shapes, targets, i, j, gap_m, land, reach_m, threads):
    """Cost over the land of each pair, infinite beyond reach; without land, nothing."""
    if land is None:
        return None
    from robuust.least_cost_links import costs_to  # slow; most groups move straight

    *ends, cost_m = costs_to(shapes, targets, land, max_cost_m=reach_m, threads=threads)
    ways = pd.Series(cost_m, pd.MultiIndex.from_arrays(ends))
    pairs = pd.MultiIndex.from_arrays([i, j])
    # No land is easier than easy land: cells may not make a way shorter than its gap.
    return np.maximum(ways.reindex(pairs).fillna(np.inf).to_numpy(), gap_m)


def _possible(links, land):
    """Links without those that no way over the land leads to."""
    if land is None:
        return links
    possible = links["merges"] | np.isfinite(links["cost_m"])
    return links[possible].reset_index(drop=True)


def _links(*ends, barriers, d0_m, p0, reach_m, local_distance_m):
    """Chances of pairs, given by both shapes, gap, cost and whether one connects."""
    left, right, gap_m, cost_m, connects = ends
    lines, chance = _array(barriers[0]), np.asarray(barriers[1], dtype=float)
    lines, chance = lines[chance < 1], chance[chance < 1]
    across = np.ones(gap_m.size)
    if lines.size and gap_m.size:
        straight = shortest_lines(left, right)
        pair, barrier = barriers_between(left, right, straight, lines)
        np.multiply.at(across, pair, chance[barrier])
    merges = (gap_m <= local_distance_m) & (across == 1) & ~connects
    if cost_m is None:
        cost_m = gap_m
    else:
        across[:] = 1.0  # barriers are in the cost
    cost_m = np.where(merges, np.minimum(cost_m, gap_m), cost_m)
    chance = dispersal_probability(cost_m, d0_m=d0_m, p0=p0) * across
    return pd.DataFrame(
        {
            "distance_m": gap_m,
            "cost_m": cost_m,
            "probability": np.where(merges, 1.0, chance),
            "merges": merges,
        }
    )


def _array(shapes):
    return np.asarray(shapes, dtype=object).reshape(-1)
