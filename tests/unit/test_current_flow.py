"""Current over a grid: grids worked out by hand, then laws for any grid."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robuust import circuits, current_flow
from robuust.current_flow import current_map

SIDE_M = st.integers(1, 5)
LAND = st.sampled_from([1.0, 1.0, 1.0, 2.5, 40.0, np.inf, np.nan])


@st.composite
def grids(draw):
    """Up to five by five cells, some of them closed, and up to four patches."""
    shape = draw(SIDE_M), draw(SIDE_M)
    land = draw(arrays(float, shape, elements=LAND))
    patch = draw(arrays(np.int32, shape, elements=st.integers(0, 4)))
    patch.flat[draw(st.integers(0, patch.size - 1))] = 1  # at least one
    numbers = np.unique(patch[patch > 0])
    i, j = np.indices((numbers.size, numbers.size)).reshape(2, -1)
    return land, patch, numbers[i], numbers[j]


def by_definition(land, patch, a, b, neighbours, mean):
    """Resistance and current of one pair, with dense matrices and plain loops."""
    nodes = {}
    for cell in zip(*np.nonzero(np.isfinite(land)), strict=True):
        nodes.setdefault(("patch", patch[cell]) if patch[cell] else cell, []).append(
            cell
        )
    of_cell = {cell: k for k, cells in enumerate(nodes.values()) for cell in cells}
    ends = [list(nodes).index(key) for key in (("patch", a), ("patch", b))]
    conductance = np.zeros((len(nodes), len(nodes)))
    for (row, column), k in of_cell.items():
        for down, right in [(0, 1), (1, 0), (1, 1), (1, -1)][: neighbours // 2]:
            other = (row + down, column + right)
            if other not in of_cell or of_cell[other] == k:
                continue
            r, s = land[row, column], land[other]
            wire = 2 / (r + s) if mean == "resistance" else (1 / r + 1 / s) / 2
            wire /= np.hypot(down, right)
            conductance[[k, of_cell[other]], [of_cell[other], k]] += wire
    graph = nx.from_numpy_array(conductance)
    if not nx.has_path(graph, *ends):
        return np.inf, np.zeros(land.shape)
    source = np.zeros(len(nodes))
    source[ends[0]] += 1
    source[ends[1]] -= 1
    laplacian = np.diag(conductance.sum(axis=1)) - conductance
    potential = np.linalg.pinv(laplacian, hermitian=True) @ source
    flow = np.abs(conductance * (potential[:, None] - potential))
    through = (flow.sum(axis=1) + np.abs(source)) / 2
    current = np.zeros(land.shape)
    for cell, k in of_cell.items():
        current[cell] = through[k]
    return potential @ source, current


def test_a_corridor_carries_all_the_current():
    land = np.array([[1.0, 3.0, 1.0], [np.inf, 1.0, np.nan]])
    found = current_map(land, [[1, 0, 2], [0, 0, 0]], [1], [2], neighbours=4)
    assert found.total.tolist() == [[1, 1, 1], [0, 0, 0]]
    assert found.resistance == pytest.approx([4])


def test_two_ways_share_the_current_by_their_resistance():
    # Past the wall: above by cells of 1, below by cells of 2.
    land = np.array([[1, 1, 1], [1, np.inf, 1], [2, 2, 2]])
    patch = np.array([[0, 0, 0], [1, 0, 2], [0, 0, 0]])
    found = current_map(land, patch, [1], [2], neighbours=4)
    above, below = 4.0, 1.5 + 2 + 2 + 1.5
    share = below / (above + below)
    assert found.total[0] == pytest.approx([share] * 3)
    assert found.total[2] == pytest.approx([1 - share] * 3)
    assert found.resistance == pytest.approx([above * below / (above + below)])


def test_a_step_across_a_corner_is_longer():
    land = np.array([[1.0, np.inf], [np.inf, 1.0]])
    for patch in ([[1, 0], [0, 2]], [[2, 0], [0, 1]]):
        assert current_map(land, patch, [1], [2]).resistance == pytest.approx([2**0.5])
        straight = current_map(land, patch, [1], [2], neighbours=4)
        assert straight.resistance.tolist() == [np.inf]
        assert not straight.total.any()
    other_way = current_map(land[::-1], [[0, 1], [2, 0]], [1], [2])
    assert other_way.resistance == pytest.approx([2**0.5])


def test_the_mean_of_conductances_lets_a_good_cell_help_a_bad_one():
    land, patch = np.array([[1.0, 3.0]]), [[1, 2]]
    assert current_map(land, patch, [1], [2]).resistance == pytest.approx([2])
    helped = current_map(land, patch, [1], [2], mean="conductance")
    assert helped.resistance == pytest.approx([1.5])


def test_a_patch_is_one_junction_wherever_its_cells_lie():
    land = np.array([[1.0, 1.0, np.inf, 1.0, 1.0]])
    found = current_map(land, [[1, 3, 0, 3, 2]], [1], [2], neighbours=4)
    assert found.resistance == pytest.approx([2])
    assert found.total.tolist() == [[1, 1, 0, 1, 1]]


def test_a_patch_on_closed_land_is_out_of_reach():
    found = current_map([[1.0, np.inf]], [[1, 2]], [1, 2], [2, 2])
    assert found.resistance.tolist() == [np.inf, 0]
    assert not found.total.any()


def test_weights_add_up_and_the_highest_stays():
    land, patch = np.ones((1, 3)), [[1, 2, 3]]
    found = current_map(land, patch, [1, 1], [2, 3], [5.0, 0.5])
    assert found.total == pytest.approx(np.array([[5.5, 5.5, 0.5]]))
    assert found.highest == pytest.approx(np.array([[5.0, 5.0, 0.5]]))


def test_no_pairs_bring_no_current():
    found = current_map(np.ones((2, 2)), np.zeros((2, 2), dtype=int), [], [])
    assert found.total.tolist() == [[0, 0], [0, 0]]
    assert found.resistance.size == 0


@given(grids(), st.sampled_from([4, 8]), st.sampled_from(["resistance", "conductance"]))
@settings(max_examples=300, deadline=None)
def test_it_is_the_definition(grid, neighbours, mean):
    land, patch, a, b = grid
    found = current_map(land, patch, a, b, neighbours=neighbours, mean=mean)
    total, highest = np.zeros((2, *land.shape))
    open_ = set(patch[np.isfinite(land)])
    for k, (i, j) in enumerate(zip(a, b, strict=True)):
        if i == j:
            assert found.resistance[k] == 0
            continue
        expected = np.inf
        if {i, j} <= open_:
            expected, current = by_definition(land, patch, i, j, neighbours, mean)
            total += current
            highest = np.maximum(highest, current)
        assert found.resistance[k] == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(found.total, total, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.highest, highest, rtol=1e-9, atol=1e-9)


@given(grids(), st.data())
@settings(max_examples=200, deadline=None)
def test_worse_land_brings_no_patches_together(grid, data):
    land, patch, a, b = grid
    before = current_map(land, patch, a, b).resistance
    worse = land.copy()
    worse.flat[data.draw(st.integers(0, land.size - 1))] *= 7
    after = current_map(worse, patch, a, b).resistance
    assert (after >= before * (1 - 1e-9)).all()


@given(grids())
@settings(max_examples=200, deadline=None)
def test_turning_the_grid_turns_the_map(grid):
    land, patch, a, b = grid
    found = current_map(land, patch, a, b)
    turned = current_map(np.rot90(land), np.rot90(patch), b, a)
    np.testing.assert_allclose(
        turned.total, np.rot90(found.total), rtol=1e-9, atol=1e-9
    )
    np.testing.assert_allclose(turned.resistance, found.resistance, rtol=1e-9)


def test_every_line_between_two_patches_is_crossed_by_all_of_the_current():
    random = np.random.default_rng(3)
    land = random.uniform(1, 20, (12, 15))
    patch = np.zeros(land.shape, dtype=int)
    patch[:, 0], patch[:, -1] = 1, 2
    total = current_map(land, patch, [1], [2], neighbours=4).total
    # What goes round within a column is counted twice, so at least all of it.
    assert (total[:, 1:-1].sum(axis=0) >= 1 - 1e-9).all()
    assert (total <= 1 + 1e-9).all()


def test_a_small_cache_of_solutions_changes_nothing(monkeypatch):
    random = np.random.default_rng(4)
    land = random.uniform(1, 20, (9, 9))
    patch = random.integers(1, 12, (9, 9)) * (random.random((9, 9)) < 0.3)
    numbers = np.unique(patch[patch > 0])
    i, j = np.triu_indices(numbers.size, 1)
    expected = current_map(land, patch, numbers[i], numbers[j])
    monkeypatch.setattr(circuits, "COLUMN_BYTES", 8 * 81 * 4)
    found = current_map(land, patch, numbers[i], numbers[j])
    assert (found.resistance == expected.resistance).all()
    np.testing.assert_allclose(found.total, expected.total, rtol=1e-12)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"resistance": [[1.0, 0.0]]}, "1 of 2 cells .* row 0, column 1"),
        ({"resistance": [[1.0, -3.0]]}, "resistance of zero or less"),
        ({"resistance": [[1.0, 1e12]]}, "of the cells run from 1 to 1e"),
        ({"resistance": [[1.0]]}, "do not lie on each other"),
        ({"patch": [[1, -9999]]}, "0 elsewhere"),
        ({"patch": [[1.0, 2.0]]}, "whole numbers"),
        ({"patch": [[1, 3]]}, r"1 of 2 patches have no cell .*first: 2\)"),
        ({"pair_a": [0]}, r"first: 0\)"),
        ({"pair_a": [1, 1]}, "do not make pairs"),
        ({"weight": [np.nan]}, "weight of zero or more"),
        ({"weight": [-1]}, "weight of zero or more"),
        ({"neighbours": 6}, "neighbours=6 must be 4 or 8"),
        ({"mean": "median"}, "'median' must be"),
    ],
)
def test_bad_input_is_refused_in_words(changed, words):
    good = {"resistance": [[1.0, 1.0]], "patch": [[1, 2]], "pair_a": [1], "pair_b": [2]}
    with pytest.raises(ValueError, match=words):
        current_map(**good | changed)


def test_a_grid_too_large_is_refused_in_words(monkeypatch):
    land, patch = np.ones((1, 3)), [[1, 0, 2]]
    monkeypatch.setattr(circuits, "MOST_FILL", 3)
    with pytest.raises(
        MemoryError, match=r"3 cells that hang together .* larger cells"
    ):
        current_map(land, patch, [1], [2])
    monkeypatch.setattr(current_flow, "BYTES_PER_CELL", {8: 1e18})
    with pytest.raises(MemoryError, match=r"a grid of 3 cells .* larger cells"):
        current_map(land, patch, [1], [2])
