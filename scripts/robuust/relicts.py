"""Relict sites, ranked for emergency management, and where each could grow to.

Relict first, then enlarge: what is still there is kept, and then helped to a patch
nearby where the species does not live yet.
"""

import numpy as np
import pandas as pd
import shapely

from robuust.figures import distance, distance_nl, figure, figure_nl
from robuust.population_sentences import by_distinct
from robuust.statuses import AT_RISK

# Own scale: one step per Red List category; all other codes and none count as 1.
THREAT_STEPS = {"RE": 5, "CR": 5, "EN": 4, "VU": 3, "NT": 2}
RECEIVERS = 5  # own choice: enough to choose from in the field


def relict_sites(facts, patches, receivers, *, dispersal_max_m):
    r"""Rank the patches where a species lives on as a relict or a phantom.

    .. math:: \text{urgency} = \text{threat} \cdot
        \min(d / d_\mathrm{max}, 1) \cdot (1 - \min(c / c_\mathrm{key}, 1))

    Parameters
    ----------
    facts : DataFrame
        What `judge_populations` found: species, group, patch_id, patch (position by
        patch_id), status, recent, red_list, capacity_ru and key_patch_ru (c_key: the
        norm that applies to the species [RU]).
    patches : GeoDataFrame
        Patches of the group: patch_id, area_ha, geometry.
    receivers : DataFrame
        What `relict_receivers` found; the reason names the first of each site.
    dispersal_max_m : float
        Largest dispersal distance d_max of the group [m].

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
    sites = facts[facts["status"].isin(AT_RISK)]
    sites = sites.sort_values(["species", "patch_id"], ignore_index=True)
    place = sites["patch"].to_numpy(dtype=np.int64)
    threat = sites["red_list"].map(THREAT_STEPS).fillna(1).to_numpy(float) / 5
    isolation_m = _isolation(sites, facts[facts["recent"]], polygons)
    isolation = np.minimum(np.nan_to_num(isolation_m / dispersal_max_m, nan=1.0), 1)
    key = sites["key_patch_ru"].to_numpy(dtype=float)
    smallness = 1 - np.minimum(sites["capacity_ru"].to_numpy(float) / key, 1)
    values = pd.DataFrame(
        {
            "red_list": sites["red_list"].fillna(""),
            "isolation_m": isolation_m,
            "isolation": isolation,
            "capacity_ru": sites["capacity_ru"],
            "smallness": smallness,
            "key_patch_ru": key,
            **_best_receivers(sites, receivers),
        }
    )
    nl = by_distinct(values, lambda row: _sentence_nl(row, dispersal_max_m))
    en = by_distinct(values, lambda row: _sentence_en(row, dispersal_max_m))
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


def relict_receivers(facts, links):
    """Find the patches that a relict could move on to, once they are large enough.

    They are patches of the group that one link within dispersal joins to the relict,
    with barriers that let some across, and without a recent record of the species. Of
    each relict the first `RECEIVERS` count: those that most dispersers reach, then the
    nearest, then those that lack least, then by id.

    Parameters
    ----------
    facts : DataFrame
        What `judge_populations` found: species, group, patch_id, patch (position by
        patch_id), status, recent, capacity_ru, reproductive_unit_ha and key_patch_ru
        (those that apply to the species [ha, RU]).
    links : DataFrame
        patch_id_a, patch_id_b, distance_m, probability, within_dispersal.

    Returns
    -------
    DataFrame
        species, group, patch_id (the relict), receiver_patch_id, distance_m,
        probability, capacity_ru (for this species), missing_ru and missing_ha (optimal
        habitat) up to a key patch, zero where it is one, order (from 1, best first);
        sorted by species, patch_id and order.

    Notes
    -----
    A recent record that fits several patches leaves all of them free: it proves none.
    """
    sites = facts[facts["status"].isin(AT_RISK)]
    near = sites[["species", "group", "patch_id"]].merge(
        _both_ways(links), on="patch_id"
    )
    free = facts[
        ~facts["recent"].to_numpy(dtype=bool)
        & facts["species"].isin(sites["species"].unique())
        & facts["patch_id"].isin(near["receiver_patch_id"].unique())
    ]
    missing_ru = (free["key_patch_ru"] - free["capacity_ru"]).clip(lower=0)
    free = free[["species", "patch_id", "capacity_ru"]].assign(
        missing_ru=missing_ru, missing_ha=missing_ru * free["reproductive_unit_ha"]
    )
    found = near.merge(
        free.rename(columns={"patch_id": "receiver_patch_id"}),
        on=["species", "receiver_patch_id"],
    )
    found = found.sort_values(
        [
            *("species", "patch_id", "probability"),
            *("distance_m", "missing_ha", "receiver_patch_id"),
        ],
        ascending=[True, True, False, True, True, True],
        ignore_index=True,
    )
    order = found.groupby(["species", "patch_id"]).cumcount() + 1
    found = found.assign(order=order.astype("int64"))
    found = found[found["order"] <= RECEIVERS].reset_index(drop=True)
    return found[
        [
            *("species", "group", "patch_id", "receiver_patch_id", "distance_m"),
            *("probability", "capacity_ru", "missing_ru", "missing_ha", "order"),
        ]
    ]


def ranked_relicts(sites):
    """Rank the relict sites of all groups, the most urgent first.

    Parameters
    ----------
    sites : DataFrame
        What `relict_sites` found in every group: species, group, patch_id, urgency,
        threat, and more.

    Returns
    -------
    DataFrame
        The same rows by rank (1, 2, ... without ties). Of equally urgent sites the
        more threatened species comes first, then by species, group and patch_id.

    Examples
    --------
    >>> sites = {"species": ["A a", "B b"], "group": "some", "patch_id": "p1"}
    >>> sites |= {"urgency": [0.2, 0.4], "threat": 0.8}
    >>> ranked_relicts(pd.DataFrame(sites))[["species", "rank"]].values.tolist()
    [['B b', 1], ['A a', 2]]
    """
    # A product of the same values may differ in its last bit: no reason for a rank.
    exact = sites.assign(rounded=sites["urgency"].round(9))
    ranked = exact.sort_values(
        ["rounded", "threat", "species", "group", "patch_id"],
        ascending=[False, False, True, True, True],
        ignore_index=True,
    ).drop(columns="rounded")
    return ranked.assign(rank=np.arange(1, len(ranked) + 1))


def _both_ways(links):
    """Links within dispersal, once from either end."""
    near = links[links["within_dispersal"].to_numpy(dtype=bool)]
    there = {"patch_id_a": "patch_id", "patch_id_b": "receiver_patch_id"}
    back = {"patch_id_b": "patch_id", "patch_id_a": "receiver_patch_id"}
    columns = ["patch_id", "receiver_patch_id", "distance_m", "probability"]
    return pd.concat(
        [near.rename(columns=names)[columns] for names in (there, back)],
        ignore_index=True,
    )


def _best_receivers(sites, receivers):
    """Look up what the sentence says of the first receiver of each site."""
    columns = ["receiver_patch_id", "distance_m", "missing_ru", "missing_ha"]
    best = receivers[receivers["order"] == 1]
    found = sites[["species", "patch_id"]].merge(
        best[["species", "patch_id", *columns]], on=["species", "patch_id"], how="left"
    )
    return {
        "receiver": found["receiver_patch_id"].fillna(""),
        "receiver_m": found["distance_m"].round(),
        "missing_ru": found["missing_ru"],
        "missing_ha": found["missing_ha"],
    }


def _isolation(sites, occupied, polygons):
    """Distance from each site to the nearest other patch with the species, or nan."""
    isolation = np.full(len(sites), np.nan)
    taken = {species: own["patch"] for species, own in occupied.groupby("species")}
    for species, rows in sites.groupby("species").indices.items():
        if species not in taken:  # other status rules may call an old find a relict
            continue
        others = polygons[taken[species].to_numpy(dtype=np.int64)]
        here = polygons[sites["patch"].to_numpy(dtype=np.int64)[rows]]
        # exclusive: the site itself is one of the occupied patches.
        (site, _), gap_m = shapely.STRtree(others).query_nearest(
            here, exclusive=True, return_distance=True, all_matches=False
        )
        isolation[rows[site]] = gap_m
    return isolation


def _sentence_nl(row, dispersal_max_m):
    away = (
        "geen andere bezette plek"
        if np.isnan(row.isolation_m)
        else f"dichtste andere bezette plek op {distance_nl(row.isolation_m)}"
    )
    lacking = (
        f"{figure_nl(row.missing_ru)} RE ({figure_nl(row.missing_ha)} ha) te weinig "
        "voor een sleutelplek"
        if row.missing_ru > 0
        else "groot genoeg voor een sleutelplek"
    )
    receiver = (
        f"na herstel hier kan {row.receiver} de soort opvangen: op "
        f"{distance_nl(row.receiver_m)}, {lacking}"
        if row.receiver
        else f"geen vrije plek bereikbaar binnen {distance_nl(dispersal_max_m)}"
    )
    return (
        f"Rode Lijst {row.red_list or 'geen'}; {away} (isolatie "
        f"{figure_nl(row.isolation)}); {figure_nl(row.capacity_ru)} van "
        f"{figure_nl(row.key_patch_ru)} RE van een sleutelplek (kleinte "
        f"{figure_nl(row.smallness)}); {receiver}"
    )


def _sentence_en(row, dispersal_max_m):
    away = (
        "no other occupied patch"
        if np.isnan(row.isolation_m)
        else f"nearest other occupied patch at {distance(row.isolation_m)}"
    )
    lacking = (
        f"{figure(row.missing_ru)} RU ({figure(row.missing_ha)} ha) short of a key "
        "patch"
        if row.missing_ru > 0
        else "large enough for a key patch"
    )
    receiver = (
        f"after recovery here {row.receiver} can receive it: at "
        f"{distance(row.receiver_m)}, {lacking}"
        if row.receiver
        else f"no free patch to reach within {distance(dispersal_max_m)}"
    )
    return (
        f"Red List {row.red_list or 'none'}; {away} (isolation "
        f"{figure(row.isolation)}); {figure(row.capacity_ru)} of "
        f"{figure(row.key_patch_ru)} RU of a key patch (smallness "
        f"{figure(row.smallness)}); {receiver}"
    )
