"""The layers and tables of robuust.gpkg, in order."""

from robuust.map_layers import MAP_LAYERS
from robuust.result_tables import RESULT_TABLES

LAYERS = (*MAP_LAYERS, *RESULT_TABLES)


def layer_named(name):
    """Look up a layer or table by its name; KeyError when there is none."""
    return {layer.name: layer for layer in LAYERS}[name]
