"""A run with the fewest settings, and what a change of settings or input touches."""

import os
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import yaml
from shapely.geometry import box

ROOT = Path(__file__).parents[2]
HEATH, MARSH = "plants_dry_heath", "marsh_birds_marsh"
SETTINGS = {
    "area": "fewest",
    "language": "en",
    "results_dir": "out",
    "groups": [HEATH, MARSH],
    "stability": {"draws": 2},
    "sources": {"habitat": [{"name": "heath", "path": "heath.gpkg", "code": "4030"}]},
}


@pytest.fixture(scope="module")
def fewest(run_pipeline, tmp_path_factory):
    """A run on three squares of heath, and no marsh for the marsh birds."""
    folder = tmp_path_factory.mktemp("fewest")
    squares = [box(x, 200_000, x + 300, 200_300) for x in (100_000, 100_500, 101_000)]
    heath = gpd.GeoDataFrame(geometry=squares, crs="EPSG:31370")
    heath.to_file(folder / "heath.gpkg")
    run = run_pipeline(folder, SETTINGS)
    assert run.code == 0, run.screen[-4000:]
    return run


@pytest.fixture(scope="module")
def results(fewest):
    return fewest.folder / "out" / "fewest"


def table(results, name):
    return pyogrio.read_dataframe(
        results / "robuust.gpkg", layer=name, read_geometry=False
    )


def test_results_come_where_the_settings_say(fewest, results):
    assert (results / "report.html").is_file()
    assert not (fewest.folder / "results").exists()
    assert "out/fewest/robuust.qgz" in fewest.screen


def test_a_group_without_habitat_is_no_error_and_is_named(fewest, results):
    summary = table(results, "group_summary").set_index("group")
    assert summary["n_patches"].to_dict() == {HEATH: 3, MARSH: 0}
    assert summary.loc[MARSH, "area_ha"] == 0
    assert set(table(results, "patches")["group"]) == {HEATH}
    name = summary.loc[MARSH, "name_en"]
    assert f"without habitat: {name}" in fewest.screen
    assert name in (results / "report.html").read_text(encoding="utf-8")


def test_an_empty_layer_has_the_columns_of_a_full_one(results):
    described = pd.read_csv(ROOT / "config" / "output_columns.csv")
    empty = 0
    for name, columns in described.groupby("layer"):
        rows = table(results, name)
        assert list(rows) == list(columns["column"]), name
        empty += rows.empty
    assert empty > 3


def test_the_language_is_that_of_the_settings(fewest):
    assert "Species groups:" in fewest.screen
    assert "Soortgroepen:" not in fewest.screen


def test_every_setting_is_stored_with_its_value_given_or_not(results):
    settings = table(results, "settings").set_index("key")["value"]
    assert settings["language"] == "en"
    assert settings["stability.draws"] == "2"
    assert settings["network.p0"] == "0.5"
    assert settings["records.recent_years"] == "10"


def planned(run):
    """Rules that a dry run would run, with the number of jobs."""
    lines = run.screen.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("job  "))
    rows = [line.split() for line in lines[start + 2 :]]
    stop = next(k for k, row in enumerate(rows) if row[:1] == ["total"])
    return {rule: int(n) for rule, n in rows[:stop]}


def test_what_only_records_touch_leaves_the_patches_alone(fewest, run_pipeline):
    changed = SETTINGS | {"records": {"recent_years": 7}}
    run = run_pipeline(fewest.folder, changed, "--dry-run")
    assert run.code == 0, run.screen[-3000:]
    assert planned(run)["classify_populations"] == 2
    untouched = {"ingest_habitat", "delineate_patches", "measure_connectivity"}
    assert untouched & planned(run).keys() == set()


def test_what_one_group_needs_touches_no_other_group(fewest, run_pipeline):
    groups = pd.read_csv(ROOT / "config" / "species_groups.csv", dtype=str)
    groups.loc[groups["group"] == MARSH, "local_distance_m"] = "321"
    groups.to_csv(fewest.folder / "groups.csv", index=False)
    changed = SETTINGS | {"tables": {"species_groups": "groups.csv"}}
    run = run_pipeline(fewest.folder, changed, "--dry-run")
    assert run.code == 0, run.screen[-3000:]
    assert planned(run)["delineate_patches"] == 1


# --- Sources that are more than one file, or none

UNTIL_HABITAT = ("--until", "ingest_habitat")


@pytest.fixture(scope="module")
def many_files(run_pipeline, tmp_path_factory):
    """A run of chapter 1 on a file geodatabase, which is a folder, and a shapefile."""
    folder = tmp_path_factory.mktemp("many_files")
    drivers = {"land.gdb": "OpenFileGDB", "heath.shp": "ESRI Shapefile"}
    for k, (path, driver) in enumerate(drivers.items()):
        square = box(100_000 + 500 * k, 200_000, 100_300 + 500 * k, 200_300)
        layer = gpd.GeoDataFrame({"code": ["4030"]}, geometry=[square], crs=31370)
        layer.to_file(folder / path, driver=driver)
    habitat = [
        {"name": Path(path).stem, "path": path, "code_column": "code"}
        for path in drivers
    ]
    run = run_pipeline(
        folder, SETTINGS | {"sources": {"habitat": habitat}}, *UNTIL_HABITAT
    )
    assert run.code == 0, run.screen[-4000:]
    return run


