"""What is left out of the published layers is what no map shows, and it is told."""

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point, Polygon, box

from robuust import published_rows
from robuust.output_layers import layer_named
from robuust.published_rows import lighten, part_by_place, with_told


def test_of_too_many_links_the_most_probable_of_each_group_stay(monkeypatch):
    monkeypatch.setattr(published_rows, "MOST_LINKS", 2)
    links = pd.DataFrame(
        {
            "group": ["frogs", "bees", "frogs", "frogs"],
            "probability": [0.2, 0.1, 0.9, 0.5],
        }
    )
    kept, told = lighten(links, "links")
    assert kept["probability"].tolist() == [0.1, 0.9, 0.5]
    assert told == [
        (
            "links_left_out_frogs",
            "1",
            "least probable links; all of them: frogs/links.parquet",
        )
    ]


def test_of_links_that_are_equally_probable_no_more_stay_than_may(monkeypatch):
    monkeypatch.setattr(published_rows, "MOST_LINKS", 2)
    links = pd.DataFrame({"group": ["frogs"] * 5, "probability": [0.5] * 5})
    kept, ((_, n, _),) = lighten(links, "links")
    assert (len(kept), n) == (2, "3")


def test_no_quarantined_row_is_left_out_but_many_lose_their_cells(monkeypatch):
    monkeypatch.setattr(published_rows, "MOST_ORIGINALS", 1)
    rows = pd.DataFrame(
        {
            "source": ["a", "a", "b", "a"],
            "row": [4, 7, 7, 9],
            "reason": ["unknown_species", "unknown_species", "unknown_species", "x"],
            "original": ["{1}", "{2}", "{3}", "{4}"],
        }
    )
    kept, told = lighten(rows, "quarantined_records")
    assert kept["row"].tolist() == [4, 7, 7, 9]
    assert kept["original"].isna().tolist() == [False, True, False, False]
    assert told[0][:2] == ("quarantined_records_without_cells", "1")
    assert rows["original"].notna().all()  # the argument is untouched


def test_a_row_that_no_layer_can_draw_goes_to_the_table_and_none_is_lost():
    line = LineString([(0, 0), (1, 1.00049)])
    shapes = [box(0, 0, 1, 1), line, None, Polygon(), Point(1, 2), box(0, 0, 2, 2)]
    rows = gpd.GeoDataFrame({"row": range(6)}, geometry=shapes, crs=31370)
    placed, others = part_by_place(rows, layer_named("quarantined_habitat"))
    assert placed["row"].tolist() == [0, 5]
    assert placed.crs == rows.crs
    assert others["row"].tolist() == [1, 2, 3, 4]
    assert set(others["layer"]) == {"quarantined_habitat"}
    assert others["other_geometry"].tolist()[::3] == [
        "LINESTRING (0 0, 1 1)",
        "POINT (1 2)",
    ]
    assert others["other_geometry"].isna().tolist() == [False, True, True, False]
    assert "geometry" not in others


def test_small_and_other_layers_stay_as_they_are():
    rows = pd.DataFrame({"source": ["a"], "reason": ["x"], "original": ["{}"]})
    for name in ("quarantined_habitat", "patches"):
        kept, told = lighten(rows, name)
        assert kept is rows
        assert told == []
    assert lighten(rows.iloc[:0], "quarantined_records")[1] == []


def test_what_was_left_out_is_told_among_the_provenance():
    info = pd.DataFrame({"key": ["crs"], "value": ["EPSG:31370"], "description": ["."]})
    assert with_told(info, []) is info
    told = with_told(info, [("links_left_out_frogs", "3", "words")])
    assert told["key"].tolist() == ["crs", "links_left_out_frogs"]
