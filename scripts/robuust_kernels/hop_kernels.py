"""Numbers of hops between nodes, counted from 64 sources at a time.

A graph is two arrays: the neighbours of node v are ``neighbour[first[v]:first[v + 1]]``
(int64, int32). Nodes are numbered component by component, and near ones near each
other (`nearby_order`). The sources of a *batch* follow each other in one component;
source i of a batch is bit i of a word (uint64), so that one step of a search is taken
for 64 sources at once. Within a batch the nodes of its component are numbered from 0.
"""

import numpy as np

from robuust_kernels.compiled import inlined, kernel

SOURCES = 64  # bits of a word
NONE = np.uint64(0)
ONE = np.uint64(1)
BYTE = np.uint64(0xFF)
# Multiplied with a word of one bit, the highest six bits tell which (de Bruijn).
UNIQUE = np.uint64(0x03F79D71B4CB0A89)
BIT_OF = np.zeros(64, dtype=np.int64)
for _bit in range(64):
    BIT_OF[((1 << _bit) * int(UNIQUE) & (2**64 - 1)) >> 58] = _bit


@kernel
def neighbours(n, a, b):
    """List the neighbours of each node once, ascending.

    Parameters
    ----------
    n : int
        Number of nodes.
    a, b : ndarray of int64, shape (n_links,)
        The two nodes of each link, in any order, also more than once.

    Returns
    -------
    first, neighbour
        The graph; links of a node with itself are left out.
    """
    begin = np.zeros(n + 1, dtype=np.int64)
    for link in range(a.size):
        begin[a[link] + 1] += 1
        begin[b[link] + 1] += 1
    for node in range(n):
        begin[node + 1] += begin[node]
    other = np.empty(2 * a.size, dtype=np.int32)
    stop = begin[:-1].copy()
    for link in range(a.size):
        other[stop[a[link]]] = b[link]
        stop[a[link]] += 1
        other[stop[b[link]]] = a[link]
        stop[b[link]] += 1
    # Read node by node, each list of the other side is written in ascending order.
    ordered = np.empty(2 * a.size, dtype=np.int32)
    stop[:] = begin[:-1]
    for node in range(n):
        for at in range(begin[node], begin[node + 1]):
            there = other[at]
            again = stop[there] > begin[there] and ordered[stop[there] - 1] == node
            if there != node and not again:
                ordered[stop[there]] = node
                stop[there] += 1
    first = np.zeros(n + 1, dtype=np.int64)
    for node in range(n):
        first[node + 1] = first[node] + stop[node] - begin[node]
        for at in range(stop[node] - begin[node]):
            other[first[node] + at] = ordered[begin[node] + at]
    return first, other[: first[n]].copy()


@inlined
def place_cluster(first, neighbour, seed, wanted, done, order, placed, seen, near):
    """Place the nearest nodes to a seed that have no place yet, breadth first.

    Returns
    -------
    int
        How many nodes have a place; `wanted` of them if the component has so many.
    """
    near[0], seen[seed], n_near, at = seed, seed, 1, 0
    while at < n_near and done < wanted:
        node = near[at]
        at += 1
        if not placed[node]:
            placed[node] = True
            order[done] = node
            done += 1
        for link in range(first[node], first[node + 1]):
            there = neighbour[link]
            if seen[there] != seed:
                seen[there] = seed
                near[n_near] = there
                n_near += 1
    return done


@kernel
def nearby_order(first, neighbour):
    """Give numbers so that 64 nodes that follow each other lie close together.

    Returns
    -------
    order : ndarray of int64, shape (n,)
        Nodes, one component after the other, in the order of their first members.
    size, depth : ndarray of int64, shape (n_components,)
        Nodes of each component, and hops to the farthest from its first member.
    """
    n = first.size - 1
    order, size, depth, walk, near = np.empty((5, n), dtype=np.int64)
    far = np.zeros(n, dtype=np.int64)
    seen = np.full(n, -1, dtype=np.int64)
    placed, walked = np.zeros((2, n), dtype=np.bool_)
    done, n_components = 0, 0
    for root in range(n):
        if placed[root]:
            continue
        walk[0], walked[root], count, at = root, True, 1, 0
        while at < count:
            for link in range(first[walk[at]], first[walk[at] + 1]):
                there = neighbour[link]
                if not walked[there]:
                    walked[there] = True
                    far[there] = far[walk[at]] + 1
                    walk[count] = there
                    count += 1
            at += 1
        end = done + count
        for at in range(count):
            if not placed[walk[at]]:
                wanted = min(done + SOURCES, end)
                done = place_cluster(
                    first, neighbour, walk[at], wanted, done, order, placed, seen, near
                )
        size[n_components], depth[n_components] = count, far[walk[count - 1]]
        n_components += 1
    return order, size[:n_components], depth[:n_components]


