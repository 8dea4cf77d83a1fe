"""Polygons within reach of points, each point with a reach of its own."""

import numpy as np
import shapely

from robuust.polygons import checked_shapes

FEW_POINTS = 5_000  # sooner asked of shapely than compiled code is loaded: 0.4 s
POINTS_PER_BLOCK = 50_000
PROGRESS = "placing records"


def polygons_in_reach(places, polygons, reach_m, *, threads=1):
    """All pairs of a point and a polygon within the reach of that point.

    Parameters
    ----------
    places : array_like of float, shape (n_points, 2)
        East and north in a projected CRS [m]; none missing.
    polygons : array_like of shapely polygons, shape (n_polygons,)
        In the same CRS; none missing or empty.
    reach_m : array_like of float, shape (n_points,)
        Largest gap between each point and a polygon [m]; zero or more.
    threads : int
        How many parts of the work are done at a time; the result is the same.

    Returns
    -------
    point, polygon : ndarray of int32, shape (n_pairs,)
        Positions, sorted by point, then polygon.
    gap_m : ndarray of float, shape (n_pairs,)
        From the point to the polygon [m]; 0 inside it or on its edge.

    Raises
    ------
    ValueError
        If a polygon is missing or empty, a point has no place, or a reach is
        negative or missing.

    Examples
    --------
    >>> import shapely
    >>> squares = shapely.box([0, 60], 0, [10, 70], 10)
    >>> found = polygons_in_reach([[1, 1], [40, 1]], squares, [5, 30])
    >>> [array.tolist() for array in found]
    [[0, 1, 1], [0, 0, 1], [0.0, 30.0, 20.0]]
    """
    places = np.ascontiguousarray(places, dtype=float).reshape(-1, 2)
    reach = np.ascontiguousarray(reach_m, dtype=float)
    shapes = checked_shapes(polygons)
    lost = ~np.isfinite(places).all(axis=1)
    if lost.any():
        raise ValueError(
            f"{lost.sum()} of {lost.size} points have no place (first: number "
            f"{np.flatnonzero(lost)[0]}); leave them out beforehand"
        )
    if not (reach >= 0).all():  # False for a missing value too
        raise ValueError("every reach must be zero or more metres")
    if not (shapes.size and len(places)):
        none = np.empty(0, dtype=np.int32)
        return none, none, np.empty(0)
    if len(places) <= FEW_POINTS:
        found = _few_in_reach(places, shapes, reach)
    else:
        found = _many_in_reach(places, shapes, reach, threads=threads)
    point, polygon, gap_m = found
    order = np.lexsort((polygon, point))
    return point[order], polygon[order], gap_m[order]


def _few_in_reach(places, shapes, reach):
    """Pairs in reach and their gaps, by shapely."""
    points = shapely.points(places)
    point, polygon = shapely.STRtree(shapes).query(
        points, predicate="dwithin", distance=reach
    )
    gap_m = shapely.distance(points[point], shapes[polygon])
    return point.astype(np.int32), polygon.astype(np.int32), gap_m


def _many_in_reach(places, shapes, reach, *, threads):
    """Pairs in reach and their gaps, by compiled code."""
    from robuust.flat_shapes import along_curve, box_tree, flatten
    from robuust_kernels.blocks import in_blocks
    from robuust_kernels.point_kernels import near_polygons

    flat = flatten(shapes, threads=threads)
    tree, level_first = box_tree(flat.box)
    # Points beside each other need the same polygons, so those stay in the cache.
    which = along_curve(np.hstack([places, places]))

    def work(start, stop):
        return near_polygons(
            start, stop, places, which, reach, tuple(flat), tree, level_first
        )

    found = in_blocks(
        work, which.size, block=POINTS_PER_BLOCK, threads=threads, label=PROGRESS
    )
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))
