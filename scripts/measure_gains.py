"""Rule measure_gains: what each candidate would bring one group."""

import logging

import geopandas as gpd
import pandas as pd
import shapely

from robuust.barriers import crossing_chances
from robuust.candidate_links import link_table
from robuust.candidates import habitat_for, near_other_role
from robuust.group_gains import gain_table
from robuust.network import reach_m
from robuust.polygons import HA, as_multipolygons
from robuust.robustness import Norms
from robuust.runlog import log_to
from robuust.suitability import match_suitability

ROUNDING = 1e-9  # of the area of a polygon: less was not cut off


def measure_gains(
    paths, *, group, traits, norms, p0, p_min, min_suitable_share, threads=1
):
    """Read candidates and the group's network; write gains, flips and new links."""
    log = logging.getLogger(__name__)
    candidates = gpd.read_parquet(paths["candidates"])
    patches = gpd.read_parquet(paths["verdicts"])
    links = pd.read_parquet(
        paths["links"], columns=["patch_id_a", "patch_id_b", "probability"]
    )
    log.info("read %d candidates, %d patches", len(candidates), len(patches))
    table = pd.read_csv(paths["suitability"], dtype={"code": str}, encoding="utf-8-sig")
    useful = habitat_for(
        candidates,
        match_suitability(candidates["code"], table, traits["bundle"]),
        group_polygons(paths, patches),
        min_suitable_share=min_suitable_share,
    )
    d0_m = traits["dispersal_median_m"]
    reach = reach_m(d0_m=d0_m, p0=p0, p_min=p_min)
    new_links = link_table(
        useful,
        patches,
        group_barriers(paths, traits["mobility_class"]),
        group=group,
        dispersal_max_m=traits["dispersal_max_m"],
        d0_m=d0_m,
        p0=p0,
        reach_m=max(reach, traits["dispersal_max_m"]),
        local_distance_m=traits["local_distance_m"],
        land=group_land(paths),
        threads=threads,
    )
    useful = near_other_role(
        useful, new_links, role_distance_m=traits["role_distance_m"]
    )
    gains = gain_table(
        useful,
        patches,
        links,
        new_links,
        norms,
        group=group,
        p_min=p_min,
        unit_ha=traits["reproductive_unit_ha"],
        threads=threads,
    )
    gains.to_parquet(paths["gains"])
    new_links.to_parquet(paths["candidate_links"])
    log.info("wrote %d gains, %d new links", len(gains), len(new_links))


def group_polygons(paths, patches):
    """Polygons of the habitat map that are habitat of the group, with their share.

    Of a polygon that was cut, for a group that needs two kinds of habitat, the part
    that lies in its patch.
    """
    habitat = gpd.read_parquet(paths["habitat"], columns=["polygon_id", "geometry"])
    polygons = habitat.merge(pd.read_parquet(paths["patch_polygons"]), on="polygon_id")
    cut = polygons["area_ha"] * HA < polygons.area * (1 - ROUNDING)
    shapes = polygons.geometry.to_numpy().copy()
    whole = patches.set_index("patch_id").geometry.loc[polygons["patch_id"][cut]]
    shapes[cut] = shapely.intersection(shapes[cut], whole.to_numpy())
    return polygons.set_geometry(as_multipolygons(shapes), crs=polygons.crs)


def group_land(paths):
    """Land that the group moves over; none where it moves straight."""
    if not paths["resistance"]:
        return None
    from robuust_files.land_rasters import read_land  # slow to import

    return read_land(paths["resistance"])


def group_barriers(paths, mobility_class):
    """Barriers, and the chance that the group gets across each."""
    barriers = gpd.read_parquet(paths["barriers"])
    table = pd.read_csv(
        paths["barrier_types"], encoding="utf-8-sig", dtype={"barrier": "str"}
    )
    chances = crossing_chances(barriers["barrier"], table, mobility_class)
    return barriers.geometry.to_numpy(), chances


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    values = snakemake.params
    measure_gains(
        {**snakemake.input, **snakemake.output},
        group=snakemake.wildcards.group,
        traits={
            name: values[name]
            for name in (
                *("bundle", "mobility_class", "local_distance_m"),
                *("dispersal_median_m", "dispersal_max_m"),
                *("reproductive_unit_ha", "role_distance_m"),
            )
        },
        norms=Norms(
            values.key_patch_ru,
            values.mvp_ru,
            values.network_ru_with_key,
            values.network_ru_without_key,
        ),
        p0=values.p0,
        p_min=values.p_min,
        min_suitable_share=values.min_suitable_share,
        threads=snakemake.threads,
    )
