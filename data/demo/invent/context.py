"""What lies over the land: reserves, plans, candidate parcels, administration."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from invent import land, shapes
from invent.vegetation import choose

CRS = "EPSG:31370"
# name, manager, cores that it covers (of land.CORES) or massif, share of their cells
RESERVES = [
    ("Witte Duinen west", "Landschapsfonds Kustland", "Witte Duinen", (0, 3900)),
    ("Witte Duinen oost", "Natuurvereniging De Kluut", "Witte Duinen", (3900, 6300)),
    ("Noordduinen", "Landschapsfonds Kustland", "Noordduinen", (11_000, 14_400)),
    ("De Grote Moere", "Natuurvereniging De Kluut", "Grote Moere", 0.75),
    ("Moerrietland", "Natuurvereniging De Kluut", "Moerrietland", 0.95),
    ("Brugveldse Broeken", "Landschapsfonds Kustland", "Brugveldse Broeken", 0.6),
    ("Galgenheide", "Landschapsfonds Zandland", "Galgenheide", 0.9),
    ("Witte Zandheide", "Heidestichting Zandland", "Witte Zandheide", 0.8),
    ("Papenbos", "Landschapsfonds Zandland", "Papenbos", 0.7),
    ("Slikke van Sint-Odo", "Natuurvereniging De Kluut", "Slikke van Sint-Odo", 1.0),
]
SEATS = [
    ("Zeebrink", "Kustland", 23_800, 196_600),
    ("Duinmonde", "Kustland", 28_900, 198_600),
    ("Sint-Odo", "Kustland", 35_300, 200_700),
    ("Oostmoere", "Zandland", 25_600, 192_700),
    ("Brugveld", "Zandland", 30_900, 194_900),
    ("Heidekerke", "Zandland", 35_900, 194_400),
]
# what a parcel near this kind of nature can become
TARGETS = {
    "wet_grassland": [("rbbhc", 3), ("rbbvos", 3), ("6410_ve", 2), ("6510_hu", 3)],
    "marsh": [("rbbmr", 4), ("7140_meso", 2)],
    "heath": [("4030", 4), ("4010", 2), ("2330_bu", 2), ("6230_hn", 1)],
    "forest": [("9120", 3), ("9190", 3), ("91E0_vm", 1)],
    "dunes": [("2130_had", 3), ("2190_mp", 3), ("2180", 1)],
    "salt_marsh": [("1330_da", 1)],
}
EUR_PER_HA = {
    "arable": 62_000, "arable_clay": 68_000, "grass": 48_000, "grass_ditch": 42_000,
    "pine": 17_000, "poplar": 21_000, "orchard": 70_000, "camping": 140_000,
}  # fmt: skip
WORDS = {
    "pine": "naaldhout", "poplar": "populieren", "camping": "kampeerterrein",
    "orchard": "boomgaard", "grass": "weiland", "grass_ditch": "weiland",
}  # fmt: skip
LAND_COVER = {
    "forest": "dune_forest oak_birch oak_beech oak_hornbeam alder old_pine pine poplar",
    "scrub": "dune_scrub willow thorn gale",
    "heath": "dune_heath dry_heath sand_heath wet_heath peat_slit bog",
    "dune": "embryo_dune white_dune young_grey_dune grey_dune slack inland_dune",
    "marsh": "reed sedge fen lime_fen salt_marsh glasswort",
    "water": "slack_pool lake plain_pond soft_pool dark_pool canal",
    "semi_natural_grassland": "hay_meadow crested_grass foxtail marigold blue_grass"
    " silverweed poor_grass",
    "improved_grassland": "grass grass_ditch",
    "arable": "arable arable_clay",
    "orchard": "orchard",
    "urban_green": "park camping built_open",
    "built_up": "built industry",
    "paved": "road_verge",
    "bare": "beach",
}
OWNERS = [("particulier", 10), ("gemeente", 3), ("provincie", 2), ("polderbestuur", 2)]
OWNERS += [("OCMW", 2), ("natuurvereniging", 1), ("kerkfabriek", 1)]


def roads_layer(roads):
    """Roads, railway and canal as lines."""
    rows = [{"road_type": kind, "name": name} for kind, name, _ in roads]
    return gpd.GeoDataFrame(rows, geometry=[line for _, _, line in roads], crs=CRS)


def study_area_layer(habitat):
    """Join the land and the beach into one polygon."""
    row = {"name": ["Kust en polder"]}
    return gpd.GeoDataFrame(row, geometry=[habitat.union_all()], crs=CRS)


def land_cover_layer(habitat):
    """Tell what covers the land, in the words of config/resistance.csv."""
    cover = {name: kind for kind, names in LAND_COVER.items() for name in names.split()}
    kinds = habitat["vegetation"].map(cover)
    if kinds.isna().any():
        raise ValueError(f"no cover for {set(habitat['vegetation'][kinds.isna()])}")
    parts = habitat[["geometry"]].assign(land_cover=kinds)
    return parts.dissolve("land_cover").explode().reset_index()


def crossings_layer():
    """Place an ecoduct over the motorway and a culvert under it."""
    motorway = land.curve(land.MOTORWAY)
    rows = [("Ecoduct E-weg", 0.62), ("Faunatunnel Moere", 0.2)]
    points = [motorway.interpolate(share, normalized=True) for _, share in rows]
    return gpd.GeoDataFrame({"name": [n for n, _ in rows]}, geometry=points, crs=CRS)


def core_of(habitat):
    """Name of the nature core or dune massif that each polygon belongs to."""
    xy = shapely.get_coordinates(habitat.representative_point())
    found = np.full(len(habitat), "", dtype=object)
    zone = habitat["zone"].to_numpy()
    nature = np.isin(zone, ["wet_grassland", "marsh", "heath", "forest", "salt_marsh"])
    nature |= np.isin(zone, ["pond", "bog"])
    nearest = np.full(len(habitat), 1.6)
    for name, kind, x, y, radius, stretch, _ in land.CORES:
        away = np.hypot(xy[:, 0] - x, xy[:, 1] - y) / (radius * stretch)
        same = np.isin(zone, [kind, "pond", "bog"]) & nature
        better = same & (away < nearest)
        found[better], nearest[better] = name, away[better]
    s = (xy - land.BASE) @ land.ALONG
    for name, middle, half, _ in land.MASSIFS:
        inside = np.isin(zone, ["dunes", "slack"]) & (np.abs(s - middle) < half * 1.15)
        found[inside] = name
    return found


def nature_areas_layer(habitat, rng):
    """Ten reserves, each with the name of its manager."""
    s = (shapely.get_coordinates(habitat.centroid) - land.BASE) @ land.ALONG
    rows, shapes_ = [], []
    for name, manager, core, part in RESERVES:
        inside = (habitat["core"] == core).to_numpy()
        if isinstance(part, tuple):
            inside = inside & (s >= part[0]) & (s < part[1])
            inside &= ~habitat["vegetation"].isin(["built", "built_open"]).to_numpy()
        else:
            centre = habitat.geometry[inside].union_all().centroid
            away = habitat.geometry.centroid.distance(centre)
            far = away[inside].quantile(part)
            near = (away <= far).to_numpy() | (rng.random(len(habitat)) < 0.2)
            inside = inside & near
        rows.append({"name": name, "manager": manager})
        shapes_.append(habitat.geometry[inside].union_all())
    return gpd.GeoDataFrame(rows, geometry=shapes_, crs=CRS)


def plans_layer(study_area, rng):
    """Eight spatial plans: where land use changes anyway."""
    motorway, canal = land.curve(land.MOTORWAY), land.curve(land.CANAL)
    east = shapely.box(29_500, 190_000, 34_500, 204_000)
    west = shapely.box(24_500, 190_000, 30_500, 204_000)
    plans = [
        ("Ruilverkaveling Grote Moere", 2028, "landinrichting",
         blob_at(25_300, 193_500, 1500, rng, 1.3)),
        ("Verbreding E-weg", 2030, "weg", motorway.buffer(160).intersection(east)),
        ("Vaartverbreding", 2032, "waterweg", canal.buffer(190).intersection(west)),
        ("Waterberging Brugveld", 2027, "waterberging",
         blob_at(32_100, 198_400, 620, rng, 1.4)),
        ("Woonuitbreiding Heidekerke", 2029, "wonen",
         blob_at(34_300, 193_900, 420, rng, 1.2)),
        ("Kustveiligheid Noordduinen", 2031, "kustveiligheid",
         land.strip(10_800, 14_200, 150, 420)),
        ("Zandwinning Vossenhoek", 2033, "ontginning",
         blob_at(36_300, 191_700, 430, rng, 1.2)),
        ("Herinrichting Duinmonde-Bad", 2028, "toerisme",
         land.strip(5_700, 7_300, 700, 1650)),
    ]  # fmt: skip
    rows = [{"name": n, "year": year, "kind": kind} for n, year, kind, _ in plans]
    outline = study_area.geometry.iloc[0]
    shapes_ = [largest(g.intersection(outline)) for *_, g in plans]
    return gpd.GeoDataFrame(rows, geometry=shapes_, crs=CRS)


def blob_at(x, y, radius, rng, stretch):
    """Draw a rounded plan area."""
    return shapes.blob(x, y, radius, rng, stretch=stretch, angle_deg=20)


def largest(geometry):
    """Take the largest polygon of a geometry, on the grid."""
    parts = shapes.polygons_of([shapely.set_precision(geometry, shapes.GRID_M)])
    return max(parts, key=lambda p: p.area)


def candidates_layer(habitat, rng, n=120):
    """Parcels that could become nature, near and between what is there."""
    kinds = {name: kind for name, kind, *_ in land.CORES}
    kinds |= {name: "dunes" for name, *_ in land.MASSIFS}
    farmed = habitat[
        habitat["vegetation"].isin(EUR_PER_HA) & habitat.area.between(3000, 95_000)
    ]
    rows, shapes_ = [], []
    wanted = {"dunes": 26, "wet_grassland": 34, "heath": 26, "forest": 14, "marsh": 12}
    for kind, number in wanted.items():
        names = [name for name, k in kinds.items() if k == kind]
        core = habitat[
            habitat["core"].isin(names) & (habitat["HAB1"].str.strip() != "gh")
        ]
        gap = shapely.distance(farmed.geometry.to_numpy(), core.union_all())
        weight = np.where(gap < 5, 5.0, np.exp(-gap / 450)) * (gap < 1500)
        weight *= ~farmed.index.isin([r["face"] for r in rows])
        weight *= np.where((farmed["zone"] == "dunes") == (kind == "dunes"), 1, 0.04)
        chosen = rng.choice(len(farmed), number, replace=False, p=weight / weight.sum())
        for i in np.sort(chosen):
            parcel = farmed.iloc[i]
            code = choose(TARGETS[kind], rng.random())
            was = parcel["vegetation"]
            rows.append({"face": farmed.index[i], "code": code, "was": was})
            shapes_.append(parcel.geometry)
    free = habitat.drop(index=[r["face"] for r in rows])
    for face, pool in new_pools(free, rng, n - len(rows)):
        rows.append({"face": face, "code": "3130_aom", "was": "grass"})
        shapes_.append(pool)
    return describe_parcels(rows, shapes_, rng)


def new_pools(habitat, rng, n):
    """Places for new pools in grassland between heath, marsh and wet grassland."""
    wet = habitat[habitat["zone"].isin(["heath", "wet_grassland", "marsh"])].union_all()
    grass = habitat[habitat["vegetation"].isin(["grass", "grass_ditch"])]
    gap = shapely.distance(grass.geometry.to_numpy(), wet)
    near = grass[(gap < 700) & (grass.area > 15_000)]
    pools = []
    for i in np.sort(rng.choice(len(near), n, replace=False)):
        middle = near.geometry.iloc[i].representative_point()
        pool = shapes.blob(middle.x, middle.y, rng.uniform(25, 45), rng)
        pool = largest(pool.intersection(near.geometry.iloc[i]))
        pools.append((near.index[i], pool))
    return pools


def describe_parcels(rows, shapes_, rng):
    """Name, share, cost, owner and year of each candidate parcel."""
    table = gpd.GeoDataFrame(rows, geometry=shapes_, crs=CRS)
    middle = shapely.get_coordinates(table.centroid)
    table = table.iloc[np.lexsort((middle[:, 1], middle[:, 0]))].reset_index(drop=True)
    seats = shapely.points([(x, y) for _, x, y, _ in land.VILLAGES])
    nearest = shapely.STRtree(seats).nearest(table.centroid.to_numpy())
    names = [
        f"{WORDS.get(was, 'akker')} bij {land.VILLAGES[i][0]}"
        for was, i in zip(table["was"], nearest, strict=True)
    ]
    per_ha = table["was"].map(EUR_PER_HA) * rng.uniform(0.8, 1.3, len(table))
    cost = (table.area / 1e4 * per_ha / 500).round() * 500
    parcels = pd.DataFrame({
        "parcel_id": [f"P{i + 1:03d}" for i in range(len(table))],
        "name": names,
        "target_code": table["code"],
        "target_share": rng.choice([0.6, 0.7, 0.8, 0.9, 1.0], len(table)),
        "cost_eur": cost.where(rng.random(len(table)) > 0.08),
        "owner": [choose(OWNERS, u) for u in rng.random(len(table))],
        "ready_year": pd.array(rng.integers(2026, 2035, len(table)), dtype="Int64"),
        "excluded": rng.random(len(table)) < 0.06,
    })  # fmt: skip
    parcels.loc[rng.random(len(table)) < 0.3, "ready_year"] = pd.NA
    return gpd.GeoDataFrame(parcels, geometry=table.geometry, crs=CRS)


def administration(study_area):
    """Six municipalities that fill the study area, in two provinces."""
    outline = study_area.geometry.iloc[0]
    seats = shapely.points([(x, y) for *_, x, y in SEATS])
    frame = shapely.box(*land.WINDOW.buffer(4000).bounds)
    cells = shapely.voronoi_polygons(shapely.multipoints(seats), extend_to=frame)
    lines = shapes.edges_of(shapely.get_parts(cells))
    lines = [shapely.segmentize(line, 250) for line in lines]
    lines = shapes.bend(lines, lambda x, y: np.full(np.shape(x), 25.0), 31)
    faces = shapes.faces_of(lines)
    nearest = shapely.STRtree(seats).nearest(shapely.point_on_surface(faces))
    rows = [{"name": name, "province": province} for name, province, _, _ in SEATS]
    parts = [
        shapely.union_all(faces[nearest == seat]).intersection(outline)
        for seat in range(len(SEATS))
    ]
    municipalities = gpd.GeoDataFrame(rows, geometry=parts, crs=CRS)
    provinces = municipalities.dissolve("province", as_index=False)
    provinces = provinces[["province", "geometry"]].rename(columns={"province": "name"})
    return municipalities, provinces
