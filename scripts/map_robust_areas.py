"""Rule map_robust_areas: all groups on one grid, and the areas robust for several."""

import logging
from itertools import chain

import geopandas as gpd
import pandas as pd
import pyogrio

from robuust.area_gains import area_totals, who_gains
from robuust.bundle_summary import (
    ALL,
    BundleSurface,
    bundle_summary,
    bundle_surfaces,
    surface_sums,
)
from robuust.grid import grid_of_run, positions_on
from robuust.habitat_state import habitat_state
from robuust.mosaic import habitat_only, variety
from robuust.robust_areas import (
    NODATA,
    describe_areas,
    find_robust_areas,
    join_groups,
    patch_cells,
    score_surfaces,
)
from robuust.robustness import class_in_effect
from robuust.runlog import log_to
from robuust.statuses import ON_RECORD
from robuust_files.grid_rasters import write_bands

VERDICT_COLUMNS = ["patch_id", "class", "robust", "geometry"]
POPULATION_COLUMNS = [
    *("species", "name_nl", "group", "patch_id"),
    *("status", "red_list", "last_year"),
]
log = logging.getLogger(__name__)


def map_robust_areas(
    paths,
    *,
    groups,
    cell_m,
    min_groups,
    min_area_ha,
    variety_min_types,
    earlier_results,
):
    """Read what each group finds robust; write rasters, robust areas, who gains."""
    habitat = gpd.read_parquet(paths["habitat"])
    study_area = gpd.read_parquet(paths["study_area"])
    nature_areas = gpd.read_parquet(paths["nature_areas"]).geometry.to_numpy()
    types = read_table(paths["habitat_types"])
    types = types[types["bundle"] != ""]  # a code without one (gh) is no habitat
    parts = habitat_only(pd.read_parquet(paths["habitat_parts"]), types)
    weights, bundles = read_weights(paths["species_groups"], groups)
    grid = grid_of_run(study_area, habitat, cell_m=cell_m)
    log.info("read %d habitat polygons, %d groups; %s", len(habitat), len(groups), grid)

    found, populations = read_groups(paths, groups, grid)
    all_groups = BundleSurface(ALL, groups, *score_surfaces(found, weights, grid))
    areas, label = find_robust_areas(
        *(all_groups.score, all_groups.n_groups, grid),
        min_groups=min_groups,
        min_area_ha=min_area_ha,
    )
    gains, species = who_gains(
        found, areas, label, populations, bundles=bundles, cell_ha=grid.cell_ha
    )
    protected = positions_on(nature_areas, grid) >= 0
    surfaces = chain([all_groups], bundle_surfaces(found, weights, bundles, grid))
    sums, counts = sum_bundles(surfaces, label, protected, grid)
    inside = positions_on(study_area.geometry.to_numpy(), grid) >= 0
    write_rasters(paths, grid, inside, all_groups, counts, crs=habitat.crs)

    outlines = areas["geometry"].to_numpy()
    described = describe_areas(
        areas.join(area_totals(areas, gains, species)),
        nature_areas=nature_areas,
        units=gpd.read_parquet(paths["report_units"]),
        mosaic=variety(outlines, habitat, parts, variety_min_types=variety_min_types),
        n_groups_in_run=len(groups),
        variety_min_types=variety_min_types,
    )
    before = read_earlier_state(earlier_results)
    tables = {
        "robust_areas": gpd.GeoDataFrame(described, crs=habitat.crs),
        "robust_area_groups": gains,
        "robust_area_species": species,
        "bundle_summary": bundle_summary(sums, gains, species, bundles),
        "habitat_state": habitat_state(habitat, parts, types, outlines, earlier=before),
    }
    for name, table in tables.items():
        table.to_parquet(paths[name], index=False)
    tell(described, tables["bundle_summary"], min_area_ha=min_area_ha)


def sum_bundles(surfaces, label, protected, grid):
    """Sum up the surfaces one by one; of a bundle keep the number of groups."""
    sums, counts = [], []
    for surface in surfaces:
        sums.append(surface_sums(surface, label, protected, grid))
        if surface.bundle != ALL:
            counts.append((surface.bundle, len(surface.groups), surface.n_groups))
    return sums, counts


def tell(areas, summary, *, min_area_ha):
    """Say in the log what was found, and what was too small to list."""
    log.info(
        "wrote %d robust areas of %.1f ha, %.1f ha of it protected; areas smaller than "
        "%g ha, together %.1f ha, are in the rasters only",
        len(areas),
        areas["area_ha"].sum(),
        areas["protected_ha"].sum(),
        min_area_ha,
        summary.loc[summary["bundle"] == ALL, "in_small_areas_ha"].sum(),
    )


def read_table(path):
    """Read a table of config/ as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def read_weights(path, groups):
    """Read the weight and the habitat bundle of each group of the run."""
    table = read_table(path).set_index("group").loc[groups]
    return table["weight"].astype(float).to_dict(), table["bundle"].to_dict()


def read_groups(paths, groups, grid):
    """Read group by group the cells that it finds robust, and its populations."""
    found, populations = [], []
    for group, patches, living in zip(
        groups, paths["verdicts"], paths["populations"], strict=True
    ):
        on_record = [("status", "in", ON_RECORD)]
        known = pd.read_parquet(living, columns=POPULATION_COLUMNS, filters=on_record)
        populations.append(known)
        verdicts = gpd.read_parquet(patches, columns=VERDICT_COLUMNS)
        verdicts["class"] = class_in_effect(verdicts["class"], verdicts["robust"])
        cells = patch_cells(verdicts, grid, group=group, recorded=known["patch_id"])
        found.append(cells)
        read = (group, len(cells.cell), len(known))
        log.info("%s: %d cells robust or lived in, %d populations", *read)
    return join_groups(found), pd.concat(populations, ignore_index=True)


def write_rasters(paths, grid, inside, all_groups, counts, *, crs):
    """Write the two rasters of all groups.

    Bundles are bands of numbers, which are bytes, not of scores, which are four times
    as large and say the same where groups weigh the same.
    """
    unit = "share of the weight of all groups, 0 to 1"
    score = [("robustness_score", unit, all_groups.score)]
    words = "1 stronghold, 2 key, 3 network, 4 area and cohesion, 0 none"
    groups = [
        ("robust_groups", "number of groups", all_groups.n_groups),
        ("best_class", words, all_groups.best_class),
    ]
    for bundle, n, n_groups in counts:
        name = f"robust groups of {bundle}"
        groups.append((name, f"number of groups, of {n}", n_groups))
    made = {"crs": crs, "made_by": "map_robust_areas"}
    write_bands(paths["robustness_score"], score, -1.0, grid, inside, **made)
    write_bands(paths["robust_groups"], groups, NODATA, grid, inside, **made)
    log.info("wrote two rasters of %d by %d cells", *grid.shape)


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
        min_area_ha=p.min_area_ha,
        variety_min_types=p.variety_min_types,
        earlier_results=p.earlier_results,
    )
