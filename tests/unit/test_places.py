"""Places of records: what fits, what is set apart, which setting is proposed."""

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.places import find_places

LAMBERT_72, LAMBERT_2008 = pyproj.CRS(31370), pyproj.CRS(3812)
RD_NEW, DEGREES = pyproj.CRS(28992), pyproj.CRS(4326)
# Two blocks with a bay between them, in the Kempen.
AREA = shapely.union(
    shapely.box(180_000, 220_000, 189_000, 240_000),
    shapely.box(191_000, 220_000, 200_000, 240_000),
)
REACH_M = 500.0
INSIDE = np.random.default_rng(3).uniform((180e3, 220e3), (189e3, 240e3), (1200, 2)).T
FLANDERS = np.random.default_rng(4).uniform((30e3, 160e3), (250e3, 240e3), (1200, 2)).T


def places(x, y, own_crs, **changes):
    options = {"crs": LAMBERT_72, "area": AREA, "max_distance_m": REACH_M} | changes
    return find_places(x, y, own_crs=own_crs, **options)


def written_in(crs, xy):
    """Lambert coordinates as a file in another system has them."""
    return pyproj.Transformer.from_crs(31370, crs, always_xy=True).transform(*xy)


def counts(found):
    return found.reasons.fillna("fit").value_counts().to_dict()


@pytest.mark.parametrize("crs", [DEGREES, LAMBERT_72, LAMBERT_2008, RD_NEW])
def test_places_come_out_the_same_from_any_system(crs):
    found = places(*written_in(crs, INSIDE), crs)
    assert counts(found) == {"fit": 1200}
    np.testing.assert_allclose([found.x, found.y], INSIDE, atol=0.5)
    assert found.hints == []


def test_every_wrong_place_has_its_own_reason():
    lon, lat = written_in(DEGREES, (185_000, 230_000))
    rows = {
        (lon, lat): None,
        (np.nan, lat): "missing_coordinates",
        (lon, np.nan): "missing_coordinates",
        (0, 0): "zero_coordinates",
        (lat, lon): "swapped_coordinates",
        (185_000, 230_000): "metres_as_degrees",
        (lon, 512.3): "impossible_coordinates",
        (np.inf, lat): "impossible_coordinates",
        (lon + 30, lat): "far_from_area",
    }
    many = [(lon, lat)] * 10  # most rows are right: no setting is proposed
    x, y = np.array([*rows, *many]).T
    found = places(x, y, DEGREES)
    given_reasons = found.reasons.astype(object).where(found.reasons.notna(), None)
    assert given_reasons.tolist() == [*rows.values(), *[None] * 10]
    assert found.hints == []
    somewhere = found.reasons.isna() | (found.reasons == "far_from_area")
    assert (np.isnan(found.x) != somewhere).all()
    assert (np.isnan(found.y) != somewhere).all()


@pytest.mark.parametrize(
    ("xy", "claimed", "swap", "reason", "advice"),
    [
        (written_in(DEGREES, INSIDE)[::-1], DEGREES, False, "swapped_coordinates",
         "when latitude and longitude are swapped: set `swap_coordinates: true`"),
        (written_in(DEGREES, INSIDE), DEGREES, True, "swapped_coordinates",
         "when latitude and longitude are not swapped: set `swap_coordinates: false`"),
        (INSIDE[::-1], LAMBERT_72, False, "swapped_coordinates",
         "when x and y are swapped: set `swap_coordinates: true`"),
        (INSIDE, DEGREES, False, "metres_as_degrees",
         "as EPSG:31370: set `crs: EPSG:31370`"),
        (INSIDE[::-1], DEGREES, False, "metres_as_degrees",
         "as EPSG:31370 when x and y are swapped: set `crs: EPSG:31370` and"
         " `swap_coordinates: true`"),
        (written_in(RD_NEW, INSIDE), DEGREES, False, "metres_as_degrees",
         "as EPSG:28992: set `crs: EPSG:28992`"),
        (written_in(DEGREES, INSIDE), LAMBERT_72, False, "far_from_area",
         "as EPSG:4326: set `crs: EPSG:4326`"),
        (INSIDE, RD_NEW, False, "far_from_area",
         "as EPSG:31370: set `crs: EPSG:31370`"),
        (written_in(LAMBERT_2008, INSIDE), LAMBERT_72, False, "impossible_coordinates",
         "as EPSG:3812: set `crs: EPSG:3812`"),
        (written_in(32631, INSIDE), RD_NEW, False, "impossible_coordinates",
         "as EPSG:32631: set `crs: EPSG:32631`"),
        (written_in(3857, INSIDE), DEGREES, False, "metres_as_degrees",
         "as EPSG:3857: set `crs: EPSG:3857`"),
        (written_in(3035, INSIDE), DEGREES, False, "metres_as_degrees",
         "as EPSG:3035: set `crs: EPSG:3035`"),
    ],
)  # fmt: skip
def test_the_setting_that_mends_a_source_is_proposed_with_numbers(
    xy, claimed, swap, reason, advice
):
    found = places(*xy, claimed, swap=swap)
    assert counts(found) == {reason: 1200}
    assert found.hints == [
        f"1,200 of 1,200 rows fall in the area {advice} at this source"
    ]


