"""Current through the nodes of a circuit, from the potentials at them."""

import numpy as np

from robuust_kernels.compiled import kernel


@kernel
def add_current(
    first, neighbour, conductance, of_a, of_b, ends, weight, total, highest
):
    """Add the current that runs through each node from one node to another.

    Parameters
    ----------
    first, neighbour, conductance : ndarray of int64, int32, float64
        The circuit: both directions of every wire, by node.
    of_a, of_b : ndarray of float64, shape (n,)
        Potentials when a current of one enters at a, and at b; it leaves at one ground.
    ends : tuple of int
        a and b.
    weight : float
        Current that enters at a and leaves at b.
    total, highest : ndarray of float64, shape (n,)
        Take the current: added, and where it is the largest so far.
    """
    a, b = ends
    for node in range(first.size - 1):
        potential = of_a[node] - of_b[node]
        # What runs in runs out: half of all that moves at the node goes through it.
        moves = 1.0 if node in (a, b) else 0.0
        for wire in range(first[node], first[node + 1]):
            there = neighbour[wire]
            moves += abs(conductance[wire] * (potential - (of_a[there] - of_b[there])))
        through = 0.5 * weight * moves
        total[node] += through
        highest[node] = max(highest[node], through)


def smallest_calls():
    """Compile the kernels of this module."""
    circuit = np.zeros(2, dtype=np.int64), np.empty(0, dtype=np.int32), np.empty(0)
    add_current(*circuit, *np.zeros((2, 1)), (0, 0), 1.0, *np.zeros((2, 1)))
