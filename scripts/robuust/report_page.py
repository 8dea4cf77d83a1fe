"""The report: one page of HTML that needs nothing from outside itself."""

from markupsafe import Markup

from robuust.budget_curve import curve_drawing
from robuust.figures import distance, distance_nl
from robuust.map_pictures import map_extent
from robuust.meanings import MEANINGS, label
from robuust.output_layers import layer_named
from robuust.page_assets import page_assets
from robuust.page_map import WORDS, page_json, page_map, plan_names
from robuust.question_maps import DRAWINGS, QUESTION_MAPS
from robuust.report_tables import report_tables
from robuust.svg_shapes import scale_bar, svg_path
from robuust.templates import fill
from robuust.trend_drawing import trend_pictures

MAP_WIDTH = 900  # pixels

#: Layers and tables that the report is made from.
REPORT_LAYERS = (
    "patches",
    "networks",
    "robust_areas",
    "populations",
    "relict_sites",
    "restoration",
    "restoration_plan",
    "plan_curve",
    "corridors",
    "pinch_points",
    "report_units",
    "changes",
    "planned_changes",
    "population_changes",
    "group_changes",
    "group_summary",
    "unit_progress",
    "history",
    "sensitivity",
    "bundle_summary",
    "habitat_state",
    "candidate_checks",
    "ingest_summary",
    "settings",
    "sources",
    "run_info",
    "quarantined_habitat",
    "quarantined_context",
    "quarantined_records",
    "coverage_faults",
)

#: Where the page leads to from its head, and the words in Dutch and in English.
CONTENTS = {
    "map-title": ("Kaart", "Map"),
    "groups": ("Voor wie?", "For whom?"),
    "areas": ("Robuuste gebieden", "Robust areas"),
    "risk": ("In gevaar", "At risk"),
    "first": ("Wat eerst?", "What first?"),
    "units": ("Per eenheid", "Per unit"),
    "state": ("Habitattypen", "Habitat types"),
    "changes": ("Veranderd", "Changed"),
    "sure": ("Hoe zeker", "How sure"),
    "input": ("Invoer", "Input"),
    "provenance": ("Herkomst", "Provenance"),
}


def report_html(
    template,
    frames,
    output_columns,
    *,
    title,
    language,
    lines,
    assets,
    sheets=None,
    unit_sheets=None,
):
    """Write the report.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/report.html.j2``.
    frames : dict of str to DataFrame
        The layers and tables named in `REPORT_LAYERS`, as they are published.
    output_columns : DataFrame
        Headings of their columns; see `robuust.output_contract`.
    title : str
        Name of the area.
    language : str
        ``nl`` or ``en``.
    lines : list of str
        The summary; see `robuust.run_summary.summary_lines`.
    assets : dict of str to str
        Styles and scripts; see `robuust.page_assets.page_assets`.
    sheets, unit_sheets : dict of str to str, optional
        File name, without ending, of the sheet of a species, and of a unit by its
        level and id with a blank between.

    Returns
    -------
    str
        A page of HTML. Every value of the data is escaped: no name in it can run.
    """
    headings = {
        (row.layer, row.column): getattr(row, f"alias_{language}")
        for row in output_columns.itertuples()
    }
    evidence = frames["sensitivity"].drop_duplicates(["group", "parameter"])
    groups = frames["group_summary"]
    name = f"name_{language}"
    data, layers = page_map(
        frames, language, sheets=sheets or {}, unit_sheets=unit_sheets or {}
    )
    word = 0 if language == "nl" else 1
    return fill(
        template,
        language=language,
        title=title,
        lines=[line.partition(":")[::2] for line in lines],
        contents=[(place, words[word]) for place, words in CONTENTS.items()],
        page=page_assets(assets),
        map=map_drawing(frames, language),
        questions=_questions(layers, language),
        plans=plan_names(frames["restoration_plan"], language).unique().tolist(),
        groups=groups[["group", name]].to_numpy().tolist(),
        step=_distance(layers["patches"]["step_m"], language),
        is_simplified="patches_simplified_m" in set(frames["run_info"]["key"]),
        words=Markup(page_json({key: text[word] for key, text in WORDS.items()})),
        map_data=Markup(data),
        sheets=sheets or {},
        curve=curve_drawing(frames["plan_curve"], language),
        trends=trend_pictures(
            assets["trend.svg.j2"],
            frames["history"],
            language,
            dict(groups[["group", name]].to_numpy().tolist()),
        ),
        groups_without_habitat=groups.loc[groups["n_patches"] == 0, name].tolist(),
        n_unverified=int((evidence["evidence"] == "unverified").sum()),
        n_evidence=len(evidence),
        tables=report_tables(frames, headings, language),
    )


def map_drawing(frames, language):
    """Draw the report's map: paths of SVG, from back to front.

    Parameters
    ----------
    frames : dict of str to GeoDataFrame
        patches, robust_areas and report_units.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    dict
        width, height [px], paths (label, colour, hollow, d) and bar (px, label).
    """
    patches = frames["patches"]
    extent = map_extent(frames)
    west, south, east, north = extent
    scale = MAP_WIDTH / (east - west)

    def path(geometries, text, colour, hollow=False):
        drawn = svg_path(geometries, west=west, north=north, scale=scale)
        return {"d": drawn, "label": text, "colour": colour, "hollow": hollow}

    def outline(name):
        words = layer_named(name).title(language)
        return path(frames[name].geometry, words, DRAWINGS[name].colour, True)

    paths = [outline("report_units")]
    for value, (colour, _, _) in reversed(MEANINGS["class"].items()):
        chosen = patches.geometry[patches["class"] == value]
        paths.append(path(chosen, label("class", value, language), colour))
    paths.append(outline("robust_areas"))
    return {
        "width": MAP_WIDTH,
        "height": round((north - south) * scale),
        "paths": paths,
        "bar": scale_bar(MAP_WIDTH / scale, scale),
    }


def _questions(layers, language):
    """Every question with its layers from front to back, as the page switches them."""
    return [
        {
            "slug": question.slug,
            "title": question.title(language),
            "layers": [
                layers[name]
                | {
                    "name": name,
                    "hollow": DRAWINGS[name].hollow,
                    "cell": _distance(layers[name]["cell_m"], language),
                }
                for name in reversed(question.page_layers)
            ],
        }
        for question in QUESTION_MAPS
    ]


def _distance(value_m, language):
    """Write a distance in the language of the page."""
    return (distance_nl if language == "nl" else distance)(value_m)
