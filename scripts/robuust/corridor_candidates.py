"""Corridors as candidates for restoration: the land to lay out, and whom it links."""

import numpy as np
import pandas as pd

from robuust.corridor_sentences import OVER_LAND

CORRIDOR = "corridor"  # kind of candidate
LEAST_HA = 1e-6  # less land to lay out is rounding of an overlay
_TEXTS = ("group", "candidate_id", "other_id", "kind")
_LINK_TYPES = dict.fromkeys(_TEXTS, "str") | {
    **dict.fromkeys(["distance_m", "cost_m", "probability"], float),
    **dict.fromkeys(["merges", "within_dispersal"], bool),
}


def corridor_candidates(corridors, land_to_make):
    """Corridors that can be laid out, as candidates.

    Parameters
    ----------
    corridors : DataFrame
        corridor_id, way, robust_area_a, robust_area_b, new_habitat_ha, cost_eur, as
        `corridor_tables.corridor_table` gives it.
    land_to_make : dict of str to shapely geometry
        By corridor_id: land in it that is not yet habitat of all that use it there.

    Returns
    -------
    DataFrame, sorted by id
        candidate_id, kind, name, share (0: nobody is promised habitat there), cost_eur,
        geometry. A corridor for who moves straight is where stepping stones help, no
        strip to lay out; and where all land of a strip is habitat nothing is to do.
    """
    can_be = (corridors["way"] == OVER_LAND) & (corridors["new_habitat_ha"] > LEAST_HA)
    found = corridors[can_be].sort_values("corridor_id", ignore_index=True)
    shapes = np.empty(len(found), dtype=object)
    shapes[:] = [land_to_make[name] for name in found["corridor_id"]]
    texts = {
        "candidate_id": found["corridor_id"],
        "kind": CORRIDOR,
        "name": found["robust_area_a"] + " - " + found["robust_area_b"],
    }
    return (
        pd.DataFrame(texts)
        .astype(dict.fromkeys(texts, "str"))
        .assign(share=0.0, cost_eur=found["cost_eur"].astype(float), geometry=shapes)
    )


def corridor_links(uses, corridor_ids, candidate_ids):
    """Links that corridors would make, as those of other candidates.

    A corridor is a node without habitat halfway between the two patches at its ends,
    so that both links together are as long as the corridor and as sure.

    Parameters
    ----------
    uses : DataFrame, one row per corridor and group that gains by it
        group, patch_a, patch_b (ids of the patches at both ends), length_m, chance (to
        walk through once it is laid out).
    corridor_ids : array_like of str, shape (n_uses,)
        Corridor of each use.
    candidate_ids : collection of str
        Corridors that are candidates; others have no links.

    Returns
    -------
    DataFrame
        group, candidate_id, other_id, kind (patch), distance_m, cost_m, probability,
        merges, within_dispersal, sorted: the columns of `candidate_links.link_table`.

    Examples
    --------
    >>> use = {"group": "toads", "patch_a": "p1", "patch_b": "p2", "length_m": 500.0,
    ...        "chance": 0.25}
    >>> links = corridor_links(pd.DataFrame([use]), ["r1-r2-land"], {"r1-r2-land"})
    >>> links[["other_id", "cost_m", "probability"]].to_numpy().tolist()
    [['p1', 250.0, 0.5], ['p2', 250.0, 0.5]]
    """
    uses = uses.assign(candidate_id=np.asarray(corridor_ids, dtype=object))
    uses = uses[uses["candidate_id"].isin(list(candidate_ids))]
    half_m, root = uses["length_m"].astype(float) / 2, uses["chance"].astype(float)
    halves = uses[["group", "candidate_id"]].assign(
        kind="patch",
        distance_m=half_m,
        cost_m=half_m,
        probability=np.sqrt(root),
        merges=False,
        within_dispersal=True,
    )
    links = pd.concat(
        [halves.assign(other_id=uses[f"patch_{end}"]) for end in "ab"],
        ignore_index=True,
    )
    links = links.sort_values(["group", "candidate_id", "other_id"], ignore_index=True)
    return links[list(_LINK_TYPES)].astype(_LINK_TYPES)


def with_corridors(useful, links, of_corridors):
    """Candidates of use to one group and their links, those of corridors added.

    Parameters
    ----------
    useful : DataFrame
        candidate_id, added_effective_ha, improved_share.
    links : DataFrame
        As `candidate_links.link_table` gives it.
    of_corridors : DataFrame
        As `corridor_links` gives it: those of this group.

    Returns
    -------
    useful : DataFrame
        The three columns, sorted by id. A corridor adds no habitat.
    links : DataFrame
        Sorted by kind and ids.
    """
    useful = pd.DataFrame(useful)[
        ["candidate_id", "added_effective_ha", "improved_share"]
    ]
    if of_corridors.empty:
        return useful, links
    ids = pd.Series(of_corridors["candidate_id"].unique(), dtype="str")
    nothing = {"added_effective_ha": 0.0, "improved_share": 0.0}
    own = pd.DataFrame({"candidate_id": ids}).assign(**nothing)
    useful = pd.concat([useful, own], ignore_index=True)
    links = pd.concat([links, of_corridors[list(links)]], ignore_index=True)
    order = ["kind", "candidate_id", "other_id"]
    return (
        useful.sort_values("candidate_id", ignore_index=True),
        links.sort_values(order, ignore_index=True),
    )
