"""Effective resistance between patches: every route between them counts, not the best.

Links are wires. The more routes two patches have between them, the lower the effective
resistance: it is at most the length of the shortest path, and a second path as good,
apart from the first, halves it (McRae et al. 2008).
"""

import numpy as np

from robuust.circuits import (
    connect,
    connected_pairs,
    joined,
    potentials,
    require_ratio,
)
from robuust_kernels.blocks import in_blocks


def effective_resistances(n, a, b, resistance, pair_a, pair_b):
    r"""Effective resistance between pairs of patches.

    .. math:: R_{ij} = (e_i - e_j)^T L^{+} (e_i - e_j)

    with L the Laplacian of the conductances (one over the resistance) of the links.

    Parameters
    ----------
    n : int
        Number of patches.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link, from 0 to n - 1; several links between two
        patches are side by side.
    resistance : array_like of float, shape (n_links,)
        Resistance of each link, in any unit (metres of cost, -ln p); zero joins the two
        patches into one node, infinite is no link. Those between may differ by a
        factor `circuits.LARGEST_RATIO`.
    pair_a, pair_b : array_like of int, shape (n_pairs,)
        The pairs of patches that are asked for.

    Returns
    -------
    ndarray of float64, shape (n_pairs,)
        Effective resistance in the unit of `resistance`; zero between a patch and
        itself, infinite where no route exists.

    Raises
    ------
    ValueError
        If a resistance is negative or missing, they differ too much, or a patch number
        is out of range.
    MemoryError
        If the factors do not fit in memory.

    References
    ----------
    McRae et al. (2008), https://doi.org/10.1890/07-1861.1
    Klein & Randic (1993), https://doi.org/10.1007/BF01164627

    Examples
    --------
    Two links in a row, and two side by side:

    >>> effective_resistances(3, [0, 1], [1, 2], [2, 3], [0], [2])
    array([5.])
    >>> effective_resistances(2, [0, 0], [1, 1], [2, 2], [0], [1])
    array([1.])
    """
    a, b = _patch_numbers(n, "link", a, b)
    pair_a, pair_b = _patch_numbers(n, "pair", pair_a, pair_b)
    resistance = np.asarray(resistance, dtype=float)
    if resistance.shape != a.shape:
        raise ValueError(f"{a.size} links need as many resistances")
    if not (resistance >= 0).all():  # False for missing values too
        bad = ~(resistance >= 0)
        raise ValueError(
            f"{bad.sum()} of {bad.size} links have a negative or missing resistance"
            f" (first: link {bad.argmax()}); give infinity where nothing passes"
        )
    # So small that its conductance overflows is as good as none.
    conductance = 1 / np.maximum(resistance, 1e-300)
    touching = resistance < 1e-300
    require_ratio(resistance[~touching & np.isfinite(resistance)], "links")
    n_nodes, node = joined(n, a[touching], b[touching])
    wire = (conductance > 0) & ~touching
    circuit = connect(
        n_nodes, node[a[wire]], node[b[wire]], conductance[wire], node[pair_a]
    )
    at_a, at_b = circuit.position[node[pair_a]], circuit.position[node[pair_b]]
    found = np.where(at_a == at_b, 0.0, np.inf)
    steps = potentials(circuit, at_a, at_b, what="patches")

    def one_pair(start, stop):
        pair, _, _, (i, j), of_i, of_j = next(steps)
        found[pair] = of_i[i] - of_i[j] - of_j[i] + of_j[j]

    count = connected_pairs(circuit, at_a, at_b).size
    for _ in in_blocks(one_pair, count, block=1, label="effective resistance"):
        pass
    return found


def _patch_numbers(n, kind, a, b):
    a, b = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"every {kind} needs two patches")
    outside = (a < 0) | (a >= n) | (b < 0) | (b >= n)
    if outside.any():
        k = outside.argmax()
        raise ValueError(
            f"{outside.sum()} of {a.size} {kind}s name a patch that is not there"
            f" (first: {kind} {k}, patches {a[k]} and {b[k]} of {n})"
        )
    return a, b
