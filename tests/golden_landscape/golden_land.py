"""The golden landscape: coordinates and records chosen on paper, in round metres.

What must come of it stands in docs/golden_landscape.md, with the arithmetic. x runs
east and y north from a corner of the map, `ORIGIN`.
"""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

ROOT = Path(__file__).parents[2]
CRS = "EPSG:31370"
ORIGIN = (200_000, 200_000)
REFERENCE_DATE = "2026-01-01"
HEATH, GRASS, POOL, MEADOW = "4030", "6230", "3130", "6510"

# Polygon: code, then west, south, east, north. Polygons C1 and C2 lie 20 m apart, just
# one patch; S1 and S2 21 m, just two. The rows of heath lie 400 m from each other.
POLYGONS = {
    "A": (HEATH, 0, 0, 300, 200),
    "B": (HEATH, 600, 0, 800, 100),  # 300 m from A: just linked
    "C1": (HEATH, 900, 0, 1000, 50),
    "C2": (HEATH, 900, 70, 1000, 120),
    "D": (HEATH, 0, 600, 200, 750),
    "E": (HEATH, 300, 600, 450, 700),
    "F": (HEATH, 550, 600, 700, 700),
    "G": (GRASS, 800, 600, 1000, 800),  # half suitable: 4 ha counts for 2
    **{f"P{k + 1}": (HEATH, 250 * k, 1200, 250 * k + 150, 1300) for k in range(8)},
    **{f"Q{k + 1}": (HEATH, 250 * k, 1700, 250 * k + 150, 1800) for k in range(4)},
    "R1": (HEATH, 1100, 1700, 1250, 1800),  # 200 m from Q4, across the motorway
    "R2": (HEATH, 1350, 1700, 1500, 1800),
    "R3": (HEATH, 1600, 1700, 1750, 1800),
    "R4": (HEATH, 1850, 1700, 1990, 1800),
    "S1": (HEATH, 0, 2200, 250, 2300),
    "S2": (HEATH, 271, 2200, 421, 2300),
    "T1": (HEATH, 1100, 2200, 1350, 2300),
    "T2": (HEATH, 1450, 2200, 1590, 2300),
    "W1": (POOL, 200, 2700, 250, 2800),
    "W2": (POOL, 50, 2700, 100, 2800),  # 100 m from W1: neighbours
    "M": (MEADOW, 250, 2700, 850, 2800),  # its first 300 m lie near W1
    "W3": (POOL, 1100, 2700, 1150, 2800),  # without another pool within 300 m
    "N": (MEADOW, 1150, 2700, 1250, 2800),
}
# An earlier map: a heath north of R4 that is gone, and C was not there yet.
GONE = {"X": (HEATH, 1850, 1850, 1990, 2050)}
EARLIER = {k: box for k, box in POLYGONS.items() if not k.startswith("C")} | GONE
MOTORWAY = ((1000, 1600), (1000, 1900))

# What the groups are: the same norms for all, so that the sums are easily compared.
NORMS = {
    "key_patch_ru": 20,
    "mvp_ru": 60,
    "network_ru_with_key": 80,
    "network_ru_without_key": 120,
}
MOVES = (
    *("local_distance_m", "dispersal_median_m", "dispersal_max_m"),
    *("reproductive_unit_ha", "role_distance_m", "min_neighbours"),
)
GROUPS = {  # group: bundle, and its values in the order of MOVES
    "heath_life": ("dry_heath_inland_dunes", 20, 100, 300, 0.1, None, 0),
    "heath_birds": ("dry_heath_inland_dunes", 1000, 2000, 5000, 0.8, None, 0),
    "pool_newts": ("amphibian_pools", 100, 200, 500, 0.1, 300, 1),
}
SUITABILITY = (  # code, bundle, suitability, role
    (HEATH, "dry_heath_inland_dunes", 1.0, "whole"),
    (GRASS, "dry_heath_inland_dunes", 0.5, "whole"),
    (POOL, "amphibian_pools", 1.0, "a"),
    (MEADOW, "amphibian_pools", 1.0, "b"),
)
CROSSING = {"heath_life": 0.0, "heath_birds": 1.0, "pool_newts": 0.0}  # motorway

GRAYLING, BROWN = "Hipparchia semele", "Maniola jurtina"
BROOM, RUSHWEED = "Genista pilosa", "Cicendia filiformis"
GRASS_PLANT, NEWT, BIRD = (
    "Molinia caerulea",
    "Triturus cristatus",
    "Caprimulgus europaeus",
)
SPECIES = {  # species: group (none: only shows search), taxon, seed bank, long-lived
    GRAYLING: ("heath_life", "butterflies", 0, "no"),
    BROOM: ("heath_life", "vascular plants", 1, "yes"),
    RUSHWEED: ("heath_life", "vascular plants", 30, "no"),
    BIRD: ("heath_birds", "birds", 0, "no"),
    NEWT: ("pool_newts", "amphibians", 0, "no"),
    BROWN: (None, "butterflies", 0, "no"),
    GRASS_PLANT: (None, "vascular plants", None, "no"),
}

