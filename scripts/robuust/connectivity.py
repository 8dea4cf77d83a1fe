"""How connected a group's habitat is: PC, ECA, IIC, and components by distance."""

import numpy as np
from scipy.sparse import coo_array, csr_array, eye_array

from robuust.network import components
from robuust.paths import best_paths, component_graphs, thinned


def path_probabilities(n, a, b, probability, *, p_min):
    """Chance of reaching every patch from every other by the best path.

    Parameters
    ----------
    n : int
        Number of patches.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link, 0 to n - 1; of links between the same two
        patches the best counts.
    probability : array_like of float, shape (n_links,)
        Chance of the direct move, 0 to 1; touching patches have 1.
    p_min : float
        Smaller chances count as zero; from 0 (no limit) to 1.

    Returns
    -------
    csr_array of float, shape (n, n)
        Symmetric, one on the diagonal; chances below `p_min` are absent.

    Raises
    ------
    ValueError
        If a probability lies outside 0 to 1, or `p_min` does.

    Examples
    --------
    >>> path_probabilities(3, [0, 1], [1, 2], [0.5, 0.5], p_min=1e-4).toarray()
    array([[1.  , 0.5 , 0.25],
           [0.5 , 1.  , 0.5 ],
           [0.25, 0.5 , 1.  ]])
    """
    probability = _checked_probability(probability)
    if not 0 <= p_min <= 1:
        raise ValueError(f"p_min is {p_min}; it must lie between 0 and 1")
    with np.errstate(divide="ignore"):
        weight = -np.log(probability) + 0.0  # no negative zero
        limit = -np.log(p_min) if p_min > 0 else np.inf
    rows, columns, values = [], [], []
    for members, graph in component_graphs(n, a, b, weight):
        length = best_paths(thinned(graph), limit=limit)[0]
        np.fill_diagonal(length, np.inf)
        i, j = np.nonzero(np.isfinite(length))
        rows.append(members[i])
        columns.append(members[j])
        values.append(np.exp(-length[i, j]))
    if not rows:
        return csr_array(eye_array(n))
    index = (np.concatenate(rows), np.concatenate(columns))
    path = coo_array((np.concatenate(values), index), shape=(n, n))
    return csr_array(path.tocsr() + eye_array(n))


def probability_of_connectivity(capacity, path):
    r"""Numerator of the probability of connectivity.

    .. math:: PC_{num} = \sum_i \sum_j a_i \, a_j \, p^*_{ij}

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    path : array or sparse array of float, shape (n, n)
        Chance of reaching patch j from patch i by the best path, in [0, 1];
        symmetric, one on the diagonal.

    Returns
    -------
    float
        PCnum [ha2], over ordered pairs, each patch with itself included.

    Raises
    ------
    ValueError
        If the shapes disagree, or a capacity is negative or missing.

    References
    ----------
    Saura & Pascual-Hortal (2007), https://doi.org/10.1016/j.landurbplan.2007.03.005

    Examples
    --------
    >>> probability_of_connectivity([3, 4], np.eye(2))
    25.0
    """
    a = _checked_capacity(capacity)
    if path.shape != (a.size, a.size):
        raise ValueError(f"{a.size} capacities need a square matrix of that size")
    return float(a @ (path @ a))


def equivalent_connected_area(capacity, path):
    r"""Size of the single patch that would be as reachable as the whole network.

    .. math:: \mathrm{ECA} = \sqrt{\sum_i \sum_j a_i \, a_j \, p^*_{ij}}

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    path : array or sparse array of float, shape (n, n)
        Chance of reaching patch j from patch i by the best path, in [0, 1];
        symmetric, one on the diagonal.

    Returns
    -------
    float
        ECA [ha], from ``sqrt(sum(capacity**2))`` (every patch isolated) to
        ``sum(capacity)`` (every patch surely reaches every other).

    Raises
    ------
    ValueError
        If the shapes disagree, or a capacity is negative or missing.

    References
    ----------
    Saura et al. (2011), https://doi.org/10.1016/j.ecolind.2010.06.011

    Examples
    --------
    >>> equivalent_connected_area([3, 4], np.eye(2))
    5.0
    >>> equivalent_connected_area([3, 4], np.ones((2, 2)))
    7.0
    """
    return float(np.sqrt(probability_of_connectivity(capacity, path)))


def connectivity_fractions(capacity, a, b, probability, path, *, p_min):
    """Split PCnum: within patches, over direct links, over stepping stones.

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha].
    a, b, probability : array_like, shape (n_links,)
        Patches and chance of each link; every two patches at most once.
    path : sparse array of float, shape (n, n)
        As `path_probabilities` gives it.
    p_min : float
        The limit that `path` was made with; weaker links count as zero here too.

    Returns
    -------
    intra, direct, step : float
        Parts of PCnum [ha2]; together they are PCnum.

    Examples
    --------
    >>> path = path_probabilities(3, [0, 1], [1, 2], [0.5, 0.5], p_min=0)
    >>> connectivity_fractions([2, 2, 2], [0, 1], [1, 2], [0.5, 0.5], path, p_min=0)
    (12.0, 8.0, 2.0)
    """
    capacity = _checked_capacity(capacity)
    probability = np.where(_checked_probability(probability) < p_min, 0, probability)
    intra = float(capacity @ capacity)
    products = capacity[np.asarray(a, int)] * capacity[np.asarray(b, int)] * probability
    direct = float(2 * products.sum())
    step = probability_of_connectivity(capacity, path) - intra - direct
    # Rounding alone must not make the rest negative.
    return intra, direct, max(0.0, step) if step > -1e-9 * intra else step


