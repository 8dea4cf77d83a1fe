"""A seeded landscape of habitat polygons, of any size, made tile by tile.

Cells grow round points (a Voronoi diagram), six points in ten in clusters, so areas
are about log-normal: median 0.7 ha. Neighbours share their crooked edges vertex by
vertex; hardly any overlap, where two edges meet sharply. Habitat, three cells in ten,
follows waves of 2 to 20 km: about 30 polygons per km2. The points of a square kilometre
are seeded by its place, an edge by the two points that it parts, so tiles fit exactly
and none is kept.
"""

import io
import itertools

import geopandas as gpd
import numpy as np
import pyarrow.parquet
import shapely
from scipy.spatial import Delaunay
from scipy.stats import norm

BLOCK_M = 1_000.0
POINTS = 100  # per block: a cell has 1 ha on average
_CLUSTERS, _CLUSTERED = 2, 60
_TILE = 5  # blocks along a side; one block all round it is made too
_PIECES = 8  # per edge: six edges make 49 vertices, the closing one included
_GROUPS = 8
_HABITAT, _NOISE = 0.3, 0.8
_WAVES = 64
_CENTRE = (150_000.0, 200_000.0)  # in the middle of Flanders, in Lambert 72 [m]


def tiles(*, seed=1, groups=_GROUPS):
    """Habitat polygons of one tile after the other, in squares round the centre.

    Parameters
    ----------
    seed : int
    groups : int
        How many of the eight species groups the polygons are habitat of; a group has
        an eighth of them.

    Yields
    ------
    ndarray of Polygon
    """
    for ring in itertools.count():
        side = range(-ring, ring + 1)
        for row, column in itertools.product(side, side):
            if max(abs(row), abs(column)) == ring:
                yield _tile(row * _TILE, column * _TILE, seed, groups)


def polygons(n, *, seed=1, groups=_GROUPS):
    """Make the first n polygons of a landscape.

    Returns
    -------
    ndarray of Polygon, shape (n,)
    """
    made, more = [], tiles(seed=seed, groups=groups)
    while sum(map(len, made)) < n:
        made.append(next(more))
    return np.concatenate(made)[:n]


def write_polygons(path, n, *, seed=1):
    """Write the first n polygons as GeoArrow-Parquet, a tile in memory at a time."""
    writer, left = None, n
    for tile in tiles(seed=seed):
        table = _table(tile[:left], n - left)
        schema = writer.schema if writer else table.schema
        writer = writer or pyarrow.parquet.ParquetWriter(path, schema)
        writer.write_table(table.replace_schema_metadata(schema.metadata))
        left -= table.num_rows
        if not left:
            break
    writer.close()


def _table(shapes, first):
    """Polygons as they stand in a file, so that they can be read as a layer."""
    number = {"polygon_id": np.arange(first, first + len(shapes))}
    file = io.BytesIO()
    gpd.GeoDataFrame(number, geometry=shapes, crs=31370).to_parquet(
        file, geometry_encoding="geoarrow"
    )
    return pyarrow.parquet.read_table(file)


def _tile(row, column, seed, groups):
    """Polygons of the cells whose points lie in the tile."""
    place = list(itertools.product(range(-1, _TILE + 1), repeat=2))
    point = np.concatenate([_points(row + y, column + x, seed) for y, x in place])
    number = np.concatenate([_numbers(row + y, column + x) for y, x in place])
    inside = np.array([0 <= y < _TILE and 0 <= x < _TILE for y, x in place])
    wanted = np.repeat(inside, POINTS) & (_chance(number, seed) * _GROUPS < groups)
    wanted[wanted] = _is_habitat(point[wanted], number[wanted], seed)
    shapes = _cells(point, number, wanted)
    return shapes[shapely.is_valid(shapes)]


def _points(row, column, seed):
    """Points of one block, six in ten of them in clusters."""
    random = np.random.default_rng([seed, row + 2**20, column + 2**20])
    point = random.uniform(0, BLOCK_M, (POINTS, 2))
    spread = random.lognormal(np.log(140), 0.5, _CLUSTERS)
    member = random.integers(0, _CLUSTERS, _CLUSTERED)
    away = random.normal(size=(_CLUSTERED, 2)) * spread[member, None]
    # A cluster that leaves its block comes back on the other side: blocks stay apart.
    centre = random.uniform(0, BLOCK_M, (_CLUSTERS, 2))
    point[:_CLUSTERED] = (centre[member] + away) % BLOCK_M
    return point + np.array([column, row]) * BLOCK_M + _CENTRE


