"""Links over the land: against a plain graph, over roads, of patches that touch."""

import numpy as np
import pytest
import shapely
from cost_graphs import CELL_M, landscapes, move_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from robuust.connectivity import connectivity_totals
from robuust.grid import Grid
from robuust.least_cost_links import cell_words, costs_to, find_least_cost_links
from robuust.resistance import Land, barrier_tolls

D0_M, P0, P_MIN = 100.0, 0.5, 1e-4
KERNEL = {"d0_m": D0_M, "p0": P0, "p_min": P_MIN, "dispersal_max_m": 150.0}


def land_of(resistance, toll_m=None):
    resistance = np.asarray(resistance, dtype=np.float32)
    toll_m = np.zeros_like(resistance) if toll_m is None else toll_m
    return Land(resistance, toll_m, Grid(0.0, 0.0, CELL_M, *resistance.shape))


def cell_boxes(patch):
    """Shape of the cells of each label, in the order of the labels."""
    row, column = np.nonzero(patch)
    x, y = column * CELL_M, -row * CELL_M
    boxes = shapely.box(x, y - CELL_M, x + CELL_M, y)
    labels = np.unique(patch[patch > 0])
    return [shapely.union_all(boxes[patch[row, column] == k]) for k in labels]


def edge_to_edge_costs(land, patch):
    """Least cost of each pair of labels, both of which are habitat for it."""
    labels, pairs = np.unique(patch[patch > 0]), {}
    for a, b in zip(*np.triu_indices(labels.size, 1), strict=True):
        one, other = patch == labels[a], patch == labels[b]
        graph = move_graph(np.where(one | other, 1, land))
        source = np.flatnonzero(one)
        cost_m = dijkstra(graph, directed=False, indices=source, min_only=True)
        pairs[int(a), int(b)] = max(cost_m[other.ravel()].min() - CELL_M, 0)
    return pairs


