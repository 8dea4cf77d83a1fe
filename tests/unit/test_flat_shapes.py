"""Flat shapes hold what shapely holds, and their tree finds what is near."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.flat_shapes import box_tree, flatten
from robuust.polygons import checked_shapes
from robuust_kernels import box_kernels, inside_kernels


def test_a_flat_polygon_is_its_shell_then_its_holes():
    holed = shapely.box(0, 0, 9, 9).difference(shapely.box(1, 1, 2, 2))
    flat = flatten(np.array([shapely.MultiPolygon([holed]), shapely.Point(20, 0)]))
    place = int(np.flatnonzero(flat.order == 0)[0])
    runs = slice(*flat.run_first[place : place + 2])
    assert flat.run_kind[runs].tolist() == [inside_kernels.SHELL, inside_kernels.HOLE]
    assert np.diff(flat.run_start).tolist() in ([5, 5, 2], [2, 5, 5])


def test_points_lines_and_collections_keep_all_their_vertices():
    line = shapely.LineString([(0, 0), (1, 0), (2, 0)])
    nested = shapely.GeometryCollection(
        [shapely.Point(5, 5), shapely.GeometryCollection([line, shapely.Point()])]
    )
    flat = flatten(checked_shapes([nested, line]))
    place = int(np.flatnonzero(flat.order == 0)[0])
    runs = np.arange(*flat.run_first[place : place + 2])
    vertices = [
        flat.xy[a:b].tolist()
        for a, b in zip(flat.run_start[runs], flat.run_start[runs + 1], strict=True)
    ]
    assert [[5, 5], [5, 5]] in vertices
    assert [[0, 0], [1, 0], [2, 0]] in vertices
    assert flat.box[place].tolist() == [0, 0, 5, 5]
    assert (flat.run_kind == inside_kernels.NO_AREA).all()


def test_chunks_cover_every_segment_once_and_lie_in_their_boxes():
    random = np.random.default_rng(3)
    shapes = shapely.buffer(shapely.points(random.random((50, 2)) * 99), 3)
    flat = flatten(shapes, threads=2)
    segments = np.concatenate(
        [np.arange(a, b) for a, b in zip(flat.chunk_start, flat.chunk_end, strict=True)]
    )
    last_of_run = flat.run_start[1:] - 1
    expected = np.setdiff1d(np.arange(len(flat.xy)), last_of_run)
    np.testing.assert_array_equal(segments, expected)
    np.testing.assert_array_equal(flat.box, shapely.bounds(shapes[flat.order]))


def test_flat_shapes_name_the_shape_whose_coordinates_are_no_numbers():
    with np.errstate(invalid="ignore"):
        broken = shapely.from_wkt("LINESTRING (0 0, NaN 1)")
    with pytest.raises(ValueError, match=r"1 of 2 shapes .* no numbers .* number 1"):
        flatten(checked_shapes([shapely.Point(0, 0), broken]))


@given(st.integers(0, 2**32), st.integers(1, 700), st.floats(0, 0.2))
@settings(max_examples=60, deadline=None)
def test_the_tree_finds_the_boxes_that_a_look_at_each_finds(seed, number, reach):
    random = np.random.default_rng(seed)
    low = random.random((number, 2))
    boxes = np.hstack([low, low + 0.1 * random.random((number, 2))])
    tree, level_first = box_tree(boxes)
    found = np.empty(number, dtype=np.int32)
    stack = np.empty(box_kernels.STACK, dtype=np.int64)
    apart = np.maximum(0, low - boxes[0, 2:]) + np.maximum(
        0, boxes[0, :2] - boxes[:, 2:]
    )
    near = np.flatnonzero((apart**2).sum(axis=1) <= reach**2)
    for first in (0, number // 2):
        count = box_kernels.near_boxes(
            tree, level_first, boxes, 0, first, reach**2, found, stack
        )
        np.testing.assert_array_equal(np.sort(found[:count]), near[near >= first])
