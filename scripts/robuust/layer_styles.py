"""How every layer is drawn: one colour has one meaning on every map.

Blue is robust, orange to brown is not (yet), teal is the reach of a group, green is
variety, and the three tracks of restoration have colours of their own. Shades that must
be told apart differ in lightness too, so that colour-blind readers and grey prints keep
them.
"""

import re
from dataclasses import dataclass
from itertools import cycle

import pandas as pd

from robuust.meanings import MARKERS, MEANINGS, label
from robuust.templates import fill

#: Colours for values that a run brings (Paul Tol's muted set, colour-blind safe).
QUALITATIVE = (
    "#332288",
    "#88ccee",
    "#999933",
    "#cc6677",
    "#117733",
    "#ddcc77",
    "#882255",
    "#44aa99",
)
OTHER_COLOUR = "#bbbbbb"

BLUES = ("#deebf7", "#9ecae1", "#6baed6", "#2171b5", "#08306b")
ORANGES = ("#feedde", "#fdbe85", "#fd8d3c", "#d94701", "#7f2704")
GREYS = ("#969696", "#4d4d4d", "#737373")
PINKS = ("#f1b6da", "#de77ae", "#c51b7d", "#6b0f45")
TEALS = ("#f6e8c3", "#c7eae5", "#80cdc1", "#35978f", "#01665e")
GREENS = ("#f7fcb9", "#addd8e", "#41ab5d", "#238443", "#004529")
GEOMETRY_CODES = {"marker": 0, "line": 1, "fill": 2}  # as QGIS numbers them
FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Style:
    """How one layer is drawn.

    `bounds` makes classes of a number; without them the values of `column` are drawn
    by `MEANINGS`, or as the run brings them. `order` draws its highest value on top.
    `expression` stands in for the column where QGIS would write its value otherwise.
    `certainty` is a column with a share: the less sure, the paler.
    """

    geometry: str  # fill, line or marker
    column: str
    bounds: tuple[float, ...] = ()
    colours: tuple[str, ...] = ()
    opacity: float = 1.0
    hollow: bool = False
    order: str = ""
    expression: str = ""
    certainty: str = ""


#: What matters most is drawn on top: the best patch, the most threatened population.
_BEST_ON_TOP = (
    "array_find(array('insufficient', 'near', 'network', 'key', 'stronghold'), "
    '"class")'
)
_THREATENED_ON_TOP = (
    "array_find(array('unreachable', 'colonisable', 'unsearched', 'lost', 'dormant', "
    "'viable', 'relict', 'phantom'), \"status\")"
)

STYLES = {
    "patches": Style("fill", "class", order=_BEST_ON_TOP),
    "links": Style("line", "probability", FIFTHS, BLUES, order='"probability"'),
    "networks": Style("fill", "viable", hollow=True),
    "buffers": Style("fill", "ring", opacity=0.6),
    "pressure_zones": Style("fill", "pressure", opacity=0.4),
    "robust_areas": Style("fill", "score", FIFTHS, BLUES),
    "populations": Style("marker", "status", order=_THREATENED_ON_TOP),
    "relict_sites": Style("fill", "urgency", FIFTHS, ORANGES, order='"urgency"'),
    "restoration": Style("fill", "track", order='-"rank"', certainty="top_share"),
    "restoration_plan": Style(  # as text, or a million becomes 1e+06
        "fill",
        "budget_eur",
        order='-"budget_eur"',
        expression='to_string(to_int("budget_eur"))',
    ),
    "corridors": Style(
        "fill", "n_groups", (-0.5, 1.5, 3.5, 6.5, 1e9), PINKS, opacity=0.6
    ),
    "corridor_paths": Style("line", "group"),
    "pinch_points": Style(
        "fill", "lost_share", FIFTHS[1:], ORANGES[1:], hollow=True, order='"lost_share"'
    ),
    "report_units": Style("fill", "level", colours=GREYS, hollow=True),
    "changes": Style("fill", "change"),
    "planned_changes": Style("fill", "code", hollow=True),
    "population_changes": Style("marker", "outcome"),
    "quarantined_habitat": Style("fill", "reason", opacity=0.7),
    "coverage_faults": Style("fill", "kind", opacity=0.7),
    "quarantined_records": Style("marker", "reason"),
    "quarantined_context": Style("fill", "reason", opacity=0.7),
}

#: raster -> colours from low to high; the lowest value is not drawn.
RASTERS = {
    "robustness_score": BLUES,
    "robust_groups": BLUES,
    "buffer_groups": TEALS[1:],
    "habitat_variety": GREENS,
    "current_flow": PINKS,
}


