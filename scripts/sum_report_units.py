"""Rule sum_report_units: hectares, species and priorities per reporting unit."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.report_units import (
    unit_candidates,
    unit_classes,
    unit_populations,
    unit_priorities,
    unit_species,
    unit_totals,
)
from robuust.runlog import log_to


def sum_report_units(paths):
    """Read units, patches, populations and priorities; write sums per unit."""
    log = logging.getLogger(__name__)
    units = gpd.read_parquet(paths["units"])
    columns = ["group", "class", "geometry"]
    patches = pd.concat(
        [gpd.read_parquet(p, columns=columns) for p in paths["verdicts"]]
    )
    columns = ["species", "group", "patch_id", "status", "geometry"]
    populations = pd.concat(
        [gpd.read_parquet(p, columns=columns) for p in paths["populations"]]
    )
    robust_areas = gpd.read_parquet(paths["robust_areas"])
    restoration = gpd.read_parquet(paths["restoration"])
    log.info(
        "read %d units, %d patches, %d populations, %d robust areas, %d candidates",
        *(len(units), len(patches), len(populations), len(robust_areas)),
        len(restoration),
    )
    counted = unit_populations(units, populations)
    candidates = unit_candidates(units, restoration)
    outlines = robust_areas.geometry.to_numpy()
    totals = unit_totals(units, outlines, counted, candidates)
    tables = {
        "report_units": totals,
        "unit_classes": unit_classes(units, patches),
        "unit_species": unit_species(counted),
        "unit_priorities": unit_priorities(candidates),
    }
    for name, table in tables.items():
        table.to_parquet(paths[name], index=False)
        log.info("wrote %d rows of %s", len(table), name)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    sum_report_units(dict(snakemake.input.items()) | dict(snakemake.output.items()))
