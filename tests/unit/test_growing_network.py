"""A network that grows step by step equals one that is made anew at each step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust import candidate_trees
from robuust.group_landscape import group_landscape, whole_pcnum
from robuust.growing_network import GrowingNetwork

P_MIN = 0.01


def random_group(rng):
    """Patches and candidates with links of any chance, many of them equal."""
    n, m = int(rng.integers(0, 9)), int(rng.integers(1, 7))

    def links(n_a, n_b, k):
        k = k if n_a and n_b else 0
        ends = rng.integers(0, max(n_a, 1), k), rng.integers(0, max(n_b, 1), k)
        return (*ends, rng.choice([1, 0.9, 0.5, 0.5, 0.25, 0.1, 0], k))

    a, b, chance = links(m, m, m)
    others = a < b
    return group_landscape(
        1.0,
        rng.uniform(0, 10, n) * (rng.random(n) < 0.8),
        links(n, n, 2 * n),
        rng.uniform(0, 5, m) * (rng.random(m) < 0.8),
        links(m, n, 2 * m),
        (a[others], b[others], chance[others]),
        p_min=P_MIN,
    )


def growing(group):
    return GrowingNetwork(
        *(group.capacity, group.links, group.own, group.to_patch, group.to_candidate),
        p_min=P_MIN,
    )


def test_each_step_brings_what_a_full_recomputation_says():
    rng = np.random.default_rng(21)
    for _ in range(200):
        group = random_group(rng)
        useful = np.flatnonzero(group.useful)
        network, taken, before = growing(group), [], group.pcnum
        for c in rng.permutation(useful):
            others = np.setdiff1d(useful, taken)
            rises = network.rises_of(others)
            for other, rise in zip(others, rises, strict=True):
                after = whole_pcnum(group, np.array([*taken, other]), P_MIN)[0]
                assert before + rise == pytest.approx(after, rel=1e-12)
                assert network.rises_of([other]) == pytest.approx([rise], rel=1e-12)
            network.take(c)
            taken.append(c)
            before = whole_pcnum(group, np.array(taken), P_MIN)[0]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_plan_that_loses_candidates_and_gains_others_is_valued_anew_each_time(seed):
    rng = np.random.default_rng(seed)
    group = random_group(rng)
    network, taken = growing(group), []
    for c in rng.integers(0, group.own.size, 12).tolist():
        if c in taken:
            network.drop(c)
            taken.remove(c)
        else:
            network.take(c)
            taken.append(c)
        others = rng.permutation(np.setdiff1d(np.arange(group.own.size), taken))
        before = whole_pcnum(group, np.array(taken, dtype=int), P_MIN)[0]
        after = [whole_pcnum(group, np.array([*taken, o]), P_MIN)[0] for o in others]
        assert before + network.rises_of(others) == pytest.approx(after, rel=1e-12)


def test_a_swap_costs_two_values():
    # Patches of 2 and 3 ha out of reach. Candidate 0 joins them: 12; candidate 1 adds
    # 4 ha to the second: 4 x 4 + 2 x 4 x 3 = 40; after the first (2 + 3 + 4)^2 - 5^2.
    group = group_landscape(
        *(1.0, [2.0, 3.0], ([], [], []), [0.0, 4.0]),
        *(([0, 0, 1], [0, 1, 1], [1.0, 1.0, 1.0]), ([], [], [])),
        p_min=P_MIN,
    )
    network = growing(group)
    assert network.rises_of([0, 1]) == pytest.approx([12, 40])
    network.take(0)
    assert network.rises_of([1]) == pytest.approx([56])
    network.drop(0)
    assert network.rises_of([1, 0]) == pytest.approx([40, 12])


def test_a_candidate_is_taken_once_and_dropped_once():
    network = growing(random_group(np.random.default_rng(24)))
    with pytest.raises(ValueError, match="candidate 0 is no part of the network"):
        network.drop(0)
    network.take(0)
    for again in (network.take, network.rises_of):
        with pytest.raises(ValueError, match="candidate 0 is taken already"):
            again(0)


def test_without_candidates_there_is_nothing_to_value():
    group = group_landscape(
        *(1.0, [2.0], ([], [], []), [], ([], [], []), ([], [], [])), p_min=P_MIN
    )
    assert growing(group).rises_of([]).size == 0


def test_many_candidates_are_valued_in_parts_of_what_memory_holds(monkeypatch):
    rng = np.random.default_rng(22)
    group = random_group(rng)
    while group.own.size < 4:
        group = random_group(rng)
    every = np.arange(group.own.size)
    rise = growing(group).rises_of(every)
    monkeypatch.setattr(candidate_trees, "NODES_AT_ONCE", 1)
    assert (growing(group).rises_of(every) == rise).all()
