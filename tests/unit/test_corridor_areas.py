"""Corridors as areas: lenses against plain distances, and how narrow strips are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.corridor_areas import (
    narrowest_m,
    outline,
    part_of_grid,
    straight_corridor,
)
from robuust.grid import Grid

CELL_M = 10.0
SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def scattered_ends(draw):
    """Two ends of one to five cells each, on a grid of at most 12 by 12."""
    shape = draw(st.integers(2, 12)), draw(st.integers(2, 12))
    ends = np.zeros(shape, dtype=int)
    chosen = np.random.default_rng(draw(SEEDS)).permutation(ends.size)
    n = draw(st.integers(1, min(5, ends.size // 2)))
    ends.flat[chosen[:n]], ends.flat[chosen[n : 2 * n]] = 1, 2
    return ends


@given(scattered_ends(), st.sampled_from([0.0, 0.1, 0.5]))
@settings(max_examples=60, deadline=None)
def test_a_lens_holds_the_cells_by_which_the_way_is_little_longer(ends, extra_share):
    cells = np.argwhere(ends >= 0)
    to_end = [
        np.hypot(*(cells[:, None] - np.argwhere(ends == k)[None]).T).min(axis=0)
        for k in (1, 2)
    ]
    total_m = CELL_M * sum(to_end).reshape(ends.shape)
    gap_m = 20.0
    expected = (total_m <= total_m.min() + extra_share * gap_m + 1e-3) & (ends == 0)
    found = straight_corridor(ends, cell_m=CELL_M, gap_m=gap_m, extra_share=extra_share)
    assert (found == expected).all()


@pytest.mark.parametrize("width", [1, 2, 3, 4, 7])
def test_a_strip_is_as_wide_as_its_cells_also_where_it_turns(width):
    inside = np.zeros((20, 30), dtype=bool)
    inside[2 : 2 + width, 1:20] = True  # along, then down
    inside[2:19, 20 - width : 20] = True
    ends = np.zeros(inside.shape, dtype=int)
    ends[2 : 2 + width, 0], ends[19, 20 - width : 20] = 1, 2
    assert narrowest_m(inside, ends, cell_m=CELL_M) == width * CELL_M


def test_of_two_strips_the_wider_one_counts():
    ends = np.zeros((9, 7), dtype=int)
    ends[:, 0], ends[:, 6] = 1, 2
    inside = np.zeros(ends.shape, dtype=bool)
    inside[0, 1:6] = inside[4:7, 1:6] = True
    assert narrowest_m(inside, ends, cell_m=CELL_M) == 30
    inside[4:6, 3] = False
    assert narrowest_m(inside, ends, cell_m=CELL_M) == 10


def test_a_strip_that_stops_short_has_no_width():
    ends = np.array([[1, 0, 0, 0, 2]])
    inside = np.array([[False, True, False, True, False]])
    assert np.isnan(narrowest_m(inside, ends, cell_m=CELL_M))


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_more_land_never_makes_a_corridor_narrower(seed):
    rng = np.random.default_rng(seed)
    ends = np.zeros((8, 10), dtype=int)
    ends[:, 0], ends[:, 9] = 1, 2
    inside = (rng.random(ends.shape) < 0.6) & (ends == 0)
    more = inside | ((rng.random(ends.shape) < 0.3) & (ends == 0))
    less_m, more_m = (narrowest_m(land, ends, cell_m=CELL_M) for land in (inside, more))
    assert np.isnan(less_m) or CELL_M <= less_m <= more_m


def test_a_window_ends_at_the_edge_of_the_grid():
    grid = Grid(left_m=100, top_m=500, cell_m=CELL_M, n_rows=10, n_columns=10)
    one, other = (slice(0, 2), slice(0, 2)), (slice(4, 5), slice(3, 4))
    rows, columns, part = part_of_grid(grid, (one, other), reach_m=1e9)
    assert (rows, columns) == (slice(0, 10), slice(0, 10))
    assert part == grid
    rows, columns, part = part_of_grid(grid, (one, other), reach_m=20)
    assert (part.left_m, part.top_m) == (
        100 + 10 * columns.start,
        500 - 10 * rows.start,
    )
    assert part.shape == (rows.stop - rows.start, columns.stop - columns.start)


def test_cells_that_meet_at_a_corner_are_one_valid_shape():
    shape = outline(np.eye(3, dtype=bool), Grid(0, 30, CELL_M, 3, 3))
    assert shape.is_valid
    assert (shape.geom_type, shape.area) == ("MultiPolygon", 300)
    assert outline(np.zeros((3, 3), dtype=bool), Grid(0, 30, CELL_M, 3, 3)).is_empty
