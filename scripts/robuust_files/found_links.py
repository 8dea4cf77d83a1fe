"""The links of a group, found between its patches or read where another job did."""

import logging

import geopandas as gpd
import pandas as pd

from robuust.barriers import crossing_chances
from robuust.network import find_links
from robuust_files.config_tables import read_barrier_types

COLUMNS = ["distance_m", "cost_m", "crossing", "probability", "n_barriers"]
COLUMNS += ["within_dispersal", "geometry"]


def link_patches(paths, patches, *, mobility_class, **kernel):
    """Find the links between patches: over the land cover, or straight.

    Parameters
    ----------
    paths : dict
        barriers, barrier_types, and resistance: empty where the group moves straight.
    patches : GeoDataFrame
        In order of patch_id.
    mobility_class : str
        Of the group.
    **kernel
        As for `robuust.network.find_links`.

    Returns
    -------
    GeoDataFrame
        As `find_links` gives it.
    """
    barriers = gpd.read_parquet(paths["barriers"], columns=["barrier", "geometry"])
    types = read_barrier_types(paths["barrier_types"])
    shapes = patches.geometry.to_numpy(), barriers.geometry.to_numpy()
    crossing = crossing_chances(barriers["barrier"], types, mobility_class)
    if paths["resistance"]:
        # Slow to import, and most groups move straight.
        from robuust.least_cost_links import cell_words, find_least_cost_links
        from robuust_files.land_rasters import read_land

        land = read_land(paths["resistance"])
        links, missing = find_least_cost_links(*shapes, crossing, land, **kernel)
        if missing.size:
            words = cell_words(missing, len(patches), cell_m=land.grid.cell_m)
            logging.getLogger(__name__).warning(words)
    else:
        links = find_links(*shapes, crossing, **kernel)
    return gpd.GeoDataFrame(links, geometry="geometry", crs=patches.crs)


def link_table(found, patches, group):
    """Name the patches of links.

    Parameters
    ----------
    found : DataFrame
        As `robuust.network.find_links` gives it.
    patches : GeoDataFrame
        patch_id; those that were linked, in the same order.
    group : str

    Returns
    -------
    GeoDataFrame
        group, patch_id_a, patch_id_b and the columns that people see.
    """
    patch_id = patches["patch_id"].astype("str").array
    ids = {
        "group": pd.array([group] * len(found), dtype="str"),
        "patch_id_a": patch_id[found["a"]],
        "patch_id_b": patch_id[found["b"]],
    }
    return gpd.GeoDataFrame(
        ids | {column: found[column] for column in COLUMNS},
        geometry="geometry",
        crs=patches.crs,
    )
