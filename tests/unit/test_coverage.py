"""Gaps between polygons that adjoin, and the edges along which they overlap."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.coverage import FAULT_TYPES, coverage_faults, faulty_edges, find_gaps

ROAD_M = 6


def gaps_of(*shapes, max_gap_m=1.0):
    shapes = np.array(shapes, dtype=object)
    return find_gaps(shapes, faulty_edges(shapes, max_gap_m), max_gap_m=max_gap_m)


def mosaic(n, size=20.0, missing=()):
    """Squares that share their edges, n by n, from the south-west row by row."""
    x, y = (k.ravel() * size for k in np.meshgrid(np.arange(n), np.arange(n)))
    return np.delete(shapely.box(x, y, x + size, y + size), list(missing))


def test_a_slit_between_two_fields_is_a_gap_with_their_numbers():
    gaps, a, b = gaps_of(shapely.box(0, 0, 50, 40), shapely.box(50.3, 0, 90, 60))
    assert shapely.area(gaps) == pytest.approx([0.3 * 40])
    assert (a.tolist(), b.tolist()) == ([0], [1])


@pytest.mark.parametrize(("opens_m", "area_m2"), [(0.8, [16]), (2, [])])
def test_a_wedge_is_a_gap_unless_it_opens_wider(opens_m, area_m2):
    below = shapely.box(0, -20, 40, 0)
    above = shapely.Polygon([(0, 0), (40, opens_m), (40, 30), (0, 30)])
    gaps, _, _ = gaps_of(below, above)
    assert shapely.area(gaps) == pytest.approx(area_m2)


def test_a_slit_all_round_a_field_names_the_field_it_is_in():
    ring = shapely.box(0, 0, 60, 60) - shapely.box(20, 20, 40, 40)
    gaps, a, b = gaps_of(ring, shapely.box(20.2, 20.2, 39.8, 39.8))
    assert shapely.area(gaps).sum() == pytest.approx(20**2 - 19.6**2)
    assert set(zip(a.tolist(), b.tolist(), strict=True)) == {(0, 1)}


@pytest.mark.parametrize("missing", [[12], [6, 7, 12], [0], [2, 12, 22]])
def test_a_field_that_is_not_on_the_map_is_a_hole_and_no_gap(missing):
    assert not gaps_of(*mosaic(5, missing=missing))[0].size


def test_a_road_wider_than_the_largest_gap_is_none():
    sides = shapely.box(0, 0, 100, 50), shapely.box(0, 50 + ROAD_M, 100, 100)
    assert not gaps_of(*sides)[0].size
    gaps, _, _ = gaps_of(*sides, max_gap_m=ROAD_M + 1)
    assert shapely.area(gaps) == pytest.approx([ROAD_M * 100])


def test_a_narrow_bay_of_one_polygon_is_none():
    bay = shapely.box(0, 0, 50, 50) - shapely.box(20, 10, 20.5, 50)
    assert not gaps_of(bay, shapely.box(50, 0, 90, 50))[0].size


def test_a_redrawn_edge_leaves_slits_where_it_cuts_corners():
    crooked = shapely.Polygon([(0, 0), (10, 0.5), (20, 0), (20, 20), (0, 20)])
    gaps, a, b = gaps_of(crooked, shapely.box(0, -20, 20, 0))
    assert shapely.area(gaps) == pytest.approx([5])
    assert (a.tolist(), b.tolist()) == ([0], [1])


def test_a_sound_map_and_an_empty_one_have_no_faulty_edges():
    assert shapely.is_empty(faulty_edges(mosaic(6), 1.0)).all()
    assert not faulty_edges([], 1.0).size
    assert not gaps_of()[0].size


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0.05, 3), min_size=2, max_size=5), st.integers(0, 3))
def test_all_slits_between_strips_are_found_and_nothing_else(widths_m, turn):
    starts = np.cumsum([0, *(30 + w for w in widths_m)])
    strips = shapely.box(starts, 0, starts + 30, 80)
    strips = shapely.affinity.rotate(
        shapely.MultiPolygon(list(strips)), turn * 30, origin=(0, 0)
    )
    gaps, _, _ = gaps_of(*shapely.get_parts(strips))
    narrow = [w for w in widths_m if w <= 1]
    # Within a hair of the largest gap rounding decides.
    if not any(abs(w - 1) < 1e-6 for w in widths_m):
        assert sorted(shapely.area(gaps)) == pytest.approx(
            sorted(w * 80 for w in narrow), rel=1e-3
        )


def test_a_fault_tells_its_size_its_neighbours_and_the_source_of_the_second():
    ground = np.array([shapely.box(0, 0, 20, 0.5)])
    none = (ground[:0], np.array([], dtype=int), np.array([], dtype=int))
    found = (ground, np.array([0]), np.array([1]))
    ids, sources = np.array(["p:1", "q:2"]), np.array(["p", "q"])
    faults = coverage_faults(none, found, ids, sources, pyproj.CRS(31370))
    row = faults.iloc[0]
    assert list(faults.columns) == [*FAULT_TYPES, "geometry"]
    assert (row["kind"], row["source"]) == ("gap", "q")
    assert (row["polygon_id_a"], row["polygon_id_b"]) == ("p:1", "q:2")
    assert row["area_m2"] == 10
    assert row["width_m"] == pytest.approx(20 / 41)
    assert coverage_faults(none, none, ids, sources, pyproj.CRS(31370)).empty
