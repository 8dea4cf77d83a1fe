"""Overlaps: who shares ground with whom, and what is left after cutting."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust import overlaps
from robuust.coverage import faulty_edges
from robuust.overlaps import overlapping_pairs, refuse_piles, resolve_overlaps
from robuust.sources import UnusableFileError


def pairs_of(shapes, **options):
    faulty = ~shapely.is_empty(faulty_edges(shapes))
    return overlapping_pairs(shapes, faulty, **options)


def resolved_of(shapes):
    first, second, _ = pairs_of(shapes)
    return resolve_overlaps(shapes, first, second)


@st.composite
def polygons(draw):
    """One to seven rectangles, discs and two-part polygons that may overlap."""
    shapes = []
    for _ in range(draw(st.integers(1, 7))):
        kind = draw(st.sampled_from(["box", "disc", "pair"]))
        x, y = draw(st.integers(0, 8)), draw(st.integers(0, 8))
        w, h = draw(st.integers(1, 6)), draw(st.integers(1, 6))
        shape = shapely.box(x, y, x + w, y + h)
        if kind == "disc":
            shape = shapely.Point(x, y).buffer(w / 2, quad_segs=3)
        if kind == "pair":
            shape = shapely.union(shape, shapely.box(x + 7, y, x + 9, y + h))
        shapes.append(shape)
    return np.array(shapes)


def test_of_two_overlapping_squares_the_first_stays_whole():
    squares = [shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)]
    resolved, lost_m2 = resolved_of(squares)
    assert shapely.area(resolved).tolist() == [4, 2]
    assert lost_m2.tolist() == [0, 2]


def test_a_polygon_covered_by_earlier_ones_disappears():
    shapes = [shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2), shapely.box(1, 0, 3, 2)]
    resolved, lost_m2 = resolved_of(shapes)
    assert resolved[2] is None
    assert lost_m2.tolist() == [0, 0, 4]


def test_ground_that_a_cut_has_freed_is_not_taken_twice():
    # The second loses its right half to the first; the third overlaps the second in
    # both halves, but the right one is the first one's by then.
    first, second, third = (
        shapely.box(*b) for b in [(5, 0, 9, 9), (0, 0, 9, 4), (0, 3, 9, 6)]
    )
    resolved, _ = resolved_of([first, second, third])
    assert shapely.area(resolved).tolist() == [36, 20, 10]


def test_neighbours_that_touch_do_not_overlap():
    row = shapely.box(np.arange(5), 0, np.arange(5) + 1, 1)
    i, _, _ = pairs_of(row)
    assert not i.size
    resolved, lost_m2 = resolved_of(row)
    assert shapely.equals_exact(resolved, row).all()
    assert not lost_m2.any()


def test_drawing_noise_on_a_shared_edge_is_left_alone():
    noisy = [shapely.box(0, 0, 10, 10), shapely.box(9.9995, 0, 20, 10)]
    assert not pairs_of(noisy)[0].size
    assert pairs_of(noisy, tolerance_m2=0.001)[0].size


def test_an_island_inside_another_polygon_is_found():
    shapes = [shapely.box(0, 0, 10, 10), shapely.box(4, 4, 6, 6)]
    i, j, shared = pairs_of(shapes)
    assert (i.tolist(), j.tolist(), shapely.area(shared).tolist()) == ([0], [1], [4])


def test_an_empty_map_has_no_overlaps():
    assert all(a.size == 0 for a in pairs_of([]))
    assert resolved_of([])[0].size == 0


@settings(max_examples=300)
@given(polygons())
def test_the_pairs_are_those_of_comparing_all_with_all(shapes):
    i, j = np.triu_indices(len(shapes), 1)
    shared = shapely.area(shapely.intersection(shapes[i], shapes[j]))
    expected = list(zip(i[shared > 0.01], j[shared > 0.01], strict=True))
    first, second, ground = pairs_of(shapes)
    assert list(zip(first, second, strict=True)) == expected
    assert shapely.area(ground) == pytest.approx(shared[shared > 0.01])


@settings(max_examples=200)
@given(polygons())
def test_cutting_keeps_all_ground_once(shapes):
    resolved, lost_m2 = resolved_of(shapes)
    left = np.array([s for s in resolved if s is not None])
    assert shapely.is_valid(left).all()
    assert not pairs_of(left)[0].size
    whole = shapely.union_all(shapes).area
    # Remains below the tolerance fall away, at most one per pair of polygons.
    slack = 0.01 * len(shapes) ** 2
    assert shapely.area(left).sum() == pytest.approx(whole, abs=slack)
    assert lost_m2.sum() == pytest.approx(shapely.area(shapes).sum() - whole, abs=slack)


@given(polygons())
def test_each_polygon_is_what_earlier_ones_leave(shapes):
    resolved, _ = resolved_of(shapes)
    for k, shape in enumerate(resolved):
        expected = shapely.difference(shapes[k], shapely.union_all(shapes[:k])).area
        area = 0 if shape is None else shape.area
        assert area == pytest.approx(expected, abs=0.01 * (k + 2))


def circles(n):
    """Circles over one another, of which every two overlap."""
    places = np.random.default_rng(1).uniform(0, 500, (n, 2))
    return shapely.buffer(shapely.points(places), 1000)


def test_a_pile_of_buffers_is_refused_in_words():
    with pytest.raises(UnusableFileError, match=r"source 'pools': of 1500 .* buffers"):
        refuse_piles(circles(1500), where="source 'pools'")
    with pytest.raises(UnusableFileError, match=r"pairs overlap.*`overlay`"):
        overlapping_pairs(circles(500), np.ones(500, dtype=bool))


@pytest.mark.parametrize("look", ["refuse_piles", "overlapping_pairs"])
def test_the_limit_grows_with_the_polygons(look, monkeypatch):
    monkeypatch.setattr(overlaps, "ALWAYS_ALLOWED_PAIRS", 10)

    def look_at(n):
        shapes = circles(n)
        if look == "refuse_piles":
            refuse_piles(shapes, where="map")
        else:
            pairs_of(shapes)

    look_at(21)  # 210 pairs, 10 per polygon
    with pytest.raises(UnusableFileError):
        look_at(22)


def test_crossing_strips_are_refused_though_hardly_two_lie_on_one_spot(monkeypatch):
    monkeypatch.setattr(overlaps, "ALWAYS_ALLOWED_PAIRS", 10)
    k = np.arange(50) * 10
    strips = np.concatenate(
        [shapely.box(k, 0, k + 1, 500), shapely.box(0, k, 500, k + 1)]
    )
    refuse_piles(strips, where="map")
    with pytest.raises(UnusableFileError, match="of 100 polygons"):
        pairs_of(strips)


def test_maps_without_piles_are_let_through(monkeypatch):
    monkeypatch.setattr(overlaps, "ALWAYS_ALLOWED_PAIRS", 0)
    row = shapely.box(np.arange(5), 0, np.arange(5) + 1, 1)
    for shapes in ([], row, np.concatenate([row, row])):
        refuse_piles(shapes, where="map")
        assert len(pairs_of(shapes)[0]) == (5 if len(shapes) == 10 else 0)
