"""The project file as XML; what the real QGIS makes of it is tested in workflow/."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyproj import CRS

from robuust.layer_styles import NAMED_STYLES, RASTERS
from robuust.output_layers import LAYERS
from robuust.qgis_project import drawn_variety, initial_extent, project_xml
from robuust.questions import BACKGROUND, GROUP_LAYERS, PER_GROUP, QUESTIONS

TEMPLATE = Path(__file__).parents[2] / "workflow" / "templates" / "project.qgs.j2"
STYLE = "<qgis><mapTip>tip</mapTip></qgis>"
FURTHER = [f"{layer}.{name}" for layer, own in NAMED_STYLES.items() for name in own]
STYLES = dict.fromkeys((*RASTERS, *(la.name for la in LAYERS), *FURTHER), STYLE)
UNITS = [("municipality", "Bree & <Duin>", 0, 10, 50, 60), ("level", "Zee", 1, 2, 3, 4)]


def project(language="nl", groups=(("frogs", "Kikkers & padden"),), crs="EPSG:28992"):
    text = project_xml(
        TEMPLATE.read_text(encoding="utf-8"),
        title="Duin & polder",
        language=language,
        crs=CRS(crs),
        extent=(0.0, 10.0, 200.0, 300.0),
        groups=groups,
        styles=STYLES,
        nearby_m=300.0,
        reference_date="2026-01-01",
        units=UNITS,
        sources=["map", "records"],
    )
    return ElementTree.fromstring(text.encode())


def test_every_layer_stands_under_one_question():
    named = [name for question in QUESTIONS for name in question.layers]
    assert len(named) == len(set(named))
    rasters = set(RASTERS) - {"current_flow"}  # stands in the branch of its group
    layers = {layer.name for layer in LAYERS}
    assert set(named) == layers | rasters | {PER_GROUP, BACKGROUND}


def test_what_is_drawn_is_in_its_branch_and_only_the_first_branch_is_open():
    for question in QUESTIONS:
        own = [name for name in question.drawn if name in question.layers]
        others = {"report_units", BACKGROUND}
        assert own or not question.drawn
        assert set(question.drawn) - set(own) <= others
    assert [question.shown for question in QUESTIONS] == [True] + 6 * [False]


def test_tree_and_layers_refer_to_each_other():
    xml = project()
    tree = xml.find("layer-tree-group")
    in_tree = [node.get("id") for node in tree.iter("layer-tree-layer")]
    layers = [node.text for node in xml.findall("projectlayers/maplayer/id")]
    assert in_tree == layers
    assert len(set(layers)) == len(layers)
    assert all(len(name) > 10 for name in layers)  # QGIS renames shorter ones


def test_each_group_has_its_own_layer_with_its_own_rows():
    xml = project(groups=[("a", "A"), ("o'b", "B")])
    sources = [
        node.text
        for node in xml.findall("projectlayers/maplayer/datasource")
        if '"group"' in node.text
    ]
    assert sources == [
        f"./robuust.gpkg|layername={name}|subset=\"group\" = '{group}'"
        for group in ("a", "o''b")
        for name in GROUP_LAYERS
    ]
    tree = xml.find("layer-tree-group").findall("layer-tree-group")[1]
    assert [node.get("name") for node in tree.findall("layer-tree-group")] == ["A", "B"]


def test_of_the_plans_only_the_best_is_shown():
    ids = {
        n.findtext("id"): n.findtext("datasource") for n in project().iter("maplayer")
    }
    assert ids["robuust_restoration_plan"].endswith("|subset=\"plan\" = 'best'")


def test_every_unit_is_a_bookmark_and_the_known_levels_have_their_word():
    marks = project().findall("Bookmarks/Bookmark")
    assert [mark.get("group") for mark in marks] == ["gemeente", "level"]
    assert marks[0].get("name") == "Bree & <Duin>"
    assert marks[0].get("extent") == "POLYGON((0 10, 50 10, 50 60, 0 60, 0 10))"


def test_every_theme_and_page_refers_to_layers_that_are_there():
    xml = project()
    layers = {node.findtext("id") for node in xml.iter("maplayer")}
    themes = xml.findall("visibility-presets/visibility-preset")
    drawn = {theme.get("name"): theme.findall("layer") for theme in themes}
    assert all({layer.get("id") for layer in own} <= layers for own in drawn.values())
    assert "Voor wie? Kikkers & padden" in drawn
    pages = xml.findall("Layouts/Layout")
    for page in pages:
        assert page.find("LayoutItem[@id='map']").get("followPresetName") in drawn
        legend = page.find("LayoutItem[@id='legend']")
        assert {node.get("id") for node in legend.iter("layer-tree-layer")} <= layers
    atlases = [
        page.find("Atlas").get("coverageLayer")
        for page in pages
        if page.get("name").startswith("Atlas")
    ]
    assert atlases == 3 * ["robuust_report_units"]


def test_the_same_run_gives_the_same_project():
    one, other = (ElementTree.tostring(project()) for _ in range(2))
    assert one == other
    ids = [node.get("uuid") for node in project().iter("LayoutItem")]
    assert len(set(ids)) == len(ids) > 0


def test_words_follow_the_language():
    first = {
        language: project(language).find("layer-tree-group")[0]
        for language in ["nl", "en"]
    }
    assert first["nl"].get("name") == "Waar is het robuust?"
    assert first["en"].get("name") == "Where is it robust?"


def test_the_raster_of_variety_says_how_far_it_looks():
    titles = {
        language: [node.text for node in project(language).iter("layername")]
        for language in ["nl", "en"]
    }
    assert "Aantal habitattypen binnen 300 m" in titles["nl"]
    assert "Number of habitat types within 300 m" in titles["en"]


@pytest.mark.parametrize(
    ("radii_m", "drawn"),
    [([5, 100, 250, 1000], 7), ([0], 1), ([290, 310], 1), ([1000, 2500], 1)],
)
def test_the_variety_at_the_distance_nearest_to_300_m_is_drawn(radii_m, drawn):
    bands = [
        {"column": column, "radius_m": f"{radius_m:.1f}", "highest": "11.0"}
        for radius_m in radii_m
        for column in ("n_habitat_types", "shannon", "mean_grain_ha")
    ]
    band, nearby_m, highest = drawn_variety(bands)
    assert (band, nearby_m) == (drawn, radii_m[drawn // 3])
    assert highest == 15  # five colours of three types


def test_a_map_without_habitat_types_still_has_colours():
    bands = [{"column": "n_habitat_types", "radius_m": "50.0", "highest": "0.0"}]
    assert drawn_variety(bands)[2] == 5


def test_reference_system_and_extent_are_those_of_the_run():
    xml = project()
    assert xml.find("projectCrs/spatialrefsys/authid").text == "EPSG:28992"
    extent = xml.find("ProjectViewSettings/DefaultViewExtent")
    assert [extent.get(side) for side in ("xmin", "ymax")] == ["0.0", "300.0"]


def test_a_reference_system_without_a_code_is_described_in_full():
    xml = project(crs="+proj=laea +lat_0=51 +lon_0=4 +ellps=GRS80 +units=m")
    assert xml.find("projectCrs/spatialrefsys/authid").text is None
    assert "Lambert" in xml.find("projectCrs/spatialrefsys/wkt").text


def test_the_map_opens_at_the_first_layer_that_has_anything():
    nothing = (None, None, None, None)
    assert initial_extent([nothing, None, (0, 0, 1000, 2000)]) == (
        -50,
        -100,
        1050,
        2100,
    )
    west, south, east, north = initial_extent([(5, 5, 5, 5)])  # a single point
    assert (east - west, north - south) == pytest.approx((10, 10))
    assert initial_extent([None]) == (0, 0, 1000, 1000)
