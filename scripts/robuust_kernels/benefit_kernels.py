"""What pairs of nodes gain when candidates are carried out, as a sum of benefits.

The best chance between two nodes depends on which ways are open (`way_kernels`): with
the best of them the pair gains most, with that one closed it gains less. So what it
gains is a sum of *benefits*, each had as soon as any of some ways is open; pairs with
the same ways share them.
"""

import numpy as np

from robuust_kernels.compiled import inlined, kernel
from robuust_kernels.gain_kernels import SLACK
from robuust_kernels.path_kernels import new_search, push, settle
from robuust_kernels.way_kernels import find_ways, is_part, no_ways

MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@kernel
def list_benefits(start, stop, sources, ground, candidates, rules, search):
    """List what pairs gain when ways are open, for a block of sources.

    Parameters
    ----------
    start, stop : int
        The sources: nodes that candidates reach, and candidates with habitat.
    sources : tuple of arrays
        node (int32): the node, or -1 - candidate; first (int64), candidate (int32),
        length (float64): which candidates reach each node, and how near they are.
    ground : tuple
        graph (first, neighbour, length, as in `path_kernels`), capacity of the nodes
        (float64), and length of the longest path that counts.
    candidates : tuple
        own (float64, shape (k,)); trees, as `gain_kernels.grow_trees` writes them;
        near and far, both first, neighbour, length: the paths between candidates for
        a step on a way, and for its last one; has_detour (bool): for each path of far,
        if it takes more candidates.
    rules : tuple
        depth (int): most candidates of a way; salt (uint64, shape (k,)): a random
        number for each candidate; cost (float64, shape (k,)) and the most that those
        of a way may cost; clash (bool, shape (k, k)): pairs that exclude each other.
    search : tuple
        As `path_kernels.new_search` gives it.

    Returns
    -------
    value : ndarray of float64, shape (n_benefits,)
        Sum over ordered pairs [ha2].
    key : ndarray of uint64, shape (n_benefits,)
        Number of each set of ways.
    first : ndarray of int64, shape (n_benefits + 1,)
        Where the ways of each begin.
    way : ndarray of int32, shape (n_ways, depth)
        Candidates of each way, ascending; then -1.
    is_loose : bool
        True if a way may need more candidates than it says.

    Notes
    -----
    A pair is counted from its first node, or from the candidate in it. What a
    candidate gains with the nodes that it reaches by itself is left to the caller.
    """
    graph, capacity, limit = ground
    own, trees = candidates[0], candidates[1]
    reached, settled = search[1], search[3]
    n, k = capacity.size, own.size
    last_way, nearest = np.full(k, -1, dtype=np.int32), np.full(k, np.inf)
    ways = no_ways(64, rules[0])
    first_found = np.full(n + k, -1, dtype=np.int32)
    touched = np.empty(n + k, dtype=np.int32)
    found = np.empty(256), np.empty((256, 2), dtype=np.int32)
    table = _empty_table(64, rules[0])
    is_loose = False
    for source in range(start, stop):
        code = sources[0][source]
        if code >= 0:
            weight = 2 * capacity[code]
            reached[code] = 0.0
            heap = search[0]
            size = push(heap[0], heap[1], heap[2], 0, 0.0, code)
            count = settle(
                graph[0],
                graph[1],
                graph[2],
                limit,
                size,
                heap,
                reached,
                search[2],
                settled,
            )
        else:
            weight = 2 * own[-1 - code]
            count = lay_out(-1 - code, trees, reached, settled)
        ways, n_ways = find_ways(
            source, code, sources, candidates, rules, limit, ways, last_way, nearest
        )
        lists = first_found, touched
        pairs = weight, capacity, own, reached
        found, n_touched = _find_gains(
            code, n_ways, ways, trees, limit, pairs, found, lists
        )
        listed = touched[:n_touched], first_found, found
        table, loose = _sum_up(listed, pairs, ways, rules, table)
        is_loose |= loose
        reached[settled[:count]] = np.inf
        last_way[ways[2][:n_ways]] = -1
        nearest[ways[2][:n_ways]] = np.inf
        first_found[touched[:n_touched]] = -1
    _, _, value, keys, first, way, used = table
    return (
        value[: used[0]].copy(),
        keys[: used[0]].copy(),
        first[: used[0] + 1].copy(),
        way[: used[1]].copy(),
        is_loose,
    )


