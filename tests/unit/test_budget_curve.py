"""The budget curve: to scale, in the words of the reader, told apart in grey print."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robuust.budget_curve import BOTTOM, LEFT, RIGHT, TOP, curve_drawing, round_steps

CURVE = pd.DataFrame(
    {
        "budget_eur": [2e6, 1e6, 1e6, 2e6],
        "plan": ["best", "best", "nested", "nested"],
        "n": [5, 2, 2, 4],
        "gain": [0.5, 0.25, 0.25, 0.4],
        "upper_bound": [0.6, 0.3, 0.3, 0.6],
    }
)


def ends(line):
    return [tuple(map(float, xy)) for xy in re.findall(r"([\d.]+) ([\d.]+)", line["d"])]


def test_a_point_lies_where_its_budget_and_gain_say():
    drawing = curve_drawing(CURVE, "nl")
    nested, best, bound = drawing["lines"]
    # 2 million is the end of the axis; 0.6 of gain the top, by steps of 0.2.
    middle = (LEFT + RIGHT) / 2
    height = BOTTOM - TOP
    assert ends(best) == [(middle, BOTTOM - 250 / 600 * height), (RIGHT, BOTTOM - 250)]
    assert ends(bound) == [(middle, BOTTOM - 150), (RIGHT, TOP)]
    assert ends(nested)[1] == (RIGHT, BOTTOM - 200)
    assert drawing["x_ticks"][0] == (LEFT, "0")
    assert drawing["x_ticks"][-1] == (RIGHT, "2")
    assert drawing["y_ticks"][-1] == (TOP, "0,6")


@pytest.mark.parametrize(
    ("language", "x_label", "title"),
    [
        ("nl", "Budget (miljoen euro)", "2.000.000 euro: winst 0,5, kandidaten: 5"),
        ("en", "Budget (million euro)", "2,000,000 euro: gain 0.5, candidates: 5"),
    ],
)
def test_it_speaks_the_language_of_the_reader(language, x_label, title):
    drawing = curve_drawing(CURVE, language)
    assert drawing["x_label"] == x_label
    assert drawing["lines"][1]["points"][1]["title"] == title


def test_lines_differ_in_dashes_and_marker_not_in_colour_alone():
    lines = curve_drawing(CURVE, "en")["lines"]
    assert len({line["dashes"] for line in lines}) == 3
    assert len({line["sample"] for line in lines}) == 3


def test_small_budgets_are_told_in_thousands():
    drawing = curve_drawing(CURVE.assign(budget_eur=CURVE["budget_eur"] / 100), "en")
    assert drawing["x_label"] == "Budget (thousand euro)"
    assert drawing["x_ticks"][-1] == (RIGHT, "20")


def test_a_plan_that_was_not_asked_for_has_no_line_and_no_plans_have_no_drawing():
    alone = curve_drawing(CURVE[CURVE["plan"] == "best"], "en")
    assert [line["label"] for line in alone["lines"]] == [
        "best plan found",
        "no plan can bring more",
    ]
    assert curve_drawing(CURVE.iloc[:0], "en") is None


def test_budgets_that_buy_nothing_lie_on_the_axis():
    drawing = curve_drawing(CURVE.assign(gain=0.0, upper_bound=0.0), "en")
    assert {y for line in drawing["lines"] for _, y in ends(line)} == {BOTTOM}


@given(st.floats(1e-6, 1e12))
def test_steps_along_an_axis_are_round_few_and_reach_the_highest_value(highest):
    steps = round_steps(highest)
    assert steps[-1] >= highest * (1 - 1e-9)
    assert steps[-2] < highest
    assert 3 <= len(steps) <= 6
    assert f"{steps[1]:e}"[0] in "125"
