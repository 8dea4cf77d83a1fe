"""A seeded habitat map in the columns of the BWK, of any size, for the bench.

The ground is a brick pattern with corners moved at random and crooked edges: every cell
has six neighbours and shares each edge with them vertex by vertex, as in the real map.
Widths and heights are log-normal, so areas are. One cell in ten is unmapped, one in
thirty has an island that fills its hole. On top of that comes dirt, `DIRT` of the rows
per kind. The map is made strip by strip; corner lines are seeded by their number, so
strips fit each other exactly.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

LAYER = "BwkHab"
DIRT = 0.001  # of the rows, for each of the five kinds
_PIECES = 8  # per edge: six edges make 49 vertices, the closing one included
_ORIGIN = (22_000.0, 153_000.0)  # south-west corner of Flanders in Lambert 72 [m]
_WIDTH_M, _HEIGHT_M = 50.0, 100.0  # medians of half a brick's width, and its height
_SPREAD = 0.4  # standard deviation of their logarithms
_STRIP_POLYGONS = 50_000
_UNMAPPED, _ISLANDS = 0.1, 1 / 30
_CODES = ["gh"] * 12
_CODES += ["4010", "4030", "6510_hu", "6230_hn", "9120", "9190", "91E0_vm", "91E0_vn"]
_CODES += ["2310", "2330_bu", "3130_aom", "7140_meso", "rbbmr", "rbbhc", "rbbsf"]
_CODES += ["9120,9190", "4010,gh", "3130_rbbmr", "rbbkam+"]
_UNITS = ["hp", "hc", "hr", "mr", "sz", "ce", "cm", "qs", "qb", "vm", "kbs", "hp*", "n"]
_PERCENTAGES = np.array([[100, 0, 0], [70, 30, 0], [60, 20, 20]], dtype="int32")


def write_bwk(path, rows, *, seed=20260101):
    """Write the map as one GeoPackage layer of MultiPolygons in Lambert 72.

    Parameters
    ----------
    path : Path
    rows : int
        Polygons in the file.
    seed : int
    """
    columns = int(np.sqrt(rows)) + 2
    strip = min(_STRIP_POLYGONS, rows) // columns + 1
    width, height = _sizes(columns, 2 * rows // columns + strip + 1, seed)
    written = start = 0
    while written < rows:
        random = np.random.default_rng([seed, 1, start])
        cells = _bricks(start, start + strip, width, height, seed)
        polygons, soiled_code = _soiled(_with_islands(cells, random), random)
        polygons = polygons[: rows - written]
        table = _attributes(len(polygons), written, random)
        table.loc[soiled_code[: len(polygons)], "HAB1"] = "zzz"
        layer = gpd.GeoDataFrame(
            table, geometry=shapely.multipolygons(polygons[:, None]), crs=31370
        )
        pyogrio.write_dataframe(
            layer,
            path,
            layer=LAYER,
            driver="GPKG",
            use_arrow=True,
            append=start > 0,
            layer_options={} if start else {"SPATIAL_INDEX": "NO"},
        )
        written, start = written + len(polygons), start + strip


def _sizes(columns, rows, seed):
    """Half widths and heights of the bricks, log-normal [m]."""
    random = np.random.default_rng([seed, 0])
    half = random.lognormal(np.log(_WIDTH_M), _SPREAD, 2 * columns + 1)
    return half, random.lognormal(np.log(_HEIGHT_M), _SPREAD, rows)


def _line(number, width, height, seed):
    """Corners of one line between two rows of bricks, and the edges along it.

    Returns
    -------
    corners : ndarray, shape (n, 2)
    edges : ndarray, shape (n - 1, pieces + 1, 2)
        From west to east.
    """
    random = np.random.default_rng([seed, 2, number])
    x = _ORIGIN[0] + np.concatenate([[0.0], np.cumsum(width)])
    y = np.full(x.size, _ORIGIN[1] + height[:number].sum())
    room = np.minimum(np.r_[width[0], width], np.r_[width, width[-1]])
    room = 0.2 * np.minimum(room, min(height[max(number - 1, 0) : number + 1]))
    corners = np.stack([x, y], axis=1)
    corners += random.uniform(-1, 1, corners.shape) * room[:, None]
    crook = np.minimum(room[:-1], room[1:])
    return corners, _crooked(corners[:-1], corners[1:], crook, random)


def _crooked(start, end, room_m, random):
    """Edges of `_PIECES` pieces that leave the straight line by a part of the room."""
    along = np.linspace(0, 1, _PIECES + 1)[None, :, None]
    straight = start[:, None] * (1 - along) + end[:, None] * along
    direction = end - start
    sideways = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    sideways /= np.hypot(*direction.T)[:, None]
    away = random.uniform(-0.5, 0.5, (len(start), _PIECES + 1))
    away[:, [0, -1]] = 0
    edges = straight + (away * room_m[:, None])[..., None] * sideways[:, None]
    return np.round(edges, 3)  # millimetres, the same for both neighbours


def _bricks(start, stop, width, height, seed):
    """All cells of the rows from ``start`` to before ``stop``, as polygons."""
    corners, edges = _line(start, width, height, seed)
    rows = []
    for row in range(start, stop):
        above, edges_above = _line(row + 1, width, height, seed)
        random = np.random.default_rng([seed, 3, row])
        first = np.arange(row % 2, len(corners), 2)  # walls stand on every other corner
        room = 0.2 * np.minimum(np.r_[width, width[-1]][first], height[row])
        walls = _crooked(corners[first], above[first], room, random)
        k = first[:-1]
        ring = [edges[k], edges[k + 1], walls[1:]]
        ring += [edges_above[k + 1][:, ::-1], edges_above[k][:, ::-1]]
        ring += [walls[:-1, ::-1]]
        # Each edge ends where the next one starts.
        points = np.concatenate([edge[:, :-1] for edge in ring], axis=1)
        rows.append(shapely.polygons(points))
        corners, edges = above, edges_above
    return np.concatenate(rows)


def _with_islands(cells, random):
    """Leave some cells out, and give some an island that fills a hole in them."""
    cells = cells[random.random(len(cells)) >= _UNMAPPED]
    chosen = random.random(len(cells)) < _ISLANDS
    centre = shapely.centroid(cells[chosen])
    radius = 0.5 * shapely.distance(centre, shapely.boundary(cells[chosen]))
    islands = shapely.set_precision(shapely.buffer(centre, radius, quad_segs=4), 0.001)
    filled = (shapely.area(islands) > 10) & shapely.contains(cells[chosen], islands)
    chosen, islands = np.flatnonzero(chosen)[filled], islands[filled]
    shells = shapely.get_coordinates(cells[chosen]).reshape(len(chosen), -1, 2)
    holes = shapely.get_exterior_ring(islands)
    cells[chosen] = [
        shapely.Polygon(s, [h]) for s, h in zip(shells, holes, strict=True)
    ]
    return np.concatenate([cells, islands])


def _soiled(polygons, random):
    """Put dirt among the polygons: `DIRT` of each kind.

    Returns
    -------
    polygons : ndarray of Polygon
        Some with a ring that crosses itself, some redrawn (they overlap neighbours and
        leave slits), and at random places repeated ones and slivers.
    unknown_code : ndarray of bool
    """
    n = max(1, round(DIRT * len(polygons)))
    picked = random.choice(len(polygons), 3 * n, replace=False)
    crossed, redrawn, repeated = picked.reshape(3, n)
    polygons = polygons.copy()
    for k in crossed:
        ring = shapely.get_coordinates(shapely.get_exterior_ring(polygons[k]))
        ring[[5, 8]] = ring[[8, 5]]
        polygons[k] = shapely.Polygon(ring)
    # Every other vertex is gone, and half of the redrawn are moved by some metres too.
    polygons[redrawn] = shapely.simplify(polygons[redrawn], 3)
    polygons[redrawn[::2]] = shapely.transform(polygons[redrawn[::2]], _moved)
    x, y = shapely.get_coordinates(shapely.point_on_surface(polygons[repeated])).T
    added = np.concatenate([polygons[repeated], shapely.box(x, y, x + 30, y + 0.02)])
    places = random.integers(0, len(polygons), len(added))
    polygons = np.insert(polygons, places, added)
    return polygons, random.random(len(polygons)) < DIRT


def _moved(coordinates):
    return coordinates + np.array([4.0, -3.0])


def _attributes(n, before, random):
    """Columns of the BWK for n polygons of which the first has number ``before``."""
    number = np.arange(before, before + n)
    codes = random.choice(_CODES, (n, 3))
    kinds = random.choice(3, n, p=[0.6, 0.3, 0.1])  # how many codes, less one
    units = random.choice(_UNITS, (n, 4))
    n_units = random.integers(1, 5, n)
    tags = [f"{k}_v2023" for k in number]
    columns = {"UIDN": number + 1_000_000, "OIDN": number + 1, "TAG": tags}
    columns["EVAL"] = random.choice(["m", "mw", "w", "wz", "z", "mz", "mwz"], n)
    for k in range(8):
        given = k < n_units if k < 4 else np.zeros(n, dtype=bool)
        columns[f"EENH{k + 1}"] = np.where(given, units[:, min(k, 3)], "")
    columns |= {f"V{k}": np.full(n, "") for k in (1, 2, 3)}
    columns["HERK"] = random.choice(["BWKv2", "BWK2014", "lucht"], n)
    columns["INFO"] = np.full(n, "")
    columns["BWKLABEL"] = [
        " + ".join(u[:k]) for u, k in zip(units, n_units, strict=True)
    ]
    for k in range(5):
        given = k <= kinds if k < 3 else np.zeros(n, dtype=bool)
        columns[f"HAB{k + 1}"] = np.where(given, codes[:, min(k, 2)], "")
        share = _PERCENTAGES[kinds, k] if k < 3 else np.zeros(n, dtype="int32")
        columns[f"PHAB{k + 1}"] = share
    columns["HERKHAB"], columns["HERKPHAB"] = np.full(n, "a"), np.full(n, "b")
    columns["HABLEGENDE"] = codes[:, 0]
    return pd.DataFrame(columns)
