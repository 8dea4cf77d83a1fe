"""The compiled loops of gains, against plain numpy."""

import numpy as np
from scipy import sparse

from robuust_kernels.gain_kernels import (
    close_links,
    grow_trees,
    open_links,
)
from robuust_kernels.path_kernels import new_search


def rows(matrix):
    """Rows of a matrix as kernels want them."""
    table = sparse.csr_array(matrix)
    return table.indptr.astype(np.int64), table.indices.astype(np.int32), table.data


def test_a_tree_is_written_branch_by_branch():
    # Candidate - 0 (1.0) - 1 (0.5) and 2 (0.25); candidate - 3 (1.5).
    first = np.array([0, 2, 3, 4, 4])
    neighbour = np.array([2, 1, 0, 0], dtype=np.int32)
    graph = first, neighbour, np.array([0.25, 0.5, 0.5, 0.25])
    links = np.array([0, 2]), np.array([3, 0], dtype=np.int32), np.array([1.5, 1.0])
    size, node, so_far, end = grow_trees(0, 1, links, graph, 2.0, new_search(4))
    assert size.tolist() == [4]
    assert node.tolist() == [0, 2, 1, 3]
    assert so_far.tolist() == [1, 1.25, 1.5, 1.5]
    assert end.tolist() == [3, 2, 3, 4]


def test_trees_larger_than_the_room_that_was_made_are_whole():
    n = 300
    length = sparse.diags_array([np.full(n - 1, 0.5)] * 2, offsets=[-1, 1])
    links = rows(sparse.csr_array(([0.5, 0.5], ([0, 1], [0, 0])), shape=(2, n)))
    size, node, so_far, *_ = grow_trees(0, 2, links, rows(length), 1e3, new_search(n))
    assert size.tolist() == [n, n]
    assert node.tolist() == [*range(n), *range(n)]
    assert so_far[n:].tolist() == (0.5 * np.arange(1, n + 1)).tolist()


def test_a_link_takes_its_place_by_length():
    first = np.array([0, 3, 5])
    neighbour = np.array([7, 8, 0, 0, 0], dtype=np.int32)
    length = np.array([1.0, 3.0, np.inf, np.inf, np.inf])
    open_links(
        1, np.array([0], dtype=np.int32), np.array([2.0]), first, neighbour, length
    )
    assert neighbour.tolist() == [7, 1, 8, 0, 0]
    assert length.tolist() == [1, 2, 3, 2, np.inf]


def test_links_that_are_closed_leave_the_rows_as_they_were():
    # Node 0 is linked to 1; node 2, with room for two links, comes and goes.
    first = np.array([0, 2, 4, 6])
    neighbour = np.array([1, 9, 0, 9, 9, 9], dtype=np.int32)
    length = np.array([1.0, np.inf, 1.0, np.inf, np.inf, np.inf])
    both, before = np.array([0, 1], dtype=np.int32), length.copy()
    open_links(2, both, np.array([0.5, 2.0]), first, neighbour, length)
    assert neighbour.tolist() == [2, 1, 0, 2, 0, 1]
    close_links(2, first, neighbour, length)
    assert length.tolist() == before.tolist()
    assert neighbour[[0, 2]].tolist() == [1, 0]
