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


def landscape(n, seed):
    """Patches on a plane, joined in a few components; two of these are twins."""
    random = np.random.default_rng(seed)
    xy = random.random((n, 2)) * np.sqrt(n)
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    a, b = np.nonzero(np.triu(distance < 0.8, 1))
    return random.lognormal(0, 1, n), a, b, 0.5 ** distance[a, b]


@pytest.mark.parametrize("seed", range(5))
def test_leaving_out_poor_components_changes_nothing(seed, monkeypatch):
    capacity, a, b, chance = landscape(300, seed)
    root = np.sqrt(capacity)
    matrix = np.diag(capacity * root)
    matrix[a, b] = root[a] * capacity[b] * chance
    matrix[b, a] = root[b] * capacity[a] * chance
    expected = np.linalg.eigvals(matrix).real.max()
    for steps in (0, 1, 30):
        monkeypatch.setattr("robuust.metapopulation.BOUND_STEPS", steps)
        value, share = metapopulation_capacity(capacity, a, b, chance, exponent=0.5)
        assert value == pytest.approx(expected, rel=1e-9)
        assert share.sum() == pytest.approx(1)


@pytest.mark.parametrize("dense", [400, 5])
def test_twin_components_have_equal_shares_whatever_the_way_of_solving(
    dense, monkeypatch
):
    monkeypatch.setattr("robuust.metapopulation.DENSE_PATCHES", dense)
    capacity, a, b, chance = landscape(60, 1)
    twice = np.concatenate([capacity, [0.0], capacity])
    links = np.r_[a, a + 61], np.r_[b, b + 61], np.r_[chance, chance]
    one, share_of_one = metapopulation_capacity(capacity, a, b, chance, exponent=0.5)
    two, share = metapopulation_capacity(twice, *links, exponent=0.5)
    assert two == pytest.approx(one)
    np.testing.assert_allclose(share[:60], share_of_one / 2, atol=1e-9)
    np.testing.assert_allclose(share[61:], share_of_one / 2, atol=1e-9)
    assert share[60] == 0


def test_without_itself_a_pair_still_feeds_each_other():
    value, share = metapopulation_capacity(
        [4, 1], [0], [1], [0.5], exponent=1, itself=False
    )
    assert value == pytest.approx(2)  # 4 x 1 x 0.5
    assert share == pytest.approx([0.5, 0.5])


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


def test_impossible_values_are_refused():
    for wrong in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="zero or more hectares"):
            metapopulation_capacity([1.0, wrong], [0], [1], [0.5], exponent=0.5)
    for wrong in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="from 0 to 1"):
            metapopulation_capacity([1.0, 1.0], [0], [1], [wrong], exponent=0.5)
    for a, b in ([-1], [0]), ([0], [2]):
        with pytest.raises(ValueError, match="beyond the 2 there are"):
            metapopulation_capacity([1.0, 1.0], a, b, [0.5], exponent=0.5)
    with pytest.raises(ValueError, match="1 links have 2 probabilities"):
        metapopulation_capacity([1.0, 1.0], [0], [1], [0.5, 0.5], exponent=0.5)


def test_of_several_links_the_likeliest_counts_and_none_to_itself():
    single = metapopulation_capacity([4.0, 4.0], [0], [1], [0.5], exponent=0.5)
    doubled = metapopulation_capacity(
        [4.0, 4.0], [0, 1, 0, 1], [1, 0, 1, 1], [0.2, 0.5, 0.5, 1.0], exponent=0.5
    )
    assert doubled[0] == single[0] == pytest.approx(12)
    np.testing.assert_array_equal(doubled[1], single[1])
