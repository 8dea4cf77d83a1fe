"""A network that grows by one candidate after another, and what each would bring it."""

import numpy as np
from scipy import sparse

from robuust.candidate_trees import (
    candidate_rows,
    prepare_ground,
    rows_of,
    trees_and_rises,
)
from robuust.graphs import Graph, prepare_graph, thinned
from robuust.paths import check_exact, path_lengths, path_limit
from robuust_kernels.gain_kernels import open_links


class GrowingNetwork:
    """One group's network while a plan is made, in the form that searches need.

    A class, since a plan is made by changing its networks step by step. Every
    candidate has a node from the start, without habitat and without links; when it is
    taken it gets both, in room that the rows of the graph have for them.

    Parameters
    ----------
    capacity : ndarray of float, shape (n,)
        Effective habitat of each patch [ha].
    links : tuple of ndarray
        Patch a, patch b, probability of the network as it is.
    own : ndarray of float, shape (m,)
        Effective habitat that each candidate adds [ha]; with 0 it has no links.
    to_patch : csr_array of float, shape (m, n)
        Chance of the direct move between candidate and patch.
    to_candidate : csr_array of float, shape (m, m)
        The same between candidates; symmetric.
    p_min : float
        Chances below it count as zero.
    threads : int
    """

    def __init__(
        self, capacity, links, own, to_patch, to_candidate, *, p_min, threads=1
    ):
        n, m, limit = capacity.size, own.size, path_limit(p_min)
        a, b, length = *links[:2], path_lengths(links[2], limit=limit)
        graph = prepare_graph(n, a, b, length, threads=threads)
        check_exact(graph, p_min)
        graph = thinned(graph, detours=1, threads=threads)
        number = np.arange(n + m)
        number[graph.patch] = np.arange(n)
        both = sparse.hstack([to_patch, to_candidate], format="coo")
        used = (own[both.row] > 0) & (np.append(np.ones(n), own)[both.col] > 0)
        self.rows = candidate_rows(
            m,
            n + m,
            both.row[used],
            number[both.col[used]],
            path_lengths(both.data[used], limit=limit),
        )
        self.own, self.open = own, np.arange(n + m) < n
        capacity = np.concatenate([capacity[graph.patch], np.zeros(m)])
        graph = _with_room(graph, self.rows)
        self.ground = prepare_ground(graph, capacity, limit=limit, threads=threads)

    def rises(self, start, stop):
        """Rise of PCnum for candidates, each added to the network as it is now.

        Parameters
        ----------
        start, stop : int
            The candidates from start up to, not including, stop.

        Returns
        -------
        rise : ndarray of float, shape (stop - start,)
            Rise of PCnum [ha2].
        ball : csr_array of bool, shape (stop - start, n + m)
            True for the nodes that each reaches.
        """
        rises, balls = [], []
        rows, own = rows_of(self.rows, start, stop), self.own[start:stop]
        for trees, rise in trees_and_rises(rows, own, self.ground):
            ball = np.ones(trees.node.size, dtype=bool), trees.node, trees.first
            balls.append(sparse.csr_array(ball, shape=(rise.size, self.open.size)))
            rises.append(rise)
        return np.concatenate(rises), sparse.vstack(balls, format="csr")

    def take(self, candidate):
        """Make a candidate part of the network.

        Parameters
        ----------
        candidate : int
        """
        node = self.open.size - self.own.size + candidate
        links = rows_of(self.rows, candidate, candidate + 1)
        there = self.open[links.node] & np.isfinite(links.length)
        open_links(node, links.node[there], links.length[there], *self.ground.graph)
        self.ground.capacity[node] = self.own[candidate]
        self.open[node] = True


def _with_room(graph, rows):
    """Graph with a node for each candidate more, and room at both ends of its links."""
    n, m = graph.patch.size, rows.first.size - 1
    degree = np.diff(graph.first)
    room = np.bincount(rows.node, minlength=n)[:n]
    size = np.concatenate([degree + room, np.diff(rows.first)])
    first = np.zeros(n + m + 1, dtype=np.int64)
    np.cumsum(size, out=first[1:])
    neighbour = np.zeros(first[-1], dtype=np.int32)
    length = np.full(first[-1], np.inf)
    shift = np.repeat(first[:n] - graph.first[:n], degree)
    place = np.arange(graph.neighbour.size) + shift
    neighbour[place], length[place] = graph.neighbour, graph.length
    return Graph(first, neighbour, length, np.arange(n + m, dtype=np.int32))
