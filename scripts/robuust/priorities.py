"""Ranking of candidates: what they bring all groups together, in words and figures."""

from collections import defaultdict

import numpy as np
import pandas as pd

from robuust.code_words import code_words
from robuust.corridor_candidates import CORRIDOR
from robuust.priority_certainty import ranks_by, score_parts
from robuust.priority_sentences import (
    Brief,
    Population,
    Use,
    flips_phrase,
    gains_phrase,
    priority_sentence,
)
from robuust.statuses import PRESENT
from robuust.tracks import TRACKS, needs_species_programme

RED_LIST = ("RE", "CR", "EN", "VU", "NT", "DD", "LC")  # the most threatened first
THREATENED = ("CR", "EN", "VU")
LANGUAGES = ("nl", "en")
SERVED = ["species", "name_nl", "status", "red_list"]  # of the populations served
COLUMNS = [
    *("candidate_id", "rank", "kind", "action", "track", "area_ha", "cost_eur"),
    *("code", "owner", "ready_year", "plan", "plan_year", "nature_area", "manager"),
    *("score", "gain_per_ha", "gain_per_eur", "top_share", "rank_low", "rank_high"),
    *("gains_nl", "gains_en", "flips", "flips_nl", "flips_en", "n_flips", "relicts"),
    *("groups", "n_groups", "species", "n_species", "threatened", "n_threatened"),
    *("reason_nl", "reason_en", "geometry"),
]


def near_patches(candidate_links, gains):
    """Patches within dispersal distance of each candidate that their group gains by.

    Parameters
    ----------
    candidate_links : DataFrame
        group, candidate_id, other_id, kind, within_dispersal.
    gains : DataFrame
        candidate_id, group, gain: only groups that gain count.

    Returns
    -------
    DataFrame
        group, candidate_id, patch_id.
    """
    near = candidate_links[
        (candidate_links["kind"] == "patch") & candidate_links["within_dispersal"]
    ]
    gaining = gains.loc[gains["gain"] > 0, ["candidate_id", "group"]]
    near = near[["group", "candidate_id", "other_id"]]
    near = near.merge(gaining, on=["candidate_id", "group"])
    return near.rename(columns={"other_id": "patch_id"})


def served_species(near, populations):
    """Species that could use each candidate: seen lately, within dispersal distance.

    Parameters
    ----------
    near : DataFrame
        As `near_patches` gives it.
    populations : DataFrame
        group, patch_id, species, status, red_list, and perhaps name_nl.

    Returns
    -------
    DataFrame, one row per candidate, species and status
        candidate_id, group, species, status, red_list, name_nl (if given), threat (0
        for the most threatened); the most threatened first.

    Notes
    -----
    A candidate has many patches near and a patch many species, mostly the same. Which
    candidates serve which species is a product of two sparse tables, group by group, so
    a row for each candidate, patch and species is never made.
    """
    from scipy import sparse  # slow to import

    recent = populations[populations["status"].isin(PRESENT)]
    recent = recent.filter(["patch_id", "group", *SERVED])
    kinds = recent.drop(columns="patch_id").drop_duplicates(ignore_index=True)
    columns = list(kinds)
    recent = recent.merge(kinds.assign(number=kinds.index), on=columns)
    parts = [kinds.head(0).assign(candidate_id=near["candidate_id"].head(0))]
    for group, own in near.groupby("group"):
        there = recent[recent["group"] == group]
        candidate, ids = pd.factorize(own["candidate_id"])
        patch, patches = pd.factorize(own["patch_id"])
        place = patches.get_indexer(there["patch_id"])
        there, place = there[place >= 0], place[place >= 0]
        shapes = (len(ids), len(patches)), (len(patches), len(kinds))
        ends = (candidate, patch), (place, there["number"].to_numpy())
        is_near, lives = (
            sparse.csr_array((np.ones(len(at[0]), dtype=bool), at), shape=shape)
            for at, shape in zip(ends, shapes, strict=True)
        )
        serves = (is_near @ lives).tocoo()
        found = kinds.iloc[serves.col].assign(candidate_id=ids[serves.row])
        parts.append(found)
    return _threatened_first(pd.concat(parts, ignore_index=True))


