"""Write what was found on the grid of a run as a cloud-optimised GeoTIFF."""

import numpy as np
import rasterio


def write_bands(path, bands, nodata, grid, inside, *, crs, made_by):
    """Write one raster; outside the study area what is zero is nodata.

    Parameters
    ----------
    path : str or Path
    bands : list of tuple
        Description, unit and values (ndarray, shape of the grid) of each band; all of
        one type.
    nodata : float
    grid : robuust.grid.Grid
    inside : ndarray of bool, shape of the grid
        Whether a cell lies in the study area.
    crs : pyproj.CRS
    made_by : str
        The rule that made it.
    """
    with rasterio.open(
        path,
        "w",
        driver="COG",
        height=grid.n_rows,
        width=grid.n_columns,
        count=len(bands),
        dtype=bands[0][2].dtype,
        crs=crs,
        transform=grid.transform,
        nodata=nodata,
        compress="deflate",
        overview_resampling="nearest",
    ) as raster:
        raster.update_tags(cell_m=grid.cell_m, made_by=f"robuust {made_by}")
        for k, (description, unit, values) in enumerate(bands, start=1):
            shown = inside | (values > 0)
            raster.write(np.where(shown, values, nodata).astype(values.dtype), k)
            raster.set_band_description(k, description)
            raster.set_band_unit(k, unit)
