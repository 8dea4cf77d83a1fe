"""What each of many nodes reaches: searches from several nodes in one go.

Patches near each other reach much the same, by much the same links. So a search goes
from a few at a time: every node has a row with the length of its best path from each of
them, and what is read of the graph and of the heap serves all. A node is looked at
again when its row got better since; lengths are exact sums, so the order changes
nothing.
"""

import numpy as np

from robuust_kernels.compiled import kernel
from robuust_kernels.path_kernels import new_heap, pop, push

TOGETHER = 8  # sources of one search: a row of them fills a line of the cache


@kernel
def settle_together(start, stop, graph, search):
    """Find the shortest paths from each of some nodes (Dijkstra, label-correcting).

    Parameters
    ----------
    start, stop : int
        The nodes to start from; at most `TOGETHER`.
    graph : tuple of arrays
        first, neighbour, length; see `path_kernels`.
    search : tuple
        As `new_search` gives it for the longest path that counts. Takes the length of
        the best path from each start to each node in the rows of `reached`, and the
        nodes that any start reaches in `found`; `forget` makes it as new.

    Returns
    -------
    int
        How many nodes were found.
    """
    first, neighbour, length = graph
    heap, reached, is_found, found, limit = search
    key, node, place = heap
    size, count = 0, 0
    for source in range(start, stop):
        reached[source, source - start] = 0.0
        is_found[source] = True
        found[count] = source
        count += 1
        size = push(key, node, place, size, 0.0, source)
    while size > 0:
        here, so_far = node[0], key[0]  # no start came nearer since the last look
        size = pop(key, node, place, size)
        for link in range(first[here], first[here + 1]):
            step = length[link]
            if so_far + step > limit:
                break
            there = neighbour[link]
            nearer = False
            for one in range(TOGETHER):
                total = reached[here, one] + step
                is_nearer = total < reached[there, one]
                reached[there, one] = total if is_nearer else reached[there, one]
                nearer |= is_nearer
            if not nearer:
                continue
            if not is_found[there]:
                is_found[there] = True
                found[count] = there
                count += 1
            if place[there] < 0 or so_far + step < key[place[there]]:
                size = push(key, node, place, size, so_far + step, there)
    return count


@kernel
def forget(count, search):
    """Make a search as new.

    Parameters
    ----------
    count : int
        Nodes that were found.
    search : tuple
    """
    _, reached, is_found, found, limit = search
    for at in range(count):
        is_found[found[at]] = False
        reached[found[at]] = np.nextafter(limit, np.inf)


@kernel
def sum_reached(start, stop, graph, patches, scales, limits, search, sums):
    """Sum up what each of some patches reaches, for one or more scales.

    Parameters
    ----------
    start, stop : int
        The nodes to start from.
    graph : tuple of arrays
        first, neighbour, length.
    patches : tuple of arrays
        Capacity (float64) and network (int64) of each node.
    scales, limits : ndarray of float64, shape (n_scales,)
        The chance of a path is exp(-scale x length), none beyond its limit in length.
    search : tuple
        As `new_search` gives it for the largest limit, and left as it was.
    sums : ndarray of float64, shape (n_scales, 4, n)
        Takes for each start, itself not counted: capacity times chance of all that it
        reaches, their capacity, and both of those in its own network.
    """
    capacity, network = patches
    reached, found = search[1], search[3]
    for begin in range(start, stop, TOGETHER):
        end = min(begin + TOGETHER, stop)
        count = settle_together(begin, end, graph, search)
        for source in range(begin, end):
            for scale in range(scales.size):
                all_chance, all_there, own_chance, own_there = 0.0, 0.0, 0.0, 0.0
                for at in range(count):
                    node = found[at]
                    length = reached[node, source - begin]
                    if length > limits[scale] or node == source:
                        continue
                    there = capacity[node]
                    chance = there * np.exp(-scales[scale] * length)
                    all_chance += chance
                    all_there += there
                    if network[node] == network[source]:
                        own_chance += chance
                        own_there += there
                sums[scale, 0, source], sums[scale, 1, source] = all_chance, all_there
                sums[scale, 2, source], sums[scale, 3, source] = own_chance, own_there
        forget(count, search)


@kernel
def list_reached(start, stop, graph, search, counts, node, chance):
    """List what each of some patches reaches.

    Parameters
    ----------
    start, stop : int
        The nodes to start from.
    graph, search
        As for `sum_reached`.
    counts : ndarray of int64, shape (n,)
        Takes how many each of them reaches, itself included.
    node, chance : ndarray of int32, float64
        Take them one after the other, as far as there is room.

    Returns
    -------
    int
        How many there are in all.
    """
    _, reached, _, found, limit = search
    total = 0
    for begin in range(start, stop, TOGETHER):
        end = min(begin + TOGETHER, stop)
        count = settle_together(begin, end, graph, search)
        for source in range(begin, end):
            before = total
            for at in range(count):
                length = reached[found[at], source - begin]
                if length > limit:
                    continue
                if total < node.size:
                    node[total] = found[at]
                    chance[total] = np.exp(-length)
                total += 1
            counts[source] = total - before
        forget(count, search)
    return total


def new_search(n, limit):
    """Make the arrays that `settle_together` works in, for one thread.

    Parameters
    ----------
    n : int
        Nodes of the graph.
    limit : float
        Length of the longest path that counts. Whatever is not reached stands a hair
        beyond it, so that a longer path never counts as nearer.

    Returns
    -------
    heap, reached, is_found, found, limit
    """
    reached = np.full((n, TOGETHER), np.nextafter(limit, np.inf))
    is_found, found = np.zeros(n, dtype=np.bool_), np.empty(n, dtype=np.int32)
    return new_heap(n), reached, is_found, found, float(limit)


def smallest_calls():
    """Compile the kernels of this module."""
    graph = np.zeros(2, dtype=np.int64), np.empty(0, dtype=np.int32), np.empty(0)
    search, one = new_search(1, 1.0), np.ones(1)
    forget(settle_together(0, 1, graph, search), search)
    network = np.zeros(1, dtype=np.int64)
    sum_reached(0, 1, graph, (one, network), one, one, search, np.zeros((1, 4, 1)))
    list_reached(0, 1, graph, search, network, graph[1], graph[2])