@kernel
def search(first, neighbour, source, n_sources):
    """Spread from the sources of a batch over their component, hop by hop.

    Parameters
    ----------
    first, neighbour : ndarray
        The component, m nodes.
    source, n_sources : int
        First source, and how many.

    Returns
    -------
    come : ndarray of uint64, shape (top + 2 or more, m)
        Sources that have come to each node within so many hops; all within `top`,
        and so in the row after it.
    earliest, latest : ndarray of int32, shape (m,)
        Hops within which the first and the last source come to each node.
    top : int
        Hops within which every source has come to every node.
    """
    m = first.size - 1
    come = np.zeros((16, m), dtype=np.uint64)
    earliest, latest = np.zeros((2, m), dtype=np.int32)
    here, there = np.empty((2, m), dtype=np.int32)
    for bit in range(n_sources):
        come[0, source + bit] = ONE << np.uint64(bit)
        here[bit] = source + bit
    count, hops = n_sources, 0
    while count > 0:
        hops += 1
        if hops + 1 >= come.shape[0]:
            more = np.zeros((2 * come.shape[0], m), dtype=np.uint64)
            more[:hops] = come[:hops]
            come = more
        before, row = come[hops - 1], come[hops]
        row[:] = before
        n_there = 0
        for at in range(count):
            node = here[at]
            word = before[node]
            if hops > 1:
                word &= ~come[hops - 2, node]
            for link in range(first[node], first[node + 1]):
                other = neighbour[link]
                if word & ~row[other] != NONE:
                    if row[other] == before[other]:
                        there[n_there] = other
                        n_there += 1
                        latest[other] = hops
                        if before[other] == NONE:
                            earliest[other] = hops
                    row[other] |= word
        here, there = there, here
        count = n_there
    return come, earliest, latest, hops - 1


@inlined
def next_bit(word):
    """Tell the number of the lowest bit of a word that is not zero."""
    return BIT_OF[((word & (~word + ONE)) * UNIQUE) >> np.uint64(58)]


@inlined
def capacity_of(table, word):
    """Sum of the capacities of the sources in a word."""
    total = 0.0
    for byte in range(8):
        total += table[byte, (word >> np.uint64(8 * byte)) & BYTE]
    return total


@kernel
def capacity_table(capacity, source, n_sources):
    """Sum capacities for every value of every byte of a word of sources."""
    table = np.zeros((8, 256))
    for bit in range(n_sources):
        byte, place = bit >> 3, 1 << (bit & 7)
        for value in range(place, 2 * place):
            table[byte, value] = table[byte, value - place] + capacity[source + bit]
    return table


@kernel
def add_up(capacity, at_turn, come, earliest, latest, rows):
    """Sum what the sources of a batch reach: capacity / (1 + hops).

    Parameters
    ----------
    capacity : ndarray of float64, shape (m,)
        Capacity of each node of the component.
    at_turn : ndarray of int64, shape (m,)
        Its nodes in the order of `depth_first`.
    come, earliest, latest
        As `search` gives them.
    rows : ndarray of float64, shape (1 or m + 1, 64)
        One row takes the sums over all nodes; many rows take, in row k, the sums over
        the first k nodes in depth first order.
    """
    rows[0, :] = 0.0
    row = 0
    for turn in range(at_turn.size):
        node = at_turn[turn]
        if rows.shape[0] > 1:
            row = turn + 1
            rows[row, :] = rows[turn, :]
        before = NONE
        for hops in range(earliest[node], latest[node] + 1):
            word = come[hops, node] & ~before
            before = come[hops, node]
            share = capacity[node] / (1 + hops)
            while word != NONE:
                rows[row, next_bit(word)] += share
                word &= word - ONE


@inlined
def component(first, neighbour, low, high):
    """Links of one component, with nodes numbered from 0."""
    begin, stop = first[low], first[high]
    return first[low : high + 1] - begin, neighbour[begin:stop] - np.int32(low)


@kernel
def batch_sums(first, neighbour, capacity, batches):
    """Sum what each source reaches, for some batches.

    Parameters
    ----------
    first, neighbour
        The graph.
    capacity : ndarray of float64, shape (n,)
        Capacity of each node.
    batches : ndarray of int64, shape (n_batches, 4)
        The component of each batch, from (low) and up to (high), its first source
        and their number.

    Returns
    -------
    ndarray of float64, shape (n_batches, 64)
        Sum of a_j / (1 + hops) over the nodes j, the source included.
    """
    sums = np.zeros((batches.shape[0], SOURCES))
    for at in range(batches.shape[0]):
        low, high, source, n_sources = batches[at]
        links = component(first, neighbour, low, high)
        come, earliest, latest, _ = search(links[0], links[1], source - low, n_sources)
        in_order, row = np.arange(high - low), sums[at : at + 1]
        add_up(capacity[low:high], in_order, come, earliest, latest, row)
    return sums


def smallest_calls():
    """Compile the kernels of this module."""
    one, other = np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64)
    graph = neighbours(2, one, other)
    nearby_order(*graph)
    batch_sums(*graph, np.ones(2), np.array([[0, 2, 0, 2]], dtype=np.int64))
