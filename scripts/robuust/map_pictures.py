"""One picture per question, for slides: a map with all that a map must say."""

import math

import numpy as np
import shapely

from robuust.meanings import MARKERS
from robuust.output_layers import layer_named
from robuust.polygons import as_multipolygons
from robuust.qgis_project import initial_extent
from robuust.question_maps import DRAWINGS, back_to_front, in_drawing_order, legend
from robuust.sheet_parts import short
from robuust.svg_shapes import marker_path, scale_bar, svg_path
from robuust.templates import fill

WIDTH, HEIGHT = 1600, 900  # of a slide [pixels]
LEFT, TOP, RIGHT, BOTTOM = 40, 110, 1230, 840  # of the part with maps
LEGEND_WIDTH = 330
PX_PER_MM = 4.0  # of the sizes in `MARKERS`
PANEL_TITLE = 26  # height of the name above each of several maps
PX_PER_SIGN = 8.5  # of the name of a panel
SOURCE_SIGNS = 190


def map_picture(
    template, question, frames, *, title, language, reference_date, groups=()
):
    """Draw the map of one question.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/picture.svg.j2``.
    question : robuust.question_maps.QuestionMap
        The question.
    frames : dict of str to DataFrame
        Its layers, report_units, patches and sources, as published.
    title : str
        Name of the area.
    language : str
        ``nl`` or ``en``.
    reference_date : str
        ISO date of the run.
    groups : sequence of (str, str)
        Name and title of species groups: one small map for each. Without them there is
        one map, of all groups.

    Returns
    -------
    str
        SVG of `WIDTH` by `HEIGHT`; the same input gives the same text.
    """
    extent = map_extent(frames)
    layers = {
        name: _inside(in_drawing_order(frames[name], name), extent)
        for name in question.layers
    }
    corners, width, height = _corners(groups)
    west, south, east, north = extent
    scale = min(width / (east - west), height / (north - south))
    place = {"west": west, "north": north, "scale": scale}
    panels = []
    for (name, words), (x, y) in zip(groups or [(None, "")], corners, strict=True):
        own = layers
        if name is not None:
            own = {key: rows[rows["group"] == name] for key, rows in layers.items()}
        words = short(words, int(width / PX_PER_SIGN))
        panels.append({"x": x, "y": y, "title": words, "paths": _paths(own, place)})
    sources = frames["sources"]
    used = sources.loc[sources["kind"] != "parameter_table", "source"]
    return fill(
        template,
        language=language,
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        bottom=BOTTOM,
        legend_left=WIDTH - LEGEND_WIDTH,
        question=question.title(language),
        title=short(title, 90),
        reference_date=reference_date,
        panels=panels,
        outline=svg_path(_inside(frames["report_units"], extent).geometry, **place),
        bar=scale_bar(east - west, scale),
        is_empty=not any(len(rows) for rows in layers.values()),
        legend=_legend(layers, language),
        sources=short(", ".join(sorted(set(used))), SOURCE_SIGNS),
    )


def map_extent(frames):
    """Choose the part of the land that maps show: round the patches, or the units.

    Parameters
    ----------
    frames : dict of str to GeoDataFrame
        patches and report_units.

    Returns
    -------
    tuple of float
        (west, south, east, north) [m].
    """
    layers = (frames["patches"], frames["report_units"])
    return initial_extent([rows.total_bounds if len(rows) else None for rows in layers])


def _corners(groups):
    """Upper left corners (x, y) of the maps of a picture; their width and height."""
    if not groups:
        return [(LEFT, TOP)], RIGHT - LEFT, BOTTOM - TOP
    n_columns = math.ceil(math.sqrt(len(groups) * 1.2))
    wide = (RIGHT - LEFT) / n_columns
    high = (BOTTOM - TOP) / math.ceil(len(groups) / n_columns)
    corners = [
        (
            round(LEFT + wide * (i % n_columns), 1),
            round(TOP + high * (i // n_columns) + PANEL_TITLE, 1),
        )
        for i in range(len(groups))
    ]
    return corners, wide - 12, high - PANEL_TITLE - 10


def _paths(layers, place):
    """Draw one map as paths, from back to front."""
    paths = []
    for name, rows in layers.items():
        drawing = DRAWINGS[name]
        colours = {entry["value"]: entry["colour"] for entry in legend(name, "en")}
        for value in back_to_front(name):
            own = rows[rows[drawing.column] == value] if drawing.column else rows
            if len(own):
                look = {"colour": colours[value], "hollow": drawing.hollow}
                paths.append(look | _drawn(own, name, value, place))
    return paths


def _drawn(rows, name, value, place):
    """Path of some features of a layer: their shapes, or markers where they are."""
    if layer_named(name).geometry_type == "Point":
        shape, size_mm = MARKERS.get(value, ("circle", 2.4))
        middles = shapely.get_coordinates(rows.geometry.array)
        d = marker_path(middles, shape, size_mm * PX_PER_MM, **place)
        return {"d": d, "rim": "#ffffff", "opacity": 1}
    d = svg_path(rows.geometry, **place)
    return {"d": d, "rim": "", "opacity": DRAWINGS[name].opacity}


def _inside(rows, extent):
    """Keep what lies in the extent, cut at its border."""
    shapes = rows.geometry.to_numpy()
    frame = shapely.box(*extent)
    inside = shapely.intersects(frame, shapes)
    rows, shapes = rows[inside], shapes[inside]
    cut = ~shapely.covers(frame, shapes)
    if not cut.any():
        return rows
    shapes = np.array(shapes, object)
    shapes[cut] = as_multipolygons(shapely.intersection(shapes[cut], frame))
    return rows.set_geometry(shapes, crs=rows.crs)


def _legend(layers, language):
    """List, from front to back, the layers and the entries that occur on the map."""
    listed = []
    for name, rows in reversed(layers.items()):
        if not len(rows):
            continue
        column = DRAWINGS[name].column
        found = set(rows[column]) if column else {""}
        is_point = layer_named(name).geometry_type == "Point"
        entries = [
            entry
            | {
                "hollow": DRAWINGS[name].hollow,
                "marker": _sample(entry["value"]) if is_point else "",
            }
            for entry in legend(name, language)
            if entry["value"] in found
        ]
        title = layer_named(name).title(language)
        listed.append({"title": title if column else "", "entries": entries})
    lines = [
        line for part in listed for line in (part["title"], *part["entries"]) if line
    ]
    return [{"y": TOP + 10 + 30 * i, "line": line} for i, line in enumerate(lines)]


def _sample(value):
    """Marker of a status as the legend shows it, in a square of 16 pixels."""
    shape, _ = MARKERS.get(value, ("circle", 2.4))
    return marker_path(np.array([[8.0, -8.0]]), shape, 13, west=0, north=0, scale=1)