def lost_connectivity_bound(capacity, a, b, path, *, p_min):
    """How much PCnum can be missing because small chances count as zero.

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha].
    a, b : array_like of int, shape (n_links,)
        The two patches of each link.
    path : sparse array of float, shape (n, n)
        As `path_probabilities` gives it for these links.
    p_min : float
        The limit that `path` was made with.

    Returns
    -------
    float
        ``p_min`` times the sum of a_i a_j over the ordered pairs that hang together
        by links but were not reached [ha2].

    Examples
    --------
    >>> path = path_probabilities(3, [0, 1], [1, 2], [0.5, 0.5], p_min=0.4)
    >>> round(lost_connectivity_bound([2, 2, 2], [0, 1], [1, 2], path, p_min=0.4), 9)
    3.2
    """
    capacity = _checked_capacity(capacity)
    label = components(capacity.size, a, b)
    together = (np.bincount(label, weights=capacity) ** 2).sum()
    reached = path.copy()
    reached.data = np.ones_like(reached.data)
    missed = float(together - capacity @ (reached @ capacity))
    return p_min * missed if missed > 1e-12 * together else 0.0


def integral_index_of_connectivity(capacity, a, b):
    r"""Numerator of the integral index of connectivity.

    .. math:: IIC_{num} = \sum_i \sum_j a_i \, a_j / (1 + nl_{ij})

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha].
    a, b : array_like of int, shape (n_links,)
        The two patches of each link.

    Returns
    -------
    float
        IICnum [ha2]; nl is the least number of links, patches that no chain of
        links joins add nothing, and each patch adds its own square.

    References
    ----------
    Pascual-Hortal & Saura (2006), https://doi.org/10.1007/s10980-006-0013-z

    Examples
    --------
    >>> integral_index_of_connectivity([2, 2, 2], [0], [1])
    16.0
    """
    capacity = _checked_capacity(capacity)
    total = capacity @ capacity
    hops = np.ones(np.asarray(a).size)
    for members, graph in component_graphs(capacity.size, a, b, hops):
        own = capacity[members]
        total += own @ (1 / (1 + best_paths(graph)[0]) @ own) - own @ own
    return float(total)


def component_sweep(capacity, a, b, distance_m, sweep_m, *, longest_m):
    """How the habitat falls apart when animals bridge less.

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha].
    a, b : array_like of int, shape (n_links,)
        The two patches of each link.
    distance_m : array_like of float, shape (n_links,)
        Gap of each link [m].
    sweep_m : array_like of float
        Gaps that are bridged [m].
    longest_m : float
        Longest gap that links were sought for [m]; larger ones are left out,
        because nothing is known beyond it.

    Returns
    -------
    distance_m : ndarray of float
        The gaps of the sweep that were counted, ascending [m].
    n_components : ndarray of int64
        Number of components at each.
    largest_share : ndarray of float
        Share of the capacity in the richest component, 0 to 1; 0 without habitat.

    Examples
    --------
    >>> d, count, share = component_sweep([1, 3], [0], [1], [80], [50, 100, 900],
    ...                                   longest_m=500)
    >>> d.tolist(), count.tolist(), share.tolist()
    ([50.0, 100.0], [2, 1], [0.75, 1.0])
    """
    capacity = _checked_capacity(capacity)
    a, b = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    distance_m = np.asarray(distance_m, dtype=float)
    sweep_m = np.unique(np.asarray(sweep_m, dtype=float))
    sweep_m = sweep_m[sweep_m <= longest_m]
    count = np.zeros(sweep_m.size, dtype=np.int64)
    share = np.zeros(sweep_m.size)
    total = capacity.sum()
    for row, gap in enumerate(sweep_m if capacity.size else []):
        bridged = distance_m <= gap
        label = components(capacity.size, a[bridged], b[bridged])
        count[row] = label.max() + 1
        richest = np.bincount(label, weights=capacity).max()
        share[row] = richest / total if total > 0 else 0.0
    return sweep_m, count, share


def _checked_capacity(capacity):
    a = np.asarray(capacity, dtype=float)
    if not (a >= 0).all():  # False for missing values too
        raise ValueError("every capacity must be zero or more hectares")
    return a


def _checked_probability(probability):
    p = np.asarray(probability, dtype=float)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("every link needs a probability from 0 to 1")
    return p
