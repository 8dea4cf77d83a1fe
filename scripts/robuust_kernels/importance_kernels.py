"""What pairs of patches lose without a patch, or without a link, in between.

From each patch (the source) the shortest paths make a tree. Only what hangs below a
node in that tree can lose by its removal. Of the removals that a node hangs by, all
are looked at together: a row has its best chance without each. The new best path comes
over one of the node's links: from a node that does not hang by the same removal, whose
own path is as it was, or from one that does, whose row tells. No link gives more than
it did before the removal, so the links of a node are tried from the best down, until
one gives less than any of the row. Nodes take their turn by distance, so that nearly
all that leads to a node is known when it is looked at; the rest is mended afterwards.

Where several paths are equally short, a node hangs below the last node that all of
them share, so that nodes with a spare path are not repaired.
"""

import numpy as np

from robuust_kernels.compiled import kernel, uncounted
from robuust_kernels.path_kernels import new_search, push, settle
from robuust_kernels.row_kernels import WIDTH, fill_rows
from robuust_kernels.tree_kernels import grow_tree, list_ways, nest_removals, order_ties


@kernel
def add_losses(count, low, floor, chance, weights, removals, rows, sums):
    """Add up what each removal takes from the pairs of the source, and tick it off.

    Parameters
    ----------
    count, low, removals, rows
        As for `fill_rows`.
    floor : float
        Smaller chances of a path count as zero.
    chance : ndarray of float64, shape (n,)
        Chance to reach each rank.
    weights : tuple of arrays
        Of each rank: capacity (zero where the pair is counted from its other end), and
        the least chance that still is the same.
    sums : tuple of ndarray of float64, shape (n,)
        Loss and flow of each removal; added to.
    """
    worth, least = weights
    over, beyond, level = removals[2], removals[3], removals[4]
    row, found = rows[:2]
    lost, flow = sums
    for rank in range(count):
        if level[rank] <= low:
            continue
        at, counts = over[rank], worth[rank] > 0
        mine, same, was = row[rank], least[rank], chance[rank]
        for k in range(level[rank] - low - 1, -1, -1):
            now = found[mine + k]
            if counts and now < same:
                lost[at] += worth[rank] * (was - (now if now >= floor else 0.0))
                flow[at] += worth[rank] * was
            at = beyond[at]
        over[rank], level[rank] = at, low


@kernel
def weigh_ranks(count, tie, reached, settled, patches, tree, weights, known):
    """Write down what the pairs with each node of the tree are worth.

    Parameters
    ----------
    count : int
        Nodes in the tree.
    tie : float
        Share by which chances differ that are the same.
    reached, settled
        Length of the path to each node; the nodes.
    patches
        As for `removal_losses`.
    tree
        As `grow_tree` gives it.
    weights : tuple of arrays
        Takes for each rank: chance; capacity times capacity (zero where the pair is
        counted from its other end); the least chance that still is the same; and
        capacity times chance with all that hangs below.
    known : ndarray of float64, shape (n,)
        Takes the chance to reach each node of the tree.

    Returns
    -------
    float
        Capacity times chance of all that the source reaches.
    """
    chance, worth, least, through = weights
    capacity, turn = patches
    up, source = tree[0], settled[0]
    everything = 0.0
    known[source] = 1.0
    chance[0], worth[0], least[0], through[0] = 1.0, 0.0, 1.0, 0.0
    for rank in range(1, count):
        node = settled[rank]
        chance[rank] = known[node] = np.exp(-reached[node])
        least[rank] = chance[rank] * (1 - tie * (1 + reached[node]))
        everything += capacity[node] * chance[rank]
        later = turn[node] > turn[source]
        worth[rank] = capacity[source] * capacity[node] if later else 0.0
        through[rank] = worth[rank] * chance[rank]
    for rank in range(count - 1, 0, -1):
        through[up[rank]] += through[rank]
    return everything


