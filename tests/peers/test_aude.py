"""The dams of the river Aude: the plans that others published for it, and proved.

Vertices, links and dams are those of fhamonic/landscape_opt_old (folder data/Aude), the
figures those of Hamonic, Couëtoux, Vaxès and Albert for generalised flow models of
ecological connectivity. Fish move from the middle of a reach to that of the next; the
median distance is 150 in the unit of the lengths, a dam stops all, and with a fish
ladder it lets four of five pass.
"""

from functools import cache

import numpy as np
import pytest
from every_plan import constraints_for

from robuust.budget import Effort, plan_budgets
from robuust.group_landscape import group_landscape, whole_pcnum
from robuust.plan_model import best_plan
from robuust.plan_search import PlanSearch
from robuust.plan_values import PlanValues

# Length of the reach at each vertex; 0 at a confluence.
LENGTHS = """
    235 60 120 0 55 112 74 0 42 43 173 41 114 0 28 80 129 0 46 10 17 36 0 38 57 0 64 210
    0 80 80 0 134 36 160 175 240 205 190 0 50 0 108 0 100
"""
OPEN = """
    1-3 2-3 3-4 5-7 6-7 7-8 12-13 9-13 15-17 16-17 17-18 21-22 14-22 22-23 24-25 25-26
    27-28 26-28 31-32 36-39 37-39 38-39 39-40 35-41 40-41 34-43 42-43 43-44 29-31
"""
DAMS = """
    0-1 4-24 8-9 10-11 11-12 13-14 18-19 19-20 20-21 23-25 28-29 30-31 32-33 33-34 41-42
"""
LENGTH = np.array([float(length) for length in LENGTHS.split()])
MEDIAN, LADDER = 150.0, 0.8
P_MIN = 1e-12  # the published figures count every path
BEFORE = 864_655.7229
BEST = [
    *(1_014_417.806, 1_062_092.922, 1_120_213.882),
    *(1_178_099.856, 1_234_808.958, 1_314_964.768),
]


@cache
def river():
    """The river as it is; the candidates are ladders, in the order of the dams."""
    (a, b), (above, below) = ends(OPEN), ends(DAMS)
    dam = np.arange(above.size)
    ladder = LADDER * chance(above, below)
    nobody = np.empty(0, dtype=int)
    return group_landscape(
        1.0,
        LENGTH,
        (a, b, chance(a, b)),
        np.zeros(dam.size),
        (np.r_[dam, dam], np.r_[above, below], np.r_[np.ones(dam.size), ladder]),
        (nobody, nobody, np.empty(0)),
        p_min=P_MIN,
    )


def ends(links):
    return np.array([link.split("-") for link in links.split()], dtype=int).T


def chance(a, b):
    return 0.5 ** ((LENGTH[a] + LENGTH[b]) / 2 / MEDIAN)


def ladders(budget):
    return constraints_for(np.ones(15), budget)


def pcnum_with(plan):
    return whole_pcnum(river(), sorted(plan), P_MIN)[0]


def share_of_best_gain(plan):
    return (pcnum_with(plan) - BEFORE) / (BEST[len(plan) - 1] - BEFORE)


@cache
def plans():
    effort = Effort(p_min=P_MIN, time_limit_s=600.0, gap_percent=0.0)
    return plan_budgets([river()], ladders(0), range(1, 7), effort, names=["fish"])


def test_the_river_has_45_vertices_44_links_and_15_dams():
    assert LENGTH.size == 45
    assert ends(OPEN).shape[1] == 29
    assert ends(DAMS).shape[1] == 15


def test_pcnum_of_the_closed_river_is_the_published_one():
    assert river().pcnum == pytest.approx(BEFORE, abs=5e-5)


def test_plans_of_one_to_six_ladders_are_the_published_best_ones():
    found = [(1 + plan.gain) ** 2 * river().pcnum for plan in plans()]
    assert found == pytest.approx(BEST, abs=5.1e-4)
    assert [pcnum_with(plan.chosen) for plan in plans()] == pytest.approx(
        BEST, abs=5.1e-4
    )


def test_each_plan_is_proven_to_be_the_best():
    for plan in plans():
        assert plan.is_complete
        assert plan.upper_bound == pytest.approx(plan.gain, rel=1e-9)


def test_the_best_plan_of_six_keeps_not_all_of_the_best_five():
    assert not set(plans()[4].chosen) <= set(plans()[5].chosen)


@pytest.mark.parametrize("budget", range(1, 7))
def test_the_solver_finds_the_best_plan_without_a_search_before_it(budget):
    found = best_plan(
        [river()],
        ladders(budget),
        p_min=P_MIN,
        start=None,
        time_limit_s=600.0,
        gap_percent=0.0,
    )
    assert found.is_exact
    assert pcnum_with(found.chosen) == pytest.approx(BEST[budget - 1], abs=5.1e-4)


def test_one_after_another_falls_short_by_as_much_as_published():
    values = PlanValues([river()], 15, p_min=P_MIN)
    search = PlanSearch(values, ladders(6), values.pairs(np.ones(15)))
    greedy = search.filled(search.nothing(), pairs=False).order
    assert share_of_best_gain(greedy) == pytest.approx(0.97168715, abs=5e-9)
    ranked = np.argsort(-values.alone[:, 0])[:6]
    assert share_of_best_gain(ranked) == pytest.approx(0.88523, abs=5e-6)
