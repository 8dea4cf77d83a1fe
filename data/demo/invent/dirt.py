"""The dirt that real habitat maps have, put in on purpose and in small counts."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import affinity
from shapely.geometry import Polygon

# counts of each kind; data/README.md tells them, a test holds them
COUNTS = {
    "bow_tie": 5,
    "overlap": 6,
    "duplicate_polygon": 1,
    "sliver": 1,
    "empty": 1,
    "null": 1,
    "duplicate_tag": 1,
    "unknown_code": 1,
    "shares_below_100": 2,
    "uncertain": 24,
}
UNKNOWN_CODE = "2198"
# a surveyor in doubt writes both codes, joined by a comma
DOUBTFUL = {
    "7140_meso": "7140_meso,rbbms", "9120": "9120,9190", "2190_mp": "2190_mp,2170",
    "4030": "4030,2310", "6510_hu": "6510_hu,rbbkam", "rbbvos": "rbbvos,rbbzil",
}  # fmt: skip


def soil(habitat, rng):
    """Return a copy of the habitat map with the dirt in it."""
    dirty = habitat.copy()
    plain = (dirty["HAB2"].str.strip() == "") & dirty["zone"].isin(
        ["dunes", "heath", "wet_grassland", "forest", "polder", "ridge", "marsh"]
    )
    spare = list(rng.permutation(np.flatnonzero(plain & (dirty.area > 8000))))
    take = iter(spare)
    geometry = dirty.geometry.to_numpy().copy()
    # Only outlines with many corners, so that a small loop does little harm.
    corners = shapely.get_num_coordinates(geometry)
    for i in [i for i in spare if corners[i] > 12][-COUNTS["bow_tie"] :]:
        geometry[i] = bow_tie(geometry[i], rng)
    for _ in range(COUNTS["overlap"]):
        i = next(take)
        wider = geometry[i].buffer(rng.uniform(6, 18), join_style="mitre")
        geometry[i] = shapely.set_precision(wider, 0.5)
    dirty = dirty.set_geometry(geometry, crs=habitat.crs)
    for _ in range(COUNTS["shares_below_100"]):
        dirty.loc[next(take), "PHAB1"] = 80
    i, j = next(take), next(take)
    dirty.loc[j, "TAG"] = dirty.loc[i, "TAG"]
    dirty.loc[next(take), "HAB1"] = UNKNOWN_CODE
    sure = dirty["HAB1"].isin(DOUBTFUL) & (dirty["HAB1"] != UNKNOWN_CODE)
    doubted = np.sort(rng.choice(np.flatnonzero(sure), COUNTS["uncertain"], False))
    dirty.loc[doubted, "HAB1"] = dirty.loc[doubted, "HAB1"].map(DOUBTFUL)
    extra = extra_rows(dirty, next(take), next(take))
    return gpd.GeoDataFrame(
        pd.concat([dirty, extra], ignore_index=True), crs=habitat.crs
    )


def bow_tie(polygon, rng):
    """Swap two neighbouring corners of an outline, so that it crosses itself."""
    ring = shapely.get_coordinates(polygon.exterior)[:-1]
    for at in rng.permutation(len(ring) - 1):
        swapped = ring.copy()
        swapped[[at, at + 1]] = swapped[[at + 1, at]]
        crossed = Polygon(swapped)
        if not crossed.is_valid:
            return crossed
    return polygon


def extra_rows(habitat, model, twin):
    """Rows that should not be there: a copy, a sliver, an empty one, one of nothing."""
    rows = habitat.iloc[[twin, model, model, model]].copy()
    corner = habitat.geometry.iloc[model].representative_point()
    sliver = affinity.translate(
        Polygon([(0, 0), (40, 0), (40, 0.02)]), *corner.coords[0]
    )
    rows = rows.set_geometry(
        [habitat.geometry.iloc[twin], sliver, Polygon(), None], crs=habitat.crs
    )
    rows["TAG"] = [f"{990_001 + i}_v2023" for i in range(4)]
    rows["UIDN"] = [2_900_001 + i for i in range(4)]
    rows["OIDN"] = [2_010_001 + i for i in range(4)]
    return rows
