"""Reintroduction screening: seven questions, each yes, no or unknown."""

from functools import reduce

import numpy as np
import pandas as pd
import shapely

from robuust.figures import distance, distance_nl, figure, figure_nl
from robuust.population_sentences import (
    CLASS_WORDS_EN,
    CLASS_WORDS_NL,
    by_distinct,
)
from robuust.robustness import CLASSES, NETWORK

# The cell of the range maps of the Habitats Directive: nearer than one cell to a find
# is within the range.
RANGE_M = 10_000
THREATENED = ("RE", "CR", "EN", "VU")
UNJUDGED = ("", "DD", "NE", "NA")
PHRASES_NL = {
    "yes": "ja",
    "no": "nee",
    "unknown": "onbekend",
    "q1_range": "1 areaal: {answer}, {find}",
    "q2_needed": "2 nodig: {answer}, Rode Lijst {red_list}, bijlage {annexes}",
    "q3_habitat": "3 habitat: {answer}, {word}, {capacity} RE",
    "q4_causes": "4 oorzaken weg: {answer}, zelf in te vullen",
    "q5_isolated": "5 komt niet vanzelf: {answer}, {source}",
    "q6_seed_bank": "6 geen zaadbank: {answer}, zaad leeft {seed} jaar, {last}",
    "q7_monitoring": "7 opvolging: {answer}, zelf in te vullen",
    "none": "geen",
    "no find": "geen vondst bekend",
    "find": "dichtste vondst op {length}",
    "patch near": "bezette plek op {length}",
    "network near": "bezette plek in het netwerk",
    "none near": "geen bezette plek binnen {length}",
    "never": "hier nooit gezien",
    "last": "laatst gezien in {year}",
}
PHRASES_EN = {
    "yes": "yes",
    "no": "no",
    "unknown": "unknown",
    "q1_range": "1 range: {answer}, {find}",
    "q2_needed": "2 needed: {answer}, Red List {red_list}, annex {annexes}",
    "q3_habitat": "3 habitat: {answer}, {word}, {capacity} RU",
    "q4_causes": "4 causes removed: {answer}, for you to fill in",
    "q5_isolated": "5 cannot arrive by itself: {answer}, {source}",
    "q6_seed_bank": "6 no seed bank: {answer}, seed lives {seed} years, {last}",
    "q7_monitoring": "7 monitoring: {answer}, for you to fill in",
    "none": "none",
    "no find": "no find known",
    "find": "nearest find at {length}",
    "patch near": "occupied patch at {length}",
    "network near": "occupied patch in the network",
    "none near": "no occupied patch within {length}",
    "never": "never seen here",
    "last": "last seen in {year}",
}
QUESTIONS = (
    "q1_range",
    "q2_needed",
    "q3_habitat",
    "q4_causes",
    "q5_isolated",
    "q6_seed_bank",
    "q7_monitoring",
)


def screen_reintroduction(facts, patches, records, *, dispersal_max_m):
    """Answer the seven questions for every unreachable or lost patch of a species.

    1. Within the historic or present range: at most 10 km from a find of any date.
    2. Needed: RE, CR, EN or VU on the Red List, or on an annex.
    3. Habitat fits and is large enough: the patch is robust.
    4. Causes of loss known and removed: only the user can say.
    5. Cannot arrive by itself: no occupied patch in reach.
    6. No seed bank left: the seed lives shorter than the last find is ago.
    7. Monitoring arranged: only the user can say.

    An answer that the data do not give is "unknown", never "yes".

    Parameters
    ----------
    facts : DataFrame
        What `judge_populations` found, with red_list, annexes and seed_bank_years.
    patches : GeoDataFrame
        Patches of the group: patch_id, geometry.
    records : GeoDataFrame
        Records of the species: species, present, geometry; undated and blurred ones
        too, for they do show the range.
    dispersal_max_m : float
        Largest dispersal distance of the group [m].

    Returns
    -------
    DataFrame
        species, group, patch_id, status, q1_range to q7_monitoring, reason_nl and
        reason_en; sorted by species and patch_id.

    References
    ----------
    The questions follow Postma et al. (2018), FLORON.
    """
    asked = facts[facts["status"].isin(["unreachable", "lost"])]
    asked = asked.sort_values(["species", "patch_id"], ignore_index=True)
    patches = patches.sort_values("patch_id", ignore_index=True)
    seen = records[records["present"].to_numpy(dtype=bool)]
    nearest_m = nearest_find(asked, patches.geometry.to_numpy(), seen)
    red_list = asked["red_list"].fillna("")
    annexes = asked["annexes"].fillna("")
    seed_years = asked["seed_bank_years"].astype(float)
    never = asked["n_records"] == 0
    answers = {
        "q1_range": _answer(nearest_m <= RANGE_M, np.isnan(nearest_m)),
        "q2_needed": _answer(
            red_list.isin(THREATENED) | (annexes != ""), red_list.isin(UNJUDGED)
        ),
        "q3_habitat": _answer(asked["class_code"] <= NETWORK, False),
        "q4_causes": "unknown",
        "q5_isolated": _answer(~asked["within_reach"].to_numpy(dtype=bool), False),
        # Seed may lie where nobody ever saw the plant, unless no seed lives that long.
        "q6_seed_bank": _answer(
            (seed_years == 0) | (~never & seed_years.notna() & ~asked["in_seed_bank"]),
            seed_years.isna() | never,
        ),
        "q7_monitoring": "unknown",
    }
    screened = asked[["species", "group", "patch_id", "status"]].assign(**answers)
    values = screened[list(QUESTIONS)].assign(
        nearest_m=np.round(nearest_m, -2),
        red_list=red_list,
        annexes=annexes,
        class_code=asked["class_code"],
        capacity_ru=asked["capacity_ru"],
        occupied_m=asked["nearest_occupied_m"].round(),
        seed_bank_years=seed_years,
        last_year=asked["last_year"].astype("Int64"),
    )
    nl = _sentences(
        values, dispersal_max_m, PHRASES_NL, CLASS_WORDS_NL, figure_nl, distance_nl
    )
    en = _sentences(
        values, dispersal_max_m, PHRASES_EN, CLASS_WORDS_EN, figure, distance
    )
    return screened.assign(
        **{name: screened[name].astype("str") for name in QUESTIONS},
        reason_nl=pd.array(nl, dtype="str"),
        reason_en=pd.array(en, dtype="str"),
    )


