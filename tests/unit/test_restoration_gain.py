"""The gain of a new patch equals a full recomputation, on paper and by law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from robuust.connectivity import path_probabilities, probability_of_connectivity
from robuust.restoration_gain import (
    add_patch,
    arrivals,
    pcnum_rise,
    pcnum_rises,
    relative_eca_rise,
)

P_MIN = 1e-4
# H1 of the method: A 10, B 5, C 20 ha; A-B and B-C 1000 m, A-C 3000 m; PCnum 775.
H1_CAPACITY = np.array([10.0, 5.0, 20.0])
H1_LINKS = ([0, 1, 0], [1, 2, 2], [0.5, 0.5, 0.125])


def h1_path():
    return path_probabilities(3, *H1_LINKS, p_min=P_MIN)


def brute_force(capacity, links, patch, probability, own, p_min=P_MIN):
    """PCnum with the new patch, every best path sought anew by trying all middles."""
    n = len(capacity)
    p = np.eye(n + 1)
    news = ([n] * len(patch), patch, probability)
    for a, b, chance in [*zip(*links, strict=True), *zip(*news, strict=True)]:
        p[a, b] = p[b, a] = max(p[a, b], chance)
    for middle in range(n + 1):
        p = np.maximum(p, np.outer(p[:, middle], p[middle]))
    p[p < p_min] = 0
    a = np.append(capacity, own)
    return a @ p @ a


@st.composite
def landscapes(draw):
    """Capacities, links and a candidate: up to seven patches, ties and merges too."""
    n = draw(st.integers(0, 7))
    chance = st.sampled_from([1.0, 0.9, 0.5, 0.31, 0.1, 0.011]) | st.floats(0.001, 1)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    used = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    links = ([i for i, _ in used], [j for _, j in used], [draw(chance) for _ in used])
    capacity = np.array([draw(st.floats(0, 100)) for _ in range(n)])
    patch = draw(st.lists(st.integers(0, n - 1), unique=True)) if n else []
    return (
        capacity,
        links,
        patch,
        [draw(chance) for _ in patch],
        draw(st.sampled_from([0.0, 3.0]) | st.floats(0, 50)),
    )


def test_a_stepping_stone_in_the_hand_example_adds_its_area_links_and_paths():
    # 4 ha halfway between A and C, 500 m from each: p = 2^-0.5 both ways.
    # Own 16; links 2 x 4 x (10 + 20) x 0.70711 and over A or C to B 0.35355 x 5;
    # A-C rises from 0.25 over B to 0.5: 2 x 10 x 20 x 0.25 = 100.
    s = 0.5**0.5
    expected = 16 + 8 * (30 * s + 5 * s / 2) + 100
    rise = pcnum_rise(H1_CAPACITY, h1_path(), [0, 2], [s, s], 4.0, p_min=P_MIN)
    assert rise == pytest.approx(expected, rel=1e-12)
    assert relative_eca_rise(775.0, [rise])[0] == pytest.approx(
        np.sqrt(775 + expected) / 27.838822 - 1, rel=1e-7
    )


def test_a_candidate_that_touches_a_patch_just_enlarges_it():
    # B grows from 5 to 8 ha: 3^2 + 2 x 3 x (5 + 0.5 x 10 + 0.5 x 20) = 129.
    rise = pcnum_rise(H1_CAPACITY, h1_path(), [1], [1.0], 3.0, p_min=P_MIN)
    assert rise == pytest.approx(129)


def test_a_candidate_that_nobody_reaches_counts_for_its_own_area_only():
    assert pcnum_rise(H1_CAPACITY, h1_path(), [], [], 4.0, p_min=P_MIN) == 16
    assert pcnum_rise(H1_CAPACITY, h1_path(), [0], [1e-5], 4.0, p_min=P_MIN) == 16


def test_a_group_without_habitat_has_no_relative_gain():
    empty = sparse.csr_array((0, 0))
    assert pcnum_rise([], empty, [], [], 2.0, p_min=P_MIN) == 4
    assert relative_eca_rise(0.0, [4.0]).tolist() == [0.0]


def test_paths_below_the_smallest_chance_are_absent():
    best, root = arrivals(h1_path(), [0], [0.01], p_min=0.004)
    assert best.tolist() == [0.01, 0.005, 0.0]
    assert root.tolist() == [0, 0, -1]


@given(landscapes())
def test_the_gain_equals_a_full_recomputation(landscape):
    capacity, links, patch, probability, own = landscape
    path = path_probabilities(capacity.size, *links, p_min=P_MIN)
    before = probability_of_connectivity(capacity, path)
    rise = pcnum_rise(capacity, path, patch, probability, own, p_min=P_MIN)
    assert before + rise == pytest.approx(
        brute_force(capacity, links, patch, probability, own), rel=1e-9, abs=1e-12
    )
    n = capacity.size
    with_candidate = path_probabilities(
        n + 1,
        links[0] + [n] * len(patch),
        links[1] + patch,
        links[2] + probability,
        p_min=P_MIN,
    )
    assert before + rise == pytest.approx(
        probability_of_connectivity(np.append(capacity, own), with_candidate),
        rel=1e-9,
        abs=1e-12,
    )


@given(landscapes())
def test_adding_a_patch_gives_the_paths_of_a_full_recomputation(landscape):
    capacity, links, patch, probability, own = landscape
    n = capacity.size
    path = path_probabilities(n, *links, p_min=P_MIN)
    grown, after = add_patch(capacity, path, patch, probability, own, p_min=P_MIN)
    expected = path_probabilities(
        n + 1,
        links[0] + [n] * len(patch),
        links[1] + patch,
        links[2] + probability,
        p_min=P_MIN,
    )
    assert grown.tolist() == [*capacity, own]
    np.testing.assert_allclose(after.toarray(), expected.toarray(), atol=1e-12)


@given(landscapes(), st.randoms(use_true_random=False))
def test_the_gain_never_falls_below_zero_and_ignores_the_order_of_links(
    landscape, random
):
    capacity, links, patch, probability, own = landscape
    path = path_probabilities(capacity.size, *links, p_min=P_MIN)
    rise = pcnum_rise(capacity, path, patch, probability, own, p_min=P_MIN)
    order = random.sample(range(len(patch)), len(patch))
    shuffled = pcnum_rise(
        capacity,
        path,
        [patch[k] for k in order],
        [probability[k] for k in order],
        own,
        p_min=P_MIN,
    )
    assert rise >= own**2
    assert shuffled == pytest.approx(rise, rel=1e-12)


def test_many_candidates_at_once_are_valued_each_alone():
    s = 0.5**0.5
    rises = pcnum_rises(
        H1_CAPACITY,
        h1_path(),
        candidate=[2, 0, 2],
        patch=[0, 1, 2],
        probability=[s, 1.0, s],
        own=[3.0, 0.0, 4.0],
        p_min=P_MIN,
    )
    alone = pcnum_rise(H1_CAPACITY, h1_path(), [0, 2], [s, s], 4.0, p_min=P_MIN)
    assert rises.tolist() == [pytest.approx(129), 0.0, pytest.approx(alone)]
