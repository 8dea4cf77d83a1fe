"""Shares of suitable habitat, and groups that need two kinds of it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.roles import (
    one_row_per_polygon,
    parts_by_role,
    pieces,
    polygon_shares,
)

TABLE = pd.DataFrame(
    {
        "code": ["3130", "4030", "gh"],
        "suitability": [1.0, 0.5, 0.0],
        "role": ["a", "b", "whole"],
    }
)


def parts(*rows):
    columns = ["polygon_id", "code", "share", "quality"]
    return pd.DataFrame(rows, columns=columns).assign(certain=True)


def test_a_share_sums_share_times_suitability_times_quality_over_the_parts():
    found = polygon_shares(
        parts(("p", "3130", 0.3, 1.0), ("p", "4030", 0.4, 0.5), ("p", "gh", 0.3, 1.0)),
        TABLE,
        min_suitable_share=0.1,
    )
    row = found.iloc[0]
    assert row["share"] == pytest.approx(0.3 + 0.4 * 0.5 * 0.5)
    assert row[["whole", "a", "b"]].tolist() == pytest.approx([0, 0.3, 0.1])


def test_a_share_at_the_limit_counts_whatever_the_rounding():
    rows = [("p", "3130", 0.1, 0.1)] * 3  # sums to 0.030000000000000006
    less = [("q", "3130", 0.03 - 1e-17, 1.0)]
    found = polygon_shares(parts(*rows, *less), TABLE, min_suitable_share=0.03)
    assert found["polygon_id"].tolist() == ["p", "q"]


def test_unsuitable_polygons_are_no_habitat_even_without_a_limit():
    found = polygon_shares(parts(("p", "gh", 1, 1)), TABLE, min_suitable_share=0)
    assert found.empty
    assert list(found) == ["polygon_id", "share", "whole", "a", "b"]


def squares(*x):
    return shapely.box(np.array(x), 0, np.array(x) + 10, 10)


def counted(places, roles, **options):
    shares = pd.DataFrame({role: [float(role in r) for r in roles] for role in "ab"})
    shares["whole"] = [float("w" in r) for r in roles]
    defaults = {"role_distance_m": 100, "min_neighbours": 0, "min_suitable_share": 0.1}
    parts = parts_by_role(squares(*places), shares, **defaults | options)
    return (~shapely.is_empty(parts)).tolist()


def test_water_counts_near_land_and_land_near_water_only():
    assert counted([0, 50, 900, 2000], ["a", "b", "a", "b"]) == [
        True,
        True,
        False,
        False,
    ]


def test_a_polygon_with_both_kinds_counts_by_itself():
    assert counted([0, 900], ["ab", "w"]) == [True, True]


def test_whole_habitat_offers_the_other_kind():
    assert counted([0, 50, 900, 950], ["a", "w", "w", "b"]) == [True] * 4


def test_breeding_sites_need_others_of_their_kind_and_land_needs_such_sites():
    places, roles = [0, 20, 40, 900, 950], ["a", "a", "b", "a", "b"]
    found = counted(places, roles, min_neighbours=1)
    assert found == [True, True, True, False, False]
    assert counted(places, roles, min_neighbours=2) == [False] * 5


def test_the_larger_role_counts_when_both_are_small():
    shares = pd.DataFrame({"whole": [0.0, 0.0], "a": [0.06, 0.0], "b": [0.05, 1.0]})
    options = {"role_distance_m": 100, "min_neighbours": 0, "min_suitable_share": 0.1}
    apart = parts_by_role(squares(0, 900), shares, **options)
    near = parts_by_role(squares(0, 50), shares, **options)
    assert shapely.area(apart).tolist() == [0, 0]
    assert shapely.area(near).tolist() == [100, 100]


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.sampled_from(["a", "b", "ab", "w"])),
        min_size=1,
        max_size=10,
    ),
    st.integers(0, 2),
)
def test_roles_follow_their_definition_pair_by_pair(rows, min_neighbours):
    x, roles = [20 * k for k, _ in rows], [role for _, role in rows]
    shapes = squares(*x)
    near = [[p.distance(q) <= 100 for q in shapes] for p in shapes]
    n = range(len(rows))

    def water(k):
        others = [m for m in n if m != k and near[k][m] and set(roles[m]) & set("aw")]
        land = any(near[k][m] and set(roles[m]) & set("bw") for m in n)
        return "a" in roles[k] and land and len(others) >= min_neighbours

    def land(k):
        return "b" in roles[k] and any(
            near[k][m] and (roles[m] == "w" or water(m)) for m in n
        )

    expected = [roles[k] == "w" or water(k) or land(k) for k in n]
    assert counted(x, roles, min_neighbours=min_neighbours) == expected


def test_no_polygons_are_no_trouble():
    shares = polygon_shares(parts(), TABLE, min_suitable_share=0.1)
    options = {"role_distance_m": 100, "min_neighbours": 1, "min_suitable_share": 0.1}
    assert parts_by_role([], shares, **options).tolist() == []


def of_role(*roles):
    return pd.DataFrame(
        {k: [float(k == r) for r in roles] for k in ("whole", "a", "b")}
    )


def test_land_counts_as_far_as_it_lies_near_water_and_water_near_land():
    pond, wood = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 800, 10)
    lake, shore = shapely.box(0, 2000, 900, 2010), shapely.box(-50, 2000, 0, 2010)
    options = {"role_distance_m": 300, "min_neighbours": 0, "min_suitable_share": 0.1}
    shares = of_role("a", "b", "a", "b")
    parts = parts_by_role([pond, wood, lake, shore], shares, **options)
    assert shapely.area(parts).tolist() == [100, 3000, 3000, 500]
    assert parts[1].equals(shapely.box(10, 0, 310, 10))
    assert parts[2].equals(shapely.box(0, 2000, 300, 2010))
    # A polygon with both kinds counts whole, however large.
    both = parts_by_role(
        [wood], pd.DataFrame({"whole": 0.0, "a": [0.2], "b": 0.5}), **options
    )
    assert both[0] is wood


def test_every_hectare_counts_or_is_cut_off_and_no_row_is_lost():
    rng = np.random.default_rng(3)
    x, y = np.mgrid[0:3000:100, 0:1000:100].reshape(2, -1)
    fields = shapely.box(x, y, x + 100, y + 100)
    roles = rng.choice(["a", "b"], fields.size, p=[0.03, 0.97])
    options = {"role_distance_m": 150, "min_neighbours": 0, "min_suitable_share": 0.1}
    parts = parts_by_role(fields, of_role(*roles), **options)
    ponds = shapely.union_all(fields[roles == "a"])
    near = shapely.union_all(fields) & shapely.buffer(ponds, 150, quad_segs=64)
    assert len(parts) == len(fields)
    assert shapely.area(parts).sum() == pytest.approx(near.area, rel=0.01)
    kinds = {
        0 if p.is_empty else 1 if p is f else 2
        for p, f in zip(parts, fields, strict=True)
    }
    assert kinds == {0, 1, 2}
    slits = shapely.coverage_invalid_edges(parts[~shapely.is_empty(parts)])
    assert shapely.length(slits).sum() == 0


def test_a_wood_cut_off_in_the_middle_is_two_pieces_of_one_polygon():
    wood, ponds = shapely.box(0, 0, 900, 10), shapely.box([-10, 900], 0, [0, 910], 10)
    polygons = gpd.GeoDataFrame(
        {"polygon_id": ["wood", "west", "east"]}, geometry=[wood, *ponds], crs=31370
    )
    options = {"role_distance_m": 300, "min_neighbours": 0, "min_suitable_share": 0.1}
    parts = parts_by_role(polygons.geometry, of_role("b", "a", "a"), **options)
    found = pieces(polygons, parts)
    assert sorted(found["polygon_id"]) == ["east", "west", "wood", "wood"]
    assert found.area.sum() == pytest.approx(2 * 300 * 10 + 200)
    members = pd.DataFrame(
        {
            "patch_id": ["p", "p", "p", "q"],
            "polygon_id": ["wood", "wood", "west", "wood"],
            "share": 1.0,
            "area_ha": [1.0, 2.0, 4.0, 8.0],
        }
    )
    patches = pd.DataFrame({"patch_id": ["p", "q"], "n_polygons": [3, 1]})
    patches, members = one_row_per_polygon(patches, members)
    assert patches["n_polygons"].tolist() == [2, 1]
    assert members.values.tolist() == [
        ["p", "west", 1.0, 4.0],
        ["p", "wood", 1.0, 3.0],
        ["q", "wood", 1.0, 8.0],
    ]


# The rule of the tree frog: a water with five other waters within 500 m, and land.
# One pool of 10 x 10 m at the origin; four others 500 m from its four sides; a fifth
# with its corner 300 m east and 400 m north of the corner: 500 m (3-4-5 triangle).
# No other pool has five within 500 m: west and east lie 1010 m apart, and so on.
POOL = shapely.box(0, 0, 10, 10)
AROUND = [
    shapely.box(510, 0, 520, 10),
    shapely.box(-510, 0, -500, 10),
    shapely.box(0, 510, 10, 520),
    shapely.box(0, -510, 10, -500),
]
TREE_FROG = {"role_distance_m": 500, "min_neighbours": 5, "min_suitable_share": 0.1}
MEADOW = shapely.box(10, 0, 500, 10)  # between the first pool and the eastern one


def tree_frog(*waters, land):
    shares = of_role(*["a"] * len(waters), "b")
    return shapely.area(parts_by_role([*waters, land], shares, **TREE_FROG)).tolist()


def test_a_pool_with_five_others_at_exactly_500_m_counts_for_tree_frogs():
    fifth = shapely.box(310, 410, 320, 420)
    found = tree_frog(POOL, *AROUND, fifth, land=MEADOW)
    assert found == [100, 0, 0, 0, 0, 0, 4900]


def test_a_pool_with_the_fifth_other_a_metre_too_far_does_not_count():
    fifth = shapely.box(311, 410, 321, 420)  # 500.6 m
    assert tree_frog(POOL, *AROUND, fifth, land=MEADOW) == [0.0] * 7


def test_a_pool_with_four_others_does_not_count_however_near():
    near = shapely.box([20, 40, 60, 80], 0, [30, 50, 70, 90], 10)
    assert tree_frog(POOL, *near, land=shapely.box(0, 10, 90, 30)) == [0.0] * 6
    more = shapely.box([20, 40, 60, 80, 100], 0, [30, 50, 70, 90, 110], 10)
    found = tree_frog(POOL, *more, land=shapely.box(0, 10, 90, 30))
    assert found == [100] * 6 + [1800]


def test_land_for_tree_frogs_ends_500_m_from_their_pool():
    fifth = shapely.box(310, 410, 320, 420)
    # From 400 to 600 m east of the pool: the first 100 m lie within reach.
    found = tree_frog(POOL, *AROUND, fifth, land=shapely.box(410, 0, 610, 10))
    assert found == [100, 0, 0, 0, 0, 0, 1000]
    # Land that begins at 500 m shares no ground with the reach: nothing counts.
    found = tree_frog(POOL, *AROUND, fifth, land=shapely.box(510, 0, 610, 10))
    assert found == [0.0] * 7
