"""The tree of shortest paths from one node, and the other ways to get to its nodes.

Nodes of the tree go by their rank: 0 is where it begins, the nearest comes first. Each
is entered and left once on a walk through the tree, a branch first to its end: what is
entered in between hangs below it.
"""

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
def grow_tree(count, graph, reached, settled, place, tree):
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
        Takes the rank of each node that was reached.
    tree : tuple of ndarray of int32, shape (n,)
        Take for each rank the one it hangs below, when it is entered, when it is left,
        and the branch of the beginning it is in, by the rank of its first node.
    """
    first, neighbour, length = graph
    up, enter, leave, branch = tree
    place[settled[0]] = 0
    up[0], branch[0] = 0, 0
    for rank in range(1, count):
        node = settled[rank]
        so_far, shared = reached[node], -1
        for arc in range(first[node], first[node + 1]):
            if length[arc] > so_far:
                break
            there = neighbour[arc]
            if reached[there] + length[arc] <= so_far and place[there] >= 0:
                one = place[there]
                other = one if shared < 0 else shared
                while one != other:
                    if one > other:
                        one = up[one]
                    else:
                        other = up[other]
                shared = one
        up[rank] = shared
        branch[rank] = branch[shared] if shared > 0 else rank
        place[node] = rank
    for rank in range(count):
        leave[rank] = 1
    for rank in range(count - 1, 0, -1):
        leave[up[rank]] += leave[rank]  # how many hang below it, itself included
    enter[0] = 0
    for rank in range(1, count):  # what is entered last is left when all else is
        over = up[rank]
        begin = enter[over] + leave[over] - leave[rank]
        enter[rank] = begin
        leave[over] -= leave[rank]
    for rank in range(count):
        leave[rank] = enter[rank] + 1
    for rank in range(count - 1, 0, -1):
        leave[up[rank]] = max(leave[up[rank]], leave[rank])


@kernel
def list_ways(count, graph, chances, floor, tree, where, through, of_links, ways):
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
    tree
        As `grow_tree` gives it.
    where : tuple of arrays
        Rank of each node, negative for those not in the tree; the nodes by rank; last
        node before each on its best path; and chance to reach each node, zero for
        those not in the tree.
    through : ndarray of float64, shape (n,)
        What can be lost with all that hangs below a rank; branches without are left
        out.
    of_links : bool
        Whether links are removed rather than nodes.
    ways : tuple of arrays
        Takes where the ways of each rank begin; for each way its chance from the
        beginning, and its link; for each rank the link that it hangs by, and the best
        way from another branch. That one is there whatever is removed, and what is
        worse is left out; and when the first and the last are entered from which ways
        lead here, but for the one it hangs by.
    """
    first, neighbour, _ = graph
    up, enter, _, branch = tree
    place, settled, before, known = where
    begin, best, over_arc, hangs_by, spare, low, high = ways
    total = 0
    begin[0], begin[1] = 0, 0
    low[0], high[0] = count, -1
    below = np.nextafter(floor, 0.0)
    for rank in range(1, count):
        hangs_by[rank], spare[rank] = -1, 0.0
        low[rank], high[rank] = count, -1
        mine = branch[rank]
        if through[mine] <= 0 or (rank == mine and not of_links):
            begin[rank + 1] = total
            continue
        # Only ways better than the bound count: not below the floor, and in the end
        # better than the best from another branch.
        node, start, bound = settled[rank], total, below
        earliest, latest = count, -1
        for arc in range(first[node], first[node + 1]):
            step = chances[arc]
            if step <= bound:
                break
            way = known[neighbour[arc]] * step
            if way <= bound:
                continue
            there = place[neighbour[arc]]
            if there == up[rank] and neighbour[arc] == before[node]:
                hangs_by[rank] = arc
            elif branch[there] != mine:
                bound = way
                continue
            else:
                earliest = min(earliest, enter[there])
                latest = max(latest, enter[there])
            to = total
            while to > start and best[to - 1] < way:
                best[to], over_arc[to] = best[to - 1], over_arc[to - 1]
                to -= 1
            best[to], over_arc[to] = way, arc
            total += 1
        aside = 0.0
        if bound > below:
            aside = bound
            while total > start and best[total - 1] <= aside:
                total -= 1
            earliest = -1
        begin[rank + 1] = total
        spare[rank], low[rank], high[rank] = aside, earliest, latest


@kernel
def nest_removals(count, of_links, tree, through, ways, removals):
    """Tell which removals each node of the tree hangs by, and which need a look.

    Parameters
    ----------
    count : int
        Nodes in the tree.
    of_links : bool
        Whether links are removed rather than nodes.
    tree, through, ways
        As for `list_ways`; the last two of the ways are used up.
    removals : tuple of arrays
        Take for each rank: whether its removal needs a look; whether all below it is
        lost without one; the last before it to be looked at whose removal it hangs
        by, and the next before that; and how many there are.
    """
    up, enter, leave, _ = tree
    hangs_by, low, high = ways[3], ways[5], ways[6]
    look, cut_off, over, beyond, level = removals
    for rank in range(count):
        look[rank], cut_off[rank] = False, False
    for rank in range(count - 1, 0, -1):
        above = up[rank]
        least, most = low[rank], high[rank]
        at = rank if of_links else above
        if through[rank] > 0:
            cut_off[at] = True
        if least < enter[at] or most >= leave[at]:
            look[at] = True
        low[above], high[above] = min(low[above], least), max(high[above], most)
    look[0], cut_off[0], over[0], beyond[0], level[0] = False, False, 0, 0, 0
    for rank in range(1, count):
        look[rank] &= cut_off[rank] and (hangs_by[rank] >= 0 or not of_links)
        cut_off[rank] &= not look[rank] and (hangs_by[rank] >= 0 or not of_links)
        above = up[rank]
        beyond[rank] = above if look[above] and not of_links else over[above]
        over[rank] = rank if look[rank] and of_links else beyond[rank]
        level[rank] = level[above]
        if of_links:
            level[rank] += look[rank]
        else:
            level[rank] += look[above]


def smallest_calls():
    """Compile the kernels of this module."""
    first, zero = np.zeros(2, dtype=np.int64), np.zeros(1, dtype=np.int32)
    graph, one = (first, np.empty(0, dtype=np.int32), np.empty(0)), np.ones(1)
    flag = np.zeros(1, dtype=np.bool_)
    order_ties(1, graph, one, zero, zero, zero)
    tree = zero, zero, zero, zero
    grow_tree(1, graph, one, zero, zero, tree)
    ways = first, one, zero, first, one, zero, zero
    where = zero, zero, zero, one
    removals = flag, flag.copy(), zero, zero, zero
    for of_links in (False, True):
        list_ways(1, graph, graph[2], 0.5, tree, where, one, of_links, ways)
        nest_removals(1, of_links, tree, one, ways, removals)
