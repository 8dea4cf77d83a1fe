"""Habitat rasters: outlines of the cells that have a class."""

import logging
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.features
import rasterio.windows
import shapely

from robuust.sources import UnusableFileError

MAX_CELLS = 10_000_000_000  # Flanders in cells of 2 m is a third of it
MAX_POLYGONS = 1_500_000  # three times the habitat map of Flanders; some 5 GiB
MAX_CLASSES = 255  # so that a class takes one byte
_STRIP_CELLS = 2**24

log = logging.getLogger(__name__)


def read_raster(path, source):
    """Polygons round the cells of each class, joined where cells share an edge.

    Memory holds a strip of the raster and the polygons, never the whole raster.

    Parameters
    ----------
    path : str or Path
    source : dict
        ``codes`` (value of a cell to habitat code) or ``value`` (the one value that
        counts; 1 without it).

    Returns
    -------
    GeoDataFrame
        With a column ``code`` where the source has ``codes``. Values without a code
        are left out, and counted in the log.

    Raises
    ------
    UnusableFileError
        If the raster has several bands or too many cells, a value of ``codes`` is no
        number, no cell has a class, or there are too many polygons.
    """
    codes = source.get("codes") or {source.get("value", 1): ""}
    with rasterio.open(path) as raster:
        _check_raster(raster)
        classes = sorted({str(code) for code in codes.values()})
        if len(classes) > MAX_CLASSES:
            raise UnusableFileError(
                f"`codes` names {len(classes)} habitat codes; at most {MAX_CLASSES} can"
                " be read from one raster"
            )
        numbers = {_number(v): classes.index(str(c)) + 1 for v, c in codes.items()}
        with tempfile.TemporaryDirectory(prefix="robuust_") as folder:
            chosen = Path(folder, "classes.tif")
            _write_classes(raster, numbers, chosen)
            polygons, found = _outlines(chosen)
        crs = raster.crs
    if not polygons:
        raise UnusableFileError(
            f"no cell has one of the values {', '.join(map(str, codes))}; correct"
            " `codes` or `value`"
        )
    columns = {"code": np.array(classes)[found - 1]} if source.get("codes") else {}
    return gpd.GeoDataFrame(columns, geometry=polygons, crs=crs)


def _check_raster(raster):
    if raster.count != 1:
        raise UnusableFileError(
            f"the raster has {raster.count} bands, so it is a picture or a stack; save"
            " the band with the classes as a file of its own"
        )
    if raster.width * raster.height > MAX_CELLS:
        raise UnusableFileError(
            f"the raster has {raster.width} x {raster.height} cells, more than the"
            f" {MAX_CELLS:,} that are read; cut it to the study area"
        )


def _number(value):
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise UnusableFileError(
            f"`codes` names the value {value!r}, which is no number"
        ) from error


def _write_classes(raster, numbers, path):
    """Write the number of every cell's class, strip by strip; 0 is none."""
    rows = max(_STRIP_CELLS // raster.width, 1)
    step = raster.block_shapes[0][0]
    rows = max(rows // step, 1) * step  # whole blocks, so that none is read twice
    about = {"width": raster.width, "height": raster.height, "count": 1}
    about |= {"driver": "GTiff", "dtype": "uint8", "transform": raster.transform}
    about |= {"compress": "lzw", "sparse_ok": True, "bigtiff": "if_safer"}
    other = 0
    with rasterio.open(path, "w", **about) as file:
        for top in range(0, raster.height, rows):
            height = min(rows, raster.height - top)
            window = rasterio.windows.Window(0, top, raster.width, height)
            cells = raster.read(1, window=window)
            classes = _classes(cells, numbers)
            file.write(classes, 1, window=window)
            empty = classes == 0
            if raster.nodata is not None:
                empty &= cells != raster.nodata
            other += np.count_nonzero(empty)
    if other:
        log.info("%d cells of %s have a value without a code", other, raster.name)


def _classes(cells, numbers):
    """Give the number of every cell's class, 0 for none."""
    if cells.dtype.kind in "ui" and cells.dtype.itemsize <= 2:  # by a table: fastest
        lowest = np.iinfo(cells.dtype).min
        table = np.zeros(2 ** (8 * cells.dtype.itemsize), dtype="uint8")
        for value, number in numbers.items():
            if value.is_integer() and 0 <= value - lowest < table.size:
                table[int(value) - lowest] = number
        return np.roll(table, lowest)[cells]  # a negative value counts from the end
    classes = np.zeros(cells.shape, dtype="uint8")
    for value, number in numbers.items():
        classes[cells == value] = number
    return classes


def _outlines(path):
    """Polygons of a raster of classes, and the class of each."""
    polygons, found = [], []
    with rasterio.open(path) as classes:
        band = rasterio.band(classes, 1)
        shapes = rasterio.features.shapes(
            band, mask=band, connectivity=4, transform=classes.transform
        )
        for shape, number in shapes:
            if len(polygons) == MAX_POLYGONS:
                raise UnusableFileError(
                    f"the classes make more than {MAX_POLYGONS:,} polygons, so the"
                    " raster is grainy; sieve it first (GDAL sieve, in QGIS)"
                )
            polygons.append(shapely.geometry.shape(shape))
            found.append(number)
    return polygons, np.array(found, dtype="int64")
