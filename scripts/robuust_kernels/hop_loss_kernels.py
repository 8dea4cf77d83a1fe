"""What is lost over hops without each node, exact, for 64 sources at a time.

Graphs, batches and words are those of `hop_kernels`. Only pairs whose every shortest
path runs through a node lose anything without it. Nothing else may join the two: such
pairs are read from a depth first walk (`set_apart`). Or a detour does, which is
searched for all sources of a batch together (`make_detours`).
"""

import numpy as np

from robuust_kernels.compiled import inlined, kernel
from robuust_kernels.component_kernels import depth_first
from robuust_kernels.hop_kernels import (
    NONE,
    ONE,
    SOURCES,
    add_up,
    capacity_of,
    capacity_table,
    component,
    search,
)

ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
WAITING, TAKEN_IN = 1, 2  # states of nodes that a detour may concern


@kernel
def only_middles(first, neighbour, begin, stop):
    """Nodes that are the only middle between two of their neighbours.

    Any other node is never on every shortest path between two nodes: a path through
    it has a twin that takes another middle.

    Returns
    -------
    ndarray of bool, shape (stop - begin,)
    """
    n = first.size - 1
    only = np.zeros(stop - begin, dtype=np.bool_)
    of_node = np.full(n, -1, dtype=np.int64)
    reached = np.full(n, -1, dtype=np.int64)
    for node in range(begin, stop):
        degree = first[node + 1] - first[node]
        for link in range(first[node], first[node + 1]):
            of_node[neighbour[link]] = node
        for link in range(first[node], first[node + 1]):
            one = neighbour[link]
            reached[one] = link
            count = 1
            for way in range(first[one], first[one + 1]):
                middle = neighbour[way]
                if middle == node:
                    continue
                if of_node[middle] == node and reached[middle] != link:
                    reached[middle] = link
                    count += 1
                for last in range(first[middle], first[middle + 1]):
                    other = neighbour[last]
                    if of_node[other] == node and reached[other] != link:
                        reached[other] = link
                        count += 1
                if count == degree:
                    break
            if count < degree:
                only[node - begin] = True
                break
    return only


@kernel
def sources_below(node, source, n_sources, turn, end):
    """Tell which sources of a batch are a node or hang below it, as a word."""
    below = NONE
    for bit in range(n_sources):
        if turn[node] <= turn[source + bit] < end[node]:
            below |= ONE << np.uint64(bit)
    return below


@kernel
def set_apart(node, graph, source, n_sources, walk, rows, allowed):
    """Sum what is lost without a node because nothing else joins its sides.

    Parameters
    ----------
    node : int
        The node that is taken out.
    graph : tuple of arrays
        first, neighbour, capacity of the component.
    source, n_sources : int
        First source, and how many.
    walk : tuple of arrays
        turn, end, parent, apart, as `depth_first` gives them.
    rows : ndarray of float64, shape (m + 1, 64)
        As `add_up` gives them.
    allowed : ndarray of uint64, shape (m,)
        Takes, for the neighbours of the node, the sources on the same side.

    Returns
    -------
    float
        Sum of a_i a_j / (1 + hops) over the sources i and the nodes j on another side;
        of the two directions of a pair both count with one of them.
    """
    first, neighbour, capacity = graph
    turn, end, parent, apart = walk
    below = NONE
    for link in range(first[node], first[node + 1]):
        child = neighbour[link]
        if parent[child] == node and apart[child]:
            below |= sources_below(child, source, n_sources, turn, end)
    for link in range(first[node], first[node + 1]):
        allowed[neighbour[link]] = ~below
    lost = 0.0
    for link in range(first[node], first[node + 1]):
        child = neighbour[link]
        if parent[child] != node or not apart[child]:
            continue
        inside = sources_below(child, source, n_sources, turn, end)
        begin, stop = turn[child], end[child]
        for other_link in range(first[node], first[node + 1]):
            other = neighbour[other_link]
            if begin <= turn[other] < stop:
                allowed[other] = inside
        for bit in range(n_sources):
            word = ONE << np.uint64(bit)
            if inside & word != NONE or source + bit == node:
                continue
            both = 1.0 if below & word != NONE else 2.0
            there = rows[stop, bit] - rows[begin, bit]
            lost += both * capacity[source + bit] * there
    return lost


