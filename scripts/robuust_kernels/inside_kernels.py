"""Whether a point lies in a polygon, exactly where rounding could decide."""

import numpy as np

from robuust_kernels.compiled import inlined, kernel

NO_AREA, SHELL, HOLE = 0, 1, 2  # kinds of runs: a line or point, and rings
OUTSIDE, INSIDE, ON_EDGE = 0, 1, 2
HALF_OF_DIGITS = 134_217_729.0  # 2**27 + 1 splits a float into two of half its digits
TURN_ERROR = 3.3306690738754716e-16  # (3 + 16 eps) eps: Shewchuk (1997), orient2d


@inlined
def exact_sum(low, high):
    """Sum of two floats as its rounded value and the exact rest (Knuth)."""
    total = low + high
    part = total - low
    return total, (low - (total - part)) + (high - part)


@inlined
def exact_product(a, b):
    """Product of two floats as its rounded value and the exact rest (Dekker)."""
    product = a * b
    wide = HALF_OF_DIGITS * a
    a_high = wide - (wide - a)
    wide = HALF_OF_DIGITS * b
    b_high = wide - (wide - b)
    a_low, b_low = a - a_high, b - b_high
    rest = a_low * b_low - (
        ((product - a_high * b_high) - a_low * b_high) - a_high * b_low
    )
    return product, rest


@kernel
def exact_turn(ax, ay, bx, by, px, py):
    """Sign of the turn at b from a to p, from all digits of all products."""
    left = exact_sum(ax, -px), exact_sum(by, -py)
    right = exact_sum(ay, -py), exact_sum(bx, -px)
    parts = np.zeros(16)  # no two overlap: each is below the last digit of the next
    size = 0
    for sign, factors in ((1.0, left), (-1.0, right)):
        for one in factors[0]:
            for other in factors[1]:
                for term in exact_product(sign * one, other):
                    carried = term
                    for k in range(size):
                        carried, parts[k] = exact_sum(carried, parts[k])
                    parts[size] = carried
                    size += 1
    for k in range(size - 1, -1, -1):
        if parts[k] != 0.0:
            return 1 if parts[k] > 0.0 else -1
    return 0


@kernel
def turn(ax, ay, bx, by, px, py):
    """On which side of the line from a to b point p lies.

    Returns
    -------
    int
        1 to the left, -1 to the right, 0 exactly on it.
    """
    left = (ax - px) * (by - py)
    right = (ay - py) * (bx - px)
    det = left - right
    if abs(det) > TURN_ERROR * (abs(left) + abs(right)):
        return 1 if det > 0.0 else -1
    return exact_turn(ax, ay, bx, by, px, py)


@kernel
def place_in_ring(px, py, xy, start, stop):
    """Where a point lies: OUTSIDE a ring, INSIDE it or ON_EDGE.

    Counts how often a ray to the right crosses the ring.

    Parameters
    ----------
    px, py : float
    xy : ndarray of float64, shape (n_chunks, 2, n_vertices)
        Vertices of chunks; the last of one is the first of the next.
    start, stop : int
        The chunks of the ring, from start up to, not including, stop.

    Returns
    -------
    int
    """
    place = OUTSIDE
    for c in range(start, stop):
        for s in range(xy.shape[2] - 1):
            ay, by = xy[c, 1, s], xy[c, 1, s + 1]
            if (ay > py and by > py) or (ay < py and by < py):
                continue
            ax, bx = xy[c, 0, s], xy[c, 0, s + 1]
            if ax < px and bx < px:
                continue
            if bx == px and by == py:
                return ON_EDGE
            if ay == by:  # along the ray
                if min(ax, bx) <= px <= max(ax, bx):
                    return ON_EDGE
            elif (ay > py) != (by > py):
                side = turn(ax, ay, bx, by, px, py)
                if side == 0:
                    return ON_EDGE
                if (side > 0) == (by > ay):
                    place = INSIDE - place
    return place


@kernel
def covers_a_part(
    i,
    box,
    xy,
    run_first,
    run_start,
    run_kind,
    j,
    xy2,
    run_first2,
    run_start2,
    run_kind2,
):
    """Whether a polygon of shape i holds the first point of a part of shape j.

    When outlines do not meet, a part lies inside a polygon or outside it as a whole.

    Parameters
    ----------
    i, j : int
        A shape of the one collection and one of the other.
    box, xy, run_first, run_start, run_kind
        The one collection; see `robuust.flat_shapes`.
    xy2, run_first2, run_start2, run_kind2
        The other collection.

    Returns
    -------
    bool
    """
    for part in range(run_first2[j], run_first2[j + 1]):
        if run_kind2[part] == HOLE:
            continue
        px, py = xy2[run_start2[part], 0, 0], xy2[run_start2[part], 1, 0]
        if px < box[i, 0] or px > box[i, 2] or py < box[i, 1] or py > box[i, 3]:
            continue
        if holds_point(px, py, i, xy, run_first, run_start, run_kind):
            return True
    return False


@inlined
def holds_point(x, y, j, xy, run_first, run_start, run_kind):
    """Whether polygon j holds a point, inside it or on its edge.

    The runs of a polygon are its shell and then its holes; a shape of several
    polygons has them one after the other.
    """
    inside, on_edge = False, False
    for run in range(run_first[j], run_first[j + 1]):
        kind = run_kind[run]
        if kind == SHELL and inside:
            break  # no hole of the polygon before took the point out
        if kind == NO_AREA or (kind == HOLE and not inside):
            continue
        place = place_in_ring(x, y, xy, run_start[run], run_start[run + 1])
        if place == ON_EDGE:
            on_edge = True
            break
        inside = (place == INSIDE) == (kind == SHELL)
    return inside or on_edge


def smallest_calls():
    """Compile the kernels of this module."""
    exact_turn(0.0, 0.0, 1.0, 1.0, 0.0, 1.0)
    turn(0.0, 0.0, 1.0, 1.0, 0.0, 1.0)
    xy, numbers = np.zeros((1, 2, 2)), np.array([0, 1])
    place_in_ring(0.0, 0.0, xy, 0, 1)
    runs = numbers, numbers, np.zeros(1, dtype=np.int8)
    covers_a_part(0, np.zeros((1, 4)), xy, *runs, 0, xy, *runs)
