"""Ranking of candidates: what they bring all groups together, in words and figures."""

from collections import defaultdict

import pandas as pd

from robuust.priority_certainty import ranks_by
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
COLUMNS = [
    *("candidate_id", "rank", "kind", "action", "track", "area_ha", "cost_eur"),
    *("code", "owner", "ready_year", "plan", "plan_year", "nature_area", "manager"),
    *("score", "gain_per_ha", "gain_per_eur", "top_share", "rank_low", "rank_high"),
    *("gains_nl", "gains_en", "flips", "flips_nl", "flips_en", "n_flips", "relicts"),
    *("groups", "n_groups", "species", "n_species", "threatened", "n_threatened"),
    *("reason_nl", "reason_en", "geometry"),
]


def served_species(candidate_links, populations, gains):
    """Species that could use each candidate: seen lately, within dispersal distance.

    Parameters
    ----------
    candidate_links : DataFrame
        group, candidate_id, other_id, kind, within_dispersal.
    populations : DataFrame
        group, patch_id, species, status, red_list, and whatever else is asked.
    gains : DataFrame
        candidate_id, group, gain: only groups that gain count.

    Returns
    -------
    DataFrame, one row per candidate, species and patch
        group, candidate_id, the columns of populations, threat (0 for the most
        threatened); the most threatened first.
    """
    near = candidate_links[
        (candidate_links["kind"] == "patch") & candidate_links["within_dispersal"]
    ]
    gaining = gains.loc[gains["gain"] > 0, ["candidate_id", "group"]]
    recent = populations[populations["status"].isin(PRESENT)]
    found = (
        near[["group", "candidate_id", "other_id"]]
        .merge(gaining, on=["candidate_id", "group"])
        .rename(columns={"other_id": "patch_id"})
        .merge(recent, on=["group", "patch_id"])
    )
    return _threatened_first(found)


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
        candidate_id, kind, name, code, area_ha, cost_eur, cost_is_default, owner,
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
    weight = gains["group"].map(groups["weight"]).astype(float)
    gains = gains.assign(part=weight * gains["gain"])
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
    """Rows per candidate by how threatened the species is, then by name and patch."""
    order = {code: rank for rank, code in enumerate(RED_LIST)}
    threat = found["red_list"].map(order).fillna(len(RED_LIST)).astype(int)
    return found.assign(threat=threat).sort_values(
        ["candidate_id", "threat", "species", "patch_id"], ignore_index=True
    )


def _on_tracks(candidates, served):
    """Move candidates that are work for a species programme to its track."""
    programme = needs_species_programme(served)
    only = candidates["candidate_id"].isin(programme.index[programme.astype(bool)])
    of_one = served.drop_duplicates("candidate_id").set_index("candidate_id")
    species = candidates["candidate_id"].map(of_one["species"]).astype("str")
    nl = "uitvoeren: dient alleen een relict van " + species + " (soortenprogramma)"
    en = "uitvoeren: serves only a relict of " + species + " (species programme)"
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
        )
        for row in ranked.assign(name=ranked["name"].fillna("")).itertuples()
    ]
    return {
        f"gains_{language}": _text(gains_phrase(b.uses, language) for b in briefs),
        f"flips_{language}": _text(flips_phrase(b.uses) for b in briefs),
        f"reason_{language}": _text(priority_sentence(b, language) for b in briefs),
    }


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
