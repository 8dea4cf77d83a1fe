"""Gains and flips of all candidates for one group, as a table."""

import numpy as np
import pandas as pd

from robuust.candidate_actions import candidate_actions, joining_links
from robuust.connectivity import connectivity_totals
from robuust.restoration_gain import pcnum_rises, relative_eca_rise
from robuust.verdict_flips import flip_sentences, flip_table, verdict_flips


def gain_table(
    candidates,
    patches,
    links,
    new_links,
    norms,
    *,
    group,
    p_min,
    unit_ha,
    dispersal_max_m,
    threads=1,
):
    """Tabulate what each candidate, carried out alone, brings one group.

    Parameters
    ----------
    candidates : DataFrame
        candidate_id, added_effective_ha (0 for a mere connection), improved_share
        (`candidates.habitat_for`).
    patches : DataFrame
        patch_id, network_id, effective_ha, capacity_ru.
    links : DataFrame
        patch_id_a, patch_id_b, probability.
    new_links : DataFrame
        candidate_id, other_id, kind, cost_m, probability, merges, within_dispersal
        (`candidate_links.link_table`).
    norms : robuust.robustness.Norms
    group : str
    p_min : float
        Chances below it count as zero.
    unit_ha : float
        Effective habitat of one reproductive unit [ha].
    dispersal_max_m : float
        Gap up to which two patches belong to one network [m].
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    gains : DataFrame, one row per candidate, sorted by id
        candidate_id, group, action (`candidate_actions.candidate_actions`),
        added_effective_ha, eca_before_ha, eca_after_ha, gain (relative rise of ECA; 0
        for a group that is absent as yet), flips_nl, flips_en, n_flips.
    flips : DataFrame, one row per flip
        candidate_id, group, what, name (`verdict_flips.verdict_flips`).
    """
    candidates = candidates.sort_values("candidate_id", ignore_index=True)
    patches = patches.sort_values("patch_id", ignore_index=True)
    own_ha = candidates["added_effective_ha"].to_numpy(float)
    pcnum, rise, to_patch = _rises(
        candidates, patches, links, new_links, p_min=p_min, threads=threads
    )
    joining = joining_links(to_patch, own_ha, dispersal_max_m=dispersal_max_m)
    flips = verdict_flips(patches, joining, own_ha / unit_ha, norms)
    nl, en, n_flips = flip_sentences(flips, own_ha.size)
    actions = candidate_actions(own_ha, candidates["improved_share"], to_patch)
    table = {
        "candidate_id": candidates["candidate_id"],
        "group": group,
        "action": actions,
        "added_effective_ha": own_ha,
        "eca_before_ha": np.sqrt(pcnum),
        "eca_after_ha": np.sqrt(pcnum + rise),
        "gain": relative_eca_rise(pcnum, rise),
        "flips_nl": pd.Series(nl, dtype="str"),
        "flips_en": pd.Series(en, dtype="str"),
        "n_flips": n_flips,
    }
    texts = dict.fromkeys(["candidate_id", "group", "action"], "str")
    gains = pd.DataFrame(table).astype(texts)
    return gains, flip_table(flips, candidates["candidate_id"], group)


def numbered_links(candidates, patches, links, new_links):
    """Links by the position of their ends, as searches want them.

    Parameters
    ----------
    candidates, patches : DataFrame
        candidate_id and patch_id, in the order of their positions.
    links : DataFrame
        patch_id_a, patch_id_b.
    new_links : DataFrame
        candidate_id, other_id, kind (patch or candidate), and more.

    Returns
    -------
    a, b : ndarray of int64, shape (n_links,)
        Patches at the ends of the links of the network.
    to_patch : DataFrame
        The rows of `new_links` between these candidates and patches, with candidate
        and patch (positions) and patch_id.
    """
    patch = pd.Index(patches["patch_id"])
    candidate = pd.Index(candidates["candidate_id"])
    to_patch = new_links[
        (new_links["kind"] == "patch") & new_links["candidate_id"].isin(candidate)
    ]
    to_patch = to_patch.assign(
        candidate=candidate.get_indexer(to_patch["candidate_id"]),
        patch=patch.get_indexer(to_patch["other_id"]),
        patch_id=to_patch["other_id"],
    )
    a, b = (patch.get_indexer(links[f"patch_id_{side}"]) for side in "ab")
    return a, b, to_patch


def _rises(candidates, patches, links, new_links, *, p_min, threads):
    """PCnum now [ha2], what each candidate adds, and its links with patches."""
    *ends, to_patch = numbered_links(candidates, patches, links, new_links)
    old_links = *ends, links["probability"].to_numpy(float)
    capacity = patches["effective_ha"].to_numpy(float)
    how = {"p_min": p_min, "threads": threads}
    rise = pcnum_rises(
        capacity,
        old_links,
        *(to_patch[name] for name in ("candidate", "patch", "probability")),
        candidates["added_effective_ha"],
        **how,
    )
    return connectivity_totals(capacity, *old_links, **how).pcnum, rise, to_patch
