"""The same graphs in networkx and scipy: libraries that know nothing of habitat."""

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from robuust.component_sweep import component_sweep
from robuust.connectivity import connectivity_totals, path_probabilities
from robuust.hops import integral_index_of_connectivity, patch_importance_by_hops
from robuust.importance import patch_importance
from robuust.network import components


def landscape(seed, n=150):
    """Patches on a plane in many components; every other seed on a grid, with ties."""
    random = np.random.default_rng(seed)
    xy = random.random((n, 2)) * 12
    if seed % 2:
        xy = xy.round()
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    a, b = np.nonzero(np.triu(distance <= 1.0, 1))
    return random.lognormal(0, 1, n), a, b, 0.5 ** distance[a, b]


@pytest.fixture(params=range(4))
def case(request):
    return landscape(request.param)


def as_networkx(n, a, b, weight):
    graph = nx.empty_graph(n)
    graph.add_weighted_edges_from(zip(a, b, weight, strict=True))
    return graph


def scipy_chances(n, a, b, chance):
    # Stored zeros are links of length zero: dijkstra of a sparse graph keeps them.
    graph = coo_array((-np.log(chance), (a, b)), shape=(n, n)).tocsr()
    return np.exp(-dijkstra(graph, directed=False))


def test_best_paths_are_those_of_scipy(case):
    capacity, a, b, chance = case
    expected = scipy_chances(capacity.size, a, b, chance)
    path = path_probabilities(capacity.size, a, b, chance, p_min=0)
    np.testing.assert_allclose(path.toarray(), expected, rtol=1e-9, atol=1e-12)
    pcnum = connectivity_totals(capacity, a, b, chance, p_min=0).pcnum
    assert pcnum == pytest.approx(capacity @ expected @ capacity, rel=1e-12)


def test_dpc_is_that_of_scipy_run_again_without_each_patch(case):
    capacity, a, b, chance = case
    n = capacity.size
    found = patch_importance(capacity, a, b, chance, p_min=0)
    total = capacity @ scipy_chances(n, a, b, chance) @ capacity
    for k in range(0, n, 7):
        left = (a != k) & (b != k)
        rest = np.where(np.arange(n) == k, 0, capacity)
        without = rest @ scipy_chances(n, a[left], b[left], chance[left]) @ rest
        expected = 100 * (total - without) / total
        assert found["dpc"][k] == pytest.approx(expected, abs=1e-9)


def test_components_and_their_sweep_are_those_of_scipy(case):
    capacity, a, b, chance = case
    n, distance_m = capacity.size, -100 * np.log2(chance)
    gaps, count, share = component_sweep(
        capacity, a, b, distance_m, np.arange(0, 101, 20), longest_m=100
    )
    for row, gap in enumerate(gaps):
        near = distance_m <= gap
        graph = coo_array((np.ones(near.sum()), (a[near], b[near])), shape=(n, n))
        n_components, label = connected_components(graph, directed=False)
        assert count[row] == n_components
        expected = np.bincount(label, capacity).max() / capacity.sum()
        assert share[row] == pytest.approx(expected)
        found = components(n, a[near], b[near])
        assert len(np.unique(np.stack([found, label]), axis=1).T) == n_components


def networkx_index(capacity, graph):
    hops = nx.all_pairs_shortest_path_length(graph)
    return sum(
        capacity[i] * capacity[j] / (1 + far)
        for i, row in hops
        for j, far in row.items()
    )


def test_iic_and_diic_are_those_of_networkx_without_each_patch(case):
    capacity, a, b, chance = case
    graph = as_networkx(capacity.size, a, b, chance)
    total = networkx_index(capacity, graph)
    assert integral_index_of_connectivity(capacity, a, b) == pytest.approx(total)
    found = patch_importance_by_hops(capacity, a, b)["diic"]
    for k in range(0, capacity.size, 11):
        rest = graph.copy()
        rest.remove_node(k)
        expected = 100 * (total - networkx_index(capacity, rest)) / total
        assert found[k] == pytest.approx(expected, abs=1e-9)


def test_only_cut_patches_and_longer_detours_lie_between_others(case):
    capacity, a, b, chance = case
    graph = as_networkx(capacity.size, a, b, chance)
    between = patch_importance_by_hops(capacity, a, b)["betweenness"]
    cut = list(nx.articulation_points(graph))
    assert (between[cut] > 0).all()
    for k in np.flatnonzero(between == 0):
        around = list(graph[k])
        rest = graph.copy()
        rest.remove_node(k)
        for i in around:
            near = nx.single_source_shortest_path_length(rest, i, cutoff=2)
            assert set(around) <= set(near)
