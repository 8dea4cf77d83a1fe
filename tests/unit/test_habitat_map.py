"""The habitat map: from the rows of several sources to one layer and its parts."""

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust import overlaps
from robuust.habitat_map import (
    area_before_ha,
    join_habitat,
    screen_habitat,
)

CRS = pyproj.CRS(31370)
KNOWN = ["4010", "6510", "rbbmr", "91E0*"]
BWK = {"parts": [{"code": "HAB", "share": "PHAB", "shares": "percent"}]}
EAST, NORTH = 100_000, 200_000


def square(x, y=0, size=100):
    return shapely.box(EAST + x, NORTH + y, EAST + x + size, NORTH + y + size)


def layer(*shapes, crs=CRS, **columns):
    columns = columns or {"code": ["4010"] * len(shapes)}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def screen(read, *, refuse_unknown=False, **source):
    entry = {
        "name": "map",
        "path": "map.gpkg",
        "code_column": "code",
    }
    return screen_habitat(
        read,
        entry | source,
        KNOWN,
        crs=CRS,
        min_polygon_m2=1,
        refuse_unknown=refuse_unknown,
    )


def merge(*screened, area=None, max_distance_m=1000):
    limits = {"max_distance_m": max_distance_m, "max_gap_m": 1}
    return join_habitat(screened, area, crs=CRS, **limits)


def join(*screened, **options):
    return merge(*screened, **options)[:4]


def test_two_neighbours_with_mosaics_give_two_polygons_and_three_parts():
    read = layer(
        square(0),
        square(100),
        TAG=["b", "a"],
        HAB1=["4010", "6510"],
        PHAB1=[60, 100],
        HAB2=["gh", ""],
        PHAB2=[40, 0],
    )
    habitat, parts, apart, notes = join(screen(read, **BWK, id_column="TAG"))
    assert habitat["polygon_id"].tolist() == ["map:a", "map:b"]
    assert habitat["area_ha"].tolist() == [1, 1]
    assert parts.to_numpy().tolist() == [
        ["map:a", "6510", 1.0, 1.0, True],
        ["map:b", "4010", 0.6, 1.0, True],
        ["map:b", "gh", 0.4, 1.0, True],
    ]
    assert apart.empty
    assert not any(rows for _, _, rows in notes)


def test_the_source_that_comes_first_keeps_the_ground():
    first = screen(layer(square(0)), name="z_first")
    second = screen(layer(square(50)), name="a_second")
    habitat, _, _, notes = join(first, second)
    assert dict(zip(habitat["source"], habitat["area_ha"], strict=True)) == {
        "z_first": 1,
        "a_second": 0.5,
    }
    assert ("a_second", "overlap_cut_away", 1) in notes
    assert area_before_ha(second) == 1


def test_sources_of_different_overlays_lie_over_each_other():
    heath, pools = screen(layer(square(0)), name="heath"), layer(square(50))
    habitat, *_ = join(heath, screen(pools, name="pools", overlay="pools"))
    assert habitat["area_ha"].tolist() == [1, 1]


def test_a_polygon_under_an_earlier_one_goes_to_quarantine():
    habitat, parts, apart, _ = join(
        screen(layer(square(0))), screen(layer(square(20, 20, 50)), name="second")
    )
    assert len(habitat) == len(parts) == 1
    assert apart[["source", "row", "reason"]].to_numpy().tolist() == [
        ["second", 0, "covered_by_earlier"]
    ]


def test_every_row_that_cannot_be_used_keeps_its_reason_and_columns():
    bad = [None, shapely.Polygon(), square(0, 0, 0.5), shapely.Point(EAST, NORTH)]
    codes = ["4010", "4010", "4010", "4010", "zzz", None, "4010"]
    read = layer(*bad, square(200), square(400), square(600), code=codes)
    _, _, apart, _ = join(screen(read))
    assert dict(zip(apart["row"], apart["reason"], strict=True)) == {
        0: "missing_geometry",
        1: "empty_geometry",
        2: "sliver",
        3: "not_a_polygon",
        4: "unknown_habitat_code",
        5: "missing_habitat_code",
    }
    assert apart["original"][4] == '{"code": "zzz"}'
    assert apart["detail"][4] == "in no table: zzz"


