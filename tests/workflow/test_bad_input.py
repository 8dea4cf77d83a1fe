"""Bad input, met as a user meets it: what is wrong, where, what to do, nothing lost."""

import copy
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import yaml
from shapely.geometry import Point, box

pytestmark = pytest.mark.filterwarnings("ignore:'crs' was not provided")

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
CRS = "EPSG:31370"
SPECIES = "Genista pilosa"  # of the one group of these runs

SETTINGS = {
    "area": "tiny",
    "groups": ["plants_dry_heath"],
    "stability": {"draws": 2},
    "sources": {
        "study_area": [{"name": "area", "path": "area.gpkg"}],
        "habitat": [
            {
                "name": "heath_map",
                "path": "habitat.gpkg",
                "id_column": "id",
                "code_column": "code",
            }
        ],
        "records": [{"name": "sightings", "path": "records.csv", "crs": CRS}],
        "candidates": [
            {
                "name": "parcels",
                "path": "parcels.gpkg",
                "id_column": "id",
                "code_column": "code",
                "cost_column": "cost",
            }
        ],
    },
}


# --- A landscape of a few squares, good as it is


def square(k, *, side_m=300):
    """The k-th square on a row of places that are 500 m apart."""
    west, south = 100_000 + 500 * k, 200_000
    return box(west, south, west + side_m, south + side_m)


