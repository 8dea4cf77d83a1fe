"""The map of the page: what it holds, how it is told, and that it stays small."""

import json

import numpy as np
import pytest
from report_frames import report_frames
from shapely.geometry import box

from robuust import page_map as module
from robuust.page_map import page_map
from robuust.question_maps import DRAWINGS, QUESTION_MAPS


def data_of(frames, language="nl", **sheets):
    text, told = page_map(
        frames, language, **({"sheets": {}, "unit_sheets": {}} | sheets)
    )
    return json.loads(text), told


def many_patches(n):
    """Frames with squares of 40 m in a row of rows, of two groups by turns."""
    frames = report_frames(rows=n, text="t")
    places = np.arange(n) * 60
    frames["patches"] = frames["patches"].set_geometry(
        [
            box(x, y, x + 40, y + 40)
            for x, y in zip(places % 6000, places // 6000 * 60, strict=True)
        ],
        crs=31370,
    )
    frames["patches"]["group"] = np.where(np.arange(n) % 2, "odd", "even")
    frames["patches"]["class"] = np.where(np.arange(n) % 3, "near", "key")
    return frames


def test_every_layer_of_every_question_is_there_with_a_row_per_feature():
    data, told = data_of(report_frames(text="t"))
    assert data["layers"].keys() == told.keys() == DRAWINGS.keys()
    assert list(data["questions"]) == [question.slug for question in QUESTION_MAPS]
    for name, layer in data["layers"].items():
        columns = ("group", "value", "key", "name", "fact", "reason", "shape", "unit")
        assert [len(layer[column]) for column in columns] == [1] * 8, name
        assert layer["value"][0] in [entry["value"] for entry in layer["legend"]]


def test_a_feature_is_told_in_the_language_of_the_page():
    frames = report_frames(text="t")
    frames["patches"]["reason_nl"], frames["patches"]["reason_en"] = "omdat", "because"
    told = {language: data_of(frames, language)[0] for language in ("nl", "en")}
    patches = {language: data["layers"]["patches"] for language, data in told.items()}
    assert patches["nl"]["reason"] == ["omdat"]
    assert patches["en"]["reason"] == ["because"]
    assert patches["nl"]["fact"] == ["12,3 ha"]
    assert patches["en"]["fact"] == ["12.3 ha"]


def test_a_population_that_was_never_seen_stays_off_the_map():
    frames = report_frames(rows=2, text="t")
    frames["populations"]["status"] = ["unreachable", "phantom"]
    data, told = data_of(frames)
    assert data["layers"]["populations"]["value"] == ["phantom"]
    assert told["populations"]["n"] == 1


def test_an_empty_run_has_an_empty_map():
    data, told = data_of(report_frames(rows=0))
    assert all(layer["shape"] == [] for layer in data["layers"].values())
    assert {layer["together"] for layer in told.values()} == {0}


def test_a_map_too_heavy_for_a_page_shows_the_smallest_together(monkeypatch):
    frames = many_patches(400)
    whole, _ = page_map(frames, "nl", sheets={}, unit_sheets={})
    monkeypatch.setattr(module, "MOST_BYTES", len(whole) // 2)
    monkeypatch.setattr(module, "MOST_SHAPES", 400)
    text, told = page_map(frames, "nl", sheets={}, unit_sheets={})
    assert len(text.encode()) <= len(whole) // 2
    patches = told["patches"]
    assert patches["alone"] + patches["together"] == patches["n"] == 400
    assert patches["together"] > 0
    cells = json.loads(text)["layers"]["patches"]["cells"]
    assert {part["group"] for part in cells} == {"odd", "even"}
    assert [part["value"] for part in cells] == ["near", "near", "key", "key"]


@pytest.mark.parametrize("missing", ["patches", "report_units"])
def test_the_map_opens_without_patches_or_without_units(missing):
    frames = report_frames(text="t")
    frames[missing] = frames[missing].iloc[:0]
    data, _ = data_of(frames)
    assert data["extent"] == [-50.0, -25.0, 1050.0, 525.0]
