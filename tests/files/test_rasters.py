"""Habitat rasters: classes become polygons, whatever the size of the raster."""

import os

import numpy as np
import pytest
import rasterio
from child_memory import run_in_child

from robuust_files.layers import list_layers, read_layer

CELLS = np.array(
    [
        [1, 1, 0, 2],
        [0, 0, 1, 2],
        [7, 0, 1, 3],
    ],
    dtype="uint8",
)


def write(path, cells=CELLS, driver="GTiff", bands=1, **options):
    height, width = cells.shape
    transform = rasterio.transform.from_origin(186_600, 222_900, 10, 10)
    about = {"driver": driver, "dtype": cells.dtype, "count": bands}
    about |= {"width": width, "height": height, "transform": transform}
    with rasterio.open(path, "w", crs="EPSG:31370", **about | options) as raster:
        for band in range(bands):
            raster.write(cells, band + 1)
    return path


def source(path, **keys):
    return {"name": "raster", "path": str(path)} | keys


def areas(layer):
    found = layer.assign(area_m2=layer.area).sort_values(["code", "area_m2"])
    return found[["code", "area_m2"]].to_numpy().tolist()


@pytest.mark.parametrize(("driver", "name"), [("GTiff", "m.dat"), ("HFA", "m.img")])
def test_every_class_with_a_code_becomes_polygons_joined_by_edges(
    tmp_path, driver, name
):
    path = write(tmp_path / name, driver=driver)
    codes = {1: "4030", 2: "6510", 3: "6510", 9: "2310"}
    layer = read_layer(source(path, codes=codes))
    assert layer.crs == "EPSG:31370"
    # Two cells of 1 touch the others at a corner alone; 2 and 3 are one code.
    assert areas(layer) == [["4030", 200], ["4030", 200], ["6510", 300]]
    assert layer.total_bounds.tolist() == [186_600, 222_870, 186_640, 222_900]


def test_a_text_grid_is_a_raster(tmp_path):
    text = "ncols 2\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 10\n1 1\n0 1\n"
    (tmp_path / "grid.txt").write_text(text, encoding="utf-8")
    layer = read_layer(source(tmp_path / "grid.txt", codes={1: "4030"}))
    assert areas(layer) == [["4030", 300]]


def test_one_value_of_a_raster_of_one_code(tmp_path):
    layer = read_layer(source(write(tmp_path / "m.tif"), code="4030", value=2))
    assert layer.area.tolist() == [200]
    assert "code" not in layer
    first = read_layer(source(tmp_path / "m.tif", code="4030"))  # value 1
    assert sorted(first.area) == [200, 200]


@pytest.mark.parametrize("kind", ["uint8", "int16", "uint16", "int32", "float64"])
def test_every_type_of_cell_can_hold_classes(tmp_path, kind):
    cells = CELLS.astype(kind)
    low, high = (0, 255) if kind == "uint8" else (0, 30_000)
    cells[0, 0] = low = -5 if kind in ("int16", "int32", "float64") else low
    cells[2, 3] = high
    path = write(tmp_path / "m.tif", cells)
    layer = read_layer(source(path, codes={low: "2310", high: "6510", 1e9: "4030"}))
    expected = np.count_nonzero(cells == low) * 100
    assert layer.query("code == '2310'").area.sum() == expected
    assert layer.query("code == '6510'").area.sum() == 100


def test_floats_with_missing_cells_have_classes_too(tmp_path):
    cells = np.where(CELLS == 0, np.nan, CELLS).astype("float32")
    path = write(tmp_path / "m.tif", cells, nodata=np.nan)
    layer = read_layer(source(path, codes={"1": "4030", 7.0: "2310"}))
    assert areas(layer) == [["2310", 100], ["4030", 200], ["4030", 200]]


def test_cells_without_a_code_are_counted_in_the_log(tmp_path, caplog):
    caplog.set_level("INFO")
    path = write(tmp_path / "m.tif", nodata=0)
    read_layer(source(path, codes={1: "4030"}))
    assert "4 cells of" in caplog.text  # 2, 2, 3 and 7; 0 is no data


