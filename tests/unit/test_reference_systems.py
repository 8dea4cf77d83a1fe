"""Reference systems: what is refused, what is recognised, what is reprojected."""

import numpy as np
import pyproj
import pytest
import shapely

from robuust.reference_systems import (
    analysis_crs,
    check_coordinates,
    coordinates_at_home,
    possible_coordinates,
    source_crs,
    to_analysis,
)

LAMBERT_72 = pyproj.CRS(31370)
DEGREES = pyproj.CRS(4326)
# As many a shapefile of Flanders says it: the name is there, the code is not.
LAMBERT_72_PRJ = (
    'PROJCS["BD72 / Belgian Lambert 72",GEOGCS["BD72",DATUM["Reseau National Belge '
    '1972",SPHEROID["International 1924",6378388,297]],PRIMEM["Greenwich",0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic_2SP"],'
    'PARAMETER["latitude_of_origin",90],PARAMETER["central_meridian",4.36748666666667],'
    'PARAMETER["standard_parallel_1",49.8333339],'
    'PARAMETER["standard_parallel_2",51.1666673333333],'
    'PARAMETER["false_easting",150000.01256],PARAMETER["false_northing",5400088.4378],'
    'UNIT["metre",1]]'
)


@pytest.mark.parametrize("code", ["EPSG:31370", "EPSG:28992", "EPSG:3035"])
def test_projected_systems_in_metres_serve_the_analysis(code):
    assert analysis_crs(code).to_string() == code


@pytest.mark.parametrize("code", ["EPSG:4326", "EPSG:4313", "EPSG:2229"])
def test_degrees_and_feet_are_refused_for_analysis(code):
    with pytest.raises(ValueError, match=r"does not measure in metres.*EPSG:28992"):
        analysis_crs(code)


def test_a_code_that_does_not_exist_is_refused_for_analysis():
    with pytest.raises(ValueError, match="no reference system that PROJ knows"):
        analysis_crs("EPSG:99999999")


def test_the_settings_win_over_the_file():
    assert source_crs("EPSG:4326", "EPSG:31370", "map").to_epsg() == 31370


def test_no_reference_system_at_all_is_refused_with_what_to_set():
    with pytest.raises(ValueError, match=r"map has no coordinate.*`crs: EPSG:31370`"):
        source_crs(None, None, "map")


def test_a_prj_that_names_lambert_72_without_a_code_is_recognised():
    assert pyproj.CRS(LAMBERT_72_PRJ).to_epsg() is None
    assert source_crs(LAMBERT_72_PRJ, None, "map").to_epsg() == 31370


def test_a_prj_with_a_shifted_origin_is_not_taken_for_lambert_72():
    shifted = LAMBERT_72_PRJ.replace("150000.01256", "650000.01256")
    assert source_crs(shifted, None, "map").to_epsg() != 31370


def test_metres_cannot_be_degrees_and_another_country_can_be_lambert():
    assert possible_coordinates([4.9, 190000], [51, 230000], DEGREES).tolist() == [1, 0]
    groningen = possible_coordinates([233000], [580000], LAMBERT_72)
    assert groningen.tolist() == [True]
    lambert_2008_north = possible_coordinates([650000], [2_700_000], LAMBERT_72)
    assert lambert_2008_north.tolist() == [False]


def test_missing_coordinates_are_not_possible():
    assert not possible_coordinates([np.nan], [51], DEGREES).any()


def test_a_flemish_place_is_at_home_in_lambert_and_nothing_is_in_degrees():
    assert coordinates_at_home([190000, 900000], [230000, 0], LAMBERT_72).tolist() == [
        True,
        False,
    ]
    assert not coordinates_at_home([4.9], [51], DEGREES).any()


def test_metres_that_claim_to_be_degrees_are_refused_with_the_system_that_fits():
    with pytest.raises(ValueError, match=r"2 of 2 positions.*`crs: EPSG:31370`"):
        check_coordinates(
            [150000, 200000], [170000, 230000], DEGREES, "map", analysis=LAMBERT_72
        )


def test_degrees_that_claim_to_be_metres_are_refused():
    with pytest.raises(ValueError, match=r"look like degrees.*`crs: EPSG:4326`"):
        check_coordinates([3.1, 4.2], [51, 51], LAMBERT_72, "map", analysis=LAMBERT_72)


def test_one_wrong_position_does_not_condemn_a_layer():
    check_coordinates([3, 4, 5000], [51, 51, 51], DEGREES, "map", analysis=LAMBERT_72)


def test_a_place_in_degrees_comes_out_in_metres():
    # A record that INBO published in both systems (alien macroinvertebrates, CC0).
    [point] = to_analysis(
        [shapely.Point(3.78624, 51.13824)], DEGREES, LAMBERT_72, "map"
    )
    assert shapely.get_coordinates(point)[0] == pytest.approx([109231, 203291], abs=2)


def test_heights_are_dropped_and_missing_geometries_stay():
    shapes = [shapely.Point(150000, 170000, 12), None]
    flat = to_analysis(shapes, LAMBERT_72, LAMBERT_72, "map")
    assert not shapely.has_z(flat[0])
    assert flat[1] is None
