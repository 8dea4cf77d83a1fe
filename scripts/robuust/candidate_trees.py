"""Best paths from new patches into a network, and what they bring it."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from robuust.paths import Workspaces, mean_reach, sources_per_block
from robuust_kernels import gain_kernels, path_kernels
from robuust_kernels.blocks import in_blocks

NODES_AT_ONCE = 5_000_000  # of all trees together: some hundreds of megabytes


class Rows(NamedTuple):
    """Links from candidates to nodes, those of one candidate after the other."""

    first: np.ndarray  # int64, (n_candidates + 1,): where the links of each begin
    node: np.ndarray  # int32, (n_links,)
    length: np.ndarray  # float64, (n_links,): -ln of the chance


class Trees(NamedTuple):
    """Trees of best paths from candidates, as `gain_kernels.grow_trees` writes them."""

    first: np.ndarray  # int64, (n_candidates + 1,): where each tree begins
    node: np.ndarray  # int32
    so_far: np.ndarray  # float64
    end: np.ndarray  # int32


class Ground(NamedTuple):
    """A network that candidates are tried on, and how to search it."""

    graph: tuple  # first, neighbour, length, as in `graphs.Graph`
    capacity: np.ndarray  # effective habitat of each node [ha]
    limit: float  # longer paths count as none
    reach: float  # nodes that one reaches, about
    rooms: Workspaces
    threads: int


def prepare_ground(graph, capacity, *, limit, threads):
    """Make a network ready for candidates.

    Parameters
    ----------
    graph : Graph
    capacity : ndarray of float, shape (n,)
        Effective habitat of each node [ha].
    limit : float
        Longest path that counts (`paths.path_limit`).
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    Ground
    """
    n = capacity.size
    rooms = Workspaces(lambda: path_kernels.new_search(n))
    reach = mean_reach(graph, limit)
    return Ground(tuple(graph[:3]), capacity, limit, reach, rooms, threads)


def candidate_rows(n_candidates, n, candidate, node, length):
    """Links of candidates, ordered for the kernels.

    Parameters
    ----------
    n_candidates, n : int
        Number of candidates and of nodes.
    candidate, node : array_like of int, shape (n_links,)
        The ends of each link.
    length : array_like of float, shape (n_links,)
        Its length; infinite for none.

    Returns
    -------
    Rows

    Raises
    ------
    ValueError
        If a link names a candidate or a patch that is none.

    Examples
    --------
    >>> rows = candidate_rows(2, 9, [1, 0, 1], [5, 7, 6], [0.1, 0.2, 0.3])
    >>> rows.first.tolist(), rows.node.tolist()
    ([0, 1, 3], [7, 5, 6])
    """
    candidate = np.asarray(candidate, dtype=np.int64).reshape(-1)
    node = np.asarray(node, dtype=np.int64).reshape(-1)
    length = np.asarray(length, dtype=float).reshape(-1)
    if not candidate.size == node.size == length.size:
        raise ValueError(
            f"links name {candidate.size} candidates and {node.size} patches, and"
            f" have {length.size} chances; they must be as many"
        )
    for what, end, size in (("candidate", candidate, n_candidates), ("patch", node, n)):
        wrong = np.flatnonzero((end < 0) | (end >= size))
        if wrong.size:
            raise ValueError(
                f"{wrong.size} of {end.size} links of candidates (first: row"
                f" {wrong[0]}) name {what} {end[wrong[0]]}, beyond the {size} there"
                " are; make the links again from these candidates and patches"
            )
    order = np.argsort(candidate, kind="stable")
    first = np.zeros(n_candidates + 1, dtype=np.int64)
    np.cumsum(np.bincount(candidate, minlength=n_candidates), out=first[1:])
    return Rows(first, node[order].astype(np.int32), length[order])


def rows_of(rows, start, stop):
    """Links of the candidates from start up to, not including, stop.

    Parameters
    ----------
    rows : Rows
    start, stop : int

    Returns
    -------
    Rows

    Examples
    --------
    >>> rows_of(candidate_rows(2, 9, [0, 1], [7, 5], [0.2, 0.1]), 1, 2).node.tolist()
    [5]
    """
    first = rows.first[start : stop + 1]
    own = slice(first[0], first[-1])
    return Rows(first - first[0], rows.node[own], rows.length[own])


def chosen_rows(rows, candidates):
    """Links of some candidates, in the order given.

    Parameters
    ----------
    rows : Rows
    candidates : ndarray of int, shape (k,)

    Returns
    -------
    Rows

    Examples
    --------
    >>> rows = candidate_rows(2, 9, [0, 1, 1], [7, 5, 6], [0.2, 0.1, 0.3])
    >>> chosen_rows(rows, np.array([1, 0])).node.tolist()
    [5, 6, 7]
    """
    size = np.diff(rows.first)[candidates]
    first = np.zeros(size.size + 1, dtype=np.int64)
    np.cumsum(size, out=first[1:])
    at = np.arange(first[-1]) + np.repeat(rows.first[candidates] - first[:-1], size)
    return Rows(first, rows.node[at], rows.length[at])


def candidate_rises(rows, own, ground):
    """Value candidates, as many at a time as memory allows.

    Parameters
    ----------
    rows : Rows
    own : ndarray of float, shape (n_candidates,)
        Effective habitat that each candidate adds [ha]; 0 for a mere connection.
    ground : Ground

    Returns
    -------
    ndarray of float, shape (n_candidates,)
        Rise of PCnum by each of them alone [ha2].
    """
    step, rises = max(1, int(NODES_AT_ONCE / ground.reach)), [np.empty(0)]
    for start in range(0, own.size, step):
        trees = grow_trees(rows_of(rows, start, start + step), ground)
        rises.append(tree_rises(trees, own[start : start + step], ground))
    return np.concatenate(rises)


def grow_trees(rows, ground):
    """Find the tree of best paths from each candidate.

    Parameters
    ----------
    rows : Rows
    ground : Ground

    Returns
    -------
    Trees
    """

    def grow(start, stop):
        with ground.rooms.lent() as search:
            return gain_kernels.grow_trees(
                start, stop, tuple(rows), ground.graph, ground.limit, search
            )

    m = rows.first.size - 1
    block = sources_per_block(ground.reach)
    parts = list(in_blocks(grow, m, block=block, threads=ground.threads))
    first, none = np.zeros(m + 1, dtype=np.int64), np.empty(0, dtype=np.int32)
    if not parts:
        return Trees(first, none, np.empty(0), none)
    size, *columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    np.cumsum(size, out=first[1:])
    return Trees(first, *columns)


def tree_rises(trees, own, ground):
    """Rise of PCnum for each candidate, along its tree.

    Parameters
    ----------
    trees : Trees
    own : ndarray of float, shape (n_candidates,)
        Effective habitat that each candidate adds [ha].
    ground : Ground

    Returns
    -------
    ndarray of float, shape (n_candidates,)
        Rise of PCnum [ha2].

    Notes
    -----
    Every pair is counted from the node that is nearer to the candidate: it is within
    half of the limit, and few are. The paths from that node as they are serve all the
    trees that it stands in.
    """
    m = own.size
    habitat = np.exp(-trees.so_far) * ground.capacity[trees.node]
    rise = own**2 + 2 * own * np.bincount(_owner(trees), weights=habitat, minlength=m)
    visits = source, _, _, candidate = _visits(trees, ground)

    def walk(start, stop):
        with ground.rooms.lent() as search:
            return gain_kernels.walk_trees(
                *(start, stop, visits, tuple(trees)),
                *(ground.graph, ground.capacity, ground.limit, search),
            )

    parts = in_blocks(
        walk,
        source.size,
        block=sources_per_block(ground.reach),
        threads=ground.threads,
        label="gains of candidates",
    )
    brought = np.concatenate([np.empty(0), *parts])
    return rise + 2 * np.bincount(candidate, weights=brought, minlength=m)


def _visits(trees, ground):
    """Where nodes from which pairs are counted stand in the trees.

    Returns
    -------
    source, first, position, candidate
        As `gain_kernels.walk_trees` takes them.
    """
    counted = ground.capacity[trees.node] > 0
    counted &= 2 * trees.so_far <= ground.limit
    position = np.flatnonzero(counted)
    order = _stable_order(trees.node[position], ground.capacity.size)
    position = position[order]
    node = trees.node[position]
    first = np.flatnonzero(np.diff(node, prepend=-1))
    return (
        node[first],
        np.append(first, position.size),
        position,
        _owner(trees)[position],
    )


def _owner(trees):
    """Candidate of each node of the trees."""
    m = trees.first.size - 1
    return np.repeat(np.arange(m, dtype=np.int32), np.diff(trees.first))


def _stable_order(node, n):
    """Order by node, of equals the first first."""
    if node.size < n:
        return np.argsort(node, kind="stable")
    # Of many, counting them per node is quicker than to compare.
    every = np.arange(node.size), node, [0, node.size]
    return sparse.csr_array(every, shape=(1, n)).tocsc().data