def test_a_share_that_is_no_number_is_set_apart():
    read = layer(square(0), square(200), HAB1=["4010"] * 2, PHAB1=["-20", "100"])
    _, _, apart, _ = join(screen(read, **BWK))
    assert apart["reason"].tolist() == ["impossible_share"]


def test_an_unknown_part_is_noted_and_the_known_part_stays():
    read = layer(square(0), code=["4010,zzz"])
    _, parts, apart, notes = join(screen(read))
    assert parts["share"].tolist() == [0.5]
    assert apart.empty
    assert ("map", "unknown_habitat_code_part", 1) in notes


def test_a_quality_that_we_do_not_know_is_noted_and_the_polygon_stays():
    shapes = [square(0), square(200), square(400), square(600)]
    read = layer(*shapes, code=["4010"] * 3 + ["zzz"], q=["G", "slecht", "80", "?"])
    _, parts, apart, notes = join(
        screen(read, quality_column="q", quality_words={"g": 1.0})
    )
    assert parts["quality"].tolist() == [1.0, 1.0, 1.0]
    assert apart["row"].tolist() == [3]
    assert ("map", "unknown_quality", 2) in notes
    assert ("map", "unknown_quality", 0) in join(screen(layer(square(0))))[3]


def test_unknown_codes_are_refused_on_request_with_their_counts():
    read = layer(square(0), square(200), square(400), code=["4010", "zzz", "zzz"])
    with pytest.raises(ValueError, match=r"in no table: zzz \(2 polygons\)\. Add them"):
        screen(read, refuse_unknown=True)


def test_the_second_polygon_with_an_id_is_a_duplicate():
    read = layer(square(0), square(200), square(400), code=["4010"] * 3, id=[7, 7, 8])
    habitat, _, apart, _ = join(screen(read, id_column="ID"))
    assert habitat["polygon_id"].tolist() == ["map:7", "map:8"]
    assert apart["reason"].tolist() == ["duplicate_id"]
    assert apart["detail"].tolist() == ["map:7 is there already"]


def test_polygons_far_from_the_study_area_are_set_apart():
    read = layer(square(0), square(1150), square(1300))
    _, _, apart, _ = join(screen(read), area=square(0), max_distance_m=1050)
    assert apart[["row", "reason"]].to_numpy().tolist() == [[2, "outside_area"]]


def test_a_map_that_lies_elsewhere_altogether_is_refused():
    with pytest.raises(ValueError, match=r"all 1 usable polygons lie more than 1000 m"):
        join(screen(layer(square(0))), area=square(9000))


def test_an_empty_layer_is_refused():
    with pytest.raises(ValueError, match=r"'map' \(map.gpkg\) is empty"):
        screen(layer())


def test_a_layer_without_one_usable_polygon_is_refused_with_the_reasons():
    read = layer(None, square(0, 0, 0.1), square(5, 0, 0.1))
    with pytest.raises(
        ValueError, match=r"none of its 3 polygons.*: 2 sliver, 1 missing"
    ):
        screen(read)


def test_a_layer_without_reference_system_is_refused():
    with pytest.raises(ValueError, match="no coordinate reference system"):
        screen(layer(square(0), crs=None))
    assert screen(layer(square(0), crs=None), crs="EPSG:31370").reasons.isna().all()


def test_a_layer_in_degrees_comes_out_in_the_system_of_the_analysis():
    degrees = layer(square(0), square(200)).to_crs(4326)
    habitat, *_ = join(screen(degrees))
    assert habitat.crs == CRS
    assert habitat["area_ha"].to_numpy() == pytest.approx([1, 1], rel=1e-4)


def test_a_repaired_polygon_is_counted():
    bow_tie = shapely.Polygon(
        [(EAST, NORTH), (EAST + 10, NORTH + 10), (EAST + 10, NORTH), (EAST, NORTH + 10)]
    )
    habitat, _, _, notes = join(screen(layer(bow_tie)))
    assert ("map", "repaired_geometry", 1) in notes
    assert habitat["area_ha"].to_numpy() == pytest.approx(50 / 10_000)


def test_the_order_of_rows_changes_nothing_but_the_row_numbers():
    shapes = [square(60 * k, 30 * (k % 3)) for k in range(8)]
    codes = ["4010", "6510", "rbbmr", "91E0_vm"] * 2
    forward = merge(screen(layer(*shapes, code=codes)))
    backward = merge(screen(layer(*shapes[::-1], code=codes[::-1])))
    for place in (0, 1, 4):
        pd.testing.assert_frame_equal(forward[place], backward[place])
    assert len(forward[4])
    assert shapely.union_all(forward[0].geometry).area == pytest.approx(
        forward[0].area.sum()
    )


