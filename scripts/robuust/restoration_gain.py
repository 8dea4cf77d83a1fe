"""What new patches bring: the exact rise of connectivity, without recomputing it."""

import numpy as np

from robuust.candidate_trees import candidate_rises, candidate_rows, prepare_ground
from robuust.graphs import prepare_graph, thinned
from robuust.paths import check_exact, checked_capacity, path_lengths, path_limit


def pcnum_rises(
    capacity, links, candidate, patch, probability, own, *, p_min, threads=1
):
    r"""Rise of PCnum for each of many new patches, each added alone.

    .. math::
        \Delta = a_c^2 + 2 a_c \sum_j a_j p_{cj}
        + \sum_{i \ne j} a_i a_j \max(0, p_{ic} p_{cj} - p^*_{ij})

    with :math:`p_{cj}` the best chance over any path from the new patch.

    Parameters
    ----------
    capacity : array_like of float, shape (n_patches,)
        Effective habitat of each patch [ha]; zero or more.
    links : tuple of three array_like, each of shape (n_links,)
        The network as it is: patch a, patch b, and the chance of the direct move, in
        [0, 1].
    candidate, patch, probability : array_like, shape (n_candidate_links,)
        Links from candidates, 0 to n_candidates - 1, to patches, and their chance; 1
        where the two merge.
    own : array_like of float, shape (n_candidates,)
        Effective habitat that each candidate adds [ha]; 0 for a mere connection.
    p_min : float
        Paths of a smaller chance count as zero, before and after; from 0 to 1.
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    ndarray of float, shape (n_candidates,)
        Rise of PCnum [ha2]; equal to a full recomputation, never negative.

    Raises
    ------
    ValueError
        If a capacity or chance is missing or out of range, or a link names a patch or
        a candidate that is none.

    Notes
    -----
    The best paths from a candidate form a tree. Two patches come closer only if those
    before them in the tree do, so most pairs are never looked at. All candidates that
    reach a patch are valued while the paths from that patch are at hand: no table of
    paths is kept.

    References
    ----------
    Saura & Rubio (2010), https://doi.org/10.1111/j.1600-0587.2009.05760.x

    Examples
    --------
    Patches of 2 and 3 ha, out of reach of each other. A patch of 1 ha that touches the
    first makes 3 squared of 2 squared; a mere connection adds 2 x 2 x 3.

    >>> pcnum_rises([2, 3], ([], [], []), [0, 1, 1], [0, 0, 1], [1, 1, 1], [1, 0],
    ...             p_min=1e-4)
    array([ 5., 12.])
    """
    capacity, own = checked_capacity(capacity), checked_capacity(own)
    n, limit = capacity.size, path_limit(p_min)
    length = path_lengths(probability, limit=limit)
    rows = candidate_rows(own.size, n, candidate, patch, length)
    a, b, length = *links[:2], path_lengths(links[2], limit=limit)
    graph = prepare_graph(n, a, b, length, threads=threads)
    check_exact(graph, p_min)
    graph = thinned(graph, detours=1, threads=threads)
    number = np.empty(n, dtype=np.int32)
    number[graph.patch] = np.arange(n, dtype=np.int32)
    rows = rows._replace(node=number[rows.node])
    network = prepare_ground(graph, capacity[graph.patch], limit=limit, threads=threads)
    return candidate_rises(rows, own, network)


def relative_eca_rise(pcnum, rise):
    """Relative rise of ECA for a rise of PCnum.

    Parameters
    ----------
    pcnum : float
        PCnum before [ha2].
    rise : array_like of float
        Rise of PCnum [ha2].

    Returns
    -------
    ndarray of float
        ``sqrt((pcnum + rise) / pcnum) - 1``; 0 where there is no habitat yet, since
        no rise relative to nothing can be told.

    Examples
    --------
    >>> relative_eca_rise(4.0, [5.0]), relative_eca_rise(0.0, [5.0])
    (array([0.5]), array([0.]))
    """
    rise = np.asarray(rise, dtype=float)
    if not pcnum > 0:
        return np.zeros(rise.shape)
    return np.sqrt((pcnum + rise) / pcnum) - 1
