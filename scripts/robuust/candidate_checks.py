"""What was found about the candidates, in words: left out, overlapping, outside."""

import numpy as np
import pandas as pd
import shapely

from robuust.balance import ranked_counts
from robuust.code_words import code_words
from robuust.figures import figure, figure_nl
from robuust.listing import listed
from robuust.polygons import overlap_areas

OVERLAP_SHARE = 0.005  # of the smaller of two: less is the error of a drawing
ROUNDING = 1e-6  # of the area
FINDINGS = {
    "set_apart": (
        "onbruikbare rijen van de kandidatenlaag: {n} ({why}); ze staan in quarantaine",
        "rows of the candidate layer that cannot be used: {n} ({why}); they stand in "
        "quarantine",
    ),
    "excluded": (
        "uitgesloten percelen: {n} ({ha} ha); ze doen niet mee: {ids}",
        "excluded parcels: {n} ({ha} ha); they do not take part: {ids}",
    ),
    "default_cost": (
        "percelen zonder kosten in de bron: {n} ({ha} ha); daarvoor geldt de "
        "standaardprijs per hectare: {ids}",
        "parcels without a cost in their source: {n} ({ha} ha); for these the default "
        "price per hectare holds: {ids}",
    ),
    "same_land": (
        "kandidaten die elkaar overlappen: {n} ({ha} ha meer dan eens); het zijn "
        "alternatieven, een plan neemt er één van: {ids}",
        "candidates that overlap each other: {n} ({ha} ha more than once); they are "
        "alternatives, of which a plan takes one: {ids}",
    ),
    "sliver": (
        "kandidaten met een smalle overlapping, die van de latere is afgesneden: {n} "
        "({ha} ha): {ids}",
        "candidates with a narrow overlap, which was cut from the later one: {n} "
        "({ha} ha): {ids}",
    ),
    "on_habitat": (
        "kandidaten op land dat al habitat van een groep is: {n} ({ha} ha); daar telt "
        "alleen wat het beter wordt: {ids}",
        "candidates on land that is habitat of a group already: {n} ({ha} ha); there "
        "only what it improves counts: {ids}",
    ),
    "outside_area": (
        "kandidaten buiten het studiegebied: {n} ({ha} ha); ze doen mee, maar wat er "
        "daar omheen ligt is misschien niet gekarteerd: {ids}",
        "candidates outside the study area: {n} ({ha} ha); they take part, but what "
        "lies round them out there may not be mapped: {ids}",
    ),
    "left_out": (
        "afgeleide kandidaten boven het toegestane aantal (max_candidates): {n} "
        "({ha} ha); ze doen niet mee: {ids}",
        "derived candidates beyond the number allowed (max_candidates): {n} ({ha} ha); "
        "they do not take part: {ids}",
    ),
}
HINTS = {
    "share": "a share is more than 0 and at most 1, not percent",
    "cost": "a cost is zero or more euros, blank where it is not known",
    "ready_year": "a year has four figures",
    "code": "a code must be one of habitat_types.csv",
}


def require_parcels(parcels, quarantined, sources):
    """Stop with words when candidate layers are given and none of their rows is usable.

    Parameters
    ----------
    parcels : DataFrame
        The rows that can be used.
    quarantined : DataFrame
        source, reason, detail of rows that cannot, of every kind of layer.
    sources : list of str
        Names of the candidate layers of the settings; none: nothing to check.

    Raises
    ------
    ValueError
        Candidates are then not derived in silence: that would answer another question.
    """
    if len(parcels) or not sources:
        return
    names = ", ".join(sources)
    advice = "leave sources.candidates empty, to have candidates derived from the map"
    apart = quarantined[quarantined["source"].isin(sources)]
    if apart.empty:
        raise ValueError(
            f"sources.candidates: {names} has no rows; put parcels in it, or {advice}"
        )
    found = apart["detail"]
    hints = [HINTS[k] for k in HINTS if found.str.startswith(f"{k}:").any()]
    raise ValueError(
        f"sources.candidates: none of the {len(apart)} rows of {names} can be used:"
        f" {'; '.join([_why(apart, 'en'), *hints])}. Correct them, or {advice}"
    )


