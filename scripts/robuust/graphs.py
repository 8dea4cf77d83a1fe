"""The graph that searches run on: patches as nodes, links with a length.

The length of a link is -ln of its probability, so that the shortest path is the one
with the largest product, and its length the -ln of that.
"""

from typing import NamedTuple

import numpy as np

from robuust.checks import checked_numbers
from robuust_kernels import graph_kernels
from robuust_kernels.blocks import in_blocks

CLUSTER_NODES = 256  # numbered breadth first at a time: what they need fits a cache
ROWS_BLOCK = 1024
MIDDLES_TRIED = 64  # nearest neighbours tried as the middle of a detour


class Graph(NamedTuple):
    """Nodes and their links, as kernels want them.

    Nodes are numbered one component after the other, those near each other together.
    """

    first: np.ndarray  # int64, (n + 1,): where the links of each node begin
    neighbour: np.ndarray  # int32, (2 n_links,): the node at the other end
    length: np.ndarray  # float64, (2 n_links,): the shortest of a node first
    patch: np.ndarray  # int32, (n,): the patch that each node stands for


def prepare_graph(n, a, b, length, *, threads=1):
    """Make the graph of a list of links.

    Parameters
    ----------
    n : int
        Number of patches.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link, 0 to n - 1, in either order; of links between
        the same two patches the shortest counts, and none from a patch to itself.
    length : array_like of float, shape (n_links,)
        Length of each link, zero or more; an infinite one is no link.
    threads : int
        How many to work on.

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        If a length is negative or missing, or a link names a patch that is none.

    Examples
    --------
    >>> graph = prepare_graph(3, [0, 2, 2], [2, 1, 0], [5.0, np.inf, 4.0])
    >>> graph.patch.tolist(), graph.first.tolist()
    ([0, 2, 1], [0, 1, 2, 2])
    >>> graph.neighbour.tolist(), graph.length.tolist()
    ([1, 0], [4.0, 4.0])
    """
    a, b = checked_ends(n, a, b)
    length = checked_numbers(
        length, "every link needs a length of zero or more", "make the links again"
    )
    check_each_link(a, length, "lengths")
    first, neighbour, _, length, patch = rows(n, a, b, length, threads=threads)
    keep = np.empty(neighbour.size, dtype=np.bool_)
    if graph_kernels.mark_lightest(first, neighbour, keep):
        first, neighbour, length = selected(first, keep, neighbour, length)
    return Graph(first, neighbour, length, patch)


def sort_rows(first, neighbour, length, *, threads=1):
    """Sort the links of each node anew, the shortest first.

    Parameters
    ----------
    first, neighbour
        As in a `Graph`.
    length : ndarray of float64, shape (n_arcs,)
        Their new length.
    threads : int
        How many to work on.

    Returns
    -------
    neighbour, length : ndarray
    """
    columns = neighbour.copy(), np.zeros_like(neighbour), length.copy()

    def sort_block(start, stop):
        graph_kernels.sort_each(start, stop, first, *columns)

    finish(in_blocks(sort_block, first.size - 1, block=ROWS_BLOCK, threads=threads))
    return columns[0], columns[2]


def thinned(graph, *, detours=2, cost=None, threads=1):
    """Leave out links that no best path needs, not even with a patch or link removed.

    A link goes when two detours, through different middle patches, are as short
    and consist of shorter links: whichever patch or link is removed, one detour is
    left. By induction over the length, no best path of the graph, nor of the graph
    without any one patch or link, gets longer. Of links of length zero those of two
    forests stay, which hold together the same.

    Parameters
    ----------
    graph : Graph
    detours : int
        2; or 1 for a graph of which nothing will be removed.
    cost : ndarray of float64, shape (n_arcs,), or None
        What each link costs beside its length. Detours may cost no more, so that the
        result holds for any sum of length and cost with weights above zero.
    threads : int
        How many to work on.

    Returns
    -------
    Graph
        The same nodes with fewer links.

    Examples
    --------
    >>> line = np.array([0.0, 1.0, 2.0, 3.0])
    >>> a, b = np.triu_indices(4, 1)
    >>> graph = prepare_graph(4, a, b, line[b] - line[a])
    >>> thinned(graph).length.size // 2  # 0-3 is gone: by 1 and by 2 it is as far
    5
    """
    keep = needed_links(graph, detours=detours, cost=cost, threads=threads)
    return Graph(*selected(graph.first, keep, *graph[1:3]), graph.patch)


