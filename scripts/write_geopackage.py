"""Rule write_geopackage: every layer and table in one file, and as CSV beside it."""

import logging
import sqlite3
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import yaml

from robuust.layer_styles import layer_styles_rows, run_values, style_qml
from robuust.output_contract import (
    SCHEMA_EXTENSION,
    check_output_columns,
    conform,
    data_columns_rows,
    formula_safe,
)
from robuust.output_layers import LAYERS
from robuust.run_summary import provenance_tables
from robuust.runlog import log_to

#: The GeoPackage version that QGIS 3.22 reads without a warning.
VERSION = {"VERSION": "1.2"}


def write_geopackage(
    layer_paths, table_paths, paths, geopackage_path, csv_paths, *, config, library
):
    """Read what all steps made; write robuust.gpkg, with its styles, and CSV tables.

    `layer_paths` holds the files of each layer and `table_paths` the parameter tables;
    `paths` the column descriptions, the style template, the schema of the settings and
    the project file with the version; `csv_paths` says where each table goes.
    """
    log, language = logging.getLogger(__name__), config["language"]
    columns = pd.read_csv(paths["columns"], keep_default_na=False, encoding="utf-8-sig")
    check_output_columns(columns)
    template = Path(paths["style_template"]).read_text(encoding="utf-8")
    csv_by_layer = {Path(path).stem: path for path in csv_paths}
    project = tomllib.loads(Path(paths["project"]).read_text(encoding="utf-8"))
    made = provenance_tables(
        config,
        schema=yaml.safe_load(Path(paths["schema"]).read_text(encoding="utf-8")),
        version=project["project"]["version"],
        table_contents={path: Path(path).read_bytes() for path in table_paths},
        library=library,
    )
    made["output_columns"] = columns

    # A fixed clock, so that the same input gives the same file; and no waiting for the
    # disk after each layer, because nobody reads the file before it is complete.
    date = f"{config['reference_date']}T00:00:00.000Z"
    pyogrio.set_gdal_config_options(
        {"OGR_CURRENT_DATE": date, "OGR_SQLITE_SYNCHRONOUS": "OFF"}
    )
    Path(geopackage_path).unlink(missing_ok=True)
    styles = {}
    for layer in LAYERS:
        rows = read_rows(layer_paths.get(layer.name, []), made.get(layer.name))
        rows = conform(rows, layer, columns, config["crs"])
        write_layer(rows, layer, geopackage_path, language=language)
        attributes = rows.drop(columns="geometry", errors="ignore")
        formula_safe(attributes).to_csv(
            csv_by_layer[layer.name], index=False, lineterminator="\n", encoding="utf-8"
        )
        described = columns[columns["layer"] == layer.name]
        values = run_values(rows, layer.name)
        styles[layer.name] = style_qml(
            template, layer, described, language, values=values
        )
        log.info("wrote %d rows of %s", len(rows), layer.name)
    write_table(layer_styles_rows(styles, date), "layer_styles", geopackage_path)
    with sqlite3.connect(geopackage_path) as connection:
        connection.executescript(SCHEMA_EXTENSION)
        connection.executemany(
            "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
            data_columns_rows(columns, language),
        )
    connection.close()
    log.info("wrote %d layers and tables, and as many CSV files", len(styles))


def read_rows(files, made):
    """Read the rows of one layer: from a file per group or source, and made here."""
    parts = [] if made is None else [made]
    for path in files:
        spatial = b"geo" in (pq.read_schema(path).metadata or {})
        parts.append((gpd.read_parquet if spatial else pd.read_parquet)(path))
    full = [part for part in parts if len(part)]  # an empty one may lack its types
    return pd.concat(full, ignore_index=True) if full else parts[0]


def write_layer(rows, layer, geopackage_path, *, language):
    """Add one layer or table to the GeoPackage, with its title and description."""
    options = {
        "IDENTIFIER": layer.title(language),
        "DESCRIPTION": layer.description(language),
    }
    if layer.geometry_type is None:
        write_table(rows, layer.name, geopackage_path, **options)
        return
    pyogrio.write_dataframe(
        rows,
        geopackage_path,
        layer=layer.name,
        geometry_type=layer.geometry_type,
        promote_to_multi=layer.geometry_type == "MultiPolygon",
        layer_options=options,
        dataset_options=VERSION,
    )


def write_table(rows, name, geopackage_path, **options):
    """Add one table without geometry to the GeoPackage."""
    pyogrio.write_dataframe(
        rows,
        geopackage_path,
        layer=name,
        layer_options=options,
        dataset_options=VERSION,
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    named = dict(snakemake.input.items())
    others = ("columns", "style_template", "schema", "project")
    paths = {name: named.pop(name) for name in others}
    table_paths = named.pop("parameter_tables")
    write_geopackage(
        {n: [files] if isinstance(files, str) else files for n, files in named.items()},
        table_paths,
        paths,
        snakemake.output.geopackage,
        snakemake.output.tables,
        config=snakemake.params.settings,
        library=snakemake.params.library,
    )
