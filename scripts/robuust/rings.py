"""Ring round polygons, drawn window by window, so that a country fits in memory."""

import numpy as np
import shapely

from robuust.kept_pieces import (
    Pieces,
    near_each,
    piece_digest,
    query_near,
    shape_digests,
)
from robuust.polygons import as_multipolygons
from robuust.surroundings import area_within
from robuust_kernels.blocks import in_blocks

PART_VERTICES = 500  # larger polygons are cut, so that windows take what they need
WINDOW_VERTICES = 20_000  # less than a second and some tens of megabytes each
MIN_PART_M = 1.0  # what is that crowded stays as it is
MIN_SIDE = 1 / 8  # of a window, in distances: smaller ones have as much in reach


def ring_between(
    polygons,
    from_m,
    to_m,
    *,
    tolerance_m,
    window_vertices=WINDOW_VERTICES,
    threads=1,
    label=None,
    pieces=None,
):
    """All land between two distances from polygons, dissolved to one shape.

    The plane is quartered, and the quarters that an outline passes through again,
    until few vertices lie within reach of a window. Land in no such window is
    altogether inside or outside, as its distance to the nearest polygon tells. So what
    is drawn at a time does not grow with the number of polygons, nor with the
    distance: a window only has to do with polygons about as far as its outline.

    Parameters
    ----------
    polygons : array_like of shapely polygons
        Valid, in a projected CRS [m]; they may overlap.
    from_m, to_m : float
        Inner and outer edge [m]; at 0 the polygons themselves are cut out.
    tolerance_m : float
        How far either outline may be from its place, see `area_within` [m].
    window_vertices : int
        Vertices that a window may have to do with. The outlines for two values are
        both exact to the tolerance, and differ by no more.
    threads : int
        Windows drawn at a time; changes nothing in the result.
    label : str or None
        What is drawn, for a line of progress now and then once it takes long.
    pieces : Pieces or None
        Land in windows that is known already; takes what is drawn here.

    Returns
    -------
    MultiPolygon
        Empty when there are no polygons, and where other jobs draw a share of the
        windows: then the pieces are what is asked for.

    Raises
    ------
    ValueError
        If the edges are not apart, or one of them or the tolerance is below zero.

    Examples
    --------
    >>> square = shapely.box(0, 0, 100, 100)
    >>> ring = ring_between([square], 0, 50, tolerance_m=0.01)
    >>> round(ring.area, -2)  # 4 x 100 x 50 + 50 squared pi = 27,854
    27900.0
    """
    if not (0 <= from_m < to_m and tolerance_m > 0):  # False for missing values too
        raise ValueError(
            f"a ring from {from_m} to {to_m} m, exact to {tolerance_m} m, cannot be "
            "drawn; it must end farther out than it begins, and neither is below zero"
        )
    parts = small_parts(polygons, max_vertices=PART_VERTICES)
    if parts.size == 0:
        return shapely.MultiPolygon()
    tree = shapely.STRtree(parts)
    edges_m = (float(from_m), float(to_m))
    whole, crossed, crosses = _windows(tree, edges_m, tolerance_m, window_vertices)
    pieces = pieces or Pieces()
    digests = _window_digests(tree, crossed, crosses, edges_m, tolerance_m)
    missing = pieces.missing(digests)

    def draw(start, stop):
        return [
            _land_in(crossed[k], crosses[k], tree, edges_m, tolerance_m)
            for k in missing[start:stop]
        ]

    drawn = in_blocks(draw, len(missing), block=1, threads=threads, label=label)
    drawn = [piece for block in drawn for piece in block]
    land = pieces.complete(digests, drawn)
    if pieces.shared_out:
        return shapely.MultiPolygon()
    return dissolve([*whole, *land], [*whole, *crossed])


def small_parts(polygons, *, max_vertices):
    """Cut polygons in halves until all have few vertices.

    Parameters
    ----------
    polygons : array_like of shapely polygons
        Valid [m].
    max_vertices : int
        Of each part; 8 or more.

    Returns
    -------
    ndarray of Polygon
        Together the same land; empty ones left out.

    Examples
    --------
    >>> circle = shapely.Point(0, 0).buffer(100, quad_segs=8)
    >>> parts = small_parts([circle], max_vertices=16)
    >>> len(parts), round(float(shapely.area(parts).sum() - circle.area), 6)
    (4, 0.0)
    """
    parts = _polygon_parts(polygons)
    done = []
    while parts.size:
        large = shapely.get_num_coordinates(parts) > max_vertices
        west, south, east, north = shapely.bounds(parts).T
        large &= np.maximum(east - west, north - south) > MIN_PART_M
        done.append(parts[~large])
        west, south, east, north = shapely.bounds(parts[large]).T
        wide = east - west > north - south
        x = np.where(wide, (west + east) / 2, east)
        y = np.where(wide, north, (south + north) / 2)
        first = shapely.box(west, south, x, y)
        second = shapely.box(
            np.where(wide, x, west), np.where(wide, south, y), east, north
        )
        halves = shapely.intersection(parts[large], [first, second])
        parts = _polygon_parts(halves)
    return np.concatenate(done) if done else parts


