"""The land that a group moves over, as a raster of two bands."""

import rasterio

from robuust.grid import Grid
from robuust.resistance import Land


def write_land(path, land, crs):
    """Write resistance and tolls, in tiles.

    Parameters
    ----------
    path : str or Path
        A GeoTIFF.
    land : Land
    crs : pyproj.CRS
        Of the analysis.
    """
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=land.grid.n_rows,
        width=land.grid.n_columns,
        count=2,
        dtype="float32",
        crs=crs,
        transform=land.grid.transform,
        nodata=float("nan"),
        tiled=True,
        blockxsize=512,
        blockysize=512,
        compress="deflate",
        bigtiff="if_safer",
    ) as raster:
        raster.write(land.resistance, 1)
        raster.write(land.toll_m, 2)
        raster.set_band_description(1, "resistance")
        raster.set_band_description(2, "toll of barriers [m]")


def read_land(path):
    """Read what `write_land` wrote.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Land
    """
    with rasterio.open(path) as raster:
        cell_m, _, left_m, _, _, top_m, *_ = raster.transform
        grid = Grid(left_m, top_m, cell_m, raster.height, raster.width)
        return Land(*raster.read(), grid)