def needed_links(graph, *, detours=2, cost=None, threads=1):
    """Tell which links `thinned` leaves.

    Parameters
    ----------
    graph, detours, cost, threads
        As for `thinned`.

    Returns
    -------
    ndarray of bool, shape (n_arcs,)
    """
    keep = np.ones(graph.length.size, dtype=np.bool_)
    cost = np.zeros(graph.length.size) if cost is None else cost

    def mark_block(start, stop):
        graph_kernels.mark_needed(
            start, stop, graph[:3], cost, detours, MIDDLES_TRIED, keep
        )

    finish(in_blocks(mark_block, graph.patch.size, block=ROWS_BLOCK, threads=threads))
    graph_kernels.mark_free(graph[:3], cost, detours, keep)
    return keep


def component_of(graph):
    """Tell which nodes hang together by any chain of links.

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    ndarray of int64, shape (n,)
        Component of each node, from 0 up.

    Examples
    --------
    >>> component_of(prepare_graph(3, [0], [2], [1.0])).tolist()
    [0, 0, 1]
    """
    farthest = np.arange(graph.patch.size)
    linked = np.flatnonzero(np.diff(graph.first))
    if linked.size:
        farthest[linked] = np.maximum.reduceat(graph.neighbour, graph.first[linked])
    # Nodes come component by component, so one ends where no earlier link leads on.
    farthest = np.maximum.accumulate(np.maximum(farthest, np.arange(farthest.size)))
    last = farthest == np.arange(farthest.size)
    return np.cumsum(last) - last


def rows(n, a, b, length, *, threads=1):
    """Write the links at both of their nodes, the shortest first.

    Parameters
    ----------
    n, a, b, length
        As for `prepare_graph`, checked; links between the same two patches stay.
    threads : int
        How many to work on.

    Returns
    -------
    first, neighbour, link, length, patch
        As in a `Graph`; `link` is the place of each in the list.
    """
    usable = np.isfinite(length) & (a != b)
    degree = np.bincount(a[usable], minlength=n) + np.bincount(b[usable], minlength=n)
    first, patch = _starts(degree), np.empty(n, dtype=np.int32)
    neighbour = np.empty(first[-1], dtype=np.int32)
    link = np.empty(neighbour.size, dtype=np.int32)
    graph_kernels.fill_rows(a, b, usable, first, neighbour, link)
    graph_kernels.number_nearby(first, neighbour, CLUSTER_NODES, patch)
    number = np.empty(n, dtype=np.int32)
    number[patch] = np.arange(n, dtype=np.int32)
    old = first, neighbour, link
    new = (
        _starts(degree[patch]),
        np.empty_like(neighbour),
        np.empty_like(link),
        np.empty(link.size),
    )

    def sort_block(start, stop):
        graph_kernels.sort_rows(start, stop, old, length, patch, number, new)

    finish(in_blocks(sort_block, n, block=ROWS_BLOCK, threads=threads))
    return *new, patch


def selected(first, keep, *columns):
    """Leave out links of a graph.

    Parameters
    ----------
    first : ndarray of int64, shape (n + 1,)
        Where the links of each node begin.
    keep : ndarray of bool, shape (2 n_links,)
        The links that stay.
    *columns : ndarray
        What is known of each link.

    Returns
    -------
    first, *columns
        Of those that stay.
    """
    before = np.concatenate([[0], np.cumsum(keep)])
    return before[first], *(column[keep] for column in columns)


