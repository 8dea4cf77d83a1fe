"""The habitat map: from the rows of several sources to one layer and its parts."""

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely

from robuust.habitat_map import (
    area_before_ha,
    habitat_area,
    join_habitat,
    screen_habitat,
)

CRS = pyproj.CRS(31370)
KNOWN = ["4010", "6510", "rbbmr", "91E0*"]
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
        "format": "plain",
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


def join(*screened, area=None, max_distance_m=1000):
    area = area or habitat_area(screened, CRS).geometry[0]
    return join_habitat(screened, area, crs=CRS, max_distance_m=max_distance_m)


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
    habitat, parts, apart, notes = join(screen(read, format="bwk", id_column="TAG"))
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
    _, _, apart, _ = join(screen(read, format="bwk"))
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
    _, parts, apart, notes = join(screen(read, quality_column="q"))
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
    forward = join(screen(layer(*shapes, code=codes)))
    backward = join(screen(layer(*shapes[::-1], code=codes[::-1])))
    pd.testing.assert_frame_equal(forward[0], backward[0])
    pd.testing.assert_frame_equal(forward[1], backward[1])
    assert shapely.union_all(forward[0].geometry).area == pytest.approx(
        forward[0].area.sum()
    )
