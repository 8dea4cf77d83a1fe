"""Styles: one colour, one meaning, to be told apart by every reader."""

from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from skimage.color import rgb2lab

from robuust.layer_styles import (
    RASTERS,
    STYLES,
    layer_styles_rows,
    raster_qml,
    run_values,
    style_body,
    style_qml,
)
from robuust.meanings import MEANINGS, label
from robuust.output_layers import LAYERS, layer_named

HOME = Path(__file__).parents[2]
COLUMNS = pd.read_csv(HOME / "config" / "output_columns.csv", keep_default_na=False)
TEMPLATES = HOME / "workflow" / "templates"
VECTOR = (TEMPLATES / "layer_style.qml.j2").read_text(encoding="utf-8")
RASTER = (TEMPLATES / "raster_style.qml.j2").read_text(encoding="utf-8")

# Machado, Oliveira & Fernandes (2009), severity 1.0, for linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}


def seen_as(colour, deficiency):
    """CIELAB of a colour, as somebody with that deficiency sees it."""
    s = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(s <= 0.04045, s / 12.92, ((s + 0.055) / 1.055) ** 2.4)
    seen = np.clip(DEFICIENCIES[deficiency] @ linear, 0, 1)
    back = np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)
    return rgb2lab(back.reshape(1, 1, 3)).ravel()


def qml(name, language="nl", values=()):
    described = COLUMNS[COLUMNS["layer"] == name]
    return style_qml(VECTOR, layer_named(name), described, language, values=values)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize(
    "column", ["class", "status", "track", "action", "ring", "viable", "change"]
)
def test_colours_of_one_legend_can_be_told_apart(column, deficiency):
    colours = {value: colour for value, (colour, _, _) in MEANINGS[column].items()}
    for one, other in combinations(colours, 2):
        a, b = seen_as(colours[one], deficiency), seen_as(colours[other], deficiency)
        assert np.linalg.norm(a - b) > 10, (one, other)


def test_every_map_layer_has_a_style_on_a_column_that_it_has():
    assert set(STYLES) == {layer.name for layer in LAYERS if layer.geometry_type}
    for name, style in STYLES.items():
        assert style.column in set(COLUMNS.loc[COLUMNS["layer"] == name, "column"])


@pytest.mark.parametrize("layer", [layer.name for layer in LAYERS])
def test_every_style_is_well_formed_and_gives_every_column_its_heading(layer):
    tree = ElementTree.fromstring(qml(layer, "en", values=["a & b", "<c>"]))
    aliases = {a.get("field"): a.get("name") for a in tree.iter("alias")}
    own = COLUMNS[COLUMNS["layer"] == layer]
    assert aliases == dict(zip(own["column"], own["alias_en"], strict=True))
    assert (tree.find("renderer-v2") is not None) == (layer in STYLES)


def test_classes_of_a_patch_have_their_words_and_colours():
    tree = ElementTree.fromstring(qml("patches"))
    legend = {c.get("value"): c.get("label") for c in tree.iter("category")}
    assert legend["key"] == "sleutelgebied"
    assert legend[""] == "overige"
    first = tree.find("renderer-v2/symbols/symbol/layer/Option/Option[@name='color']")
    assert first.get("value") == "8,48,107,255"


def test_the_map_tip_escapes_what_stands_in_the_data():
    tip = ElementTree.fromstring(qml("patches")).find("mapTip").text
    assert (
        """replace(replace(coalesce("reason_nl", ''), '&', '&amp;'), '<', '&lt;')"""
        in tip
    )
    assert tip.index("reason_nl") < tip.index("capacity_ru")  # the reason comes first


def test_classes_of_a_number_have_readable_bounds():
    tree = ElementTree.fromstring(qml("corridors"))
    labels = [entry.get("label") for entry in tree.iter("range")]
    assert labels == ["0 - 1", "2 - 3", "4 - 6", "> 6"]
    shares = ElementTree.fromstring(qml("robust_areas")).iter("range")
    assert next(shares).get("label") == "0 - 0,2"


def test_a_priority_that_is_less_sure_is_paler():
    tree = ElementTree.fromstring(qml("restoration"))
    for symbol in tree.iter("symbol"):
        faded = symbol.find("data_defined_properties").findall(".//Option[@name]")
        by_name = {option.get("name"): option.get("value") for option in faded}
        assert by_name["expression"] == '40 + 60 * coalesce("top_share", 0)'
        assert by_name["active"] == "true"
    assert (
        ElementTree.fromstring(qml("patches")).find(".//data_defined_properties")
        is None
    )


def test_a_million_euro_is_written_out():
    tree = ElementTree.fromstring(qml("restoration_plan", values=[1_000_000.0]))
    assert next(tree.iter("category")).get("value") == "1000000"


def test_values_of_the_run_are_sorted_and_only_where_the_style_needs_them():
    rows = pd.DataFrame({"reason": ["b", None, "a", "b"], "class": "key"})
    assert run_values(rows, "quarantined_records") == ["a", "b"]
    assert run_values(rows, "patches") == []
    assert run_values(rows, "settings") == []


@pytest.mark.parametrize("name", RASTERS)
def test_a_raster_is_not_drawn_where_it_is_zero(name):
    tree = ElementTree.fromstring(raster_qml(RASTER, name, highest=12))
    items = list(tree.iter("item"))
    assert (items[0].get("value"), items[0].get("alpha")) == ("0", "0")
    assert float(items[-1].get("value")) == 12


def test_a_raster_of_several_bands_is_drawn_by_the_one_that_is_asked_for():
    tree = ElementTree.fromstring(
        raster_qml(RASTER, "habitat_variety", highest=15, band=7)
    )
    assert tree.find("pipe/rasterrenderer").get("band") == "7"


def test_a_style_without_its_root_fits_in_a_project():
    assert style_body('<!DOCTYPE qgis>\n<qgis version="3">\n <a/>\n</qgis>') == "<a/>"
    with pytest.raises(ValueError, match="no QGIS style"):
        style_body("<html/>")


def test_qgis_finds_the_style_of_a_layer_and_of_a_table():
    rows = layer_styles_rows({"patches": "x", "settings": "y"}, "2026-01-01")
    assert rows["f_geometry_column"].tolist() == ["geom", ""]
    assert rows["f_table_schema"].eq("").all()
    assert rows["useAsDefault"].all()


def test_a_word_for_each_value():
    assert label("status", "phantom", "nl") == "spook"
    assert label("status", "phantom", "en") == "phantom"
    assert label("status", "another", "en") == "another"
