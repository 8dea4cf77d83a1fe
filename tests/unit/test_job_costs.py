"""What jobs ask for: the formulas, and the sizes that drive them."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml

from robuust.job_costs import (
    BUFFERED,
    COUNTED_FILES,
    GRIDS,
    MEASURED_FILES,
    job_memory_mb,
    job_seconds,
    memory_request_mb,
    rule_of_job,
    runtime_request_min,
)
from robuust.settings import check_table
from robuust_files.job_sizes import count_rows, file_mb, job_size

ROOT = Path(__file__).parents[2]
COST = {
    "seconds_base": 2.0,
    "seconds_per_unit": 0.01,
    "exponent": 1.5,
    "mb_base": 200.0,
    "mb_per_unit": 0.5,
}


def schema():
    path = ROOT / "workflow" / "schemas" / "job_costs.schema.yaml"
    return yaml.safe_load(path.read_text("utf-8"))


def table():
    return pd.read_csv(
        ROOT / "config" / "job_costs.csv", dtype=str, keep_default_na=False
    )


def test_time_grows_with_the_exponent_and_memory_in_proportion():
    assert job_seconds(COST, 100) == pytest.approx(2 + 0.01 * 1000)
    assert job_memory_mb(COST, 100) == 250


def test_a_job_that_reads_nothing_costs_its_base():
    assert job_seconds(COST, 0) == 2
    assert job_memory_mb(COST, 0) == 200


def test_each_attempt_asks_for_twice_as_much():
    memory = [memory_request_mb(COST, 100, attempt) for attempt in (1, 2, 3)]
    runtime = [runtime_request_min(COST, 100_000, attempt) for attempt in (1, 2, 3)]
    assert memory == [875, 1750, 3500]
    assert runtime[1] == 2 * runtime[0]
    assert runtime[2] == 4 * runtime[0]


def test_a_job_asks_for_more_than_it_is_expected_to_need():
    for size in (0, 10, 10_000, 1_000_000):
        assert memory_request_mb(COST, size) > job_memory_mb(COST, size)
        assert runtime_request_min(COST, size) * 60 > job_seconds(COST, size)


def test_rows_of_the_driver_are_counted_over_all_groups_and_nothing_else(tmp_path):
    frame = pd.DataFrame({"x": range(3)})
    for group in ("a", "b"):
        (tmp_path / group).mkdir()
        frame.to_parquet(tmp_path / group / "patches.parquet")
    frame.head(2).to_parquet(tmp_path / "links.parquet")
    files = [str(path) for path in tmp_path.rglob("*.parquet")]
    assert job_size("patches", files) == 6
    assert job_size("links", files) == 2
    assert job_size("records", files) == 0


def test_verdicts_count_as_patches_only_where_no_patches_are_read(tmp_path):
    pd.DataFrame({"x": range(3)}).to_parquet(tmp_path / "verdicts.parquet")
    files = [tmp_path / "verdicts.parquet"]
    assert job_size("patches", files) == 3
    pd.DataFrame({"x": range(5)}).to_parquet(tmp_path / "patches.parquet")
    assert job_size("patches", [*files, tmp_path / "patches.parquet"]) == 5


def test_links_that_are_yet_to_be_found_are_guessed_from_the_patches(tmp_path):
    squares = shapely.box([0, 900], [0, 900], [100, 1000], [100, 1000])
    path = tmp_path / "patches.parquet"
    gpd.GeoDataFrame(geometry=squares, crs=31370).to_parquet(path)
    assert job_size("links", [path], dispersal_max_m=100) == 0
    assert job_size("links", [path], dispersal_max_m=5000) == 1
    pd.DataFrame({"x": range(7)}).to_parquet(tmp_path / "links.parquet")
    both = [path, tmp_path / "links.parquet"]
    assert job_size("links", both, dispersal_max_m=100) == 7


def test_a_hundred_rows_of_land_cover_count_as_a_patch(tmp_path):
    for name, rows in (("verdicts", 5), ("land_cover", 200)):
        pd.DataFrame({"x": range(rows)}).to_parquet(tmp_path / f"{name}.parquet")
    assert job_size("patches_and_cover", list(tmp_path.iterdir())) == 7


def test_jobs_of_a_group_are_driven_by_what_the_group_has():
    # All input together says nothing of a group before the run, nor in a scenario,
    # which also reads the results of today.
    of_group = table()["per"].str.endswith("group")
    assert "input_mb" not in set(table().loc[of_group, "driver"])


def test_a_file_that_changed_is_counted_again(tmp_path):
    path = tmp_path / "links.parquet"
    pd.DataFrame({"x": range(3)}).to_parquet(path)
    assert count_rows(path) == 3
    pd.DataFrame({"x": range(7)}).to_parquet(path)
    assert count_rows(path) == 7


def test_cells_are_those_of_the_box_round_the_study_area(tmp_path):
    path = tmp_path / "study_area.parquet"
    area = [shapely.box(0, 0, 1000, 500)]
    gpd.GeoDataFrame(geometry=area, crs=31370).to_parquet(path)
    assert job_size("grid_cells", [path], cell_m={"grid_cells": 10}) == 5000


def test_all_input_is_counted_once_and_in_megabytes(tmp_path):
    path = tmp_path / "records.csv"
    path.write_bytes(b"x" * 2**20)
    assert job_size("input_mb", [path, path]) == 1
    assert file_mb(tmp_path) == 1


def test_a_file_that_is_not_made_yet_is_told_by_its_name(tmp_path):
    missing = tmp_path / "patches.parquet"
    with pytest.raises(FileNotFoundError) as error:
        job_size("patches", [missing])
    assert error.value.filename == str(missing)


def test_a_rule_of_a_scenario_costs_what_it_costs_today():
    known = ["delineate_patches", "delineate_history"]
    assert rule_of_job("more_heath_delineate_patches", known) == "delineate_patches"
    assert rule_of_job("delineate_history", known) == "delineate_history"
    assert rule_of_job("all", known) is None


def test_the_table_of_costs_is_right():
    problems, _ = check_table("job_costs", table(), schema())
    assert [str(problem) for problem in problems] == []


def test_every_driver_that_the_table_may_name_can_be_measured():
    drivers = set(schema()["properties"]["driver"]["enum"])
    counted = COUNTED_FILES.keys() - {"land_cover"}  # only together with patches
    assert drivers == {"input_mb", BUFFERED, *counted, *MEASURED_FILES, *GRIDS}
