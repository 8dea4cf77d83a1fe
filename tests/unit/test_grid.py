"""The grid of a run: aligned, cell centres, and back to outlines."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robuust import grid as grids
from robuust.grid import (
    Grid,
    contiguous_areas,
    grid_of_run,
    grid_over,
    positions_on,
)

FOUR = Grid(left_m=100.0, top_m=240.0, cell_m=10.0, n_rows=4, n_columns=4)
MASKS = arrays(bool, st.tuples(st.integers(1, 7), st.integers(1, 7)))


def grid_of(mask):
    return Grid(100.0, 200.0 + 10 * mask.shape[0], 10.0, *mask.shape)


def test_grid_lines_lie_on_multiples_of_the_cell_and_cover_the_bounds():
    grid = grid_over((-3, 101, 52, 149), cell_m=25)
    assert (grid.left_m, grid.top_m, grid.shape) == (-25, 150, (2, 4))
    assert tuple(grid.transform)[:6] == (25, 0, -25, 0, -25, 150)
    assert grid.cell_ha == 0.0625


def test_bounds_on_grid_lines_get_no_cell_more():
    assert grid_over((0, 0, 50, 25), cell_m=25).shape == (1, 2)


@pytest.mark.parametrize("bounds", [(0, 0, 0, 5), (np.nan,) * 4])
def test_bounds_without_extent_are_refused(bounds):
    with pytest.raises(ValueError, match="must have an extent"):
        grid_over(bounds, cell_m=25)


def test_the_grid_of_a_run_covers_the_study_area_and_habitat_beyond_it():
    study_area = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 50, 50)])
    habitat = gpd.GeoDataFrame(geometry=[shapely.box(40, 40, 110, 60)])
    grid = grid_of_run(study_area, habitat, cell_m=25)
    assert (grid.left_m, grid.top_m, grid.shape) == (0, 75, (3, 5))
    alone = grid_of_run(study_area, habitat.iloc[:0], cell_m=25)
    assert alone == grid_over((0, 0, 50, 50), cell_m=25)


def test_a_cell_belongs_to_the_polygon_that_holds_its_centre():
    west = shapely.box(100, 200, 114, 240)  # its edge lies before the second centre
    east = shapely.box(114, 200, 126, 240)  # and this one beyond the third
    positions = positions_on([west, east], FOUR)
    assert positions.tolist() == [[0, 1, 1, -1]] * 4
    assert positions_on([], FOUR).max() == -1
    assert positions_on([shapely.Polygon(), east], FOUR).tolist()[0] == [-1, 1, 1, -1]


def test_cells_that_touch_by_a_corner_are_one_area_of_two_parts():
    mask = np.zeros((4, 4), dtype=bool)
    mask[0, 0] = mask[1, 1] = mask[3, 3] = True
    labels, outlines = contiguous_areas(mask, FOUR)
    assert labels[0, 0] == labels[1, 1] == 0
    assert labels[3, 3] == 1
    assert shapely.area(outlines).tolist() == [200, 100]
    assert shapely.get_num_geometries(outlines).tolist() == [2, 1]
    assert outlines[1].bounds == (130, 200, 140, 210)


@given(MASKS)
def test_areas_are_the_components_of_a_graph_of_neighbouring_cells(mask):
    labels, outlines = contiguous_areas(mask, grid_of(mask))
    cells = [tuple(cell) for cell in np.argwhere(mask).tolist()]
    graph = nx.Graph()
    graph.add_nodes_from(cells)
    graph.add_edges_from(
        (a, b)
        for a in cells
        for b in cells
        if a < b and max(abs(a[0] - b[0]), abs(a[1] - b[1])) == 1
    )
    expected = {frozenset(cells) for cells in nx.connected_components(graph)}
    found = {
        frozenset(tuple(cell) for cell in np.argwhere(labels == k).tolist())
        for k in range(len(outlines))
    }
    assert found == expected
    assert (labels[~mask] == -1).all()


@given(MASKS)
def test_outlines_are_valid_and_give_their_cells_back(mask):
    grid = grid_of(mask)
    labels, outlines = contiguous_areas(mask, grid)
    assert shapely.is_valid(outlines).all()
    assert {shape.geom_type for shape in outlines} <= {"MultiPolygon"}
    assert shapely.area(outlines).sum() == mask.sum() * 100
    assert (positions_on(outlines, grid) == labels).all()


def test_a_stray_polygon_far_away_is_told_instead_of_filling_the_memory():
    with pytest.raises(ValueError, match="far from the others"):
        grid_over((0, 0, 600_000, 600_000), cell_m=25)


def test_of_overlapping_polygons_the_last_has_the_cell_however_many_at_once(
    monkeypatch,
):
    square = Grid(left_m=0, top_m=40, cell_m=10, n_rows=4, n_columns=4)
    boxes = [*shapely.box([0, 10, 20], 0, [20, 30, 40], 40), shapely.Polygon()]
    whole = positions_on(boxes, square)
    assert whole[0].tolist() == [0, 1, 2, 2]
    monkeypatch.setattr(grids, "BURNED_AT_ONCE", 1)
    assert (positions_on(boxes, square) == whole).all()
