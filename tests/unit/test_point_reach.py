"""Polygons within reach of points: by hand, then as shapely finds them."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust import point_reach
from robuust.point_reach import polygons_in_reach
from robuust_kernels import point_kernels

FAR_M = np.array([245_123.4, 171_234.5])  # somewhere in Flanders
# A ring round a pond with an island in it, and a shape of two parts.
POND = shapely.box(0, 0, 90, 90).difference(shapely.box(30, 30, 60, 60))
ISLAND = shapely.box(40, 40, 50, 50)
PARTS = shapely.MultiPolygon(
    [shapely.box(200, 0, 210, 10), shapely.box(220, 0, 230, 9)]
)
SHAPES = np.array([POND, shapely.union(POND, ISLAND), PARTS])


@pytest.fixture(autouse=True, params=[0, point_reach.FEW_POINTS])
def few_points(request, monkeypatch):
    """By compiled code, compiled beforehand so that no example is slow; by shapely."""
    point_kernels.smallest_calls()
    monkeypatch.setattr(point_reach, "FEW_POINTS", request.param)


def found(x, y, reach_m, shapes=SHAPES):
    point, polygon, gap_m = polygons_in_reach([[x, y]], shapes, [reach_m])
    assert not point.any()
    return dict(zip(polygon.tolist(), gap_m.tolist(), strict=True))


@pytest.mark.parametrize(("x", "y"), [(10, 10), (0, 0), (90, 45), (30, 45), (60, 60)])
def test_inside_and_on_every_edge_there_is_no_gap(x, y):
    assert found(x, y, 0) == {0: 0, 1: 0}


def test_in_a_hole_the_gap_is_that_to_its_edge_or_to_what_stands_in_it():
    assert found(45, 38, 8) == {0: 8, 1: 2}
    assert found(45, 38, 7.99) == {1: 2}
    assert found(45, 45, 15) == {0: 15, 1: 0}


def test_the_nearest_part_counts():
    assert found(216, 5, 6) == {2: 4}
    assert found(225, 4, 0) == {2: 0}


def test_each_point_has_a_reach_of_its_own():
    places = [[95.0, 45.0], [95.0, 45.0], [95.0, 45.0]]
    point, polygon, _ = polygons_in_reach(places, SHAPES[:1], [4.9, 5, 500])
    assert list(zip(point, polygon, strict=True)) == [(1, 0), (2, 0)]


def test_no_points_and_no_polygons_are_no_error():
    assert [a.size for a in polygons_in_reach([], SHAPES, [])] == [0, 0, 0]
    assert [a.size for a in polygons_in_reach([[1, 1]], [], [5])] == [0, 0, 0]


@pytest.mark.parametrize("place", [[np.nan, 1], [1, np.inf]])
def test_a_point_without_a_place_is_refused(place):
    with pytest.raises(ValueError, match=r"1 of 2 points have no place .*number 1\)"):
        polygons_in_reach([[0, 0], place], SHAPES, [1, 1])


@pytest.mark.parametrize("reach_m", [-1, np.nan])
def test_a_reach_that_is_no_distance_is_refused(reach_m):
    with pytest.raises(ValueError, match="zero or more metres"):
        polygons_in_reach([[0, 0]], SHAPES, [reach_m])


def stars(random, n):
    """Crooked polygons, some with a hole, some of two parts, some that overlap."""
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    made = []
    for _ in range(n):
        far = random.uniform(20, 60, (2, 12, 1))
        round_ = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        centre = FAR_M + random.uniform(0, 400, (2, 1, 2))
        one, other = map(shapely.Polygon, np.round(centre + far * round_, 1))
        hole = shapely.Polygon(centre[0] + 0.5 * far[0] * round_)
        kinds = [one, one.difference(hole), shapely.union(one, other)]
        made.append(kinds[random.integers(3)])
    return np.array(made)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2]))
def test_pairs_and_gaps_are_exactly_those_of_shapely(seed, threads):
    random = np.random.default_rng(seed)
    shapes = stars(random, 15)
    corners = random.choice(shapely.get_coordinates(shapes), 20)
    places = np.concatenate([FAR_M + random.uniform(-50, 450, (40, 2)), corners])
    reach_m = random.choice([0, 5, 25, 80.5, 1_000], len(places))
    point, polygon, gap_m = polygons_in_reach(places, shapes, reach_m, threads=threads)
    points = shapely.points(places)
    expected = shapely.STRtree(shapes).query(
        points, predicate="dwithin", distance=reach_m
    )
    expected = expected[:, np.lexsort(expected[::-1])]
    assert np.array_equal([point, polygon], expected)
    assert np.array_equal(gap_m, shapely.distance(points[point], shapes[polygon]))


def test_many_points_in_several_blocks_come_in_their_order(monkeypatch):
    monkeypatch.setattr("robuust.point_reach.POINTS_PER_BLOCK", 7)
    random = np.random.default_rng(5)
    places = random.uniform(-20, 250, (100, 2))
    one = polygons_in_reach(places, SHAPES, np.full(100, 30.0))
    two = polygons_in_reach(places, SHAPES, np.full(100, 30.0), threads=2)
    assert (np.diff(one[0]) >= 0).all()
    assert one[0].size > 50
    for a, b in zip(one, two, strict=True):
        assert np.array_equal(a, b)
