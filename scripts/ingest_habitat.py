"""Rule ingest_habitat: habitat maps, checked, as one clean layer."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.balance import ingest_summary, source_rows
from robuust.habitat_map import (
    join_habitat,
    screen_habitat,
    tell_areas,
)
from robuust.reference_systems import analysis_crs
from robuust.runlog import log_to
from robuust_files.described import described
from robuust_files.layers import read_layer


def ingest_habitat(
    paths,
    *,
    sources,
    crs,
    min_polygon_m2,
    unknown_codes,
    max_distance_m,
    max_gap_m,
):
    """Read every habitat map, write the clean layers."""
    log, crs = logging.getLogger(__name__), analysis_crs(crs)
    types = pd.read_csv(paths["habitat_types"], encoding="utf-8-sig", dtype="str")
    given = paths["given_area"]
    area = gpd.read_parquet(given).geometry[0] if given else None
    layers = {source["name"]: read_layer(source) for source in sources}
    for name, layer in layers.items():
        log.info("read %d rows of %s", len(layer), name)
    screened = [
        screen_habitat(
            layers[source["name"]],
            source,
            types["code"],
            crs=crs,
            min_polygon_m2=min_polygon_m2,
            refuse_unknown=unknown_codes == "refuse",
            area=area,
            max_distance_m=max_distance_m,
        )
        for source in sources
    ]
    habitat, parts, quarantined, notes, faults = join_habitat(
        screened, area, crs=crs, max_distance_m=max_distance_m, max_gap_m=max_gap_m
    )
    rows_read = {name: len(layer) for name, layer in layers.items()}
    summary = ingest_summary(rows_read, habitat["source"], quarantined, notes)
    rows = [described(s, "habitat", layers[s["name"]], crs) for s in sources]
    tell_areas(rows, screened, habitat)
    habitat.to_parquet(paths["habitat"])
    parts.to_parquet(paths["habitat_parts"])
    quarantined.to_parquet(paths["quarantined"])
    faults.to_parquet(paths["coverage_faults"])
    summary.to_parquet(paths["summary"])
    source_rows(rows).to_parquet(paths["sources"])
    log.info("wrote %d polygons, %d set apart", len(habitat), len(quarantined))
    found = [int((faults["kind"] == kind).sum()) for kind in ("gap", "overlap")]
    log.info("found %d narrow gaps and %d overlaps of neighbours", *found)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    ingest_habitat(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        sources=snakemake.params.sources,
        crs=snakemake.params.crs,
        min_polygon_m2=snakemake.params.min_polygon_m2,
        unknown_codes=snakemake.params.unknown_codes,
        max_distance_m=snakemake.params.max_distance_m,
        max_gap_m=snakemake.params.max_gap_m,
    )
