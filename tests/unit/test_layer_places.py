"""Places of map layers: what is placed, set apart, or refused with the setting."""

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from robuust.layer_places import in_analysis, place_layer

LAMBERT_72, LAMBERT_2008 = pyproj.CRS(31370), pyproj.CRS(3812)
DEGREES = pyproj.CRS(4326)
AREA = shapely.box(180_000, 220_000, 200_000, 240_000)
EAST, NORTH = np.meshgrid(np.arange(181e3, 200e3, 2e3), np.arange(221e3, 240e3, 2e3))
FIELDS = shapely.box(EAST, NORTH, EAST + 500, NORTH + 500).ravel()


def layer(shapes, crs):
    return gpd.GeoDataFrame(
        {"TAG": range(len(shapes))}, geometry=np.asarray(shapes), crs=crs
    )


def drawn_in(crs, shapes=FIELDS):
    """Lambert shapes as a file in another system has them."""
    return gpd.GeoSeries(shapes, crs=31370).to_crs(crs).to_numpy()


def turned(shapes):
    return shapely.transform(shapes, lambda xy: xy[:, ::-1])


def place(shapes, claimed, area=AREA, reach_m=500.0, **source):
    source = {"name": "map", "path": "map.shp"} | source
    return place_layer(
        layer(shapes, claimed),
        source,
        crs=LAMBERT_72,
        area=area,
        max_distance_m=reach_m,
    )


@pytest.mark.parametrize("code", [31370, 4326, 3812, 28992, 32631, 3857])
@pytest.mark.parametrize("area", [AREA, None])
def test_a_layer_comes_out_the_same_from_any_system(code, area):
    placed = place(drawn_in(code), code, area)
    assert placed.reasons.isna().all()
    assert shapely.equals_exact(placed.geometry, FIELDS, tolerance=0.6).all()
    assert placed.table["TAG"].tolist() == list(range(100))
    assert "geometry" not in placed.table


def test_a_prj_without_a_code_is_read_as_lambert_72():
    prj = pyproj.CRS(31370).to_wkt("WKT1_ESRI")
    assert "EPSG" not in prj
    placed = place(FIELDS, prj)
    assert shapely.equals_exact(placed.geometry, FIELDS, tolerance=0).all()


def test_the_setting_wins_over_the_file():
    placed = place(FIELDS, DEGREES, crs="EPSG:31370")
    assert shapely.equals_exact(placed.geometry, FIELDS, tolerance=0).all()


def test_swap_coordinates_turns_shapes_round():
    placed = place(turned(drawn_in(DEGREES)), DEGREES, swap_coordinates=True)
    assert placed.reasons.isna().all()
    assert shapely.equals_exact(placed.geometry, FIELDS, tolerance=0.01).all()


@pytest.mark.parametrize(
    ("shapes", "claimed", "source", "advice"),
    [
        (FIELDS, 4326, {},
         r"WGS 84 \(EPSG:4326\).*100 of 100 polygons fall in the area as EPSG:31370:"
         " set `crs: EPSG:31370` at this source"),
        (turned(drawn_in(4326)), 4326, {},
         "100 of 100 .* when latitude and longitude are swapped: set"
         " `swap_coordinates: true`"),
        (drawn_in(4326), 4326, {"swap_coordinates": True},
         "are not swapped: set `swap_coordinates: false`"),
        (turned(FIELDS), 31370, {}, "y are swapped: set `swap_coordinates: true`"),
        (drawn_in(4326), 31370, {}, "as EPSG:4326: set `crs: EPSG:4326`"),
        (drawn_in(3812), 31370, {}, "as EPSG:3812: set `crs: EPSG:3812`"),
    ],
)  # fmt: skip
def test_a_layer_that_another_setting_puts_in_place_is_refused_with_that_setting(
    shapes, claimed, source, advice
):
    with pytest.raises(ValueError, match=advice):
        place(shapes, claimed, **source)


def test_a_turned_layer_is_refused_where_it_is_near_all_the_same():
    area = shapely.box(180_000, 200_000, 200_000, 220_000)
    fields = shapely.transform(FIELDS, lambda xy: np.subtract(xy, [0, 20e3]))
    with pytest.raises(
        ValueError,
        match="100 of 100 polygons fall in the area when x and y are swapped: set"
        " `swap_coordinates: true`",
    ):
        place(turned(fields), LAMBERT_72, area, 50e3)
    mended = place(turned(fields), LAMBERT_72, area, 50e3, swap_coordinates=True)
    assert shapely.equals_exact(mended.geometry, fields, tolerance=0).all()
    kept = place(turned(fields), LAMBERT_72, area, 50e3, swap_coordinates=False)
    assert kept.reasons.isna().all()
    assert shapely.equals_exact(kept.geometry, turned(fields), tolerance=0).all()


def test_a_layer_beside_the_area_is_not_refused():
    beside = shapely.transform(FIELDS, lambda xy: np.add(xy, [30e3, 0]))
    assert place(beside, LAMBERT_72, reach_m=50e3).reasons.isna().all()


def test_lines_and_points_are_called_features():
    points = shapely.centroid(FIELDS)
    with pytest.raises(ValueError, match="100 of 100 features fall in the area as"):
        place(points, DEGREES)


