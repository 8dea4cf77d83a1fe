"""Shapes as runs of vertices, whether they come as shapely geometries or from Arrow."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import shapely

from robuust.polygons import checked_shapes, refuse_shapes
from robuust_kernels.inside_kernels import HOLE, NO_AREA, SHELL

POLYGON, FIRST_COLLECTION = 3, 4  # type numbers of shapely
RINGS, POLYGONS = 2, 3  # how deep the lists of polygons and of multipolygons nest


class VertexRuns(NamedTuple):
    """Shapes as runs of vertices: rings, lines and points.

    Attributes
    ----------
    x, y : ndarray of float64, shape (n_vertices,)
        Vertices of all runs [m].
    run_start : ndarray of int64, shape (n_runs + 1,)
        Where the vertices of each run begin.
    run_first : ndarray of int64, shape (n + 1,)
        Where the runs of each shape begin; a polygon is its shell, then its holes.
    run_kind : ndarray of int8, shape (n_runs,)
        NO_AREA, SHELL or HOLE.
    """

    x: np.ndarray
    y: np.ndarray
    run_start: np.ndarray
    run_first: np.ndarray
    run_kind: np.ndarray


def vertex_runs(shapes):
    """Take shapes apart into runs of vertices.

    Parameters
    ----------
    shapes : array_like of shapely geometries, or pyarrow Array or ChunkedArray
        A column of polygons or multipolygons as GeoArrow lists with x and y apart
        (they are not copied), or of any geometries as WKB.

    Returns
    -------
    list of VertexRuns
        One after the other, as the column comes; one for an array of geometries.

    Raises
    ------
    ValueError
        If a shape is missing or has no coordinates, or a column holds something else.

    Examples
    --------
    >>> vertex_runs([shapely.box(0, 0, 1, 2)])[0].y.tolist()
    [0.0, 2.0, 2.0, 0.0, 0.0]
    >>> ring = [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 0.0}, {"x": 0.0, "y": 2.0}]
    >>> vertex_runs(pa.array([[ring + ring[:1]]]))[0].y.tolist()
    [0.0, 0.0, 2.0, 0.0]
    """
    if not isinstance(shapes, pa.Array | pa.ChunkedArray):
        return [_runs_of_geometries(checked_shapes(shapes))]
    if pa.types.is_binary(shapes.type) or pa.types.is_large_binary(shapes.type):
        whole = shapely.from_wkb(shapes.to_numpy(zero_copy_only=False))
        return [_runs_of_geometries(checked_shapes(whole))]
    depth, inner = 0, shapes.type
    while pa.types.is_list(inner) or pa.types.is_large_list(inner):
        depth, inner = depth + 1, inner.value_type
    if depth not in (RINGS, POLYGONS) or not _has_x_and_y(inner):
        raise ValueError(
            f"a column of type {shapes.type} holds no polygons as GeoArrow lists with"
            " x and y apart, and no WKB; give its shapely geometries instead"
        )
    missing = np.asarray(shapes.is_null())
    refuse_shapes(missing, "are missing or empty", "leave them out beforehand")
    parts = shapes.chunks if isinstance(shapes, pa.ChunkedArray) else [shapes]
    parts = [_runs_of_lists(part, depth) for part in parts if len(part)]
    return parts or [_runs_of_geometries(checked_shapes([]))]


def _has_x_and_y(inner):
    """Whether coordinates are floats under their names."""
    return pa.types.is_struct(inner) and all(
        inner.get_field_index(name) >= 0 and pa.types.is_float64(inner.field(name).type)
        for name in ("x", "y")
    )


def _runs_of_lists(part, depth):
    """Take polygons apart that stand as lists of rings (of polygons) of places."""
    offsets = []
    for _ in range(depth):
        offsets.append(part.offsets.to_numpy().astype(np.int64))
        part = part.values
    x, y = (part.field(name).to_numpy() for name in ("x", "y"))
    ring_start, polygon_first = offsets[-1], offsets[-2]
    kind = np.full(ring_start.size - 1, HOLE, dtype=np.int8)
    kind[polygon_first[:-1][np.diff(polygon_first) > 0]] = SHELL
    first = polygon_first[offsets[0]] if depth == POLYGONS else polygon_first
    # A column may be a piece of a longer one, and its lists those of the whole.
    rings = slice(first[0], first[-1])
    start = ring_start[first[0] : first[-1] + 1]
    return VertexRuns(x, y, start, first - first[0], kind[rings])


def _runs_of_geometries(shapes):
    """Take shapely geometries apart, the rings of a polygon one by one."""
    runs, owner, kind = _separate(shapes)
    xy = shapely.get_coordinates(runs)
    run_start = starts(shapely.get_num_coordinates(runs))
    run_first = starts(np.bincount(owner, minlength=shapes.size))
    return VertexRuns(xy[:, 0], xy[:, 1], run_start, run_first, kind)


def starts(number):
    """Where each of a row of lists begins, and where the last ends.

    Parameters
    ----------
    number : array_like of int
        How long each list is.

    Returns
    -------
    ndarray of int64
    """
    return np.concatenate([[0], np.cumsum(number)]).astype(np.int64)


def _separate(shapes):
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
