"""The published files in the real QGIS: they load, are drawn, and say what they are."""

import json
import os
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_origin
from shapely.geometry import LineString, Point, box

from robuust.layer_styles import RASTERS, STYLES
from robuust.meanings import MEANINGS
from robuust.output_layers import LAYERS, layer_named
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
    contract = COLUMNS[
        (COLUMNS["layer"] == name) & (COLUMNS["column"] != "other_geometry")
    ]
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
            {"budget_eur": budget, "candidate_id": "c1", "geometry": place(21)}
            for budget in (250_000.0, 1_000_000.0)
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
    return {
        layer.name: rows_of(layer.name, drawn.get(layer.name, [{}]))
        for layer in LAYERS
        if layer.name not in made_by_script
    }


def write_results(folder, layers, *, language="nl"):
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
        title="Klein & fijn <gebied>",
        language=language,
        crs=CRS,
    )
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


def in_qgis(folder, *arguments):
    """What the real QGIS finds in a results folder; see qgis_checks.py."""
    script = Path(__file__).with_name("qgis_checks.py")
    done = subprocess.run(
        [QGIS_PYTHON, script, folder, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return write_results(tmp_path_factory.mktemp("results") / "area", small_layers())


@pytest.fixture(scope="module")
def found(results):
    if not qgis_is_there():
        reason = f"{QGIS_PYTHON} has no QGIS (Debian: apt install python3-qgis)"
        if os.environ.get("ROBUUST_REQUIRE_QGIS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return in_qgis(results, results / "map.png")


def test_the_project_loads_without_a_word_in_the_log(found):
    assert found["project"]["read"]
    assert found["project"]["error"] == ""
    assert found["messages"] == []


def test_the_project_says_where_it_is(found, results):
    assert found["project"]["title"] == "Klein & fijn <gebied>"
    assert found["project"]["crs"] == CRS
    west, south, east, north = found["project"]["extent"]
    assert west < 30_000 < 33_700 < east
    assert south < 200_000 < 200_700 < north


def test_the_layer_tree_asks_six_questions_and_opens_the_first(found):
    branches = found["project"]["branches"]
    assert [branch["title"] for branch in branches] == [
        "Waar is het robuust?",
        "Voor wie?",
        "Wat is er in gevaar?",
        "Wat eerst doen?",
        "Wat veranderde?",
        "Invoer en kwaliteit",
    ]
    assert [branch["drawn"] for branch in branches] == [True] + 5 * [False]


def test_the_tree_holds_every_layer_table_and_raster(found):
    inside = {name for b in found["project"]["branches"] for name in b["layers"]}
    assert inside >= {layer.name for layer in LAYERS} | set(DRAWN)
    assert inside == set(found["project"]["layers"])


def test_every_layer_is_valid_and_has_the_rows_of_the_geopackage(found, results):
    layers = found["project"]["layers"]
    with sqlite3.connect(results / "robuust.gpkg") as connection:
        for layer in LAYERS:
            wanted = connection.execute(
                f'SELECT count(*) FROM "{layer.name}"'
            ).fetchone()
            assert layers[layer.name]["count"] == wanted[0] > 0, layer.name
    connection.close()
    assert [name for name, facts in layers.items() if not facts["valid"]] == []
    counts = [layers[f"patches_{group}"]["count"] for group in (*GROUPS, "empty_group")]
    assert counts == [5, 5, 0]


def test_every_map_layer_is_drawn_by_a_legend_that_knows_all_its_rows(found):
    for layer in LAYERS:
        facts = found["project"]["layers"][layer.name]
        if layer.geometry_type:
            assert facts["crs"] == CRS, layer.name
            assert facts["renderer"] in ("categorizedSymbol", "graduatedSymbol")
            assert facts["undrawn"] == 0, layer.name


def test_one_colour_has_one_meaning_in_qgis_too(found):
    legend = found["project"]["layers"]["patches"]["legend"]
    for value, (colour, dutch, _) in MEANINGS["class"].items():
        assert legend[value] == [dutch, colour]


def test_rasters_are_drawn_by_a_colour_ramp(found):
    for name in DRAWN:
        assert found["project"]["layers"][name]["valid"]
        assert found["project"]["layers"][name]["renderer"] == "singlebandpseudocolor"


def test_headings_are_dutch_and_the_map_tip_gives_the_reason(found):
    patches = found["project"]["layers"]["patches"]
    assert patches["aliases"]["area_ha"] == "Oppervlakte (ha)"
    assert '"reason_nl"' in patches["map_tip"]
    settings = found["project"]["layers"]["settings"]
    assert settings["aliases"]["key"] == "Instelling"


def test_a_layer_dragged_from_the_geopackage_is_drawn_and_has_headings(found):
    assert set(found["default_styles"]) == set(STYLES)
    for name, facts in found["default_styles"].items():
        assert facts["loaded"], (name, facts["message"])
        assert facts["renderer"] in ("categorizedSymbol", "graduatedSymbol"), name
        first = COLUMNS[COLUMNS["layer"] == name].iloc[0]
        assert facts["aliases"][first["column"]] == first["alias_nl"]


def test_the_opened_map_shows_something(found):
    assert found["picture"]["errors"] == []
    assert found["picture"]["layers"] == ["report_units", "robust_areas", "patches"]
    assert 0.02 < found["picture"]["drawn_share"] < 0.9


def test_english_is_a_setting(tmp_path, found):
    folder = write_results(tmp_path / "area", small_layers(), language="en")
    project = in_qgis(folder)["project"]
    assert project["messages"] == []
    assert project["branches"][0]["title"] == "Where is it robust?"
    assert project["layers"]["patches"]["aliases"]["area_ha"] == "Area (ha)"
    assert project["layers"]["patches"]["legend"]["key"][0] == "key patch"


def test_a_run_without_any_row_still_opens(tmp_path, found):
    empty = {name: rows.iloc[:0] for name, rows in small_layers().items()}
    project = in_qgis(write_results(tmp_path / "area", empty))["project"]
    assert project["messages"] == []
    assert [name for name, f in project["layers"].items() if not f["valid"]] == []


def test_the_project_refers_to_its_neighbours_only(results):
    with zipfile.ZipFile(results / "robuust.qgz") as archive:
        assert archive.namelist() == ["robuust.qgs"]
        text = archive.read("robuust.qgs").decode()
    assert str(results) not in text
    assert "<datasource>./robuust.gpkg|layername=patches</datasource>" in text
    assert "<datasource>./robustness_score.tif</datasource>" in text


def test_the_same_input_gives_the_same_files(results, tmp_path):
    again = write_results(tmp_path / "area", small_layers())
    names = ["robuust.qgz", *(f"tables/{layer.name}.csv" for layer in LAYERS)]
    differ = [
        n for n in names if (again / n).read_bytes() != (results / n).read_bytes()
    ]
    assert differ == ["tables/sources.csv"]  # it holds the path of the folder
    with sqlite3.connect(results / "robuust.gpkg") as one:
        first = list(one.iterdump())
    with sqlite3.connect(again / "robuust.gpkg") as two:
        second = list(two.iterdump())
    one.close()
    two.close()
    assert [line for line in first if str(results) not in line] == [
        line for line in second if str(tmp_path) not in line
    ]
