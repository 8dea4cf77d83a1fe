"""Metapopulation capacity against numbers worked out apart and a dense solution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robuust.metapopulation import metapopulation_capacity

# Three patches of 1, 1.5 and 0.5 ha at distances 2, 4 and 3, alpha = 1.
CAPACITY, A, B = [1, 1.5, 0.5], [0, 0, 1], [1, 2, 2]
CHANCE = np.exp([-2.0, -4.0, -3.0])


@pytest.mark.parametrize(
    ("exponent", "itself", "expected"),
    [(0.5, True, 1.8766790939), (1, False, 0.2082189480)],
)
def test_capacity_of_three_patches_by_hand(exponent, itself, expected):
    value, share = metapopulation_capacity(
        CAPACITY, A, B, CHANCE, exponent=exponent, itself=itself
    )
    assert value == pytest.approx(expected, abs=1e-9)
    assert share.sum() == pytest.approx(1)


@st.composite
def networks(draw):
    n = draw(st.integers(1, 8))
    capacity = draw(st.lists(st.floats(0.1, 50), min_size=n, max_size=n, unique=True))
    chance = np.triu(
        np.array(
            draw(st.lists(st.floats(0.01, 1), min_size=n * n, max_size=n * n))
        ).reshape(n, n),
        1,
    )
    return np.array(capacity), chance


@given(networks(), st.sampled_from([0.5, 0.2, 1.0]))
def test_value_and_shares_are_those_of_the_matrix_as_defined(network, x):
    a, chance = network
    full = chance + chance.T + np.eye(a.size)
    matrix = a[:, None] ** x * a * full
    values, right = np.linalg.eig(matrix)
    left = np.linalg.eig(matrix.T)
    product = np.real(
        right[:, np.argmax(values.real)]
        * left.eigenvectors[:, np.argmax(left.eigenvalues.real)]
    )
    i, j = np.nonzero(chance)
    value, share = metapopulation_capacity(a, i, j, chance[i, j], exponent=x)
    assert value == pytest.approx(values.real.max())
    np.testing.assert_allclose(share, product / product.sum(), atol=1e-6)


def test_of_separate_sets_the_best_decides_and_equals_share():
    links = {"a": [0, 2], "b": [1, 3], "probability": [0.5, 0.5], "exponent": 0.5}
    value, share = metapopulation_capacity([4, 4, 1, 1, 3], **links)
    assert value == pytest.approx(12)
    assert share == pytest.approx([0.5, 0.5, 0, 0, 0])
    _, share = metapopulation_capacity([4, 4, 4, 4, 3], **links)
    assert share == pytest.approx([0.25, 0.25, 0.25, 0.25, 0])


def test_a_large_network_is_solved_as_a_small_one(monkeypatch):
    random = np.random.default_rng(5)
    a, b = np.triu_indices(30, 1)
    case = (random.lognormal(0, 1, 30), a, b, random.random(a.size))
    dense = metapopulation_capacity(*case, exponent=0.5)
    monkeypatch.setattr("robuust.metapopulation.DENSE_PATCHES", 5)
    sparse = metapopulation_capacity(*case, exponent=0.5)
    assert sparse[0] == pytest.approx(dense[0])
    np.testing.assert_allclose(sparse[1], dense[1], atol=1e-9)


@given(networks())
def test_another_patch_never_lowers_the_capacity(network):
    a, chance = network
    i, j = np.nonzero(chance)
    more = metapopulation_capacity(a, i, j, chance[i, j], exponent=0.5)[0]
    inner = j < a.size - 1
    less = metapopulation_capacity(
        a[:-1], i[inner], j[inner], chance[i, j][inner], exponent=0.5
    )[0]
    assert more >= less * (1 - 1e-9)


def test_no_habitat_has_no_capacity():
    value, share = metapopulation_capacity([], [], [], [], exponent=0.5)
    assert (value, share.size) == (0.0, 0)
    value, share = metapopulation_capacity([0.0], [], [], [], exponent=0.5)
    assert (value, share.tolist()) == (0.0, [0.0])
