"""What a file is, told by its content."""

import json
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from robuust_files.recognise import head_kind, recognise

META = '<archive xmlns="http://rs.tdwg.org/dwc/text/"><core/></archive>'


def pack(path, *names, **members):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, members.get(name, "x"))
    return path


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"SQLite format 3\0" + bytes(52) + b"GPKG", "geopackage"),
        (b"SQLite format 3\0" + bytes(52) + b"GP10", "geopackage"),
        (b"SQLite format 3\0" + bytes(100) + b"TABLE gpkg_contents", "geopackage"),
        (b"SQLite format 3\0" + bytes(100), "sqlite"),
        (b"\0\0\x27\x0a" + bytes(96), "shapefile"),
        (b"fgb\x03fgb\x00", "flatgeobuf"),
        (b"PAR1", "geoparquet"),
        (b"II*\0", "raster"),
        (b"MM\0*", "raster"),
        (b"II+\0", "raster"),
        (b"EHFA_HEADER_TAG", "raster"),
        (b"NCOLS 5\r\nNROWS 6\r\n", "raster"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "spreadsheet"),
        (b'{"type": "FeatureCollection"', "geojson"),
        (b'\xef\xbb\xbf \n{"features": [', "geojson"),
        (b'{"coordinates": [4, 51], "type": "Point"}', "geojson"),
        (b"species,date\n", "text"),
        (b"\xef\xbb\xbfsoort;datum\r\n", "text"),
        ("soort;datum\n".encode("utf-16"), "text"),
        ("soort;één\n".encode("cp1252"), "text"),
        (b"x", "text"),
    ],
)
def test_the_first_bytes_tell_the_kind(head, kind):
    assert head_kind(head) == kind


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b"Rar!\x1a", "RAR"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"\x89PNG\r\n", "picture"),
        (b"a.csv" + bytes(252) + b"ustar\0", "tar archive"),
        (b"version https://git-lfs.github.com/spec/v1", "git-lfs"),
        (b"  <!doctype HTML>", "web page"),
        (b"<?xml version='1.0'?><kml/>", "XML"),
        (b'{"rings": [], "spatialReference": {}}', "Esri JSON"),
        (b'{"name": "x"}', "no GeoJSON"),
        (b"[1, 2]", "no GeoJSON"),
        (b"text\0and more", "none of the forms"),
        (bytes(range(1, 9)) * 100, "none of the forms"),
    ],
)
def test_what_is_not_read_is_named(head, words):
    with pytest.raises(ValueError, match=words):
        head_kind(head)


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"there is no file .*map\.gpkg; put it"):
        recognise(tmp_path / "map.gpkg")
    with pytest.raises(ValueError, match="is no file; name the file itself"):
        recognise("/dev/null")
    with pytest.raises(ValueError, match=r"is no File Geodatabase and holds no"):
        recognise(tmp_path)


def test_an_address_of_a_database_is_no_file():
    address = "postgresql://gis@example.org/nature"
    form = recognise(address)
    assert (form.kind, form.path) == ("postgis", address)


