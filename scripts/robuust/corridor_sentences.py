"""What a corridor and a pinch point are, for whom and why, in Dutch and in English."""

import pandas as pd

from robuust.figures import distance, distance_nl, euros, figure, figure_nl
from robuust.listing import listed

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
        "priority": ", per euro op zijn best nummer {rank} tussen de kandidaten",
        "gain": "hoogstens te winnen voor {who}",
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
        "priority": ", at best number {rank} among the candidates per euro",
        "gain": "to gain at most for {who}",
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
        way, length_m, cost_m, mean_width_m, narrowest_m, n_barriers, barriers,
        n_pinch_points, area_ha, new_habitat_ha, crossing_cost_eur, cost_eur,
        priority_rank, users and gains (lists: groups and their relative rise of ECA,
        the largest gain first).
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
        words["gain"].format(who=listed(who, language)),
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
    what = _counted(row.n_barriers, words["barriers"])
    if not row.n_barriers:
        return what
    where = listed(row.barriers.split("; "), language)
    return words["crossed"].format(what=what, where=where)


def _price(row, words, number, language):
    """Say how much land is no habitat yet and what it costs."""
    if row.way == "straight":
        return words["stones"].format(area=number(row.area_ha))
    if row.cost_eur == 0:
        return words["all habitat"].format(area=number(row.area_ha))
    crossings = ""
    if row.crossing_cost_eur > 0:
        crossings = words["crossings"].format(
            cost=euros(row.crossing_cost_eur, language)
        )
    said = words["price"].format(
        new=number(row.new_habitat_ha),
        area=number(row.area_ha),
        cost=euros(row.cost_eur, language),
        crossings=crossings,
    )
    if pd.isna(row.priority_rank):
        return said
    return said + words["priority"].format(rank=row.priority_rank)


def _counted(n, forms):
    """Choose the form for none, one or many."""
    return forms[min(n, 2)].format(n=n)
