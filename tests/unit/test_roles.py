"""Shares of suitable habitat, and groups that need two kinds of it."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.roles import counts_by_role, polygon_shares

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
    return counts_by_role(squares(*places), shares, **defaults | options).tolist()


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
    assert counts_by_role(squares(0, 900), shares, **options).tolist() == [False, False]
    assert counts_by_role(squares(0, 50), shares, **options).tolist() == [True, True]


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
    assert counts_by_role([], shares, **options).tolist() == []