def test_folders_are_told_by_what_is_in_them(tmp_path):
    for name, file in (("g", "a0001.gdbtable"), ("d", "meta.xml"), ("s", "a.SHP")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text("x", encoding="utf-8")
    kinds = [recognise(tmp_path / name).kind for name in "gds"]
    assert kinds == ["filegdb", "darwin_core", "shapefile"]


def test_spreadsheets_are_zip_files_that_stay_packed(tmp_path):
    names = ["[Content_Types].xml", "xl/workbook.xml"]
    excel = recognise(pack(tmp_path / "a.dat", *names))
    assert (excel.kind, excel.members) == ("spreadsheet", ())
    names = ["mimetype", "content.xml"]
    assert recognise(pack(tmp_path / "b.dat", *names)).kind == "spreadsheet"


def test_a_darwin_core_archive_may_lie_in_a_folder_of_its_zip(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/meta.xml", META)
        archive.writestr("data/occurrence.txt", "id\tname\n1\tx\n")
        archive.writestr("licence.txt", "free, for all\nand, more\n")
    form = recognise(path)
    assert form.kind == "darwin_core"
    assert form.members == ("data/meta.xml", "data/occurrence.txt")


def test_a_meta_file_of_another_kind_makes_no_darwin_core_archive(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("meta.xml", "<metadata/>")
        archive.writestr("records.csv", "species;date\nx;2020\n")
    form = recognise(path)
    assert (form.kind, form.members) == ("text", ("records.csv",))


def test_a_table_in_a_zip_is_found_beside_words_and_pictures(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("LEESMIJ.txt", "Dit is de export.\nBron: NDFF, 2024\n")
        archive.writestr("export/waarnemingen.txt", 'soort;naam\n"a;b";x\n')
        archive.writestr("logo.png", b"\x89PNG\r\n")
        archive.writestr("empty.csv", "")
        archive.writestr("__MACOSX/export/._waarnemingen.txt", "a;b\n1;2\n")
        archive.writestr(".DS_Store", "a;b\n1;2\n")
    assert recognise(path).members == ("export/waarnemingen.txt",)


def test_several_tables_in_a_zip_need_a_name(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("plants.csv", "birds/2023.csv", "birds/2024.csv"):
            archive.writestr(name, "species,date\nx,2020\n")
    for wanted in ("birds/2024.csv", "2024.csv", "2024", "birds/2024"):
        assert recognise(path, wanted).members == ("birds/2024.csv",)
    with pytest.raises(ValueError, match=r"holds plants\.csv.*: name the one to read"):
        recognise(path)
    with pytest.raises(ValueError, match="name the one to read"):
        recognise(path, "mammals")


def test_a_map_counts_before_the_tables_beside_it(tmp_path):
    shape = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)], crs=31370)
    shape.to_file(tmp_path / "m.shp")
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        for ending in ("shp", "shx", "dbf", "prj", "cpg"):
            archive.write(tmp_path / f"m.{ending}", f"x/m.{ending}")
        archive.writestr("codes.csv", "code;name\n4030;heath\n")
    form = recognise(tmp_path / "m.zip")
    assert form.kind == "shapefile"
    assert len(form.members) == 5


def test_a_parquet_without_geometry_is_refused(tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ValueError, match="the Parquet file has no geometry"):
        recognise(tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"PAR1" + bytes(100))
    with pytest.raises(ValueError, match="damaged or cut off"):
        recognise(tmp_path / "b.parquet")


def test_a_gzipped_map_is_told_by_what_is_in_it(tmp_path):
    import gzip

    text = json.dumps({"type": "FeatureCollection", "features": []})
    (tmp_path / "m.gz").write_bytes(gzip.compress(text.encode()))
    form = recognise(tmp_path / "m.gz")
    assert (form.kind, form.members) == ("geojson", ("m",))


def test_the_layer_chooses_between_a_shapefile_and_a_geopackage(tmp_path):
    shape = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)], crs=31370)
    shape.to_file(tmp_path / "heath.shp")
    shape.to_file(tmp_path / "bog.gpkg")
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        for path in sorted(tmp_path.glob("*.*")):
            if path.suffix != ".zip":
                archive.write(path, path.name)
    assert recognise(tmp_path / "m.zip", "heath").kind == "shapefile"
    assert recognise(tmp_path / "m.zip", "bog").kind == "geopackage"
    with pytest.raises(ValueError, match="name the one to read"):
        recognise(tmp_path / "m.zip")


def test_thousands_of_files_in_a_zip_are_looked_through_quickly(tmp_path):
    import time

    path = tmp_path / "m.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for k in range(9000):
            archive.writestr(f"{k}.txt", "words without a table\n")
        archive.writestr("records.csv", "species;date\nx;2020\n")
    started = time.perf_counter()
    assert recognise(path).members == ("records.csv",)
    assert time.perf_counter() - started < 20  # a second; minutes when it is squared
