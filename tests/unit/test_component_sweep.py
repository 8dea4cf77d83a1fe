"""Components over a sweep of gaps: by hand, and against components of each gap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.component_sweep import component_sweep
from robuust.network import components


def test_four_patches_in_a_row_join_one_by_one():
    gap, count, share = component_sweep(
        [4, 1, 2, 3], [0, 1, 2], [1, 2, 3], [0, 200, 100], [200, 0, 50, 100, 900],
        longest_m=500,
    )  # fmt: skip
    assert gap.tolist() == [0, 50, 100, 200]
    assert count.tolist() == [3, 3, 2, 1]
    assert share.tolist() == [0.5, 0.5, 0.5, 1]


@st.composite
def links(draw):
    n = draw(st.integers(1, 9))
    patch = st.integers(0, n - 1)
    gap = st.sampled_from([0.0, 10.0, 50.0, 50.0, 400.0]) | st.floats(0, 900)
    rows = draw(st.lists(st.tuples(patch, patch, gap), max_size=20))
    a, b = (np.array([row[k] for row in rows], dtype=int) for k in (0, 1))
    distance_m = np.array([row[2] for row in rows], dtype=float)
    capacity = draw(st.lists(st.sampled_from([0.0, 1.0, 7.0]), min_size=n, max_size=n))
    return np.array(capacity), a, b, distance_m


@settings(deadline=None)
@given(links())
def test_each_row_is_what_the_links_up_to_its_gap_join(case):
    capacity, a, b, distance_m = case
    found = component_sweep(*case, [100, 50, 500, 0, 2000], longest_m=1000)
    assert found[0].tolist() == [0, 50, 100, 500]
    for gap, count, share in zip(*found, strict=True):
        near = distance_m <= gap
        label = components(capacity.size, a[near], b[near])
        assert count == label.max() + 1
        together = np.bincount(label, weights=capacity)
        whole = capacity.sum()
        assert share == pytest.approx(together.max() / whole if whole else 0)


@settings(deadline=None)
@given(links())
def test_components_only_merge_along_the_sweep(case):
    _, count, share = component_sweep(*case, np.arange(0, 900, 25), longest_m=1000)
    assert (np.diff(count) <= 0).all()
    assert (np.diff(share) >= 0).all()
    assert 0 <= share.min() <= share.max() <= 1


def test_no_patches_have_no_components():
    gap, count, share = component_sweep([], [], [], [], [50, 100], longest_m=100)
    assert gap.tolist() == [50, 100]
    assert count.tolist() == share.tolist() == [0, 0]
    assert component_sweep([1], [], [], [], [50], longest_m=10)[0].size == 0


def test_impossible_values_are_refused():
    sweep = {"sweep_m": [50], "longest_m": 100}
    for wrong in (-1, np.nan, np.inf):
        with pytest.raises(ValueError, match="zero or more hectares"):
            component_sweep([1, wrong], [0], [1], [10], **sweep)
    for wrong in (-1, np.nan):
        with pytest.raises(ValueError, match="zero or more metres"):
            component_sweep([1, 1], [0], [1], [wrong], **sweep)
    with pytest.raises(ValueError, match="beyond the 2 there are"):
        component_sweep([1, 1], [0], [2], [10], **sweep)
    with pytest.raises(ValueError, match="1 links have 2 gaps"):
        component_sweep([1, 1], [0], [1], [10, 20], **sweep)
