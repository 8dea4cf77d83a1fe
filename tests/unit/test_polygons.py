"""Shared area of two layers, and one kind of geometry per layer."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.polygons import as_multipolygons, overlap_areas

CORNER = st.integers(0, 8)


@st.composite
def boxes(draw):
    """A few rectangles with whole coordinates, often overlapping or touching."""
    shapes = []
    for _ in range(draw(st.integers(0, 6))):
        west, south = draw(CORNER), draw(CORNER)
        width, height = draw(st.integers(1, 5)), draw(st.integers(1, 5))
        shapes.append(shapely.box(west, south, west + width, south + height))
    return np.array(shapes, dtype=object)


def test_a_small_shape_inside_half_inside_touching_and_outside():
    field = shapely.box(0, 0, 10, 10)
    small = [
        shapely.box(1, 1, 3, 3),
        shapely.box(8, 0, 12, 5),
        shapely.box(10, 0, 12, 2),
        shapely.box(20, 0, 22, 2),
    ]
    i, j, area_m2 = overlap_areas([field], small)
    assert i.tolist() == [0, 0]
    assert j.tolist() == [0, 1]
    assert area_m2.tolist() == [4.0, 10.0]


@given(boxes(), boxes())
def test_overlap_areas_equal_a_loop_over_all_pairs(large, small):
    i, j, area_m2 = overlap_areas(large, small)
    found = {
        (a, b): m2 for a, b, m2 in zip(i.tolist(), j.tolist(), area_m2, strict=True)
    }
    expected = {
        (a, b): left.intersection(right).area
        for a, left in enumerate(large)
        for b, right in enumerate(small)
        if left.intersection(right).area > 0
    }
    assert found == pytest.approx(expected)
    assert list(found) == sorted(found)


def test_lines_and_points_are_dropped_and_polygons_kept():
    square = shapely.box(0, 0, 1, 1)
    mixed = shapely.GeometryCollection(
        [square, shapely.LineString([(5, 5), (6, 6)]), shapely.Point(9, 9)]
    )
    nested = shapely.GeometryCollection([shapely.MultiPolygon([square]), mixed])
    made = as_multipolygons([square, mixed, nested, shapely.Point(0, 0), None])
    assert {shape.geom_type for shape in made} == {"MultiPolygon"}
    assert shapely.area(made).tolist() == [1.0, 1.0, 2.0, 0.0, 0.0]


def test_no_geometries_make_no_multipolygons():
    assert as_multipolygons([]).shape == (0,)
