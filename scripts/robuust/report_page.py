"""The report: one page of HTML that needs nothing from outside itself."""

import math
import re

import pandas as pd
import shapely

from robuust.budget_curve import curve_drawing
from robuust.figures import figure, figure_nl
from robuust.meanings import MEANINGS, label
from robuust.output_layers import layer_named
from robuust.qgis_project import initial_extent
from robuust.templates import fill
from robuust.track_land import track_totals

MAP_WIDTH = 900  # pixels; what is smaller than a fifth of one is left out
SMALLEST_PX2 = 0.2

#: Layers and tables that the report is made from.
REPORT_LAYERS = (
    "patches",
    "networks",
    "robust_areas",
    "populations",
    "relict_sites",
    "restoration",
    "plan_curve",
    "corridors",
    "pinch_points",
    "report_units",
    "changes",
    "planned_changes",
    "population_changes",
    "group_changes",
    "group_summary",
    "sensitivity",
    "bundle_summary",
    "habitat_state",
    "candidate_checks",
    "ingest_summary",
    "settings",
    "sources",
    "run_info",
)

#: Columns of each table of the report, in order.
TABLE_COLUMNS = {
    "group_summary": "name_{language} n_patches n_stronghold n_key n_network n_near "
    "n_insufficient area_ha robust_ha eca_ha networks",
    "robust_areas": "rank robust_area_id area_ha n_groups unit reason_{language}",
    "bundle_summary": "bundle n_groups robust_ha stronghold_ha key_ha network_ha "
    "by_area_ha mean_score protected_share n_robust_areas in_areas_ha "
    "in_small_areas_ha n_species n_threatened",
    "relict_sites": "rank species status patch_id area_ha urgency reason_{language}",
    "restoration": "rank rank_range top_share candidate_id action track area_ha "
    "cost_eur reason_{language}",
    "plan_curve": "budget_eur plan n cost_eur gain upper_bound gap_percent method "
    "nesting_price_percent reason_{language}",
    "tracks": "track n_candidates area_ha cost_eur",
    "corridors": "rank way n_groups cost_eur priority_rank reason_{language}",
    "pinch_points": "rank corridor_id group area_ha lost_share reason_{language}",
    "report_units": "level name area_ha robust_ha n_species n_relicts n_phantoms "
    "n_lost top_candidates",
    "habitat_state": "code name_{language} range_cells_10km area_ha good_quality_share "
    "robust_share area_change_ha",
    "changes": "change n_patches n_better n_worse",
    "planned_changes": "name area_ha earlier_habitat_ha habitat_ha year cost_eur "
    "reason_{language}",
    "population_changes": "outcome red_list species group reason_{language}",
    "group_changes": "name_{language} balance earlier_area_ha area_ha earlier_eca_ha "
    "eca_ha earlier_n_viable_networks n_viable_networks n_worse n_better "
    "n_populations_worse n_populations_better",
    "sensitivity": "parameter evidence flipped_share",
    "candidate_checks": "n_candidates area_ha remark_{language}",
    "ingest_summary": "source reason rows_in rows_kept rows_quarantined",
    "sources": "source kind path layer rows crs transformation accuracy_m "
    "better_grid sha256",
    "settings": "key value description",
    "run_info": "key value description",
}


