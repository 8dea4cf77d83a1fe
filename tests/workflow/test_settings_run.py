"""A run with the fewest settings, and what a change of settings or input touches."""

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from shapely.geometry import box

ROOT = Path(__file__).parents[2]
HEATH, MARSH = "plants_dry_heath", "marsh_birds_marsh"
SETTINGS = {
    "area": "fewest",
    "language": "en",
    "results_dir": "out",
    "groups": [HEATH, MARSH],
    "stability": {"draws": 2},
    "sources": {
        "habitat": [
            {"name": "heath", "path": "heath.gpkg", "format": "plain", "code": "4030"}
        ]
    },
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
    assert f"without habitat: {MARSH}" in fewest.screen
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
