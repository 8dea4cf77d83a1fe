"""How habitat falls apart into components when animals bridge less."""

import numpy as np

from robuust.checks import checked_numbers
from robuust.graphs import checked_ends
from robuust.paths import checked_capacity
from robuust_kernels.component_kernels import sweep_components


def component_sweep(capacity, a, b, distance_m, sweep_m, *, longest_m):
    """Count components, and weigh the richest, for each gap that is bridged.

    All gaps of the sweep are answered in one pass over the links, the shortest first.

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link, from 0 to n - 1.
    distance_m : array_like of float, shape (n_links,)
        Gap of each link [m]; zero or more.
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

    Raises
    ------
    ValueError
        If a capacity is negative, missing or infinite, a gap is negative or missing,
        or a link has no such patch.

    Examples
    --------
    >>> d, count, share = component_sweep([1, 3], [0], [1], [80], [50, 100, 900],
    ...                                   longest_m=500)
    >>> d.tolist(), count.tolist(), share.tolist()
    ([50.0, 100.0], [2, 1], [0.75, 1.0])
    """
    capacity = checked_capacity(capacity)
    a, b = (end.astype(np.int64) for end in checked_ends(capacity.size, a, b))
    distance_m, sweep_m = (
        checked_numbers(
            gaps, "every gap must be zero or more metres", "measure the gaps again"
        )
        for gaps in (distance_m, sweep_m)
    )
    sweep_m = np.unique(sweep_m)
    if distance_m.shape != a.shape:
        raise ValueError(f"{a.size} links have {distance_m.size} gaps")
    sweep_m = sweep_m[sweep_m <= longest_m]
    order = np.argsort(distance_m, kind="stable")
    count, richest = sweep_components(
        capacity, a[order], b[order], distance_m[order], sweep_m
    )
    total = capacity.sum()
    # Sums in another order differ in the last digit: no share is above the whole.
    share = np.minimum(richest / total, 1) if total > 0 else np.zeros(sweep_m.size)
    return sweep_m, count, share
