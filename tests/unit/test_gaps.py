"""Gaps are true edge-to-edge distances, and barriers part what they lie between."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.gaps import (
    barriers_between,
    crossings,
    near_pairs,
    near_pairs_between,
    pairs_near_barriers,
    shortest_lines,
)


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compile beforehand, so that no example is slow."""
    near_pairs(shapely.points([[0, 0], [0, 1]]), 1)


@st.composite
def scattered_shapes(draw):
    """Up to twelve squares, some of two parts, on a coarse grid so that many touch."""
    places = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 4))
    squares = [
        shapely.box(x, y, x + size, y + size)
        for x, y, size in draw(st.lists(places, min_size=1, max_size=12))
    ]
    apart = shapely.box(20, 20, 21, 21)
    return [
        shapely.union(square, apart) if draw(st.booleans()) else square
        for square in squares
    ]


@given(scattered_shapes(), st.sampled_from([0, 1, 2.5, 30]))
def test_near_pairs_are_those_that_a_look_at_every_pair_finds(shapes, max_gap_m):
    i, j, gap_m = near_pairs(shapes, max_gap_m)
    expected = [
        (a, b, shapes[a].distance(shapes[b]))
        for a in range(len(shapes))
        for b in range(a + 1, len(shapes))
        if shapes[a].distance(shapes[b]) <= max_gap_m
    ]
    assert list(zip(i, j, gap_m, strict=True)) == expected


@given(scattered_shapes(), scattered_shapes(), st.sampled_from([0, 1, 2.5, 30]))
def test_pairs_of_two_sets_are_those_that_a_look_at_every_pair_finds(
    left, right, max_gap_m
):
    i, j, gap_m = near_pairs_between(left, right, max_gap_m)
    expected = [
        (a, b, left[a].distance(right[b]))
        for a in range(len(left))
        for b in range(len(right))
        if left[a].distance(right[b]) <= max_gap_m
    ]
    assert list(zip(i, j, gap_m, strict=True)) == expected


def test_a_gap_at_the_very_limit_counts_far_from_the_origin():
    x = 245_123.4
    shapes = shapely.box([x, x + 1.3], 2e5, [x + 1, x + 2], 2e5 + 1)
    gap = shapes[0].distance(shapes[1])
    assert near_pairs(shapes, gap)[2].tolist() == [gap]
    assert near_pairs(shapes, np.nextafter(gap, 0))[2].size == 0


def test_no_shapes_give_no_pairs():
    i, j, gap_m = near_pairs([], 10)
    assert (i.dtype, j.dtype, gap_m.dtype) == (np.int64, np.int64, np.float64)
    assert i.size == j.size == gap_m.size == 0


def test_an_empty_shape_is_refused_with_its_number():
    with pytest.raises(ValueError, match=r"1 of 2 shapes .* \(first: number 1\)"):
        near_pairs([shapely.Point(0, 0), shapely.Polygon()], 1)


@pytest.mark.parametrize("gap", [-1, np.nan])
def test_an_impossible_gap_is_refused(gap):
    with pytest.raises(ValueError, match="give zero or more metres"):
        near_pairs([shapely.Point(0, 0)], gap)


@given(scattered_shapes(), scattered_shapes())
def test_shortest_lines_are_as_long_as_the_gap_and_end_on_both_shapes(left, right):
    number = min(len(left), len(right))
    left, right = left[:number], right[:number]
    lines = shortest_lines(left, right)
    np.testing.assert_allclose(
        shapely.length(lines), shapely.distance(left, right), atol=1e-12
    )
    starts, ends = shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    assert shapely.distance(starts, left).max() == 0
    assert shapely.distance(ends, right).max() == 0


def line(*points):
    return shapely.LineString(points)


def test_crossings_name_line_and_barrier_once():
    lines = [line((0, 0), (10, 0)), line((0, 5), (10, 5))]
    twice = line((2, -1), (2, 1), (4, 1), (4, -1))  # crosses the first line twice
    across = line((6, -1), (6, 9))
    found = crossings(lines, [across, twice])
    assert [index.tolist() for index in found] == [[0, 0, 1], [0, 1, 0]]


COARSE = st.tuples(st.integers(0, 20), st.integers(0, 20))


@given(scattered_shapes(), st.lists(st.tuples(COARSE, COARSE), max_size=4))
def test_barriers_part_only_pairs_that_they_are_near(shapes, ends):
    roads = [line(start, end) for start, end in ends if start != end]
    shapes = np.array(shapes, dtype=object)
    i, j, gap_m = near_pairs(shapes, 5)
    near = pairs_near_barriers(shapes, i, j, gap_m, roads)
    lines = shortest_lines(shapes[i], shapes[j])
    of_all = barriers_between(shapes[i], shapes[j], lines, roads)
    of_near = barriers_between(shapes[i[near]], shapes[j[near]], lines[near], roads)
    np.testing.assert_array_equal(near[of_near[0]], of_all[0])
    np.testing.assert_array_equal(of_near[1], of_all[1])


WEST, EAST = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)
FAR_EAST = shapely.box(14, 0, 20, 10)


def parting(a, b, *barriers):
    lines = shortest_lines([a], [b])
    return barriers_between([a], [b], lines, list(barriers))[1].tolist()


def test_a_road_in_the_gap_parts():
    assert parting(WEST, FAR_EAST, line((12, -5), (12, 15))) == [0]


def test_a_road_along_the_edge_of_one_shape_parts():
    assert parting(WEST, FAR_EAST, line((10, -5), (10, 15))) == [0]


def test_a_road_along_a_shared_edge_parts():
    assert parting(WEST, EAST, line((10, -5), (10, 15))) == [0]


def test_a_road_across_a_shared_edge_leaves_it_open():
    assert parting(WEST, EAST, line((-5, 5), (25, 5))) == []


def test_a_road_through_the_end_of_a_shared_edge_leaves_it_open():
    assert parting(WEST, EAST, line((-5, 10), (25, 10))) == []
    assert parting(WEST, EAST, line((-5, 0), (25, 0))) == []


def test_a_road_along_half_of_a_shared_edge_leaves_it_open():
    assert parting(WEST, EAST, line((10, -5), (10, 5))) == []


def test_two_roads_that_cover_a_shared_edge_together_part():
    halves = line((10, -5), (10, 5)), line((10, 5), (10, 15))
    assert parting(WEST, EAST, *halves) == [0, 1]


def test_no_road_parts_shapes_that_overlap():
    assert parting(WEST, shapely.box(9, 0, 20, 10), line((9.5, -5), (9.5, 15))) == []


def test_a_road_through_the_one_point_of_contact_parts():
    corner = shapely.box(10, 10, 20, 20)
    assert parting(WEST, corner, line((5, 15), (15, 5))) == [0]


@settings(max_examples=25)
@given(scattered_shapes(), st.randoms(use_true_random=False))
def test_pairs_do_not_depend_on_the_order_of_the_shapes(shapes, random):
    order = list(range(len(shapes)))
    random.shuffle(order)
    i, j, gap_m = near_pairs(shapes, 3)
    k, m, same_gap_m = near_pairs([shapes[n] for n in order], 3)
    back = np.array(order)
    expected = dict(zip(zip(i, j, strict=True), gap_m, strict=True))
    pairs = zip(np.minimum(back[k], back[m]), np.maximum(back[k], back[m]), strict=True)
    assert dict(zip(pairs, same_gap_m, strict=True)) == expected
