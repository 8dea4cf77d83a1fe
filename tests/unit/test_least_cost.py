"""Least-cost links: by hand, against all pairs of a plain graph, and their ways."""

from itertools import product

import numpy as np
import pytest
import shapely
from cost_graphs import (
    CELL_M,
    CLOSE,
    FAR_M,
    all_pairs,
    as_pairs,
    cost_along,
    direct,
    landscapes,
    mosaic,
    move_graph,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from robuust.direct_costs import direct_links
from robuust.least_cost import (
    CostLinks,
    cost_links,
    cost_probability,
    link_paths,
)


def planar(land, patch, *, max_cost_m=FAR_M, **options):
    links, _ = cost_links(land, patch, cell_m=CELL_M, max_cost_m=max_cost_m, **options)
    return as_pairs(links.a, links.b, links.cost_m)


def patches_together(pairs, labels, max_cost_m):
    """Which patches links up to some cost join, as a component per label."""
    kept = np.array([k for k in pairs if pairs[k] <= max_cost_m]).reshape(-1, 2).T
    shape = (labels + 1, labels + 1)
    graph = coo_array((np.ones(kept.shape[1]), kept), shape=shape)
    return connected_components(graph, directed=False)[1].tolist()


def test_a_link_costs_the_way_between_both_patches_over_open_land():
    land = np.array([[1, 4, 2, 1], [1, 9, 9, 1]])
    patch = np.array([[5, 0, 0, 3], [0, 0, 0, 0]])
    assert planar(land, patch) == {(3, 5): 25 * (2.5 + 3 + 1.5)}


def test_the_way_goes_round_when_that_is_cheaper():
    land = np.array([[1, 99, 1], [1, 1, 1]])
    patch = np.array([[1, 0, 2], [0, 0, 0]])
    assert planar(land, patch)[1, 2] == pytest.approx(25 * 2 * np.sqrt(2), **CLOSE)


def test_patches_in_neighbouring_cells_are_one_move_apart():
    assert planar(np.ones((1, 2)), np.array([[1, 2]])) == {(1, 2): 25.0}


def test_patches_that_nothing_joins_have_no_link():
    land = np.array([[1, np.nan, 1], [1, np.nan, 1]])
    patch = np.array([[1, 0, 2], [0, 0, 0]])
    assert planar(land, patch) == direct(land, patch) == {}


def test_without_patches_or_with_one_there_are_no_links():
    for patch in (np.zeros((3, 3), dtype=int), np.eye(3, dtype=int)):
        assert planar(np.ones((3, 3)), patch) == direct(np.ones((3, 3)), patch) == {}
        empty, surface = cost_links(np.ones((3, 3)), patch, cell_m=1, max_cost_m=9)
        assert link_paths(empty, surface, from_origin(0, 0, 1, 1)).size == 0


def test_a_link_over_a_patch_between_is_direct_but_not_planar():
    land, patch = np.ones((1, 5)), np.array([[1, 0, 2, 0, 3]])
    assert planar(land, patch) == {(1, 2): 50, (2, 3): 50}
    assert direct(land, patch) == {(1, 2): 50, (1, 3): 100, (2, 3): 50}


def test_past_a_patch_beside_the_way_the_planar_links_cost_more_than_the_direct_one():
    patch = np.zeros((4, 9), dtype=int)
    patch[0, 0], patch[0, 8], patch[3, 4] = 1, 2, 3
    land = np.ones((4, 9))
    land[0, 1:8] = 1.8  # so that the middle of the way is nearest to patch 3
    land[1:, :] = 1.0
    links, pairs = planar(land, patch), direct(land, patch)
    over = links[1, 3] + links[2, 3]
    assert (1, 2) not in links
    assert over > pairs[1, 2]


@given(landscapes(), st.sampled_from([1, 4, 128]))
@settings(max_examples=150, deadline=None)
def test_planar_links_keep_the_networks_and_are_never_too_cheap(landscape, tile):
    land, patch = landscape
    links, pairs = planar(land, patch, tile=tile), all_pairs(land, patch)
    for pair, cost_m in links.items():
        assert cost_m >= pairs[pair] - 1e-4
    for limit in [0.0, *pairs.values()]:
        # A hair more, so that rounding does not decide.
        together = patches_together(links, 6, limit + 1e-4)
        assert together == patches_together(pairs, 6, limit + 1e-4)


@given(landscapes())
@settings(max_examples=150, deadline=None)
def test_a_planar_link_is_the_least_over_the_moves_between_both_allocations(landscape):
    land, patch = landscape
    links, surface = cost_links(land, patch, cell_m=CELL_M, max_cost_m=FAR_M)
    graph = move_graph(land).tocoo()
    label, cost = surface.allocation.ravel(), surface.cost_m.ravel()
    expected = {}
    for here, there, step in zip(*graph.coords, graph.data, strict=True):
        a, b = sorted((int(label[here]), int(label[there])))
        if 0 < a < b:
            total = cost[here] + step + cost[there]
            expected[a, b] = min(total, expected.get((a, b), np.inf))
    found = as_pairs(links.a, links.b, links.cost_m)
    assert found == pytest.approx(expected, **CLOSE)


@given(landscapes(), st.floats(10, 500))
@settings(max_examples=150, deadline=None)
def test_a_largest_cost_leaves_out_costlier_links_and_changes_no_other(
    landscape, max_cost_m
):
    for links in (planar, direct):
        kept = {k: c for k, c in links(*landscape).items() if c <= max_cost_m}
        assert links(*landscape, max_cost_m=max_cost_m) == kept


@pytest.mark.parametrize("seed", range(3))
def test_neither_tiles_nor_threads_change_a_link_or_its_way(seed):
    land, patch = mosaic((150, 140), seed, labels=60, patches=0.01)
    transform = from_origin(0, 0, CELL_M, CELL_M)
    options = {"cell_m": CELL_M, "max_cost_m": 3000}
    links, surface = cost_links(land, patch, tile=999, **options)
    ways = link_paths(links, surface, transform)
    assert links.a.size > 60
    for tile, threads in ((16, 1), (33, 2), (128, 3)):
        again, surface = cost_links(land, patch, tile=tile, threads=threads, **options)
        for one, other in zip(again, links, strict=True):
            assert np.array_equal(one, other)
        lines = link_paths(again, surface, transform, threads=threads)
        assert (lines == ways).all()
    small = {"cell_m": CELL_M, "max_cost_m": 300}
    one, two = (direct_links(land, patch, threads=k, **small) for k in (1, 2))
    assert all(np.array_equal(x, y) for x, y in zip(one, two, strict=True))


def test_costs_over_open_land_are_octile_distances():
    rng = np.random.default_rng(3)
    patch = np.zeros((40, 50), dtype=int)
    cell = rng.choice(patch.size, 30, replace=False)
    patch.ravel()[cell] = np.arange(1, 31)
    row, column = np.divmod(cell, 50)
    found = direct(np.ones(patch.shape), patch)
    assert len(found) == 30 * 29 / 2
    for (a, b), cost_m in found.items():
        v, u = abs(row[a - 1] - row[b - 1]), abs(column[a - 1] - column[b - 1])
        octile_m = CELL_M * (max(v, u) + (np.sqrt(2) - 1) * min(v, u))
        assert cost_m == pytest.approx(octile_m, **CLOSE)
        straight_m = CELL_M * np.hypot(v, u)
        assert straight_m <= cost_m + 1e-4 <= 1.0824 * straight_m + 2e-4
    links = planar(np.ones(patch.shape), patch)
    assert links.keys() < found.keys()


@given(landscapes())
@settings(max_examples=150, deadline=None)
def test_the_way_of_a_link_leads_from_patch_to_patch_at_the_cost_of_the_link(landscape):
    land, patch = landscape
    links, surface = cost_links(land, patch, cell_m=CELL_M, max_cost_m=FAR_M, tile=4)
    ways = link_paths(links, surface, from_origin(0, 0, 1, 1))
    assert shapely.is_valid(ways).all()
    for a, b, cost_m, way in zip(*links[:3], ways, strict=True):
        x, y = way.coords[0]
        assert patch[int(-y), int(x)] == a
        x, y = way.coords[-1]
        assert patch[int(-y), int(x)] == b
        assert cost_along(way, land) == pytest.approx(cost_m, **CLOSE)


def test_the_way_follows_the_corridor():
    land = np.full((5, 7), 50.0)
    land[3, 1:6] = 1
    patch = np.zeros((5, 7), dtype=int)
    patch[1:4, 0], patch[1:4, 6] = 1, 2
    found = cost_links(land, patch, cell_m=10, max_cost_m=FAR_M)
    (way,) = link_paths(*found, from_origin(100, 200, 10, 10))
    assert way.equals_exact(shapely.LineString([(105, 165), (165, 165)]))


def test_the_way_can_be_asked_for_some_links_only():
    land, patch = mosaic((30, 30), 7, labels=9)
    links, surface = cost_links(land, patch, cell_m=CELL_M, max_cost_m=FAR_M)
    transform = from_origin(0, 0, 1, 1)
    some = CostLinks(*(column[3:5] for column in links))
    assert (
        link_paths(some, surface, transform)
        == link_paths(links, surface, transform)[3:5]
    ).all()


def test_largest_costs_out_of_range_are_refused():
    for max_cost_m, links in product((0, -1, np.nan, np.inf), (planar, direct)):
        with pytest.raises(ValueError, match="max_cost_m"):
            links(np.ones((2, 2)), np.eye(2, dtype=int) * [1, 2], max_cost_m=max_cost_m)


def test_the_chance_at_a_cost_is_that_of_the_kernel():
    chance = cost_probability([0, 300, 600, np.inf], d0_m=300, p0=0.5)
    assert chance.tolist() == [1, 0.5, 0.25, 0]
    with pytest.raises(ValueError, match="distance"):
        cost_probability([np.nan], d0_m=300, p0=0.5)
