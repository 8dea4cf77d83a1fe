"""Corridors over the land: against plain graphs, and a landscape drawn by hand."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from cost_graphs import CELL_M, CLOSE, cost_along, landscapes, move_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree

from robuust.corridors import Network
from robuust.grid import Grid
from robuust.land_corridors import (
    Home,
    corridor_over_land,
    corridors_along,
    land_uses,
    line_of,
    spanning_ways,
)
from robuust.resistance import Land, barrier_tolls

NO_BARRIERS = gpd.GeoDataFrame(
    {"barrier": [], "chance": [], "crossing_eur": []}, geometry=[], crs=31370
)
LIMITS = {"max_corridor_m": 5000, "extra_share": 0.1, "p_min": 1e-4}
LIMITS |= {"d0_m": 500, "p0": 0.5}


def land_of(resistance, toll_m=None):
    resistance = np.asarray(resistance, dtype=np.float32)
    toll_m = np.zeros_like(resistance) if toll_m is None else toll_m
    grid = Grid(0.0, CELL_M * resistance.shape[0], CELL_M, *resistance.shape)
    return Land(resistance, toll_m, grid)


def graph_with_tolls(land, toll_m):
    """All moves between cells; half the toll of a cell is paid on either side of it."""
    graph = move_graph(land).tocoo()
    i, j = graph.coords
    toll = toll_m.ravel().astype(float)
    cost = graph.data + (toll[i] + toll[j]) / 2
    one_way = coo_array((cost, (i, j)), shape=graph.shape).tocsr()
    return (one_way + one_way.T).tocsr()


def costs_by_graph(graph, source):
    """Cost from some cells to every cell, by scipy."""
    cells = np.flatnonzero(source)
    cost = dijkstra(graph, directed=False, indices=cells, min_only=True)
    return cost.reshape(source.shape)


@given(landscapes(), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.1, 0.4]))
@settings(max_examples=80, deadline=None)
def test_a_corridor_holds_the_cells_by_which_a_plain_graph_finds_ways(
    landscape, seed, extra_share
):
    land, patch = landscape
    ends = np.where(patch <= 2, patch, 0)
    rng = np.random.default_rng(seed)
    toll_m = np.where(rng.random(land.shape) < 0.2, 77.0, 0) * (ends == 0)
    found = corridor_over_land(
        land, toll_m, ends, cell_m=CELL_M, extra_share=extra_share, max_cost_m=1e6
    )
    if not ((ends == 1).any() and (ends == 2).any()):
        assert found is None
        return
    total_m = sum(  # no way leads through an end
        costs_by_graph(
            graph_with_tolls(np.where(ends == 3 - number, np.nan, land), toll_m),
            ends == number,
        )
        for number in (1, 2)
    )
    cells = (np.argwhere(ends == number) for number in (1, 2))
    gap = np.abs(np.subtract(*np.meshgrid(*(c @ [1, 1j] for c in cells))))
    if not np.isfinite(total_m.min()) or gap.min() < 1.5:
        assert found is None
        return
    graph = graph_with_tolls(land, toll_m)
    cost_m = total_m.min() - CELL_M
    assert found.cost_m == pytest.approx(cost_m, **CLOSE)
    # At the limit rounding decides.
    limit_m = total_m.min() + extra_share * cost_m
    assert not (found.inside & (total_m > limit_m + 0.01)).any()
    assert (found.inside | (ends > 0) | (total_m > limit_m - 0.01)).all()
    way = np.unravel_index(found.way, land.shape)
    assert (ends[way][0], ends[way][-1]) == (1, 2)
    steps = np.abs(np.diff(way, axis=1))
    assert (steps.max(axis=0) == 1).all()
    assert graph[found.way[:-1], found.way[1:]].sum() == pytest.approx(
        total_m.min(), **CLOSE
    )


@given(landscapes())
@settings(max_examples=60, deadline=None)
def test_the_ways_weigh_as_much_as_the_spanning_tree_of_all_least_costs(landscape):
    resistance, label = landscape
    land = land_of(resistance)
    found = spanning_ways(Home(label, label), land, max_length_m=1e9)
    labels = np.unique(label[label > 0])
    graph = move_graph(resistance)
    costs = np.zeros((labels.size, labels.size))
    for i, one in enumerate(labels):
        reached = costs_by_graph(graph, label == one)
        costs[i] = [reached[label == other].min() for other in labels]
    costs = np.where(np.isfinite(costs), costs, 0)  # 0 is no way, for scipy
    tree = minimum_spanning_tree(costs).data
    assert found["cost_m"].sum() == pytest.approx((tree - CELL_M).sum(), **CLOSE)
    assert (found["cost_m"] > 0).all()


def test_a_longer_way_than_allowed_joins_nothing():
    label = np.array([[1, 0, 0, 2, 0, 0, 0, 0, 3]], dtype=np.int32)
    land = land_of(np.ones(label.shape))
    ways = spanning_ways(Home(label, label), land, max_length_m=3 * CELL_M)
    assert ways[["a", "b", "length_m"]].to_numpy().tolist() == [[0, 1, 2 * CELL_M]]


def gate():
    """Two woods of 9 by 4 cells, fields between, and a wall with a gate of 2 cells."""
    resistance = np.full((9, 20), 2.0)
    label = np.zeros(resistance.shape, dtype=np.int32)
    label[:, :4], label[:, 16:] = 1, 2
    resistance[label > 0] = 1
    resistance[:, 10] = np.nan
    resistance[3:5, 10] = 2
    return resistance, label


def test_the_corridor_through_a_gate_by_hand():
    resistance, label = gate()
    home, land = Home(label, label), land_of(resistance)
    ways = spanning_ways(home, land, max_length_m=1e4)
    found, pinches = corridors_along(ways, home, land, extra_share=0.1, reach_m=1e4)
    corridor = found.iloc[0]
    # Twelve cells of resistance 2, and half a move of either end at 1.
    assert corridor["cost_m"] == pytest.approx((12 * 2 + 1 - 1) * CELL_M)
    assert corridor["length_m"] == 12 * CELL_M
    assert corridor["narrowest_m"] == 2 * CELL_M
    assert corridor["habitat"].is_empty
    gates = shapely.box(10 * CELL_M, 4 * CELL_M, 11 * CELL_M, 6 * CELL_M)
    assert corridor["area"].contains(gates)
    assert corridor["line"].intersects(gates)
    assert len(pinches) == 1
    assert pinches["use"].tolist() == [0]
    assert pinches["area"][0].contains(gates)
    assert pinches["lost_share"][0] == pytest.approx(1)
    assert pinches["current_share"][0] == pytest.approx(0.5)  # two cells alike


def test_a_wider_share_gives_a_wider_corridor_and_no_other_way():
    resistance, label = gate()
    home, land = Home(label, label), land_of(resistance)
    ways = spanning_ways(home, land, max_length_m=1e4)
    areas, lines = [], []
    for extra_share in (0.0, 0.1, 0.3):
        found, _ = corridors_along(
            ways, home, land, extra_share=extra_share, reach_m=1e4
        )
        areas.append(found["area"][0])
        lines.append(found["line"][0])
    assert areas[2].covers(areas[1])
    assert areas[1].covers(areas[0])
    assert areas[2].area > areas[1].area > areas[0].area
    for line in lines:
        assert cost_along(
            shapely.transform(line, lambda xy: xy / CELL_M - [0, 9]), resistance
        ) == pytest.approx(ways["cost_m"][0] + CELL_M)


def test_what_lies_outside_the_window_changes_nothing():
    resistance, label = gate()
    wide = np.full((60, 80), 3.0)
    far = np.zeros(wide.shape, dtype=np.int32)
    wide[20:29, 30:50], far[20:29, 30:50] = resistance, label
    wide[19], wide[29] = np.nan, np.nan  # a fence on either side
    found = []
    for land, home in ((resistance, label), (wide, far)):
        land, home = land_of(land), Home(home, home)
        ways = spanning_ways(home, land, max_length_m=1e4)
        found.append(corridors_along(ways, home, land, extra_share=0.1, reach_m=500))
    (one, pinch), (other, other_pinch) = found
    for column in ("cost_m", "length_m", "narrowest_m"):
        assert one[column].tolist() == other[column].tolist()
    assert one["area"][0].area == pytest.approx(other["area"][0].area)
    assert pinch["lost_share"].tolist() == pytest.approx(
        other_pinch["lost_share"].tolist()
    )


def test_a_group_gets_corridors_that_it_gains_by_over_the_road_it_must_cross():
    land = land_of(gate()[0])
    x = 13 * CELL_M - 1
    road = shapely.LineString([(x, -99), (x, 999)])
    toll_m = barrier_tolls([road], ["road"], [0.5], d0_m=500, p0=0.5, grid=land.grid)
    land = land._replace(toll_m=toll_m)
    woods = shapely.box([0, 16 * CELL_M], 0, [4 * CELL_M, 20 * CELL_M], 9 * CELL_M)
    network = Network(woods, np.array([3.0, 4.0]), ([], [], []), dispersal_max_m=1000)
    found = {"barrier": ["road"], "chance": [0.5], "crossing_eur": [5e4]}
    roads = gpd.GeoDataFrame(found, geometry=[road], crs=31370)
    uses, pinches = land_uses(woods, network, land, roads, **LIMITS)
    use = uses.iloc[0]
    assert use[["a", "b", "way"]].tolist() == [0, 1, "over_land"]
    assert use[["patch_a", "patch_b"]].tolist() == [0, 1]
    # A tunnel opens the road: only the length counts, half of them walk 500 m.
    open_way = 0.5 ** (use["length_m"] / 500)
    assert use["chance"] == pytest.approx(open_way)
    assert use["gain"] == pytest.approx(((25 + 24 * open_way) / 25) ** 0.5 - 1)
    assert use["cost_m"] == pytest.approx(24 * CELL_M + 500)
    assert use["met"][0].told().startswith(f"road ({x:.0f}, ")
    assert len(pinches) == 1
    unpriced = roads.assign(crossing_eur=np.nan)
    closed = land_uses(woods, network, land, unpriced, **LIMITS)[0].iloc[0]
    assert closed["chance"] == pytest.approx(open_way / 2)
    assert 0 < closed["gain"] < use["gain"]
    short = network._replace(dispersal_max_m=11 * CELL_M)
    none, no_pinches = land_uses(woods, short, land, roads, **LIMITS)
    assert none.empty
    assert no_pinches.empty


@pytest.mark.parametrize("patches", [[], [shapely.box(0, 0, 50, 50)]])
def test_a_group_that_lives_in_fewer_than_two_areas_has_no_corridor(patches):
    land = land_of(np.ones((4, 9)))
    capacity = np.ones(len(patches))
    network = Network(patches, capacity, ([], [], []), dispersal_max_m=1000)
    areas = shapely.box([0, 150], 0, [50, 225], 100)
    uses, pinches = land_uses(areas, network, land, NO_BARRIERS, **LIMITS)
    assert uses.empty
    assert pinches.empty


def test_a_line_has_a_vertex_at_each_turn():
    grid = Grid(0, 30, 10.0, 3, 4)
    assert line_of(np.array([0, 1, 6, 11]), grid).wkt == (
        "LINESTRING (5 25, 15 25, 35 5)"
    )
