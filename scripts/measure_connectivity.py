"""Rule measure_connectivity: how well the patches of a group hang together."""

import logging

import pandas as pd

from robuust.connectivity_tables import connectivity_tables
from robuust.runlog import log_to

PATCH_COLUMNS = ["patch_id", "area_ha", "effective_ha", "capacity_ru"]
LINK_COLUMNS = ["distance_m", "probability", "within_dispersal"]


def measure_connectivity(paths, *, group, **settings):
    """Read patches and links, write a table per patch, network, group and gap."""
    log = logging.getLogger(__name__)
    patches = pd.read_parquet(paths["patches"], columns=PATCH_COLUMNS)
    ends = ["patch_id_a", "patch_id_b"]
    links = pd.read_parquet(paths["links"], columns=[*ends, *LINK_COLUMNS])
    log.info("read %d patches and %d links", len(patches), len(links))
    found = connectivity_tables(patches, links, group=group, **settings)
    found.patches.to_parquet(paths["patch_connectivity"])
    found.networks.to_parquet(paths["network_connectivity"])
    found.group.to_parquet(paths["group_connectivity"])
    found.sweep.to_parquet(paths["component_sweep"])
    log.info("wrote %d patches in %d networks", len(patches), len(found.networks))


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    measure_connectivity(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        group=snakemake.wildcards.group,
        sweep_m=snakemake.params.sweep_m,
        exponent=snakemake.params.exponent,
        d0_m=snakemake.params.d0_m,
        p0=snakemake.params.p0,
        p_min=snakemake.params.p_min,
        dispersal_max_m=snakemake.params.dispersal_max_m,
    )
