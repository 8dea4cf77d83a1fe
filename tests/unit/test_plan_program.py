"""The programme behind a plan: no plan above its optimum, whatever is out of view."""

from dataclasses import replace

import numpy as np
import pytest
from every_plan import P_MIN, all_rises, best_gain
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_cases import all_plans, random_constraints, random_groups

from robuust.plan_benefits import WayRules, bounded_pcnum, group_benefits, open_items
from robuust.plan_program import (
    Money,
    View,
    joint_benefits,
    plan_program,
    relative_pcnum,
    solve_relaxed,
    solve_whole,
)


def whole_case(seed, m):
    """Benefits of two groups with all their ways, and a budget."""
    groups = random_groups(seed, m)
    rules = WayRules(
        allowed=np.ones(m, dtype=bool),
        cost=np.zeros(m),
        most=0.0,
        clashes=np.empty((0, 2), dtype=int),
        depth=max(m, 2),
        is_all=True,
    )
    parts = [group_benefits(group, rules, p_min=P_MIN) for group in groups]
    benefits = joint_benefits(parts, [group.weight for group in groups], m)
    return groups, parts, benefits, random_constraints(seed, m, only_money=True)


def full_view(benefits, tangents):
    n_shared, n_ways = benefits.member.shape[0], len(benefits.way)
    return View(np.ones(n_ways, bool), np.ones(n_shared, bool), tangents, [])


def program_of(benefits, constraints, view):
    allowed = constraints.cost_eur <= constraints.budget_eur
    money = Money(constraints.cost_eur, constraints.budget_eur)
    return plan_program(benefits, constraints, money, allowed, view)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_groups_together_are_what_they_are_one_by_one(seed, m):
    groups, parts, benefits, _ = whole_case(seed, m)
    for plan in all_plans(m)[:: max(1, 2**m // 16)]:
        alone = [
            bounded_pcnum(part, plan) / group.pcnum
            for part, group in zip(parts, groups, strict=True)
        ]
        assert relative_pcnum(benefits, plan).tolist() == pytest.approx(alone)


def test_ways_of_two_groups_with_the_same_candidates_are_one():
    _, parts, benefits, _ = whole_case(8, 5)
    sets = [frozenset(way[way >= 0]) for way in benefits.way]
    assert len(sets) == len(set(sets))
    each = [{frozenset(way[way >= 0]) for way in part.way} for part in parts]
    assert each[0] & each[1]
    assert set(sets) == each[0] | each[1]


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_no_plan_exceeds_the_optimum_with_any_part_out_of_view(seed, m):
    groups, _, benefits, constraints = whole_case(seed, m)
    rng = np.random.default_rng(seed)
    best = best_gain(groups, constraints, all_rises(groups, m))
    tangents = [np.array([1.0, 2.0])] * 2
    full = full_view(benefits, tangents)
    part = full._replace(
        ways=rng.random(full.ways.size) < 0.5, shared=rng.random(full.shared.size) < 0.5
    )
    for view in (full, part):
        program = program_of(benefits, constraints, view)
        relaxed = solve_relaxed(program, time_limit_s=60).bound
        whole = solve_whole(program, time_limit_s=60, gap=0.0, node_limit=10_000).bound
        assert best <= whole * (1 + 1e-6) + 1e-9
        assert whole <= relaxed * (1 + 1e-6) + 1e-9


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_with_all_in_view_and_tangents_at_the_best_plan_the_optimum_is_exact(seed):
    groups, _, benefits, constraints = whole_case(seed, 6)
    rises = all_rises(groups, 6)
    tangents = list((1 + rises.T) ** 2)  # of every plan
    program = program_of(benefits, constraints, full_view(benefits, tangents))
    found = solve_whole(program, time_limit_s=60, gap=0.0, node_limit=10_000)
    best = best_gain(groups, constraints, rises)
    assert found.bound == pytest.approx(best, rel=1e-6, abs=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_prices_tell_what_changing_sides_costs_at_least(seed):
    groups, _, benefits, constraints = whole_case(seed, 6)
    rises = all_rises(groups, 6)
    view = full_view(benefits, [np.geomspace(1, 4, 9)] * 2)
    found = solve_relaxed(program_of(benefits, constraints, view), time_limit_s=60)
    for c in range(6):
        side, asked = found.values[c] > 0.5, np.arange(6) == c
        other = {"forbidden" if side else "required": asked}
        best = best_gain(groups, replace(constraints, **other), rises)
        assert (
            np.isnan(best) or best <= (found.bound - found.price[c]) * (1 + 1e-6) + 1e-9
        )


def test_plans_seen_before_are_not_found_again():
    _, _, benefits, constraints = whole_case(2, 4)
    constraints = replace(constraints, budget_eur=100.0)  # for all of them
    view, seen = full_view(benefits, [np.array([1.0])] * 2), []
    bounds = []
    for _ in range(4):
        program = program_of(benefits, constraints, view._replace(seen=list(seen)))
        found = solve_whole(program, time_limit_s=60, gap=0.0, node_limit=10_000)
        bounds.append(found.bound)
        seen.append(found.values[:4] > 0.5)
    assert len({tuple(plan) for plan in seen}) == 4
    assert bounds == sorted(bounds, reverse=True)


def test_a_share_of_a_way_is_the_least_share_of_its_candidates():
    way = np.array([[0, 1, -1], [0, 1, 2]])
    found = open_items(way, [0.25, 1.0, 0.5])
    assert found.tolist() == [0.25, 1.0, 0.5, 0.25, 0.25]
