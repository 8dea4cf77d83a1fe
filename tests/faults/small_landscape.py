"""A corner of the demo landscape, small enough to be run many times in a row."""

import shutil

import geopandas as gpd
import pandas as pd
import pyogrio
import yaml
from shapely.geometry import box

CORNER = (24_000, 192_000, 28_500, 196_500)  # in the reference system of the demo
LAYERS = {
    "habitat": {"preset": "bwk", "id_column": "TAG"},
    "barriers": {"layer": "roads", "barrier_column": "road_type"},
    "crossings": {"name_column": "name"},
    "land_cover": {"land_cover_column": "land_cover"},
    "nature_areas": {"name_column": "name"},
    "plans": {"name_column": "name", "year_column": "year"},
    "candidates": {
        "id_column": "parcel_id",
        "code_column": "target_code",
        "share_column": "target_share",
        "cost_column": "cost_eur",
    },
    "report_units": {
        "layer": "provinces",
        "level": "province",
        "name_column": "name",
    },
}


def write_small_landscape(demo, folder):
    """Cut the corner out of the demo; every chapter of the workflow has work to do.

    Parameters
    ----------
    demo : Path
        Folder with the demo landscape.
    folder : Path
        Where ``landscape.gpkg``, ``then.gpkg`` and ``records.csv`` are written.

    Returns
    -------
    dict
        The settings.
    """
    corner = gpd.GeoDataFrame(geometry=[box(*CORNER)], crs="EPSG:31370")
    package = folder / "landscape.gpkg"
    sources = {
        "study_area": [{"name": "corner", "path": package.name, "layer": "corner"}]
    }
    corner.to_file(package, layer="corner")
    for kind, columns in LAYERS.items():
        layer = columns.get("layer", kind)
        shapes = gpd.read_file(demo / "landscape.gpkg", layer=layer, bbox=CORNER)
        shapes.to_file(package, layer=layer)
        sources[kind] = [{"name": kind, "path": package.name, "layer": layer} | columns]
        if kind == "habitat":
            shapes.to_file(folder / "then.gpkg", layer=layer)
    sources["historic_habitat"] = [
        sources["habitat"][0] | {"name": "then", "path": "then.gpkg"}
    ]
    records = pd.read_csv(demo / "records.csv", dtype="str")
    places = gpd.points_from_xy(
        pd.to_numeric(records["decimalLongitude"], errors="coerce"),
        pd.to_numeric(records["decimalLatitude"], errors="coerce"),
        crs="EPSG:4326",
    ).to_crs(corner.crs)
    records[places.within(corner.geometry[0])].to_csv(
        folder / "records.csv", index=False
    )
    sources["records"] = [{"name": "finds", "path": "records.csv", "preset": "dwca"}]
    return {
        "area": "corner",
        "language": "en",
        "title_nl": "Een hoek",
        "title_en": "A corner",
        "groups": ["amphibians_pools", "plants_dune_slacks"],
        "least_cost": {"classes": ["amphibians"], "cell_m": 100},
        "stability": {"draws": 2},
        "jobs": {"polygons_per_portion": 100},  # two jobs share the work on amphibians
        "grid": {"cell_m": 100},
        "restoration": {
            "budgets_eur": [250_000],
            "draws": 2,
            "plan_gap_percent": 5,
        },
        "sources": sources,
    }


def new_budget(folder):
    """Ask for another budget: only the last chapters are run again."""
    change_settings(folder, budgets_eur=[300_000])


def change_settings(folder, **restoration):
    """Change settings of the restoration in ``my.yaml``."""
    path = folder / "my.yaml"
    settings = yaml.safe_load(path.read_text())
    settings["restoration"] |= restoration
    path.write_text(yaml.safe_dump(settings, sort_keys=False))


def write_new_input(folder):
    """Keep input files in ``new``, with rows out of each: every rule has to run again.

    They are written once, as a GeoPackage tells when it was.
    """
    (folder / "new").mkdir()
    for name in ("landscape.gpkg", "then.gpkg"):
        for layer in pyogrio.list_layers(folder / name)[:, 0]:
            rows = gpd.read_file(folder / name, layer=layer)
            few = len(rows) < 3
            kept = rows[few | (rows.index % 20 != 7)]
            kept.to_file(folder / "new" / name, layer=layer)
    records = pd.read_csv(folder / "records.csv", dtype="str")
    records[records.index % 20 != 7].to_csv(folder / "new" / "records.csv", index=False)


def new_input(folder):
    """Put the new input files in the place of the old ones."""
    for path in (folder / "new").iterdir():
        shutil.copyfile(path, folder / path.name)
