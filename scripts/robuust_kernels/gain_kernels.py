"""What new patches bring a network: trees of best paths, and walks along them.

The best paths from a new patch, a *candidate*, form a tree. It is written down in
preorder: behind each node come all nodes whose best path runs through it, up to the
node's `end`. A walk along the tree is then a walk along an array, and to leave out
what lies behind a node is to jump.
"""

import math

import numpy as np

from robuust_kernels.compiled import inlined, kernel
from robuust_kernels.path_kernels import new_search, push, settle

SLACK = 1e-12  # of the length: rounding alone is no improvement


@kernel
def grow_trees(start, stop, links, graph, limit, search):
    """Find the trees of best paths from the candidates of a block.

    Parameters
    ----------
    start, stop : int
        The candidates.
    links : tuple of arrays
        first (int64, n_candidates + 1), node (int32), length (float64): what each
        candidate is linked to directly, in any order.
    graph : tuple of arrays
        first, neighbour, length, as in `path_kernels`.
    limit : float
        Longer paths are left out.
    search : tuple
        As `new_search` gives it.

    Returns
    -------
    size : ndarray of int64, shape (stop - start,)
        Nodes in each tree; the arrays below hold one tree after the other.
    node : ndarray of int32
        In preorder.
    so_far : ndarray of float64
        Length of the best path from the candidate.
    end : ndarray of int32
        Where in its tree what lies behind the node ends.
    """
    linked, where, direct = links
    first, neighbour, length = graph
    heap, reached, before, settled = search
    key, waiting, place = heap
    sizes = np.zeros(stop - start, dtype=np.int64)
    scratch = np.empty((2, reached.size), dtype=np.int32)
    room = 64 * (stop - start)
    node, end = np.empty((2, room), dtype=np.int32)
    so_far = np.empty(room)
    done = 0
    for candidate in range(start, stop):
        size = 0
        for link in range(linked[candidate], linked[candidate + 1]):
            there = where[link]
            if direct[link] <= limit and direct[link] < reached[there]:
                reached[there] = direct[link]
                before[there] = -1
                size = push(key, waiting, place, size, direct[link], there)
        m = settle(
            first, neighbour, length, limit, size, heap, reached, before, settled
        )
        if done + m > node.size:
            room = 2 * (done + m)
            node, end = _moved(node, room), _moved(end, room)
            so_far = _moved(so_far, room)
        tree = node[done:], so_far[done:], end[done:]
        _write_tree(settled[:m], before, reached, scratch, tree)
        reached[settled[:m]] = np.inf
        sizes[candidate - start] = m
        done += m
    return sizes, node[:done], so_far[:done], end[:done]


@inlined
def _moved(values, room):
    """Move values to a larger array."""
    larger = np.empty(room, dtype=values.dtype)
    larger[: values.size] = values
    return larger


@kernel
def _write_tree(settled, before, reached, scratch, tree):
    """Write down in preorder the tree that a search has just found."""
    count, free = scratch
    node, so_far, end = tree
    for here in settled:
        count[here] = 1
    for k in range(settled.size - 1, -1, -1):
        parent = before[settled[k]]
        if parent >= 0:
            count[parent] += count[settled[k]]
    next_branch = 0
    for here in settled:  # a parent is settled before its children
        parent = before[here]
        if parent < 0:
            at = next_branch
            next_branch += count[here]
        else:
            at = free[parent]
            free[parent] += count[here]
        free[here] = at + 1
        node[at] = here
        so_far[at] = reached[here]
        end[at] = at + count[here]