def test_a_gap_and_an_overlap_are_told_with_both_ids_and_their_size():
    read = layer(square(0), square(100.5), square(198), id=["a", "b", "c"])
    read["code"] = "4010"
    *_, notes, faults = merge(screen(read, id_column="id"))
    columns = ["kind", "polygon_id_a", "polygon_id_b", "area_m2", "width_m"]
    gap, overlap = faults[columns].to_numpy().tolist()
    assert gap == [
        "gap",
        "map:a",
        "map:b",
        pytest.approx(50),
        pytest.approx(0.4975, 0.01),
    ]
    assert overlap[:4] == ["overlap", "map:b", "map:c", pytest.approx(250)]
    assert ("map", "narrow_gap_beside", 2) in notes
    assert ("map", "overlap_cut_away", 1) in notes
    assert faults["source"].tolist() == ["map", "map"]
    assert faults["reason_nl"].str.contains("map:b").all()
    assert faults["fault_id"].is_unique


def test_polygons_of_different_overlays_are_no_faulty_neighbours():
    first = screen(layer(square(0)), name="a")
    second = screen(layer(square(100.5)), name="b", overlay="pools")
    assert merge(first, second)[4].empty


def test_a_pile_of_polygons_is_refused_with_the_names_of_its_sources(monkeypatch):
    monkeypatch.setattr(overlaps, "ALWAYS_ALLOWED_PAIRS", 0)
    monkeypatch.setattr(overlaps, "MAX_PAIRS_PER_POLYGON", 0)
    first, second = (screen(layer(square(x)), name=n) for x, n in [(0, "a"), (9, "b")])
    with pytest.raises(ValueError, match=r"'a' .* and source 'b' .*1 pairs overlap"):
        merge(first, second)


def test_a_sound_map_has_no_faults_but_the_columns():
    faults = merge(screen(layer(square(0), square(100))))[4]
    assert faults.empty
    assert {"fault_id", "kind", "width_m", "geometry"} <= set(faults.columns)


def test_the_area_before_counts_polygons_that_are_set_apart_but_sound():
    one = screen(layer(square(0), square(200), None, code=["4010", "zzz", "4010"]))
    assert area_before_ha(one) == 2


def test_multipolygons_collections_and_heights_become_flat_polygons():
    two = shapely.MultiPolygon([square(0), square(200)])
    mixed = shapely.GeometryCollection([square(400), shapely.Point(EAST, NORTH)])
    habitat, _, apart, notes = join(
        screen(layer(two, mixed, shapely.force_3d(square(600), 7)))
    )
    assert apart.empty
    assert sorted(habitat["area_ha"]) == [1, 1, 2]
    assert not habitat.geometry.has_z.any()
    assert set(habitat.geom_type) == {"Polygon", "MultiPolygon"}
    assert ("map", "repaired_geometry", 1) in notes


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=2, max_size=14))
def test_all_ground_is_kept_once_and_the_areas_add_up(places):
    shapes = [square(10 * x, 10 * y, 10 * (1 + k)) for x, y, k in places]
    first = screen(layer(*shapes[::2]), name="first")
    second = screen(layer(*shapes[1::2]), name="second")
    habitat, _, apart, _, faults = merge(first, second)
    ground_ha = shapely.union_all(shapes).area / 10_000
    assert habitat.union_all().area / 10_000 == pytest.approx(ground_ha)
    assert habitat["area_ha"].sum() == pytest.approx(ground_ha, abs=1e-5)
    assert len(habitat) + len(apart) == len(shapes)
    before_ha = area_before_ha(first) + area_before_ha(second)
    assert before_ha == pytest.approx(sum(s.area for s in shapes) / 10_000)
    repeated_ha = apart[apart["reason"] == "duplicate_geometry"].area.sum() / 10_000
    told_ha = faults.loc[faults["kind"] == "overlap", "area_m2"].sum() / 10_000
    # Ground under three polygons is told for each pair, so at least once too often.
    assert told_ha + repeated_ha >= before_ha - ground_ha - 1e-5
