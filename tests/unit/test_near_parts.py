"""Shapes cut off at a distance from others: areas on paper, then laws."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.near_parts import parts_within


def test_a_field_is_cut_at_the_distance_and_no_other_is_touched():
    fields = shapely.box([10, 10, 300], [0, 20, 0], [500, 60, 400], [10, 60, 10])
    pond = shapely.box(0, 0, 10, 10)
    near, small, far = parts_within(fields, [pond], distance_m=100)
    assert near.equals(shapely.box(10, 0, 110, 10))
    assert small is fields[1]
    assert far.is_empty


def test_round_a_square_pond_lie_four_strips_and_a_circle():
    land = shapely.box(-500, -500, 520, 520) - shapely.box(0, 0, 20, 20)
    (part,) = parts_within([land], [shapely.box(0, 0, 20, 20)], distance_m=100)
    strips_m2, circle_m2 = 4 * 20 * 100, np.pi * 100**2
    assert part.area == pytest.approx(strips_m2 + circle_m2, rel=0.007)
    assert part.area < strips_m2 + circle_m2


def test_what_two_others_reach_together_counts_once():
    land = shapely.box(0, 0, 300, 10)
    ends = shapely.box([-10, 300], 0, [0, 310], 10)
    (part,) = parts_within([land], ends, distance_m=200)
    assert part.equals(land)
    (part,) = parts_within([land], ends, distance_m=100)
    assert part.area == pytest.approx(2 * 100 * 10)
    assert len(part.geoms) == 2


def test_a_shape_that_only_touches_the_limit_has_no_part_in_reach():
    land, pond = shapely.box(510, 0, 600, 10), shapely.box(0, 0, 10, 10)
    assert parts_within([land], [pond], distance_m=500)[0].is_empty
    assert parts_within([land], [pond], distance_m=499)[0].is_empty


def test_pieces_smaller_than_the_drawing_is_exact_are_left_out():
    pond = shapely.box(0, 0, 10, 10)
    strips = shapely.box([109.5, 108.5], 0, [200, 200], [1, 1])
    parts = parts_within(strips, [pond], distance_m=100)
    assert shapely.area(parts).tolist() == [0, 1.5]


def test_neighbours_cut_by_one_line_keep_their_common_edge():
    rng = np.random.default_rng(7)
    for _ in range(50):
        slope = rng.uniform(-0.4, 0.4)
        end = (400.0, 50 + 400 * slope)
        one = shapely.Polygon([(0, 50), end, (400, 400), (0, 400)])
        other = shapely.Polygon([(0, 50), (0, -400), (400, -400), end])
        ponds = shapely.box(rng.uniform(0, 60, 3), -9, 70, rng.uniform(20, 80, 3))
        parts = parts_within([one, other], ponds, distance_m=100)
        assert not shapely.coverage_invalid_edges(parts)[0].length
        union = shapely.coverage_union_all(parts)
        assert union.is_valid
        assert len(shapely.get_parts(union)) == 1


def test_within_no_distance_lies_what_overlaps():
    field = shapely.box(0, 0, 100, 10)
    others = shapely.box([60, 100, 300], 0, [140, 200, 400], 10)
    (part,) = parts_within([field], others, distance_m=0)
    assert part.equals(shapely.box(60, 0, 100, 10))


def test_a_shape_much_larger_than_the_distance_reaches_as_far_as_any():
    land = shapely.box(0, 0, 10_000, 5_000)
    pools = shapely.box(-2_000, [0, 2_400, 4_990], 0, [10, 2_500, 5_000])
    parts = parts_within(pools, [land], distance_m=100)
    assert shapely.area(parts).tolist() == pytest.approx([1000, 10_000, 1000])
    assert shapely.bounds(parts)[:, 0].tolist() == [-100] * 3


def test_nothing_near_nothing_is_no_trouble():
    assert parts_within([], [], distance_m=10).size == 0
    (part,) = parts_within([shapely.box(0, 0, 1, 1)], [], distance_m=10)
    assert part.is_empty


@st.composite
def rings(draw):
    """A star-shaped polygon, hollow in places."""
    n = draw(st.integers(3, 9))
    radius = np.array(draw(st.lists(st.floats(5, 200), min_size=n, max_size=n)))
    angle = 2 * np.pi * np.arange(n) / n
    x, y = draw(st.floats(-300, 300)), draw(st.floats(-300, 300))
    ring = np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])
    return shapely.Polygon(ring)


@settings(max_examples=50)
@given(st.lists(rings(), min_size=1, max_size=4), st.lists(rings(), max_size=4))
def test_every_point_is_on_its_side_of_the_cut(shapes, others):
    distance_m = 150.0
    parts = parts_within(shapes, others, distance_m=distance_m)
    grid = shapely.points(np.mgrid[-500:501:50, -500:501:50].reshape(2, -1).T)
    outline_m = 0.01 * distance_m
    for shape, part in zip(shapes, parts, strict=True):
        inside = grid[shapely.contains_properly(shape, grid)]
        away_m = shapely.distance(inside[:, None], np.array([others])).min(
            axis=1, initial=np.inf
        )
        counts = shapely.intersects(part, inside)
        assert (away_m[counts] <= distance_m * 1.01).all()
        # What is left out although it is near belongs to a piece too small to draw.
        missed = inside[~counts & (away_m <= distance_m * 0.995)]
        for point in missed:
            circles = shapely.buffer(others, distance_m * 0.995, quad_segs=64)
            near = shapely.get_parts(shape & shapely.union_all(circles))
            near = near[shapely.intersects(near, point)]
            assert (shapely.area(near) < outline_m**2).all()
        # Corners of a cut lie on whole millimetres: half of one beside the edge.
        assert part.area <= shape.area + shape.length * 1e-3


@settings(max_examples=50)
@given(st.lists(rings(), min_size=1, max_size=4), st.lists(rings(), max_size=4))
def test_parts_do_not_depend_on_the_number_of_threads(shapes, others):
    one, two = (parts_within(shapes, others, distance_m=99, threads=k) for k in (1, 2))
    assert (shapely.to_wkb(one) == shapely.to_wkb(two)).all()
