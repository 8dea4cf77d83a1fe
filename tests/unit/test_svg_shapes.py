"""Shapes as paths of SVG: drawn to scale, each once, and never too many."""

import re

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, box

from robuust import svg_shapes
from robuust.svg_shapes import marker_path, scale_bar, svg_dots, svg_path


def test_a_path_goes_round_parts_and_holes():
    ring = box(0, 0, 10, 10) - box(4, 4, 6, 6)
    path = svg_path(
        [MultiPolygon([ring, box(20, 0, 30, 10)])], west=0, north=10, scale=1
    )
    assert path.count("M") == path.count("Z") == 3
    assert re.fullmatch(r"(M[\d.]+ [\d.]+(L[\d.]+ [\d.]+)+Z)+", path)


def test_what_is_missing_or_empty_is_left_out_and_what_is_too_small_is_a_dot():
    shapes = [None, shapely.Polygon(), box(0, 0, 0.1, 0.1)]
    assert svg_path(shapes, west=0, north=10, scale=1) == "M0 9h3v3h-3Z"
    assert svg_path(shapes[:2], west=0, north=0, scale=1) == ""
    assert svg_path([], west=0, north=0, scale=1) == ""


def test_of_too_many_vertices_borders_are_coarser_and_no_shape_is_lost(monkeypatch):
    centres = shapely.points(np.arange(20) * 100.0, 0)
    discs = shapely.buffer(centres, 40, quad_segs=50)
    place = {"west": 0, "north": 0, "scale": 1}
    fine = svg_path(discs, **place)
    monkeypatch.setattr(svg_shapes, "MOST_VERTICES", fine.count("L") // 2)
    coarse = svg_path(discs, **place)
    assert coarse.count("M") == fine.count("M") == 20
    assert coarse.count("L") < 0.8 * fine.count("L")


@given(st.floats(20, 1e6))
def test_the_scale_bar_is_round_and_between_a_tenth_and_a_fifth_of_the_map(width_m):
    bar = scale_bar(width_m, 1.0)
    assert width_m / 12.6 < bar["px"] <= width_m / 5 * (1 + 1e-9)
    assert f"{bar['px']:e}"[0] in "125"


def test_of_too_many_shapes_the_smallest_become_dots(monkeypatch):
    monkeypatch.setattr(svg_shapes, "MOST_SHAPES", 1)
    shapes = [box(0, 0, 3, 3), box(10, 0, 20, 10), box(0.5, 0.5, 3, 3)]
    path = svg_path(shapes, west=0, north=10, scale=1)
    assert path == "M20 10L20 0L10 0L10 10L20 10ZM0 6h3v3h-3Z"  # two small ones, a dot


@pytest.mark.parametrize("shape", ["circle", "square", "diamond", "cross_fill"])
def test_a_marker_lies_round_its_place_and_is_drawn_once(shape):
    places = np.array([[5.0, 5.0], [5.0, 5.0]])
    path = marker_path(places, shape, 4, west=0, north=10, scale=1)
    corners = np.array(
        [text.split() for text in re.split("[MLZ]", path) if text], dtype=float
    )
    assert path.count("Z") == 1
    assert corners.mean(axis=0) == pytest.approx([5, 5], abs=0.1)
    assert np.abs(corners - 5).max() <= 2


def test_no_place_has_no_dot():
    assert svg_dots(np.empty((0, 2)), west=0, north=0, scale=1) == ""


def test_shapes_that_overlap_do_not_cancel_each_other_and_holes_stay_holes():
    ring = box(0, 0, 10, 10) - box(4, 4, 6, 6)
    path = svg_path(
        [ring, shapely.reverse(box(8, 8, 20, 20))], west=0, north=0, scale=1
    )
    turns = []
    for text in path.strip("Z").split("Z"):
        corners = np.array([pair.split() for pair in text[1:].split("L")], dtype=float)
        (x, y), (x_next, y_next) = corners[:-1].T, corners[1:].T
        turns.append(np.sign((x * y_next - x_next * y).sum()))
    assert turns == [turns[0], -turns[0], turns[0]]