# Species, x, y, day, and what differs from a firm presence with 10 m of uncertainty.
RECORDS = (
    (GRAYLING, 700, 50, "2016-01-01", {}),  # B; the first day that is recent
    (GRAYLING, 100, 700, "2015-12-31", {}),  # D; a day too early
    (GRAYLING, 350, 650, "2010-07-01", {}),  # E
    (BROWN, 400, 650, "2022-07-01", {}),  # E was searched
    (GRAYLING, 75, 1750, "2020-07-01", {}),  # Q1
    (GRAYLING, 1615, 2250, "2021-07-01", {}),  # 25 m outside T2: just counts
    (GRAYLING, 1926, 1250, "2022-07-01", {}),  # 26 m outside P8: just does not
    (GRAYLING, 1225, 2250, "", {}),  # T1, undated
    (GRAYLING, 1225, 2250, "2022-07-01", {"generalised": True}),  # T1, blurred
    (GRAYLING, 346, 2250, "2023-07-01", {"present": False}),  # S2, looked for
    # R2 was searched on six days in each of three periods: found on 6, on 3, on 1.
    *(
        (GRAYLING, 1425, 1750, day, {})
        for day in (
            *("2011-07-01", "2012-07-01", "2012-08-01"),
            *("2013-07-01", "2014-07-01", "2015-07-01"),
            *("2016-07-01", "2018-07-01", "2020-07-01", "2021-07-01"),
        )
    ),
    *(
        (BROWN, 1425, 1750, day, {})
        for day in (
            *("2017-07-01", "2019-07-01", "2019-08-01", "2022-07-01"),
            *("2023-07-01", "2024-07-01", "2025-07-01", "2025-08-01"),
        )
    ),
    (BROOM, 625, 650, "1990-06-01", {}),  # F
    (BROOM, 950, 1250, "2022-06-01", {"uncertainty_m": 60}),  # 50 m from P4 and P5
    (BROOM, 575, 1750, "2018-06-01", {}),  # Q3
    (BROOM, 825, 1750, "2018-06-02", {}),  # Q4
    (BROOM, 1920, 1750, "2019-06-01", {}),  # R4
    (BROOM, 100, 2250, "2019-06-02", {}),  # S1
    (RUSHWEED, 100, 650, "2020-08-01", {}),  # D
    (RUSHWEED, 400, 650, "1996-01-01", {}),  # E; 30 years before the reference date
    (RUSHWEED, 900, 700, "1995-12-31", {}),  # G; a day more than that
    (GRASS_PLANT, 900, 650, "2021-08-01", {}),  # G was searched
    (NEWT, 225, 2750, "2022-05-01", {}),  # W1
    (NEWT, 1125, 2750, "2022-05-02", {}),  # W3, which is no habitat
    (BIRD, 150, 100, "2022-06-03", {}),  # A
)


def habitat(polygons=POLYGONS):
    """Polygons of a habitat map: polygon_id, code, geometry."""
    code, *bounds = zip(*polygons.values(), strict=True)
    shapes = [placed(shapely.box(*box)) for box in zip(*bounds, strict=True)]
    return gpd.GeoDataFrame(
        {"polygon_id": list(polygons), "code": code}, geometry=shapes, crs=CRS
    )


def barriers():
    """The motorway as a layer."""
    line = placed(shapely.LineString(MOTORWAY))
    return gpd.GeoDataFrame({"barrier": ["motorway"]}, geometry=[line], crs=CRS)


def records():
    """Records as the pipeline reads them in: one row each, in the order of RECORDS."""
    species, x, y, day, extra = zip(*RECORDS, strict=True)
    usual = {"uncertainty_m": 10.0, "present": True, "generalised": False}
    table = pd.DataFrame([usual | own for own in extra])
    points = [placed(shapely.Point(place)) for place in zip(x, y, strict=True)]
    days = pd.to_datetime(pd.Series(day).replace("", None))
    return gpd.GeoDataFrame(
        {
            "record_id": [f"r{k:02}" for k in range(len(day))],
            "species": species,
            "taxon_group": [SPECIES[name][1] for name in species],
            "date_first": days,
            "date_last": days,
            "year": days.dt.year.astype("Int64"),
            **table,
        },
        geometry=points,
        crs=CRS,
    )


def placed(shape):
    """Shift a shape from paper to its place on the map."""
    return shapely.transform(shape, lambda xy: xy + ORIGIN)


def patch_names(group, members):
    """Name on paper of each patch: that of its polygons, or of the whole group's.

    Parameters
    ----------
    group : str
    members : DataFrame
        patch_id, polygon_id.

    Returns
    -------
    dict of str to str
        patch_id: name. Several names joined by "+" where polygons of different names
        came together, as they should not.
    """
    whole = {"heath_birds": "V", "pool_newts": "U"}
    name = members["polygon_id"].str.removeprefix("map:")  # of the workflow
    name = name.replace({"C1": "C", "C2": "C"})
    name = pd.Series(whole[group], members.index) if group in whole else name
    per_patch = name.groupby(members["patch_id"])
    return per_patch.agg(lambda names: "+".join(sorted(set(names)))).to_dict()
