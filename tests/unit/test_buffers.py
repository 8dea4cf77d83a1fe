"""Rings and zones: exact to the tolerance, apart from each other and from patches."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from patchy_land import SQUARE, patchy_land, square_ring_m2

from buffer_patches import buffer_patches
from robuust.buffers import (
    buffer_rings,
    pressure_zones,
    pressures_of,
)


def layer(*shapes):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=31370)


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


def test_a_zone_says_how_wide_it_is_and_where_that_was_found():
    widths = pressure_table(("drift", "*", 50), ("nitrogen", "*", 250))
    widths["source"] = ["a ruling", "a measurement"]
    zones = pressure_zones(layer(SQUARE), widths, group="g", tolerance_m=0.5)
    assert zones["width_m"].tolist() == [50.0, 250.0]
    assert zones["source"].tolist() == ["a ruling", "a measurement"]


def test_zones_of_pressures_may_overlap_each_other_but_not_the_sites():
    widths = pressure_table(("drift", "*", 50), ("nitrogen", "*", 250))
    zones = pressure_zones(layer(SQUARE), widths, group="g", tolerance_m=0.5)
    assert zones["pressure"].tolist() == ["drift", "nitrogen"]
    for row in zones.itertuples():
        exact_m2 = square_ring_m2(1000, 0, row.width_m)
        assert abs(row.geometry.area - exact_m2) <= 0.5 * row.geometry.length
        assert row.geometry.intersection(SQUARE).area == 0


@pytest.mark.parametrize("robust", [True, False])
def test_the_script_draws_zones_round_robust_and_relict_sites(tmp_path, robust):
    # The yardstick may find a patch robust or not, whatever its class: a zone follows.
    verdicts = layer(SQUARE, shapely.box(9000, 0, 9100, 100))
    verdicts = verdicts.assign(patch_id=["p1", "p2"], **{"class": ["key", "near"]})
    verdicts["robust"] = [robust, False]
    verdicts.to_parquet(tmp_path / "verdicts.parquet")
    relicts = verdicts.iloc[1:].assign(status="relict")
    relicts[["patch_id", "status", "geometry"]].to_parquet(
        tmp_path / "relict_sites.parquet"
    )
    widths = pressure_table(("drift", "*", 50), ("drainage", "fens", 500))
    widths.to_csv(tmp_path / "pressures.csv", index=False)
    # West of the square, east of the relict, and out of reach of everything.
    places = (-500, -500, 0, 1500), (9100, 0, 9120, 100), (0, 5e4, 9, 6e4)
    fields = layer(*(shapely.box(*place) for place in places))
    fields = fields.assign(source="fields", land_cover="arable")
    fields.to_parquet(tmp_path / "land_cover.parquet", write_covering_bbox=True)
    names = ("verdicts", "relict_sites", "land_cover")
    made = ("buffers", "pressure_zones", "zone_land_uses", "pieces")
    paths = {name: tmp_path / f"{name}.parquet" for name in names + made}
    buffer_patches(
        paths | {"pressures": tmp_path / "pressures.csv", "portions": []},
        group="g",
        bundle="heaths",
        classes=["stronghold", "key"],
        to_m={"inner": 50, "mid": 100, "outer": 150},
        tolerance_m=1,
        cover_order=["fields"],
    )
    rings = gpd.read_parquet(paths["buffers"])
    assert rings.total_bounds == pytest.approx([-150, -150, 1150, 1150], abs=1)
    zones = gpd.read_parquet(paths["pressure_zones"])
    assert zones["pressure"].tolist() == ["drift"]
    west, _, east, _ = zones.total_bounds
    assert [west, east] == pytest.approx([-50 if robust else 8950, 9150], abs=1)
    uses = pd.read_parquet(paths["zone_land_uses"])
    told = [["p1", False]] * robust + [["p2", True]]
    assert uses[["patch_id", "relict"]].to_numpy().tolist() == told
    # A strip of 50 m along 1000 m of edge, and a quarter circle at both its ends.
    exact_ha = (1000 * 50 + np.pi * 50**2 / 2) / 1e4
    assert uses["area_ha"].tolist() == pytest.approx([exact_ha] * robust + [0.2], 1e-3)
