"""What grows where: from zones to habitat polygons in the BWK column model."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from invent import land, shapes

# vegetation: BWK units, value, habitat code, what it is mixed with
VEGETATION = {
    "beach": (["dl"], "wz", "1140", ["gh"]),
    "embryo_dune": (["dlo"], "z", "2110", ["2120"]),
    "white_dune": (["dm"], "z", "2120", ["2130_had", "gh"]),
    "young_grey_dune": (["hd"], "z", "2130_hd", ["2120", "2160"]),
    "grey_dune": (["dd"], "z", "2130_had", ["2120", "2150", "gh"]),
    "dune_heath": (["hdb"], "z", "2150", ["2130_had"]),
    "dune_scrub": (["sd"], "z", "2160", ["2130_had", "2170", "gh"]),
    "dune_forest": (["ru"], "wz", "2180", ["2160", "gh"]),
    "slack": (["mp"], "z", "2190_mp", ["2170", "2190_overig"]),
    "slack_pool": (["ah"], "z", "2190_a", ["2190_mp"]),
    "hay_meadow": (["hu"], "z", "6510_hu", ["rbbkam", "gh"]),
    "crested_grass": (["hpr"], "wz", "rbbkam", ["rbbvos", "gh"]),
    "foxtail": (["hpr+"], "z", "rbbvos", ["rbbkam", "rbbhc", "gh"]),
    "marigold": (["hc"], "z", "rbbhc", ["6410_ve", "rbbmc"]),
    "blue_grass": (["hm"], "z", "6410_ve", ["rbbhc", "rbbms"]),
    "silverweed": (["hpr+da"], "z", "rbbzil", ["rbbvos", "gh"]),
    "reed": (["mr"], "z", "rbbmr", ["rbbmc", "rbbsf"]),
    "sedge": (["mc"], "z", "rbbmc", ["rbbmr", "7140_meso"]),
    "fen": (["md"], "z", "7140_meso", ["rbbms", "rbbmr"]),
    "lime_fen": (["mk"], "z", "7230", ["6410_ve"]),
    "lake": (["ae"], "wz", "3150", ["rbbmr"]),
    "plain_pond": (["ae"], "w", "gh", ["rbbmr", "3150"]),
    "soft_pool": (["ao"], "z", "3130_aom", ["3160"]),
    "dark_pool": (["aom"], "z", "3160", ["3130_aom"]),
    "dry_heath": (["cg"], "z", "4030", ["2310", "gh"]),
    "sand_heath": (["cgb"], "z", "2310", ["4030", "2330_bu"]),
    "inland_dune": (["ha"], "z", "2330_bu", ["2310", "gh"]),
    "wet_heath": (["ce"], "z", "4010", ["7150", "4030"]),
    "peat_slit": (["ces"], "z", "7150", ["4010"]),
    "bog": (["t"], "z", "7110", ["7140_oli"]),
    "gale": (["sm"], "z", "rbbsm", ["4010"]),
    "poor_grass": (["hn"], "z", "6230_hn", ["4030", "rbbha"]),
    "oak_birch": (["qb"], "z", "9190", ["9120", "gh"]),
    "oak_beech": (["fs"], "z", "9120", ["9190", "gh"]),
    "oak_hornbeam": (["qa"], "z", "9160", ["9120"]),
    "alder": (["vm"], "z", "91E0_vm", ["rbbsf", "91E0_vn"]),
    "willow": (["sf"], "w", "rbbsf", ["rbbmr"]),
    "thorn": (["sp"], "wz", "rbbsp", ["gh"]),
    "old_pine": (["ppms"], "wz", "rbbppm", ["gh"]),
    "pine": (["pms"], "m", "gh", ["rbbppm"]),
    "poplar": (["lhb"], "m", "gh", ["91E0_vn"]),
    "salt_marsh": (["da"], "z", "1330_da", ["1310_zk", "rbbzil"]),
    "glasswort": (["ds"], "z", "1310_zk", ["1330_da"]),
    "arable": (["bs"], "m", "gh", []),
    "arable_clay": (["bk"], "m", "gh", []),
    "grass": (["hp"], "m", "gh", []),
    "grass_ditch": (["hp+", "kn"], "mw", "gh", ["rbbkam"]),
    "orchard": (["kl"], "m", "gh", []),
    "camping": (["uv"], "m", "gh", []),
    "built": (["ua"], "m", "gh", []),
    "built_open": (["ur"], "m", "gh", []),
    "industry": (["ui"], "m", "gh", []),
    "park": (["kp"], "mw", "gh", []),
    "road_verge": (["wat"], "m", "gh", []),
    "canal": (["wat"], "m", "gh", []),
}
# kind of zone: mean cell [m2], how it is cut
CUTS = {
    "dunes": (25_000, "cells"),
    "beach": (150_000, "fields"),
    "village": (75_000, "cells"),
    "heath": (17_000, "cells"),
    "forest": (42_000, "cells"),
    "marsh": (24_000, "cells"),
    "wet_grassland": (31_000, "fields"),
    "salt_marsh": (20_000, "cells"),
    "bog": (16_000, "cells"),
    "ridge": (98_000, "fields"),
    "polder": (155_000, "fields"),
}
ALWAYS_WHOLE = {
    "slack", "pond", "fen", "dry_relict", "wet_relict", "motorway", "canal"
}  # fmt: skip
# mosaics only inside the nature cores: outside them one code says it all
PLAIN_ZONES = {"polder", "ridge"}


def softness(x, y):
    """How far natural edges may bend [m]: dunes and inland nature, not the fields."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    s = (np.stack([x, y], -1) - land.BASE) @ land.ALONG
    inside = land.dune_depth(s) - land.coast_distance(x, y)
    soft = 15 / (1 + np.exp(-(inside - 60) / 60))
    for _, kind, cx, cy, r, _, _ in land.CORES:
        size = 3 if kind == "wet_grassland" else 15
        away = np.minimum(np.hypot(x - cx, y - cy) / r, 5)
        soft = np.maximum(soft, size / (1 + np.exp((away - 1.15) * 12)))
    return soft