def saved_relicts(flips, populations, *, own_norms=()):
    """Relict populations whose patch comes to lie in a viable network.

    Parameters
    ----------
    flips : DataFrame
        candidate_id, group, what, name; rows with what ``viable_patch`` count, whose
        name is a patch.
    populations : DataFrame
        group, patch_id, species, name_nl, status, red_list.
    own_norms : collection of str
        Species that need more or less than their group. Flips are judged by the norms
        of the group, so nothing is promised for these.

    Returns
    -------
    DataFrame, one row per candidate, species and patch
        candidate_id, species, name_nl, patch_id, red_list; the most threatened first.
    """
    relicts = populations[
        (populations["status"] == "relict") & ~populations["species"].isin(own_norms)
    ]
    viable = flips.loc[
        flips["what"] == "viable_patch", ["candidate_id", "group", "name"]
    ]
    found = viable.rename(columns={"name": "patch_id"}).merge(
        relicts, on=["group", "patch_id"]
    )
    found = _threatened_first(found.drop_duplicates())
    return found[["candidate_id", "species", "name_nl", "patch_id", "red_list"]]


def rank_candidates(
    candidates, gains, served, relicts, certainty, *, groups, habitats, language
):
    """Candidates by what they bring, the best first.

    Score = sum over the groups of weight x relative rise of ECA. A candidate that
    serves one species only, and that a relict, moves to the track `uitvoeren`.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, kind, name, crossing and barrier (of a crossing: ecoduct or
        tunnel, and what it opens), code, area_ha, cost_eur, cost_is_default, owner,
        ready_year, track, reason_nl and reason_en (of the track), geometry.
    gains : DataFrame
        candidate_id, group, action, eca_before_ha, gain, n_flips, flips_nl, flips_en.
    served : DataFrame
        As `served_species` gives it.
    relicts : DataFrame
        As `saved_relicts` gives it.
    certainty : DataFrame
        As `priority_certainty.rank_certainty` gives it.
    groups : DataFrame
        Indexed by group: weight, name_nl, name_en.
    habitats : DataFrame
        Indexed by habitat code: name_nl, name_en; codes may be missing.
    language : str
        nl or en: of the column `flips`.

    Returns
    -------
    GeoDataFrame
        `COLUMNS`: gain_per_ha and gain_per_eur are missing where there is no land or
        no cost; `action` is that for the group with the largest part of the score.
        Ties are broken by id.
    """
    gains = gains.assign(part=score_parts(gains, groups["weight"]))
    # The largest gain first, so that sums and sentences have one order.
    gains = gains.sort_values(
        ["candidate_id", "part", "group"], ascending=[True, False, True]
    )
    gaining = gains[gains["gain"] > 0].sort_values(["candidate_id", "group"])
    main = gains.drop_duplicates("candidate_id").set_index("candidate_id")
    sums = gains.groupby("candidate_id")[["part", "n_flips"]].sum()
    ranked = candidates.merge(certainty, on="candidate_id", validate="one_to_one")
    ranked = _on_tracks(ranked, served)
    by_id = ranked["candidate_id"]
    ranked = ranked.assign(
        action=_text(main["action"].reindex(by_id, fill_value="")),
        score=sums["part"].reindex(by_id, fill_value=0.0).to_numpy(float),
        n_flips=sums["n_flips"].reindex(by_id, fill_value=0).to_numpy("int64"),
        groups=_joined(by_id, gaining, gaining["group"]),
        n_groups=_counted(by_id, gaining),
        **_species_columns(by_id, served, relicts),
    )
    for name in LANGUAGES:
        told = _texts(ranked, gains, served, relicts, groups, habitats, name)
        ranked = ranked.assign(**told)
    has_land, costs = ranked["area_ha"] > 0, ranked["cost_eur"] > 0
    ranked = ranked.assign(
        flips=ranked[f"flips_{language}"],
        gain_per_ha=ranked["score"] / ranked["area_ha"].where(has_land),
        gain_per_eur=ranked["score"] / ranked["cost_eur"].where(costs),
        rank=ranks_by(ranked["score"], by_id),
    )
    return ranked.sort_values("rank", ignore_index=True)[COLUMNS]


def _threatened_first(found):
    """Rows per candidate by how threatened the species is, then by name."""
    order = {code: rank for rank, code in enumerate(RED_LIST)}
    threat = found["red_list"].map(order).fillna(len(RED_LIST)).astype(int)
    last = "patch_id" if "patch_id" in found else "status"
    return found.assign(threat=threat).sort_values(
        ["candidate_id", "threat", "species", last], ignore_index=True
    )


