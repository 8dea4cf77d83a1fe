"""Lengths, limits and tables of best paths."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust import paths
from robuust.graphs import prepare_graph
from robuust.paths import (
    Workspaces,
    check_exact,
    exact_sums,
    mean_reach,
    path_lengths,
    path_limit,
    path_table,
)


def test_a_path_as_short_as_the_limit_counts():
    limit = path_limit(0.25)
    assert path_lengths([0.25], limit=limit)[0] <= limit
    assert path_lengths([0.5, 0.5], limit=limit).sum() <= limit
    assert path_lengths([0.2499999], limit=limit)[0] > limit


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=30), st.floats(1e-6, 0.9))
def test_the_length_of_a_path_does_not_depend_on_its_direction(chances, p_min):
    limit = path_limit(p_min)
    length = path_lengths(chances, limit=limit)
    length = length[np.cumsum(length) <= limit]
    there = back = 0.0
    for one, other in zip(length, length[::-1], strict=True):
        there, back = there + one, back + other
    assert there == back


@settings(deadline=None)
@given(st.floats(1e-12, 1), st.sampled_from([0.0, 1e-4, 0.5]))
def test_rounding_leaves_a_chance_as_it_is(chance, p_min):
    length = path_lengths([chance], limit=path_limit(p_min))
    assert np.exp(-length[0]) == pytest.approx(chance, rel=3e-13)


@settings(deadline=None)
@given(st.lists(st.floats(0, 5), min_size=1, max_size=9))
def test_exact_sums_are_those_of_any_order(lengths):
    rounded = exact_sums(np.array(lengths), limit=100)
    assert sum(rounded) == sum(rounded[::-1]) == sum(sorted(rounded))


def test_the_table_of_paths_is_that_of_networkx():
    random = np.random.default_rng(2)
    a, b = random.integers(0, 60, (2, 150))
    length = exact_sums(random.exponential(1, 150), limit=3)
    graph = nx.empty_graph(60)
    for one, other, w in zip(a.tolist(), b.tolist(), length.tolist(), strict=True):
        lightest = min(w, graph.get_edge_data(one, other, {}).get("w", np.inf))
        graph.add_edge(one, other, w=lightest)
    expected = np.zeros((60, 60))
    for i, row in nx.all_pairs_dijkstra_path_length(graph, cutoff=3, weight="w"):
        for j, so_far in row.items():
            expected[i, j] = np.exp(-so_far)
    found = path_table(prepare_graph(60, a, b, length), 3.0, np.exp(-3), threads=2)
    np.testing.assert_allclose(found.toarray(), expected, rtol=1e-12)
    assert found.has_sorted_indices
    assert found.indices.dtype == np.int32


def test_a_table_that_does_not_fit_in_memory_is_not_begun(monkeypatch):
    monkeypatch.setattr(paths, "BYTES_PER_PAIR", 1e18)
    with pytest.raises(MemoryError, match=r"between 2 patches.*Raise p_min"):
        path_table(prepare_graph(2, [0], [1], [1.0]), 3.0, 0.1)


def test_the_reach_is_how_many_a_search_finds():
    line = prepare_graph(3, [0, 1], [1, 2], [1.0, 1.0])
    assert mean_reach(line, 5.0) == 3
    assert mean_reach(line, 1.0) == pytest.approx((2 + 3 + 2) / 3)
    assert mean_reach(line, 0.5) == 1


def test_too_many_patches_for_no_limit_are_refused_if_they_hang_together(monkeypatch):
    monkeypatch.setattr(paths, "EXACT_PATCHES", 3)
    apart = prepare_graph(6, [0, 1, 3, 4], [1, 2, 4, 5], np.ones(4))
    check_exact(apart, 0.0)
    together = prepare_graph(6, [0, 1, 2], [1, 2, 3], np.ones(3))
    check_exact(together, 1e-6)
    with pytest.raises(ValueError, match=r"4 patches hang together.*set p_min above"):
        check_exact(together, 0.0)


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.nan])
def test_an_impossible_limit_or_chance_is_refused(wrong):
    with pytest.raises(ValueError, match="between 0 and 1"):
        path_limit(wrong)
    with pytest.raises(ValueError, match="from 0 to 1"):
        path_lengths([wrong], limit=1.0)


def test_two_threads_never_work_in_one_room():
    rooms = Workspaces(list)
    with rooms.lent() as one, rooms.lent() as other:
        assert one is not other
    with rooms.lent() as again:
        assert again is one or again is other
