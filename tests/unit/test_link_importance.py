"""Importance of each link: by hand, and against removing each link for real."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.connectivity import connectivity_totals
from robuust.link_importance import link_importance


def naive(capacity, a, b, chance, p_min):
    """Loss of PC [percent] without each link, by computing all without it."""

    def pcnum(left):
        links = a[left], b[left], chance[left]
        return connectivity_totals(capacity, *links, p_min=p_min).pcnum

    rows = np.arange(a.size)
    total = pcnum(rows)
    return 100 * (total - np.array([pcnum(rows != k) for k in rows])) / (total or 1)


def test_links_of_three_patches_by_hand():
    # 0 - 1 - 2 in a row, and 0 - 2 direct at less than the chance over 1.
    found = link_importance(
        [10.0, 5.0, 20.0], [0, 1, 0], [1, 2, 2], [0.5, 0.5, 0.125], p_min=0
    )
    # Without 0-1: 0-2 sinks to 1/8, and 0-1 to 1/16 by way of 2.
    first = 2 * (10 * 5 * (0.5 - 0.0625) + 10 * 20 * (0.25 - 0.125))
    second = 2 * (5 * 20 * (0.5 - 0.0625) + 10 * 20 * (0.25 - 0.125))
    assert found == pytest.approx([100 * first / 775, 100 * second / 775, 0])


def test_a_second_link_between_two_patches_takes_over():
    found = link_importance([1.0, 1.0], [0, 1], [1, 0], [0.5, 0.25], p_min=0)
    assert found == pytest.approx([100 * 2 * 0.25 / 3, 0])
    same = link_importance([1.0, 1.0], [0, 1], [1, 0], [0.5, 0.5], p_min=0)
    assert same == pytest.approx([0, 0])


@st.composite
def networks(draw):
    """Up to ten patches, with ties, sure links, and links given twice."""
    n = draw(st.integers(1, 10))
    number = st.integers(0, n - 1)
    chance = st.sampled_from([0.0, 0.125, 0.25, 0.5, 0.5, 0.8, 1.0, 1.0])
    links = draw(st.lists(st.tuples(number, number, chance), max_size=3 * n))
    a, b = (np.array([link[k] for link in links], dtype=int) for k in (0, 1))
    size = st.sampled_from([0.0, 0.5, 1.0, 3.0, 40.0])
    capacity = np.array(draw(st.lists(size, min_size=n, max_size=n)))
    return capacity, a, b, np.array([link[2] for link in links])


@settings(max_examples=300, deadline=None)
@given(networks(), st.sampled_from([0.0, 1e-4, 0.05]))
def test_importance_is_what_removing_each_link_really_costs(network, p_min):
    found = link_importance(*network, p_min=p_min)
    np.testing.assert_allclose(found, naive(*network, p_min), atol=1e-9)


def landscape(n, seed):
    random = np.random.default_rng(seed)
    xy = random.random((n, 2))
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    a, b = np.nonzero(np.triu(distance < 2 / np.sqrt(n), 1))
    return random.lognormal(0, 1, n), a, b, 0.5 ** (distance[a, b] * np.sqrt(n))


@pytest.mark.parametrize("seed", range(4))
def test_importance_in_landscapes_is_what_removing_each_link_really_costs(seed):
    network = landscape(50, seed)
    p_min = [0.0, 0.02][seed % 2]
    found = link_importance(*network, p_min=p_min)
    np.testing.assert_allclose(found, naive(*network, p_min), atol=1e-9)


@pytest.mark.parametrize("p_min", [0.0, 1e-3])
def test_patches_that_hang_by_a_great_many_links_are_counted_exactly(p_min):
    n, random = 80, np.random.default_rng(5)
    here = np.arange(n)
    a, b = np.r_[here[:-1], here[:-2]], np.r_[here[1:], here[2:]]
    chance = np.r_[np.full(n - 1, 0.99), np.full(n - 2, 0.93)]
    network = np.ones(n), a, b, chance * random.uniform(0.97, 1, a.size)
    found = link_importance(*network, p_min=p_min)
    np.testing.assert_allclose(found, naive(*network, p_min), atol=1e-9)


def test_threads_change_no_bit():
    network = landscape(600, 5)
    one = link_importance(*network, p_min=1e-3)
    np.testing.assert_array_equal(link_importance(*network, p_min=1e-3, threads=3), one)
    assert one.max() > 0


def test_impossible_values_are_refused():
    with pytest.raises(ValueError, match="zero or more hectares"):
        link_importance([1.0, -1.0], [0], [1], [0.5], p_min=0)
    with pytest.raises(ValueError, match="from 0 to 1"):
        link_importance([1.0, 1.0], [0], [1], [2.0], p_min=0)
    with pytest.raises(ValueError, match="name a patch beyond"):
        link_importance([1.0, 1.0], [0], [2], [0.5], p_min=0)
    with pytest.raises(ValueError, match="1 links have 2 probabilities"):
        link_importance([1.0, 1.0], [0], [1], [0.5, 0.5], p_min=0)
    assert link_importance([], [], [], [], p_min=0).size == 0
