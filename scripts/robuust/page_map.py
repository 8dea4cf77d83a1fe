"""What the interactive map of the report holds: shapes, reasons, where to search."""

import json

import pandas as pd
import shapely

from robuust.code_words import code_words
from robuust.figures import euros, figure, figure_nl
from robuust.map_pictures import map_extent
from robuust.output_layers import layer_named
from robuust.page_shapes import CELLS, shown_alone, shown_together, step_of, steps
from robuust.question_maps import (
    DRAWINGS,
    QUESTION_MAPS,
    back_to_front,
    in_drawing_order,
    legend,
    legend_values,
)

#: What the map may weigh in the page, and the shapes that are tried first [bytes; n].
MOST_BYTES = 8 * 1024**2
MOST_SHAPES = 20_000

#: Columns by which a feature is called from the tables of the page.
KEYS = {
    "robust_areas": "robust_area_id",
    "relict_sites": "patch_id",
    "restoration": "candidate_id",
    "corridors": "corridor_id",
    "pinch_points": "pinch_point_id",
    "report_units": "name",
}

#: What stands beside the name of a feature, in Dutch and in English.
FACTS = {
    "rank": ("rang {}", "rank {}"),
    "step": ("stap {}", "step {}"),
    "area_ha": ("{} ha", "{} ha"),
    "robust_ha": ("{} ha robuust gebied", "{} ha robust area"),
    "n_groups": ("soortgroepen: {}", "species groups: {}"),
    "n_species": ("soorten: {}", "species: {}"),
    "cost_eur": ("{} euro", "{} euro"),
}

#: What the scripts say, in Dutch and in English.
WORDS = {
    "closer": ("Inzoomen", "Zoom in"),
    "farther": ("Uitzoomen", "Zoom out"),
    "here": ("Op deze plek", "At this place"),
    "nothing": (
        "Hier ligt niets van de lagen die aan staan.",
        "Nothing of the layers that are on lies here.",
    ),
    "more": ("En nog {n}.", "And {n} more."),
    "found": ("{n} gevonden", "{n} found"),
    "sheet": ("Het blad om mee te nemen", "The sheet to take along"),
}


def page_map(frames, language, *, sheets, unit_sheets):
    """Gather all that the interactive map shows, as JSON.

    Parameters
    ----------
    frames : dict of str to DataFrame
        The layers of `DRAWINGS` with geometry, and group_summary, as published.
    language : str
        ``nl`` or ``en``.
    sheets : dict of str to str
        File name of the sheet of each species that has one, without ending.
    unit_sheets : dict of str to str
        The same by level and id of a reporting unit, with a blank between.

    Returns
    -------
    text : str
        JSON that no browser can take for markup, below `MOST_BYTES`.
    layers : dict of str to dict
        What the page says of each layer: n, alone (features with a shape of their own),
        together (features shown as cells), cell_m and step_m.
    """
    extent = map_extent(frames)
    groups = frames["group_summary"]
    made = {
        "language": language,
        "extent": extent,
        "step_m": step_of(extent),
        "cells_per_row": CELLS,
        "groups": groups["group"].tolist(),
        "group_names": groups[f"name_{language}"].tolist(),
        "questions": {q.slug: ["report_units", *q.page_layers] for q in QUESTION_MAPS},
        "sheets": sheets,
        "unit_sheets": unit_sheets,
    }
    drawn = {name: in_drawing_order(frames[name], name) for name in DRAWINGS}
    most = MOST_SHAPES
    while True:
        layers = {
            name: _layer(rows, name, language, extent=extent, most=most)
            for name, rows in drawn.items()
        }
        text = page_json(made | {"layers": layers})
        if len(text.encode()) <= MOST_BYTES or most < 2:
            break
        most //= 2
    told = ("title", "legend", "n", "alone", "together", "cell_m")
    return text, {
        name: {key: layer[key] for key in told} | {"step_m": made["step_m"]}
        for name, layer in layers.items()
    }


