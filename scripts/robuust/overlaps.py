"""Overlaps in a habitat map: who overlaps whom, and the first one keeps the ground."""

import numpy as np
import rtree.index
import shapely

from robuust.chunks import in_chunks, joined_chunks
from robuust.habitat_geometry import polygons_only

_PIECE = 1_000  # suspects or pairs to compare at a time
_COLLECTION = 7  # type number of shapely
TOLERANCE_M2 = 0.01  # the Flemish map has shared edges that cross by up to 0.009 m2


def overlapping_pairs(geometry, faulty, *, tolerance_m2=TOLERANCE_M2):
    """Find all pairs of polygons that share ground.

    Parameters
    ----------
    geometry : array_like of geometry, shape (n,)
        Valid polygons in the analysis reference system [m].
    faulty : array_like of bool, shape (n,)
        Polygons of which some edge lies in or across another one, and perhaps more,
        see `faulty_edges`. Only they are compared: a clean map has none.
    tolerance_m2 : float
        Smaller overlaps are drawing noise [m2].

    Returns
    -------
    i, j : ndarray of int64
        Positions, i < j, sorted.
    shared : ndarray of Polygon or MultiPolygon
        Ground that both have.

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)]
    >>> i, j, shared = overlapping_pairs(squares, [True, True])
    >>> i.tolist(), j.tolist(), shapely.area(shared).tolist()
    ([0], [1], [2.0])
    """
    geometry = np.asarray(geometry, dtype=object)
    # A polygon inside another one has edges in its interior, so one of every
    # overlapping pair is always among the faulty ones.
    suspects = np.flatnonzero(faulty)
    tree = shapely.STRtree(geometry)

    def touching(k):
        mine, other = tree.query(geometry[k], predicate="intersects")
        return np.stack([k[mine], other])

    found = in_chunks(touching, suspects, size=_PIECE)
    left, right = np.concatenate(found, axis=1)
    pairs = np.stack([np.minimum(left, right), np.maximum(left, right)])
    pairs = np.unique(pairs[:, left != right], axis=1).astype(np.int64)
    shared = joined_chunks(
        shapely.intersection, geometry[pairs[0]], geometry[pairs[1]], size=_PIECE
    )
    real = shapely.area(shared) > tolerance_m2
    pairs, shared = pairs[:, real], shared[real]
    # Edges that touch somewhere else come along as lines.
    for k in np.flatnonzero(shapely.get_type_id(shared) == _COLLECTION):
        shared[k] = polygons_only(shared[k])
    return pairs[0], pairs[1], shared


def resolve_overlaps(geometry, first, second, *, tolerance_m2=TOLERANCE_M2):
    """Cut overlaps away: of two polygons the one that comes first keeps the ground.

    Only polygons of overlapping pairs are touched. They are accepted one by one, and
    each is cut by what was accepted before it. The index over the accepted ones
    grows while it is asked (R-tree): it holds each polygon as it was accepted, so
    ground that a cut has freed is not taken away twice.

    Parameters
    ----------
    geometry : array_like of geometry, shape (n,)
        Valid polygons in order of precedence, in the analysis reference system [m].
    first, second : array of int
        Positions of the pairs that overlap, see `overlapping_pairs`.
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
    >>> resolved, lost_m2 = resolve_overlaps(squares, [0], [1])
    >>> shapely.area(resolved).tolist(), lost_m2.tolist()
    ([4.0, 2.0], [0.0, 2.0])
    """
    shapes = np.array(geometry, dtype=object)
    before = shapely.area(shapes)
    later = set(np.asarray(second).tolist())
    accepted = rtree.index.Index()
    for k in np.union1d(first, second).astype(int).tolist():
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
