"""Barriers, areas, plans, parcels and report units: our columns, checked."""

import geopandas as gpd
import pandas as pd
import pyproj
import pytest
import shapely

from robuust.context_layers import (
    CONTEXT_TYPES,
    join_context,
    screen_context,
    screen_study_area,
    study_area_layer,
    whole_area_unit,
)

CRS = pyproj.CRS(31370)
AREA = shapely.box(100_000, 200_000, 110_000, 210_000)


def square(x, y=0, size=100):
    return shapely.box(100_000 + x, 200_000 + y, 100_000 + x + size, 200_000 + y + size)


def layer(*shapes, crs=CRS, **columns):
    index = range(len(shapes))
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs, index=index)


def screen(kind, read, *, refuse_unknown_codes=False, **source):
    return screen_context(
        read,
        {"name": "src", "path": "src.gpkg"} | source,
        kind,
        AREA,
        crs=CRS,
        max_distance_m=1000,
        known_codes=["4010", "91E0*"],
        refuse_unknown_codes=refuse_unknown_codes,
        known_covers=["forest", "water"],
        crossing_width_m=20,
    )


def reasons(apart):
    return dict(zip(apart["row"], apart["reason"], strict=True))


def test_barriers_have_a_kind_from_a_column_or_one_for_all():
    line = shapely.LineString([(100_000, 200_000), (100_100, 200_000)])
    by_column, apart, _ = screen(
        "barriers", layer(line, line, kind=["road", None]), barrier_column="Kind"
    )
    assert by_column["barrier"].tolist() == ["road"]
    assert reasons(apart) == {1: "missing_barrier"}
    constant, *_ = screen("barriers", layer(line), barrier="fence")
    assert constant["barrier"].tolist() == ["fence"]


def test_crossings_are_points_lines_or_polygons_and_become_openings():
    point = shapely.Point(100_500, 200_500)
    line = shapely.LineString([(100_000, 200_000), (100_100, 200_000)])
    kept, apart, _ = screen("crossings", layer(point, line, square(0), None))
    assert reasons(apart) == {3: "missing_geometry"}
    west, south, east, north = kept.geometry[0].bounds
    assert (east - west, north - south) == (20, 20)
    assert kept.geometry[1].bounds[3] - kept.geometry[1].bounds[1] == 20
    assert kept.geometry[2].area == 100 * 100


def test_land_cover_is_named_as_in_the_table_of_resistance():
    read = layer(square(0), square(100), square(200), square(300), kind=[1, 2, 9, None])
    names = {"land_cover_column": "kind", "classes": {1: "forest", 2: "water"}}
    kept, apart, _ = screen("land_cover", read, **names)
    assert kept["land_cover"].tolist() == ["forest", "water"]
    assert reasons(apart) == {2: "unknown_land_cover", 3: "missing_land_cover"}
    raster = layer(square(0), square(100), code=["water", "forest"])
    kept, *_ = screen("land_cover", raster, classes={1: "forest", 2: "water"})
    assert kept["land_cover"].tolist() == ["water", "forest"]


def test_a_barrier_must_be_a_line():
    _, apart, _ = screen("barriers", layer(square(0)), barrier="fence")
    assert reasons(apart) == {0: "not_a_line"}


def test_a_nature_area_without_a_name_is_called_by_its_id():
    kept, *_ = screen(
        "nature_areas",
        layer(square(0), square(200), n=["Broek", None], i=[1, 2]),
        name_column="n",
        id_column="i",
    )
    assert kept["name"].tolist() == ["Broek", "src:2"]
    assert kept["manager"].isna().all()


def test_years_of_plans_are_whole_and_believable():
    read = layer(*(square(200 * k) for k in range(4)), y=["2030", "30", "2030,5", None])
    kept, apart, _ = screen("plans", read, year_column="y")
    assert kept["year"].isna().tolist() == [False, True]
    assert kept["year"].dtype == "Int64"
    assert reasons(apart) == {1: "impossible_value", 2: "impossible_value"}
    assert apart["detail"].tolist() == ["year: 30", "year: 2030,5"]


