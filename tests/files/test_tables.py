"""Records from a file of any form: one table of text, whatever it comes from."""

import datetime as dt

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
import shapely

from robuust_files.beginnings import read_beginning
from robuust_files.tables import layer_table, read_records

X, Y = 186_600.0, 222_900.0  # Lambert 72


def source(path, **keys):
    return {"name": "field", "path": str(path)} | keys


def layer(shapes, crs=31370, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


# --- Layers


def test_points_of_a_layer_become_numbers_and_attributes_text(tmp_path):
    points = layer(
        [shapely.Point(X, Y), shapely.Point(X + 1, Y)],
        soort=["Hyla arborea", "Drosera"],
        aantal=[3, 4],
        dag=pd.to_datetime(["2020-02-03", "2021-04-05"]).date,
    )
    points.to_file(tmp_path / "r.gpkg")
    table, crs = read_records(source(tmp_path / "r.gpkg"))
    assert crs == "EPSG:31370"
    assert table.to_pydict() == {
        "soort": ["Hyla arborea", "Drosera"],
        "aantal": ["3", "4"],
        "dag": ["2020-02-03", "2021-04-05"],
        "_point_x": [X, X + 1],
        "_point_y": [Y, Y],
    }


def test_a_polygon_has_a_point_inside_it_and_the_radius_around_it(tmp_path):
    ring = shapely.box(X, Y, X + 300, Y + 400) - shapely.box(
        X + 10, Y + 10, X + 290, Y + 390
    )
    layer([ring]).to_file(tmp_path / "r.gpkg")
    table, _ = read_records(source(tmp_path / "r.gpkg"))
    (row,) = table.to_pylist()
    assert shapely.contains_xy(ring, row["_point_x"], row["_point_y"])
    assert row["_radius_m"] == pytest.approx(250)


def test_radii_of_polygons_in_degrees_are_in_metres_too():
    square = layer([shapely.box(X, Y, X + 1_000, Y + 1_000)])
    table = layer_table(square.to_crs(4326))
    found = table["_radius_m"][0].as_py()
    assert found == pytest.approx(np.sqrt(0.5) * 1_000, rel=1e-3)
    assert table["_point_x"][0].as_py() < 180


def test_radii_of_a_system_in_feet_are_in_metres_too():
    square = layer([shapely.box(0, 0, 1_000, 1_000)], crs=2263)
    metres = 1_200 / 3_937
    found = layer_table(square)["_radius_m"][0].as_py()
    assert found == pytest.approx(np.sqrt(0.5) * 1_000 * metres)


def test_the_system_of_the_settings_wins_for_radii():
    square = layer([shapely.box(X, Y, X + 10, Y + 10)], crs=4326)
    assert layer_table(square)["_radius_m"].to_pylist() == [None]
    (found,) = layer_table(square, "EPSG:31370")["_radius_m"].to_pylist()
    assert found == pytest.approx(np.sqrt(50))


def test_without_a_system_there_are_places_but_no_radii():
    table = layer_table(layer([shapely.box(0, 0, 2, 2)], crs=None))
    assert table["_radius_m"].to_pylist() == [None]
    assert table["_point_x"].to_pylist() == [1]


def test_shapes_that_are_missing_or_mixed_keep_their_rows():
    shapes = [None, shapely.Point(), shapely.Point(X, Y), shapely.box(0, 0, 1, 1)]
    table = layer_table(layer(shapes))
    assert table["_point_x"].to_pylist() == [None, None, X, 0.5]
    found = table["_radius_m"].to_pylist()
    assert found == [None, None, None, pytest.approx(np.sqrt(0.5))]


def test_own_columns_of_a_layer_survive_beside_ours():
    own = {"area_m2": [7], "radius_m": ["x"], "point_x": [1.5], "POINT_Y": [2]}
    table = layer_table(layer([shapely.box(X, Y, X + 6, Y + 8)], **own))
    (row,) = table.to_pylist()
    texts = {"area_m2": "7", "radius_m": "x", "point_x": "1.5", "POINT_Y": "2"}
    assert {name: row[name] for name in own} == texts
    assert row["_radius_m"] == pytest.approx(5)


def test_a_column_that_has_a_name_of_ours_is_refused():
    with pytest.raises(ValueError, match=r"column _point_x .*rename it"):
        layer_table(layer([shapely.Point(X, Y)], _point_x=[1]))


def test_a_layer_without_features_is_an_empty_table():
    table = layer_table(layer([], soort=[]))
    assert (table.num_rows, table.column_names[-1]) == (0, "_point_y")


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1.0, None, 3.0], ["1", None, "3"]),
        ([1.5, None, 3.0], ["1.5", None, "3"]),
        ([True, False, True], ["true", "false", "true"]),
        (["NA", "", "x"], [None, None, "x"]),
        (pd.to_datetime(["2020-01-02 03:04", None, "2021-01-01 00:00"]), None),
        ([["a", 1], None, {"b": 2}], ['["a", 1]', None, '{"b": 2}']),
        ([b"ab", None, b"c"], ["ab", None, "c"]),
        ([dt.date(2020, 1, 2), None, dt.date(2020, 1, 3)], None),
    ],
)
def test_attributes_of_any_kind_become_text(values, texts):
    points = layer([shapely.Point(0, 0)] * 3, attribute=values)
    column = layer_table(points)["attribute"]
    assert column.type == pa.string()
    if texts is None:  # dates
        texts = [None if pd.isna(v) else v.isoformat() for v in values]
    assert column.to_pylist() == texts


