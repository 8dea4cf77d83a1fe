"""The published files in the real QGIS: they load, are drawn, and say what they are."""

import sqlite3
import zipfile

import pytest
from small_results import (
    COLUMNS,
    CRS,
    DRAWN,
    GROUPS,
    in_qgis,
    need_qgis,
    small_layers,
    write_results,
)

from robuust.layer_styles import STYLES
from robuust.layer_tree import FILTERS
from robuust.meanings import MEANINGS
from robuust.output_layers import LAYERS

RENDERERS = ("categorizedSymbol", "graduatedSymbol", "singleSymbol")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return write_results(tmp_path_factory.mktemp("results") / "area", small_layers())


@pytest.fixture(scope="module")
def found(results):
    need_qgis()
    return in_qgis(results, results / "map.png")


def test_the_project_loads_without_a_word_in_the_log(found):
    assert found["project"]["read"]
    assert found["project"]["error"] == ""
    assert found["messages"] == []


def test_the_project_says_where_it_is(found, results):
    assert found["project"]["title"] == "Klein & fijn <gebied>"
    assert found["project"]["crs"] == CRS
    west, south, east, north = found["project"]["extent"]
    assert west < 30_000 < 33_700 < east
    assert south < 200_000 < 200_700 < north


def test_the_layer_tree_asks_six_questions_and_opens_the_first(found):
    branches = found["project"]["branches"]
    assert [branch["title"] for branch in branches] == [
        "Waar is het robuust?",
        "Voor wie?",
        "Wat is er in gevaar?",
        "Wat eerst doen?",
        "Wat veranderde?",
        "Invoer en kwaliteit",
        "Ondergrond",
    ]
    assert [branch["drawn"] for branch in branches] == [True] + 6 * [False]
    assert branches[1]["inside"] == ["naam birds_o'marsh", *branches[1]["inside"][1:]]
    assert len(branches[1]["inside"]) == 3


def test_the_tree_holds_every_layer_table_and_raster(found):
    inside = {name for b in found["project"]["branches"] for name in b["layers"]}
    assert inside >= {layer.name for layer in LAYERS} | set(DRAWN)
    assert inside == set(found["project"]["layers"])


def test_every_layer_is_valid_and_has_the_rows_of_the_geopackage(found, results):
    layers = found["project"]["layers"]
    with sqlite3.connect(results / "robuust.gpkg") as connection:
        for layer in LAYERS:
            rows = FILTERS.get(layer.name, "true")
            (wanted,) = connection.execute(
                f'SELECT count(*) FROM "{layer.name}" WHERE {rows}'
            ).fetchone()
            assert layers[layer.name]["count"] == wanted > 0, layer.name
    connection.close()
    assert [name for name, facts in layers.items() if not facts["valid"]] == []
    counts = [layers[f"patches_{group}"]["count"] for group in (*GROUPS, "empty_group")]
    assert counts == [5, 5, 0]


def test_every_map_layer_is_drawn_by_a_legend_that_knows_all_its_rows(found):
    for layer in LAYERS:
        facts = found["project"]["layers"][layer.name]
        if layer.geometry_type:
            assert facts["crs"] == CRS, layer.name
            assert facts["renderer"] in RENDERERS
            assert facts.get("undrawn", 0) == 0, layer.name


def test_one_colour_has_one_meaning_in_qgis_too(found):
    legend = found["project"]["layers"]["patches"]["legend"]
    for value, (colour, dutch, _) in MEANINGS["class"].items():
        assert legend[value] == [dutch, colour]


def test_rasters_are_drawn_by_a_colour_ramp(found):
    for name in DRAWN:
        assert found["project"]["layers"][name]["valid"]
        assert found["project"]["layers"][name]["renderer"] == "singlebandpseudocolor"


def test_headings_are_dutch_and_the_map_tip_gives_the_reason(found):
    patches = found["project"]["layers"]["patches"]
    assert patches["aliases"]["area_ha"] == "Oppervlakte (ha)"
    assert '"reason_nl"' in patches["map_tip"]
    settings = found["project"]["layers"]["settings"]
    assert settings["aliases"]["key"] == "Instelling"


def test_a_layer_dragged_from_the_geopackage_is_drawn_and_has_headings(found):
    assert set(found["default_styles"]) == set(STYLES)
    for name, facts in found["default_styles"].items():
        assert facts["loaded"], (name, facts["message"])
        assert facts["renderer"] in RENDERERS, name
        first = COLUMNS[COLUMNS["layer"] == name].iloc[0]
        assert facts["aliases"][first["column"]] == first["alias_nl"]


