"""Ranking of candidates: what they bring all groups together, in words and figures."""

import numpy as np
import pandas as pd

from robuust.figures import figure, figure_nl
from robuust.listing import listed
from robuust.tracks import TRACKS, needs_species_programme

RED_LIST = ("RE", "CR", "EN", "VU", "NT", "DD", "LC")  # the most threatened first
THREATENED = ("CR", "EN", "VU")
RECENT = ("viable", "phantom", "relict")  # statuses of a recent record


def served_species(candidate_links, populations, gains):
    """Species that could use each candidate: seen lately, within dispersal distance.

    Parameters
    ----------
    candidate_links : DataFrame
        group, candidate_id, other_id, kind, within_dispersal.
    populations : DataFrame
        group, patch_id, species, status, red_list.
    gains : DataFrame
        candidate_id, group, gain: only groups that gain count.

    Returns
    -------
    DataFrame, one row per candidate, species and patch
        candidate_id, species, status, red_list; the most threatened species first.
    """
    near = candidate_links[
        (candidate_links["kind"] == "patch") & candidate_links["within_dispersal"]
    ]
    gaining = gains.loc[gains["gain"] > 0, ["candidate_id", "group"]]
    recent = populations[populations["status"].isin(RECENT)]
    found = (
        near[["group", "candidate_id", "other_id"]]
        .merge(gaining, on=["candidate_id", "group"])
        .merge(
            recent[["group", "patch_id", "species", "status", "red_list"]],
            left_on=["group", "other_id"],
            right_on=["group", "patch_id"],
        )
    )
    order = {code: rank for rank, code in enumerate(RED_LIST)}
    threat = found["red_list"].map(order).fillna(len(RED_LIST)).astype(int)
    found = found.assign(threat=threat).sort_values(
        ["candidate_id", "threat", "species", "patch_id"], ignore_index=True
    )
    return found[["candidate_id", "species", "status", "red_list"]]


def rank_candidates(candidates, gains, served, groups, *, language):
    """Candidates by what they bring, the best first.

    Score = sum over the groups of weight x relative rise of ECA. A candidate that
    serves one species only, and that a relict, moves to the track `uitvoeren`.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, kind, code, area_ha, cost_eur, cost_is_default, track,
        reason_nl and reason_en (of the track), geometry.
    gains : DataFrame
        candidate_id, group, eca_before_ha, gain, n_flips, flips_nl, flips_en.
    served : DataFrame
        As `served_species` gives it.
    groups : DataFrame
        Indexed by group: weight, name_nl, name_en.
    language : str
        nl or en: of the column `flips`.

    Returns
    -------
    GeoDataFrame
        candidate_id, rank, kind, track, area_ha, cost_eur, score, gain_per_ha,
        gain_per_eur (missing where it costs nothing), flips, groups, n_groups,
        species, reason_nl, reason_en, geometry; ties are broken by id.
    """
    weight = gains["group"].map(groups["weight"]).astype(float)
    gains = gains.assign(part=weight * gains["gain"])
    # The largest gain first, so that sums and sentences have one order.
    gains = gains.sort_values(
        ["candidate_id", "part", "group"], ascending=[True, False, True]
    )
    by_candidate = dict(iter(gains.groupby("candidate_id")))
    species = dict(iter(served.groupby("candidate_id")))
    programme = needs_species_programme(served)
    rows = [
        _row(
            candidate,
            by_candidate.get(candidate.candidate_id, gains.iloc[:0]),
            species.get(candidate.candidate_id, served.iloc[:0]),
            bool(programme.get(candidate.candidate_id, False)),
            groups,
            language,
        )
        for candidate in candidates.itertuples()
    ]
    texts = ["track", "flips", "groups", "species", "reason_nl", "reason_en"]
    found = pd.DataFrame(rows, columns=[*texts, "score", "n_groups"])
    ranked = candidates[["candidate_id", "kind", "area_ha", "cost_eur", "geometry"]]
    ranked = ranked.reset_index(drop=True).assign(
        **{name: pd.array(found[name].tolist(), dtype="str") for name in texts},
        score=found["score"].astype(float),
        n_groups=found["n_groups"].astype("int64"),
    )
    cost = ranked["cost_eur"].where(ranked["cost_eur"] > 0)
    ranked = ranked.assign(
        gain_per_ha=ranked["score"] / ranked["area_ha"],
        gain_per_eur=ranked["score"] / cost,
        order=-ranked["score"],
    ).sort_values(["order", "candidate_id"], ignore_index=True)
    ranked["rank"] = np.arange(1, len(ranked) + 1)
    columns = ["candidate_id", "rank", "kind", "track", "area_ha", "cost_eur", "score"]
    columns += ["gain_per_ha", "gain_per_eur", "flips", "groups", "n_groups", "species"]
    return ranked[[*columns, "reason_nl", "reason_en", "geometry"]]


