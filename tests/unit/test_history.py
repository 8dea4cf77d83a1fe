"""The figures of many runs, carried from one to the next, and their trend drawn."""

from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from robuust.history import ALL, HISTORY_COLUMNS, run_figures, run_id, with_run
from robuust.trend_drawing import trend_drawing, trend_pictures

TEMPLATE = (
    Path(__file__).parents[2] / "workflow" / "templates" / "page" / "trend.svg.j2"
).read_text(encoding="utf-8")
WEST = {"level": "province", "unit_id": "u1", "name": "West"}
TOWN = {"level": "municipality", "unit_id": "u2", "name": "Town"}


def frames(key_ha=3.0):
    """Layers and tables of a run with frogs, and bees that have no habitat."""
    species = {"group": "frogs", "species": ["Hyla", "Hyla", "Rana"]}
    species["status"] = ["relict", "viable", "lost"]
    return {
        "group_summary": pd.DataFrame(
            {
                "group": ["frogs", "bees"],
                "robust_ha": [key_ha, 0.0],
                "eca_ha": [2.5, 0.0],
            }
        ),
        "networks": pd.DataFrame({"group": "frogs", "viable": [True, False, True]}),
        "patches": pd.DataFrame(
            {"group": "frogs", "class": ["key", "near"], "area_ha": [key_ha, 1.0]}
        ),
        "populations": pd.DataFrame(species),
        "robust_areas": pd.DataFrame({"area_ha": [1.5, 1.0]}),
        "report_units": pd.DataFrame([WEST, TOWN]).assign(robust_ha=2.0),
        "unit_classes": pd.DataFrame([WEST, TOWN]).assign(
            group="frogs", **{"class": "key"}, area_ha=2.0
        ),
        "unit_species": pd.DataFrame([WEST, TOWN]).assign(
            group="frogs", species="Hyla", status="relict"
        ),
    }


def figures(**kwargs):
    return run_figures(frames(**kwargs), levels=["province"])


def history(*runs):
    """History of runs as (key patches [ha], reference date)."""
    found = None
    for key_ha, date in runs:
        rows = figures(key_ha=key_ha)
        found = with_run(rows, found, reference_date=date, is_scenario=False)
    return found


def test_the_figures_of_a_run_by_hand():
    found = figures().set_index(["level", "group"])
    frogs = found.loc[ALL, "frogs"]
    assert frogs[["area_ha", "key_ha", "near_ha", "stronghold_ha"]].tolist() == [
        *[4.0, 3.0, 1.0, 0.0]
    ]
    assert frogs[["robust_ha", "eca_ha", "n_viable_networks"]].tolist() == [3, 2.5, 2]
    assert frogs[["n_viable", "n_relict", "n_lost"]].tolist() == [1, 0, 1]  # the best
    assert found.loc[(ALL, ALL), "robust_ha"] == 2.5  # land in robust areas
    assert found.loc[(ALL, ALL), "n_viable"] == 1
    assert found.loc[(ALL, "bees"), ["area_ha", "eca_ha", "n_viable"]].tolist() == [
        *[0, 0, 0]
    ]
    west = found.loc["province", "frogs"]
    assert west[["area_ha", "robust_ha", "n_relict", "n_viable"]].tolist() == [
        *[2, 2, 1, 0]
    ]
    assert pd.isna(west["eca_ha"])
    assert "municipality" not in found.index.get_level_values("level")


def test_three_runs_stand_behind_each_other_in_order():
    found = history((3.0, "2024-01-01"), (3.5, "2025-01-01"), (4.0, "2026-01-01"))
    frogs = found[(found["level"] == ALL) & (found["group"] == "frogs")]
    assert frogs["run_number"].tolist() == [1, 2, 3]
    assert frogs["key_ha"].tolist() == [3.0, 3.5, 4.0]
    assert frogs["run_id"].is_unique
    assert (
        found.dtypes.to_dict()
        == pd.DataFrame(columns=list(HISTORY_COLUMNS))
        .astype(HISTORY_COLUMNS)
        .dtypes.to_dict()
    )


