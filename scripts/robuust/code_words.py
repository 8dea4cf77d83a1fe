"""Which columns hold codes, and the words that planners read for them."""

from robuust.meanings import MEANINGS, WORDS

_YES_NO = {
    "yes": ("ja", "yes"),
    "no": ("nee", "no"),
    "unknown": ("onbekend", "unknown"),
}
_PLANS = {"best": ("beste", "best"), "nested": ("genest", "nested")}
#: column, or layer.column where a name has two meanings -> code -> words (nl, en).
CODES = {
    "status": {"gone": ("weg", "gone")},
    "trend": {
        "rise": ("toename", "rise"),
        "stable": ("stabiel", "stable"),
        "decline": ("afname", "decline"),
        "unknown": ("onbekend", "unknown"),
    },
    "area_class": {
        "large": ("groot", "large"),
        "medium": ("middelgroot", "medium"),
        "small": ("klein", "small"),
    },
    "cohesion": {
        "cohesive": ("samenhangend", "cohesive"),
        "neighbouring": ("met buren", "neighbouring"),
        "isolated": ("geïsoleerd", "isolated"),
    },
    "verdict_change": {
        "better": ("beter", "better"),
        "same": ("gelijk", "same"),
        "worse": ("slechter", "worse"),
    },
    "red_list": {
        "RE": ("RE: regionaal uitgestorven", "RE: regionally extinct"),
        "CR": ("CR: ernstig bedreigd", "CR: critically endangered"),
        "EN": ("EN: bedreigd", "EN: endangered"),
        "VU": ("VU: kwetsbaar", "VU: vulnerable"),
        "NT": ("NT: bijna in gevaar", "NT: near threatened"),
        "LC": ("LC: niet in gevaar", "LC: least concern"),
        "DD": ("DD: onvoldoende gegevens", "DD: data deficient"),
    },
    "restoration.kind": {
        "parcel": ("perceel", "parcel"),
        "convertible": ("om te vormen vlak", "convertible polygon"),
        "improvable": ("habitat dat beter kan", "improvable habitat"),
        "gap_cell": ("cel in een tussenruimte", "cell in a gap"),
        "crossing": ("oversteek over een barrière", "crossing of a barrier"),
        "corridor": ("corridor", "corridor"),
    },
    "change_polygons.cause": {
        "added": ("erbij", "added"),
        "removed": ("weg", "removed"),
        "recoded": ("andere code", "another code"),
        "redrawn": ("anders getekend", "redrawn"),
    },
    "change_records.cause": {
        "added": ("erbij", "added"),
        "withdrawn": ("vervallen", "withdrawn"),
        "moved": ("nu bij een andere plek", "now at another patch"),
        "no_habitat": ("zonder leefgebied", "without habitat"),
        "aged": ("niet recent meer", "no longer recent"),
    },
    "coverage_faults.kind": {
        "gap": ("spleet", "gap"),
        "overlap": ("overlapping", "overlap"),
    },
    "sources.kind": {
        "study_area": ("studiegebied", "study area"),
        "habitat": ("habitatkaart", "habitat map"),
        "historic_habitat": ("vroegere habitatkaart", "historic habitat map"),
        "records": ("waarnemingen", "records"),
        "barriers": ("barrières", "barriers"),
        "crossings": ("passages", "crossings"),
        "land_cover": ("bodembedekking", "land cover"),
        "nature_areas": ("natuurgebieden", "nature areas"),
        "plans": ("plannen", "plans"),
        "candidates": ("kandidaten", "candidates"),
        "report_units": ("rapportage-eenheden", "reporting units"),
        "parameter_table": ("parametertabel", "parameter table"),
    },
    "restoration_plan.plan": _PLANS,
    "plan_curve.plan": _PLANS,
    "plan_groups.plan": _PLANS,
    "method": {
        "greedy": ("stap voor stap", "step by step"),
        "exchange": ("na uitwisselen", "after exchanging"),
        "model": ("door het rekenmodel", "by the solver"),
    },
    "distance_kind": {
        "euclidean": ("hemelsbreed", "straight"),
        "least_cost": ("weg van de minste weerstand", "path of least resistance"),
    },
    "evidence": {
        "read": ("in de bron gelezen", "read in the source"),
        "derived": ("afgeleid", "derived"),
        "unverified": ("niet nagezien", "unverified"),
    },
    "verified": {
        "yes": ("ja", "yes"),
        "partial": ("deels", "partly"),
        "no": ("nee", "no"),
    },
    "crossing": {
        "ecoduct": ("ecoduct", "ecoduct"),
        "tunnel": ("tunnel", "tunnel"),
        "fish_passage": ("vispassage", "fish passage"),
    },
    "parameter": {
        "dispersal_max_m": ("verste dispersie (m)", "farthest dispersal (m)"),
        "dispersal_median_m": ("mediane dispersie (m)", "median dispersal (m)"),
        "local_distance_m": ("dagelijks bereik (m)", "daily reach (m)"),
        "reproductive_unit_ha": (
            "oppervlakte per reproductieve eenheid (ha)",
            "area per reproductive unit (ha)",
        ),
        "key_patch_ru": ("norm sleutelgebied (RE)", "norm of a key patch (RU)"),
        "mvp_ru": ("norm bolwerk (RE)", "norm of a stronghold (RU)"),
        "network_ru_with_key": (
            "norm netwerk met sleutelgebied (RE)",
            "norm of a network with a key patch (RU)",
        ),
        "network_ru_without_key": (
            "norm netwerk zonder sleutelgebied (RE)",
            "norm of a network without a key patch (RU)",
        ),
    },
    "pressure": {
        "nitrogen": ("stikstof", "nitrogen"),
        "drift": ("drift van bestrijdingsmiddelen", "pesticide drift"),
        "drainage": ("ontwatering", "drainage"),
        "disturbance": ("verstoring", "disturbance"),
    },
    "land_cover": {
        "arable": ("akker", "arable"),
        "bare": ("kale grond", "bare ground"),
        "built_up": ("bebouwing", "built-up"),
        "dune": ("duin", "dune"),
        "forest": ("bos", "forest"),
        "heath": ("heide", "heath"),
        "improved_grassland": ("bemest grasland", "improved grassland"),
        "marsh": ("moeras", "marsh"),
        "orchard": ("boomgaard", "orchard"),
        "paved": ("verharding", "paved"),
        "scrub": ("struweel", "scrub"),
        "semi_natural_grassland": ("halfnatuurlijk grasland", "semi-natural grassland"),
        "urban_green": ("stedelijk groen", "urban green"),
        "water": ("water", "water"),
    },
    "finding": {
        "set_apart": ("onbruikbare rij", "unusable row"),
        "excluded": ("uitgesloten", "excluded"),
        "default_cost": ("zonder eigen kosten", "without a cost of its own"),
        "same_land": ("overlapt een andere", "overlaps another"),
        "sliver": ("smalle overlapping", "narrow overlap"),
        "on_habitat": ("op bestaand habitat", "on present habitat"),
    },
    "reason": {
        "balance": ("balans", "balance"),
        "missing_species": ("soort ontbreekt", "species is missing"),
        "unknown_species": ("soort niet in de lijst", "species not in the list"),
        "genus_only": ("alleen een geslacht", "genus only"),
        "matched_by_synonym": ("gevonden als synoniem", "matched by synonym"),
        "duplicate_record": ("dubbele waarneming", "duplicate record"),
        "missing_coordinates": ("coördinaten ontbreken", "coordinates are missing"),
        "unreadable_coordinates": ("onleesbare coördinaten", "unreadable coordinates"),
        "impossible_coordinates": ("onmogelijke coördinaten", "impossible coordinates"),
        "metres_as_degrees": ("meters in plaats van graden", "metres for degrees"),
        "zero_coordinates": ("coördinaten nul", "zero coordinates"),
        "swapped_coordinates": ("verwisselde coördinaten", "swapped coordinates"),
        "far_from_area": ("ver buiten het gebied", "far from the area"),
        "outside_area": ("buiten het gebied", "outside the area"),
        "undated": ("zonder datum", "undated"),
        "unreadable_date": ("onleesbare datum", "unreadable date"),
        "impossible_date": ("onmogelijke datum", "impossible date"),
        "future_date": ("datum in de toekomst", "date in the future"),
        "unknown_status": ("onbekende status", "unknown status"),
        "unreadable_row": ("onleesbare rij", "unreadable row"),
        "no_consent": ("geen toestemming", "no consent"),
        "embargo": ("onder embargo", "under embargo"),
        "missing_geometry": ("zonder geometrie", "missing geometry"),
        "empty_geometry": ("lege geometrie", "empty geometry"),
        "repaired_geometry": ("geometrie hersteld", "geometry was repaired"),
        "tangled_geometry": ("verwarde geometrie", "tangled geometry"),
        "duplicate_geometry": ("dubbele geometrie", "duplicate geometry"),
        "not_a_polygon": ("geen vlak", "not a polygon"),
        "not_a_line": ("geen lijn", "not a line"),
        "zero_area": ("zonder oppervlakte", "zero area"),
        "zero_length": ("zonder lengte", "zero length"),
        "sliver": ("splinter", "sliver"),
        "duplicate_id": ("dubbele code", "duplicate id"),
        "covered_by_earlier": (
            "geheel bedekt door een eerdere",
            "covered by an earlier",
        ),
        "overlap_cut_away": ("overlapping weggesneden", "overlap was cut away"),
        "narrow_gap_beside": ("smalle spleet ernaast", "narrow gap beside it"),
        "missing_habitat_code": ("habitatcode ontbreekt", "habitat code is missing"),
        "unknown_habitat_code": ("onbekende habitatcode", "unknown habitat code"),
        "unknown_habitat_code_part": (
            "deels onbekende habitatcode",
            "habitat code partly unknown",
        ),
        "no_habitat": ("geen habitat", "no habitat"),
        "unknown_land_cover": ("onbekende bodembedekking", "unknown land cover"),
        "unknown_quality": ("onbekende kwaliteit", "unknown quality"),
        "quality_unstated": ("kwaliteit niet vermeld", "quality unstated"),
        "share_sum_scaled": ("aandelen geschaald", "shares were scaled"),
        "impossible_share": ("onmogelijk aandeel", "impossible share"),
        "impossible_value": ("onmogelijke waarde", "impossible value"),
    },
    **{f"q{number}": _YES_NO for number in range(1, 8)},
}

