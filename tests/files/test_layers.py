"""Map layers of every form, written by the real drivers, whole and broken."""

import json
import os
import sqlite3
import struct
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from child_memory import run_in_child

from robuust_files.beginnings import read_beginning
from robuust_files.geojson import check_geojson
from robuust_files.layers import list_layers, read_layer

pytestmark = pytest.mark.filterwarnings("ignore:'crs' was not provided")
DRIVERS = {
    "gpkg": "GPKG",
    "fgb": "FlatGeobuf",
    "geojson": "GeoJSON",
    "gdb": "OpenFileGDB",
    "shp": "ESRI Shapefile",
}


def heath(n=3):
    """A map of squares, with text beyond ASCII and a blank cell."""
    x = 186_600 + 200 * np.arange(n)
    shapes = shapely.box(x, 222_900, x + 100, 223_000)
    names = np.array([*(f"hé{k}" for k in range(n - 1)), None], dtype=object)[:n]
    columns = {"HAB1": ["4030"] * n, "PHAB1": np.arange(n), "NAAM": names}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=31370)


def write(folder, form, layer=None, n=3, name="heath"):
    """The map in a form; the file that holds it."""
    path = folder / f"{name}.{form}"
    if form == "parquet":
        heath(n).to_parquet(path)
    else:
        pyogrio.write_dataframe(heath(n), path, driver=DRIVERS[form], layer=layer)
    return path


def source(path, **keys):
    return {"name": "map", "path": str(path)} | keys


def packed(path, *files, root):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(root))
    return path


def check(layer, n=3):
    """Compare with the map as written; a driver may sort it and turn its rings."""
    expected, layer = heath(n), layer.sort_values("PHAB1", ignore_index=True)
    assert layer.crs == "EPSG:31370"
    pd.testing.assert_frame_equal(
        pd.DataFrame(layer[["HAB1", "PHAB1", "NAAM"]]),
        pd.DataFrame(expected[["HAB1", "PHAB1", "NAAM"]]),
        check_dtype=False,
    )
    shapes = shapely.normalize(shapely.get_parts(layer.geometry.to_numpy()))
    assert (shapes == shapely.normalize(expected.geometry.to_numpy())).all()


# --- Every form, whatever its name


@pytest.mark.parametrize("form", [*DRIVERS, "parquet"])
def test_every_form_gives_the_same_map(tmp_path, form):
    path = write(tmp_path, form)
    check(read_layer(source(path)))
    assert list(list_layers(path)) == ["heath"]


@pytest.mark.parametrize("form", [*DRIVERS, "parquet"])
@pytest.mark.parametrize("name", ["heath.dat", "heath", "heath.zip", "a!b;c?d.csv"])
def test_the_extension_does_not_count(tmp_path, form, name):
    (tmp_path / "wrong").mkdir()
    path = write(tmp_path, form).rename(tmp_path / "wrong" / name)
    for part in tmp_path.glob("heath.*"):  # of a shapefile: they share its stem
        part.rename(path.with_suffix(part.suffix))
    check(read_layer(source(path)))


def test_a_shapefile_in_capitals_is_read(tmp_path):
    write(tmp_path, "shp")
    for part in tmp_path.glob("heath.*"):
        part.rename(tmp_path / part.name.upper().replace("HEATH.SHP", "Heath.Shp"))
    check(read_layer(source(tmp_path / "Heath.Shp")))


