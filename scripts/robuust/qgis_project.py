"""The QGIS project: a layer tree that asks a planner's questions, in plain XML."""

import math

from robuust.code_words import code_words
from robuust.layer_styles import RASTERS
from robuust.layer_tree import ID_PREFIX, Shown, every_layer, tree_branches
from robuust.qgis_layouts import MAP_MM, layout_pages
from robuust.templates import fill

#: Of the local distances, the variety within the one nearest to this is drawn [m].
MESO_M = 300


def project_xml(
    template,
    *,
    title,
    language,
    crs,
    extent,
    groups,
    styles,
    nearby_m,
    reference_date,
    flows=(),
    headings=None,
    units=(),
    sources=(),
):
    """Write the text of the QGIS project (.qgs).

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/project.qgs.j2``.
    title : str
        Name of the area.
    language : str
        ``nl`` or ``en``: words of the layer tree.
    crs : pyproj.CRS
        The analysis CRS.
    extent : tuple of float
        (west, south, east, north) that the map opens at [m].
    groups : sequence of (str, str)
        Name and title of each species group.
    styles : dict of str to str
        QML of each layer and raster, by name, and of further styles by
        ``layer.style``; tables may have none.
    nearby_m : float
        Distance within which the drawn band of `habitat_variety` looks [m].
    reference_date : str
        Day from which the run counts back.
    flows : iterable of str
        Names of the groups with a map of current flow; the style of each is
        ``current_flow/<group>``.
    headings : dict of str to str, optional
        What the classes of a layer are of, for the legends of pages.
    units : sequence of (str, str, float, float, float, float)
        Of each reporting unit its level and name, and its extent [m]: a bookmark.
    sources : sequence of str
        Names of the input, for the pages to print.

    Returns
    -------
    str
        XML for QGIS 3.22 and later; data sources are relative to its folder.
    """
    branches = tree_branches(
        Shown(language, groups, styles, nearby_m, set(flows), headings or {})
    )
    layers = {layer["name"]: layer for layer in every_layer(branches)}
    themes = _themes(branches, layers, language)
    return fill(
        template,
        title=title,
        crs=_crs_words(crs),
        extent=dict(zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True)),
        branches=branches,
        layers=list(layers.values()),
        themes=themes,
        bookmarks=_bookmarks(units, language),
        pages=layout_pages(
            [theme for theme in themes if theme["has_map"]],
            title=title,
            language=language,
            extent=extent,
            reference_date=reference_date,
            sources=sources,
        ),
        coverage=layers["report_units"],
        map_mm=MAP_MM,
    )


def drawn_variety(bands):
    """Choose the band of `habitat_variety` that a map opens with.

    Parameters
    ----------
    bands : sequence of dict
        Of each band, in their order: column, radius_m and highest, as text or number.

    Returns
    -------
    band : int
        Number of the band with the number of habitat types within the distance
        nearest to `MESO_M`, the shorter of two; bands count from 1.
    radius_m : float
        That distance [m].
    highest : float
        Number of types for the last colour; each colour is a whole number of types.

    Examples
    --------
    >>> drawn_variety([{"column": "n_habitat_types", "radius_m": 50, "highest": 7}])
    (1, 50.0, 10)
    """
    radius_m, band, highest = min(
        (
            (float(tags["radius_m"]), k, float(tags["highest"]))
            for k, tags in enumerate(bands, start=1)
            if tags["column"] == "n_habitat_types"
        ),
        key=lambda found: (abs(found[0] - MESO_M), found),
    )
    n_colours = len(RASTERS["habitat_variety"])
    return band, radius_m, max(math.ceil(highest / n_colours), 1) * n_colours


def initial_extent(extents):
    """Choose where the map opens: the first layer with an extent, a little wider.

    Parameters
    ----------
    extents : sequence of (float, float, float, float) or None
        (west, south, east, north) of layers, the most telling first; None when empty.

    Returns
    -------
    tuple of float
        (west, south, east, north), 5 percent wider on each side.

    Examples
    --------
    >>> initial_extent([None, (0, 0, 100, 200)])
    (-5.0, -10.0, 105.0, 210.0)
    """
    for extent in extents:
        if extent is not None and None not in extent:
            west, south, east, north = extent
            wide, high = max(east - west, 100) / 20, max(north - south, 100) / 20
            return west - wide, south - high, east + wide, north + high
    return 0.0, 0.0, 1000.0, 1000.0


def _themes(branches, layers, language):
    """Map themes: what is drawn for each question, and for each species group."""
    themes = []
    for branch in branches:
        question = branch["question"]
        if question.drawn:
            themes.append(_theme(branch["title"], question.drawn, branches, layers))
            themes[-1] |= {"has_map": question.has_map, "has_atlas": question.has_atlas}
        for part in branch["branches"]:
            names = [layer["name"] for layer in part["layers"] if layer["checked"]]
            names = ["report_units", *names]
            title = f"{branch['title']} {part['title']}"
            themes.append(_theme(title, names, branches, layers))
    return themes


def _theme(title, names, branches, layers):
    """One theme: its layers, and the branches that must be ticked to see them."""
    paths = []
    for branch in branches:
        inner = [
            f"{branch['title']}/{part['title']}"
            for part in branch["branches"]
            if any(layer["name"] in names for layer in part["layers"])
        ]
        if inner or any(layer["name"] in names for layer in branch["layers"]):
            paths += [branch["title"], *inner]
    drawn = [layers[name] for name in layers if name in names]
    return {
        "title": title,
        "layers": drawn,
        "paths": paths,
        "has_map": False,
        "has_atlas": False,
    }


def _bookmarks(units, language):
    """One bookmark per reporting unit, under the word for its level."""
    words = code_words("report_units", "level", language)
    return [
        {
            "id": f"{ID_PREFIX}{number}",
            "name": name,
            "group": words.get(level, level),
            "extent": f"POLYGON(({west} {south}, {east} {south}, {east} {north}, "
            f"{west} {north}, {west} {south}))",
        }
        for number, (level, name, west, south, east, north) in enumerate(units, 1)
    ]


def _crs_words(crs):
    """Describe the reference system, as QGIS writes it down."""
    authority = crs.to_authority()
    return {
        "wkt": crs.to_wkt("WKT2_2019"),
        "authid": ":".join(authority) if authority else "",
        "srid": authority[1] if authority and authority[1].isdigit() else 0,
        "description": crs.name,
        "geographic": "true" if crs.is_geographic else "false",
    }
