"""Rings drawn window by window: the same as drawn at once, whatever the windows."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from patchy_land import SQUARE, dense_map, patchy_land, square_ring_m2

from robuust import rings
from robuust.rings import dissolve, ring_between, small_parts
from robuust.surroundings import area_within
from robuust_kernels import blocks

FEW = 150  # vertices per window, so that even two patches take many windows


def drawn_at_once(patches, from_m, to_m, *, tolerance_m):
    """The ring as the difference of two whole shapes."""
    inside = (
        area_within(patches, from_m, tolerance_m=tolerance_m)
        if from_m
        else shapely.union_all(patches)
    )
    reached = area_within(patches, to_m, tolerance_m=tolerance_m)
    return shapely.difference(reached, inside)


@settings(deadline=None, max_examples=8)
@given(patchy_land(), st.sampled_from([0.0, 0.2, 0.9]))
def test_windows_give_the_ring_that_is_drawn_at_once(land, start):
    patches, to_m = land
    from_m = start * to_m
    ring = ring_between(patches, from_m, to_m, tolerance_m=1, window_vertices=FEW)
    whole = drawn_at_once(patches, from_m, to_m, tolerance_m=1)
    assert ring.is_valid
    differing = shapely.symmetric_difference(ring, whole)
    assert differing.area <= 1.0 * whole.length
    # Not only in sum: no point of the difference is farther from both outlines.
    parts = shapely.get_parts(differing)
    middles = shapely.point_on_surface(parts[shapely.area(parts) > 1e-3])
    assert (shapely.distance(whole.boundary, middles) <= 1.0).all()


@settings(deadline=None, max_examples=8)
@given(patchy_land(), st.sampled_from([0.0, 0.2, 0.9]))
def test_each_point_of_either_edge_is_as_far_as_asked(land, start):
    patches, to_m = land
    from_m = start * to_m
    ring = ring_between(patches, from_m, to_m, tolerance_m=1, window_vertices=FEW)
    points = shapely.points(shapely.get_coordinates(ring))
    whole = shapely.union_all(patches)
    shapely.prepare(whole)
    gap_m = shapely.distance(whole, points)
    off_m = np.minimum(np.abs(gap_m - to_m), np.abs(gap_m - from_m))
    # Where windows meet, corners lie in the ring too if rounding keeps them apart.
    between = (gap_m > from_m + 1) & (gap_m < to_m - 1)
    assert (off_m[~between] <= 1.0 + 1e-6).all()
    inner = shapely.intersection(ring, shapely.union_all(patches))
    assert inner.area <= 1e-6 * whole.area


@pytest.mark.parametrize("distance", [60.0, 250.0, 1500.0])
def test_a_dense_map_gives_the_same_ring_from_many_windows(distance):
    patches, middle = dense_map(distance)
    tree = shapely.STRtree(patches)
    edges_m = (0.5 * distance, distance)
    _, crossed, _ = rings._windows(tree, edges_m, 1.0, 500)
    assert len(crossed) > 30
    ring = ring_between(patches, *edges_m, tolerance_m=1, window_vertices=500)
    whole = drawn_at_once(patches, *edges_m, tolerance_m=1)
    assert shapely.symmetric_difference(ring, whole).area <= 1e-6 * whole.area
    assert not ring.contains(middle)


def test_rings_that_meet_share_no_land_and_leave_none_out():
    patches, _ = dense_map(100.0, side=20)
    edges_m = [0, 30, 100, 400]
    drawn = [
        ring_between(patches, start, end, tolerance_m=1, window_vertices=900)
        for start, end in itertools.pairwise(edges_m)
    ]
    own = shapely.union_all(patches)
    total = shapely.union_all([own, *drawn])
    assert shapely.area([own, *drawn]).sum() == pytest.approx(total.area, rel=1e-9)
    whole = area_within(patches, 400, tolerance_m=1)
    assert total.area == pytest.approx(whole.area, rel=1e-9)


def test_the_area_of_a_ring_is_that_of_the_formula_in_any_number_of_windows():
    outline = shapely.segmentize(SQUARE, 5)  # 800 vertices: the square is cut as well
    exact = square_ring_m2(1000, 50, 480)
    for vertices in (100, 1_000_000):
        ring = ring_between(
            [outline], 50, 480, tolerance_m=0.5, window_vertices=vertices
        )
        assert abs(ring.area - exact) <= 0.5 * ring.length
        assert ring.bounds == pytest.approx((-480, -480, 1480, 1480), abs=0.5)
        assert len(shapely.get_rings(shapely.get_parts(ring))) == 2  # no seams are left


def test_land_far_from_any_outline_is_taken_without_drawing(monkeypatch):
    patches, _ = dense_map(100.0, side=40, clearing=0.0)
    drawn = []

    def draw(polygons, distance_m, *, tolerance_m):
        drawn.append(len(polygons))
        return area_within(polygons, distance_m, tolerance_m=tolerance_m)

    monkeypatch.setattr(rings, "area_within", draw)
    ring = ring_between(patches, 0, 2000, tolerance_m=1, window_vertices=500)
    # 1,600 patches; a window at the outer edge has to do with few of them.
    assert max(drawn) < 400
    whole = drawn_at_once(patches, 0, 2000, tolerance_m=1)
    assert ring.area == pytest.approx(whole.area, rel=1e-6)


def test_the_number_of_threads_changes_nothing():
    patches, _ = dense_map(100.0, side=12, clearing=0.0)
    one, two = (
        ring_between(
            patches, 0, 250, tolerance_m=1, window_vertices=300, threads=threads
        )
        for threads in (1, 2)
    )
    assert shapely.equals_exact(one, two, tolerance=0)


def test_long_work_says_how_far_it_is(monkeypatch, capsys):
    monkeypatch.setattr(blocks, "PATIENCE_S", 0.0)
    monkeypatch.setattr(blocks, "STEP_S", 0.0)
    patches, _ = dense_map(100.0, side=8, clearing=0.0)
    ring_between(
        patches, 0, 90, tolerance_m=1, window_vertices=FEW, label="frogs, ring mid"
    )
    assert "frogs, ring mid: " in capsys.readouterr().err


def test_without_polygons_there_is_no_ring():
    assert ring_between([], 0, 50, tolerance_m=1).is_empty
    assert ring_between([shapely.Polygon()], 0, 50, tolerance_m=1).is_empty


@pytest.mark.parametrize(
    ("from_m", "to_m", "tolerance_m"),
    [(50, 50, 1), (60, 50, 1), (-1, 50, 1), (0, np.nan, 1), (0, 50, 0)],
)
def test_a_ring_that_cannot_be_is_refused_with_its_edges(from_m, to_m, tolerance_m):
    with pytest.raises(ValueError, match=f"from {from_m} to {to_m} m"):
        ring_between([SQUARE], from_m, to_m, tolerance_m=tolerance_m)


def test_large_polygons_are_cut_to_the_same_land():
    circle = shapely.Point(300, 200).buffer(500, quad_segs=250)
    land = shapely.difference(circle, SQUARE)
    parts = small_parts([land, shapely.Polygon()], max_vertices=60)
    assert shapely.get_num_coordinates(parts).max() <= 60
    assert shapely.area(parts).sum() == pytest.approx(land.area, rel=1e-12)
    assert shapely.symmetric_difference(shapely.union_all(parts), land).area < 1e-6


def test_a_polygon_too_crowded_to_cut_is_left_whole():
    speck = shapely.Point(150_000, 200_000).buffer(0.4, quad_segs=40)
    assert small_parts([speck], max_vertices=20).tolist() == [speck]


def test_pieces_are_joined_across_windows_and_others_left_alone():
    windows = shapely.box([0, 10], 0, [10, 20], 10)
    pieces = [
        shapely.union_all(shapely.box([1, 8], [1, 4], [3, 10], [3, 6])),
        shapely.box(10, 4, 12, 6),
    ]
    land = dissolve(pieces, windows)
    assert sorted(part.bounds for part in land.geoms) == [(1, 1, 3, 3), (8, 4, 12, 6)]