@pytest.mark.parametrize(
    "names",
    [
        {"shp": "Habitat.shp", "dbf": "HABITAT.dbf", "shx": "HABITAT.shx"},
        {"shp": "habitat.shp", "dbf": "habitat.Dbf", "shx": "habitat.Shx"},
        {"shp": "a!b.Shp", "dbf": "a!b.DBF", "shx": "A!B.shx", "prj": "A!b.Prj"},
    ],
)
def test_parts_of_a_shapefile_that_differ_in_case_belong_together(tmp_path, names):
    write(tmp_path, "shp")
    parts = [p for p in tmp_path.iterdir() if p.suffix[1:] not in ("cpg", "dat")]
    files = []
    for part in parts:
        ending = part.suffix[1:]
        files.append(part.rename(tmp_path / names.get(ending, f"HABITAT.{ending}")))
    if "prj" in names:
        (tmp_path / "heath.cpg").rename(tmp_path / "A!B.cpg")
    else:
        (tmp_path / "heath.cpg").unlink()
    shape = tmp_path / names["shp"]
    path = packed(tmp_path / "map.zip", *files, root=tmp_path)
    for file in (shape, path, tmp_path):
        check(read_layer(source(file)))
    assert list(list_layers(path)) == [shape.stem]
    assert read_beginning(path).rows == 3


@pytest.mark.parametrize("form", [*DRIVERS, "parquet"])
@pytest.mark.parametrize("folder", [".", "some/sub folder"])
def test_a_zipped_map_is_read_wherever_it_lies_in_the_zip(tmp_path, form, folder):
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    write(tmp_path / folder, form)
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    readme = tmp_path / "leesmij.txt"
    readme.write_text("Bron: INBO, 2023\nZie de website.\n", encoding="utf-8")
    path = packed(tmp_path / "map.zip", *files, readme, root=tmp_path)
    check(read_layer(source(path)))
    check(read_layer(source(path, layer="heath")))


def test_a_geodatabase_at_the_root_of_a_zip_is_read(tmp_path):
    folder = write(tmp_path, "gdb")
    path = packed(tmp_path / "map.zip", *folder.iterdir(), root=folder)
    check(read_layer(source(path)))


def test_a_geojson_text_sequence_is_read_to_its_end(tmp_path):
    path = tmp_path / "map.json"
    features = json.loads(heath().to_json())["features"]
    path.write_text("\n".join(json.dumps(f) for f in features), encoding="utf-8")
    assert len(read_layer(source(path))) == 3


# --- Choosing a layer


def test_the_one_layer_with_geometry_is_read_beside_tables_of_styles(tmp_path):
    path = write(tmp_path, "gpkg")
    styles = pd.DataFrame({"styleName": ["x"]})
    pyogrio.write_dataframe(styles, path, layer="layer_styles", append=True)
    check(read_layer(source(path)))
    with pytest.raises(ValueError, match=r"source 'map' .*table without geometry"):
        read_layer(source(path, layer="layer_styles"))


@pytest.mark.parametrize("form", ["gpkg", "gdb"])
def test_several_layers_need_a_name(tmp_path, form):
    path = write(tmp_path, form, layer="heath")
    bog = heath(1)
    pyogrio.write_dataframe(
        bog, path, layer="bog", driver=DRIVERS[form], append=form == "gdb"
    )
    check(read_layer(source(path, layer="heath")))
    with pytest.raises(ValueError, match=r"say which `layer`.*bog.*heath|heath.*bog"):
        read_layer(source(path))
    with pytest.raises(ValueError, match="there is no such layer; the file holds"):
        read_layer(source(path, layer="fen"))


def test_several_maps_in_a_zip_need_a_name(tmp_path):
    files = [write(tmp_path, "fgb", name=name) for name in ("heath", "bog")]
    path = packed(tmp_path / "map.zip", *files, root=tmp_path)
    check(read_layer(source(path, layer="bog")))
    check(read_layer(source(path, layer="bog.fgb")))
    with pytest.raises(ValueError, match=r"name the one to read as `layer`"):
        read_layer(source(path))


def test_shapefiles_of_one_name_in_two_folders_are_told_apart(tmp_path):
    for folder, n in (("a", 3), ("b", 2)):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "shp", n=n)
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    path = packed(tmp_path / "map.zip", *files, root=tmp_path)
    for name in ("b/heath", "b/heath.shp"):
        check(read_layer(source(path, layer=name)), n=2)
        assert read_beginning(path, name).rows == 2
    for name in ("heath", "heath.shp", "c/heath"):
        with pytest.raises(ValueError, match=r"no such layer.*a/heath, b/heath"):
            read_layer(source(path, layer=name))


