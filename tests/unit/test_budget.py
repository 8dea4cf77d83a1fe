"""Plans within a budget: never above the best plan, and that never above the bound."""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.budget import (
    Plan,
    greedy_plan,
    plan_table,
    same_land,
)
from robuust.budget_bound import upper_bound
from robuust.group_landscape import (
    group_landscape,
    landscape_from_tables,
    whole_pcnum,
)

P_MIN = 1e-4


def plan_gain(groups, chosen, *, p_min):
    """Weighted sum over the groups of the relative rise of ECA, computed in full."""
    total = 0.0
    for group in groups:
        if group.pcnum > 0:
            after = whole_pcnum(group, np.asarray(sorted(chosen), dtype=int), p_min)[0]
            total += group.weight * (np.sqrt(after / group.pcnum) - 1)
    return float(total)


def apart(m):
    """Squares that share no land."""
    return shapely.box(np.arange(m) * 10.0, 0, np.arange(m) * 10.0 + 5, 5)


def landscape(capacity, links, own, patch_links, mates, weight=1.0):
    return group_landscape(
        weight, capacity, links, own, patch_links, mates, p_min=P_MIN
    )


def best_by_enumeration(groups, cost, shapes, budget):
    """Gain of the best plan among all of them."""
    best = 0.0
    for size in range(len(cost) + 1):
        for chosen in combinations(range(len(cost)), size):
            twice = any(
                same_land(shapes[a], shapes[[b]]) for a, b in combinations(chosen, 2)
            )
            if not twice and sum(cost[k] for k in chosen) <= budget:
                best = max(best, plan_gain(groups, chosen, p_min=P_MIN))
    return best


