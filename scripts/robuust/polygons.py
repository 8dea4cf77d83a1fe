"""Polygons: sound ones, how much they share, and one kind of them for a layer."""

import numpy as np
import shapely

POLYGON = 3  # type numbers of shapely
HA = 10_000.0  # square metres in a hectare
FINE_M = 1e-6  # grid of overlays that fail without one


def checked_shapes(geometries):
    """Shapes as a plain array, refused when one is missing or empty.

    Parameters
    ----------
    geometries : array_like of shapely geometries

    Returns
    -------
    ndarray of object, shape (n,)

    Raises
    ------
    ValueError
        If a shape is missing or empty.

    Examples
    --------
    >>> checked_shapes([shapely.Point(0, 0)]).shape
    (1,)
    """
    shapes = np.asarray(geometries, dtype=object).reshape(-1)
    bad = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    refuse_shapes(bad, "are missing or empty", "leave them out beforehand")
    return shapes


def refuse_shapes(bad, found, advice):
    """Stop when shapes are bad, and say how many, which is the first, what to do.

    Parameters
    ----------
    bad : ndarray of bool, shape (n,)
    found, advice : str
        What is wrong with the bad ones, and what to do.

    Raises
    ------
    ValueError
        If any is bad.
    """
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"{bad.sum()} of {bad.size} shapes {found} (first: number {first});"
            f" {advice}"
        )


def as_multipolygons(geometries):
    """Make every geometry a MultiPolygon, so that a layer has one kind of geometry.

    Parameters
    ----------
    geometries : array_like of shapely geometries, shape (n,)
        Lines and points among their parts (left by an overlay) have no area and
        are dropped; nothing or None becomes an empty MultiPolygon.

    Returns
    -------
    ndarray of MultiPolygon, shape (n,)

    Examples
    --------
    >>> as_multipolygons([shapely.box(0, 0, 1, 1)])[0].geom_type
    'MultiPolygon'
    """
    whole = np.asarray(geometries, dtype=object).reshape(-1)
    parts, owner = shapely.get_parts(whole, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)  # of collections
    kept = (shapely.get_type_id(parts) == POLYGON) & ~shapely.is_empty(parts)
    result = np.full(whole.size, shapely.MultiPolygon(), dtype=object)
    if kept.any():
        shapely.multipolygons(parts[kept], indices=owner[inner][kept], out=result)
    return result


def surely_within(gap_m, shapes, distance_m):
    """Tell which shapes lie wholly within a distance, by their gap and size alone.

    No point of a shape is farther away than its nearest one by more than its diagonal.

    Parameters
    ----------
    gap_m : ndarray of float, shape (n,)
        Distance to each shape, from edge to edge [m].
    shapes : ndarray of shapely geometries, shape (n,)
    distance_m : float

    Returns
    -------
    ndarray of bool, shape (n,)
        False also for a shape that may lie within it, seen from nearby.

    Examples
    --------
    >>> square = shapely.box(0, 0, 3, 4)
    >>> surely_within(np.array([5.0, 6.0]), np.array([square, square]), 10).tolist()
    [True, False]
    """
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    return gap_m + np.hypot(east - west, north - south) <= distance_m


def overlap_areas(large, small):
    """Area that polygons of two layers share, for every pair that shares any.

    Parameters
    ----------
    large, small : array_like of shapely polygons, shape (n,) and (m,)
        Valid, in one projected CRS. Fast when `large` holds the fewer and larger
        shapes: what lies wholly inside needs no intersection.

    Returns
    -------
    i, j : ndarray of int64
        Position in `large` and in `small`; sorted by i, then j.
    area_m2 : ndarray of float
        Area shared by the pair [m2]; above zero.

    Examples
    --------
    >>> i, j, area_m2 = overlap_areas(
    ...     [shapely.box(0, 0, 10, 10)], [shapely.box(8, 0, 12, 5)])
    >>> i.tolist(), j.tolist(), area_m2.tolist()
    ([0], [0], [10.0])
    """
    large = np.asarray(large, dtype=object).reshape(-1)
    small = np.asarray(small, dtype=object).reshape(-1)
    i, j = shapely.STRtree(small).query(large, predicate="intersects")
    order = np.lexsort((j, i))
    i, j = i[order].astype(np.int64), j[order].astype(np.int64)
    shapely.prepare(large)
    within = shapely.covers(large[i], small[j])
    area_m2 = np.where(within, shapely.area(small[j]), 0.0)
    cut = ~within
    area_m2[cut] = shapely.area(shapely.intersection(large[i[cut]], small[j[cut]]))
    shared = area_m2 > 0  # touching edges share none
    return i[shared], j[shared], area_m2[shared]


def sturdy(overlay, *shapes):
    """Lay shapes over each other, on a fine grid where GEOS fails without one.

    With coordinates of any fineness it may not find its way round edges that almost
    touch; on a grid it always does.

    Parameters
    ----------
    overlay : callable
        `shapely.union_all`, `shapely.difference` or `shapely.intersection`.
    *shapes : array_like of shapely polygons
        Valid; what the overlay takes.

    Returns
    -------
    geometry, or ndarray of geometry

    Examples
    --------
    >>> whole, half = shapely.box(0, 0, [2, 1], 1)
    >>> sturdy(shapely.difference, whole, half).area
    1.0
    """
    try:
        return overlay(*shapes)
    except shapely.errors.GEOSException:
        return overlay(*shapes, grid_size=FINE_M)
