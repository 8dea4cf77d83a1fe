"""Habitat within reach, then and now: strips whose overlap is counted by hand."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from robuust.habitat_history import habitat_change, habitat_within


def layer(*boxes, quality=1.0):
    """Habitat from (west, south, east, north) [m], all of it of one quality."""
    shapes = shapely.box(*np.array(boxes, dtype=float).T) if boxes else []
    ha = shapely.area(shapes) / 1e4
    return gpd.GeoDataFrame({"effective_ha": ha * quality}, geometry=shapes, crs=31370)


SQUARE = (0, 0, 100, 100)  # 1 ha
NEXT = (200, 0, 300, 100)  # 1 ha, 100 m away
LONG = (200, 0, 1200, 100)  # 10 ha, 100 m away


def within(patch, habitat, reach_m):
    return habitat_within(layer(patch).geometry, habitat, reach_m=reach_m).item()


def test_the_patch_itself_and_what_lies_wholly_in_reach_count_whole():
    assert within(SQUARE, layer(SQUARE, NEXT), 1000) == pytest.approx(2)


def test_habitat_out_of_reach_does_not_count():
    assert within(SQUARE, layer(SQUARE, NEXT), 99) == pytest.approx(1)


def test_of_habitat_partly_in_reach_that_part_counts():
    # To 500 m from the edge at x = 100: 400 m of the strip, its full width.
    assert within(SQUARE, layer(LONG), 500) == pytest.approx(4, rel=0.002)


def test_quality_lowers_what_counts_in_the_same_measure():
    assert within(SQUARE, layer(LONG, quality=0.5), 500) == pytest.approx(2, rel=0.002)


def test_distance_counts_from_the_edge_of_a_large_patch_not_from_its_middle():
    assert within((-2000, 0, 100, 100), layer(NEXT), 250) == pytest.approx(1)


def test_then_now_and_what_is_left():
    now = layer(SQUARE, (5000, 0, 5100, 100))
    found = habitat_change(now, layer(SQUARE, LONG), reach_m=500)
    assert found["habitat_then_ha"] == pytest.approx([5, 0], rel=0.002)
    assert found["habitat_now_ha"] == pytest.approx([1, 1])
    assert found["habitat_left_share"][0] == pytest.approx(0.2, rel=0.002)
    assert np.isnan(found["habitat_left_share"][1])  # nothing there then


def test_without_an_earlier_map_nothing_is_told():
    found = habitat_change(layer(SQUARE), None, reach_m=500)
    assert all(np.isnan(values).tolist() == [True] for values in found.values())


def test_an_earlier_map_without_habitat_of_the_group_counts_as_none():
    found = habitat_change(layer(SQUARE), layer(), reach_m=500)
    assert found["habitat_then_ha"].tolist() == [0]
    assert found["habitat_now_ha"] == pytest.approx([1])


def test_no_patches_are_no_error():
    assert habitat_change(layer(), layer(SQUARE), reach_m=5)["habitat_now_ha"].size == 0


def test_threads_change_nothing():
    rng = np.random.default_rng(4)
    west, south = rng.uniform(0, 20_000, (2, 1500))
    field = layer(*np.column_stack([west, south, west + 90, south + 60]))
    one, two = (
        habitat_within(field.geometry, field, reach_m=700, threads=k) for k in (1, 2)
    )
    assert np.array_equal(one, two)
    # All as one geometry problem: the union of the field within reach of a patch.
    near = field.intersection(field.geometry[0].buffer(700, quad_segs=16))
    assert one[0] == pytest.approx(near.area.sum() / 1e4)
