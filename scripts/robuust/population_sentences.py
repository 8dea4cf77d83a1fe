"""Why a population has its status, in Dutch and English, with the figures."""

import numpy as np

from robuust.figures import distance, distance_nl, figure, figure_nl
from robuust.record_dates import years_before
from robuust.robustness import CLASSES, NETWORK
from robuust.rule_values import TREND_DAYS, rule_values
from robuust.text_columns import distinct_codes, distinct_rows, join_parts

CLASS_WORDS_NL = {
    "stronghold": "bolwerk",
    "key": "sleutelgebied",
    "network": "netwerk",
    "near": "bijna",
    "insufficient": "onvoldoende",
}
CLASS_WORDS_EN = {name: name for name in CLASSES}
# The parts of a sentence, in their order: the statuses that tell it (none: all), and
# the facts it rests on. Each says what is so, whatever the rules: they may be changed,
# the facts may not.
PARTS = {
    "never": ((), ("n_records",)),
    "seen": ((), ("n_records", "n_years", "last_year", "recent", "dormant")),
    "class": (("viable", "relict"), ("class_code", "capacity_ru", "key_patch_ru")),
    "key": (("phantom",), ("capacity_ru", "key_patch_ru")),
    "near": (
        ("phantom", "relict", "colonisable", "unreachable"),
        ("nearest_m", "vague_near"),
    ),
    "long-lived": (("phantom",), ("long_lived",)),
    "seed": (("dormant",), ("seed_bank_years",)),
    "search": (("unsearched", "lost"), ("searched", "recent")),
    "history": (
        ("viable", "phantom", "relict"),
        ("habitat_then_ha", "habitat_now_ha"),
    ),
    "own": (("viable", "phantom", "relict"), ("own_norms",)),
    "trend": ((), ("trend", *TREND_DAYS)),
    "presence": ((), ("presence_probability",)),
    "ambiguous": ((), ("n_ambiguous",)),
}
PHRASES_NL = {
    "never": "hier nooit gezien, wel geschikt",
    "seen": "laatst gezien in {last_year}",
    "not since": "laatst gezien in {last_year}, niet sinds {since}",
    "often": "laatst gezien in {last_year} "
    "(waarnemingen: {n_records}, jaren: {n_years})",
    "sustained": "plek robuust of netwerk levensvatbaar ({class_code}, "
    "{capacity_ru} RE)",
    "not sustained": "plek en netwerk niet robuust ({class_code}, {capacity_ru} RE, "
    "sleutelplek {key_patch_ru} RE)",
    "below key": "{capacity_ru} RE, minder dan een sleutelplek van {key_patch_ru} RE",
    "above key": "{capacity_ru} RE, minstens een sleutelplek van {key_patch_ru} RE",
    "patch near": "andere bezette plek op {nearest_m}",
    "vague near": "vondsten binnen bereik die bij meer plekken passen",
    "none near": "geen andere bezette plek bereikbaar binnen {reach_m}",
    "long-lived": "langlevende soort",
    "seed": "zaad leeft {seed_bank_years} jaar in de bodem",
    "seed unknown": "hoe lang zaad in de bodem leeft is onbekend",
    "not searched": "sinds {since} is de soortgroep hier niet gezocht",
    "not found": "sinds {since} gezocht en niet gevonden",
    "history": "habitat binnen bereik van {habitat_then_ha} naar {habitat_now_ha} ha",
    "own": "{own_norms}",
    "rise": "aandeel zoekdagen met een vondst stijgt (per periode {found} van {days})",
    "stable": "aandeel zoekdagen met een vondst is stabiel (per periode {found} van "
    "{days})",
    "decline": "aandeel zoekdagen met een vondst daalt (per periode {found} van "
    "{days})",
    "presence": "kans dat de soort er nog is, uit de jaren met vondsten: "
    "{presence_probability}",
    "ambiguous": "recente vondsten die bij meer plekken passen: {n_ambiguous}",
}
PHRASES_EN = {
    "never": "never seen here, but suitable",
    "seen": "last seen in {last_year}",
    "not since": "last seen in {last_year}, not since {since}",
    "often": "last seen in {last_year} (records: {n_records}, years: {n_years})",
    "sustained": "patch robust or network viable ({class_code}, {capacity_ru} RU)",
    "not sustained": "patch and network not robust ({class_code}, {capacity_ru} RU, "
    "key patch {key_patch_ru} RU)",
    "below key": "{capacity_ru} RU, less than a key patch of {key_patch_ru} RU",
    "above key": "{capacity_ru} RU, at least a key patch of {key_patch_ru} RU",
    "patch near": "another occupied patch at {nearest_m}",
    "vague near": "records in reach that fit several patches",
    "none near": "no other occupied patch to reach within {reach_m}",
    "long-lived": "long-lived species",
    "seed": "seed lives {seed_bank_years} years in the soil",
    "seed unknown": "how long seed lives in the soil is unknown",
    "not searched": "since {since} nobody searched here for its taxon group",
    "not found": "searched since {since} and not found",
    "history": "habitat within reach from {habitat_then_ha} to {habitat_now_ha} ha",
    "own": "{own_norms}",
    "rise": "share of search days with a find rises (per period {found} of {days})",
    "stable": "share of search days with a find is stable (per period {found} of "
    "{days})",
    "decline": "share of search days with a find declines (per period {found} of "
    "{days})",
    "presence": "chance that it is still there, by the years with finds: "
    "{presence_probability}",
    "ambiguous": "recent records that fit several patches: {n_ambiguous}",
}
NUMBERS = (
    *("capacity_ru", "key_patch_ru", "seed_bank_years", "presence_probability"),
    *("habitat_then_ha", "habitat_now_ha"),
)


