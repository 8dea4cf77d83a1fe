"""Themes, pages and saved styles in the real QGIS: what a planner sees and prints."""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.filters import gaussian
from skimage.io import imread, imsave
from small_results import GROUPS, in_qgis, need_qgis, small_layers, write_results

from robuust.questions import BACKGROUND, QUESTIONS

GOLDEN = Path(__file__).parent / "golden" / "themes"
UNITS = ("Bree", "Oostmoere", "Zee/brink & duin")
MAPS = [question.title_nl for question in QUESTIONS if question.has_map]
ATLASES = [question.title_nl for question in QUESTIONS if question.has_atlas]
#: CIEDE2000 between two pictures; the eye just sees 1 in two planes side by side.
ALIKE = 1.0


def layers_with_units():
    """The small results with a few reporting units, out of order."""
    layers = small_layers()
    unit = layers["report_units"]
    units = unit.loc[unit.index.repeat(len(UNITS))].reset_index(drop=True)
    units["unit_id"] = [f"u{i}" for i in range(len(UNITS))]
    units["name"] = UNITS[::-1]
    units.geometry = [
        shape.buffer(-800 * place)
        for place, shape in enumerate(units.geometry, start=1)
    ]
    return layers | {"report_units": units}


def distance(one, other):
    """How different two pictures look where either is drawn, on average (CIEDE2000).

    A little blurred first: edges are drawn differently by every version.
    """
    drawn = np.minimum(one.min(axis=2), other.min(axis=2)) < 250
    lab = [rgb2lab(gaussian(picture, 1.5, channel_axis=2)) for picture in (one, other)]
    return float(deltaE_ciede2000(*lab)[drawn].mean())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    need_qgis()
    place = tmp_path_factory.mktemp("maps")
    write_results(place / "area", layers_with_units())
    (place / "pictures").mkdir()
    return place


@pytest.fixture(scope="module")
def found(folder):
    # Elsewhere than where it was made: nothing in the project may know the place.
    shutil.move(folder / "area", folder / "moved")
    (folder / "moved" / "robuust.qgz").unlink()
    return in_qgis(folder / "moved", folder / "pictures", script="qgis_maps.py")


@pytest.fixture(scope="module")
def pages(found):
    """Text of every page, by name of the layout, and how dark each is drawn."""
    texts = {}
    for name, page in found["pages"].items():
        with pypdfium2.PdfDocument(page["path"]) as document:
            texts[name] = [
                (p.get_textpage().get_text_bounded(), p.render(scale=0.5).to_numpy())
                for p in document
            ]
    return texts


def test_the_project_inside_the_geopackage_opens_without_a_word_in_the_log(found):
    assert found["read"]
    assert found["invalid"] == []
    assert found["messages"] == []


def test_every_question_and_every_group_has_a_theme_that_draws_its_layers(found):
    drawn = {name: theme["layers"] for name, theme in found["themes"].items()}
    for question in QUESTIONS:
        if question.drawn:
            assert set(drawn[question.title_nl]) == set(question.drawn)
    for group in GROUPS:
        wanted = {f"{name}_{group}" for name in ("populations", "links", "patches")}
        assert set(drawn[f"Voor wie? naam {group}"]) == {"report_units", *wanted}
    assert [
        theme["errors"] for theme in found["themes"].values() if theme["errors"]
    ] == []


def test_the_background_lies_below_everything(found):
    for theme in found["themes"].values():
        assert BACKGROUND not in theme["layers"][:-1]


def test_every_theme_looks_as_it_did(found, folder, request):
    for place, name in enumerate(found["themes"]):
        picture = imread(folder / "pictures" / f"theme_{place}.png")[..., :3]
        path = GOLDEN / f"theme_{place}.png"
        if request.config.getoption("--renew-golden"):
            GOLDEN.mkdir(exist_ok=True)
            imsave(path, picture, check_contrast=False)
        assert np.unique(picture.reshape(-1, 3), axis=0).shape[0] > 3, name
        golden = imread(path)[..., :3]
        apart = distance(picture, golden)
        assert apart < ALIKE, f"{name} looks other than {path} ({apart:.1f})"


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.png")), ids=lambda p: p.stem)
def test_a_theme_with_one_colour_changed_or_a_layer_missing_is_noticed(path):
    golden = imread(path)[..., :3]
    colours, counts = np.unique(golden.reshape(-1, 3), axis=0, return_counts=True)
    most = colours[np.argsort(counts)[-2]]  # after white
    is_most = (golden == most).all(axis=2, keepdims=True)
    gone = np.where(is_most, np.uint8(255), golden)
    other = np.where(is_most, 255 - most, golden)
    assert distance(golden, golden) == 0
    assert distance(gone, golden) > ALIKE
    assert distance(other, golden) > ALIKE


def test_every_reporting_unit_is_a_bookmark_under_its_level(found):
    assert [row[:2] for row in found["bookmarks"]] == [["gemeente", u] for u in UNITS]
    assert {row[3] for row in found["bookmarks"]} == {"EPSG:31370"}
    assert len({row[2] for row in found["bookmarks"]}) == len(UNITS)


def test_there_is_a_page_per_question_and_an_atlas_of_all_units(found):
    wanted = {f"Kaart: {title}": 1 for title in MAPS}
    wanted |= {f"Atlas: {title}": len(UNITS) for title in ATLASES}
    assert {name: page["n_pages"] for name, page in found["pages"].items()} == wanted
    assert all(page["is_done"] for page in found["pages"].values())


def test_the_atlas_has_a_page_per_unit_with_its_name_in_order(pages):
    for title in ATLASES:
        texts = [text for text, _ in pages[f"Atlas: {title}"]]
        assert len(texts) == len(UNITS)
        for text, unit in zip(texts, UNITS, strict=True):
            assert title in text
            assert f"Klein & fijn <gebied>: {unit}" in text


def test_a_page_has_a_legend_a_scale_the_date_and_the_sources(pages):
    for name, printed in pages.items():
        for text, _ in printed:
            for words in ("Legenda", "km", "Peildatum 2026-01-01", "Bronnen:"):
                assert words in text, (name, words)
    text, _ = pages["Kaart: Waar is het robuust?"][0]
    assert "sleutelgebied" in text
    assert "Robuuste gebieden: score" in text


def test_no_page_is_blank_and_no_two_pages_of_an_atlas_are_the_same(pages):
    for name, printed in pages.items():
        pictures = [picture for _, picture in printed]
        for picture in pictures:
            inside = picture[60:380, 30:420]  # the map, off its frame
            assert (inside.min(axis=2) < 200).mean() > 0.003, name
        for one, other in pairwise(pictures):
            assert not np.array_equal(one, other)


@pytest.mark.parametrize("saved", ["drawing", "everything"])
def test_a_style_that_a_cartographer_saves_is_used_by_the_next_run(
    found, folder, tmp_path, saved
):
    assert found["saved"][saved][0], found["saved"][saved][1]
    style = folder / "pictures" / saved / "patches.qml"
    area = write_results(tmp_path / "area", layers_with_units(), style_paths=[style])
    facts = in_qgis(area)
    assert facts["messages"] == []
    patches = facts["project"]["layers"]["patches"]
    assert patches["legend"]["key"] == ["sleutelgebied", "#00ff00"]
    assert patches["legend"]["near"][1] == "#fdae61"
    assert patches["aliases"]["area_ha"] == "Oppervlakte (ha)"
    assert patches["shown"]["class"] == "sleutelgebied"
    dragged = facts["default_styles"]["patches"]
    assert dragged["loaded"], dragged["message"]
