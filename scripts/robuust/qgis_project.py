"""The QGIS project: a layer tree that asks a planner's questions, in plain XML."""

import math
from dataclasses import dataclass

from robuust.layer_styles import RASTERS, style_body
from robuust.output_layers import layer_named
from robuust.templates import fill

#: Stands for one layer of patches for each species group, in the tree below.
PER_GROUP = "patches of each group"

RASTER_TITLES = {
    "robustness_score": ("Robuustheid per cel (0-1)", "Robustness per cell (0-1)"),
    "robust_groups": ("Aantal groepen: robuust", "Number of groups: robust"),
    "buffer_groups": ("Aantal groepen: bereik", "Number of groups: reach"),
    "habitat_variety": (
        "Aantal habitattypen binnen {nearby_m:g} m",
        "Number of habitat types within {nearby_m:g} m",
    ),
    "current_flow": ("Doorstroming: {group}", "Current flow: {group}"),
}


@dataclass(frozen=True)
class Question:
    """One branch of the layer tree; `shown` opens it, `drawn` ticks those layers."""

    title_nl: str
    title_en: str
    layers: tuple[str, ...]
    drawn: tuple[str, ...]
    shown: bool = False


QUESTIONS = (
    Question(
        "Waar is het robuust?",
        "Where is it robust?",
        (
            "report_units",
            "robust_areas",
            "patches",
            "networks",
            "links",
            "robustness_score",
            "robust_groups",
            "habitat_variety",
        ),
        ("report_units", "robust_areas", "patches"),
        shown=True,
    ),
    Question(
        "Voor wie?",
        "For whom?",
        (
            PER_GROUP,
            "current_flow",
            "buffers",
            "buffer_groups",
            "robust_area_groups",
            "robust_area_species",
            "bundle_summary",
            "group_summary",
            "component_sweep",
            "dispersal_sweep",
        ),
        (),
    ),
    Question(
        "Wat is er in gevaar?",
        "What is at risk?",
        (
            "populations",
            "relict_sites",
            "relict_receivers",
            "pressure_zones",
            "zone_land_uses",
            "reintroduction",
            "habitat_state",
        ),
        ("populations", "relict_sites"),
    ),
    Question(
        "Wat eerst doen?",
        "What to do first?",
        (
            *(
                "pinch_points",
                "corridor_paths",
                "corridors",
                "restoration_plan",
                "plan_curve",
                "plan_groups",
                "restoration",
                "unit_priorities",
            ),
            *("unit_measures", "unit_programmes", "unit_targets"),
        ),
        ("pinch_points", "corridors", "restoration"),
    ),
    Question(
        "Wat veranderde?",
        "What changed?",
        (
            *("population_changes", "planned_changes", "changes"),
            *("group_changes", "unit_progress"),
        ),
        ("population_changes", "planned_changes", "changes"),
    ),
    Question(
        "Invoer en kwaliteit",
        "Input and quality",
        (
            "quarantined_records",
            "quarantined_habitat",
            "quarantined_context",
            "coverage_faults",
            "candidate_checks",
            "ingest_summary",
            "sensitivity",
            "unit_classes",
            "unit_species",
            "sources",
            "settings",
            "run_info",
            "output_columns",
        ),
        ("quarantined_records", "quarantined_habitat"),
    ),
)

#: Of the local distances, the variety within the one nearest to this is drawn [m].
MESO_M = 300

#: QGIS gives a layer with an id of ten characters or fewer another id.
ID_PREFIX = "robuust_"

_GEOMETRY = {"MultiPolygon": "Polygon", "LineString": "Line", "Point": "Point"}


def project_xml(
    template, *, title, language, crs, extent, groups, styles, nearby_m, flows=()
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
        QML of each layer and raster, by name; tables have none.
    nearby_m : float
        Distance within which the drawn band of `habitat_variety` looks [m].
    flows : iterable of str
        Names of the groups with a map of current flow; the style of each is
        ``current_flow/<group>``.

    Returns
    -------
    str
        XML for QGIS 3.22 and later; data sources are relative to its folder.
    """
    return fill(
        template,
        title=title,
        crs=_crs_words(crs),
        extent=dict(zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True)),
        branches=[
            _branch(q, language, groups, styles, nearby_m, set(flows))
            for q in QUESTIONS
        ],
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


def _branch(question, language, groups, styles, nearby_m, flows):
    """One question with its layers, as the template wants them."""
    layers = []
    for name in question.layers:
        if name == PER_GROUP:
            layers += [
                _vector("patches", language, styles, group=g, title=t)
                for g, t in groups
            ]
        elif name == "current_flow":
            layers += [
                _raster(name, language, styles, file=f"{name}/{g}", group=t)
                for g, t in groups
                if g in flows
            ]
        elif name in RASTER_TITLES:
            layers.append(_raster(name, language, styles, nearby_m=nearby_m))
        else:
            layers.append(_vector(name, language, styles))
    for layer in layers:
        layer["checked"] = layer["id"].removeprefix(ID_PREFIX) in question.drawn
    return {
        "title": question.title_nl if language == "nl" else question.title_en,
        "shown": question.shown,
        "layers": layers,
    }


def _vector(name, language, styles, *, group=None, title=None):
    """One layer or table of the GeoPackage, whole or of one group."""
    layer = layer_named(name)
    source = f"./robuust.gpkg|layername={name}"
    if group is not None:
        value = group.replace("'", "''")
        source += f"|subset=\"group\" = '{value}'"
    return {
        "id": ID_PREFIX + (name if group is None else f"{name}_{group}"),
        "title": title or layer.title(language),
        "abstract": layer.description(language),
        "type": "vector",
        "provider": "ogr",
        "source": source,
        "geometry": _GEOMETRY.get(layer.geometry_type, "No geometry"),
        "wkb_type": layer.geometry_type or "NoGeometry",
        "is_table": layer.geometry_type is None,
        "body": style_body(styles[name]) if name in styles else "",
    }


def _raster(name, language, styles, *, file=None, **words):
    """One of the rasters beside the GeoPackage; `words` fill its title."""
    title_nl, title_en = RASTER_TITLES[name]
    file = file or name
    return {
        "id": ID_PREFIX + file.replace("/", "_"),
        "title": (title_nl if language == "nl" else title_en).format(**words),
        "abstract": "",
        "type": "raster",
        "provider": "gdal",
        "source": f"./{file}.tif",
        "is_table": False,
        "body": style_body(styles[file]),
    }


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
