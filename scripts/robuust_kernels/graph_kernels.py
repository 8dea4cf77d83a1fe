"""Making a graph out of a list of links, and leaving out what no best path needs."""

import numpy as np

from robuust_kernels.compiled import kernel


@kernel
def fill_rows(a, b, usable, first, neighbour, link):
    """Write each link at both of its patches.

    Parameters
    ----------
    a, b : ndarray of int32, shape (n_links,)
        The two patches of each link.
    usable : ndarray of bool, shape (n_links,)
        The links that count.
    first : ndarray of int64, shape (n + 1,)
        Where the links of each patch begin.
    neighbour, link : ndarray of int32, shape (2 n_usable,)
        Take the patch at the other end, and the place in the list.
    """
    filled = first[:-1].copy()
    for at in range(a.size):
        if usable[at]:
            one, other = a[at], b[at]
            neighbour[filled[one]] = other
            link[filled[one]] = at
            filled[one] += 1
            neighbour[filled[other]] = one
            link[filled[other]] = at
            filled[other] += 1


@kernel
def sort_row(low, high, neighbour, link, length):
    """Sort the links of a node by length, then neighbour (Shell's algorithm).

    Parameters
    ----------
    low, high : int
        Where they begin and end.
    neighbour, link, length
        The links of the graph; rows that are nearly sorted go fast.
    """
    gap = 1
    while 3 * gap < high - low:
        gap = 3 * gap + 1
    while gap > 0:
        for at in range(low + gap, high):
            there, place, long = neighbour[at], link[at], length[at]
            to = at - gap
            while to >= low and (
                length[to] > long or (length[to] == long and neighbour[to] > there)
            ):
                neighbour[to + gap] = neighbour[to]
                link[to + gap] = link[to]
                length[to + gap] = length[to]
                to -= gap
            neighbour[to + gap], link[to + gap], length[to + gap] = there, place, long
        gap //= 3


@kernel
def sort_each(start, stop, first, neighbour, link, length):
    """Sort the links of some nodes by length, then neighbour."""
    for node in range(start, stop):
        sort_row(first[node], first[node + 1], neighbour, link, length)


@kernel
def sort_rows(start, stop, old, length, patch, number, new):
    """Write the rows of some nodes anew: renumbered, the shortest link first.

    Parameters
    ----------
    start, stop : int
        The nodes, by their new number.
    old : tuple of arrays
        first, neighbour, link, by patch.
    length : ndarray of float64, shape (n_links,)
        Length of each link of the list.
    patch, number : ndarray of int32, shape (n,)
        Patch of each node; node of each patch.
    new : tuple of arrays
        first, neighbour, link, length, by node; the last three are filled.
    """
    old_first, old_neighbour, old_link = old
    first, neighbour, link, sorted_length = new
    for node in range(start, stop):
        begin, end = old_first[patch[node]], old_first[patch[node] + 1]
        low = first[node]
        for at in range(end - begin):
            neighbour[low + at] = number[old_neighbour[begin + at]]
            link[low + at] = old_link[begin + at]
            sorted_length[low + at] = length[old_link[begin + at]]
        sort_row(low, low + end - begin, neighbour, link, sorted_length)


@kernel
def number_nearby(first, neighbour, cluster, patch):
    """Put the nodes in an order that keeps those near each other together.

    Parameters
    ----------
    first, neighbour
        The links of each node, in any order.
    cluster : int
        Nodes that are numbered breadth first before the next start is taken.
    patch : ndarray of int32, shape (n,)
        Takes the nodes in the new order: one component after the other.
    """
    n = first.size - 1
    done = np.zeros(n, dtype=np.bool_)
    seen = np.full(n, -1, dtype=np.int32)  # the cluster that last saw the node
    starts = np.empty(n, dtype=np.int32)
    queue = np.empty(n, dtype=np.int32)
    waits = np.zeros(n, dtype=np.bool_)
    count, clusters = 0, 0
    for seed in range(n):
        if done[seed]:
            continue
        starts[0] = seed
        next_start, n_starts = 0, 1
        while next_start < n_starts:
            start = starts[next_start]
            next_start += 1
            if done[start]:
                continue
            queue[0] = start
            seen[start] = clusters
            at, queued, left = 0, 1, cluster
            while at < queued and left > 0:
                here = queue[at]
                at += 1
                left -= 1
                done[here] = True
                patch[count] = here
                count += 1
                for arc in range(first[here], first[here + 1]):
                    there = neighbour[arc]
                    if not done[there] and seen[there] != clusters:
                        seen[there] = clusters
                        queue[queued] = there
                        queued += 1
            for rest in range(at, queued):
                if not waits[queue[rest]]:
                    waits[queue[rest]] = True
                    starts[n_starts] = queue[rest]
                    n_starts += 1
            clusters += 1


@kernel
def mark_lightest(first, neighbour, keep):
    """Mark the first of the links between the same two nodes.

    Parameters
    ----------
    first, neighbour
        The links of each node, the lightest first.
    keep : ndarray of bool, shape (2 n_links,)
        Takes whether a link is the first to its neighbour.

    Returns
    -------
    int
        How many are not.
    """
    n = first.size - 1
    seen = np.full(n, -1, dtype=np.int32)
    parallel = 0
    for here in range(n):
        for arc in range(first[here], first[here + 1]):
            there = neighbour[arc]
            keep[arc] = seen[there] != here
            seen[there] = here
            parallel += not keep[arc]
    return parallel


