"""A network that grows by one candidate after another, and what each would bring it."""

import numpy as np
from scipy import sparse

from robuust.candidate_trees import (
    candidate_rises,
    candidate_rows,
    chosen_rows,
    prepare_ground,
    rows_of,
)
from robuust.graphs import Graph, prepare_graph, thinned
from robuust.paths import check_exact, path_lengths, path_limit
from robuust_kernels.gain_kernels import close_links, open_links


class GrowingNetwork:
    """One group's network while a plan is made, in the form that searches need.

    A class, since a plan is made by changing its networks step by step. Every
    candidate has a node from the start, without habitat and without links; when it is
    taken it gets both, in room that the rows of the graph have for them.

    Making one prepares the whole network once. After that nothing is recomputed: to
    take or drop a candidate costs as little as its links (microseconds), and to value
    one takes a search from the patches round it, whatever the size of the network
    (milliseconds; those of neighbours valued together share their searches). So a swap
    costs two values: drop the one, value it and the other.

    Parameters
    ----------
    capacity : ndarray of float, shape (n,)
        Effective habitat of each patch [ha].
    links : tuple of ndarray
        Patch a, patch b, probability of the network as it is.
    own : ndarray of float, shape (m,)
        Effective habitat that each candidate adds [ha]; 0 for a mere connection.
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
        # A link that a detour makes needless stays so: no candidate takes patches away.
        graph = thinned(graph, detours=1, threads=threads)
        number = np.arange(n + m)
        number[graph.patch] = np.arange(n)
        both = sparse.hstack([to_patch, to_candidate], format="coo")
        self.rows = candidate_rows(
            *(m, n + m, both.row, number[both.col]),
            path_lengths(both.data, limit=limit),
        )
        self.own, self.open = own, np.arange(n + m) < n
        capacity = np.concatenate([capacity[graph.patch], np.zeros(m)])
        graph = _with_room(graph, self.rows)
        self.ground = prepare_ground(graph, capacity, limit=limit, threads=threads)

    def rises_of(self, candidates):
        """Rise of PCnum for some candidates, each added to the network as it is now.

        Parameters
        ----------
        candidates : array_like of int, shape (k,)
            In any order; none is taken.

        Returns
        -------
        ndarray of float, shape (k,)
            Rise of PCnum [ha2].

        Raises
        ------
        ValueError
            If one of them is taken.
        """
        candidates = np.asarray(candidates, dtype=np.int64).reshape(-1)
        for candidate in candidates:
            self._node(candidate, is_open=False)
        rows = chosen_rows(self.rows, candidates)
        return candidate_rises(rows, self.own[candidates], self.ground)

    def take(self, candidate):
        """Make a candidate part of the network.

        Parameters
        ----------
        candidate : int

        Raises
        ------
        ValueError
            If it is part of it already.
        """
        node = self._node(candidate, is_open=False)
        links = rows_of(self.rows, candidate, candidate + 1)
        there = self.open[links.node] & np.isfinite(links.length)
        open_links(node, links.node[there], links.length[there], *self.ground.graph)
        self.ground.capacity[node] = self.own[candidate]
        self.open[node] = True

    def drop(self, candidate):
        """Take a candidate out of the network, as if it had never been in.

        What it brought to what is left is then its rise (`rises_of`).

        Parameters
        ----------
        candidate : int

        Raises
        ------
        ValueError
            If it is no part of it.
        """
        node = self._node(candidate, is_open=True)
        close_links(node, *self.ground.graph)
        self.ground.capacity[node] = 0.0
        self.open[node] = False

    def _node(self, candidate, *, is_open):
        """Node of a candidate that is, or is not, part of the network."""
        node = self.open.size - self.own.size + candidate
        if self.open[node] != is_open:
            what = "no part of the network" if is_open else "taken already"
            raise ValueError(f"candidate {candidate} is {what}")
        return node


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
