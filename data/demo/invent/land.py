"""The plan of the landscape: coast, dunes, polder, ridge, villages, waters, roads.

Everything here is drawn by hand in Lambert 72 metres; only the outlines are
roughened by chance. Along the coast a place is (s, d): s metres along a straight
base line from the south-west, d metres inland of the beach's seaward edge.
"""

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon, box

from invent.shapes import SmoothField, blob, scatter

WINDOW = box(22_000, 191_000, 38_000, 203_000)
BASE = np.array([22_000.0, 197_300.0])
ALONG = np.array([np.cos(np.arctan(0.37)), np.sin(np.arctan(0.37))])
INLAND = np.array([ALONG[1], -ALONG[0]])
COAST_WAVE = SmoothField([72, 1], 4200)
EDGE_WAVE = SmoothField([72, 2], 1700)

BEACH_M = 190
# name, s, half length [m], extra width [m] of the two dune massifs
MASSIFS = [("Witte Duinen", 3900, 2300, 1250), ("Noordduinen", 12_300, 1500, 850)]
# name, s from, s to: coast resorts built over the dunes
RESORTS = [
    ("Zeebrink-Bad", 400, 1500),
    ("Duinmonde-Bad", 6900, 9600),
    ("Sint-Odo-Bad", 14_500, 15_900),
]
# name, x, y, radius [m]
VILLAGES = [
    ("Zeebrink", 23_300, 195_700, 420),
    ("Duinmonde", 28_600, 198_000, 520),
    ("Oostmoere", 26_300, 193_000, 380),
    ("Sint-Odo", 35_600, 200_900, 430),
    ("Brugveld", 31_600, 196_300, 450),
    ("Heidekerke", 34_900, 194_600, 480),
    ("Zandegem", 30_900, 192_900, 400),
    ("Westhof", 23_600, 192_300, 260),
    ("Lage Poort", 34_100, 198_300, 240),
    ("Vossenhoek", 36_900, 191_900, 280),
]
# name, kind, x, y, radius [m], stretch, angle: nature inland
CORES = [
    ("Grote Moere", "wet_grassland", 24_500, 194_000, 850, 1.25, 15),
    ("Grote Moere oost", "wet_grassland", 27_900, 195_300, 560, 1.3, 20),
    ("Brugveldse Broeken", "wet_grassland", 31_100, 198_700, 700, 1.35, 25),
    ("Sint-Odopolder", "wet_grassland", 36_500, 198_900, 620, 1.1, 10),
    ("Moerrietland", "marsh", 25_900, 194_700, 560, 1.2, 30),
    ("Kreek van Brugveld", "marsh", 32_700, 199_500, 330, 1.9, 20),
    ("Blauwhuisput", "marsh", 29_300, 194_300, 260, 1.2, 60),
    ("Galgenheide", "heath", 32_600, 193_200, 880, 1.25, 10),
    ("Witte Zandheide", "heath", 36_900, 193_700, 560, 1.1, 40),
    ("Vossenbergen", "heath", 34_600, 191_750, 330, 1.4, 10),
    ("Klein Heiken", "heath", 28_300, 191_800, 150, 1.2, 0),
    ("Papenbos", "forest", 29_650, 192_000, 760, 1.3, 5),
    ("Hoge Bos", "forest", 35_900, 195_600, 700, 1.2, 100),
    ("Vossenbos", "forest", 35_700, 192_600, 560, 1.4, 60),
    ("Kapelbos", "forest", 29_700, 197_500, 260, 1.3, 40),
    ("Slikke van Sint-Odo", "salt_marsh", 36_700, 201_700, 300, 1.5, 20),
]
CANAL = [(22_000, 195_100), (25_300, 196_150), (28_900, 196_700), (33_000, 199_150)]
CANAL += [(35_200, 199_900), (38_000, 200_600)]
MOTORWAY = [(22_000, 192_900), (25_500, 193_700), (29_000, 195_100)]
MOTORWAY += [(33_500, 197_100), (38_000, 198_000)]
RAILWAY = [(31_300, 191_000), (31_350, 194_700), (30_200, 197_500), (28_950, 199_400)]
# roads join villages; each pair names two of them (or a point of the map's edge)
ROADS = [
    ("Zeebrink", "Duinmonde"), ("Duinmonde", "Sint-Odo"), ("Zeebrink", "Oostmoere"),
    ("Zeebrink", "Westhof"), ("Westhof", "Oostmoere"), ("Oostmoere", "Zandegem"),
    ("Zandegem", "Brugveld"), ("Brugveld", "Duinmonde"), ("Brugveld", "Heidekerke"),
    ("Heidekerke", "Vossenhoek"), ("Brugveld", "Lage Poort"),
    ("Lage Poort", "Sint-Odo"), ("Zandegem", "Heidekerke"),
    ("Heidekerke", "Lage Poort"), ("Vossenhoek", (38_000, 191_500)),
    ("Westhof", (22_000, 191_600)), ("Sint-Odo", (38_000, 201_300)),
]  # fmt: skip


