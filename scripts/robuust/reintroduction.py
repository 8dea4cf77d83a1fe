"""Reintroduction screening: seven questions, each yes, no or unknown."""

from functools import reduce

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array

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
# Half the diagonal of that cell, rounded up: a find known to its cell is on the map.
RANGE_UNCERTAINTY_M = 7072
THREATENED = ("RE", "CR", "EN", "VU")
UNJUDGED = ("", "DD", "NE", "NA")
PHRASES_NL = {
    "yes": "ja",
    "no": "nee",
    "unknown": "onbekend",
    "q1_range": "1 areaal: {answer}, {find}",
    "q2_needed": "2 nodig: {answer}, Rode Lijst {red_list}, bijlage {annexes}",
    "q3_habitat": "3 habitat: {answer}, {word}, {capacity} RE",
    "q4_causes": "4 oorzaken weg: {answer}, {source}",
    "q5_isolated": "5 komt niet vanzelf: {answer}, {source}",
    "q6_seed_bank": "6 geen zaadbank: {answer}, zaad leeft {seed} jaar, {last}",
    "q7_monitoring": "7 opvolging: {answer}, {source}",
    "for you": "zelf in te vullen",
    "not validated": "antwoord {given} nog niet gevalideerd: {evidence}",
    "none": "geen",
    "no find": "geen vondst bekend",
    "find": "dichtste vondst op {length}",
    "vague find": "vondsten in de buurt zijn te vaag",
    "patch near": "bezette plek op {length}",
    "network near": "bezette plek in het netwerk",
    "none near": "geen bezette plek binnen {length}",
    "unsearched": "geen bezette plek bekend, {n} van {total} plekken binnen {length} "
    "niet onderzocht",
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
    "q4_causes": "4 causes removed: {answer}, {source}",
    "q5_isolated": "5 cannot arrive by itself: {answer}, {source}",
    "q6_seed_bank": "6 no seed bank: {answer}, seed lives {seed} years, {last}",
    "q7_monitoring": "7 monitoring: {answer}, {source}",
    "for you": "for you to fill in",
    "not validated": "answer {given} not validated yet: {evidence}",
    "none": "none",
    "no find": "no find known",
    "find": "nearest find at {length}",
    "vague find": "finds in reach are too vague",
    "patch near": "occupied patch at {length}",
    "network near": "occupied patch in the network",
    "none near": "no occupied patch within {length}",
    "unsearched": "no occupied patch known, {n} of {total} patches within {length} "
    "not searched",
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
USER_QUESTIONS = ("q4_causes", "q7_monitoring")


def screen_reintroduction(facts, patches, links, records, answers, *, dispersal_max_m):
    """Answer the seven questions for every unreachable or lost patch of a species.

    1. Within the historic or present range: at most 10 km from a find of any date
       that is known to a cell of 10 km or better.
    2. Needed: RE, CR, EN or VU on the Red List, or on an annex.
    3. Habitat fits and is large enough: the patch is robust.
    4. Causes of loss known and removed: only the user can say.
    5. Cannot arrive by itself: no occupied patch in reach, and none there where nobody
       searched.
    6. No seed bank left: the seed lives shorter than the last find is ago.
    7. Monitoring arranged: only the user can say.

    An answer that the data do not give is "unknown", never "yes"; so is one of the
    user that nobody validated.

    Parameters
    ----------
    facts : DataFrame
        What `judge_populations` found, every species at every patch, with red_list,
        annexes and seed_bank_years.
    patches : GeoDataFrame
        Patches of the group: patch_id, geometry.
    links : DataFrame
        patch_id_a, patch_id_b, within_dispersal.
    records : GeoDataFrame
        Records of the species: species, present, generalised, uncertainty_m (missing:
        exact, unless generalised), geometry; undated and blurred ones too, for they do
        show the range.
    answers : DataFrame of str
        What the user says: species, patch_id (``*``: every patch without an answer of
        its own), question (one of `USER_QUESTIONS`), answer, evidence, validated (yes
        or no).
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
    chosen = facts["status"].isin(["unreachable", "lost"]).to_numpy(dtype=bool)
    asked = facts[chosen].assign(cell=np.flatnonzero(chosen))
    asked = asked.sort_values(["species", "patch_id"], ignore_index=True)
    patches = patches.sort_values("patch_id", ignore_index=True)
    seen = records[records["present"].to_numpy(dtype=bool)]
    nearest_m, vague = _range(asked, patches.geometry.to_numpy(), seen)
    n_reach, n_unsearched = _in_reach(asked, facts, patches["patch_id"], links)
    given = {name: _given(asked, answers, name) for name in USER_QUESTIONS}
    red_list = asked["red_list"].fillna("")
    annexes = asked["annexes"].fillna("")
    seed_years = asked["seed_bank_years"].astype(float)
    never = asked["n_records"] == 0
    found = {
        "q1_range": _answer(nearest_m <= RANGE_M, vague | np.isnan(nearest_m)),
        "q2_needed": _answer(
            red_list.isin(THREATENED) | (annexes != ""), red_list.isin(UNJUDGED)
        ),
        "q3_habitat": _answer(asked["class_code"] <= NETWORK, False),
        "q4_causes": given["q4_causes"]["counts"],
        "q5_isolated": _answer(
            ~asked["within_reach"] & (n_unsearched == 0), ~asked["within_reach"]
        ),
        # Seed may lie where nobody ever saw the plant, unless no seed lives that long.
        "q6_seed_bank": _answer(
            (seed_years == 0) | (~never & seed_years.notna() & ~asked["in_seed_bank"]),
            seed_years.isna() | never,
        ),
        "q7_monitoring": given["q7_monitoring"]["counts"],
    }
    screened = asked[["species", "group", "patch_id", "status"]].assign(**found)
    values = screened[list(QUESTIONS)].assign(
        nearest_m=np.round(nearest_m, -2),
        vague=vague,
        red_list=red_list,
        annexes=annexes,
        class_code=asked["class_code"],
        capacity_ru=asked["capacity_ru"],
        occupied_m=asked["nearest_occupied_m"].round(),
        n_reach=n_reach,
        n_unsearched=n_unsearched,
        seed_bank_years=seed_years,
        last_year=asked["last_year"].astype("Int64"),
        **{f"{name}_given": given[name]["answer"] for name in USER_QUESTIONS},
        **{f"{name}_evidence": given[name]["evidence"] for name in USER_QUESTIONS},
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


def answers_without_question(answers, screened, species):
    """Find answers of the user on patches where nobody asks the questions.

    Parameters
    ----------
    answers : DataFrame of str
        What the user says: species, patch_id.
    screened : DataFrame
        What `screen_reintroduction` found.
    species : iterable of str
        The species that were judged, screened at any patch or not.

    Returns
    -------
    DataFrame
        Rows of `answers` on a species that was judged, at a patch that was not
        screened: its habitat changed, the species is there or may come by itself.
    """
    if answers.empty:
        return answers
    asked = set(zip(screened["species"], screened["patch_id"], strict=True))
    lost = [
        patch_id != "*" and (species, patch_id) not in asked
        for species, patch_id in answers[["species", "patch_id"]].to_numpy()
    ]
    known = answers["species"].isin(list(species))
    return answers[known & np.array(lost, dtype=bool)]


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
    if seen.empty:
        return nearest
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


def _range(asked, polygons, seen):
    """Distance to the nearest firm find, and where only a vague one may be in range."""
    uncertainty_m = seen["uncertainty_m"].to_numpy(dtype=float)
    blurred = seen["generalised"].to_numpy(dtype=bool) & np.isnan(uncertainty_m)
    vague = blurred | (uncertainty_m > RANGE_UNCERTAINTY_M)
    nearest_m = nearest_find(asked, polygons, seen[~vague])
    unsure = seen[vague]
    # Farther than any country is wide, so that a blur without limit has one.
    radius_m = np.minimum(np.nan_to_num(uncertainty_m[vague], nan=np.inf), 1e6)
    disks = unsure.set_geometry(unsure.geometry.buffer(radius_m))
    vague_m = nearest_find(asked, polygons, disks)
    only_vague = ~(nearest_m <= RANGE_M) & (vague_m <= RANGE_M)
    surely_far = np.isnan(nearest_m) & (vague_m > RANGE_M)
    return np.where(surely_far, vague_m, nearest_m), only_vague


def _in_reach(asked, facts, patch_ids, links):
    """Count the patches in reach of each, and those where nobody searched."""
    if asked.empty:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    linked = links[links["within_dispersal"].to_numpy(dtype=bool)]
    index, n = pd.Index(patch_ids), len(patch_ids)
    ends = [index.get_indexer(linked[f"patch_id_{side}"]) for side in "ab"]
    # Twice the same link counts once, as its patch does.
    there = coo_array((np.ones(len(linked), np.int32), ends), shape=(n, n)).tocsr()
    there = ((there + there.T) > 0).astype(np.int32)
    # Facts hold every species at every patch, sorted: one row per species, then.
    searched = facts["searched"].to_numpy(dtype=bool).reshape(-1, n)
    row, patch = np.divmod(asked["cell"].to_numpy(), n)
    unsearched = there @ (~searched).T.astype(np.int32)
    return there.sum(axis=1)[patch], unsearched[patch, row]


def _given(asked, answers, question):
    """Look up what the user says on a question: for this patch, or else for all."""
    columns = ["answer", "evidence", "validated"]
    on = answers[answers["question"] == question]
    if on.empty:
        return {"counts": "unknown", "answer": "", "evidence": ""}
    here = asked[["species", "patch_id"]].merge(
        on[["species", "patch_id", *columns]], on=["species", "patch_id"], how="left"
    )
    everywhere = asked[["species"]].merge(
        on.loc[on["patch_id"] == "*", ["species", *columns]], on="species", how="left"
    )
    own = here["answer"].notna()
    found = here[columns].where(own, everywhere[columns])
    sure = (found["validated"] == "yes").to_numpy(dtype=bool)
    return {
        "counts": np.where(sure, found["answer"], "unknown").astype(object),
        "answer": found["answer"].fillna("").astype("str"),
        "evidence": found["evidence"].fillna("").astype("str"),
    }


def _answer(yes, unknown):
    """Yes where it is so, else unknown where the data do not say, else no."""
    return np.where(yes, "yes", np.where(unknown, "unknown", "no")).astype(object)


def _user(phrases, question):
    """Columns that the words on an answer of the user need, and those words."""
    columns = [f"{question}_given", f"{question}_evidence"]

    def source(row):
        given, evidence = (getattr(row, name) for name in columns)
        if not given:
            return {"source": phrases["for you"]}
        if given == getattr(row, question):
            return {"source": evidence}
        text = phrases["not validated"]
        return {"source": text.format(given=phrases[given], evidence=evidence)}

    return columns, source


def _sentences(values, dispersal_max_m, phrases, class_words, number, length):
    """One sentence per row in one language: the answers, joined."""

    def find(row):
        if row.vague:
            return {"find": phrases["vague find"]}
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
        elif row.q5_isolated == "unknown":
            text = phrases["unsearched"].format(
                n=row.n_unsearched, total=row.n_reach, length=length(dispersal_max_m)
            )
        else:
            text = phrases["network near"]
        return {"source": text}

    def seed(row):
        last = phrases["never"]
        if row.last_year is not pd.NA and not np.isnan(row.last_year):
            last = phrases["last"].format(year=int(row.last_year))
        return {"seed": number(row.seed_bank_years), "last": last}

    facts = {
        "q1_range": (["nearest_m", "vague"], find),
        "q2_needed": (["red_list", "annexes"], listing),
        "q3_habitat": (["class_code", "capacity_ru"], habitat),
        "q4_causes": _user(phrases, "q4_causes"),
        "q5_isolated": (["occupied_m", "n_reach", "n_unsearched"], source),
        "q6_seed_bank": (["seed_bank_years", "last_year"], seed),
        "q7_monitoring": _user(phrases, "q7_monitoring"),
    }
    answers = []
    # Question by question: few answers differ, though nearly all sentences do.
    for question, (columns, fill) in facts.items():

        def answer(row, question=question, fill=fill):
            word = phrases[getattr(row, question)]
            return phrases[question].format(answer=word, **fill(row))

        answers.append(by_distinct(values[[question, *columns]], answer))
    return reduce(lambda a, b: a + "; " + b, answers)