def test_a_change_in_any_file_of_a_source_is_noticed(many_files, run_pipeline):
    folder, dry = many_files.folder, (*UNTIL_HABITAT, "--dry-run")
    (folder / "land.gdb" / "of_a_visitor.lock").write_text("open in a GIS")
    run = run_pipeline(folder, "my.yaml", *dry)
    assert "ingest_habitat" not in run.screen, run.screen[-3000:]
    (table, *_) = sorted((folder / "land.gdb").glob("*.gdbtable"))
    for file in (folder / "heath.dbf", table):
        content, times = file.read_bytes(), file.stat()
        file.write_bytes(content + b" ")
        run = run_pipeline(folder, "my.yaml", *dry)
        assert planned(run) == {"ingest_habitat": 1}, (file, run.screen[-3000:])
        file.write_bytes(content)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_a_database_is_no_file_that_is_missing(tmp_path, run_pipeline):
    source = {"name": "heath", "path": "postgresql://server/nature", "code": "4030"}
    settings = SETTINGS | {"sources": {"habitat": [source | {"layer": "heath"}]}}
    run = run_pipeline(tmp_path, settings, "--dry-run")
    assert run.code == 0, run.screen[-3000:]
    assert planned(run)["ingest_habitat"] == 1


# --- The worked example of docs/sources.md, and what a change of a preset touches

UNTIL_RECORDS = ("--until", "ingest_records")


@pytest.fixture(scope="module")
def own_presets(run_pipeline, tmp_path_factory):
    """The files and presets of the worked example, ingested."""
    folder = tmp_path_factory.mktemp("own_presets")
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    example = page.split("## A preset of your own")[1]
    my_map, my_counts, sources = re.findall(r"```yaml\n(.*?)```", example, re.DOTALL)
    (folder / "my_map.yaml").write_text(my_map, encoding="utf-8")
    (folder / "my_counts.yaml").write_text(my_counts, encoding="utf-8")
    counts = re.search(r"```csv\n(.*?)```", example, re.DOTALL)[1]
    (folder / "tellingen.csv").write_text(counts, encoding="utf-8")
    table = {"TYPE1": ["4010", "H2190B"], "AANDEEL1": [70, 100]}
    table |= {"TYPE2": ["geen", None], "AANDEEL2": [30, 0], "KWAL1": ["slecht", "goed"]}
    shapes = [box(x, 225_000, x + 500, 225_500) for x in (190_000, 190_500)]
    map_of_land = gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:31370")
    map_of_land.to_file(folder / "terrein.gpkg")
    settings = SETTINGS | yaml.safe_load(sources)
    run = run_pipeline(folder, settings, *UNTIL_RECORDS)
    assert run.code == 0, run.screen[-4000:]
    return run


def test_a_habitat_map_is_read_by_a_preset_of_ones_own(own_presets):
    ingested = own_presets.folder / "out" / "fewest" / "ingest"
    parts = pd.read_parquet(ingested / "habitat_parts.parquet")
    found = parts.set_index("code")[["share", "quality"]].apply(tuple, axis=1).to_dict()
    assert found == {"4010": (0.7, 0.2), "gh": (0.3, 1.0), "2190_B": (1.0, 1.0)}


def test_records_are_read_by_a_preset_of_ones_own(own_presets):
    ingested = own_presets.folder / "out" / "fewest" / "ingest"
    records = pd.read_parquet(ingested / "records.parquet").set_index("species")
    assert records["uncertainty_m"].to_dict() == {
        **{"Hyla arborea": 707.0, "Triturus cristatus": 707.0}
    }
    assert records["generalised"].all()
    first = records.loc["Triturus cristatus", "date_first"]
    assert str(first.date()) == "2023-06-01"
    assert sorted(records["present"]) == [False, True, True]


def test_a_changed_preset_runs_the_rule_that_reads_by_it_again(
    own_presets, run_pipeline
):
    folder, file = own_presets.folder, own_presets.folder / "my_counts.yaml"
    text = file.read_text(encoding="utf-8")
    dry = (*UNTIL_RECORDS, "--dry-run")
    file.write_text(text.replace("about: ", "about: Long ago. "), encoding="utf-8")
    run = run_pipeline(folder, "my.yaml", *dry)
    assert "ingest_records" not in run.screen, run.screen[-3000:]
    file.write_text(text.replace("707", "354"), encoding="utf-8")
    run = run_pipeline(folder, "my.yaml", *dry)
    assert set(planned(run)) == {"ingest_records"}, run.screen[-3000:]
    file.write_text(text, encoding="utf-8")


def test_plain_snakemake_in_the_project_runs_the_demo():
    run = subprocess.run(
        [
            Path(sys.executable).with_name("snakemake"),
            "--dry-run",
            "--forceall",
            "--quiet",
            "host",
        ],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if k != "SNAKEMAKE_PROFILE"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert "results/demo/robuust.gpkg" in run.stdout + run.stderr
