"""Rule outline_robust_areas: the areas robust for several groups, by their outlines."""

import logging

import geopandas as gpd

from robuust.grid import grid_of_run
from robuust.robust_areas import (
    find_robust_areas,
    join_groups,
    patch_cells,
    score_surfaces,
)
from robuust.robustness import class_in_effect
from robuust.runlog import log_to

COLUMNS = ["patch_id", "class", "robust", "geometry"]


def outline_robust_areas(paths, *, weight, cell_m, min_groups, min_area_ha):
    """Read what each group finds robust; write the outlines of the robust areas.

    `weight` maps each group to its weight, in the order of the files.
    """
    study_area = gpd.read_parquet(paths["study_area"])
    extent = gpd.read_parquet(paths["extent"])
    grid = grid_of_run(study_area, extent, cell_m=cell_m)
    found = join_groups(
        [
            robust_cells(path, grid, group)
            for path, group in zip(paths["verdicts"], weight, strict=True)
        ]
    )
    score, n_groups, _ = score_surfaces(found, weight, grid)
    areas, _ = find_robust_areas(
        score, n_groups, grid, min_groups=min_groups, min_area_ha=min_area_ha
    )
    outlines = areas[["robust_area_id", "geometry"]].sort_values("robust_area_id")
    gpd.GeoDataFrame(outlines, crs=extent.crs).to_parquet(paths["outlines"])
    logging.getLogger(__name__).info("wrote %d robust areas", len(areas))


def robust_cells(path, grid, group):
    """Read the verdicts of a group: the cells that it finds robust."""
    verdicts = gpd.read_parquet(path, columns=COLUMNS)
    verdicts["class"] = class_in_effect(verdicts["class"], verdicts["robust"])
    return patch_cells(verdicts, grid, group=group)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    outline_robust_areas(
        {**snakemake.input, **snakemake.output},
        weight=snakemake.params.weight,
        cell_m=snakemake.params.cell_m,
        min_groups=snakemake.params.min_groups,
        min_area_ha=snakemake.params.min_area_ha,
    )