def checked_ends(n, a, b):
    """Patches of links as numbers for kernels.

    Parameters
    ----------
    n : int
        Number of patches.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link.

    Returns
    -------
    a, b : ndarray of int32

    Raises
    ------
    ValueError
        If they are of different number, no whole numbers, or name a patch that is
        none.

    Examples
    --------
    >>> checked_ends(2, [0], [2])
    Traceback (most recent call last):
    ValueError: 1 of 1 links (first: row 0, 0 to 2) name a patch beyond ... 0 to 1...
    """
    a, b = (_whole_numbers(end) for end in (a, b))
    if a.size != b.size:
        raise ValueError(f"{a.size} links begin and {b.size} end; they must be paired")
    if a.size and (min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= n):
        wrong = np.flatnonzero((np.minimum(a, b) < 0) | (np.maximum(a, b) >= n))
        row = wrong[0]
        raise ValueError(
            f"{wrong.size} of {a.size} links (first: row {row}, {a[row]} to {b[row]})"
            f" name a patch beyond the {n} there are, 0 to {n - 1}; make the links"
            " again from these patches"
        )
    return a.astype(np.int32, copy=False), b.astype(np.int32, copy=False)


def check_each_link(a, values, what):
    """Stop with words when links do not have one value each.

    Parameters
    ----------
    a : ndarray, shape (n_links,)
    values : ndarray
    what : str
        What they are, in the plural.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> check_each_link(np.zeros(2), np.zeros(3), "lengths")
    Traceback (most recent call last):
    ValueError: 2 links have 3 lengths; every link needs one
    """
    if values.shape != a.shape:
        raise ValueError(
            f"{a.size} links have {values.size} {what}; every link needs one"
        )


def best_links(a, b, length):
    """Find the shortest link of every two patches.

    Parameters
    ----------
    a, b : ndarray of int, shape (n_links,)
        The two patches of each link, in either order.
    length : ndarray of float, shape (n_links,)

    Returns
    -------
    best, others : ndarray of int
        Places of the links; of equal ones the first is best.

    Examples
    --------
    >>> best, others = best_links(np.array([0, 1, 1]), np.array([1, 0, 2]), np.ones(3))
    >>> best.tolist(), others.tolist()
    ([0, 2], [1])
    """
    span = 1 + int(np.maximum(a, b).max(initial=0))
    pair = np.minimum(a, b).astype(np.int64) * span + np.maximum(a, b)
    order = np.argsort(pair, kind="stable")  # links often come in order: then linear
    if not _new(pair[order]).all():
        order = np.lexsort((length, pair))
    new = _new(pair[order])
    return order[new], order[~new]


def _new(values):
    """Whether each of the sorted values differs from the one before."""
    new = np.ones(values.size, dtype=bool)
    new[1:] = values[1:] != values[:-1]
    return new


def finish(parts):
    """Run all the parts of a work that fills arrays and gives nothing."""
    for _ in parts:
        pass


def _whole_numbers(ends):
    ends = np.asarray(ends).reshape(-1)
    if ends.dtype == np.int32:  # as kernels take them
        return ends
    if ends.dtype.kind in "biu" or not ends.size:
        return ends.astype(np.int64)
    number = np.asarray(ends, dtype=float)
    wrong = np.flatnonzero(~(np.isfinite(number) & (np.floor(number) == number)))
    if wrong.size:
        row = wrong[0]
        raise ValueError(
            f"{wrong.size} of {ends.size} links (first: row {row}, {ends[row]}) name"
            " their patches by something else than whole numbers; give the places of"
            " the patches, from 0"
        )
    return ends.astype(np.int64)


def _starts(degree):
    return np.concatenate([[0], np.cumsum(degree)]).astype(np.int64)
