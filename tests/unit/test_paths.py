"""Best paths per component, and links that none of them needs."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from robuust.paths import best_paths, component_graphs, thinned


@st.composite
def link_lists(draw, weights=None):
    """Links among up to nine patches; small whole weights, so that many paths tie."""
    n = draw(st.integers(1, 9))
    number = st.integers(0, n - 1)
    if weights is None:
        weights = st.sampled_from([0.0, 0.0, 1.0, 2.0, 3.0, 0.7, np.inf])
    links = draw(st.lists(st.tuples(number, number, weights), max_size=3 * n))
    return n, links


def unzipped(links):
    return ([link[k] for link in links] for k in range(3))


def as_graph(n, links):
    """The same links for networkx: the lightest of parallel ones, no loops."""
    graph = nx.empty_graph(n)
    for a, b, weight in links:
        if a != b and np.isfinite(weight):
            lightest = min(weight, graph.get_edge_data(a, b, {}).get("w", np.inf))
            graph.add_edge(a, b, w=lightest)
    return graph


def test_touching_patches_are_linked_at_no_cost():
    [(members, graph)] = component_graphs(3, [0, 1], [1, 2], [0.0, 0.0])
    assert members.tolist() == [0, 1, 2]
    assert (best_paths(graph)[0] == 0).all()


def test_a_path_beyond_the_limit_is_none():
    [(_, graph)] = component_graphs(3, [0, 1], [1, 2], [1.0, 1.0])
    assert best_paths(graph, limit=2.0)[0][0].tolist() == [0, 1, 2]
    assert best_paths(graph, limit=1.9)[0][0].tolist() == [0, 1, np.inf]


@given(link_lists())
def test_best_paths_are_those_of_networkx(case):
    n, links = case
    found = np.where(np.eye(n) == 1, 0.0, np.inf)
    for members, graph in component_graphs(n, *unzipped(links)):
        found[np.ix_(members, members)] = best_paths(graph)[0]
    expected = np.full((n, n), np.inf)
    for i, row in nx.all_pairs_dijkstra_path_length(as_graph(n, links), weight="w"):
        for j, length in row.items():
            expected[i, j] = length
    np.testing.assert_allclose(found, expected)


@given(link_lists())
def test_components_hold_each_linked_patch_once(case):
    n, links = case
    parts = [set(m.tolist()) for m, _ in component_graphs(n, *unzipped(links))]
    expected = [c for c in nx.connected_components(as_graph(n, links)) if len(c) > 1]
    assert sorted(parts, key=min) == sorted(expected, key=min)


def without(graph, k):
    rest = np.delete(np.arange(graph.shape[0]), k)
    return csr_array(graph[rest][:, rest])


@settings(max_examples=200)
@given(
    link_lists(weights=st.sampled_from([0.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.5])),
)
def test_thinning_changes_no_best_path_whichever_patch_is_removed(case):
    n, links = case
    for _, graph in component_graphs(n, *unzipped(links)):
        thin = thinned(graph)
        assert thin.nnz <= graph.nnz
        np.testing.assert_array_equal(best_paths(thin)[0], best_paths(graph)[0])
        for k in range(graph.shape[0]):
            np.testing.assert_array_equal(
                best_paths(without(thin, k))[0], best_paths(without(graph, k))[0]
            )


def test_thinning_leaves_few_of_the_links_between_wide_patches():
    xy = np.random.default_rng(1).random((80, 2))
    gap = np.linalg.norm(xy[:, None] - xy, axis=2) - 0.03  # discs 0.03 across
    graph = csr_array(np.where(np.eye(80) == 1, 0, np.maximum(gap, 0.001)))
    thin = thinned(graph)
    assert thin.nnz < graph.nnz / 2
    np.testing.assert_allclose(best_paths(thin)[0], best_paths(graph)[0], rtol=1e-12)


@pytest.mark.parametrize("wrong", [-1.0, np.nan])
def test_an_impossible_weight_is_refused(wrong):
    with pytest.raises(ValueError, match="zero or more"):
        next(component_graphs(2, [0], [1], [wrong]))
