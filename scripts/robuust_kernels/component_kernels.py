"""What hangs together by any chain of links, and what a single node holds together."""

import numpy as np

from robuust_kernels.compiled import inlined, kernel


@inlined
def first_member(above, node):
    """Find the smallest number in the set of a node, and shorten the way to it.

    Parameters
    ----------
    above : ndarray of int64, shape (n,)
        A node of the same set with a smaller number; the smallest has itself.
    node : int
        A node.

    Returns
    -------
    int
    """
    while above[node] != node:
        above[node] = above[above[node]]
        node = above[node]
    return node


@kernel
def label_components(n, a, b):
    """Give numbers to the components in the order of their first members.

    Parameters
    ----------
    n : int
        Number of nodes.
    a, b : ndarray of int64, shape (n_links,)
        The two nodes of each link, from 0 to n - 1.

    Returns
    -------
    ndarray of int64, shape (n,)
        Component of each node.
    """
    above = np.arange(n)
    for link in range(a.size):
        one, other = first_member(above, a[link]), first_member(above, b[link])
        if one < other:
            above[other] = one
        else:
            above[one] = other
    label = np.empty(n, dtype=np.int64)
    count = 0
    for node in range(n):  # a first member comes before the rest of its set
        if above[node] == node:
            label[node] = count
            count += 1
        else:
            label[node] = label[above[node]]
    return label


@kernel
def sweep_components(capacity, a, b, length, sweep):
    """Join nodes over longer and longer links.

    Parameters
    ----------
    capacity : ndarray of float64, shape (n,)
        Capacity of each node.
    a, b : ndarray of int64, shape (n_links,)
        The two nodes of each link, the shortest link first.
    length : ndarray of float64, shape (n_links,)
        Length of each link, ascending.
    sweep : ndarray of float64
        Lengths up to which links count, ascending.

    Returns
    -------
    count : ndarray of int64
        Number of components at each length of the sweep.
    richest : ndarray of float64
        Capacity of the richest component at each.
    """
    count = np.empty(sweep.size, dtype=np.int64)
    richest = np.empty(sweep.size)
    above = np.arange(capacity.size)
    together = capacity.copy()
    left, most = capacity.size, 0.0
    for node in range(capacity.size):
        most = max(most, capacity[node])
    link = 0
    for row in range(sweep.size):
        while link < a.size and length[link] <= sweep[row]:
            one, other = first_member(above, a[link]), first_member(above, b[link])
            link += 1
            if one == other:
                continue
            if one > other:
                one, other = other, one
            above[other] = one
            together[one] += together[other]
            most = max(most, together[one])
            left -= 1
        count[row] = left
        richest[row] = most
    return count, richest


@kernel
def depth_first(first, neighbour):
    """Walk a graph depth first, and find what hangs on a single node.

    Parameters
    ----------
    first, neighbour : ndarray of int64, shape (n + 1,), and of int32
        The neighbours of node v are ``neighbour[first[v]:first[v + 1]]``.

    Returns
    -------
    turn, end, parent : ndarray of int64, shape (n,)
        When each node is met; the nodes below it are met before `end`; the node
        above it, or -1.
    apart : ndarray of bool, shape (n,)
        Whether the nodes below, and the node itself, lose touch with all others
        when the node above it is taken out.
    """
    n = first.size - 1
    turn = np.full(n, -1, dtype=np.int64)
    end = np.empty(n, dtype=np.int64)
    parent = np.full(n, -1, dtype=np.int64)
    apart = np.zeros(n, dtype=np.bool_)
    low = np.empty(n, dtype=np.int64)  # earliest turn that a way back leads to
    link = first[:-1].copy()
    met = 0
    for root in range(n):
        if turn[root] >= 0:
            continue
        turn[root] = low[root] = met
        met += 1
        here, branches, branch = root, 0, root
        while here >= 0:
            if link[here] < first[here + 1]:
                other = neighbour[link[here]]
                link[here] += 1
                if turn[other] < 0:
                    parent[other] = here
                    turn[other] = low[other] = met
                    met += 1
                    here = other
                elif other != parent[here]:
                    low[here] = min(low[here], turn[other])
                continue
            end[here] = met
            above = parent[here]
            if above == root:
                branches += 1
                branch = here
                apart[here] = True
            elif above >= 0:
                apart[here] = low[here] >= turn[above]
            if above >= 0:
                low[above] = min(low[above], low[here])
            here = above
        if branches == 1:
            apart[branch] = False  # nothing is left on the other side of the root
    return turn, end, parent, apart


def smallest_calls():
    """Compile the kernels of this module."""
    none, length = np.empty(0, dtype=np.int64), np.empty(0)
    label_components(1, none, none)
    sweep_components(np.ones(1), none, none, length, np.ones(1))
    depth_first(np.array([0, 1, 2]), np.array([1, 0], dtype=np.int32))
