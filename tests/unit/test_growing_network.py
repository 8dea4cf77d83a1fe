"""A network that grows step by step equals one that is made anew at each step."""

import numpy as np
import pytest
from scipy import sparse

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
        useful = np.flatnonzero(group.own > 0)
        network, taken, before = growing(group), [], group.pcnum
        for c in rng.permutation(useful):
            rises = network.rises(0, group.own.size)[0]
            for other in np.setdiff1d(useful, taken):
                after = whole_pcnum(group, np.array([*taken, other]), P_MIN)[0]
                assert before + rises[other] == pytest.approx(after, rel=1e-12)
                alone = network.rises(other, other + 1)[0]
                assert alone == pytest.approx([rises[other]], rel=1e-12)
            network.take(c)
            taken.append(c)
            before = whole_pcnum(group, np.array(taken), P_MIN)[0]


def test_a_ball_holds_what_a_candidate_reaches():
    # Patches 0 and 1 at 0.5, candidate at 0.1 from patch 0: patch 1 at 0.05.
    for chance, reached in ((0.1, [0, 1]), (0.015, [0]), (0.005, [])):
        group = group_landscape(
            *(1.0, [1.0, 2.0], ([0], [1], [0.5]), [3.0]),
            *(([0], [0], [chance]), ([], [], [])),
            p_min=P_MIN,
        )
        assert np.sort(growing(group).rises(0, 1)[1].indices).tolist() == reached


def test_many_candidates_are_valued_in_parts_of_what_memory_holds(monkeypatch):
    rng = np.random.default_rng(22)
    group = random_group(rng)
    while group.own.size < 4:
        group = random_group(rng)
    rise, ball = growing(group).rises(0, group.own.size)
    monkeypatch.setattr(candidate_trees, "NODES_AT_ONCE", 1)
    parts, part_ball = growing(group).rises(0, group.own.size)
    assert (parts == rise).all()
    assert sparse.csr_array(ball != part_ball).nnz == 0
