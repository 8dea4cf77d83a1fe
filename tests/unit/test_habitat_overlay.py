"""Planned changes on the habitat map: hectares close, and every fault is told."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.habitat_overlay import (
    lay_over,
    one_change_per_place,
    parcels_left,
    screen_changes,
)

CRS = pyproj.CRS(31370)
TYPES = pd.DataFrame(
    {"code": ["4030", "6230", "gh"], "bundle": ["dry_heath", "grassland", None]}
)
SOURCE = {
    "name": "plan",
    "path": "plan.gpkg",
    "code_column": "code",
    "id_column": "id",
    "no_habitat": ["houses"],
}
AREA = shapely.box(0, 0, 1000, 1000)


def habitat_map(**polygons):
    """Map of name = ((code, share), ..., shape), and its parts."""
    habitat = gpd.GeoDataFrame(
        {
            "polygon_id": [f"map:{name}" for name in polygons],
            "source": "map",
            "area_ha": [rows[-1].area / 10_000 for rows in polygons.values()],
        },
        geometry=[rows[-1] for rows in polygons.values()],
        crs=CRS,
    )
    parts = [
        (f"map:{name}", code, share, 1.0, True)
        for name, rows in polygons.items()
        for code, share in rows[:-1]
    ]
    columns = ["polygon_id", "code", "share", "quality", "certain"]
    return habitat, pd.DataFrame(parts, columns=columns)


def planned(*rows):
    """Changes as (id, code, share, shape)."""
    ids, code, share, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "change_id": [f"plan:{name}" for name in ids],
            "source": "plan",
            "name": list(ids),
            "code": list(code),
            "share": list(share),
            "cost_eur": np.nan,
            "year": pd.array([2030] * len(ids), dtype="Int64"),
        },
        geometry=list(shapes),
        crs=CRS,
    )


def layer(**columns):
    """Four planned polygons as a user would draw them: two good, two not."""
    shapes = [
        shapely.box(0, 0, 100, 100),
        shapely.from_wkt("POLYGON ((200 0, 300 100, 300 0, 200 100, 200 0))"),
        shapely.box(9000, 0, 9100, 100),
        None,
    ]
    rows = {"id": list("abcd"), "code": ["Houses", "4030", "4030", "4030"]}
    return gpd.GeoDataFrame(rows | columns, geometry=shapes, crs=CRS)


def screen(rows, source=SOURCE):
    return screen_changes(rows, source, AREA, TYPES, crs=CRS, max_distance_m=50_000)


# --- What goes in


def test_a_change_that_is_no_use_is_set_apart_with_its_reason():
    kept, apart, notes = screen(layer())
    assert kept["change_id"].tolist() == ["plan:a", "plan:b"]
    assert dict(zip(apart["row"], apart["reason"], strict=True)) == {
        2: "outside_area",
        3: "missing_geometry",
    }
    assert notes == [("plan", "repaired_geometry", 1)]


def test_words_of_the_layer_for_no_habitat_become_gh():
    assert screen(layer())[0]["code"].tolist() == ["gh", "4030"]


def test_an_unknown_code_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match="4031") as refused:
        screen(layer(code=["4031", "4030", "4030", "4030"]))
    assert "1 of 4 planned changes" in str(refused.value)
    assert "no_habitat" in str(refused.value)


def test_a_layer_without_a_single_usable_change_is_refused_in_words():
    with pytest.raises(ValueError, match="none of its 2 planned changes can be used"):
        screen(layer().iloc[2:])


def test_cost_share_and_year_that_are_impossible_are_told():
    rows = layer(share=[0.5, 1.5, 1, 1], cost=[-1, 2, 3, 4])
    source = SOURCE | {"share_column": "share", "cost_column": "cost"}
    with pytest.raises(ValueError, match="2 impossible_value"):
        screen(rows.iloc[:2], source)


# --- One change per place


def test_of_two_changes_the_first_keeps_the_ground():
    rows = planned(
        ("a", "gh", 1, shapely.box(0, 0, 100, 100)),
        ("b", "4030", 1, shapely.box(50, 0, 150, 100)),
        ("c", "4030", 1, shapely.box(10, 10, 20, 20)),
    )
    cut, n_cut = one_change_per_place(rows)
    assert cut.area.tolist() == [10_000, 5_000, 0]
    assert n_cut == 2


# --- Over the map


def test_what_is_left_of_a_polygon_keeps_its_id_and_its_shares():
    habitat, parts = habitat_map(
        a=(("4030", 0.6), ("gh", 0.4), shapely.box(0, 0, 100, 100))
    )
    houses = planned(("h", "gh", 1, shapely.box(75, 0, 200, 100)))
    after, after_parts, told = lay_over(habitat, parts, houses, TYPES)
    assert after.set_index("polygon_id")["area_ha"].to_dict() == {
        "map:a": 0.75,
        "plan:h": 1.25,
    }
    pd.testing.assert_frame_equal(after_parts, parts)
    change = told.iloc[0]
    assert change["mapped_ha"] == 0.25
    assert change["habitat_ha"] == 0
    assert change["earlier_habitat_ha"] == pytest.approx(0.15)  # 0.6 of 0.25 ha
    assert change["earlier_codes"] == "4030 0.15 ha"


def test_planned_habitat_has_its_code_and_share():
    habitat, parts = habitat_map(a=(("6230", 1.0), shapely.box(0, 0, 100, 100)))
    heath = planned(("h", "4030", 0.5, shapely.box(100, 0, 300, 100)))
    after, after_parts, told = lay_over(habitat, parts, heath, TYPES)
    assert after["polygon_id"].tolist() == ["map:a", "plan:h"]
    new = after_parts.set_index("polygon_id").loc["plan:h"]
    assert (new["code"], new["share"], new["quality"]) == ("4030", 0.5, 1.0)
    assert told["habitat_ha"].tolist() == [1.0]
    assert told["mapped_ha"].tolist() == [0.0]


def test_a_polygon_that_is_covered_goes_with_its_parts():
    habitat, parts = habitat_map(a=(("4030", 1.0), shapely.box(0, 0, 100, 100)))
    houses = planned(("h", "gh", 1, shapely.box(-10, -10, 110, 110)))
    after, after_parts, _ = lay_over(habitat, parts, houses, TYPES)
    assert after["polygon_id"].tolist() == ["plan:h"]
    assert after_parts.empty
    assert after_parts.dtypes.to_dict() == parts.dtypes.to_dict()


def test_two_maps_of_the_same_ground_are_both_cut():
    ground = shapely.box(0, 0, 100, 100)
    habitat, parts = habitat_map(
        a=(("4030", 1.0), ground), pond=(("6230", 1.0), ground)
    )
    houses = planned(("h", "gh", 1, shapely.box(50, 0, 100, 100)))
    after, _, told = lay_over(habitat, parts, houses, TYPES)
    assert after["area_ha"].tolist() == [0.5, 0.5, 0.5]
    assert told["earlier_codes"].tolist() == ["4030 0.5 ha; 6230 0.5 ha"]


BOXES = st.tuples(*(st.integers(0, 9) for _ in range(4)))


def shape_of(place):
    west, south, wide, high = place
    return shapely.box(west, south, west + 1 + wide, south + 1 + high)


@given(st.lists(BOXES, min_size=1, max_size=6), st.booleans())
def test_every_hectare_of_the_map_is_kept_or_taken_by_a_change(places, is_habitat):
    cells = {
        f"c{x}{y}": (("4030", 0.5), ("6230", 0.5), shapely.box(x, y, x + 4, y + 4))
        for x in (0, 4, 8)
        for y in (0, 4, 8)
    }
    habitat, parts = habitat_map(**cells)
    code = "4030" if is_habitat else "gh"
    rows = planned(*((f"{k}", code, 1.0, shape_of(p)) for k, p in enumerate(places)))
    rows, _ = one_change_per_place(rows)
    after, after_parts, told = lay_over(habitat, parts, rows, TYPES)
    old = after["polygon_id"].str.startswith("map:")
    before_ha = habitat.area.sum() / 1e4
    kept_ha = after[old].area.sum() / 1e4
    assert kept_ha + told["mapped_ha"].sum() == pytest.approx(before_ha)
    union = shapely.union_all([shape_of(p) for p in places]).area / 1e4
    assert told["area_ha"].sum() == pytest.approx(union)
    # Nothing lies twice, and all that was covered still is.
    assert after.area.sum() == pytest.approx(after.union_all().area)
    assert after.union_all().area >= habitat.union_all().area - 1e-6
    habitat_ha = after_parts.merge(after, on="polygon_id")
    habitat_ha = (habitat_ha["share"] * habitat_ha["area_ha"]).sum()
    expected = before_ha - told["earlier_habitat_ha"].sum() + told["habitat_ha"].sum()
    assert habitat_ha == pytest.approx(expected)


# --- Candidates


def test_a_parcel_inside_a_change_is_excluded_and_one_beside_it_is_as_it_was():
    parcels = gpd.GeoDataFrame(
        {
            "candidate_id": ["in", "beside"],
            "cost_eur": [5.0, np.nan],
            "excluded": False,
            "must_have": True,
        },
        geometry=[shapely.box(0, 0, 10, 10), shapely.box(100, 0, 110, 10)],
        crs=CRS,
    )
    left = parcels_left(parcels, [shapely.box(-1, -1, 100, 11)])
    assert left["excluded"].tolist() == [True, False]
    assert left["must_have"].tolist() == [False, True]
    assert left.area.tolist() == [100, 100]
    assert left["cost_eur"].iloc[0] == 5.0
    assert np.isnan(left["cost_eur"].iloc[1])


def test_without_parcels_there_is_nothing_to_cut():
    none = gpd.GeoDataFrame(
        {"candidate_id": [], "cost_eur": [], "excluded": [], "must_have": []},
        geometry=[],
        crs=CRS,
    )
    assert len(parcels_left(none, [AREA])) == 0
