"""Shapes that look like land: smooth fields, blobs, cells, fields, shared edges."""

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import LineString, MultiPoint, Polygon

GRID_M = 0.5  # every coordinate is a multiple of this, so that edges are shared
CRUMB_M2 = 40  # smaller faces are left over where lines nearly meet


class SmoothField:
    """A smooth random field about zero with spread one, the same for each seed."""

    def __init__(self, seed, wavelength_m, n_waves=14):
        rng = np.random.default_rng(seed)
        angle = rng.uniform(0, 2 * np.pi, n_waves)
        length = wavelength_m * rng.uniform(0.6, 1.7, n_waves)
        self.kx = 2 * np.pi * np.cos(angle) / length
        self.ky = 2 * np.pi * np.sin(angle) / length
        self.phase = rng.uniform(0, 2 * np.pi, n_waves)

    def __call__(self, x, y):
        """Value at each (x, y) [m]."""
        x, y = np.asarray(x, float)[..., None], np.asarray(y, float)[..., None]
        waves = np.sin(x * self.kx + y * self.ky + self.phase)
        return waves.sum(axis=-1) * np.sqrt(2 / self.phase.size)


def blob(x, y, radius_m, rng, *, stretch=1.0, angle_deg=0.0, roughness=0.18):
    """Draw a rounded, lobed shape of about the given radius."""
    n = 40 if radius_m > 150 else 18
    turn = np.linspace(0, 2 * np.pi, n, endpoint=False)
    radius = np.ones(n)
    for lobe in (2, 3, 4, 5, 7):
        size = roughness * rng.normal() / np.sqrt(lobe)
        radius += size * np.sin(lobe * turn + rng.uniform(0, 2 * np.pi))
    radius = radius_m * np.clip(radius, 0.45, 1.8)
    ring = np.c_[radius * np.cos(turn) * stretch, radius * np.sin(turn) / stretch]
    shape = affinity.rotate(Polygon(ring), angle_deg, origin=(0, 0))
    return affinity.translate(shape, x, y).buffer(0)


def scatter(area, n, rng, *, spacing_m=0.0):
    """Up to n random points in an area, at least so far from one another."""
    x0, y0, x1, y1 = area.bounds
    shapely.prepare(area)
    points = np.empty((0, 2))
    for _ in range(400):
        draw = rng.uniform((x0, y0), (x1, y1), (n, 2))
        for point in draw[shapely.contains_xy(area, draw[:, 0], draw[:, 1])]:
            gap = np.hypot(*(points - point).T).min(initial=np.inf)
            if gap >= spacing_m:
                points = np.vstack([points, point])
            if len(points) == n:
                return points
    return points


def cells(area, n, rng):
    """Cut an area into about n irregular cells (Voronoi, relaxed once)."""
    if n < 2:
        return [area]
    seeds = MultiPoint(scatter(area, n, rng))
    for _ in range(2):
        tiles = shapely.voronoi_polygons(seeds, extend_to=area)
        parts = shapely.intersection(shapely.get_parts(tiles), area)
        parts = parts[~shapely.is_empty(parts)]
        seeds = MultiPoint(shapely.get_coordinates(shapely.centroid(parts)))
    return polygons_of(parts)


def farm_fields(area, target_m2, rng):
    """Cut an area again and again across its length until the fields are small."""
    todo, done = polygons_of([area]), []
    while todo:
        piece = todo.pop()
        if piece.area < target_m2 * rng.uniform(0.7, 1.7):
            done.append(piece)
            continue
        ring = shapely.get_coordinates(shapely.minimum_rotated_rectangle(piece))
        first, second = ring[1] - ring[0], ring[2] - ring[1]
        across = first if np.hypot(*first) < np.hypot(*second) else second
        along = second if across is first else first
        middle = ring[0] + (ring[2] - ring[0]) / 2 + along * rng.uniform(-0.1, 0.1)
        cut = LineString([middle - 2 * across, middle + 2 * across])
        halves = polygons_of(shapely.get_parts(shapely.ops.split(piece, cut)))
        (todo if len(halves) > 1 else done).extend(halves)
    return done


def polygons_of(geometries):
    """Every polygon in a list of geometries, in one flat list."""
    parts = shapely.get_parts(np.asarray(geometries, dtype=object))
    return [p for p in parts if p.geom_type == "Polygon" and p.area > 0]


def edges_of(polygons):
    """Collect the linework of polygons, cut at every crossing, each piece once."""
    lines = shapely.boundary(np.asarray(polygons, dtype=object))
    return node(lines)


def node(lines):
    """Cut lines at every crossing, on the grid, each piece once."""
    lines = [line for line in lines if not line.is_empty]
    return shapely.get_parts(
        shapely.line_merge(
            shapely.unary_union(np.array(lines, object), grid_size=GRID_M)
        )
    )


def bend(lines, amplitude_m, seed):
    """Bend straight edges by a smooth displacement that never tears them.

    `amplitude_m` is a function of x and y; where it is below a metre the edge
    stays as it was, so that farm fields keep straight sides.
    """
    dx, dy = SmoothField([seed, 1], 260), SmoothField([seed, 2], 260)
    bent = []
    for line in lines:
        xy = shapely.get_coordinates(line)
        if amplitude_m(xy[:, 0], xy[:, 1]).max() >= 1:
            xy = shapely.get_coordinates(shapely.segmentize(line, 45))
        size = amplitude_m(xy[:, 0], xy[:, 1])
        size = np.where(size < 1, 0, size)
        shift = np.c_[dx(*xy.T) * size, dy(*xy.T) * size]
        bent.append(LineString(xy + shift))
    return bent


def faces_of(lines):
    """Polygons enclosed by linework, in a fixed order (west to east, south up)."""
    faces = shapely.get_parts(shapely.polygonize(node(lines)))
    middle = shapely.get_coordinates(shapely.point_on_surface(faces))
    return faces[np.lexsort((middle[:, 1].round(1), middle[:, 0].round(1)))]


def merge_small(faces, zone, min_m2):
    """Give each face that is too small to the neighbour with the longest edge.

    Only faces of the same zone are joined, but for crumbs, which any neighbour may
    have; `min_m2` holds the limit per face.
    """
    faces, zone, min_m2 = list(faces), list(zone), list(min_m2)
    tree = shapely.STRtree(faces)
    gone, moved = set(), {}
    order = np.argsort([f.area for f in faces], kind="stable")
    for small in order:
        if faces[small].area >= min_m2[small]:
            continue
        crumb = faces[small].area < CRUMB_M2
        best, longest = None, 0.0 if crumb else 5.0
        for other in sorted(tree.query(faces[small])):
            while other in moved:
                other = moved[other]
            if other == small or not (crumb or zone[other] == zone[small]):
                continue
            edge = faces[small].intersection(faces[other]).length
            if edge > longest:
                best, longest = other, edge
        if best is not None:
            joined = shapely.union(faces[small], faces[best])
            if joined.geom_type == "Polygon":
                faces[best] = joined
                gone.add(small)
                moved[small] = best
    keep = [i for i in range(len(faces)) if i not in gone]
    return np.array([faces[i] for i in keep], object), [zone[i] for i in keep]
