"""Paths between pairs of nodes: what a plan gains by them, and planes above."""

import numpy as np
import pytest
from every_plan import P_MIN, landscape, river_groups
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_cases import all_plans, random_groups

from robuust import plan_paths
from robuust.group_landscape import whole_pcnum
from robuust.plan_paths import filled_paths, group_paths


def paths_of(group, **how):
    return group_paths(group, np.ones(group.own.size, bool), p_min=P_MIN, **how)


def pcnum_of(group, plan):
    return whole_pcnum(group, np.flatnonzero(plan), P_MIN)[0] / group.pcnum


def bridges():
    # Patches of 2 and 3 ha. Candidate 0 links them with 1/2, 1 and 2 together surely.
    return landscape(
        [2.0, 3.0],
        ([], [], []),
        [0.0, 0.0, 0.0],
        ([0, 0, 1, 2], [0, 1, 0, 1], [1.0, 0.5, 1.0, 1.0]),
        ([1], [2], [1.0]),
    )


def test_a_pair_fills_up_with_the_best_of_its_paths():
    paths = paths_of(bridges())
    cases = {
        (0.0, 0.0, 0.0): 0,
        (1.0, 0.0, 0.0): 6,
        (0.0, 1.0, 1.0): 12,
        (1.0, 1.0, 1.0): 12,
        (1.0, 0.25, 0.5): 0.25 * 12 + 0.75 * 6,
    }
    for share, gain in cases.items():
        pcnum, _ = filled_paths(paths, np.array(share))
        assert pcnum == pytest.approx(1 + gain / 13)


def test_the_scarcest_vouches_and_without_shares_the_first_and_the_last():
    paths = paths_of(bridges())
    for share, slope in (([1, 0.25, 0.5], [0, 6, 0]), ([0, 0, 0], [6, 6, 6])):
        assert filled_paths(paths, np.array(share))[1] == pytest.approx(
            np.array(slope) / 13
        )


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_for_whole_candidates_the_sum_is_pcnum(seed, m):
    for group in random_groups(seed, m):
        paths = paths_of(group)
        for plan in all_plans(m):
            pcnum, _ = filled_paths(paths, plan.astype(float))
            assert pcnum == pytest.approx(pcnum_of(group, plan), rel=1e-9)


@pytest.mark.parametrize("little", [0.0, 1e-3, 0.4])
@pytest.mark.parametrize("seed", range(100))
def test_no_plan_lies_above_a_plane(seed, little, monkeypatch):
    monkeypatch.setattr(plan_paths, "LITTLE", little)
    rng, m = np.random.default_rng(seed), 1 + seed % 8
    groups = random_groups(seed, m)
    if seed % 4 == 0:  # long chains
        groups = river_groups(rng, m + 1)
    for group in groups:
        share = rng.random(m).round(rng.integers(0, 3))
        pcnum, slope = filled_paths(paths_of(group), share)
        for plan in all_plans(m):
            most = pcnum + slope @ (plan - share)
            assert pcnum_of(group, plan) <= most * (1 + 1e-9)


def test_what_is_told_does_not_depend_on_the_number_of_threads(monkeypatch):
    monkeypatch.setattr(plan_paths, "ENDS_PER_BLOCK", 2)
    monkeypatch.setattr(plan_paths, "PARTS_PER_BLOCK", 1)
    group, share = random_groups(3, 8)[1], np.linspace(0, 1, 8)
    one, two = (
        filled_paths(paths_of(group, threads=threads), share, threads=threads)
        for threads in (1, 2)
    )
    assert one[0] == two[0]
    np.testing.assert_array_equal(one[1], two[1])


def test_more_candidates_than_memory_holds_are_refused_in_words(monkeypatch):
    monkeypatch.setattr(plan_paths, "MOST_CELLS", 10)
    with pytest.raises(ValueError, match="3 candidates among 2 patches are too many"):
        paths_of(bridges())
