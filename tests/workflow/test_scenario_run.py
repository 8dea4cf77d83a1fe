"""A scenario on the golden landscape: who wins and who loses, worked out on paper.

Houses take patch D, a key patch of 30 RU: its network keeps 50 of the 80 RU it needs.
New heath (2 ha, 20 RU) between S2 and T1, 229 and 250 m from them, joins the networks
of S (40 RU) and T (39 RU) to one of 99 RU, above the 80 RU of a network with a key
patch. The birds, whose one patch V is all heath, go from 48.8 to 47.8 ha in effect:
59.75 RU, just short of the 60 RU of a stronghold.
"""

import importlib
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from test_golden_landscape_run import GOLDEN

HOUSES, NEW_HEATH = (0, 600, 200, 750), (650, 2200, 850, 2300)
HEATH_LIFE, BIRDS, NEWTS = "heath_life", "heath_birds", "pool_newts"


@pytest.fixture(scope="module")
def land():
    """Module with the coordinates of the golden landscape, and that of its inputs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(GOLDEN)
        yield (
            importlib.import_module("golden_land"),
            importlib.import_module("golden_inputs"),
        )


def plan(land):
    """Layer of planned changes: two that count, one under another, one far away."""
    shapes = [
        shapely.box(*HOUSES),
        shapely.box(*NEW_HEATH),
        shapely.box(50, 650, 60, 660),  # inside the houses
        shapely.box(50_000, 0, 50_100, 100),
    ]
    return gpd.GeoDataFrame(
        {
            "id": ["1", "2", "3", "4"],
            "name": ["houses", "heath", "garden", "elsewhere"],
            "habitat": ["houses", "4030", "4030", "4030"],
            "year": [2030, 2028, None, None],
            "eur": [None, 60_000, None, None],
        },
        geometry=[land.placed(shape) for shape in shapes],
        crs=land.CRS,
    )


def with_scenario(settings):
    source = {
        "name": "plan",
        "path": "plan.gpkg",
        "id_column": "id",
        "name_column": "name",
        "code_column": "habitat",
        "no_habitat": ["houses"],
        "year_column": "year",
        "cost_column": "eur",
    }
    titles = {"title_nl": "Wijk en heide", "title_en": "Houses and heath"}
    return settings | {
        "scenarios": {"building": titles | {"changes": [source]}},
        "restoration": {"budgets_eur": [50_000], "plan_time_limit_s": 2},
    }


@pytest.fixture(scope="module")
def run(run_pipeline, tmp_path_factory, land):
    """The golden landscape, and the same with the plan, in one run."""
    coordinates, inputs = land
    folder = tmp_path_factory.mktemp("scenario")
    settings = with_scenario(inputs.write_inputs(folder))
    plan(coordinates).to_file(folder / "plan.gpkg")
    run = run_pipeline(folder, settings)
    assert run.code == 0, run.screen[-6000:]
    return run


@pytest.fixture(scope="module")
def results(run):
    return run.folder / "results"


def table(folder, name):
    return pyogrio.read_dataframe(folder / "robuust.gpkg", layer=name)


@pytest.fixture(scope="module")
def changed(results):
    """Function that reads a layer of the scenario."""
    return lambda name: table(results / "golden_building", name)


def names(results, land, area):
    """Name on paper of each patch of an area; that of a planned patch is its id."""
    found = {}
    for group in land[0].GROUPS:
        members = pd.read_parquet(results / area / group / "patch_polygons.parquet")
        found |= land[0].patch_names(group, members)
    return found


def test_the_scenario_is_a_whole_area_of_its_own(results):
    for area in ("golden", "golden_building"):
        found = {path.name for path in (results / area).iterdir() if path.is_file()}
        assert {"robuust.gpkg", "robuust.qgz", "report.html", "summary.txt"} <= found
    tables = [
        sorted(p.name for p in (results / area / "tables").iterdir())
        for area in ("golden", "golden_building")
    ]
    assert tables[0] == tables[1]


def test_today_stays_as_it_is_and_is_compared_with_nothing(results, land):
    today = table(results / "golden", "patches").set_index("patch_id")["class"]
    called = names(results, land, "golden")
    assert today.rename(called)["D"] == "key"
    for name in ("changes", "group_changes", "population_changes", "planned_changes"):
        assert table(results / "golden", name).empty


def test_what_goes_in_is_read_once(run):
    for rule in ("habitat", "study_area", "records", "context"):
        assert run.screen.count(f"  ingest_{rule} ") == 1
        assert f"building_ingest_{rule}" not in run.screen
    assert run.screen.count("  lay_changes ") == 1


def test_a_destroyed_key_patch_takes_its_network_with_it(results, land, changed):
    patches = changed("patches").set_index("patch_id")
    classes = patches.rename(names(results, land, "golden_building"))["class"]
    assert "D" not in classes.index
    assert classes[["E", "F", "G"]].tolist() == ["near"] * 3
    assert classes["V"] == "near"  # 59.75 of 60 RU
    network = changed("networks").set_index("network_id")["capacity_ru"]
    assert network[patches["network_id"]].max() == pytest.approx(120)  # that of P


def test_new_heath_joins_two_networks_to_a_viable_one(results, land, changed):
    patches = changed("patches").set_index("patch_id")
    classes = patches.rename(names(results, land, "golden_building"))["class"]
    bridged = ["S1", "S2", "plan:2", "T1", "T2"]
    assert classes[bridged].tolist() == ["key", "network", "key", "key", "network"]


def test_every_patch_is_followed_and_its_verdict_compared(results, land, changed):
    now, before = (names(results, land, a) for a in ("golden_building", "golden"))
    changes = changed("changes")
    called = (
        changes["patch_id"].map(now).fillna(changes["earlier_patch_ids"].map(before))
    )
    verdict = changes.set_index(called)["verdict_change"]
    same = ["A", "B", "C", *(f"P{k}" for k in range(1, 9)), "U"]
    same += [*(f"Q{k}" for k in range(1, 5)), *(f"R{k}" for k in range(1, 5))]
    assert verdict.to_dict() == (
        dict.fromkeys(same, "same")
        | dict.fromkeys(["D", "E", "F", "G", "V"], "worse")
        | dict.fromkeys(["S1", "S2", "plan:2", "T1", "T2"], "better")
    )
    kinds = changes.set_index(called)["change"]
    assert (kinds["D"], kinds["plan:2"], kinds["V"]) == ("gone", "new", "shrunk")


def test_every_group_has_its_balance(results, changed):
    groups = changed("group_changes").set_index("group")
    life, birds, newts = (groups.loc[name] for name in (HEATH_LIFE, BIRDS, NEWTS))
    assert life["area_change_ha"] == pytest.approx(2 - 3)
    assert birds["effective_ha"] == pytest.approx(47.8)
    assert birds["earlier_effective_ha"] == pytest.approx(48.8)
    assert birds["eca_change_share"] == pytest.approx(47.8 / 48.8 - 1)  # one patch
    assert (life["earlier_n_viable_networks"], life["n_viable_networks"]) == (3, 3)
    assert (birds["earlier_n_viable_networks"], birds["n_viable_networks"]) == (1, 0)
    assert (life["n_worse"], life["n_better"]) == (4, 5)
    assert (birds["n_worse"], birds["n_better"]) == (1, 0)
    assert newts["balance"] == "same"
    assert birds["balance"] == "loses"
    for area, prefix in (("golden", "earlier_"), ("golden_building", "")):
        summary = table(results / area, "group_summary").set_index("group")
        for column in ("eca_ha", "area_ha", "robust_ha", "n_near"):
            ours = groups[prefix + column].loc[summary.index]
            assert ours.tolist() == pytest.approx(summary[column].tolist())


def test_every_population_at_risk_and_better_off_is_named(results, land, changed):
    rows = changed("population_changes")
    patch = rows["earlier_patch_id"].map(names(results, land, "golden"))
    told = {
        (row.species, name): (row.earlier_status, row.status, row.outcome)
        for row, name in zip(rows.itertuples(), patch, strict=True)
    }
    assert told == {
        ("Hipparchia semele", "D"): ("unsearched", "gone", "worse"),
        ("Cicendia filiformis", "D"): ("viable", "gone", "worse"),
        ("Caprimulgus europaeus", "V"): ("viable", "relict", "worse"),
        ("Genista pilosa", "S1"): ("relict", "viable", "better"),
        ("Hipparchia semele", "T2"): ("relict", "viable", "better"),
    }


def test_every_change_names_the_polygons_that_caused_it(results, land, changed):
    polygons = changed("change_polygons")
    told = polygons[["group", "change", "polygon_id", "cause"]].values.tolist()
    assert told == [
        [BIRDS, "shrunk", "plan:2", "added"],
        [BIRDS, "shrunk", "map:D", "removed"],
        [HEATH_LIFE, "new", "plan:2", "added"],
        [HEATH_LIFE, "gone", "map:D", "removed"],
    ]
    called = names(results, land, "golden")
    changes = changed("changes").set_index("lineage_id").rename(index=called)
    why = changes["reason_en"].str.rpartition("; ")[2].to_dict()
    assert why["V"] == "polygons: 1 added (plan:2), 1 removed (map:D)"
    for name in ("S1", "S2", "T1", "T2"):
        assert why[name] == "through the network, polygons: 1 added (plan:2)"
    for name in ("E", "F", "G"):
        assert why[name] == "through the network, polygons: 1 removed (map:D)"
    assert why["A"] == "verdict stayed stronghold"


def test_every_patch_of_today_keeps_its_lasting_id(results, changed):
    today = table(results / "golden", "patches")
    changes = changed("changes")
    assert set(today["lineage_id"]) == set(today["patch_id"])
    assert set(today["patch_id"]) <= set(changes["lineage_id"])
    patches = changed("patches").set_index("patch_id")["lineage_id"]
    alive = changes.dropna(subset=["patch_id"]).set_index("patch_id")["lineage_id"]
    assert patches.sort_index().to_dict() == alive.sort_index().to_dict()


def test_records_without_habitat_are_the_cause_of_what_is_gone(changed):
    records = changed("change_records")
    told = records[["species", "cause", "date"]].values.tolist()
    assert told == [
        ["Cicendia filiformis", "no_habitat", "2020-08-01"],
        ["Hipparchia semele", "no_habitat", "2015-12-31"],
    ]


def test_the_history_has_today_and_the_scenario_which_is_no_trend(results, changed):
    rows = changed("history").query("group == @BIRDS and level == '*'")
    assert rows["is_scenario"].tolist() == [False, True]
    assert rows["area_ha"].tolist() == pytest.approx([50.8, 49.8])
    assert rows["robust_ha"].tolist() == pytest.approx([50.8, 0])
    assert len(set(table(results / "golden", "history")["run_id"])) == 1
    report = (results / "golden_building" / "report.html").read_text("utf-8")
    assert "Trend per species group" not in report


def test_the_command_that_compares_finds_what_the_scenario_tells(results, tmp_path):
    script = Path(__file__).parents[2] / "scripts" / "compare_results.py"
    folders = [results / "golden", results / "golden_building", tmp_path]
    done = subprocess.run(
        [sys.executable, script, *folders], capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert "Who loses:" in done.stdout
    for name in ("changes", "population_changes", "change_polygons", "change_records"):
        ours = pd.read_csv(tmp_path / f"{name}.csv")
        its = pd.read_csv(results / "golden_building" / "tables" / f"{name}.csv")
        pd.testing.assert_frame_equal(ours, its, rtol=1e-9)


def test_every_planned_change_tells_its_hectares_and_who_wins(changed):
    rows = changed("planned_changes").set_index("name")
    assert rows["area_ha"].to_dict() == pytest.approx(
        {"houses": 3, "heath": 2, "garden": 0}
    )
    assert rows["mapped_ha"].to_dict() == pytest.approx(
        {"houses": 3, "heath": 0, "garden": 0}
    )
    assert rows.loc["houses", "groups_lose"] == "heath_birds 3 ha; heath_life 3 ha"
    assert rows.loc["heath", "groups_win"] == "heath_birds 2 ha; heath_life 2 ha"
    assert "60,000 euro" in rows.loc["heath", "reason_en"]
    summary = changed("ingest_summary").set_index(["source", "reason"])
    assert summary.loc[("plan", "balance"), "rows_quarantined"] == 1
    assert ("plan", "outside_area") in summary.index
    assert set(changed("sources")["source"]) >= {"map", "plan"}


def test_nothing_is_restored_on_land_that_is_decided_on(changed, land):
    decided = shapely.union_all(
        [land[0].placed(shapely.box(*box)) for box in (HOUSES, NEW_HEATH)]
    )
    candidates = changed("restoration")
    assert len(candidates) > 0
    assert candidates.intersection(decided).area.max() == pytest.approx(0)


def test_summary_and_report_say_who_wins_and_who_loses(run, results):
    summary = (results / "golden_building" / "summary.txt").read_text("utf-8")
    assert "Houses and heath" in summary
    assert "Who loses:" in summary
    assert "heath_birds (-2.05 %)" in summary
    assert "At risk:" in summary
    assert summary in run.screen
    assert "Who loses" not in (results / "golden" / "summary.txt").read_text("utf-8")
    report = (results / "golden_building" / "report.html").read_text("utf-8")
    assert "Who loses, who wins" in report
    assert "gone with its habitat" in report


def test_a_second_run_has_nothing_to_do(run, run_pipeline):
    again = run_pipeline(run.folder, run.folder / "my.yaml", "--dry-run")
    assert again.code == 0
    assert "Nothing to be done" in again.screen


def test_without_scenarios_there_is_no_such_job(run, run_pipeline, land, tmp_path):
    settings = land[1].write_inputs(tmp_path)
    dry = run_pipeline(tmp_path, settings, "--dry-run")
    assert dry.code == 0
    assert "lay_changes" not in dry.screen
    assert "building" not in dry.screen
