"""Legend entries: what each colour on a map says, in words."""

from itertools import cycle

from robuust.figures import euros
from robuust.map_colours import OTHER, QUALITATIVE
from robuust.meanings import MARKERS, MEANINGS, label


def legend_entries(style, language, values, words):
    """Make the legend of one layer.

    Parameters
    ----------
    style : robuust.layer_styles.Style
        How it is drawn.
    language : str
        ``nl`` or ``en``.
    values : sequence of str or float
        Values of the styled column in this run, where only the run knows them.
    words : dict of str to dict of str to str
        By column, code to word; see `robuust.field_forms.form_fields`.

    Returns
    -------
    list of dict
        Per entry its label and colour, and a value or the bounds of a class. Values
        that a run brings end with an entry for whatever else there is.
    """
    if not style.column:
        return [{"label": "", "colour": style.colours[0]}]
    if style.bounds:
        return _classes(style, language)
    if style.column in MEANINGS:
        return [
            {
                "value": value,
                "label": label(style.column, value, language),
                "colour": colour,
                "marker": MARKERS.get(value, ("circle", 2.4)),
            }
            for value, (colour, _, _) in MEANINGS[style.column].items()
        ]
    colours = cycle(style.colours or QUALITATIVE)
    entries = []
    for place, (value, colour) in enumerate(zip(values, colours, strict=False)):
        word = words[style.column].get(value, _plain(value))
        entry = {"value": _plain(value), "label": word, "colour": colour}
        if style.widths:  # these are amounts
            entry["label"] = f"€ {euros(value, language)}"
            entry["width"] = style.widths[min(place, len(style.widths) - 1)]
        if style.is_hatched:
            entry["angle"] = 22 + 45 * place % 180
        entries.append(entry)
    other = "overige" if language == "nl" else "other"
    return [*entries, {"value": "", "label": other, "colour": OTHER}]


def raster_steps(colours, highest, *, is_count, language):
    """Divide the values of a raster over its colours, the last one without an end.

    Parameters
    ----------
    colours : sequence of str
        From low to high.
    highest : float
        Highest value that is expected.
    is_count : bool
        Steps of whole numbers, of at least one; otherwise equal parts.
    language : str
        ``nl`` or ``en``: decimal sign.

    Returns
    -------
    list of dict
        Per step its value (the upper bound), label and colour.

    Examples
    --------
    >>> steps = raster_steps("abc", 7, is_count=True, language="en")
    >>> [(step["value"], step["label"]) for step in steps]
    [(2, '1 - 2'), (4, '3 - 4'), ('inf', '≥ 5')]
    """
    n = len(colours)
    step = max(round(highest / n), 1) if is_count else highest / n
    steps = []
    for place, colour in enumerate(colours):
        low, high = place * step, (place + 1) * step
        if is_count:
            first = low + 1
            text = f"{first}" if step == 1 else f"{first} - {high}"
            text = f"≥ {first}" if place == n - 1 else text
        else:
            text = f"{place / n:g} - {(place + 1) / n:g}"
            text = text.replace(".", ",") if language == "nl" else text
        value = "inf" if place == n - 1 else high
        steps.append({"value": value, "label": text, "colour": colour})
    return steps


def _classes(style, language):
    """Classes of a number, between its bounds."""
    pairs = zip(style.bounds, style.bounds[1:], strict=False)
    return [
        {
            "lower": low,
            "upper": high,
            "label": _range(low, high, language),
            "colour": colour,
        }
        for (low, high), colour in zip(pairs, style.colours, strict=True)
    ]


def _range(low, high, language):
    """Write the bounds of a class: ranks are whole numbers, shares are not."""
    if high >= 1e9:
        return f"> {low:.0f}"
    if high > 1:
        return f"{low + 0.5:.0f} - {high - 0.5:.0f}"
    text = f"{low:g} - {high:g}"
    return text.replace(".", ",") if language == "nl" else text


def _plain(value):
    """Write a value of the run; of an amount only the whole euros."""
    return f"{value:.0f}" if isinstance(value, float) else str(value)