def coast_point(s, d):
    """Map coordinates of coast coordinates (s along, d inland) [m]."""
    s, d = np.asarray(s, float), np.asarray(d, float)
    wave = 130 * COAST_WAVE(s, 0)
    return BASE + s[..., None] * ALONG + (d + wave)[..., None] * INLAND


def coast_distance(x, y):
    """Distance inland of the beach's seaward edge [m], negative at sea."""
    place = np.stack([np.asarray(x, float), np.asarray(y, float)], -1) - BASE
    return place @ INLAND - 130 * COAST_WAVE(place @ ALONG, 0)


def dune_depth(s):
    """Inland edge of the dunes [m from the sea] at each place along the coast."""
    depth = BEACH_M + 330 + 60 * EDGE_WAVE(s, 0)
    for _, middle, half, extra in MASSIFS:
        depth = depth + extra * np.exp(-(((s - middle) / half) ** 4))
    return depth


def strip(s_from, s_to, d_from, d_to):
    """Strip of coast between two depths, each a number or an array along it."""
    s = np.arange(s_from, s_to + 1, 100.0)
    near = coast_point(s, np.broadcast_to(d_from, s.shape))
    far = coast_point(s, np.broadcast_to(d_to, s.shape))
    return Polygon(np.r_[near, far[::-1]]).buffer(0).intersection(WINDOW)


def curve(points, rng=None, wiggle_m=0.0):
    """Draw a smooth line through hand-drawn points."""
    line = LineString(points)
    stops = np.arange(0, line.length + 200, 200)
    xy = np.array([line.interpolate(d).coords[0] for d in stops])
    for _ in range(6):
        xy[1:-1] = (xy[:-2] + xy[1:-1] * 2 + xy[2:]) / 4
    if rng is not None:
        fade = np.sin(np.linspace(0, np.pi, len(xy))) ** 0.5
        field = SmoothField(int(rng.integers(1 << 30)), 1500)
        xy = xy + (wiggle_m * fade * field(*xy.T))[:, None] * INLAND
    return LineString(xy)


def road_lines(rng):
    """Every road, railway and canal: list of (road_type, name, LineString)."""
    places = {name: (x, y) for name, x, y, _ in VILLAGES}
    lines = [
        ("motorway", "E-weg", curve(MOTORWAY)),
        ("canal", "Vaart", curve(CANAL)),
        ("railway", "Spoor", curve(RAILWAY)),
    ]
    s = np.arange(-500, 19_000, 100.0)
    coast_road = LineString(coast_point(s, dune_depth(s) + 45)).intersection(WINDOW)
    lines.append(("road", "Kustweg", coast_road))
    for start, end in ROADS:
        ends = [places.get(p, p) if isinstance(p, str) else p for p in (start, end)]
        name = " - ".join(p for p in (start, end) if isinstance(p, str))
        lines.append(("road", name, curve(ends, rng, 90)))
    for _, s_from, s_to in RESORTS:
        middle = (s_from + s_to) / 2
        sea_end = coast_point(np.array([middle]), np.array([BEACH_M + 60.0]))[0]
        village = min(places.values(), key=lambda p: np.hypot(*(sea_end - p)))
        lines.append(("road", "Badweg", curve([village, tuple(sea_end)], rng, 40)))
    return [
        (kind, name, shapely.intersection(line, WINDOW)) for kind, name, line in lines
    ]


def slacks(dunes, rng):
    """Dune slacks: many small ones, a few large, drawn out along the coast."""
    shapes = []
    for name, middle, half, extra in MASSIFS:
        massif = strip(middle - half, middle + half, BEACH_M + 170, BEACH_M + extra)
        massif = massif.intersection(dunes)
        n = 95 if name == "Witte Duinen" else 48
        radius = np.clip(rng.lognormal(np.log(19), 0.62, n), 7, 110)
        for (x, y), r in zip(
            scatter(massif, n, rng, spacing_m=95), radius, strict=False
        ):
            shapes.append(blob(x, y, r, rng, stretch=1.35, angle_deg=20))
    return separate(shapes, 14)


def twin_slacks(dunes, rng):
    """Pairs and strings of slacks so near that seeds or snails just bridge the gap."""
    shapes = []
    for x, y in scatter(dunes, 7, rng, spacing_m=900):
        for step in range(4):
            shapes.append(blob(x + 52 * step, y + 19 * step, 21, rng, roughness=0.05))
    return shapes


