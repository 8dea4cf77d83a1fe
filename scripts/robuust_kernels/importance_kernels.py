"""What pairs of patches lose without a patch, or without a link, in between.

From each patch (the source) the shortest paths make a tree. Only what hangs below a
node in that tree can lose by its removal; those nodes are repaired alone. Numbered as
the tree is walked, a branch first to its end, what hangs below a node is a range. The
new best path to a node of the range comes over one of its links: from a node outside,
whose own path is as it was, or from one inside that was repaired. No link gives more
than it did before the removal, so the links of a node are tried from the best down,
and the first from outside ends it. Few links are ever looked at.

Where several paths are equally short, a node hangs below the last node that all of
them share, so that nodes with a spare path are not repaired.
"""

import numpy as np

from robuust_kernels.compiled import inlined, kernel
from robuust_kernels.path_kernels import new_search, push, settle
from robuust_kernels.tree_kernels import bound_ways, grow_tree, list_ways, order_ties


@inlined
def best_way(at, within, known, ways, found, sure):
    """Best chance to reach a place after a removal, as far as it is known.

    Parameters
    ----------
    at : int
        The place.
    within : tuple of int
        Range of places under repair; the place that no way may come from; the only
        place that this holds for, or negative if it holds for all.
    known : int
        Chances of places before this one were found already.
    ways, found, sure
        As for `repair`.

    Returns
    -------
    chance : float
    sure : bool
        Whether it can still rise.
    """
    begin, origin, best, chance_of, _ = ways
    low, high, banned, only = within
    most, doubt = 0.0, 0.0
    for way in range(begin[at], begin[at + 1]):
        if best[way] <= most:
            break
        there = origin[way]
        if there < low or there >= high:
            if there != banned or (only >= 0 and only != at):
                most = best[way]
                break
        elif there >= known:
            doubt = max(doubt, best[way])
        else:
            if not sure[there]:
                doubt = max(doubt, best[way])
            most = max(most, found[there] * chance_of[way])
    return most, doubt <= most


