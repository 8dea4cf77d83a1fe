"""Best chances of the nodes of a tree of shortest paths, without what they hang by.

Each node has a row: its best chance without each removal that it hangs by. How rows
are filled is told in `importance_kernels`.
"""

import numpy as np

from robuust_kernels.compiled import inlined, kernel

WIDTH = 16  # removals in a row; nodes that hang by more are looked at several times


@inlined
def shared_level(start, there, inset, tree, removals):
    """Tell which removals another node hangs by too, of one and those above it.

    Parameters
    ----------
    start : int
        The last of the removals.
    there : int
        Rank of the other node.
    inset : int
        0 if a node hangs by its own removal (that of its link), else 1.
    tree, removals
        As `tree_kernels` gives them.

    Returns
    -------
    at, last : int
        The nearest removal that it hangs by, 0 if there is none; and the one looked
        at before that, negative if there is none.
    """
    _, enter, leave, _ = tree
    beyond = removals[3]
    at, last = start, -1
    while at > 0 and not (enter[at] + inset <= enter[there] < leave[at]):
        last = at
        at = beyond[at]
    return at, last


@inlined
def raise_row(mine, theirs, step, same, found):
    """Lead chances of one node on to another, and tell the largest that rises.

    Parameters
    ----------
    mine, theirs : int
        Where the rows of the two begin: of the one to be raised, and of the other.
    step : float
        Chance of the link between them.
    same : int
        For how many removals, from the first of the row.
    found : ndarray of float64
        The rows.

    Returns
    -------
    float
        Zero if none rises.
    """
    most = 0.0
    for k in range(same):
        chance = found[theirs + k] * step
        if chance > found[mine + k]:
            found[mine + k] = chance
            most = max(most, chance)
    return most


@inlined
def heed_doubts(newest, chances, over_arc, rows):
    """Raise the rows that were waiting for the newest one, and list those that rise.

    Parameters
    ----------
    newest : int
        The last rank that has its row.
    chances, over_arc : ndarray
        Chance of each link; link of each way.
    rows : tuple of arrays
        As for `fill_rows`.

    Returns
    -------
    int
        How many have risen.
    """
    row, found, _, doubts, waits = rows
    last_doubt, doubtful, doubtful_way, shares, earlier = doubts
    risen, news = waits
    n_risen = 0
    doubt = last_doubt[newest]
    while doubt >= 0:
        rank, step = doubtful[doubt], chances[over_arc[doubtful_way[doubt]]]
        rise = raise_row(row[rank], row[newest], step, shares[doubt], found)
        if rise > 0:
            if news[rank] == 0:
                risen[n_risen] = rank
                n_risen += 1
            news[rank] = max(news[rank], rise)
        doubt = earlier[doubt]
    return n_risen


