"""Candidates derived from a map: a field beside a patch, a gap between two."""

import geopandas as gpd
import pandas as pd
import shapely

from robuust.derived_candidates import (
    convertible_polygons,
    derive_candidates,
    dominant_codes,
    gap_cells,
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


def test_convertible_polygons_near_habitat_take_the_code_of_the_nearest():
    habitat, parts, sources = small_map()
    found = convertible_polygons(
        habitat, parts, sources, convertible_codes=["gh"], reach_m=500
    )
    assert found["candidate_id"].tolist() == ["convertible-field"]
    assert found["code"].tolist() == ["4030"]
    assert found["kind"].tolist() == ["convertible"]
    assert found["distance_m"].tolist() == [0]


def test_cells_are_found_only_on_unmapped_land_between_two_patches():
    habitat, _, sources = small_map()
    patches = pd.DataFrame(
        {"group": "g", "patch_id": ["A", "B"], "polygon_id": ["heath", "mire"]}
    )
    find = {"cell_m": 100, "reach_m": 200}
    cells = gap_cells(shapely.box(0, 0, 700, 100), habitat, sources, patches, **find)
    # Unmapped from x = 200 to 400. The centres at 250 and 350 are 150 and 250 m from
    # the heath, 150 and 50 m from the mire: only the first is within 200 m of both.
    assert cells["candidate_id"].tolist() == ["cell-2-0"]
    assert cells["code"].tolist() == ["4030"]  # both are 100 m away: the first by id
    assert cells["distance_m"].tolist() == [100.0]
    assert cells.area.tolist() == [10_000]
    one_patch = patches.assign(patch_id="A")
    study_area = shapely.box(0, 0, 700, 100)
    assert gap_cells(study_area, habitat, sources, one_patch, **find).empty


def test_the_nearest_and_then_the_largest_derived_candidates_stay():
    found = layer(
        [HECTARE, HECTARE, shapely.box(0, 0, 200, 200)],
        candidate_id=["a", "b", "c"],
        distance_m=[10.0, 0.0, 0.0],
    )
    assert nearest_first(found, max_candidates=2)["candidate_id"].tolist() == ["c", "b"]


def test_both_kinds_together_have_one_set_of_columns_even_without_habitat():
    habitat, parts, _ = small_map()
    patches = pd.DataFrame(
        {"group": "g", "patch_id": ["A", "B"], "polygon_id": ["heath", "mire"]}
    )
    suitability = pd.DataFrame(
        {
            "code": ["4030", "7140"],
            "bundle": "heath",
            "suitability": 1.0,
            "role": "whole",
        }
    )
    rules = {
        "candidate_reach_m": 200,
        "candidate_cell_m": 100,
        "max_candidates": 600,
        "convertible_codes": ["gh"],
    }
    given = {"bundles": ["heath"], "rules": rules}
    study_area = shapely.box(0, 0, 700, 100)
    found = derive_candidates(habitat, parts, study_area, patches, suitability, **given)
    assert found["candidate_id"].tolist() == ["convertible-field", "cell-2-0"]
    empty = derive_candidates(
        habitat.iloc[:0],
        parts.iloc[:0],
        study_area,
        patches.iloc[:0],
        suitability,
        **given,
    )
    assert empty.empty
    assert empty.columns.tolist() == found.columns.tolist()
    assert empty.crs == found.crs