def candidate_checks(land, parcels, quarantined, left_out, habitat, study_area):
    """Tabulate what GIS staff should know about the candidates of this run.

    Parameters
    ----------
    land : GeoDataFrame
        The candidates that become habitat: candidate_id, kind, cost_eur (missing: not
        known), whole (shape before slivers were cut), geometry.
    parcels : GeoDataFrame
        All usable rows of the candidate layers: candidate_id, excluded, geometry.
    quarantined : DataFrame
        reason, detail of the rows of these layers that were set apart.
    left_out : GeoDataFrame
        candidate_id, geometry of derived candidates beyond the largest number.
    habitat : array_like of shapely polygons
        What is habitat of any group.
    study_area : shapely geometry

    Returns
    -------
    DataFrame, one row per finding that occurs
        finding, n_candidates, area_ha, candidates (ids), remark_nl, remark_en.
    """
    shapes, ids = land.geometry.to_numpy(), land["candidate_id"].to_numpy(object)
    area_m2 = shapely.area(shapes)
    is_parcel = (land["kind"] == "parcel").to_numpy(bool)
    unpriced = is_parcel & land["cost_eur"].isna().to_numpy()
    excluded = parcels[parcels["excluded"].astype(bool)]
    double, double_m2 = _overlapping(shapes)
    rows = [
        ("set_apart", [""] * len(quarantined), np.nan),
        ("excluded", excluded["candidate_id"], excluded.geometry.area.sum()),
        ("default_cost", ids[unpriced], area_m2[unpriced].sum()),
        ("same_land", ids[double], double_m2),
    ]
    # What is derived from habitat lies on habitat on purpose.
    on_habitat_m2 = np.where(is_parcel, _shared_m2(shapes, habitat), 0.0)
    for finding, part_m2, share in (
        ("sliver", shapely.area(land["whole"].to_numpy(object)) - area_m2, ROUNDING),
        ("on_habitat", on_habitat_m2, OVERLAP_SHARE),
        ("outside_area", area_m2 - _inside_m2(shapes, study_area), ROUNDING),
    ):
        told = part_m2 > np.maximum(1.0, share * area_m2)
        rows.append((finding, ids[told], part_m2[told].sum()))
    area = left_out.geometry.area.sum()
    rows.append(("left_out", left_out["candidate_id"], area))
    return _table([row for row in rows if len(row[1])], quarantined)


def _why(quarantined, language):
    """Why rows were set apart, the most frequent reason first, and what was found."""
    words = code_words("quarantined_context", "reason", language)
    counts = ranked_counts(quarantined["reason"])
    told = ", ".join(f"{n} {words.get(why, why)}" for why, n in counts.items())
    rank = dict(zip(counts.index, range(len(counts)), strict=True))
    pairs = set(zip(quarantined["reason"], quarantined["detail"], strict=True))
    pairs = sorted((rank[reason], detail) for reason, detail in pairs if detail)
    seen = list(dict.fromkeys(detail for _, detail in pairs))
    if not seen:
        return told
    found = "gevonden" if language == "nl" else "found"
    return f"{told}; {found} {listed(seen, language)}"


def _table(rows, quarantined):
    """Put the findings in a table, with their sentences."""
    found = []
    for finding, ids, area_m2 in rows:
        ids, area_ha = sorted(ids), area_m2 / 10_000
        nl, en = (
            words.format(
                n=len(ids),
                why=_why(quarantined, language),
                ha=number(area_ha),
                ids=listed(ids, language),
            )
            for words, language, number in zip(
                FINDINGS[finding], ("nl", "en"), (figure_nl, figure), strict=True
            )
        )
        found.append((finding, len(ids), area_ha, "; ".join(ids).strip("; "), nl, en))
    texts = ["finding", "candidates", "remark_nl", "remark_en"]
    columns = ["finding", "n_candidates", "area_ha", *texts[1:]]
    types = dict.fromkeys(texts, "str") | {"n_candidates": "int64", "area_ha": float}
    return pd.DataFrame(found, columns=columns).astype(types)


def _overlapping(shapes):
    """Which candidates share land, and how much is claimed more than once [m2]."""
    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    i, j = i[i < j], j[i < j]
    shared = shapely.intersection(shapes[i], shapes[j])
    smaller = np.minimum(shapely.area(shapes[i]), shapely.area(shapes[j]))
    told = shapely.area(shared) > OVERLAP_SHARE * smaller
    double = np.zeros(shapes.size, dtype=bool)
    double[i[told]] = double[j[told]] = True
    return double, shapely.union_all(shared[told]).area


def _shared_m2(shapes, others):
    """Area of each shape that others, which do not overlap, cover."""
    i, _, shared_m2 = overlap_areas(shapes, others)
    return np.bincount(i, weights=shared_m2, minlength=shapes.size)


def _inside_m2(shapes, study_area):
    """Area of each shape inside the study area."""
    shapely.prepare(study_area)
    inside = shapely.area(shapes)
    cut = np.flatnonzero(~shapely.covers(study_area, shapes))
    inside[cut] = shapely.area(shapely.intersection(shapes[cut], study_area))
    return inside
