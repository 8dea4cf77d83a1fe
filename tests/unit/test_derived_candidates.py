"""Candidates derived from a map: a field beside a patch, a poor patch, a gap."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from robuust.derived_candidates import (
    convertible_polygons,
    derive_candidates,
    dominant_codes,
    improvable_polygons,
    nearest_first,
)

CRS = "EPSG:31370"
HECTARE = shapely.box(0, 0, 100, 100)


def layer(geometries, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(geometries), crs=CRS)


def test_the_dominant_code_passes_over_what_is_no_habitat():
    parts = pd.DataFrame(
        {
            "polygon_id": ["p", "p", "p", "q"],
            "code": ["bl", "4030", "4010", "bl"],
            "share": [0.5, 0.2, 0.3, 1.0],
        }
    )
    assert dominant_codes(parts, {"4030", "4010"}).to_dict() == {"p": "4010"}


def small_map():
    """Heath in the west, mire in the east, arable beside the heath and far away."""
    polygons = {
        "heath": shapely.box(0, 0, 100, 100),
        "mire": shapely.box(400, 0, 500, 100),
        "field": shapely.box(100, 0, 200, 100),
        "far": shapely.box(2000, 0, 2100, 100),
    }
    habitat = layer(polygons.values(), polygon_id=list(polygons))
    parts = pd.DataFrame(
        {"polygon_id": list(polygons), "code": ["4030", "7140", "gh", "gh"], "share": 1}
    )
    sources = habitat.iloc[:2].assign(code=["4030", "7140"])
    return habitat, parts, sources


def conversions(**rows):
    """Conversions by code: target, share, cost per hectare."""
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["target_code", "share", "cost_eur_per_ha"]
    )
    table = table.rename_axis("code").reset_index()
    return table.astype({"target_code": "str", "share": float})


ARABLE = conversions(gh=(None, None, None))


def test_convertible_polygons_near_habitat_take_the_code_of_the_nearest():
    habitat, parts, sources = small_map()
    found = convertible_polygons(habitat, parts, sources, ARABLE, reach_m=500)
    assert found["candidate_id"].tolist() == ["convertible-field"]
    assert found["code"].tolist() == ["4030"]
    assert found["kind"].tolist() == ["convertible"]
    assert found["distance_m"].tolist() == [0]
    assert found["share"].tolist() == [1]
    assert found["cost_eur"].isna().all()
    touching = convertible_polygons(habitat, parts, sources, ARABLE, reach_m=0)
    assert touching["candidate_id"].tolist() == ["convertible-field"]


def test_the_table_says_what_land_becomes_and_what_it_costs():
    habitat, parts, sources = small_map()
    table = conversions(gh=("6510", 0.8, 20_000))
    found = convertible_polygons(habitat, parts, sources, table, reach_m=500)
    assert found[["code", "share", "cost_eur"]].to_numpy().tolist() == [
        ["6510", 0.8, 20_000]
    ]
    assert found["rise_ha"].tolist() == [0.8]


def test_poor_habitat_may_rise_to_what_most_of_it_is_already():
    # A mosaic, three tenths heath: as whole heath it would be seven tenths better.
    sources = layer([HECTARE] * 3, polygon_id=["mosaic", "heath", "poor"], code="4030")
    parts = pd.DataFrame(
        [
            ("mosaic", "gh", 0.7, 1.0),
            ("mosaic", "4030", 0.3, 1.0),
            ("heath", "4030", 1.0, 1.0),
            ("poor", "4030", 1.0, 0.5),
        ],
        columns=["polygon_id", "code", "share", "quality"],
    )
    suit = [pd.Series({"4030": 1.0, "4010": 0.8})]
    found = improvable_polygons(parts, sources, ARABLE, suit)
    assert found["candidate_id"].tolist() == ["improvable-mosaic"]
    assert found["code"].tolist() == ["4030"]
    assert found["rise_ha"].tolist() == pytest.approx([0.7])
    better = conversions(**{"4030": ("4030", None, None)})
    found = improvable_polygons(parts, sources, better, suit)
    assert found["candidate_id"].tolist() == ["improvable-poor"]  # of half quality
    assert found["rise_ha"].tolist() == [0.5]
    worse = conversions(**{"4030": ("4010", None, None)})
    found = improvable_polygons(parts, sources, worse, suit)
    assert found["candidate_id"].tolist() == ["improvable-poor"]
    assert found["rise_ha"].tolist() == pytest.approx([0.3])


def test_the_nearest_and_then_what_adds_most_stays():
    found = layer(
        [HECTARE] * 3,
        candidate_id=["a", "b", "c"],
        distance_m=[10.0, 0.0, 0.0],
        rise_ha=[9.0, 1.0, 4.0],
    )
    assert nearest_first(found, max_candidates=2)["candidate_id"].tolist() == ["c", "b"]


def test_all_kinds_together_have_one_set_of_columns_even_without_habitat():
    habitat, parts, _ = small_map()
    parts = parts.assign(quality=1.0)
    patches = pd.DataFrame(
        {"group": "g", "patch_id": ["A", "B"], "polygon_id": ["heath", "mire"]}
    )
    columns = {"bundle": "heath", "suitability": 1.0, "role": "whole"}
    suitability = pd.DataFrame({"code": ["4030", "7140"], **columns})
    tables = {"suitability": suitability, "conversions": ARABLE}
    rules = {
        "candidate_reach_m": 200,
        "candidate_cell_m": 100,
        "candidate_shape": "square",
    }
    given = {"bundles": ["heath"], "rules": rules}
    area = shapely.box(0, 0, 700, 100)
    found = derive_candidates(habitat, parts, area, patches, [], tables, **given)
    assert found["candidate_id"].tolist() == ["convertible-field", "cell-2-0"]
    assert found["code"].tolist() == ["4030", "4030"]  # of equally near: first by id
    assert found["distance_m"].tolist() == [0, 100]
    none = habitat.iloc[:0], parts.iloc[:0], area, patches.iloc[:0]
    empty = derive_candidates(*none, [], tables, **given)
    assert empty.empty
    assert empty.columns.tolist() == found.columns.tolist()
    assert empty.crs == found.crs
