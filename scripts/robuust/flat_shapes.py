"""Shapes as flat arrays that compiled code can read, neighbours beside each other."""

from typing import NamedTuple

import numpy as np
import shapely

from robuust.polygons import refuse_shapes
from robuust_kernels.blocks import in_blocks
from robuust_kernels.box_kernels import BRANCHES, HILBERT_CELLS, hilbert_keys
from robuust_kernels.gap_kernels import chunk_boxes
from robuust_kernels.inside_kernels import HOLE, NO_AREA, SHELL
from robuust_kernels.memory import require_memory

SEGMENTS_PER_CHUNK = 8
CHUNKS_PER_BLOCK = 100_000
BYTES_PER_VERTEX = 48  # coordinates twice while they are read, and boxes of chunks
POLYGON, FIRST_COLLECTION = 3, 4  # type numbers of shapely


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
    xy : ndarray of float64, shape (n_vertices, 2)
        Vertices of all runs [m].
    chunk_first : ndarray of int64, shape (n + 1,)
        Where the chunks of each shape begin.
    chunk_box : ndarray of float64, shape (n_chunks, 4)
    chunk_start, chunk_end : ndarray of int64, shape (n_chunks,)
        First and last vertex; the last is the first of the next chunk of the run.
    run_first : ndarray of int64, shape (n + 1,)
        Where the runs of each shape begin; a polygon is its shell, then its holes.
    run_start : ndarray of int64, shape (n_runs + 1,)
        Where the vertices of each run begin.
    run_kind : ndarray of int8, shape (n_runs,)
        NO_AREA, SHELL or HOLE.
    """

    order: np.ndarray
    box: np.ndarray
    xy: np.ndarray
    chunk_first: np.ndarray
    chunk_box: np.ndarray
    chunk_start: np.ndarray
    chunk_end: np.ndarray
    run_first: np.ndarray
    run_start: np.ndarray
    run_kind: np.ndarray


def flatten(shapes, *, threads=1):
    """Lay shapes out as flat arrays.

    Parameters
    ----------
    shapes : ndarray of shapely geometries, shape (n,)
        As `polygons.checked_shapes` gives them, in a projected CRS [m].
    threads : int
        How many parts of the work are done at a time.

    Returns
    -------
    FlatShapes

    Raises
    ------
    ValueError
        If a coordinate is not a finite number.
    MemoryError
        If the arrays would not fit in what is free.

    Examples
    --------
    >>> flat = flatten(shapely.box([9, 0], 0, [10, 1], 1))
    >>> flat.order.tolist(), flat.xy.shape, flat.run_start.tolist()
    ([1, 0], (10, 2), [0, 5, 10])
    """
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    require_memory(
        vertices * BYTES_PER_VERTEX,
        f"Laying out {vertices} vertices",
        "Simplify the outlines, or work on a part of the area.",
    )
    order = along_curve(shapely.bounds(shapes))
    runs, owner, kind = _runs(shapes[order])
    number = shapely.get_num_coordinates(runs)
    xy = shapely.get_coordinates(runs)
    finite = np.isfinite(xy)
    if not finite.all():
        owners = np.repeat(order[owner], number)[~finite.all(axis=1)]
        bad = np.isin(np.arange(shapes.size), owners)
        refuse_shapes(bad, "have coordinates that are no numbers", "repair them")
    if (number == 1).any():
        xy = np.repeat(xy, np.repeat(np.where(number == 1, 2, 1), number), axis=0)
        number = np.maximum(number, 2)
    run_start = _starts(number)
    chunks = -(-(number - 1) // SEGMENTS_PER_CHUNK)
    first_chunk = _starts(chunks)
    run = np.repeat(np.arange(runs.size), chunks)
    within = np.arange(run.size) - first_chunk[run]
    chunk_start = run_start[run] + SEGMENTS_PER_CHUNK * within
    chunk_end = np.minimum(chunk_start + SEGMENTS_PER_CHUNK, run_start[run + 1] - 1)
    run_first = _starts(np.bincount(owner, minlength=shapes.size))
    chunk_box = _chunk_boxes(xy, chunk_start, chunk_end, threads)
    chunk_first = first_chunk[run_first]
    box = _shape_boxes(chunk_box, chunk_first)
    return FlatShapes(
        order, box, xy, chunk_first, chunk_box, chunk_start, chunk_end,
        run_first, run_start, kind,
    )  # fmt: skip


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
    return np.concatenate(levels), _starts([len(level) for level in levels])


def _starts(number):
    """Where each of a row of lists begins, and where the last ends."""
    return np.concatenate([[0], np.cumsum(number)]).astype(np.int64)


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


def _runs(shapes):
    """List the runs of vertices, the shape each belongs to, and its kind."""
    type_id = shapely.get_type_id(shapes)
    holed = shapely.get_num_interior_rings(shapes) > 0
    plain = (type_id < FIRST_COLLECTION) & ~holed
    owner = np.arange(shapes.size)
    kind = np.where(type_id == POLYGON, SHELL, NO_AREA).astype(np.int8)
    if plain.all():
        return shapes, owner, kind
    parts, of = shapes[~plain], owner[~plain]
    while (shapely.get_type_id(parts) >= FIRST_COLLECTION).any():
        parts, index = shapely.get_parts(parts, return_index=True)
        of = of[index]
    filled = ~shapely.is_empty(parts)
    parts, of = parts[filled], of[filled]
    polygon = shapely.get_type_id(parts) == POLYGON
    rings, index = shapely.get_rings(parts[polygon], return_index=True)
    is_shell = np.diff(index, prepend=-1) > 0
    runs = np.concatenate([shapes[plain], parts[~polygon], rings])
    owner = np.concatenate([owner[plain], of[~polygon], of[polygon][index]])
    kind = np.concatenate(
        [
            kind[plain],
            np.full((~polygon).sum(), NO_AREA, dtype=np.int8),
            np.where(is_shell, SHELL, HOLE).astype(np.int8),
        ]
    )
    by_owner = np.argsort(owner, kind="stable")
    return runs[by_owner], owner[by_owner], kind[by_owner]


def _chunk_boxes(xy, chunk_start, chunk_end, threads):
    """Box of each chunk."""
    boxes = np.empty((chunk_start.size, 4))

    def work(start, stop):
        chunk_boxes(start, stop, xy, chunk_start, chunk_end, boxes)

    for _ in in_blocks(work, len(boxes), block=CHUNKS_PER_BLOCK, threads=threads):
        pass
    return boxes


def _shape_boxes(chunk_box, chunk_first):
    """Box of each shape, from those of its chunks."""
    low = np.minimum.reduceat(chunk_box[:, :2], chunk_first[:-1])
    high = np.maximum.reduceat(chunk_box[:, 2:], chunk_first[:-1])
    return np.hstack([low, high])
