"""Why a population has its status, in Dutch and English, with the figures."""

import numpy as np
import pandas as pd

from robuust.figures import distance, distance_nl, figure, figure_nl
from robuust.records_to_patches import years_before
from robuust.robustness import CLASSES

CLASS_WORDS_NL = {
    "stronghold": "bolwerk",
    "key": "sleutelgebied",
    "network": "netwerk",
    "near": "bijna",
    "insufficient": "onvoldoende",
}
CLASS_WORDS_EN = {name: name for name in CLASSES}
PHRASES_NL = {
    "viable": "{often}; plek robuust of netwerk levensvatbaar ({word}, {capacity} RE)",
    "phantom": "{often}; {capacity} RE, minder dan een sleutelplek van {key} RE; "
    "{near}; {fading}",
    "relict": "{often}; plek en netwerk niet robuust ({word}, {capacity} RE, "
    "sleutelplek {key} RE); {near}",
    "dormant": "{seen}, niet sinds {since}; zaad leeft {seed} jaar in de bodem",
    "unsearched": "{seen}; sinds {since} is de soortgroep hier niet gezocht",
    "lost": "{seen}; sinds {since} gezocht en niet gevonden",
    "colonisable": "hier nooit gezien, wel geschikt; {near}",
    "unreachable": "hier nooit gezien, wel geschikt; {near}",
    "seen": "laatst gezien in {last_year}",
    "often": "laatst gezien in {last_year} "
    "(waarnemingen: {n_records}, jaren: {n_years})",
    "patch near": "andere bezette plek op {nearest}",
    "network near": "het netwerk is bezet (vondsten die bij meer plekken passen)",
    "none near": "geen andere bezette plek bereikbaar binnen {reach}",
    "long-lived": "langlevende soort",
    "declining": "bezoeken met vondst dalen per periode: {visits}",
    "and": " en ",
    "ambiguous": "; recente vondsten die bij meer plekken passen: {n_ambiguous}",
}
PHRASES_EN = {
    "viable": "{often}; patch robust or network viable ({word}, {capacity} RU)",
    "phantom": "{often}; {capacity} RU, less than a key patch of {key} RU; "
    "{near}; {fading}",
    "relict": "{often}; patch and network not robust ({word}, {capacity} RU, "
    "key patch {key} RU); {near}",
    "dormant": "{seen}, not since {since}; seed lives {seed} years in the soil",
    "unsearched": "{seen}; since {since} nobody searched here for its taxon group",
    "lost": "{seen}; searched since {since} and not found",
    "colonisable": "never seen here, but suitable; {near}",
    "unreachable": "never seen here, but suitable; {near}",
    "seen": "last seen in {last_year}",
    "often": "last seen in {last_year} (records: {n_records}, years: {n_years})",
    "patch near": "another occupied patch at {nearest}",
    "network near": "the network is occupied (records that fit several patches)",
    "none near": "no other occupied patch to reach within {reach}",
    "long-lived": "long-lived species",
    "declining": "visits with a find decline per period: {visits}",
    "and": " and ",
    "ambiguous": "; recent records that fit several patches: {n_ambiguous}",
}


def population_sentences(
    facts, *, key_patch_ru, dispersal_max_m, reference_date, recent_years
):
    """Say which facts gave each population its status, and with which values.

    Parameters
    ----------
    facts : DataFrame
        What `judge_populations` found.
    key_patch_ru : float
        Capacity of a key patch [RU].
    dispersal_max_m : float
        Largest dispersal distance of the group [m].
    reference_date : str or Timestamp
        "Recent" counts back from this day.
    recent_years : int
        Length of the recent window [years].

    Returns
    -------
    nl, en : array of str, shape (n_rows,)
        One sentence per row of `facts`.
    """
    since = years_before(reference_date, recent_years).year
    never = (facts["n_records"] == 0).to_numpy()
    values = pd.DataFrame(
        {
            "status": facts["status"],
            # No sentence on a patch without records names these two: one value
            # for all such rows leaves fewer distinct sentences to write.
            "class_code": facts["class_code"].mask(never, 0),
            "capacity_ru": facts["capacity_ru"].mask(never, 0),
            "n_records": facts["n_records"],
            "n_years": facts["n_years"],
            "last_year": facts["last_year"],
            "nearest_m": facts["nearest_occupied_m"].round(),
            "network_near": np.where(
                never, facts["network_occupied"], facts["network_occupied_elsewhere"]
            ),
            "declining": facts["declining"],
            "visits_1": facts["visits_1"],
            "visits_2": facts["visits_2"],
            "visits_3": facts["visits_3"],
            "long_lived": facts["long_lived"] == "yes",
            "seed_bank_years": facts["seed_bank_years"],
            "n_ambiguous": facts["n_ambiguous"],
        }
    )
    general = {"key_patch_ru": key_patch_ru, "reach_m": dispersal_max_m, "since": since}
    nl = by_distinct(
        values,
        lambda row: _sentence(
            row, PHRASES_NL, CLASS_WORDS_NL, figure_nl, distance_nl, **general
        ),
    )
    en = by_distinct(
        values,
        lambda row: _sentence(
            row, PHRASES_EN, CLASS_WORDS_EN, figure, distance, **general
        ),
    )
    return pd.array(nl, dtype="str"), pd.array(en, dtype="str")


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
    >>> table = pd.DataFrame({"n": [1, 2, 1]})
    >>> by_distinct(table, lambda row: f"{row.n} found").tolist()
    ['1 found', '2 found', '1 found']
    """
    if values.empty:
        return np.empty(0, dtype=object)
    code = values.groupby(list(values), dropna=False, sort=False).ngroup().to_numpy()
    _, first = np.unique(code, return_index=True)
    texts = [sentence(row) for row in values.iloc[first].itertuples(index=False)]
    return np.array(texts, dtype=object)[code]


def _sentence(
    row, phrases, class_words, number, length, *, key_patch_ru, reach_m, since
):
    """One sentence in one language."""
    if not np.isnan(row.nearest_m):
        near = phrases["patch near"].format(nearest=length(row.nearest_m))
    elif row.network_near:
        near = phrases["network near"]
    else:
        near = phrases["none near"].format(reach=length(reach_m))
    fading = [phrases["long-lived"]] * row.long_lived
    if row.declining:
        visits = f"{row.visits_1}, {row.visits_2}, {row.visits_3}"
        fading.append(phrases["declining"].format(visits=visits))
    times = row._asdict()
    text = phrases[row.status].format(
        seen=phrases["seen"].format(**times),
        often=phrases["often"].format(**times),
        word=class_words[CLASSES[row.class_code]],
        capacity=number(row.capacity_ru),
        key=number(key_patch_ru),
        near=near,
        fading=phrases["and"].join(fading),
        since=since,
        seed=number(row.seed_bank_years),
    )
    if row.n_ambiguous:
        text += phrases["ambiguous"].format(n_ambiguous=row.n_ambiguous)
    return text
