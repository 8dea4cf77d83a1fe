"""Rule delineate_patches: the habitat of one group, joined into patches."""

import logging

import geopandas as gpd
import shapely

from robuust.barriers import crossing_chances
from robuust.patches import M2_PER_HA, delineate
from robuust.roles import one_row_per_polygon, parts_by_role, pieces
from robuust.runlog import log_to
from robuust_files.config_tables import read_barrier_types


def delineate_patches(
    paths,
    *,
    mobility_class,
    min_suitable_share,
    role_distance_m,
    min_neighbours,
    threads=1,
    **traits,
):
    """Read what suits the group, join it, write patches and their members."""
    log = logging.getLogger(__name__)
    polygons = gpd.read_parquet(paths["habitat"])
    log.info("read %d polygons that suit", len(polygons))
    if role_distance_m is not None:
        polygons = near_both_kinds(
            polygons,
            role_distance_m=role_distance_m,
            min_neighbours=min_neighbours or 0,
            min_suitable_share=min_suitable_share,
            threads=threads,
        )
    barriers = gpd.read_parquet(paths["barriers"])
    types = read_barrier_types(paths["barrier_types"])
    keeps_apart = crossing_chances(barriers["barrier"], types, mobility_class) < 1
    patches, members = delineate(
        polygons,
        barriers.geometry.to_numpy()[keeps_apart],
        threads=threads,
        **traits,
    )
    if role_distance_m is not None:
        patches, members = one_row_per_polygon(patches, members)
    patches.to_parquet(paths["patches"])
    members.to_parquet(paths["patch_polygons"])
    log.info("wrote %d patches", len(patches))


def near_both_kinds(polygons, **rules):
    """Keep what lies near both kinds of habitat that the group needs; say how much."""
    shapes = polygons.geometry.to_numpy()
    parts = parts_by_role(shapes, polygons, **rules)
    suited, counted = shapely.area(shapes), shapely.area(parts)
    whole, none = counted == suited, counted == 0
    logging.getLogger(__name__).info(
        "near what the group needs besides: %d polygons whole, %d in part, %d not; "
        "%.1f of %.1f ha",
        whole.sum(),
        (~whole & ~none).sum(),
        none.sum(),
        counted.sum() / M2_PER_HA,
        suited.sum() / M2_PER_HA,
    )
    return pieces(polygons, parts)


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    p = snakemake.params
    delineate_patches(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
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
