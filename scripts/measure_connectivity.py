"""Rule measure_connectivity: the links of a group, and how well they hold together."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.barriers import crossing_chances
from robuust.connectivity_tables import connectivity_tables
from robuust.network import find_links
from robuust.runlog import log_to

COLUMNS = ["distance_m", "probability", "n_barriers", "within_dispersal", "geometry"]


def link_patches(patches, barriers, barrier_types, *, group, mobility_class, **kernel):
    """Find the links between patches, one row each."""
    found = find_links(
        patches.geometry.to_numpy(),
        barriers.geometry.to_numpy(),
        crossing_chances(barriers["barrier"], barrier_types, mobility_class),
        **kernel,
    )
    patch_id = patches["patch_id"].astype("str").array
    return gpd.GeoDataFrame(
        {
            "group": pd.array([group] * len(found), dtype="str"),
            "patch_id_a": patch_id[found["a"]],
            "patch_id_b": patch_id[found["b"]],
            **{column: found[column] for column in COLUMNS},
        },
        geometry="geometry",
        crs=patches.crs,
    )


def measure_connectivity(paths, *, group, mobility_class, sweep_m, exponent, **kernel):
    """Read patches and barriers, link the patches, write links and what they tell."""
    patches = gpd.read_parquet(paths["patches"])
    patches = patches.sort_values("patch_id", ignore_index=True)
    barriers = gpd.read_parquet(paths["barriers"], columns=["barrier", "geometry"])
    types = pd.read_csv(
        paths["barrier_types"], encoding="utf-8-sig", dtype={"barrier": "str"}
    )
    links = link_patches(
        patches, barriers, types, group=group, mobility_class=mobility_class, **kernel
    )
    found = connectivity_tables(
        pd.DataFrame(patches.drop(columns="geometry")),
        pd.DataFrame(links.drop(columns="geometry")),
        group=group,
        sweep_m=sweep_m,
        exponent=exponent,
        **kernel,
    )
    links.to_parquet(paths["links"])
    found.patches.to_parquet(paths["patch_connectivity"])
    found.networks.to_parquet(paths["network_connectivity"])
    found.group.to_parquet(paths["group_connectivity"])
    found.sweep.to_parquet(paths["component_sweep"])
    logging.getLogger(__name__).info(
        "%d patches, %d links, %d networks",
        len(patches),
        len(links),
        len(found.networks),
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    measure_connectivity(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        group=snakemake.wildcards.group,
        mobility_class=snakemake.params.mobility_class,
        sweep_m=snakemake.params.sweep_m,
        exponent=snakemake.params.exponent,
        d0_m=snakemake.params.d0_m,
        p0=snakemake.params.p0,
        p_min=snakemake.params.p_min,
        dispersal_max_m=snakemake.params.dispersal_max_m,
    )