def test_swap_coordinates_puts_swapped_places_right():
    lon, lat = written_in(DEGREES, INSIDE)
    found = places(lat, lon, DEGREES, swap=True)
    assert counts(found) == {"fit": 1200}
    np.testing.assert_allclose([found.x, found.y], INSIDE, atol=0.5)


def test_a_far_place_elsewhere_in_a_national_grid_is_not_called_swapped():
    # Where area and mirrored area both are Flemish ground, chance swaps some.
    found = places(*np.concatenate([FLANDERS, INSIDE[::-1, :40]], axis=1), LAMBERT_72)
    assert set(counts(found)) == {"fit", "far_from_area"}
    assert found.hints == []


def test_most_far_places_of_a_grid_that_come_near_by_swapping_are_swapped():
    x, y = INSIDE.copy()
    x[:30], y[:30] = INSIDE[::-1, :30]
    x[30:40] = 30_000  # ordinary places elsewhere
    found = places(x, y, LAMBERT_72)
    assert counts(found) == {
        "fit": 1160,
        "swapped_coordinates": 30,
        "far_from_area": 10,
    }
    assert found.hints == []  # most rows are right: swapping all would be wrong


def test_grids_whose_axes_do_not_overlap_tell_a_single_swapped_row():
    x, y = np.array(written_in(RD_NEW, INSIDE))
    x[0], y[0] = y[0], x[0]
    x[1:4] = 20_000
    found = places(x, y, RD_NEW, crs=RD_NEW, area=shapely.box(
        x[4:].min(), y[4:].min(), x[4:].max(), y[4:].max()))  # fmt: skip
    assert counts(found) == {
        "fit": 1196,
        "far_from_area": 3,
        "swapped_coordinates": 1,
    }


def test_a_national_file_that_is_swapped_is_recognised_by_the_country():
    lon, lat = written_in(DEGREES, FLANDERS)
    n_near = counts(places(lon, lat, DEGREES))["fit"]
    found = places(lat, lon, DEGREES)
    assert counts(found) == {
        "swapped_coordinates": n_near,
        "far_from_area": 1200 - n_near,
    }
    assert found.hints == [
        f"1,200 of 1,200 rows fall in the country, {n_near} in the area, when latitude"
        " and longitude are swapped: set `swap_coordinates: true` at this source"
    ]


def test_a_file_of_another_country_gets_no_proposal():
    spain = np.random.default_rng(5).uniform((-6, 37), (0, 42), (500, 2)).T
    found = places(*spain, DEGREES)
    assert counts(found) == {"far_from_area": 500}
    assert found.hints == []


def test_without_a_study_area_the_country_of_the_system_counts():
    found = places(*FLANDERS, DEGREES, area=None, things="polygons")
    assert found.hints == [
        "1,200 of 1,200 polygons fit EPSG:31370: set `crs: EPSG:31370` at this source"
    ]
    # In metres nothing can then tell east from north.
    assert places(*FLANDERS[::-1], LAMBERT_72, area=None).hints == []


def test_no_rows_and_only_blank_rows_have_no_hints():
    assert places([], [], DEGREES).reasons.empty
    blank = places([np.nan, 0.0], [np.nan, 0.0], DEGREES)
    assert blank.reasons.tolist() == ["missing_coordinates", "zero_coordinates"]
    assert blank.hints == []


def test_the_datum_shift_and_its_accuracy_are_told():
    found = places(*written_in(DEGREES, INSIDE), DEGREES)
    assert found.operation == "Inverse of BD72 to WGS 84 (3) + Belgian Lambert 72"
    assert found.accuracy_m == 1.0
    same = places(*INSIDE, LAMBERT_72)
    assert (same.operation, same.accuracy_m) == ("none", 0.0)


def test_arguments_stay_as_they_were():
    x, y = np.array([185e3, 1e9]), np.array([230e3, 0])
    places(x, y, LAMBERT_72)
    assert x.tolist() == [185e3, 1e9]
    assert y.tolist() == [230e3, 0]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(178e3, 203e3), st.floats(218e3, 243e3)),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([0.0, 40.0, 500.0, 3000.0]),
)
def test_near_is_what_the_distance_says(xy, reach_m):
    x, y = np.array(xy).T
    found = places(x, y, LAMBERT_72, max_distance_m=reach_m)
    distance_m = shapely.distance(AREA, shapely.points(x, y))
    clear = np.abs(distance_m - reach_m) > 1e-6
    assert (found.reasons.isna() == (distance_m <= reach_m))[clear].all()


