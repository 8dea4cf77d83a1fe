"""Rule draw_corridors: land to connect robust areas by, and where it is narrow."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.barriers import crossing_chances
from robuust.corridor_candidates import corridor_candidates, corridor_links
from robuust.corridor_tables import (
    corridor_numbers,
    corridor_table,
    path_table,
    pinch_table,
    uses_together,
)
from robuust.corridors import (
    Network,
    corridor_gains,
    end_patches,
    spanning_lines,
    straight_uses,
)
from robuust.crossing_prices import price_needed
from robuust.runlog import log_to
from robuust_files.config_tables import read_barrier_types


def draw_corridors(paths, *, groups, least_cost_groups, default_cost_eur_per_ha, rules):
    """Read areas, barriers, networks and land; write corridors, ways, pinch points."""
    areas = gpd.read_parquet(paths["robust_areas"])
    areas = areas.sort_values("robust_area_id", ignore_index=True)
    networks = zip(groups.index, paths["verdicts"], paths["links"], strict=True)
    files = {group: pair for group, *pair in networks if len(areas) > 1}
    hindering = read_hindering(paths, groups.loc[list(files)])
    lands = dict(zip(least_cost_groups, paths["resistance"], strict=True))
    straight = groups.loc[[group for group in files if group not in lands]]
    over_land = groups.loc[[group for group in files if group in lands]]
    parts = [uses_straight(areas.geometry, hindering, straight, files, rules)]
    parts += [
        uses_over_land(areas.geometry, hindering, group, files, lands, rules)
        for group in over_land.itertuples()
    ]
    uses, pinches = uses_together(parts)
    number = corridor_numbers(uses)
    corridors, ids, land_to_make = corridor_table(
        uses,
        number,
        areas["robust_area_id"],
        groups,
        read_context(paths),
        default_cost_eur_per_ha=default_cost_eur_per_ha,
        n_pinches=uses.index.map(pinches["use"].value_counts()).fillna(0),
    )
    made = dict(zip(ids, land_to_make, strict=True))
    candidates = corridor_candidates(corridors, made)
    links = corridor_links(uses, ids[number], candidates["candidate_id"])
    links.to_parquet(paths["corridor_links"])
    layers = {
        "corridors": corridors,
        "corridor_paths": path_table(uses, number, ids),
        "pinch_points": pinch_table(pinches, uses, number, ids, groups),
        "corridor_candidates": candidates,
    }
    for name, table in layers.items():
        layer = gpd.GeoDataFrame(table, geometry="geometry", crs=areas.crs)
        layer.to_parquet(paths[name])
        logging.getLogger(__name__).info("wrote %d rows of %s", len(layer), name)


def uses_straight(areas, hindering, groups, files, rules):
    """Corridors of the groups that move straight; they have no pinch points."""
    lines = spanning_lines(areas, max_corridor_m=rules["max_corridor_m"])
    gains = {}
    for group in groups.itertuples():
        network, _ = read_network(*files[group.Index], group.dispersal_max_m)
        gains[group.Index] = corridor_gains(
            end_patches(lines, areas, network.patches),
            lines["length_m"],
            network,
            p_min=rules["p_min"],
        )
    drawn = {"cell_m": rules["cell_m"], "extra_share": rules["extra_share"]}
    return straight_uses(lines, gains, areas, hindering, **drawn), None


def uses_over_land(areas, hindering, group, files, lands, rules):
    """Corridors of one group that follows the land cover, with their pinch points."""
    # Slow to import, and most groups move straight.
    from robuust.land_corridors import land_uses
    from robuust_files.land_rasters import read_land

    network, ids = read_network(*files[group.Index], group.dispersal_max_m)
    uses, pinches = land_uses(
        areas,
        network,
        read_land(lands[group.Index]),
        hindering[group.Index],
        d0_m=group.dispersal_median_m,
        p0=group.p0,
        **{name: rules[name] for name in rules if name != "cell_m"},
    )
    ends = {name: ids[uses[name].to_numpy(int)] for name in ("patch_a", "patch_b")}
    return uses.assign(group=group.Index, **ends), pinches


def read_hindering(paths, groups):
    """Read the barriers that hinder each group, and what a crossing for it costs."""
    barriers = gpd.read_parquet(paths["barriers"], columns=["barrier", "geometry"])
    types = read_barrier_types(paths["barrier_types"])
    found = {}
    for group in groups.itertuples():
        of_class = barriers["barrier"], types, group.mobility_class
        own = barriers.assign(
            chance=crossing_chances(*of_class), crossing_eur=price_needed(*of_class)
        )
        found[group.Index] = own[own["chance"] < 1]
    return found


def read_network(verdicts_path, links_path, dispersal_max_m):
    """Read the patches of a group in the order of their ids, its links, and the ids."""
    patches = gpd.read_parquet(
        verdicts_path, columns=["patch_id", "effective_ha", "geometry"]
    ).sort_values("patch_id", ignore_index=True)
    links = pd.read_parquet(
        links_path, columns=["patch_id_a", "patch_id_b", "probability"]
    )
    ids = pd.Index(patches["patch_id"])
    network = Network(
        patches.geometry.to_numpy(),
        patches["effective_ha"].to_numpy(),
        (
            ids.get_indexer(links["patch_id_a"]),
            ids.get_indexer(links["patch_id_b"]),
            links["probability"].to_numpy(),
        ),
        dispersal_max_m,
    )
    return network, ids.to_numpy(dtype=object)


def read_context(paths):
    """Read whose land it is."""
    return {
        name: gpd.read_parquet(paths[name]).geometry.to_numpy()
        for name in ("plans", "nature_areas")
    }


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    of_group = ("weight", "name_nl", "name_en", "mobility_class")
    of_group += ("dispersal_median_m", "dispersal_max_m", "p0")
    of_run = ("max_corridor_m", "extra_share", "cell_m", "p_min")
    draw_corridors(
        dict(snakemake.input.items()) | dict(snakemake.output.items()),
        groups=pd.DataFrame({name: snakemake.params[name] for name in of_group}),
        least_cost_groups=snakemake.params.least_cost_groups,
        default_cost_eur_per_ha=snakemake.params.default_cost_eur_per_ha,
        rules={name: snakemake.params[name] for name in of_run},
    )
