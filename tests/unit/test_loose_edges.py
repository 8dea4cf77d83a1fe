"""Suspect polygons: everything that GEOS finds wrong begins at one of them."""

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from robuust import loose_edges as module
from robuust.coverage import faulty_edges, find_gaps
from robuust.loose_edges import loose_edges, suspect_polygons
from robuust.overlaps import overlapping_pairs

GAP_M = 1.0


def grid(n, size, *, west=0.0, south=0.0, missing=()):
    """Squares that share their edges, n by n; some missing."""
    x, y = (k.ravel() * size for k in np.meshgrid(np.arange(n), np.arange(n)))
    squares = shapely.box(west + x, south + y, west + x + size, south + y + size)
    return np.delete(squares, [k for k in set(missing) if k < n * n])


@st.composite
def maps(draw):
    """A mosaic with holes, and on it another mosaic, strays, copies and bands."""
    place = st.sampled_from([-10.0, 0.0, 0.4, 10.0, 20.0, 25.0, 61.0])
    missing = draw(st.lists(st.integers(0, 35), max_size=8))
    shapes = [grid(6, 20.0, missing=missing)]
    if draw(st.booleans()):
        size = draw(st.sampled_from([10.0, 20.0, 40.0, 19.5]))
        n = draw(st.integers(1, 3))
        shapes.append(grid(n, size, west=draw(place), south=draw(place)))
    for _ in range(draw(st.integers(0, 3))):
        w, s = draw(place), draw(place)
        stray = shapely.Polygon(
            [(w, s), (w + 20, s), (w + 20, s + 20), (w + 9, s + 11)]
        )
        shapes.append(stray if draw(st.booleans()) else stray.reverse())
    if draw(st.booleans()):
        ring = shapely.Point(60, 60).buffer(30, quad_segs=2)
        shapes += [ring - ring.buffer(-4), shapely.MultiPolygon([ring.buffer(-4.3)])]
    if draw(st.booleans()):
        shapes.append(shapes[0][: draw(st.integers(1, 20))])
    turn = draw(st.sampled_from([0, 30]))
    shapes = np.concatenate([np.atleast_1d(s) for s in shapes])
    turned = shapely.affinity.rotate(shapely.GeometryCollection(list(shapes)), turn)
    return shapely.get_parts(turned)


def test_only_the_outline_of_a_sound_map_is_loose():
    edges = loose_edges(grid(5, 10.0))
    assert len(edges.polygon) == 4 * 5
    assert set(edges.polygon.tolist()) == set(range(25)) - {
        6,
        7,
        8,
        11,
        12,
        13,
        16,
        17,
        18,
    }


def test_the_direction_in_which_a_ring_is_drawn_does_not_matter():
    squares = grid(5, 10.0)
    squares[::2] = shapely.reverse(squares[::2])
    assert len(loose_edges(squares).polygon) == 4 * 5


def test_an_island_that_fills_a_hole_leaves_the_outline_only():
    whole, island = shapely.box(0, 0, 30, 30), shapely.box(10, 10, 20, 20)
    assert len(loose_edges(np.array([whole - island, island])).polygon) == 4


@pytest.mark.parametrize("copies", [2, 3])
def test_all_edges_of_repeated_polygons_are_loose(copies):
    assert len(loose_edges(grid(1, 10.0).repeat(copies)).polygon) == 4 * copies


def test_halves_over_their_whole_are_suspect():
    halves, whole = shapely.box([0, 10], 0, [10, 20], 10), shapely.box(0, 0, 20, 10)
    assert suspect_polygons(np.array([*halves, whole]), GAP_M).any()


def test_a_sound_map_with_holes_has_no_suspects():
    assert not suspect_polygons(grid(8, 20.0, missing=[9, 10, 20, 40]), GAP_M).any()


def test_a_map_without_polygons_has_no_suspects():
    assert not suspect_polygons(np.array([], dtype=object), GAP_M).size


@settings(max_examples=300, deadline=None)
@given(maps(), st.sampled_from([5, 1000]))
@example(np.concatenate([grid(6, 20.0), grid(2, 40.0, west=20, south=20)]), 5)
@example(np.concatenate([grid(6, 20.0), grid(3, 20.0, west=20, south=20)]), 5)
def test_overlaps_and_gaps_are_those_of_checking_every_polygon(shapes, tile):
    whole = shapely.coverage_invalid_edges(shapes, gap_width=GAP_M)
    before, module._TILE = module._TILE, tile
    try:
        edges = faulty_edges(shapes, GAP_M)
    finally:
        module._TILE = before
    expected, found = (
        overlapping_pairs(shapes, ~shapely.is_empty(e)) for e in (whole, edges)
    )
    assert found[0].tolist() == expected[0].tolist()
    assert found[1].tolist() == expected[1].tolist()
    gaps, a, b = find_gaps(shapes, edges, max_gap_m=GAP_M)
    gaps_of_all, c, d = find_gaps(shapes, whole, max_gap_m=GAP_M)
    assert sorted(zip(a, b, strict=True)) == sorted(zip(c, d, strict=True))
    assert shapely.area(gaps).sum() == pytest.approx(shapely.area(gaps_of_all).sum())