@kernel
def walk_trees(start, stop, visits, trees, graph, capacity, limit, search):
    """Value the pairs that candidates bring closer together, for a block of nodes.

    Parameters
    ----------
    start, stop : int
        Of the sources, the nodes that pairs are counted from.
    visits : tuple of arrays
        source (int32, n_sources) and first (int64, n_sources + 1): the visits of each
        source; position (int64) and candidate (int32): where in the trees it stands
        each time, and in whose.
    trees : tuple of arrays
        first (int64, n_candidates + 1), and node, so_far, end of `grow_trees`.
    graph : tuple of arrays
        first, neighbour, length, as in `path_kernels`.
    capacity : ndarray of float64, shape (n,)
    limit : float
        Longer paths count as none, before as after.
    search : tuple
        As `new_search` gives it.

    Returns
    -------
    ndarray of float64
        For each visit of the block the sum of a_i a_j (new p - old p) over the nodes j
        that are farther from the candidate than the node i, or as far and later.

    Notes
    -----
    A node that comes no closer is passed by with all that lies behind it.
    """
    source, visit_first, position, candidate = visits
    tree_first, node, so_far, end = trees
    first, neighbour, length = graph
    heap, reached, before, settled = search
    key, waiting, place = heap
    offset = visit_first[start]
    brought = np.zeros(visit_first[stop] - offset)
    for k in range(start, stop):
        i = source[k]
        reached[i] = 0.0
        before[i] = -1
        size = push(key, waiting, place, 0, 0.0, i)
        m = settle(
            first, neighbour, length, limit, size, heap, reached, before, settled
        )
        for visit in range(visit_first[k], visit_first[k + 1]):
            root = tree_first[candidate[visit]]
            last = tree_first[candidate[visit] + 1]
            own = position[visit]
            back = so_far[own]
            total = 0.0
            at = root
            while at < last:
                j = node[at]
                onward = so_far[at]
                through = back + onward
                if through > limit or reached[j] - through <= SLACK * (1 + through):
                    at = root + end[at]
                    continue
                if onward > back or (onward == back and at > own):
                    rise = math.exp(-through) - math.exp(-reached[j])
                    total += capacity[j] * rise
                at += 1
            brought[visit - offset] = capacity[i] * total
        reached[settled[:m]] = np.inf
    return brought


@kernel
def open_links(node, others, values, first, neighbour, length):
    """Put the links of a new node into rows that have room for them.

    Parameters
    ----------
    node : int
        The node.
    others : ndarray of int32, shape (k,)
        What it is linked to.
    values : ndarray of float64, shape (k,)
        Length of these links.
    first, neighbour, length
        The graph, as in `path_kernels`, changed in place. Room in a row is at its end
        and of infinite length.
    """
    for k in range(others.size):
        for turn in range(2):
            here, there = (node, others[k]) if turn == 0 else (others[k], node)
            at = first[here + 1] - 1
            while at > first[here] and length[at - 1] > values[k]:
                neighbour[at], length[at] = neighbour[at - 1], length[at - 1]
                at -= 1
            neighbour[at], length[at] = there, values[k]


@kernel
def close_links(node, first, neighbour, length):
    """Take the links of a node out of the rows again, which leaves the room.

    Parameters
    ----------
    node : int
        The node.
    first, neighbour, length
        The graph, as `open_links` left it; changed in place.
    """
    for link in range(first[node], first[node + 1]):
        if length[link] == np.inf:
            break
        there = neighbour[link]
        at = first[there]
        while neighbour[at] != node:
            at += 1
        last = first[there + 1] - 1
        while at < last:
            neighbour[at], length[at] = neighbour[at + 1], length[at + 1]
            at += 1
        length[last] = np.inf
        length[link] = np.inf


def smallest_calls():
    """Compile the kernels of this module."""
    offsets, nodes, numbers = np.zeros(2, np.int64), np.empty(0, np.int32), np.empty(0)
    graph = offsets, nodes, numbers
    grow_trees(0, 1, graph, graph, 1.0, new_search(1))
    visits = np.zeros(1, np.int32), offsets, np.empty(0, np.int64), nodes
    trees = offsets, nodes, numbers, nodes
    walk_trees(0, 1, visits, trees, graph, np.zeros(1), 1.0, new_search(1))
    open_links(0, nodes, numbers, *graph)
    close_links(0, *graph)
