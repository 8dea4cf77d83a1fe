"""Groups before and after: who wins, who loses, by how much."""

import pandas as pd
import pytest

from robuust.group_changes import (
    COUNTS,
    MEASURES,
    balance_lines,
    compare_groups,
    no_group_changes,
    with_networks,
)

NONE = pd.DataFrame({"group": [], "verdict_change": [], "outcome": []}, dtype="str")


def summary(**eca_ha):
    """Groups as name = ECA; the other hectares are twice that, every number is 3."""
    rows = [
        {"group": name, "name_nl": f"{name} nl", "name_en": f"{name} en"}
        | dict.fromkeys(MEASURES, 2 * eca)
        | {"eca_ha": eca}
        | dict.fromkeys(COUNTS, 3)
        for name, eca in eca_ha.items()
    ]
    return pd.DataFrame(rows)


def told(group, column, *values):
    return pd.DataFrame({"group": group, column: list(values)})


def test_every_measure_stands_before_now_and_as_difference():
    found = compare_groups(summary(frogs=10.0), summary(frogs=12.5), NONE, NONE)
    row = found.iloc[0]
    assert (row["earlier_eca_ha"], row["eca_ha"], row["eca_change_ha"]) == (
        10,
        12.5,
        2.5,
    )
    assert row["eca_change_share"] == 0.25
    assert (row["earlier_area_ha"], row["area_ha"], row["area_change_ha"]) == (
        20,
        25,
        5,
    )
    assert row["balance"] == "wins"


def test_the_losers_stand_first_the_largest_loss_at_the_top():
    before = summary(a=10.0, b=10.0, c=10.0, d=10.0)
    now = summary(a=10.001, b=9.0, c=5.0, d=11.0)
    found = compare_groups(before, now, NONE, NONE)
    assert found["group"].tolist() == ["c", "b", "d", "a"]
    assert found["balance"].tolist() == ["loses", "loses", "wins", "same"]


def test_with_the_same_eca_the_verdicts_decide():
    same = summary(frogs=10.0)
    worse = told("frogs", "verdict_change", "worse", "worse", "better", "same")
    found = compare_groups(same, same, worse, told("frogs", "outcome", "worse"))
    row = found.iloc[0]
    assert row["balance"] == "loses"
    assert (row["n_worse"], row["n_better"]) == (2, 1)
    assert (row["n_populations_worse"], row["n_populations_better"]) == (1, 0)


def test_a_group_that_had_nothing_wins_without_a_percentage():
    found = compare_groups(summary(frogs=0.0), summary(frogs=2.0), NONE, NONE)
    assert found["balance"].tolist() == ["wins"]
    assert found["eca_change_share"].isna().all()
    assert "%" not in found["reason_en"].iloc[0]


def test_a_group_of_one_run_only_is_left_out():
    found = compare_groups(summary(a=1.0, b=1.0), summary(b=1.0, c=1.0), NONE, NONE)
    assert found["group"].tolist() == ["b"]


def test_a_sentence_gives_the_figures_in_both_languages():
    before, now = summary(frogs=10.0), summary(frogs=8.0)
    now["n_viable_networks"] = 1
    worse = told("frogs", "verdict_change", "worse")
    row = compare_groups(before, now, worse, told("frogs", "outcome", "worse")).iloc[0]
    assert row["reason_en"] == (
        "frogs en loses: connected area (ECA) from 10 to 8 ha (-20 %); habitat from 20 "
        "to 16 ha; viable networks from 3 to 1; verdict worse in 1 patch(es); "
        "1 population(s) at risk"
    )
    assert row["reason_nl"].startswith(
        "frogs nl verliest: verbonden oppervlakte (ECA) van 10 naar 8 ha (-20 %)"
    )


def test_viable_networks_are_counted_per_group():
    networks = pd.DataFrame({"group": ["a", "a", "c"], "viable": [True, True, False]})
    groups = with_networks(pd.DataFrame({"group": ["a", "b", "c"]}), networks)
    assert groups["n_viable_networks"].tolist() == [2, 0, 0]


def test_an_empty_table_has_the_columns_of_a_full_one():
    full = compare_groups(summary(a=1.0), summary(a=2.0), NONE, NONE)
    assert no_group_changes().dtypes.to_dict() == full.dtypes.to_dict()


def test_three_lines_say_who_loses_who_wins_and_what_is_at_risk():
    groups = compare_groups(
        summary(a=10.0, b=10.0, c=10.0), summary(a=9.0, b=5.0, c=15.0), NONE, NONE
    )
    populations = pd.DataFrame(
        {
            "outcome": ["worse", "worse", "better"],
            "red_list": ["EN", "LC", "CR"],
            "species": ["Hyla", "Bufo", "Rana"],
        }
    )
    assert balance_lines(groups, populations, "en") == [
        ("Wie verliest", "Who loses", "b en (-50 %); a en (-10 %)"),
        ("Wie wint", "Who wins", "c en (+50 %)"),
        ("In gevaar", "At risk", "2 populations, 1 of threatened species (Hyla)"),
    ]
    assert balance_lines(no_group_changes(), populations, "nl") == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_where_nobody_wins_the_line_says_so(language):
    groups = compare_groups(summary(a=10.0), summary(a=9.0), NONE, NONE)
    lines = balance_lines(groups, NONE.assign(red_list="", species=""), language)
    assert lines[1][2] == "-"
