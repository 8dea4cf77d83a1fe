"""Shapes of the page: whole steps that bring the shape back, few enough to open."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, box

from robuust.page_shapes import (
    CELLS,
    STEPS,
    shown_alone,
    shown_together,
    step_of,
    steps,
)


def rebuilt(rings, west, south, step_m):
    """The shape that a browser makes of its steps, by the even-odd rule."""
    shape = shapely.Polygon()
    for ring in rings:
        places = np.array(ring).reshape(-1, 2).cumsum(axis=0) * step_m + [west, south]
        shape = shape.symmetric_difference(shapely.Polygon(places))
    return shape


def test_steps_bring_back_parts_and_holes():
    ring = box(100, 200, 140, 240) - box(110, 210, 120, 220)
    shape = MultiPolygon([ring, box(160, 200, 180, 230)])
    (rings,) = steps([shape], west=100, south=200, step_m=10)
    assert len(rings) == 3
    assert rebuilt(rings, 100, 200, 10).equals(shape)


def test_each_shape_keeps_its_own_rings_and_a_point_is_one_place():
    shapes = [box(0, 0, 10, 10), Point(30, 40), box(20, 0, 30, 10)]
    made = steps(shapes, west=0, south=0, step_m=10)
    assert [len(rings) for rings in made] == [1, 1, 1]
    assert made[1] == [[3, 4]]
    assert rebuilt(made[2], 0, 0, 10).equals(shapes[2])
    assert steps([], west=0, south=0, step_m=1) == []


@given(st.floats(1, 1e7))
def test_a_step_is_round_and_never_more_than_two_and_a_half_times_too_long(width_m):
    step_m = step_of((0, 0, width_m, 1))
    assert f"{step_m:e}"[0] in "125"
    assert max(width_m / STEPS, 1) <= step_m <= max(2.5 * width_m / STEPS, 1)


def test_the_largest_of_every_group_are_shown_alone():
    areas = [9, 8, 7, 2, 1]
    alone = shown_alone(areas, list("aaabb"), smallest_m2=0, most=4)
    assert alone.tolist() == [True, True, False, True, True]
    assert shown_alone(areas, list("aaabb"), smallest_m2=2, most=9).sum() == 4


def test_a_point_is_never_too_small():
    assert shown_alone([0.0], ["a"], smallest_m2=5, most=1).all()


def test_of_a_cell_each_group_shows_its_best_value_once():
    keys = pd.DataFrame(
        {"group": ["a", "a", "b", "a"], "value": ["near", "key", "near", "near"]}
    )
    middles = [[1, 1], [2, 2], [3, 3], [1999, 1]]
    cell_m, found = shown_together(
        middles, keys, extent=(0, 0, 2000, 1000), order=["key", "near"]
    )
    assert cell_m == pytest.approx(10)
    assert found == [
        {"group": "a", "value": "key", "cells": [0]},
        {"group": "a", "value": "near", "cells": [CELLS - 1]},
        {"group": "b", "value": "near", "cells": [0]},
    ]
