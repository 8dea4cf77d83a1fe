"""What each pair of ends gains by paths of any length, for any shares of candidates.

An *end* is a node, or a candidate with habitat; between two of them a path leads
through candidates. Those with a share are told apart, one path after the other. Tables
have a row for each end, first the n nodes, then all k candidates.
"""

import numpy as np

from robuust_kernels.compiled import kernel
from robuust_kernels.path_kernels import new_search, push, settle

FULL = 1e-12  # of a pair: room that is none
MOST_PATHS = 40  # of a pair that are told apart


@kernel
def open_lengths(start, stop, near, is_open, limit, length):
    """Length of the best paths from ends of a block, in between by open candidates.

    Parameters
    ----------
    start, stop : int
        The ends; for nodes those of the candidates must be there already.
    near : ndarray of float64, shape (n + k, k)
        Length from ends to candidates by patches only.
    is_open : ndarray of bool, shape (k,)
    limit : float
        Longer paths are left out.
    length : ndarray of float64, shape (n + k, k)
        Infinite where there is no path; rows of the block are filled in.
    """
    k = near.shape[1]
    n = near.shape[0] - k
    waiting = np.empty(k, dtype=np.int64)
    for end in range(start, stop):
        row = length[end]
        row[:] = near[end]
        if end >= n:
            row[end - n] = 0.0
            _spread(row, waiting, is_open, near[n:], limit)
        else:
            for candidate in range(k):
                if is_open[candidate] and near[end, candidate] <= limit:
                    _shorten(row, near[end, candidate], length[n + candidate])
        for candidate in range(k):
            if row[candidate] > limit:
                row[candidate] = np.inf


@kernel
def _shorten(row, so_far, onwards):
    """Go on from a place, where that is shorter."""
    for there in range(row.size):
        row[there] = min(row[there], so_far + onwards[there])


@kernel
def _spread(row, waiting, is_open, near, limit):
    """Settle the open candidates, the nearest first; each shortens what is behind."""
    count = 0
    for candidate in range(row.size):
        if is_open[candidate]:
            waiting[count] = candidate
            count += 1
    while count > 0:
        first = 0
        for at in range(1, count):
            if row[waiting[at]] < row[waiting[first]]:
                first = at
        here = waiting[first]
        if row[here] > limit:
            return
        count -= 1
        waiting[first] = waiting[count]
        _shorten(row, row[here], near[here])


@kernel
def list_pairs(start, stop, nodes, ground, capacity, near, far, search):
    """List the pairs that candidates can bring nearer, for a block of first ends.

    Parameters
    ----------
    start, stop : int
        The ends.
    nodes : ndarray of int64, shape (n,)
        Which nodes of the graph they are.
    ground : tuple
        graph (first, neighbour, length, as in `path_kernels`) and limit.
    capacity : ndarray of float64, shape (n + k,)
        Habitat at each end [ha].
    near, far : ndarray of float64, shape (n + k, k)
        Length by patches only, and by any candidates in between.
    search : tuple
        As `path_kernels.new_search` gives it.

    Returns
    -------
    pair : ndarray of int32, shape (n_pairs, 2)
        Each once: from a node to a later one, from a candidate to a later one or to a
        node.
    before : ndarray of float64, shape (n_pairs,)
        Length of the path as it is: what is longer is no gain. Infinite for none.
    """
    graph, limit = ground
    k = near.shape[1]
    n = near.shape[0] - k
    pair, before, count = np.empty((256, 2), np.int32), np.empty(256), 0
    heap, reached, back, settled = search
    for one in range(start, stop):
        if capacity[one] <= 0:
            continue
        found = 0
        if one < n:
            reached[nodes[one]] = 0.0
            size = push(heap[0], heap[1], heap[2], 0, 0.0, nodes[one])
            found = settle(*graph, limit, size, heap, reached, back, settled)
            visitors = np.flatnonzero(near[one] <= limit)
        for other in range(one + 1 if one < n else 0, n if one < n else n + k):
            if capacity[other] <= 0 or (n <= other <= one):
                continue
            best, now = limit, np.inf
            if one < n:
                now = reached[nodes[other]]
                for candidate in visitors:
                    best = min(best, near[one, candidate] + far[other, candidate])
            else:
                best = far[other, one - n]
                if other < n:
                    now = near[other, one - n]
            if best >= min(now, limit):
                continue
            if count == before.size:
                pair, before = _with_more_room(pair, before)
            pair[count, 0], pair[count, 1], before[count] = one, other, now
            count += 1
        reached[settled[:found]] = np.inf
    return pair[:count].copy(), before[:count].copy()


@kernel
def _with_more_room(pair, before):
    n = before.size
    more, longer = np.empty((2 * n, 2), np.int32), np.empty(2 * n)
    more[:n], longer[:n] = pair, before
    return more, longer