def report_html(template, frames, output_columns, *, title, language, lines):
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
    return fill(
        template,
        language=language,
        title=title,
        lines=[line.partition(":")[::2] for line in lines],
        map=map_drawing(frames, language),
        curve=curve_drawing(frames["plan_curve"], language),
        groups_without_habitat=groups.loc[groups["n_patches"] == 0, name].tolist(),
        n_unverified=int((evidence["evidence"] == "unverified").sum()),
        n_evidence=len(evidence),
        tables=_tables(frames, headings, language),
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
    patches, areas, units = (
        frames[name] for name in ("patches", "robust_areas", "report_units")
    )
    extent = initial_extent(
        [layer.total_bounds if len(layer) else None for layer in (patches, units)]
    )
    west, south, east, north = extent
    scale = MAP_WIDTH / (east - west)

    def path(geometries, text, colour, hollow=False):
        drawn = svg_path(geometries, west=west, north=north, scale=scale)
        return {"d": drawn, "label": text, "colour": colour, "hollow": hollow}

    paths = [
        path(
            units.geometry, layer_named("report_units").title(language), "#777777", True
        )
    ]
    for value, (colour, _, _) in reversed(MEANINGS["class"].items()):
        chosen = patches.geometry[patches["class"] == value]
        paths.append(path(chosen, label("class", value, language), colour))
    areas_title = layer_named("robust_areas").title(language)
    paths.append(path(areas.geometry, areas_title, "#000000", True))
    return {
        "width": MAP_WIDTH,
        "height": round((north - south) * scale),
        "paths": paths,
        "bar": scale_bar(MAP_WIDTH / scale, scale),
    }


def svg_path(geometries, *, west, north, scale):
    """Turn polygons into the `d` of an SVG path.

    Parameters
    ----------
    geometries : sequence of shapely polygons
        In metres; missing ones and what is too small to see are left out.
    west, north : float
        Place of the upper left corner [m].
    scale : float
        Pixels per metre.

    Returns
    -------
    str
        Rings in pixels, y downwards; empty text when nothing can be seen.

    Examples
    --------
    >>> svg_path([shapely.box(0, 0, 10, 10)], west=0, north=10, scale=1)
    'M10 10L10 0L0 0L0 10L10 10Z'
    """
    shapes = [shape for shape in geometries if shape is not None]
    pixels = shapely.transform(
        shapes, lambda xy: (xy - [west, north]) * [scale, -scale]
    )
    pixels = shapely.simplify(pixels, 0.4)
    pixels = pixels[shapely.area(pixels) >= SMALLEST_PX2]
    texts = shapely.to_wkt(pixels, rounding_precision=1)
    return "".join(_rings(text) for text in texts)


def scale_bar(width_m, scale):
    """Choose a round length of about a fifth of the map.

    Parameters
    ----------
    width_m : float
        Width of the map [m]; above zero.
    scale : float
        Pixels per metre.

    Returns
    -------
    dict
        px (length on the map) and label.

    Examples
    --------
    >>> scale_bar(12_000, 0.1)
    {'px': 200.0, 'label': '2 km'}
    """
    power = 10 ** math.floor(math.log10(width_m / 5))
    length = max(step * power for step in (1, 2, 5) if step * power <= width_m / 5)
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    return {"px": length * scale, "label": text}


def _rings(wkt):
    """Turn the WKT of a polygon into moves and lines of SVG."""
    inside = re.sub(r"^[A-Z]+ ", "", wkt)
    inside = re.sub(r"\(+", "M", inside)
    return re.sub(r"\)+(, )?", "Z", inside).replace(", ", "L")


def _tables(frames, headings, language):
    """Every table of the report by its name: headings and cells, as text."""
    words = _own_headings(language)
    tables = {}
    for table, rows in _table_rows(frames).items():
        columns = TABLE_COLUMNS[table].format(language=language).split()
        layer = "restoration" if table == "tracks" else table
        tables[table] = {
            "headings": [
                words.get((table, column)) or headings[(layer, column)]
                for column in columns
            ],
            "numeric": [pd.api.types.is_numeric_dtype(rows[c]) for c in columns],
            "rows": [
                [
                    _cell(value, c, language)
                    for c, value in zip(columns, row, strict=True)
                ]
                for row in rows[columns].itertuples(index=False, name=None)
            ],
        }
    return tables


def _table_rows(frames):
    """Rows of every table of the report, the most telling first."""
    made = {
        "group_summary": _with_networks(frames),
        "robust_areas": frames["robust_areas"].head(10),
        "relict_sites": frames["relict_sites"].sort_values("rank").head(10),
        "restoration": _with_rank_range(frames["restoration"].head(15)),
        "tracks": track_totals(frames["restoration"]),
        "corridors": frames["corridors"].head(10),
        "pinch_points": frames["pinch_points"].head(10),
        "changes": _per_change(frames["changes"]),
        "population_changes": frames["population_changes"]
        .sort_values("outcome", ascending=False, kind="stable")
        .head(25),
        "group_changes": frames["group_changes"].sort_values(
            ["balance", "eca_change_share"]
        ),
        "sensitivity": _flips_per_parameter(frames["sensitivity"]),
    }
    return {name: made.get(name, frames.get(name)) for name in TABLE_COLUMNS}


def _own_headings(language):
    """Headings that are shorter in the report, or that only the report has."""
    dutch = language == "nl"
    counts = {
        ("group_summary", f"n_{value}"): label("class", value, language)
        for value in MEANINGS["class"]
    }
    tables = {
        ("group_summary", "n_patches"): ("plekken", "patches"),
        ("group_summary", "networks"): (
            "netwerken: levensvatbaar / alle",
            "networks: viable / all",
        ),
        ("group_summary", f"name_{language}"): ("Soortgroep", "Species group"),
        ("habitat_state", f"name_{language}"): ("Habitattype", "Habitat type"),
        ("restoration", "rank_range"): ("Rang, laag - hoog", "Rank, low - high"),
        ("tracks", "n_candidates"): ("Kandidaten", "Candidates"),
        ("changes", "n_patches"): ("Habitatplekken", "Patches"),
        ("changes", "n_better"): ("Oordeel beter", "Verdict better"),
        ("changes", "n_worse"): ("Oordeel slechter", "Verdict worse"),
    }
    tables |= {
        (table, f"reason_{language}"): ("Reden", "Reason")
        for table in (
            *("robust_areas", "relict_sites", "restoration", "plan_curve"),
            *("corridors", "pinch_points"),
            *("planned_changes", "population_changes"),
        )
    }
    return counts | {key: words[0 if dutch else 1] for key, words in tables.items()}


def _cell(value, column, language):
    """One value as the reader sees it."""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool):
        return {"nl": ("nee", "ja"), "en": ("no", "yes")}[language][value]
    if isinstance(value, float):
        return figure_nl(value) if language == "nl" else figure(value)
    return label(column, value, language)


def _with_networks(frames):
    """Summary per group, with how many of its networks are viable."""
    networks = frames["networks"].groupby("group")["viable"]
    viable, total = networks.sum(), networks.size()
    groups = frames["group_summary"]
    return groups.assign(
        networks=[
            f"{int(viable.get(group, 0))} / {int(total.get(group, 0))}"
            for group in groups["group"]
        ]
    )


def _with_rank_range(restoration):
    """Candidates with the ranks between which they move over the draws."""
    low, high = (restoration[f"rank_{end}"].astype("str") for end in ("low", "high"))
    return restoration.assign(rank_range=low + " - " + high)


def _per_change(changes):
    """One row per kind of change: how many patches, how many better or worse."""
    flips = {name: changes["verdict_change"] == name for name in ("better", "worse")}
    return (
        changes.assign(**flips)
        .groupby("change", as_index=False)
        .agg(
            n_patches=("change", "size"),
            n_better=("better", "sum"),
            n_worse=("worse", "sum"),
        )
    )


def _flips_per_parameter(sensitivity):
    """Mean share of verdicts that a parameter flips, the most telling first."""
    means = sensitivity.groupby(["parameter", "evidence"], as_index=False).agg(
        flipped_share=("flipped_share", "mean")
    )
    return means.sort_values(
        ["flipped_share", "parameter"], ascending=[False, True]
    ).head(12)
