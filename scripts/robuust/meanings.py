"""What coded values mean: their word in two languages, their colour and shape."""

#: column -> value -> (colour, Dutch, English); used by styles, report and summary.
MEANINGS = {
    "class": {
        "stronghold": ("#08306b", "bolwerk", "stronghold"),
        "key": ("#2171b5", "sleutelgebied", "key patch"),
        "network": ("#6baed6", "levensvatbaar netwerk", "viable network"),
        "near": ("#fdae61", "bijna voldoende", "nearly sufficient"),
        "insufficient": ("#8c510a", "onvoldoende", "insufficient"),
    },
    "area_verdict": {
        "good": ("#2171b5", "goed", "good"),
        "moderate": ("#fdae61", "matig", "moderate"),
        "poor": ("#8c510a", "slecht", "poor"),
    },
    "status": {
        "viable": ("#2171b5", "levensvatbaar", "viable"),
        "relict": ("#fb6a4a", "relict", "relict"),
        "phantom": ("#a50f15", "spook", "phantom"),
        "dormant": ("#8073ac", "sluimerend", "dormant"),
        "unsearched": ("#d9d9d9", "niet onderzocht", "unsearched"),
        "lost": ("#252525", "verdwenen", "lost"),
        "colonisable": ("#ffff99", "koloniseerbaar", "colonisable"),
        "unreachable": ("#969696", "onbereikbaar", "unreachable"),
        "withheld": ("#ffffff", "plek afgeschermd", "place withheld"),
    },
    "track": {
        "meekoppelen": ("#882255", "meekoppelen", "ride along (meekoppelen)"),
        "verbreden": ("#44aa99", "verbreden", "broaden (verbreden)"),
        "uitvoeren": ("#ddcc77", "uitvoeren", "species programme (uitvoeren)"),
    },
    "action": {
        "enlarge": ("#332288", "vergroten", "enlarge"),
        "bridge": ("#88ccee", "stapsteen", "stepping stone"),
        "improve": ("#999933", "verbeteren", "improve"),
        "found": ("#117733", "nieuw leefgebied", "new habitat"),
        "connect": ("#cc6677", "verbinden", "connect"),
    },
    "way": {
        "straight": ("#de77ae", "rechtuit: zoekgebied", "straight: search area"),
        "over_land": ("#6b0f45", "over land: strook", "over land: strip"),
    },
    "plan": {
        "best": ("#1a1a1a", "beste", "best"),
        "nested": ("#737373", "genest", "nested"),
    },
    "ring": {
        "inner": ("#01665e", "lokaal: dagelijks bereik", "local: daily reach"),
        "mid": ("#5ab4ac", "mediane dispersie", "median dispersal"),
        "outer": ("#c7eae5", "maximale dispersie", "maximum dispersal"),
    },
    "viable": {
        "true": ("#6baed6", "levensvatbaar", "viable"),
        "false": ("#8c510a", "niet levensvatbaar", "not viable"),
    },
    "change": {
        "same": ("#d9d9d9", "gelijk", "same"),
        "grown": ("#5aae61", "gegroeid", "grown"),
        "shrunk": ("#fcae91", "gekrompen", "shrunk"),
        "split": ("#de2d26", "gesplitst", "split"),
        "merged": ("#c7e9c0", "samengevoegd", "merged"),
        "new": ("#00441b", "nieuw", "new"),
        "gone": ("#252525", "verdwenen", "gone"),
    },
    "outcome": {
        "worse": ("#a50f15", "in gevaar", "at risk"),
        "better": ("#5aae61", "beter af", "better off"),
    },
    "balance": {
        "loses": ("#a50f15", "verliest", "loses"),
        "wins": ("#5aae61", "wint", "wins"),
        "same": ("#d9d9d9", "gelijk", "same"),
    },
}

#: Shape and size [mm] of each status: the shape says it again, for who cannot tell the
#: colours; places where a species was never seen are small.
MARKERS = {
    "viable": ("circle", 2.4),
    "relict": ("diamond", 3.2),
    "phantom": ("triangle", 3.2),
    "dormant": ("square", 2.4),
    "unsearched": ("circle", 2.0),
    "lost": ("cross_fill", 2.4),
    "colonisable": ("pentagon", 1.4),
    "unreachable": ("square", 0.8),
    "withheld": ("square", 4.0),
}

