"""Rule ingest_records: record files, checked, as one layer of dated points."""

import logging
from functools import partial

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from robuust.balance import ingest_summary, source_row, source_rows
from robuust.record_layers import join_records, repeated_ids
from robuust.records import screen_records
from robuust.reference_systems import analysis_crs
from robuust.runlog import log_to
from robuust.side_by_side import side_by_side
from robuust_files.checksums import checksum
from robuust_files.tables import read_records


def ingest_records(paths, *, sources, crs, max_distance_m, reference_date, sensitive):
    """Read every record file, write the records and what was set apart."""
    log, crs = logging.getLogger(__name__), analysis_crs(crs)
    # Arrow's own allocator gives memory back and asks for it again all the time: with
    # millions of rows that costs a sixth of the time.
    pa.set_memory_pool(pa.system_memory_pool())
    area = gpd.read_parquet(paths["study_area"]).geometry[0]
    species = pd.read_csv(paths["species"], encoding="utf-8-sig", dtype="str")
    screened, described = [], []
    for source in sources:
        table, declared_crs = read_records(source)
        log.info("read %d rows of %s", table.num_rows, source["name"])
        if not table.num_rows:
            log.warning("%s holds no records", source["path"])
        screening = partial(
            screen_records,
            table,
            source,
            species,
            area,
            declared_crs=declared_crs,
            crs=crs,
            max_distance_m=max_distance_m,
            reference_date=reference_date,
            sensitive=sensitive,
        )
        found, sha256 = side_by_side(screening, partial(checksum, source))
        for warning in found.warnings:
            log.warning(warning)
        screened.append(found)
        rows = {"rows": table.num_rows, "crs": found.crs, "analysis": crs}
        described.append(source_row(source, "records", sha256=sha256, **rows))
    records, quarantined = join_records(screened, crs)
    for warning in repeated_ids(screened, quarantined):
        log.warning(warning)
    summary = ingest_summary(
        {row["source"]: row["rows"] for row in described},
        records["source"].to_pandas(),
        quarantined.select(["source", "reason"]).to_pandas(),
        [note for found in screened for note in found.notes],
    )
    if not records.num_rows:
        log.warning("no records are left: every patch will count as never searched")
    for name, layer in (("records", records), ("quarantined", quarantined)):
        # Most ids, points and rows as read differ: dictionaries of them are a waste.
        repeated = set(layer.column_names) - {"record_id", "original", "geometry"}
        pq.write_table(
            layer,
            paths[name],
            use_dictionary=list(repeated),
            write_statistics=list(repeated),
        )
    summary.to_parquet(paths["summary"])
    source_rows(described).to_parquet(paths["sources"])
    log.info("wrote %d records, %d set apart", records.num_rows, quarantined.num_rows)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    ingest_records(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        sources=snakemake.params.sources,
        crs=snakemake.params.crs,
        max_distance_m=snakemake.params.max_distance_m,
        reference_date=snakemake.params.reference_date,
        sensitive=snakemake.params.sensitive,
    )
