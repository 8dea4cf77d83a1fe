"""What each link adds: PC without it, exact, for every link."""

import numpy as np
from scipy.sparse import csr_array

from robuust.graphs import (
    best_links,
    check_each_link,
    checked_ends,
    prepare_graph,
    thinned,
)
from robuust.importance import removal_losses
from robuust.paths import check_exact, checked_capacity, path_lengths, path_limit


def link_importance(capacity, a, b, probability, *, p_min, threads=1, pieces=None):
    r"""Loss of PC without each link, by exact removal.

    .. math:: dPC_l = 100 \, (PC - PC_{-l}) / PC

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link; where there are several between the same two,
        the next best takes over.
    probability : array_like of float, shape (n_links,)
        Chance of the direct move, 0 to 1.
    p_min : float
        Path probabilities below it count as zero; 0 for no limit, for up to
        `EXACT_PATCHES` patches that hang together.
    threads : int
        Processors to use; the results do not depend on it.
    pieces : Pieces or None
        As for `patch_importance`.

    Returns
    -------
    ndarray of float, shape (n_links,)
        Percent of PCnum; 0 for a link that no best path needs.

    Raises
    ------
    ValueError
        If a value is out of range, or too many patches hang together for no limit.

    Notes
    -----
    The shortest paths from each patch make a tree. Without a link only what hangs
    below it can lose, and is repaired alone.

    References
    ----------
    Saura & Rubio (2010), https://doi.org/10.1111/j.1600-0587.2009.05760.x

    Examples
    --------
    >>> link_importance([3, 4], [0], [1], [0.5], p_min=0).round(4)  # 12 of 37
    array([32.4324])
    """
    capacity = checked_capacity(capacity)
    n, limit = capacity.size, path_limit(p_min)
    a, b = checked_ends(n, a, b)
    length = path_lengths(probability, limit=limit)
    check_each_link(a, length, "probabilities")
    best, links = _single_links(n, a, b, length)
    own = np.concatenate([capacity, np.zeros(a.size - best.size)])
    graph = prepare_graph(own.size, *links, threads=threads)
    check_exact(graph, p_min)
    graph = thinned(graph, threads=threads)
    own = own[graph.patch]
    reached, loss, _ = removal_losses(
        *(graph, own, limit, "importance of links"),
        of_links=True,
        threads=threads,
        pieces=pieces,
    )
    shares = np.zeros(a.size)
    total = own @ own + own @ reached
    if total > 0 and a.size:
        number = np.argsort(graph.patch)
        one_way = csr_array((loss, graph.neighbour, graph.first), shape=2 * own.shape)
        a, b = number[a[best]], number[b[best]]
        shares[best] = 100 * 2 * (one_way[a, b] + one_way[b, a]) / total
    return shares


def _single_links(n, a, b, length):
    """Tell the best link of every two patches, and lead the others by a patch more.

    Where two patches have several links, all but the best get an empty patch of their
    own in between: the same paths, with a single link between every two patches.
    """
    best, rest = best_links(a, b, length)
    extra = n + np.arange(rest.size)
    starts = np.concatenate([a[best], a[rest], extra])
    ends = np.concatenate([b[best], extra, b[rest]])
    lengths = np.concatenate([length[best], length[rest], np.zeros(rest.size)])
    return best, (starts, ends, lengths)
