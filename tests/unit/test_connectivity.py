"""Connectivity: a case worked out by hand, then laws for any network."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust import paths
from robuust.connectivity import (
    connectivity_totals,
    dispersal_sweep,
    equivalent_connected_area,
    path_probabilities,
    probability_of_connectivity,
)
from robuust.network import dispersal_probability

# Patches A, B, C of 10, 5 and 20 ha; p is one half at 1000 m.
CAPACITY = np.array([10.0, 5.0, 20.0])
A, B = np.array([0, 1, 0]), np.array([1, 2, 2])
CHANCE = dispersal_probability([1000, 1000, 3000], d0_m=1000, p0=0.5)


def test_pcnum_of_three_patches_by_hand():
    path = path_probabilities(3, A, B, CHANCE, p_min=1e-4)
    assert probability_of_connectivity(CAPACITY, path) == pytest.approx(775)
    assert equivalent_connected_area(CAPACITY, path) == pytest.approx(27.838822)
    found = connectivity_totals(CAPACITY, A, B, CHANCE, p_min=1e-4)
    assert found[:5] == pytest.approx((775, 0, 525, 200, 50))
    assert found.reached == pytest.approx([2.5 + 5, 5 + 10, 2.5 + 2.5])
    assert found.network_pcnum == pytest.approx([775])


def test_a_small_chance_counts_as_none_and_the_bound_says_what_that_costs():
    found = connectivity_totals(CAPACITY, A, B, CHANCE, p_min=0.3)
    assert found.pcnum == pytest.approx(525 + 150)
    assert found.error_bound == pytest.approx(0.3 * 2 * 10 * 20)


def test_each_network_has_its_own_pairs_and_its_own_bound():
    # Patch 0 and 2 are one network; B, in between, is another.
    found = connectivity_totals(CAPACITY, A, B, CHANCE, p_min=0.2, network=[1, 0, 1])
    assert found.network_pcnum == pytest.approx([25, 500 + 2 * 10 * 20 / 4])
    assert found.network_error_bound == pytest.approx([0, 0])
    found = connectivity_totals(CAPACITY, A, B, CHANCE, p_min=0.3, network=[1, 0, 1])
    assert found.network_error_bound == pytest.approx([0, 0.3 * 2 * 10 * 20])


def test_what_no_animal_crosses_was_not_cut_off_by_the_limit():
    found = connectivity_totals([1, 1], [0], [1], [0.0], p_min=0.3)
    assert found[:5] == (2, 0, 2, 0, 0)


def test_two_dispersal_distances_of_three_patches_by_hand():
    distance_m, sure = [1000, 1000, 3000], [1, 1, 1]
    pcnum, bound = dispersal_sweep(
        CAPACITY, A, B, distance_m, sure, [1000, 500], p0=0.5, p_min=0.1
    )
    assert pcnum == pytest.approx([775, 525 + 2 * (50 + 100) / 4])
    assert bound == pytest.approx([0, 0.1 * 2 * 200])


def test_barriers_weigh_more_the_farther_animals_move():
    # Around, 600 m without a barrier; across, 200 m at a chance of one half.
    pcnum, _ = dispersal_sweep(
        [1, 1, 0],
        [0, 0, 1],
        [1, 2, 2],
        [200, 300, 300],
        [0.5, 1, 1],
        [100, 800],
        p0=0.5,
        p_min=0,
    )
    assert pcnum == pytest.approx([2 + 2 * 0.5**3, 2 + 2 * 0.5**0.75])


@st.composite
def networks(draw):
    """Up to nine patches: any capacities, any links, many of them sure or equal."""
    n = draw(st.integers(1, 9))
    capacity = draw(
        st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0, 40.0]), min_size=n, max_size=n)
    )
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    chance = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5, 0.8, 1.0])
    chances = draw(st.lists(chance, min_size=len(chosen), max_size=len(chosen)))
    a, b = (np.array([pair[k] for pair in chosen], dtype=int) for k in (0, 1))
    return np.array(capacity), a, b, np.array(chances)


def pcnum(capacity, a, b, chance, p_min=0.0):
    path = path_probabilities(len(capacity), a, b, chance, p_min=p_min)
    return probability_of_connectivity(capacity, path)


@settings(deadline=None)
@given(networks(), st.sampled_from([0.0, 0.01, 0.2]))
def test_path_probabilities_are_the_best_products_over_all_paths(network, p_min):
    capacity, a, b, chance = network
    n = len(capacity)
    best = np.eye(n)
    best[a, b] = best[b, a] = chance
    for k in range(n):  # Floyd and Warshall, in products
        best = np.maximum(best, np.outer(best[:, k], best[k]))
    best[best < p_min] = 0
    path = path_probabilities(n, a, b, chance, p_min=p_min)
    np.testing.assert_allclose(path.toarray(), best, rtol=1e-12)
    assert (path != path.T).nnz == 0
    assert (path.diagonal() == 1).all()
    assert path.data.min() >= p_min


@settings(deadline=None)
@given(networks())
def test_eca_lies_between_isolation_and_certainty(network):
    capacity, *links = network
    eca = np.sqrt(pcnum(capacity, *links))
    assert np.sqrt((capacity**2).sum()) <= eca * (1 + 1e-12)
    assert eca <= capacity.sum() * (1 + 1e-12)


@settings(deadline=None)
@given(networks(), st.data())
def test_another_patch_never_lowers_pcnum(network, data):
    capacity, a, b, chance = network
    n = len(capacity)
    more = data.draw(st.lists(st.integers(0, n - 1), unique=True))
    chances = data.draw(
        st.lists(st.floats(0, 1), min_size=len(more), max_size=len(more))
    )
    larger = pcnum(
        np.append(capacity, 7.0),
        np.append(a, more).astype(int),
        np.append(b, [n] * len(more)).astype(int),
        np.append(chance, chances),
    )
    assert larger >= pcnum(capacity, a, b, chance) * (1 - 1e-12)


@settings(deadline=None)
@given(networks(), st.floats(0, 1))
def test_easier_links_never_lower_pcnum(network, power):
    capacity, a, b, chance = network
    before = pcnum(capacity, a, b, chance)
    assert pcnum(capacity, a, b, chance**power) >= before * (1 - 1e-12)


@settings(deadline=None)
@given(networks(), st.floats(0.01, 0.99))
def test_cutting_a_patch_into_touching_parts_changes_nothing(network, part):
    capacity, a, b, chance = network
    n = len(capacity)
    parts = np.r_[capacity[0] * part, capacity[1:], capacity[0] * (1 - part)]
    cut = pcnum(parts, np.r_[a, 0], np.r_[b, n], np.r_[chance, 1.0])
    assert cut == pytest.approx(pcnum(capacity, a, b, chance), rel=1e-9)


@settings(deadline=None)
@given(networks(), st.randoms(use_true_random=False))
def test_the_order_of_patches_and_links_does_not_matter(network, random):
    capacity, a, b, chance = network
    new = list(range(len(capacity)))
    random.shuffle(new)
    new = np.array(new)
    shuffled = np.empty_like(capacity)
    shuffled[new] = capacity
    links = list(range(len(a)))
    random.shuffle(links)
    same = pcnum(shuffled, new[b][links], new[a][links], chance[links])
    assert same == pytest.approx(pcnum(capacity, a, b, chance), rel=1e-12)


@settings(deadline=None)
@given(networks(), st.floats(0.001, 0.5))
def test_what_a_limit_loses_is_within_its_bound(network, p_min):
    found = connectivity_totals(*network, p_min=p_min)
    lost = pcnum(*network) - found.pcnum
    assert -1e-9 <= lost <= found.error_bound + 1e-9


@settings(deadline=None)
@given(networks(), st.sampled_from([0.0, 0.2]))
def test_totals_are_those_of_the_table_of_paths(network, p_min):
    capacity, *links = network
    found = connectivity_totals(capacity, *links, p_min=p_min)
    path = path_probabilities(len(capacity), *links, p_min=p_min)
    total = probability_of_connectivity(capacity, path)
    assert found.pcnum == pytest.approx(total, rel=1e-12)
    assert found.reached == pytest.approx(path @ capacity - capacity)
    assert found.intra + found.direct + found.step == pytest.approx(total)
    assert min(found.intra, found.direct, found.step) >= 0


def test_no_patches_have_no_connectivity():
    path = path_probabilities(0, [], [], [], p_min=1e-4)
    assert path.shape == (0, 0)
    assert probability_of_connectivity([], path) == 0
    found = connectivity_totals([], [], [], [], p_min=1e-4)
    assert found[:5] == (0, 0, 0, 0, 0)
    assert found.reached.size == found.network_pcnum.size == 0
    pcnum, bound = dispersal_sweep([], [], [], [], [], [100], p0=0.5, p_min=1e-4)
    assert pcnum.tolist() == bound.tolist() == [0]


def random_landscape():
    """Patches on a plane, some of which touch, with links of any chance."""
    random = np.random.default_rng(6)
    xy = random.random((700, 2)).round(2)
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    a, b = np.nonzero(np.triu(distance < 0.12, 1))
    return random.lognormal(0, 1, 700), a, b, 1000 * distance[a, b]


def test_threads_change_no_bit():
    capacity, a, b, distance_m = random_landscape()
    links = capacity, a, b, 0.5 ** (distance_m / 30)
    for p_min in (0.0, 1e-3):
        one = connectivity_totals(*links, p_min=p_min)
        two = connectivity_totals(*links, p_min=p_min, threads=3)
        for left, right in zip(one, two, strict=True):
            np.testing.assert_array_equal(left, right)
    one = path_probabilities(700, *links[1:], p_min=1e-3)
    two = path_probabilities(700, *links[1:], p_min=1e-3, threads=3)
    np.testing.assert_array_equal(one.data, two.data)


@pytest.mark.parametrize("crossing", [1.0, 0.3])
def test_several_dispersal_distances_at_once_are_those_one_by_one(crossing):
    capacity, a, b, distance_m = random_landscape()
    across = np.where(np.random.default_rng(7).random(a.size) < 0.5, crossing, 1.0)
    d0_m = [20.0, 45.0, 10.0]
    pcnum, bound = dispersal_sweep(
        capacity, a, b, distance_m, across, d0_m, p0=0.5, p_min=1e-3, threads=2
    )
    for one, total, limit in zip(d0_m, pcnum, bound, strict=True):
        chance = dispersal_probability(distance_m, d0_m=one, p0=0.5) * across
        found = connectivity_totals(capacity, a, b, chance, p_min=1e-3)
        assert total == pytest.approx(found.pcnum, rel=1e-11)
        assert limit == pytest.approx(found.error_bound, rel=1e-11)


def test_too_many_patches_for_no_limit_are_refused_in_words(monkeypatch):
    monkeypatch.setattr(paths, "EXACT_PATCHES", 2)
    with pytest.raises(ValueError, match="3 patches hang together"):
        connectivity_totals(CAPACITY, A, B, CHANCE, p_min=0)
    with pytest.raises(ValueError, match="3 patches hang together"):
        path_probabilities(3, A, B, CHANCE, p_min=0)


@pytest.mark.parametrize("wrong", [-1.0, np.nan])
def test_impossible_values_are_refused(wrong):
    with pytest.raises(ValueError, match="zero or more hectares"):
        probability_of_connectivity([1.0, wrong], np.eye(2))
    with pytest.raises(ValueError, match="from 0 to 1"):
        path_probabilities(2, [0], [1], [wrong], p_min=1e-4)
    with pytest.raises(ValueError, match="p_min"):
        path_probabilities(2, [0], [1], [0.5], p_min=wrong)
    with pytest.raises(ValueError, match="square matrix"):
        probability_of_connectivity([1.0, 2.0, 3.0], np.eye(2))
    with pytest.raises(ValueError, match="zero or more hectares"):
        connectivity_totals([1.0, wrong], [0], [1], [0.5], p_min=0)
    with pytest.raises(ValueError, match="zero or more metres"):
        dispersal_sweep([1, 1], [0], [1], [wrong], [1], [9], p0=0.5, p_min=0)
    with pytest.raises(ValueError, match="from 0 to 1"):
        dispersal_sweep([1, 1], [0], [1], [9], [wrong], [9], p0=0.5, p_min=0)
    with pytest.raises(ValueError, match="kernel distance"):
        dispersal_sweep([1, 1], [0], [1], [9], [1], [wrong], p0=0.5, p_min=0)


def test_links_that_cannot_be_told_apart_are_refused():
    with pytest.raises(ValueError, match="another joins already"):
        dispersal_sweep([1, 1], [0, 1], [1, 0], [9, 9], [1, 1], [9], p0=0.5, p_min=0.1)
    with pytest.raises(ValueError, match="needs a network, numbered from 0"):
        connectivity_totals([1, 1], [0], [1], [0.5], p_min=0, network=[0])
