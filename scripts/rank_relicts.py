"""Rule rank_relicts: the relict sites of all groups, the most urgent first."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.relicts import ranked_relicts
from robuust.runlog import log_to


def rank_relicts(sites_paths, ranked_path):
    """Read the relict sites of every group; write them together, by rank."""
    found = [gpd.read_parquet(path) for path in sites_paths]
    full = [sites for sites in found if len(sites)] or found[:1]
    ranked = ranked_relicts(pd.concat(full, ignore_index=True))
    ranked.to_parquet(ranked_path)
    groups = ranked["group"].nunique()
    logging.getLogger(__name__).info(
        "ranked %d relict sites of %d groups", len(ranked), groups
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    rank_relicts(snakemake.input.relict_sites, snakemake.output.relict_sites)
