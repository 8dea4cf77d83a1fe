"""A large set of results, invented and seeded: many patches of ten groups.

Patches are the polygons of the landscape of the benchmarks, about 0.7 ha with 49
vertices; each group has the same ones, some metres farther on. Sentences are as long
as real ones. One patch in ten counts for rings and pressure zones, which the pipeline's
own functions draw.
"""

import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from small_results import COLUMNS, CRS, HOME, small_layers

from robuust.buffers import buffer_rings, pressure_zones
from robuust.meanings import MEANINGS

sys.path.insert(0, str(HOME / "tests" / "bench"))
from landscape import polygons

N_GROUPS = 10
CLASS_CHANCE = {
    "stronghold": 0.01,
    "key": 0.02,
    "network": 0.07,
    "near": 0.1,
    "insufficient": 0.8,
}
RINGS_M = {"inner": 300, "mid": 600, "outer": 1000}
LINKS = 1  # per patch
SEEN, NEVER_SEEN = 0.02, 0.05  # populations per patch
IN_NETWORK = 10  # patches of each network
UNIT_M = 6_750  # side of a municipality: Flanders has 300
MOVED_M = (3, 5)  # from one group to the next, east and north
REASON = {
    "nl": "netwerk {} van 1500 RE, geen sleutelplek: {} RE tekort, ofwel {} ha optimaal"
    " habitat, binnen 16 m; minder dan de helft van de norm; oppervlakte en samenhang:"
    " slecht, {} ha met andere",
    "en": "network {} of 1500 RU, no key patch: {} RU short, or {} ha of optimal"
    " habitat, within 16 m; less than half the norm; area and cohesion: poor, {} ha"
    " with others near",
}


def large_layers(per_group, *, seed=1):
    """Results of ten groups, each of so many patches, as `small_layers` gives them.

    Parameters
    ----------
    per_group : int
        Patches of each group.
    seed : int

    Returns
    -------
    dict of str to DataFrame
        Rows of every layer and table.
    """
    random = np.random.default_rng(seed)
    table = pd.read_csv(HOME / "config" / "species_groups.csv").head(N_GROUPS)
    groups = table["group"].to_numpy()
    patches = _patches(polygons(per_group, seed=seed), groups, random)
    layers = small_layers()
    layers["patches"] = patches
    layers["networks"] = _networks(patches)
    layers["links"] = _links(patches, per_group, random)
    layers |= _populations(patches, random)
    layers |= _surroundings(patches, groups)
    layers |= _areas(patches, random)
    layers["group_summary"] = _filled(
        "group_summary",
        N_GROUPS,
        group=groups,
        name_nl=table["name_nl"].to_numpy(),
        name_en=table["name_en"].to_numpy(),
        n_patches=per_group,
    )
    return layers


def _filled(layer, n, shapes=None, /, **given):
    """Rows of a layer: what is given, else a plausible value in each column."""
    random = np.random.default_rng(len(layer))
    contract = COLUMNS[COLUMNS["layer"] == layer]
    rows = {}
    for column, kind in zip(contract["column"], contract["type"], strict=True):
        made = {"text": "text", "integer": 3, "boolean": True}.get(kind)
        rows[column] = random.random(n) if kind == "real" else made
        if column.startswith("reason_"):
            rows[column] = _sentences(column[-2:], n, random)
    rows = pd.DataFrame(rows | given, index=range(n))
    if shapes is None:
        return rows
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS)


def _sentences(language, n, random):
    """Sentences with figures of their own."""
    parts = REASON[language].split("{}")
    text = pd.Series(parts[0], index=range(n), dtype="str")
    for part in parts[1:]:
        figures = pd.Series(random.integers(1, 100_000, n) / 100, dtype="float64")
        text += figures.astype("str") + part
    return text


def _moved(shapes, k):
    """Shapes of group number k."""
    return shapely.transform(shapes, lambda places: places + np.multiply(MOVED_M, k))