def _on_tracks(candidates, served):
    """Move candidates that are work for a species programme to its track."""
    programme = needs_species_programme(served)
    only = candidates["candidate_id"].isin(programme.index[programme.astype(bool)])
    of_one = served.drop_duplicates("candidate_id").set_index("candidate_id")
    species = candidates["candidate_id"].map(of_one["species"]).astype("str")
    nl = "uitvoeren: dient alleen een relict van " + species + " (soortenprogramma)"
    en = "species programme: serves only a relict of " + species
    return candidates.assign(
        track=candidates["track"].mask(only, TRACKS[2]),
        reason_nl=candidates["reason_nl"].mask(only, nl),
        reason_en=candidates["reason_en"].mask(only, en),
    )


def _species_columns(by_id, served, relicts):
    """Name and count the species of each candidate."""
    species = served.drop_duplicates(["candidate_id", "species"])
    threatened = species[species["red_list"].isin(THREATENED)]
    named = threatened["species"] + " (" + threatened["red_list"] + ")"
    where = relicts["species"] + ": " + relicts["patch_id"]
    return {
        "species": _joined(by_id, species, species["species"]),
        "n_species": _counted(by_id, species),
        "threatened": _joined(by_id, threatened, named),
        "n_threatened": _counted(by_id, threatened),
        "relicts": _joined(by_id, relicts, where),
    }


def _texts(ranked, gains, served, relicts, groups, habitats, language):
    """Gains, flips and the sentence of every candidate, in one language."""
    uses = _by_candidate(
        gains.assign(
            name=gains["group"].map(groups[f"name_{language}"]),
            is_absent=gains["eca_before_ha"] == 0,
            flips=gains[f"flips_{language}"],
        ),
        Use,
    )
    species = served.drop_duplicates(["candidate_id", "species"]).assign(patch_id="")
    species = _by_candidate(_only_threat(species), Population)
    relicts = _by_candidate(_only_threat(relicts), Population)
    names = (habitats[f"name_{language}"] + " (" + habitats.index + ")").to_dict()
    briefs = [
        Brief(
            area_ha=row.area_ha,
            habitat=names.get(row.code, row.code),
            name=row.name,
            uses=uses[row.candidate_id],
            species=species[row.candidate_id],
            relicts=relicts[row.candidate_id],
            cost_eur=row.cost_eur,
            cost_is_default=row.cost_is_default,
            top_share=row.top_share,
            rank_low=row.rank_low,
            rank_high=row.rank_high,
            track=getattr(row, f"reason_{language}"),
            is_corridor=row.kind == CORRIDOR,
        )
        for row in ranked.assign(name=_names(ranked, language)).itertuples()
    ]
    return {
        f"gains_{language}": _text(gains_phrase(b.uses, language) for b in briefs),
        f"flips_{language}": _text(flips_phrase(b.uses) for b in briefs),
        f"reason_{language}": _text(priority_sentence(b, language) for b in briefs),
    }


def _names(ranked, language):
    """Names as sentences say them; that of a crossing says its kind and its barrier."""
    kind, barrier = (
        ranked[column].map(code_words("restoration", column, language))
        for column in ("crossing", "barrier")
    )
    kind, barrier = kind.fillna(ranked["crossing"]), barrier.fillna(ranked["barrier"])
    said = kind.astype(object) + " (" + barrier.astype(object) + ")"
    said = said.where(ranked["kind"] == "crossing")
    return said.fillna(ranked["name"]).fillna("")


def _only_threat(populations):
    """Keep the Red List category only where it is a threat."""
    threat = populations["red_list"].where(populations["red_list"].isin(THREATENED), "")
    return populations.assign(
        red_list=threat, name_nl=populations["name_nl"].fillna("")
    )


def _by_candidate(table, kind):
    """Rows of a table as tuples of one kind, listed per candidate."""
    found = defaultdict(list)
    columns = (table[name] for name in kind._fields)
    for candidate_id, *values in zip(table["candidate_id"], *columns, strict=True):
        found[candidate_id].append(kind(*values))
    return found


def _joined(by_id, table, texts):
    """Texts of a table per candidate, in their order; blank for none."""
    joined = texts.groupby(table["candidate_id"]).agg("; ".join)
    return _text(joined.reindex(by_id, fill_value=""))


def _counted(by_id, table):
    """Count the rows of a table per candidate."""
    number = table["candidate_id"].value_counts()
    return number.reindex(by_id, fill_value=0).to_numpy("int64")


def _text(values):
    return pd.array(list(values), dtype="str")