def test_of_several_shapefiles_in_a_zip_the_layer_names_one_in_any_way(tmp_path):
    (tmp_path / "maps" / "b").mkdir(parents=True)
    write(tmp_path / "maps" / "b", "shp")
    write(tmp_path / "maps" / "b", "shp", n=2, name="bog")
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    path = packed(tmp_path / "map.zip", *files, root=tmp_path)
    for name in ("bog", "bog.shp", "b/bog", "b/bog.shp", "maps/b/bog.shp"):
        check(read_layer(source(path, layer=name)), n=2)
        assert read_beginning(path, name).rows == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"species;date\nx;2020\n", "a text table and no map"),
        (b"", "is empty"),
        (b"%PDF-1.4", "PDF"),
        (b"<!DOCTYPE html><html>404", "a web page"),
        (b"<kml>", "XML"),
        (b'{"type": "Topology"}', "TopoJSON"),
        (b"\0\1\2\3" * 100, "none of the forms"),
        (b"SQLite format 3\0" + bytes(100), "no GeoPackage"),
    ],
)
def test_what_is_no_map_is_refused_in_words(tmp_path, content, words):
    path = tmp_path / "map.gpkg"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"source 'map' \(.*{words}"):
        read_layer(source(path))


# --- Geometry of every kind


def curve_wkb():
    """A circle of radius 1 as two arcs, the way ISO writes it: a curve polygon."""
    arc = [(0, 0), (1, 1), (2, 0), (1, -1), (0, 0)]
    ring = struct.pack("<BII", 1, 8, 5) + struct.pack("<10d", *np.ravel(arc))
    return struct.pack("<BII", 1, 10, 1) + ring


def write_wkb(path, *shapes):
    pyogrio.raw.write(
        path,
        geometry=np.array(shapes, dtype=object),
        field_data=[np.arange(len(shapes))],
        fields=["id"],
        geometry_type="Unknown",
        crs="EPSG:31370",
    )
    return path


@pytest.mark.parametrize("form", ["gpkg", "fgb"])
def test_curves_and_multi_surfaces_become_straight(tmp_path, form):
    surface = struct.pack("<BII", 1, 12, 1) + curve_wkb()  # a multi-surface
    square = shapely.to_wkb(shapely.box(0, 0, 1, 1))
    layer = read_layer(
        source(write_wkb(tmp_path / f"m.{form}", curve_wkb(), surface, square))
    )
    layer = layer.sort_values("id")
    assert layer.geometry.area.to_numpy() == pytest.approx([np.pi, np.pi, 1], rel=1e-3)


def test_mixed_types_heights_and_missing_geometry_are_all_read(tmp_path):
    shapes = [
        shapely.from_wkt("POLYGON Z ((0 0 5, 1 0 5, 1 1 5, 0 0 5))"),
        shapely.from_wkt("POLYGON M ((0 0 5, 1 0 5, 1 1 5, 0 0 5))"),
        shapely.from_wkt("GEOMETRYCOLLECTION (POINT (0 0), LINESTRING (0 0, 1 1))"),
        shapely.Point(1, 2),
        shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]),
        shapely.Polygon(),
    ]
    path = write_wkb(tmp_path / "m.gpkg", *shapely.to_wkb(shapes, flavor="iso"), None)
    layer = read_layer(source(path))
    kinds = ["Polygon", "Polygon", "GeometryCollection", "Point", "MultiPolygon"]
    assert layer.geom_type.tolist()[:5] == kinds
    assert layer.geometry.isna().sum() + layer.geometry.is_empty.sum() == 2


