"""What a rerun does after each kind of edit: the table of docs/reruns.md, walked."""

import re
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from robuust.habitat_map import extent_of

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden_landscape"
RESULTS = Path("results") / "golden"


# --- The edits, by their names in the document


def nothing(folder, settings):
    """The same command once more."""


def copied_again(folder, settings):
    """Every file is written again, with a new time and the same content."""
    for path in files_in(folder):
        path.write_bytes(path.read_bytes())


def another_row_order(folder, settings):
    edit(folder / "records.csv", lambda table: table.sample(frac=1, random_state=1))


def a_new_record(folder, settings):
    """A newt, once more at a pool where it is known."""

    def add(table):
        newt = table[table["species"] == "Triturus cristatus"].iloc[[0]]
        return pd.concat([table, newt.assign(id="new", date="2025-05-05")])

    edit(folder / "records.csv", add)


def a_moved_polygon(folder, settings):
    """A heath lies five metres farther north."""
    habitat = gpd.read_file(folder / "habitat.gpkg")
    row = habitat.index[habitat["polygon_id"] == "P1"][0]
    habitat.loc[[row], "geometry"] = habitat.geometry[[row]].translate(yoff=5)
    habitat.to_file(folder / "habitat.gpkg")


def a_dispersal_distance(folder, settings):
    """The class of one group moves farther."""

    def farther(table):
        row = table["mobility_class"] == "heath_life"
        table.loc[row, "dispersal_median_m"] = "110"
        return table

    edit(folder / "mobility_classes.csv", farther)


def a_row_of_another_group(folder, settings):
    """The values of a class that no group of the run has, at another place too."""

    def other(table):
        bats = table[table["mobility_class"] == "bats"]
        return pd.concat([bats.assign(source="other"), table.drop(bats.index)])

    edit(folder / "parameter_evidence.csv", other)


def another_budget(folder, settings):
    settings["restoration"]["budgets_eur"] = [60_000]


def another_label(folder, settings):
    columns = pd.read_csv(ROOT / "config" / "output_columns.csv", dtype="str")
    columns.loc[0, "alias_en"] = "another label"
    columns.to_csv(folder / "output_columns.csv", index=False)
    settings["tables"] |= {"output_columns": "output_columns.csv"}


def another_colour(folder, settings):
    """A style of the patches, saved from QGIS, in a folder of the user's own."""
    style = another_style(folder / RESULTS / "robuust.gpkg")
    (folder / "styles").mkdir()
    (folder / "styles" / "patches.qml").write_text(style, encoding="utf-8")
    settings["styles"] = "styles"


EDITS = {
    "nothing": nothing,
    "every file copied again": copied_again,
    "records in another row order": another_row_order,
    "a new record of one species": a_new_record,
    "a moved polygon": a_moved_polygon,
    "the dispersal distance of one class": a_dispersal_distance,
    "a row of a table for a class of no group here": a_row_of_another_group,
    "the budget": another_budget,
    "a label": another_label,
    "a colour": another_colour,
}


def files_in(folder):
    """The files of the user, and none of Snakemake's folders."""
    return [path for path in folder.iterdir() if path.is_file()]


def edit(path, change):
    """Read a table as text, change it, write it back."""
    table = pd.read_csv(path, dtype="str", keep_default_na=False)
    change(table).to_csv(path, index=False)


def another_style(geopackage):
    """The style that a run gave the patches, with another red in it."""
    styles = gpd.read_file(geopackage, layer="layer_styles")
    style = styles.loc[styles["f_table_name"] == "patches", "styleQML"].iloc[0]
    return re.sub(r'(name="color" value=")\d+', r"\g<1>77", style)


# --- What ran, and what the document says


@pytest.fixture(scope="module")
def documented():
    """Edit -> the jobs in the table of the document, as sorted words."""
    text = (ROOT / "docs" / "reruns.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    cells = {name.strip(): jobs for name, jobs in table}
    return {name: jobs_in(cells[name], cells) for name in EDITS}


def jobs_in(cell, cells):
    """`a`, `b` (one_group, other): the jobs; *words* stand for jobs in another row."""
    jobs = set()
    for words in re.findall(r"\*([^*]+)\*", cell):
        jobs |= jobs_in(cells[f"*{words}*"], cells)
    for rule, groups in re.findall(r"`(\w+)`(?: \(([^)]*)\))?", cell):
        jobs |= {f"{rule} {group}".strip() for group in groups.split(", ")}
    return jobs


def jobs_since(folder, start):
    """Jobs that ended since then, by the files in which Snakemake notes their time."""
    found = set()
    for path in (folder / "benchmarks" / "golden").rglob("*.tsv"):
        if path.stat().st_mtime > start:
            place = path.parent.name
            of_group = place not in ("golden", "all_groups")
            found.add(f"{path.stem} {place}" if of_group else path.stem)
    return found


def gains_as_before(folder):
    """Groups of which the last job that measures gains found that none has changed."""
    logs = (folder / "logs" / "golden").glob("*/measure_gains.log")
    return {log.parent.name for log in logs if "gains as before" in log.read_text()}


@pytest.fixture(scope="module")
def walked(run_pipeline, tmp_path_factory):
    """Make every edit in turn and run again: the folder, jobs and gains after each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(GOLDEN)
        import golden_inputs
    folder = tmp_path_factory.mktemp("walk")
    settings = golden_inputs.write_inputs(folder)
    settings["restoration"] = {"budgets_eur": [50_000], "max_candidates": 12}
    settings["sources"]["study_area"] = [{"name": "area", "path": "area.gpkg"}]
    extent_of(gpd.read_file(folder / "habitat.gpkg")).to_file(folder / "area.gpkg")
    first = run_pipeline(folder, settings)
    assert first.code == 0, first.screen[-4000:]
    jobs, as_before = {}, {}
    for name, make in EDITS.items():
        make(folder, settings)
        start = time.time()
        run = run_pipeline(folder, settings)
        assert run.code == 0, f"{name}: {run.screen[-4000:]}"
        jobs[name] = jobs_since(folder, start)
        as_before[name] = gains_as_before(folder)
    return folder, settings, jobs, as_before


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_runs_the_jobs_that_the_document_says(walked, documented, name):
    assert walked[2][name] == documented[name]


def test_gains_are_measured_again_only_where_something_has_changed(walked):
    as_before = walked[3]
    assert as_before["records in another row order"] == set()  # no such job was run
    assert as_before["a moved polygon"] == {"pool_newts"}
    assert as_before["the dispersal distance of one class"] == {
        "heath_birds",
        "pool_newts",
    }


def test_after_all_edits_the_tables_are_those_of_a_run_from_nothing(
    walked, run_pipeline, tmp_path_factory
):
    folder, settings, *_ = walked
    fresh = tmp_path_factory.mktemp("fresh")
    for path in [*files_in(folder), *folder.glob("styles/*")]:
        copy = fresh / path.relative_to(folder)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    run = run_pipeline(fresh, settings)
    assert run.code == 0, run.screen[-4000:]
    tables = sorted((fresh / RESULTS / "tables").glob("*.csv"))
    assert len(tables) > 30
    for path in tables:
        if path.stem != "run_info":  # has the time of the run
            there = folder / path.relative_to(fresh)
            assert there.read_bytes() == path.read_bytes(), path.name
    for path in (fresh / RESULTS).glob("*.tif"):
        there = folder / path.relative_to(fresh)
        assert there.read_bytes() == path.read_bytes(), path.name
