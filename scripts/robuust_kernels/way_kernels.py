"""Ways: which candidates have to be carried out for a path to be open.

A *way* is a set of candidates that together open a path from a source. Of ways to the
same place one that needs fewer candidates, and is no longer, replaces the others.
"""

import numpy as np

from robuust_kernels.compiled import inlined, kernel
from robuust_kernels.path_kernels import new_search, push, settle


@kernel
def link_candidates(start, stop, n, trees, links, length):
    """Length of the best path from candidates of a block to others, by patches only.

    Parameters
    ----------
    start, stop : int
        The candidates.
    n : int
        Number of nodes.
    trees : tuple of arrays
        first (int64, k + 1), node (int32), so_far (float64): the best paths from each.
    links : tuple of arrays
        The same of the direct links from candidates to nodes.
    length : ndarray of float64, shape (k, k)
        Length of the direct links between candidates, infinite for none; rows of the
        block take the best path.
    """
    first, node, so_far = trees
    linked, where, direct = links
    k = linked.size - 1
    reached = np.full(n, np.inf)
    for candidate in range(start, stop):
        for at in range(first[candidate], first[candidate + 1]):
            reached[node[at]] = so_far[at]
        for other in range(k):
            best = length[candidate, other]
            for link in range(linked[other], linked[other + 1]):
                best = min(best, reached[where[link]] + direct[link])
            length[candidate, other] = best
        for at in range(first[candidate], first[candidate + 1]):
            reached[node[at]] = np.inf


@kernel
def chain_candidates(start, stop, near, limit, search, length):
    """Length of the best path from candidates of a block when all are carried out.

    Parameters
    ----------
    start, stop : int
        The candidates.
    near : tuple of arrays
        first, neighbour, length: paths by patches only, as a graph of candidates.
    limit : float
        Longer paths are left out.
    search : tuple
        As `path_kernels.new_search` gives it for k nodes.
    length : ndarray of float64, shape (k, k)
        Infinite where there is no path; rows of the block are filled in.
    """
    heap, reached, before, settled = search
    key, waiting, place = heap
    for candidate in range(start, stop):
        reached[candidate] = 0.0
        size = push(key, waiting, place, 0, 0.0, candidate)
        count = settle(
            near[0], near[1], near[2], limit, size, heap, reached, before, settled
        )
        for at in range(count):
            length[candidate, settled[at]] = reached[settled[at]]
            reached[settled[at]] = np.inf


@kernel
def no_ways(room, depth):
    """Make room for ways: candidates, how many, last, next by last; length; loose."""
    member = np.full((room, depth), -1, dtype=np.int32)
    size, last, following = np.zeros((3, room), dtype=np.int32)
    return member, size, last, following, np.zeros(room), np.zeros(room, dtype=np.bool_)


@kernel
def _with_more_room(ways):
    """Move ways to arrays twice as large."""
    room, depth = ways[0].shape
    larger = no_ways(2 * room, depth)
    larger[0][:room], larger[1][:room], larger[2][:room] = ways[0], ways[1], ways[2]
    larger[3][:room], larger[4][:room], larger[5][:room] = ways[3], ways[4], ways[5]
    return larger


@kernel
def find_ways(source, code, sources, candidates, rules, limit, ways, last_way, nearest):
    """Find the ways from a source, fewest candidates first; none that is no use."""
    _, visit_first, visitor, visit_length = sources
    near, far, has_detour = candidates[2], candidates[3], candidates[4]
    depth, _, cost, most, clash = rules
    count = 0
    if code < 0:
        ways, count = _with_way(ways, count, -1, -1 - code, 0.0, False, last_way)
    else:
        for visit in range(visit_first[source], visit_first[source + 1]):
            nearest[visitor[visit]] = visit_length[visit]
            ways, count = _with_way(
                ways, count, -1, visitor[visit], visit_length[visit], False, last_way
            )
    at = 0
    while at < count:
        size, here, so_far = ways[1][at], ways[2][at], ways[4][at]
        if size < depth:
            paths = far if size == depth - 1 else near
            spent = 0.0
            for k in range(size):
                spent += cost[ways[0][at, k]]
            for link in range(paths[0][here], paths[0][here + 1]):
                length = so_far + paths[2][link]
                if length > limit:
                    break
                there = paths[1][link]
                if length >= nearest[there]:  # reached by itself: most are
                    continue
                if spent + cost[there] > most:
                    continue
                fits = True
                for k in range(size):
                    other = ways[0][at, k]
                    fits &= other != there and not clash[other, there]
                if fits:
                    is_loose = size == depth - 1 and has_detour[link]
                    ways, count = _with_way(
                        ways, count, at, there, length, is_loose, last_way
                    )
        at += 1
    return ways, count


@kernel
def _with_way(ways, count, base, there, length, is_loose, last_way):
    """Add a way that goes on from another, unless a simpler one is as good."""
    if count == ways[1].size:
        ways = _with_more_room(ways)
    member, sizes, last, following, lengths, loose = ways
    size = 0
    member[count] = -1
    if base >= 0:
        size = sizes[base]
        member[count, :size] = member[base, :size]
    at = size  # candidates ascend
    while at > 0 and member[count, at - 1] > there:
        member[count, at] = member[count, at - 1]
        at -= 1
    member[count, at] = there
    size += 1
    other = last_way[there]
    while other >= 0:
        if sizes[other] <= size and is_part(member, other, sizes[other], count, size):
            if lengths[other] <= length:
                return ways, count
            if sizes[other] == size:
                lengths[other], loose[other] = length, is_loose
                return ways, count
        other = following[other]
    sizes[count], last[count], following[count] = size, there, last_way[there]
    lengths[count], loose[count] = length, is_loose
    last_way[there] = count
    return ways, count + 1


@inlined
def is_part(member, one, size_one, other, size_other):
    """Whether all candidates of one way are in another; both ascend."""
    at = 0
    for k in range(size_one):
        while at < size_other and member[other, at] < member[one, k]:
            at += 1
        if at == size_other or member[other, at] != member[one, k]:
            at = -1
            break
    return at >= 0


def smallest_calls():
    """Compile the kernels of this module."""
    offsets, nodes, numbers = np.zeros(2, np.int64), np.empty(0, np.int32), np.empty(0)
    graph, one = (offsets, nodes, numbers), np.ones((1, 1))
    link_candidates(0, 1, 1, graph, graph, one)
    chain_candidates(0, 1, graph, 1.0, new_search(1), one)
