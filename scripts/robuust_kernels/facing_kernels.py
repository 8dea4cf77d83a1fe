"""Gap between outlines that a strip of empty ground parts: only what faces it counts.

Two vertices that lie close to each other give a direction. Heights along it, from
either vertex towards the other shape, tell how far a shape sticks out: where the
highest of both sides leave room in between, no edges cross, and only the edges that
are high enough can be nearer to each other than the two vertices.
"""

import math

import numpy as np

from robuust_kernels.box_kernels import box_gap2
from robuust_kernels.compiled import inlined
from robuust_kernels.layout_kernels import SEGMENTS, VERTICES

SLACK = 1 + 1e-9  # of a squared gap: what rounding could turn is looked at again
COLUMNS = 6  # of an edge: its two ends, the height of the first and of the higher end


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
def nearest_vertex(xy, c, x, y):
    """Which vertex of a chunk is nearest to a place, and its squared distance."""
    chosen, low = 0, np.inf
    for s in range(VERTICES):
        gap_x, gap_y = xy[c, 0, s] - x, xy[c, 1, s] - y
        gap2 = gap_x * gap_x + gap_y * gap_y
        if gap2 < low:
            chosen, low = s, gap2
    return chosen, low


@inlined
def near_chunks(boxes, first, stop, others, b, bound2, near, side):
    """List the chunks whose boxes are near box b of the others; how many they are."""
    count = 0
    for c in range(first, stop):
        near[side, count] = c
        count += box_gap2(boxes, c, others, b) <= bound2
    return count


@inlined
def heights(xy, near, side, count, px, py, ux, uy, height):
    """Write how high the vertices of near chunks lie above a place; the largest.

    Parameters
    ----------
    xy : ndarray of float64, shape (n_chunks, 2, VERTICES)
    near : ndarray of int64, shape (2, n)
        Chunks of both sides.
    side, count : int
        Which side it is, and how many chunks of it are near.
    px, py, ux, uy : float
        The place, and the direction of what is high: a vector of length one.
    height : ndarray of float64, shape (2, n, VERTICES)
        Takes the heights.

    Returns
    -------
    float
        Zero or more.
    """
    top = 0.0
    for k in range(count):
        c, highest = near[side, k], 0.0  # of each chunk apart: chunks need not wait
        for s in range(VERTICES):
            h = (xy[c, 0, s] - px) * ux + (xy[c, 1, s] - py) * uy
            height[side, k, s] = h
            highest = max(highest, h)
        top = max(top, highest)
    return top


@inlined
def high_edges(xy, near, side, count, height, least, edges):
    """List the edges of near chunks that reach a height; how many they are.

    Parameters
    ----------
    xy, near, side, count, height
        As for `heights`.
    least : float
        The height.
    edges : ndarray of float64, shape (2, n_edges, COLUMNS)
        Takes the edges of this side.

    Returns
    -------
    int
    """
    size = 0
    for k in range(count):
        c = near[side, k]
        for s in range(SEGMENTS):
            top = max(height[side, k, s], height[side, k, s + 1])
            if top >= least:
                edges[side, size, 0], edges[side, size, 1] = xy[c, 0, s], xy[c, 1, s]
                edges[side, size, 2] = xy[c, 0, s + 1]
                edges[side, size, 3] = xy[c, 1, s + 1]
                edges[side, size, 4], edges[side, size, 5] = height[side, k, s], top
                size += 1
    return size


@inlined
def facing_gap(edges, number, number2, strip, best, tolerance):
    """Smallest gap between the edges of two sides, which do not cross.

    Parameters
    ----------
    edges : ndarray of float64, shape (2, n_edges, COLUMNS)
        As `high_edges` lists them.
    number, number2 : int
        How many there are of each side.
    strip : float
        Gap between the two places from which heights are measured.
    best : float
        Larger gaps are of no interest.
    tolerance : float
        What rounding can add to the height of an edge.

    Returns
    -------
    float
        The best itself where no gap is smaller.

    Notes
    -----
    A vertex is looked at as the first of its edge: each is the first of one.
    """
    bound2 = best * best * SLACK
    least = strip - best - tolerance
    for k in range(number):
        ax, ay, bx, by = edges[0, k, 0], edges[0, k, 1], edges[0, k, 2], edges[0, k, 3]
        first, top = edges[0, k, 4], edges[0, k, 5]
        for m in range(number2):
            first2, top2 = edges[1, m, 4], edges[1, m, 5]
            if top + top2 < least:
                continue
            cx, cy = edges[1, m, 0], edges[1, m, 1]
            dx, dy = edges[1, m, 2], edges[1, m, 3]
            gap = best
            if first + top2 >= least:
                gap = nearer_point(ax, ay, cx, cy, dx, dy, gap, bound2)
            if top + first2 >= least:
                gap = nearer_point(cx, cy, ax, ay, bx, by, gap, bound2)
            if gap < best:
                best = gap
                bound2 = best * best * SLACK
                least = strip - best - tolerance
    return best


def smallest_calls():
    """Nothing to compile: all of this is part of the kernels that call it."""