def test_coordinates_that_are_no_numbers_are_read_as_they_are(tmp_path):
    ring = [(0, 0), (np.nan, 0), (1, np.inf), (0, 0)]
    bad = struct.pack("<BIII", 1, 3, 1, 4) + struct.pack("<8d", *np.ravel(ring))
    good = shapely.to_wkb(shapely.box(0, 0, 1, 1))
    for form in ("gpkg", "fgb"):
        layer = read_layer(source(write_wkb(tmp_path / f"m.{form}", good, bad)))
        assert np.isfinite(layer.geometry.bounds).all(axis=1).sum() <= 1
        assert len(layer) == 2


def test_one_ring_that_is_not_closed_does_not_stop_the_others(tmp_path, caplog):
    open_ring = [(0, 0), (1, 0), (1, 1), (0, 1)]
    bad = struct.pack("<BIII", 1, 3, 1, 4) + struct.pack("<8d", *np.ravel(open_ring))
    path = write_wkb(tmp_path / "m.gpkg", shapely.to_wkb(shapely.box(0, 0, 1, 1)), bad)
    assert read_layer(source(path)).geometry.area.tolist() == [1, 1]
    assert "repaired or left out" in caplog.text


def test_a_surface_of_triangles_becomes_a_missing_geometry(tmp_path, caplog):
    triangle = shapely.from_wkt("POLYGON Z ((0 0 0, 1 0 0, 0 1 0, 0 0 0))")
    part = bytearray(shapely.to_wkb(triangle, flavor="iso"))
    part[1:5] = struct.pack("<I", 1017)
    surface = struct.pack("<BII", 1, 1016, 1) + bytes(part)
    path = write_wkb(tmp_path / "m.gpkg", shapely.to_wkb(triangle), surface)
    layer = read_layer(source(path))
    assert layer.geometry.isna().tolist() == [False, True]
    assert "repaired or left out" in caplog.text


def test_a_curve_beside_a_ring_that_is_not_closed_is_not_lost(tmp_path):
    open_ring = [(0, 0), (1, 0), (1, 1), (0, 1)]
    bad = struct.pack("<BIII", 1, 3, 1, 4) + struct.pack("<8d", *np.ravel(open_ring))
    for shapes in ((bad, curve_wkb()), (curve_wkb(), bad)):
        path = write_wkb(tmp_path / "m.gpkg", *shapes)
        areas = sorted(read_layer(source(path)).geometry.area)
        assert areas == pytest.approx([1, np.pi], rel=1e-3)
        path.unlink()


# --- Text


@pytest.mark.parametrize("encoding", ["UTF-8", "CP1252"])
@pytest.mark.parametrize("mark", [0x00, 0x03, 0x57])
def test_a_shapefile_that_names_no_encoding_is_read_right(tmp_path, encoding, mark):
    path = tmp_path / "m.shp"
    pyogrio.write_dataframe(heath().assign(NAAM="café €"), path, encoding=encoding)
    (tmp_path / "m.cpg").unlink()
    table = bytearray((tmp_path / "m.dbf").read_bytes())
    table[29] = mark
    (tmp_path / "m.dbf").write_bytes(table)
    assert set(read_layer(source(path))["NAAM"]) == {"café €"}


def test_the_settings_can_name_the_encoding_of_a_shapefile(tmp_path):
    path = tmp_path / "m.shp"
    pyogrio.write_dataframe(heath().assign(NAAM="café"), path, encoding="CP850")
    (tmp_path / "m.cpg").unlink()
    assert set(read_layer(source(path, encoding="CP850"))["NAAM"]) == {"café"}


@pytest.mark.parametrize("form", ["gpkg", "fgb", "geojson"])
def test_text_that_is_not_utf8_is_read_as_windows_wrote_it(tmp_path, form):
    path = write(tmp_path, form)
    content = path.read_bytes()
    assert content.count("é".encode()) >= 2
    path.write_bytes(content.replace("é".encode(), b"\xe9x"))
    assert set(read_layer(source(path))["NAAM"].dropna()) == {"héx0", "héx1"}