def ponds(zones, rng):
    """Pools and ponds in heath, marsh, wet grassland and polder."""
    shapes = []
    wanted = {"heath": 34, "marsh": 20, "wet_grassland": 26, "polder": 22}
    for kind, n in wanted.items():
        area = shapely.union_all([g for k, g in zones if k == kind]).buffer(-90)
        for x, y in scatter(area, n, rng, spacing_m=130):
            size = rng.lognormal(np.log(38), 0.5)
            shapes.append((kind, blob(x, y, float(np.clip(size, 12, 120)), rng)))
    kept = set(map(id, separate([g for _, g in shapes], 20)))
    return [(kind, shape) for kind, shape in shapes if id(shape) in kept]


def separate(shapes, gap_m):
    """Drop each shape that comes too near an earlier one."""
    kept = []
    for shape in shapes:
        if all(shape.distance(other) >= gap_m for other in kept):
            kept.append(shape)
    return kept


def zones_by_priority(rng):
    """Zones of the land, first wins: list of (kind, name, Polygon)."""
    s = np.arange(-1500, 19_001, 100.0)
    dunes = strip(-1500, 19_000, BEACH_M, dune_depth(s))
    beach = strip(-1500, 19_000, 0, BEACH_M)
    land = shapely.union_all([strip(-9000, 19_000, 0, 30_000)])
    ridge_edge = [(26_700, 191_000), (29_000, 192_900), (31_500, 194_300)]
    ridge_edge += [(34_500, 195_500), (38_000, 197_000), (38_000, 191_000)]
    ridge = Polygon([*curve(ridge_edge[:-1]).coords, ridge_edge[-1]]).buffer(0)

    zones = []
    for name, s_from, s_to in RESORTS:
        depth = float(dune_depth(np.array([(s_from + s_to) / 2]))[0])
        zones.append(("village", name, strip(s_from, s_to, BEACH_M + 60, depth - 20)))
    cores = [
        (kind, name, blob(x, y, r, rng, stretch=st, angle_deg=a))
        for name, kind, x, y, r, st, a in CORES
    ]
    polder = land.difference(shapely.union_all([dunes, beach, ridge]))
    water = [(k, g) for k, _, g in cores]
    water.append(
        ("polder", polder.difference(shapely.union_all([g for _, g in water])))
    )
    bare = dunes.difference(shapely.union_all([z for _, _, z in zones]))
    small = [("slack", "", g) for g in twin_slacks(bare.buffer(-150), rng)]
    small += [("slack", "", g) for g in slacks(bare.buffer(-30), rng)]
    small += [("pond", kind, g) for kind, g in ponds(water, rng)]
    wet = shapely.union_all([g for k, _, g in cores if k != "forest"])
    far = wet.union(dunes).buffer(720)
    small += [("fen", "", g) for g in relicts(polder, far, 9, rng)]
    small += [("dry_relict", "", g) for g in relicts(ridge, wet.buffer(60), 14, rng)]
    small += [("wet_relict", "", g) for g in relicts(ridge, wet.buffer(60), 14, rng)]
    bog = blob(32_350, 193_250, 145, rng, stretch=1.2)
    lines = [
        ("motorway", "E-weg", curve(MOTORWAY).buffer(18)),
        ("canal", "Vaart", curve(CANAL).buffer(14)),
    ]
    zones = lines + zones + small + [("bog", "", bog)]
    zones += [
        ("village", name, blob(x, y, radius, rng, roughness=0.25))
        for name, x, y, radius in VILLAGES
    ]
    zones += [*cores, ("beach", "", beach), ("dunes", "", dunes)]
    zones += [("ridge", "", ridge), ("polder", "", polder)]
    return carve([(kind, name, g.intersection(land)) for kind, name, g in zones])


def relicts(area, kept_clear, n, rng):
    """Small remains of nature left alone between the fields."""
    points = scatter(area.buffer(-150).difference(kept_clear), n, rng, spacing_m=350)
    size = np.clip(rng.lognormal(np.log(17), 0.6, len(points)), 7, 48)
    return [blob(x, y, r, rng) for (x, y), r in zip(points, size, strict=True)]


def carve(zones):
    """Take from each zone what earlier ones hold already."""
    taken, result = Polygon(), []
    for kind, name, shape in zones:
        rest = shape.difference(taken)
        taken = taken.union(shape)
        for part in shapely.get_parts(rest):
            if part.geom_type == "Polygon" and part.area > 100:
                result.append((kind, name, part))
    return result
