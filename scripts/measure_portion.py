"""Rule measure_portion: a share of what takes the time in measure_connectivity."""

import logging

import geopandas as gpd

from robuust.connectivity_tables import connectivity_pieces
from robuust.kept_pieces import Pieces
from robuust.runlog import log_to
from robuust_files.found_links import link_table
from robuust_files.piece_files import made_by, write_pieces
from robuust_files.taken_over import taken_over


def measure_portion(paths, *, group, share, library, **options):
    """Read patches and links; write what is lost without a share of them."""
    patches = gpd.read_parquet(paths["patches"])
    patches = patches.sort_values("patch_id", ignore_index=True)
    links = link_table(gpd.read_parquet(paths["all_links"]), patches, group)
    pieces = Pieces(share=share)
    connectivity_pieces(patches, links, pieces=pieces, **options)
    write_pieces(paths["pieces"], pieces.used, made_by(library))
    words = "%d sums for share %d of %d"
    logging.getLogger(__name__).info(words, pieces.n_made, share[0] + 1, share[1])


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    if not taken_over(snakemake.input, snakemake.output, snakemake.params.folders):
        measure_portion(
            dict(snakemake.input.items()) | dict(snakemake.output.items()),
            group=snakemake.wildcards.group,
            share=snakemake.params.share,
            library=snakemake.params.library,
            exact=snakemake.params.exact,
            d0_m=snakemake.params.d0_m,
            p0=snakemake.params.p0,
            p_min=snakemake.params.p_min,
            dispersal_max_m=snakemake.params.dispersal_max_m,
            threads=snakemake.threads,
        )
