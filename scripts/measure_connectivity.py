"""Rule measure_connectivity: the links of a group, and how well they hold together."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.connectivity_tables import KERNEL, connectivity_tables
from robuust.kept_pieces import Pieces
from robuust.network import longest_link_m
from robuust.runlog import log_to
from robuust_files.found_links import link_patches, link_table
from robuust_files.piece_files import made_by, read_pieces
from robuust_files.taken_over import taken_over


def measure_connectivity(
    paths, *, group, mobility_class, portion_library="", **options
):
    """Read patches and barriers, link the patches, write links and what they tell."""
    log = logging.getLogger(__name__)
    patches = gpd.read_parquet(paths["patches"])
    patches = patches.sort_values("patch_id", ignore_index=True)
    kernel = {name: options[name] for name in KERNEL}
    if paths["all_links"]:
        found = gpd.read_parquet(paths["all_links"])
    else:
        found = link_patches(
            paths,
            patches,
            mobility_class=mobility_class,
            multiple=max(options["multiples"]),
            threads=options["threads"],
            **kernel,
        )
    links = link_table(found, patches, group)
    pieces = None
    if paths["portions"]:
        known = read_pieces(paths["portions"], made_by(portion_library))
        pieces = Pieces(known, keep=False)
        del known  # each sum is let go once it was added
    tables = connectivity_tables(
        pd.DataFrame(patches.drop(columns="geometry")),
        pd.DataFrame(links.drop(columns="geometry")),
        group=group,
        distance_kind="least_cost" if paths["resistance"] else "euclidean",
        pieces=pieces,
        **options,
    )
    # Longer links only serve those that move farther than the group does.
    own = (found["cost_m"] <= longest_link_m(**kernel)).to_numpy()
    listed = found["listed"].to_numpy()
    links = links[own & listed].reset_index(drop=True)
    links[tables.links.columns] = tables.links[listed[own]].reset_index(drop=True)
    links.to_parquet(paths["links"])
    tables.patches.to_parquet(paths["patch_connectivity"])
    tables.networks.to_parquet(paths["network_connectivity"])
    tables.group.to_parquet(paths["group_connectivity"])
    tables.sweep.to_parquet(paths["component_sweep"])
    tables.dispersal_sweep.to_parquet(paths["dispersal_sweep"])
    if pieces:
        log.info("%d of all sums were left to make", pieces.n_made)
    log.info(
        "%d patches, %d links%s, %d networks",
        len(patches),
        len(links),
        f" told of {own.sum()}" if own.sum() > len(links) else "",
        len(tables.networks),
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    if not taken_over(snakemake.input, snakemake.output, snakemake.params.folders):
        measure_connectivity(
            dict(snakemake.input.items()) | dict(snakemake.output.items()),
            group=snakemake.wildcards.group,
            portion_library=snakemake.params.portion_library,
            mobility_class=snakemake.params.mobility_class,
            sweep_m=snakemake.params.sweep_m,
            multiples=snakemake.params.multiples,
            exponent=snakemake.params.exponent,
            exact=snakemake.params.exact,
            d0_m=snakemake.params.d0_m,
            p0=snakemake.params.p0,
            p_min=snakemake.params.p_min,
            dispersal_max_m=snakemake.params.dispersal_max_m,
            threads=snakemake.threads,
        )
