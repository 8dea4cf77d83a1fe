"""Rule divide_records: of the records what tells something of each group.

Snakemake compares these files with those of the last run: a group whose file is the
same keeps its verdicts, whatever else was recorded.
"""

import logging

import geopandas as gpd

from robuust.group_records import RECORD_COLUMNS, group_records
from robuust.runlog import log_to
from robuust_files.config_tables import read_text


def divide_records(paths, *, groups):
    """Read the records; write those of each group, in the order of the files."""
    log = logging.getLogger(__name__)
    species = read_text(paths["species"])
    for path, group in zip(paths["divided"], groups, strict=True):
        own = species[species["group"] == group]
        taxon_groups = own["taxon_group"].dropna().unique().tolist()
        records = gpd.read_parquet(
            paths["records"],
            columns=RECORD_COLUMNS,
            filters=[
                [("species", "in", own["species"].tolist() or [""])],
                [("taxon_group", "in", taxon_groups or [""])],
            ],
        )
        divided = group_records(records, own["species"])
        divided.to_parquet(path)
        n_finds = int(divided["species"].notna().sum())
        log.info("%s: %d records of its species, %d rows", group, n_finds, len(divided))


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    divide_records(
        {**snakemake.input, **snakemake.output}, groups=snakemake.params.groups
    )