@kernel
def fill_rows(count, low, of_links, floor, arcs, where, tree, ways, removals, rows):
    """Find the best chance of each node without each removal that it hangs by.

    Parameters
    ----------
    count : int
        Nodes in the tree.
    low : int
        Removals left for later, from the beginning of the tree on; none that a node
        hangs by is more than `WIDTH` beyond.
    of_links : bool
        Whether links are removed rather than nodes.
    floor : float
        Smaller chances of a path count as zero.
    arcs, where : tuple of arrays
        first, neighbour and chance of the links; rank of each node, and the nodes.
    tree, ways, removals
        As `tree_kernels` gives them.
    rows : tuple of arrays
        Where the row of each rank begins, the rows, and a chance that none of a row
        lies below; filled. Then room to work in: for doubts, that is ways from farther
        nodes, listed for each of these until it has its row; and for the rows that
        rise, with the largest chance that does (zeros, and left so).
    """
    up = tree[0]
    begin, best, over_arc, spare = ways[0], ways[1], ways[2], ways[4]
    _, neighbour, chances = arcs
    place = where[0]
    over, level = removals[2], removals[4]
    row, found, least_of, doubts, _ = rows
    last_doubt, doubtful, doubtful_way, shares, earlier = doubts
    inset = 0 if of_links else 1
    total, n_doubts = 0, 0
    for rank in range(count):
        last_doubt[rank] = -1
    for rank in range(count):
        width = level[rank] - low
        row[rank] = total
        if width <= 0:
            continue
        mine = total
        total += width
        least = spare[rank]
        for at in range(mine, total):
            found[at] = least
        first_doubt = n_doubts
        for way in range(begin[rank], begin[rank + 1]):
            whole = best[way]
            if whole <= least:
                break
            arc = over_arc[way]
            there = place[neighbour[arc]]
            at, last = shared_level(over[rank], there, inset, tree, removals)
            shared = level[at] + inset if at > 0 else 0
            same = min(max(shared - low, 0), width)
            if there < rank:
                step, theirs = chances[arc], row[there]
                for k in range(same):
                    found[mine + k] = max(found[mine + k], found[theirs + k] * step)
            elif same > 0:
                doubtful[n_doubts], doubtful_way[n_doubts] = rank, way
                shares[n_doubts] = same
                n_doubts += 1
            if last == there or (last == rank and up[rank] == there):
                same = max(same, min(shared + 1 - low, width))
            for k in range(same, width):
                found[mine + k] = max(found[mine + k], whole)
            # What has the whole of a way has its best, as all others are worse.
            width = same
            if width == 0:
                break
            least = found[mine]
            for k in range(1, width):
                least = min(least, found[mine + k])
        least = found[mine]
        for at in range(mine + 1, total):
            least = min(least, found[at])
        least_of[rank] = least
        while n_doubts > first_doubt and best[doubtful_way[n_doubts - 1]] <= least:
            n_doubts -= 1
        for doubt in range(first_doubt, n_doubts):
            there = place[neighbour[over_arc[doubtful_way[doubt]]]]
            earlier[doubt] = last_doubt[there]
            last_doubt[there] = doubt
        if last_doubt[rank] >= 0:
            n_risen = heed_doubts(rank, chances, over_arc, rows)
            if n_risen > 0:
                spread_news(
                    n_risen, rank, low, inset, floor, arcs, where, tree, removals, rows
                )


@kernel
def spread_news(n_risen, newest, low, inset, floor, arcs, where, tree, removals, rows):
    """Raise the rows of nodes next to those whose row has risen, and so on.

    Parameters
    ----------
    n_risen : int
        How many have risen; they are listed in `rows`.
    newest : int
        The last rank that has its row.
    low, inset, floor, arcs, where, tree, removals, rows
        As for `fill_rows` and `shared_level`.
    """
    first, neighbour, chances = arcs
    place, settled = where
    branch, over, level = tree[3], removals[2], removals[4]
    row, found, least_of, _, waits = rows
    risen, news = waits
    while n_risen > 0:
        n_risen -= 1
        rank = risen[n_risen]
        most, node = news[rank], settled[rank]
        news[rank] = 0.0
        for arc in range(first[node], first[node + 1]):
            if most * chances[arc] < floor:
                break
            there = place[neighbour[arc]]
            if (
                there <= 0
                or there > newest
                or branch[there] != branch[rank]
                or level[there] <= low
                or most * chances[arc] <= least_of[there]
            ):
                continue
            at, _ = shared_level(over[there], rank, inset, tree, removals)
            if at == 0:
                continue
            same = level[at] + inset - low
            rise = raise_row(row[there], row[rank], chances[arc], same, found)
            if rise > 0:
                if news[there] == 0:
                    risen[n_risen] = there
                    n_risen += 1
                news[there] = max(news[there], rise)


def smallest_calls():
    """Compile the kernels of this module."""
    first, zero = np.zeros(2, dtype=np.int64), np.zeros(1, dtype=np.int32)
    none, one, flag = np.empty(0, dtype=np.int32), np.ones(1), np.zeros(1, dtype=bool)
    arcs, where = (first, none, np.empty(0)), (zero, zero)
    tree, removals = (zero, zero, zero, zero), (flag, flag, zero, zero, zero)
    ways = first, one, zero, first, one, zero, zero
    rows = first, one, one, (zero, zero, zero, zero, zero), (zero, np.zeros(1))
    for of_links in (False, True):
        fill_rows(1, 0, of_links, 0.5, arcs, where, tree, ways, removals, rows)
