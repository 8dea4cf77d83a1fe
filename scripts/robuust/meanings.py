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
    "status": {
        "viable": ("#2171b5", "levensvatbaar", "viable"),
        "relict": ("#fdae61", "relict", "relict"),
        "phantom": ("#c51b1b", "spook", "phantom"),
        "dormant": ("#8073ac", "sluimerend", "dormant"),
        "unsearched": ("#d9d9d9", "niet onderzocht", "unsearched"),
        "lost": ("#252525", "verdwenen", "lost"),
        "colonisable": ("#ffff99", "koloniseerbaar", "colonisable"),
        "unreachable": ("#969696", "onbereikbaar", "unreachable"),
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
        "best": ("#08306b", "beste", "best"),
        "nested": ("#2171b5", "genest", "nested"),
    },
    "ring": {
        "inner": ("#01665e", "lokaal: dagelijks bereik", "local: daily reach"),
        "mid": ("#5ab4ac", "mediane dispersie", "median dispersal"),
        "outer": ("#c7eae5", "maximale dispersie", "maximum dispersal"),
    },
    "viable": {
        "true": ("#2171b5", "levensvatbaar", "viable"),
        "false": ("#8c510a", "niet levensvatbaar", "not viable"),
    },
    "change": {
        "same": ("#d9d9d9", "gelijk", "same"),
        "grown": ("#2171b5", "gegroeid", "grown"),
        "shrunk": ("#fdae61", "gekrompen", "shrunk"),
        "split": ("#c51b1b", "gesplitst", "split"),
        "merged": ("#6baed6", "samengevoegd", "merged"),
        "new": ("#08306b", "nieuw", "new"),
        "gone": ("#252525", "verdwenen", "gone"),
    },
    "outcome": {
        "worse": ("#c51b1b", "in gevaar", "at risk"),
        "better": ("#2171b5", "beter af", "better off"),
    },
    "balance": {
        "loses": ("#c51b1b", "verliest", "loses"),
        "wins": ("#2171b5", "wint", "wins"),
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
}


def label(column, value, language):
    """Word for a coded value, as legends, report and summary show it.

    Parameters
    ----------
    column : str
        Column of the value, a key of `MEANINGS`.
    value : str or int
        The coded value; one that is not known is its own word.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        The word.

    Examples
    --------
    >>> label("class", "key", "nl")
    'sleutelgebied'
    """
    meaning = MEANINGS.get(column, {}).get(value)
    if meaning is None:
        return str(value)
    return meaning[1] if language == "nl" else meaning[2]
