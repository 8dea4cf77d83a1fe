"""Current through the land: where the routes between patches squeeze together.

Every cell is a junction, wired to its neighbours. A current of one is sent from one
patch to another and spreads over all routes, most of it over the easy ones: as random
walkers do on their way from the one to the other, when steps back and forth cancel out
(McRae et al. 2008). Checked against the cases that come with Circuitscape.
"""

from typing import NamedTuple

import numpy as np

from robuust.circuits import (
    TOO_LARGE,
    connect,
    connected_pairs,
    potentials,
    require_ratio,
)
from robuust_kernels.blocks import in_blocks
from robuust_kernels.current_kernels import add_current
from robuust_kernels.memory import require_memory

BYTES_PER_CELL = {4: 210, 8: 370}  # of grids and wires at the peak, measured
# Down, right and the two diagonals: cells that meet, and how far apart they lie.
STEPS = {
    4: [(1, 0, 1.0), (0, 1, 1.0)],
    8: [(1, 0, 1.0), (0, 1, 1.0), (1, 1, 2**0.5), (1, -1, 2**0.5)],
}


class CurrentMap(NamedTuple):
    """What runs through each cell, and how well the pairs are joined."""

    total: np.ndarray  # float64 (rows, columns): sum over the pairs
    highest: np.ndarray  # float64 (rows, columns): of the pair that brings most
    resistance: np.ndarray  # float64 (n_pairs,): effective resistance


def current_map(
    resistance, patch, pair_a, pair_b, weight=None, *, neighbours=8, mean="resistance"
):
    """Send a current between each pair of patches, and add up what runs through cells.

    Parameters
    ----------
    resistance : array_like of float, shape (rows, columns)
        Resistance of each cell [metres of easy land per metre, so 1 where moving is
        easiest]; above zero. Missing or infinite where nothing passes. At most
        `circuits.LARGEST_RATIO` times the smallest.
    patch : array_like of int, shape (rows, columns)
        Number of the patch in each cell, above zero; elsewhere 0. The cells of a
        patch are one junction without resistance, wherever they lie: current leaves a
        patch on all sides, and runs through the patches between.
    pair_a, pair_b : array_like of int, shape (n_pairs,)
        Patches to send a current between, such as the links of a network.
    weight : array_like of float, shape (n_pairs,), optional
        Current for each pair, such as a_i a_j p*; zero or more. One if not given.
    neighbours : {8, 4}
        Whether current also crosses corners; that step is sqrt(2) as long.
    mean : {"resistance", "conductance"}
        What is averaged over two cells to wire them together: the first lets a bad
        cell block its neighbours, the second lets it be used by them.

    Returns
    -------
    CurrentMap
        `total` and `highest` in the unit of `weight`, zero where nothing runs; all
        cells of a patch have what runs through the patch, at its own pairs their
        weight. `resistance` in the unit of a cell of resistance 1 crossed from side to
        side (multiply by the side for metres), infinite where no route exists: such a
        pair adds no current.

    Raises
    ------
    ValueError
        If shapes disagree, a resistance is zero or negative, they differ too much, a
        weight is negative or missing, or a patch has no cell.
    MemoryError
        If the grid, or one connected piece of it, is too large for the memory.

    Notes
    -----
    Each connected piece of land is factorised once; a patch takes one solution.
    Patches are what Circuitscape calls short-circuit regions. Its focal regions differ
    in one way: only the two that a current runs between are without resistance.

    References
    ----------
    McRae et al. (2008), https://doi.org/10.1890/07-1861.1

    Examples
    --------
    Two patches with one cell between them; the other way round is closed.

    >>> land = np.array([[1, 2, 1], [1, np.inf, 1]])
    >>> found = current_map(land, [[1, 0, 2], [0, 0, 0]], [1], [2], neighbours=4)
    >>> found.total
    array([[1., 1., 1.],
           [0., 0., 0.]])
    >>> found.resistance
    array([3.])
    """
    if neighbours not in STEPS or mean not in ("resistance", "conductance"):
        raise ValueError(
            f"neighbours={neighbours!r} must be 4 or 8, mean={mean!r} must be"
            " 'resistance' or 'conductance'"
        )
    resistance, patch = np.asarray(resistance, dtype=float), np.asarray(patch)
    _check_land(resistance, patch, neighbours)
    pair_a, pair_b, weight = _checked_pairs(patch, pair_a, pair_b, weight)
    node, numbers = _number_nodes(resistance, patch)
    at_a, at_b = (_find(numbers, pair) for pair in (pair_a, pair_b))
    wires = _wires(resistance, node, neighbours, mean)
    ends = np.concatenate([at_a, at_b])
    circuit = connect(int(node.max(initial=-1)) + 1, *wires, ends[ends >= 0])
    del wires  # as large as the circuit
    total, highest, found = _send(
        circuit, _position(circuit, at_a), _position(circuit, at_b), weight
    )
    found[pair_a == pair_b] = 0
    where = _position(circuit, node)
    total, highest = (np.append(grid, 0)[where] for grid in (total, highest))
    return CurrentMap(total, highest, found)


