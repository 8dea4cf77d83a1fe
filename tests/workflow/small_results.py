"""Small results with every class, status and track, and the QGIS that opens them."""

import json
import os
import subprocess
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely.geometry import LineString, Point, box

from robuust.layer_styles import RASTERS
from robuust.meanings import MEANINGS
from robuust.output_layers import LAYERS, layer_named
from robuust_files.qgis_projects import store_project
from write_geopackage import write_geopackage
from write_project import write_project

HOME = Path(__file__).parents[2]
TEMPLATES = HOME / "workflow" / "templates"
QGIS_PYTHON = os.environ.get("ROBUUST_QGIS_PYTHON", "/usr/bin/python3")
CRS = "EPSG:31370"
GROUPS = ("butterflies_heath", "birds_o'marsh")  # a quote, as names may have
FLOW_GROUP = GROUPS[0]
GRIDS = sorted(set(RASTERS) - {"current_flow"})  # one of each; of flow one per group
DRAWN = (*GRIDS, f"current_flow_{FLOW_GROUP}")
COLUMNS = pd.read_csv(HOME / "config" / "output_columns.csv", keep_default_na=False)
CLASSES = tuple(MEANINGS["class"])
STATUSES = tuple(MEANINGS["status"])
TRACKS = tuple(MEANINGS["track"])


def qgis_is_there():
    found = subprocess.run([QGIS_PYTHON, "-c", "import qgis.core"], capture_output=True)
    return found.returncode == 0