#: Values that are told and not drawn: column -> value -> (Dutch, English).
WORDS = {
    "status": {
        "no_habitat": ("geen leefgebied hier", "no habitat here"),
        "not_judged": ("niet berekend", "not in this run"),
    },
    "change": {"better": ("beter", "better"), "worse": ("slechter", "worse")},
    "responsible": {
        "province": ("provincie", "province"),
        "state": ("rijk", "state"),
    },
    "target_because": {"listed": ("genoemd", "named")},
    "level": {
        "area": ("gebied", "area"),
        "country": ("land", "country"),
        "region": ("gewest", "region"),
        "province": ("provincie", "province"),
        "municipality": ("gemeente", "municipality"),
        "water_board": ("waterschap", "water board"),
    },
    "barrier": {
        "built_up": ("bebouwing", "built-up land"),
        "canal": ("kanaal", "canal"),
        "fence": ("hek", "fence"),
        "motorway": ("autosnelweg", "motorway"),
        "railway": ("spoorweg", "railway"),
        "road": ("weg", "road"),
    },
    "bundle": {
        "amphibian_grassland": (
            "graslanden met poelen",
            "grassland with pools",
        ),
        "amphibian_pools": ("poelen en vennen", "pools"),
        "caves": ("grotten en groeven", "caves"),
        "dry_heath_inland_dunes": (
            "droge heide en stuifzand",
            "dry heath and inland dunes",
        ),
        "dry_species_rich_grassland": (
            "droge soortenrijke graslanden",
            "dry species-rich grassland",
        ),
        "dune_slacks": ("duinvalleien", "dune slacks"),
        "forest_heath": ("bos en heide", "forest and heath"),
        "forest_scrub": ("bos en struweel", "forest and scrub"),
        "heath_dune_complexes": ("heide en duin", "heath and dunes"),
        "meadow_bird_grassland": ("weidevogelgrasland", "meadow bird grassland"),
        "open_dunes": ("open duinen", "open dunes"),
        "river_valleys": ("beek- en rivierdalen", "river valleys"),
        "salt_marsh_tidal": ("schorren en slikken", "salt marshes"),
        "small_scale_landscape": ("kleinschalig landschap", "small-scale landscape"),
        "softwater_pools": ("zwakgebufferde wateren", "soft-water pools"),
        "standing_water_marsh": ("plassen en moerassen", "lakes and marshes"),
        "streams_rivers": ("beken en rivieren", "streams and rivers"),
        "wet_grassland_fen": (
            "natte graslanden en venen",
            "wet grassland and fens",
        ),
        "wet_heath_bog": ("natte heide en veen", "wet heath and bog"),
    },
    "measure": {
        "robust_ha": ("Robuust (ha)", "Robust (ha)"),
        "n_targets": ("Doelsoorten", "Target species"),
        "n_viable": ("Doelsoorten levensvatbaar", "Target species viable"),
        "n_at_risk": ("Doelsoorten in gevaar", "Target species at risk"),
        "n_away": ("Doelsoorten weg", "Target species away"),
        "meekoppelen_ha": ("Kans meekoppelen (ha)", "Chance ride along (ha)"),
        "verbreden_ha": ("Kans verbreden (ha)", "Chance broaden (ha)"),
        "uitvoeren_ha": ("Kans uitvoeren (ha)", "Chance carry out (ha)"),
    },
}


def label(column, value, language):
    """Word for a coded value, as legends, report and summary show it.

    Parameters
    ----------
    column : str
        Column of the value, a key of `MEANINGS` or of `WORDS`.
    value : str or int
        The coded value; one that is not known is its own word, in a column of `WORDS`
        with blanks for underscores, as a bundle of one's own.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        The word.

    Examples
    --------
    >>> label("class", "key", "nl"), label("bundle", "own_meadow", "nl")
    ('sleutelgebied', 'own meadow')
    """
    drawn = MEANINGS.get(column, {}).get(value)
    words = drawn[1:] if drawn else WORDS.get(column, {}).get(value)
    if words is None:
        return str(value).replace("_", " ") if column in WORDS else str(value)
    return words[0] if language == "nl" else words[1]
