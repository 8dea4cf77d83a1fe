"""Rule link_patches: the links of a large group, for the jobs that share its work."""

import logging

import geopandas as gpd

from robuust.runlog import log_to
from robuust_files.found_links import link_patches
from robuust_files.taken_over import taken_over


def find_all_links(paths, *, multiples, **options):
    """Read patches and barriers; write every link, also those that none is told of."""
    patches = gpd.read_parquet(paths["patches"])
    patches = patches.sort_values("patch_id", ignore_index=True)
    links = link_patches(paths, patches, multiple=max(multiples), **options)
    links.to_parquet(paths["all_links"])
    logging.getLogger(__name__).info("%d patches, %d links", len(patches), len(links))


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    if not taken_over(snakemake.input, snakemake.output, snakemake.params.folders):
        find_all_links(
            dict(snakemake.input.items()) | dict(snakemake.output.items()),
            mobility_class=snakemake.params.mobility_class,
            multiples=snakemake.params.multiples,
            d0_m=snakemake.params.d0_m,
            p0=snakemake.params.p0,
            p_min=snakemake.params.p_min,
            dispersal_max_m=snakemake.params.dispersal_max_m,
            threads=snakemake.threads,
        )
