"""Lay the vertices of shapes out along a curve, in chunks of equal size with a box.

Vertices come in runs (a ring, a line, a point), as whoever read them holds them. They
go where `robuust.flat_shapes` wants them: each run is filled up with its last vertex
until it is so many whole chunks long. The segments that this adds have no length, and
lie on the shape: they change no gap, and loops over a chunk know how long they are.
"""

import numpy as np

from robuust_kernels.compiled import kernel, uncounted

SEGMENTS = 8  # per chunk: as many numbers as a processor handles at once
VERTICES = SEGMENTS + 1  # the last is also the first of the next chunk of the run


@kernel
def run_boxes(start, stop, x, y, run_start, run_first, boxes):
    """Find the box of each shape.

    Parameters
    ----------
    start, stop : int
        The shapes that are looked at.
    x, y : ndarray of float64, shape (n_vertices,)
    run_start : ndarray of int64, shape (n_runs + 1,)
        Where the vertices of each run begin.
    run_first : ndarray of int64, shape (n + 1,)
        Where the runs of each shape begin.
    boxes : ndarray of float64, shape (n, 4)
        Takes xmin, ymin, xmax, ymax; no numbers where a coordinate is none.
    """
    for i in range(start, stop):
        west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
        flaw = 0.0  # no number as soon as one coordinate is none or infinite
        for k in range(run_start[run_first[i]], run_start[run_first[i + 1]]):
            west, east = min(west, x[k]), max(east, x[k])
            south, north = min(south, y[k]), max(north, y[k])
            flaw += 0.0 * x[k] + 0.0 * y[k]
        boxes[i, 0], boxes[i, 1] = west + flaw, south + flaw
        boxes[i, 2], boxes[i, 3] = east + flaw, north + flaw


@kernel
def lay_out(start, stop, runs, place, xy, chunk_box, run_first, run_start):
    """Copy the vertices of some shapes to their places, and box their chunks.

    Parameters
    ----------
    start, stop : int
        The shapes that are copied.
    runs : tuple of arrays
        x, y, run_start, run_first, as for `run_boxes`.
    place : ndarray of int64, shape (n,)
        Position of each shape along the curve.
    xy : ndarray of float64, shape (n_chunks, 2, VERTICES)
        Takes the vertices.
    chunk_box : ndarray of float64, shape (n_chunks, 4)
        Takes the boxes.
    run_first, run_start : ndarray of int64
        Where the runs of each shape along the curve begin, and the chunks of each.
    """
    x, y, from_start, from_first = runs
    xy, chunk_box = uncounted(xy), uncounted(chunk_box)
    for i in range(start, stop):
        run = run_first[place[i]]
        for r in range(from_first[i], from_first[i + 1]):
            source, last = from_start[r], from_start[r + 1] - 1
            for c in range(run_start[run], run_start[run + 1]):
                if source + SEGMENTS <= last:
                    for k in range(VERTICES):
                        xy[c, 0, k], xy[c, 1, k] = x[source + k], y[source + k]
                else:
                    for k in range(VERTICES):
                        xy[c, 0, k] = x[min(source + k, last)]
                        xy[c, 1, k] = y[min(source + k, last)]
                box_chunk(xy, c, chunk_box)
                source += SEGMENTS
            run += 1


@kernel
def box_chunk(xy, c, chunk_box):
    """Write the box of a chunk."""
    west, south = xy[c, 0, 0], xy[c, 1, 0]
    east, north = west, south
    for k in range(1, VERTICES):
        west, east = min(west, xy[c, 0, k]), max(east, xy[c, 0, k])
        south, north = min(south, xy[c, 1, k]), max(north, xy[c, 1, k])
    chunk_box[c, 0], chunk_box[c, 1] = west, south
    chunk_box[c, 2], chunk_box[c, 3] = east, north


def smallest_calls():
    """Compile the kernels of this module."""
    numbers, box = np.array([0, 1]), np.zeros((1, 4))
    xy = np.zeros((1, 2, VERTICES))
    of_arrow, of_shapely = np.zeros(2), np.zeros((2, 2))[:, 0]
    of_arrow.flags.writeable = False
    for x in (of_arrow, of_shapely):
        run_boxes(0, 1, x, x, numbers, numbers, box)
        runs = x, x, numbers, numbers
        lay_out(0, 1, runs, numbers, xy, box, numbers, numbers)
