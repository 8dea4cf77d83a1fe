"""Benefits of candidates: their sum is PCnum, or more where ways are simplified."""

from dataclasses import replace

import numpy as np
import pytest
from every_plan import P_MIN, landscape
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_cases import all_plans, random_groups

from robuust.group_landscape import whole_pcnum
from robuust.plan_benefits import WayRules, bounded_pcnum, group_benefits

NO_PAIRS = np.empty((0, 2), dtype=int)


def rules(m, **more):
    given = {
        "cost": np.zeros(m),
        "most": 0.0,
        "clashes": NO_PAIRS,
    }
    given |= {"depth": max(m, 2), "is_all": True, "allowed": np.ones(m, dtype=bool)}
    return WayRules(**(given | more))


def three_ways():
    # Patches of 2 and 3 ha out of reach of each other. Candidate 0 links them with
    # 1/2, candidates 1 and 2 only together, and surely; 1 has 1 ha of its own.
    return landscape(
        [2.0, 3.0],
        ([], [], []),
        [0.0, 1.0, 0.0],
        ([0, 0, 1, 2], [0, 1, 0, 1], [1.0, 0.5, 1.0, 1.0]),
        ([1], [2], [1.0]),
    )


def test_the_benefits_of_a_case_on_paper():
    found = group_benefits(three_ways(), rules(3), p_min=P_MIN)
    assert found.before == 13
    # Candidate 1 by itself: 1 x 1 for itself, 2 x 1 x 2 with the first patch.
    assert found.value[:3].tolist() == [0, 5, 0]
    # The patches gain 2 x 2 x 3 x 1/2 by either way, as much again by the better one.
    # Candidate 1 reaches the second patch over 2 (6), or over the first and 0 (half).
    ways = [[c for c in way if c >= 0] for way in found.way.tolist()]
    assert sorted(ways) == [[0, 1], [1, 2]]
    value = dict(zip(map(tuple, ways), found.value[3:].tolist(), strict=True))
    assert value == pytest.approx({(1, 2): 6 + 3, (0, 1): 0})
    at = {**dict(enumerate([(0,), (1,), (2,)])), **dict(enumerate(map(tuple, ways), 3))}
    shared = {
        frozenset(at[k] for k in found.item[a:b].tolist()): one
        for a, b, one in zip(found.first, found.first[1:], found.shared, strict=False)
    }
    assert shared == pytest.approx(
        {frozenset([(0,), (1, 2)]): 6, frozenset([(0, 1), (1, 2)]): 3}
    )
    assert not found.is_loose


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 7))
def test_benefits_add_up_to_pcnum_for_every_plan(seed, m):
    for group in random_groups(seed, m):
        found = group_benefits(group, rules(m), p_min=P_MIN)
        assert not found.is_loose
        for plan in all_plans(m)[:: max(1, 2**m // 16)]:
            whole = whole_pcnum(group, np.flatnonzero(plan), P_MIN)[0]
            assert bounded_pcnum(found, plan) == pytest.approx(whole, rel=1e-9)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(2, 7), st.integers(2, 3))
def test_simplified_ways_never_tell_too_little(seed, m, depth):
    simple = rules(m, depth=depth, is_all=depth >= m)
    for group in random_groups(seed, m):
        found = group_benefits(group, simple, p_min=P_MIN)
        for plan in all_plans(m)[:: max(1, 2**m // 16)]:
            whole = whole_pcnum(group, np.flatnonzero(plan), P_MIN)[0]
            bound = bounded_pcnum(found, plan)
            assert bound >= whole * (1 - 1e-9)
            if not found.is_loose:
                assert bound == pytest.approx(whole, rel=1e-9)


def test_ways_that_no_plan_can_take_are_left_out():
    group = three_ways()
    dear = rules(3, cost=np.array([0.0, 3.0, 3.0]), most=5.0)
    twice = rules(3, clashes=np.array([[2, 1]]))
    for only in (dear, twice):
        found = group_benefits(group, only, p_min=P_MIN)
        assert found.way.tolist() == [[0, 1, -1]]
    without = replace(rules(3), allowed=np.array([False, True, True]))
    found = group_benefits(group, without, p_min=P_MIN)
    assert found.way[:, :2].tolist() == [[1, 2]]


def test_the_benefits_do_not_depend_on_the_number_of_threads():
    group = random_groups(3, 7)[1]
    one, two = (
        group_benefits(group, rules(7), p_min=P_MIN, threads=threads)
        for threads in (1, 2)
    )
    for name in ("way", "value", "first", "item", "shared"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