def test_points_on_the_edge_and_at_the_very_distance_are_near():
    x, y = [180_000, 180_000 - REACH_M, 180_000 - REACH_M - 1], [230_000] * 3
    found = places(x, y, LAMBERT_72)
    assert found.reasons.isna().tolist() == [True, True, False]
    edge = places(x, y, LAMBERT_72, max_distance_m=0)
    assert edge.reasons.isna().tolist() == [True, False, False]


def test_reasons_are_text_with_gaps_as_everywhere():
    found = places(*INSIDE, LAMBERT_72)
    assert found.reasons.dtype == pd.Series([None], dtype="str").dtype


# --- Where x and y are much alike: the mirrored area is near too

ALIKE = shapely.box(180_000, 200_000, 200_000, 220_000)
IN_ALIKE = np.random.default_rng(6).uniform((180e3, 200e3), (200e3, 220e3), (30, 2)).T
WIDE = {"area": ALIKE, "max_distance_m": 50_000.0}


@pytest.mark.parametrize("crs", [LAMBERT_72, LAMBERT_2008])
def test_a_swapped_source_is_told_where_its_places_are_near_all_the_same(crs):
    options = WIDE | {"crs": crs}
    if crs is LAMBERT_2008:  # its numbers are alike nowhere in Flanders
        options["area"] = shapely.box(680_000, 700_000, 700_000, 720_000)
    x, y = IN_ALIKE + (0 if crs is LAMBERT_72 else 500_000)
    assert counts(places(x, y, crs, **options)) == {"fit": 30}
    found = places(y, x, crs, **options)
    assert counts(found) == {"swapped_coordinates": 30}
    assert np.isnan(found.x).all()
    assert found.hints == [
        "30 of 30 rows fall in the area when x and y are swapped: set"
        " `swap_coordinates: true` at this source (or `swap_coordinates: false` to use"
        " them as they are)"
    ]
    assert counts(places(y, x, crs, swap=True, **options)) == {"fit": 30}


def test_a_swapped_source_is_told_though_some_of_it_is_far_and_some_is_blank():
    x, y = np.concatenate([IN_ALIKE[::-1], [[240e3, np.nan], [40e3, 1]]], axis=1)
    found = places(x, y, LAMBERT_72, **WIDE)
    assert counts(found) == {
        "swapped_coordinates": 30,
        "far_from_area": 1,
        "missing_coordinates": 1,
    }
    assert "30 of 31 rows" in found.hints[0]


def test_who_says_the_order_is_right_keeps_the_places():
    found = places(*IN_ALIKE[::-1], LAMBERT_72, order_known=True, **WIDE)
    assert counts(found) == {"fit": 30}
    assert found.hints == []


def test_a_country_wide_file_round_a_small_area_is_not_called_swapped():
    few = IN_ALIKE[:, :1]
    far_and_wide = np.concatenate([FLANDERS, few], axis=1)
    small = WIDE | {"area": shapely.buffer(shapely.points(*few[:, 0]), 1500)}
    for xy in (far_and_wide, far_and_wide[::-1]):
        found = places(*xy, LAMBERT_72, **small)
        assert "swapped_coordinates" not in counts(found)
        assert found.hints == []


def test_half_of_the_rows_must_come_into_the_area_by_swapping():
    east, north = IN_ALIKE[::-1].copy()
    east[:15] += 25e3  # near as they are, outside the area either way
    found = places(east, north, LAMBERT_72, **WIDE)
    assert counts(found) == {"fit": 30}
    assert found.hints == []
    assert found.remarks == [
        "none of 30 rows lies in the study area or within 1,000 m of it, 30 within"
        " 50,000 m: if some should, check `crs` and `swap_coordinates` of this source"
    ]


@pytest.mark.parametrize(("off_m", "n"), [(0, 0), (900, 0), (1100, 1)])
def test_a_source_of_which_no_row_lies_in_the_area_itself_gets_a_remark(off_m, n):
    x, y = [200_000 + off_m, 230_000], [219_000, 219_000]
    assert len(places(x, y, LAMBERT_72, **WIDE).remarks) == n


def test_a_source_of_which_all_rows_are_far_gets_no_remark_besides():
    assert places([60e3], [200e3], LAMBERT_72, **WIDE).remarks == []


# --- A sign between the thousands


@pytest.mark.parametrize("crs", [LAMBERT_72, RD_NEW])
def test_a_sign_between_thousands_is_told_from_decimals(crs):
    x, y = np.round(written_in(crs, INSIDE)) / 1000
    found = places(x, y, crs)
    assert counts(found) == {"far_from_area": 1200}
    assert found.hints == [
        "1,200 of 1,200 rows fall in the area when a thousand times as large: its"
        " numbers have a point or comma for the thousands: write them without"
    ]


def test_numbers_with_more_decimals_or_elsewhere_have_no_signs_between_thousands():
    x, y = np.round(INSIDE) / 1000
    assert places(x + 0.0001, y, LAMBERT_72).hints == []
    assert places(x - 100, y, LAMBERT_72).hints == []
    assert places(np.append(x, 1000.5), np.append(y, 210), LAMBERT_72).hints == []
