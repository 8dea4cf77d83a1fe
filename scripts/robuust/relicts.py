"""Relict sites, ranked for emergency management."""

import numpy as np
import pandas as pd
import shapely

from robuust.figures import distance, distance_nl, figure, figure_nl
from robuust.population_sentences import by_distinct

# Own scale: one step per Red List category; all other codes and none count as 1.
THREAT_STEPS = {"RE": 5, "CR": 5, "EN": 4, "VU": 3, "NT": 2}


def relict_sites(facts, patches, *, dispersal_max_m, key_patch_ru):
    r"""Rank the patches where a species lives on as a relict or a phantom.

    .. math:: \text{urgency} = \text{threat} \cdot
        \min(d / d_\mathrm{max}, 1) \cdot (1 - \min(c / c_\mathrm{key}, 1))

    Parameters
    ----------
    facts : DataFrame
        What `judge_populations` found: species, group, patch_id, patch (position by
        patch_id), status, recent, red_list, capacity_ru.
    patches : GeoDataFrame
        Patches of the group: patch_id, area_ha, geometry.
    dispersal_max_m : float
        Largest dispersal distance d_max of the group [m].
    key_patch_ru : float
        Capacity c_key of a key patch [RU].

    Returns
    -------
    DataFrame
        species, group, patch_id, status, threat (0.2..1, in steps of 0.2 from no
        threat to CR), isolation_m (straight distance d to the nearest other patch
        where the species was seen recently; missing: there is none, which counts as
        1), area_ha, urgency (0..1, higher is more urgent), reason_nl, reason_en,
        geometry (the patch); sorted by species and patch_id.

    Notes
    -----
    A relict on a patch as large as a key patch has urgency 0: room is not what it
    lacks.
    """
    patches = patches.sort_values("patch_id", ignore_index=True)
    polygons = patches.geometry.to_numpy()
    sites = facts[facts["status"].isin(["relict", "phantom"])]
    sites = sites.sort_values(["species", "patch_id"], ignore_index=True)
    place = sites["patch"].to_numpy(dtype=np.int64)
    threat = sites["red_list"].map(THREAT_STEPS).fillna(1).to_numpy(float) / 5
    isolation_m = _isolation(sites, facts[facts["recent"]], polygons)
    isolation = np.minimum(np.nan_to_num(isolation_m / dispersal_max_m, nan=1.0), 1)
    smallness = 1 - np.minimum(sites["capacity_ru"].to_numpy(float) / key_patch_ru, 1)
    values = pd.DataFrame(
        {
            "red_list": sites["red_list"].fillna(""),
            "isolation_m": isolation_m,
            "isolation": isolation,
            "capacity_ru": sites["capacity_ru"],
            "smallness": smallness,
        }
    )
    nl = by_distinct(values, lambda row: _sentence_nl(row, key_patch_ru))
    en = by_distinct(values, lambda row: _sentence_en(row, key_patch_ru))
    return pd.DataFrame(
        {
            "species": sites["species"],
            "group": sites["group"],
            "patch_id": sites["patch_id"],
            "status": sites["status"],
            "threat": threat,
            "isolation_m": isolation_m,
            "area_ha": patches["area_ha"].to_numpy(dtype=float)[place],
            "urgency": threat * isolation * smallness,
            "reason_nl": pd.array(nl, dtype="str"),
            "reason_en": pd.array(en, dtype="str"),
            "geometry": polygons[place],
        }
    )


def _isolation(sites, occupied, polygons):
    """Distance from each site to the nearest other patch with the species, or nan."""
    isolation = np.full(len(sites), np.nan)
    taken = occupied.groupby("species")["patch"]
    for species, rows in sites.groupby("species").indices.items():
        others = polygons[taken.get_group(species).to_numpy(dtype=np.int64)]
        here = polygons[sites["patch"].to_numpy(dtype=np.int64)[rows]]
        # exclusive: the site itself is one of the occupied patches.
        (site, _), gap_m = shapely.STRtree(others).query_nearest(
            here, exclusive=True, return_distance=True, all_matches=False
        )
        isolation[rows[site]] = gap_m
    return isolation


def _sentence_nl(row, key_patch_ru):
    away = (
        "geen andere bezette plek"
        if np.isnan(row.isolation_m)
        else f"dichtste andere bezette plek op {distance_nl(row.isolation_m)}"
    )
    return (
        f"Rode Lijst {row.red_list or 'geen'}; {away} (isolatie "
        f"{figure_nl(row.isolation)}); {figure_nl(row.capacity_ru)} van "
        f"{figure_nl(key_patch_ru)} RE van een sleutelplek (kleinte "
        f"{figure_nl(row.smallness)})"
    )


def _sentence_en(row, key_patch_ru):
    away = (
        "no other occupied patch"
        if np.isnan(row.isolation_m)
        else f"nearest other occupied patch at {distance(row.isolation_m)}"
    )
    return (
        f"Red List {row.red_list or 'none'}; {away} (isolation "
        f"{figure(row.isolation)}); {figure(row.capacity_ru)} of "
        f"{figure(key_patch_ru)} RU of a key patch (smallness "
        f"{figure(row.smallness)})"
    )
