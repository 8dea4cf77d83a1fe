"""Variety of habitat types and grain of an area."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.mosaic import habitat_only, shannon_diversity, variety

AREA = shapely.box(0, 0, 400, 100)


def fields(*widths):
    """Fields of 100 m high side by side, with ids p0, p1 ..."""
    edges = np.r_[0, np.cumsum(widths)]
    shapes = shapely.box(edges[:-1], 0, edges[1:], 100)
    ids = [f"p{k}" for k in range(len(widths))]
    return gpd.GeoDataFrame({"polygon_id": ids}, geometry=shapes, crs=31370)


def parts(*rows):
    return pd.DataFrame(rows, columns=["polygon_id", "code", "share"])


def test_a_mosaic_of_three_fields_and_two_types_by_hand():
    # 1 ha heath, 2 ha half heath half grassland, 1 ha bare: 2 ha heath, 1 ha grassland.
    codes = parts(("p0", "4030", 1), ("p1", "4030", 0.5), ("p1", "6230", 0.5))
    found = variety([AREA], fields(100, 200, 100), codes, variety_min_types=3)
    row = found.iloc[0]
    assert row["n_habitat_types"] == 2
    expected = -(2 / 3 * np.log(2 / 3) + 1 / 3 * np.log(1 / 3))
    assert row["shannon"] == pytest.approx(expected)
    assert row["mean_grain_ha"] == pytest.approx(1.5)  # the bare field is no habitat
    assert row["monotone"]


def test_enough_types_make_no_monotone_area():
    codes = parts(("p0", "4030", 1), ("p1", "6230", 1))
    found = variety([AREA], fields(200, 200), codes, variety_min_types=2)
    assert found["monotone"].tolist() == [False]


def test_a_sliver_of_a_neighbour_does_not_belong_to_the_area():
    codes = parts(("p0", "4030", 1), ("p1", "6230", 1))
    found = variety([AREA], fields(390, 300), codes, variety_min_types=1)
    assert found["n_habitat_types"].tolist() == [1]
    assert found["mean_grain_ha"].tolist() == [pytest.approx(3.9)]


def test_a_large_field_of_which_the_area_is_a_piece_belongs_to_it():
    # 4 ha: 3.6 ha of a field of 36 ha, 0.4 ha (a tenth) of one of 8 ha.
    codes = parts(("p0", "4030", 1), ("p1", "6230", 1))
    land = fields(3600, 800)
    piece = shapely.box(3240, 0, 3640, 100)
    row = variety([piece], land, codes, variety_min_types=2).iloc[0]
    assert row["n_habitat_types"] == 2
    assert row["shannon"] == pytest.approx(-(0.9 * np.log(0.9) + 0.1 * np.log(0.1)))
    assert row["mean_grain_ha"] == pytest.approx((36 + 8) / 2)
    narrower = shapely.box(3239, 0, 3639, 100)
    row = variety([narrower], land, codes, variety_min_types=2).iloc[0]
    assert row["n_habitat_types"] == 1
    assert row["monotone"]


def test_an_area_without_habitat_has_no_types_and_no_grain():
    far = shapely.box(5000, 0, 5100, 100)
    codes = parts(("p0", "4030", 1))
    found = variety([far], fields(100), codes, variety_min_types=1)
    assert found["n_habitat_types"].tolist() == [0]
    assert found["shannon"].tolist() == [0]
    assert found["mean_grain_ha"].isna().tolist() == [True]
    assert found["monotone"].tolist() == [True]


def test_no_areas_give_no_rows_with_the_same_types():
    codes = parts(("p0", "4030", 1))
    none = variety([], fields(100), codes, variety_min_types=1)
    some = variety([AREA], fields(100), codes, variety_min_types=1)
    assert len(none) == 0
    assert none.dtypes.to_dict() == some.dtypes.to_dict()


def test_parts_that_are_no_habitat_type_are_left_out():
    types = pd.DataFrame({"code": ["4030"]})
    codes = parts(("p0", "4030", 0.5), ("p0", "gh", 0.5))
    assert habitat_only(codes, types)["code"].tolist() == ["4030"]


@given(st.lists(st.floats(0.01, 1000), min_size=1, max_size=8))
def test_shannon_lies_between_one_kind_and_equal_kinds(amounts):
    diversity = shannon_diversity(amounts)
    assert -1e-12 <= diversity <= np.log(len(amounts)) + 1e-12
    assert shannon_diversity([*amounts, 0.0]) == pytest.approx(diversity)
    equal = shannon_diversity([1.0] * len(amounts))
    assert equal == pytest.approx(np.log(len(amounts)))
