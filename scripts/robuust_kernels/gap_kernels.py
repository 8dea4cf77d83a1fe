"""Edge-to-edge gaps: which boxes are near, and how far their outlines lie apart.

Shapes come as runs of vertices (a ring, a line, or a point as two equal vertices), cut
into chunks of a few segments with a box each; `robuust.flat_shapes` makes them. The gap
is found from coarse to fine: boxes of shapes, of chunks, of segments. What lies
farther than the best so far is skipped, and most of it is.

The arithmetic of the last step is that of GEOS (shapely), so that a gap is zero here
exactly when it is zero there.
"""

import math

import numpy as np

from robuust_kernels.box_kernels import STACK, box_gap2, near_boxes
from robuust_kernels.compiled import inlined, kernel, uncounted
from robuust_kernels.facing_kernels import (
    COLUMNS,
    SLACK,
    facing_gap,
    heights,
    high_edges,
    near_chunks,
    nearer_point,
    nearest_vertex,
)
from robuust_kernels.inside_kernels import covers_a_part
from robuust_kernels.layout_kernels import SEGMENTS, VERTICES

FEW = 100  # are sorted quicker in place, whatever their order


@inlined
def segment_gap2(ax, ay, bx, by, cx, cy, dx, dy):
    """Squared gap between the boxes that segments ab and cd fill."""
    gap_x = max(0.0, max(min(cx, dx) - max(ax, bx), min(ax, bx) - max(cx, dx)))
    gap_y = max(0.0, max(min(cy, dy) - max(ay, by), min(ay, by) - max(cy, dy)))
    return gap_x * gap_x + gap_y * gap_y


@inlined
def segments_cross(ax, ay, bx, by, cx, cy, dx, dy):
    """Whether segments ab and cd, whose boxes meet, cross or touch; not if parallel."""
    turn = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    on_ab = (ay - cy) * (dx - cx) - (ax - cx) * (dy - cy)
    on_cd = (ay - cy) * (bx - ax) - (ax - cx) * (by - ay)
    if turn < 0.0:
        turn, on_ab, on_cd = -turn, -on_ab, -on_cd
    return turn > 0.0 and 0.0 <= on_ab <= turn and 0.0 <= on_cd <= turn


@kernel
def chunks_gap(xy, c, xy2, e, boxes, best, bound2):
    """Gap between chunk c and chunk e of the others, if it is smaller than the best.

    Parameters
    ----------
    xy, xy2 : ndarray of float64, shape (n_chunks, 2, VERTICES)
    c, e : int
        A chunk of the one and one of the other.
    boxes : ndarray of float64, shape (n_chunks, 4)
        Boxes of the other chunks.
    best, bound2 : float
        Best gap so far, and a squared gap beyond which none is better.

    Returns
    -------
    best, bound2 : float
    """
    west, south = boxes[e, 0], boxes[e, 1]
    east, north = boxes[e, 2], boxes[e, 3]
    for s in range(SEGMENTS):
        ax, ay = xy[c, 0, s], xy[c, 1, s]
        bx, by = xy[c, 0, s + 1], xy[c, 1, s + 1]
        if segment_gap2(ax, ay, bx, by, west, south, east, north) > bound2:
            continue
        for t in range(SEGMENTS):
            cx, cy = xy2[e, 0, t], xy2[e, 1, t]
            dx, dy = xy2[e, 0, t + 1], xy2[e, 1, t + 1]
            apart2 = segment_gap2(ax, ay, bx, by, cx, cy, dx, dy)
            if apart2 > bound2:
                continue
            if apart2 == 0.0 and segments_cross(ax, ay, bx, by, cx, cy, dx, dy):
                return 0.0, 0.0
            gap = nearer_point(ax, ay, cx, cy, dx, dy, best, bound2)
            gap = nearer_point(bx, by, cx, cy, dx, dy, gap, bound2)
            gap = nearer_point(cx, cy, ax, ay, bx, by, gap, bound2)
            gap = nearer_point(dx, dy, ax, ay, bx, by, gap, bound2)
            if gap < best:
                if gap == 0.0:
                    return 0.0, 0.0
                best = gap
                bound2 = min(bound2, gap * gap * SLACK)
    return best, bound2


@inlined
def closest_chunk(boxes, first, stop, others, b):
    """Which of a range of chunks has the box nearest to box b of the others."""
    chosen, lowest = first, np.inf
    for c in range(first, stop):
        gap2 = box_gap2(boxes, c, others, b)
        if gap2 < lowest:
            chosen, lowest = c, gap2
    return chosen


