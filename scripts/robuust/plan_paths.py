"""What a plan gains at most, for any shares of candidates, and how steeply it rises."""

from dataclasses import dataclass

import numpy as np

from robuust.graphs import finish
from robuust.plan_benefits import alone_values, near_lengths, network_and_trees
from robuust_kernels import plan_path_kernels
from robuust_kernels.blocks import in_blocks

ENDS_PER_BLOCK = 16
PARTS_PER_BLOCK = 4
LITTLE = 1e-3  # of a candidate: paths through so small a share are not told apart
MOST_CELLS = 60_000_000  # of the tables of a group: two, of eight bytes each


@dataclass(frozen=True)
class PlanPaths:
    """Lengths of paths between nodes and candidates of one group.

    Tables have a row for each end: the n nodes that candidates reach, then the k
    candidates.
    """

    total: float  # PCnum as it is [ha2]
    kept: np.ndarray  # int, (k,): candidates that count for the group
    value: np.ndarray  # (m,): what each brings whatever else [ha2]
    capacity: np.ndarray  # (n + k,): habitat at each end [ha]
    near: np.ndarray  # (n + k, k): length by patches only
    far: np.ndarray  # (n + k, k): by any candidates in between
    limit: float  # longer paths count as none
    parts: list  # pairs of ends, as `plan_path_kernels.list_pairs` gives them


def group_paths(group, allowed, *, p_min, threads=1):
    """Find the paths that candidates can open between nodes of a group.

    Parameters
    ----------
    group : GroupLandscape
    allowed : ndarray of bool, shape (m,)
        Candidates that a plan may contain.
    p_min : float
        Chances below it count as zero.
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    PlanPaths

    Raises
    ------
    ValueError
        If the tables of the group would take more than 1 GB.
    """
    kept = np.flatnonzero(allowed & group.useful)
    ground, trees, rows = network_and_trees(group, kept, p_min, threads)
    nodes = np.unique(trees.node[ground.capacity[trees.node] > 0]).astype(np.int64)
    n, k = nodes.size, kept.size
    if (n + k) * k > MOST_CELLS:
        raise ValueError(
            f"{k} candidates among {n} patches are too many to prove a plan: tables of "
            f"{16 * (n + k) * k / 1e9:.0f} GB; choose fewer candidates, or plan "
            "provinces one by one"
        )
    near = np.full((n + k, k), np.inf)
    of, at = np.repeat(np.arange(k), np.diff(trees.first)), trees.node
    is_node = ground.capacity[at] > 0
    near[np.searchsorted(nodes, at[is_node]), of[is_node]] = trees.so_far[is_node]
    near[n:] = near_lengths(group, kept, trees, rows, ground, p_min)
    far = open_lengths(near, np.ones(k, dtype=bool), ground.limit, threads)
    capacity = np.concatenate([ground.capacity[nodes], group.own[kept]])
    where = tuple(ground.graph), ground.limit

    def listed(start, stop):
        with ground.rooms.lent() as search:
            return plan_path_kernels.list_pairs(
                start, stop, nodes, where, capacity, near, far, search
            )

    parts = list(in_blocks(listed, n + k, block=ENDS_PER_BLOCK, threads=threads))
    value = alone_values(group, kept, trees, ground)
    return PlanPaths(group.pcnum, kept, value, capacity, near, far, ground.limit, parts)


def open_lengths(near, is_open, limit, threads):
    """Length of the best paths from ends to candidates by open ones in between.

    Parameters
    ----------
    near : ndarray of float, shape (n + k, k)
        Length by patches only.
    is_open : ndarray of bool, shape (k,)
    limit : float
        Longer paths count as none.
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    ndarray of float, shape (n + k, k)
    """
    length = np.empty_like(near)
    n = near.shape[0] - near.shape[1]
    for begin, end in ((n, len(near)), (0, n)):  # nodes go on by the candidates

        def lengthen(start, stop, begin=begin):
            plan_path_kernels.open_lengths(
                begin + start, begin + stop, near, is_open, limit, length
            )

        finish(in_blocks(lengthen, end - begin, block=ENDS_PER_BLOCK, threads=threads))
    return length


def filled_paths(paths, share, *, threads=1):
    """PCnum with shares of candidates, and a plane above it.

    Parameters
    ----------
    paths : PlanPaths
    share : ndarray of float, shape (m,)
        0 to 1. For whole candidates it is PCnum.
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    pcnum : float
        Relative to what it is.
    slope : ndarray of float, shape (m,)
        For any plan PCnum is at most ``pcnum + slope @ (plan - share)``.
    """
    some = share[paths.kept]
    is_open = some > LITTLE
    opened = open_lengths(paths.near, is_open, paths.limit, threads)
    tables = paths.near, paths.far, opened

    def fill(start, stop):
        return [
            plan_path_kernels.fill_pairs(
                *(*part, paths.capacity, tables, some, is_open, paths.limit)
            )
            for part in paths.parts[start:stop]
        ]

    level, slope = 0.0, np.zeros(some.size)
    filled = in_blocks(fill, len(paths.parts), block=PARTS_PER_BLOCK, threads=threads)
    for low, steep in (part for block in filled for part in block):
        level += low
        slope += steep
    steepness = paths.value.copy()
    steepness[paths.kept] += slope
    pcnum = paths.total + level + steepness @ share
    return pcnum / paths.total, steepness / paths.total