def nearest_find(asked, polygons, seen):
    """Distance from each patch to the nearest find of the species.

    Parameters
    ----------
    asked : DataFrame
        species and patch (position in `polygons`).
    polygons : array_like of shapely polygons
        The patches.
    seen : GeoDataFrame
        Finds: species, geometry.

    Returns
    -------
    ndarray of float
        Distance [m], 0 inside the patch; missing for a species without finds.
    """
    nearest = np.full(len(asked), np.nan)
    finds = seen.groupby("species").indices
    points = seen.geometry.to_numpy()
    patch = asked["patch"].to_numpy(dtype=np.int64)
    for species, rows in asked.groupby("species").indices.items():
        if species not in finds:
            continue
        (row, _), gap_m = shapely.STRtree(points[finds[species]]).query_nearest(
            polygons[patch[rows]], return_distance=True, all_matches=False
        )
        nearest[rows[row]] = gap_m
    return nearest


def _answer(yes, unknown):
    """Yes where it is so, else unknown where the data do not say, else no."""
    return np.where(yes, "yes", np.where(unknown, "unknown", "no")).astype(object)


def _sentences(values, dispersal_max_m, phrases, class_words, number, length):
    """One sentence per row in one language: the answers, joined."""

    def find(row):
        if np.isnan(row.nearest_m):
            return {"find": phrases["no find"]}
        return {"find": phrases["find"].format(length=length(row.nearest_m))}

    def listing(row):
        none = phrases["none"]
        return {"red_list": row.red_list or none, "annexes": row.annexes or none}

    def habitat(row):
        word = class_words[CLASSES[row.class_code]]
        return {"word": word, "capacity": number(row.capacity_ru)}

    def source(row):
        if row.occupied_m >= 0:
            text = phrases["patch near"].format(length=length(row.occupied_m))
        elif row.q5_isolated == "yes":
            text = phrases["none near"].format(length=length(dispersal_max_m))
        else:
            text = phrases["network near"]
        return {"source": text}

    def seed(row):
        last = phrases["never"]
        if row.last_year is not pd.NA and not np.isnan(row.last_year):
            last = phrases["last"].format(year=int(row.last_year))
        return {"seed": number(row.seed_bank_years), "last": last}

    facts = {
        "q1_range": (["nearest_m"], find),
        "q2_needed": (["red_list", "annexes"], listing),
        "q3_habitat": (["class_code", "capacity_ru"], habitat),
        "q4_causes": ([], lambda row: {}),
        "q5_isolated": (["occupied_m"], source),
        "q6_seed_bank": (["seed_bank_years", "last_year"], seed),
        "q7_monitoring": ([], lambda row: {}),
    }
    answers = []
    # Question by question: few answers differ, though nearly all sentences do.
    for question, (columns, fill) in facts.items():

        def answer(row, question=question, fill=fill):
            word = phrases[getattr(row, question)]
            return phrases[question].format(answer=word, **fill(row))

        answers.append(by_distinct(values[[question, *columns]], answer))
    return reduce(lambda a, b: a + "; " + b, answers)