@inlined
def carry_on(graph, hops, row, before, latest, n_waiting, n_touched, space):
    """Note who is late with a number of hops, and which nodes that concerns next.

    Returns
    -------
    n_waiting, n_touched : int
        Nodes to look at with one more hop, and looked at so far.
    """
    first, neighbour, _ = graph
    late, later, state, waiting, touched = space
    n_kept, n_before = 0, n_touched
    for at in range(n_waiting):
        here, missing = waiting[at], later[at]
        before[here] |= late[here]  # as it was with the node
        row[here] &= ~missing
        late[here] = missing
        if missing != NONE and state[here] == WAITING:
            state[here] = TAKEN_IN
            for link in range(first[here], first[here + 1]):
                there = neighbour[link]
                if state[there] == 0:
                    state[there] = WAITING
                    touched[n_touched] = there
                    n_touched += 1
        if missing != NONE or latest[here] > hops:
            waiting[n_kept] = here
            n_kept += 1
    for at in range(n_before, n_touched):
        if latest[touched[at]] > hops:
            waiting[n_kept] = touched[at]
            n_kept += 1
    return n_kept, n_touched


@kernel
def make_detours(node, graph, found, table, allowed, space):
    """Sum what is lost without a node because ways round it are longer.

    With each number of hops, some sources are *late* at some nodes: they would have
    come there already, but all their shortest paths run through the node that is
    taken out. A source that is late comes as soon as it has come to a neighbour.

    Parameters
    ----------
    node : int
        The node that is taken out.
    graph : tuple of arrays
        first, neighbour, capacity of the component.
    found : tuple
        come, earliest, latest, top, as `search` gives them; `come` is written to,
        and left as it was.
    table : ndarray of float64, shape (8, 256)
        As `capacity_table` gives it.
    allowed : ndarray of uint64, shape (m,)
        Sources that can get to each neighbour of the node without it; all for others.
    space : tuple of arrays
        late, later (uint64), state (int8), waiting, touched (int32), of shape (m,);
        `late` and `state` are zero, and left so.

    Returns
    -------
    was, stays : float
        Sum of a_i a_j / (1 + hops) over sources i and nodes j that come late: with
        the node, and without it.
    """
    first, neighbour, capacity = graph
    come, earliest, latest, top = found
    late, later, state, waiting, touched = space
    state[node] = TAKEN_IN
    touched[0] = node
    n_touched, n_waiting = 1, 0
    for link in range(first[node], first[node + 1]):
        state[neighbour[link]] = WAITING
        touched[n_touched] = waiting[n_waiting] = neighbour[link]
        n_touched += 1
        n_waiting += 1
    was, stays = 0.0, 0.0
    hops = earliest[node]
    while n_waiting > 0:
        hops += 1
        # From `top` on all sources have come, and two rows take turns.
        row = come[hops if hops <= top else top + ((hops - top) & 1)]
        before = come[hops - 1 if hops <= top + 1 else top + ((hops - 1 - top) & 1)]
        hidden = before[node]
        before[node] = NONE  # nobody comes from here
        for at in range(n_waiting):
            here = waiting[at]
            missing = row[here] & ~before[here] & allowed[here]
            link, last = first[here], first[here + 1]
            while missing != NONE and link < last:
                missing &= ~before[neighbour[link]]
                link += 1
            later[at] = missing
            if missing != late[here]:
                share = capacity[here] / (1 + hops)
                was += share * capacity_of(table, missing & ~late[here])
                stays += share * capacity_of(table, late[here] & ~missing)
        before[node] = hidden
        n_waiting, n_touched = carry_on(
            graph, hops, row, before, latest, n_waiting, n_touched, space
        )
    for at in range(n_touched):
        state[touched[at]] = 0
    return was, stays


