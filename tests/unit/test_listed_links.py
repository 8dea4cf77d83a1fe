"""What is left out of the list of links changes no answer about the network."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.connectivity import path_probabilities
from robuust.listed_links import links_to_list
from robuust.network import components, find_links


@st.composite
def networks(draw):
    """Points on a small grid, so that detours are often as short; some barriers."""
    places = st.tuples(st.integers(0, 4), st.integers(0, 4))
    places = draw(st.lists(places, min_size=2, max_size=12, unique=True))
    xy = np.array(places, dtype=float)
    a, b = np.triu_indices(len(xy), 1)
    # Along the streets of the grid: the sum of two steps is often that of one.
    distance_m = 100 * np.abs(xy[a] - xy[b]).sum(axis=1)
    chance = st.sampled_from([1.0, 1.0, 0.5, 0.0])
    crossing = draw(st.lists(chance, min_size=a.size, max_size=a.size))
    return len(xy), a, b, distance_m, np.array(crossing)


@given(networks(), st.sampled_from([30, 200, 2_000]), st.integers(0, 11))
def test_no_best_path_needs_what_is_left_out_with_a_patch_less_either(net, d0, gone):
    n, a, b, distance_m, crossing = net
    listed = links_to_list(n, a, b, distance_m, crossing, dispersal_max_m=100)
    chance = 0.5 ** (distance_m / d0) * crossing
    for rest in (np.ones(a.size, dtype=bool), (a != gone) & (b != gone)):
        every = path_probabilities(n, a[rest], b[rest], chance[rest], p_min=1e-9)
        some = rest & listed
        told = path_probabilities(n, a[some], b[some], chance[some], p_min=1e-9)
        np.testing.assert_allclose(told.toarray(), every.toarray(), rtol=1e-9)


@given(networks(), st.integers(0, 900))
def test_the_list_falls_apart_at_the_same_distances(net, gap_m):
    n, a, b, distance_m, crossing = net
    listed = links_to_list(n, a, b, distance_m, crossing, dispersal_max_m=100)
    near = (distance_m <= gap_m) & (crossing > 0)
    every = components(n, a[near], b[near])
    some = components(n, a[near & listed], b[near & listed])
    assert (every == some).all()


@given(networks())
def test_near_links_and_those_that_nobody_crosses_stay(net):
    n, a, b, distance_m, crossing = net
    listed = links_to_list(n, a, b, distance_m, crossing, dispersal_max_m=150)
    assert listed[(distance_m <= 150) | (crossing == 0)].all()


def test_a_long_row_tells_few_of_its_links_and_draws_no_line_for_the_rest():
    row = shapely.box(np.arange(0, 4_000, 100), 0, np.arange(0, 4_000, 100) + 50, 50)
    kernel = {"d0_m": 400, "p0": 0.5, "p_min": 1e-4, "dispersal_max_m": 60}
    links = find_links(row, [], [], **kernel)
    assert len(links) == 780
    # Neighbours, and the next but one: of that step there is one detour only.
    assert links["listed"].sum() == 39 + 38
    assert links.loc[~links["listed"], "geometry"].isna().all()
    assert links.loc[links["listed"], "geometry"].notna().all()


def test_a_length_below_zero_is_refused():
    with pytest.raises(ValueError, match="length of zero or more"):
        links_to_list(2, [0], [1], [-1.0], [1.0], dispersal_max_m=0)