@inlined
def lay_out(candidate, trees, reached, settled):
    """Write down what a candidate reaches by itself, as a search would."""
    count = 0
    for at in range(trees[0][candidate], trees[0][candidate + 1]):
        reached[trees[1][at]] = trees[2][at]
        settled[count] = trees[1][at]
        count += 1
    return count


@kernel
def _find_gains(code, n_ways, ways, trees, limit, pairs, found, lists):
    """Find the pairs that ways bring closer, each with its ways, the best first."""
    _, capacity, own, reached = pairs
    tree_first, node, so_far, end = trees
    n_found, n_touched, n = 0, 0, capacity.size
    for way in range(0 if code >= 0 else 1, n_ways):
        last, back = ways[2][way], ways[4][way]
        root = tree_first[last]
        at = root
        while at < tree_first[last + 1]:
            j = node[at]
            through = back + so_far[at]
            if through > limit or reached[j] - through <= SLACK * (1 + through):
                at = root + end[at]
                continue
            if j > code and capacity[j] > 0:
                found, n_found, n_touched = _with_gain(
                    found, n_found, n_touched, j, through, way, ways, pairs, lists
                )
            at += 1
        if code < 0 and last > -1 - code and own[last] > 0:
            found, n_found, n_touched = _with_gain(
                found, n_found, n_touched, n + last, back, way, ways, pairs, lists
            )
    return found, n_touched


@kernel
def _with_gain(found, n_found, n_touched, target, length, way, ways, pairs, lists):
    """Put a way on the list of its pair, unless a better one is part of it."""
    first_found, touched = lists
    member, sizes = ways[0], ways[1]
    lengths, other = found
    behind, at = -1, first_found[target]
    if at < 0:
        touched[n_touched] = target
        n_touched += 1
    while at >= 0 and lengths[at] <= length:
        one = other[at, 0]
        if is_part(member, one, sizes[one], way, sizes[way]):
            return found, n_found, n_touched
        behind, at = at, other[at, 1]
    if n_found == lengths.size:
        larger = np.empty(2 * n_found), np.empty((2 * n_found, 2), dtype=np.int32)
        larger[0][:n_found], larger[1][:n_found] = lengths, other
        found = larger
        lengths, other = found
    lengths[n_found] = length
    other[n_found, 0], other[n_found, 1] = way, at
    if behind < 0:
        first_found[target] = n_found
    else:
        other[behind, 1] = n_found
    return found, n_found + 1, n_touched


@inlined
def gain_of(target, length, pairs):
    """Tell what a pair gains by a way that is open alone."""
    weight, capacity, own, reached = pairs
    if target < capacity.size:
        there, before = capacity[target], np.exp(-reached[target])
    else:
        there, before = own[target - capacity.size], 0.0
    return weight * there * (np.exp(-length) - before)


@kernel
def _sum_up(listed, pairs, ways, rules, table):
    """Add the benefits of all pairs of a source to the table."""
    touched, first_found, found = listed
    member, sizes = ways[0], ways[1]
    lengths, other = found
    salt, is_loose = rules[1], False
    any_of = np.empty(lengths.size + 1, dtype=np.int32)
    for target in touched:
        count, brought = 0, 0.0
        at = first_found[target]
        while at >= 0:
            way, length = other[at, 0], lengths[at]
            is_new = True
            for k in range(count):
                is_new &= not is_part(
                    member, any_of[k], sizes[any_of[k]], way, sizes[way]
                )
            if is_new:
                now = gain_of(target, length, pairs)
                if count > 0 and brought > now:
                    table = _added(table, brought - now, any_of[:count], ways, salt)
                kept = 0
                for k in range(count):
                    one = any_of[k]
                    if not is_part(member, way, sizes[way], one, sizes[one]):
                        any_of[kept] = one
                        kept += 1
                any_of[kept] = way
                count, brought = kept + 1, now
                is_loose |= ways[5][way]
            at = other[at, 1]
        if brought > 0:
            table = _added(table, brought, any_of[:count], ways, salt)
    return table, is_loose