@given(landscapes(), st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_the_chance_of_a_link_is_that_of_the_least_cost_in_a_plain_graph(
    landscape, seed
):
    patch = landscape[1]
    land = np.random.default_rng(seed).choice([1, 2, 9, np.nan], patch.shape)
    found, _ = find_least_cost_links(cell_boxes(patch), [], [], land_of(land), **KERNEL)
    ends = zip(found["a"].tolist(), found["b"].tolist(), strict=True)
    chance = dict(zip(ends, found["probability"].tolist(), strict=True))
    for pair, cost_m in edge_to_edge_costs(land, patch).items():
        expected = P0 ** (cost_m / D0_M)
        if expected > P_MIN * (1 + 1e-6):
            assert chance.pop(pair) == pytest.approx(expected, rel=1e-6)
    # At the limit rounding decides.
    assert list(chance.values()) == pytest.approx([P_MIN] * len(chance), rel=1e-6)


@pytest.mark.parametrize("q", [0.05, 0.5, 0.9])
def test_a_road_takes_its_share_of_the_chance_and_an_opening_gives_it_back(q):
    resistance = np.full((9, 9), 2.0)
    patch = np.zeros((9, 9), dtype=int)
    patch[3:6, 1], patch[3:6, 7] = 1, 2
    patches, free = cell_boxes(patch), land_of(resistance)
    road = [shapely.LineString([(4.5 * CELL_M, 99), (4.5 * CELL_M, -999)])]
    chances = []
    for openings in ([], [shapely.Point(4.5 * CELL_M, -4.5 * CELL_M)]):
        toll_m = barrier_tolls(
            road, ["road"], [q], d0_m=D0_M, p0=P0, openings=openings, grid=free.grid
        )
        land = land_of(resistance, toll_m)
        chances += find_least_cost_links(patches, road, [q], land, **KERNEL)[0][
            "probability"
        ].tolist()
    path = find_least_cost_links(patches, [], [], free, **KERNEL)[0]["probability"][0]
    assert path == pytest.approx(P0 ** (5 * 2 * CELL_M / D0_M))
    assert chances == pytest.approx([path * q, path], rel=1e-6)


def test_patches_that_touch_exchange_freely_unless_a_barrier_lies_between():
    patch = np.array([[1, 1, 2, 2], [0, 0, 0, 0]])
    patches, land = cell_boxes(patch), land_of(np.full((2, 4), 50.0))
    found, _ = find_least_cost_links(patches, [], [], land, **KERNEL)
    assert found["cost_m"].tolist() == [0]
    assert found["probability"].tolist() == [1]
    fence = [shapely.LineString([(2 * CELL_M + 1, 99), (2 * CELL_M + 1, -999)])]
    toll_m = barrier_tolls(fence, ["fence"], [0], d0_m=D0_M, p0=P0, grid=land.grid)
    land = land_of(land.resistance, toll_m)
    assert find_least_cost_links(patches, fence, [0], land, **KERNEL)[0].empty


@given(landscapes())
@settings(max_examples=60, deadline=None)
def test_cutting_a_patch_into_touching_halves_leaves_pcnum_as_it_was(landscape):
    land, patch = landscape
    patch = np.hstack([np.full((patch.shape[0], 2), 7), patch])
    land = land_of(np.hstack([np.ones((patch.shape[0], 2)), land]))
    halves = patch.copy()
    halves[:, 0] = 8
    pcnum = []
    for labels in (patch, halves):
        found, _ = find_least_cost_links(cell_boxes(labels), [], [], land, **KERNEL)
        size = np.bincount(labels[labels > 0])
        capacity = size[size > 0].astype(float)
        columns = (found[name].to_numpy() for name in ("a", "b", "probability"))
        pcnum.append(connectivity_totals(capacity, *columns, p_min=P_MIN).pcnum)
    # The halves are linked to the rest by ways of other patches too.
    assert pcnum[1] == pytest.approx(pcnum[0], rel=1e-3)


def test_a_patch_without_a_cell_has_no_links_and_is_told_in_words():
    patch = np.array([[1, 2, 3, 4, 0]])
    patches = [*cell_boxes(patch), shapely.box(900, 900, 910, 910)]
    land = land_of(np.ones((1, 5)))
    found, missing = find_least_cost_links(patches, [], [], land, **KERNEL)
    assert set(found["a"]) | set(found["b"]) == {0, 1, 2, 3}
    assert missing.tolist() == [4]
    words = cell_words(missing, 5, cell_m=CELL_M)
    assert words.startswith("1 of 5 patches (first: number 4) have no cell")
    assert "least_cost.cell_m smaller than 25 m" in words


def test_cells_too_large_for_the_patches_stop_with_words():
    patches = [*cell_boxes(np.array([[1, 0, 2]])), shapely.box(900, 900, 910, 910)]
    with pytest.raises(
        ValueError, match=r"1 of 3 patches .* have no cell .*cell_m smaller"
    ):
        find_least_cost_links(patches, [], [], land_of(np.ones((1, 3))), **KERNEL)


def test_no_way_is_shorter_than_the_gap_that_it_bridges():
    # On cells of 25 m two patches 24 m apart lie in neighbouring cells.
    patches = shapely.box([0, 34], -25, [10, 50], 0)
    found, _ = find_least_cost_links(
        patches, [], [], land_of(np.ones((1, 2))), **KERNEL
    )
    assert found["distance_m"].tolist() == [24]
    assert found["cost_m"].tolist() == [24]


def test_costs_from_candidates_are_edge_to_edge_and_within_reach():
    land = land_of(np.full((1, 9), 3.0))
    shapes = cell_boxes(np.array([[0, 1, 0, 0, 0, 0, 0, 0, 0]]))
    targets = cell_boxes(np.array([[1, 2, 0, 3, 0, 0, 4, 0, 5]]))
    shape, target, cost_m = costs_to(shapes, targets, land, max_cost_m=12 * CELL_M)
    assert shape.tolist() == [0] * 4
    assert target.tolist() == [0, 1, 2, 3]
    assert cost_m.tolist() == [0, 0, 3 * CELL_M, 12 * CELL_M]


def test_candidates_that_touch_are_worth_habitat_to_each_other():
    """Also on land that is hard to cross as it is now."""
    land = land_of(np.full((1, 4), 40.0))
    candidates = cell_boxes(np.array([[1, 2, 0, 0]]))
    *pair, cost_m = costs_to(candidates, candidates, land, max_cost_m=99)
    assert [ends.tolist() for ends in pair] == [[0, 0, 1, 1], [0, 1, 0, 1]]
    assert cost_m.tolist() == [0] * 4


def test_candidates_for_the_same_land_each_have_their_own_ways():
    land = land_of(np.ones((1, 9)))
    targets = shapely.box(np.array([4, 4, 5, 8]) * CELL_M, -CELL_M, 9 * CELL_M, 0)
    shapes = [shapely.box(0, -CELL_M, CELL_M, 0)]
    for order in ([0, 1, 2, 3], [3, 2, 1, 0]):
        _, target, cost_m = costs_to(shapes, targets[order], land, max_cost_m=999)
        assert target.tolist() == [0, 1, 2, 3]
        expected = np.array([3, 3, 4, 7])[order] * CELL_M
        assert cost_m.tolist() == expected.tolist()