def style_qml(template, layer, columns, language, *, values=()):
    """Write the QGIS style (QML) of one layer, or the headings of one table.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/layer_style.qml.j2``.
    layer : robuust.output_layers.Layer
        The layer or table.
    columns : DataFrame
        Rows of output_columns.csv for this layer: column, type, alias_nl, alias_en.
    language : str
        ``nl`` or ``en``: words of legend, headings and map tip.
    values : sequence of str or float
        Values of the styled column in this run; result of `run_values`.

    Returns
    -------
    str
        The QML document.
    """
    style = STYLES.get(layer.name)
    fields = [
        {
            "name": row.column,
            "alias": getattr(row, f"alias_{language}"),
            "type": row.type,
        }
        for row in columns.itertuples()
    ]
    hidden = ("reason_nl", "reason_en", "original", "other_geometry", fields[0]["name"])
    reason = next((f["name"] for f in fields if f["name"] == f"reason_{language}"), "")
    return fill(
        template,
        style=style,
        entries=_entries(style, language, values) if style else [],
        fields=fields,
        title=layer.title(language),
        key=fields[0]["name"],
        reason=reason,
        shown=[f for f in fields if f["name"] not in hidden][:8],
        geometry_code=GEOMETRY_CODES[style.geometry] if style else 4,
    )


def run_values(rows, name):
    """Values that the style of a layer must name because the run brings them itself.

    Parameters
    ----------
    rows : DataFrame
        Rows of the layer.
    name : str
        Name of the layer or table.

    Returns
    -------
    list of str or float
        Values of the styled column, sorted; none when `MEANINGS` or bounds say them.
    """
    style = STYLES.get(name)
    if style is None or style.bounds or style.column in MEANINGS:
        return []
    return sorted(rows[style.column].dropna().unique().tolist())


def layer_styles_rows(styles, date):
    """Make the table ``layer_styles`` by which QGIS draws a layer of a GeoPackage.

    Parameters
    ----------
    styles : dict of str to str
        QML of each layer by name.
    date : str
        Moment that the table names as its last change (ISO 8601).

    Returns
    -------
    DataFrame
        One default style per layer, in the columns that QGIS itself writes.
    """
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",  # QGIS looks for an empty text, not for NULL
            "f_table_name": list(styles),
            "f_geometry_column": ["geom" if name in STYLES else "" for name in styles],
            "styleName": "robuust",
            "styleQML": list(styles.values()),
            "styleSLD": "",
            "useAsDefault": True,
            "description": "",
            "owner": "",
            "ui": "",
            "update_time": pd.Timestamp(date),
        }
    )


def raster_qml(template, name, *, highest, band=1):
    """Write the QGIS style (QML) of one raster, from its lowest to its highest value.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/raster_style.qml.j2``.
    name : str
        A key of `RASTERS`.
    highest : float
        Value of the last colour; above zero.
    band : int, optional
        The band to draw.

    Returns
    -------
    str
        The QML document.
    """
    colours = RASTERS[name]
    steps = [
        {
            "value": highest * (i + 1) / len(colours),
            "label": f"{highest * (i + 1) / len(colours):g}",
            "colour": colour,
        }
        for i, colour in enumerate(colours)
    ]
    return fill(template, steps=steps, highest=highest, band=band)


def style_body(qml):
    """Return what stands inside the root element of a style document, as XML text.

    A project holds it inside the element of its layer; so any QML that a cartographer
    saved from QGIS fits there too.
    """
    inside = re.search(r"<qgis\b[^>]*>(.*)</qgis>", qml, flags=re.DOTALL)
    if inside is None:
        raise ValueError("this is no QGIS style: it has no <qgis> element")
    return inside.group(1).strip()


def _entries(style, language, values):
    """Legend entries: label and colour, and a value or the bounds of a class."""
    if style.bounds:
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
    meanings = MEANINGS.get(style.column)
    if meanings is None:
        own = style.colours or QUALITATIVE
        entries = [
            {"value": _plain(value), "label": _plain(value), "colour": colour}
            for value, colour in zip(values, cycle(own), strict=False)
        ]
    else:
        entries = [
            {
                "value": value,
                "label": label(style.column, value, language),
                "colour": colour,
                "marker": MARKERS.get(value, ("circle", 2.4)),
            }
            for value, (colour, _, _) in meanings.items()
        ]
    other = "overige" if language == "nl" else "other"
    return [*entries, {"value": "", "label": other, "colour": OTHER_COLOUR}]


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
