"""Which polygons lie within reach of points, and how far from their edges.

Polygons come in the runs and chunks of `robuust.flat_shapes`. The arithmetic is that
of GEOS (shapely), as in `gap_kernels`.
"""

import numpy as np

from robuust_kernels.box_kernels import STACK, box_gap2, near_boxes
from robuust_kernels.compiled import kernel
from robuust_kernels.facing_kernels import SLACK, nearer_point
from robuust_kernels.gap_kernels import longer
from robuust_kernels.inside_kernels import holds_point
from robuust_kernels.layout_kernels import SEGMENTS, VERTICES


@kernel
def edge_gap(x, y, j, point, polygons, best2):
    """Gap between a point and the edges of a shape; infinite when farther.

    Parameters
    ----------
    x, y : float
    j : int
        Number of the shape.
    point : ndarray of float64, shape (1, 4)
        The point as a box.
    polygons : tuple of arrays
        As for `near_polygons`.
    best2 : float
        Squared gap beyond which nothing is sought.

    Returns
    -------
    float
    """
    xy, chunk_first, chunk_box = polygons[2:5]
    best, bound2 = np.inf, best2
    for c in range(chunk_first[j], chunk_first[j + 1]):
        if box_gap2(chunk_box, c, point, 0) > bound2:
            continue
        for s in range(SEGMENTS):
            ax, ay, bx, by = xy[c, 0, s], xy[c, 1, s], xy[c, 0, s + 1], xy[c, 1, s + 1]
            gap = nearer_point(x, y, ax, ay, bx, by, best, bound2)
            if gap < best:
                best = gap
                bound2 = min(bound2, gap * gap * SLACK)
    return best


@kernel
def near_polygons(start, stop, places, which, reach, polygons, tree, level_first):
    """Find the polygons within reach of points.

    Parameters
    ----------
    start, stop : int
        The points that are looked at, as positions in `which`.
    places : ndarray of float64, shape (n_points, 2)
    which : ndarray of int64
        Points in the order in which they are looked at.
    reach : ndarray of float64, shape (n_points,)
        Largest gap of each point [m].
    polygons : tuple of arrays
        order, box, xy, chunk_first, chunk_box, run_first, run_start, run_kind; see
        `robuust.flat_shapes`.
    tree, level_first
        Tree over the boxes of the polygons; see `box_kernels`.

    Returns
    -------
    point, polygon : ndarray of int32
        Pairs, as positions in `places` and in the array the polygons come from.
    gap : ndarray of float64
        From the point to the polygon [m]; 0 inside it.
    """
    order, xy = polygons[0], polygons[2]
    run_first, run_start, run_kind = polygons[5:8]
    found = np.empty(level_first[1], dtype=np.int32)
    stack = np.empty(STACK, dtype=np.int64)
    box = np.empty((1, 4))
    room = 2 * (stop - start) + 16
    a, b = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    gaps = np.empty(room)
    size = 0
    for k in range(start, stop):
        i = which[k]
        x, y = places[i, 0], places[i, 1]
        box[0, 0], box[0, 1], box[0, 2], box[0, 3] = x, y, x, y
        reach2 = reach[i] * reach[i] * SLACK
        count = near_boxes(tree, level_first, box, 0, 0, reach2, found, stack)
        if size + count > room:
            room = 2 * (size + count)
            a, b, gaps = longer(a, room), longer(b, room), longer(gaps, room)
        for m in range(count):
            j = np.int64(found[m])
            if box_gap2(tree, j, box, 0) == 0.0 and holds_point(
                x, y, j, xy, run_first, run_start, run_kind
            ):
                gap = 0.0
            else:
                gap = edge_gap(x, y, j, box, polygons, reach2)
            if gap <= reach[i]:
                a[size], b[size], gaps[size] = i, order[j], gap
                size += 1
    return a[:size].copy(), b[:size].copy(), gaps[:size].copy()


def smallest_calls():
    """Compile the kernels of this module."""
    numbers = np.array([0, 1])
    zero = numbers[:1]
    kind, box = np.zeros(1, dtype=np.int8), np.zeros((1, 4))
    places, xy = np.zeros((2, 2)), np.zeros((1, 2, VERTICES))
    shape = zero, box, xy, numbers, box, numbers, numbers, kind
    edge_gap(0.0, 0.0, 0, box, shape, 0.0)
    near_polygons(0, 1, places, zero, np.zeros(2), shape, box, numbers)
