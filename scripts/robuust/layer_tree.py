"""The layers of the QGIS project, in a tree that asks a planner's questions."""

from dataclasses import dataclass, field

from robuust.layer_styles import NAMED_STYLES, RASTERS, style_title
from robuust.output_layers import layer_named
from robuust.questions import BACKGROUND, GROUP_LAYERS, PER_GROUP, QUESTIONS
from robuust.saved_styles import style_parts

RASTER_TITLES = {
    "robustness_score": ("Robuustheid per cel (0-1)", "Robustness per cell (0-1)"),
    "robust_groups": ("Aantal groepen: robuust", "Number of groups: robust"),
    "buffer_groups": ("Aantal groepen: bereik", "Number of groups: reach"),
    "habitat_variety": (
        "Aantal habitattypen binnen {nearby_m:g} m",
        "Number of habitat types within {nearby_m:g} m",
    ),
    "current_flow": ("Doorstroming", "Current flow"),
}

#: QGIS gives a layer with an id of ten characters or fewer another id.
ID_PREFIX = "robuust_"

#: Rows of a layer that the project shows; whoever wants all lifts the filter in QGIS.
FILTERS = {"restoration_plan": "\"plan\" = 'best'"}

_GEOMETRY = {"MultiPolygon": "Polygon", "LineString": "Line", "Point": "Point"}


@dataclass(frozen=True)
class Shown:
    """What a run shows.

    `groups` are pairs of name and title; `headings` say what the classes of a layer
    are of; `flows` names the groups with a map of current flow.
    """

    language: str
    groups: tuple
    styles: dict
    nearby_m: float
    flows: set = field(default_factory=set)
    headings: dict = field(default_factory=dict)


def tree_branches(shown):
    """Make the branches of the tree, one per question, the topmost first.

    Parameters
    ----------
    shown : Shown
        What this run shows.

    Returns
    -------
    list of dict
        Per branch its title, `question`, `shown` (open and ticked), `layers`, and the
        `branches` inside it: one per species group where the question asks for whom.
    """
    branches = []
    for question in QUESTIONS:
        groups = shown.groups if PER_GROUP in question.layers else ()
        layers = [_layer(n, shown) for n in question.layers if n != PER_GROUP]
        for layer in layers:
            layer["checked"] = layer["name"] in question.drawn
        branches.append(
            {
                "title": question.title(shown.language),
                "question": question,
                "shown": question.shown,
                "branches": [_group_branch(*group, shown) for group in groups],
                "layers": layers,
            }
        )
    return branches


def every_layer(branches):
    """Walk over the layers of a tree, from the top."""
    for branch in branches:
        yield from every_layer(branch["branches"])
        yield from branch["layers"]


def _group_branch(group, title, shown):
    """One species group: who lives there, how it is linked, how robust it is."""
    layers = [_vector(name, shown, group=group) for name in GROUP_LAYERS]
    if group in shown.flows:
        layers.append(_raster("current_flow", shown, group=group))
    for layer in layers:
        layer["checked"] = layer["type"] == "vector"
    return {"title": title, "shown": False, "branches": [], "layers": layers}


def _layer(name, shown):
    """Make a layer: of a raster, the background, or the GeoPackage."""
    if name in RASTER_TITLES:
        return _raster(name, shown)
    if name == BACKGROUND:
        title = "Habitat, alle groepen" if shown.language == "nl" else "All habitat"
        background = {"name": BACKGROUND, "id": ID_PREFIX + BACKGROUND, "title": title}
        style = style_parts(shown.styles[f"patches.{BACKGROUND}"])
        return _vector("patches", shown) | background | {"style": style, "styles": []}
    return _vector(name, shown)


def _vector(name, shown, *, group=None):
    """One layer or table of the GeoPackage, whole or of one group."""
    layer = layer_named(name)
    rows = FILTERS.get(name)
    if group is not None:
        value = group.replace("'", "''")
        rows = f"\"group\" = '{value}'"
    own = name if group is None else f"{name}_{group}"
    return {
        "name": own,
        "id": ID_PREFIX + own,
        "title": layer.title(shown.language),
        "heading": shown.headings.get(name, ""),
        "legend_nodes": "",
        "abstract": layer.description(shown.language),
        "type": "vector",
        "provider": "ogr",
        "source": f"./robuust.gpkg|layername={name}"
        + (f"|subset={rows}" if rows else ""),
        "geometry": _GEOMETRY.get(layer.geometry_type, "No geometry"),
        "wkb_type": layer.geometry_type or "NoGeometry",
        "is_table": layer.geometry_type is None,
        "style": style_parts(shown.styles[name]),
        "styles": [
            (style_title(name, key, shown.language), shown.styles[f"{name}.{key}"])
            for key in NAMED_STYLES.get(name, ())
            if key != BACKGROUND
        ],
    }


def _raster(name, shown, *, group=None):
    """One of the rasters beside the GeoPackage."""
    title_nl, title_en = RASTER_TITLES[name]
    title = title_nl if shown.language == "nl" else title_en
    file = name if group is None else f"{name}/{group}"
    own = file.replace("/", "_")
    return {
        "name": own,
        "id": ID_PREFIX + own,
        "title": title.format(nearby_m=shown.nearby_m),
        "heading": "",
        "abstract": "",
        # Of the legend of QGIS not the name of the band, and not the zero.
        "legend_nodes": ",".join(str(2 + i) for i in range(len(RASTERS[name]))),
        "type": "raster",
        "provider": "gdal",
        "source": f"./{file}.tif",
        "is_table": False,
        "style": style_parts(shown.styles[file]),
        "styles": [],
    }
