"""Polygons: sound ones, how much they share, and one kind of them for a layer."""

import numpy as np
import shapely

POLYGON = 3  # type numbers of shapely
HA = 10_000.0  # square metres in a hectare


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
