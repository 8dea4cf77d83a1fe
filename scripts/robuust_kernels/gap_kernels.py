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
from robuust_kernels.compiled import inlined, kernel
from robuust_kernels.inside_kernels import covers_a_part

SLACK = 1 + 1e-9  # of a squared gap: what rounding could turn is looked at again


@inlined
def segment_gap2(ax, ay, bx, by, cx, cy, dx, dy):
    """Squared gap between the boxes that segments ab and cd fill."""
    gap_x = max(0.0, max(min(cx, dx) - max(ax, bx), min(ax, bx) - max(cx, dx)))
    gap_y = max(0.0, max(min(cy, dy) - max(ay, by), min(ay, by) - max(cy, dy)))
    return gap_x * gap_x + gap_y * gap_y


@inlined
def nearer_point(px, py, ax, ay, bx, by, best, bound2):
    """Gap between point p and segment ab, if it is smaller than the best.

    Whether it can be is told without a division: most points are not nearer.
    """
    along_x = bx - ax
    along_y = by - ay
    length2 = along_x * along_x + along_y * along_y
    dot = (px - ax) * along_x + (py - ay) * along_y
    if dot <= 0.0 or dot >= length2:
        if dot <= 0.0:
            gap2 = (px - ax) * (px - ax) + (py - ay) * (py - ay)
        else:
            gap2 = (px - bx) * (px - bx) + (py - by) * (py - by)
        if gap2 <= bound2:
            best = min(best, math.sqrt(gap2))
    else:
        cross = (ay - py) * along_x - (ax - px) * along_y
        if cross * cross <= bound2 * length2:
            best = min(best, abs(cross / length2) * math.sqrt(length2))
    return best


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
def chunks_gap(
    xy, start, end, xy_other, start_other, end_other, boxes, e, best, bound2
):
    """Gap between two chunks, if it is smaller than the best.

    Parameters
    ----------
    xy, xy_other : ndarray of float64, shape (n_vertices, 2)
    start, end, start_other, end_other : int
        First and last vertex of the chunks.
    boxes : ndarray of float64, shape (n_chunks, 4)
    e : int
        Which of the boxes is that of the other chunk.
    best, bound2 : float
        Best gap so far, and a squared gap beyond which none is better.

    Returns
    -------
    best, bound2 : float
    """
    west, south = boxes[e, 0], boxes[e, 1]
    east, north = boxes[e, 2], boxes[e, 3]
    for s in range(start, end):
        ax, ay = xy[s, 0], xy[s, 1]
        bx, by = xy[s + 1, 0], xy[s + 1, 1]
        if segment_gap2(ax, ay, bx, by, west, south, east, north) > bound2:
            continue
        for t in range(start_other, end_other):
            cx, cy = xy_other[t, 0], xy_other[t, 1]
            dx, dy = xy_other[t + 1, 0], xy_other[t + 1, 1]
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
def outline_gap(i, one, j, other, max_gap2, near):
    """Gap between the outlines of two shapes; infinite when farther apart.

    Parameters
    ----------
    i, j : int
        A shape of the one collection and one of the other.
    one, other : tuple of arrays
        order, box, xy, chunk_first, chunk_box, chunk_start, chunk_end, run_first,
        run_start, run_kind; see `robuust.flat_shapes`.
    max_gap2 : float
        Squared gap beyond which nothing is sought.
    near : ndarray of int32
        To work in; as long as the largest number of chunks of a shape.

    Returns
    -------
    float
    """
    box, xy, chunk_first, chunk_box, chunk_start, chunk_end = one[1:7]
    box2, xy2, chunk_first2, chunk_box2, chunk_start2, chunk_end2 = other[1:7]
    best, bound2 = np.inf, max_gap2
    first, stop = chunk_first[i], chunk_first[i + 1]
    c = closest_chunk(chunk_box, first, stop, box2, j)
    if box_gap2(chunk_box, c, box2, j) > bound2:
        return best
    e = closest_chunk(chunk_box2, chunk_first2[j], chunk_first2[j + 1], chunk_box, c)
    # A first bound: the two closest vertices of the two closest chunks.
    low = np.inf
    for s in range(chunk_start[c], chunk_end[c] + 1):
        for t in range(chunk_start2[e], chunk_end2[e] + 1):
            gap_x, gap_y = xy[s, 0] - xy2[t, 0], xy[s, 1] - xy2[t, 1]
            gap2 = gap_x * gap_x + gap_y * gap_y
            if gap2 < low:
                low = gap2
    bound2 = min(bound2, low * SLACK)
    count = 0
    for e in range(chunk_first2[j], chunk_first2[j + 1]):
        if box_gap2(chunk_box2, e, box, i) <= bound2:
            near[count] = e
            count += 1
    for c in range(first, stop):
        if box_gap2(chunk_box, c, box2, j) > bound2:
            continue
        start, end = chunk_start[c], chunk_end[c]
        for k in range(count):
            e = near[k]
            if box_gap2(chunk_box, c, chunk_box2, e) <= bound2:
                best, bound2 = chunks_gap(
                    xy, start, end, xy2, chunk_start2[e], chunk_end2[e],
                    chunk_box2, e, best, bound2,
                )  # fmt: skip
                if best == 0.0:
                    return best
    return best


