"""What to do per track: with which plan, manager or species, where, and for whom."""

import pandas as pd

from robuust.code_words import code_words
from robuust.figures import euros, figure, figure_nl
from robuust.listing import listed
from robuust.priorities import served_species
from robuust.report_units import first_ids
from robuust.statuses import AT_RISK
from robuust.track_land import UNIT
from robuust.tracks import TRACKS

PARTNER = ["plan", "plan_year", "nature_area", "manager"]
#: Columns of the tables, also of empty ones.
MEASURE_COLUMNS = [
    *UNIT,
    *("track", *PARTNER, "order", "code", "code_nl", "code_en", "crossing"),
    *("n_candidates", "area_ha", "cost_eur", "n_groups", "groups", "candidates"),
    *("reason_nl", "reason_en"),
]
PHRASES_NL = {
    "meekoppelen": "koppel mee met plan {plan}{year}",
    "verbreden": "verbreed natuurgebied {area} ({manager})",
    "uitvoeren": "soortenprogramma",
    "nobody": "beheerder onbekend",
    "become": "{area} ha wordt habitat {habitat}",
    "steer": "stuur {area} ha naar habitat {habitat}",
    "cross": "maak barrières oversteekbaar, {crossing} op {n} plek(ken)",
    "corridor": "richt {n} corridor(s) in, {area} ha tussen robuuste gebieden",
    "helps": "helpt {groups}",
    "helps none": "helpt geen groep",
}
PHRASES_EN = {
    "meekoppelen": "ride along with plan {plan}{year}",
    "verbreden": "broaden nature area {area} ({manager})",
    "uitvoeren": "species programme",
    "nobody": "manager not known",
    "become": "{area} ha becomes habitat {habitat}",
    "steer": "steer {area} ha to habitat {habitat}",
    "cross": "open barriers, {crossing} at {n} place(s)",
    "corridor": "lay out {n} corridor(s), {area} ha between robust areas",
    "helps": "helps {groups}",
    "helps none": "helps no group",
}
PROGRAMME_COLUMNS = [
    *UNIT,
    *("species", "name_nl", "group", "red_list", "status", "needs_help", "n_patches"),
    *("patches", "n_candidates", "area_ha", "cost_eur", "candidates"),
]


def unit_measures(land, candidates, gains, *, group_names, code_names):
    """Sum the candidates of each unit by track, partner and habitat type.

    The partner is the plan to ride on (`meekoppelen`) or the nature area with its
    manager (`verbreden`); a species programme (`uitvoeren`) has none.

    Parameters
    ----------
    land : DataFrame
        As `robuust.track_land.unit_land` gives it.
    candidates : DataFrame
        candidate_id, plan, plan_year, nature_area, manager, score, and code (habitat
        type that it may become) or crossing (ecoduct, tunnel); of a corridor neither.
    gains : DataFrame
        candidate_id, group, gain (relative rise of ECA), part (weight x gain).
    group_names, code_names : DataFrame
        name_nl and name_en, indexed by group and by habitat code.

    Returns
    -------
    DataFrame, one row per unit, track, partner, and habitat type or kind of crossing
        The columns of `MEASURE_COLUMNS`. `order` 1 is, of the rows of one partner, the
        habitat type that helps most groups; then the highest score, then the most
        hectares. Groups stand by what they gain. The hectares of a unit and track add
        up to those of `robuust.report_units.unit_priorities`.
    """
    columns = ["candidate_id", *PARTNER, "code", "crossing", "score"]
    rows = land.merge(candidates[columns], on="candidate_id", validate="m:1")
    for track, names in zip(TRACKS, (PARTNER[:2], PARTNER[2:]), strict=False):
        for name in names:
            rows[name] = rows[name].where(rows["track"] == track)
    keys = [*UNIT, "track", *PARTNER, "code", "crossing"]
    rows["measure"] = rows.groupby(keys, dropna=False, sort=True).ngroup()
    rows = rows.sort_values(["measure", "rank"], ignore_index=True)
    found = rows.groupby("measure").agg(
        **{name: (name, "first") for name in keys},
        n_candidates=("candidate_id", "size"),
        area_ha=("area_ha", "sum"),
        cost_eur=("cost_eur", "sum"),
        score=("score", "sum"),
        candidates=("candidate_id", first_ids),
    )
    helped = groups_helped(rows[["measure", "candidate_id"]], gains)
    by_measure = helped.groupby("measure")["group"]
    found["n_groups"] = by_measure.size().reindex(found.index, fill_value=0)
    found["groups"] = by_measure.agg("; ".join).reindex(found.index, fill_value="")
    for language in ("nl", "en"):
        names = code_names[f"name_{language}"]
        found[f"code_{language}"] = found["code"].map(names).fillna(found["code"])
    found = _in_order(found)
    for language in ("nl", "en"):
        names = group_names[f"name_{language}"]
        found[f"reason_{language}"] = pd.array(
            [_measure_sentence(row, names, language) for row in found.itertuples()],
            dtype="str",
        )
    return found[MEASURE_COLUMNS]


