"""Rule ingest_records: record files, checked, as one layer of dated points."""

import gzip
import hashlib
import io
import logging
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.csv
import pyogrio
import shapely
from dwca.read import DwCAReader

from robuust.balance import ingest_summary, source_row, source_rows
from robuust.record_columns import POINT_COLUMNS, csv_form, event_occurrences
from robuust.records import join_records, screen_records
from robuust.reference_systems import analysis_crs
from robuust.runlog import log_to
from robuust.sources import as_layer, chosen_layer, file_parts, readable


def read_csv(source):
    """Read a text table, every cell as text."""
    open_file = gzip.open if source["path"].lower().endswith(".gz") else open
    with open_file(source["path"], "rb") as file:
        content = file.read()
    encoding, delimiter, names = csv_form(
        content, delimiter=source.get("delimiter"), encoding=source.get("encoding")
    )
    table = pyarrow.csv.read_csv(
        io.BytesIO(content),
        pyarrow.csv.ReadOptions(encoding=encoding),
        pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pyarrow.string()),
            strings_can_be_null=True,
        ),
    )
    return table.to_pandas(), None


def read_archive(source):
    """Read the occurrences of a Darwin Core archive, joined to their events."""
    with DwCAReader(source["path"]) as archive:
        core = archive.descriptor.core
        table = archive.pd_read(core.file_location, dtype="str")
        if core.type.endswith("/Occurrence"):
            return table, "EPSG:4326"
        files = [
            extension.file_location
            for extension in archive.descriptor.extensions
            if extension.type.endswith("/Occurrence")
        ]
        occurrences = [archive.pd_read(file, dtype="str") for file in files]
    return event_occurrences(table, occurrences), "EPSG:4326"


def read_points(source):
    """Read a point layer: its attributes, and the coordinates as two columns."""
    layers = pyogrio.list_layers(source["path"])[:, 0].tolist()
    name = chosen_layer(source, layers)
    layer = as_layer(pyogrio.read_dataframe(source["path"], layer=name), source)
    points = layer.geometry
    x, y = shapely.get_x(points), shapely.get_y(points)
    table = pd.DataFrame(layer.drop(columns=points.name))
    return table.assign(point_x=x, point_y=y), layer.crs


READERS = {"csv": read_csv, "dwca": read_archive, "layer": read_points}


def checksum(source):
    """SHA-256 of the files that hold a source."""
    digest = hashlib.sha256()
    for part in filter(Path.exists, map(Path, file_parts(source["path"]))):
        with part.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()


def ingest_records(paths, *, sources, crs, max_distance_m, reference_date):
    """Read every record file, write the records and what was set apart."""
    log, crs = logging.getLogger(__name__), analysis_crs(crs)
    area = gpd.read_parquet(paths["study_area"]).geometry[0]
    species = pd.read_csv(paths["species"], encoding="utf-8-sig", dtype="str")
    screened, described = [], []
    for source in sources:
        table, declared_crs = readable(source, READERS[source["format"]], source)
        log.info("read %d rows of %s", len(table), source["name"])
        if table.empty:
            log.warning("%s holds no records", source["path"])
        if source["format"] == "layer":
            source = {
                **source,
                "columns": (source.get("columns") or {}) | POINT_COLUMNS,
            }
        screened.append(
            screen_records(
                table,
                source,
                species,
                area,
                declared_crs=declared_crs,
                crs=crs,
                max_distance_m=max_distance_m,
                reference_date=reference_date,
            )
        )
        described.append(
            source_row(
                source,
                "records",
                rows=len(table),
                crs=screened[-1].crs,
                sha256=checksum(source),
            )
        )
    records, quarantined = join_records(screened, crs)
    summary = ingest_summary(
        {row["source"]: row["rows"] for row in described},
        records["source"],
        quarantined,
        [note for s in screened for note in s.notes],
    )
    if records.empty:
        log.warning("no records are left: every patch will count as never searched")
    records.to_parquet(paths["records"])
    quarantined.to_parquet(paths["quarantined"])
    summary.to_parquet(paths["summary"])
    source_rows(described).to_parquet(paths["sources"])
    log.info("wrote %d records, %d set apart", len(records), len(quarantined))


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    ingest_records(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        sources=snakemake.params.sources,
        crs=snakemake.params.crs,
        max_distance_m=snakemake.params.max_distance_m,
        reference_date=snakemake.params.reference_date,
    )
