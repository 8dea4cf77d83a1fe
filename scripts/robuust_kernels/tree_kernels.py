"""The tree of shortest paths from one node, and the other ways to get to its nodes."""

import numpy as np

from robuust_kernels.compiled import kernel


@kernel
def order_ties(count, graph, reached, before, settled, place):
    """Put nodes at one and the same distance in the order of fewest links.

    Patches that touch are at no distance from each other. Reached one after the other
    they would make a long thin tree; breadth first it is as broad as it can be.

    Parameters
    ----------
    count : int
        Nodes that were reached.
    graph : tuple of arrays
        first, neighbour, length.
    reached, before, settled
        As `settle` leaves them; the last two are changed.
    place : ndarray of int32, shape (n,)
        -1 for all nodes; made -2 for those at a distance that others are at too.
    """
    first, neighbour, length = graph
    start = 0
    while start < count:
        stop = start + 1
        while stop < count and reached[settled[stop]] == reached[settled[start]]:
            stop += 1
        if stop - start > 1:
            queue = np.empty(stop - start, dtype=np.int32)
            queued = 0
            for rank in range(start, stop):
                node = settled[rank]
                if rank == 0 or reached[before[node]] < reached[node]:
                    queue[queued] = node
                    place[node] = -2
                    queued += 1
            for at in range(stop - start):
                node = queue[at]
                settled[start + at] = node
                for arc in range(first[node], first[node + 1]):
                    if length[arc] > 0:
                        break
                    there = neighbour[arc]
                    if place[there] == -1:
                        place[there] = -2
                        before[there] = node
                        queue[queued] = there
                        queued += 1
        start = stop


@kernel
def grow_tree(count, graph, reached, settled, place, up, size):
    """Hang each node below the last node that all its shortest paths share.

    Parameters
    ----------
    count : int
        Nodes that were reached.
    graph : tuple of arrays
        first, neighbour, length.
    reached, settled
        As `settle` leaves them.
    place : ndarray of int32, shape (n,)
        Takes for each node that was reached where it comes in the tree.
    up : ndarray of int32, shape (n,)
        Takes for each place in the tree the place it hangs below.
    size : ndarray of int32, shape (n,)
        Takes for each place how many hang below it, itself included.
    """
    first, neighbour, length = graph
    above = np.empty(count, dtype=np.int32)  # these three by rank: the nearest first
    below = np.ones(count, dtype=np.int32)
    free = np.empty(count, dtype=np.int32)
    place[settled[0]] = 0  # a rank until all are known
    above[0] = 0
    for rank in range(1, count):
        node = settled[rank]
        so_far, shared = reached[node], -1
        for arc in range(first[node], first[node + 1]):
            if length[arc] > so_far:
                break
            there = neighbour[arc]
            one = place[there]
            if one >= 0 and reached[there] + length[arc] <= so_far:
                other = one if shared < 0 else shared
                while one != other:
                    if one > other:
                        one = above[one]
                    else:
                        other = above[other]
                shared = one
        above[rank] = shared
        place[node] = rank
    for rank in range(count - 1, 0, -1):
        below[above[rank]] += below[rank]
    up[0], size[0], free[0] = 0, count, 1
    place[settled[0]] = 0
    for rank in range(1, count):
        over = above[rank]
        to = free[over]
        free[over] = to + below[rank]
        free[rank] = to + 1
        size[to] = below[rank]
        up[to] = place[settled[over]]
        place[settled[rank]] = to


@kernel
def list_ways(count, graph, chances, floor, tree, where, of_links, ways):
    """List for each node of the tree by which links it could be reached, best first.

    Parameters
    ----------
    count : int
        Nodes in the tree.
    graph : tuple of arrays
        first, neighbour, length.
    chances : ndarray of float64, shape (n_arcs,)
        Chance of each link.
    floor : float
        Smaller chances of a path count as zero.
    tree : tuple of arrays
        node, up, size and chance of each place in the tree.
    where : tuple of arrays
        Place of each node, negative for those not in the tree; last node before each
        on its best path; and what can be lost, summed over earlier places: branches
        without are left out.
    of_links : bool
        Whether links are removed rather than nodes.
    ways : tuple of arrays
        Takes where the ways of each place begin; for each way the place it comes
        from, its chance from the source and that of its link; and for each place the
        link that it hangs by. Ways from another branch of the source are there
        whatever is removed: what is worse than the best of them is left out, and it
        comes from place -1.
    """
    first, neighbour, _ = graph
    node_of, up, size, chance = tree
    place, before, summed = where
    begin, origin, best, chance_of, hangs_by = ways
    total, branch, branch_end = 0, 1, 0
    begin[0], begin[1] = 0, 0
    for at in range(1, count):
        if at >= branch_end:
            branch, branch_end = at, at + size[at]
        hangs_by[at], begin[at + 1] = -1, total
        if summed[branch_end] <= summed[branch] or (at == branch and not of_links):
            continue  # there is nothing to lose, or to lose it by
        node, start, spare = node_of[at], total, 0.0
        for arc in range(first[node], first[node + 1]):
            step = chances[arc]
            if step < floor or step <= spare:
                break
            there = place[neighbour[arc]]
            if there < 0:
                continue
            way = chance[there] * step
            if there == up[at] and neighbour[arc] == before[node]:
                hangs_by[at] = arc
            elif there < branch or there >= branch_end:
                spare = max(spare, way)
                continue
            if way < floor or way <= spare:
                continue
            to = total
            while to > start and best[to - 1] < way:
                origin[to], best[to] = origin[to - 1], best[to - 1]
                chance_of[to] = chance_of[to - 1]
                to -= 1
            origin[to], best[to], chance_of[to] = there, way, step
            total += 1
        if spare >= floor:
            while total > start and best[total - 1] <= spare:
                total -= 1
            origin[total], best[total], chance_of[total] = -1, spare, 1.0
            total += 1
        begin[at + 1] = total


@kernel
def bound_ways(count, up, ways, ends):
    """Tell the range of places from which ways lead to what hangs below each place.

    Parameters
    ----------
    count : int
        Nodes in the tree.
    up, ways
        The tree, and the ways of each place.
    ends : tuple of ndarray of int32, shape (n,)
        Take the first and the last origin of ways to each place, and to those below
        it; the way that a place hangs by is not counted.
    """
    begin, origin, _, _, hangs_by = ways
    own_low, own_high, low, high = ends
    for at in range(count):
        own_low[at], own_high[at] = count, -1
        low[at], high[at] = count, -1
    for at in range(count - 1, 0, -1):
        least, most = count, -1
        for way in range(begin[at], begin[at + 1]):
            if origin[way] != up[at] or hangs_by[at] < 0:
                least, most = min(least, origin[way]), max(most, origin[way])
        own_low[at], own_high[at] = least, most
        over = up[at]
        low[over] = min(low[over], low[at], least)
        high[over] = max(high[over], high[at], most)


def smallest_calls():
    """Compile the kernels of this module."""
    first, zero = np.zeros(2, dtype=np.int64), np.zeros(1, dtype=np.int32)
    graph, one = (first, np.empty(0, dtype=np.int32), np.empty(0)), np.ones(1)
    order_ties(1, graph, one, zero, zero, zero)
    grow_tree(1, graph, one, zero, zero, zero, zero)
    ways = first, zero, one, one, first
    where = zero, zero, np.zeros(2)
    for of_links in (False, True):
        tree = zero, zero, zero, one
        list_ways(1, graph, graph[2], 0.5, tree, where, of_links, ways)
    bound_ways(1, zero, ways, (zero, zero, zero, zero))