def dissolve(pieces, windows):
    """Join pieces of land where the windows that they were cut at meet.

    Parameters
    ----------
    pieces : sequence of polygons, length n
        Valid, each within its window [m].
    windows : sequence of polygons, length n
        Rectangles that share no more than edges [m].

    Returns
    -------
    MultiPolygon

    Examples
    --------
    >>> windows = [shapely.box(0, 0, 4, 4), shapely.box(4, 0, 8, 4)]
    >>> land = [shapely.box(3, 1, 4, 2), shapely.box(4, 1, 6, 2)]
    >>> dissolve(land, windows).bounds
    (3.0, 1.0, 6.0, 2.0)
    """
    parts, window = shapely.get_parts(as_multipolygons(pieces), return_index=True)
    west, south, east, north = shapely.bounds(parts).reshape(-1, 4).T
    left, bottom, right, top = shapely.bounds(windows).reshape(-1, 4)[window].T
    # Only what meets an edge of its window needs a union, which takes the time.
    inner = (west > left) & (south > bottom) & (east < right) & (north < top)
    joined = shapely.union_all(parts[~inner])
    return shapely.multipolygons([*parts[inner], *shapely.get_parts(joined)])


def _polygon_parts(shapes):
    """All polygons in an array of shapes, one by one; no empty ones."""
    whole = as_multipolygons(np.asarray(shapes, dtype=object).reshape(-1))
    return shapely.get_parts(whole)


def _windows(tree, edges_m, tolerance_m, max_vertices):
    """Squares wholly in the ring, and those that an edge crosses: by which edges."""
    n_vertices = shapely.get_num_coordinates(tree.geometries)
    west, south, east, north = shapely.total_bounds(tree.geometries)
    reach_m = edges_m[1] + tolerance_m
    extent_m = max(east - west, north - south) + 2 * reach_m
    # Sides are powers of two and corners multiples of them: windows fit without
    # rounding, and lie where they lay, whatever patch comes or goes far away.
    side_m = 2.0 ** np.ceil(np.log2(extent_m))
    first = np.floor((np.array([west, south]) - reach_m) / side_m)
    last = np.floor((np.array([east, north]) + reach_m) / side_m)
    columns, rows = (np.arange(a, b + 1) for a, b in zip(first, last, strict=True))
    corners = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2) * side_m
    whole, crossed, crossed_by = [], [], []
    while len(corners):
        windows = shapely.box(*corners.T, *(corners + side_m).T)
        outside, crosses = _places(tree, windows, edges_m, tolerance_m)
        whole.extend(windows[~outside & ~crosses.any(axis=0)])
        drawn = ~outside & crosses.any(axis=0)
        windows, corners, crosses = windows[drawn], corners[drawn], crosses[:, drawn]
        n_near = np.zeros(len(windows))
        for edge_m, here in zip(edges_m, crosses, strict=True):
            window, part = query_near(tree, windows[here], edge_m)
            n_near[here] += np.bincount(window, n_vertices[part], minlength=here.sum())
        large = (n_near > max_vertices) & (side_m > MIN_SIDE * edges_m[1])
        crossed.extend(windows[~large])
        crossed_by.extend(crosses[:, ~large].T.tolist())
        side_m /= 2
        quarter = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]) * side_m
        corners = (corners[large, None] + quarter).reshape(-1, 2)
    return whole, crossed, crossed_by


def _places(tree, windows, edges_m, tolerance_m):
    """Which windows lie outside the ring, and which of its two edges cross each.

    By the distance of their centre to the nearest polygon: no other point of a square
    is nearer or farther by more than half its diagonal. Where the drawn outline, up to
    the tolerance too near, may pass counts as crossed.
    """
    from_m, to_m = edges_m
    centres = shapely.centroid(windows)
    half_m = shapely.minimum_bounding_radius(windows)
    _, gap_m = tree.query_nearest(centres, return_distance=True, all_matches=False)
    outside = gap_m > to_m + half_m
    if from_m > 0:  # no window is known to lie inside the polygons themselves
        outside |= gap_m < from_m - tolerance_m - half_m
    crosses = [
        (gap_m >= edge_m - tolerance_m - half_m) & (gap_m <= edge_m + half_m)
        for edge_m in edges_m
    ]
    return outside, np.array(crosses)


def _window_digests(tree, windows, crosses, edges_m, tolerance_m):
    """Digest of all that the land in each window follows from."""
    if not windows:
        return []
    parts = np.array(shape_digests(tree.geometries), dtype=object)
    near = near_each(tree, windows, edges_m[1])
    places = shapely.bounds(windows)
    return [
        piece_digest([*edges_m, tolerance_m, *place, *crossed], parts[here])
        for place, crossed, here in zip(places, crosses, near, strict=True)
    ]


def _land_in(window, crosses, tree, edges_m, tolerance_m):
    """Draw the part of the ring that lies in one window, as far as edges cross it."""
    (from_m, to_m), land = edges_m, window
    starts, ends = crosses
    if ends:
        reached = _reached(window, tree, to_m, tolerance_m)
        land = shapely.intersection(reached, window)
    if starts:
        inside = _reached(window, tree, from_m, tolerance_m)
        land = shapely.difference(land, inside)
    return land


def _reached(window, tree, distance_m, tolerance_m):
    """All land within a distance, right in the window (and perhaps not around it)."""
    (near,) = near_each(tree, [window], distance_m)
    if distance_m == 0:
        return shapely.union_all(tree.geometries[near])
    return area_within(tree.geometries[near], distance_m, tolerance_m=tolerance_m)
