"""Importance of each patch: by hand, and against removing each patch for real."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.connectivity import (
    integral_index_of_connectivity,
    path_probabilities,
    probability_of_connectivity,
)
from robuust.importance import patch_importance, patch_importance_by_hops
from robuust.network import dispersal_probability

CAPACITY = np.array([10.0, 5.0, 20.0])
A, B = np.array([0, 1, 0]), np.array([1, 2, 2])
CHANCE = dispersal_probability([1000, 1000, 3000], d0_m=1000, p0=0.5)


def test_dpc_of_three_patches_by_hand():
    found = patch_importance(CAPACITY, A, B, CHANCE, p_min=1e-4)
    assert found["dpc"] == pytest.approx([32.258065, 29.032258, 77.419355])
    assert found["dpc_intra"] == pytest.approx([12.903226, 3.225806, 51.612903])
    assert found["dpc_flux"] == pytest.approx([19.354839, 19.354839, 25.806452])
    assert found["dpc_connector"] == pytest.approx([0, 6.451613, 0])
    assert found["betweenness"] == pytest.approx([0, 2 * 10 * 20 / 4, 0])


def test_diic_of_three_patches_by_hand():
    found = patch_importance_by_hops(CAPACITY, [0, 1], [1, 2])
    assert found["diic"][1] == pytest.approx(38.144330)


def test_twin_stepping_stones_back_each_other_up():
    # 0 - 1 - 3 and 0 - 2 - 3, all equal: neither middle patch is indispensable.
    found = patch_importance(np.ones(4), [0, 1, 0, 2], [1, 3, 2, 3], [0.5] * 4, p_min=0)
    assert found["dpc_connector"] == pytest.approx([0, 0, 0, 0])
    assert found["betweenness"] == pytest.approx([0, 0, 0, 0])


def naive(capacity, a, b, chance, p_min, k):
    """PCnum of the network that is left when patch k is taken out."""
    left = (a != k) & (b != k)
    rest = np.where(np.arange(len(capacity)) == k, 0.0, capacity)
    path = path_probabilities(len(rest), a[left], b[left], chance[left], p_min=p_min)
    return probability_of_connectivity(rest, path)


def check_against_removal(capacity, a, b, chance, p_min):
    found = patch_importance(capacity, a, b, chance, p_min=p_min)
    total = naive(capacity, a, b, chance, p_min, -1)
    if total == 0:
        assert all((column == 0).all() for column in found.values())
        return
    expected = [
        100 * (total - naive(capacity, a, b, chance, p_min, k)) / total
        for k in range(len(capacity))
    ]
    np.testing.assert_allclose(found["dpc"], expected, atol=1e-9)
    parts = sum(found[f"dpc_{part}"] for part in ("intra", "flux", "connector"))
    np.testing.assert_allclose(found["dpc"], parts, atol=1e-12)
    assert (found["dpc_connector"] >= 0).all()


@st.composite
def networks(draw):
    """Up to twelve patches, some empty, with ties, sure links and cut patches."""
    n = draw(st.integers(1, 12))
    capacity = draw(
        st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0, 40.0]), min_size=n, max_size=n)
    )
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    chance = st.sampled_from([0.0, 0.125, 0.25, 0.5, 0.5, 0.8, 1.0])
    chances = draw(st.lists(chance, min_size=len(chosen), max_size=len(chosen)))
    a, b = (np.array([pair[k] for pair in chosen], dtype=int) for k in (0, 1))
    return np.array(capacity), a, b, np.array(chances)


@settings(max_examples=300)
@given(networks(), st.sampled_from([0.0, 1e-4, 0.05]))
def test_dpc_is_what_removing_each_patch_really_costs(network, p_min):
    check_against_removal(*network, p_min)


@settings(max_examples=300)
@given(networks())
def test_diic_is_what_removing_each_patch_really_costs(network):
    capacity, a, b, _ = network
    found = patch_importance_by_hops(capacity, a, b)
    total = integral_index_of_connectivity(capacity, a, b)
    for k in range(len(capacity)) if total else []:
        left = (a != k) & (b != k)
        rest = np.where(np.arange(len(capacity)) == k, 0.0, capacity)
        without = integral_index_of_connectivity(rest, a[left], b[left])
        expected = 100 * (total - without) / total
        assert found["diic"][k] == pytest.approx(expected, abs=1e-9)
    assert (found["diic_connector"] >= 0).all()


def random_network(seed):
    """20 to 60 patches on a plane; each second one on a coarse grid, with ties."""
    random = np.random.default_rng(seed)
    n = int(random.integers(20, 60))
    xy = random.random((n, 2)) * 10
    if seed % 2:
        xy = xy.round()  # coincident patches, equal distances
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    a, b = np.nonzero(np.triu(distance <= random.uniform(1.5, 6), 1))
    capacity = random.lognormal(0, 1, n) * (random.random(n) > 0.1)
    chance = 0.5 ** (distance[a, b] / random.uniform(0.5, 3))
    return capacity, a, b, chance


@pytest.mark.parametrize("seed", range(24))
def test_dpc_of_landscapes_is_what_removing_each_patch_really_costs(seed):
    check_against_removal(*random_network(seed), [0.0, 1e-4, 0.02][seed % 3])


def test_small_blocks_and_passes_give_the_same(monkeypatch):
    network = random_network(3)
    at_once = patch_importance(*network, p_min=1e-4)
    monkeypatch.setattr("robuust.importance.PAIRS_PER_PASS", 50)
    monkeypatch.setattr("robuust.importance.CANDIDATES_PER_BLOCK", 100)
    monkeypatch.setattr("robuust.paths.LOOKUPS_PER_BLOCK", 100)
    in_bits = patch_importance(*network, p_min=1e-4)
    for name, column in at_once.items():
        np.testing.assert_allclose(in_bits[name], column, rtol=1e-12)


@given(st.integers(0, 1000), st.integers(2, 12))
def test_no_patch_connects_others_when_all_are_linked_by_true_distances(seed, n):
    xy = np.random.default_rng(seed).random((n, 2)).round(1)
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    a, b = np.triu_indices(n, 1)
    found = patch_importance(np.ones(n), a, b, 0.5 ** distance[a, b], p_min=0)
    assert (found["dpc_connector"] == 0).all()
    assert (found["betweenness"] == 0).all()


@settings(max_examples=50)
@given(networks(), st.randoms(use_true_random=False))
def test_importance_does_not_depend_on_the_order_of_the_patches(network, random):
    capacity, a, b, chance = network
    new = list(range(len(capacity)))
    random.shuffle(new)
    new = np.array(new)
    shuffled = np.empty_like(capacity)
    shuffled[new] = capacity
    one = patch_importance(capacity, a, b, chance, p_min=1e-4)
    two = patch_importance(shuffled, new[b], new[a], chance, p_min=1e-4)
    for name, column in one.items():
        np.testing.assert_allclose(two[name][new], column, atol=1e-9)


def test_no_patches_have_no_importance():
    for found in (
        patch_importance([], [], [], [], p_min=1e-4),
        patch_importance_by_hops([], [], []),
    ):
        assert {column.dtype for column in found.values()} == {np.dtype(float)}
        assert {column.size for column in found.values()} == {0}


def test_impossible_values_are_refused():
    with pytest.raises(ValueError, match="zero or more hectares"):
        patch_importance([1.0, np.nan], [0], [1], [0.5], p_min=0)
    with pytest.raises(ValueError, match="from 0 to 1"):
        patch_importance([1.0, 1.0], [0], [1], [1.5], p_min=0)
