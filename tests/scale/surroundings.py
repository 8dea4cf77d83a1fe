"""What lies over the land: roads, reserves, plans, municipalities, provinces."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CRS = "EPSG:31370"
ROAD_EVERY_M = {"motorway": 12_000, "railway": 15_000, "canal": 17_000, "road": 3_000}
_PIECE_M, _STEP_M = 1_000, 50  # of roads, and from vertex to vertex
_MUNICIPALITY_M, _PROVINCE_M = 6_750, 52_000  # Flanders: 300 and 5
_MANAGERS = ["Natuurvereniging De Kluut", "Landschapsfonds", "Heidestichting"]


def surroundings(bounds, cores, *, seed):
    """Every layer but habitat, land cover and parcels, by name.

    Parameters
    ----------
    bounds : tuple of float
        West, south, east, north [m].
    cores : DataFrame
        Of `nature_cores.cores`.
    seed : int

    Returns
    -------
    dict of GeoDataFrame
    """
    random = np.random.default_rng([seed, 20])
    west, south, east, north = bounds
    outline = shapely.box(west - 50, south - 50, east + 50, north + 50)
    roads = roads_layer(bounds)
    return {
        "study_area": gpd.GeoDataFrame({"name": ["land"]}, geometry=[outline], crs=CRS),
        "roads": roads,
        "crossings": crossings_layer(roads),
        "nature_areas": nature_areas_layer(cores, random),
        "plans": plans_layer(cores, random),
        "municipalities": units_layer(outline, _MUNICIPALITY_M, "gemeente"),
        "provinces": units_layer(outline, _PROVINCE_M, "provincie"),
    }


def roads_layer(bounds):
    """Roads, railways and canals as bent lines, in pieces of a kilometre."""
    kinds, lines = [], []
    for kind, every_m in ROAD_EVERY_M.items():
        west, south, east, north = bounds
        for at in np.arange(west + 0.4 * every_m, east, every_m):
            lines += _pieces(np.arange(south, north, _STEP_M), at, upright=True)
            kinds += [kind] * (len(lines) - len(kinds))
        for at in np.arange(south + 0.4 * every_m, north, every_m):
            lines += _pieces(np.arange(west, east, _STEP_M), at, upright=False)
            kinds += [kind] * (len(lines) - len(kinds))
    return gpd.GeoDataFrame({"road_type": kinds}, geometry=lines, crs=CRS)


def _pieces(along, at, *, upright):
    """Cut one bent line into pieces."""
    across = at + 250 * np.sin(along / 2_300 + at) + 60 * np.sin(along / 410 + 2 * at)
    xy = np.stack([across, along] if upright else [along, across], axis=1)
    step = _PIECE_M // _STEP_M
    return [
        shapely.LineString(xy[k : k + step + 1]) for k in range(0, len(xy) - 1, step)
    ]


def crossings_layer(roads):
    """Place an ecoduct on every twelfth kilometre of motorway."""
    places = roads.geometry[roads["road_type"] == "motorway"].iloc[5::12]
    points = shapely.line_interpolate_point(places.to_numpy(), 0.5, normalized=True)
    names = [f"Ecoduct {k + 1}" for k in range(len(points))]
    return gpd.GeoDataFrame({"name": names}, geometry=points, crs=CRS)


def nature_areas_layer(cores, random):
    """A reserve over the heart of each large core."""
    large = cores[cores["radius_m"] > 600]
    shapes = _blobs(large["x"], large["y"], 0.85 * large["radius_m"], random)
    columns = {
        "name": [f"Reservaat {k + 1}" for k in range(len(large))],
        "manager": random.choice(_MANAGERS, len(large)),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def plans_layer(cores, random):
    """A spatial plan near every second core."""
    near = cores.iloc[::2]
    away = random.normal(0, 900, (len(near), 2))
    shapes = _blobs(
        near["x"] + away[:, 0],
        near["y"] + away[:, 1],
        random.lognormal(np.log(300), 0.4, len(near)),
        random,
    )
    columns = {
        "name": [f"Plan {k + 1}" for k in range(len(near))],
        "year": random.integers(2027, 2036, len(near)),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def _blobs(x, y, radius_m, random):
    """Rounded shapes of 60 corners."""
    angle = np.linspace(0, 2 * np.pi, 61)[:-1]
    waves = random.normal(0, 0.08, (len(x), 3, 2))
    swing = np.ones((len(x), 60))
    for k in range(3):
        swing += waves[:, k, :1] * np.cos((k + 2) * angle)
        swing += waves[:, k, 1:] * np.sin((k + 2) * angle)
    radius = np.asarray(radius_m)[:, None] * swing
    rings = np.stack(
        [
            np.asarray(x)[:, None] + radius * np.cos(angle),
            np.asarray(y)[:, None] + radius * np.sin(angle),
        ],
        axis=2,
    )
    return shapely.polygons(np.round(rings, 2))


def units_layer(outline, side_m, word):
    """Units of about this side that fill the land, their inner borders bent."""
    west, south, east, north = outline.bounds
    columns = max(round((east - west) / side_m), 1)
    rows = max(round((north - south) / side_m), 1)
    x = np.linspace(west, east, columns + 1)
    y = np.linspace(south, north, rows + 1)
    boxes = shapely.box(x[None, :-1], y[:-1, None], x[None, 1:], y[1:, None]).ravel()
    shapes = shapely.transform(shapely.segmentize(boxes, 100), _bent(outline.bounds))
    names = pd.Series(range(1, len(shapes) + 1)).map(f"{word} {{}}".format)
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=CRS)


def _bent(bounds):
    """A bending of the plane that leaves the outline where it is."""
    west, south, east, north = bounds

    def bend(xy):
        rim = np.minimum(xy[:, 0] - west, east - xy[:, 0]) / 3_000
        rim = np.minimum(rim, np.minimum(xy[:, 1] - south, north - xy[:, 1]) / 3_000)
        swing = 400 * rim.clip(0, 1)
        away = [np.sin(xy[:, 1] / 1_700), np.sin(xy[:, 0] / 1_300)]
        return np.round(xy + swing[:, None] * np.stack(away, axis=1), 3)

    return bend
