"""Best paths through a network of links, one connected component at a time.

A link has a weight of zero or more, and a path the sum of its weights: -ln p for
probabilities (so that the best path has the largest product), one for hops.
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from robuust.network import components

MIDDLES_TRIED = 64  # nearest neighbours tried as the middle of a detour
LOOKUPS_PER_BLOCK = 8_000_000  # bounds the memory of one block
DENSE_NODES = 10_000  # larger components are not thinned: the lookup grows too big


def component_graphs(n, a, b, weight):
    """Split the links into one graph per component of two or more patches.

    Parameters
    ----------
    n : int
        Number of patches.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link, in either order, 0 to n - 1; of links between
        the same two patches the lightest counts.
    weight : array_like of float, shape (n_links,)
        Weight of each link, zero or more; an infinite one is no link.

    Yields
    ------
    members : ndarray of int64, shape (m,)
        The patches of the component, ascending.
    graph : csr_array of float, shape (m, m)
        Symmetric weights; zeros are stored and mean a weight of zero.

    Raises
    ------
    ValueError
        If a weight is negative or missing.

    Examples
    --------
    >>> [members.tolist() for members, graph in component_graphs(3, [2], [0], [1.0])]
    [[0, 2]]
    """
    a, b = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    weight = np.asarray(weight, dtype=float)
    if not (weight >= 0).all():  # False for missing values too
        raise ValueError("every link needs a weight of zero or more")
    link = np.isfinite(weight) & (a != b)
    a, b, weight = a[link], b[link], weight[link]
    label = components(n, a, b)
    by_component = np.argsort(label, kind="stable")
    position = np.empty(n, dtype=np.int64)
    position[by_component] = np.arange(n)
    row = position[np.concatenate([a, b])]
    column = position[np.concatenate([b, a])]
    weight = np.concatenate([weight, weight])
    order = np.lexsort((weight, column, row))
    row, column, weight = row[order], column[order], weight[order]
    first = np.ones(row.size, dtype=bool)
    first[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
    row, column, weight = row[first], column[first], weight[first]
    start = np.searchsorted(row, np.arange(n + 1))
    size = np.bincount(label, minlength=0)
    ends = np.cumsum(size)
    for end, m in zip(ends[size > 1], size[size > 1], strict=True):
        begin = end - m
        links = slice(start[begin], start[end])
        graph = csr_array(
            (
                weight[links],
                column[links] - begin,
                start[begin : end + 1] - links.start,
            ),
            shape=(m, m),
        )
        yield by_component[begin:end], graph


def thinned(graph):
    """Leave out links that no best path needs, not even with a patch removed.

    A link goes when two detours, through different middle patches, are as short
    and consist of shorter links: whichever patch is removed, one detour is left.
    By induction over the length, no best path of the network, nor of the network
    without any one patch, gets longer.

    Parameters
    ----------
    graph : csr_array of float, shape (m, m)
        Symmetric weights, zero or more.

    Returns
    -------
    csr_array of float, shape (m, m)
        The same graph with fewer links.

    Examples
    --------
    >>> line = np.array([0.0, 1.0, 2.0, 3.0])
    >>> graph = csr_array(np.abs(line[:, None] - line))
    >>> thinned(graph).nnz // 2  # 0-3 is gone: by 1 and by 2 it is as far
    5
    """
    m = graph.shape[0]
    if m > DENSE_NODES or m < 4:
        return graph
    direct = np.full((m, m), np.inf, dtype=float)
    degree = np.diff(graph.indptr)
    row = np.repeat(np.arange(m), degree)
    direct[row, graph.indices] = graph.data
    near, near_weight = _nearest(graph, row, MIDDLES_TRIED)
    keep = np.ones(graph.nnz, dtype=bool)
    upper = np.flatnonzero((row < graph.indices) & (graph.data > 0))
    block = max(1, LOOKUPS_PER_BLOCK // near.shape[1])
    for first in range(0, upper.size, block):
        link = upper[first : first + block]
        u, v, weight = row[link], graph.indices[link], graph.data[link][:, None]
        onward = direct[near[u], v[:, None]]
        back = near_weight[u]
        detour = (back < weight) & (onward < weight) & (back + onward <= weight)
        keep[link] = detour.sum(axis=1) < 2
    kept = np.zeros((m, m), dtype=bool)
    kept[row[keep], graph.indices[keep]] = True
    keep &= kept[graph.indices, row]  # the lower half as the upper half
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row[keep], minlength=m))])
    return csr_array((graph.data[keep], graph.indices[keep], indptr), shape=(m, m))


def best_paths(graph, *, limit=np.inf):
    """Length of the best path between every two patches of a component.

    Parameters
    ----------
    graph : csr_array of float, shape (m, m)
        Symmetric weights, zero or more.
    limit : float
        Paths longer than this count as none.

    Returns
    -------
    length : ndarray of float, shape (m, m)
        Symmetric; zero on the diagonal, infinite where there is no path.
    before : ndarray of int32, shape (m, m)
        ``before[i, j]`` is the last patch before j on one best path from i;
        negative where there is none.

    Examples
    --------
    >>> chain = csr_array([[0.0, 1.0, 0.0], [1.0, 0.0, 2.0], [0.0, 2.0, 0.0]])
    >>> best_paths(chain)[0][0]
    array([0., 1., 3.])
    """
    # A hair of slack, so that both directions of a pair find the same paths.
    slack = limit + 1e-9 * (1 + abs(limit)) if np.isfinite(limit) else np.inf
    # The graph is sparse: a dense one would read touching patches (0) as no link.
    length, before = dijkstra(graph, limit=slack, return_predecessors=True)
    np.minimum(length, length.T.copy(), out=length)  # rounding differs by direction
    length[length > limit * (1 + 1e-12)] = np.inf
    return length, before


def _nearest(graph, row, most):
    """Neighbours of each patch by weight, the nearest first, as a filled-up table."""
    m = graph.shape[0]
    order = np.lexsort((graph.indices, graph.data, row))
    rank = np.arange(graph.nnz) - graph.indptr[row]
    width = int(min(most, np.diff(graph.indptr).max()))
    take = rank < width
    near = np.zeros((m, width), dtype=np.int64)
    weight = np.full((m, width), np.inf)
    near[row[take], rank[take]] = graph.indices[order][take]
    weight[row[take], rank[take]] = graph.data[order][take]
    return near, weight
