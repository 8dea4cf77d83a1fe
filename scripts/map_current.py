"""Rule map_current: where a group that follows the land cover would pass."""

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio

from robuust.cost_surface import cost_surface
from robuust.current_flow import current_map
from robuust.resistance import patch_labels
from robuust.runlog import log_to
from robuust_files.land_rasters import read_land
from robuust_files.taken_over import taken_over

NODATA = -1.0
SHOWN = 0.99  # of the cells with current; the last colour is for the rest


def map_current(paths, *, group, dispersal_max_m, threads=1):
    """Send a current along every link of the networks; write where it runs."""
    land = read_land(paths["resistance"])
    patches = gpd.read_parquet(paths["patches"])
    patches = patches.sort_values("patch_id", ignore_index=True)
    links = pd.read_parquet(
        paths["links"],
        columns=["patch_id_a", "patch_id_b", "probability", "within_dispersal"],
    )
    links = links[links["within_dispersal"]]
    ids = pd.Index(patches["patch_id"])
    a, b = (ids.get_indexer(links[f"patch_id_{side}"]) for side in "ab")
    area = patches["effective_ha"].to_numpy(float)
    labels, missing = patch_labels(patches.geometry.to_numpy(), land.toll_m, land.grid)
    drawn = ~(np.isin(a, missing) | np.isin(b, missing))
    found = current_map(
        land_within(land, labels, dispersal_max_m, threads),
        labels,
        a[drawn] + 1,
        b[drawn] + 1,
        (area[a] * area[b] * links["probability"].to_numpy(float))[drawn],
    )
    write_raster(paths["current"], found.total, labels, land.grid, patches.crs, group)
    logging.getLogger(__name__).info(
        "sent a current along %d links; %d have a patch without a cell",
        drawn.sum(),
        (~drawn).sum(),
    )


def land_within(land, labels, reach_m, threads):
    """Resistance of the cells within reach of a patch; nothing passes elsewhere."""
    if not labels.any():
        return np.full(land.grid.shape, np.nan)
    reached = cost_surface(
        land.resistance,
        labels,
        cell_m=land.grid.cell_m,
        max_cost_m=reach_m,
        toll_m=land.toll_m,
        threads=threads,
    ).allocation
    resistance = land.resistance + land.toll_m / land.grid.cell_m
    return np.where(reached > 0, resistance, np.nan)


def write_raster(path, total, labels, grid, crs, group):
    """Write the current between patches, and the value for the last colour."""
    between = total[(labels == 0) & (total > 0)]
    highest = float(np.quantile(between, SHOWN)) if between.size else 1.0
    shown = np.where((labels == 0) & (total > 0), total, NODATA).astype("float32")
    with rasterio.open(
        path,
        "w",
        driver="COG",
        height=grid.n_rows,
        width=grid.n_columns,
        count=1,
        dtype="float32",
        crs=crs,
        transform=grid.transform,
        nodata=NODATA,
        compress="deflate",
        overview_resampling="nearest",
    ) as raster:
        raster.write(shown, 1)
        raster.set_band_description(1, f"current flow of {group}")
        raster.set_band_unit(1, "ha2")
        raster.update_tags(
            group=group,
            highest=highest,
            cell_m=grid.cell_m,
            made_by="robuust map_current",
        )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    if not taken_over(snakemake.input, snakemake.output, snakemake.params.folders):
        map_current(
            dict(snakemake.input.items()) | dict(snakemake.output.items()),
            group=snakemake.wildcards.group,
            dispersal_max_m=snakemake.params.dispersal_max_m,
            threads=snakemake.threads,
        )
