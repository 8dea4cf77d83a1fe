"""How every layer is drawn, in the style language of QGIS (QML).

Which colour means what stands in `robuust.map_colours`; how tables and forms look in
`robuust.field_forms`; what a cartographer saved from QGIS is put over it by
`robuust.saved_styles`.
"""

import math
from dataclasses import dataclass, field

import pandas as pd

from robuust.field_forms import form_fields, form_groups, open_codes
from robuust.legends import legend_entries, raster_steps
from robuust.map_colours import (
    FIFTHS,
    GREYS,
    HABITAT,
    INK,
    OLIVES,
    PINKS,
    PURPLES,
    REDS,
    TEALS,
)
from robuust.meanings import MEANINGS
from robuust.templates import fill

GEOMETRY_CODES = {"marker": 0, "line": 1, "fill": 2}  # as QGIS numbers them
#: What a map shows of the ground at scale 1:1, on a wide screen [m2].
SCREEN_M2 = 0.45 * 0.30
#: Scales at which a layer may appear are written with one of these digits.
ROUND_SCALES = (1, 2, 2.5, 5)
#: Line widths of the plans from the smallest budget on [mm].
PLAN_WIDTHS = (0.9, 0.65, 0.45, 0.3, 0.2)


@dataclass(frozen=True)
class Style:
    """How one layer is drawn.

    `bounds` makes classes of a number; without them the values of `column` are drawn
    by `MEANINGS`, or as the run brings them; without a column all is drawn alike.
    `order` draws its highest value on top. `expression` stands in for the column where
    QGIS would write its value otherwise. `certainty` is a column with a share: the less
    sure, the paler. `widths` are the lines [mm] of the values that a run brings.
    `has_dot` marks each feature, to be found on a map of a whole province; one that
    `is_hatched` lets what lies below it be seen. A layer is
    drawn, and gets its `label`, once about `most_drawn`, `most_labelled` of its
    features would stand on one screen; zero is at every scale.
    """

    geometry: str  # fill, line or marker
    column: str = ""
    bounds: tuple[float, ...] = ()
    colours: tuple[str, ...] = ()
    opacity: float = 1.0
    is_hollow: bool = False
    order: str = ""
    expression: str = ""
    certainty: str = ""
    widths: tuple[float, ...] = ()
    has_dot: bool = False
    is_hatched: bool = False
    label: str = ""
    most_drawn: int = 0
    most_labelled: int = 0


@dataclass(frozen=True)
class StyleFacts:
    """What a style must know of a run: values of its column, codes, and how dense."""

    values: list = field(default_factory=list)
    codes: dict = field(default_factory=dict)
    n_rows: int = 0
    area_m2: float = 0.0


#: What matters most is drawn on top: the best patch, the most threatened population.
_BEST_ON_TOP = (
    "array_find(array('insufficient', 'near', 'network', 'key', 'stronghold'), "
    '"class")'
)
_THREATENED_ON_TOP = (
    "array_find(array('unreachable', 'colonisable', 'unsearched', 'lost', 'dormant', "
    "'viable', 'relict', 'phantom'), \"status\")"
)
_MANY, _FEW = 20_000, 600
#: The first twenty of a ranking; all of them for who looks closely.
_FIRST = 'if("rank" <= 20 OR @map_scale < 15000, "rank", NULL)'
_UNIT = 'if("level" = \'province\', upper("name"), "name")'
_SPECIES = 'coalesce("name_nl", "species")'

