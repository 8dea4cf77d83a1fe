"""Rule lay_changes: the habitat map as planned changes would make it."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.balance import (
    QUARANTINE_TYPES,
    ingest_summary,
    join_layers,
    source_rows,
)
from robuust.context_layers import CONTEXT_TYPES
from robuust.habitat_overlay import (
    lay_over,
    one_change_per_place,
    parcels_left,
    screen_changes,
)
from robuust.reference_systems import analysis_crs
from robuust.runlog import log_to
from robuust_files.described import described
from robuust_files.layers import read_layer


def lay_changes(paths, *, sources, crs, max_distance_m):
    """Read the habitat map and the planned changes; write the map as it will be.

    `paths` names the files of today with `today_` before the name; what has the same
    name without it is what the scenario makes of it.
    """
    log, crs = logging.getLogger(__name__), analysis_crs(crs)
    habitat = gpd.read_parquet(paths["today_habitat"])
    parts = pd.read_parquet(paths["today_habitat_parts"])
    types = pd.read_csv(paths["habitat_types"], encoding="utf-8-sig", dtype="str")
    area = gpd.read_parquet(paths["study_area"]).geometry[0]
    layers = {source["name"]: read_layer(source) for source in sources}
    screened = [
        screen_changes(
            layers[s["name"]], s, area, types, crs=crs, max_distance_m=max_distance_m
        )
        for s in sources
    ]
    kept, apart, notes = zip(*screened, strict=True)
    kept = [k.sort_values("change_id") for k in kept]
    changes = join_layers(kept, CONTEXT_TYPES["changes"], crs)
    changes, n_cut = one_change_per_place(changes)
    log.info("read %d planned changes, %d lie under another", len(changes), n_cut)
    habitat, parts, planned = lay_over(habitat, parts, changes, types)
    tell(planned, log)

    quarantined = join_layers(apart, QUARANTINE_TYPES, crs)
    summary = ingest_summary(
        {name: len(layer) for name, layer in layers.items()},
        changes["source"],
        quarantined,
        [note for found in notes for note in found],
    )
    rows = [described(s, "changes", layers[s["name"]], crs) for s in sources]
    before = gpd.read_parquet(paths["today_quarantined"])
    join_layers([before, quarantined], QUARANTINE_TYPES, crs).to_parquet(
        paths["quarantined"]
    )
    for name, added in (("summary", summary), ("sources", source_rows(rows))):
        today = pd.read_parquet(paths[f"today_{name}"])
        together = pd.concat([today, added], ignore_index=True)
        together.astype(today.dtypes.to_dict()).to_parquet(paths[name])
    parcels = gpd.read_parquet(paths["today_parcels"])
    parcels = parcels_left(parcels, changes.geometry.to_numpy())
    parcels.to_parquet(paths["parcels"])
    habitat.to_parquet(paths["habitat"])
    parts.to_parquet(paths["habitat_parts"])
    planned.to_parquet(paths["planned_changes"])
    log.info("wrote %d polygons of habitat, %d parcels", len(habitat), len(parcels))


def tell(planned, log):
    """Say how many hectares the changes take, of what, and what comes instead."""
    log.info(
        "%.2f ha change, %.2f ha of them mapped; habitat on it from %.2f to %.2f ha",
        *planned[["area_ha", "mapped_ha", "earlier_habitat_ha", "habitat_ha"]].sum(),
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    lay_changes(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        sources=snakemake.params.sources,
        crs=snakemake.params.crs,
        max_distance_m=snakemake.params.max_distance_m,
    )
