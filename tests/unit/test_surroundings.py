"""All land within a distance: every outline is as far from the land as asked."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from patchy_land import SQUARE, dense_map, patchy_land, square_ring_m2

from robuust.surroundings import area_within, quadrant_segments, reaching


def test_a_chord_of_the_drawn_circle_stays_within_the_tolerance():
    for radius, tolerance in ((5, 1), (300, 1), (25_000, 1), (25_000, 0.1)):
        step = np.pi / 2 / quadrant_segments(radius, tolerance)
        assert radius * (1 - np.cos(step / 2)) <= tolerance


@pytest.mark.parametrize("distance", [10, 100, 101, 600, 25_000])
def test_the_area_round_a_square_is_that_of_the_formula(distance):
    reached = area_within([SQUARE], distance, tolerance_m=1)
    exact = SQUARE.area + square_ring_m2(1000, 0, distance)
    assert abs(reached.area - exact) <= reached.length * 1
    closer = area_within([SQUARE], distance, tolerance_m=0.01)
    assert abs(closer.area - exact) <= closer.length * 0.01


def farthest_m(outline, land):
    """Largest distance from the land to points on an outline, 100 m apart."""
    points = shapely.get_coordinates(shapely.segmentize(outline.boundary, 100))
    return shapely.distance(land, shapely.points(points)).max()


def test_a_small_hollow_is_not_filled_as_a_plain_buffer_does():
    corners = [(22, 34), (-32, 35), (-31, 33), (-111, 19), (105, -22)]
    land = shapely.Polygon([(100 * x, 100 * y) for x, y in corners])
    drawn = area_within([land], 25_000, tolerance_m=1)
    assert farthest_m(drawn, land) == pytest.approx(25_000, abs=1)
    # The trap itself: when this fails, GEOS is exact and the union of circles may go.
    plain = land.buffer(25_000, quad_segs=200)
    assert farthest_m(plain, land) > 25_100


@settings(deadline=None, max_examples=60)
@given(patchy_land())
def test_every_point_of_the_outline_is_as_far_as_asked(land):
    patches, distance = land
    tolerance = 1.0
    reached = area_within(patches, distance, tolerance_m=tolerance)
    assert reached.is_valid
    whole = shapely.union_all(patches)
    shapely.prepare(whole)
    outline = shapely.segmentize(reached.boundary, distance / 20)
    gap = shapely.distance(whole, shapely.points(shapely.get_coordinates(outline)))
    assert gap.min() >= distance - tolerance
    assert gap.max() <= distance + tolerance
    assert whole.difference(reached).area <= 1e-9 * whole.area


@pytest.mark.parametrize("distance", [110.0, 250.0, 1500.0])
def test_a_clearing_in_a_dense_map_stays_open(distance):
    # The circles left out leave a gap all round the clearing, whose own circles are an
    # island in it: filling the gap with all that it encloses would close the clearing.
    patches, middle = dense_map(distance)
    reached = area_within(patches, distance, tolerance_m=1)
    assert len(shapely.get_rings(shapely.get_parts(reached))) == 2
    # Squares have no hollows that GEOS might fill: its buffer is right for them.
    plain = shapely.union_all(shapely.buffer(patches, distance, quad_segs=400))
    open_land = shapely.Polygon(
        plain.geoms[0].interiors[0]
        if plain.geom_type == "MultiPolygon"
        else plain.interiors[0]
    )
    assert open_land.contains(middle)
    assert not reached.contains(middle)
    missing = shapely.symmetric_difference(plain, reached)
    assert missing.area <= 1 * plain.length


def test_a_lake_in_a_ring_of_land_keeps_its_middle_and_loses_its_shore():
    lake = shapely.Point(0, 0).buffer(1000, quad_segs=200)
    land = shapely.Point(0, 0).buffer(1500, quad_segs=200).difference(lake)
    reached = area_within([land], 400, tolerance_m=1)
    exact = np.pi * (1900**2 - 600**2)
    assert abs(reached.area - exact) <= reached.length * 1
    assert not reached.contains(shapely.Point(0, 0))
    assert area_within([land], 1001, tolerance_m=1).contains(shapely.Point(0, 0))


def test_the_order_of_the_patches_changes_nothing():
    random = np.random.default_rng(4)
    corners = random.uniform(0, 5000, (200, 2))
    patches = shapely.box(*corners.T, *(corners + random.uniform(5, 90, (200, 2))).T)
    for distance in (80, 300):
        one = area_within(patches, distance, tolerance_m=1)
        other = area_within(patches[::-1], distance, tolerance_m=1)
        assert shapely.symmetric_difference(one, other).area < 1e-3
    assert one.equals_exact(other, 0) or one.equals(other)


def test_circles_left_out_do_not_change_the_union():
    random = np.random.default_rng(5)
    points = random.uniform(0, 3000, (600, 2))
    shown = reaching(points, 400)
    assert len(shown) < len(points)
    circles = shapely.buffer(shapely.points(points), 400, quad_segs=32)
    rings = shapely.get_rings(shapely.get_parts(shapely.union_all(circles[shown])))
    outer = max((shapely.Polygon(ring) for ring in rings), key=lambda shape: shape.area)
    whole = shapely.union_all(circles)
    assert outer.area == pytest.approx(shapely.Polygon(whole.exterior).area)


def test_a_buffer_without_width_is_refused():
    with pytest.raises(ValueError, match="above zero"):
        area_within([SQUARE], 0, tolerance_m=1)