def test_a_polygon_that_passes_through_many_strips_is_one(tmp_path, monkeypatch):
    monkeypatch.setattr("robuust_files.rasters._STRIP_CELLS", 1000)
    cells = np.zeros((700, 50), dtype="uint8")
    cells[:, 10:20] = 5
    for tiled in ({}, {"tiled": True, "blockxsize": 16, "blockysize": 16}):
        path = write(tmp_path / "m.tif", cells, **tiled)
        layer = read_layer(source(path, codes={5: "4030"}))
        assert areas(layer) == [["4030", 700_000]]


def test_a_zipped_raster_keeps_the_files_beside_it(tmp_path):
    import zipfile

    text = "ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 10\n1 0\n"
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive:
        archive.writestr("map/grid.asc", text)
        archive.writestr("map/grid.prj", rasterio.crs.CRS.from_epsg(31370).to_wkt())
    layer = read_layer(source(tmp_path / "m.zip", codes={1: "4030"}))
    assert (areas(layer), layer.crs.to_epsg()) == ([["4030", 100]], 31370)
    assert list(list_layers(tmp_path / "m.zip")) == ["grid"]


@pytest.mark.parametrize(
    ("keys", "options", "words"),
    [
        ({"codes": {"heath": "4030"}}, {}, "'heath', which is no number"),
        ({"codes": {8: "4030"}}, {}, "no cell has one of the values 8"),
        ({"value": 8}, {}, "no cell has one of the values 8"),
        ({"value": 1}, {"bands": 3}, "3 bands, so it is a picture"),
    ],
)
def test_a_raster_that_cannot_be_meant_is_refused(tmp_path, keys, options, words):
    path = write(tmp_path / "m.tif", **options)
    with pytest.raises(ValueError, match=rf"source 'raster' \(.*{words}"):
        read_layer(source(path, **keys))


def test_too_many_cells_or_polygons_are_refused(tmp_path, monkeypatch):
    path = write(tmp_path / "m.tif")
    monkeypatch.setattr("robuust_files.rasters.MAX_POLYGONS", 1)
    with pytest.raises(ValueError, match="more than 1 polygons"):
        read_layer(source(path))
    monkeypatch.setattr("robuust_files.rasters.MAX_CELLS", 11)
    with pytest.raises(ValueError, match="4 x 3 cells, more than the 11"):
        read_layer(source(path))


def test_a_raster_that_is_cut_off_is_refused(tmp_path):
    cells = np.random.default_rng(1).integers(0, 5, (500, 500)).astype("uint8")
    path = write(tmp_path / "m.tif", cells)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(ValueError, match="source 'raster'"):
        read_layer(source(path))


def test_a_raster_larger_than_the_memory_is_read(tmp_path):
    path = tmp_path / "m.tif"  # 400 million cells, all but a few empty
    about = {"driver": "GTiff", "dtype": "uint8", "count": 1, "crs": "EPSG:31370"}
    about |= {"width": 20_000, "height": 20_000, "sparse_ok": True, "tiled": True}
    about |= {"transform": rasterio.transform.from_origin(0, 20_000, 1, 1)}
    with rasterio.open(path, "w", compress="deflate", bigtiff="yes", **about) as raster:
        window = rasterio.windows.Window(9000, 9000, 512, 512)
        raster.write(np.ones((512, 512), dtype="uint8"), 1, window=window)
    printed = run_in_child(
        "print(read_layer({'name': 'm', 'path': sys.argv[1]}).area.tolist())",
        path,
        imports="import robuust_files.rasters\n"
        "from robuust_files.layers import read_layer",
        max_growth_gib=0.3,
        env={"GDAL_CACHEMAX": "64"},  # MiB; else a share of the machine's memory
    )
    assert printed == f"[{512.0 * 512}]\n"
