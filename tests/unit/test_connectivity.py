"""Connectivity: a case worked out by hand, then laws for any network."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.connectivity import (
    component_sweep,
    connectivity_fractions,
    equivalent_connected_area,
    integral_index_of_connectivity,
    lost_connectivity_bound,
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
    parts = connectivity_fractions(CAPACITY, A, B, CHANCE, path, p_min=1e-4)
    assert parts == pytest.approx((525, 200, 50))


def test_iicnum_of_three_patches_by_hand():
    iicnum = integral_index_of_connectivity(CAPACITY, [0, 1], [1, 2])
    assert iicnum == pytest.approx(525 + 2 * (50 + 100) / 2 + 2 * 200 / 3)


def test_a_small_chance_counts_as_none_and_the_bound_says_what_that_costs():
    path = path_probabilities(3, A, B, CHANCE, p_min=0.3)
    assert probability_of_connectivity(CAPACITY, path) == pytest.approx(525 + 150)
    assert lost_connectivity_bound(CAPACITY, A, B, path, p_min=0.3) == pytest.approx(
        0.3 * 2 * 10 * 20
    )


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


@given(networks())
def test_eca_lies_between_isolation_and_certainty(network):
    capacity, *links = network
    eca = np.sqrt(pcnum(capacity, *links))
    assert np.sqrt((capacity**2).sum()) <= eca * (1 + 1e-12)
    assert eca <= capacity.sum() * (1 + 1e-12)


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


@given(networks(), st.floats(0, 1))
def test_easier_links_never_lower_pcnum(network, power):
    capacity, a, b, chance = network
    before = pcnum(capacity, a, b, chance)
    assert pcnum(capacity, a, b, chance**power) >= before * (1 - 1e-12)


@given(networks(), st.floats(0.01, 0.99))
def test_cutting_a_patch_into_touching_parts_changes_nothing(network, part):
    capacity, a, b, chance = network
    n = len(capacity)
    parts = np.r_[capacity[0] * part, capacity[1:], capacity[0] * (1 - part)]
    cut = pcnum(parts, np.r_[a, 0], np.r_[b, n], np.r_[chance, 1.0])
    assert cut == pytest.approx(pcnum(capacity, a, b, chance), rel=1e-9)


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


@given(networks(), st.floats(0.001, 0.5))
def test_what_a_limit_loses_is_within_its_bound(network, p_min):
    capacity, a, b, chance = network
    path = path_probabilities(len(capacity), a, b, chance, p_min=p_min)
    left = chance > 0
    bound = lost_connectivity_bound(capacity, a[left], b[left], path, p_min=p_min)
    lost = pcnum(capacity, a, b, chance) - probability_of_connectivity(capacity, path)
    assert -1e-9 <= lost <= bound + 1e-9


@given(networks(), st.sampled_from([0.0, 0.2]))
def test_the_three_parts_make_up_pcnum(network, p_min):
    capacity, a, b, chance = network
    path = path_probabilities(len(capacity), a, b, chance, p_min=p_min)
    intra, direct, step = connectivity_fractions(
        capacity, a, b, chance, path, p_min=p_min
    )
    assert min(intra, direct, step) >= 0
    total = probability_of_connectivity(capacity, path)
    assert intra + direct + step == pytest.approx(total)


@given(networks())
def test_iic_counts_the_fewest_links_between_patches(network):
    capacity, a, b, _ = network
    n = len(capacity)
    hops = np.where(np.eye(n) == 1, 0, np.inf)
    hops[a, b] = hops[b, a] = 1
    for k in range(n):
        hops = np.minimum(hops, hops[:, [k]] + hops[[k]])
    expected = capacity @ (1 / (1 + hops)) @ capacity
    assert integral_index_of_connectivity(capacity, a, b) == pytest.approx(expected)


@settings(max_examples=50)
@given(networks(), st.data())
def test_components_only_merge_along_the_sweep(network, data):
    capacity, a, b, _ = network
    size = {"min_size": len(a), "max_size": len(a)}
    gap = data.draw(st.lists(st.floats(0, 900), **size))
    sweep, count, share = component_sweep(
        capacity, a, b, gap, [100, 50, 500, 2000], longest_m=1000
    )
    assert sweep.tolist() == [50, 100, 500]
    assert (np.diff(count) <= 0).all()
    assert (np.diff(share) >= -1e-12).all()
    assert share.max() <= 1 + 1e-12


def test_no_patches_have_no_connectivity():
    path = path_probabilities(0, [], [], [], p_min=1e-4)
    assert path.shape == (0, 0)
    assert probability_of_connectivity([], path) == 0
    assert connectivity_fractions([], [], [], [], path, p_min=1e-4) == (0, 0, 0)
    assert lost_connectivity_bound([], [], [], path, p_min=1e-4) == 0
    assert integral_index_of_connectivity([], [], []) == 0
    _, count, share = component_sweep([], [], [], [], [50, 100], longest_m=100)
    assert count.tolist() == share.tolist() == [0, 0]


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
