"""The best plan by integer programming: the optimum of all plans, or above it."""

import numpy as np
import pytest
from every_plan import (
    P_MIN,
    all_rises,
    best_gain,
    landscape,
    members_row,
)
from every_plan import (
    constraints_for as limits,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_cases import random_constraints, random_groups

from robuust import plan_model, plan_paths
from robuust.plan_constraints import Part
from robuust.plan_model import best_plan

NO_PAIRS = np.empty((0, 2), dtype=int)


def solved(groups, constraints, *, start=None, time_limit_s=60.0, gap_percent=0.0):
    return best_plan(
        groups,
        constraints,
        p_min=P_MIN,
        start=start,
        time_limit_s=time_limit_s,
        gap_percent=gap_percent,
    )


def gain_of(groups, plan, rises):
    weight = np.array([group.weight for group in groups])
    return float(rises[members_row(plan)] @ weight)


def check_against_all_plans(groups, constraints, found, *, is_exact=True):
    m = constraints.cost_eur.size
    rises = all_rises(groups, m)
    best = best_gain(groups, constraints, rises)
    if np.isnan(best):
        assert found.chosen is None
        assert found.bound == -np.inf
        return
    assert found.bound >= best * (1 - 2e-6) - 1e-12
    if found.chosen is not None:
        gain = gain_of(groups, found.chosen, rises)
        assert gain <= best * (1 + 1e-9) + 1e-12
    if is_exact:
        assert found.is_exact
        assert gain == pytest.approx(best, rel=2e-6, abs=1e-9)
        assert found.bound == pytest.approx(best, rel=2e-6, abs=1e-9)


def three_fields():
    # One patch of 10 ha; fields of 5, 4 and 1 ha touch it: ECA is the sum.
    return landscape(
        [10.0],
        ([], [], []),
        [5.0, 4.0, 1.0],
        ([0, 1, 2], [0, 0, 0], [1.0, 1.0, 1.0]),
        ([0, 0, 1], [1, 2, 2], [1.0, 1.0, 1.0]),
    )


def test_the_best_plan_of_a_case_on_paper():
    # For 6: 5 ha for 5, or 4 ha for 3 and 1 ha for 3. Best per euro comes first and
    # leaves no money for the best.
    found = solved([three_fields()], limits([5, 3, 3], 6))
    assert found.chosen in ([0], [1, 2])
    assert found.bound == pytest.approx(0.5)
    assert found.is_exact


def test_two_stepping_stones_that_need_each_other_are_found():
    # Patches of 2 and 3 ha; only both connections make one network of them:
    # 4 + 9 + 2 x 2 x 3 = 25, so ECA rises from the root of 13 to 5.
    group = landscape(
        [2.0, 3.0],
        ([], [], []),
        [0.0, 0.0, 0.5],
        ([0, 1, 2], [0, 1, 0], [1.0, 1.0, 1.0]),
        ([0], [1], [1.0]),
    )
    found = solved([group], limits([1, 1, 1], 2))
    assert found.chosen == [0, 1]
    assert found.is_exact
    assert found.bound == pytest.approx(5 / np.sqrt(13) - 1)


def test_each_constraint_is_kept():
    group, three = [three_fields()], np.arange(3)
    free = solved(group, limits([1, 1, 1], 2))
    assert free.chosen == [0, 1]
    assert solved(group, limits([1, 1, 1], 2, required=three == 2)).chosen == [0, 2]
    assert solved(group, limits([1, 1, 1], 2, forbidden=three == 0)).chosen == [1, 2]
    clash = limits([1, 1, 1], 2, clashes=np.array([[0, 1]]))
    assert solved(group, clash).chosen == [0, 2]
    parts = [Part("Limburg", three < 2, 1.0)]
    assert solved(group, limits([1, 1, 1], 2, parts=parts)).chosen == [0, 2]


def test_a_minimum_for_a_group_of_no_weight_is_kept():
    richest = three_fields()
    other = landscape(
        [10.0],
        ([], [], []),
        [0.0, 0.0, 2.0],
        ([2], [0], [1.0]),
        ([], [], []),
        weight=0.0,
    )
    found = solved([richest, other], limits([1, 1, 1], 2, minimum_rise={1: 0.2}))
    assert found.chosen == [0, 2]
    assert found.bound == pytest.approx(0.6)


@pytest.mark.parametrize(
    "more",
    [
        {"minimum_rise": {0: 0.95}},
        {"required": np.ones(3, dtype=bool)},
        {"required": np.arange(3) == 0, "forbidden": np.arange(3) == 0},
    ],
)
def test_constraints_that_no_plan_meets_are_proven_to_be_so(more):
    found = solved([three_fields()], limits([1, 1, 1], 2, **more), start=[0, 1])
    assert found.chosen is None
    assert found.bound == -np.inf
    assert found.is_exact


def test_without_money_candidates_or_habitat_nothing_is_chosen():
    none = landscape([10.0], ([], [], []), [], ([], [], []), ([], [], []))
    bare = landscape([], ([], [], []), [3.0], ([], [], []), ([], [], []))
    rich = landscape([1.0], ([], [], []), [3.0], ([0], [0], [1.0]), ([], [], []))
    for group, cost in ((none, []), (bare, [1.0]), (rich, [200.0])):
        found = solved([group], limits(cost, 100))
        assert (found.chosen, found.bound, found.is_exact) == ([], 0.0, True)


def test_a_start_that_breaks_a_constraint_is_ignored():
    found = solved([three_fields()], limits([1, 1, 1], 1), start=[0, 1, 2])
    assert found.chosen == [0]
    assert found.bound == pytest.approx(0.5)


def test_without_time_the_start_is_kept_and_the_bound_holds():
    groups = random_groups(5, 10)
    constraints = random_constraints(5, 10, only_money=True)
    found = solved(groups, constraints, start=[], time_limit_s=0.0)
    assert found.chosen is not None
    check_against_all_plans(groups, constraints, found, is_exact=False)


@pytest.mark.parametrize("some", [0, 200])
def test_the_same_is_found_with_more_time(some, monkeypatch):
    monkeypatch.setattr(plan_model, "SOME", some)
    groups = random_groups(5, 10)
    constraints = random_constraints(5, 10, only_money=True)
    less, more = (solved(groups, constraints, time_limit_s=t) for t in (300, 900))
    assert less == more
    assert less.stopped_by != "time"


@pytest.mark.parametrize("seed", range(150))
def test_the_best_plan_is_the_best_of_all_plans(seed):
    m = 1 + seed % 8
    groups, constraints = random_groups(seed, m), random_constraints(seed, m)
    found = solved(groups, constraints)
    check_against_all_plans(groups, constraints, found)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_best_of_fifteen_options_for_budgets_of_one_to_six(seed):
    groups, m = random_groups(seed, 15, side_m=12_000), 15
    rises = all_rises(groups, m)
    start = None
    for budget in range(1, 7):
        constraints = limits(np.ones(m), budget)
        best = best_gain(groups, constraints, rises)
        found = solved(groups, constraints, start=start)
        start = found.chosen
        assert found.is_exact
        assert found.bound == pytest.approx(best, rel=2e-6)
        assert gain_of(groups, start, rises) == pytest.approx(best, rel=2e-6)


def test_a_programme_that_the_solver_got_wrong_after_presolve_is_solved():
    groups = random_groups(11558714, 8)
    constraints = random_constraints(11558714, 8, only_money=True)
    check_against_all_plans(groups, constraints, solved(groups, constraints))


@pytest.mark.parametrize("seed", range(120))
def test_no_plan_exceeds_the_bound_by_planes(seed, monkeypatch):
    m = 1 + seed % 8
    groups, constraints = random_groups(seed, m), random_constraints(seed, m)
    monkeypatch.setattr(plan_model, "SOME", 0)
    if seed % 3 == 0:  # paths through less than that are not told apart
        monkeypatch.setattr(plan_paths, "LITTLE", 0.4)
    found = solved(groups, constraints)
    check_against_all_plans(groups, constraints, found, is_exact=False)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.booleans())
def test_no_plan_exceeds_the_bound_when_little_is_in_view(seed, m, is_short):
    groups, constraints = random_groups(seed, m), random_constraints(seed, m)
    with pytest.MonkeyPatch.context() as simplified:
        if is_short:  # ways of three candidates
            simplified.setattr(plan_model, "FEW", 0)
        simplified.setattr(plan_model, "FIRST_WAYS", 1)
        simplified.setattr(plan_model, "FIRST_SHARED", 1)
        simplified.setattr(plan_model, "ROUNDS", 1)
        found = solved(groups, constraints)
    check_against_all_plans(groups, constraints, found, is_exact=False)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_a_gap_that_is_allowed_is_not_exceeded(seed):
    groups = random_groups(seed, 8)
    constraints = random_constraints(seed, 8, only_money=True)
    found = solved(groups, constraints, gap_percent=10.0)
    gain = gain_of(groups, found.chosen, all_rises(groups, 8))
    assert gain >= 0.9 * found.bound * (1 - 1e-6) - 1e-12
    check_against_all_plans(groups, constraints, found, is_exact=False)
