"""Reference systems: what is refused, what is recognised, what is reprojected."""

import numpy as np
import pyproj
import pytest
import rasterio

from robuust.reference_systems import (
    Transformation,
    analysis_crs,
    possible_coordinates,
    source_crs,
    transformation,
    transformed,
)

LAMBERT_72 = pyproj.CRS(31370)
DEGREES = pyproj.CRS(4326)
BELGIAN_GRID = "be_ign_bd72lb72_etrs89lb08.tif"
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


def esri_prj(**changes):
    """Lambert 72 as ArcGIS writes it, with changes."""
    parts = {
        "name": "Belge_Lambert_1972",
        "degrees": "GCS_Belge_1972",
        "datum": "D_Belge_1972",
        "shift": "",
        "axes": "",
        "projection": "Lambert_Conformal_Conic",
        "east": "150000.01256",
    } | changes
    return (
        'PROJCS["{name}",GEOGCS["{degrees}",DATUM["{datum}",SPHEROID['
        '"International_1924",6378388.0,297.0]{shift}],PRIMEM["Greenwich",0.0],UNIT['
        '"Degree",0.0174532925199433]],PROJECTION["{projection}"],PARAMETER['
        '"False_Easting",{east}],PARAMETER["False_Northing",5400088.4378],PARAMETER['
        '"Central_Meridian",4.367486666666666],PARAMETER["Standard_Parallel_1",'
        '49.8333339],PARAMETER["Standard_Parallel_2",51.16666723333333],PARAMETER['
        '"Latitude_Of_Origin",90.0],UNIT["Meter",1.0]{axes}]'
    ).format(**parts)


SHIFT = ",TOWGS84[-106.8686,52.2978,-103.7239,0.3366,-0.457,1.8422,-1.2747]"
TWO_PARALLELS = "Lambert_Conformal_Conic_2SP"
LCC = (
    "+proj=lcc +lat_1=51.16666723333333 +lat_2=49.8333339 +lat_0=90"
    " +lon_0=4.367486666666666 +x_0=150000.013 +y_0=5400088.438 +ellps=intl +units=m"
)
RD = (
    "+proj=sterea +lat_0=52.15616055555555 +lon_0=5.38763888888889 +k=0.9999079"
    " +x_0=155000 +y_0=463000 +ellps=bessel +units=m"
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (LAMBERT_72_PRJ, 31370),
        (esri_prj(), 31370),
        (esri_prj(shift=SHIFT, projection=TWO_PARALLELS), 31370),
        (esri_prj(axes=',AXIS["X",EAST],AXIS["Y",NORTH]'), 31370),
        (esri_prj(axes=',AXIS["Easting",EAST],AXIS["Northing",NORTH]'), 31370),
        (esri_prj(name="Lambert72"), 31370),
        (esri_prj(east="150000.013"), 31370),
        (
            esri_prj(
                name="unknown",
                degrees="unknown",
                datum="unknown",
                projection=TWO_PARALLELS,
            ),
            31370,
        ),
        (LCC + " +no_defs", 31370),
        (LCC + " +towgs84=-99.1,53.3,-112.5,0.419,-0.83,1.885,-1 +no_defs", 31370),
        (pyproj.CRS(28992).to_wkt("WKT1_ESRI"), 28992),
        (RD + " +no_defs", 28992),
        (RD + " +towgs84=565.2,50.3,465.6,-0.4,0.34,-1.88,4.07 +no_defs", 28992),
        (pyproj.CRS(3812).to_wkt("WKT1_ESRI"), 3812),
        (
            "+proj=lcc +lat_1=49.83333333333334 +lat_2=51.16666666666666"
            " +lat_0=50.797815 +lon_0=4.359215833333333 +x_0=649328 +y_0=665262"
            " +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m +no_defs",
            3812,
        ),
        (pyproj.CRS(31300).to_wkt("WKT1_ESRI"), 31300),
        (pyproj.CRS(4313).to_wkt("WKT1_ESRI"), 4313),
        ("+proj=longlat +ellps=WGS84 +no_defs", 4326),
        ("+proj=utm +zone=31 +datum=WGS84", 32631),
        ("EPSG:7415", 28992),  # with heights above NAP
        ("EPSG:6190", 31370),  # with heights above TAW
        ("EPSG:4979", 4326),
    ],
)
def test_a_definition_without_a_code_is_recognised_by_the_map_it_draws(text, code):
    assert source_crs(text, None, "map") == pyproj.CRS(code)


@pytest.mark.parametrize(
    "text",
    [
        LAMBERT_72_PRJ.replace("150000.01256", "650000.01256"),
        # Another datum may be hundreds of metres off in the same projection.
        "+proj=utm +zone=31 +ellps=intl +towgs84=-87,-98,-121 +units=m +no_defs",
        "+proj=longlat +ellps=intl +no_defs",
    ],
)
def test_a_definition_that_equals_no_known_system_stays_as_it_is(text):
    assert source_crs(text, None, "map") == pyproj.CRS(text)


