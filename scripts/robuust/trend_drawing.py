"""The trend over many runs, drawn: a panel per species group, or per province."""

import pandas as pd
from markupsafe import Markup

from robuust.budget_curve import round_steps
from robuust.figures import figure, figure_nl
from robuust.history import ALL
from robuust.templates import fill

COLUMNS = 3  # panels beside each other
PANEL = {"width": 240, "height": 150}  # pixels
LEFT, RIGHT, TOP, BOTTOM = 48, 226, 28, 122  # of the frame inside a panel [pixels]
DOT = 3  # radius of a point [pixels]
MOST_DATES = 8  # marks along the axis of time

#: What is drawn of a group and of a unit: column, colour, dashes, words. Dashes tell
#: the lines apart in grey print too.
LINES = {
    "group": (
        ("area_ha", "#969696", "2 3", "leefgebied", "habitat"),
        ("eca_ha", "#d94801", "6 4", "verbonden (ECA)", "connected (ECA)"),
        ("robust_ha", "#08306b", "", "robuust", "robust"),
    ),
    "unit": (("robust_ha", "#08306b", "", "robuuste gebieden", "robust areas"),),
}
TITLES = {
    "group": ("Verloop per soortgroep (ha)", "Trend per species group (ha)"),
    "unit": ("Verloop per eenheid (ha)", "Trend per unit (ha)"),
}


def trend_pictures(template, history, language, names):
    """Draw the trend per species group and per reporting unit as SVG.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/page/trend.svg.j2``.
    history, language, names
        See `trend_drawing`.

    Returns
    -------
    list of dict
        slug (``trend_per_group``, ``trend_per_unit``), title and svg (markup); empty
        with fewer than two runs.
    """
    pictures = []
    for per, titles in TITLES.items():
        drawing = trend_drawing(history, per, language, names)
        if drawing and drawing["panels"]:
            pictures.append(
                {
                    "slug": f"trend_per_{per}",
                    "title": titles[0 if language == "nl" else 1],
                    "svg": Markup(fill(template, trend=drawing)),
                }
            )
    return pictures


def trend_drawing(history, per, language, names=None):
    """Lay out the trend of the main hectares over the runs, in small panels.

    Parameters
    ----------
    history : DataFrame
        The table `history`; scenarios are no point of a trend and are left out.
    per : str
        ``group``: whole groups; ``unit``: the reporting units, all groups together.
    language : str
        ``nl`` or ``en``.
    names : dict of str to str, optional
        What the reader calls each group; its short name without.

    Returns
    -------
    dict or None
        width, height [px], title, legend (label, colour, dashes) and panels: x, y [px],
        title, y_ticks (at [px], text), x_ticks ([px]), first and last (text), lines
        (label, colour, dashes, d, points (x, y, title)). None with fewer than two runs.
        Time runs from left to right by reference date; where runs share one, by their
        number.
    """
    rows = history[~history["is_scenario"].fillna(False).astype(bool)]
    runs = rows[["run_number", "reference_date"]].drop_duplicates()
    runs = runs.sort_values(["reference_date", "run_number"])
    if len(runs) < 2:
        return None
    word = 0 if language == "nl" else 1
    if per == "group":
        rows = rows[(rows["level"] == ALL) & (rows["group"] != ALL)]
        rows = rows.assign(panel=rows["group"])
        called = names or {}
    else:
        rows = rows[(rows["level"] != ALL) & (rows["group"] == ALL)]
        # Not by unit_id: with other boundaries a unit has another.
        rows = rows.assign(panel=rows["level"] + " " + rows["name"])
        called = dict(zip(rows["panel"], rows["name"], strict=True))
    lines = [(*line[:3], line[3 + word]) for line in LINES[per]]
    times = _times(runs)
    panels = [
        _panel(own.sort_values("run_number"), lines, times, language)
        | {"title": called.get(name, name)}
        for name, own in rows.groupby("panel", sort=True)
    ]
    for k, panel in enumerate(panels):
        panel["x"] = k % COLUMNS * PANEL["width"]
        panel["y"] = k // COLUMNS * PANEL["height"]
    n_rows = -(-len(panels) // COLUMNS)
    return {
        "width": COLUMNS * PANEL["width"],
        "height": n_rows * PANEL["height"],
        "title": TITLES[per][word],
        "legend": [{"label": t, "colour": c, "dashes": d} for _, c, d, t in lines],
        "panels": panels,
        "frame": {"left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM},
        "dot": DOT,
    }


def _times(runs):
    """Place of each run along the axis of time [px], and its date, by its number."""
    days = pd.to_datetime(runs["reference_date"]).to_numpy().astype("datetime64[D]")
    at = days.astype("int64").astype(float)
    if len(set(at)) < len(at):
        at = pd.Series(range(len(runs)), dtype=float).to_numpy()
    at = LEFT + (RIGHT - LEFT) * (at - at.min()) / (at.max() - at.min())
    return {
        number: (round(float(x), 1), date)
        for number, x, date in zip(
            runs["run_number"], at, runs["reference_date"], strict=True
        )
    }


def _panel(rows, lines, times, language):
    """One panel: its axes and lines."""
    number = figure_nl if language == "nl" else figure
    columns = [column for column, *_ in lines]
    highest = rows[columns].max().max()
    steps = round_steps(0 if pd.isna(highest) else highest)
    steps = [0.0, steps[-1] / 2, steps[-1]]

    def place_y(value):
        return round(BOTTOM - (BOTTOM - TOP) * value / steps[-1], 1)

    drawn = []
    for column, colour, dashes, label in lines:
        known = rows.dropna(subset=[column])
        points = [
            {
                "x": times[run][0],
                "y": place_y(value),
                "title": f"{times[run][1]}: {number(value)} ha {label}",
            }
            for run, value in zip(known["run_number"], known[column], strict=True)
        ]
        points.sort(key=lambda point: point["x"])
        path = "M" + "L".join(f"{p['x']:g} {p['y']:g}" for p in points)
        look = {"label": label, "colour": colour, "dashes": dashes}
        if points:
            drawn.append(look | {"d": path, "points": points})
    marks = [x for x, _ in times.values()]
    return {
        "y_ticks": [(place_y(value), number(value)) for value in steps],
        "x_ticks": marks if len(marks) <= MOST_DATES else [marks[0], marks[-1]],
        "first": next(iter(times.values()))[1],
        "last": list(times.values())[-1][1],
        "lines": drawn,
    }