@kernel
def losses_of_batch(graph, source, n_sources, at_turn, walk, only, was, stays):
    """Sum what the sources of one batch lose without each node.

    Parameters
    ----------
    graph : tuple of arrays
        first, neighbour, capacity of the component, m nodes.
    source, n_sources : int
        First source, and how many.
    at_turn, walk, only
        As for `batch_losses`, of the component.
    was, stays : ndarray of float64, shape (m,)
        To which the losses are added.

    Returns
    -------
    ndarray of float64, shape (64,)
        What each source reaches, as `batch_sums` gives it.
    """
    first, neighbour, capacity = graph
    _, _, parent, apart = walk
    m = capacity.size
    found = search(first, neighbour, source, n_sources)
    rows = np.empty((m + 1, SOURCES))
    add_up(capacity, at_turn, found[0], found[1], found[2], rows)
    table = capacity_table(capacity, source, n_sources)
    late, later = np.zeros((2, m), dtype=np.uint64)
    waiting, touched = np.empty((2, m), dtype=np.int32)
    space = late, later, np.zeros(m, dtype=np.int8), waiting, touched
    allowed = np.full(m, ALL)
    for node in range(m):
        if not only[node]:
            continue
        around = neighbour[first[node] : first[node + 1]]
        is_cut = False
        for other in around:
            is_cut |= apart[other] and parent[other] == node
        if is_cut:
            was[node] += set_apart(node, graph, source, n_sources, walk, rows, allowed)
        if source <= node < source + n_sources:  # not a source that is taken out
            for other in around:
                allowed[other] &= ~(ONE << np.uint64(node - source))
        less, more = make_detours(node, graph, found, table, allowed, space)
        was[node] += less
        stays[node] += more
        for other in around:
            allowed[other] = ALL
    return rows[m]


@kernel
def batch_losses(first, neighbour, capacity, batches, at_turn, walk, only):
    """Sum what the sources of some batches lose without each node.

    Parameters
    ----------
    first, neighbour, capacity, batches
        As for `batch_sums`; the batches follow each other.
    at_turn : ndarray of int64, shape (n,)
        Nodes in the order of `depth_first`.
    walk : tuple of arrays
        turn, end, parent, apart of `depth_first`.
    only : ndarray of bool, shape (n,)
        As `only_middles` tells.

    Returns
    -------
    sums : ndarray of float64, shape (n_batches, 64)
        As `batch_sums` gives them.
    was, stays : ndarray of float64, shape (highest - lowest node,)
        For each node of the components: the sum of a_i a_j / (1 + hops) over the
        sources i and the nodes j whose every shortest path runs through it, and what
        is left of that sum without it.
    """
    turn, end, parent, apart = walk
    lowest, highest = batches[0, 0], batches[-1, 1]
    was, stays = np.zeros((2, highest - lowest))
    sums = np.zeros((batches.shape[0], SOURCES))
    for at in range(batches.shape[0]):
        low, high, source, n_sources = batches[at]
        links = component(first, neighbour, low, high)
        sums[at] = losses_of_batch(
            (links[0], links[1], capacity[low:high]),
            source - low,
            n_sources,
            at_turn[low:high] - low,
            (
                turn[low:high] - low,
                end[low:high] - low,
                parent[low:high] - low,
                apart[low:high],
            ),
            only[low:high],
            was[low - lowest : high - lowest],
            stays[low - lowest : high - lowest],
        )
    return sums, was, stays


def smallest_calls():
    """Compile the kernels of this module."""
    first = np.array([0, 1, 2], dtype=np.int64)
    neighbour = np.array([1, 0], dtype=np.int32)
    walk = depth_first(first, neighbour)
    only = only_middles(first, neighbour, 0, 2)
    batches = np.array([[0, 2, 0, 2]], dtype=np.int64)
    batch_losses(first, neighbour, np.ones(2), batches, walk[0], walk, only)
