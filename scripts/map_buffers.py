"""Rule map_buffers: how many groups' rings cover each cell of the grid."""

import logging

import geopandas as gpd
import numpy as np

from robuust.grid import grid_of_run, positions_on
from robuust.robust_areas import NODATA
from robuust.runlog import log_to
from robuust_files.grid_rasters import write_bands


def map_buffers(paths, *, cell_m):
    """Read the rings of every group and write how many cover a cell."""
    extent = gpd.read_parquet(paths["extent"])
    study_area = gpd.read_parquet(paths["study_area"])
    grid = grid_of_run(study_area, extent, cell_m=cell_m)
    n_rings = np.zeros(grid.shape, dtype=np.uint8)
    for path in paths["buffers"]:
        rings = gpd.read_parquet(path, columns=["ring", "geometry"])
        n_rings += positions_on(rings.geometry.to_numpy(), grid) >= 0
    write_bands(
        paths["buffer_groups"],
        [("buffer_groups", "number of groups", n_rings)],
        NODATA,
        grid,
        positions_on(study_area.geometry.to_numpy(), grid) >= 0,
        crs=extent.crs,
        made_by="map_buffers",
    )
    logging.getLogger(__name__).info(
        "read the rings of %d groups; wrote %d by %d cells",
        len(paths["buffers"]),
        *grid.shape,
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    map_buffers(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        cell_m=snakemake.params.cell_m,
    )
