"""Rule write_sheets: one page per species, to take along."""

import logging
from pathlib import Path

import pyogrio

from robuust.runlog import log_to
from robuust.species_sheets import SHEET_COLUMNS, species_sheets
from robuust_files.config_tables import read_text


def write_sheets(paths, sheet_paths, *, title, language, reference_date):
    """Read the GeoPackage; write the sheet of each species to its own path."""
    frames = {
        name: pyogrio.read_dataframe(paths["geopackage"], layer=name, columns=columns)
        for name, columns in SHEET_COLUMNS.items()
    }
    species = read_text(paths["species"])
    species = species[species["species"].isin(list(sheet_paths))]
    sheets = species_sheets(
        Path(paths["template"]).read_text(encoding="utf-8"),
        frames,
        species.sort_values(["group", "species"]),
        read_text(paths["columns"]),
        title=title,
        language=language,
        reference_date=reference_date,
    )
    for name, page in sheets:
        Path(sheet_paths[name]).write_text(page, encoding="utf-8", newline="\n")
    logging.getLogger(__name__).info(
        "read %d rows, wrote %d sheets", sum(map(len, frames.values())), len(species)
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    write_sheets(
        dict(snakemake.input.items()),
        dict(zip(snakemake.params.species, snakemake.output, strict=True)),
        title=snakemake.params.title,
        language=snakemake.params.language,
        reference_date=snakemake.params.reference_date,
    )