@pytest.mark.parametrize(
    "text", ['LOCAL_CS["Undefined Cartesian SRS",UNIT["metre",1]]', "ESRI:104903"]
)
def test_a_system_that_is_not_on_earth_is_refused_with_what_to_set(text):
    with pytest.raises(ValueError, match=r"where on earth.*`crs: EPSG:31370`"):
        source_crs(text, None, "map")


def test_metres_cannot_be_degrees_and_another_country_can_be_lambert():
    assert possible_coordinates([4.9, 190000], [51, 230000], DEGREES).tolist() == [1, 0]
    groningen = possible_coordinates([233000], [580000], LAMBERT_72)
    assert groningen.tolist() == [True]
    lambert_2008_north = possible_coordinates([650000], [2_700_000], LAMBERT_72)
    assert lambert_2008_north.tolist() == [False]


def test_missing_coordinates_are_not_possible():
    assert not possible_coordinates([np.nan], [51], DEGREES).any()


def test_equal_systems_need_no_transformation():
    way = transformation(source_crs(esri_prj(shift=SHIFT), None, "map"), LAMBERT_72)
    assert way == Transformation("none", 0.0, (), ())


def test_the_most_accurate_shift_at_hand_is_chosen_and_the_missing_grid_named():
    way = transformation(pyproj.CRS(3812), LAMBERT_72)
    assert way.operation == (
        "Inverse of Belgian Lambert 2008 + Inverse of BD72 to ETRS89 (2)"
        " + Belgian Lambert 72"
    )
    assert way.accuracy_m == 0.2
    assert way.missing_grids == (BELGIAN_GRID,)


def test_grids_of_both_countries_are_named_for_a_layer_from_over_the_border():
    way = transformation(pyproj.CRS(28992), LAMBERT_72)
    assert way.accuracy_m == 0.45
    assert way.missing_grids == (BELGIAN_GRID, "nl_nsgi_rdtrans2018.tif")


def test_an_accuracy_that_nobody_states_is_missing():
    own = pyproj.CRS("+proj=utm +zone=31 +ellps=intl +units=m +no_defs")
    assert np.isnan(transformation(own, LAMBERT_72).accuracy_m)


def test_choosing_a_transformation_leaves_the_network_of_proj_as_it_was():
    before = pyproj.network.is_network_enabled()
    transformation(pyproj.CRS(3812), LAMBERT_72)
    assert pyproj.network.is_network_enabled() == before


def test_coordinates_that_cannot_be_brought_over_are_missing():
    way = transformation(DEGREES, LAMBERT_72)
    x, y = transformed(np.array([4.9, np.nan, np.inf]), np.full(3, 51.3), way)
    assert np.isnan(x).tolist() == np.isnan(y).tolist() == [False, True, True]
    assert [x[0], y[0]] == pytest.approx([187052, 221262], abs=1)


def write_grid(path, shift_arcsec):
    """Write a grid of BD72 to ETRS89 in the form of PROJ (GTG): 2-7 E, 49-52 N.

    It holds the seven-parameter shift plus a northward one.
    """
    lon, lat = np.meshgrid(2 + 0.1 * np.arange(51), 52 - 0.1 * np.arange(31))
    shift = pyproj.Transformer.from_crs(4313, 4258, always_xy=True)
    east, north = shift.transform(lon, lat)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=51,
        height=31,
        count=2,
        dtype="float32",
        crs="EPSG:4313",
        transform=rasterio.Affine(0.1, 0, 1.95, 0, -0.1, 52.05),
    ) as grid:
        grid.update_tags(
            AREA_OR_POINT="Point", TYPE="HORIZONTAL_OFFSET", target_crs_epsg_code="4258"
        )
        for band, (name, offset) in enumerate(
            [
                ("latitude_offset", (north - lat) * 3600 + shift_arcsec),
                ("longitude_offset", (east - lon) * 3600),
            ],
            start=1,
        ):
            grid.write(offset.astype("float32"), band)
            grid.set_band_description(band, name)
        grid.units = ("arc-second", "arc-second")
        grid.update_tags(2, positive_value="east")


@pytest.fixture
def data_of_proj():
    """Let a test add to the folders where PROJ looks for grids."""
    before = pyproj.datadir.get_data_dir()
    yield pyproj.datadir
    pyproj.datadir.set_data_dir(before)


def test_a_grid_that_is_there_is_used_and_ends_at_its_border(tmp_path, data_of_proj):
    lambert_2008 = pyproj.CRS(3812)
    x, y = np.array([700e3, 700e3]), np.array([700e3, 1100e3])  # in, north of the grid
    without = transformed(x, y, transformation(lambert_2008, LAMBERT_72))
    write_grid(tmp_path / BELGIAN_GRID, shift_arcsec=0.1)
    data_of_proj.append_data_dir(str(tmp_path))
    way = transformation(lambert_2008, LAMBERT_72)
    assert way.accuracy_m == 0.01
    assert way.missing_grids == ()
    assert "BD72 to ETRS89 (3)" in way.operation
    east, north = np.subtract(transformed(x, y, way), without)
    assert np.abs(east).max() < 0.1
    # A tenth of an arc second is 3.09 m: the grid moves one point, not the other.
    assert north == pytest.approx([-3.09, 0], abs=0.01)