def tile(zones, roads, rng):
    """Cut the zones into polygons that share their edges.

    Returns the faces, and for each the kind and name of its zone.
    """
    lines = []
    road_lines = [line for kind, _, line in roads if kind != "canal"]
    for kind, _, shape in zones:
        lines.append(shape.boundary)
        if kind in ALWAYS_WHOLE:
            continue
        size, manner = CUTS[kind]
        if manner == "cells":
            pieces = shapes.cells(shape, round(shape.area / size), rng)
        else:
            pieces = blocks(shape, road_lines, kind, rng)
            pieces = [f for b in pieces for f in shapes.farm_fields(b, size, rng)]
        lines += list(shapes.edges_of(pieces))
    edges = shapes.bend(shapes.node(lines), softness, 72)
    faces = shapes.faces_of(edges)
    kinds = [k for k, _, _ in zones]
    outlines = [
        shapely.polygonize(shapes.bend(shapes.node([z.boundary]), softness, 72))
        for _, _, z in zones
    ]
    tree = shapely.STRtree([shapely.union_all(shapely.get_parts(o)) for o in outlines])
    face, zone = tree.query(shapely.point_on_surface(faces), predicate="intersects")
    first = pd.Series(zone).groupby(face).min()  # holes hold the zones before them
    first = first.reindex(range(len(faces)))
    faces, first = faces[first.notna()], first.dropna().astype(int).to_numpy()
    limit = [60 if kinds[z] in ALWAYS_WHOLE else 1500 for z in first]
    label = [kinds[z] if kinds[z] not in ALWAYS_WHOLE else int(z) for z in first]
    faces, label = shapes.merge_small(faces, label, limit)
    zone_of = [kinds[z] if isinstance(z, int) else z for z in label]
    name_of = [zones[z][1] if isinstance(z, int) else "" for z in label]
    return faces, zone_of, name_of


def blocks(shape, road_lines, kind, rng):
    """Blocks of farmland between roads and old ditches."""
    size = 1_100_000 if kind == "polder" else 600_000
    old = shapes.cells(shape, max(1, round(shape.area / size)), rng)
    lines = [*shapes.edges_of(old)]
    if kind in ("polder", "ridge"):
        lines += [line.intersection(shape) for line in road_lines]
    faces = shapes.faces_of(lines)
    return [f for f in faces if shape.contains(f.representative_point())]


