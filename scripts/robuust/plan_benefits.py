"""What a plan gains, told candidate by candidate: the ways that they open together."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse

from robuust.candidate_trees import (
    Ground,
    candidate_rows,
    grow_trees,
    prepare_ground,
)
from robuust.graphs import finish, prepare_graph, thinned
from robuust.paths import Workspaces, check_exact, path_lengths, path_limit
from robuust_kernels import (
    benefit_kernels,
    gain_kernels,
    path_kernels,
    way_kernels,
)
from robuust_kernels.blocks import in_blocks

SOURCES_PER_BLOCK = 32
CANDIDATES_PER_BLOCK = 64
SALT = 20_260_101  # of the numbers that tell ways apart


@dataclass(frozen=True)
class Benefits:
    """PCnum of one group as a sum of benefits, each had once a way to it is open.

    Items are the m candidates, then the ways: sets of two or more candidates, open
    when all of these are carried out.
    """

    before: float  # PCnum as it is [ha2]
    way: np.ndarray  # int32, (n_ways, depth): candidates, ascending; then -1
    value: np.ndarray  # (m + n_ways,): what each item brings whatever else [ha2]
    first: np.ndarray  # int64, (n_shared + 1,): of the benefits that items share
    item: np.ndarray  # int64: the items of each; any of them is enough
    shared: np.ndarray  # (n_shared,): what each brings, once [ha2]
    is_loose: bool  # it can be more than PCnum; else it is PCnum


@dataclass(frozen=True)
class WayRules:
    """Which ways are looked for; m candidates."""

    allowed: np.ndarray  # bool, (m,): candidates that a plan may contain
    cost: np.ndarray  # (m,): of what is not in every plan anyway
    most: float  # that the candidates of a way may cost together
    clashes: np.ndarray  # int, (n_clashes, 2): of these at most one
    depth: int  # candidates of a way, at most; of longer ones the middle is left out
    is_all: bool  # no plan has more candidates than that


def group_benefits(group, rules, *, p_min, threads=1):
    """Sum of benefits that equals a group's PCnum for every plan, or bounds it.

    The best path between two nodes leads through patches as they are and through some
    candidates, the *way* that has to be open. A pair that has several ways gains most
    by the best; what it gains with the best k is shared by them, and added up with
    that of all pairs that have the same ones.

    Parameters
    ----------
    group : GroupLandscape
    rules : WayRules
        Ways of more than `depth` candidates are counted as open without those in the
        middle: that makes the sum loose, never too low.
    p_min : float
        Chances below it count as zero.
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    Benefits

    Notes
    -----
    Chances between candidates are kept in a table of k x k for the k that are
    allowed.
    """
    looked_at = look_at(group, rules, p_min=p_min, threads=threads)
    parts = _listed(looked_at)
    salt = _salt(group.own.size)
    kept, value = looked_at.kept, looked_at.value
    return _merged(parts, kept, value, group.pcnum, salt, rules.depth)


class LookedAt(NamedTuple):
    """A group's network and candidates as the kernels take them."""

    kept: np.ndarray  # int, (k,): candidates that are allowed and of use
    value: np.ndarray  # (m,): what each brings by itself, whatever else is open [ha2]
    ground: Ground
    sources: tuple
    candidates: tuple
    rules: tuple


def look_at(group, rules, *, p_min, threads=1):
    """Make ready what `benefit_kernels.list_benefits` takes.

    Parameters
    ----------
    group : GroupLandscape
    rules : WayRules
    p_min : float
        Chances below it count as zero.
    threads : int

    Returns
    -------
    LookedAt
    """
    kept = np.flatnonzero(rules.allowed & group.useful)
    ground, trees, rows = network_and_trees(group, kept, p_min, threads)
    near = near_lengths(group, kept, trees, rows, ground, p_min)
    far = near if rules.is_all else _far_lengths(near, ground)
    own, m = group.own[kept], group.own.size
    return LookedAt(
        kept,
        alone_values(group, kept, trees, ground),
        ground,
        _sources(own, trees, ground),
        (own, tuple(trees), *_paths_of(near, far, ground)),
        _kernel_rules(rules, kept, _salt(m)[kept]),
    )


def bounded_pcnum(benefits, chosen):
    """PCnum that a sum of benefits tells for a plan.

    Parameters
    ----------
    benefits : Benefits
    chosen : array_like of bool, shape (m,)
        Candidates that are carried out.

    Returns
    -------
    float
        PCnum [ha2], or more when the benefits are loose.
    """
    is_open = open_items(benefits.way, chosen)
    total = benefits.before + float(benefits.value @ is_open)
    if benefits.shared.size:
        any_open = np.maximum.reduceat(is_open[benefits.item], benefits.first[:-1])
        total += float(benefits.shared @ any_open)
    return total


