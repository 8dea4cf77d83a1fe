"""What a new patch brings: the exact rise of connectivity, without recomputing it."""

import numpy as np
from scipy import sparse

SLACK = 1 + 1e-12  # rounding alone is no improvement


def arrivals(path, patch, probability, *, p_min):
    """Best chance of reaching each patch of a network from a new patch.

    Parameters
    ----------
    path : sparse csr_array of float, shape (n_patches, n_patches)
        Best path probabilities of the network as it is: symmetric, one on the
        diagonal, chances below `p_min` absent.
    patch : array_like of int, shape (n_links,)
        Patches that the new one is linked to directly.
    probability : array_like of float, shape (n_links,)
        Chance of each of these links, in [0, 1]; 1 where the two merge.
    p_min : float
        Chances below it count as zero.

    Returns
    -------
    best : ndarray of float, shape (n_patches,)
        Best chance over any path.
    root : ndarray of int64, shape (n_patches,)
        The patch that this path enters the network by; -1 where none does.

    Notes
    -----
    Links are tried from the surest down: one that leads to a patch which is already
    reached as surely is the start of no best path, and its row is never read.

    Examples
    --------
    >>> best, root = arrivals(sparse.eye_array(2, format="csr"), [1], [0.5], p_min=0.1)
    >>> best.tolist(), root.tolist()
    ([0.0, 0.5], [-1, 1])
    """
    patch = np.asarray(patch, dtype=np.int64)
    probability = np.asarray(probability, dtype=float)
    best = np.zeros(path.shape[0])
    root = np.full(path.shape[0], -1, dtype=np.int64)
    order = np.lexsort((patch, -probability))
    for k, p in zip(patch[order].tolist(), probability[order].tolist(), strict=True):
        if p < p_min or p <= best[k]:
            continue
        row = slice(path.indptr[k], path.indptr[k + 1])
        reached, chance = path.indices[row], p * path.data[row]
        better = chance > best[reached]
        best[reached[better]] = chance[better]
        root[reached[better]] = k
    lost = best < p_min
    best[lost], root[lost] = 0.0, -1
    return best, root


def pcnum_rise(capacity, path, patch, probability, own, *, p_min):
    r"""Rise of PCnum when one patch is added to a network, without recomputing it.

    .. math::
        \Delta = a_c^2 + 2 a_c \sum_j a_j p_{cj}
        + \sum_{i \ne j} a_i a_j \max(0, p_{ic} p_{cj} - p^*_{ij})

    with :math:`p_{cj}` the best chance over any path from the new patch. A pair can
    only improve when the two patches by which its path enters and leaves the network
    improve as a pair, so most of the last sum is never formed.

    Parameters
    ----------
    capacity : array_like of float, shape (n_patches,)
        Effective habitat of each patch [ha].
    path : sparse csr_array of float, shape (n_patches, n_patches)
        Best path probabilities, as for `arrivals`.
    patch, probability : array_like, shape (n_links,)
        Direct links of the new patch, as for `arrivals`.
    own : float
        Effective habitat of the new patch [ha]; 0 for a mere connection.
    p_min : float
        Chances below it count as zero.

    Returns
    -------
    float
        Rise of PCnum [ha2]; equal to a full recomputation, never negative.

    References
    ----------
    Saura & Rubio (2010), https://doi.org/10.1111/j.1600-0587.2009.05760.x

    Examples
    --------
    A patch of 2 ha on its own, joined by another of 1 ha: 3 squared less 2 squared.

    >>> pcnum_rise([2.0], sparse.csr_array([[1.0]]), [0], [1.0], 1.0, p_min=1e-4)
    5.0
    """
    a = np.asarray(capacity, dtype=float)
    best, root = arrivals(path, patch, probability, p_min=p_min)
    rise = own**2 + 2 * own * float(a @ best)
    members = _improved_members(path, best, root, p_min)
    if members.size:
        chance = np.outer(best[members], best[members])
        chance[chance < p_min] = 0.0
        old = path[members][:, members].toarray()
        rise += float(a[members] @ np.maximum(chance - old, 0.0) @ a[members])
    return rise


def _improved_members(path, best, root, p_min):
    """Patches that take part in a pair which the new patch brings closer together."""
    entries = np.unique(root[root >= 0])
    if entries.size < 2:
        return entries[:0]
    chance = np.outer(best[entries], best[entries])
    old = path[entries][:, entries].toarray()
    improved = (chance >= p_min) & (chance > old * SLACK)
    return np.flatnonzero(np.isin(root, entries[improved.any(axis=1)]))


def add_patch(capacity, path, patch, probability, own, *, p_min):
    """Network with one patch more, its best paths brought up to date.

    Parameters
    ----------
    capacity, path, patch, probability, own, p_min
        As for `pcnum_rise`.

    Returns
    -------
    capacity : ndarray of float, shape (n_patches + 1,)
        The new patch comes last.
    path : sparse csr_array of float, shape (n_patches + 1, n_patches + 1)
        ``max(p*, p_c p_c^T)``, bordered with the row of the new patch.

    Examples
    --------
    >>> a, path = add_patch([2.0], sparse.csr_array([[1.0]]), [0], [0.5], 1, p_min=0.1)
    >>> a.tolist(), path.toarray().tolist()
    ([2.0, 1.0], [[1.0, 0.5], [0.5, 1.0]])
    """
    a = np.append(np.asarray(capacity, dtype=float), own)
    n = a.size - 1
    best, root = arrivals(path, patch, probability, p_min=p_min)
    members = _improved_members(path, best, root, p_min)
    chance = np.outer(best[members], best[members])
    row, col = np.nonzero(chance >= p_min)
    through = sparse.coo_array(
        (chance[row, col], (members[row], members[col])), shape=(n, n)
    )
    reached = np.flatnonzero(best)
    border = sparse.coo_array(
        (best[reached], (reached, np.zeros(reached.size, dtype=np.int64))), shape=(n, 1)
    )
    grown = path.maximum(through.tocsr())
    corner = sparse.coo_array(np.ones((1, 1)))
    return a, sparse.block_array([[grown, border], [border.T, corner]], format="csr")


def pcnum_rises(capacity, path, candidate, patch, probability, own, *, p_min):
    """Rise of PCnum for each of many candidates, each added alone.

    Parameters
    ----------
    capacity, path, p_min
        As for `pcnum_rise`.
    candidate, patch, probability : array_like, shape (n_links,)
        Links from candidates to patches; candidates from 0 to n_candidates - 1.
    own : array_like of float, shape (n_candidates,)
        Effective habitat that each candidate adds [ha].

    Returns
    -------
    ndarray of float, shape (n_candidates,)
        Rise of PCnum [ha2]; 0 for a candidate that adds no habitat.
    """
    own = np.asarray(own, dtype=float)
    candidate = np.asarray(candidate, dtype=np.int64)
    order = np.argsort(candidate, kind="stable")
    patch = np.asarray(patch, dtype=np.int64)[order]
    probability = np.asarray(probability, dtype=float)[order]
    bounds = np.searchsorted(candidate[order], np.arange(own.size + 1))
    rises = np.zeros(own.size)
    for c in np.flatnonzero(own > 0):
        links = slice(bounds[c], bounds[c + 1])
        rises[c] = pcnum_rise(
            capacity, path, patch[links], probability[links], own[c], p_min=p_min
        )
    return rises


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