def choose(options, u):
    """Pick from (name, weight) pairs by a number between 0 and 1."""
    weights = np.array([w for _, w in options], float)
    at = np.searchsorted(np.cumsum(weights / weights.sum()), u)
    return options[min(at, len(options) - 1)][0]


def vegetation_of(zone, name, x, y, area_m2, u, field):
    """Name of the vegetation of one polygon, from its place and two fields."""
    wet, rich = field["wet"](x, y), field["rich"](x, y)
    if zone == "dunes":
        return dune_vegetation(x, y, wet, rich, u)
    if zone in ("heath", "bog"):
        return heath_vegetation(zone, wet, rich, u)
    if zone == "pond":
        kinds = {
            "heath": [("soft_pool", 6), ("dark_pool", 3)],
            "marsh": [("lake", 8), ("soft_pool", 1)],
            "wet_grassland": [("lake", 4), ("soft_pool", 2), ("plain_pond", 3)],
            "polder": [("plain_pond", 6), ("lake", 2)],
        }
        return choose(kinds[name], u)
    options = {
        "beach": [("beach", 1)],
        "slack": [("slack", 6 if area_m2 > 500 else 1), ("slack_pool", 0.5)],
        "fen": [("lime_fen", 1)],
        "dry_relict": [("dry_heath", 5), ("sand_heath", 2), ("poor_grass", 1)],
        "wet_relict": [("wet_heath", 4), ("peat_slit", 2)],
        "motorway": [("road_verge", 1)],
        "canal": [("canal", 1)],
        "village": [
            ("built", 5), ("built_open", 4), ("park", 1), ("industry", 1), ("grass", 1)
        ],
        "salt_marsh": [("salt_marsh", 4), ("glasswort", 2)],
        "marsh": [
            ("reed", 5 + 3 * wet), ("sedge", 2), ("fen", 2), ("willow", 2 - wet),
            ("alder", 1), ("grass", 0.5),
        ],
        "wet_grassland": [
            ("foxtail", 3 + 2 * wet), ("crested_grass", 3), ("hay_meadow", 2.5),
            ("marigold", 1.5 - rich), ("blue_grass", 1 - 1.5 * rich),
            ("silverweed", 0.6), ("grass", 2.0 + rich), ("arable", 0.8),
        ],
        "forest": [
            ("oak_beech", 4), ("oak_birch", 3 - rich), ("oak_hornbeam", 1 + rich),
            ("alder", 1 + wet), ("pine", 2), ("old_pine", 1), ("poplar", 1),
            ("grass", 0.4),
        ],
        "ridge": [
            ("arable", 5), ("grass", 4), ("grass_ditch", 0.8), ("orchard", 0.3),
            ("pine", 0.6), ("poplar", 0.3), ("poor_grass", 0.06), ("thorn", 0.12),
            ("oak_birch", 0.35), ("built_open", 0.25),
        ],
        "polder": [
            ("arable_clay", 7), ("arable", 2), ("grass", 4 + 1.5 * wet),
            ("grass_ditch", 1.2), ("crested_grass", 0.12), ("poplar", 0.12),
            ("built_open", 0.12), ("reed", 0.05),
        ],
    }[zone]  # fmt: skip
    return choose([(n, max(w, 0.01)) for n, w in options], u)


def dune_vegetation(x, y, wet, rich, u):
    """Zonation from the sea inward: marram, moss dune, scrub, forest."""
    depth = land.coast_distance(x, y) - land.BEACH_M
    s = (np.array([x, y]) - land.BASE) @ land.ALONG
    full = land.dune_depth(s) - land.BEACH_M
    share = depth / full
    if depth < 110:
        options = [("white_dune", 7), ("embryo_dune", 1), ("young_grey_dune", 1.5)]
        return choose([*options, ("built", 0.3)], u)
    if share > 0.8:
        options = [("dune_forest", 3), ("dune_scrub", 2), ("camping", 2 + rich)]
        options += [("grass", 1.5), ("built_open", 1), ("thorn", 1), ("grey_dune", 1)]
    elif share > 0.5:
        options = [("grey_dune", 5 - 2 * rich), ("dune_scrub", 4 + 2 * rich)]
        options += [("dune_forest", 1.2 + wet), ("dune_heath", 0.8), ("camping", 0.3)]
    else:
        options = [("grey_dune", 6), ("dune_scrub", 2 + rich), ("white_dune", 1.5)]
        options += [("dune_heath", 0.4)]
    return choose([(n, max(w, 0.01)) for n, w in options], u)