def open_items(way, chosen):
    """Which items a plan opens: candidates, then ways.

    Parameters
    ----------
    way : ndarray of int, shape (n_ways, depth)
        Candidates of each; -1 for none.
    chosen : array_like of bool or float, shape (m,)
        For shares of candidates the least of a way counts.

    Returns
    -------
    ndarray of float, shape (m + n_ways,)

    Examples
    --------
    >>> open_items(np.array([[0, 1], [0, 2]]), [True, False, True]).tolist()
    [1.0, 0.0, 1.0, 0.0, 1.0]
    """
    chosen = np.asarray(chosen, dtype=float)
    least = np.append(chosen, 1.0)[way].min(axis=1, initial=1.0)
    return np.concatenate([chosen, least])


def way_numbers(way, m):
    """Give each set of candidates a number, the same in all groups.

    Parameters
    ----------
    way : ndarray of int, shape (n_ways, depth)
        Candidates of each; -1 for none.
    m : int
        Number of candidates.

    Returns
    -------
    ndarray of uint64, shape (n_ways,)
        Two sets share one with a chance of 5e-20.
    """
    return np.append(_salt(m), np.uint64(0))[way].sum(axis=1, dtype=np.uint64)


def _salt(m):
    """Random numbers, one for each candidate."""
    random = np.random.default_rng(SALT)
    return random.integers(1, 2**64, m, dtype=np.uint64, endpoint=False)


def network_and_trees(group, kept, p_min, threads):
    """Make the network ready, and find the best paths into it from each candidate."""
    n, limit = group.capacity.size, path_limit(p_min)
    a, b, length = *group.links[:2], path_lengths(group.links[2], limit=limit)
    graph = prepare_graph(n, a, b, length, threads=threads)
    check_exact(graph, p_min)
    graph = thinned(graph, detours=1, threads=threads)
    number = np.empty(n, dtype=np.int64)
    number[graph.patch] = np.arange(n)
    links = group.to_patch[kept].tocoo()
    length = path_lengths(links.data, limit=limit)
    rows = candidate_rows(kept.size, n, links.row, number[links.col], length)
    ground = prepare_ground(
        graph, group.capacity[graph.patch], limit=limit, threads=threads
    )
    return ground, grow_trees(rows, ground), rows


def near_lengths(group, kept, trees, rows, ground, p_min):
    """Length of the best path between candidates by patches only, shape (k, k)."""
    k, n = kept.size, ground.capacity.size
    direct = group.to_candidate[kept][:, kept].tocoo()
    length = np.full((k, k), np.inf)
    length[direct.row, direct.col] = path_lengths(direct.data, limit=ground.limit)
    links, trees = tuple(rows), tuple(trees[:3])

    def link(start, stop):
        way_kernels.link_candidates(start, stop, n, trees, links, length)

    finish(in_blocks(link, k, block=CANDIDATES_PER_BLOCK, threads=ground.threads))
    np.minimum(length, length.T, out=length)  # rounding must not depend on direction
    np.fill_diagonal(length, np.inf)
    length[length > ground.limit] = np.inf
    return length


def alone_values(group, kept, trees, ground):
    """Sum what each candidate brings by itself, whatever is open, shape (m,) [ha2]."""
    own = group.own[kept]
    chance = sparse.csr_array(
        (np.exp(-trees.so_far), trees.node, trees.first),
        shape=(kept.size, ground.capacity.size),
    )
    value = np.zeros(group.own.size)
    value[kept] = own**2 + 2 * own * (chance @ ground.capacity)
    return value


def _far_lengths(near, ground):
    """Length of the best path by any candidates in between, shape (k, k)."""
    k = near.shape[0]
    graph, length = _as_graph(near), np.full(near.shape, np.inf)
    rooms = Workspaces(lambda: path_kernels.new_search(k))

    def chain(start, stop):
        with rooms.lent() as search:
            way_kernels.chain_candidates(
                start, stop, graph, ground.limit, search, length
            )

    finish(in_blocks(chain, k, block=CANDIDATES_PER_BLOCK, threads=ground.threads))
    np.minimum(length, length.T, out=length)
    np.fill_diagonal(length, np.inf)
    return length


