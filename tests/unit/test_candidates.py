"""Candidates: what they cost, what they add, and whether they overlap."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.candidates import (
    added_and_improved,
    habitat_for,
    near_other_role,
    price,
    trim_slivers,
)

CRS = "EPSG:31370"
HECTARE = shapely.box(0, 0, 100, 100)


def layer(geometries, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(geometries), crs=CRS)


@st.composite
def squares(draw):
    """One to six squares of 10 to 60 m that may lie on top of each other."""
    place, side = st.integers(0, 100), st.integers(10, 60)
    n = draw(st.integers(1, 6))
    west, south, width = (
        np.array(draw(st.lists(kind, min_size=n, max_size=n)), dtype=float)
        for kind in (place, place, side)
    )
    return shapely.box(west, south, west + width, south + width)


def test_a_missing_cost_is_the_default_price_per_hectare():
    parcels = layer(
        [HECTARE, shapely.box(0, 0, 50, 100)],
        candidate_id=["b", "a"],
        cost_eur=[12_000.0, None],
    )
    priced = price(parcels, default_cost_eur_per_ha=30_000)
    assert priced["candidate_id"].tolist() == ["a", "b"]
    assert priced["cost_eur"].tolist() == [15_000, 12_000]
    assert priced["cost_is_default"].tolist() == [True, False]
    assert priced["area_ha"].tolist() == [0.5, 1.0]


def test_a_negative_cost_is_refused_by_name():
    parcels = layer([HECTARE], candidate_id=["lot 7"], cost_eur=[-1.0])
    with pytest.raises(ValueError, match=r"negative cost \(first: lot 7\)"):
        price(parcels, default_cost_eur_per_ha=30_000)


def test_habitat_that_is_there_already_is_not_counted_again():
    # Half the hectare is heath for 0.4 now; it would be 0.8 all over.
    heath = shapely.box(0, 0, 50, 100)
    added, _ = added_and_improved([HECTARE], [0.8], [heath], [0.4])
    assert added[0] == pytest.approx(0.5 * 0.8 + 0.5 * 0.4)


def test_better_habitat_than_the_candidate_would_be_is_no_loss():
    heath = shapely.box(0, 0, 50, 100)
    assert added_and_improved([HECTARE], [0.5], [heath], [1.0])[0] == 0.25
    assert added_and_improved([HECTARE], [0.5], [HECTARE], [0.9])[0] == 0


@given(squares(), squares(), st.floats(0, 1), st.floats(0, 1))
def test_a_candidate_never_adds_more_than_its_share_nor_less_than_nothing(
    shapes, polygons, share, there
):
    polygons = shapely.get_parts(shapely.union_all(polygons))  # a map has no overlaps
    added, improved = added_and_improved(
        shapes, np.full(shapes.size, share), polygons, np.full(polygons.size, there)
    )
    most = shapely.area(shapes) * share / 10_000
    assert ((added >= 0) & (added <= most + 1e-9)).all()
    union = shapely.union_all(polygons)
    covered = shapely.area(shapely.intersection(shapes, union)) / 10_000
    expected = most - covered * min(share, there)
    np.testing.assert_allclose(added, expected, atol=1e-6)
    lower = covered if there < share - 1e-9 else np.zeros(shapes.size)
    np.testing.assert_allclose(improved * shapely.area(shapes) / 1e4, lower, atol=1e-6)


def test_only_land_of_lower_quality_is_improved():
    # 100 x 100 m of quality 0.6 over 30 % poor, 20 % equal and 10 % better habitat.
    now = shapely.box([0, 30, 50], 0, [30, 50, 60], 100)
    fields, share = [HECTARE, HECTARE], [0.75 * 0.8, 0.0]
    _, improved = added_and_improved(fields, share, now, [0.2, 0.6, 0.9])
    assert improved.tolist() == [pytest.approx(0.3), 0.0]
    assert added_and_improved(fields, share, now[:0], [])[1].tolist() == [0.0, 0.0]
    assert added_and_improved([], [], now, [0.2, 0.6, 0.9])[1].size == 0


def test_a_candidate_without_area_has_no_land_to_improve():
    ditch = shapely.LineString([(0, 0), (5, 0)])
    around = shapely.box(-1, -1, 9, 1)
    found = added_and_improved([ditch], [1.0], [around], [0.2])
    assert [part.tolist() for part in found] == [[0.0], [0.0]]


def test_only_candidates_that_suit_the_group_remain():
    candidates = layer(
        [HECTARE, shapely.box(200, 0, 300, 100), shapely.box(400, 0, 500, 100)],
        candidate_id=["c", "b", "a"],
        code=["4030", "6510", "4030"],
        share=[0.5, 1.0, 0.1],
    )
    suitability = pd.DataFrame(
        {"code": ["4030", "6510"], "suitability": [0.8, 0.0], "role": ["b", "whole"]}
    )
    found = habitat_for(
        candidates,
        suitability,
        layer([], share=np.array([])),
        min_suitable_share=0.1,
    )
    assert found["candidate_id"].tolist() == ["c"]
    assert found["role"].tolist() == ["b"]
    assert found["added_effective_ha"].tolist() == pytest.approx([0.4])
    assert found["improved_share"].tolist() == [0.0]


def test_water_for_a_group_with_roles_needs_a_patch_near():
    candidates = layer(
        [HECTARE] * 3, candidate_id=["a", "b", "c"], role=["a", "a", "whole"]
    )
    links = pd.DataFrame(
        {
            "candidate_id": ["a", "b", "b"],
            "kind": ["patch", "patch", "candidate"],
            "distance_m": [250.0, 350.0, 0.0],
        }
    )
    near = near_other_role(candidates, links, role_distance_m=300)
    assert near["candidate_id"].tolist() == ["a", "c"]
    assert len(near_other_role(candidates, links, role_distance_m=None)) == 3


def test_slivers_go_and_alternatives_stay():
    shapes = [HECTARE, shapely.box(99.5, 0, 200, 100), shapely.box(0, 0, 100, 100)]
    trimmed = trim_slivers(shapes)
    assert shapely.area(trimmed).tolist() == [10_000, 10_000, 10_000]
    assert trimmed[1].bounds == (100, 0, 200, 100)


@settings(deadline=None)
@given(squares())
def test_after_trimming_no_sliver_is_left(shapes):
    trimmed = trim_slivers(shapes)
    for k, shape in enumerate(trimmed):
        shared = shapely.area(shapely.intersection(trimmed[:k], shape))
        smaller = np.minimum(shapely.area(trimmed[:k]), shape.area)
        assert ((shared <= 1e-6) | (shared > 0.009 * smaller)).all()
        assert shape.area >= 0.9 * shapes[k].area