STYLES = {
    "patches": Style("fill", "class", order=_BEST_ON_TOP, most_drawn=_MANY),
    "links": Style(
        "line", "probability", FIFTHS, PINKS, order='"probability"', most_drawn=1500
    ),
    "networks": Style("fill", "viable", is_hollow=True, most_drawn=_MANY),
    "buffers": Style("fill", "ring", opacity=0.6),
    "pressure_zones": Style("fill", "pressure", is_hatched=True),
    "robust_areas": Style(
        "fill", "score", FIFTHS, PURPLES, label=_FIRST, most_labelled=_FEW
    ),
    "populations": Style(
        *("marker", "status"),
        order=_THREATENED_ON_TOP,
        label=_SPECIES,
        most_drawn=_FEW,
        most_labelled=60,
    ),
    "relict_sites": Style(
        *("fill", "urgency", FIFTHS, REDS),
        order='"urgency"',
        has_dot=True,
        label='"species"',
        most_labelled=60,
    ),
    "restoration": Style(
        *("fill", "track"),
        order='-"rank"',
        certainty="top_share",
        label=_FIRST,
        most_drawn=_MANY,
    ),
    "restoration_plan": Style(  # as text, or a million becomes 1e+06
        *("fill", "budget_eur"),
        colours=(INK,),
        is_hollow=True,
        order='-"budget_eur"',
        expression='to_string(to_int("budget_eur"))',
        widths=PLAN_WIDTHS,
    ),
    "corridors": Style(
        "fill", "n_groups", (-0.5, 1.5, 3.5, 6.5, 1e9), PINKS[1:], opacity=0.45
    ),
    "corridor_paths": Style("line", colours=(PINKS[-1],)),
    "pinch_points": Style(
        *("fill", "lost_share", FIFTHS[1:], REDS[1:]),
        is_hollow=True,
        order='"lost_share"',
    ),
    "report_units": Style("fill", "level", colours=GREYS, is_hollow=True, label=_UNIT),
    "changes": Style("fill", "change", most_drawn=_MANY),
    "planned_changes": Style("fill", "code", is_hollow=True, label='"name"'),
    "population_changes": Style("marker", "outcome"),
    "quarantined_habitat": Style("fill", "reason", opacity=0.7),
    "coverage_faults": Style("fill", "kind", opacity=0.7),
    "quarantined_records": Style("marker", "reason"),
    "quarantined_context": Style("fill", "reason", opacity=0.7),
}

#: layer -> further style -> how it draws, and its name in Dutch and English.
NAMED_STYLES = {
    "patches": {
        "area_and_cohesion": (
            Style("fill", "area_verdict", most_drawn=_MANY),
            "Oppervlakte en samenhang",
            "Area and cohesion",
        ),
        "background": (
            Style("fill", colours=(HABITAT,), most_drawn=_MANY),
            "Ondergrond",
            "Background",
        ),
    }
}

#: raster -> colours from low to high; the lowest value is not drawn.
RASTERS = {
    "robustness_score": PURPLES,
    "robust_groups": PURPLES,
    "buffer_groups": TEALS,
    "habitat_variety": OLIVES,
    "current_flow": PINKS,
}
#: Of these the rasters that hold whole numbers.
COUNTED = ("robust_groups", "buffer_groups", "habitat_variety")


def style_qml(template, layer, columns, language, *, run=None, groups=None, named=None):
    """Write the QGIS style (QML) of one layer, or the headings of one table.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/layer_style.qml.j2``.
    layer : robuust.output_layers.Layer
        The layer or table.
    columns : DataFrame
        Rows of output_columns.csv for this layer.
    language : str
        ``nl`` or ``en``: words of legend, headings, map tip and form.
    run : StyleFacts, optional
        Result of `style_facts`.
    groups : dict of str to str, optional
        Name of each species group, for people.
    named : str, optional
        A further style of this layer, of `NAMED_STYLES`.

    Returns
    -------
    str
        The QML document.
    """
    run = run or StyleFacts()
    style = NAMED_STYLES[layer.name][named][0] if named else STYLES.get(layer.name)
    fields = form_fields(layer.name, columns, language, codes=run.codes, groups=groups)
    key = fields[0]["name"]
    passed_over = ("original", "other_geometry", key)
    shown = [
        f
        for f in fields
        if not f["is_hidden"] and not f["is_sentence"] and f["name"] not in passed_over
    ]
    words = {f["name"]: f["words"] for f in fields}
    return fill(
        template,
        style=style,
        entries=legend_entries(style, language, run.values, words) if style else [],
        drawn_from=visible_from(style.most_drawn, run) if style else 0,
        labelled_from=visible_from(style.most_labelled, run) if style else 0,
        fields=fields,
        boxes=form_groups(fields, language),
        title=layer.title(language),
        key=key,
        reason=next((f["name"] for f in fields if f["is_sentence"]), ""),
        shown=shown[:8],
        geometry_code=GEOMETRY_CODES[style.geometry] if style else 4,
    )


