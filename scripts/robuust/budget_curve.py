"""The budget curve: what each budget brings, and what no plan can exceed, as drawn."""

import math

from robuust.figures import euros, figure, figure_nl

WIDTH, HEIGHT = 720, 380  # pixels
LEFT, RIGHT, TOP, BOTTOM = 80, 700, 20, 320  # of the frame in which lines are drawn
TICKS = 5  # about so many numbers along an axis
SIZE = 5  # of a marker, from its middle to its edge [pixels]
SAMPLE = (18, 6)  # middle of the line in the legend [pixels]

#: What is drawn, from back to front: plan and column of `plan_curve`, colour, dashes
#: and marker. Dashes and markers tell them apart in grey print too. The bound lies on
#: top: it is often so near to the plan that it would be hidden.
LINES = {
    "nested": ("nested", "gain", "#2171b5", "2 4", "square"),
    "best": ("best", "gain", "#08306b", "", "diamond"),
    "upper_bound": ("best", "upper_bound", "#fd8d3c", "7 7", ""),
}
LABELS = {
    "upper_bound": ("meer kan geen enkel plan", "no plan can bring more"),
    "nested": (
        "genest plan: een groter budget houdt het kleinere plan",
        "nested plan: a larger budget keeps the smaller plan",
    ),
    "best": ("beste plan dat gevonden is", "best plan found"),
    "gain": (
        "Winst (gewogen som van de stijging van ECA)",
        "Gain (weighted sum of the rise of ECA)",
    ),
    "millions": ("Budget (miljoen euro)", "Budget (million euro)"),
    "thousands": ("Budget (duizend euro)", "Budget (thousand euro)"),
    "point": (
        "{budget} euro: winst {gain}, kandidaten: {n}",
        "{budget} euro: gain {gain}, candidates: {n}",
    ),
}


def curve_drawing(curve, language):
    """Draw the budget curve: lines, markers and numbers along the axes.

    Parameters
    ----------
    curve : DataFrame
        Table `plan_curve`: budget_eur, plan (best or nested), n, gain, upper_bound;
        one row per budget and plan.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    dict or None
        width, height, frame (left, right, top, bottom) [px]; x_label, y_label; x_ticks
        and y_ticks (at [px], text); lines, from back to front: label, colour, dashes, d
        (path), sample (marker in the legend, blank for none), points (d, title). None
        without a plan.
    """
    if not len(curve):
        return None
    dutch = language == "nl"
    words = {name: text[0 if dutch else 1] for name, text in LABELS.items()}
    number = figure_nl if dutch else figure
    curve = curve.sort_values("budget_eur")
    x_steps = round_steps(curve["budget_eur"].max())
    y_steps = round_steps(curve[["gain", "upper_bound"]].max().max())

    def place_x(budget):
        return round(LEFT + (RIGHT - LEFT) * budget / x_steps[-1], 1)

    def place_y(gain):
        return round(BOTTOM - (BOTTOM - TOP) * gain / y_steps[-1], 1)

    unit = "millions" if x_steps[-1] >= 1e6 else "thousands"
    unit_eur = 1e6 if unit == "millions" else 1e3
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "frame": {"left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM},
        "x_label": words[unit],
        "y_label": words["gain"],
        "x_ticks": [(place_x(value), number(value / unit_eur)) for value in x_steps],
        "y_ticks": [(place_y(value), number(value)) for value in y_steps],
        "lines": _lines(curve, place_x, place_y, words, number, dutch),
    }


def round_steps(highest):
    """Round numbers from zero to the highest value or just beyond.

    Parameters
    ----------
    highest : float
        Zero or more.

    Returns
    -------
    list of float
        Two numbers at least.

    Examples
    --------
    >>> round_steps(1_900_000)
    [0.0, 500000.0, 1000000.0, 1500000.0, 2000000.0]
    >>> round_steps(0)
    [0.0, 1.0]
    """
    if not highest > 0:
        return [0.0, 1.0]
    power = 10 ** math.floor(math.log10(highest / TICKS))
    step = next(k * power for k in (1, 2, 5, 10) if k * power * TICKS >= highest)
    # A hair beyond the last step is rounding, no reason for another.
    return [float(k * step) for k in range(math.ceil(highest / step - 1e-9) + 1)]


def _lines(curve, place_x, place_y, words, number, dutch):
    """Lines of the drawing; a plan that was not made has none."""
    lines = []
    for name, (plan, column, colour, dashes, marker) in LINES.items():
        rows = curve[curve["plan"] == plan]
        places = [
            (place_x(budget), place_y(value))
            for budget, value in zip(rows["budget_eur"], rows[column], strict=True)
        ]
        if not places:
            continue
        titles = [
            words["point"].format(
                budget=euros(row.budget_eur, "nl" if dutch else "en"),
                gain=number(row.gain),
                n=row.n,
            )
            for row in rows.itertuples()
        ]
        lines.append(
            {
                "label": words[name],
                "colour": colour,
                "dashes": dashes,
                "d": "M" + "L".join(f"{x:g} {y:g}" for x, y in places),
                "sample": _marker(*SAMPLE, marker) if marker else "",
                "points": [
                    {"d": _marker(x, y, marker), "title": title}
                    for (x, y), title in zip(places, titles, strict=True)
                    if marker
                ],
            }
        )
    return lines


def _marker(x, y, shape):
    """Outline of a marker round a point, as the `d` of an SVG path."""
    s = SIZE
    if shape == "square":
        return f"M{x - s:g} {y - s:g}h{2 * s}v{2 * s}h{-2 * s}Z"
    return f"M{x:g} {y - s:g}l{s} {s}l{-s} {s}l{-s} {-s}Z"
