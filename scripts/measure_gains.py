"""Rule measure_gains: what each candidate would bring one group."""

import logging

import geopandas as gpd
import pandas as pd
import shapely

from robuust.barrier_crossings import usable_crossings
from robuust.barriers import crossing_chances
from robuust.candidate_links import land_words, link_table
from robuust.candidates import habitat_for, near_other_role
from robuust.corridor_candidates import with_corridors
from robuust.gain_draws import drawn_distances, gain_draws
from robuust.group_gains import gain_table
from robuust.network import reach_m
from robuust.polygons import HA, as_multipolygons
from robuust.robustness import Norms
from robuust.runlog import log_to
from robuust.suitability import match_suitability
from robuust_files.config_tables import read_barrier_types, read_suitability

ROUNDING = 1e-9  # of the area of a polygon: less was not cut off


def measure_gains(
    paths,
    *,
    group,
    traits,
    norms,
    p0,
    p_min,
    min_suitable_share,
    uncertainty,
    threads=1,
):
    """Read candidates and the group's network; write gains, flips and new links."""
    log = logging.getLogger(__name__)
    candidates = gpd.read_parquet(paths["candidates"])
    patches = gpd.read_parquet(paths["verdicts"])
    links = pd.read_parquet(
        paths["links"], columns=["patch_id_a", "patch_id_b", "cost_m", "probability"]
    )
    log.info("read %d candidates, %d patches", len(candidates), len(patches))
    useful = useful_candidates(paths, candidates, patches, traits, min_suitable_share)
    how = {"group": group, "p_min": p_min, "threads": threads}
    new_links = group_links(paths, useful, patches, traits, p0=p0, **how)
    useful = near_other_role(
        useful, new_links, role_distance_m=traits["role_distance_m"]
    )
    own = [("group", "==", group)]
    of_corridors = pd.read_parquet(paths["corridor_links"], filters=own)
    useful, new_links = with_corridors(useful, new_links, of_corridors)
    gains, flips = gain_table(
        *(useful, patches, links, new_links, norms),
        unit_ha=traits["reproductive_unit_ha"],
        dispersal_max_m=traits["dispersal_max_m"],
        **how,
    )
    distances_m = group_draws(paths, traits, **uncertainty)
    d0_m = traits["dispersal_median_m"]
    drawn = gain_draws(
        *(useful, patches, links, new_links, distances_m), d0_m=d0_m, p0=p0, **how
    )
    gains.to_parquet(paths["gains"])
    flips.to_parquet(paths["flips"])
    new_links.to_parquet(paths["candidate_links"])
    drawn.to_parquet(paths["gain_draws"])
    log.info(
        "wrote %d gains, %d flips, %d new links", len(gains), len(flips), len(new_links)
    )


def useful_candidates(paths, candidates, patches, traits, min_suitable_share):
    """Candidates that are of use to the group: new habitat, and crossings."""
    table = read_suitability(paths["suitability"])
    suitability = match_suitability(candidates["code"], table, traits["bundle"])
    polygons = group_polygons(paths, patches)
    habitat = habitat_for(
        candidates, suitability, polygons, min_suitable_share=min_suitable_share
    )
    crossings = usable_crossings(
        candidates, read_barrier_types(paths["barrier_types"]), traits["mobility_class"]
    )
    if crossings.empty:
        return habitat
    useful = pd.concat([habitat, crossings.assign(improved_share=0.0)])
    return useful.sort_values("candidate_id", ignore_index=True)


def group_links(paths, useful, patches, traits, *, group, p0, p_min, threads):
    """Links of the candidates with patches, and with each other."""
    d0_m, dispersal_max_m = traits["dispersal_median_m"], traits["dispersal_max_m"]
    barriers = group_barriers(paths, traits["mobility_class"])
    land = group_land(paths)
    for words in land_words(useful, barriers, land) if land else ():
        logging.getLogger(__name__).warning(words)
    return link_table(
        useful,
        patches,
        barriers,
        group=group,
        dispersal_max_m=dispersal_max_m,
        d0_m=d0_m,
        p0=p0,
        reach_m=max(reach_m(d0_m=d0_m, p0=p0, p_min=p_min), dispersal_max_m),
        local_distance_m=traits["local_distance_m"],
        land=land,
        threads=threads,
    )


def group_draws(paths, traits, *, draws, seed):
    """Dispersal distances of the group, drawn between low and high."""
    evidence = pd.read_csv(paths["evidence"], encoding="utf-8-sig")
    mobility_class = traits["mobility_class"]
    return drawn_distances(
        traits["dispersal_median_m"],
        evidence[evidence["mobility_class"] == mobility_class],
        mobility_class=mobility_class,
        draws=draws,
        seed=seed,
    )


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
    """Barriers, the chance that the group gets across each, and their kind."""
    barriers = gpd.read_parquet(paths["barriers"])
    kinds = barriers["barrier"].to_numpy(dtype=object)
    chances = crossing_chances(
        kinds, read_barrier_types(paths["barrier_types"]), mobility_class
    )
    return barriers.geometry.to_numpy(), chances, kinds


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
        uncertainty={"draws": values.draws, "seed": values.seed},
        threads=snakemake.threads,
    )
