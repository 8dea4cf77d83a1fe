"""Graphs of links, and what may be left out of them."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.graphs import component_of, prepare_graph, sort_rows, thinned

WEIGHTS = st.sampled_from([0.0, 0.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.5])


@st.composite
def link_lists(draw, weights=WEIGHTS):
    """Links among up to nine patches; small whole weights, so that many paths tie."""
    n = draw(st.integers(1, 9))
    number = st.integers(0, n - 1)
    links = draw(st.lists(st.tuples(number, number, weights), max_size=4 * n))
    return n, *(np.array([link[k] for link in links]) for k in range(3))


def as_networkx(n, a, b, weight):
    """The same links for networkx: the lightest of parallel ones, no loops."""
    graph = nx.empty_graph(n)
    for one, other, w in zip(a, b, weight, strict=True):
        if one != other and np.isfinite(w):
            lightest = min(w, graph.get_edge_data(one, other, {}).get("w", np.inf))
            graph.add_edge(int(one), int(other), w=float(lightest))
    return graph


def links_of(graph):
    """The links of a graph as (patch, patch, length), each from both ends."""
    node = np.repeat(np.arange(graph.patch.size), np.diff(graph.first))
    ends = graph.patch[node].tolist(), graph.patch[graph.neighbour].tolist()
    return set(zip(*ends, graph.length.tolist(), strict=True))


def back_to_networkx(graph):
    found = nx.empty_graph(graph.patch.size)
    found.add_weighted_edges_from(links_of(graph), weight="w")
    return found


def distances(graph, without=None):
    """Length of the shortest path between every two nodes."""
    left = graph.copy()
    if isinstance(without, tuple):
        left.remove_edge(*without)
    elif without is not None:
        left.remove_node(without)
    return dict(nx.all_pairs_dijkstra_path_length(left, weight="w"))


@settings(deadline=None)
@given(link_lists(weights=st.sampled_from([0.0, 0.5, 1.0, 2.0, np.inf])))
def test_a_graph_holds_the_lightest_link_of_every_two_patches_at_both(links):
    graph = prepare_graph(*links)
    expected = set()
    for one, other, weight in as_networkx(*links).edges(data="w"):
        expected |= {(one, other, weight), (other, one, weight)}
    assert links_of(graph) == expected
    assert graph.length.size == len(expected)
    assert sorted(graph.patch.tolist()) == list(range(links[0]))


@settings(deadline=None)
@given(link_lists())
def test_the_shortest_link_of_a_node_comes_first(links):
    first, neighbour, length, _ = prepare_graph(*links)
    for row in map(slice, first[:-1], first[1:]):
        keys = list(zip(length[row], neighbour[row], strict=True))
        assert keys == sorted(keys)


@settings(deadline=None)
@given(link_lists())
def test_components_come_one_after_the_other(links):
    graph = prepare_graph(*links)
    label = component_of(graph)
    assert (np.diff(label) >= 0).all()
    found = {frozenset(graph.patch[label == one].tolist()) for one in label}
    assert found == set(map(frozenset, nx.connected_components(as_networkx(*links))))


@settings(deadline=None)
@given(link_lists(), st.randoms(use_true_random=False))
def test_the_order_of_the_links_changes_no_bit(links, random):
    n, a, b, weight = links
    order = np.array(random.sample(range(a.size), a.size), dtype=int)
    one = prepare_graph(n, a, b, weight)
    two = prepare_graph(n, b[order], a[order], weight[order])
    assert links_of(one) == links_of(two)


@settings(max_examples=500, deadline=None)
@given(link_lists())
def test_thinning_keeps_every_distance_whichever_patch_or_link_is_removed(links):
    whole = as_networkx(*links)
    thin = back_to_networkx(thinned(prepare_graph(*links)))
    assert set(map(frozenset, thin.edges)) <= set(map(frozenset, whole.edges))
    assert distances(thin) == distances(whole)
    for k in whole.nodes:
        assert distances(thin, k) == distances(whole, k)
    for one, other in whole.edges:
        if thin.has_edge(one, other):
            assert distances(thin, (one, other)) == distances(whole, (one, other))
        else:
            assert distances(whole, (one, other)) == distances(whole)


@settings(max_examples=300, deadline=None)
@given(link_lists())
def test_thinning_for_one_detour_keeps_every_distance(links):
    graph = prepare_graph(*links)
    few, enough = thinned(graph, detours=1), thinned(graph)
    assert distances(back_to_networkx(few)) == distances(as_networkx(*links))
    assert links_of(few) <= links_of(enough) <= links_of(graph)


@settings(max_examples=300, deadline=None)
@given(link_lists(), st.data())
def test_thinning_with_a_cost_holds_for_any_sum_of_length_and_cost(links, data):
    n, a, b, weight = links
    graph = prepare_graph(n, a, b, weight)
    pair = {}
    for one, other, _ in sorted(links_of(graph)):
        pair[one, other] = pair.get((other, one), data.draw(st.sampled_from([0, 1, 3])))
    here = graph.patch[np.repeat(np.arange(n), np.diff(graph.first))].tolist()
    there = graph.patch[graph.neighbour].tolist()
    cost = np.array([float(pair[ends]) for ends in zip(here, there, strict=True)])
    thin = links_of(thinned(graph, cost=cost))
    for rate in (0.5, 1.0, 4.0):
        whole, left = nx.empty_graph(n), nx.empty_graph(n)
        for one, other, length in links_of(graph):
            w = rate * length + pair[one, other]
            whole.add_edge(one, other, w=w)
            if (one, other, length) in thin:
                left.add_edge(one, other, w=w)
        assert distances(left) == distances(whole)
        for k in range(n):
            assert distances(left, k) == distances(whole, k)


def test_touching_patches_keep_few_of_their_links():
    a, b = np.triu_indices(200, 1)
    thin = thinned(prepare_graph(200, a, b, np.zeros(a.size)))
    assert thin.length.size // 2 <= 2 * 200


def test_thinning_leaves_few_of_the_links_between_wide_patches():
    xy = np.random.default_rng(1).random((80, 2))
    a, b = np.triu_indices(80, 1)
    gap = np.linalg.norm(xy[a] - xy[b], axis=1) - 0.03  # discs 0.03 across
    graph = prepare_graph(80, a, b, np.maximum(gap, 0.001))
    assert thinned(graph).length.size < graph.length.size / 2


def test_links_are_sorted_anew_after_their_lengths_changed():
    graph = prepare_graph(3, [0, 0, 1], [1, 2, 2], [1.0, 2.0, 3.0])
    neighbour, length = sort_rows(graph.first, graph.neighbour, -graph.length)
    for row in map(slice, graph.first[:-1], graph.first[1:]):
        assert (np.diff(length[row]) > 0).all()
        assert (neighbour[row] == graph.neighbour[row][::-1]).all()


def test_threads_change_no_bit():
    random = np.random.default_rng(3)
    a, b = random.integers(0, 20_000, (2, 100_000))
    length = random.integers(0, 50, a.size).astype(float)
    one = prepare_graph(20_000, a, b, length)
    two = prepare_graph(20_000, a, b, length, threads=2)
    for left, right in zip(one, two, strict=True):
        np.testing.assert_array_equal(left, right)
    for left, right in zip(thinned(one), thinned(two, threads=2), strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("wrong", [-1.0, np.nan])
def test_an_impossible_length_is_refused(wrong):
    with pytest.raises(ValueError, match="zero or more"):
        prepare_graph(2, [0], [1], [wrong])


def test_a_link_to_no_patch_is_refused():
    with pytest.raises(ValueError, match=r"row 1, 0 to 2\) name a patch beyond the 2"):
        prepare_graph(2, [0, 0], [1, 2], [1.0, 1.0])
    with pytest.raises(ValueError, match="paired"):
        prepare_graph(2, [0, 0], [1], [1.0, 1.0])


@pytest.mark.parametrize("wrong", [1.5, np.nan, np.inf])
def test_patches_that_are_no_whole_numbers_are_refused(wrong):
    with pytest.raises(ValueError, match=r"row 1, .*whole numbers"):
        prepare_graph(3, [0, wrong], [1, 2], [1.0, 1.0])
    assert prepare_graph(3, [0.0, 1.0], [1, 2], [1.0, 1.0]).length.size == 4


def test_no_patches_make_an_empty_graph():
    graph = thinned(prepare_graph(0, [], [], []))
    assert graph.patch.size == graph.length.size == component_of(graph).size == 0
