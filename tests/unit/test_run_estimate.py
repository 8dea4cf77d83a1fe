"""What a run will need: counts by the land, costs by the table, what does not fit."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from robuust.estimate_page import estimate_page
from robuust.run_estimate import (
    expected_group,
    expected_groups,
    expected_steps,
    unfit,
    whole_sizes,
)
from robuust_files.run_costs import known_groups, measured_steps
from robuust_files.source_sizes import sampled_shares, source_extent_km2, source_size

DEMO = Path(__file__).parents[2] / "data" / "demo" / "landscape.gpkg"
TRAITS = {"local_distance_m": 50, "dispersal_max_m": 1000}
GROUPS = pd.DataFrame(
    {
        "group_polygons": [100, 300],
        "patches": [10, 40],
        "links": [5, 80],
        "mb": [1.0, 2],
    },
    index=pd.Index(["newts", "birds"], name="group"),
)
COST = {
    "seconds_base": 1.0,
    "seconds_per_unit": 0.1,
    "exponent": 1.0,
    "mb_base": 100.0,
    "mb_per_unit": 1.0,
}


def costs(**rows):
    table = {
        rule: COST | {"per": per, "driver": driver}
        for rule, (per, driver) in rows.items()
    }
    return pd.DataFrame.from_dict(table, orient="index")


def whole():
    return whole_sizes(
        GROUPS,
        100,
        grid_m=10,
        cost_m=25,
        source_mb={"ingest_records": 7.0},
        habitat_polygons=5000,
        records=900,
        candidates=50,
    )


JOBS_OF = {"run": ["area"], "group": ["newts", "birds"], "land_group": []}


def test_no_polygons_give_no_patches_and_no_links():
    found = expected_group(0, 100, **TRAITS)
    assert (found["patches"], found["links"]) == (0, 0)


def test_the_farther_a_group_goes_in_daily_life_the_fewer_its_patches():
    near, far = (
        expected_group(1000, 50, local_distance_m=reach, dispersal_max_m=1000)
        for reach in (10, 500)
    )
    assert near["patches"] > 5 * far["patches"]


def test_links_are_at_most_those_between_all_pairs():
    found = expected_group(1000, 1, local_distance_m=1, dispersal_max_m=1e6)
    assert found["links"] == found["patches"] * (found["patches"] - 1) // 2


def test_ten_times_the_land_has_ten_times_the_patches_and_links():
    small, large = (expected_group(1000 * k, 100 * k, **TRAITS) for k in (1, 10))
    for count in ("patches", "links"):
        assert large[count] == pytest.approx(10 * small[count], rel=0.01)


def test_a_rule_per_group_has_a_job_per_group_and_the_largest_sets_its_memory():
    table = costs(measure=("group", "patches"), judge=("run", "patches"))
    steps = expected_steps(table, GROUPS, whole(), JOBS_OF)
    assert steps.loc["measure", ["jobs", "size"]].tolist() == [2, 40]
    assert steps.loc["measure", "seconds"] == pytest.approx(1 + 1 + 4 + 1)
    assert steps.loc["measure", "mb"] == 140
    assert steps.loc["judge", ["jobs", "size"]].tolist() == [1, 50]


def test_jobs_that_share_a_group_share_its_time_and_not_its_memory():
    jobs_of = JOBS_OF | {"portion_group": ["birds"] * 4}
    table = costs(measure=("portion_group", "patches"))
    step = expected_steps(table, GROUPS, whole(), jobs_of).loc["measure"]
    assert step["jobs"] == 4
    assert step["seconds"] == pytest.approx(1 + 4)
    assert step["mb"] == 140


def test_a_rule_that_nothing_asks_for_is_left_out():
    steps = expected_steps(
        costs(map=("land_group", "cost_cells"), judge=("run", "records")),
        GROUPS,
        whole(),
        JOBS_OF,
    )
    assert list(steps.index) == ["judge"]


def test_a_rule_of_ingestion_is_driven_by_its_own_sources():
    table = costs(ingest_records=("run", "input_mb"), write=("run", "input_mb"))
    sizes = expected_steps(table, GROUPS, whole(), JOBS_OF)["size"]
    assert sizes.to_dict() == {"ingest_records": 7.0, "write": 3.0}


def test_cells_follow_the_area_and_the_width_of_a_cell():
    assert whole()["grid_cells"] == 1_000_000
    assert whole()["cost_cells"] == 160_000


def test_all_that_does_not_fit_is_told():
    steps = pd.DataFrame({"mb": [900.0, 2048.0]}, index=["small", "large"])
    words = unfit(steps, 4096, memory_mb=1024, free_mb=2048)
    assert len(words) == 2
    assert "large: a job of 2.0 GB" in words[0]
    assert "4.0 GB do not fit in the 2.0 GB" in words[1]
    assert unfit(steps, 1, memory_mb=4096, free_mb=2048) == []


def test_counts_of_an_earlier_run_replace_the_guesses(tmp_path):
    (tmp_path / "newts").mkdir()
    for name, rows in (("patch_polygons", 7), ("patches", 3), ("links", 2)):
        frame = pd.DataFrame({"x": range(rows)})
        frame.to_parquet(tmp_path / "newts" / f"{name}.parquet")
    groups = known_groups(tmp_path, GROUPS)
    assert groups.loc["newts", ["group_polygons", "patches", "links"]].tolist() == [
        7,
        3,
        2,
    ]
    assert groups["known"].tolist() == [True, False]
    assert groups.loc["birds", "patches"] == 40


def test_measured_time_is_summed_and_memory_is_that_of_the_largest_job(tmp_path):
    for group, seconds, mb in (("newts", 2.0, 300.0), ("birds", 5.0, 200.0)):
        (tmp_path / group).mkdir()
        row = pd.DataFrame({"s": [seconds], "cpu_time": [1.5], "max_rss": [mb]})
        row.to_csv(tmp_path / group / "measure.tsv", sep="\t", index=False)
    assert measured_steps(tmp_path).loc["measure"].tolist() == [2, 7.0, 3.0, 300.0]
    assert measured_steps(tmp_path / "none").empty


def test_the_page_tells_estimate_and_measurement_side_by_side():
    table = costs(measure=("group", "patches"), judge=("run", "patches"))
    steps = expected_steps(table, GROUPS, whole(), JOBS_OF)
    measured = pd.DataFrame(
        {"measured_s": [28.0], "measured_cpu_s": [14.0], "measured_mb": [150.0]},
        index=["measure"],
    )
    sources = pd.DataFrame(
        [("habitat", "map", 5000, True, 12.0), ("records", "finds", 900, False, 3.0)],
        columns=["kind", "name", "rows", "told", "mb"],
    )
    page = estimate_page(
        "fens",
        sources,
        100,
        GROUPS.assign(known=[True, False]),
        steps.join(measured),
        cores=2,
        disk_mb=512,
        problems=["measure: too large"],
    )
    lines = {line.split()[0]: line for line in page.splitlines() if line}
    assert "5,000" in lines["habitat"]
    assert "about 900" in lines["records"]
    assert "as in the last run" in lines["newts"]
    assert lines["measure"].split()[1:7] == ["2", "7.0", "s", "140", "28.0", "s"]
    assert "1 + 0.1 x patches s, 100 + 1 x patches MB" in lines["measure"]
    assert "28.0 s on the clock and 14.0 s of the processor, 2.0 times" in page
    assert "DOES NOT FIT: measure: too large." in page


# --- What files say of themselves


def test_rows_of_a_layer_and_of_a_table_are_known_without_reading_them(tmp_path):
    rows, told, mb = source_size({"path": str(DEMO), "layer": "habitat"})
    assert (rows, told) == (2678, True)
    assert mb == pytest.approx(DEMO.stat().st_size / 2**20)
    table = tmp_path / "finds.csv"
    table.write_text("species;x;y\n" + "Hyla arborea;1;2\n" * 500)
    rows, _, _ = source_size({"path": str(table)})
    assert rows == 500


def test_rows_of_a_file_that_does_not_tell_are_guessed_by_its_size(tmp_path):
    path = tmp_path / "map.geojson"
    path.write_bytes(b" " * 2**21)
    rows, told, mb = source_size({"path": str(path)})
    assert (told, mb) == (False, 2.0)
    assert rows > 0


def test_the_area_is_that_of_the_box_in_metres_also_of_a_map_in_degrees(tmp_path):
    box = gpd.GeoSeries([shapely.box(150_000, 200_000, 160_000, 210_000)], crs=31370)
    for name, crs in (("metres", 31370), ("degrees", 4326)):
        path = tmp_path / f"{name}.gpkg"
        gpd.GeoDataFrame(geometry=box.to_crs(crs)).to_file(path)
        km2 = source_extent_km2({"path": str(path)}, "EPSG:31370")
        assert km2 == pytest.approx(100, rel=0.05)


def test_the_first_rows_of_a_map_tell_which_share_suits_a_group(tmp_path):
    codes = np.where(np.arange(400) % 4 == 0, "4030", "gh")
    shapes = shapely.box(np.arange(400), 0, np.arange(400) + 1, 1)
    path = tmp_path / "map.gpkg"
    gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=31370).to_file(path)
    suitability = pd.DataFrame(
        [("4030", "heath", 1.0, "whole"), ("9190", "forest", 1.0, "whole")],
        columns=["code", "bundle", "suitability", "role"],
    )
    source = {"name": "map", "path": str(path), "code_column": "code"}
    shares = sampled_shares(
        source, suitability, ["heath", "forest"], min_suitable_share=0.1
    )
    assert shares == {"heath": 0.25, "forest": 0.0}


def test_groups_are_guessed_each_by_its_own_traits():
    traits = pd.DataFrame([TRAITS, TRAITS | {"local_distance_m": 1000}], ["a", "b"])
    found = expected_groups({"a": 500, "b": 500}, 50, traits)
    assert found.loc["a", "patches"] > found.loc["b", "patches"]
    assert list(found.index) == ["a", "b"]
