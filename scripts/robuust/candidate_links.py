"""Links that a candidate would have: with the patches there are, with each other."""

import numpy as np
import pandas as pd

from robuust.gaps import (
    barriers_between,
    near_pairs,
    near_pairs_between,
    shortest_lines,
)
from robuust.network import dispersal_probability


def patch_links(candidates, patches, barriers, *, land=None, threads=1, **kernel):
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
    cost_m = _costs(candidates, patches, i, j, gap_m, land, kernel["reach_m"], threads)
    links = _links(candidates[i], patches[j], gap_m, cost_m, barriers, **kernel)
    return _possible(links.assign(candidate=i, patch=j), land)


def mate_links(candidates, barriers, *, land=None, threads=1, **kernel):
    """Links among candidates that would be habitat of one group, each pair once.

    Parameters
    ----------
    candidates, barriers, land, threads, kernel
        As for `patch_links`.

    Returns
    -------
    DataFrame, one row per link
        candidate, mate (positions, candidate before mate), distance_m, cost_m,
        probability, merges.
    """
    candidates = _array(candidates)
    i, j, gap_m = near_pairs(candidates, kernel["reach_m"], threads=threads)
    ends = candidates, candidates, i, j, gap_m
    cost_m = _costs(*ends, land, kernel["reach_m"], threads)
    links = _links(candidates[i], candidates[j], gap_m, cost_m, barriers, **kernel)
    return _possible(links.assign(candidate=i, mate=j), land)


def link_table(candidates, patches, barriers, *, group, dispersal_max_m, **kernel):
    """All new links of the candidates of one group, by their ids.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, geometry: what would be habitat of the group, sorted by id.
    patches : GeoDataFrame
        patch_id, geometry.
    barriers : tuple
        As for `patch_links`.
    group : str
    dispersal_max_m : float
        Gap up to which two patches belong to one network [m].
    **kernel
        And land and threads, as for `patch_links`.

    Returns
    -------
    DataFrame
        group, candidate_id, other_id, kind (patch or candidate), distance_m, cost_m,
        probability, merges, within_dispersal; sorted by ids, kind first.
    """
    patches = patches.sort_values("patch_id", ignore_index=True)
    shapes = candidates.geometry.to_numpy()
    ids = candidates["candidate_id"].to_numpy(dtype=object)
    patch_ids = patches["patch_id"].to_numpy(dtype=object)
    mates = mate_links(shapes, barriers, **kernel)
    mates = mates.assign(kind="candidate", other_id=ids[mates["mate"]])
    found = patch_links(shapes, patches.geometry.to_numpy(), barriers, **kernel)
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
    columns = [
        *texts,
        "distance_m",
        "cost_m",
        "probability",
        "merges",
        "within_dispersal",
    ]
    flags = {"merges": bool, "within_dispersal": bool}
    return table[columns].astype(dict.fromkeys(texts, "str") | flags)


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


def _links(
    left, right, gap_m, cost_m, barriers, *, d0_m, p0, reach_m, local_distance_m
):
    lines, chance = _array(barriers[0]), np.asarray(barriers[1], dtype=float)
    lines, chance = lines[chance < 1], chance[chance < 1]
    across = np.ones(gap_m.size)
    if lines.size and gap_m.size:
        straight = shortest_lines(left, right)
        pair, barrier = barriers_between(left, right, straight, lines)
        np.multiply.at(across, pair, chance[barrier])
    merges = (gap_m <= local_distance_m) & (across == 1)
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