def test_single_features_that_are_out_of_place_are_set_apart():
    shapes = drawn_in(DEGREES)
    shapes[0] = turned(shapes[:1])[0]
    shapes[1] = FIELDS[1]
    shapes[2] = shapely.Point(0, 0)
    shapes[3] = shapely.box(4.9, 51, 5, 512)
    shapes[4], shapes[5] = None, shapely.Polygon()
    shapes[6] = shapely.box(-3, 40, -2, 41)  # far: for the caller to tell
    placed = place(shapes, DEGREES)
    assert placed.reasons.dropna().to_dict() == {
        0: "swapped_coordinates",
        1: "metres_as_degrees",
        2: "zero_coordinates",
        3: "impossible_coordinates",
    }
    assert np.flatnonzero(shapely.is_missing(placed.geometry)).tolist() == [
        0,
        1,
        2,
        3,
        4,
    ]
    assert shapely.equals_exact(placed.geometry[7:], FIELDS[7:], tolerance=0.01).all()


def test_a_country_round_the_area_is_in_its_place():
    # Its middle swapped would fall in the area, but its box holds the area as drawn.
    middle = shapely.box(135_000, 155_000, 145_000, 165_000)
    country = [shapely.box(40_000, 10_000, 280_000, 270_000)]
    assert place(country, LAMBERT_72, middle).reasons.isna().all()


def test_a_map_over_the_border_is_not_refused_for_want_of_an_area():
    dutch = shapely.transform(FIELDS, lambda xy: np.add(xy, [-60e3, 60e3]))
    assert place(dutch, LAMBERT_72, None).reasons.isna().all()
    assert place(drawn_in(28992, dutch), 28992, None).reasons.isna().all()


def test_numbers_that_fit_nothing_are_refused_with_an_example():
    nonsense = [shapely.box(9e7, 9e7, 9.1e7, 9.1e7)] * 3
    with pytest.raises(ValueError, match=r"3 of 3 positions cannot be.*9e\+07, 9e\+07"):
        place(nonsense, LAMBERT_72)


def test_degrees_of_elsewhere_that_claim_to_be_metres_are_refused():
    spain = [shapely.box(-3, 40, -2, 41)]
    with pytest.raises(ValueError, match=r"look like degrees.*`crs: EPSG:4326`"):
        place(spain, LAMBERT_72)


def test_a_layer_without_a_system_is_refused():
    with pytest.raises(ValueError, match=r"map.shp.*no coordinate reference system"):
        place(FIELDS, None)


def test_an_empty_layer_stays_empty():
    placed = place(FIELDS[:0], LAMBERT_72)
    assert len(placed.geometry) == len(placed.reasons) == len(placed.table) == 0


def test_heights_are_dropped_and_missing_geometries_stay():
    shapes = [shapely.Point(185_000, 230_000, 12), None]
    placed = place(shapes, LAMBERT_72)
    assert not shapely.has_z(placed.geometry[0])
    assert placed.geometry[1] is None


def test_a_place_in_degrees_comes_out_in_metres():
    # A record that INBO published in both systems (alien macroinvertebrates, CC0).
    shapes = np.array([shapely.Point(3.78624, 51.13824), None])
    point, nothing = in_analysis(shapes, DEGREES, LAMBERT_72)
    assert shapely.get_coordinates(point)[0] == pytest.approx([109231, 203291], abs=2)
    assert nothing is None


@pytest.mark.parametrize(
    ("path", "bounds"),
    [
        ("study_area/Turnhouts_Vennegebied.shp", [186569, 222860, 203303, 239053]),
        ("admin/EcoregiosBelgium.shp", [22265, 21163, 295157, 244028]),
        ("admin/Refprv.shp", [21991, 153058, 258872, 244027]),
        ("admin/provinces_epsg3812.gpkg", [21991, 153058, 258872, 244027]),
        ("barriers/wildrasters.shp", [153810, 158416, 236793, 202149]),
        ("barriers/oversteekplaatsen.shp", [154628, 160438, 239340, 233701]),
    ],
)
def test_real_files_of_any_prj_come_out_in_lambert_72(shared_data, path, bounds):
    file = shared_data / "data/flanders_kempen" / path
    read = pyogrio.read_dataframe(file)
    placed = place_layer(read, {"name": "real", "path": path}, crs=LAMBERT_72)
    assert placed.reasons.isna().all()
    assert shapely.total_bounds(placed.geometry) == pytest.approx(bounds, abs=1)
    if read.crs.to_epsg() not in (3812, 4326):  # recognised: not moved at all
        given = shapely.get_coordinates(read.geometry)
        assert (shapely.get_coordinates(placed.geometry) == given).all()


def test_real_municipalities_in_metres_that_claim_degrees_get_their_proposal(
    shared_data,
):
    path = shared_data / "data/flanders_kempen/admin/be-municip-lamberts.geo.json"
    read, source = pyogrio.read_dataframe(path), {"name": "towns", "path": path.name}
    with pytest.raises(
        ValueError,
        match="589 of 589 polygons fit EPSG:31370: set `crs: EPSG:31370` at this",
    ):
        place_layer(read, source, crs=LAMBERT_72)
    placed = place_layer(read, source | {"crs": "EPSG:31370"}, crs=LAMBERT_72)
    assert placed.reasons.isna().all()