def page_json(value):
    r"""Write JSON that can stand in a page: nothing in it ends the element round it.

    Parameters
    ----------
    value : object
        Anything that JSON can hold.

    Returns
    -------
    str
        JSON without <, > and &, and without the two line ends that only JSON allows.

    Examples
    --------
    >>> page_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def plan_names(plans, language):
    """Name the plan that each row of the layer `restoration_plan` belongs to.

    Parameters
    ----------
    plans : DataFrame
        budget_eur and plan (best or nested).
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    Series of str

    Examples
    --------
    >>> plans = pd.DataFrame({"budget_eur": [250_000.0], "plan": ["best"]})
    >>> plan_names(plans, "nl").tolist()
    ['250.000 euro, beste plan']
    """
    words = code_words("restoration_plan", "plan", language)
    return pd.Series(
        [
            f"{euros(budget, language)} euro, {words.get(plan, plan)} plan"
            for budget, plan in zip(plans["budget_eur"], plans["plan"], strict=True)
        ],
        index=plans.index,
        dtype="str",
    )


def _layer(rows, name, language, *, extent, most):
    """One layer: its legend, and column by column what is said of its features."""
    west, south, _, _ = extent
    step_m, drawing = step_of(extent), DRAWINGS[name]
    is_plan = name == "restoration_plan"
    groups = plan_names(rows, language) if is_plan else _texts(rows, "group")
    values = _texts(rows, drawing.column)
    alone = shown_alone(
        rows.geometry.area, groups, smallest_m2=step_m**2, most=max(most, 1)
    )
    middles = shapely.get_coordinates(shapely.centroid(rows.geometry[~alone].array))
    cell_m, cells = shown_together(
        middles,
        pd.DataFrame({"group": groups[~alone], "value": values[~alone]}),
        extent=extent,
        order=legend_values(name),
    )
    cells.sort(key=lambda part: back_to_front(name).index(part["value"]))
    own, shapes = rows[alone], rows.geometry[alone].to_numpy()
    return {
        "title": layer_named(name).title(language),
        "chosen_by": "plan" if is_plan else "group",
        "legend": [
            entry
            for entry in legend(name, language)
            if entry["value"] in {"", *values}  # of the meanings those that occur
        ],
        "hollow": drawing.hollow,
        "opacity": drawing.opacity,
        "n": len(rows),
        "alone": int(alone.sum()),
        "together": int((~alone).sum()),
        "cell_m": cell_m,
        "cells": cells,
        "group": groups[alone].tolist(),
        "value": values[alone].tolist(),
        "key": _texts(own, KEYS.get(name, "")).tolist(),
        "name": _names(own, drawing.title).tolist(),
        "fact": _facts(own, language),
        "reason": _reasons(own, language).tolist(),
        "species": _texts(own, "species").tolist(),
        "unit": (_texts(own, "level") + " " + _texts(own, "unit_id")).tolist(),
        "shape": steps(shapes, west=west, south=south, step_m=step_m),
    }


def _texts(rows, column):
    """Read a column as text, blank where there is none."""
    if column not in rows:
        return pd.Series("", index=rows.index, dtype="str")
    return rows[column].astype("str").where(rows[column].notna(), "")


def _names(rows, column):
    """Name each feature; a species with its Dutch name."""
    names = _texts(rows, column)
    if "name_nl" in rows:
        dutch = _texts(rows, "name_nl")
        names = names.where(dutch == "", names + " (" + dutch + ")")
    return names


def _reasons(rows, language):
    """Why a feature is what it is; of rows in quarantine the reason and the detail."""
    if f"reason_{language}" in rows:
        return _texts(rows, f"reason_{language}")
    reason, detail = _texts(rows, "reason"), _texts(rows, "detail")
    return reason.where(detail == "", reason + ": " + detail)


def _facts(rows, language):
    """Write the few figures that stand beside the name of a feature."""
    dutch = language == "nl"
    columns = [column for column in FACTS if column in rows]
    return [
        ", ".join(
            FACTS[column][0 if dutch else 1].format(_number(value, column, language))
            for column, value in zip(columns, row, strict=True)
            if pd.notna(value)
        )
        for row in rows[columns].itertuples(index=False, name=None)
    ]


def _number(value, column, language):
    """Write a figure in the language of the page."""
    if column.endswith("_eur"):
        return euros(value, language)
    return (figure_nl if language == "nl" else figure)(float(value))
