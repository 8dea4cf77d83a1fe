"""The report: self-contained, every value escaped, a map that is drawn to scale."""

import re
from html.parser import HTMLParser
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, box

from robuust.output_layers import layer_named
from robuust.report_page import (
    REPORT_LAYERS,
    map_drawing,
    report_html,
    scale_bar,
    svg_path,
)

HOME = Path(__file__).parents[2]
COLUMNS = pd.read_csv(HOME / "config" / "output_columns.csv", keep_default_na=False)
TEMPLATE = (HOME / "workflow" / "templates" / "report.html.j2").read_text(
    encoding="utf-8"
)
HOSTILE = "<script>alert('x')</script> & \"co\""


def frames(rows=1, text=HOSTILE):
    """Every layer of the report with the same row, as often as asked."""
    default = {"text": text, "integer": 2, "real": 12.345, "boolean": True}
    made = {}
    for name in REPORT_LAYERS:
        contract = COLUMNS[COLUMNS["layer"] == name]
        made[name] = pd.DataFrame(
            {
                column: pd.Series([default[kind]] * rows)
                for column, kind in contract[["column", "type"]].to_numpy()
            }
        )
        if layer_named(name).geometry_type:
            shapes = [box(0, 0, 1000, 500)] * rows
            made[name] = gpd.GeoDataFrame(made[name], geometry=shapes, crs=31370)
    if rows:
        made["patches"]["class"] = "key"
        made["sensitivity"]["evidence"] = "unverified"
        made["plan_curve"]["plan"] = "best"
    return made


def page(language="nl", lines=("Gebied: hier",), **kwargs):
    return report_html(
        TEMPLATE,
        frames(**kwargs),
        COLUMNS,
        title=HOSTILE,
        language=language,
        lines=list(lines),
    )


class Tags(HTMLParser):
    """Opens and closes what it reads; `found` holds every tag and its attributes."""

    def __init__(self, text):
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "path", "rect", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("path", "rect"):
            assert self.open.pop() == tag


def test_no_name_in_the_data_ever_runs():
    text = page()
    assert "<script" not in text
    assert "&lt;script&gt;alert" in text


def test_the_page_is_well_formed_and_asks_nothing_from_outside():
    tags = Tags(page())
    assert tags.open == []
    for tag, attributes in tags.found:
        assert tag not in ("script", "link", "img", "iframe", "object")
        assert not {"src", "href", "onclick", "onload"} & set(attributes)
    assert "url(" not in page()
    assert "@import" not in page()


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
    made = frames(text="leeg")
    made["group_summary"]["n_patches"] = 0
    text = report_html(TEMPLATE, made, COLUMNS, title="t", language="nl", lines=[])
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
    drawing = map_drawing(frames(), "nl")
    assert drawing["width"] / drawing["height"] == pytest.approx(1100 / 600, rel=0.1)
    key = next(p for p in drawing["paths"] if p["label"] == "sleutelgebied")
    x = [float(n) for n in re.findall(r"[ML](\S+) ", key["d"])]
    pixels_per_m = drawing["width"] / 1100
    assert max(x) - min(x) == pytest.approx(1000 * pixels_per_m, abs=0.2)
    assert drawing["bar"] == {"px": 200 * pixels_per_m, "label": "200 m"}


def test_the_best_class_is_drawn_last_of_the_patches():
    labels = [path["label"] for path in map_drawing(frames(), "en")["paths"]]
    assert labels[1:-1] == [
        *("insufficient", "nearly sufficient", "viable network", "key patch"),
        "stronghold",
    ]


def test_a_path_goes_round_parts_and_holes():
    ring = box(0, 0, 10, 10) - box(4, 4, 6, 6)
    path = svg_path(
        [MultiPolygon([ring, box(20, 0, 30, 10)])], west=0, north=10, scale=1
    )
    assert path.count("M") == path.count("Z") == 3
    assert re.fullmatch(r"(M[\d.]+ [\d.]+(L[\d.]+ [\d.]+)+Z)+", path)


def test_what_is_missing_empty_or_too_small_to_see_is_left_out():
    shapes = [None, shapely.Polygon(), box(0, 0, 0.1, 0.1)]
    assert svg_path(shapes, west=0, north=0, scale=1) == ""
    assert svg_path([], west=0, north=0, scale=1) == ""


@given(st.floats(20, 1e6))
def test_the_scale_bar_is_round_and_between_a_tenth_and_a_fifth_of_the_map(width_m):
    bar = scale_bar(width_m, 1.0)
    assert width_m / 12.6 < bar["px"] <= width_m / 5 * (1 + 1e-9)
    assert f"{bar['px']:e}"[0] in "125"