@kernel
def lose_removals(
    count, of_links, cut, arcs, where, tree, weights, ways, removals, rows, sums
):
    """Sum up what the pairs of one source lose by each removal.

    Parameters
    ----------
    count, of_links, arcs, where, tree, ways, removals, rows
        As for `fill_rows`.
    cut
        As for `removal_losses`.
    weights
        As for `weigh_ranks`.
    sums : tuple of ndarray of float64, shape (n,)
        Take loss and flow of each removal, by rank.
    """
    lost, flow = sums
    up = tree[0]
    chance, worth, least, through = weights
    cut_off, level = removals[1], removals[4]
    deepest = 0
    for rank in range(count):
        lost[rank], flow[rank] = 0.0, 0.0
        deepest = max(deepest, level[rank])
    for rank in range(count - 1, 0, -1):
        at = rank if of_links else up[rank]
        if cut_off[at]:
            lost[at] += through[rank]
            flow[at] += through[rank]
    for low in range((deepest - 1) // WIDTH * WIDTH, -1, -WIDTH):  # the deepest first
        fill_rows(count, low, of_links, cut[1], arcs, where, tree, ways, removals, rows)
        add_losses(
            count, low, cut[1], chance, (worth, least), removals, rows, (lost, flow)
        )


@kernel
def removal_losses(
    start, stop, graph, lean, chances, patches, cut, of_links, room, reached
):
    """Sum up what the pairs of some sources lose without each node, or link.

    Parameters
    ----------
    start, stop : int
        The sources.
    graph : tuple of arrays
        first, neighbour, length.
    lean : tuple of arrays
        The same without the links that no shortest path needs while all is there.
    chances : ndarray of float64, shape (n_arcs,)
        Chance of each link of the graph.
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
    graph, lean, chances = uncounted(graph), uncounted(lean), uncounted(chances)
    patches, room = uncounted(patches), uncounted(room)
    search, tree, ways, weights, removals, repairs, place, known, local, sums = room
    first, neighbour, _ = graph
    heap, so_far, before, settled = search
    through = weights[3]
    hangs_by = ways[3]
    lost, flow = local
    loss, flows, has_any, listed = sums
    arcs, where = (first, neighbour, chances), (place, settled)
    limit, floor, tie = cut
    total = 0
    for source in range(start, stop):
        so_far[source] = 0.0
        heaped = push(heap[0], heap[1], heap[2], 0, 0.0, source)
        count = settle(
            lean[0], lean[1], lean[2], limit, heaped, heap, so_far, before, settled
        )
        order_ties(count, graph, so_far, before, settled, place)
        grow_tree(count, graph, so_far, settled, place, tree)
        reached[source] = weigh_ranks(
            count, tie, so_far, settled, patches, tree, weights, known
        )
        if through[0] > 0:
            list_ways(
                *(count, graph, chances, floor, tree),
                (place, settled, before, known),
                *(through, of_links, ways),
            )
            nest_removals(count, of_links, tree, through, ways, removals)
            lose_removals(
                count,
                of_links,
                cut,
                arcs,
                where,
                tree,
                weights,
                ways,
                removals,
                repairs,
                local,
            )
            for rank in range(1, count):
                if flow[rank] > 0:
                    removed = hangs_by[rank] if of_links else settled[rank]
                    if not has_any[removed]:
                        has_any[removed] = True
                        listed[total] = removed
                        total += 1
                    loss[removed] += lost[rank]
                    flows[removed] += flow[rank]
        for rank in range(count):
            place[settled[rank]] = -1
            known[settled[rank]] = 0.0
            so_far[settled[rank]] = np.inf
    removed = listed[:total].copy()
    losses, through_all = loss[removed], flows[removed]
    loss[removed], flows[removed], has_any[removed] = 0.0, 0.0, False
    return removed, losses, through_all


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

    def whole(size, dtype=np.int32):
        return np.empty(size, dtype=dtype)

    tree = tuple(whole(n) for _ in range(4))
    ways = (
        whole(n + 1, np.int64),
        whole(n_arcs, float),
        whole(n_arcs),
        whole(n, np.int64),
        whole(n, float),
        whole(n),
        whole(n),
    )
    weights = tuple(whole(n, float) for _ in range(4))
    removals = whole(n, bool), whole(n, bool), whole(n), whole(n), whole(n)
    doubts = whole(n), whole(n_arcs), whole(n_arcs), whole(n_arcs), whole(n_arcs)
    waits = whole(n), np.zeros(n)
    rows = whole(n, np.int64), whole(n * WIDTH, float), whole(n, float), doubts, waits
    place = np.full(n, -1, dtype=np.int32)
    m = n_arcs if of_links else n
    sums = (
        np.zeros(m),
        np.zeros(m),
        np.zeros(m, dtype=np.bool_),
        np.empty(m, dtype=np.int64),
    )
    known = np.zeros(n)
    local = whole(n, float), whole(n, float)
    search = new_search(n)
    return search, tree, ways, weights, removals, rows, place, known, local, sums


def smallest_calls():
    """Compile the kernels of this module."""
    graph = np.zeros(2, dtype=np.int64), np.empty(0, dtype=np.int32), np.empty(0)
    for of_links in (False, True):
        room = new_room(1, 0, of_links=of_links)
        ones = np.ones(1)
        cut = 1.0, 0.5, 1e-12
        patches = ones, np.zeros(1, dtype=np.int32)
        removal_losses(0, 1, graph, graph, ones[:0], patches, cut, of_links, room, ones)
