"""Rule measure_connectivity: the links of a group, and how well they hold together."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.barriers import crossing_chances
from robuust.connectivity_tables import KERNEL, connectivity_tables
from robuust.network import find_links, longest_link_m
from robuust.runlog import log_to
from robuust_files.config_tables import read_barrier_types
from robuust_files.taken_over import taken_over

COLUMNS = ["distance_m", "cost_m", "crossing", "probability", "n_barriers"]
COLUMNS += ["within_dispersal", "geometry"]


def measure_connectivity(paths, *, group, mobility_class, **options):
    """Read patches and barriers, link the patches, write links and what they tell."""
    log = logging.getLogger(__name__)
    patches = gpd.read_parquet(paths["patches"])
    patches = patches.sort_values("patch_id", ignore_index=True)
    kernel = {name: options[name] for name in KERNEL}
    found = link_patches(
        paths,
        patches,
        mobility_class=mobility_class,
        multiple=max(options["multiples"]),
        threads=options["threads"],
        **kernel,
    )
    links = link_table(found, patches, group)
    tables = connectivity_tables(
        pd.DataFrame(patches.drop(columns="geometry")),
        pd.DataFrame(links.drop(columns="geometry")),
        group=group,
        distance_kind="least_cost" if paths["resistance"] else "euclidean",
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
    log.info(
        "%d patches, %d links%s, %d networks",
        len(patches),
        len(links),
        f" told of {own.sum()}" if own.sum() > len(links) else "",
        len(tables.networks),
    )


def link_patches(paths, patches, *, mobility_class, **kernel):
    """Find the links between patches: over the land cover, or straight."""
    barriers = gpd.read_parquet(paths["barriers"], columns=["barrier", "geometry"])
    types = read_barrier_types(paths["barrier_types"])
    shapes = patches.geometry.to_numpy(), barriers.geometry.to_numpy()
    crossing = crossing_chances(barriers["barrier"], types, mobility_class)
    if not paths["resistance"]:
        return find_links(*shapes, crossing, **kernel)
    # Slow to import, and most groups move straight.
    from robuust.least_cost_links import cell_words, find_least_cost_links
    from robuust_files.land_rasters import read_land

    land = read_land(paths["resistance"])
    links, missing = find_least_cost_links(*shapes, crossing, land, **kernel)
    if missing.size:
        words = cell_words(missing, len(patches), cell_m=land.grid.cell_m)
        logging.getLogger(__name__).warning(words)
    return links


def link_table(found, patches, group):
    """Links with the ids of their patches, one row each."""
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


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    if not taken_over(snakemake.input, snakemake.output, snakemake.params.folders):
        measure_connectivity(
            dict(snakemake.input.items()) | dict(snakemake.output.items()),
            group=snakemake.wildcards.group,
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
