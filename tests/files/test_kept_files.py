"""Files between two runs that a bad disk or a crash spoilt are made again."""

import os

import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.transform import from_origin

from robuust_files.kept_files import remember_files, remove_damaged
from robuust_files.publications import checksum_lines

PLACE = {"crs": "EPSG:31370", "transform": from_origin(100, 100, 25, 25)}


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "heath"
    (folder / "ingest").mkdir(parents=True)
    table = pd.DataFrame({"species": ["Erica tetralix"] * 1000, "n": range(1000)})
    table.to_parquet(folder / "ingest" / "records.parquet")
    shape = {"height": 64, "width": 64, "count": 1, "dtype": "uint8"}
    with rasterio.open(folder / "flow.tif", "w", **PLACE, **shape) as raster:
        raster.write(np.full((1, 64, 64), 7, "uint8"))
    (folder / "report.html").write_text("a page")
    lines = checksum_lines(
        {str(folder / "report.html"): folder / "report.html"}, folder
    )
    (folder / "checksums.sha256").write_text(lines)
    return folder


def flip(path, *, keep_time):
    """Turn one bit in the middle of a file."""
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    if keep_time:
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_whole_files_stay(results):
    assert remove_damaged(results) == []
    remember_files(results)
    assert remove_damaged(results) == []


@pytest.mark.parametrize("name", ["ingest/records.parquet", "flow.tif"])
def test_a_single_bit_that_a_disk_turned_is_seen(results, name):
    remember_files(results)
    flip(results / name, keep_time=True)
    assert remove_damaged(results) == [name]
    assert not (results / name).exists()


@pytest.mark.parametrize("name", ["ingest/records.parquet", "flow.tif"])
@pytest.mark.parametrize("length", [0, 100])
def test_a_file_cut_off_by_a_crash_is_seen_without_a_checksum(results, name, length):
    with (results / name).open("rb+") as file:
        file.truncate(length)
    assert remove_damaged(results) == [name]


def test_a_file_that_a_later_run_made_is_no_damage(results):
    remember_files(results)
    pd.DataFrame({"n": [1]}).to_parquet(results / "ingest" / "records.parquet")
    assert remove_damaged(results) == []


def test_what_is_published_is_left_alone(results):
    remember_files(results)
    flip(results / "report.html", keep_time=True)
    assert remove_damaged(results) == []
