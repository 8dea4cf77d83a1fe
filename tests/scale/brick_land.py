"""Cells that tile a country without a gap: bricks with corners and edges bent.

Every cell has six neighbours and shares its edges with them vertex by vertex, as the
polygons of a vegetation map do. Half widths and heights are log-normal, so areas are.
The land is made strip by strip; each line between two rows of bricks is seeded by its
number, so strips fit each other exactly.
"""

from dataclasses import dataclass

import numpy as np
import shapely

ORIGIN = (22_000.0, 153_000.0)  # south-west corner of Flanders in Lambert 72 [m]
PIECES = 8  # per edge: six edges make 49 vertices, the closing one included
MEAN_HA = 2.1  # Flanders: 13,600 km2 in 650,000 polygons
_SPREAD = 0.4  # standard deviation of the logarithms of widths and heights


@dataclass(frozen=True)
class Lattice:
    """Half widths and heights of the bricks [m], and the seed of their bends."""

    half_m: np.ndarray
    height_m: np.ndarray
    seed: int

    @property
    def bounds(self):
        """West, south, east and north of the land [m]."""
        x, y = ORIGIN
        return x, y, x + float(self.half_m.sum()), y + float(self.height_m.sum())


def lattice(cells, *, seed):
    """Lay out about so many bricks, twice as wide a land as it is high.

    Parameters
    ----------
    cells : int
    seed : int

    Returns
    -------
    Lattice
    """
    columns = max(round(np.sqrt(2 * cells)), 4)
    rows = max(round(cells / columns), 4)
    random = np.random.default_rng([seed, 0])
    side_m = np.sqrt(MEAN_HA * 1e4) / np.exp(_SPREAD**2 / 2)
    half_m = side_m / 2 * random.lognormal(0, _SPREAD, 2 * columns + 1)
    return Lattice(half_m, side_m * random.lognormal(0, _SPREAD, rows), seed)


def bricks(land, start, stop):
    """Rings of the cells in the rows from `start` to before `stop`.

    Parameters
    ----------
    land : Lattice
    start, stop : int

    Returns
    -------
    ndarray of float, shape (n_cells, 6 * PIECES + 1, 2)
        Closed rings [m], on millimetres.
    """
    rings = []
    corners, edges = _line(land, start)
    for row in range(start, stop):
        above, edges_above = _line(land, row + 1)
        first = np.arange(row % 2, len(corners), 2)  # walls stand on every other corner
        half = np.r_[land.half_m, land.half_m[-1]]
        room_m = 0.2 * np.minimum(half[first], land.height_m[row])
        random = np.random.default_rng([land.seed, 3, row])
        walls = _crooked(corners[first], above[first], room_m, random)
        k = first[:-1]
        around = [edges[k], edges[k + 1], walls[1:]]
        around += [edges_above[k + 1][:, ::-1], edges_above[k][:, ::-1]]
        around += [walls[:-1, ::-1]]
        # Each edge ends where the next one starts, the last where the first does.
        ring = np.concatenate([edge[:, :-1] for edge in around], axis=1)
        rings.append(np.concatenate([ring, ring[:, :1]], axis=1))
        corners, edges = above, edges_above
    return np.concatenate(rings)


def with_islands(rings, has_island, size):
    """Make polygons of rings; some with an island that fills a hole in them.

    Parameters
    ----------
    rings : ndarray of float, shape (n, k, 2)
    has_island : ndarray of bool, shape (n,)
    size : ndarray of float, shape (n,)
        Radius of the island as a share of the room there is, between 0 and 1.

    Returns
    -------
    cells : ndarray of Polygon, shape (n,)
    islands : ndarray of Polygon, shape (n,)
        None where there is no island.
    """
    cells = shapely.polygons(rings)
    islands = np.full(len(cells), None, dtype=object)
    middle = shapely.centroid(cells[has_island])
    room_m = shapely.distance(middle, shapely.boundary(cells[has_island]))
    drawn = shapely.buffer(middle, room_m * size[has_island], quad_segs=4)
    drawn = shapely.set_precision(drawn, 0.001)
    fits = (shapely.area(drawn) > 50) & shapely.contains(cells[has_island], drawn)
    chosen = np.flatnonzero(has_island)[fits]
    islands[chosen] = drawn[fits]
    holes = shapely.get_exterior_ring(islands[chosen])
    shells = shapely.linearrings(rings[chosen])
    cells[chosen] = shapely.polygons(shells, holes[:, None])
    return cells, islands


def _line(land, number):
    """Corners of one line between two rows of bricks, and the edges along it."""
    random = np.random.default_rng([land.seed, 2, number])
    x = ORIGIN[0] + np.r_[0.0, np.cumsum(land.half_m)]
    y = np.full(x.size, ORIGIN[1] + land.height_m[:number].sum())
    room_m = np.minimum(np.r_[land.half_m[0], land.half_m], np.r_[land.half_m, 1e9])
    room_m = np.minimum(room_m, min(land.height_m[max(number - 1, 0) : number + 1]))
    corners = np.stack([x, y], axis=1)
    corners += random.uniform(-0.2, 0.2, corners.shape) * room_m[:, None]
    crook_m = 0.2 * np.minimum(room_m[:-1], room_m[1:])
    return corners, _crooked(corners[:-1], corners[1:], crook_m, random)


def _crooked(start, end, room_m, random):
    """Edges of `PIECES` pieces that leave the straight line by a part of the room."""
    along = np.linspace(0, 1, PIECES + 1)[None, :, None]
    direction = end - start
    sideways = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    sideways /= np.hypot(*direction.T)[:, None]
    away = random.uniform(-0.5, 0.5, (len(start), PIECES + 1)) * room_m[:, None]
    away[:, [0, -1]] = 0
    edges = start[:, None] * (1 - along) + end[:, None] * along
    return np.round(edges + away[..., None] * sideways[:, None], 3)
