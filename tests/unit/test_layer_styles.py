"""Styles: one colour, one meaning, to be told apart by every reader."""

from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from skimage.color import rgb2lab

from robuust import map_colours
from robuust.layer_styles import (
    NAMED_STYLES,
    RASTERS,
    STYLES,
    StyleFacts,
    layer_styles_rows,
    raster_qml,
    style_facts,
    style_key,
    style_qml,
    visible_from,
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


def qml(name, language="nl", values=(), **facts):
    described = COLUMNS[COLUMNS["layer"] == name]
    run = StyleFacts(values=list(values), **facts)
    return style_qml(VECTOR, layer_named(name), described, language, run=run)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize(
    "column",
    [
        *("class", "area_verdict", "status", "track", "action", "ring", "viable"),
        *("change", "outcome"),
    ],
)
def test_colours_of_one_legend_can_be_told_apart(column, deficiency):
    colours = {value: colour for value, (colour, _, _) in MEANINGS[column].items()}
    for one, other in combinations(colours, 2):
        a, b = seen_as(colours[one], deficiency), seen_as(colours[other], deficiency)
        assert np.linalg.norm(a - b) > 10, (one, other)


def test_every_map_layer_has_a_style_on_a_column_that_it_has():
    assert set(STYLES) == {layer.name for layer in LAYERS if layer.geometry_type}
    for name, style in STYLES.items():
        own = set(COLUMNS.loc[COLUMNS["layer"] == name, "column"])
        assert {style.column} - {""} <= own
        for further, _, _ in NAMED_STYLES.get(name, {}).values():
            assert {further.column} - {""} <= own
            assert further != style


@pytest.mark.parametrize("layer", [layer.name for layer in LAYERS])
def test_every_style_is_well_formed_and_gives_every_column_its_heading(layer):
    values = [1.0] if layer == "restoration_plan" else ["a & b", "<c>"]
    tree = ElementTree.fromstring(qml(layer, "en", values=values))
    aliases = {a.get("field"): a.get("name") for a in tree.iter("alias")}
    own = COLUMNS[COLUMNS["layer"] == layer]
    assert aliases == dict(zip(own["column"], own["alias_en"], strict=True))
    assert (tree.find("renderer-v2") is not None) == (layer in STYLES)


def test_classes_of_a_patch_have_their_words_and_colours():
    tree = ElementTree.fromstring(qml("patches"))
    legend = {c.get("value"): c.get("label") for c in tree.iter("category")}
    assert legend["key"] == "sleutelgebied"
    assert list(legend) == list(MEANINGS["class"])  # so nothing is "other"
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
        assert by_name["expression"] == '60 + 40 * coalesce("top_share", 0)'
        assert by_name["active"] == "true"
    assert (
        ElementTree.fromstring(qml("patches")).find(".//data_defined_properties")
        is None
    )


def test_a_million_euro_is_written_out():
    tree = ElementTree.fromstring(qml("restoration_plan", values=[1_000_000.0]))
    assert next(tree.iter("category")).get("value") == "1000000"


def test_the_smaller_the_budget_the_thicker_its_line():
    budgets = [250_000.0, 1_000_000.0]
    tree = ElementTree.fromstring(qml("restoration_plan", "nl", values=budgets))
    labels = [category.get("label") for category in tree.iter("category")]
    assert labels[:2] == ["€ 250.000", "€ 1.000.000"]
    path = "renderer-v2/symbols/symbol/layer/Option/Option[@name='outline_width']"
    widths = [float(option.get("value")) for option in tree.findall(path)]
    assert widths[0] > widths[1]


def points(values):
    shapes = gpd.points_from_xy(range(len(values)), range(len(values)))
    return gpd.GeoDataFrame({"reason": values}, geometry=shapes, crs="EPSG:28992")


def test_values_of_the_run_are_sorted_and_only_where_the_style_needs_them():
    rows = points(["b", None, "a", "b"])
    facts = style_facts(rows, "quarantined_records")
    assert facts.values == ["a", "b"]
    assert facts.codes == {"reason": ["a", "b"]}
    assert (facts.n_rows, facts.area_m2) == (4, 9)
    assert style_facts(rows, "patches").values == []
    assert style_facts(pd.DataFrame(rows), "settings").values == []
    assert style_facts(rows.iloc[:0], "patches").area_m2 == 0


def test_dense_layers_appear_when_zoomed_in():
    sparse, dense = (StyleFacts(n_rows=n, area_m2=1e9) for n in (100, 1_000_000))
    assert visible_from(0, dense) == 0  # at every scale
    assert visible_from(200, sparse) == 0
    assert visible_from(200, dense) == 1000
    assert visible_from(20_000, dense) == 10_000
    root = ElementTree.fromstring(qml("links", n_rows=1_000_000, area_m2=1e9))
    assert root.get("hasScaleBasedVisibilityFlag") == "1"
    assert root.get("minScale") == "2500"
    assert ElementTree.fromstring(qml("links")).get("minScale") == "100000000"


#: Words that mean one thing, so that they may share a colour.
ONE_IDEA = (
    {"class key", "area_verdict good", "status viable"},  # enough by itself
    {"class network", "viable true"},  # enough together
    {"class near", "area_verdict moderate"},
    {"class insufficient", "area_verdict poor", "viable false"},
    {"change grown", "outcome better", "balance wins"},
    {"status phantom", "outcome worse", "balance loses", "REDS"},  # at risk
    {"status relict", "change shrunk", "change split", "REDS"},  # less of it
    {"status unsearched", "change same", "balance same"},  # nothing to tell
    {"status lost", "change gone"},
    {"status unreachable", "GREYS"},
    {"plan best", "INK"},
    {"plan nested", "GREYS"},
    {"ring inner", "TEALS"},
    {"ring outer", "TEALS"},
    {"way straight", "PINKS"},
    {"way over_land", "PINKS"},
)


def test_one_colour_has_one_meaning_on_all_maps():
    meant = {}
    for column, values in MEANINGS.items():
        if column != "action":  # told in words only
            for value, (colour, _, _) in values.items():
                meant.setdefault(colour, set()).add(f"{column} {value}")
    ramps = ("PURPLES", "PINKS", "REDS", "TEALS", "OLIVES", "GREYS", "QUALITATIVE")
    for ramp in (*ramps, "HABITAT", "INK", "OTHER"):
        colours = getattr(map_colours, ramp)
        for colour in [colours] if isinstance(colours, str) else colours:
            meant.setdefault(colour, set()).add(ramp)
    shared = [names for names in meant.values() if len(names) > 1]
    assert [n for n in shared if not any(n <= idea for idea in ONE_IDEA)] == []


def test_every_ramp_is_of_one_meaning():
    ramps = {name: style.colours for name, style in STYLES.items() if style.bounds}
    ramps |= RASTERS
    family = {
        colours: name
        for name, colours in vars(map_colours).items()
        if isinstance(colours, tuple) and name.isupper()
    }
    own = {name: family.get(colours) for name, colours in ramps.items()}
    assert own["robust_areas"] == own["robustness_score"] == own["robust_groups"]
    assert own["links"] == own["current_flow"] == "PINKS"
    assert own["relict_sites"] == "REDS"
    assert own["habitat_variety"] == "OLIVES"
    assert own["buffer_groups"] == "TEALS"


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("ramp", ["PURPLES", "PINKS", "REDS", "TEALS", "OLIVES"])
def test_a_ramp_gets_darker_step_by_step(ramp, deficiency):
    lightness = [seen_as(c, deficiency)[0] for c in getattr(map_colours, ramp)]
    assert (np.diff(lightness) < -5).all()


@pytest.mark.parametrize("name", RASTERS)
def test_a_raster_is_not_drawn_where_it_is_zero(name):
    tree = ElementTree.fromstring(raster_qml(RASTER, name, highest=12))
    items = list(tree.iter("item"))
    assert (items[0].get("value"), items[0].get("alpha")) == ("0", "0")
    assert [item.get("color") for item in items[1:]] == list(RASTERS[name])
    assert items[-1].get("value") == "inf"


def test_a_raster_of_shares_has_the_classes_of_robust_areas():
    def labels(text):
        return [item.get("label") for item in ElementTree.fromstring(text).iter("item")]

    score = raster_qml(RASTER, "robustness_score", highest=1.0, language="nl")
    assert labels(score)[1:3] == ["0 - 0,2", "0,2 - 0,4"]
    few = raster_qml(RASTER, "robust_groups", highest=0)
    assert labels(few)[1:] == ["1", "2", "3", "4", "≥ 5"]


def test_a_raster_of_several_bands_is_drawn_by_the_one_that_is_asked_for():
    tree = ElementTree.fromstring(
        raster_qml(RASTER, "habitat_variety", highest=15, band=7)
    )
    assert tree.find("pipe/rasterrenderer").get("band") == "7"


def test_qgis_finds_the_style_of_a_layer_and_of_a_table():
    rows = layer_styles_rows({"patches": "x", "settings": "y"}, "2026-01-01")
    assert rows["f_geometry_column"].tolist() == ["geom", ""]
    assert rows["f_table_schema"].eq("").all()
    assert rows["useAsDefault"].all()


def test_a_further_style_of_a_layer_is_not_its_default():
    styles = {"patches": "x", "patches.area_and_cohesion": "y"}
    rows = layer_styles_rows(styles, "2026-01-01", "nl")
    assert rows["f_table_name"].tolist() == ["patches", "patches"]
    assert rows["styleName"].tolist() == ["robuust", "Oppervlakte en samenhang"]
    assert rows["useAsDefault"].tolist() == [True, False]
    found = zip(rows["f_table_name"], rows["styleName"], strict=True)
    assert [style_key(layer, name, "nl") for layer, name in found] == list(styles)


def test_a_word_for_each_value():
    assert label("status", "phantom", "nl") == "spook"
    assert label("status", "phantom", "en") == "phantom"
    assert label("status", "another", "en") == "another"
