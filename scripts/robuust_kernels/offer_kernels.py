"""What each pair of nodes is offered: ways that bring it nearer, the best first.

A pair has the chance of the best of its ways that are open. What that brings is bounded
by planes over the shares of candidates.
"""

import numpy as np

from robuust_kernels.benefit_kernels import gain_of, lay_out
from robuust_kernels.compiled import kernel
from robuust_kernels.gain_kernels import SLACK
from robuust_kernels.path_kernels import new_search, push, settle
from robuust_kernels.way_kernels import find_ways, no_ways

ROUNDED_UP = 1 + 2e-7  # gains are kept in single precision, and never too low
FULL = 1e-12  # of a pair: room that is none


@kernel
def list_offers(start, stop, sources, ground, candidates, rules, most, search):
    """List what ways offer to pairs of nodes, for a block of sources.

    Parameters
    ----------
    start, stop, sources, ground, candidates, rules, search
        As for `benefit_kernels.list_benefits`; the depth is 2 or 3.
    most : int
        Ways of a pair that are kept. The best of the others counts as open without
        any candidate but those at the ends of the pair.

    Returns
    -------
    first : ndarray of int64, shape (n_pairs + 1,)
        Where the ways of each pair begin.
    gain : ndarray of float32, shape (n_ways,)
        What each way brings if it is the best that is open [ha2], both directions.
    member : ndarray of int16, shape (n_ways, depth)
        Its candidates; k for none.
    """
    graph, capacity, limit = ground
    own, trees = candidates[0], candidates[1]
    reached, settled = search[1], search[3]
    n, k = capacity.size, own.size
    last_way, nearest = np.full(k, -1, dtype=np.int32), np.full(k, np.inf)
    ways = no_ways(64, rules[0])
    latest = np.full(n + k, -1, dtype=np.int32)
    touched = np.empty(n + k, dtype=np.int32)
    found = np.empty(256), np.empty((256, 2), dtype=np.int32)
    offers = _room_for(256, 64, rules[0])
    seen = np.zeros(k, dtype=np.int64), np.zeros((k, k), dtype=np.int32)
    used = np.zeros(3, dtype=np.int64)  # pairs, ways, and pairs looked at
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
        pairs = weight, capacity, own, reached
        found, n_touched = _find_offers(
            code, n_ways, ways, trees, limit, pairs, found, latest, touched
        )
        for target in touched[:n_touched]:
            offers = _with_pair(
                code,
                target,
                latest[target],
                found,
                pairs,
                ways,
                offers,
                seen,
                used,
                most,
            )
        reached[settled[:count]] = np.inf
        last_way[ways[2][:n_ways]] = -1
        nearest[ways[2][:n_ways]] = np.inf
        latest[touched[:n_touched]] = -1
    first, gain, member = offers
    return (
        first[: used[0] + 1].copy(),
        gain[: used[1]].copy(),
        member[: used[1]].copy(),
    )


@kernel
def _room_for(n_ways, n_pairs, depth):
    first = np.zeros(n_pairs + 1, dtype=np.int64)
    gain = np.empty(n_ways, dtype=np.float32)
    return first, gain, np.empty((n_ways, depth), dtype=np.int16)


@kernel
def _find_offers(code, n_ways, ways, trees, limit, pairs, found, latest, touched):
    """Find the ways that bring each target nearer, as a chain per target."""
    _, capacity, own, reached = pairs
    tree_first, node, so_far, end = trees
    n_found, n_touched, n = 0, 0, capacity.size
    for way in range(0 if code >= 0 else 1, n_ways):
        last, back = ways[2][way], ways[4][way]
        root, stop = tree_first[last], tree_first[last + 1]
        at = root
        while at <= stop:
            if at == stop:  # after all nodes, the candidate itself
                if code >= 0 or last <= -1 - code or own[last] <= 0:
                    break
                target, through = n + last, back
            else:
                target = node[at]
                through = back + so_far[at]
                if through > limit or reached[target] - through <= SLACK * (
                    1 + through
                ):
                    at = root + end[at]
                    continue
                if target <= code or capacity[target] <= 0:
                    at += 1
                    continue
            if n_found == found[0].size:
                larger = np.empty(2 * n_found), np.empty((2 * n_found, 2), np.int32)
                larger[0][:n_found], larger[1][:n_found] = found[0], found[1]
                found = larger
            if latest[target] < 0:
                touched[n_touched] = target
                n_touched += 1
            found[0][n_found] = through
            found[1][n_found, 0], found[1][n_found, 1] = way, latest[target]
            latest[target] = n_found
            n_found += 1
            at += 1
    return found, n_touched


