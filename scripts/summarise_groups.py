"""Rule summarise_groups: one row per group with its connectivity and its verdicts."""

import logging

import pandas as pd

from robuust.group_summary import summarise_groups as group_summary
from robuust.runlog import log_to


def summarise_groups(paths, *, groups):
    """Read connectivity and verdicts of every group; write the summary."""
    log = logging.getLogger(__name__)
    connectivity = pd.concat(
        [pd.read_parquet(path) for path in paths["connectivity"]], ignore_index=True
    )
    columns = ["class", "robust", "area_verdict", "area_ha"]
    verdicts = {
        group: pd.read_parquet(path, columns=columns)
        for group, path in zip(groups, paths["verdicts"], strict=True)
    }
    log.info("read %d groups", len(connectivity))
    species_groups = pd.read_csv(
        paths["species_groups"], keep_default_na=False, encoding="utf-8-sig"
    )
    summary = group_summary(connectivity, verdicts, species_groups)
    summary.to_parquet(paths["group_summary"], index=False)
    log.info("wrote %d groups", len(summary))


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    summarise_groups(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        groups=snakemake.params.groups,
    )
