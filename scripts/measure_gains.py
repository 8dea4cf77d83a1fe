"""Rule measure_gains: what each candidate would bring one group."""

import logging
from dataclasses import astuple
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from robuust.barrier_crossings import usable_crossings
from robuust.barriers import crossing_chances
from robuust.candidate_links import land_words, link_table
from robuust.candidates import habitat_for, near_other_role
from robuust.corridor_candidates import with_corridors
from robuust.gain_draws import drawn_distances, gain_draws
from robuust.group_gains import gain_table
from robuust.kept_pieces import Pieces, frame_digest, piece_digest
from robuust.network import reach_m
from robuust.polygons import HA, as_multipolygons
from robuust.robustness import Norms
from robuust.runlog import log_to
from robuust.suitability import match_suitability
from robuust_files.checksums import file_digest
from robuust_files.config_tables import read_barrier_types, read_suitability
from robuust_files.piece_files import made_by, read_pieces, write_pieces

ROUNDING = 1e-9  # of the area of a polygon: less was not cut off
TABLES = ("gains", "flips", "candidate_links", "gain_draws")
# Traits that decide how much is gained; two more decide what is of use.
NUMBERS = ("local_distance_m", "dispersal_median_m", "dispersal_max_m")
NUMBERS += ("reproductive_unit_ha", "role_distance_m")


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
    library="",
):
    """Read candidates and the group's network; write gains, flips and new links.

    Candidates are drawn for all groups together, and most edits concern a few: gains
    are those of the last run as long as nothing that they rest on has changed.
    """
    log = logging.getLogger(__name__)
    patches = gpd.read_parquet(
        paths["verdicts"],
        columns=["patch_id", "network_id", "effective_ha", "capacity_ru", "geometry"],
    )
    links = pd.read_parquet(
        paths["links"], columns=["patch_id_a", "patch_id_b", "cost_m", "probability"]
    )
    useful = useful_candidates(paths, patches, traits, min_suitable_share)
    own = [("group", "==", group)]
    of_corridors = pd.read_parquet(paths["corridor_links"], filters=own)
    barriers = group_barriers(paths, traits["mobility_class"])
    distances_m = group_draws(paths, traits, **uncertainty)
    log.info("read %d candidates for %d patches", len(useful), len(patches))
    land = group_land(paths)
    for words in land_words(useful, as_arrays(barriers), land) if land else ():
        log.warning(words)

    def measure(_):
        tables = gains_of(
            *(useful, patches, links, of_corridors, barriers, land),
            distances_m=distances_m,
            group=group,
            traits=traits,
            norms=norms,
            p0=p0,
            p_min=p_min,
            threads=threads,
        )
        return as_files(tables)

    numbers = [*(traits[name] for name in NUMBERS), *astuple(norms), p0, p_min]
    frames = (useful, patches, links, of_corridors, barriers)
    contents = [*map(frame_digest, frames), file_digest(paths["resistance"])]
    digest = piece_digest([*numbers, *distances_m], contents)
    maker = made_by(library)
    pieces = Pieces(read_pieces([paths["kept"]], maker))
    (files,) = pieces.one_by_one([digest], measure)
    for name, content in zip(TABLES, files, strict=True):
        Path(paths[name]).write_bytes(content)
    write_pieces(paths["kept"], pieces.used, maker)
    if not pieces.n_made:
        log.info("nothing that they rest on has changed: gains as before")


def gains_of(
    useful,
    patches,
    links,
    of_corridors,
    barriers,
    land,
    *,
    distances_m,
    group,
    traits,
    norms,
    p0,
    p_min,
    threads,
):
    """Measure gains, flips, new links and drawn gains, as `TABLES` names them."""
    how = {"group": group, "threads": threads}
    d0_m, dispersal_max_m = traits["dispersal_median_m"], traits["dispersal_max_m"]
    new_links = link_table(
        useful,
        patches,
        as_arrays(barriers),
        dispersal_max_m=dispersal_max_m,
        d0_m=d0_m,
        p0=p0,
        reach_m=max(reach_m(d0_m=d0_m, p0=p0, p_min=p_min), dispersal_max_m),
        local_distance_m=traits["local_distance_m"],
        land=land,
        **how,
    )
    useful = near_other_role(
        useful, new_links, role_distance_m=traits["role_distance_m"]
    )
    useful, new_links = with_corridors(useful, new_links, of_corridors)
    gains, flips = gain_table(
        *(useful, patches, links, new_links, norms),
        unit_ha=traits["reproductive_unit_ha"],
        dispersal_max_m=dispersal_max_m,
        p_min=p_min,
        **how,
    )
    drawn = gain_draws(
        *(useful, patches, links, new_links, distances_m),
        d0_m=d0_m,
        p0=p0,
        p_min=p_min,
        **how,
    )
    words = "wrote %d gains, %d flips, %d new links"
    logging.getLogger(__name__).info(words, len(gains), len(flips), len(new_links))
    return gains, flips, new_links, drawn


def as_files(tables):
    """Tables as the bytes of Parquet files, which can be kept."""
    return tuple(np.frombuffer(table.to_parquet(), np.uint8) for table in tables)


def as_arrays(barriers):
    """Shapes of barriers, the chance to get across each, and their kind."""
    kinds = barriers["barrier"].to_numpy(dtype=object)
    return barriers.geometry.to_numpy(), barriers["chance"].to_numpy(), kinds


def useful_candidates(paths, patches, traits, min_suitable_share):
    """Candidates that are of use to the group: new habitat, and crossings."""
    candidates = gpd.read_parquet(paths["candidates"])
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
    """Barriers, with the chance that the group gets across each, and their kind."""
    barriers = gpd.read_parquet(paths["barriers"], columns=["barrier", "geometry"])
    chances = crossing_chances(
        barriers["barrier"].to_numpy(dtype=object),
        read_barrier_types(paths["barrier_types"]),
        mobility_class,
    )
    return barriers.assign(chance=chances)


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
        library=values.library,
    )
