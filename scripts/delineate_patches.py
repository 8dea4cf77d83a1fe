"""Rule delineate_patches: the habitat of one group, joined into patches."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.barriers import crossing_chances
from robuust.patches import delineate
from robuust.roles import counts_by_role, polygon_shares
from robuust.runlog import log_to
from robuust.suitability import match_suitability


def delineate_patches(
    paths,
    *,
    bundle,
    mobility_class,
    min_suitable_share,
    role_distance_m,
    min_neighbours,
    threads=1,
    **traits,
):
    """Find the polygons that suit the group, join them, write patches and members."""
    log = logging.getLogger(__name__)
    parts = pd.read_parquet(paths["parts"])
    table = pd.read_csv(
        paths["suitability"], encoding="utf-8-sig", dtype={"code": "str"}
    )
    shares = polygon_shares(
        parts,
        match_suitability(parts["code"].unique(), table, bundle),
        min_suitable_share=min_suitable_share,
    )
    suitable = [("polygon_id", "in", shares["polygon_id"].tolist())]
    polygons = gpd.read_parquet(
        paths["habitat"],
        columns=["polygon_id", "geometry"],
        filters=suitable if len(shares) else [("polygon_id", "==", "")],
    ).merge(shares, on="polygon_id", validate="one_to_one")
    log.info("%d of %d polygons suit", len(polygons), parts["polygon_id"].nunique())
    if role_distance_m is not None:
        counts = counts_by_role(
            polygons.geometry.to_numpy(),
            polygons,
            role_distance_m=role_distance_m,
            min_neighbours=min_neighbours or 0,
            min_suitable_share=min_suitable_share,
            threads=threads,
        )
        polygons = polygons[counts]
        log.info("%d of these lie near what the group needs besides", len(polygons))
    barriers = gpd.read_parquet(paths["barriers"])
    types = pd.read_csv(
        paths["barrier_types"], encoding="utf-8-sig", dtype={"barrier": "str"}
    )
    keeps_apart = crossing_chances(barriers["barrier"], types, mobility_class) < 1
    patches, members = delineate(
        polygons,
        barriers.geometry.to_numpy()[keeps_apart],
        threads=threads,
        **traits,
    )
    patches.to_parquet(paths["patches"])
    members.to_parquet(paths["patch_polygons"])
    log.info("wrote %d patches", len(patches))


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    p = snakemake.params
    delineate_patches(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        bundle=p.bundle,
        mobility_class=p.mobility_class,
        min_suitable_share=p.min_suitable_share,
        role_distance_m=p.role_distance_m,
        min_neighbours=p.min_neighbours,
        group=snakemake.wildcards.group,
        local_distance_m=p.local_distance_m,
        edge_depth_m=p.edge_depth_m,
        reproductive_unit_ha=p.reproductive_unit_ha,
        min_patch_ha=p.min_patch_ha,
        threads=snakemake.threads,
    )