def random_case(seed):
    """Patches and candidates strewn over a plain, for two groups of two scales."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 6), rng.integers(1, 7)
    places = rng.uniform(0, 4000, (n + m, 2))
    distance = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    groups = []
    for d0, weight in ((300, 1.0), (1500, 2.0)):
        p = 0.5 ** (distance / d0)
        a, b = np.triu_indices(n, 1)
        c, k = np.nonzero(np.ones((m, n)))
        d, e = np.triu_indices(m, 1)
        own = rng.uniform(0.5, 20, m) * (rng.random(m) < 0.8)
        groups.append(
            landscape(
                rng.uniform(1, 30, n),
                (a, b, p[a, b]),
                own,
                (c, k, p[n + c, k]),
                (d, e, p[n + d, n + e]),
                weight,
            )
        )
    cost = rng.integers(0, 12, m).astype(float)
    shapes = apart(m)
    if m > 1 and rng.random() < 0.5:
        shapes[1] = shapes[0]  # two ways to use the same land
    return groups, cost, shapes, float(rng.integers(0, 30))


def test_greedy_takes_the_best_per_euro_in_a_case_on_paper():
    # One patch of 10 ha; three fields touch it: 5 ha for 5, 4 ha for 2, 1 ha for 3.
    # They only enlarge it, so ECA is the sum: 4 ha first, then 5 ha; 14 + 5 = 19.
    group = landscape(
        [10.0],
        ([], [], []),
        [5.0, 4.0, 1.0],
        ([0, 1, 2], [0, 0, 0], [1.0, 1.0, 1.0]),
        ([0, 0, 1], [1, 2, 2], [1.0, 1.0, 1.0]),
    )
    cost = [5.0, 2.0, 3.0]
    plan = greedy_plan([group], cost, apart(3), 7, p_min=P_MIN)
    assert (plan.chosen, plan.method) == ([1, 0], "greedy")
    assert plan.gain == pytest.approx(0.9)
    assert upper_bound([group], cost, 7, p_min=P_MIN) >= 0.9


def test_one_large_candidate_can_beat_greedy_per_euro():
    # 1 ha for 1 is cheaper per hectare than 9 ha for 10, but leaves 9 for the other.
    group = landscape(
        [10.0],
        ([], [], []),
        [1.0, 9.0],
        ([0, 1], [0, 0], [1.0, 1.0]),
        ([0], [1], [1.0]),
    )
    plan = greedy_plan([group], [1.0, 10.0], apart(2), 10, p_min=P_MIN)
    assert (plan.chosen, plan.method) == ([1], "single")
    assert plan.gain == pytest.approx(0.9)


def test_land_is_taken_once():
    # Both options for the same field are affordable; only the better one is taken.
    group = landscape(
        [10.0],
        ([], [], []),
        [2.0, 4.0],
        ([0, 1], [0, 0], [1.0, 1.0]),
        ([0], [1], [1.0]),
    )
    field = shapely.box([0, 0], 0, 100, 100)
    assert greedy_plan([group], [1.0, 1.0], field, 9, p_min=P_MIN).chosen == [1]


def test_land_that_only_touches_is_free():
    field, neighbour, across = shapely.box([0, 10, 5], 0, [10, 20, 15], 10)
    assert not same_land(neighbour, [field])
    assert same_land(across, [field, neighbour])
    assert not same_land(field, [])


def test_without_money_candidates_or_habitat_there_is_no_plan():
    none = landscape([10.0], ([], [], []), [], ([], [], []), ([], [], []))
    bare = landscape([], ([], [], []), [3.0, 1.0], ([], [], []), ([], [], []))
    rich = landscape([1.0], ([], [], []), [3.0], ([0], [0], [1.0]), ([], [], []))
    for group, cost, budget in (
        (none, [], 100),
        (bare, [1.0, 2.0], 100),
        (rich, [200.0], 100),
    ):
        plan = greedy_plan([group], cost, apart(len(cost)), budget, p_min=P_MIN)
        assert (plan.chosen, plan.gain) == ([], 0.0)
        assert upper_bound([group], cost, budget, p_min=P_MIN) == 0.0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_greedy_never_beats_the_best_plan_nor_that_the_bound(seed):
    groups, cost, shapes, budget = random_case(seed)
    plan = greedy_plan(groups, cost, shapes, budget, p_min=P_MIN)
    best = best_by_enumeration(groups, cost, shapes, budget)
    bound = upper_bound(groups, cost, budget, p_min=P_MIN)
    assert sum(cost[plan.chosen]) <= budget
    assert plan.gain <= best * (1 + 1e-9)
    assert best <= bound * (1 + 1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_gain_of_a_plan_is_that_of_a_full_recomputation(seed):
    groups, cost, shapes, budget = random_case(seed)
    plan = greedy_plan(groups, cost, shapes, budget, p_min=P_MIN)
    assert plan.gain == pytest.approx(
        plan_gain(groups, plan.chosen, p_min=P_MIN), rel=1e-9, abs=1e-12
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_values_shared_between_budgets_change_no_plan(seed):
    groups, cost, shapes, budget = random_case(seed)
    known = {}
    for share in (0.25, 0.5, 1.0):
        shared = greedy_plan(
            groups, cost, shapes, share * budget, p_min=P_MIN, known=known
        )
        assert shared == greedy_plan(groups, cost, shapes, share * budget, p_min=P_MIN)


def test_a_plan_as_a_table_adds_up_its_costs_and_shows_the_gap():
    candidates = gpd.GeoDataFrame(
        {
            "candidate_id": ["a", "b", "c"],
            "track": "verbreden",
            "cost_eur": [1.0, 2.0, 4.0],
        },
        geometry=apart(3),
        crs="EPSG:31370",
    )
    table = plan_table(candidates, Plan([2, 0], "greedy", 0.3), 5, 0.4)
    assert table["candidate_id"].tolist() == ["c", "a"]
    assert table["step"].tolist() == [1, 2]
    assert table["cumulative_cost_eur"].tolist() == [4, 5]
    assert table["gap_percent"].tolist() == pytest.approx([25, 25])
    empty = plan_table(candidates, Plan([], "greedy", 0.0), 5, 0.0)
    assert empty.empty
    assert empty.dtypes.to_dict() == table.dtypes.to_dict()


def test_tables_become_a_landscape_whatever_their_row_order():
    patches = pd.DataFrame({"patch_id": ["q", "p"], "effective_ha": [4.0, 3.0]})
    links = pd.DataFrame(
        {"patch_id_a": ["p"], "patch_id_b": ["q"], "probability": [0.5]}
    )
    new_links = pd.DataFrame(
        {
            "candidate_id": ["y", "x"],
            "other_id": ["q", "y"],
            "kind": ["patch", "candidate"],
            "probability": [0.25, 1.0],
        }
    )
    gains = pd.DataFrame({"candidate_id": ["y"], "added_effective_ha": [2.0]})
    found = landscape_from_tables(
        patches, links, new_links, gains, ["x", "y"], weight=1, p_min=P_MIN
    )
    assert found.capacity.tolist() == [3, 4]
    assert found.pcnum == pytest.approx(9 + 16 + 2 * 0.5 * 12)
    assert found.own.tolist() == [0, 2]
    assert found.to_patch.toarray().tolist() == [[0, 0], [0, 0.25]]
    assert found.to_candidate.toarray().tolist() == [[0, 1], [1, 0]]
