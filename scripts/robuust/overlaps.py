"""Overlaps in a habitat map: who overlaps whom, and the first one keeps the ground."""

import numpy as np
import rtree.index
import shapely

from robuust.chunks import in_chunks
from robuust.habitat_geometry import polygons_only
from robuust.sources import UnusableFileError

_PIECE = 50  # suspects to compare at a time: each may overlap all others
_SAMPLE = 1_000  # polygons, to see how many lie on top of each other
# Each pair becomes a shape in memory and in the layer of faults, some 7 kB in all.
# Seven maps of the same ground drawn over each other have 10 pairs per polygon: what is
# meant as one map has fewer. Up to 100,000 pairs there is memory for whatever it is.
MAX_PAIRS_PER_POLYGON = 10
ALWAYS_ALLOWED_PAIRS = 100_000
_COLLECTION = 7  # type number of shapely
TOLERANCE_M2 = 0.01  # the Flemish map has shared edges that cross by up to 0.009 m2


def refuse_piles(geometry, *, where):
    """Refuse a layer whose polygons lie many deep, before they are compared.

    To compare them takes time with the square of the polygons in a pile. So a point in
    each of 1,000 polygons, evenly chosen, tells how many others lie there. In a sound
    map there is none, however large its polygons.

    Parameters
    ----------
    geometry : array_like of geometry, shape (n,)
        Valid polygons [m].
    where : str
        Words for the layer in an error message.

    Raises
    ------
    UnusableFileError
        If far more pairs overlap than in any map, see `MAX_PAIRS_PER_POLYGON`.
    """
    geometry = np.asarray(geometry, dtype=object)
    if not len(geometry):
        return
    step = -(-len(geometry) // _SAMPLE)
    points = shapely.point_on_surface(geometry[::step])
    covered = shapely.STRtree(geometry).query(points, predicate="intersects")[0].size
    per_polygon = (covered / len(points) - 1) / 2  # each covers its own point, too
    _refuse_many(round(per_polygon * len(geometry)), len(geometry), where)


def _refuse_many(n_pairs, n_polygons, where):
    """Stop at a layer with far more overlaps than a map has."""
    if n_pairs > max(ALWAYS_ALLOWED_PAIRS, MAX_PAIRS_PER_POLYGON * n_polygons):
        raise UnusableFileError(
            f"{where}: of {n_polygons} polygons at least some {n_pairs} pairs overlap."
            " It looks like buffers, or like several maps in one layer. Dissolve the"
            " polygons of the same habitat, or give each map as a source of its own,"
            " with an `overlay` of its own where they may overlap."
        )


def overlapping_pairs(
    geometry, faulty, *, tolerance_m2=TOLERANCE_M2, where="habitat map"
):
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
    where : str
        Words for the layer in an error message.

    Returns
    -------
    i, j : ndarray of int64
        Positions, i < j, sorted.
    shared : ndarray of Polygon or MultiPolygon
        Ground that both have.

    Raises
    ------
    UnusableFileError
        If far more pairs overlap than in any map, see `MAX_PAIRS_PER_POLYGON`.

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)]
    >>> i, j, shared = overlapping_pairs(squares, [True, True])
    >>> i.tolist(), j.tolist(), shapely.area(shared).tolist()
    ([0], [1], [2.0])
    """
    geometry = np.asarray(geometry, dtype=object)
    faulty = np.asarray(faulty, dtype=bool)
    tree, counts = shapely.STRtree(geometry), []

    def overlaps_of(k):
        """Pairs of some suspects, but for those that come with the other suspect."""
        _refuse_many(sum(counts), len(geometry), where)  # before memory is full
        mine, other = tree.query(geometry[k], predicate="intersects")
        mine = k[mine]
        new = (mine < other) | ((mine > other) & ~faulty[other])
        i, j = np.sort([mine[new], other[new]], axis=0)
        shared = shapely.intersection(geometry[i], geometry[j])
        real = shapely.area(shared) > tolerance_m2
        counts.append(np.count_nonzero(real))
        return i[real], j[real], shared[real]

    # A polygon inside another one has edges in its interior, so one of every
    # overlapping pair is always among the faulty ones.
    found = in_chunks(overlaps_of, np.flatnonzero(faulty), size=_PIECE)
    _refuse_many(sum(counts), len(geometry), where)
    i, j, shared = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort([j, i])
    shared = shared[order]
    # Edges that touch somewhere else come along as lines.
    for k in np.flatnonzero(shapely.get_type_id(shared) == _COLLECTION):
        shared[k] = polygons_only(shared[k])
    return i[order].astype(np.int64), j[order].astype(np.int64), shared


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