def _patches(shapes, groups, random):
    """Patches of all groups, nine in ten of them too small."""
    group = pd.Series(np.repeat(groups, len(shapes)), dtype="str")
    shapes = np.concatenate([_moved(shapes, k) for k in range(len(groups))])
    n = len(shapes)
    number = pd.Series([f"-{i:08x}" for i in range(n)], dtype="str")
    network = pd.Series((np.arange(n) // IN_NETWORK).astype("str"), dtype="str")
    return _filled(
        "patches",
        n,
        shapes,
        group=group,
        patch_id=group + number,
        network_id=group + "-n" + network,
        area_ha=shapely.area(shapes) / 10_000,
        **{
            "class": random.choice(list(CLASS_CHANCE), n, p=list(CLASS_CHANCE.values()))
        },
    )


def _networks(patches):
    """Networks, each with a line round it."""
    first = patches.iloc[::IN_NETWORK]
    return _filled(
        "networks",
        len(first),
        shapely.buffer(shapely.centroid(first.geometry.to_numpy()), 300, quad_segs=3),
        group=first["group"].to_numpy(),
        network_id=first["network_id"].to_numpy(),
    )


def _links(patches, per_group, random):
    """Links to patches further on in the list of the same group."""
    n = len(patches) * LINKS
    one = np.arange(n) // LINKS
    other = one // per_group * per_group + random.integers(0, per_group, n)
    middle = shapely.get_coordinates(shapely.centroid(patches.geometry.to_numpy()))
    away = random.normal(0, 300, (n, 2))  # as near as links are
    lines = np.stack([middle[one], middle[one] + away], axis=1)
    return _filled(
        "links",
        n,
        shapely.linestrings(lines),
        group=patches["group"].to_numpy()[one],
        patch_id_a=patches["patch_id"].to_numpy()[one],
        patch_id_b=patches["patch_id"].to_numpy()[other],
    )


def _populations(patches, random):
    """Populations, most of them where a species was never seen, and their screening."""
    seen, never = (int(share * len(patches)) for share in (SEEN, NEVER_SEEN))
    status = np.r_[
        random.choice(list(MEANINGS["status"])[:6], seen),
        random.choice(["colonisable", "unreachable"], never),
    ]
    own = patches.iloc[random.integers(0, len(patches), seen + never)]
    species = pd.Series(random.integers(0, 30, seen + never)).map("Erica no {}".format)
    shared = {
        "group": own["group"].to_numpy(),
        "patch_id": own["patch_id"].to_numpy(),
        "status": status,
        "species": species.to_numpy(),
    }
    screened = status == "unreachable"
    return {
        "populations": _filled(
            "populations",
            seen + never,
            shapely.centroid(own.geometry.to_numpy()),
            network_id=own["network_id"].to_numpy(),
            **shared,
        ),
        "reintroduction": _filled(
            "reintroduction",
            int(screened.sum()),
            **{name: values[screened] for name, values in shared.items()},
        ),
    }


def _surroundings(patches, groups):
    """Rings and pressure zones, drawn by the functions of the pipeline."""
    pressures = pd.read_csv(HOME / "config" / "pressures.csv").query("bundle == '*'")
    own = patches[patches["group"] == groups[0]]
    own = own[own["class"].isin(["stronghold", "key", "network"])]
    drawing = {"group": groups[0], "tolerance_m": 1}
    drawn = {
        "buffers": buffer_rings(own, to_m=RINGS_M, **drawing),
        "pressure_zones": pressure_zones(own, pressures, **drawing),
    }
    return {
        name: pd.concat(
            rows.assign(group=group, geometry=_moved(rows.geometry.array, k))
            for k, group in enumerate(groups)
        )
        for name, rows in drawn.items()
    }


def _areas(patches, random):
    """Robust areas of some kilometres with a rough edge, and municipalities."""
    west, south, east, north = patches.total_bounds
    n = max(50, len(patches) // 200)
    middle = random.uniform((west, south), (east, north), (n, 2))
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    radius = random.uniform(200, 700, (n, 1)) * random.uniform(0.9, 1.1, (n, 400))
    ring = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=2)
    x, y = np.meshgrid(np.arange(west, east, UNIT_M), np.arange(south, north, UNIT_M))
    units = shapely.box(x.ravel(), y.ravel(), x.ravel() + UNIT_M, y.ravel() + UNIT_M)
    return {
        "robust_areas": _filled(
            "robust_areas",
            n,
            shapely.polygons(middle[:, None] + ring),
            robust_area_id=[f"r{i}" for i in range(n)],
            rank=np.arange(1, n + 1),
            score=random.uniform(0.2, 1, n),
        ),
        "report_units": _filled(
            "report_units",
            units.size,
            shapely.segmentize(units, 200),
            unit_id=[f"u{i}" for i in range(units.size)],
            level="municipality",
            name=[f"Gemeente {i}" for i in range(units.size)],
        ),
    }
