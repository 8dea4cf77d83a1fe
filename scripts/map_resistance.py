"""Rule map_resistance: how hard it is for one group to move over each cell."""

import logging

import geopandas as gpd
import numpy as np
import pandas as pd

from robuust.barriers import crossing_chances
from robuust.grid import grid_of_run, positions_on
from robuust.land_cover import by_precedence
from robuust.resistance import (
    Land,
    barrier_tolls,
    class_resistances,
    resistance_grid,
)
from robuust.runlog import log_to
from robuust_files.config_tables import read_barrier_types
from robuust_files.land_rasters import write_land


def map_resistance(
    paths, *, mobility_class, cell_m, default_resistance, cover_order, d0_m, p0
):
    """Read land cover, barriers and patches; write resistance and tolls."""
    study_area = gpd.read_parquet(paths["study_area"])
    extent = gpd.read_parquet(paths["extent"])
    grid = grid_of_run(study_area, extent, cell_m=cell_m)
    # Of what overlaps the last has the cell.
    cover = by_precedence(gpd.read_parquet(paths["land_cover"]), cover_order)[::-1]
    kind, names = pd.factorize(cover["land_cover"], sort=True)
    table = pd.read_csv(paths["resistance_table"], encoding="utf-8-sig")
    crossings = gpd.read_parquet(paths["crossings"]).geometry.to_numpy()
    position = positions_on(cover.geometry.to_numpy(), grid)
    resistance = resistance_grid(
        np.append(kind, -1)[position],  # the last one is that of -1: no land cover
        class_resistances(names, table, mobility_class),
        positions_on(gpd.read_parquet(paths["patches"]).geometry.to_numpy(), grid) >= 0,
        elsewhere=default_resistance,
        openings=crossings,
        grid=grid,
    )
    barriers = gpd.read_parquet(paths["barriers"])
    types = read_barrier_types(paths["barrier_types"])
    toll_m = barrier_tolls(
        barriers.geometry.to_numpy(),
        barriers["barrier"],
        crossing_chances(barriers["barrier"], types, mobility_class),
        d0_m=d0_m,
        p0=p0,
        openings=crossings,
        grid=grid,
    )
    write_land(paths["resistance"], Land(resistance, toll_m, grid), study_area.crs)
    logging.getLogger(__name__).info(
        "read %d polygons of land cover, %d barriers; wrote %s",
        len(cover),
        len(barriers),
        grid,
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    map_resistance(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        mobility_class=snakemake.params.mobility_class,
        cell_m=snakemake.params.cell_m,
        default_resistance=snakemake.params.default_resistance,
        cover_order=snakemake.params.cover_order,
        d0_m=snakemake.params.d0_m,
        p0=snakemake.params.p0,
    )
