"""Rule ingest_context: barriers, nature areas, plans, parcels and report units."""

import hashlib
import logging
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

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
from robuust.sources import as_layer, chosen_layer, file_parts, readable


def read_layer(source):
    """Read a vector layer; errors in words."""
    layers = readable(source, pyogrio.list_layers, source["path"])[:, 0].tolist()
    name = chosen_layer(source, layers)
    return as_layer(readable(source, read_vector, source["path"], name), source)


def read_vector(path, layer):
    """All features of a layer, curves as straight pieces."""
    try:
        return pyogrio.read_dataframe(path, layer=layer, use_arrow=True)
    except NotImplementedError:  # curves: only the slower way can straighten them
        return pyogrio.read_dataframe(path, layer=layer)


def checksum(source):
    """SHA-256 of the files that hold a source."""
    digest = hashlib.sha256()
    for part in filter(Path.exists, map(Path, file_parts(source["path"]))):
        with part.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()


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
