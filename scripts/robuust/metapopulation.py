"""Metapopulation capacity: how much of a group's habitat can stay occupied."""

import numpy as np
from scipy.sparse import coo_array

from robuust.network import components

DENSE_PATCHES = 400  # below it a full solution is as quick as an iterative one


def metapopulation_capacity(capacity, a, b, probability, *, exponent, itself=True):
    r"""Metapopulation capacity, and each patch's share in it.

    .. math:: M_{ij} = a_i^x \, a_j \, e^{-\alpha d_{ij}}, \quad M_{ii} = a_i^{1+x}

    The capacity is the leading eigenvalue of M. A patch's share is the product of
    its entries in the left and the right leading eigenvector, made to sum to one.

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link; every two patches at most once.
    probability : array_like of float, shape (n_links,)
        Chance of the direct move (the exponential above), 0 to 1; pairs without a
        link count as zero.
    exponent : float
        x: how strongly extinction falls with area (0.5: it falls with its root).
    itself : bool
        Whether a patch feeds itself (the diagonal of M).

    Returns
    -------
    value : float
        Leading eigenvalue [ha to the power 1 + x]; 0 without habitat. Of patches
        that no link joins, the best connected set decides.
    share : ndarray of float, shape (n,)
        Share of each patch, 0 to 1; it sums to one. Sets that are equally good
        have equal parts.

    Raises
    ------
    ValueError
        If a capacity is negative or missing, or a probability outside 0 to 1.

    References
    ----------
    Hanski & Ovaskainen (2000), https://doi.org/10.1038/35008063
    Ovaskainen & Hanski (2001), https://doi.org/10.1006/tpbi.2001.1548

    Examples
    --------
    >>> value, share = metapopulation_capacity([4, 4], [0], [1], [0.5], exponent=0.5)
    >>> round(value, 6), share.round(6).tolist()
    (12.0, [0.5, 0.5])
    """
    capacity = np.asarray(capacity, dtype=float)
    probability = np.asarray(probability, dtype=float)
    if not (capacity >= 0).all():  # False for missing values too
        raise ValueError("every capacity must be zero or more hectares")
    if not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("every link needs a probability from 0 to 1")
    n = capacity.size
    share = np.zeros(n)
    matrix = _symmetric(capacity, a, b, probability, exponent, itself)
    if not matrix.nnz:
        return 0.0, share
    label = components(n, *matrix.nonzero())
    # No eigenvalue exceeds the largest row sum: poor components need no solution.
    row_sum = np.asarray(matrix.sum(axis=1)).ravel()
    bound = np.zeros(label.max() + 1)
    np.maximum.at(bound, label, row_sum)
    best, found = 0.0, []
    by_label = np.split(np.argsort(label, kind="stable"), np.cumsum(np.bincount(label)))
    for component in np.argsort(-bound, kind="stable"):
        if bound[component] < best * (1 - 1e-9):
            break
        members = by_label[component]
        value, vector = _leading(matrix[members][:, members])
        found.append((value, members, vector))
        best = max(best, value)
    tied = [(m, v) for value, m, v in found if value >= best * (1 - 1e-9)]
    for members, vector in tied:
        share[members] = vector**2 / (vector @ vector) / len(tied)
    return best, share


def _symmetric(capacity, a, b, probability, exponent, itself):
    """Symmetric matrix with the eigenvalues of M.

    With T = diag(a^((x-1)/2)), inv(T) M T = diag(a^((1+x)/2)) P diag(a^((1+x)/2)).
    Its eigenvector s gives the right one, T s, and the left one, inv(T) s, so their
    product is s squared.
    """
    n = capacity.size
    a, b = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    scale = capacity ** ((1 + exponent) / 2)
    off = scale[a] * scale[b] * probability
    self_ = scale**2 if itself else np.zeros(n)
    own = np.arange(n)
    matrix = coo_array(
        (
            np.concatenate([off, off, self_]),
            (np.concatenate([a, b, own]), np.concatenate([b, a, own])),
        ),
        shape=(n, n),
    ).tocsr()
    matrix.eliminate_zeros()
    return matrix


def _leading(matrix):
    """Leading eigenvalue and eigenvector of a symmetric matrix without negatives."""
    m = matrix.shape[0]
    if m <= DENSE_PATCHES:
        values, vectors = np.linalg.eigh(matrix.toarray())
        return float(values[-1]), vectors[:, -1]
    from scipy.sparse.linalg import eigsh  # slow to import, rarely needed

    # A fixed start keeps the result the same in every run.
    values, vectors = eigsh(matrix, k=1, which="LA", v0=np.sqrt(matrix.sum(axis=1)))
    return float(values[0]), vectors[:, 0]