def style_facts(rows, name):
    """Find what the style of a layer must know of its rows in this run.

    Parameters
    ----------
    rows : DataFrame or GeoDataFrame
        Rows of the layer or table.
    name : str
        Its name.

    Returns
    -------
    StyleFacts
        `values` of the styled column, sorted; none when `MEANINGS` or bounds say them.
    """
    style = STYLES.get(name)
    codes = open_codes(rows, rows.columns)
    if style is None:
        return StyleFacts(codes=codes)
    named = not style.column or style.bounds or style.column in MEANINGS
    values = [] if named else sorted(rows[style.column].dropna().unique().tolist())
    west, south, east, north = rows.total_bounds
    area_m2 = (east - west) * (north - south)
    return StyleFacts(values, codes, len(rows), 0.0 if math.isnan(area_m2) else area_m2)


def visible_from(most, run):
    """Choose the scale from which a layer is drawn, by how dense it lies.

    Parameters
    ----------
    most : int
        About so many features may stand on one screen; zero for any number.
    run : StyleFacts
        Number of features, and the area that they lie in [m2].

    Returns
    -------
    int
        Denominator of the scale; zero when every scale will do.

    Examples
    --------
    >>> visible_from(1500, StyleFacts(n_rows=3000, area_m2=180e6))
    25000
    """
    if not most or run.n_rows <= most or not run.area_m2:
        return 0
    scale = math.sqrt(most * run.area_m2 / (SCREEN_M2 * run.n_rows))
    power = 10 ** math.floor(math.log10(scale))
    return round(max(step for step in ROUND_SCALES if step * power <= scale) * power)


def layer_styles_rows(styles, date, language="nl"):
    """Make the table ``layer_styles`` by which QGIS draws a layer of a GeoPackage.

    Parameters
    ----------
    styles : dict of str to str
        QML of each layer by name, and of further styles by ``layer.style``.
    date : str
        Moment that the table names as its last change (ISO 8601).
    language : str, optional
        ``nl`` or ``en``: names of the further styles.

    Returns
    -------
    DataFrame
        One default style per layer and its further ones, in the columns that QGIS
        itself writes.
    """
    layers, names = zip(*(key.partition(".")[::2] for key in styles), strict=True)
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",  # QGIS looks for an empty text, not for NULL
            "f_table_name": layers,
            "f_geometry_column": ["geom" if name in STYLES else "" for name in layers],
            "styleName": [
                style_title(layer, name, language) if name else "robuust"
                for layer, name in zip(layers, names, strict=True)
            ],
            "styleQML": list(styles.values()),
            "styleSLD": "",
            "useAsDefault": [not name for name in names],
            "description": "",
            "owner": "",
            "ui": "",
            "update_time": pd.Timestamp(date),
        }
    )


def style_title(layer, name, language):
    """Name of a further style of a layer, for people."""
    _, title_nl, title_en = NAMED_STYLES[layer][name]
    return title_nl if language == "nl" else title_en


def style_key(layer, title, language):
    """Name a style of the table ``layer_styles`` by its layer and, if further, its key.

    Examples
    --------
    >>> style_key("patches", "Area and cohesion", "en")
    'patches.area_and_cohesion'
    >>> style_key("patches", "robuust", "en")
    'patches'
    """
    for name in NAMED_STYLES.get(layer, ()):
        if style_title(layer, name, language) == title:
            return f"{layer}.{name}"
    return layer


def raster_qml(template, name, *, highest, language="nl", band=1):
    """Write the QGIS style (QML) of one raster; its zeros are not drawn.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/raster_style.qml.j2``.
    name : str
        A key of `RASTERS`.
    highest : float
        Highest value that is expected; above zero for shares.
    language : str, optional
        ``nl`` or ``en``: decimal sign of the legend.
    band : int, optional
        The band to draw.

    Returns
    -------
    str
        The QML document.
    """
    colours = RASTERS[name]
    is_count = name in COUNTED
    steps = raster_steps(colours, highest, is_count=is_count, language=language)
    return fill(template, steps=steps, highest=highest, band=band)
