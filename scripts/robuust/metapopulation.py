"""Metapopulation capacity: how much of a group's habitat can stay occupied."""

import numpy as np
from scipy.sparse import coo_array

from robuust.graphs import best_links, check_each_link, checked_ends
from robuust.network import components
from robuust.paths import checked_capacity, checked_probability

DENSE_PATCHES = 400  # below it a full solution is as quick as an iterative one
BOUND_STEPS = 30  # of all components together, to leave out the poor ones
TIED = 1e-9  # values that differ by less, relatively, are equal


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
        The two patches of each link, from 0 to n - 1; of links between the same two
        patches the likeliest counts, and none from a patch to itself.
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
        If a capacity is negative, missing or infinite, a probability outside 0 to 1,
        or a link has no such patch.

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
    capacity = checked_capacity(capacity)
    a, b = checked_ends(capacity.size, a, b)
    probability = checked_probability(probability)
    check_each_link(a, probability, "probabilities")
    best, _ = best_links(a, b, -probability)
    best = best[a[best] != b[best]]
    a, b, probability = a[best], b[best], probability[best]
    share = np.zeros(capacity.size)
    matrix = _symmetric(capacity, a, b, probability, exponent, itself)
    if not matrix.nnz:
        return 0.0, share
    label = components(capacity.size, *matrix.nonzero())
    bound, start = _upper_bound(matrix, label)
    by_label = np.split(np.argsort(label, kind="stable"), np.cumsum(np.bincount(label)))
    highest, found = 0.0, []
    for component in np.argsort(-bound, kind="stable"):
        if bound[component] < highest * (1 - TIED):
            break
        members = by_label[component]
        part = matrix if members.size == label.size else matrix[members][:, members]
        value, vector = _leading(part, start[members])
        found.append((value, members, vector))
        highest = max(highest, value)
    tied = [(m, v) for value, m, v in found if value >= highest * (1 - TIED)]
    for members, vector in tied:
        share[members] = vector**2 / (vector @ vector) / len(tied)
    return highest, share


def _upper_bound(matrix, label):
    """Bound the leading eigenvalue of each component from above.

    No eigenvalue exceeds the largest (M x)_i / x_i of any positive x (Collatz and
    Wielandt). With one for x that is the largest row sum; steps towards the leading
    vector sharpen it, so that few components need a solution.
    """

    def largest(values):
        top = np.zeros(label.max() + 1)
        np.maximum.at(top, label, values)
        return top

    x = np.ones(label.size)
    bound = largest(matrix @ x)
    scale = np.where(bound > 0, bound, 1)[label]
    for _ in range(BOUND_STEPS):
        y = matrix @ x
        bound = np.minimum(bound, largest(y / x))
        x += y / scale  # grows, by at most two: never zero, never too large
    return bound * (1 + 1e-12), x


def _symmetric(capacity, a, b, probability, exponent, itself):
    """Symmetric matrix with the eigenvalues of M.

    With T = diag(a^((x-1)/2)), inv(T) M T = diag(a^((1+x)/2)) P diag(a^((1+x)/2)).
    Its eigenvector s gives the right one, T s, and the left one, inv(T) s, so their
    product is s squared.
    """
    n = capacity.size
    scale = capacity ** ((1 + exponent) / 2)
    off = scale[a] * scale[b] * probability
    self_ = scale**2 if itself else np.zeros(n)
    own = np.arange(n, dtype=a.dtype)  # a wider one would widen all
    matrix = coo_array(
        (
            np.concatenate([off, off, self_]),
            (np.concatenate([a, b, own]), np.concatenate([b, a, own])),
        ),
        shape=(n, n),
    ).tocsr()
    matrix.eliminate_zeros()
    return matrix


def _leading(matrix, start):
    """Leading eigenvalue and eigenvector of a symmetric matrix without negatives."""
    m = matrix.shape[0]
    if m <= DENSE_PATCHES:
        values, vectors = np.linalg.eigh(matrix.toarray())
        return float(values[-1]), vectors[:, -1]
    from scipy.sparse.linalg import eigsh  # slow to import, rarely needed

    # A fixed start keeps the result the same in every run.
    values, vectors = eigsh(matrix, k=1, which="LA", v0=start)
    return float(values[0]), vectors[:, 0]
