"""Ways offered to pairs of nodes: what a plan gains, or more, and planes above it."""

import numpy as np
import pytest
from every_plan import P_MIN, landscape
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_cases import all_plans, random_groups

from robuust import plan_offers
from robuust.group_landscape import whole_pcnum
from robuust.plan_benefits import WayRules
from robuust.plan_offers import filled_pairs, group_offers


def rules(m):
    return WayRules(
        allowed=np.ones(m, dtype=bool),
        cost=np.zeros(m),
        most=0.0,
        clashes=np.empty((0, 2), dtype=int),
        depth=3,
        is_all=m <= 3,
    )


def pcnum_of(group, plan):
    return whole_pcnum(group, np.flatnonzero(plan), P_MIN)[0] / group.pcnum


def test_a_pair_fills_up_with_the_best_of_its_open_ways():
    # Patches of 2 and 3 ha. Candidate 0 links them with 1/2, 1 and 2 together surely.
    group = landscape(
        [2.0, 3.0],
        ([], [], []),
        [0.0, 0.0, 0.0],
        ([0, 0, 1, 2], [0, 1, 0, 1], [1.0, 0.5, 1.0, 1.0]),
        ([1], [2], [1.0]),
    )
    offers = group_offers(group, rules(3), p_min=P_MIN)
    cases = {
        (0.0, 0.0, 0.0): 0,
        (1.0, 0.0, 0.0): 6,
        (0.0, 1.0, 1.0): 12,
        (1.0, 1.0, 1.0): 12,
        (1.0, 0.25, 0.5): 0.25 * 12 + 0.75 * 6,
    }
    for share, gain in cases.items():
        pcnum, _ = filled_pairs(offers, np.array(share))
        assert pcnum == pytest.approx(1 + gain / 13, rel=1e-6)
    _, slope = filled_pairs(offers, np.array([1.0, 0.25, 0.5]))
    assert slope == pytest.approx([0, 6 / 13, 0], rel=1e-6)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_with_few_candidates_the_sum_is_pcnum(seed, m):
    for group in random_groups(seed, m):
        offers = group_offers(group, rules(m), p_min=P_MIN)
        for plan in all_plans(m):
            pcnum, _ = filled_pairs(offers, plan.astype(float))
            assert pcnum == pytest.approx(pcnum_of(group, plan), rel=1e-6)


@pytest.mark.parametrize("few", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_no_plan_and_no_plane_lies_above_what_is_told(seed, few, monkeypatch):
    rng, m = np.random.default_rng(seed), 1 + seed % 8
    if few:  # two candidates, and one or two ways of a pair
        monkeypatch.setattr(plan_offers, "MANY_OFFERS", 0)
        monkeypatch.setattr(plan_offers, "MOST_OFFERS", 0)
        monkeypatch.setattr(plan_offers, "LEAST_WAYS", 1 + seed % 2)
    for group in random_groups(seed, m):
        offers = group_offers(group, rules(m), p_min=P_MIN)
        share = rng.random(m).round(rng.integers(0, 3))
        pcnum, slope = filled_pairs(offers, share)
        for plan in all_plans(m):
            told, _ = filled_pairs(offers, plan.astype(float))
            assert told >= pcnum_of(group, plan) * (1 - 1e-9)
            assert told <= (pcnum + slope @ (plan - share)) * (1 + 1e-9)


def test_what_is_told_does_not_depend_on_the_number_of_threads(monkeypatch):
    monkeypatch.setattr(plan_offers, "SOURCES_PER_BLOCK", 2)
    group, share = random_groups(3, 8)[1], np.linspace(0, 1, 8)
    one, two = (
        filled_pairs(
            group_offers(group, rules(8), p_min=P_MIN, threads=threads),
            share,
            threads=threads,
        )
        for threads in (1, 2)
    )
    assert one[0] == two[0]
    np.testing.assert_array_equal(one[1], two[1])