def test_the_opened_map_shows_something(found):
    assert found["picture"]["errors"] == []
    assert found["picture"]["layers"] == ["report_units", "robust_areas", "patches"]
    assert 0.02 < found["picture"]["drawn_share"] < 0.9


def test_english_is_a_setting(tmp_path, found):
    folder = write_results(tmp_path / "area", small_layers(), language="en")
    project = in_qgis(folder)["project"]
    assert project["messages"] == []
    assert project["branches"][0]["title"] == "Where is it robust?"
    assert project["layers"]["patches"]["aliases"]["area_ha"] == "Area (ha)"
    assert project["layers"]["patches"]["legend"]["key"][0] == "key patch"


def test_a_run_without_any_row_still_opens(tmp_path, found):
    empty = {name: rows.iloc[:0] for name, rows in small_layers().items()}
    project = in_qgis(write_results(tmp_path / "area", empty))["project"]
    assert project["messages"] == []
    assert [name for name, f in project["layers"].items() if not f["valid"]] == []


def test_the_project_refers_to_its_neighbours_only(results):
    with zipfile.ZipFile(results / "robuust.qgz") as archive:
        assert archive.namelist() == ["robuust.qgs"]
        text = archive.read("robuust.qgs").decode()
    assert str(results) not in text
    assert "<datasource>./robuust.gpkg|layername=patches</datasource>" in text
    assert "<datasource>./robustness_score.tif</datasource>" in text


def test_the_same_input_gives_the_same_files(results, tmp_path):
    again = write_results(tmp_path / "area", small_layers())
    names = ["robuust.qgz", *(f"tables/{layer.name}.csv" for layer in LAYERS)]
    differ = [
        n for n in names if (again / n).read_bytes() != (results / n).read_bytes()
    ]
    assert differ == ["tables/sources.csv"]  # it holds the path of the folder
    with sqlite3.connect(results / "robuust.gpkg") as one:
        first = list(one.iterdump())
    with sqlite3.connect(again / "robuust.gpkg") as two:
        second = list(two.iterdump())
    one.close()
    two.close()
    assert [line for line in first if str(results) not in line] == [
        line for line in second if str(tmp_path) not in line
    ]


def test_codes_are_words_in_tables_and_forms(found):
    layers = found["project"]["layers"]
    assert layers["patches"]["shown"]["class"] == "sleutelgebied"
    assert layers["patches"]["shown"]["group"] == f"naam {GROUPS[1]}"
    assert layers["patches"]["shown"]["robust"] == "ja"
    assert layers["buffers"]["shown"]["ring"] == "lokaal: dagelijks bereik"
    assert layers["report_units"]["shown"]["level"] == "gemeente"
    assert layers["restoration_plan"]["shown"]["plan"] == "beste"
    assert layers["coverage_faults"]["shown"]["kind"] == "spleet"
    # A code that nobody named is shown as it stands, not between brackets.
    assert layers["quarantined_records"]["shown"]["reason"] == "no date"


def test_a_form_and_a_table_show_the_reason_first_and_in_one_language(found):
    facts = found["project"]["layers"]["patches"]
    boxes = dict(facts["form"])
    assert next(iter(boxes)) == "Waarom"
    assert boxes["Waarom"] == ["reason_nl"]
    assert list(boxes) == ["Waarom", "Wat en waar", "Cijfers"]
    inside = [name for names in boxes.values() for name in names]
    own = COLUMNS.loc[COLUMNS["layer"] == "patches", "column"]
    assert sorted(inside) == sorted(set(own) - {"reason_en"})
    assert facts["table"][0] == "reason_nl"
    assert not {"fid", "reason_en"} & set(facts["table"])


def test_the_second_yardstick_is_a_style_of_its_own(found):
    styles = found["project"]["layers"]["patches"]["styles"]
    assert sorted(styles) == ["Oppervlakte en samenhang", "default"]


def test_of_the_plans_only_the_best_is_shown(found):
    assert found["project"]["layers"]["restoration_plan"]["count"] == 2
    assert (
        FILTERS["restoration_plan"]
        in (found["project"]["layers"]["restoration_plan"]["source"])
    )
