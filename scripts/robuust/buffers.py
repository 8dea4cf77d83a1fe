"""Rings and pressure zones round patches, with a stated bound on every outline."""

import geopandas as gpd
import numpy as np
import shapely

from robuust.polygons import HA, as_multipolygons

RINGS = ("inner", "mid", "outer")
RING_COLUMNS = ("group", "ring", "from_m", "to_m", "area_ha")
ZONE_COLUMNS = (
    "group",
    "pressure",
    "name_nl",
    "name_en",
    "width_m",
    "area_ha",
    "source",
)
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

    Only circles whose Voronoi cell reaches beyond the distance show on the outline:
    those at a corner of a Delaunay triangle with a circumradius above it, or on the
    convex hull. The others are left out, and the gaps they leave are filled again.

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
    points = points[reaching(points, distance_m)]
    segments = quadrant_segments(distance_m, tolerance_m / 3)
    circles = shapely.buffer(shapely.points(points), distance_m, quad_segs=segments)
    shape = fill_near_holes(shapely.union_all(circles), polygons, distance_m)
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


def fill_near_holes(shape, polygons, distance_m):
    """Fill the holes of a shape that lie within the distance of the polygons.

    A hole either lies within it altogether or not at all, but for its very edge: the
    circles that bound a true hole are all drawn.
    """
    rings, part = shapely.get_rings(shapely.get_parts(shape), return_index=True)
    inner = np.r_[False, part[1:] == part[:-1]]  # the first ring of a part is outer
    holes = shapely.polygons(rings[inner])
    _, nearest_m = shapely.STRtree(polygons).query_nearest(
        shapely.point_on_surface(holes), return_distance=True, all_matches=False
    )
    return shapely.union_all([shape, *holes[nearest_m <= distance_m]])


def buffer_rings(patches, *, group, to_m, tolerance_m):
    """Three rings round patches that do not overlap, the patches themselves cut out.

    Parameters
    ----------
    patches : GeoDataFrame
        The patches that count, in a projected CRS [m]; may be empty.
    group : str
        Name of the group.
    to_m : dict of float
        Outer edge of the rings inner, mid and outer [m]; zero or more, not falling.
        A ring without width gets no row.
    tolerance_m : float
        See `area_within`.

    Returns
    -------
    GeoDataFrame
        Columns group, ring, from_m, to_m, area_ha and a MultiPolygon per ring, the
        narrowest first; no rows without patches.

    Raises
    ------
    ValueError
        If a distance is missing or the distances fall.

    Examples
    --------
    >>> pond = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0).buffer(10)], crs=31370)
    >>> rings = buffer_rings(
    ...     pond, group="frogs", to_m={"inner": 90, "mid": 90, "outer": 290},
    ...     tolerance_m=1)
    >>> rings["ring"].tolist(), rings["area_ha"].round(1).tolist()
    (['inner', 'outer'], [3.1, 25.1])
    """
    edges_m = [0.0, *(float(to_m[ring]) for ring in RINGS)]
    if not (np.diff(edges_m) >= 0).all():  # False for missing values too
        raise ValueError(
            f"group {group}: the rings end at {edges_m[1:]} m; buffer_inner_m, "
            "buffer_mid_m and buffer_outer_m must each be as wide as the one before"
        )
    shapes = patches.geometry.to_numpy()
    rows, inside = [], shapely.union_all(shapes)
    for ring, from_m, end_m in zip(RINGS, edges_m, edges_m[1:], strict=False):
        if len(patches) == 0 or end_m == from_m:
            continue
        reached = area_within(shapes, end_m, tolerance_m=tolerance_m)
        shape = as_multipolygons([shapely.difference(reached, inside)])[0]
        inside = shapely.union(inside, reached)
        rows.append((group, ring, from_m, end_m, shape.area / HA, shape))
    return layer(rows, RING_COLUMNS, patches.crs)


def pressures_of(pressures, bundle):
    """Widths that hold for a habitat bundle: its own row, else the one for all (*).

    Parameters
    ----------
    pressures : DataFrame
        Table `pressures.csv`.
    bundle : str
        Habitat bundle.

    Returns
    -------
    DataFrame
        At most one row per pressure, sorted by pressure.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"pressure": ["drift"] * 2, "bundle": ["*", "fen"],
    ...                       "width_m": [50.0, 90.0]})
    >>> pressures_of(table, "fen")["width_m"].tolist()
    [90.0]
    """
    holds = pressures[pressures["bundle"].isin([bundle, "*"])]
    own_first = holds.assign(general=holds["bundle"] == "*")
    own_first = own_first.sort_values(["pressure", "general"], kind="stable")
    return own_first.drop_duplicates("pressure").drop(columns="general")


def pressure_zones(sites, pressures, *, group, tolerance_m):
    """Zone per pressure round the sites of a group, the sites themselves cut out.

    Parameters
    ----------
    sites : GeoDataFrame
        Robust patches and relict sites [m]; they may overlap.
    pressures : DataFrame
        pressure, name_nl, name_en, width_m, source; one row per pressure.
    group : str
        Name of the group.
    tolerance_m : float
        See `area_within`.

    Returns
    -------
    GeoDataFrame
        Columns group, pressure, name_nl, name_en, width_m, area_ha, source and a
        MultiPolygon per pressure; no rows without sites.
    """
    shapes = sites.geometry.to_numpy()
    rows, inside = [], shapely.union_all(shapes)
    for row in pressures.itertuples() if len(sites) else ():
        width_m = float(row.width_m)
        reached = area_within(shapes, width_m, tolerance_m=tolerance_m)
        shape = as_multipolygons([shapely.difference(reached, inside)])[0]
        words = (row.pressure, row.name_nl, row.name_en)
        rows.append((group, *words, width_m, shape.area / HA, row.source, shape))
    return layer(rows, ZONE_COLUMNS, sites.crs)


def layer(rows, columns, crs):
    """Layer of rows that each end with a geometry; the same types without any row."""
    found = gpd.GeoDataFrame(rows, columns=[*columns, "geometry"], crs=crs)
    numbers = [name for name in columns if name.endswith(("_m", "_ha"))]
    return found.astype({name: float if name in numbers else str for name in columns})
