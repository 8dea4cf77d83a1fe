"""Rule write_geopackage: all layers and tables in one file, CSV and metadata beside."""

import contextlib
import logging
import sqlite3
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import rasterio
import yaml

from robuust.data_dictionary import dictionary_page
from robuust.layer_styles import layer_styles_rows, style_facts
from robuust.light_layers import border_remark, lighten_layer
from robuust.lineage import with_lineage
from robuust.metadata_records import (
    RASTERS,
    layer_outputs,
    raster_output,
    records_of,
    run_facts,
)
from robuust.output_contract import (
    SCHEMA_EXTENSION,
    check_output_columns,
    conform,
    data_columns_rows,
)
from robuust.output_layers import LAYERS
from robuust.published_rows import QUARANTINES, lighten, part_by_place, with_told
from robuust.run_summary import provenance_tables
from robuust.runlog import log_to
from robuust.saved_styles import styles_of_layer
from robuust_files.metadata_tables import read_contents, write_metadata
from robuust_files.written_layers import write_csv, write_layer, write_table

#: A patch with its reason has some 2 kB, of which pages of 4 kB waste a fifth.
PAGE_BYTES = 8_192

#: An empty layer numbers its rows from one too; SQLite notes that with the first row.
NUMBERED = """
    INSERT INTO sqlite_sequence SELECT table_name, 0 FROM gpkg_contents
    WHERE table_name NOT IN (SELECT name FROM sqlite_sequence)
"""


def write_geopackage(
    layer_paths,
    table_paths,
    paths,
    geopackage_path,
    csv_paths,
    *,
    style_paths=(),
    config,
    library,
):
    """Read what all steps made; write robuust.gpkg, with its styles, and CSV tables.

    `layer_paths` holds the files of each layer and `table_paths` the parameter tables;
    `paths` the column descriptions, the style template, the schema of the settings and
    the project file with the version; `csv_paths` says where each table goes;
    `style_paths` are the styles that somebody saved from QGIS.
    """
    log, language = logging.getLogger(__name__), config["language"]
    columns = pd.read_csv(paths["columns"], keep_default_na=False, encoding="utf-8-sig")
    check_output_columns(columns)
    template = Path(paths["style_template"]).read_text(encoding="utf-8")
    csv_by_layer = {Path(path).stem: path for path in csv_paths}
    made = read_provenance(paths, table_paths, config, library)
    made["output_columns"] = columns
    groups = group_names(layer_paths["group_summary"], language)
    saved = {Path(path).stem: Path(path).read_text("utf-8") for path in style_paths}

    date = begin_file(geopackage_path, config)
    styles, told, apart = {}, [], []
    for layer in LAYERS:
        if layer.name == "quarantined_without_place":  # the layers of maps are done
            made[layer.name] = pd.concat(apart, ignore_index=True)
        if layer.name == "run_info":  # the layers that may leave something out are done
            made["run_info"] = with_told(made["run_info"], told)
        rows = read_rows(layer_paths.get(layer.name, []), made.get(layer.name))
        if layer.name == "patches":
            rows = with_lineage(rows, read_rows(layer_paths["changes"], None))
        rows, left_out = lighten(rows, layer.name)
        told += left_out
        if layer.name in QUARANTINES:
            rows, others = part_by_place(rows, layer)
            apart.append(others)
        rows = conform(rows, layer, columns, config["crs"])
        write_csv(rows, csv_by_layer[layer.name])
        rows, left_out = lighten_layer(rows, layer.name, language)
        told += left_out
        remark = border_remark(left_out, language)
        write_layer(rows, layer, geopackage_path, language=language, remark=remark)
        styles |= styles_of_layer(
            *(template, layer, columns[columns["layer"] == layer.name], language),
            run=style_facts(rows, layer.name),
            groups=groups,
            saved=saved,
        )
        log.info("wrote %d rows of %s", len(rows), layer.name)
    rows = layer_styles_rows(styles, date, language)
    write_table(rows, "layer_styles", geopackage_path)
    describe_columns(geopackage_path, data_columns_rows(columns, language))
    log.info("wrote %d layers and tables, and as many CSV files", len(styles))


def begin_file(geopackage_path, config):
    """Remove an earlier file, say how GDAL writes the new one, and give its clock.

    With a fixed clock, so that the same input gives the same file; and no waiting for
    the disk after each layer, because nobody reads the file before it is complete.
    """
    date = clock(config)
    pyogrio.set_gdal_config_options(
        {
            "OGR_CURRENT_DATE": date,
            "OGR_SQLITE_SYNCHRONOUS": "OFF",
            "OGR_SQLITE_PRAGMA": f"page_size={PAGE_BYTES}",
        }
    )
    Path(geopackage_path).unlink(missing_ok=True)
    return date