def test_parcels_have_a_known_code_a_share_and_costs():
    read = layer(
        *(square(200 * k) for k in range(7)),
        code=["4010", "4010", "zzz", None, "4010", "4010", "91E0_vm"],
        share=[0.5, None, 1, 1, 1.5, 1, 1],
        cost=["1000,5", None, "1", "1", "1", "-3", "veel"],
        out=["ja", "nee", "", "", "", "", ""],
        promised=["", "ja", "", "", "", "", ""],
        sold=["ja", "", "", "", "", "", ""],
    )
    kept, apart, _ = screen(
        "candidates",
        read,
        code_column="code",
        share_column="share",
        cost_column="cost",
        excluded_column="out",
        must_have_column="promised",
        forbidden_column="sold",
    )
    assert kept["share"].tolist() == [0.5, 1.0]
    assert kept["cost_eur"].fillna(-1).tolist() == [1000.5, -1]
    assert kept["excluded"].tolist() == [True, False]
    assert kept["must_have"].tolist() == [False, True]
    assert kept["forbidden"].tolist() == [True, False]
    assert reasons(apart) == {
        2: "unknown_habitat_code",
        3: "missing_code",
        4: "impossible_value",
        5: "impossible_value",
        6: "impossible_value",
    }


def test_the_name_of_a_source_is_not_the_name_of_its_parcels():
    kept, *_ = screen(
        "candidates", layer(square(0), i=["p"]), code="4010", id_column="i"
    )
    assert kept["name"].tolist() == ["src:p"]


def test_unknown_codes_of_parcels_are_refused_on_request():
    with pytest.raises(ValueError, match=r"in no table: zzz \(1 polygons\)"):
        screen("candidates", layer(square(0)), code="zzz", refuse_unknown_codes=True)


def test_report_units_are_those_that_meet_the_area():
    read = layer(square(0), square(10_050), n=["in", "out"])
    kept, apart, _ = screen("report_units", read, level="municipality", name_column="n")
    assert kept[["level", "name"]].to_numpy().tolist() == [["municipality", "in"]]
    assert reasons(apart) == {1: "outside_area"}


def test_other_layers_may_lie_a_little_outside():
    read = layer(square(10_900), square(11_100))
    kept, apart, _ = screen("nature_areas", read)
    assert len(kept) == 1
    assert reasons(apart) == {1: "outside_area"}


def test_metres_that_claim_to_be_degrees_are_refused():
    with pytest.raises(ValueError, match=r"cannot be degrees.*`crs: EPSG:31370`"):
        screen("nature_areas", layer(square(0), crs=4326))
    kept, *_ = screen("nature_areas", layer(square(0), crs=4326), crs="EPSG:31370")
    assert len(kept) == 1


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(
        ValueError, match=r"'src' \(src.gpkg\): there is no column 'naam'"
    ):
        screen("nature_areas", layer(square(0)), name_column="naam")


@pytest.mark.parametrize("kind", CONTEXT_TYPES)
def test_no_source_gives_an_empty_layer_with_the_right_columns(kind):
    empty = join_context([], kind, CRS)
    assert empty.empty
    assert empty.crs == CRS
    types = {c: str(t) for c, t in empty.dtypes.items() if c != "geometry"}
    assert types == CONTEXT_TYPES[kind]


def test_sources_of_one_kind_are_joined_in_the_order_of_ids():
    one, *_ = screen("nature_areas", layer(square(0), i=["b"]), id_column="i", name="z")
    two, *_ = screen("nature_areas", layer(square(0), i=["c"]), id_column="i", name="a")
    joined = join_context([one, two], "nature_areas", CRS)
    assert joined["nature_area_id"].tolist() == ["a:c", "z:b"]


def test_without_report_units_the_whole_area_is_the_one_unit():
    unit = whole_area_unit(AREA, "Mijn gebied", CRS)
    assert unit[["unit_id", "level", "name"]].to_numpy().tolist() == [
        ["area", "area", "Mijn gebied"]
    ]
    assert list(unit.columns) == [*CONTEXT_TYPES["report_units"], "geometry"]


def test_a_study_area_is_the_union_of_its_polygons():
    read = layer(square(0), square(50), None)
    found = screen_study_area(read, {"name": "s", "path": "s"}, crs=CRS)
    assert found.kept.tolist() == ["s", "s"]
    assert found.quarantined["reason"].tolist() == ["missing_geometry"]
    area = study_area_layer([found], CRS)
    assert len(area) == 1
    assert area.area[0] == pytest.approx(15_000)


def test_a_study_area_without_polygons_is_refused():
    read = layer(shapely.Point(100_000, 200_000))
    with pytest.raises(ValueError, match="at least one polygon"):
        screen_study_area(read, {"name": "s", "path": "s"}, crs=CRS)


def test_rows_of_a_source_are_kept_or_set_apart():
    read = layer(square(0), None, square(0), square(50_000))
    kept, apart, _ = screen("nature_areas", read)
    assert len(kept) + len(apart) == 4
    assert isinstance(pd.DataFrame(apart)["original"].iloc[0], str)
