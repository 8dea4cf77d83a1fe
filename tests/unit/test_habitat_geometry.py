"""Repair of geometries, and ids that do not depend on the order of rows."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from robuust import habitat_geometry
from robuust.habitat_geometry import (
    feature_ids,
    geometry_digest,
    identify,
    near_area,
    polygons_only,
    repair_lines,
    repair_polygons,
)

SQUARE = shapely.box(0, 0, 10, 10)
BOW_TIE = shapely.from_wkt("POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0))")


def reason_of(geometry, min_area_m2=1.0):
    return repair_polygons([geometry], min_area_m2=min_area_m2)[1].fillna("fit")[0]


@pytest.mark.parametrize(
    ("wkt", "reason"),
    [
        ("POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0))", "fit"),
        ("POLYGON EMPTY", "empty_geometry"),
        ("POINT (1 1)", "not_a_polygon"),
        ("LINESTRING (0 0, 1 1)", "not_a_polygon"),
        ("POLYGON ((0 0, 5 0, 10 0, 0 0))", "zero_area"),
        ("POLYGON ((0 0, 100 0, 100 0.001, 0 0))", "sliver"),
        ("POLYGON ((0 0, 10 0, 10 inf, 0 10, 0 0))", "impossible_coordinates"),
        ("GEOMETRYCOLLECTION (LINESTRING (0 0, 1 1))", "zero_area"),
        ("GEOMETRYCOLLECTION (POINT (0 0), POLYGON ((0 0, 9 0, 9 9, 0 0)))", "fit"),
    ],
)
def test_each_geometry_is_fit_or_has_its_reason(wkt, reason):
    assert reason_of(shapely.from_wkt(wkt)) == reason


def test_a_missing_geometry_has_its_reason():
    assert reason_of(None) == "missing_geometry"


def test_both_lobes_of_a_bow_tie_stay():
    [repaired], reasons, changed = repair_polygons([BOW_TIE], min_area_m2=1)
    assert reasons.isna().all()
    assert changed.all()
    assert repaired.is_valid
    assert repaired.area == pytest.approx(50)


def test_a_sound_polygon_is_left_as_it_was():
    [repaired], _, changed = repair_polygons([SQUARE], min_area_m2=1)
    assert shapely.equals_exact(repaired, SQUARE)
    assert not changed.any()


def star(n_corners):
    """A ring to and fro over its middle: each edge crosses all but its neighbours."""
    turn = np.arange(n_corners) * (n_corners // 2) * 2 * np.pi / n_corners
    return shapely.Polygon(np.stack([np.cos(turn), np.sin(turn)], axis=1) * 1000)


def test_an_outline_that_crosses_itself_too_often_is_set_apart_unrepaired():
    tangled = star(1001)  # 499,499 crossings
    [kept], reasons, changed = repair_polygons([tangled], min_area_m2=1)
    assert reasons.tolist() == ["tangled_geometry"]
    assert shapely.equals_exact(kept, tangled)
    assert not changed.any()


@pytest.mark.parametrize(("limit", "reason"), [(44, "fit"), (43, "tangled_geometry")])
def test_crossings_are_counted_once_each(limit, reason, monkeypatch):
    monkeypatch.setattr(habitat_geometry, "MAX_CROSSINGS", limit)
    assert reason_of(star(11)) == reason  # 11 * (11 - 3) / 2 crossings


def test_edges_that_meet_at_one_corner_do_not_cross(monkeypatch):
    monkeypatch.setattr(habitat_geometry, "MAX_CROSSINGS", 0)
    turn = np.arange(40) * 2 * np.pi / 40
    spokes = np.stack([np.cos(turn), np.sin(turn)], axis=1) * 1000
    spokes[::4] = 0
    assert reason_of(shapely.Polygon(spokes)) == "fit"


def test_collected_buffers_are_joined(monkeypatch):
    monkeypatch.setattr(habitat_geometry, "MAX_CROSSINGS", 1)
    discs = shapely.buffer(shapely.points(np.arange(3) * 10, 0), 8)  # 4 crossings
    assert reason_of(shapely.MultiPolygon(list(discs))) == "fit"
    monkeypatch.setattr(habitat_geometry, "MAX_CROSSINGS", 0.3)
    assert reason_of(shapely.MultiPolygon(list(discs))) == "tangled_geometry"


def test_what_is_set_apart_keeps_the_geometry_of_the_file():
    spike = shapely.from_wkt("POLYGON ((0 0, 5 0, 10 0, 0 0))")
    [kept], _, _ = repair_polygons([spike], min_area_m2=1)
    assert shapely.equals_exact(kept, spike)


def test_no_geometries_at_all_pass():
    shapes, reasons, changed = repair_polygons([], min_area_m2=1)
    assert len(shapes) == len(reasons) == len(changed) == 0


def test_polygons_are_taken_out_of_nested_collections():
    nested = shapely.GeometryCollection(
        [shapely.Point(0, 0), shapely.GeometryCollection([SQUARE])]
    )
    assert polygons_only(nested).area == 100


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=8)
)
@example([(1, 0), (0, 0), (1, 1), (0, 1), (0, 0), (1, 1)])  # lobes sharing an edge
def test_every_ring_becomes_a_valid_polygon_or_has_a_reason(ring):
    drawn = shapely.Polygon(ring)
    [repaired], reasons, _ = repair_polygons([drawn], min_area_m2=0.001)
    if reasons.isna()[0]:
        assert repaired.is_valid
        assert repaired.geom_type in ("Polygon", "MultiPolygon")
        assert repaired.area > 0
    else:
        assert reasons[0] in ("zero_area", "sliver")


def test_lines_need_a_length():
    wkt = ["LINESTRING (0 0, 1 1)", "LINESTRING (1 1, 1 1)", "POINT (0 0)"]
    reasons = repair_lines([*shapely.from_wkt(wkt), None]).fillna("fit")
    assert reasons.tolist() == ["fit", "zero_length", "not_a_line", "missing_geometry"]


def test_the_same_shape_gives_the_same_digest_however_it_is_drawn():
    other_way = shapely.Polygon([(10, 10), (10, 0), (0, 0), (0, 10)])
    noisy = shapely.box(-1e-5, 0, 10.00001, 10)
    one, two, three = geometry_digest([SQUARE, other_way, noisy])
    assert one == two == three
    assert one != geometry_digest([shapely.box(0, 0, 10, 10.01)])[0]


def test_ids_of_the_file_are_used_and_blank_ones_are_filled_from_the_shape():
    ids = feature_ids("map", pd.Series([7.0, None]), np.array([SQUARE, SQUARE]))
    assert ids[0] == "map:7"
    assert ids[1] == "map:" + geometry_digest([SQUARE])[0]


def test_ids_follow_their_shapes_when_rows_are_shuffled():
    shapes = shapely.box(np.arange(5) * 10, 0, np.arange(5) * 10 + 5, 5)
    forward = feature_ids("map", None, shapes)
    assert feature_ids("map", None, shapes[::-1]).tolist() == forward[::-1].tolist()


def untold(rows):
    """Nothing but its shape is told of any feature."""
    return [""] * len(rows), [""] * len(rows)


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_of_two_features_with_one_id_the_same_one_stays_whatever_the_order(order):
    shapes = np.array([SQUARE, shapely.box(50, 0, 60, 10)])[order]
    table = pd.DataFrame({"TAG": ["a", "a"]})
    source = {"name": "map", "path": "m", "id_column": "TAG"}
    none = pd.Series([None, None], dtype="str")
    _, reasons = identify(table, shapes, none, source, untold)
    assert (reasons == "duplicate_id").sum() == 1
    [kept] = shapes[reasons.isna()]
    first = min(
        [SQUARE, shapely.box(50, 0, 60, 10)], key=lambda s: geometry_digest([s])[0]
    )
    assert shapely.equals_exact(kept, first)


def test_without_ids_a_repeated_shape_is_a_duplicate():
    shapes = np.array([SQUARE, SQUARE])
    source = {"name": "map", "path": "m"}
    none = pd.Series([None, None], dtype="str")
    _, reasons = identify(pd.DataFrame(index=range(2)), shapes, none, source, untold)
    assert reasons.fillna("kept").tolist() == ["kept", "duplicate_geometry"]


@given(st.permutations(range(4)))
def test_of_two_equal_shapes_what_is_told_decides_and_never_the_order(order):
    """Four equal squares; two say heath, and one of these is drawn from elsewhere."""
    elsewhere = shapely.Polygon([(0, 0), (0, 10), (10, 10), (10, 0)])
    assert shapely.to_wkb(elsewhere) < shapely.to_wkb(SQUARE)
    drawn = [(SQUARE, "meadow"), (SQUARE, "heath"), (elsewhere, "heath"), (SQUARE, "x")]
    shapes = np.array([drawn[k][0] for k in order], dtype=object)
    words = np.array([drawn[k][1] for k in order], dtype=object)
    none = pd.Series([None] * 4, dtype="str")
    table, source = pd.DataFrame(index=range(4)), {"name": "map", "path": "m"}

    def told(rows):
        """Words that are used, and a number that follows the order of the rows."""
        return words[rows], [str(k) for k in rows]

    _, reasons = identify(table, shapes, none, source, told)
    assert [order[k] for k in np.flatnonzero(reasons.isna())] == [2]


def test_near_is_measured_from_edge_to_edge():
    points = [shapely.Point(15, 5), shapely.Point(15.1, 5), shapely.Point(13, 14), None]
    assert near_area(points, SQUARE, 5).tolist() == [True, False, True, False]
    corner = shapely.Point(14, 14)  # in the bounding box, 5.66 m from the corner
    assert not near_area([corner], SQUARE, 5).any()