@inlined
def longer(values, room):
    """Copy of an array with room for more."""
    copy = np.empty(room, dtype=values.dtype)
    copy[: values.size] = values
    return copy


@kernel
def near_shapes(start, stop, one, other, tree, level_first, most, same, max_gap):
    """Find the shapes of the other collection that are near shapes of the one.

    Parameters
    ----------
    start, stop : int
        The shapes of the one collection that are looked at.
    one, other : tuple of arrays
        As for `outline_gap`.
    tree, level_first
        Tree over the boxes of the other collection; see `box_kernels`.
    most : int
        Largest number of chunks of a shape of the other collection.
    same : bool
        Both collections are one: each pair is given once, the lower number first.
    max_gap : float
        Largest gap [m].

    Returns
    -------
    a, b : ndarray of int32
        Numbers of the shapes of each pair, in the collection and in the other.
    gap : ndarray of float64
    """
    order, box, order2 = one[0], one[1], other[0]
    near = np.empty(most, dtype=np.int32)
    found = np.empty(level_first[1], dtype=np.int32)
    stack = np.empty(STACK, dtype=np.int64)
    room = 16 * (stop - start)
    a, b = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    gaps = np.empty(room)
    size = 0
    max_gap2 = max_gap * max_gap * SLACK
    for i in range(start, stop):
        first = i + 1 if same else 0
        count = near_boxes(tree, level_first, box, i, first, max_gap2, found, stack)
        if size + count > room:
            room = 2 * (size + count)
            a, b, gaps = longer(a, room), longer(b, room), longer(gaps, room)
        for k in range(count):
            j = np.int64(found[k])
            gap = outline_gap(i, one, j, other, max_gap2, near)
            if gap > 0.0 and (
                covers_a_part(i, one, j, other) or covers_a_part(j, other, i, one)
            ):
                gap = 0.0
            if gap <= max_gap:
                a[size], b[size], gaps[size] = order[i], order2[j], gap
                if same and order[i] > order2[j]:
                    a[size], b[size] = order2[j], order[i]
                size += 1
    return a[:size].copy(), b[:size].copy(), gaps[:size].copy()


@kernel
def chunk_boxes(start, stop, xy, chunk_start, chunk_end, boxes):
    """Boxes of the chunks from start up to, not including, stop."""
    for c in range(start, stop):
        x, y = xy[chunk_start[c], 0], xy[chunk_start[c], 1]
        x_min, y_min, x_max, y_max = x, y, x, y
        for s in range(chunk_start[c] + 1, chunk_end[c] + 1):
            x, y = xy[s, 0], xy[s, 1]
            x_min, x_max = min(x_min, x), max(x_max, x)
            y_min, y_max = min(y_min, y), max(y_max, y)
        boxes[c, 0], boxes[c, 1], boxes[c, 2], boxes[c, 3] = x_min, y_min, x_max, y_max


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
        by_b = np.argsort(b[low:high])
        b[low:high] = b[low:high][by_b]
        gap[low:high] = gap[low:high][by_b]


def smallest_calls():
    """Compile the kernels of this module."""
    numbers = np.array([0, 1])
    zero, one = numbers[:1], numbers[1:]
    xy, kind = np.zeros((2, 2)), np.zeros(1, dtype=np.int8)
    box = np.zeros((1, 4))
    chunk_boxes(0, 1, xy, zero, one, box)
    shape = zero, box, xy, numbers, box, zero, one, numbers, 2 * numbers, kind
    a, b, gap = near_shapes(0, 1, shape, shape, box, numbers, 1, False, 0.0)
    count = np.zeros(1, dtype=np.int64)
    count_rows(a, count)
    place_rows(a, b, gap, np.zeros(1, dtype=np.int64), count, gap)
    sort_rows(0, 1, numbers, count, gap)