def _send(circuit, at_a, at_b, weight):
    """Give current per node of the circuit (sum, highest) and resistance per pair."""
    n = circuit.wires.shape[0]
    total, highest = np.zeros((2, n))
    found = np.full(at_a.size, np.inf)
    steps = potentials(circuit, at_a, at_b, what="cells")

    def one_pair(start, stop):
        pair, begin, wires, (i, j), of_i, of_j = next(steps)
        found[pair] = of_i[i] - of_i[j] - of_j[i] + of_j[j]
        here = slice(begin, begin + of_i.size)
        add_current(
            *wires, of_i, of_j, (i, j), weight[pair], total[here], highest[here]
        )

    count = connected_pairs(circuit, at_a, at_b).size
    for _ in in_blocks(one_pair, count, block=1, label="current between patches"):
        pass
    return total, highest, found


def _check_land(resistance, patch, neighbours):
    if resistance.ndim != 2 or resistance.shape != patch.shape:
        raise ValueError(
            f"a resistance grid of {resistance.shape} and a patch grid of"
            f" {patch.shape} do not lie on each other"
        )
    if not np.issubdtype(patch.dtype, np.integer) or patch.min(initial=0) < 0:
        raise ValueError("patches need whole numbers above zero, and 0 elsewhere")
    bad = resistance <= 0
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise ValueError(
            f"{bad.sum()} of {bad.size} cells have a resistance of zero or less (first:"
            f" row {row}, column {column}); the easiest land has 1, and what nothing"
            " passes is infinite or missing"
        )
    require_ratio(resistance[np.isfinite(resistance)], "cells")
    name = f"current through a grid of {resistance.size:,} cells"
    require_memory(
        BYTES_PER_CELL[neighbours] * resistance.size, name, TOO_LARGE["cells"]
    )


def _checked_pairs(patch, pair_a, pair_b, weight):
    pair_a, pair_b = np.asarray(pair_a, dtype=np.int64), np.asarray(pair_b, np.int64)
    weight = np.ones(pair_a.shape) if weight is None else np.asarray(weight, float)
    if not pair_a.shape == pair_b.shape == weight.shape == (pair_a.size,):
        raise ValueError(
            f"{pair_a.size} patches, {pair_b.size} others and {weight.size} weights do"
            " not make pairs"
        )
    if not ((weight >= 0) & np.isfinite(weight)).all():  # False for missing values too
        raise ValueError("every pair needs a weight of zero or more")
    asked = np.unique(np.concatenate([pair_a, pair_b]))
    absent = asked[(asked <= 0) | ~np.isin(asked, patch)]
    if absent.size:
        raise ValueError(
            f"{absent.size} of {asked.size} patches have no cell in the grid (first:"
            f" {absent[0]}); give every patch at least the cell of a point in it"
        )
    return pair_a, pair_b, weight


def _number_nodes(resistance, patch):
    """Node of each cell (-1: none), patches first; and the patches in that order."""
    open_ = np.isfinite(resistance)
    in_patch = open_ & (patch > 0)
    node = np.full(patch.shape, -1, dtype=np.int32)
    numbers, node[in_patch] = np.unique(patch[in_patch], return_inverse=True)
    alone = open_ & ~in_patch
    node[alone] = np.arange(numbers.size, numbers.size + alone.sum(), dtype=np.int32)
    return node, numbers


def _find(numbers, patch):
    """Node of each patch; -1 where all its cells are closed."""
    if not numbers.size:
        return np.full(patch.size, -1)
    at = np.minimum(np.searchsorted(numbers, patch), numbers.size - 1)
    return np.where(numbers[at] == patch, at, -1)


def _position(circuit, node):
    """Where nodes stand in the circuit; -1 for none and for those in other pieces."""
    return np.append(circuit.position, -1)[node]


def _wires(resistance, node, neighbours, mean):
    """Pairs of nodes that meet, and the conductance between them."""
    rows, columns = node.shape
    parts = []
    for down, right, length in STEPS[neighbours]:
        left = max(0, -right)
        one = np.s_[: rows - down, left : columns - max(0, right)]
        other = np.s_[down:, left + right : columns + min(0, right)]
        meet = (node[one] >= 0) & (node[other] >= 0) & (node[one] != node[other])
        r, s = resistance[one][meet], resistance[other][meet]
        average = (r + s) / 2 if mean == "resistance" else 2 / (1 / r + 1 / s)
        parts.append((node[one][meet], node[other][meet], 1 / (average * length)))
    return [np.concatenate(part) for part in zip(*parts, strict=True)]
