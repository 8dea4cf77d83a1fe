"""Parts of shapes that lie near others, cut off where they are too far."""

import numpy as np
import shapely

from robuust.gaps import near_pairs_between
from robuust.polygons import as_multipolygons, surely_within
from robuust_kernels.blocks import in_blocks

ARC_SEGMENTS = 12  # per quarter circle: chords lie at most 0.5 % of the distance inside
OUTLINE_TOLERANCE = 0.01  # of the distance: GEOS fills shallower hollows of an outline
STEPS_PER_M = 1000  # coordinates are good to a millimetre, not better
SHAPES_PER_BLOCK = 256
CUTS_PER_BLOCK = 16  # each is of a union of up to thousands of buffers
TILE_SIDE = 4  # times the distance: a buffer round much more is drawn for nothing


def parts_within(geometries, others, *, distance_m, threads=1):
    """Cut shapes off where they are farther than a distance from all others.

    Parameters
    ----------
    geometries : array_like of shapely polygons, shape (n,)
        Valid, in a projected CRS [m].
    others : array_like of shapely geometries
        Valid, in the same CRS.
    distance_m : float
        From edge to edge, so also from point to edge [m]; at zero only what overlaps
        the others is near.
    threads : int
        How many parts of the work are done at a time; the result is the same.

    Returns
    -------
    ndarray of shapely polygons, shape (n,)
        The shape itself where all of it is near, an empty polygon where nothing is,
        a MultiPolygon where it was cut.

    Notes
    -----
    The line of a cut lies at most 0.5 % of the distance too near (arcs are drawn
    with chords) and, in hollows of the others, at most 1 % too far. Pieces smaller
    than the square of that 1 % (at 300 m 9 m2) cannot be told from errors of the
    drawing and are left out. New corners lie on whole millimetres, so that
    neighbours that are cut by one line still share all of their edge.

    Examples
    --------
    >>> fields = shapely.box([0, 0, 900], [0, 50, 0], [500, 100, 950], [50, 100, 50])
    >>> parts = parts_within(fields, [shapely.box(-10, 0, 0, 50)], distance_m=200)
    >>> shapely.area(parts)[::2].tolist()
    [10000.0, 0.0]
    """
    shapes = np.asarray(geometries, dtype=object).reshape(-1)
    others = np.asarray(others, dtype=object).reshape(-1)
    if distance_m > 0:
        others = _in_tiles(others, TILE_SIDE * distance_m)
    i, j, gap_m = near_pairs_between(shapes, others, distance_m, threads=threads)
    whole = np.zeros(shapes.size, dtype=bool)
    whole[i[surely_within(gap_m, shapes[i], distance_m)]] = True
    i, j = i[~whole[i]], j[~whole[i]]
    drawn, j = np.unique(j, return_inverse=True)
    around = _buffers(others[drawn], distance_m, threads)
    whole[i[_covers(around[j], shapes[i], threads)]] = True
    found = np.full(shapes.size, shapely.Polygon(), dtype=object)
    found[whole] = shapes[whole]
    i, j = i[~whole[i]], j[~whole[i]]
    cut = np.unique(i)
    found[cut] = _cut(shapes[cut], around, np.searchsorted(cut, i), j, threads)
    found[cut] = _without_crumbs(
        _on_grid(found[cut], shapes[cut]), (OUTLINE_TOLERANCE * distance_m) ** 2
    )
    return found


def _in_tiles(shapes, side_m):
    """Cut shapes larger than a tile in halves, across, until none is larger."""
    small = []
    while shapes.size:
        west, south, east, north = shapely.bounds(shapes).T
        wide, high = east - west, north - south
        large = np.maximum(wide, high) > side_m
        small.append(shapes[~large])
        x, y = (west + east) / 2, (south + north) / 2
        first = shapely.box(
            west,
            south,
            np.where(wide >= high, x, east),
            np.where(wide >= high, north, y),
        )
        rest = shapely.box(
            np.where(wide >= high, x, west),
            np.where(wide >= high, south, y),
            east,
            north,
        )
        halves = np.concatenate([first[large], rest[large]])
        shapes = shapely.intersection(halves, np.tile(shapes[large], 2))
        shapes = shapes[~shapely.is_empty(shapes)]
    return np.concatenate([shapes, *small])


def _buffers(shapes, distance_m, threads):
    """All land within the distance of each shape."""

    def work(start, stop):
        return shapely.buffer(shapes[start:stop], distance_m, quad_segs=ARC_SEGMENTS)

    return _joined(work, shapes.size, threads)


def _covers(large, small, threads):
    """Whether each large shape covers the small one of the same pair."""
    shapely.prepare(large)

    def work(start, stop):
        return shapely.covers(large[start:stop], small[start:stop])

    return _joined(work, small.size, threads).astype(bool)


def _cut(shapes, around, i, j, threads):
    """Each shape within the union of the areas that it is paired with."""
    first = np.searchsorted(i, np.arange(shapes.size + 1))

    def work(start, stop):
        pairs = slice(first[start], first[stop])
        near = shapely.geometrycollections(around[j[pairs]], indices=i[pairs] - start)
        union = shapely.union_all(near[:, None], axis=1)
        return shapely.intersection(shapes[start:stop], union)

    return _joined(work, shapes.size, threads, block=CUTS_PER_BLOCK)


def _joined(work, n, threads, *, block=SHAPES_PER_BLOCK):
    """Do the work block by block; what it gave, as one array."""
    blocks = in_blocks(work, n, block=block, threads=threads)
    return np.concatenate([np.empty(0, dtype=object), *blocks])


def _on_grid(parts, shapes):
    """Put the corners that a cut made on whole millimetres, and leave the others.

    Two neighbours compute the point where a line leaves their common edge each in its
    own way, a hair apart: a slit along all of that edge.
    """
    parts = as_multipolygons(parts)
    xy = shapely.get_coordinates(parts)
    corner = xy[:, 0] + 1j * xy[:, 1]
    old = shapely.get_coordinates(shapes)
    new = ~np.isin(corner, old[:, 0] + 1j * old[:, 1])
    xy[new] = np.rint(xy[new] * STEPS_PER_M) / STEPS_PER_M
    parts = shapely.set_coordinates(parts, xy)
    bent = ~shapely.is_valid(parts)  # where a corner jumped over an edge nearby
    parts[bent] = shapely.make_valid(
        parts[bent], method="structure", keep_collapsed=False
    )
    return as_multipolygons(parts)


def _without_crumbs(parts, least_m2):
    """Leave out the pieces that are smaller than the drawing is exact."""
    piece, part = shapely.get_parts(parts, return_index=True)
    area_m2 = shapely.area(piece)
    kept = (area_m2 >= least_m2) & (area_m2 > 0)
    found = np.full(len(parts), shapely.MultiPolygon(), dtype=object)
    if kept.any():
        shapely.multipolygons(piece[kept], indices=part[kept], out=found)
    return found