def population_sentences(facts, *, dispersal_max_m, reference_date, recent_years):
    """Say which facts gave each population its status, and with which values.

    Parameters
    ----------
    facts : DataFrame
        What `judge_populations` found.
    dispersal_max_m : float
        Largest dispersal distance of the group [m].
    reference_date : str or Timestamp
        "Recent" counts back from this day.
    recent_years : int
        Length of the recent window [years].

    Returns
    -------
    nl, en, values : arrays of str, shape (n_rows,)
        One sentence per row of `facts` in each language, and the values of the
        conditions that its rule rests on, see `rule_values`.
    """
    general = {
        "reach_m": dispersal_max_m,
        "since": years_before(reference_date, recent_years).year,
    }
    values = _told_values(facts)
    nl = (PHRASES_NL, CLASS_WORDS_NL, figure_nl, distance_nl)
    en = (PHRASES_EN, CLASS_WORDS_EN, figure, distance)
    own = {
        name: facts[name].cat.categories for name in ("own_norms_nl", "own_norms_en")
    }
    parts_nl, parts_en = [], []
    for part, (statuses, columns) in PARTS.items():
        told = _told(part, values, statuses)
        code, rows = distinct_codes(values[list(columns)], told)
        for parts, words, norms in (
            (parts_nl, nl, own["own_norms_nl"]),
            (parts_en, en, own["own_norms_en"]),
        ):
            texts = [_text(part, row, *words, norms, general) for row in rows]
            parts.append((code, texts))
    n = len(facts)
    return (
        join_parts(parts_nl, n),
        join_parts(parts_en, n),
        rule_values(facts, **general),
    )


def _told_values(facts):
    """Get the facts that sentences rest on, as they tell them."""
    never = (facts["n_records"] == 0).to_numpy()
    vague_near = np.where(never, facts["maybe_near"], facts["maybe_elsewhere"])
    own = {c for _, columns in PARTS.values() for c in columns} & set(facts)
    return facts[["status", *sorted(own)]].assign(
        nearest_m=facts["nearest_occupied_m"].round(),
        vague_near=vague_near,
        presence_probability=facts["presence_probability"].round(3),
        dormant=facts["status"] == "dormant",
        own_norms=facts["own_norms_nl"].cat.codes,
    )


def _told(part, values, statuses):
    """Rows that have something to say on a part."""
    if part == "never":
        return (values["n_records"] == 0).to_numpy()
    if part in ("seen", "ambiguous"):
        return (values["n_records" if part == "seen" else "n_ambiguous"] > 0).to_numpy()
    if part == "presence":
        return values["presence_probability"].notna().to_numpy()
    if part == "trend":
        return values["trend"].isin(["rise", "stable", "decline"]).to_numpy()
    told = values["status"].isin(statuses).to_numpy()
    if part == "history":
        return told & values["habitat_then_ha"].notna().to_numpy()
    return told & (values["own_norms"] >= 0).to_numpy() if part == "own" else told


def _text(part, row, phrases, class_words, number, length, own_norms, general):
    """One part of a sentence in one language; None where there is nothing to say."""
    figures = row._asdict() | general
    for name in figures.keys() & set(NUMBERS):
        figures[name] = number(figures[name])
    for name in figures.keys() & {"nearest_m", "reach_m"}:
        figures[name] = length(figures[name])
    if part == "own":
        figures["own_norms"] = own_norms[row.own_norms]
    if "class_code" in figures:
        figures["class_code"] = class_words[CLASSES[row.class_code]]
    if part == "trend":
        counts = [str(figures[name]) for name in TREND_DAYS]
        figures |= {"found": ", ".join(counts[:3]), "days": ", ".join(counts[3:])}
    name = _phrase(part, row)
    return phrases[name].format(**figures) if name else None


def _phrase(part, row):
    """Name of the phrase that says what is so; None where nothing is."""
    if part == "seen":
        past = "not since" if row.dormant else "seen"
        return "often" if row.recent else past
    if part == "class":
        return "sustained" if row.class_code <= NETWORK else "not sustained"
    if part == "key":
        return "below key" if row.capacity_ru < row.key_patch_ru else "above key"
    if part == "near":
        if not np.isnan(row.nearest_m):
            return "patch near"
        return "vague near" if row.vague_near else "none near"
    if part == "long-lived":
        return part if row.long_lived == "yes" else None
    if part == "seed":
        return "seed unknown" if np.isnan(row.seed_bank_years) else "seed"
    if part == "search":
        found = "not found" if row.searched else "not searched"
        return None if row.recent else found
    return row.trend if part == "trend" else part


def by_distinct(values, sentence):
    """Write one sentence per distinct row and hand it to all equal rows.

    Parameters
    ----------
    values : DataFrame
        The values that a sentence may use.
    sentence : callable
        From a row (named tuple) to text.

    Returns
    -------
    ndarray of object (str), shape (n_rows,)
        The sentences.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"n": [1, 2, 1]})
    >>> by_distinct(table, lambda row: f"{row.n} found").tolist()
    ['1 found', '2 found', '1 found']
    """
    code, distinct = distinct_rows(values)
    texts = [sentence(row) for row in distinct.itertuples(index=False)]
    return np.array(texts, dtype=object)[code]