@kernel
def fill_pairs(pair, before, capacity, tables, share, is_open, limit):
    """Sum what pairs gain, and find a plane above what they gain by any plan.

    Parameters
    ----------
    pair, before
        As `list_pairs` gives them.
    capacity : ndarray of float64, shape (n + k,)
        Habitat at each end [ha].
    tables : tuple of ndarray of float64, shape (n + k, k)
        near, far, open: length from ends to candidates by patches only, by any
        candidates in between, and by open ones.
    share : ndarray of float64, shape (k,)
        Share of each candidate that is carried out.
    is_open : ndarray of bool, shape (k,)
        Whether it has a share worth telling paths apart for.
    limit : float
        Longer paths count as none.

    Returns
    -------
    level : float
    slope : ndarray of float64, shape (k,)
        Any plan gains at most level + slope @ plan [ha2].

    Notes
    -----
    A pair uses one path, which needs each of its candidates. So paths by open ones are
    seen to from the best on: the scarcest candidate vouches for the path, with its
    share, and no path through it is needed any more. When the shares make one, a pair
    gains what the path reached brings, and more only by those that vouch. On a path
    with candidates that are not open the first and the last of these vouch.
    """
    far = tables[1]
    slope, level = np.zeros(share.size), 0.0
    some, others = np.flatnonzero(is_open), np.flatnonzero(~is_open)
    k = share.size
    rooms = np.empty(k), np.empty(k, np.int64), np.empty(k, np.int64)
    vouches = np.empty(MOST_PATHS, np.int64), np.empty(MOST_PATHS)
    for at in range(before.size):
        one, other = pair[at]
        scale, base = 2 * capacity[one] * capacity[other], np.exp(-before[at])
        if _ends_vouch(one, other, is_open, far, (scale, base), slope):
            continue
        most = min(before[at], limit)
        low, floor, count = _told_apart(
            one, other, most, (scale, base), tables, share, some, rooms, vouches
        )
        level += low
        for place in range(count):
            slope[vouches[0][place]] += vouches[1][place] - low
        worth = scale, base + floor / scale
        _with_others(one, other, limit, worth, tables, others, slope)
    return level, slope


@kernel
def _ends_vouch(one, other, is_open, far, worth, slope):
    """Let ends that are not open vouch for all paths of their pair; tell if any is."""
    n, closed = far.shape[0] - far.shape[1], 0
    for end in (one, other):
        closed += end >= n and not is_open[end - n]
    for end in (one, other):
        if end >= n and not is_open[end - n]:
            gain = worth[0] * (np.exp(-far[other, one - n]) - worth[1])
            slope[end - n] += gain / closed
    return closed > 0


@kernel
def _told_apart(one, other, most, worth, tables, share, some, rooms, vouches):
    """See to the paths of a pair by open candidates, from the best on.

    Returns
    -------
    low : float
        What the pair gains without those that vouch.
    floor : float
        What it gains for sure on any path that needs one more candidate.
    count : int
        How many vouch.
    """
    near, far, opened = tables
    n, active, n_active = near.shape[0] - near.shape[1], rooms[1], 0
    for candidate in some:
        if (
            candidate + n != one
            and candidate + n != other
            and opened[one, candidate] + opened[other, candidate] < most
        ):
            active[n_active] = candidate
            n_active += 1
    room, count = 1.0, 0
    while True:
        length, last = _best_path(one, other, most, near, far, n_active, rooms)
        if length >= most:
            return 0.0, 0.0, count
        gain = worth[0] * (np.exp(-length) - worth[1])
        scarcest = -1
        for end in (one, other):
            if end >= n and (scarcest < 0 or share[end - n] < share[scarcest]):
                scarcest = end - n
        is_end = True
        while last >= 0:
            if scarcest < 0 or share[last] < share[scarcest]:
                scarcest, is_end = last, False
            last = rooms[2][last]
        # A path by patches alone was there before: here there is a scarcest one.
        if share[scarcest] >= room - FULL or count == vouches[0].size:
            return gain, gain, count
        vouches[0][count], vouches[1][count] = scarcest, gain
        count += 1
        room -= share[scarcest]
        if is_end:  # it is on all paths
            return 0.0, gain, count
        for at in range(n_active):
            if active[at] == scarcest:
                n_active -= 1
                active[at] = active[n_active]
                break


@kernel
def _best_path(one, other, most, near, far, n_active, rooms):
    """Length of the best path between two ends by active candidates, and its last."""
    n = near.shape[0] - near.shape[1]
    so_far, active, back = rooms
    best, last = most, -1
    if other >= n:
        best = min(near[one, other - n], most)
    for at in range(n_active):
        so_far[active[at]] = near[one, active[at]]
        back[active[at]] = -1
    # Settled ones go behind the others: all are there for the next search.
    waiting = n_active
    while waiting > 0:
        first, least = -1, best
        for at in range(waiting):
            ahead = so_far[active[at]] + far[other, active[at]]
            if ahead < least:
                first, least = at, ahead
        if first < 0:
            break
        here = active[first]
        waiting -= 1
        active[first], active[waiting] = active[waiting], here
        if so_far[here] + near[other, here] < best:
            best, last = so_far[here] + near[other, here], here
        for at in range(waiting):
            there = active[at]
            length = so_far[here] + near[n + here, there]
            if length < so_far[there]:
                so_far[there], back[there] = length, here
    return best, last


@kernel
def _with_others(one, other, limit, worth, tables, others, slope):
    """Let candidates that are not open vouch for the paths that they are on.

    With one of them on a path it vouches for the whole, with more of them the first
    and the last for half each.
    """
    _, far, opened = tables
    scale, base = worth
    longest = min(-np.log(base), limit) if base > 0 else limit
    for candidate in others:
        first = opened[one, candidate] + far[other, candidate]
        last = far[one, candidate] + opened[other, candidate]
        if min(first, last) < longest:
            alone = opened[one, candidate] + opened[other, candidate]
            half = (np.exp(-min(first, last)) - base) / 2
            slope[candidate] += scale * max(half, np.exp(-alone) - base)


def smallest_calls():
    """Compile the kernels of this module."""
    table, is_open = np.ones((2, 1)), np.ones(1, np.bool_)
    open_lengths(0, 2, table, is_open, 9.0, table.copy())
    graph = np.zeros(2, np.int64), np.empty(0, np.int32), np.empty(0)
    ground, capacity = (graph, 9.0), np.ones(2)
    pairs = list_pairs(
        0, 2, np.zeros(1, np.int64), ground, capacity, table, table, new_search(1)
    )
    fill_pairs(*pairs, capacity, (table, table, table), np.ones(1), is_open, 9.0)
