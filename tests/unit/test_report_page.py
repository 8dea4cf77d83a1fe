"""The report: self-contained, every value escaped, a map that is drawn to scale."""

import json
import re
from functools import cache
from html.parser import HTMLParser

import pytest
from report_frames import HOSTILE, report_frames, report_page

from robuust.page_assets import checksum
from robuust.report_page import map_drawing
from robuust.report_tables import MOST_ROWS


@cache
def page(language="nl", rows=1, text=HOSTILE):
    return report_page(report_frames(rows, text), language)


class Tags(HTMLParser):
    """Opens and closes what it reads; `found` holds every tag and its attributes."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "path", "rect", "br", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("path", "rect"):
            assert self.open.pop() == tag


def scripts(text):
    """What stands in the scripts and data of a page, in order."""
    return re.findall(r"<script[^>]*>(.*?)</script>", text, flags=re.DOTALL)


def test_no_name_in_the_data_ever_runs():
    text = page()
    assert HOSTILE not in text
    assert "&lt;script&gt;alert" in text
    assert text.count("<script") == text.count("</script>") == len(scripts(text)) == 5


def test_names_stand_in_the_data_of_the_map_as_they_are():
    _, data, *_ = scripts(page())
    assert not set("<>&\u2028\u2029") & set(data)
    assert json.loads(data)["layers"]["report_units"]["name"] == [HOSTILE]


def test_only_the_scripts_and_the_style_of_the_page_itself_are_allowed():
    text = page()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text).group(1)
    style = re.search(r"<style>(.*?)</style>", text, flags=re.DOTALL).group(1)
    for part in (*scripts(text)[2:], style):
        assert checksum(part).replace("'", "&#39;") in policy
    assert "unsafe" not in policy
    assert policy.startswith("default-src &#39;none&#39;;")


def test_the_page_is_well_formed_and_asks_nothing_from_outside():
    tags = Tags(page())
    assert tags.open == []
    inside = ("#", "species_sheets/", "unit_sheets/", "data_dictionary.html")
    for tag, attributes in tags.found:
        assert tag not in ("link", "img", "iframe", "object")
        assert not {"src", "style", "onclick", "onload"} & set(attributes)
        assert attributes.get("href", "#").startswith(inside)
    style = page().partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_the_licence_of_the_map_library_goes_with_it():
    assert "BSD 2-Clause License" in page()


def test_a_species_and_a_place_in_a_table_lead_to_their_sheet_and_the_map():
    frames = report_frames(text="Hyla arborea")
    text = report_page(frames, sheets={"Hyla arborea": "hyla_arborea"})
    assert '<a href="species_sheets/hyla_arborea.html">Hyla arborea</a>' in text
    link = 'data-layer="restoration" data-key="Hyla arborea"'  # every text is the same
    assert link in text


def test_of_a_long_table_the_page_says_how_much_it_leaves_out():
    text = page(rows=MOST_ROWS + 3)
    assert text.count(f"De eerste {MOST_ROWS} van {MOST_ROWS + 3}") == 8
    assert "tables/relict_sites.csv" in text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_speaks_one_language(language):
    words = {"nl": "Wat veranderde?", "en": "What changed?"}
    text = page(language)
    assert f'<html lang="{language}">' in text
    assert words.pop(language) in text
    assert not any(word in text for word in words.values())


def test_numbers_have_three_digits_and_the_comma_of_the_language():
    assert '<td class="n">12.3</td>' in page("en")
    assert '<td class="n">12,3</td>' in page("nl")


def test_it_warns_of_values_that_nobody_read_in_the_source():
    assert "1 van 1 parameterwaarden" in page()
    assert "parameterwaarden" not in page(rows=0)


def test_a_group_without_habitat_is_named():
    made = report_frames(text="leeg")
    made["group_summary"]["n_patches"] = 0
    text = report_page(made)
    assert "Zonder habitat in dit gebied: leeg." in text


def test_a_run_without_any_row_has_a_page():
    text = page(rows=0)
    assert Tags(text).open == []
    assert text.count("Geen rijen.") == 16


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ("Budget (duizend euro)", "beste plan dat gevonden is", "2 - 2")),
        ("en", ("Budget (thousand euro)", "best plan found", "2 - 2")),
    ],
)
def test_it_draws_the_budget_curve_and_tells_how_sure_each_priority_is(language, words):
    text = page(language)
    assert text.count('<svg class="curve"') == 1
    assert all(word in text for word in words)
    assert '<svg class="curve"' not in page(language, rows=0)


def test_it_fits_a_patch_on_the_map_at_true_scale():
    drawing = map_drawing(report_frames(), "nl")
    assert drawing["width"] / drawing["height"] == pytest.approx(1100 / 600, rel=0.1)
    key = next(p for p in drawing["paths"] if p["label"] == "sleutelgebied")
    x = [float(n) for n in re.findall(r"[ML](\S+) ", key["d"])]
    pixels_per_m = drawing["width"] / 1100
    assert max(x) - min(x) == pytest.approx(1000 * pixels_per_m, abs=0.2)
    assert drawing["bar"] == {"px": 200 * pixels_per_m, "label": "200 m"}


def test_the_best_class_is_drawn_last_of_the_patches():
    labels = [path["label"] for path in map_drawing(report_frames(), "en")["paths"]]
    assert labels[1:-1] == [
        *("insufficient", "nearly sufficient", "viable network", "key patch"),
        "stronghold",
    ]
