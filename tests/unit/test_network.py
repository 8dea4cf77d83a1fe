"""Kernel, links and networks."""

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.network import (
    components,
    dispersal_probability,
    find_links,
    longest_link_m,
    name_networks,
    reach_m,
)

KERNEL = {"d0_m": 100, "p0": 0.5, "p_min": 1e-4, "dispersal_max_m": 500}


def test_the_chance_halves_with_every_median_distance():
    chance = dispersal_probability([0, 1000, 2000, 3000], d0_m=1000, p0=0.5)
    np.testing.assert_allclose(chance, [1, 0.5, 0.25, 0.125])


@given(st.floats(1, 1e5), st.floats(0.01, 0.99), st.floats(1e-8, 0.99))
def test_at_the_reach_the_chance_is_the_smallest_that_counts(d0_m, p0, p_min):
    reach = reach_m(d0_m=d0_m, p0=p0, p_min=p_min)
    assert dispersal_probability(reach, d0_m=d0_m, p0=p0) == pytest.approx(p_min)


@given(st.floats(0, 1e5), st.floats(1, 1e4), st.floats(0.01, 100))
def test_scaling_distance_and_kernel_together_changes_nothing(distance, d0_m, scale):
    one = dispersal_probability(distance, d0_m=d0_m, p0=0.5)
    other = dispersal_probability(distance * scale, d0_m=d0_m * scale, p0=0.5)
    assert other == pytest.approx(one, rel=1e-9)


@pytest.mark.parametrize(
    "wrong", [{"d0_m": 0}, {"d0_m": np.nan}, {"d0_m": np.inf}, {"p0": 0}, {"p0": 1}]
)
def test_an_impossible_kernel_is_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        dispersal_probability([1], **({"d0_m": 100, "p0": 0.5} | wrong))


@pytest.mark.parametrize("wrong", [-1, np.nan])
def test_an_impossible_distance_is_refused(wrong):
    with pytest.raises(ValueError, match="zero or more metres"):
        dispersal_probability([1, wrong], d0_m=100, p0=0.5)


@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))),
        )
    )
)
def test_components_are_those_of_networkx_numbered_by_first_member(case):
    n, links = case
    graph = nx.empty_graph(n)
    graph.add_edges_from(links)
    found = components(n, [a for a, _ in links], [b for _, b in links])
    members = sorted(map(sorted, nx.connected_components(graph)))
    expected = {k: number for number, group in enumerate(members) for k in group}
    assert found.tolist() == [expected[k] for k in range(n)]


def test_no_patches_have_no_components():
    assert components(0, [], []).tolist() == []


ROW = shapely.box([0, 200, 1000], 0, [100, 300, 1100], 100)  # gaps 100 and 700 m
ROAD = shapely.LineString([(150, -50), (150, 150)])


def test_links_reach_as_far_as_the_kernel_and_say_what_is_near():
    links = find_links(ROW, [], [], **KERNEL)
    assert links[["a", "b"]].values.tolist() == [[0, 1], [0, 2], [1, 2]]
    assert links["distance_m"].tolist() == [100, 900, 700]
    np.testing.assert_allclose(links["probability"], [2**-1, 2**-9, 2**-7])
    assert links["within_dispersal"].tolist() == [True, False, False]


def test_links_are_sought_up_to_the_dispersal_distance_when_that_is_farther():
    few = {"d0_m": 10, "p0": 0.5, "p_min": 1e-4}
    assert longest_link_m(**few, dispersal_max_m=800) == 800
    links = find_links(ROW, [], [], **few, dispersal_max_m=800)
    assert links["within_dispersal"].tolist() == [True, True]


@pytest.mark.parametrize("wrong", [-1, np.nan])
def test_an_impossible_dispersal_distance_is_refused(wrong):
    with pytest.raises(ValueError, match="dispersal_max_m"):
        longest_link_m(d0_m=10, p0=0.5, p_min=1e-4, dispersal_max_m=wrong)


def test_each_barrier_lowers_the_chance_and_is_counted():
    links = find_links(ROW, [ROAD, ROAD, ROAD], [0.5, 0.2, 1.0], **KERNEL)
    np.testing.assert_allclose(links["probability"], [0.05, 0.1 * 2**-9, 2**-7])
    assert links["n_barriers"].tolist() == [2, 2, 0]
    assert links["within_dispersal"].tolist() == [True, False, False]


def test_what_no_animal_crosses_makes_no_network():
    links = find_links(ROW, [ROAD], [0.0], **KERNEL)
    assert links["probability"].tolist()[:2] == [0, 0]
    assert not links["within_dispersal"].any()


def test_no_patches_have_no_links_but_the_columns():
    links = find_links([], [ROAD], [0.5], **KERNEL)
    full = find_links(ROW, [ROAD], [0.5], **KERNEL)
    assert links.empty
    assert links.dtypes.equals(full.dtypes)


def test_networks_are_numbered_by_capacity_then_by_their_first_patch():
    names = name_networks([0, 1, 2, 1], [5, 1, 4, 3], ["d", "c", "b", "a"], "bees")
    assert names.tolist() == ["bees-n1", "bees-n2", "bees-n3", "bees-n2"]