def layer(shapes, *, crs=CRS, **columns):
    ids = [f"s{k}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"id": ids} | columns, geometry=shapes, crs=crs)


def habitat(n=4, *, crs=CRS):
    return layer([square(k) for k in range(n)], crs=crs, code=["4030"] * n)


def records(**columns):
    good = {"species": [SPECIES] * 4, "date": ["2024-06-01"] * 4}
    good |= {"x": [100_100 + 500 * k for k in range(4)], "y": [200_100] * 4}
    return pd.DataFrame(good | columns)


def tiny_landscape(folder):
    """Write good input; the settings that go with it."""
    layer([box(99_000, 199_000, 104_000, 202_000)]).to_file(folder / "area.gpkg")
    habitat().to_file(folder / "habitat.gpkg")
    parcels = layer([square(0.7, side_m=100)], code=["4030"], cost=["1000"])
    parcels.to_file(folder / "parcels.gpkg")
    records().to_csv(folder / "records.csv", index=False)
    return copy.deepcopy(SETTINGS)


# --- Each way to spoil it, and the words that must be on the screen


def unknown_key(folder, settings):
    settings["stabilty"] = settings.pop("stability")


def number_as_text(folder, settings):
    settings["grid"] = {"cell_m": "25 m", "min_groups": -1}


def one_name_twice(folder, settings):
    settings["sources"]["records"][0]["name"] = "heath_map"


def missing_file(folder, settings):
    (folder / "records.csv").unlink()


def unknown_preset(folder, settings):
    settings["sources"]["records"][0]["preset"] = "gbiff"


def broken_presets(folder, settings):
    """A preset with a wrong key, one that is no YAML, one of another kind, none."""
    own = {"preset": "own", "kind": "records", "name_nl": "e", "name_en": "o"}
    own |= {"about": "x", "recognise": [["a"]], "columns": {"species": "soort"}}
    (folder / "own.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    (folder / "torn.yaml").write_text("columns: {species: [soort", encoding="utf-8")
    record = settings["sources"]["records"][0]
    settings["sources"]["records"] = [
        record | {"name": name, "preset": preset}
        for name, preset in [
            *[("own", "own.yaml"), ("torn", "torn.yaml")],
            *[("map", "bwk"), ("lost", "lost.yaml")],
        ]
    ]
    settings["grid"] = {"cell_m": -1}


def password_in_a_path(folder, settings):
    settings["sources"]["habitat"][0]["path"] = "postgresql://me:geheim@server/natuur"


def unwritable_results(folder, settings):
    (folder / "disk").write_text("a file, no folder")
    settings["results_dir"] = "disk/results"


def unknown_group(folder, settings):
    settings["groups"] = ["plants_dry_heat"]


def changed_table(folder, settings, name, change):
    """Give the run a copy of a table of config/ with `change` made to it."""
    table = pd.read_csv(CONFIG / f"{name}.csv", dtype=str, keep_default_na=False)
    table = change(table)
    table.to_csv(folder / f"{name}.csv", index=False)
    settings.setdefault("tables", {})[name] = f"{name}.csv"


def numbers_in_a_table(folder, settings):
    def change(table):
        table.loc[0, "dispersal_median_m"] = "-5"
        table.loc[1, "mvp_ru"] = "veel"
        table.loc[2, "edge_depth_m"] = "7,5"
        return table

    changed_table(folder, settings, "mobility_classes", change)


def group_without_class(folder, settings):
    def change(table):
        table.loc[0, "mobility_class"] = ""
        table.loc[1, "mobility_class"] = "plants_wnd"
        return table

    changed_table(folder, settings, "species_groups", change)


def table_without_column(folder, settings):
    changed_table(folder, settings, "species", lambda t: t.drop(columns="group"))


def everything_at_once(folder, settings):
    numbers_in_a_table(folder, settings)
    group_without_class(folder, settings)
    table_without_column(folder, settings)
    unknown_group(folder, settings)


def layer_without_crs(folder, settings):
    habitat(crs=None).to_file(folder / "habitat.gpkg")


def geographic_analysis(folder, settings):
    settings["crs"] = "EPSG:4326"


def metres_called_degrees(folder, settings):
    """A GeoJSON of Lambert coordinates, which by its own standard is in degrees."""
    habitat(crs=None).to_file(folder / "habitat.geojson", engine="pyogrio")
    settings["sources"]["habitat"][0]["path"] = "habitat.geojson"


def layer_without_column(folder, settings):
    settings["sources"]["habitat"][0]["code_column"] = "kode"


def records_without_column(folder, settings):
    records().rename(columns={"species": "soort"}).to_csv(
        folder / "records.csv", index=False
    )


def unknown_code_refused(folder, settings):
    layer([square(0), square(1)], code=["4030", "heide"]).to_file(
        folder / "habitat.gpkg"
    )
    settings["habitat"] = {"unknown_codes": "refuse"}


def empty_layer(folder, settings):
    habitat().iloc[:0].to_file(folder / "habitat.gpkg")


def everything_outside(folder, settings):
    shapes = [square(300 + k) for k in range(3)]  # 150 km to the east
    layer(shapes, code=["4030"] * 3).to_file(folder / "habitat.gpkg")


def broken_file(folder, settings):
    whole = (folder / "habitat.gpkg").read_bytes()
    (folder / "habitat.gpkg").write_bytes(whole[: len(whole) // 2])


def text_for_a_map(folder, settings):
    (folder / "habitat.gpkg").write_bytes(b"this is no GeoPackage")


def map_of_another_preset(folder, settings):
    del settings["sources"]["habitat"][0]["code_column"]
    settings["sources"]["habitat"][0]["preset"] = "bwk"


def points_for_polygons(folder, settings):
    points = layer([Point(100_000, 200_000)], code=["4030"])
    points.to_file(folder / "habitat.gpkg")


def swapped_columns(folder, settings):
    places = gpd.points_from_xy(records()["x"], records()["y"], crs=CRS).to_crs(4326)
    records(x=places.y, y=places.x).to_csv(folder / "records.csv", index=False)
    settings["sources"]["records"][0]["crs"] = "EPSG:4326"


def unusable_parcels(folder, settings):
    """Parcels of which none can be used: a negative price, a code that is none."""
    shapes = [square(0.7, side_m=100), square(1.7, side_m=100)]
    parcels = layer(shapes, code=["4030", "heide"], cost=["-1000", "1000"])
    parcels.to_file(folder / "parcels.gpkg")


BEFORE_ANYTHING_RUNS = {
    unknown_key: ["stabilty", "did you mean 'stability'"],
    number_as_text: ["grid.cell_m", "'25 m'", "a number", "grid.min_groups", "'-1'"],
    one_name_twice: [
        *["2 sources are named 'heath_map' (habitat, records)", "a name of its own"],
    ],
    missing_file: ["sources.records[sightings]", "no file records.csv", "put it there"],
    unknown_preset: [
        *["sources.records[sightings].preset", "no preset 'gbiff'"],
        *["did you mean 'gbif'?", "bwk, dwca", "a file of your own"],
    ],
    broken_presets: [
        *["own.yaml columns.species: found 'soort'; allowed is a list"],
        *["torn.yaml this is no YAML file", "line 1"],
        *["the preset 'bwk' is for habitat, not for records"],
        *["sources.records[lost].preset: there is no file lost.yaml"],
        *["grid.cell_m: found '-1'"],
    ],
    password_in_a_path: [
        *["sources.habitat[heath_map].path: the path gives a password", "PGPASSWORD"],
    ],
    unwritable_results: ["results_dir", "nothing can be written in", "name another"],
    unknown_group: ["groups", "plants_dry_heat", "plants_dry_heath"],
    numbers_in_a_table: [
        *["mobility_classes.csv", "row 2, column dispersal_median_m: found '-5'"],
        *["more than 0", "row 3, column mvp_ru: found 'veel'", "a number"],
        *["row 4, column edge_depth_m", "decimal comma; write a point: 7.5"],
    ],
    group_without_class: [
        *["species_groups.csv", "row 2, column mobility_class", "blank"],
        *["row 3, column mobility_class", "did you mean 'plants_wind'"],
    ],
    table_without_column: ["species.csv", "column group", "the column is missing"],
    everything_at_once: [
        *["settings", "mobility_classes.csv", "species_groups.csv", "species.csv"],
        *["'-5'", "'veel'", "plants_wnd", "plants_dry_heat'", "column is missing"],
    ],
}
AT_INGEST = {
    geographic_analysis: ["crs 'EPSG:4326'", "WGS 84", "EPSG:31370 for Flanders"],
    layer_without_crs: [
        *["'heath_map'", "habitat.gpkg", "no coordinate reference system"],
        "`crs: EPSG:31370`",
    ],
    metres_called_degrees: [
        *["'heath_map'", "WGS 84", "4 of 4", "cannot be degrees"],
        "`crs: EPSG:31370`",
    ],
    layer_without_column: ["'heath_map'", "no column 'kode'", "code", "Correct the"],
    records_without_column: [
        *["'sightings'", "records.csv", "no column found for species", "soort"],
        "`columns: {species: ...}`",
    ],
    unknown_code_refused: ["'heath_map'", "heide", "habitat_types"],
    empty_layer: ["'heath_map'", "habitat.gpkg", "is empty", "Leave it out"],
    everything_outside: ["'heath_map'", "all 3", "outside the study area", "`crs`"],
    broken_file: ["'heath_map'", "habitat.gpkg", "cannot be read", "opens in QGIS"],
    text_for_a_map: ["'heath_map'", "habitat.gpkg", "is a text table and no map"],
    map_of_another_preset: [
        *["'heath_map'", "preset bwk needs columns HAB1, PHAB1", "found id, code"],
        "`code_column`",
    ],
    points_for_polygons: ["'heath_map'", "none of its 1 polygons", "not_a_polygon"],
    swapped_columns: [
        *["'sightings'", "4 of 4 rows fall in the area", "are swapped"],
        "`swap_coordinates: true`",
    ],
    unusable_parcels: [
        *["sources.candidates: none of the 2 rows of parcels can be used"],
        *["1 impossible value", "1 unknown habitat code", "found cost: -1000"],
        *["code: heide", "a cost is zero or more euros"],
        *["a code must be one of habitat_types.csv", "Correct them, or leave"],
    ],
}


@pytest.fixture(scope="module")
def failed(run_pipeline, tmp_path_factory):
    """The run of every way to spoil the input; two at a time, because each is small."""

    def spoilt_run(spoil, folder):
        settings = tiny_landscape(folder)
        spoil(folder, settings)
        return run_pipeline(folder, settings, cores=1)

    ways = [*BEFORE_ANYTHING_RUNS, *AT_INGEST]
    folders = [tmp_path_factory.mktemp(way.__name__) for way in ways]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(ways, pool.map(spoilt_run, ways, folders), strict=True))


def one_line(text):
    return " ".join(text.split())


def check_words(run, words):
    screen = one_line(run.screen)
    assert run.code != 0
    assert [word for word in words if word not in screen] == [], run.screen
    assert "Traceback" not in run.screen


@pytest.mark.parametrize("spoil", BEFORE_ANYTHING_RUNS, ids=lambda f: f.__name__)
def test_wrong_settings_are_told_before_anything_runs(spoil, failed):
    check_words(failed[spoil], BEFORE_ANYTHING_RUNS[spoil])
    assert "nothing was run" in failed[spoil].screen
    assert not (failed[spoil].folder / "results").exists()


@pytest.mark.parametrize("spoil", AT_INGEST, ids=lambda f: f.__name__)
def test_a_wrong_source_is_named_with_what_to_do(spoil, failed):
    check_words(failed[spoil], AT_INGEST[spoil])
    assert "stopped:" in failed[spoil].screen
    assert "the same command goes on where it stopped" in failed[spoil].screen
    assert not list((failed[spoil].folder / "results").rglob("*.gpkg"))


def test_a_password_in_the_settings_is_not_repeated_on_the_screen(failed):
    assert "geheim" not in failed[password_in_a_path].screen


def test_problems_of_settings_and_tables_are_counted_together(failed):
    assert "7 problems in the settings and tables" in failed[everything_at_once].screen


# --- What is wrong with some rows stops nothing; what stops a run loses nothing


def published(folder):
    """Every file that people open, as bytes."""
    results = folder / "results" / "tiny"
    files = [*results.glob("*.*"), *(results / "tables").iterdir()]
    return {path.relative_to(results): path.read_bytes() for path in files}


def quarantined(folder, name):
    """Reason by row of one layer, and of its rows that have no place."""
    path = folder / "results" / "tiny" / "robuust.gpkg"
    rows = pyogrio.read_dataframe(path, layer=name, read_geometry=False)
    others = pyogrio.read_dataframe(path, layer="quarantined_without_place")
    rows = pd.concat([rows, others[others["layer"] == name]])
    return dict(zip(rows["row"], rows["reason"], strict=True))


@pytest.fixture(scope="module")
def dirty_run(run_pipeline, tmp_path_factory):
    """A run that completes although rows of each source cannot be used."""
    folder = tmp_path_factory.mktemp("dirty")
    settings = tiny_landscape(folder)
    shapes = [*(square(k) for k in range(4)), square(300), square(5), square(6)]
    dirty = layer(shapes, code=["4030"] * 5 + ["heide", "4030"])
    dirty.loc[6, "id"] = "s0"
    dirty.to_file(folder / "habitat.gpkg")
    names = [SPECIES, SPECIES, "Genista phantastica", SPECIES]
    when = ["2024-06-01", "2024-06-01", "2024-06-01", "2024-31-31"]
    ids = ["a", "a", "b", "c"]
    records(species=names, date=when, record_id=ids).to_csv(
        folder / "records.csv", index=False
    )
    shapes = [square(k + 0.7, side_m=100) for k in range(3)]
    costs = ["1000", "-1000", "veel"]
    parcels = layer(shapes, code=["4030"] * 3, cost=costs)
    parcels.to_file(folder / "parcels.gpkg")
    run = run_pipeline(folder, settings)
    assert run.code == 0, run.screen[-3000:]
    return run


def test_rows_that_cannot_be_used_are_set_apart_with_the_reason(dirty_run):
    apart = quarantined(dirty_run.folder, "quarantined_habitat")
    # Which of two with one id stays follows from their shapes, not from their order.
    assert [apart.pop(row) for row in (0, 6) if row in apart] == ["duplicate_id"]
    assert apart == {4: "outside_area", 5: "unknown_habitat_code"}
    assert quarantined(dirty_run.folder, "quarantined_records") == {
        1: "duplicate_id",
        2: "unknown_species",
        3: "impossible_date",
    }
    assert quarantined(dirty_run.folder, "quarantined_context") == {
        1: "impossible_value",
        2: "impossible_value",
    }


def test_the_user_is_told_how_many_rows_are_set_apart(dirty_run):
    assert "8 van 15 rijen" in dirty_run.screen


def test_a_failed_and_a_killed_run_leave_earlier_results_as_they_were(
    dirty_run, run_pipeline, start_pipeline
):
    folder, before = dirty_run.folder, published(dirty_run.folder)
    assert len(before) > 30

    habitat(crs=None).to_file(folder / "habitat.gpkg")
    run = run_pipeline(folder, "my.yaml")
    assert run.code != 0
    assert "The earlier results in results/tiny/ are as they were" in run.screen
    assert published(folder) == before

    habitat(3).to_file(folder / "habitat.gpkg")
    records().iloc[:0].to_csv(folder / "records.csv", index=False)
    process = start_pipeline(folder, "my.yaml")
    for line in process.stdout:
        if "Finished" in line and "classify_robustness" in line:
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert published(folder) == before

    # Snakemake cannot know that the killed run is gone, and says what to do.
    run = run_pipeline(folder, "my.yaml")
    assert run.code != 0
    assert "--unlock" in run.screen
    assert run_pipeline(folder, "my.yaml", "--unlock").code == 0
    run = run_pipeline(folder, "my.yaml")
    assert run.code == 0, run.screen[-3000:]
    assert "delineate_patches" not in run.screen  # done before the kill
    check_results_without_records(folder)
    assert published(folder)[Path("robuust.gpkg")] != before[Path("robuust.gpkg")]


def check_results_without_records(folder):
    """Zero records are no error: every population is one that was never seen."""
    tables = folder / "results" / "tiny" / "tables"
    assert len(pd.read_csv(tables / "patches.csv")) == 3
    assert set(pd.read_csv(tables / "populations.csv")["status"]) == {"unreachable"}
    balance = pd.read_csv(tables / "ingest_summary.csv").set_index("source")
    assert balance.loc["sightings", "rows_in"] == 0
