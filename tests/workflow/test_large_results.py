"""Results of a hundred thousand patches: the file, the project and the page hold.

A hundred thousand patches of ten groups together; with ROBUUST_LARGE=full (what
``make bench SIZE=full`` does) as many of each group, a million. Times are of the
processor or, in the browser, written down and not judged: the machine is shared.
"""

import json
import os
import time
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from large_results import N_GROUPS, large_layers
from playwright.sync_api import expect, sync_playwright
from skimage.io import imread
from small_results import HOME, TEMPLATES, in_qgis, need_qgis, write_results
from test_report_in_browser import BENCH, CHROMIUM, MOST_BYTES, REQUIRED

from write_report import write_report

PER_GROUP = 100_000 if os.environ.get("ROBUUST_LARGE") == "full" else 10_000
MOST_GEOPACKAGE = 1024**3  # bytes
MOST_OPENING_S = 5


@pytest.fixture(scope="module")
def area(tmp_path_factory):
    """Folder with the published results, and the page."""
    folder = tmp_path_factory.mktemp("large") / "area"
    write_results(folder, large_layers(PER_GROUP))
    paths = {
        "geopackage": folder / "robuust.gpkg",
        "columns": HOME / "config" / "output_columns.csv",
        "template": TEMPLATES / "report.html.j2",
        "picture_template": TEMPLATES / "picture.svg.j2",
        "assets": sorted((TEMPLATES / "page").glob("*")),
    }
    write_report(
        paths,
        folder / "report.html",
        folder / "summary.txt",
        folder / "pictures",
        title="Groot",
        language="nl",
        reference_date="2026-01-01",
        results="results/large",
        sheets={},
    )
    return folder


def note(**figures):
    """Write figures down, for who looks at how they change."""
    path = BENCH / "large_results.json"
    BENCH.mkdir(parents=True, exist_ok=True)
    earlier = json.loads(path.read_text("utf-8")) if path.exists() else {}
    told = earlier | {"patches_per_group": PER_GROUP} | figures
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def test_the_geopackage_stays_below_a_gibibyte_and_keeps_every_patch(area):
    path = area / "robuust.gpkg"
    note(geopackage_mib=round(path.stat().st_size / 2**20))
    assert path.stat().st_size < MOST_GEOPACKAGE
    assert pyogrio.read_info(path, layer="patches")["features"] == PER_GROUP * N_GROUPS


def test_the_project_opens_and_draws_where_it_is_robust_within_seconds(area):
    need_qgis()
    found = in_qgis(area, area / "theme.png", script="qgis_times.py")
    note(**{name: found[name] for name in ("open_cpu_s", "draw_cpu_s")})
    assert found["read"]
    assert found["valid"]
    assert found["theme"] == "Waar is het robuust?"
    picture = imread(area / "theme.png")[..., :3]
    assert (picture < 200).any(axis=2).mean() > 0.02  # something is drawn
    assert found["open_cpu_s"] + found["draw_cpu_s"] < MOST_OPENING_S


@pytest.mark.skipif(CHROMIUM is None and not REQUIRED, reason="no Chromium here")
def test_the_page_opens_and_answers(area):
    path = area / "report.html"
    assert path.stat().st_size < MOST_BYTES
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        tab = browser.new_page(viewport={"width": 1300, "height": 900})
        begun = time.perf_counter()
        tab.goto(path.as_uri())
        opened = time.perf_counter()
        tab.get_by_role("searchbox").fill("Gemeente 1")
        tab.locator("#found button").first.click()
        expect(tab.locator("#said-title")).to_have_text("Gemeente 1")
        found = time.perf_counter()
        tab.locator("#map").click(position={"x": 300, "y": 300})
        expect(tab.locator("#said-title")).to_have_text("Op deze plek")
        clicked = time.perf_counter()
        # Most patches stand together, on a picture with a pixel per cell.
        marks = tab.locator("canvas.cells").first.evaluate(
            "it => [...it.getContext('2d').getImageData(0, 0, 200, it.height).data]"
        )
        browser.close()
    assert (np.reshape(marks, (-1, 4))[:, 3] > 0).mean() > 0.02
    note(
        page_mib=round(path.stat().st_size / 2**20, 1),
        page_open_s=round(opened - begun, 1),
        page_search_s=round(found - opened, 1),
        page_click_s=round(clicked - found, 1),
    )


def test_what_was_left_out_is_told(area):
    info = pyogrio.read_dataframe(area / "robuust.gpkg", layer="run_info")
    told = info.set_index("key")["value"]
    is_full = PER_GROUP == 100_000
    assert ("patches_simplified_m" in told) == is_full
    assert told["patches_without_reason_en"] == str(PER_GROUP * N_GROUPS)
    table = Path(area / "tables" / "patches.csv")
    with table.open(encoding="utf-8") as rows:
        heading, first = (next(rows) for _ in range(2))
    assert "reason_en" in heading
    assert "network" in first  # spreadsheets have both languages
