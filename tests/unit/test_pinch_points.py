"""Pinch points: gates in a fence, against dense matrices and plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.pinch_points import CROWDED, LEAST_LOSS, pinch_points


def fields(*gates):
    """Two fields of 11 by 7 cells, a fence between them with some gates."""
    inside = np.ones((11, 15), dtype=bool)
    inside[:, 7] = False
    inside[list(gates), 7] = True
    ends = np.zeros(inside.shape, dtype=int)
    ends[:, 0], ends[:, 14] = 1, 2
    return inside & (ends == 0), ends


def by_definition(land, ends):
    """Resistance from end to end, and current per cell, with dense matrices."""
    nodes = {1: 0, 2: 1}
    for cell in zip(*np.nonzero(np.isfinite(land) & (ends == 0)), strict=True):
        nodes[cell] = len(nodes)
    of_cell = {
        cell: nodes[ends[cell] or cell]
        for cell in zip(*np.nonzero(np.isfinite(land)), strict=True)
    }
    conductance = np.zeros((len(nodes), len(nodes)))
    for (row, column), i in of_cell.items():
        for down, right in [(0, 1), (1, 0), (1, 1), (1, -1)]:
            j = of_cell.get((row + down, column + right))
            if j is not None and j != i:
                mean = (land[row, column] + land[row + down, column + right]) / 2
                conductance[[i, j], [j, i]] += 1 / (mean * np.hypot(down, right))
    source = np.zeros(len(nodes))
    source[:2] = 1, -1
    laplacian = np.diag(conductance.sum(axis=1)) - conductance
    potential = np.linalg.lstsq(laplacian, source, rcond=None)[0]
    if not np.allclose(laplacian @ potential, source):
        return np.inf, None  # nothing gets through
    flow = np.abs(conductance * (potential[:, None] - potential)).sum(axis=1) / 2
    current = np.zeros(land.shape)
    for cell, i in of_cell.items():
        current[cell] = flow[i]
    return potential[0] - potential[1], current


def test_the_only_gate_is_the_pinch_point_and_everything_passes_it():
    inside, ends = fields(5)
    found = pinch_points(np.ones(ends.shape), inside, ends)
    assert found.label[5, 7] == 1
    assert found.current_share == pytest.approx([1])
    assert found.lost_share == pytest.approx([1])
    assert found.label.sum() < 12  # the gate and what is crowded beside it


def test_without_a_fence_nothing_is_a_pinch_point():
    inside, ends = fields(*range(11))
    found = pinch_points(np.ones(ends.shape), inside, ends)
    assert found.lost_share.size == found.current_share.size == 0
    assert not found.label.any()


def test_the_gate_that_more_depends_on_comes_first():
    inside, ends = fields(1, 9)
    land = np.ones(ends.shape)
    land[9, 7] = 4  # hard to pass
    found = pinch_points(land, inside, ends)
    assert found.label[1, 7] == 1
    assert found.lost_share[0] == max(found.lost_share) > 0.5
    assert (found.lost_share < 1).all()
    equal = pinch_points(np.ones(ends.shape), inside, ends)
    assert equal.label[9, 7] != equal.label[1, 7] > 0
    assert equal.lost_share[0] == pytest.approx(equal.lost_share[1])


def test_resistance_as_a_toll_pinches_as_a_fence_does():
    inside, ends = fields(*range(11))
    land = np.ones(ends.shape)
    land[:, 7], land[3, 7] = 1e4, 1
    found = pinch_points(land, inside, ends)
    assert found.label[3, 7] == 1
    assert found.current_share[0] > 0.98
    assert 0.95 < found.lost_share[0] < 1


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_shares_are_those_of_dense_matrices(seed):
    rng = np.random.default_rng(seed)
    ends = np.zeros((6, 9), dtype=int)
    ends[:, 0], ends[:, 8] = 1, 2
    inside = (rng.random(ends.shape) < 0.7) & (ends == 0)
    inside[rng.integers(6)] = ends[0] == 0  # so that there is a way
    resistance = rng.choice([1.0, 3.0, 20.0], ends.shape)
    found = pinch_points(resistance, inside, ends)
    land = np.where(inside | (ends > 0), resistance, np.nan)
    whole, current = by_definition(land, ends)
    crowded = inside & (current > CROWDED * current[inside].mean() * (1 - 1e-9))
    assert (crowded >= (found.label > 0)).all()
    for number, (share, lost) in enumerate(
        zip(found.current_share, found.lost_share, strict=True), start=1
    ):
        own = found.label == number
        assert share == pytest.approx(current[own].max(), rel=1e-6)
        closed, _ = by_definition(np.where(own, np.nan, land), ends)
        assert lost == pytest.approx(1 - whole / closed, rel=1e-6)
        assert lost >= LEAST_LOSS
    assert (np.diff(found.lost_share) <= 0).all()
