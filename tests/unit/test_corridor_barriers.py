"""Barriers on the way of a corridor: whom they hinder, and what opening them costs."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.corridor_barriers import (
    ONE_CROSSING_M,
    Hindrance,
    chance_through,
    crossings_eur,
    each_once,
    hindrances,
    places_met,
)

WAY = shapely.LineString([(0, 0), (900, 0)])
KINDS = ["road", "road", "fence", "road"]
ROADS = gpd.GeoDataFrame(
    {"barrier": KINDS, "chance": [0.2, 0.2, 0.3, 0.2]},
    geometry=list(
        shapely.linestrings([[[x, -9], [x, 9]] for x in (200, 230, 215, 800)])
    ),
    index=[40, 30, 20, 10],
)


def met(prices, *, hinder=(True, True, True, True)):
    """What hinders a group on the way, at these prices."""
    hindering = ROADS.assign(crossing_eur=prices)[list(hinder)]
    return hindrances(places_met([WAY], ROADS.geometry), 1, hindering)[0]


def test_a_barrier_met_twice_counts_once_and_is_told_where_first():
    way = shapely.LineString([(0, 0), (100, 0)])
    bend = shapely.LineString([(60, -5), (60, 5), (20, 5), (20, -5)])
    canal = gpd.GeoSeries([bend], index=[5])
    places = places_met([way, shapely.LineString([(0, 50), (100, 50)])], canal)
    assert places.to_numpy().tolist() == [[0, 5, 20, 0]]


def test_two_carriageways_need_one_crossing_and_a_fence_without_a_price_stays():
    found = met([5e6, 5e6, np.nan, 5e6])
    assert [one.told() for one in found] == [
        *("road (200, 0)", "fence (215, 0)", "road (230, 0)", "road (800, 0)")
    ]
    assert [one.barrier for one in found] == [40, 20, 30, 10]
    assert crossings_eur(found) == 1e7
    assert chance_through(found) == 0.3


def test_a_barrier_that_does_not_hinder_the_group_is_not_its_barrier():
    found = met([5e6] * 4, hinder=(False, True, False, False))
    assert [one.told() for one in found] == ["road (230, 0)"]
    assert found[0].told({"road": "weg"}) == "weg (230, 0)"
    assert met([5e6] * 4, hinder=(False,) * 4) == ()
    assert crossings_eur(()) == 0
    assert chance_through(()) == 1


def test_groups_that_need_different_crossings_get_the_dearest_and_each_counts():
    # Deer need an ecoduct over the carriageways, toads tunnels there and farther on.
    deer = met([6e6, 6e6, np.nan, np.nan], hinder=(True, True, False, False))
    toads = met([5e5] * 4, hinder=(True, True, False, True))
    assert crossings_eur(deer) == 6e6
    assert crossings_eur(toads) == 1e6
    assert crossings_eur(deer + toads) == crossings_eur(toads + deer) == 6.5e6
    assert [one.barrier for one in each_once(deer + toads)] == [40, 30, 10]


HINDRANCES = st.builds(
    Hindrance,
    barrier=st.integers(0, 9),
    kind=st.sampled_from(["road", "canal"]),
    x=st.floats(0, 1000),
    y=st.floats(0, 1000),
    chance=st.floats(0, 0.99),
    crossing_eur=st.sampled_from([5e4, 2e5, 6e6, float("nan")]),
)


@given(st.lists(HINDRANCES, max_size=8))
def test_crossings_cost_the_dearest_of_each_chain_of_near_places(barriers):
    left = [one for one in barriers if one.crossing_eur > 0]
    expected = 0.0
    while left:
        chain, left = [left[0]], left[1:]
        for one in chain:  # grows while it is walked along
            near = [
                other
                for other in left
                if other.kind == one.kind
                and np.hypot(one.x - other.x, one.y - other.y) <= ONE_CROSSING_M
            ]
            chain += near
            left = [other for other in left if not any(other is n for n in near)]
        expected += max(one.crossing_eur for one in chain)
    assert crossings_eur(barriers) == pytest.approx(expected)
