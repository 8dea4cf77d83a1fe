"""Range, area, quality and robustness per habitat type."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from robuust.habitat_state import habitat_state

TYPES = pd.DataFrame(
    {
        "code": ["4030", "6230", "7140"],
        "name_nl": ["heide", "heischraal", "veen"],
        "name_en": ["heath", "Nardus grassland", "mire"],
    }
)
HABITAT = gpd.GeoDataFrame(
    {"polygon_id": ["p", "q"]},
    geometry=[
        shapely.box(9_900, 0, 10_100, 100),  # 2 ha over two cells of 10 km
        shapely.box(5_000, 5_000, 5_100, 5_100),  # 1 ha in the first of them
    ],
    crs=31370,
)


def parts(quality=(1.0, 1.0, 1.0)):
    return pd.DataFrame(
        {
            "polygon_id": ["p", "p", "q"],
            "code": ["4030", "6230", "4030"],
            "share": [0.75, 0.25, 1.0],
            "quality": quality,
        }
    )


def state_of(*args, **kwargs):
    return habitat_state(HABITAT, *args, **kwargs).set_index("code")


def test_the_state_of_two_types_by_hand():
    robust = [shapely.box(10_000, 0, 10_500, 500)]  # the eastern half of p
    state = state_of(parts((1.0, 0.5, 0.5)), TYPES, robust)
    assert state.loc["4030", "area_ha"] == pytest.approx(1.5 + 1)
    assert state.loc["4030", "range_cells_10km"] == 2
    assert state.loc["4030", "good_quality_share"] == pytest.approx(1.5 / 2.5)
    assert state.loc["4030", "robust_share"] == pytest.approx(0.75 / 2.5)
    assert state.loc["6230", "area_ha"] == pytest.approx(0.5)
    assert state.loc["6230", "robust_share"] == pytest.approx(0.5)
    assert state.loc["6230", "good_quality_share"] == 0
    assert state.loc["6230", "name_en"] == "Nardus grassland"
    assert state["area_change_ha"].isna().all()


def test_a_map_that_tells_no_quality_has_no_share_in_good_quality():
    state = state_of(parts(), TYPES, [])
    assert state["good_quality_share"].isna().all()


def test_change_since_an_earlier_run_keeps_types_that_have_gone():
    earlier = pd.DataFrame({"code": ["4030", "7140"], "area_ha": [3.0, 4.0]})
    state = state_of(parts(), TYPES, [], earlier=earlier)
    assert state["area_change_ha"].to_dict() == pytest.approx(
        {"4030": -0.5, "6230": 0.5, "7140": -4.0}
    )
    assert state.loc["7140", "area_ha"] == 0
    assert state.loc["7140", "range_cells_10km"] == 0
    assert state["robust_share"].isna().to_dict()["7140"]


def test_a_polygon_that_ends_on_a_cell_border_is_in_one_cell():
    one = gpd.GeoDataFrame(
        {"polygon_id": ["p"]}, geometry=[shapely.box(9_000, 0, 10_000, 9)], crs=31370
    )
    only = parts().iloc[:1]
    assert habitat_state(one, only, TYPES, [])["range_cells_10km"].tolist() == [1]


def test_an_empty_map_has_no_types_and_the_same_columns():
    none = habitat_state(HABITAT.iloc[:0], parts().iloc[:0], TYPES, [])
    some = habitat_state(HABITAT, parts(), TYPES, [])
    assert len(none) == 0
    assert none.dtypes.to_dict() == some.dtypes.to_dict()


def test_the_order_of_rows_changes_nothing():
    rows = parts((1.0, 0.5, 0.5))
    one = habitat_state(HABITAT, rows, TYPES, [])
    other = habitat_state(HABITAT.iloc[::-1], rows.iloc[::-1], TYPES.iloc[::-1], [])
    pd.testing.assert_frame_equal(one, other)
