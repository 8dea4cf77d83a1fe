"""Rings and zones: exact to the tolerance, apart from each other and from patches."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from buffer_patches import buffer_patches
from robuust.buffers import (
    area_within,
    buffer_rings,
    pressure_zones,
    pressures_of,
    quadrant_segments,
    reaching,
)

SQUARE = shapely.box(0, 0, 1000, 1000)


def layer(*shapes):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=31370)


def square_ring_m2(side, start, end):
    """Area between two distances from a square: four sides and four quarter circles."""
    return 4 * side * (end - start) + np.pi * (end**2 - start**2)


@st.composite
def patchy_land(draw):
    """One to four ragged patches, small and large against a distance, and that."""
    distance = draw(st.sampled_from([5.0, 90.0, 250.0, 2500.0, 25_000.0]))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    patches = []
    for _ in range(draw(st.integers(1, 4))):
        n = int(random.integers(3, 60))
        size = distance * 10 ** random.uniform(-1.5, 1)
        angle = np.sort(random.uniform(0, 2 * np.pi, n))
        radius = size * (1 + 10 ** random.uniform(-4, -0.4) * random.uniform(-1, 1, n))
        ring = np.c_[
            radius * np.cos(angle), random.uniform(0.1, 1) * radius * np.sin(angle)
        ]
        ragged = shapely.Polygon(ring + random.uniform(-3, 3, 2) * size)
        parts = shapely.get_parts(shapely.make_valid(ragged))
        patches += [part for part in parts if part.area > 0]
    return patches, distance


def test_a_chord_of_the_drawn_circle_stays_within_the_tolerance():
    for radius, tolerance in ((5, 1), (300, 1), (25_000, 1), (25_000, 0.1)):
        step = np.pi / 2 / quadrant_segments(radius, tolerance)
        assert radius * (1 - np.cos(step / 2)) <= tolerance


@pytest.mark.parametrize("distance", [10, 100, 101, 600, 25_000])
def test_the_area_round_a_square_is_that_of_the_formula(distance):
    reached = area_within([SQUARE], distance, tolerance_m=1)
    exact = SQUARE.area + square_ring_m2(1000, 0, distance)
    assert abs(reached.area - exact) <= reached.length * 1
    closer = area_within([SQUARE], distance, tolerance_m=0.01)
    assert abs(closer.area - exact) <= closer.length * 0.01


def farthest_m(outline, land):
    """Largest distance from the land to points on an outline, 100 m apart."""
    points = shapely.get_coordinates(shapely.segmentize(outline.boundary, 100))
    return shapely.distance(land, shapely.points(points)).max()


def test_a_small_hollow_is_not_filled_as_a_plain_buffer_does():
    corners = [(22, 34), (-32, 35), (-31, 33), (-111, 19), (105, -22)]
    land = shapely.Polygon([(100 * x, 100 * y) for x, y in corners])
    drawn = area_within([land], 25_000, tolerance_m=1)
    assert farthest_m(drawn, land) == pytest.approx(25_000, abs=1)
    # The trap itself: when this fails, GEOS is exact and the union of circles may go.
    plain = land.buffer(25_000, quad_segs=200)
    assert farthest_m(plain, land) > 25_100


@settings(deadline=None, max_examples=60)
@given(patchy_land())
def test_every_point_of_the_outline_is_as_far_as_asked(land):
    patches, distance = land
    tolerance = 1.0
    reached = area_within(patches, distance, tolerance_m=tolerance)
    assert reached.is_valid
    whole = shapely.union_all(patches)
    shapely.prepare(whole)
    outline = shapely.segmentize(reached.boundary, distance / 20)
    gap = shapely.distance(whole, shapely.points(shapely.get_coordinates(outline)))
    assert gap.min() >= distance - tolerance
    assert gap.max() <= distance + tolerance
    assert whole.difference(reached).area <= 1e-9 * whole.area


def test_a_lake_in_a_ring_of_land_keeps_its_middle_and_loses_its_shore():
    lake = shapely.Point(0, 0).buffer(1000, quad_segs=200)
    land = shapely.Point(0, 0).buffer(1500, quad_segs=200).difference(lake)
    reached = area_within([land], 400, tolerance_m=1)
    exact = np.pi * (1900**2 - 600**2)
    assert abs(reached.area - exact) <= reached.length * 1
    assert not reached.contains(shapely.Point(0, 0))
    assert area_within([land], 1001, tolerance_m=1).contains(shapely.Point(0, 0))


def test_the_order_of_the_patches_changes_nothing():
    random = np.random.default_rng(4)
    corners = random.uniform(0, 5000, (200, 2))
    patches = shapely.box(*corners.T, *(corners + random.uniform(5, 90, (200, 2))).T)
    for distance in (80, 300):
        one = area_within(patches, distance, tolerance_m=1)
        other = area_within(patches[::-1], distance, tolerance_m=1)
        assert shapely.symmetric_difference(one, other).area < 1e-3
    assert one.equals_exact(other, 0) or one.equals(other)


def test_circles_left_out_do_not_change_the_union():
    random = np.random.default_rng(5)
    points = random.uniform(0, 3000, (600, 2))
    shown = reaching(points, 400)
    assert len(shown) < len(points)
    circles = shapely.buffer(shapely.points(points), 400, quad_segs=32)
    rings = shapely.get_rings(shapely.get_parts(shapely.union_all(circles[shown])))
    outer = max((shapely.Polygon(ring) for ring in rings), key=lambda shape: shape.area)
    whole = shapely.union_all(circles)
    assert outer.area == pytest.approx(shapely.Polygon(whole.exterior).area)


def test_three_rings_round_a_square_are_apart_and_add_up():
    to_m = {"inner": 50, "mid": 480, "outer": 3800}
    rings = buffer_rings(layer(SQUARE), group="blues", to_m=to_m, tolerance_m=0.5)
    assert rings["ring"].tolist() == ["inner", "mid", "outer"]
    assert rings["from_m"].tolist() == [0, 50, 480]
    assert rings["to_m"].tolist() == [50, 480, 3800]
    assert set(rings.geom_type) == {"MultiPolygon"}
    assert rings.geometry.is_valid.all()
    for row in rings.itertuples():
        exact_ha = square_ring_m2(1000, row.from_m, row.to_m) / 1e4
        assert row.area_ha == pytest.approx(row.geometry.area / 1e4)
        assert abs(row.area_ha - exact_ha) <= 0.5 * row.geometry.length / 1e4


@settings(deadline=None, max_examples=25)
@given(patchy_land(), st.tuples(*[st.floats(0.05, 1)] * 3))
def test_rings_are_apart_from_each_other_and_from_the_patches(land, widths):
    patches = shapely.get_parts(shapely.union_all(land[0]))
    edges_m = land[1] * np.cumsum(widths)
    to_m = dict(zip(("inner", "mid", "outer"), edges_m, strict=True))
    rings = buffer_rings(layer(*patches), group="g", to_m=to_m, tolerance_m=1)
    shapes = [shapely.union_all(patches), *rings.geometry]
    total = shapely.union_all(shapes).area
    assert sum(shape.area for shape in shapes) == pytest.approx(total, rel=1e-6)


def test_a_ring_without_width_has_no_row():
    to_m = {"inner": 0, "mid": 100, "outer": 100}
    rings = buffer_rings(layer(SQUARE), group="g", to_m=to_m, tolerance_m=1)
    assert rings["ring"].tolist() == ["mid"]


@pytest.mark.parametrize("mid", [40, np.nan])
def test_rings_that_fall_or_are_missing_are_refused_with_the_group(mid):
    to_m = {"inner": 50, "mid": mid, "outer": 200}
    with pytest.raises(ValueError, match=r"group blues.*buffer_mid_m"):
        buffer_rings(layer(SQUARE), group="blues", to_m=to_m, tolerance_m=1)


def test_a_buffer_without_width_is_refused():
    with pytest.raises(ValueError, match="above zero"):
        area_within([SQUARE], 0, tolerance_m=1)


def pressure_table(*rows):
    columns = ["pressure", "bundle", "width_m", "name_nl", "name_en", "source"]
    filled = [(*row, "druk", "pressure", "a paper") for row in rows]
    return pd.DataFrame(filled, columns=columns)


def test_without_patches_there_are_no_rows_but_the_same_columns_and_types():
    to_m = {"inner": 1, "mid": 2, "outer": 3}
    some = buffer_rings(layer(SQUARE), group="g", to_m=to_m, tolerance_m=1)
    none = buffer_rings(layer(), group="g", to_m=to_m, tolerance_m=1)
    assert len(none) == 0
    assert none.dtypes.to_dict() == some.dtypes.to_dict()
    assert none.crs == some.crs
    widths = pressure_table(("drift", "*", 50))
    some = pressure_zones(layer(SQUARE), widths, group="g", tolerance_m=1)
    none = pressure_zones(layer(), widths, group="g", tolerance_m=1)
    assert len(none) == 0
    assert none.dtypes.to_dict() == some.dtypes.to_dict()
    assert none.crs == some.crs


def test_a_bundle_takes_its_own_width_before_the_general_one():
    table = pressure_table(
        ("nitrogen", "*", 250),
        ("nitrogen", "forest_scrub", 100),
        ("drainage", "dune_slacks", 500),
        ("drift", "*", 50),
    )
    forest = pressures_of(table, "forest_scrub")
    assert dict(zip(forest["pressure"], forest["width_m"], strict=True)) == {
        "drift": 50,
        "nitrogen": 100,
    }
    dunes = pressures_of(table, "dune_slacks")
    assert dunes["width_m"].tolist() == [500, 50, 250]


def test_zones_of_pressures_may_overlap_each_other_but_not_the_sites():
    widths = pressure_table(("drift", "*", 50), ("nitrogen", "*", 250))
    zones = pressure_zones(layer(SQUARE), widths, group="g", tolerance_m=0.5)
    assert zones["pressure"].tolist() == ["drift", "nitrogen"]
    for row in zones.itertuples():
        exact_m2 = square_ring_m2(1000, 0, row.width_m)
        assert abs(row.geometry.area - exact_m2) <= 0.5 * row.geometry.length
        assert row.geometry.intersection(SQUARE).area == 0


def test_the_script_draws_zones_round_relict_sites_too(tmp_path):
    verdicts = layer(SQUARE, shapely.box(9000, 0, 9100, 100))
    verdicts = verdicts.assign(patch_id=["p1", "p2"], **{"class": ["key", "near"]})
    verdicts.to_parquet(tmp_path / "verdicts.parquet")
    relicts = verdicts.assign(status="relict")[["patch_id", "status", "geometry"]]
    relicts.to_parquet(tmp_path / "relict_sites.parquet")
    widths = pressure_table(("drift", "*", 50), ("drainage", "fens", 500))
    widths.to_csv(tmp_path / "pressures.csv", index=False)
    names = ("verdicts", "relict_sites", "buffers", "pressure_zones")
    paths = {name: tmp_path / f"{name}.parquet" for name in names}
    buffer_patches(
        paths | {"pressures": tmp_path / "pressures.csv"},
        group="g",
        bundle="heaths",
        classes=["stronghold", "key"],
        to_m={"inner": 50, "mid": 100, "outer": 150},
        tolerance_m=1,
    )
    rings = gpd.read_parquet(paths["buffers"])
    assert rings.total_bounds == pytest.approx([-150, -150, 1150, 1150], abs=1)
    zones = gpd.read_parquet(paths["pressure_zones"])
    assert zones["pressure"].tolist() == ["drift"]
    assert zones.total_bounds == pytest.approx([-50, -50, 9150, 1050], abs=1)
