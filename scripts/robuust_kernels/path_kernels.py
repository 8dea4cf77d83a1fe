"""Shortest paths in a graph: a heap that can move entries up, and a search with it.

A graph is three arrays. `first` (int64, n + 1) says where the links of each node begin
in `neighbour` (int32) and `length` (float64); the links of a node are sorted by
length, the shortest first, so that a search stops reading at its limit.
"""

import numpy as np

from robuust_kernels.compiled import inlined, kernel


@inlined
def push(key, node, place, size, new_key, new_node):
    """Put a node on the heap, or move it up to a smaller key.

    Parameters
    ----------
    key, node : ndarray of float64, int32
        The heap: every entry has four below it, none with a smaller key.
    place : ndarray of int32, shape (n,)
        Where each node stands on the heap; negative when it is not there.
    size : int
        Entries on the heap.

    Returns
    -------
    int
        Entries on the heap afterwards.
    """
    at = place[new_node]
    if at < 0:
        at = size
        size += 1
    while at > 0:
        above = (at - 1) >> 2
        if key[above] <= new_key:
            break
        key[at] = key[above]
        node[at] = node[above]
        place[node[at]] = at
        at = above
    key[at] = new_key
    node[at] = new_node
    place[new_node] = at
    return size


@inlined
def pop(key, node, place, size):
    """Take the first entry off the heap; read it before, at position 0.

    Returns
    -------
    int
        Entries on the heap afterwards.
    """
    size -= 1
    place[node[0]] = -1
    if size > 0:
        last_key = key[size]
        last_node = node[size]
        at = 0
        while True:
            child = 4 * at + 1
            if child >= size:
                break
            best = child
            for other in range(child + 1, min(child + 4, size)):
                if key[other] < key[best]:
                    best = other
            if key[best] >= last_key:
                break
            key[at] = key[best]
            node[at] = node[best]
            place[node[at]] = at
            at = best
        key[at] = last_key
        node[at] = last_node
        place[last_node] = at
    return size


@kernel
def settle(first, neighbour, length, limit, size, heap, reached, before, settled):
    """Find the shortest paths from the nodes on the heap (Dijkstra's algorithm).

    Parameters
    ----------
    first, neighbour, length
        The graph.
    limit : float
        Longer paths are not followed.
    size : int
        Nodes on the heap at the start; `reached` and `before` hold theirs.
    heap : tuple of arrays
        key, node, place, as for `push`; empty again at the end.
    reached : ndarray of float64, shape (n,)
        Length of the best path to each node; infinite at the start, and to be made so
        again by the caller for the nodes in `settled`.
    before : ndarray of int32, shape (n,)
        Last node before each on its best path; left alone for those at the start.
    settled : ndarray of int32, shape (n,)
        Takes the nodes that were reached, the nearest first.

    Returns
    -------
    int
        How many nodes were reached.
    """
    key, node, place = heap
    count = 0
    while size > 0:
        here = node[0]
        so_far = key[0]
        size = pop(key, node, place, size)
        settled[count] = here
        count += 1
        for link in range(first[here], first[here + 1]):
            total = so_far + length[link]
            if total > limit:
                break
            there = neighbour[link]
            if total < reached[there]:
                reached[there] = total
                before[there] = here
                size = push(key, node, place, size, total, there)
    return count


@kernel
def sum_links(graph, capacity, limit):
    """Sum up capacity times capacity times chance over all links, both ways.

    Parameters
    ----------
    graph : tuple of arrays
        first, neighbour, length; the chance is exp(-length).
    capacity : ndarray of float64, shape (n,)
        Capacity of each node.
    limit : float
        Longer links are left out.

    Returns
    -------
    float
    """
    first, neighbour, length = graph
    total = 0.0
    for here in range(capacity.size):
        reached = 0.0
        for link in range(first[here], first[here + 1]):
            if length[link] > limit:
                break
            reached += capacity[neighbour[link]] * np.exp(-length[link])
        total += capacity[here] * reached
    return total


@kernel
def transpose(patch, number, count, node, chance, matrix):
    """Write rows of nodes as rows of patches, sorted, by turning rows into columns.

    Parameters
    ----------
    patch, number : ndarray of int32, shape (n,)
        Patch of each node; node of each patch.
    count, node, chance
        As `reach_kernels.list_reached` gives them for all nodes; symmetric.
    matrix : tuple of arrays
        indptr (int64), indices (int32) and data of the rows of patches; filled.
    """
    indptr, indices, data = matrix
    n = patch.size
    begin = np.empty(n + 1, dtype=np.int64)
    begin[0] = 0
    for row in range(n):
        begin[row + 1] = begin[row] + count[row]
        indptr[row + 1] = count[number[row]]
    for row in range(n):
        indptr[row + 1] += indptr[row]
    filled = indptr[:-1].copy()
    for column in range(n):
        row = number[column]
        for at in range(begin[row], begin[row + 1]):
            to = patch[node[at]]
            indices[filled[to]] = column
            data[filled[to]] = chance[at]
            filled[to] += 1


def new_search(n):
    """Make the arrays that `settle` works in, for one thread.

    Parameters
    ----------
    n : int
        Nodes of the graph.

    Returns
    -------
    heap, reached, before, settled
    """
    before, settled = np.empty((2, n), dtype=np.int32)
    return new_heap(n), np.full(n, np.inf), before, settled


def new_heap(n):
    """Make an empty heap with room for all nodes: key, node, place, as for `push`."""
    return np.empty(n), np.empty(n, dtype=np.int32), np.full(n, -1, dtype=np.int32)


def smallest_calls():
    """Compile the kernels of this module."""
    heap, reached, before, settled = new_search(1)
    graph = np.zeros(2, dtype=np.int64), np.empty(0, dtype=np.int32), np.empty(0)
    search = heap, reached, before, settled
    settle(*graph, 1.0, 0, *search)
    sum_links(graph, np.zeros(1), 1.0)
    none, one = np.empty(0, dtype=np.int64), np.zeros(1, np.int64)
    transpose(graph[1], graph[1], none, *graph[1:], (one, *graph[1:]))
