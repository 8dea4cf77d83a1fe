"""Flat shapes hold what shapely holds, and their tree finds what is near."""

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.flat_shapes import box_tree, flatten
from robuust.polygons import checked_shapes
from robuust_kernels import box_kernels
from robuust_kernels.inside_kernels import HOLE, NO_AREA, SHELL


def outline(flat, run):
    """Vertices of a run, without those that fill up its last chunk."""
    xy = flat.xy[flat.run_start[run] : flat.run_start[run + 1]]
    corners = np.concatenate([xy[0, :, :1].T, *xy[:, :, 1:].transpose(0, 2, 1)])
    new = np.r_[True, (np.diff(corners, axis=0) != 0).any(axis=1)]
    return corners[new].tolist()


def runs_of(flat, number):
    """The runs of a shape that stood at a number."""
    place = int(np.flatnonzero(flat.order == number)[0])
    return np.arange(*flat.run_first[place : place + 2])


def test_a_flat_polygon_is_its_shell_then_its_holes():
    holed = shapely.box(0, 0, 9, 9).difference(shapely.box(1, 1, 2, 2))
    flat = flatten(np.array([shapely.MultiPolygon([holed]), shapely.Point(20, 0)]))
    shell, hole = runs_of(flat, 0)
    assert flat.run_kind[[shell, hole]].tolist() == [SHELL, HOLE]
    assert outline(flat, shell) == shapely.get_coordinates(holed.exterior).tolist()
    assert outline(flat, hole) == shapely.get_coordinates(holed.interiors[0]).tolist()


def test_points_lines_and_collections_keep_all_their_vertices():
    line = shapely.LineString([(0, 0), (1, 0), (2, 0)])
    nested = shapely.GeometryCollection(
        [shapely.Point(5, 5), shapely.GeometryCollection([line, shapely.Point()])]
    )
    flat = flatten(checked_shapes([nested, line]))
    outlines = [outline(flat, run) for run in runs_of(flat, 0)]
    assert sorted(outlines) == [[[0, 0], [1, 0], [2, 0]], [[5, 5]]]
    assert flat.box[flat.order == 0].tolist() == [[0, 0, 5, 5]]
    assert (flat.run_kind == NO_AREA).all()


@pytest.mark.parametrize("number", [2, 8, 9, 10, 17])
def test_the_last_vertex_of_a_line_begins_a_segment(number):
    line = np.c_[np.arange(number), np.zeros(number)]
    xy = flatten(np.array([shapely.LineString(line)])).xy
    assert number - 1 in xy[:, 0, :-1]


def test_chunks_cover_every_segment_once_and_lie_in_their_boxes():
    random = np.random.default_rng(3)
    shapes = shapely.buffer(shapely.points(random.random((50, 2)) * 99), 3)
    flat = flatten(shapes, threads=2)
    for place, shape in enumerate(shapes[flat.order]):
        assert outline(flat, place) == shapely.get_coordinates(shape).tolist()
    np.testing.assert_array_equal(flat.chunk_box[:, :2], flat.xy.min(axis=2))
    np.testing.assert_array_equal(flat.chunk_box[:, 2:], flat.xy.max(axis=2))
    np.testing.assert_array_equal(flat.box, shapely.bounds(shapes[flat.order]))


def polygons_of_all_kinds():
    """A polygon with holes, one without, and their multipolygons."""
    plain = shapely.Point(40, 0).buffer(5)
    holed = shapely.Point(0, 0).buffer(9)
    for x in (-4, 4):
        holed -= shapely.Point(x, 0).buffer(1)
    several = shapely.MultiPolygon([holed, plain]), shapely.MultiPolygon([plain])
    return np.array([holed, plain]), np.array(several)


@pytest.mark.parametrize("kind", [0, 1], ids=["polygons", "multipolygons"])
@pytest.mark.parametrize("encoding", ["geoarrow", "WKB"])
def test_a_column_lies_flat_as_its_geometries_do(kind, encoding):
    shapes = np.tile(polygons_of_all_kinds()[kind], 3)
    column = pa.array(gpd.GeoSeries(shapes).to_arrow(encoding, interleaved=False))
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    pieces = pa.chunked_array([column[:1], column[1:3], column[3:3], column[3:]])
    for given_column in (column, pieces):
        found, expected = flatten(given_column), flatten(shapes)
        for array, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(array, other)


def test_a_column_with_a_missing_shape_or_a_strange_type_is_refused():
    ring = [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 0.0}, {"x": 0.0, "y": 0.0}]
    with pytest.raises(ValueError, match=r"1 of 2 shapes are missing .* number 1"):
        flatten(pa.array([[ring], None]))
    for nothing in ([], [[]]):
        with pytest.raises(ValueError, match=r"1 of 2 shapes .* without coordinates"):
            flatten(pa.array([[ring], nothing]))
    with pytest.raises(ValueError, match="give its shapely geometries instead"):
        flatten(pa.array([1.0]))


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
