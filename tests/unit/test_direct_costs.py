"""Direct least costs: by hand, against a plain graph, and their ways."""

import numpy as np
import pytest
import shapely
from cost_graphs import (
    CELL_M,
    CLOSE,
    FAR_M,
    all_pairs,
    cost_along,
    direct,
    landscapes,
    mosaic,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin

from robuust import direct_costs
from robuust.direct_costs import costs_from, direct_links, direct_paths


@given(landscapes())
@settings(max_examples=150, deadline=None)
def test_direct_links_are_all_pairs_of_the_graph_of_moves(landscape):
    assert direct(*landscape) == pytest.approx(all_pairs(*landscape), **CLOSE)


@given(landscapes())
@settings(max_examples=150, deadline=None)
def test_the_way_of_a_link_leads_from_patch_to_patch_at_the_cost_of_the_link(landscape):
    land, patch = landscape
    links = direct_links(land, patch, cell_m=CELL_M, max_cost_m=FAR_M)
    ways = direct_paths(links, patch.shape[1], from_origin(0, 0, 1, 1))
    assert ways.size == links.a.size
    assert shapely.is_valid(ways).all()
    for a, b, cost_m, way in zip(*links[:3], ways, strict=True):
        (x, y), (to_x, to_y) = way.coords[0], way.coords[-1]
        assert patch[int(-y), int(x)] == a
        assert patch[int(-to_y), int(to_x)] == b
        assert cost_along(way, land) == pytest.approx(cost_m, **CLOSE)


def test_the_way_of_a_pair_leads_through_the_patch_between():
    patch = np.array([[3, 0, 5, 0, 7], [0, 0, 0, 0, 0]])
    links = direct_links(np.ones((2, 5)), patch, cell_m=10, max_cost_m=99)
    ways = direct_paths(links, 5, from_origin(100, 200, 10, 10))
    assert shapely.length(ways).tolist() == [20, 40, 20]
    assert ways[1].equals_exact(shapely.LineString([(105, 195), (145, 195)]))


@pytest.mark.parametrize("seed", range(3))
def test_threads_change_neither_links_nor_ways(seed):
    land, patch = mosaic((90, 80), seed, labels=60, patches=0.02)
    options = {"cell_m": CELL_M, "max_cost_m": 900}
    one, *others = (direct_links(land, patch, threads=k, **options) for k in (1, 2, 3))
    assert one.a.size > 60
    for other in others:
        for column, again in zip(one, other, strict=True):
            assert column.dtype == again.dtype
            assert np.array_equal(column, again)


@given(landscapes(), st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_the_way_back_costs_the_same_even_where_patches_lie_on_rough_land(
    landscape, seed
):
    land, patch = landscape
    rough = np.random.default_rng(seed).choice([1, 3, 30, np.nan], land.shape)
    turned = np.where(patch > 0, 7 - patch, 0)
    back = {(7 - b, 7 - a): cost for (a, b), cost in direct(rough, turned).items()}
    assert direct(rough, patch) == back


def test_too_much_work_is_refused_with_words_what_to_do(monkeypatch):
    land, patch = mosaic((30, 30), 1, labels=9)
    options = {"cell_m": CELL_M, "max_cost_m": 900}
    monkeypatch.setattr(direct_costs, "SAMPLE", 2)
    links = direct_links(land, patch, **options)
    monkeypatch.setattr(direct_costs, "MOST_CELLS", 500)
    with pytest.raises(ValueError, match=r"8 patches.*least_cost\.cell_m.*p_min"):
        direct_links(land, patch, **options)
    monkeypatch.setattr(direct_costs, "BYTES_PER_LINK", 1e18)
    with pytest.raises(MemoryError, match=r"pairs.*GiB.*least_cost\.cell_m"):
        direct_links(land, patch, **options)
    monkeypatch.setattr(direct_costs, "SAMPLE", 3)  # eight patches tell themselves
    again = direct_links(land, patch, **options)
    assert np.array_equal(again.cost_m, links.cost_m)


@given(landscapes(), st.floats(10, 500))
@settings(max_examples=100, deadline=None)
def test_costs_from_a_shape_are_those_of_a_patch_of_that_shape(landscape, max_cost_m):
    land, patch = landscape
    rows, columns = np.nonzero(patch == 1)
    if not rows.size:
        return
    label, cost_m = costs_from(
        land, patch, rows, columns, cell_m=CELL_M, max_cost_m=max_cost_m
    )
    expected = {b: c for (a, b), c in all_pairs(land, patch).items() if a == 1}
    # At the limit rounding decides.
    found = dict(zip(label.tolist(), cost_m.tolist(), strict=True))
    assert found.pop(1) == 0
    for b, cost in expected.items():
        if abs(cost - max_cost_m) > 1e-4:
            assert (b in found) == (cost < max_cost_m)
    assert found == pytest.approx({b: expected[b] for b in found}, **CLOSE)


def test_a_shape_is_as_good_as_habitat_whatever_the_land_is_now():
    land, patch = np.array([[1, 1, np.nan, 9]]), np.array([[7, 0, 0, 0]])
    for rows, columns in (([0], [2]), ([0, 0], [2, 3])):
        _, cost_m = costs_from(land, patch, rows, columns, cell_m=10, max_cost_m=FAR_M)
        assert cost_m.tolist() == [20.0]


def test_a_shape_on_a_barrier_begins_beside_it():
    toll = np.array([[0, 0, 800, 0]])
    options = {"cell_m": 10, "max_cost_m": FAR_M, "toll_m": toll}
    land, patch = np.ones((1, 4)), np.array([[0, 0, 0, 7]])
    _, cost_m = costs_from(land, patch, [0, 0], [1, 2], **options)
    assert cost_m.tolist() == [820.0]
    assert costs_from(land, patch, [0], [2], **options)[0].size == 0


@pytest.mark.parametrize("cells", [([], []), ([0], [5]), ([-1], [0])])
def test_a_shape_outside_of_the_grid_is_refused(cells):
    with pytest.raises(ValueError, match="outside of the grid"):
        costs_from(
            np.ones((2, 2)), np.eye(2, dtype=int), *cells, cell_m=1, max_cost_m=9
        )


def test_grids_that_do_not_fit_and_labels_below_zero_are_refused():
    options = {"cell_m": 1, "max_cost_m": 9}
    with pytest.raises(ValueError, match="same rows and columns"):
        costs_from(np.ones((2, 3)), np.eye(2, dtype=int), [0], [0], **options)
    with pytest.raises(ValueError, match="same rows and columns"):
        direct_links(np.ones((2, 3)), np.eye(2, dtype=int), **options)
    with pytest.raises(ValueError, match="patch -1"):
        direct_links(np.ones((2, 2)), -np.eye(2, dtype=int), **options)
