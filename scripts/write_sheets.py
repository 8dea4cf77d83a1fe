"""Rule write_sheets: one page per species and one per province, to take along."""

import logging
from pathlib import Path

import pyogrio

from robuust.province_sheets import UNIT_SHEET_COLUMNS, province_sheets
from robuust.runlog import log_to
from robuust.sheet_names import sheet_names
from robuust.species_sheets import SHEET_COLUMNS, species_sheets
from robuust_files.config_tables import read_text


def write_sheets(paths, sheet_paths, unit_folder, *, title, language, reference_date):
    """Read the GeoPackage; write the sheet of each species to its own path.

    The sheets of provinces get a name in `unit_folder`: which units there are, is in
    the data and not in the settings.
    """
    words = {"title": title, "language": language, "reference_date": reference_date}
    species = read_text(paths["species"])
    species = species[species["species"].isin(list(sheet_paths))]
    columns = read_text(paths["columns"])
    sheets = species_sheets(
        Path(paths["template"]).read_text(encoding="utf-8"),
        read_layers(paths["geopackage"], SHEET_COLUMNS),
        species.sort_values(["group", "species"]),
        columns,
        **words,
    )
    for name, page in sheets:
        write_page(sheet_paths[name], page)
    unit_sheets = dict(
        province_sheets(
            Path(paths["unit_template"]).read_text(encoding="utf-8"),
            read_layers(paths["geopackage"], UNIT_SHEET_COLUMNS),
            columns,
            **words,
        )
    )
    Path(unit_folder).mkdir(parents=True, exist_ok=True)
    for name, file_name in sheet_names(unit_sheets).items():
        write_page(Path(unit_folder) / f"{file_name}.html", unit_sheets[name])
    logging.getLogger(__name__).info(
        "wrote %d sheets of species, %d of units", len(species), len(unit_sheets)
    )


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
        dict(snakemake.input.items()),
        dict(zip(snakemake.params.species, snakemake.output.sheets, strict=True)),
        snakemake.output.unit_sheets,
        title=snakemake.params.title,
        language=snakemake.params.language,
        reference_date=snakemake.params.reference_date,
    )
