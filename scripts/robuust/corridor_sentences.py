"""What a corridor and a pinch point are, for whom and why, in Dutch and in English."""

from robuust.code_words import code_words
from robuust.figures import distance, distance_nl, euros, figure, figure_nl
from robuust.listing import listed

STRAIGHT, OVER_LAND = "straight", "over_land"  # how a group moves
WORDS = {
    "nl": {
        "straight": "{length} in rechte lijn, {barriers}",
        "over_land": "{length} over het land, voor {name} zo zwaar als {cost} makkelijk"
        " land; een strook van gemiddeld {mean}, op het smalst {narrowest}; {barriers}",
        "barriers": ("geen barrière gekruist", "1 barrière", "{n} barrières"),
        "crossed": "{what} gekruist: {where}",
        "pinches": ("", "1 knelpunt", "{n} knelpunten"),
        "stones": "stapstenen helpen op {area} ha",
        "price": "{new} van {area} ha is nog geen habitat: kost naar schatting {cost}"
        " euro (standaardprijs{crossings})",
        "crossings": ", waarvan {cost} voor passages",
        "all habitat": "de hele strook van {area} ha is al habitat",
        "closed": "zonder prijs voor een passage, dus blijft zoals het is: {where}",
        "for": "{place} voor {who}",
        "straight gain": "hoogstens te winnen voor {who}",
        "over_land gain": "eenmaal ingericht winst voor {who}",
        "pinch": "{name}: veel wegen door de corridor komen hier samen op {area} ha;"
        " {current} % van de stroom gaat door de drukste cel",
        "lost": "wordt dit dicht, dan valt {lost} % van de doorstroming weg",
        "cut": "wordt dit dicht, dan komt er niets meer door",
    },
    "en": {
        "straight": "{length} as the crow flies, {barriers}",
        "over_land": "{length} over land, as hard for {name} as {cost} of easy land; a"
        " strip of {mean} on average, {narrowest} at its narrowest; {barriers}",
        "barriers": ("no barrier crossed", "1 barrier", "{n} barriers"),
        "crossed": "{what} crossed: {where}",
        "pinches": ("", "1 pinch point", "{n} pinch points"),
        "stones": "stepping stones help on {area} ha",
        "price": "{new} of {area} ha is no habitat yet: costs an estimated {cost} euro"
        " (default price{crossings})",
        "crossings": ", {cost} of it for crossings",
        "all habitat": "the whole strip of {area} ha is habitat already",
        "closed": "without a price for a crossing, so it stays as it is: {where}",
        "for": "{place} for {who}",
        "straight gain": "to gain at most for {who}",
        "over_land gain": "once laid out, gains for {who}",
        "pinch": "{name}: many ways through the corridor come together here on {area}"
        " ha; {current} % of the current passes the busiest cell",
        "lost": "closing it takes away {lost} % of what gets through",
        "cut": "closing it lets nothing through any more",
    },
}


def corridor_sentence(row, names, language):
    """Say what a corridor is, what it costs and who gains by it.

    Parameters
    ----------
    row : named tuple
        way, length_m, cost_m, mean_width_m, narrowest_m, n_pinch_points, area_ha,
        new_habitat_ha, crossing_cost_eur, cost_eur, users and gains (lists: groups and
        their relative rise of ECA, the largest gain first), met (list of
        `corridor_barriers.Hindrance`, each barrier once), closed (list of pairs: one
        that no priced crossing opens, and a group that it hinders).
    names : Series of str
        Name of each group in the language.
    language : str
        nl or en.

    Returns
    -------
    str
    """
    words = WORDS[language]
    number = figure_nl if language == "nl" else figure
    far = distance_nl if language == "nl" else distance
    who = [
        f"{names[group]} (ECA +{number(100 * gain)} %)"
        for group, gain in zip(row.users, row.gains, strict=True)
    ]
    parts = [
        words[row.way].format(
            length=far(row.length_m),
            name=names[row.users[0]],
            cost=far(row.cost_m),
            mean=far(row.mean_width_m),
            narrowest=far(row.narrowest_m),
            barriers=_barriers(row, words, language),
        ),
        _counted(row.n_pinch_points, words["pinches"]),
        _price(row, words, number, language),
        _closed(row.closed, words, names, language),
        words[f"{row.way} gain"].format(who=listed(who, language)),
    ]
    return "; ".join(part for part in parts if part)


def pinch_sentence(row, names, language):
    """Say what a pinch point is, and what is lost without it.

    Parameters
    ----------
    row : named tuple
        group, area_ha, current_share, lost_share.
    names, language
        As for `corridor_sentence`.

    Returns
    -------
    str

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> gate = {"group": "t", "area_ha": 0.25, "current_share": 0.4, "lost_share": 1.0}
    >>> pinch_sentence(SimpleNamespace(**gate), {"t": "Toads"}, "en").split("; ")[2]
    'closing it lets nothing through any more'
    """
    words = WORDS[language]
    number = figure_nl if language == "nl" else figure
    here = words["pinch"].format(
        name=names[row.group],
        area=number(row.area_ha),
        current=f"{100 * row.current_share:.0f}",
    )
    lost = f"{100 * row.lost_share:.0f}"
    return f"{here}; {words['cut' if lost == '100' else 'lost'].format(lost=lost)}"


def _barriers(row, words, language):
    """Say how many barriers are crossed, and where."""
    what = _counted(len(row.met), words["barriers"])
    if not row.met:
        return what
    kinds = code_words("barriers", "barrier", language)
    where = listed([one.told(kinds) for one in row.met], language)
    return words["crossed"].format(what=what, where=where)


def _price(row, words, number, language):
    """Say how much land is no habitat yet and what it costs."""
    if row.way == STRAIGHT:
        return words["stones"].format(area=number(row.area_ha))
    if row.cost_eur == 0:
        return words["all habitat"].format(area=number(row.area_ha))
    crossings = ""
    if row.crossing_cost_eur > 0:
        crossings = words["crossings"].format(
            cost=euros(row.crossing_cost_eur, language)
        )
    return words["price"].format(
        new=number(row.new_habitat_ha),
        area=number(row.area_ha),
        cost=euros(row.cost_eur, language),
        crossings=crossings,
    )


def _closed(closed, words, names, language):
    """Say which barriers stay as they are, and for whom."""
    if not closed:
        return ""
    kinds, hindered = code_words("barriers", "barrier", language), {}
    for one, group in closed:
        hindered.setdefault(one.told(kinds), []).append(names[group])
    where = [
        words["for"].format(place=place, who=listed(who, language))
        for place, who in hindered.items()
    ]
    return words["closed"].format(where=listed(where, language))


def _counted(n, forms):
    """Choose the form for none, one or many."""
    return forms[min(n, 2)].format(n=n)
