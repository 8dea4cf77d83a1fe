"""Rule map_robust_areas: all groups on one grid, and the areas robust for several."""

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import rasterio

from robuust.grid import grid_of_run, positions_on
from robuust.habitat_state import habitat_state
from robuust.mosaic import habitat_only, variety
from robuust.robust_areas import (
    NODATA,
    describe_areas,
    find_robust_areas,
    robust_cells,
    score_surfaces,
)
from robuust.runlog import log_to

log = logging.getLogger(__name__)


def map_robust_areas(
    paths, *, groups, cell_m, min_groups, variety_min_types, earlier_results
):
    """Read what each group finds robust; write rasters, robust areas, habitat state."""
    habitat = gpd.read_parquet(paths["habitat"])
    study_area = gpd.read_parquet(paths["study_area"])
    parts = pd.read_parquet(paths["habitat_parts"])
    types = read_table(paths["habitat_types"])
    types = types[types["bundle"] != ""]  # a code without one (gh) is no habitat
    weights = read_table(paths["species_groups"]).set_index("group")["weight"]
    weights = {group: float(weights[group]) for group in groups}
    grid = grid_of_run(study_area, habitat, cell_m=cell_m)
    log.info("read %d habitat polygons, %d groups; %s", len(habitat), len(groups), grid)

    cells, n_rings = read_groups(paths, groups, grid)
    score, n_groups, best_class = score_surfaces(cells, weights, grid)
    inside = positions_on(study_area.geometry.to_numpy(), grid) >= 0
    write_rasters(paths, grid, inside, score, n_groups, best_class, n_rings)

    columns = ["species", "group", "patch_id", "status"]
    populations = pd.concat(
        [pd.read_parquet(path, columns=columns) for path in paths["populations"]]
    )
    areas = find_robust_areas(
        cells, score, n_groups, populations, grid, min_groups=min_groups
    )
    outlines = areas["geometry"].to_numpy()
    kinds = habitat_only(parts, types)
    areas = describe_areas(
        areas,
        nature_areas=gpd.read_parquet(paths["nature_areas"]).geometry.to_numpy(),
        units=gpd.read_parquet(paths["report_units"]),
        mosaic=variety(outlines, habitat, kinds, variety_min_types=variety_min_types),
        n_groups_in_run=len(groups),
        variety_min_types=variety_min_types,
    )
    areas = gpd.GeoDataFrame(areas, geometry="geometry", crs=habitat.crs)
    areas.to_parquet(paths["robust_areas"], index=False)

    earlier = read_earlier_state(earlier_results)
    state = habitat_state(habitat, kinds, types, outlines, earlier=earlier)
    state.to_parquet(paths["habitat_state"], index=False)
    log.info("wrote %d robust areas, %d habitat types", len(areas), len(state))


def read_table(path):
    """Read a table of config/ as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def read_groups(paths, groups, grid):
    """Read group by group the cells that are robust, and count the rings on a cell."""
    cells, n_rings = [], np.zeros(grid.shape, dtype=np.uint8)
    for group, patches, rings in zip(
        groups, paths["verdicts"], paths["buffers"], strict=True
    ):
        verdicts = gpd.read_parquet(patches, columns=["patch_id", "class", "geometry"])
        cells.append(robust_cells(verdicts, grid, group=group))
        drawn = gpd.read_parquet(rings, columns=["ring", "geometry"])
        n_rings += positions_on(drawn.geometry.to_numpy(), grid) >= 0
        log.info("%s: %d cells robust", group, len(cells[-1]))
    return pd.concat(cells, ignore_index=True), n_rings


def write_rasters(paths, grid, inside, score, n_groups, best_class, n_rings):
    """Write the three rasters; outside the study area what is zero is nodata."""
    crs = gpd.read_parquet(paths["study_area"]).crs
    share = ("robustness_score", "share of the weight of all groups, 0 to 1", score)
    number = ("robust_groups", "number of groups", n_groups)
    best = ("best_class", "1 stronghold, 2 key, 3 network, 0 none", best_class)
    rings = ("buffer_groups", "number of groups", n_rings)
    for name, bands, nodata in (
        ("robustness_score", [share], -1.0),
        ("robust_groups", [number, best], NODATA),
        ("buffer_groups", [rings], NODATA),
    ):
        with rasterio.open(
            paths[name],
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
            raster.update_tags(cell_m=grid.cell_m, made_by="robuust map_robust_areas")
            for k, (description, unit, values) in enumerate(bands, start=1):
                shown = inside | (values > 0)
                raster.write(np.where(shown, values, nodata).astype(values.dtype), k)
                raster.set_band_description(k, description)
                raster.set_band_unit(k, unit)
    log.info("wrote three rasters of %d by %d cells", *grid.shape)


def read_earlier_state(path):
    """Read the state per habitat type of an earlier run; None where there is none."""
    if not path or "habitat_state" not in pyogrio.list_layers(path)[:, 0]:
        return None
    columns = ["code", "area_ha"]
    return pyogrio.read_dataframe(
        path, layer="habitat_state", columns=columns, read_geometry=False
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    p = snakemake.params
    map_robust_areas(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        groups=p.groups,
        cell_m=p.cell_m,
        min_groups=p.min_groups,
        variety_min_types=p.variety_min_types,
        earlier_results=p.earlier_results,
    )
