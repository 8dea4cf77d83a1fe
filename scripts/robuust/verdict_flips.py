"""Verdicts that restoration flips: networks made viable, patches made key or more."""

from dataclasses import replace

import numpy as np
import pandas as pd

from robuust.listing import listed
from robuust.robustness import CLASSES, network_verdicts, patch_verdicts

KEY = CLASSES.index("key")
BECOMES_NL = ("bolwerk", "sleutelgebied")
BECOMES_EN = ("a stronghold", "a key patch")


def verdict_flips(patches, links, own_ru, norms):
    """Judge the networks again, with each candidate added alone.

    A candidate merges with the patches up to the local distance and joins, by
    dispersal, the networks within reach; capacities add up.

    Parameters
    ----------
    patches : DataFrame
        patch_id, network_id, capacity_ru of one group, in any order.
    links : DataFrame
        candidate (position), patch_id, merges, within_dispersal
        (`candidate_actions.joining_links`).
    own_ru : array_like of float, shape (n_candidates,)
        Capacity that each candidate adds [RU]; 0 for a mere connection.
    norms : robuust.robustness.Norms
        The norms of the group.

    Returns
    -------
    DataFrame, one row per flip
        candidate; what: ``network`` (becomes viable), ``viable_patch`` (comes to lie in
        a viable network), ``stronghold`` or ``key`` (a patch becomes it); name: the
        network or patch, blank for the candidate itself. Sorted by candidate, what and
        name.

    Notes
    -----
    Adding never harms, so a viable network stays viable and its patches what they are:
    only the members of networks that become viable are looked at one by one.
    """
    own_ru = np.asarray(own_ru, dtype=float)
    patches = patches.sort_values("patch_id", ignore_index=True)
    ids = patches["patch_id"].to_numpy(dtype=object)
    capacity = patches["capacity_ru"].to_numpy(dtype=float)
    network, network_ids = pd.factorize(patches["network_id"], sort=True)
    now = network_verdicts(capacity, network, norms)
    class_now = patch_verdicts(capacity, network, now, norms).astype(int)

    links = links.astype({"candidate": int, "merges": bool, "within_dispersal": bool})
    links = links[links["merges"] | links["within_dispersal"]]
    patch = pd.Index(ids).get_indexer(links["patch_id"])
    links = links.assign(patch=patch, network=network[patch])
    merged = links.loc[links["merges"], ["candidate", "patch"]].drop_duplicates()
    unit_ru, unit_now, unit_name = _units(merged, ids, capacity, class_now, own_ru)

    joined = links[["candidate", "network"]].drop_duplicates()
    then = _verdicts_then(joined, unit_ru, own_ru, now, capacity, network, norms)
    made_viable = joined[
        then.viable[joined["candidate"]] & ~now.viable[joined["network"]]
    ]
    every = np.arange(own_ru.size)
    unit_then = patch_verdicts(unit_ru, every, then, norms).astype(int)
    risen = (unit_then <= KEY) & (unit_then < unit_now)

    in_network = pd.DataFrame({"network": network, "patch": np.arange(network.size)})
    lifted = made_viable.merge(in_network, on="network")
    there = lifted["patch"].to_numpy(dtype=np.int64)
    class_then = patch_verdicts(capacity[there], lifted["candidate"], then, norms)
    apart = ~pd.MultiIndex.from_frame(lifted[["candidate", "patch"]]).isin(
        pd.MultiIndex.from_frame(merged)
    )
    apart &= (class_then <= KEY) & (class_then < class_now[there])

    classes = np.array(CLASSES, dtype=object)
    lifted_by = lifted["candidate"].to_numpy()
    flips = [
        (made_viable["candidate"], "network", network_ids[made_viable["network"]]),
        (lifted_by, "viable_patch", ids[there]),
        (every[risen], classes[unit_then[risen]], unit_name[risen]),
        (lifted_by[apart], classes[class_then[apart]], ids[there[apart]]),
    ]
    flips = pd.concat([_flips(*columns) for columns in flips])
    return flips.sort_values(["candidate", "what", "name"], ignore_index=True)