def place(i):
    """A square of 200 m, the i-th on a row of places that are 500 m apart."""
    west, south = 30_000 + 500 * (i % 8), 200_000 + 500 * (i // 8)
    return box(west, south, west + 200, south + 200)


def rows_of(name, rows):
    """Rows of a layer, with a plausible value in each column that is not given."""
    default = {"text": "some <b>text</b>", "integer": 3, "real": 0.45, "boolean": True}
    contract = COLUMNS[COLUMNS["layer"] == name]
    filled = pd.DataFrame(
        {
            column: [row.get(column, default[kind]) for row in rows]
            for column, kind in zip(contract["column"], contract["type"], strict=True)
        }
    )
    kind = layer_named(name).geometry_type
    if kind is None:
        return filled
    shapes = [row["geometry"] for row in rows]
    return gpd.GeoDataFrame(filled, geometry=shapes, crs=CRS)


def small_layers():
    """Every class, status, track, ring and change once; one group is left empty."""
    line = [
        LineString([(30_000, 200_000 + 90 * i), (33_000, 201_000)]) for i in range(5)
    ]
    patches = [
        {
            "group": GROUPS[i % 2],
            "patch_id": f"p{i}",
            "class": CLASSES[i % 5],
            "reason_nl": "netwerk 86 van 120 RE & <geen> sleutelplek",
            "geometry": place(i),
        }
        for i in range(10)
    ]
    drawn = {
        "patches": patches,
        "links": [
            {"probability": 0.1 + 0.2 * i, "geometry": line[i]} for i in range(5)
        ],
        "networks": [{"viable": i == 0, "geometry": place(i)} for i in range(2)],
        "buffers": [
            {"ring": ring, "from_m": float(i), "geometry": place(i).buffer(150)}
            for i, ring in enumerate(MEANINGS["ring"])
        ],
        "pressure_zones": [
            {"pressure": p, "geometry": place(i).buffer(100)}
            for i, p in enumerate(("nitrogen", "drainage"))
        ],
        "robust_areas": [
            {
                "robust_area_id": f"r{i}",
                "rank": i,
                "score": 0.3 * i,
                "geometry": place(i).union(place(i + 1)).envelope,
            }
            for i in range(1, 4)
        ],
        "populations": [
            {"status": status, "patch_id": f"p{i}", "geometry": place(i).centroid}
            for i, status in enumerate(STATUSES)
        ],
        "relict_sites": [
            {"status": "relict", "urgency": 0.9, "patch_id": "p1", "geometry": place(1)}
        ],
        "restoration": [
            {
                "candidate_id": f"c{i}",
                "rank": i,
                "track": TRACKS[i % 3],
                "geometry": place(20 + i),
            }
            for i in (1, 11, 26, 60)
        ],
        "restoration_plan": [
            {
                "budget_eur": budget,
                "plan": plan,
                "candidate_id": "c1",
                "geometry": place(21),
            }
            for budget in (250_000.0, 1_000_000.0)
            for plan in ("best", "nested")
        ],
        "corridors": [{"corridor_id": "k1", "score": 0.5, "geometry": place(9)}],
        "corridor_paths": [{"corridor_id": "k1", "geometry": line[0]}],
        "pinch_points": [{"pinch_point_id": "k1-p1", "geometry": place(10)}],
        "report_units": [
            {
                "unit_id": "u1",
                "level": "municipality",
                "geometry": place(0).buffer(3000),
            }
        ],
        "changes": [
            {"change": change, "geometry": place(i)}
            for i, change in enumerate(MEANINGS["change"])
        ],
        "planned_changes": [{"code": "4030", "geometry": place(12)}],
        "population_changes": [
            {"outcome": outcome, "geometry": place(i).centroid}
            for i, outcome in enumerate(MEANINGS["outcome"])
        ],
        "quarantined_habitat": [
            {"reason": "sliver", "geometry": place(3)},
            {"reason": "no polygon", "geometry": line[1]},
            {"reason": "no geometry", "geometry": None},
        ],
        "coverage_faults": [
            {"kind": "gap", "geometry": place(6)},
            {"kind": "overlap", "geometry": place(7)},
        ],
        "quarantined_context": [{"reason": "no polygon", "geometry": place(5)}],
        "quarantined_records": [
            {"reason": "no date", "geometry": Point(30_500, 200_500)}
        ],
        "group_summary": [
            {"group": group, "name_nl": f"naam {group}", "name_en": f"name {group}"}
            for group in (*GROUPS, "empty_group")
        ],
        "ingest_summary": [{"source": "map", "reason": "balance"}],
    }
    made_by_script = ("settings", "run_info", "output_columns")
    made_by_script += ("quarantined_without_place",)
    return {
        layer.name: rows_of(layer.name, drawn.get(layer.name, [{}]))
        for layer in LAYERS
        if layer.name not in made_by_script
    }


def write_results(folder, layers, *, language="nl", style_paths=()):
    """Publish layers with the real scripts, and rasters such as the pipeline makes."""
    inputs = folder / "inputs"
    tables = folder / "tables"
    inputs.mkdir(parents=True)
    tables.mkdir()
    files = {}
    for name, rows in layers.items():
        files[name] = [inputs / f"{name}.parquet"]
        rows.to_parquet(files[name][0])
    schema = inputs / "schema.yaml"
    schema.write_text("properties: {language: {description: of the legends}}")
    table = inputs / "species.csv"
    table.write_text("species\nErica tetralix\n")
    write_geopackage(
        files,
        [table],
        {
            "columns": HOME / "config" / "output_columns.csv",
            "style_template": TEMPLATES / "layer_style.qml.j2",
            "schema": schema,
            "project": HOME / "pyproject.toml",
        },
        folder / "robuust.gpkg",
        [tables / f"{layer.name}.csv" for layer in LAYERS],
        style_paths=style_paths,
        config={"language": language, "crs": CRS, "reference_date": "2026-01-01"},
        library="abc",
    )
    for name in GRIDS:
        write_raster(folder / f"{name}.tif", name)
    flow = folder / "current_flow" / f"{FLOW_GROUP}.tif"
    flow.parent.mkdir()
    write_raster(flow, "current_flow")
    write_project(
        folder / "robuust.gpkg",
        folder / "habitat_variety.tif",
        [flow],
        {
            "project_template": TEMPLATES / "project.qgs.j2",
            "raster_template": TEMPLATES / "raster_style.qml.j2",
        },
        folder / "robuust.qgz",
        style_paths=style_paths,
        title="Klein & fijn <gebied>",
        language=language,
        crs=CRS,
    )
    store_project(folder / "robuust.gpkg", folder / "robuust.qgz")
    return folder


def write_raster(path, name):
    """A raster of 20 by 20 cells, a slope from nothing to its highest value."""
    shares = np.linspace(0, 1, 400).reshape(20, 20)
    of_groups = name in ("robust_groups", "buffer_groups")
    values = (shares * 3).astype("uint8") if of_groups else shares.astype("float32")
    is_variety = name == "habitat_variety"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=20,
        height=20,
        count=6 if is_variety else 1,
        dtype=values.dtype,
        crs=CRS,
        nodata=255 if of_groups else -1,
        transform=from_origin(30_000, 203_000, 200, 200),
    ) as target:
        for k in target.indexes:
            target.write(values, k)
        if name == "current_flow":
            target.update_tags(group=FLOW_GROUP, highest=1.0)
        if is_variety:
            for k, column in enumerate(("n_habitat_types", "shannon", "mean_grain_ha")):
                for window, radius_m in enumerate((50, 300)):
                    tags = {"column": column, "radius_m": radius_m, "highest": 4}
                    target.update_tags(3 * window + k + 1, **tags)


def need_qgis():
    """Skip without the real QGIS; where it must be there, as in CI, fail."""
    if not qgis_is_there():
        reason = f"{QGIS_PYTHON} has no QGIS (Debian: apt install python3-qgis)"
        if os.environ.get("ROBUUST_REQUIRE_QGIS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


def in_qgis(folder, *arguments, script="qgis_checks.py"):
    """What the real QGIS finds in a results folder; see the script."""
    path = Path(__file__).with_name(script)
    done = subprocess.run(
        [QGIS_PYTHON, path, folder, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