def heath_vegetation(zone, wet, rich, u):
    """Bog in the core, wet heath in the hollows, dry heath and sand on the rises."""
    if zone == "bog":
        return choose([("bog", 4), ("peat_slit", 1), ("gale", 0.5)], u)
    if wet > 0.75:
        options = [("wet_heath", 5), ("peat_slit", 1), ("gale", 1), ("oak_birch", 1)]
    elif rich > 0.7:
        options = [("pine", 3), ("old_pine", 2), ("oak_birch", 3), ("grass", 1)]
    elif wet < -0.7:
        options = [("inland_dune", 3), ("sand_heath", 3), ("dry_heath", 1)]
    else:
        options = [("dry_heath", 4), ("sand_heath", 1), ("poor_grass", 0.7)]
        options += [("oak_birch", 1.5), ("pine", 2), ("wet_heath", 0.5)]
    return choose(options, u)


def habitat_layer(faces, zone_of, name_of, rng):
    """Make the habitat map: one row per face, columns of the Habitatkaart."""
    field = {"wet": shapes.SmoothField(3, 900), "rich": shapes.SmoothField(4, 1300)}
    points = shapely.get_coordinates(shapely.point_on_surface(faces))
    rows = []
    for face, zone, name, (x, y) in zip(faces, zone_of, name_of, points, strict=True):
        kind = vegetation_of(zone, name, x, y, face.area, rng.random(), field)
        rows.append({"vegetation": kind, **attributes(kind, zone, rng)})
    rows = pd.DataFrame(rows)
    number = 400_000 + np.arange(len(rows)) * 7
    new = rng.random(len(rows)) < 0.35
    rows.insert(0, "UIDN", 900_000 + np.arange(len(rows)))
    rows.insert(1, "OIDN", 10_000 + np.arange(len(rows)))
    years = np.where(new, "v2023", "v2014")
    rows.insert(2, "TAG", [f"{n}_{y}" for n, y in zip(number, years, strict=True)])
    blank = rows.select_dtypes(["object", "string"]).columns
    for column in blank:  # newer records of the real map hold a space for nothing
        rows.loc[new & (rows[column] == ""), column] = " "
    return gpd.GeoDataFrame(rows, geometry=list(faces), crs="EPSG:31370")


def attributes(kind, zone, rng):
    """BWK units, value, habitat codes and shares of one polygon."""
    units, value, code, mixed = VEGETATION[kind]
    parts = [(code, 100)]
    chance = 0.12 if zone in ALWAYS_WHOLE else 0.32
    if mixed and zone not in PLAIN_ZONES and rng.random() < chance:
        second = mixed[rng.integers(len(mixed))]
        share = int(rng.choice([10, 20, 30, 40]))
        parts = [(code, 100 - share), (second, share)]
        others = [m for m in mixed if m != second]
        if others and share <= 30 and rng.random() < 0.3:
            parts = [(code, 90 - share), (second, share), (others[0], 10)]
    units = list(units)
    for extra, _ in parts[1:]:
        fitting = [v[0][0] for v in VEGETATION.values() if v[2] == extra != "gh"]
        units += fitting[:1]
    row = {"EVAL": value}
    row |= {f"EENH{i}": units[i - 1] if i <= len(units) else "" for i in range(1, 9)}
    row |= {"V1": "", "V2": "", "V3": ""}
    row |= {"HERK": str(rng.choice(["036", "224", "00l"]))}
    row |= {"INFO": "", "BWKLABEL": " + ".join(units)}
    for i in range(1, 6):
        code_i, share_i = parts[i - 1] if i <= len(parts) else ("", 0)
        row |= {f"HAB{i}": code_i, f"PHAB{i}": share_i}
    source = str(rng.choice(["a", "b", "q"]))
    legend = parts[0][0] if len(parts) == 1 else f"{parts[0][0]}, mozaïek"
    row |= {"HERKHAB": source, "HERKPHAB": source}
    return row | {"HABLEGENDE": "gh" if parts[0][0] == "gh" else legend}