def _row(candidate, gains, served, programme, groups, language):
    """Track, texts, score and number of groups of one candidate."""
    gaining = gains[gains["gain"] > 0]
    species = served.drop_duplicates("species")
    flips = gains[gains["n_flips"] > 0]
    why_nl, why_en = candidate.reason_nl, candidate.reason_en
    if programme:
        name = species["species"].iloc[0]
        why_nl = f"uitvoeren: dient alleen een relict van {name} (soortenprogramma)"
        why_en = f"uitvoeren: serves only a relict of {name} (species programme)"
    nl = _sentence(candidate, gains, gaining, species, flips, groups["name_nl"], "nl")
    en = _sentence(candidate, gains, gaining, species, flips, groups["name_en"], "en")
    return (
        TRACKS[2] if programme else candidate.track,
        _flips(flips, flips["group"], language),
        "; ".join(sorted(gaining["group"])),
        "; ".join(species["species"]),
        f"{nl}; {why_nl}",
        f"{en}; {why_en}",
        float(gains["part"].sum()),
        len(gaining),
    )


def _sentence(candidate, gains, gaining, species, flips, names, language):
    """Say what a candidate is, brings and costs, in one language."""
    dutch = language == "nl"
    number = figure_nl if dutch else figure
    code, area = candidate.code, number(candidate.area_ha)
    parts = [f"{area} ha {'wordt' if dutch else 'becomes'} habitat {code}"]
    if len(gaining):
        rises = [
            f"+{number(100 * gain)} % {'voor' if dutch else 'for'} {names[group]}"
            for group, gain in zip(gaining["group"], gaining["gain"], strict=True)
        ]
        parts.append(f"ECA {listed(rises, language)}")
    absent = [names[g] for g in gains.loc[gains["eca_before_ha"] == 0, "group"]]
    if absent:
        who = listed(absent, language)
        parts.append(
            f"nieuw habitat zonder cijfer voor {who}, hier nog afwezig"
            if dutch
            else f"new habitat without a figure for {who}, absent here as yet"
        )
    if not len(gaining) and not absent:
        parts.append(
            "voegt voor geen groep habitat toe"
            if dutch
            else "adds habitat for no group"
        )
    if len(species):
        names_red = [
            f"{name} ({red_list})" if red_list in THREATENED else name
            for name, red_list in zip(
                species["species"], species["red_list"], strict=True
            )
        ]
        parts.append(f"{'voor' if dutch else 'for'} {listed(names_red, language)}")
    if len(flips):
        parts.append(_flips(flips, names.reindex(flips["group"]), language))
    price = f"{candidate.cost_eur:,.0f}"
    price = f"kost {price.replace(',', '.')} euro" if dutch else f"costs {price} euro"
    if candidate.cost_is_default:
        price += " (standaardprijs)" if dutch else " (default price)"
    return "; ".join([*parts, price])


def _flips(flips, names, language):
    """Say what is flipped, per group."""
    return "; ".join(
        f"{name}: {words}"
        for name, words in zip(names, flips[f"flips_{language}"], strict=True)
    )
