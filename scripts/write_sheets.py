"""Rule write_sheets: one page per species and one per province, to take along."""

import logging
from pathlib import Path

import pyogrio

from robuust.province_sheets import (
    UNIT_SHEET_COLUMNS,
    province_sheets,
    told_units,
)
from robuust.runlog import log_to
from robuust.sheet_index import species_index, unit_index
from robuust.sheet_names import INDEX, unit_sheet_names
from robuust.species_sheets import SHEET_COLUMNS, species_sheets
from robuust_files.config_tables import read_text


def write_sheets(paths, sheet_paths, unit_folder, **words):
    """Read the GeoPackage; write the sheet of each species to its own path, and lists.

    The sheets of provinces get a name in `unit_folder`: which units there are, is in
    the data and not in the settings. `words` are title, language and reference_date.
    """
    words["style"] = read_template(paths["style"])
    columns = read_text(paths["columns"])
    index = read_template(paths["index_template"])

    species = read_text(paths["species"])
    species = species[species["species"].isin(list(sheet_paths))]
    species = species.sort_values(["group", "species"])
    layers = read_layers(paths["geopackage"], SHEET_COLUMNS)
    template = read_template(paths["template"])
    for name, page in species_sheets(template, layers, species, columns, **words):
        write_page(sheet_paths[name], page)
    page = species_index(index, layers, species, columns, **words)
    write_page(paths["species_index"], page)

    layers = read_layers(paths["geopackage"], UNIT_SHEET_COLUMNS)
    files = unit_sheet_names(told_units(layers))
    Path(unit_folder).mkdir(parents=True, exist_ok=True)
    template = read_template(paths["unit_template"])
    for unit, page in province_sheets(template, layers, columns, **words):
        write_page(Path(unit_folder) / f"{files[unit]}.html", page)
    page = unit_index(index, layers, columns, **words)
    write_page(Path(unit_folder) / f"{INDEX}.html", page)
    logging.getLogger(__name__).info(
        "wrote %d sheets of species, %d of units", len(species), len(files)
    )


def read_template(path):
    """Read a template, or the style that pages share."""
    return Path(path).read_text(encoding="utf-8")


def read_layers(geopackage, columns):
    """Read the columns of each layer that sheets are made from."""
    return {
        name: pyogrio.read_dataframe(geopackage, layer=name, columns=own)
        for name, own in columns.items()
    }


def write_page(path, page):
    """Write one page, with the same line ends on every system."""
    Path(path).write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    write_sheets(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        dict(zip(snakemake.params.species, snakemake.output.sheets, strict=True)),
        snakemake.output.unit_sheets,
        title=snakemake.params.title,
        language=snakemake.params.language,
        reference_date=snakemake.params.reference_date,
    )
