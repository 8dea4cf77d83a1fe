"""`make compare` on the demo: against itself, an edited copy, and what is no result."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

HOME = Path(__file__).parents[2]
GROUP = "reptiles_heath"
FILES = ["change_polygons.csv", "change_records.csv", "changes.csv", "comparison.gpkg"]
FILES += ["comparison.html", "group_changes.csv", "population_changes.csv"]


def compare(folder, old, new, out="out"):
    """The command as a user gives it: exit code, screen and errors."""
    script = HOME / "scripts" / "compare_results.py"
    return subprocess.run(
        [sys.executable, script, old, new, out],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )


def rewrite(package, layer, change):
    """Put the changed rows of a layer in the place of its rows."""
    rows = pyogrio.read_dataframe(package, layer=layer)
    pyogrio.write_dataframe(
        change(rows), package, layer=layer, geometry_type=kind(rows)
    )


def kind(rows):
    return (
        rows.geometry.iloc[0].geom_type if isinstance(rows, gpd.GeoDataFrame) else None
    )


@pytest.fixture(scope="module")
def edited(demo_results, tmp_path_factory):
    """What an earlier run may have found: less of one patch, another verdict, a find.

    The largest patch of the reptiles missed its western strip and a polygon; a species
    that is viable there was a relict, without its latest record.
    """
    folder = tmp_path_factory.mktemp("earlier") / "demo_2025"
    folder.mkdir()
    package = folder / "robuust.gpkg"
    shutil.copyfile(demo_results / "robuust.gpkg", package)
    patches = pyogrio.read_dataframe(package, layer="patches")
    patch = patches[patches["group"] == GROUP].sort_values("area_ha").iloc[-1]
    west, south, east, north = patch["geometry"].bounds
    kept = shapely.box(west + (east - west) / 10, south, east, north)
    members = pyogrio.read_dataframe(package, layer="patch_polygons")
    polygon = members.loc[members["patch_id"] == patch["patch_id"], "polygon_id"].min()
    records = pyogrio.read_dataframe(package, layer="population_records")
    here = records[records["patch_id"] == patch["patch_id"]]
    species = here["species"].min()
    latest = here[here["species"] == species].sort_values(["date", "record_id"])
    record = latest["record_id"].iloc[-1]

    def smaller(rows):
        here = rows["patch_id"] == patch["patch_id"]
        cut = shapely.intersection(rows.geometry[here].to_numpy(), kept)
        rows.loc[here, "geometry"] = [shapely.multipolygons(shapely.get_parts(cut[0]))]
        rows.loc[here, "class"] = "near"
        rows.loc[here, "lineage_id"] = f"{GROUP}-of-2024"
        return rows

    def a_relict(rows):
        here = (rows["patch_id"] == patch["patch_id"]) & (rows["species"] == species)
        return rows.assign(status=rows["status"].mask(here, "relict"))

    rewrite(package, "patches", smaller)
    rewrite(package, "populations", a_relict)
    rewrite(
        package,
        "patch_polygons",
        lambda rows: rows[
            (rows["patch_id"] != patch["patch_id"]) | (rows["polygon_id"] != polygon)
        ],
    )
    rewrite(
        package, "population_records", lambda rows: rows[rows["record_id"] != record]
    )
    return {
        "folder": folder,
        "patch_id": patch["patch_id"],
        "class": patch["class"],
        "polygon": polygon,
        "species": species,
        "record": record,
    }


@pytest.fixture(scope="module")
def compared(edited, demo_results, tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    done = compare(folder, edited["folder"], demo_results)
    assert done.returncode == 0, done.stderr
    return folder / "out", done


def test_the_command_writes_its_files_and_ten_lines(compared):
    out, done = compared
    assert sorted(path.name for path in out.iterdir()) == FILES
    assert len(done.stdout.splitlines()) == 10
    assert done.stdout.splitlines()[-1].startswith("Open:")


def test_the_changed_patch_has_its_lasting_id_verdict_and_polygon(compared, edited):
    changes = pd.read_csv(compared[0] / "changes.csv")
    changed = changes[changes["change"] != "same"]
    (row,) = changed.to_dict("records")
    assert (row["patch_id"], row["change"]) == (edited["patch_id"], "grown")
    assert row["lineage_id"] == f"{GROUP}-of-2024"
    assert (row["earlier_class"], row["class"]) == ("near", edited["class"])
    polygons = pd.read_csv(compared[0] / "change_polygons.csv")
    told = polygons[["lineage_id", "polygon_id", "cause"]].values.tolist()
    assert told == [[row["lineage_id"], edited["polygon"], "added"]]
    assert edited["polygon"] in row["reason_nl"]


def test_the_changed_population_has_its_record(compared, edited):
    (row,) = pd.read_csv(compared[0] / "population_changes.csv").to_dict("records")
    assert (row["species"], row["earlier_status"]) == (edited["species"], "relict")
    assert row["outcome"] == "better"
    (record,) = pd.read_csv(compared[0] / "change_records.csv").to_dict("records")
    assert (record["record_id"], record["cause"]) == (edited["record"], "added")
    assert edited["record"] in row["reason_nl"]


def test_the_geopackage_is_drawn_as_that_of_the_run(compared, demo_results):
    def styles(path):
        with sqlite3.connect(path) as package:
            rows = package.execute("SELECT f_table_name, styleQML FROM layer_styles")
            return dict(rows.fetchall())

    ours, theirs = (
        styles(compared[0] / "comparison.gpkg"),
        styles(demo_results / "robuust.gpkg"),
    )
    assert ours["population_changes"] == theirs["population_changes"]
    for colour in ("90,174,97", "252,174,145"):  # grown, shrunk
        assert colour in ours["changes"]
        assert colour in theirs["changes"]


def test_the_page_needs_nothing_from_elsewhere(compared, edited):
    page = (compared[0] / "comparison.html").read_text(encoding="utf-8")
    assert "http" not in page.replace("http://www.w3.org", "")
    assert "<script" not in page
    assert edited["record"] in page
    assert '<html lang="nl">' in page


def test_a_run_compared_with_itself_differs_in_nothing(demo_results, tmp_path):
    done = compare(tmp_path, demo_results, demo_results)
    assert done.returncode == 0, done.stderr
    for name in ("change_polygons", "change_records", "population_changes"):
        assert pd.read_csv(tmp_path / "out" / f"{name}.csv").empty
    assert set(pd.read_csv(tmp_path / "out" / "changes.csv")["change"]) == {"same"}
    assert "0 vlakken, 0 waarnemingen" in done.stdout


def test_another_reference_system_other_groups_and_an_older_version_are_told(
    demo_results, tmp_path
):
    old = tmp_path / "old"
    old.mkdir()
    for layer in ("patches", "populations", "networks", "group_summary"):
        rows = pyogrio.read_dataframe(demo_results / "robuust.gpkg", layer=layer)
        rows = rows.drop(columns=["lineage_id"], errors="ignore")
        rows["group"] = rows["group"].replace(GROUP, "bats")
        if isinstance(rows, gpd.GeoDataFrame):
            rows = rows.to_crs(28992)
        pyogrio.write_dataframe(rows, old / "robuust.gpkg", layer=layer)
    done = compare(tmp_path, old, demo_results)
    assert done.returncode == 0, done.stderr
    assert "alleen in het oude resultaat: bats" in done.stdout
    assert f"alleen in het nieuwe resultaat: {GROUP}" in done.stdout
    assert "EPSG:28992 → EPSG:31370" in done.stdout
    assert "heeft geen patch_polygons, population_records" in done.stdout
    changes = pd.read_csv(tmp_path / "out" / "changes.csv")
    assert set(changes["change"]) == {"same"}
    assert GROUP not in set(changes["group"])


def test_what_is_no_results_folder_is_refused_in_words(demo_results, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "robuust.gpkg").write_text("no package")
    other = tmp_path / "other"
    other.mkdir()
    pyogrio.write_dataframe(
        pd.DataFrame({"a": [1]}), other / "robuust.gpkg", layer="fields"
    )
    for old, words in (
        ("nowhere", "OLD: there is no folder nowhere"),
        ("empty", "OLD: the folder empty has no robuust.gpkg"),
        ("text", "cannot be read as a GeoPackage"),
        ("other", "has no layer patches and no layer networks"),
        (str(demo_results.parent), f"such as {demo_results.as_posix()}"),
    ):
        done = compare(tmp_path, old, demo_results)
        assert done.returncode == 1
        assert words in done.stderr
        assert "Traceback" not in done.stderr
    assert compare(tmp_path, "", demo_results).returncode == 2
    assert not (tmp_path / "out").exists()
