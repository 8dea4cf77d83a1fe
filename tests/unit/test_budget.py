"""Plans for a row of budgets: the best there is, or a gap that tells how far off."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from every_plan import (
    P_MIN,
    all_rises,
    best_gain,
    constraints_for,
    fields,
    landscape,
    members_row,
    random_groups,
)

from robuust.budget import Effort, plan_budgets
from robuust.plan_constraints import Part, is_allowed

EFFORT = Effort(p_min=P_MIN, time_limit_s=20, gap_percent=0)


def plans_for(groups, limits, budgets, **how):
    names = [f"group {k}" for k in range(len(groups))]
    return plan_budgets(groups, limits, budgets, EFFORT, names=names, **how)


def test_the_best_plan_of_a_larger_budget_need_not_hold_the_smaller_one():
    # Fields of 6, 5 and 5 ha that cost as many euros: 6 buys 6, 10 buys 5 + 5. To keep
    # the first one leaves 4 euros, which buy nothing: 40 % of the gain is the price.
    limits = constraints_for([6, 5, 5], 0)
    small, large = plans_for([fields([6.0, 5.0, 5.0])], limits, [10, 6])
    assert (small.budget_eur, small.chosen) == (6, (0,))
    assert sorted(large.chosen) == [1, 2]
    assert large.gain == large.upper_bound == pytest.approx(1.0)
    nested = plans_for([fields([6.0, 5.0, 5.0])], limits, [6, 10], nested=True)
    assert [plan.name for plan in nested] == ["best", "nested"] * 2
    assert [plan.chosen for plan in nested[::2]] == [small.chosen, large.chosen]
    assert [plan.chosen for plan in nested[1::2]] == [(0,), (0,)]
    prices = [plan.nesting_price_percent for plan in nested]
    assert prices == pytest.approx([np.nan, 0, np.nan, 40], nan_ok=True)
    assert nested[3].upper_bound == nested[2].upper_bound


def test_a_budget_that_buys_nothing_has_an_empty_plan():
    plans = plans_for([fields([6.0, 5.0])], constraints_for([6, 5], 0), [1, 5])
    assert [plan.chosen for plan in plans] == [(), (1,)]
    assert plans[0].gain == plans[0].upper_bound == 0
    bare = landscape([], ([], [], []), [3.0], ([], [], []), ([], [], []))
    (nothing,) = plans_for([bare], constraints_for([1], 0), [9])
    assert (nothing.chosen, nothing.gain, nothing.upper_bound) == ((), 0, 0)
    assert np.isnan(nothing.rises).all()
    none = landscape([10.0], ([], [], []), [], ([], [], []), ([], [], []))
    assert plans_for([none], constraints_for([], 0), [9])[0].chosen == ()


def test_a_plan_tells_its_gain_step_by_step_and_its_rise_per_group():
    # 4 ha for 2 comes first, then 5 ha for 5: 10 becomes 14, then 19 ha.
    bare = landscape([], ([], [], []), [3.0] * 3, ([], [], []), ([], [], []))
    groups = [bare, replace(fields([5.0, 4.0, 1.0]), weight=2.0)]
    (plan,) = plans_for(groups, constraints_for([5, 2, 3], 0), [7])
    assert plan.chosen == (1, 0)
    assert plan.gains == pytest.approx((0.8, 1.8))
    assert plan.rises == pytest.approx((np.nan, 0.9), nan_ok=True)


def test_a_minimum_that_cannot_be_met_is_told_with_what_can():
    groups = [fields([5.0, 0.0]), fields([0.0, 1.0])]
    limits = constraints_for([1, 1], 0, minimum_rise={0: 0.2, 1: 0.05})
    assert sorted(plans_for(groups, limits, [2])[0].chosen) == [0, 1]
    with pytest.raises(ValueError, match="there is no plan within 1 EUR") as error:
        plans_for(groups, limits, [1, 2])
    assert "group 0 at least 20 % and group 1 at least 5 %" in str(error.value)


def random_limits(rng, m):
    """Costs and, now and then, each of the constraints."""
    cost = rng.integers(0, 12, m).astype(float)
    asked = {}
    if rng.random() < 0.4:
        asked["clashes"] = np.array([[0, 1]])
    if rng.random() < 0.3:
        asked["forbidden"] = rng.random(m) < 0.2
    if rng.random() < 0.4:
        limit = float(rng.integers(0, 25))
        asked["parts"] = [Part("some", rng.random(m) < 0.5, limit)]
    if rng.random() < 0.3:
        required = constraints_for(cost, 12, required=np.arange(m) == 0, **asked)
        if is_allowed(required, [0]):
            return required
    return constraints_for(cost, 0, **asked)


def test_plans_and_bounds_against_every_plan_in_a_hundred_cases():
    rng = np.random.default_rng(12)
    proven = []
    for _ in range(100):
        m = int(rng.integers(2, 8))
        groups = random_groups(rng, int(rng.integers(1, 6)), m, crossings=0.2)
        limits, rises = random_limits(rng, m), all_rises(groups, m)
        most = int(limits.cost_eur.sum())
        budgets = sorted({float(b) for b in rng.integers(12, max(most, 13) + 1, 3)})
        plans = plans_for(groups, limits, budgets, nested=True)
        weights = [group.weight for group in groups]
        for plan in plans:
            within = replace(limits, budget_eur=plan.budget_eur)
            assert is_allowed(within, plan.chosen)
            exact = rises[members_row(plan.chosen)] @ weights
            assert plan.gain == pytest.approx(exact, rel=1e-9, abs=1e-12)
            best = best_gain(groups, within, rises)
            assert plan.gain <= best * (1 + 1e-9)
            assert best <= plan.upper_bound * (1 + 1e-9)
            if plan.name == "best":
                assert plan.gain == pytest.approx(best, rel=2e-6, abs=1e-9)
                proven.append(plan.upper_bound <= best * (1 + 2e-6) + 1e-9)
            else:
                assert plan.nesting_price_percent >= 0
        best, nested = plans[::2], plans[1::2]
        for smaller, larger in pairwise(best):
            assert larger.gain >= smaller.gain * (1 - 1e-12)
        for smaller, larger in pairwise(nested):
            assert set(smaller.chosen) <= set(larger.chosen)
    assert np.mean(proven) > 0.99


def test_the_same_case_gives_the_same_plans():
    groups = random_groups(np.random.default_rng(14), 5, 7, crossings=0.2)
    limits = constraints_for([4, 7, 2, 9, 5, 3, 6], 0)
    once, again = (plans_for(groups, limits, [10, 20], nested=True) for _ in range(2))
    assert str(once) == str(again)
