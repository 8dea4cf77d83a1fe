"""The tables of connectivity: one row per patch, per network, per group."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from robuust.connectivity import (
    component_sweep,
    connectivity_fractions,
    integral_index_of_connectivity,
    lost_connectivity_bound,
    path_probabilities,
    probability_of_connectivity,
)
from robuust.importance import patch_importance, patch_importance_by_hops
from robuust.metapopulation import metapopulation_capacity
from robuust.network import components, longest_link_m, name_networks


class ConnectivityTables(NamedTuple):
    """What is known of the connectivity of one group."""

    patches: pd.DataFrame
    networks: pd.DataFrame
    group: pd.DataFrame
    sweep: pd.DataFrame


def connectivity_tables(patches, links, *, group, sweep_m, exponent, **kernel):
    """Measure how connected the patches of a group are.

    Parameters
    ----------
    patches : DataFrame
        patch_id, area_ha, effective_ha, capacity_ru; one row per patch.
    links : DataFrame
        patch_id_a, patch_id_b, distance_m, probability, within_dispersal; every two
        patches at most once.
    group : str
        Name of the group.
    sweep_m : list of float
        Gaps for the sweep of components [m].
    exponent : float
        Area exponent of the metapopulation capacity.
    **kernel
        d0_m, p0, p_min, dispersal_max_m, as the links were made with.

    Returns
    -------
    ConnectivityTables
        patches: patch_id, network_id, dpc and its fractions, diic, betweenness,
        metapopulation_share. networks: network_id, group, n_patches, area_ha,
        effective_ha, capacity_ru, eca_ha. group: one row of totals. sweep: group,
        distance_m, n_components, largest_share.

    Notes
    -----
    PC counts every link down to `p_min`; networks, and IIC, only those within the
    dispersal distance of the group. The ECA of a network counts its own pairs, by
    their best paths in the whole.
    """
    patches = patches.sort_values("patch_id", ignore_index=True)
    ids = pd.Index(patches["patch_id"])
    a, b = (ids.get_indexer(links[f"patch_id_{side}"]) for side in "ab")
    if (a < 0).any() or (b < 0).any():
        raise ValueError("some links name patches that do not exist; make them again")
    capacity = patches["effective_ha"].to_numpy(float)
    chance = links["probability"].to_numpy(float)
    near = links["within_dispersal"].to_numpy(bool)
    path = path_probabilities(ids.size, a, b, chance, p_min=kernel["p_min"])
    network = components(ids.size, a[near], b[near])
    network_id = name_networks(network, patches["capacity_ru"], ids, group)
    meta, share = metapopulation_capacity(capacity, a, b, chance, exponent=exponent)
    open_ = chance > 0
    sweep = component_sweep(
        capacity,
        a[open_],
        b[open_],
        links["distance_m"].to_numpy(float)[open_],
        sweep_m,
        longest_m=longest_link_m(**kernel),
    )
    iicnum = integral_index_of_connectivity(capacity, a[near], b[near])
    total = {
        "group": group,
        "n_patches": ids.size,
        "area_ha": float(patches["area_ha"].sum()),
        "effective_ha": float(capacity.sum()),
        **_pc_columns(capacity, a, b, chance, path, kernel["p_min"]),
        "iicnum": iicnum,
        "metapopulation_capacity": meta,
        "d0_m": float(kernel["d0_m"]),
        "p0": float(kernel["p0"]),
        "distance_kind": "euclidean",
    }
    texts = {"group": "str", "distance_kind": "str"}
    of_patches = {
        "patch_id": patches["patch_id"].astype("str"),
        "network_id": pd.array(network_id, dtype="str"),
        **_importance_columns(capacity, a, b, chance, near, kernel["p_min"]),
        "metapopulation_share": share,
    }
    return ConnectivityTables(
        patches=pd.DataFrame(of_patches),
        networks=_network_table(patches, network_id, capacity, path, group),
        group=pd.DataFrame([total]).astype(texts | {"n_patches": "int64"}),
        sweep=_sweep_table(group, *sweep),
    )


def _pc_columns(capacity, a, b, chance, path, p_min):
    """PC of the whole group, its parts, and what the limit may have lost."""
    pcnum = probability_of_connectivity(capacity, path)
    parts = connectivity_fractions(capacity, a, b, chance, path, p_min=p_min)
    open_ = chance > 0  # what no animal crosses was not cut off by the limit
    bound = lost_connectivity_bound(capacity, a[open_], b[open_], path, p_min=p_min)
    named = dict(zip(("pc_intra", "pc_direct", "pc_step"), parts, strict=True))
    eca_ha = float(np.sqrt(pcnum))
    return {"pcnum": pcnum, "pcnum_error_bound": bound, "eca_ha": eca_ha, **named}


def _importance_columns(capacity, a, b, chance, near, p_min):
    """Give the importance of each patch: for PC, and over near links for IIC."""
    found = patch_importance(capacity, a, b, chance, p_min=p_min)
    between = found.pop("betweenness")
    diic = patch_importance_by_hops(capacity, a[near], b[near])["diic"]
    return {**found, "diic": diic, "betweenness": between}


def _network_table(patches, network_id, capacity, path, group):
    """One row per network, the largest first."""
    label, names = pd.factorize(network_id)
    table = (
        patches.groupby(label)
        .agg(
            n_patches=("patch_id", "size"),
            area_ha=("area_ha", "sum"),
            effective_ha=("effective_ha", "sum"),
            capacity_ru=("capacity_ru", "sum"),
        )
        .astype({"n_patches": "int64"})
    )
    pairs = path.tocoo()
    own = label[pairs.row] == label[pairs.col]
    i, j, chance = pairs.row[own], pairs.col[own], pairs.data[own]
    squares = np.bincount(label[i], capacity[i] * capacity[j] * chance, len(names))
    table.insert(0, "network_id", pd.array(names, dtype="str"))
    table.insert(1, "group", pd.array([group] * len(names), dtype="str"))
    table = table.assign(eca_ha=np.sqrt(squares), digits=table["network_id"].str.len())
    table = table.sort_values(["digits", "network_id"])  # n2 before n10
    return table.drop(columns="digits").reset_index(drop=True)


def _sweep_table(group, distance_m, n_components, largest_share):
    return pd.DataFrame(
        {
            "group": pd.array([group] * distance_m.size, dtype="str"),
            "distance_m": distance_m,
            "n_components": n_components,
            "largest_share": largest_share,
        }
    )
