"""Rule ingest_context: barriers, nature areas, plans, parcels and report units."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.balance import (
    QUARANTINE_TYPES,
    ingest_summary,
    join_layers,
    source_row,
    source_rows,
)
from robuust.context_layers import (
    CONTEXT_TYPES,
    join_context,
    screen_context,
    whole_area_unit,
)
from robuust.reference_systems import analysis_crs
from robuust.runlog import log_to
from robuust_files.checksums import checksum
from robuust_files.layers import read_layer


def ingest_context(paths, *, sources, crs, title, max_distance_m, unknown_codes):
    """Read the layers of every kind, write one clean layer per kind."""
    log, crs = logging.getLogger(__name__), analysis_crs(crs)
    area = gpd.read_parquet(paths["study_area"]).geometry[0]
    known = pd.concat(
        pd.read_csv(paths[table], encoding="utf-8-sig", dtype="str")["code"]
        for table in ("habitat_types", "suitability")
    )
    described, apart, notes, kept_names = [], [], [], []
    for kind in CONTEXT_TYPES:
        kept = []
        for source in sources[kind]:
            layer = read_layer(source)
            usable, *rest = screen_context(
                layer,
                source,
                kind,
                area,
                crs=crs,
                max_distance_m=max_distance_m,
                known_codes=known,
                refuse_unknown_codes=unknown_codes == "refuse",
            )
            log.info("read %d rows of %s", len(layer), source["name"])
            kept.append(usable)
            apart.append(rest[0])
            notes += rest[1]
            kept_names += [source["name"]] * len(usable)
            described.append(
                source_row(
                    source,
                    kind,
                    rows=len(layer),
                    crs=layer.crs,
                    sha256=checksum(source),
                    analysis=crs,
                )
            )
        joined = join_context(kept, kind, crs)
        if kind == "report_units" and not sources[kind]:
            joined = whole_area_unit(area, title, crs)
        joined.to_parquet(paths["parcels" if kind == "candidates" else kind])
        log.info("keep %d rows of %s", len(joined), kind)
    quarantined = join_layers(apart, QUARANTINE_TYPES, crs)
    summary = ingest_summary(
        {row["source"]: row["rows"] for row in described},
        pd.Series(kept_names, dtype="str"),
        quarantined,
        notes,
    )
    quarantined.to_parquet(paths["quarantined"])
    summary.to_parquet(paths["summary"])
    source_rows(described).to_parquet(paths["sources"])
    log.info("wrote %d features, %d set apart", len(kept_names), len(quarantined))


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    ingest_context(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        sources=snakemake.params.sources,
        crs=snakemake.params.crs,
        title=snakemake.params.title,
        max_distance_m=snakemake.params.max_distance_m,
        unknown_codes=snakemake.params.unknown_codes,
    )
