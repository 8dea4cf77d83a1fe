"""Importance of each patch: by hand, and against removing each patch for real."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust import importance, paths
from robuust.connectivity import path_probabilities, probability_of_connectivity
from robuust.importance import patch_importance
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


@settings(max_examples=300, deadline=None)
@given(networks(), st.sampled_from([0.0, 1e-4, 0.05]))
def test_dpc_is_what_removing_each_patch_really_costs(network, p_min):
    check_against_removal(*network, p_min)


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


@pytest.mark.parametrize("p_min", [0.0, 1e-4, 0.05])
def test_threads_change_no_bit(p_min):
    network = grid(14)
    one = patch_importance(*network, p_min=p_min)
    two = patch_importance(*network, p_min=p_min, threads=3)
    for name, column in one.items():
        np.testing.assert_array_equal(two[name], column)


def grid(side, chance=0.9):
    """Patches of 1 ha on a square grid, each linked to the four beside it."""
    number = np.arange(side * side).reshape(side, side)
    a = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    b = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    return np.ones(side * side), a, b, np.full(a.size, chance)


def test_on_a_grid_only_straight_lines_need_the_patches_between():
    # Pairs in one row or column have one best path, all others several.
    found = patch_importance(*grid(4), p_min=0)
    # Patch (1, 1): (0,1)-(2,1) and (1,0)-(1,2) by 2 steps, (0,1)-(3,1) and (1,0)-(1,3)
    # by 3; and pairs one row apart of which every path turns nowhere else: none.
    assert found["betweenness"][5] == pytest.approx(2 * 2 * (0.9**2 + 0.9**3))
    check_against_removal(*grid(4), 0.0)


def test_a_chain_of_touching_patches_hangs_by_each_of_them():
    n = 60
    here = np.arange(n - 1)
    found = patch_importance(np.ones(n), here, here + 1, np.ones(n - 1), p_min=1e-4)
    k = np.arange(n)
    assert found["betweenness"] == pytest.approx(2.0 * k * (n - 1 - k))
    assert found["dpc_connector"] == pytest.approx(100 * 2 * k * (n - 1 - k) / n**2)


def braid(n, seed):
    """A chain with weaker links past one and past two patches, and some far ones."""
    random = np.random.default_rng(seed)
    here = np.arange(n)
    links = [(here[:-step], here[step:], base) for step, base in STEPS.items()]
    far = random.integers(0, n, (2, n // 5))
    links.append((far.min(axis=0), far.max(axis=0), 0.2))
    a, b = (np.concatenate([link[side] for link in links]) for side in (0, 1))
    chance = np.concatenate([np.full(link[0].size, link[2]) for link in links])
    chance *= random.uniform(0.97, 1, chance.size)
    apart = a != b
    return random.lognormal(0, 1, n), a[apart], b[apart], chance[apart]


STEPS = {1: 0.99, 2: 0.94, 3: 0.85}  # past how many, and the chance


@pytest.mark.parametrize("seed", range(4))
def test_patches_that_hang_by_a_great_many_others_are_counted_exactly(seed):
    # The kernel looks at 16 removals at a time; here paths run through up to 80.
    check_against_removal(*braid(80, seed), [0.0, 1e-3][seed % 2])


def test_paths_back_and_forth_below_a_removed_patch_are_found():
    # Without 1, patch 4 is reached by 0-7-6-5-4 and 2 from 4 by 3: against the tree.
    a, b = [0, 1, 2, 3, 4, 5, 6, 0], [1, 2, 3, 4, 5, 6, 7, 7]
    chance = np.array([0.9, 0.9, 0.9, 0.9, 0.9, 0.5, 0.5, 0.5])
    check_against_removal(np.arange(1.0, 9), np.array(a), np.array(b), chance, 0.0)


@settings(deadline=None)
@given(st.integers(0, 1000), st.integers(2, 12))
def test_no_patch_connects_others_when_all_are_linked_by_true_distances(seed, n):
    xy = np.random.default_rng(seed).random((n, 2)).round(1)
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    a, b = np.triu_indices(n, 1)
    found = patch_importance(np.ones(n), a, b, 0.5 ** distance[a, b], p_min=0)
    assert (found["dpc_connector"] == 0).all()
    assert (found["betweenness"] == 0).all()


@settings(max_examples=50, deadline=None)
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
    found = patch_importance([], [], [], [], p_min=1e-4)
    assert {column.dtype for column in found.values()} == {np.dtype(float)}
    assert {column.size for column in found.values()} == {0}


def test_impossible_values_are_refused(monkeypatch):
    with pytest.raises(ValueError, match="zero or more hectares"):
        patch_importance([1.0, np.nan], [0], [1], [0.5], p_min=0)
    with pytest.raises(ValueError, match="from 0 to 1"):
        patch_importance([1.0, 1.0], [0], [1], [1.5], p_min=0)
    monkeypatch.setattr(paths, "EXACT_PATCHES", 2)
    with pytest.raises(ValueError, match="3 patches hang together"):
        patch_importance(CAPACITY, A, B, CHANCE, p_min=0)


LONG_WORK = """
import signal  # a job in the background ignores Ctrl-C, and so would its children
signal.signal(signal.SIGINT, signal.default_int_handler)
import numpy as np
from robuust.importance import patch_importance

n = 2_000_000
xy = np.arange(n)
print("begun", flush=True)
a = np.concatenate([xy[:-1], xy[:-9], xy[:-20]])
b = np.concatenate([xy[1:], xy[9:], xy[20:]])
patch_importance(np.ones(n), a, b, np.full(a.size, 0.97), p_min=1e-3, threads=2)
"""


def test_ctrl_c_stops_within_a_second():
    scripts = Path(importance.__file__).parents[1]
    run = subprocess.Popen(
        [sys.executable, "-c", LONG_WORK],
        env=os.environ | {"PYTHONPATH": str(scripts)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert run.stdout.readline() == "begun\n"
        line = run.stderr.readline()  # after five seconds of work
        assert "importance of patches" in line
        pressed = time.monotonic()
        run.send_signal(signal.SIGINT)
        run.wait(timeout=30)
        assert time.monotonic() - pressed < 1 + os.getloadavg()[0] / 2
    finally:
        run.kill()
    assert "KeyboardInterrupt" in run.stderr.read()
