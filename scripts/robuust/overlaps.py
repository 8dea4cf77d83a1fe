"""Overlaps in a habitat map: who overlaps whom, and the first one keeps the ground."""

import numpy as np
import rtree.index
import shapely

from robuust.habitat_geometry import polygons_only

TOLERANCE_M2 = 0.01  # the Flemish map has shared edges that cross by up to 0.009 m2


def overlapping_pairs(geometry, *, tolerance_m2=TOLERANCE_M2):
    """Find all pairs of polygons that share ground.

    Edges that meet exactly need no pair by pair comparison: one walk over the edges
    finds the polygons of which some edge lies in or across another one, and only
    those are compared. A clean map of half a million polygons has none.

    Parameters
    ----------
    geometry : array_like of geometry, shape (n,)
        Valid polygons in the analysis reference system [m].
    tolerance_m2 : float
        Smaller overlaps are drawing noise [m2].

    Returns
    -------
    i, j : ndarray of int64
        Positions, i < j, sorted.
    overlap_m2 : ndarray of float
        Area shared [m2].

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)]
    >>> [a.tolist() for a in overlapping_pairs(squares)]
    [[0], [1], [2.0]]
    """
    geometry = np.asarray(geometry, dtype=object)
    # A polygon inside another one has edges in its interior, so one of every
    # overlapping pair is always among the suspects.
    suspects = np.flatnonzero(
        ~shapely.is_empty(shapely.coverage_invalid_edges(geometry))
    )
    tree = shapely.STRtree(geometry)
    left, right = tree.query(geometry[suspects], predicate="intersects")
    left = suspects[left]
    pairs = np.stack([np.minimum(left, right), np.maximum(left, right)])
    pairs = np.unique(pairs[:, left != right], axis=1).astype(np.int64)
    shared = shapely.area(shapely.intersection(geometry[pairs[0]], geometry[pairs[1]]))
    real = shared > tolerance_m2
    return pairs[0, real], pairs[1, real], shared[real]


def resolve_overlaps(geometry, *, tolerance_m2=TOLERANCE_M2):
    """Cut overlaps away: of two polygons the one that comes first keeps the ground.

    Only polygons of overlapping pairs are touched. They are accepted one by one, and
    each is cut by what was accepted before it. The index over the accepted ones
    grows while it is asked (R-tree): it holds each polygon as it was accepted, so
    ground that a cut has freed is not taken away twice.

    Parameters
    ----------
    geometry : array_like of geometry, shape (n,)
        Valid polygons in order of precedence, in the analysis reference system [m].
    tolerance_m2 : float
        Smaller overlaps stay; smaller remains of a cut fall away [m2].

    Returns
    -------
    resolved : ndarray of geometry
        None where nothing is left.
    lost_m2 : ndarray of float
        Area that each polygon gave up [m2].

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)]
    >>> resolved, lost_m2 = resolve_overlaps(squares)
    >>> shapely.area(resolved).tolist(), lost_m2.tolist()
    ([4.0, 2.0], [0.0, 2.0])
    """
    shapes = np.array(geometry, dtype=object)
    before = shapely.area(shapes)
    first, second, _ = overlapping_pairs(shapes, tolerance_m2=tolerance_m2)
    later = set(second.tolist())
    accepted = rtree.index.Index()
    for k in np.unique(np.concatenate([first, second])).tolist():
        if k in later:
            rivals = shapes[sorted(accepted.intersection(shapes[k].bounds))]
            shapes[k] = _remains(shapes[k], rivals, tolerance_m2)
        if shapes[k] is not None:
            accepted.insert(k, shapes[k].bounds)
    return shapes, before - np.nan_to_num(shapely.area(shapes))


def _remains(shape, rivals, tolerance_m2):
    """Give what rivals leave of a shape, or None."""
    shared = shapely.area(shapely.intersection(shape, rivals))
    rivals = rivals[shared > tolerance_m2]
    if not rivals.size:
        return shape
    parts = shapely.get_parts(
        polygons_only(shapely.difference(shape, shapely.union_all(rivals)))
    )
    parts = parts[shapely.area(parts) > tolerance_m2]
    if not parts.size:
        return None
    return parts[0] if parts.size == 1 else shapely.multipolygons(parts)