@kernel
def _empty_table(room, depth):
    """Make a table: place by number, of which entry; value, number, ways of each."""
    return (
        np.zeros(2 * room, dtype=np.uint64),
        np.full(2 * room, -1, dtype=np.int32),
        np.zeros(room),
        np.zeros(room, dtype=np.uint64),
        np.zeros(room + 1, dtype=np.int64),
        np.full((2 * room, depth), -1, dtype=np.int32),
        np.zeros(2, dtype=np.int64),
    )


@kernel
def _added(table, value, any_of, ways, salt):
    """Add a benefit to a table, to the entry of the same ways if there is one."""
    member, sizes = ways[0], ways[1]
    number = np.uint64(any_of.size)
    for way in any_of:
        mixed = np.uint64(0)
        for k in range(sizes[way]):
            mixed += salt[member[way, k]]
        mixed = (mixed ^ (mixed >> np.uint64(30))) * MIX_1
        mixed = (mixed ^ (mixed >> np.uint64(27))) * MIX_2
        number += mixed ^ (mixed >> np.uint64(31))  # whatever the order of the ways
    if table[6][0] == table[2].size or table[6][1] + any_of.size > table[5].shape[0]:
        table = _larger_table(table, any_of.size)
    place, entry, values, keys, first, rows, used = table
    at = np.int64(number & np.uint64(place.size - 1))
    while entry[at] >= 0:
        if place[at] == number:
            values[entry[at]] += value
            return table
        at = (at + 1) & (place.size - 1)
    place[at], entry[at] = number, used[0]
    values[used[0]], keys[used[0]] = value, number
    for way in any_of:
        rows[used[1]] = member[way]
        used[1] += 1
    used[0] += 1
    first[used[0]] = used[1]
    return table


@kernel
def _larger_table(table, more):
    """Move a table to arrays with more room."""
    _, _, values, keys, first, rows, used = table
    n = used[0]
    larger = _empty_table(2 * values.size, rows.shape[1])
    larger[2][:n], larger[3][:n] = values[:n], keys[:n]
    larger[4][: n + 1] = first[: n + 1]
    more_rows = np.full((2 * (rows.shape[0] + more), rows.shape[1]), -1, dtype=np.int32)
    more_rows[: used[1]] = rows[: used[1]]
    larger[6][:] = used
    size = larger[0].size
    for k in range(n):
        at = np.int64(keys[k] & np.uint64(size - 1))
        while larger[1][at] >= 0:
            at = (at + 1) & (size - 1)
        larger[0][at], larger[1][at] = keys[k], k
    return larger[0], larger[1], larger[2], larger[3], larger[4], more_rows, larger[6]


def smallest_calls():
    """Compile the kernels of this module."""
    offsets, nodes, numbers = np.zeros(2, np.int64), np.empty(0, np.int32), np.empty(0)
    graph = offsets, nodes, numbers
    sources = np.zeros(1, np.int32), offsets, nodes, numbers
    trees, flag = (*graph, nodes), np.zeros((1, 1), np.bool_)
    candidates = np.ones(1), trees, graph, graph, flag[0]
    rules = 2, np.ones(1, np.uint64), np.ones(1), 1.0, flag
    ground = graph, np.ones(1), 1.0
    list_benefits(0, 1, sources, ground, candidates, rules, new_search(1))