def test_a_run_that_is_repeated_stands_there_once():
    once = history((3.0, "2024-01-01"), (3.5, "2025-01-01"))
    again = history((3.0, "2024-01-01"), (3.5, "2025-01-01"), (3.5, "2025-01-01"))
    pd.testing.assert_frame_equal(once, again)
    first_again = history((3.0, "2024-01-01"), (3.5, "2025-01-01"), (3.0, "2024-01-01"))
    pd.testing.assert_frame_equal(once, first_again)


def test_the_key_of_a_run_is_its_date_and_figures_but_not_the_noise_of_a_machine():
    one = run_id(figures(), "2024-01-01")
    assert run_id(figures(key_ha=3.0 + 1e-9), "2024-01-01") == one
    assert run_id(figures(key_ha=3.01), "2024-01-01") != one
    assert run_id(figures(), "2025-01-01") != one


def test_a_history_of_an_older_version_gets_the_columns_that_it_lacks():
    older = history((3.0, "2024-01-01")).drop(columns=["n_phantom"])
    found = with_run(figures(), older, reference_date="2025-01-01", is_scenario=False)
    assert found["n_phantom"].isna().sum() == len(older)


RUNS = ((3.0, "2024-01-01"), (3.5, "2025-01-01"), (4.0, "2028-01-01"))


def test_the_trend_has_a_panel_per_group_and_a_point_per_run():
    drawing = trend_drawing(history(*RUNS), "group", "nl", {"frogs": "Kikkers"})
    assert [panel["title"] for panel in drawing["panels"]] == ["bees", "Kikkers"]
    robust = drawing["panels"][1]["lines"][-1]
    assert robust["label"] == "robuust"
    assert [point["title"] for point in robust["points"]] == [
        "2024-01-01: 3 ha robuust",
        "2025-01-01: 3,5 ha robuust",
        "2028-01-01: 4 ha robuust",
    ]
    x = [point["x"] for point in robust["points"]]
    assert (x[1] - x[0]) / (x[2] - x[0]) == pytest.approx(366 / 1461, abs=0.01)
    y = [point["y"] for point in robust["points"]]
    assert y[0] > y[1] > y[2]  # SVG counts downwards


def test_the_trend_of_units_is_that_of_robust_areas():
    (panel,) = trend_drawing(history(*RUNS), "unit", "en")["panels"]
    assert panel["title"] == "West"
    assert [line["label"] for line in panel["lines"]] == ["robust areas"]


def test_runs_that_share_a_reference_date_stand_side_by_side():
    same_day = [(ha, "2026-01-01") for ha in (3.0, 3.5, 4.0)]
    panel = trend_drawing(history(*same_day), "group", "en")["panels"][1]
    x = [point["x"] for point in panel["lines"][0]["points"]]
    assert x[1] - x[0] == pytest.approx(x[2] - x[1])
    assert x[0] < x[1]


def test_one_run_is_no_trend_and_a_scenario_no_point_of_it():
    one = history(RUNS[0])
    assert trend_drawing(one, "group", "en") is None
    planned = with_run(figures(), one, reference_date="2030-01-01", is_scenario=True)
    assert planned["run_number"].max() == 2
    assert trend_pictures(TEMPLATE, planned, "en", {}) == []


def test_the_pictures_are_sound_svg_and_a_name_cannot_run():
    name = "<script>alert(1)</script>"
    pictures = trend_pictures(TEMPLATE, history(*RUNS), "en", {"frogs": name})
    assert [p["slug"] for p in pictures] == ["trend_per_group", "trend_per_unit"]
    for picture in pictures:
        ElementTree.fromstring(picture["svg"])
        assert "<script" not in picture["svg"]