#: Columns that hold the codes of another one.
_SAME_AS = {
    "earlier_class": "class",
    "earlier_status": "status",
    **{
        name: name[:2]
        for name in (
            *("q1_range", "q2_needed", "q3_habitat", "q4_causes", "q5_isolated"),
            *("q6_seed_bank", "q7_monitoring"),
        )
    },
}

#: Codes that somebody may add in the settings or tables: what has no word is its own.
OPEN = (
    *("group", "bundle", "level", "pressure", "land_cover", "crossing", "red_list"),
    *("reason", "finding", "parameter"),
)


#: Names that the data bring, or lists of codes, where one code stands elsewhere.
_FREE = {"restoration.plan", "unit_measures.plan", "unit_targets.target_because"}


def code_words(layer, column, language):
    """Words for the codes of one column, as tables and forms show them.

    Parameters
    ----------
    layer, column : str
        Names, as in output_columns.csv.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    dict of str to str
        Code to word; empty for a column that holds no codes.

    Examples
    --------
    >>> code_words("coverage_faults", "kind", "nl")
    {'gap': 'spleet', 'overlap': 'overlapping'}
    >>> code_words("patches", "patch_id", "nl")
    {}
    """
    if f"{layer}.{column}" in _FREE:
        return {}
    place = 0 if language == "nl" else 1
    own = CODES.get(f"{layer}.{column}")
    if own is None:
        name = _SAME_AS.get(column, column)
        drawn = MEANINGS.get(name, {})
        own = {code: words for code, (_, *words) in drawn.items()}
        own |= WORDS.get(name, {}) | CODES.get(name, {})
    return {code: words[place] for code, words in own.items()}