@kernel
def crossing_gap(xy, chunk_box, count, xy2, chunk_box2, count2, near, bound2):
    """Gap between near chunks of two shapes that may cross; infinite when farther.

    Parameters
    ----------
    xy, chunk_box, xy2, chunk_box2
        The one collection and the other; see `robuust.flat_shapes`.
    count, count2 : int
        How many chunks of each shape are near the other.
    near : ndarray of int64, shape (2, n)
        These chunks.
    bound2 : float
        Squared gap beyond which nothing is sought.

    Returns
    -------
    float
    """
    best = np.inf
    for k in range(count):
        c = near[0, k]
        for m in range(count2):
            e = near[1, m]
            if box_gap2(chunk_box, c, chunk_box2, e) <= bound2:
                best, bound2 = chunks_gap(xy, c, xy2, e, chunk_box2, best, bound2)
                if best == 0.0:
                    return best
    return best


@kernel
def outline_gap(
    i, box, xy, chunk_first, chunk_box,
    j, box2, xy2, chunk_first2, chunk_box2,
    max_gap, tolerance, near, height, edges,
):  # fmt: skip
    """Gap between the outlines of two shapes; infinite when farther apart.

    Parameters
    ----------
    i, j : int
        A shape of the one collection and one of the other.
    box, xy, chunk_first, chunk_box : ndarray
        The one collection, and the other with a 2; see `robuust.flat_shapes`. They
        come one by one: to take an array out of a tuple costs more than most gaps.
    max_gap : float
        Gap beyond which nothing is sought.
    tolerance : float
        What rounding can add to a length, and much more.
    near, height, edges : ndarray
        To work in; see `facing_kernels`.

    Returns
    -------
    float
    """
    bound2 = max_gap * max_gap * SLACK
    first, stop = chunk_first[i], chunk_first[i + 1]
    first2, stop2 = chunk_first2[j], chunk_first2[j + 1]
    c = closest_chunk(chunk_box, first, stop, box2, j)
    if box_gap2(chunk_box, c, box2, j) > bound2:
        return np.inf
    e = closest_chunk(chunk_box2, first2, stop2, chunk_box, c)
    # A first bound: two close vertices of the two closest chunks.
    x = (chunk_box2[e, 0] + chunk_box2[e, 2]) / 2
    y = (chunk_box2[e, 1] + chunk_box2[e, 3]) / 2
    p, _ = nearest_vertex(xy, c, x, y)
    q, _ = nearest_vertex(xy2, e, xy[c, 0, p], xy[c, 1, p])
    qx, qy = xy2[e, 0, q], xy2[e, 1, q]
    p, gap2 = nearest_vertex(xy, c, qx, qy)
    if gap2 == 0.0:
        return 0.0
    px, py = xy[c, 0, p], xy[c, 1, p]
    bound2 = min(bound2, gap2 * SLACK)
    count = near_chunks(chunk_box, first, stop, box2, j, bound2, near, 0)
    count2 = near_chunks(chunk_box2, first2, stop2, box, i, bound2, near, 1)
    strip = math.sqrt(gap2)
    ux, uy = (qx - px) / strip, (qy - py) / strip
    top = heights(xy, near, 0, count, px, py, ux, uy, height)
    top2 = heights(xy2, near, 1, count2, qx, qy, -ux, -uy, height)
    room = strip - top - top2
    if room <= tolerance:
        return crossing_gap(xy, chunk_box, count, xy2, chunk_box2, count2, near, bound2)
    if room > max_gap + tolerance:
        return np.inf
    least = max(0.0, strip - max_gap) - tolerance
    number = high_edges(xy, near, 0, count, height, least - top2, edges)
    number2 = high_edges(xy2, near, 1, count2, height, least - top, edges)
    best = strip if strip <= max_gap else np.inf
    return facing_gap(edges, number, number2, strip, best, tolerance)


@inlined
def longer(values, room):
    """Copy of an array with room for more."""
    copy = np.empty(room, dtype=values.dtype)
    copy[: values.size] = values
    return copy


