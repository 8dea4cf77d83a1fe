"""A layer too large for one file loses bends and a language, and no row or figure."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import Point

from robuust import light_layers
from robuust.light_layers import (
    as_light_as,
    lighten_layer,
    simplified,
    tolerance_for,
)


def discs(n=4):
    """Discs of a kilometre with 200 vertices each, and their reasons."""
    shapes = [Point(3_000 * i, 0).buffer(1_000, quad_segs=50) for i in range(n)]
    words = {"reason_nl": "te klein", "reason_en": "too small", "area_ha": 314.0}
    return gpd.GeoDataFrame(
        pd.DataFrame(words, index=range(n)), geometry=shapes, crs=31370
    )


def test_a_layer_of_usual_size_stays_as_it_is():
    rows = discs()
    for layer in ("patches", "robust_areas"):
        kept, told = lighten_layer(rows, layer, "nl")
        assert kept is rows
        assert told == []


def test_too_many_vertices_become_fewer_by_the_least_tolerance(monkeypatch):
    monkeypatch.setitem(light_layers.MOST_VERTICES, "patches", 500)
    rows = discs()
    kept, told = lighten_layer(rows, "patches", "nl")
    assert [line[:2] for line in told] == [("patches_simplified_m", "1")]
    assert shapely.get_num_coordinates(kept.geometry.array).sum() <= 500
    moved = shapely.hausdorff_distance(
        rows.geometry.array, kept.geometry.array, densify=0.01
    )
    assert 0 < moved.max() <= 1
    assert kept.crs == rows.crs
    assert kept.drop(columns="geometry").equals(rows.drop(columns="geometry"))
    assert shapely.get_num_coordinates(rows.geometry.array).sum() == 804  # untouched


def test_the_next_run_simplifies_its_patches_in_the_same_way(monkeypatch):
    monkeypatch.setitem(light_layers.MOST_VERTICES, "patches", 500)
    published, told = lighten_layer(discs(), "patches", "nl")
    info = pd.DataFrame(told, columns=["key", "value", "description"])
    again = as_light_as(discs(), info)
    assert shapely.equals_exact(again.geometry.array, published.geometry.array).all()
    assert again.crs == published.crs
    assert as_light_as(published, None, info) is published  # no finer than the other
    assert as_light_as(published, info, info) is published


def test_a_shape_of_very_many_rings_stays_valid_and_as_large(monkeypatch):
    rng = np.random.default_rng(1)
    blots = shapely.buffer(shapely.points(rng.uniform(0, 9_000, (600, 2))), 120)
    shape = shapely.union_all(blots)
    slow = simplified([shape], 5.0)[0]
    monkeypatch.setattr(light_layers, "MANY_RINGS", 20)
    quick = simplified([shape], 5.0)[0]
    assert shapely.get_num_coordinates(quick) < shapely.get_num_coordinates(shape) / 2
    assert not quick.equals_exact(slow)  # it went another way
    assert quick.is_valid
    assert abs(quick.area / slow.area - 1) < 0.01
    assert shapely.hausdorff_distance(quick, shape) <= 5.0
    tiny = shapely.union_all(
        shapely.buffer(shapely.points(np.arange(60) * 5.0, 0), 0.5)
    )
    (kept,) = simplified([tiny], 5.0)
    assert kept.equals(tiny)  # all of it would be gone


def test_where_nothing_is_enough_the_largest_tolerance_is_taken():
    assert tolerance_for(discs().geometry.array, most=10) == 10


def test_other_layers_keep_every_vertex(monkeypatch):
    monkeypatch.setitem(light_layers.MOST_VERTICES, "patches", 10)
    rows = discs()
    assert lighten_layer(rows, "robust_areas", "nl")[0] is rows


def test_of_very_many_rows_one_language_stays(monkeypatch):
    monkeypatch.setattr(light_layers, "MOST_BILINGUAL", 3)
    rows = discs()
    for language, other in (("nl", "en"), ("en", "nl")):
        kept, told = lighten_layer(rows, "networks", language)
        assert [line[:2] for line in told] == [
            (f"networks_without_reason_{other}", "4")
        ]
        assert kept[f"reason_{other}"].isna().all()
        assert kept[f"reason_{language}"].equals(rows[f"reason_{language}"])
        assert list(kept.columns) == list(rows.columns)
    assert rows["reason_en"].notna().all()
    assert lighten_layer(rows.drop(columns=["reason_nl"]), "networks", "en")[1] == []
