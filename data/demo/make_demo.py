"""Invent the demo landscape: `python data/demo/make_demo.py [folder]`.

Writes landscape.gpkg and records.csv, the same ones every time.
"""

import sys
from pathlib import Path

import numpy as np
import pyogrio
from invent import context, dirt, land, observations, vegetation

SEED = 20_260_101
BWK_COLUMNS = [
    "UIDN", "OIDN", "TAG", "EVAL", *[f"EENH{i}" for i in range(1, 9)],
    "V1", "V2", "V3", "HERK", "INFO", "BWKLABEL",
    *[f"{c}{i}" for i in range(1, 6) for c in ("HAB", "PHAB")],
    "HERKHAB", "HERKPHAB", "HABLEGENDE",
]  # fmt: skip


def invent_landscape():
    """Make every layer; returns them by name, and the records."""

    def chance(part):
        # A stream of its own per part: a change in one leaves the others alone.
        return np.random.default_rng([SEED, part])

    roads = land.road_lines(chance(1))
    zones = land.zones_by_priority(chance(2))
    faces, zone_of, name_of = vegetation.tile(zones, roads, chance(3))
    habitat = vegetation.habitat_layer(faces, zone_of, name_of, chance(4))
    habitat["zone"] = zone_of
    habitat["core"] = context.core_of(habitat)
    study_area = context.study_area_layer(habitat)
    municipalities, provinces = context.administration(study_area)
    layers = {
        "study_area": study_area,
        "habitat": dirt.soil(habitat, chance(5))[[*BWK_COLUMNS, "geometry"]],
        "roads": context.roads_layer(roads),
        "crossings": context.crossings_layer(),
        "land_cover": context.land_cover_layer(habitat),
        "nature_areas": context.nature_areas_layer(habitat, chance(6)),
        "plans": context.plans_layer(study_area, chance(7)),
        "candidates": context.candidates_layer(habitat, chance(8)),
        "municipalities": municipalities,
        "provinces": provinces,
    }
    return layers, observations.records_table(habitat, chance(9)), habitat


def make_demo(folder):
    """Write the demo landscape to a folder."""
    layers, records, _ = invent_landscape()
    path = Path(folder) / "landscape.gpkg"
    path.unlink(missing_ok=True)
    # A GeoPackage notes when it was written; a fixed day keeps the file the same.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    for name, layer in layers.items():
        layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    records.to_csv(Path(folder) / "records.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    make_demo(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
