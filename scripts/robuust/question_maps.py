"""What each question of a planner shows on a map: the same on page and picture."""

from dataclasses import dataclass

import numpy as np

from robuust.map_colours import GREYS, INK, PURPLES, QUALITATIVE, REDS
from robuust.meanings import MEANINGS, label
from robuust.output_layers import layer_named
from robuust.questions import QUESTIONS, Question
from robuust.statuses import AT_RISK, ON_RECORD


@dataclass(frozen=True)
class QuestionMap:
    """One question, with the layers that answer it from back to front.

    `slug` names its picture. The layers `on_page` lie on top of the others on the page
    alone, where a reader chooses what they show.
    """

    slug: str
    question: Question
    layers: tuple[str, ...]
    on_page: tuple[str, ...] = ()

    @property
    def page_layers(self):
        """Every layer that the page has for it, from back to front."""
        return self.layers + self.on_page

    def title(self, language):
        """Ask it in Dutch (`nl`) or English (`en`)."""
        return self.question.title(language)


_ROBUST, _WHOM, _RISK, _FIRST, _CHANGED, _QUALITY, *_ = QUESTIONS
QUESTION_MAPS = (
    QuestionMap("where_robust", _ROBUST, ("patches", "robust_areas")),
    QuestionMap("for_whom", _WHOM, ("patches",)),
    QuestionMap("at_risk", _RISK, ("relict_sites", "populations")),
    QuestionMap(
        "what_first",
        _FIRST,
        ("corridors", "restoration", "pinch_points"),
        on_page=("restoration_plan",),
    ),
    QuestionMap(
        "what_changed", _CHANGED, ("changes", "planned_changes", "population_changes")
    ),
    QuestionMap(
        "input_quality",
        _QUALITY,
        (
            *("quarantined_context", "quarantined_habitat", "coverage_faults"),
            "quarantined_records",
        ),
    ),
)


#: The picture of this question has a map for each species group.
PER_GROUP = "for_whom"


@dataclass(frozen=True)
class Drawing:
    """How a layer is drawn: by the meaning of a column, or all in one colour.

    `title` names the column that a reader knows a feature by; a layer that lies under
    others is paler, by its `opacity`.
    """

    title: str
    column: str = ""
    colour: str = ""
    hollow: bool = False
    opacity: float = 0.85


DRAWINGS = {
    "report_units": Drawing("name", colour=GREYS[-1], hollow=True),
    "patches": Drawing("patch_id", "class"),
    "robust_areas": Drawing("robust_area_id", colour=PURPLES[-1], hollow=True),
    "relict_sites": Drawing("species", "status", opacity=0.4),
    "populations": Drawing("species", "status"),
    "corridors": Drawing("corridor_id", "way", opacity=0.5),
    "restoration": Drawing("candidate_id", "track"),
    "restoration_plan": Drawing("candidate_id", colour=INK, hollow=True),
    "pinch_points": Drawing("pinch_point_id", colour=REDS[-1], hollow=True),
    "changes": Drawing("patch_id", "change"),
    "planned_changes": Drawing("name", colour=INK, hollow=True),
    "population_changes": Drawing("species", "outcome"),
    "quarantined_context": Drawing("row", colour=QUALITATIVE[3]),
    "quarantined_habitat": Drawing("row", colour=QUALITATIVE[1]),
    "coverage_faults": Drawing("fault_id", colour=QUALITATIVE[7]),
    "quarantined_records": Drawing("row", colour=QUALITATIVE[0]),
}

SHOWN_STATUSES = {
    "populations": (*ON_RECORD, "withheld"),
    "relict_sites": AT_RISK,
}

#: The most threatened population lies on top of others at the same place.
ON_TOP = {
    "status": (
        "withheld",
        "lost",
        "unsearched",
        "dormant",
        "viable",
        "relict",
        "phantom",
    )
}


def legend(name, language):
    """Entries of the legend of a layer.

    Parameters
    ----------
    name : str
        A key of `DRAWINGS`.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    list of dict
        value, label, colour; one without a value for a layer in one colour.
    """
    drawing = DRAWINGS[name]
    if not drawing.column:
        words = layer_named(name).title(language)
        return [{"value": "", "label": words, "colour": drawing.colour}]
    return [
        {
            "value": value,
            "label": label(drawing.column, value, language),
            "colour": MEANINGS[drawing.column][value][0],
        }
        for value in legend_values(name)
    ]


def legend_values(name):
    """Values that the map shows of a layer, as its legend orders them.

    Populations that were never seen stand in the tables only: most patches are empty
    for most species.

    Parameters
    ----------
    name : str
        A key of `DRAWINGS`.

    Returns
    -------
    tuple of str
        The values; one blank for a layer in one colour.

    Examples
    --------
    >>> legend_values("relict_sites")
    ('relict', 'phantom')
    """
    column = DRAWINGS[name].column
    if not column:
        return ("",)
    if name in SHOWN_STATUSES:
        return SHOWN_STATUSES[name]
    return tuple(MEANINGS[column])


def in_drawing_order(frame, name):
    """Rows of a layer that the map shows, what must lie on top last.

    Parameters
    ----------
    frame : GeoDataFrame
        The layer, as published.
    name : str
        A key of `DRAWINGS`.

    Returns
    -------
    GeoDataFrame
        The rows with a place and a value of the legend. Ranked ones from the last rank
        to the first; others by value.
    """
    drawing = DRAWINGS[name]
    rows = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    if not drawing.column:
        return rows
    rows = rows[rows[drawing.column].isin(legend_values(name))]
    if name == "restoration":
        return rows.sort_values("rank", ascending=False)
    places = {value: i for i, value in enumerate(back_to_front(name))}
    order = np.argsort(rows[drawing.column].map(places).to_numpy(), kind="stable")
    return rows.iloc[order]


def back_to_front(name):
    """Values of a layer in the order in which they are drawn.

    Parameters
    ----------
    name : str
        A key of `DRAWINGS`.

    Returns
    -------
    tuple of str
        The last lies on top: the best class, the most threatened population.

    Examples
    --------
    >>> back_to_front("patches")[-1], back_to_front("populations")[-1]
    ('stronghold', 'phantom')
    """
    shown = legend_values(name)
    order = ON_TOP.get(DRAWINGS[name].column, tuple(reversed(shown)))
    return tuple(value for value in order if value in shown)