@kernel
def repair(within, ways, found, sure, waiting):
    """Find the best chances to reach a range of places after a removal.

    Parameters
    ----------
    within : tuple of int
        As for `best_way`.
    ways : tuple of arrays
        The ways of each place.
    found, sure, waiting : ndarray of float64, bool, int32
        The first takes the chances; the others are room to work in.
    """
    low, high, _, _ = within
    left = 0
    for at in range(low, high):
        found[at], sure[at] = best_way(at, within, at, ways, found, sure)
        if not sure[at]:
            waiting[left] = at
            left += 1
    while left > 0:  # back and forth, until no chance rises
        rises, still = False, 0
        for turn in range(left // 2):
            other = left - 1 - turn
            waiting[turn], waiting[other] = waiting[other], waiting[turn]
        for turn in range(left):
            at = waiting[turn]
            chance, sure[at] = best_way(at, within, high, ways, found, sure)
            rises |= chance > found[at]
            found[at] = chance
            if not sure[at]:
                waiting[still] = at
                still += 1
        if not rises:
            break
        left = still


@kernel
def sum_losses(count, of_links, floor, tree, ways, ends, weights, room, total, sums):
    """Sum up what the pairs of one source lose without each node, or link.

    Parameters
    ----------
    count : int
        Nodes in the tree.
    of_links : bool
        Whether links are removed rather than nodes.
    floor : float
        Smaller chances of a path count as zero.
    tree, ways, ends
        As above.
    weights : tuple of arrays
        Of each place: capacity (zero where the pair is counted from its other end),
        the least chance that still is the same, and, summed over earlier places,
        capacity times chance.
    room : tuple of arrays
        found, sure and waiting, for `repair`.
    total : int
        How many nodes or links have lost anything yet.
    sums : tuple of arrays
        loss and flow of each node or link, whether it has any yet, and a list of
        those that have.

    Returns
    -------
    int
        How many have now.
    """
    node_of, up, size, chance = tree
    hangs_by = ways[4]
    own_low, own_high, inner_low, inner_high = ends
    capacity, least, before = weights
    found, sure, waiting = room
    loss, flow, has_any, listed = sums
    for at in range(1, count):
        end = at + size[at]
        if of_links:
            if hangs_by[at] < 0:
                continue
            within = (at, end, up[at], at)
            low = min(own_low[at], inner_low[at])
            high = max(own_high[at], inner_high[at])
            removed = hangs_by[at]
        else:
            within = (at + 1, end, at, -1)
            low, high = inner_low[at], inner_high[at]
            removed = node_of[at]
        through = before[end] - before[within[0]]
        if through <= 0:
            continue
        lost, isolated = through, low >= at and high < end
        if not isolated:
            repair(within, ways, found, sure, waiting)
            lost, through = 0.0, 0.0
            for there in range(within[0], end):
                if capacity[there] > 0 and found[there] < least[there]:
                    stays = found[there] if found[there] >= floor else 0.0
                    lost += capacity[there] * (chance[there] - stays)
                    through += capacity[there] * chance[there]
        if through > 0:
            if not has_any[removed]:
                has_any[removed] = True
                listed[total] = removed
                total += 1
            loss[removed] += lost
            flow[removed] += through
    return total


@kernel
def weigh_places(count, source, tie, reached, settled, place, patches, tree, weights):
    """Write down who is where in the tree, and what the pairs with it are worth.

    Parameters
    ----------
    count, source : int
        Nodes in the tree; the one it begins at.
    tie : float
        Share by which chances differ that are the same.
    reached, settled, place
        Length of the path to each node, the nodes, and where each comes in the tree.
    patches
        As for `removal_losses`.
    tree, weights : tuple of arrays
        As for `sum_losses`; filled.

    Returns
    -------
    float
        Capacity times chance of all that the source reaches.
    """
    node_of, _, _, chance = tree
    worth, least, summed = weights
    capacity, turn = patches
    for rank in range(count):
        node = settled[rank]
        at = place[node]
        node_of[at] = node
        chance[at] = np.exp(-reached[node])
        least[at] = chance[at] * (1 - tie * (1 + reached[node]))
    everything, summed[0] = 0.0, 0.0
    for at in range(count):
        node = node_of[at]
        everything += capacity[node] * chance[at] if at > 0 else 0.0
        later = turn[node] > turn[source]
        worth[at] = capacity[source] * capacity[node] if later else 0.0
        summed[at + 1] = summed[at] + worth[at] * chance[at]
    return everything


@kernel
def removal_losses(start, stop, graph, chances, patches, cut, of_links, room, reached):
    """Sum up what the pairs of some sources lose without each node, or link.

    Parameters
    ----------
    start, stop : int
        The sources.
    graph : tuple of arrays
        first, neighbour, length.
    chances : ndarray of float64, shape (n_arcs,)
        Chance of each link.
    patches : tuple of arrays, shape (n,)
        Capacity (float64) and turn (int32) of each node. A pair is looked at from the
        one whose turn is first: if turns follow a walk through the graph, the others
        lie on one side, and whole branches need no look.
    cut : tuple of float
        Length of the longest path; smallest chance that counts; and by which share
        chances differ that are the same.
    of_links : bool
        Whether links are removed rather than nodes.
    room : tuple
        As `new_room` gives it, and left as it was.
    reached : ndarray of float64, shape (n,)
        Takes what each source reaches: capacity times chance, itself not counted.

    Returns
    -------
    removed : ndarray of int64
        Nodes, or links by their place at one of their nodes, that any pair needs.
    loss, flow : ndarray of float64
        Sum over unordered pairs of capacity times capacity times what the chance
        loses, and times the chance of those that lose anything.
    """
    search, tree, ways, ends, weights, repairs, place, sums = room
    first, neighbour, length = graph
    heap, so_far, before, settled = search
    _, up, size, _ = tree
    summed = weights[2]
    limit, floor, tie = cut
    total = 0
    for source in range(start, stop):
        so_far[source] = 0.0
        heaped = push(heap[0], heap[1], heap[2], 0, 0.0, source)
        count = settle(
            first, neighbour, length, limit, heaped, heap, so_far, before, settled
        )
        order_ties(count, graph, so_far, before, settled, place)
        grow_tree(count, graph, so_far, settled, place, up, size)
        reached[source] = weigh_places(
            count, source, tie, so_far, settled, place, patches, tree, weights
        )
        if summed[count] > 0:
            where = place, before, summed
            list_ways(count, graph, chances, floor, tree, where, of_links, ways)
            bound_ways(count, up, ways, ends)
            total = sum_losses(
                count, of_links, floor, tree, ways, ends, weights, repairs, total, sums
            )
        for rank in range(count):
            place[settled[rank]] = -1
            so_far[settled[rank]] = np.inf
    loss, flow, has_any, listed = sums
    removed = listed[:total].copy()
    losses, flows = loss[removed], flow[removed]
    loss[removed], flow[removed], has_any[removed] = 0.0, 0.0, False
    return removed, losses, flows


def new_room(n, n_arcs, *, of_links):
    """Make the arrays that `removal_losses` works in, for one thread.

    Parameters
    ----------
    n, n_arcs : int
        Nodes of the graph; links, counted at both ends.
    of_links : bool
        Whether links are removed rather than nodes.

    Returns
    -------
    tuple
    """
    tree = *(np.empty(n, dtype=np.int32) for _ in range(3)), np.empty(n)
    n_ways = n_arcs + n
    ways = (
        np.empty(n + 1, dtype=np.int64),
        np.empty(n_ways, dtype=np.int32),
        np.empty(n_ways),
        np.empty(n_ways),
        np.empty(n, dtype=np.int64),
    )
    ends = tuple(np.empty(n, dtype=np.int32) for _ in range(4))
    weights = np.empty(n), np.empty(n), np.empty(n + 1)
    repairs = np.empty(n), np.empty(n, dtype=np.bool_), np.empty(n, dtype=np.int32)
    place = np.full(n, -1, dtype=np.int32)
    m = n_arcs if of_links else n
    sums = (
        np.zeros(m),
        np.zeros(m),
        np.zeros(m, dtype=np.bool_),
        np.empty(m, dtype=np.int64),
    )
    return new_search(n), tree, ways, ends, weights, repairs, place, sums


def smallest_calls():
    """Compile the kernels of this module."""
    graph = np.zeros(2, dtype=np.int64), np.empty(0, dtype=np.int32), np.empty(0)
    for of_links in (False, True):
        room = new_room(1, 0, of_links=of_links)
        ones = np.ones(1)
        cut = 1.0, 0.5, 1e-12
        patches = ones, np.zeros(1, dtype=np.int32)
        removal_losses(0, 1, graph, ones[:0], patches, cut, of_links, room, ones)