def flip_table(flips, candidate_ids, group):
    """Flips by the names of the candidates, as a table.

    Parameters
    ----------
    flips : DataFrame
        As `verdict_flips` gives it.
    candidate_ids : array_like of str
        Of the positions.
    group : str

    Returns
    -------
    DataFrame
        candidate_id, group, what, name, all text.
    """
    ids = np.asarray(candidate_ids, dtype=object)[flips["candidate"]]
    table = flips[["what", "name"]].assign(candidate_id=ids, group=group)
    return table[["candidate_id", "group", "what", "name"]].astype("str")


def flip_sentences(flips, n_candidates):
    """Say what each candidate flips.

    Parameters
    ----------
    flips : DataFrame
        As `verdict_flips` gives it.
    n_candidates : int

    Returns
    -------
    nl, en : list of str
        Per candidate; blank where nothing flips.
    count : ndarray of int64, shape (n_candidates,)
        Without the patches of networks that become viable: the network says it.

    Examples
    --------
    >>> flips = pd.DataFrame({"candidate": [0, 0], "what": ["key", "network"],
    ...                       "name": ["", "N1"]})
    >>> flip_sentences(flips, 1)[1]
    ['makes network N1 viable; becomes a key patch itself']
    """
    nl, en = [""] * n_candidates, [""] * n_candidates
    for candidate, own in flips.groupby("candidate", sort=True):
        parts_nl, parts_en = [], []
        networks = own.loc[own["what"] == "network", "name"].tolist()
        if networks:
            which_nl, which_en = listed(networks, "nl"), listed(networks, "en")
            word_nl = "netwerk" if len(networks) == 1 else "netwerken"
            word_en = "network" if len(networks) == 1 else "networks"
            parts_nl.append(f"maakt {word_nl} {which_nl} levensvatbaar")
            parts_en.append(f"makes {word_en} {which_en} viable")
        for code, (is_nl, is_en) in enumerate(zip(BECOMES_NL, BECOMES_EN, strict=True)):
            risen = own.loc[own["what"] == CLASSES[code], "name"].tolist()
            if "" in risen:
                parts_nl.append(f"wordt zelf {is_nl}")
                parts_en.append(f"becomes {is_en} itself")
            named = [name for name in risen if name]
            if named:
                which_nl, which_en = listed(named, "nl"), listed(named, "en")
                parts_nl.append(f"maakt van plek {which_nl} een {is_nl}")
                parts_en.append(f"makes patch {which_en} {is_en}")
        nl[candidate], en[candidate] = "; ".join(parts_nl), "; ".join(parts_en)
    told = flips.loc[flips["what"] != "viable_patch", "candidate"].astype(int)
    count = np.bincount(told, minlength=n_candidates)
    return nl, en, count


def _units(merged, ids, capacity, class_now, own_ru):
    """Candidates with the patches that they merge with: capacity, class now, name."""
    here = merged.assign(
        capacity=capacity[merged["patch"]], class_now=class_now[merged["patch"]]
    ).sort_values(["candidate", "capacity", "patch"], ascending=[True, False, True])
    unit_ru = own_ru + np.bincount(
        here["candidate"], weights=here["capacity"], minlength=own_ru.size
    )
    unit_now = np.full(own_ru.size, len(CLASSES))
    np.minimum.at(unit_now, here["candidate"], here["class_now"])
    unit_name = np.full(own_ru.size, "", dtype=object)
    largest = here.drop_duplicates("candidate")
    unit_name[largest["candidate"]] = ids[largest["patch"]]
    return unit_ru, unit_now, unit_name


def _verdicts_then(joined, unit_ru, own_ru, now, capacity, network, norms):
    """Verdict on the network of each candidate, which all that it joins become."""
    of_network = np.zeros(now.viable.size)
    np.maximum.at(of_network, network, capacity)
    largest = unit_ru.copy()
    np.maximum.at(largest, joined["candidate"], of_network[joined["network"]])
    # Norms ask for the largest patch and the total; the first decides which total.
    found = network_verdicts(largest, np.arange(own_ru.size), norms)
    total_ru = own_ru + np.bincount(
        joined["candidate"],
        weights=now.capacity_ru[joined["network"]],
        minlength=own_ru.size,
    )
    viable = found.has_stronghold | (total_ru >= found.norm_ru)
    return replace(found, capacity_ru=total_ru, viable=viable)


def _flips(candidate, what, name):
    frame = pd.DataFrame({"candidate": np.asarray(candidate, dtype=np.int64)})
    return frame.assign(what=what, name=np.asarray(name, dtype=object))
