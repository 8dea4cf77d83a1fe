"""All land within a distance of polygons, with a stated bound on its outline."""

import numpy as np
import shapely

from robuust.polygons import as_multipolygons

MIN_QUADRANT_SEGMENTS = 16  # so that a small circle stays round: 0.2 % of its area
GEOS_INACCURACY = 0.01  # GEOS fills hollows shallower than this share of the distance


def quadrant_segments(radius_m, tolerance_m):
    r"""Chords per quarter circle that keep a drawn arc within the tolerance.

    A chord over the angle :math:`\theta` lies at most the sagitta
    :math:`s = r (1 - \cos(\theta / 2))` inside its arc, so :math:`s \le` tolerance
    needs :math:`\theta / 2 \le \arccos(1 - tolerance / r)`.

    Parameters
    ----------
    radius_m : float
        Radius of the arc [m]; above zero.
    tolerance_m : float
        Largest sagitta allowed [m]; above zero.

    Returns
    -------
    int
        At least 16.

    Examples
    --------
    >>> quadrant_segments(25_000, 1), quadrant_segments(10, 1)
    (88, 16)
    """
    half_angle = np.arccos(max(1 - tolerance_m / radius_m, 0.0))
    return max(MIN_QUADRANT_SEGMENTS, int(np.ceil(np.pi / 4 / half_angle)))


def area_within(polygons, distance_m, *, tolerance_m):
    """All land within a distance of polygons, dissolved to one shape.

    Every point of its outline is as far from the polygons as asked, give or take the
    tolerance: `tolerance_m` too near at most, and too far only over short distances
    (see below). Its area is therefore right to the tolerance times the perimeter.

    A plain GEOS buffer does not do: it fills hollows of the outline that are
    shallower than 1 % of the distance, which puts a ring of 25 km up to 125 m too
    far out, and it draws short arcs with a step of up to 1.5 times the one asked. So
    it serves only where 1 % of the distance is within the tolerance; beyond that
    the shape is the union of circles (`circles_within`).

    Parameters
    ----------
    polygons : array_like of shapely polygons
        Valid, in a projected CRS [m]; they may overlap.
    distance_m : float
        Above zero [m].
    tolerance_m : float
        Bound of the error [m]; above zero.

    Returns
    -------
    MultiPolygon
        Empty when there are no polygons.

    Raises
    ------
    ValueError
        If the distance or the tolerance is not above zero.

    Examples
    --------
    >>> square = shapely.box(0, 0, 100, 100)
    >>> round(area_within([square], 50, tolerance_m=0.01).area, -2)  # 37854 exact
    37900.0
    """
    if not (distance_m > 0 and tolerance_m > 0):
        raise ValueError(
            f"a buffer of {distance_m} m, exact to {tolerance_m} m, cannot be drawn; "
            "both must be above zero"
        )
    parts = shapely.get_parts(np.asarray(polygons, dtype=object).reshape(-1))
    parts = parts[~shapely.is_empty(parts)]
    if parts.size == 0:
        return shapely.MultiPolygon()
    if GEOS_INACCURACY * distance_m <= tolerance_m:
        # 1.5 times the step makes 1.5 squared times the sagitta.
        segments = quadrant_segments(distance_m, tolerance_m / 1.5**2)
        grown = shapely.buffer(parts, distance_m, quad_segs=segments)
        return as_multipolygons([shapely.union_all(grown)])[0]
    return circles_within(parts, distance_m, tolerance_m=tolerance_m)


