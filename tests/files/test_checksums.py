"""Checksums: those of sha256sum, over all files of a source."""

import hashlib
import shutil

import geopandas as gpd
import pyogrio
import pytest
import shapely

from robuust_files.checksums import checksum

MAP = gpd.GeoDataFrame({"a": ["x"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=31370)


def source(path):
    return {"name": "map", "path": str(path)}


def sha256(*files):
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


def test_one_file_has_the_checksum_of_its_bytes(tmp_path):
    path = tmp_path / "map.gpkg"
    pyogrio.write_dataframe(MAP, path)
    assert checksum(source(path)) == sha256(path)


@pytest.mark.parametrize("part", ["shp", "dbf", "prj", "shx", "cpg"])
def test_every_part_of_a_shapefile_counts(tmp_path, part):
    pyogrio.write_dataframe(MAP, tmp_path / "map.shp")
    parts = [tmp_path / f"map.{e}" for e in ("shp", "dbf", "prj", "shx", "cpg")]
    (tmp_path / "map.qml").write_text("a style does not count", encoding="utf-8")
    assert checksum(source(parts[0])) == sha256(*parts)
    with (tmp_path / f"map.{part}").open("ab") as file:
        file.write(b"1")
    assert checksum(source(parts[0])) == sha256(*parts)
    for other in parts[1:]:
        other.rename(other.with_suffix(other.suffix.upper()))
    parts[1:] = [p.with_suffix(p.suffix.upper()) for p in parts[1:]]
    assert checksum(source(parts[0])) == sha256(*parts)


def test_all_files_of_a_geodatabase_count_but_its_locks(tmp_path):
    path = tmp_path / "map.gdb"
    pyogrio.write_dataframe(MAP, path, driver="OpenFileGDB")
    files = sorted(path.iterdir())
    assert checksum(source(path)) == sha256(*files)
    (path / "map.sr.lock").write_text("who has it open", encoding="utf-8")
    assert checksum(source(path)) == sha256(*files)
    copy = shutil.copytree(path, tmp_path / "copy.gdb")
    assert checksum(source(copy)) == sha256(*files)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ValueError, match=r"source 'map' .*cannot be read"):
        checksum(source(tmp_path / "map.gpkg"))
