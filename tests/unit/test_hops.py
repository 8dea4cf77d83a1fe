"""IIC and dIIC: by hand, and against taking out each patch for real."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.hops import integral_index_of_connectivity, patch_importance_by_hops

CAPACITY = np.array([10.0, 5.0, 20.0])


def test_iicnum_of_three_patches_by_hand():
    iicnum = integral_index_of_connectivity(CAPACITY, [0, 1], [1, 2])
    assert iicnum == pytest.approx(525 + 2 * (50 + 100) / 2 + 2 * 200 / 3)


def test_diic_of_three_patches_by_hand():
    found = patch_importance_by_hops(CAPACITY, [0, 1], [1, 2])
    assert found["diic"][1] == pytest.approx(38.144330)
    assert found["betweenness"] == pytest.approx([0, 2 * 200 / 3, 0])


def test_a_detour_costs_what_it_is_longer():
    # A ring of five: without a patch its two neighbours are three hops apart, not two.
    found = patch_importance_by_hops(np.ones(5), range(5), [1, 2, 3, 4, 0])
    total = 5 + 10 / 2 + 10 / 3
    assert found["betweenness"] == pytest.approx([2 / 3] * 5)
    lost = 100 * 2 * (1 / 3 - 1 / 4) / total
    assert found["diic_connector"] == pytest.approx([lost] * 5)


def test_twin_stepping_stones_back_each_other_up():
    found = patch_importance_by_hops(np.ones(4), [0, 1, 0, 2], [1, 3, 2, 3])
    assert found["diic_connector"].tolist() == [0, 0, 0, 0]
    assert found["betweenness"].tolist() == [0, 0, 0, 0]


def test_the_middle_of_a_star_holds_everything_together():
    leaves = np.arange(1, 201)
    found = patch_importance_by_hops(np.ones(201), leaves, np.zeros(200, dtype=int))
    assert found["betweenness"][0] == pytest.approx(200 * 199 / 3)
    assert found["diic"][0] == pytest.approx(100 * (1 - 200 / (201 + 200 + 39800 / 3)))
    assert (found["diic_connector"][1:] == 0).all()


def test_a_long_chain_is_counted_over_many_words_of_sources():
    n = 300
    here = np.arange(n)
    found = patch_importance_by_hops(np.ones(n), here[:-1], here[1:])
    between = 1 / (1 + np.abs(here[:, None] - here))
    for k in (0, 1, 63, 64, 150, 299):
        expected = 2 * between[:k, k + 1 :].sum()
        assert found["betweenness"][k] == pytest.approx(expected, rel=1e-12)
        # Nothing joins the two sides but the patch: all of it is lost.
        assert found["diic_connector"][k] == pytest.approx(
            100 * expected / between.sum(), rel=1e-12
        )


def hops_between(n, a, b, without=None):
    """Fewest links between every two patches, by Floyd and Warshall."""
    hops = np.full((n, n), np.inf)
    hops[a, b] = hops[b, a] = 1
    np.fill_diagonal(hops, 0)
    if without is not None:
        hops[without, :] = hops[:, without] = np.inf
    for k in range(n):
        hops = np.minimum(hops, hops[:, [k]] + hops[[k]])
    return hops


def check_against_removal(capacity, a, b, threads=1):
    n = len(capacity)
    product = np.outer(capacity, capacity)
    index = product / (1 + hops_between(n, a, b))
    total = index.sum()
    found = patch_importance_by_hops(capacity, a, b, threads=threads)
    assert integral_index_of_connectivity(capacity, a, b) == pytest.approx(total)
    assert (found["diic_connector"] >= 0).all()
    for k in range(n) if total else []:
        without = product / (1 + hops_between(n, a, b, without=k))
        lost = 100 * (total - without.sum()) / total
        assert found["diic"][k] == pytest.approx(lost, abs=1e-9)
        others = np.arange(n) != k
        pairs = np.ix_(others, others)
        worse = index[pairs] > without[pairs]
        between = index[pairs][worse].sum()
        assert found["betweenness"][k] == pytest.approx(between, abs=1e-9 * total)


@st.composite
def networks(draw):
    """Up to twelve patches, some without capacity; links also repeated or to itself."""
    n = draw(st.integers(1, 12))
    capacity = draw(
        st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.0, 40.0]), min_size=n, max_size=n)
    )
    patch = st.integers(0, n - 1)
    links = draw(st.lists(st.tuples(patch, patch), max_size=24))
    a, b = (np.array([link[k] for link in links], dtype=int) for k in (0, 1))
    return np.array(capacity), a, b


@settings(max_examples=500, deadline=None)
@given(networks())
def test_diic_is_what_removing_each_patch_really_costs(network):
    check_against_removal(*network)


@pytest.mark.parametrize("seed", range(12))
def test_diic_of_landscapes_is_what_removing_each_patch_really_costs(seed):
    """70 to 150 patches on a plane or grid: more than one word of sources."""
    random = np.random.default_rng(seed)
    n = int(random.integers(70, 150))
    xy = random.random((n, 2)) * 10
    if seed % 2:
        xy = xy.round()
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    a, b = np.nonzero(np.triu(distance <= random.uniform(0.8, 2.5), 1))
    check_against_removal(random.lognormal(0, 1, n), a, b, threads=1 + seed % 3)


def test_threads_and_small_blocks_change_nothing(monkeypatch):
    random = np.random.default_rng(2)
    xy = random.random((500, 2))
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    a, b = np.nonzero(np.triu(distance < 0.06, 1))
    capacity = random.lognormal(0, 1, 500)
    at_once = patch_importance_by_hops(capacity, a, b)
    monkeypatch.setattr("robuust.hops.NODES_PER_BLOCK", 100)
    monkeypatch.setattr("robuust.hops.PATCHES_PER_BLOCK", 7)
    one, four = (
        patch_importance_by_hops(capacity, a, b, threads=threads) for threads in (1, 4)
    )
    for name, column in at_once.items():
        np.testing.assert_array_equal(one[name], four[name])
        np.testing.assert_allclose(one[name], column, rtol=1e-12)
    one, four = (
        integral_index_of_connectivity(capacity, a, b, threads=threads)
        for threads in (1, 4)
    )
    assert one == four


def test_no_patches_or_no_links_have_no_importance_to_others():
    assert integral_index_of_connectivity([], [], []) == 0
    found = patch_importance_by_hops([], [], [])
    assert {column.dtype for column in found.values()} == {np.dtype(float)}
    assert {column.size for column in found.values()} == {0}
    assert integral_index_of_connectivity([3.0, 4.0], [1], [1]) == 25
    assert patch_importance_by_hops([3.0, 4.0], [], [])["diic"].tolist() == [36, 64]


@pytest.mark.parametrize(
    "index", [integral_index_of_connectivity, patch_importance_by_hops]
)
def test_impossible_values_are_refused(index):
    for wrong in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="zero or more hectares"):
            index([1.0, wrong], [0], [1])
    for a, b in ([2], [0]), ([0], [-1]):
        with pytest.raises(ValueError, match="beyond the 2 there are"):
            index([1.0, 1.0], a, b)
    with pytest.raises(ValueError, match="1 links begin and 2 end"):
        index([1.0, 1.0], [0], [1, 0])


def test_what_does_not_fit_in_memory_is_told_before_it_is_taken(monkeypatch):
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=999))
    monkeypatch.setattr("robuust_kernels.memory.NEVER_TOO_MUCH", 0)
    advice = r"2 linked patches, on 3 threads, needs .* Use fewer threads"
    for index in (integral_index_of_connectivity, patch_importance_by_hops):
        with pytest.raises(MemoryError, match=advice):
            index([1.0, 1.0, 1.0], [0], [2], threads=3)
