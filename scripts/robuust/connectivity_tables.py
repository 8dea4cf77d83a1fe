"""The tables of connectivity: one row per patch, per network, per group."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from robuust.component_sweep import component_sweep
from robuust.connectivity import connectivity_totals, dispersal_sweep
from robuust.effective_resistance import effective_resistances
from robuust.hops import integral_index_of_connectivity, patch_importance_by_hops
from robuust.importance import patch_importance
from robuust.link_importance import link_importance
from robuust.metapopulation import metapopulation_capacity
from robuust.network import components, longest_link_m, name_networks

KERNEL = ("d0_m", "p0", "p_min", "dispersal_max_m")
MOST_IN_CIRCUIT = 10_000  # patches; effective resistance takes one solution each
NO_COST_M = 1e-3  # patches this near are one point of a circuit
DPC_COLUMNS = ("dpc", "dpc_intra", "dpc_flux", "dpc_connector")


class ConnectivityTables(NamedTuple):
    """What is known of the connectivity of one group."""

    patches: pd.DataFrame
    links: pd.DataFrame
    networks: pd.DataFrame
    group: pd.DataFrame
    sweep: pd.DataFrame
    dispersal_sweep: pd.DataFrame


class _Network(NamedTuple):
    """The patches and links of a group as arrays."""

    capacity: np.ndarray  # effective ha of each patch
    a: np.ndarray  # the two patches of each link
    b: np.ndarray
    chance: np.ndarray  # of the direct move
    cost_m: np.ndarray
    crossing: np.ndarray  # chance to get across the barriers
    near: np.ndarray  # within the dispersal distance of the group


class _Importance(NamedTuple):
    """What the connectivity of a group loses without any one of its parts."""

    patch: dict  # as `patch_importance` gives it
    hops: dict  # as `patch_importance_by_hops` gives it
    link: np.ndarray  # as `link_importance` gives it


def connectivity_tables(
    patches,
    links,
    *,
    group,
    sweep_m,
    multiples,
    exponent,
    threads=1,
    pieces=None,
    **kernel,
):
    """Measure how connected the patches of a group are.

    Parameters
    ----------
    patches : DataFrame
        patch_id, area_ha, effective_ha, capacity_ru; one row per patch.
    links : DataFrame
        patch_id_a, patch_id_b, cost_m (what the move is worth in metres of easy land;
        the gap itself where moves are straight), crossing (chance to get across the
        barriers), probability (of the move, barriers included), within_dispersal;
        every two patches at most once. Links beyond `longest_link_m` count in the
        sweep of dispersal only.
    group : str
        Name of the group.
    sweep_m : list of float
        Gaps for the sweep of components [m].
    multiples : list of float
        Multiples of the median dispersal distance for the sweep of dispersal.
    exponent : float
        Area exponent of the metapopulation capacity.
    threads : int
        Processors to use; the results do not depend on it.
    pieces : Pieces or None
        What other jobs found out already, see `connectivity_pieces`.
    **kernel
        d0_m, p0, p_min, dispersal_max_m, as the links were made with; exact: whether
        paths count however small their chance; distance_kind: euclidean or least_cost.

    Returns
    -------
    ConnectivityTables
        patches: patch_id, network_id, dpc and its fractions, diic, betweenness,
        metapopulation_share. links, those that the group uses: dpc (what PC loses
        without it, percent), effective_m (resistance between its patches over all near
        links at once, for groups that follow the land cover, of up to 10,000 patches).
        networks: network_id, group, n_patches, area_ha, effective_ha, capacity_ru,
        eca_ha. group: one row of totals. sweep: group, distance_m, n_components,
        largest_share. dispersal_sweep: group, multiple, d0_m, pcnum,
        pcnum_error_bound, eca_ha.

    Notes
    -----
    PC counts every link down to `p_min`; networks, and IIC, only those within the
    dispersal distance of the group. The ECA of a network counts its own pairs, by
    their best paths in the whole.
    """
    patches = patches.sort_values("patch_id", ignore_index=True)
    ids = pd.Index(patches["patch_id"])
    wider = _network(patches, ids, links)
    net = _within(wider, longest_link_m(**{name: kernel[name] for name in KERNEL}))
    how = {"p_min": 0.0 if kernel["exact"] else kernel["p_min"], "threads": threads}
    link = (net.capacity, net.a, net.b, net.chance)
    without = _importance(net, how, pieces)
    label = components(ids.size, net.a[net.near], net.b[net.near])
    network_id = name_networks(label, patches["capacity_ru"], ids, group)
    total = connectivity_totals(*link, network=label, **how)
    meta, share = metapopulation_capacity(*link, exponent=exponent)
    of_hops = net.capacity, net.a[net.near], net.b[net.near]
    of_group = {
        "group": group,
        "n_patches": ids.size,
        "area_ha": float(patches["area_ha"].sum()),
        "effective_ha": float(net.capacity.sum()),
        "pcnum": total.pcnum,
        "pcnum_error_bound": total.error_bound,
        "eca_ha": float(np.sqrt(total.pcnum)),
        "pc_intra": total.intra,
        "pc_direct": total.direct,
        "pc_step": total.step,
        "iicnum": integral_index_of_connectivity(*of_hops, threads=threads),
        "metapopulation_capacity": meta,
        "d0_m": float(kernel["d0_m"]),
        "p0": float(kernel["p0"]),
        "distance_kind": kernel["distance_kind"],
    }
    texts = {"group": "str", "distance_kind": "str"}
    return ConnectivityTables(
        patches=pd.DataFrame(
            {
                "patch_id": patches["patch_id"].astype("str"),
                "network_id": pd.array(network_id, dtype="str"),
                **{name: without.patch[name] for name in DPC_COLUMNS},
                "diic": without.hops["diic"],
                "betweenness": without.patch["betweenness"],
                "metapopulation_share": share,
            }
        ),
        links=pd.DataFrame(
            {
                "dpc": without.link,
                "effective_m": _effective_m(net, kernel["distance_kind"]),
            }
        ),
        networks=_network_table(patches, network_id, label, total.network_pcnum, group),
        group=pd.DataFrame([of_group]).astype(texts | {"n_patches": "int64"}),
        sweep=_sweep_table(net, group, sweep_m, kernel),
        dispersal_sweep=_dispersal_table(wider, group, multiples, kernel, how),
    )


def connectivity_pieces(patches, links, *, pieces, threads=1, **kernel):
    """Find out a share of what takes the time: what is lost without patches and links.

    Parameters
    ----------
    patches, links, threads, **kernel
        As for `connectivity_tables`, which takes the pieces of all shares.
    pieces : Pieces
        Says which share; takes its pieces.
    """
    patches = patches.sort_values("patch_id", ignore_index=True)
    net = _network(patches, pd.Index(patches["patch_id"]), links)
    net = _within(net, longest_link_m(**{name: kernel[name] for name in KERNEL}))
    how = {"p_min": 0.0 if kernel["exact"] else kernel["p_min"], "threads": threads}
    _importance(net, how, pieces)


def _importance(net, how, pieces):
    """Find out what connectivity loses without each patch and link, and by hops."""
    link = (net.capacity, net.a, net.b, net.chance)
    of_hops = net.capacity, net.a[net.near], net.b[net.near]
    return _Importance(
        patch_importance(*link, **how, pieces=pieces),
        patch_importance_by_hops(*of_hops, threads=how["threads"], pieces=pieces),
        link_importance(*link, **how, pieces=pieces),
    )


def _network(patches, ids, links):
    """Patches and links as arrays, patches by their position."""
    a, b = (ids.get_indexer(links[f"patch_id_{side}"]) for side in "ab")
    if (a < 0).any() or (b < 0).any():
        raise ValueError("some links name patches that do not exist; make them again")
    return _Network(
        patches["effective_ha"].to_numpy(float),
        a.astype(np.int64),
        b.astype(np.int64),
        *(
            links[name].to_numpy(float)
            for name in ("probability", "cost_m", "crossing")
        ),
        links["within_dispersal"].to_numpy(bool),
    )


def _effective_m(net, distance_kind):
    """Effective resistance of each near link, in the network of near links."""
    effective_m = np.full(net.a.size, np.nan)
    if distance_kind == "least_cost" and net.capacity.size <= MOST_IN_CIRCUIT:
        a, b, cost_m = net.a[net.near], net.b[net.near], net.cost_m[net.near]
        resistance = np.where(cost_m < NO_COST_M, 0.0, cost_m)
        effective_m[net.near] = effective_resistances(
            net.capacity.size, a, b, resistance, a, b
        )
    return effective_m


def _within(net, longest_m):
    """Leave out the links that only those use who move farther than the group."""
    kept = net.cost_m <= longest_m
    of_links = {name: getattr(net, name)[kept] for name in net._fields[1:]}
    return net._replace(**of_links)


def _network_table(patches, network_id, label, network_pcnum, group):
    """One row per network, the largest first."""
    table = patches.groupby(label).agg(
        n_patches=("patch_id", "size"),
        area_ha=("area_ha", "sum"),
        effective_ha=("effective_ha", "sum"),
        capacity_ru=("capacity_ru", "sum"),
    )
    names = pd.Series(network_id, dtype="str").groupby(label).first()
    table.insert(0, "network_id", names)
    table.insert(1, "group", pd.array([group] * len(table), dtype="str"))
    table = table.assign(
        eca_ha=np.sqrt(network_pcnum[table.index]), digits=names.str.len()
    )
    table = table.sort_values(["digits", "network_id"])  # n2 before n10
    table = table.drop(columns="digits").reset_index(drop=True)
    return table.astype({"n_patches": "int64", "network_id": "str"})


def _sweep_table(net, group, sweep_m, kernel):
    """How the habitat falls apart when animals bridge less."""
    open_ = net.chance > 0
    distance_m, n_components, largest_share = component_sweep(
        net.capacity,
        net.a[open_],
        net.b[open_],
        net.cost_m[open_],
        sweep_m,
        longest_m=longest_link_m(
            **{
                name: kernel[name]
                for name in ("d0_m", "p0", "p_min", "dispersal_max_m")
            }
        ),
    )
    return pd.DataFrame(
        {
            "group": pd.array([group] * distance_m.size, dtype="str"),
            "distance_m": distance_m,
            "n_components": n_components,
            "largest_share": largest_share,
        }
    )


def _dispersal_table(net, group, multiples, kernel, how):
    """How connected the habitat is for those that move less, or more."""
    multiple = np.unique(np.asarray(multiples, dtype=float))
    d0_m = multiple * kernel["d0_m"]
    pcnum, error_bound = dispersal_sweep(
        net.capacity,
        *(net.a, net.b, net.cost_m, net.crossing),
        d0_m,
        p0=kernel["p0"],
        **how,
    )
    return pd.DataFrame(
        {
            "group": pd.array([group] * multiple.size, dtype="str"),
            "multiple": multiple,
            "d0_m": d0_m,
            "pcnum": pcnum,
            "pcnum_error_bound": error_bound,
            "eca_ha": np.sqrt(pcnum),
        }
    )