# --- Broken and hostile files


@pytest.mark.parametrize("share", [0.001, 0.3, 0.7, 0.999])
@pytest.mark.parametrize("form", ["gpkg", "fgb", "geojson", "shp", "parquet"])
def test_a_file_that_is_cut_off_is_refused(tmp_path, form, share):
    path = write(tmp_path, form, n=2000)
    os.truncate(path, int(path.stat().st_size * share))
    with pytest.raises(ValueError, match=r"source 'map' \("):
        read_layer(source(path))


@pytest.mark.parametrize("part", ["dbf", "shx"])
def test_a_shapefile_with_a_part_that_is_cut_off_is_refused(tmp_path, part):
    path = write(tmp_path, "shp", n=2000)
    os.truncate(tmp_path / f"heath.{part}", 5000)
    with pytest.raises(ValueError, match=rf"heath.{part} is cut off: it has 5000 of"):
        read_layer(source(path))
    (tmp_path / f"heath.{part}").unlink()
    with pytest.raises(ValueError, match=rf"its .{part} is missing"):
        read_layer(source(path))


def test_a_geodatabase_with_a_table_that_is_cut_off_is_refused(tmp_path):
    path = write(tmp_path, "gdb", n=2000)
    table = max(path.glob("*.gdbtable"), key=os.path.getsize)
    os.truncate(table, table.stat().st_size // 2)
    with pytest.raises(ValueError, match=r"should have 2000 features, but"):
        read_layer(source(path))


def test_a_geodatabase_that_has_lost_the_index_of_its_rows_is_refused(tmp_path):
    path = write(tmp_path, "gdb")
    table = path / "a00000009.gdbtablx"
    os.truncate(table, table.stat().st_size // 2)
    with pytest.raises(ValueError, match="neither features nor columns"):
        read_layer(source(path))


def test_a_map_without_features_is_read_as_one(tmp_path):
    for form, driver in DRIVERS.items():
        path = tmp_path / f"m.{form}"
        pyogrio.write_dataframe(heath(0), path, driver=driver, geometry_type="Polygon")
        assert read_layer(source(path)).empty


def test_a_geopackage_with_a_damaged_page_is_refused(tmp_path):
    path = write(tmp_path, "gpkg", n=2000)
    content = bytearray(path.read_bytes())
    page = content.index(b"h\xc3\xa91500") // 4096 * 4096
    content[page : page + 4096] = bytes(4096)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"malformed|should have 2000 features"):
        read_layer(source(path))


def test_an_old_count_of_rows_in_a_geopackage_is_no_damage(tmp_path):
    path = write(tmp_path, "gpkg")
    with sqlite3.connect(path) as package:
        package.execute("UPDATE gpkg_ogr_contents SET feature_count = 5")
    check(read_layer(source(path)))


def test_triggers_of_a_geopackage_do_not_fire_and_nothing_is_written(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    path = write(folder, "gpkg", layer="heath")
    package = sqlite3.connect(path)
    package.execute("PRAGMA journal_mode = WAL")
    package.execute("CREATE TABLE fired (at)")
    for table in ("heath", "gpkg_ogr_contents", "gpkg_contents"):
        for event in ("INSERT", "UPDATE", "DELETE"):
            package.execute(
                f"CREATE TRIGGER t_{table}_{event} AFTER {event} ON {table}"
                " BEGIN INSERT INTO fired VALUES (1); END"
            )
    package.commit()
    package.close()
    before = path.read_bytes()
    path.chmod(0o444)
    folder.chmod(0o555)
    try:
        check(read_layer(source(path)))
        assert os.listdir(folder) == ["heath.gpkg"]
    finally:
        folder.chmod(0o755)
    assert path.read_bytes() == before


def test_a_geopackage_with_changes_beside_it_is_refused(tmp_path):
    path = write(tmp_path, "gpkg")
    editor = sqlite3.connect(path)
    editor.execute("PRAGMA journal_mode = WAL")
    editor.execute("CREATE TABLE notes (note)")
    editor.commit()
    with pytest.raises(ValueError, match=r"heath.gpkg-wal .*close the program"):
        read_layer(source(path))
    editor.close()
    check(read_layer(source(path)))


ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    " SELECT i AS fid, NULL AS geom FROM n"
)


@pytest.mark.parametrize("name", ["heath", "gpkg_contents", "gpkg_geometry_columns"])
def test_a_view_in_place_of_a_table_of_a_geopackage_is_refused(tmp_path, name):
    path = write(tmp_path, "gpkg", layer="heath")
    with sqlite3.connect(path) as package:
        package.execute("PRAGMA legacy_alter_table = ON")
        package.execute(f"ALTER TABLE {name} RENAME TO was")
        package.execute(f"CREATE VIEW {name} AS {ENDLESS}")
    with pytest.raises(ValueError, match=f"{name} is a view and no table"):
        read_layer(source(path))


def test_computed_columns_of_a_geopackage_are_refused(tmp_path):
    path = write(tmp_path, "gpkg", layer="heath")
    with sqlite3.connect(path) as package:
        package.execute("ALTER TABLE heath ADD COLUMN big AS (zeroblob(900000000))")
    with pytest.raises(ValueError, match="columns that are computed"):
        read_layer(source(path))


def read_in_little_memory(path, *, gib):
    """Read in a process that may take so much memory; what it says at the end."""
    code = (
        "try:\n"
        "    layer = read_layer({'name': 'map', 'path': sys.argv[1]})\n"
        "    print(len(layer), 'rows')\n"
        "except ValueError as refusal:\n"
        "    print('refused:', refusal)\n"
    )
    imports = "from robuust_files.layers import read_layer"
    return run_in_child(code, path, imports=imports, max_growth_gib=gib)


def geojson(path, features):
    path.write_text(
        '{"type": "FeatureCollection", "features": [' + ",".join(features) + "]}",
        encoding="utf-8",
    )
    return path


def feature(properties, geometry='{"type": "Point", "coordinates": [4, 51]}'):
    return f'{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}'


POINT = '{"type": "Point", "coordinates": [4, 51]}'
ODD = [
    feature("{}").replace("Feature", "Feat"),
    feature("{}").replace("Feature", "feature"),
    feature("{}").replace('"type": "Feature", ', ""),
    POINT,
    "null",
    "7",
    '"],{"',
    "{}",
]
# Signs in a text that mean nothing there; and a list of the same name, deeper.
MISLEADING = r'{"a": "\\\"]}, {", "b": "\u007d\\", "features": [1, 2]}'


@pytest.mark.parametrize("odd", ODD)
def test_a_geojson_of_which_a_feature_is_left_out_is_refused(tmp_path, odd):
    good = feature(MISLEADING)
    path = geojson(tmp_path / "m.geojson", [good, good])
    assert len(read_layer(source(path))) == 2
    geojson(path, [good, odd, odd, good])
    with pytest.raises(ValueError, match=r"2 of its 4 features .*first: number 2\)"):
        read_layer(source(path))


def test_a_geojson_of_nothing_but_odd_features_is_refused(tmp_path):
    path = geojson(tmp_path / "m.geojson", [ODD[0]])
    with pytest.raises(ValueError, match="1 of its 1 features cannot be read"):
        read_layer(source(path))


@pytest.mark.parametrize(
    ("text", "n"),
    [
        (feature("{}"), 1),
        (POINT, 1),
        (f'{{"type": "GeometryCollection", "geometries": [{POINT}, {POINT}]}}', 1),
        (f"{feature('{}')}\n" * 3, 3),
        ('{"type": "FeatureCollection", "features": [ \n ]}', 0),
        (
            f'{{"bbox": [1, 2], "features" : [{feature("{}")}], "type":'
            ' "FeatureCollection", "crs": {"features": [1, 2]}}',
            1,
        ),
    ],
)
def test_each_kind_of_geojson_gives_all_its_features(tmp_path, text, n):
    path = tmp_path / "m.geojson"
    path.write_text(text, encoding="utf-8")
    assert len(read_layer(source(path))) == n


def test_a_line_without_feature_between_lines_of_geojson_is_refused(tmp_path):
    path = tmp_path / "m.geojson"
    path.write_text(f"{feature('{}')}\nnull\n{feature('{}')}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"1 of its 2 features .*line of its own"):
        read_layer(source(path))


@pytest.mark.parametrize("chunk_bytes", [1, 2, 3, 7, 64])
def test_features_are_counted_the_same_however_the_file_is_cut(
    tmp_path, monkeypatch, chunk_bytes
):
    path = geojson(tmp_path / "m.geojson", [feature(MISLEADING)] * 3)
    monkeypatch.setattr("robuust_files.geojson._CHUNK_BYTES", chunk_bytes)
    check_geojson(path, 3)
    with pytest.raises(ValueError, match="1 of its 3 features"):
        check_geojson(path, 2)


def test_a_geojson_nested_a_million_deep_is_refused_in_little_memory(tmp_path):
    deep = "[" * 1_000_000 + "]" * 1_000_000
    for k, text in enumerate((feature(f'{{"a": {deep}}}'), feature("{}", deep))):
        path = geojson(tmp_path / f"{k}.geojson", [text])
        assert "refused: source 'map'" in read_in_little_memory(path, gib=0.2)


def test_a_geojson_with_a_hundred_thousand_columns_is_refused(tmp_path):
    names = (f'{{"c{k}": {k}}}' for k in range(100_000))
    path = geojson(tmp_path / "m.geojson", map(feature, names))
    assert "more than the 2000 that are read" in read_in_little_memory(path, gib=0.5)


@pytest.mark.parametrize("form", ["gpkg", "fgb", "shp", "geojson", "parquet"])
def test_a_polygon_of_a_million_vertices_is_read_in_little_memory(tmp_path, form):
    angle = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    ring = shapely.polygons(np.column_stack([np.cos(angle), np.sin(angle)]) * 1000)
    path = tmp_path / f"m.{form}"
    layer = gpd.GeoDataFrame({"HAB1": ["4030"]}, geometry=[ring], crs=31370)
    if form == "parquet":
        layer.to_parquet(path)
    else:
        pyogrio.write_dataframe(layer, path, driver=DRIVERS[form])
    assert read_in_little_memory(path, gib=1) == "1 rows\n"


@pytest.mark.parametrize("form", [*DRIVERS, "parquet"])
def test_a_map_that_does_not_fit_in_the_memory_is_refused_before_it_is_read(
    tmp_path, form, monkeypatch
):
    path = write(tmp_path, form)
    monkeypatch.setattr("robuust_files.sizes.MAX_CELLS", 11)  # 3 rows, 4 columns
    with pytest.raises(ValueError, match="its 3 rows of 4 columns do not fit"):
        read_layer(source(path))


def test_a_damaged_flatgeobuf_does_not_crash_the_reader(tmp_path):
    path = write(tmp_path, "fgb", n=300)
    whole = path.read_bytes()
    random = np.random.default_rng(1)
    told = []
    for _ in range(150):
        content = np.frombuffer(whole, dtype="uint8").copy()
        content[random.integers(0, content.size, 20)] = random.integers(0, 256, 20)
        path.write_bytes(content.tobytes())
        try:
            told.append(len(read_layer(source(path))) == 300)
        except ValueError as refusal:
            told.append("source 'map'" in str(refusal))
    assert all(told)
