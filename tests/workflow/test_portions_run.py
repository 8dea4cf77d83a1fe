"""Groups of the demo shared out over several jobs, then edited: the same bits."""

import contextlib
import re
import shutil
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import psutil
import pyarrow.parquet as pq
import pytest
import yaml

from robuust.job_costs import portion_count

pytestmark = pytest.mark.demo

ROOT = Path(__file__).parents[2]
# On foot over the land cover, with and without links in the demo.
GROUPS = ("amphibians_pools", "butterflies_wet_heath", "plants_wet_heath")
TABLES = {
    "links": "measure_connectivity",
    "patch_connectivity": "measure_connectivity",
    "network_connectivity": "measure_connectivity",
    "group_connectivity": "measure_connectivity",
    "dispersal_sweep": "measure_connectivity",
    "buffers": "buffer_patches",
    "pressure_zones": "buffer_patches",
    "zone_land_uses": "buffer_patches",
}
POLYGONS_PER_PORTION = 60
EDITED = "butterflies_wet_heath"


@pytest.fixture(scope="module")
def shared_out(demo_results, run_pipeline, tmp_path_factory):
    """A run of three groups of the demo in which jobs share the work on each."""
    folder = tmp_path_factory.mktemp("portions")
    settings = yaml.safe_load((ROOT / "config/demo.yaml").read_text(encoding="utf-8"))
    settings |= {
        "jobs": {"polygons_per_portion": POLYGONS_PER_PORTION},
        "scenarios": {},
    }
    run = run_pipeline(folder, settings, *wanted(GROUPS))
    assert run.code == 0, run.screen[-4000:]
    return run


def wanted(groups):
    """Files to ask a run for."""
    return [
        f"results/demo/{group}/{table}.parquet" for group in groups for table in TABLES
    ]


@pytest.fixture(scope="module")
def edited(shared_out, start_pipeline, run_pipeline, tmp_path_factory):
    """Folders of two runs after a polygon moved: going on from before, and afresh.

    The first one is ended in a portion, and run again: Snakemake puts back the pieces
    of a job that failed.
    """
    again = tmp_path_factory.mktemp("edited") / "again"
    shutil.copytree(shared_out.folder, again, symlinks=True)
    afresh = tmp_path_factory.mktemp("afresh")
    settings = yaml.safe_load((again / "my.yaml").read_text(encoding="utf-8"))
    for folder in (again, afresh):
        place = folder / "data" / "demo"
        shutil.copytree(ROOT / "data" / "demo", place)
        move_a_heath(place / "landscape.gpkg")
        if folder == again:
            failed = start_pipeline(folder, settings, *wanted([EDITED]))
            end_a_portion(failed)
            screen, _ = failed.communicate(timeout=600)
            assert failed.returncode == 1, screen[-4000:]
        run = run_pipeline(folder, settings, *wanted([EDITED]))
        assert run.code == 0, run.screen[-4000:]
        settings |= {"jobs": {"polygons_per_portion": 10**6}}
    return again, afresh


def end_a_portion(process):
    """Kill the first job that draws a share of the buffers, and no other process."""
    while process.poll() is None:
        for job in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if any(".buffer_patches.py" in part for part in job.cmdline()[1:2]):
                    job.kill()
                    return
        time.sleep(0.02)
    raise AssertionError("no portion was seen")


def move_a_heath(landscape):
    """Move the first wet heath of the map five metres."""
    habitat = gpd.read_file(landscape, layer="habitat")
    code = habitat.columns[habitat.isin(["4010"]).any()][0]
    row = habitat.index[habitat[code] == "4010"][0]
    habitat.loc[[row], "geometry"] = habitat.geometry[[row]].translate(yoff=5)
    habitat.to_file(landscape, layer="habitat")


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("table", TABLES)
def test_shared_out_or_not_the_tables_are_the_same_in_bytes(
    shared_out, demo_results, group, table
):
    found = shared_out.folder / "results" / "demo" / group / f"{table}.parquet"
    whole = demo_results / group / f"{table}.parquet"
    assert found.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("group", GROUPS)
def test_there_is_a_portion_per_so_many_polygons_and_none_is_left_to_do(
    shared_out, group
):
    place = shared_out.folder / "results" / "demo" / group
    polygons = pq.read_metadata(place / "habitat.parquet").num_rows
    count = portion_count(polygons, POLYGONS_PER_PORTION)
    assert count > 1
    for name in ("buffers", "connectivity"):
        assert len(list((place / "portions").glob(f"{name}_*.parquet"))) == count
    logs = shared_out.folder / "logs" / "demo" / group
    assert "made 0 of " in (logs / "buffer_patches.log").read_text(encoding="utf-8")
    log = logs / "measure_connectivity.log"
    assert "0 of all sums were left to make" in log.read_text(encoding="utf-8")


def test_every_window_and_zone_was_made_by_one_job(shared_out, demo_results):
    for group in GROUPS:
        place = shared_out.folder / "results" / "demo" / group / "portions"
        portions = [pd.read_parquet(path) for path in place.glob("buffers_*.parquet")]
        whole = pd.read_parquet(demo_results / group / "pieces.parquet")
        made = pd.concat(portions)["digest"]
        assert made.is_unique
        assert set(made) == set(whole["digest"])


@pytest.mark.parametrize("table", TABLES)
def test_after_an_edit_the_tables_are_those_of_a_run_from_nothing(edited, table):
    again, afresh = (
        folder / "results" / "demo" / EDITED / f"{table}.parquet" for folder in edited
    )
    assert again.read_bytes() == afresh.read_bytes()


def test_after_an_edit_only_the_windows_and_zones_near_it_are_made(edited):
    logs = (edited[0] / "logs" / "demo" / EDITED).glob("buffer_portion_*.log")
    text = "".join(path.read_text(encoding="utf-8") for path in logs)
    made, whole = zip(*re.findall(r"made (\d+) of (\d+) windows", text), strict=True)
    assert 0 < sum(map(int, made)) < sum(map(int, whole)) / 2