@kernel
def find_arc(graph, here, there, long):
    """Place of a link of known length at one of its nodes, by halving."""
    first, neighbour, length = graph
    low, high = first[here], first[here + 1]
    while low < high:
        middle = (low + high) >> 1
        if length[middle] < long or (
            length[middle] == long and neighbour[middle] < there
        ):
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def mark_needed(start, stop, graph, cost, detours, most, keep):
    """Mark the links of some nodes that the graph needs, beyond its detours.

    Parameters
    ----------
    start, stop : int
        The nodes; a link is judged at the end with the smaller number.
    graph : tuple of arrays
        first, neighbour, length; links of a node sorted by length, then neighbour.
    cost : ndarray of float64, shape (n_arcs,)
        What a link costs beside its length; a detour may cost no more of either.
    detours : int
        Detours, through different nodes, that make a link superfluous.
    most : int
        Links tried at the other end, the shortest first.
    keep : ndarray of bool, shape (n_arcs,)
        True at the start; made false, at both ends, for links that go.
    """
    first, neighbour, length = graph
    n = first.size - 1
    near = np.full(n, np.inf)  # length and cost of the links of this node
    near_cost = np.empty(n)
    for here in range(start, stop):
        row = range(first[here], first[here + 1])
        for arc in row:
            near[neighbour[arc]] = length[arc]
            near_cost[neighbour[arc]] = cost[arc]
        for arc in row:
            there = neighbour[arc]
            if there < here or length[arc] + cost[arc] == 0:
                continue
            so_long, so_much, found = length[arc], cost[arc], 0
            for back in range(first[there], min(first[there] + most, first[there + 1])):
                if length[back] > so_long:
                    break
                on, on_cost = near[neighbour[back]], 0.0
                if on + length[back] <= so_long:
                    on_cost = near_cost[neighbour[back]]
                    if (
                        on_cost + cost[back] <= so_much
                        and (on < so_long or on_cost < so_much)
                        and (length[back] < so_long or cost[back] < so_much)
                    ):
                        found += 1
                        if found == detours:
                            break
            if found == detours:
                keep[arc] = False
                keep[find_arc(graph, there, here, so_long)] = False
        for arc in row:
            near[neighbour[arc]] = np.inf


@kernel
def mark_free(graph, cost, forests, keep):
    """Mark enough of the links that cost nothing to hold together what they hold.

    Forests are laid one after the other through links that no earlier one has, each
    breadth first. Two of them hold together all nodes that hang together by such
    links, whichever one node is taken out (a sparse certificate, Cheriyan, Kao and
    Thurimella 1993, https://doi.org/10.1137/0222013); one does if none is.

    Parameters
    ----------
    graph : tuple of arrays
        first, neighbour, length.
    cost : ndarray of float64, shape (n_arcs,)
        What a link costs beside its length.
    forests : int
        One or two.
    keep : ndarray of bool, shape (n_arcs,)
        True at the start; made false for links that go.
    """
    first, neighbour, length = graph
    n = first.size - 1
    before = np.full((forests, n), -1, dtype=np.int32)
    queue = np.empty(n, dtype=np.int32)
    for forest in range(forests):
        seen = np.zeros(n, dtype=np.bool_)
        for seed in range(n):
            if seen[seed]:
                continue
            seen[seed] = True
            queue[0] = seed
            at, queued = 0, 1
            while at < queued:
                here = queue[at]
                at += 1
                for arc in range(first[here], first[here + 1]):
                    if length[arc] > 0:
                        break
                    there = neighbour[arc]
                    taken = forest == 1 and (
                        before[0, there] == here or before[0, here] == there
                    )
                    if cost[arc] == 0 and not seen[there] and not taken:
                        seen[there] = True
                        before[forest, there] = here
                        queue[queued] = there
                        queued += 1
    for here in range(n):
        for arc in range(first[here], first[here + 1]):
            if length[arc] > 0:
                break
            if cost[arc] == 0:
                needed = False
                for forest in range(forests):
                    there = neighbour[arc]
                    needed |= before[forest, there] == here
                    needed |= before[forest, here] == there
                keep[arc] = needed


def smallest_calls():
    """Compile the kernels of this module."""
    first = np.zeros(2, dtype=np.int64)
    none, no_link = np.empty((2, 0), dtype=np.int32)
    one, no_flag = np.zeros(1, dtype=np.int32), np.empty(0, dtype=np.bool_)
    fill_rows(none, none, no_flag, first, none, no_link)
    number_nearby(first, none, 1, one)
    sort_each(0, 0, first, none, no_link, np.empty(0))
    new = first, none, no_link, np.empty(0)
    sort_rows(0, 1, (first, none, no_link), np.empty(0), one, one, new)
    mark_lightest(first, none, no_flag)
    graph = first, none, np.empty(0)
    mark_needed(0, 1, graph, np.empty(0), 2, 1, no_flag)
    mark_free(graph, np.empty(0), 2, no_flag)