def circles_within(polygons, distance_m, *, tolerance_m):
    r"""All land within a distance of polygons, as a union of circles.

    The outline of the polygons is replaced by points of it, in two steps that each
    put a weighted mean of points within a circle of radius R in the place of a point.
    Of such points one is always as near as :math:`\sqrt{d^2 + R^2}` to whatever lies
    d from their mean, so with :math:`R^2 = (d + tolerance/3)^2 - d^2` a step brings
    the outline at most a third of the tolerance in: points every 2R along the
    outline, then of every square cell of side :math:`R \sqrt 2` the points on the
    convex hull. The chords of the circles take the last third. So the outline lies
    between `distance_m` and `distance_m - tolerance_m` from the polygons, never
    farther out.

    Only circles whose Voronoi cell reaches beyond the distance, less two thirds of the
    tolerance, are drawn: those at a corner of a Delaunay triangle with a larger
    circumradius, or on the convex hull. The gaps that the others leave are filled
    again. As chords cut off a third of the tolerance at most, a third lies between a
    gap and land that is truly out of reach: they never run into each other.

    Parameters
    ----------
    polygons : ndarray of shapely polygons, shape (n,)
        One or more, valid [m].
    distance_m, tolerance_m : float
        Above zero [m].

    Returns
    -------
    MultiPolygon
    """
    circle_m = np.sqrt((distance_m + tolerance_m / 3) ** 2 - distance_m**2)
    points = outline_points(polygons, spacing_m=2 * circle_m)
    points = thin_points(points, cell_m=circle_m * np.sqrt(2))
    covered_m = distance_m - 2 / 3 * tolerance_m
    drawn = points[reaching(points, covered_m)]
    segments = quadrant_segments(distance_m, tolerance_m / 3)
    circles = shapely.buffer(shapely.points(drawn), distance_m, quad_segs=segments)
    # Half the tolerance parts gaps from land out of reach, with a sixth to spare.
    covered_m = distance_m - tolerance_m / 2
    shape = fill_holes(shapely.union_all(circles), polygons, points, covered_m)
    return as_multipolygons([shape])[0]


def outline_points(polygons, *, spacing_m):
    """Points on all outlines, corners included, at most `spacing_m` apart.

    Examples
    --------
    >>> len(outline_points(np.array([shapely.box(0, 0, 10, 10)]), spacing_m=5))
    8
    """
    rings = shapely.get_rings(polygons)
    points = shapely.get_coordinates(shapely.segmentize(rings, spacing_m))
    return np.unique(points, axis=0)  # sorted too: no row order in the result


def thin_points(points, *, cell_m):
    """Keep, of the points in each square cell, those on their convex hull.

    Examples
    --------
    >>> row = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [9.0, 0.0]])
    >>> thin_points(row, cell_m=5)[:, 0].tolist()
    [0.0, 2.0, 9.0]
    """
    cell = np.floor(points / cell_m)
    _, cell = np.unique(cell, axis=0, return_inverse=True)
    order = np.argsort(cell, kind="stable")
    clusters = shapely.multipoints(
        shapely.points(points[order]), indices=cell.reshape(-1)[order]
    )
    hulls = shapely.convex_hull(clusters)
    return np.unique(shapely.get_coordinates(hulls), axis=0)


def reaching(points, distance_m):
    """Which points may show on the outline of the union of circles round them.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        All different [m].
    distance_m : float
        Radius of the circles [m].

    Returns
    -------
    ndarray of int
        Positions of the points; sorted.
    """
    if len(points) < 100:  # nothing to win, and no trouble with points in a row
        return np.arange(len(points))
    from scipy.spatial import Delaunay  # slow to import, and short rings do without

    local = points - points.mean(axis=0)  # small numbers: exact circumradii
    triangles = Delaunay(local)
    a, b, c = (local[triangles.simplices[:, k]] for k in range(3))
    ab, bc, ca = (np.hypot(*side.T) for side in (b - a, c - b, a - c))
    double_area = np.abs(np.cross(np.c_[b - a, 0 * ab], np.c_[c - a, 0 * ab])[:, 2])
    # A circumradius is abc / (4 area); written so that a flat triangle has a large one.
    wide = ab * bc * ca > 2 * double_area * distance_m * (1 - 1e-9)
    shown = [triangles.simplices[wide], triangles.convex_hull, triangles.coplanar[:, 0]]
    return np.unique(np.concatenate([positions.ravel() for positions in shown]))


def fill_holes(shape, polygons, points, distance_m):
    """Add to a shape the open land round it that lies near points or in polygons.

    Parameters
    ----------
    shape : Polygon or MultiPolygon
    polygons : ndarray of shapely polygons
    points : ndarray of float, shape (n, 2)
        On the outline of the polygons [m].
    distance_m : float
        Open land lies within it of the points altogether, or not at all [m].

    Returns
    -------
    Polygon or MultiPolygon
    """
    # Not the rings of holes: in a hole may lie an island, and in that a hole to keep.
    holes = shapely.get_parts(shapely.difference(shapely.envelope(shape), shape))
    middles = shapely.point_on_surface(holes)
    filled = np.zeros(len(holes), dtype=bool)
    near = shapely.STRtree(shapely.points(points))
    filled[near.query(middles, predicate="dwithin", distance=distance_m)[0]] = True
    filled[shapely.STRtree(polygons).query(middles, predicate="intersects")[0]] = True
    return shapely.union_all([shape, *holes[filled]])
