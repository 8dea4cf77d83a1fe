"""Rule ingest_habitat: habitat maps and study area, checked, as one clean layer."""

import logging

import pandas as pd

from robuust.balance import (
    QUARANTINE_TYPES,
    ingest_summary,
    join_layers,
    source_rows,
)
from robuust.context_layers import screen_study_area, study_area_layer
from robuust.habitat_map import (
    habitat_area,
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
    study_area_sources,
    crs,
    min_polygon_m2,
    unknown_codes,
    max_distance_m,
    max_gap_m,
):
    """Read every habitat map and the study area, write the clean layers."""
    log, crs = logging.getLogger(__name__), analysis_crs(crs)
    types = pd.read_csv(paths["habitat_types"], encoding="utf-8-sig", dtype="str")
    layers = {s["name"]: read_layer(s) for s in [*sources, *study_area_sources]}
    for name, layer in layers.items():
        log.info("read %d rows of %s", len(layer), name)
    areas = [
        screen_study_area(layers[s["name"]], s, crs=crs) for s in study_area_sources
    ]
    area = study_area_layer(areas, crs) if areas else None
    rules = {
        "crs": crs,
        "min_polygon_m2": min_polygon_m2,
        "refuse_unknown": unknown_codes == "refuse",
        "area": area.geometry[0] if areas else None,
        "max_distance_m": max_distance_m,
    }
    screened = [
        screen_habitat(layers[s["name"]], s, types["code"], **rules) for s in sources
    ]
    area = area if areas else habitat_area(screened, crs)
    habitat, parts, quarantined, notes, faults = join_habitat(
        screened,
        area.geometry[0],
        crs=crs,
        max_distance_m=max_distance_m,
        max_gap_m=max_gap_m,
    )
    apart = [quarantined, *(found.quarantined for found in areas)]
    quarantined = join_layers(apart, QUARANTINE_TYPES, crs)
    summary = ingest_summary(
        {name: len(layer) for name, layer in layers.items()},
        pd.concat([habitat["source"], *(found.kept for found in areas)]),
        quarantined,
        [*notes, *(note for found in areas for note in found.notes)],
    )
    rows = describe_sources(layers, sources, study_area_sources, crs)
    tell_areas(rows, screened, habitat)  # study areas come after
    habitat.to_parquet(paths["habitat"])
    parts.to_parquet(paths["habitat_parts"])
    quarantined.to_parquet(paths["quarantined"])
    faults.to_parquet(paths["coverage_faults"])
    area.to_parquet(paths["study_area"])
    summary.to_parquet(paths["summary"])
    source_rows(rows).to_parquet(paths["sources"])
    log.info("wrote %d polygons, %d set apart", len(habitat), len(quarantined))
    found = [int((faults["kind"] == kind).sum()) for kind in ("gap", "overlap")]
    log.info("found %d narrow gaps and %d overlaps of neighbours", *found)


def describe_sources(layers, sources, study_area_sources, crs):
    """Describe every source as it was read: habitat first, then study areas."""
    kinds = {"habitat": sources, "study_area": study_area_sources}
    return [
        described(source, kind, layers[source["name"]], crs)
        for kind, entries in kinds.items()
        for source in entries
    ]


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    ingest_habitat(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        sources=snakemake.params.sources,
        study_area_sources=snakemake.params.study_area_sources,
        crs=snakemake.params.crs,
        min_polygon_m2=snakemake.params.min_polygon_m2,
        unknown_codes=snakemake.params.unknown_codes,
        max_distance_m=snakemake.params.max_distance_m,
        max_gap_m=snakemake.params.max_gap_m,
    )