def _in_order(found):
    """Give the measures of each partner their order: first what helps most groups."""
    best_first = found.assign(
        **{name: -found[name] for name in ("n_groups", "score", "area_ha")}
    ).sort_values(["n_groups", "score", "area_ha", "code", "crossing"])
    partner = [*UNIT, "track", *PARTNER]
    order = best_first.groupby(partner, dropna=False).cumcount() + 1
    return found.assign(order=order).sort_values([*partner, "order"], ignore_index=True)


def groups_helped(rows, gains):
    """Find the groups that gain by the candidates of each measure.

    Parameters
    ----------
    rows : DataFrame
        measure (any key) and candidate_id.
    gains : DataFrame
        candidate_id, group, gain, part (weight x gain).

    Returns
    -------
    DataFrame
        measure, group, part (sum over the candidates); the largest part first.
    """
    gaining = gains.loc[gains["gain"] > 0, ["candidate_id", "group", "part"]]
    parts = rows.merge(gaining, on="candidate_id")
    helped = parts.groupby(["measure", "group"], as_index=False)["part"].sum()
    order = helped.assign(part=-helped["part"]).sort_values(
        ["measure", "part", "group"]
    )
    return helped.loc[order.index].reset_index(drop=True)


def unit_programmes(land, near, populations, species_names):
    """Species that the candidates of the track `uitvoeren` are for, in each unit.

    Parameters
    ----------
    land : DataFrame
        As `robuust.track_land.unit_land` gives it.
    near : DataFrame
        As `robuust.priorities.near_patches` gives it.
    populations : DataFrame
        As for `robuust.priorities.served_species`.
    species_names : Series of str
        Dutch name by species.

    Returns
    -------
    DataFrame, one row per unit, species and status
        The columns of `PROGRAMME_COLUMNS`. `needs_help`: relict or phantom. Hectares
        of different species may be the same hectares. Those that need help come
        first, then the most threatened.
    """
    keys = [*UNIT, "species", "group", "status"]
    own = land[land["track"] == TRACKS[2]]
    near = near[near["candidate_id"].isin(own["candidate_id"])]
    rows = own.merge(served_species(near, populations), on="candidate_id")
    rows = rows.sort_values([*keys, "rank"], ignore_index=True)
    found = rows.groupby(keys).agg(
        red_list=("red_list", "first"),
        threat=("threat", "min"),
        candidates=("candidate_id", _first_once),
        n_candidates=("candidate_id", "nunique"),
    )
    # Per unit each patch once: by the best ranked candidate near it.
    places = own[[*UNIT, "candidate_id", "rank"]].merge(near, on="candidate_id")
    places = places.groupby([*UNIT, "group", "patch_id"], as_index=False)["rank"].min()
    homes = populations[["group", "patch_id", "species", "status"]]
    homes = places.merge(homes, on=["group", "patch_id"])
    homes = homes.sort_values([*keys, "rank", "patch_id"]).groupby(keys)["patch_id"]
    patches = homes.agg(n_patches="nunique", patches=_first_once)
    once = rows.drop_duplicates([*keys, "candidate_id"])
    sums = once.groupby(keys)[["area_ha", "cost_eur"]].sum()
    found = found.join(patches).join(sums).reset_index()
    found["needs_help"] = found["status"].isin(AT_RISK)
    found["name_nl"] = found["species"].map(species_names)
    order = found.assign(later=~found["needs_help"]).sort_values(
        ["level", "unit_id", "later", "threat", "species", "status"]
    )
    return found.loc[order.index, PROGRAMME_COLUMNS].reset_index(drop=True)


def _first_once(ids):
    """First five different ids, joined by semicolons."""
    return first_ids(ids.drop_duplicates())


def _measure_sentence(row, group_names, language):
    """Say what to do with whom, for which groups, and what it costs."""
    dutch = language == "nl"
    phrases = PHRASES_NL if dutch else PHRASES_EN
    area = (figure_nl if dutch else figure)(row.area_ha)
    if pd.isna(row.code) and pd.isna(row.crossing):
        what = phrases["corridor"].format(n=row.n_candidates, area=area)
    elif pd.isna(row.code):
        words = code_words("unit_measures", "crossing", language)
        kind = words.get(row.crossing, row.crossing)
        what = phrases["cross"].format(n=row.n_candidates, crossing=kind)
    else:
        name = row.code_nl if dutch else row.code_en
        habitat = row.code if name == row.code else f"{row.code} ({name})"
        verb = "steer" if row.track == TRACKS[1] else "become"
        what = phrases[verb].format(area=area, habitat=habitat)
    who = phrases[row.track].format(
        plan=row.plan,
        year="" if pd.isna(row.plan_year) else f" ({row.plan_year})",
        area=row.nature_area,
        manager=phrases["nobody"] if pd.isna(row.manager) else row.manager,
    )
    groups = [group_names.get(group, group) for group in row.groups.split("; ")]
    whom = phrases["helps"].format(groups=listed(groups, language))
    if not row.groups:
        whom = phrases["helps none"]
    return f"{who}: {what}; {whom}; {_cost(row.cost_eur, language)}"


def _cost(cost_eur, language):
    """Say what it costs."""
    verb, unit = ("kost", "euro") if language == "nl" else ("costs", "euros")
    return f"{verb} {euros(cost_eur, language)} {unit}"
