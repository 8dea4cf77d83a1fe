"""What recent records that fit several patches say of each patch.

Such a record shows that one of these patches is occupied, and not which one. So what
lies next to any of them may have an occupied neighbour; farther off in the network it
says no more than a record that fits one patch.
"""

import numpy as np


def ambiguous_facts(pairs, lonely, here, there):
    """Tell which patches may have an occupied patch in reach, by ambiguous records.

    Parameters
    ----------
    pairs : DataFrame
        One row per ambiguous recent record and patch that it fits: record, cell
        (species x patch, species by species), network (-1: its patches lie in
        several, so it supports nothing).
    lonely : ndarray of bool, shape (n_species, n_patches)
        Patches with a recent record of their own, and without one next to them: only
        these ask whether somebody else lives near.
    here, there : ndarray of int64, shape (n_ways,)
        Every link within dispersal, both ways: the patch that is reached, and the one
        that animals come from; sorted by `here`.

    Returns
    -------
    dict of str to ndarray, shape (n_species * n_patches,)
        n_ambiguous (records that fit the patch), maybe_near (one in support of its
        network fits the patch, or one linked to it), maybe_elsewhere (the same for a
        linked patch; for a lonely patch only by records that do not fit the patch
        itself: what may be from here is no proof of another).

    Examples
    --------
    Three patches in a row; one record fits the first two.

    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"record": [7, 7], "cell": [0, 1], "network": [0, 0]})
    >>> ways = np.array([0, 1, 1, 2]), np.array([1, 0, 2, 1])
    >>> found = ambiguous_facts(pairs, np.array([[True, False, False]]), *ways)
    >>> found["maybe_near"].tolist(), found["maybe_elsewhere"].tolist()
    ([True, True, True], [False, True, True])
    """
    n_patches = lonely.shape[1]
    firm = pairs[pairs["network"] >= 0].sort_values(["record", "cell"])
    record, cell = (firm[c].to_numpy(dtype=np.int64) for c in ("record", "cell"))
    fits = np.bincount(cell, minlength=lonely.size)
    beside = _beside(fits.reshape(lonely.shape), here, there).ravel()
    unsure = np.flatnonzero(lonely.ravel()[cell] & (beside[cell] > 0))
    low = np.searchsorted(record, record[unsure])
    n_fits = np.searchsorted(record, record[unsure], side="right") - low
    own = np.repeat(cell[unsure], n_fits)
    first = np.repeat(low - np.cumsum(n_fits) + n_fits, n_fits)
    other = cell[first + np.arange(own.size)]
    linked = _linked(own % max(1, n_patches), other % max(1, n_patches), here, there)
    from_here = np.bincount(own[linked], minlength=lonely.size)
    return {
        "n_ambiguous": np.bincount(
            pairs["cell"].to_numpy(dtype=np.int64), minlength=lonely.size
        ),
        "maybe_near": (fits > 0) | (beside > 0),
        "maybe_elsewhere": beside > from_here,
    }


def _beside(fits, here, there):
    """Sum the records over the patches that are linked to each, species by species."""
    beside = np.zeros(fits.shape, dtype=np.int64)
    for row, number in zip(beside, fits, strict=True):
        if number.any():
            useful = np.flatnonzero(number[there])
            np.add.at(row, here[useful], number[there[useful]])
    return beside


def _linked(a, b, here, there):
    """Tell which pairs of patches are linked."""
    n = 1 + max((int(x.max()) for x in (a, b, here, there) if x.size), default=0)
    ways = np.sort(here * n + there)
    place = np.searchsorted(ways, a * n + b)
    found = np.zeros(a.size, dtype=bool)
    known = place < ways.size
    found[known] = ways[place[known]] == (a * n + b)[known]
    return found
