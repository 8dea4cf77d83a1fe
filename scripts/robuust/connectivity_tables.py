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
    probability = links["probability"].to_numpy(float)
    near = links["within_dispersal"].to_numpy(bool)
    p_min = kernel["p_min"]
    path = path_probabilities(ids.size, a, b, probability, p_min=p_min)
    network = components(ids.size, a[near], b[near])
    pcnum = probability_of_connectivity(capacity, path)
    intra, direct, step = connectivity_fractions(
        capacity, a, b, probability, path, p_min=p_min
    )
    meta, share = metapopulation_capacity(
        capacity, a, b, probability, exponent=exponent
    )
    by_hops = patch_importance_by_hops(capacity, a[near], b[near])
    importance = patch_importance(capacity, a, b, probability, p_min=p_min)
    network_id = name_networks(network, patches["capacity_ru"], ids, group)
    of_patches = pd.DataFrame(
        {
            "patch_id": patches["patch_id"].astype("str"),
            "network_id": pd.array(network_id, dtype="str"),
            **{name: importance[name] for name in list(importance)[:4]},
            "diic": by_hops["diic"],
            "betweenness": importance["betweenness"],
            "metapopulation_share": share,
        }
    )
    crossable = probability > 0
    sweep = component_sweep(
        capacity,
        a[crossable],
        b[crossable],
        links["distance_m"].to_numpy(float)[crossable],
        sweep_m,
        longest_m=longest_link_m(**kernel),
    )
    total = {
        "group": group,
        "n_patches": ids.size,
        "area_ha": float(patches["area_ha"].sum()),
        "effective_ha": float(capacity.sum()),
        "pcnum": pcnum,
        "pcnum_error_bound": lost_connectivity_bound(
            capacity, a[crossable], b[crossable], path, p_min=p_min
        ),
        "eca_ha": float(np.sqrt(pcnum)),
        "pc_intra": intra,
        "pc_direct": direct,
        "pc_step": step,
        "iicnum": integral_index_of_connectivity(capacity, a[near], b[near]),
        "metapopulation_capacity": meta,
        "d0_m": float(kernel["d0_m"]),
        "p0": float(kernel["p0"]),
        "distance_kind": "euclidean",
    }
    texts = {"group": "str", "distance_kind": "str"}
    return ConnectivityTables(
        patches=of_patches,
        networks=_network_table(patches, network_id, capacity, path, group),
        group=pd.DataFrame([total]).astype(texts | {"n_patches": "int64"}),
        sweep=_sweep_table(group, *sweep),
    )


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