def _as_graph(length):
    """Rows of a table of lengths as links, the shortest first."""
    row, column = np.nonzero(np.isfinite(length))
    value = length[row, column]
    order = np.lexsort((value, row))
    first = np.zeros(length.shape[0] + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=length.shape[0]), out=first[1:])
    return first, column[order].astype(np.int32), value[order]


def _paths_of(near, far, ground):
    """Paths between candidates for the kernel, and which of the far have a detour."""
    graph = _as_graph(far)
    row = np.repeat(np.arange(far.shape[0]), np.diff(graph[0]))
    shortcut = near[row, graph[1]]
    has_detour = shortcut - graph[2] > gain_kernels.SLACK * (1 + graph[2])
    return _as_graph(near), graph, has_detour


def _sources(own, trees, ground):
    """Nodes that candidates reach, and candidates with habitat, for the kernel."""
    k, n = own.size, ground.capacity.size
    place = np.arange(trees.node.size)
    by_node = sparse.csr_array((place, trees.node, trees.first), shape=(k, n)).tocsc()
    visits = np.diff(by_node.indptr)
    node = np.flatnonzero((visits > 0) & (ground.capacity > 0))
    keep = np.repeat((visits > 0) & (ground.capacity > 0), visits)
    code = np.concatenate([node, -1 - np.flatnonzero(own > 0)]).astype(np.int32)
    first = np.zeros(code.size + 1, dtype=np.int64)
    np.cumsum(visits[node], out=first[1 : node.size + 1])
    first[node.size + 1 :] = first[node.size]
    return (
        code,
        first,
        by_node.indices[keep].astype(np.int32),
        trees.so_far[by_node.data[keep]],
    )


def _kernel_rules(rules, kept, salt):
    """Rules as `benefit_kernels.list_benefits` takes them."""
    clash = np.zeros((rules.allowed.size,) * 2, dtype=bool)
    one, other = np.asarray(rules.clashes, dtype=np.int64).reshape(-1, 2).T
    clash[one, other] = clash[other, one] = True
    return (
        *(rules.depth, salt),
        *(np.asarray(rules.cost, dtype=float)[kept], float(rules.most)),
        np.ascontiguousarray(clash[np.ix_(kept, kept)]),
    )


def _listed(looked_at):
    """Benefits as the kernel lists them, part by part."""
    _, _, ground, sources, candidates, rules = looked_at
    where = tuple(ground.graph), ground.capacity, ground.limit

    def listed(start, stop):
        with ground.rooms.lent() as search:
            return benefit_kernels.list_benefits(
                start, stop, sources, where, candidates, rules, search
            )

    return list(
        in_blocks(
            listed,
            sources[0].size,
            block=SOURCES_PER_BLOCK,
            threads=ground.threads,
            label="benefits of candidates",
        )
    )


def _merged(parts, kept, value, before, salt, depth):
    """Benefits of all parts as one sum, those of the same ways together."""
    m = value.size
    empty = np.empty((0, depth), dtype=np.int32)
    brought = np.concatenate([np.empty(0), *(part[0] for part in parts)])
    number = np.concatenate([np.empty(0, np.uint64), *(part[1] for part in parts)])
    size = np.concatenate([np.empty(0, np.int64), *(np.diff(p[2]) for p in parts)])
    way = np.concatenate([empty, *(part[3] for part in parts)])
    way = np.append(kept, -1)[way]
    start = np.cumsum(size) - size
    _, seen, same = np.unique(number, return_index=True, return_inverse=True)
    brought = np.bincount(same, brought, minlength=seen.size)
    size, start = size[seen], start[seen]
    # Ways become items: a candidate by itself, or one of the ways with more.
    place = np.repeat(start - (np.cumsum(size) - size), size) + np.arange(size.sum())
    way = way[place]
    is_single = way[:, 1] < 0
    numbers = np.append(salt, np.uint64(0))[way].sum(axis=1, dtype=np.uint64)
    _, kind, item = np.unique(
        numbers[~is_single], return_index=True, return_inverse=True
    )
    items = way[:, 0].astype(np.int64)
    items[~is_single] = m + item
    value = np.concatenate([value, np.zeros(kind.size)])
    start = np.cumsum(size) - size
    only = size == 1
    np.add.at(value, items[start[only]], brought[only])
    keep = np.repeat(~only, size)
    first = np.concatenate([[0], np.cumsum(size[~only])]).astype(np.int64)
    return Benefits(
        before=before,
        way=way[~is_single][kind],
        value=value,
        first=first,
        item=items[keep],
        shared=brought[~only],
        is_loose=any(bool(part[4]) for part in parts),
    )
