"""Rule map_variety: how varied the habitat is round every cell, as one raster."""

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from rasterio.shutil import copy
from rasterio.windows import Window

from robuust.grid import grid_of_run, positions_on
from robuust.mosaic import habitat_only
from robuust.runlog import log_to
from robuust.variety_surface import (
    band_words,
    blocks_of,
    cell_mosaic,
    chord_half_widths,
    holds_habitat,
    variety_in_window,
    windows,
)

NODATA = -1.0
BLOCK_CELLS = 1024  # side of a block; a whole number of tiles

log = logging.getLogger(__name__)


def map_variety(paths, *, local_distance_m, cell_m):
    """Read the habitat map and write its variety within each local distance."""
    habitat = gpd.read_parquet(paths["habitat"])
    study_area = gpd.read_parquet(paths["study_area"])
    parts = pd.read_parquet(paths["habitat_parts"])
    types = pd.read_csv(
        paths["habitat_types"], dtype=str, keep_default_na=False, encoding="utf-8-sig"
    )
    grid = grid_of_run(study_area, habitat, cell_m=cell_m)
    kinds = habitat_only(parts, types[types["bundle"] != ""])  # blank: no habitat
    mosaic = cell_mosaic(habitat, kinds, grid)
    inside = positions_on(study_area.geometry.to_numpy(), grid) >= 0
    log.info("read %d habitat polygons; %s", len(habitat), grid)
    found = windows(local_distance_m)
    write_raster(paths["habitat_variety"], mosaic, inside, found, grid, habitat.crs)
    log.info("wrote %d windows of %d by %d cells", len(found), *grid.shape)


def write_raster(path, mosaic, inside, found, grid, crs):
    """Write three bands per window, block by block, so that a country fits."""
    options = {"compress": "deflate", "bigtiff": "if_safer"}
    # A COG is written in one go, so the blocks first go to a plain file beside it.
    with TemporaryDirectory(dir=Path(path).parent) as folder:
        blockwise = Path(folder, "blocks.tif")
        with rasterio.open(
            blockwise,
            "w",
            driver="GTiff",
            height=grid.n_rows,
            width=grid.n_columns,
            count=3 * len(found),
            dtype="float32",
            crs=crs,
            transform=grid.transform,
            nodata=NODATA,
            tiled=True,
            blockxsize=512,
            blockysize=512,
            interleave="band",
            **options | {"zlevel": 1},
        ) as raster:
            raster.update_tags(cell_m=grid.cell_m, made_by="robuust map_variety")
            for k, (radius_m, groups) in enumerate(found):
                write_window(raster, 3 * k + 1, mosaic, inside, radius_m, groups, grid)
        copy(blockwise, path, driver="COG", overview_resampling="nearest", **options)


def write_window(raster, first_band, mosaic, inside, radius_m, groups, grid):
    """Write the three bands of one window, with what they hold."""
    half_widths = chord_half_widths(radius_m / grid.cell_m)
    highest = np.zeros(3)
    for block in blocks_of(grid.shape, side=BLOCK_CELLS):
        bands = np.array(variety_in_window(mosaic, block, half_widths=half_widths))
        shown = inside[block.top : block.bottom, block.left : block.right]
        shown = (shown | holds_habitat(mosaic, block)) & ~np.isnan(bands)
        bands = np.where(shown, bands, NODATA)
        highest = np.maximum(highest, bands.max(axis=(1, 2)))
        place = Window(block.left, block.top, *block.shape[::-1])
        indexes = list(range(first_band, first_band + 3))
        raster.write(bands.astype("float32"), indexes, window=place)
    for k, (name, unit, words) in enumerate(band_words(radius_m, groups)):
        raster.set_band_description(first_band + k, words)
        raster.set_band_unit(first_band + k, unit)
        raster.update_tags(
            first_band + k, column=name, radius_m=radius_m, highest=highest[k]
        )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    map_variety(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        local_distance_m=snakemake.params.local_distance_m,
        cell_m=snakemake.params.cell_m,
    )
