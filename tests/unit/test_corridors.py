"""Corridors: the spanning tree of the gaps, and what each could bring."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import minimum_spanning_tree

from robuust.corridors import (
    Network,
    corridor_gains,
    end_patches,
    lenses,
    spanning_lines,
    straight_uses,
)


def test_three_areas_in_a_triangle_get_the_two_shortest_lines():
    areas = shapely.box([0, 200, 0], [0, 0, 150], [100, 300, 100], [100, 100, 250])
    lines = spanning_lines(areas, max_corridor_m=1000)
    assert lines[["a", "b"]].to_numpy().tolist() == [[0, 1], [0, 2]]
    assert lines["length_m"].tolist() == [100, 50]
    near = spanning_lines(areas, max_corridor_m=60)
    assert near[["a", "b"]].to_numpy().tolist() == [[0, 2]]


def test_areas_that_touch_need_no_corridor():
    areas = shapely.box([0, 100, 230], [0, 100, 100], [100, 200, 330], [100, 200, 200])
    lines = spanning_lines(areas, max_corridor_m=500)
    assert lines[["a", "b"]].to_numpy().tolist() == [[1, 2]]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 7))
def test_the_lines_weigh_as_much_as_the_spanning_tree(seed, n):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 1000, (2, n))
    areas = shapely.box(x, y, x + 20, y + 20)
    lines = spanning_lines(areas, max_corridor_m=5000)
    gaps = shapely.distance(areas[:, None], areas[None]) if n else np.zeros((0, 0))
    expected = minimum_spanning_tree(gaps + 1).sum() - max(n - 1, 0) if n else 0
    assert lines["length_m"].sum() == pytest.approx(expected, abs=1e-6)


def test_the_patch_nearest_to_the_corridor_is_its_end():
    areas = shapely.box([0, 300], 0, [100, 400], 100)
    lines = spanning_lines(areas, max_corridor_m=500)
    patches = shapely.box([0, 80, 390], 0, [10, 100, 500], 100)
    a, b = end_patches(lines, areas, patches)
    assert (a.tolist(), b.tolist()) == ([1], [2])
    a, b = end_patches(lines, areas, patches[:2])
    assert (a.tolist(), b.tolist()) == ([1], [-1])


def test_joining_two_patches_for_certain_sums_their_areas():
    # 3 and 4 ha, unreachable: ECA 5; joined 7. With a chance of 0.5 today: sqrt(37).
    ends = np.array([0, 0, 0]), np.array([1, 1, -1])
    lengths = [500.0, 1500.0, 500.0]
    network = Network([], [3.0, 4.0], ([], [], []), dispersal_max_m=1000)
    gain = corridor_gains(ends, lengths, network, p_min=1e-4)
    assert gain.tolist() == pytest.approx([0.4, 0, 0])
    linked = network._replace(links=([0], [1], [0.5]))
    gain = corridor_gains(ends, lengths, linked, p_min=1e-4)
    assert gain[0] == pytest.approx(7 / 37**0.5 - 1)


def test_a_lens_is_wider_the_more_the_way_may_be_longer():
    # Ends of 10 m on a line: an ellipse with foci 100 m apart, 110 m long in all.
    areas = shapely.box([0, 110], 0, [10, 120], 10)
    lines = spanning_lines(areas, max_corridor_m=500)
    narrow, wide = (
        lenses(lines, areas, cell_m=1, extra_share=share)[0] for share in (0.0, 0.1)
    )
    assert narrow.area == 100 * 10
    half_m = np.sqrt(55**2 - 50**2)
    west, south, east, north = wide.bounds
    assert (south, north) == pytest.approx((-half_m, 10 + half_m), abs=1.5)
    assert (west, east) == pytest.approx((0, 120), abs=1.5)
    assert wide.intersection(shapely.union_all(areas)).area == 0


def test_every_group_that_gains_uses_the_line():
    areas = shapely.box([0, 300, 600], 0, [100, 400, 700], 100)
    lines = spanning_lines(areas, max_corridor_m=500)
    roads = gpd.GeoDataFrame(
        {"barrier": ["road", "canal"], "chance": 0.5, "crossing_eur": np.nan},
        geometry=list(shapely.linestrings([[[x, -9], [x, 200]] for x in (150, 250)])),
        crs=31370,
    )
    hindering = {"toads": roads, "bees": roads[roads["barrier"] == "canal"]}
    gains = {"toads": np.array([0.4, 0.0]), "bees": np.array([0.1, 0.2])}
    uses = straight_uses(lines, gains, areas, hindering, cell_m=25, extra_share=0.1)
    told = uses[["group", "a", "b", "gain"]].to_numpy().tolist()
    assert told == [["toads", 0, 1, 0.4], ["bees", 0, 1, 0.1], ["bees", 1, 2, 0.2]]
    kinds = [[one.kind for one in met] for met in uses["met"]]
    assert kinds == [["road", "canal"], ["canal"], []]
    assert uses["area"][0] is uses["area"][1]
    assert (uses["cost_m"] == uses["length_m"]).all()
    none = straight_uses(lines, {}, areas, {}, cell_m=25, extra_share=0.1)
    assert none.empty
    assert set(none.columns) == set(uses.columns)
