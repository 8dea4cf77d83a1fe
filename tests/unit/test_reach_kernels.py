"""Searches from several nodes at a time, against scipy from each alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from robuust.graphs import prepare_graph
from robuust_kernels.reach_kernels import (
    TOGETHER,
    forget,
    list_reached,
    new_search,
    settle_together,
)

N = 20
links = st.lists(
    st.tuples(
        st.integers(0, N - 1),
        st.integers(0, N - 1),
        st.sampled_from([0.0, 1.0, 1.5, 4]),
    ),
    max_size=60,
)


def graph_of(links):
    a, b, length = (np.array(column) for column in zip(*links, strict=True))
    return prepare_graph(N, a.astype(int), b.astype(int), length.astype(float))


def distances(graph, limit):
    """All lengths by scipy, which takes a length of zero for no link."""
    hair = 1e-6
    matrix = np.full((N, N), np.inf)
    for node in range(N):
        row = slice(graph.first[node], graph.first[node + 1])
        matrix[node, graph.neighbour[row]] = graph.length[row] + hair
    found = dijkstra(np.where(np.isinf(matrix), 0, matrix))
    return np.where(found > limit + N * hair, np.inf, np.round(found, 3))


@given(links.filter(len), st.sampled_from([0.0, 2.5, 7.0, 1e3]), st.integers(0, N - 1))
def test_every_start_has_the_distances_it_has_alone(links, limit, start):
    graph = graph_of(links)
    stop = min(start + TOGETHER, N)
    search = new_search(N, limit)
    count = settle_together(start, stop, graph[:3], search)
    reached, found = search[1], search[3][:count]
    lengths = np.where(reached > limit, np.inf, reached)[:, : stop - start].T
    np.testing.assert_array_equal(lengths, distances(graph, limit)[start:stop])
    assert sorted(found) == np.flatnonzero(np.isfinite(lengths).any(axis=0)).tolist()


@given(links.filter(len), st.sampled_from([2.5, 7.0]))
def test_a_search_is_left_as_new(links, limit):
    graph = graph_of(links)
    search, new = new_search(N, limit), new_search(N, limit)
    forget(settle_together(0, TOGETHER, graph[:3], search), search)
    np.testing.assert_array_equal(search[0][2], new[0][2])
    for left, right in zip(search[1:3], new[1:3], strict=True):
        np.testing.assert_array_equal(left, right)


def test_what_has_no_room_is_counted_and_not_written():
    graph = graph_of([(0, 1, 1.0), (1, 2, 1.0)])
    counts, node, chance = np.zeros(N, np.int64), np.empty(2, np.int32), np.empty(2)
    search = new_search(N, 5.0)
    total = list_reached(0, N, graph[:3], search, counts, node, chance)
    assert total == counts.sum() == 3 * 3 + (N - 3)
    assert np.isin(chance, np.exp([0.0, -1.0, -2.0])).all()
