"""Shapes as flat arrays that compiled code can read, neighbours beside each other."""

from typing import NamedTuple

import numpy as np

from robuust.polygons import refuse_shapes
from robuust.vertex_runs import starts, vertex_runs
from robuust_kernels.blocks import in_blocks
from robuust_kernels.box_kernels import BRANCHES, HILBERT_CELLS, hilbert_keys
from robuust_kernels.inside_kernels import NO_AREA
from robuust_kernels.layout_kernels import SEGMENTS, VERTICES, lay_out, run_boxes
from robuust_kernels.memory import require_memory

SHAPES_PER_BLOCK = 10_000
BYTES_PER_VERTEX = 48  # coordinates twice while they are read, and boxes of chunks


class FlatShapes(NamedTuple):
    """Shapes as runs of vertices, cut into chunks of a few segments.

    A run is a ring, a line, or a point as two equal vertices. Shapes stand along a
    Hilbert curve, so that what is near in space is near in memory.

    Attributes
    ----------
    order : ndarray of int64, shape (n,)
        Position of each shape in the array that it came from.
    box : ndarray of float64, shape (n, 4)
        xmin, ymin, xmax, ymax [m].
    xy : ndarray of float64, shape (n_chunks, 2, VERTICES)
        x and y of the vertices of each chunk [m]; its last vertex is the first of the
        next chunk of the run, and fills up the last chunk of a run.
    chunk_first : ndarray of int64, shape (n + 1,)
        Where the chunks of each shape begin.
    chunk_box : ndarray of float64, shape (n_chunks, 4)
    run_first : ndarray of int64, shape (n + 1,)
        Where the runs of each shape begin; a polygon is its shell, then its holes.
    run_start : ndarray of int64, shape (n_runs + 1,)
        Where the chunks of each run begin.
    run_kind : ndarray of int8, shape (n_runs,)
        NO_AREA, SHELL or HOLE.
    """

    order: np.ndarray
    box: np.ndarray
    xy: np.ndarray
    chunk_first: np.ndarray
    chunk_box: np.ndarray
    run_first: np.ndarray
    run_start: np.ndarray
    run_kind: np.ndarray


def flatten(shapes, *, threads=1):
    """Lay shapes out as flat arrays.

    Parameters
    ----------
    shapes : ndarray of shapely geometries, or pyarrow column, shape (n,)
        As `vertex_runs.vertex_runs` takes them, in a projected CRS [m].
    threads : int
        How many parts of the work are done at a time.

    Returns
    -------
    FlatShapes

    Raises
    ------
    ValueError
        If a shape is missing or empty, or a coordinate is not a finite number.
    MemoryError
        If the arrays would not fit in what is free.

    Examples
    --------
    >>> import shapely
    >>> flat = flatten(shapely.box([9, 0], 0, [10, 1], 1))
    >>> flat.order.tolist(), flat.xy.shape, flat.run_start.tolist()
    ([1, 0], (2, 2, 9), [0, 1, 2])
    """
    parts = vertex_runs(shapes)
    vertices = sum(int(part.run_start[-1] - part.run_start[0]) for part in parts)
    require_memory(
        vertices * BYTES_PER_VERTEX,
        f"Laying out {vertices} vertices",
        "Simplify the outlines, or work on a part of the area.",
    )
    first_shape = starts([part.run_first.size - 1 for part in parts])
    runs = np.concatenate([np.diff(part.run_first) for part in parts])
    number = np.concatenate([np.diff(part.run_start) for part in parts])
    bare = runs == 0
    bare[np.repeat(np.arange(runs.size), runs)[number == 0]] = True
    refuse_shapes(bare, "have a part without coordinates", "repair them")
    box = _boxes(parts, first_shape, threads)
    order = along_curve(box)
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    run_first = starts(runs[order])
    run = np.repeat(starts(runs)[:-1][order] - run_first[:-1], runs[order])
    run += np.arange(run.size)
    number = number[run]
    # The last vertex of a line begins a segment too, if one without length.
    kind = np.concatenate([part.run_kind for part in parts])[run]
    chunks = np.maximum(1, -(-(number - (kind != NO_AREA)) // SEGMENTS))
    run_start = starts(chunks)
    xy = np.empty((run_start[-1], 2, VERTICES))
    chunk_box = np.empty((run_start[-1], 4))

    def work(part, number, start, stop):
        here = place[first_shape[number] :]
        lay_out(start, stop, part[:4], here, xy, chunk_box, run_first, run_start)

    _over(parts, work, threads)
    return FlatShapes(
        order, box[order], xy, run_start[run_first], chunk_box,
        run_first, run_start, kind,
    )  # fmt: skip


def _over(parts, work, threads):
    """Call work for some shapes of each part after the other."""
    blocks = [
        (part, number, start, min(start + SHAPES_PER_BLOCK, part.run_first.size - 1))
        for number, part in enumerate(parts)
        for start in range(0, part.run_first.size - 1, SHAPES_PER_BLOCK)
    ]

    def one(start, stop):
        work(*blocks[start])

    for _ in in_blocks(one, len(blocks), block=1, threads=threads):
        pass


def _boxes(parts, first_shape, threads):
    """Box of each shape, in the order in which they come."""
    boxes = np.empty((first_shape[-1], 4))

    def work(part, number, start, stop):
        run_boxes(start, stop, *part[:4], boxes[first_shape[number] :])

    _over(parts, work, threads)
    refuse_shapes(
        np.isnan(boxes[:, 0]), "have coordinates that are no numbers", "repair them"
    )
    return boxes


def box_tree(boxes):
    """Tree over boxes that stand along a curve.

    Parameters
    ----------
    boxes : ndarray of float64, shape (n, 4)
        xmin, ymin, xmax, ymax.

    Returns
    -------
    tree : ndarray of float64, shape (n_nodes, 4)
        The boxes, then ever fewer that surround up to 16 of the level below.
    level_first : ndarray of int64, shape (n_levels + 1,)
        Where each level begins.

    Examples
    --------
    >>> tree, level_first = box_tree(np.array([[0.0, 0, 1, 1], [2, 0, 3, 1]]))
    >>> tree[-1].tolist(), level_first.tolist()
    ([0.0, 0.0, 3.0, 1.0], [0, 2, 3])
    """
    levels = [boxes]
    while len(levels[-1]) > 1:
        below = levels[-1]
        first = np.arange(0, len(below), BRANCHES)
        low = np.minimum.reduceat(below[:, :2], first)
        high = np.maximum.reduceat(below[:, 2:], first)
        levels.append(np.hstack([low, high]))
    return np.concatenate(levels), starts([len(level) for level in levels])


def along_curve(box):
    """Order of boxes along a Hilbert curve through their middles."""
    if not len(box):
        return np.empty(0, dtype=np.int64)
    middle = (box[:, :2] + box[:, 2:]) / 2
    low = np.nanmin(middle, axis=0)
    side = max(float(np.nanmax(middle - low)), np.finfo(float).tiny)
    share = np.clip(np.nan_to_num((middle - low) / side), 0, 1)
    cell = (share * (HILBERT_CELLS - 1)).astype(np.int64)
    keys = hilbert_keys(np.ascontiguousarray(cell[:, 0]), cell[:, 1].copy())
    return np.argsort(keys, kind="stable")
