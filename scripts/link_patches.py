"""Rule link_patches: the pairs of patches that a group can move between."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.barriers import crossing_chances
from robuust.network import find_links
from robuust.runlog import log_to

COLUMNS = ["distance_m", "probability", "n_barriers", "within_dispersal", "geometry"]


def link_patches(paths, *, group, mobility_class, **kernel):
    """Read patches and barriers, find the links, write one row per link."""
    log = logging.getLogger(__name__)
    patches = gpd.read_parquet(paths["patches"], columns=["patch_id", "geometry"])
    patches = patches.sort_values("patch_id", ignore_index=True)
    barriers = gpd.read_parquet(paths["barriers"], columns=["barrier", "geometry"])
    types = pd.read_csv(
        paths["barrier_types"], encoding="utf-8-sig", dtype={"barrier": "str"}
    )
    log.info("read %d patches and %d barriers", len(patches), len(barriers))
    found = find_links(
        patches.geometry.to_numpy(),
        barriers.geometry.to_numpy(),
        crossing_chances(barriers["barrier"], types, mobility_class),
        **kernel,
    )
    patch_id = patches["patch_id"].astype("str").array
    links = gpd.GeoDataFrame(
        {
            "group": pd.array([group] * len(found), dtype="str"),
            "patch_id_a": patch_id[found["a"]],
            "patch_id_b": patch_id[found["b"]],
            **{column: found[column] for column in COLUMNS},
        },
        geometry="geometry",
        crs=patches.crs,
    )
    links.to_parquet(paths["links"])
    log.info("wrote %d links", len(links))


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    link_patches(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        group=snakemake.wildcards.group,
        mobility_class=snakemake.params.mobility_class,
        d0_m=snakemake.params.d0_m,
        p0=snakemake.params.p0,
        p_min=snakemake.params.p_min,
        dispersal_max_m=snakemake.params.dispersal_max_m,
    )