def describe_columns(geopackage_path, rows):
    """Add what each column means, and that rows of every layer are numbered."""
    with contextlib.closing(sqlite3.connect(geopackage_path)) as package:
        package.executescript(SCHEMA_EXTENSION)
        package.execute(NUMBERED)
        package.executemany(
            "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)", rows
        )
        package.commit()


def clock(config):
    """Give the time that stands in the files: the reference date, as GDAL writes it."""
    return f"{config['reference_date']}T00:00:00.000Z"


def describe_results(paths, raster_paths, geopackage_path, folder, page, *, config):
    """Add metadata to the finished GeoPackage; write records and data dictionary.

    `paths` holds the column descriptions and the templates; `raster_paths` the rasters
    by kind, in a list where there is one in the folder of each group. `folder` gets an
    ISO record of the GeoPackage, and of every raster that and the record for QGIS.
    """
    extents, frames = read_contents(geopackage_path, ["sources", "run_info"])
    run = run_facts(config, frames["sources"], frames["run_info"])
    if run["missing"]:
        logging.getLogger(__name__).warning(
            "the metadata have no %s: fill them in under `metadata` in the settings",
            ", ".join(run["missing"]),
        )
    texts = {
        name: Path(paths[f"{name}_template"]).read_text(encoding="utf-8")
        for name in ("iso", "qgis", "dictionary")
    }
    templates = (texts["iso"], texts["qgis"])
    layers = list(records_of(layer_outputs(extents, run), run, *templates))
    write_metadata(geopackage_path, layers, clock(config))
    rasters = records_of(raster_outputs(raster_paths, run), run, *templates)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    whole, iso, _ = layers[0]
    write_text(folder / f"{whole.name}.xml", iso)
    for raster, iso, qgis in rasters:
        write_text(folder / f"{raster.name}.xml", iso)
        write_text(folder / f"{raster.name}.qmd", qgis)
    columns = pd.read_csv(paths["columns"], keep_default_na=False, encoding="utf-8-sig")
    words = {"title": run["title"], "language": run["language"]}
    write_text(page, dictionary_page(texts["dictionary"], columns, **words))


def raster_outputs(raster_paths, run):
    """Look where each raster lies, and how large its cells are."""
    for kind, given in raster_paths.items():
        of_groups = not isinstance(given, str)
        for path in given if of_groups else [given]:
            with rasterio.open(path) as raster:
                extent, cell_m = tuple(raster.bounds), raster.res[0]
            yield raster_output(
                Path(path).parent.name if of_groups else kind,
                run["title"],
                extent,
                cell_m,
                run["language"],
                kind=kind if of_groups else None,
            )


def write_text(path, text):
    """Write a text with the same line ends on every system."""
    Path(path).write_text(text, encoding="utf-8", newline="\n")


def read_provenance(paths, table_paths, config, library):
    """Read what a result must tell of its making; see `provenance_tables`."""
    project = tomllib.loads(Path(paths["project"]).read_text(encoding="utf-8"))
    return provenance_tables(
        config,
        schema=yaml.safe_load(Path(paths["schema"]).read_text(encoding="utf-8")),
        version=project["project"]["version"],
        table_contents={path: Path(path).read_bytes() for path in table_paths},
        library=library,
    )


def group_names(files, language):
    """Read the name of each species group, for people."""
    rows = read_rows(files, None)
    return dict(zip(rows["group"], rows[f"name_{language}"], strict=True))


def read_rows(files, made):
    """Read the rows of one layer: from a file per group or source, and made here."""
    parts = [] if made is None else [made]
    for path in files:
        spatial = b"geo" in (pq.read_schema(path).metadata or {})
        parts.append((gpd.read_parquet if spatial else pd.read_parquet)(path))
    full = [part for part in parts if len(part)]  # an empty one may lack its types
    return pd.concat(full, ignore_index=True) if full else parts[0]


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    named = dict(snakemake.input.items())
    others = ("columns", "style_template", "schema", "project")
    others += ("iso_template", "qgis_template", "dictionary_template")
    paths = {name: named.pop(name) for name in others}
    raster_paths = {name: named.pop(name) for name in RASTERS}
    table_paths = named.pop("parameter_tables")
    style_paths = named.pop("saved_styles")
    write_geopackage(
        {n: [files] if isinstance(files, str) else files for n, files in named.items()},
        table_paths,
        paths,
        snakemake.output.geopackage,
        snakemake.output.tables,
        style_paths=style_paths,
        config=snakemake.params.settings,
        library=snakemake.params.code,
    )
    describe_results(
        paths,
        raster_paths,
        snakemake.output.geopackage,
        snakemake.output.metadata,
        snakemake.output.dictionary,
        config=snakemake.params.settings,
    )
