"""Verdicts that restoration flips: networks made viable, patches made key or more."""

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
        candidate (position), patch_id, merges, within_dispersal.
    own_ru : array_like of float, shape (n_candidates,)
        Capacity that each candidate adds [RU]; 0 for none.
    norms : robuust.robustness.Norms
        The norms of the group.

    Returns
    -------
    DataFrame, one row per flip
        candidate; what: ``network`` (becomes viable), ``stronghold`` or ``key`` (a
        patch becomes it); name: the network or patch, blank for the candidate itself.
        Sorted by candidate, what and name.
    """
    own_ru = np.asarray(own_ru, dtype=float)
    patches = patches.sort_values("patch_id", ignore_index=True)
    capacity = patches["capacity_ru"].to_numpy(dtype=float)
    network, network_ids = pd.factorize(patches["network_id"], sort=True)
    now = network_verdicts(capacity, network, norms)
    class_now = patch_verdicts(capacity, network, now, norms)

    links = links.astype({"candidate": int, "merges": bool, "within_dispersal": bool})
    links = links[links["merges"] | links["within_dispersal"]]
    links = links[own_ru[links["candidate"]] > 0]
    patch = pd.Index(patches["patch_id"]).get_indexer(links["patch_id"])
    links = links.assign(patch=patch, network=network[patch])
    members = _members(links, network, own_ru)
    members["capacity"] = capacity[members["patch"]]
    members["class_now"] = class_now[members["patch"]]

    merged = members[members["merges"]]
    unit_ru = own_ru + np.bincount(
        merged["candidate"], weights=merged["capacity"], minlength=own_ru.size
    )
    unit_now = np.full(own_ru.size, len(CLASSES))
    np.minimum.at(unit_now, merged["candidate"], merged["class_now"])
    largest = merged.sort_values(
        ["candidate", "capacity", "patch"], ascending=[True, False, True]
    ).drop_duplicates("candidate")

    apart = members[~members["merges"]]
    every = np.arange(own_ru.size)
    all_ru = np.r_[unit_ru, apart["capacity"]]
    all_network = np.r_[every, apart["candidate"]].astype(np.int64)
    then = network_verdicts(all_ru, all_network, norms)
    class_then = patch_verdicts(all_ru, all_network, then, norms)

    joined = members[["candidate", "network"]].drop_duplicates()
    made_viable = joined[
        then.viable[joined["candidate"]] & ~now.viable[joined["network"]]
    ]
    unit_then = class_then[: own_ru.size].astype(int)
    risen = (own_ru > 0) & (unit_then <= KEY) & (unit_then < unit_now)
    unit_name = pd.Series("", index=every, dtype=object)
    unit_name[largest["candidate"]] = patches["patch_id"].to_numpy()[largest["patch"]]
    apart = apart.assign(class_then=class_then[own_ru.size :].astype(int))
    apart = apart[
        (apart["class_then"] <= KEY) & (apart["class_then"] < apart["class_now"])
    ]
    names = patches["patch_id"].to_numpy()
    flips = pd.concat(
        [
            _flips(
                made_viable["candidate"], "network", network_ids[made_viable["network"]]
            ),
            _flips(every[risen], np.array(CLASSES)[unit_then[risen]], unit_name[risen]),
            _flips(
                apart["candidate"],
                np.array(CLASSES)[apart["class_then"]],
                names[apart["patch"]],
            ),
        ]
    )
    return flips.sort_values(["candidate", "what", "name"], ignore_index=True)


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
    count = np.bincount(flips["candidate"].astype(int), minlength=n_candidates)
    return nl, en, count


def _members(links, network, own_ru):
    """Patches of all networks that each candidate joins, and which it merges with."""
    in_network = pd.DataFrame({"network": network, "patch": np.arange(network.size)})
    joined = links[["candidate", "network"]].drop_duplicates()
    members = joined.merge(in_network, on="network")
    merged = links.loc[links["merges"], ["candidate", "patch"]].drop_duplicates()
    members = members.merge(merged.assign(merges=True), how="left")
    members["merges"] = members["merges"].eq(True)
    return members.sort_values(["candidate", "patch"], ignore_index=True)


def _flips(candidate, what, name):
    frame = pd.DataFrame({"candidate": np.asarray(candidate, dtype=np.int64)})
    return frame.assign(what=what, name=np.asarray(name, dtype=object))
