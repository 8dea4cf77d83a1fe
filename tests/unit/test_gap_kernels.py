"""Compiled gaps are those of shapely, for every kind of shape and every near miss."""

from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.gaps import near_pairs, near_pairs_between
from robuust_kernels import box_kernels, gap_kernels, inside_kernels

FAR_M = np.array([245_123.4, 171_234.5])  # somewhere in Flanders


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compile beforehand, so that no example is slow."""
    box_kernels.smallest_calls()
    inside_kernels.smallest_calls()
    gap_kernels.smallest_calls()


def star(random, middle, size, corners):
    """A polygon with corners at random distances round a point."""
    angle = np.sort(random.uniform(0, 2 * np.pi, corners))
    reach = size * random.uniform(0.3, 1, corners)
    return np.c_[np.cos(angle), np.sin(angle)] * reach[:, None] + middle


def lake_with_island(random, middle, size):
    """A square with a square hole, and an island in the hole."""
    x, y = middle
    water = shapely.box(x - size / 2, y - size / 2, x + size / 2, y + size / 2)
    shore = shapely.box(x - size, y - size, x + size, y + size).difference(water)
    island = shapely.Point(x, y).buffer(size * random.uniform(0.05, 0.3), 2)
    return shore, shapely.MultiPolygon([shore, island]), island


def on_the_edge_of(random, shape):
    """A shape with a vertex on the outline of another, as near as floats allow."""
    edge = shape.exterior.interpolate(random.uniform(0, 1), normalized=True)
    corner = np.array([edge.x, edge.y])
    spread = random.normal(size=(2, 2))
    return shapely.Polygon(np.roll(np.r_[[corner], corner + spread], 1, axis=0))


def shapes_of_all_kinds(seed, number):
    """Shapes of every kind, crowded so that many touch, overlap or hold each other."""
    random = np.random.default_rng(seed)
    offset = FAR_M if random.random() < 0.5 else np.zeros(2)
    shapes = []
    while len(shapes) < number:
        middle = offset + random.uniform(0, 40, 2)
        on_grid = offset + random.integers(0, 12, 2) * 4.0
        size = random.uniform(1, 8)
        polygon = shapely.Polygon(star(random, middle, size, random.integers(3, 60)))
        holed = shapely.Polygon(
            star(random, middle, 9, 40),
            [star(random, middle, 1.5, 5)],
        )
        path = np.cumsum(random.normal(size=(random.integers(2, 30), 2)), axis=0)
        line, point = shapely.LineString(path + middle), shapely.Point(on_grid)
        sliver = shapely.Polygon(np.add(middle, [[0, 0], [9, 1e-7], [18, 0]]))
        square = shapely.box(*on_grid, *(on_grid + 4))
        lake = lake_with_island(random, on_grid, 4)
        corners = shapely.union_all([square, shapely.box(*on_grid + 4, *(on_grid + 8))])
        shapes += [
            polygon, holed, line, point, sliver, square, *lake, corners,
            on_the_edge_of(random, polygon),
            shapely.Polygon(np.roll(np.array(polygon.exterior.coords)[::-1], 3, 0)),
            shapely.MultiPoint([middle, on_grid]),
            shapely.MultiLineString([path + on_grid, path[::-1] + middle]),
            shapely.GeometryCollection(
                [point, shapely.GeometryCollection([line, lake[1]])]
            ),
            shapely.LinearRing(star(random, middle, size, 7)),
            shapely.LineString(np.add(on_grid, [[0, 0], [4, 0]])),
        ]  # fmt: skip
    shapes = np.array(shapes[:number], dtype=object)
    return shapes[shapely.is_valid(shapes)]


def assert_gaps_are_those_of_shapely(left, right):
    i, j, gap = near_pairs_between(left, right, np.inf)
    assert i.size == left.size * right.size
    expected = shapely.distance(left[i], right[j])
    np.testing.assert_array_equal(gap == 0, expected == 0)
    np.testing.assert_allclose(gap, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_gaps_of_a_hundred_thousand_pairs_are_those_of_shapely(seed):
    left = shapes_of_all_kinds(seed, 125)
    assert_gaps_are_those_of_shapely(left, shapes_of_all_kinds(seed + 100, 125))
    assert_gaps_are_those_of_shapely(left, left)


@given(st.integers(0, 2**32), st.floats(0, 20))
@settings(max_examples=150, deadline=None)
def test_pairs_within_a_gap_are_those_of_shapely(seed, max_gap_m):
    shapes = shapes_of_all_kinds(seed, 34)
    a, b = np.triu_indices(shapes.size, 1)
    gap = shapely.distance(shapes[a], shapes[b])
    near = gap <= max_gap_m
    i, j, found = near_pairs(shapes, max_gap_m)
    np.testing.assert_array_equal(i, a[near])
    np.testing.assert_array_equal(j, b[near])
    np.testing.assert_allclose(found, gap[near], rtol=0, atol=1e-9)


@pytest.mark.parametrize("scale", [1.0, 100.0])
@pytest.mark.parametrize("offset", [0.0, 2e5])
def test_a_corner_within_rounding_of_an_edge_touches_as_in_shapely(scale, offset):
    random = np.random.default_rng(1)
    start, end, far = offset + scale * random.random((3, 300, 2))
    at = start + random.random((300, 1)) * (end - start)
    edges = shapely.linestrings(np.stack([start, end], axis=1))
    beyond = at + scale * random.normal(size=(300, 2))
    tips = shapely.polygons(np.stack([beyond, at, far, beyond], axis=1))
    rounded = shapely.distance(edges, shapely.points(at))
    assert (rounded > 0).any()
    assert_gaps_are_those_of_shapely(edges, tips)
    assert_gaps_are_those_of_shapely(edges, shapely.points(at))


def test_a_part_inside_a_polygon_touches_it_whichever_part_it_is():
    square = shapely.box(0, 0, 10, 10)
    outside, inside = shapely.box(20, 0, 21, 1), shapely.box(4, 4, 5, 5)
    parts = shapely.MultiPolygon([outside, inside])
    assert near_pairs([square, parts], 1)[2].tolist() == [0]
    assert near_pairs([parts, square], 1)[2].tolist() == [0]


def test_an_island_keeps_its_distance_to_the_shore():
    water = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 8, 8))
    island = shapely.box(4, 4, 6, 6)
    assert near_pairs([water, island], 5)[2].tolist() == [2]
    both = shapely.MultiPolygon([water, island])
    boat, bather = shapely.Point(3, 3), shapely.Point(5, 5)
    assert near_pairs_between([both], [boat, bather], 5)[2].tolist() == [1, 0]


@given(
    st.lists(st.tuples(*[st.integers(-4, 4)] * 6), min_size=1, max_size=50),
    st.sampled_from([0.1, 1 / 3, 1e-9, 12345.678]),
)
def test_a_turn_has_the_sign_of_exact_arithmetic(rows, scale):
    for row in rows:
        ax, ay, bx, by, px, py = (value * scale + 0.7 for value in row)
        a, b, p = [
            (Fraction(x), Fraction(y)) for x, y in [(ax, ay), (bx, by), (px, py)]
        ]
        det = (a[0] - p[0]) * (b[1] - p[1]) - (a[1] - p[1]) * (b[0] - p[0])
        assert inside_kernels.turn(ax, ay, bx, by, px, py) == np.sign(det)


@pytest.mark.parametrize("seed", range(4))
def test_gaps_between_crooked_outlines_are_those_of_shapely(seed):
    random = np.random.default_rng(seed)
    middle = FAR_M + random.uniform(0, 400, (150, 2))
    shapes = np.array(
        [
            shapely.Polygon(star(random, xy, random.uniform(2, 40), corners))
            for xy, corners in zip(middle, random.integers(3, 120, 150), strict=True)
        ]
    )
    i, j, gap = near_pairs(shapes, 200, threads=2)
    expected = shapely.distance(shapes[i], shapes[j])
    np.testing.assert_array_equal(gap == 0, expected == 0)
    np.testing.assert_allclose(gap, expected, rtol=0, atol=1e-9)
    assert i.size == (shapely.distance(shapes[:, None], shapes) <= 200).sum() // 2 - 75


def test_a_tongue_between_two_others_is_measured_where_it_is_nearest():
    comb = shapely.Polygon(
        [(0, 0), (0, 9), (4, 9), (4, 2), (6, 2), (6, 9), (10, 9), (10, 0)]
    )
    tongue = shapely.Polygon([(4.5, 20), (5.2, 3), (5.5, 20)])
    beside = shapely.box(12, 8.5, 13, 30)
    i, j, gap = near_pairs([comb, tongue, beside], 50)
    shapes = np.array([comb, tongue, beside])
    assert gap.tolist() == shapely.distance(shapes[i], shapes[j]).tolist()


def test_more_threads_and_smaller_blocks_give_the_same_bits(monkeypatch):
    shapes = shapes_of_all_kinds(5, 400)
    at_once = near_pairs(shapes, 7)
    monkeypatch.setattr("robuust.gaps.SHAPES_PER_BLOCK", 7)
    monkeypatch.setattr("robuust.gaps.ROWS_PER_BLOCK", 11)
    for whole, blocks in zip(at_once, near_pairs(shapes, 7, threads=3), strict=True):
        np.testing.assert_array_equal(whole, blocks)


def test_too_many_pairs_are_refused_before_they_are_sought(monkeypatch):
    monkeypatch.setattr("robuust.gaps.BYTES_PER_PAIR", 1e15)
    with pytest.raises(MemoryError, match="pairs of shapes within 5 m needs"):
        near_pairs(shapely.points(np.zeros((9, 2))), 5)