WITH_TABLES = {"r.gpkg": "GPKG", "r.gdb": "OpenFileGDB"}


@pytest.mark.parametrize("name", WITH_TABLES)
def test_a_table_without_geometry_is_read_as_a_table(tmp_path, name):
    rows = pd.DataFrame({"soort": ["Drosera", None], "x": [X, X + 0.5], "n": [1, 2]})
    path = tmp_path / name
    pyogrio.write_dataframe(rows, path, driver=WITH_TABLES[name], layer="seen")
    table, crs = read_records(source(path, layer="seen"))
    assert crs is None
    assert table.to_pydict() == {
        "soort": ["Drosera", None],
        "x": ["186600", "186600.5"],
        "n": ["1", "2"],
    }
    assert read_records(source(path))[0] == table
    start = read_beginning(path)
    assert (start.table, start.rows, start.geometry) == (table, 2, None)


def test_a_table_without_geometry_or_rows_is_an_empty_table(tmp_path):
    none = pd.DataFrame({"soort": pd.Series([], dtype="str")})
    for name, driver in WITH_TABLES.items():
        pyogrio.write_dataframe(none, tmp_path / name, driver=driver, layer="seen")
        table, _ = read_records(source(tmp_path / name))
        assert table.to_pydict() == {"soort": []}


# --- The line of names


def test_a_title_above_the_names_is_told(tmp_path, caplog):
    book = openpyxl.Workbook()
    for row in (["Export 2024"], ["soort", "x", "y"], ["Drosera", 1, 2]):
        book.active.append(row)
    book.save(tmp_path / "r.xlsx")
    (tmp_path / "r.csv").write_text("Export 2024;;\nsoort;x;y\nDrosera;1;2\n")
    for name in ("r.xlsx", "r.csv"):
        read_records(source(tmp_path / name))
        (words,) = caplog.messages
        assert "2 of 3 columns have no name (unnamed_2 ...)" in words
        assert words.endswith("if it is a title, remove it")
        caplog.clear()


def test_one_column_without_a_name_is_no_title(tmp_path, caplog):
    (tmp_path / "r.csv").write_text("soort;x;;y\nDrosera;1;a;2\n")
    read_records(source(tmp_path / "r.csv"))
    assert not caplog.messages


# --- The form is told by the content


def test_the_name_of_a_file_does_not_count(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["soort"])
    book.active.append(["Drosera"])
    book.save(tmp_path / "records.csv")
    (tmp_path / "records.xlsx").write_text("soort,x\nDrosera,1\n")
    layer([shapely.Point(X, Y)], soort=["Drosera"]).to_file(
        tmp_path / "r.gpkg", driver="GPKG"
    )
    (tmp_path / "r.gpkg").rename(tmp_path / "records.txt")
    for name in ("records.csv", "records.xlsx", "records.txt"):
        table, _ = read_records(source(tmp_path / name))
        assert table["soort"].to_pylist() == ["Drosera"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", r"source 'field' \(.*records.csv\): the file is empty"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x00\x01\x02" * 99, "none of the forms that are read"),
    ],
)
def test_what_holds_no_records_is_refused_with_the_name_of_the_source(
    tmp_path, content, words
):
    (tmp_path / "records.csv").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        read_records(source(tmp_path / "records.csv"))


def test_a_file_that_is_not_there_is_named_once(tmp_path):
    with pytest.raises(ValueError, match="there is no file") as refusal:
        read_records(source(tmp_path / "gone.csv"))
    assert str(refusal.value).count("source 'field'") == 1
    (tmp_path / "r.geojson").write_text('{"type": "FeatureCollection", "features": [')
    with pytest.raises(ValueError, match="source 'field'") as refusal:
        read_records(source(tmp_path / "r.geojson"))
    assert str(refusal.value).count("source 'field'") == 1


# --- Real files


def test_a_real_raster_holds_no_records(shared_data):
    path = shared_data / "data/flanders_kempen/water_surfaces_2024_10m.tif"
    with pytest.raises(ValueError, match="a raster, which holds no records"):
        read_records(source(path))


def test_real_wetlands_fit_in_their_circles(shared_data):
    path = shared_data / "data/flanders_kempen/wetlands"
    path /= "watervogels_localities_ex_west_flanders.geojson"
    table, crs = read_records(source(path))
    assert (table.num_rows, crs) == (851, "EPSG:4326")
    area_m2 = gpd.read_file(path).to_crs(31370).area.to_numpy()
    circles_m2 = table["_radius_m"].to_numpy() ** 2 * np.pi
    assert (circles_m2 >= area_m2 * 0.998).all()  # each plane has its own scale
    assert circles_m2.max() < 20 * area_m2.max()


def test_real_municipalities_in_metres_that_claim_degrees_are_still_read(shared_data):
    path = shared_data / "data/flanders_kempen/admin/be-municip-lamberts.geo.json"
    table, _ = read_records(source(path))
    assert table.num_rows == 589
    assert table["_radius_m"].null_count == 589
    table, _ = read_records(source(path, crs="EPSG:31370"))
    assert 500 < min(table["_radius_m"].to_pylist()) < 2_000
    assert 10_000 < max(table["_radius_m"].to_pylist()) < 20_000