@kernel
def near_shapes(
    start, stop, one, other, tree, level_first, same, max_gap, tolerance, room
):
    """Find the shapes of the other collection that are near shapes of the one.

    Parameters
    ----------
    start, stop : int
        The shapes of the one collection that are looked at.
    one, other : tuple of arrays
        order, box, xy, chunk_first, chunk_box, run_first, run_start, run_kind; see
        `robuust.flat_shapes`.
    tree, level_first
        Tree over the boxes of the other collection; see `box_kernels`.
    same : bool
        Both collections are one: each pair is given once, the lower number first.
    max_gap : float
        Largest gap [m].
    tolerance : float
        What rounding can add to a length, and much more [m].
    room : tuple of arrays
        As `new_room` gives it.

    Returns
    -------
    a, b : ndarray of int32
        Numbers of the shapes of each pair, in the collection and in the other.
    gap : ndarray of float64
    """
    one, other, room = uncounted(one), uncounted(other), uncounted(room)
    order, box, xy, chunk_first, chunk_box, run_first, run_start, run_kind = one
    order2, box2, xy2, chunk_first2, chunk_box2, run_first2, run_start2, run_kind2 = (
        other
    )
    found, stack, near, height, edges = room
    fits = 16 * (stop - start)
    a, b = np.empty(fits, dtype=np.int32), np.empty(fits, dtype=np.int32)
    gaps = np.empty(fits)
    size = 0
    max_gap2 = max_gap * max_gap * SLACK
    for i in range(start, stop):
        first = i + 1 if same else 0
        count = near_boxes(tree, level_first, box, i, first, max_gap2, found, stack)
        if size + count > fits:
            fits = 2 * (size + count)
            a, b, gaps = longer(a, fits), longer(b, fits), longer(gaps, fits)
        for k in range(count):
            j = np.int64(found[k])
            gap = outline_gap(
                i, box, xy, chunk_first, chunk_box,
                j, box2, xy2, chunk_first2, chunk_box2,
                max_gap, tolerance, near, height, edges,
            )  # fmt: skip
            if gap > 0.0 and box_gap2(box, i, box2, j) == 0.0 and (
                covers_a_part(
                    i, box, xy, run_first, run_start, run_kind,
                    j, xy2, run_first2, run_start2, run_kind2,
                )
                or covers_a_part(
                    j, box2, xy2, run_first2, run_start2, run_kind2,
                    i, xy, run_first, run_start, run_kind,
                )
            ):  # fmt: skip
                gap = 0.0
            if gap <= max_gap:
                a[size], b[size], gaps[size] = order[i], order2[j], gap
                if same and order[i] > order2[j]:
                    a[size], b[size] = order2[j], order[i]
                size += 1
    return a[:size].copy(), b[:size].copy(), gaps[:size].copy()


@kernel
def count_rows(a, count):
    """Add to the number of pairs of each first member."""
    for row in a:
        count[row] += 1


@kernel
def place_rows(a, b, gap, free, b_by_row, gap_by_row):
    """Write pairs where the next of their row belongs; `free` moves on."""
    for k in range(a.size):
        at = free[a[k]]
        free[a[k]] += 1
        b_by_row[at], gap_by_row[at] = b[k], gap[k]


@kernel
def sort_rows(start, stop, first, b, gap):
    """Sort the pairs of each row by their second member."""
    for row in range(start, stop):
        low, high = first[row], first[row + 1]
        if high - low > FEW:
            by_b = np.argsort(b[low:high])
            b[low:high] = b[low:high][by_b]
            gap[low:high] = gap[low:high][by_b]
            continue
        for at in range(low + 1, high):  # each to its place among those before
            this_b, this_gap = b[at], gap[at]
            to = at
            while to > low and b[to - 1] > this_b:
                b[to], gap[to] = b[to - 1], gap[to - 1]
                to -= 1
            b[to], gap[to] = this_b, this_gap


def new_room(n, most):
    """Make the arrays that `near_shapes` works in, for one thread.

    Parameters
    ----------
    n, most : int
        Shapes of the other collection; largest number of chunks of a shape.

    Returns
    -------
    tuple of arrays
        found, stack, as for `near_boxes`; near, height, edges, as for `outline_gap`.
    """
    return (
        np.empty(n, dtype=np.int32),
        np.empty(STACK, dtype=np.int64),
        np.empty((2, most + 1), dtype=np.int64),
        np.empty((2, most, VERTICES)),
        np.empty((2, most * SEGMENTS, COLUMNS)),
    )


def smallest_calls():
    """Compile the kernels of this module."""
    numbers, count = np.array([0, 1]), np.zeros(1, dtype=np.int64)
    box, xy = np.zeros((1, 4)), np.zeros((1, 2, VERTICES))
    kind = np.zeros(1, dtype=np.int8)
    shape = count, box, xy, numbers, box, numbers, numbers, kind
    room = new_room(1, 1)
    a, b, gap = near_shapes(0, 1, shape, shape, box, numbers, False, 0.0, 0.0, room)
    count_rows(a, count)
    place_rows(a, b, gap, np.zeros(1, dtype=np.int64), count, gap)
    sort_rows(0, 1, numbers, count, gap)
