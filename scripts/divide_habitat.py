"""Rule divide_habitat: of the habitat map what suits each group, in a file of its own.

Snakemake compares these files with those of the last run: a group whose file is the
same needs no new patches, whatever else changed on the map.
"""

import logging

import geopandas as gpd
import pandas as pd

from robuust.habitat_map import extent_of
from robuust.roles import polygon_shares
from robuust.runlog import log_to
from robuust.suitability import match_suitability
from robuust_files.config_tables import read_suitability

log = logging.getLogger(__name__)


def divide_habitat(paths, *, bundles, min_suitable_share):
    """Read the habitat map; write the polygons of each group, and how far it reaches.

    `bundles` maps each group to its habitat bundle, in the order of the files.
    """
    habitat = gpd.read_parquet(paths["habitat"], columns=["polygon_id", "geometry"])
    parts = pd.read_parquet(paths["parts"])
    table = read_suitability(paths["suitability"])
    for path, (group, bundle) in zip(paths["divided"], bundles.items(), strict=True):
        shares = polygon_shares(
            parts,
            match_suitability(parts["code"].unique(), table, bundle),
            min_suitable_share=min_suitable_share,
        )
        polygons = habitat.merge(shares, on="polygon_id", validate="one_to_one")
        polygons.to_parquet(path)
        log.info("%s: %d of %d polygons suit", group, len(polygons), len(habitat))
    extent_of(habitat).to_parquet(paths["extent"])


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    divide_habitat(
        {**snakemake.input, **snakemake.output},
        bundles=snakemake.params.bundles,
        min_suitable_share=snakemake.params.min_suitable_share,
    )