@kernel
def _with_pair(code, target, at, found, pairs, ways, offers, seen, used, most):
    """Add the ways of a pair, the best first, none of which a better one is part."""
    lengths, other = found
    member, sizes = ways[0], ways[1]
    count, place = 0, at
    while place >= 0:
        count += 1
        place = other[place, 1]
    order, length = np.empty(count, dtype=np.int64), np.empty(count)
    # Of equal ways those of fewer candidates come first: they have lower numbers.
    for i in range(count - 1, -1, -1):
        order[i], length[i] = other[at, 0], lengths[at]
        at = other[at, 1]
    rank = np.argsort(length, kind="mergesort")
    first, gain, rows = offers
    used[2] += 1
    kept, begin = 0, used[1]
    for i in rank:
        way = order[i]
        if _is_needless(
            code, member[way], sizes[way], seen, used[2], rows, begin, used
        ):
            continue
        if used[1] == gain.size:
            first, gain, rows = _with_more_room(first, gain, rows)
        gain[used[1]] = gain_of(target, length[i], pairs) * ROUNDED_UP
        rows[used[1]] = seen[0].size
        kept += 1
        # Candidates at the ends of the pair come first: all its ways need them.
        ends = 0
        if code < 0:
            rows[used[1], 0] = -1 - code
            ends = 1
            if target >= pairs[1].size:
                rows[used[1], 1] = target - pairs[1].size
                ends = 2
        used[1] += 1
        if kept > most:  # open without any candidate but those at the ends
            break
        for place in range(sizes[way]):
            other_one = member[way, place]
            is_end = False
            for end in range(ends):
                is_end |= other_one == rows[used[1] - 1, end]
            if not is_end:
                rows[used[1] - 1, ends] = other_one
                ends += 1
    if used[0] + 1 == first.size:
        longer = np.zeros(2 * first.size, dtype=np.int64)
        longer[: first.size] = first
        first = longer
    used[0] += 1
    first[used[0]] = used[1]
    return first, gain, rows


@kernel
def _with_more_room(first, gain, rows):
    n, depth = rows.shape
    more, longer = np.empty((2 * n, depth), np.int16), np.empty(2 * n, np.float32)
    more[:n], longer[:n] = rows, gain
    return first, longer, more


@kernel
def _is_needless(code, way, size, seen, pair, rows, begin, used):
    """Whether a better way of the pair is part of this one; if not, note this one."""
    by_one, by_two = seen
    a, b, c = -1, -1, -1  # its candidates but the one at the start of the pair
    for place in range(size):
        if code >= 0 or way[place] != -1 - code:
            a, b, c = b, c, way[place]
    if by_one[c] == pair or (b >= 0 and by_one[b] == pair):
        return True
    if b < 0:
        by_one[c] = pair
        return False
    if by_two[b, c] == pair:
        return True
    if a < 0:
        by_two[b, c] = pair
        return False
    if by_one[a] == pair or by_two[a, b] == pair or by_two[a, c] == pair:
        return True
    for at in range(begin, used[1]):  # the same three in another order
        if rows[at, 0] == a and rows[at, 1] == b and rows[at, 2] == c:
            return True
    return False


@kernel
def fill_pairs(first, gain, member, share):
    """Sum what pairs gain, and find a plane above what they gain by any plan.

    Parameters
    ----------
    first, gain, member
        As `list_offers` gives them.
    share : ndarray of float64, shape (k + 1,)
        Share of each candidate that is carried out; then 1.

    Returns
    -------
    total : float
        What all pairs gain [ha2]: for a plan, by the best way that is open.
    slope : ndarray of float64, shape (k + 1,)
        For any plan they gain at most the total + slope @ (plan - share).

    Notes
    -----
    A pair uses one way, which needs each of its candidates. So ways are seen to from
    the best on: one that contains a candidate that vouches for a better way needs no
    more; of others the scarcest candidate vouches, with its share. When the shares make
    one, a pair gains what the way reached brings, and more only by those that vouch.
    """
    slope, total = np.zeros(share.size), 0.0
    vouches = np.full(share.size, -1, dtype=np.int64)  # for a way of which pair
    voucher, worth = np.empty(share.size, np.int64), np.empty(share.size)
    for pair in range(first.size - 1):
        room, level, count = 1.0, 0.0, 0
        for way in range(first[pair], first[pair + 1]):
            scarcest, is_seen_to = member[way, 0], False
            for candidate in member[way]:
                is_seen_to |= vouches[candidate] == pair
                if share[candidate] < share[scarcest]:
                    scarcest = candidate
            if is_seen_to:
                continue
            if share[scarcest] >= room - FULL:
                level = gain[way]
                break
            vouches[scarcest] = pair
            voucher[count], worth[count] = scarcest, gain[way]
            count += 1
            room -= share[scarcest]
        total += level
        for at in range(count):
            total += (worth[at] - level) * share[voucher[at]]
            slope[voucher[at]] += worth[at] - level
    return total, slope


def smallest_calls():
    """Compile the kernels of this module."""
    offsets, nodes, numbers = np.zeros(2, np.int64), np.empty(0, np.int32), np.empty(0)
    graph = offsets, nodes, numbers
    sources = np.zeros(1, np.int32), offsets, nodes, numbers
    trees, flag = (*graph, nodes), np.zeros((1, 1), np.bool_)
    candidates = np.ones(1), trees, graph, graph, flag[0]
    rules = 2, np.ones(1, np.uint64), np.ones(1), 1.0, flag
    ground = graph, np.ones(1), 1.0
    offers = list_offers(0, 1, sources, ground, candidates, rules, 1, new_search(1))
    fill_pairs(*offers, np.ones(2))
