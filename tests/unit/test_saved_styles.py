"""Styles saved from QGIS: what they say holds, for the rest the run speaks."""

import pytest

from robuust.saved_styles import put_over, saved_style_problem, style_parts

MADE = (
    "<!DOCTYPE qgis>\n<qgis version='3.22' minScale='5000' labelsEnabled='0'>"
    "<renderer-v2 type='old'/><aliases><alias name='Area'/></aliases></qgis>"
)


def test_what_a_saved_style_says_replaces_what_the_run_made():
    saved = "<qgis minScale='1000' styleCategories='Symbology'><renderer-v2/></qgis>"
    parts = style_parts(put_over(MADE, saved))
    assert parts["body"] == '<aliases><alias name="Area" /></aliases><renderer-v2 />'
    assert parts["attributes"]["minScale"] == "1000"
    assert parts["attributes"]["labelsEnabled"] == "0"
    assert parts["attributes"]["styleCategories"] == "AllStyleCategories"


def test_a_style_without_its_root_fits_in_a_project():
    parts = style_parts(MADE)
    assert parts["body"].startswith("<renderer-v2 type='old'/>")
    assert parts["attributes"] == {"minScale": "5000", "labelsEnabled": "0"}
    with pytest.raises(ValueError, match="no QGIS style"):
        style_parts("<html/>")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("patch", "<qgis/>", "is it patches.qml?"),
        ("quite_another_thing", "<qgis/>", "name it after its layer"),
        ("patches", "<qgis>", "this is no XML"),
        ("patches", "<!DOCTYPE q [<!ENTITY a 'b'>]><qgis>&a;</qgis>", "this is no XML"),
        ("patches", "<sld/>", "this is no QGIS style"),
        ("patches", "<qgis><pipe/></qgis>", "not the style of a vector layer"),
        ("robust_groups", "<qgis/>", "not the style of a raster"),
        (
            "patches",
            "<qgis><layerGeometryType>1</layerGeometryType></qgis>",
            "a style for lines, and the layer holds areas",
        ),
        (
            "links",
            "<qgis><layerGeometryType>4</layerGeometryType></qgis>",
            "a style for a table, and the layer holds lines",
        ),
    ],
)
def test_a_file_that_fits_no_layer_is_told_in_words(name, text, words):
    assert words in saved_style_problem(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("patches", "<!DOCTYPE qgis PUBLIC 'a' 'SYSTEM'>\n<qgis/>"),
        (
            "patches.area_and_cohesion",
            "<qgis><layerGeometryType>2</layerGeometryType></qgis>",
        ),
        ("robust_groups", "<qgis><pipe/></qgis>"),
    ],
)
def test_a_style_as_qgis_saves_it_is_taken(name, text):
    assert saved_style_problem(name, text) == ""