def _numbers(row, column):
    """Number of each point of a block, different from those of all others."""
    block = np.uint64((row + 2**20) * 2**21 + column + 2**20)
    return block * np.uint64(POINTS) + np.arange(POINTS, dtype=np.uint64)


def _chance(number, salt):
    """Uniform between 0 and 1, always the same for a number (mixing of splitmix64)."""
    mixed = number + np.uint64((salt + 1) * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return (mixed ^ (mixed >> np.uint64(31))).astype(float) / 2**64


def _is_habitat(point, number, seed):
    """Waves in all directions, and noise that differs from cell to cell."""
    random = np.random.default_rng([seed, 7])
    length = np.exp(random.uniform(np.log(2_000), np.log(20_000), _WAVES))
    heading, phase = random.uniform(0, 2 * np.pi, (2, _WAVES))
    wave = 2 * np.pi / length * np.stack([np.cos(heading), np.sin(heading)])
    height = np.cos(point @ wave + phase).sum(axis=1) / np.sqrt(_WAVES / 2)
    chance = _chance(number, seed + 1).clip(1e-12, 1 - 1e-12)
    height += _NOISE * norm.ppf(chance)
    return height > np.sqrt(1 + _NOISE**2) * norm.isf(_HABITAT)


def _cells(point, number, wanted):
    """Polygons of the wanted cells, with crooked edges."""
    triangle = Delaunay(point)
    corner = _corners(point, number, triangle.simplices)
    # Two triangles that share a side: the edge between their corners parts two cells.
    here, k = np.nonzero(triangle.neighbors >= 0)
    there = triangle.neighbors[here, k]
    left = triangle.simplices[here, (k + 1) % 3]
    right = triangle.simplices[here, (k + 2) % 3]
    once = (here < there) & (wanted[left] | wanted[right])
    here, there, left, right = here[once], there[once], left[once], right[once]
    # The same direction in every tile: from the western corner.
    turn = corner[here, 0] > corner[there, 0]
    start, end = np.where(turn, there, here), np.where(turn, here, there)
    room_m = 0.2 * np.hypot(*(point[left] - point[right]).T)  # leaves thin cells whole
    edge = _crooked(corner[start], corner[end], number[left], number[right], room_m)
    cell, side = np.concatenate([left, right]), np.tile(np.arange(len(edge)), 2)
    side, cell = side[wanted[cell]], cell[wanted[cell]]
    return _rings(point, cell, edge[side])


def _corners(point, number, simplices):
    """Centres of the circles through three points, the same in every tile."""
    order = np.argsort(number[simplices], axis=1)
    a, b, c = point[np.take_along_axis(simplices, order, axis=1)].transpose(1, 0, 2)
    b, c = b - a, c - a
    bb, cc = (b**2).sum(axis=1), (c**2).sum(axis=1)
    twice = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    x = (c[:, 1] * bb - b[:, 1] * cc) / twice
    y = (b[:, 0] * cc - c[:, 0] * bb) / twice
    return a + np.stack([x, y], axis=1)


def _crooked(start, end, left, right, room_m):
    """Edges in pieces, that leave the straight line most in their middle."""
    along = np.linspace(0, 1, _PIECES + 1)
    ahead = end - start
    sideways = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1)
    length_m = np.maximum(np.hypot(*ahead.T), 1e-9)
    sideways *= (np.minimum(0.2 * length_m, room_m) / length_m)[:, None]
    least, most = np.minimum(left, right), np.maximum(left, right)
    salts = [_chance(least * np.uint64(31) + most, k) - 0.5 for k in range(_PIECES + 1)]
    away = np.stack(salts, axis=1) * 4 * along * (1 - along)
    line = start[:, None] + ahead[:, None] * along[:, None]
    line += sideways[:, None] * away[..., None]
    return np.round(line, 3)  # millimetres, the same for both neighbours


def _rings(point, cell, edge):
    """Close the edges of each cell to a ring, anticlockwise round its point."""
    a, b = edge[:, 0] - point[cell], edge[:, -1] - point[cell]
    clockwise = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0] < 0
    edge[clockwise] = edge[clockwise, ::-1]
    first = edge[:, 0] - point[cell]
    order = np.lexsort((np.arctan2(first[:, 1], first[:, 0]), cell))
    cell, edge = cell[order], edge[order]
    coordinates = edge[:, :-1].reshape(-1, 2)  # an edge ends where the next one starts
    _, ring = np.unique(cell, return_inverse=True)
    return shapely.polygons(
        shapely.linearrings(coordinates, indices=np.repeat(ring, _PIECES))
    )
