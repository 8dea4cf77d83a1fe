"""Crossings as candidates: where they come, what they cost, and for whom."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.barrier_crossings import (
    HinderedGroup,
    best_positions,
    find_crossings,
    hindered_places,
    usable_crossings,
)
from robuust.network import find_links

CRS = "EPSG:31370"
KERNEL = {"d0_m": 500, "p0": 0.5}
WHERE = {"spacing_m": 1000, "length_m": 100, "width_m": 50, "max_crossings": 9}
TYPES = pd.DataFrame(
    [
        ("road", "toads", 0.1, "tunnel", 1e5),
        ("road", "deer", 0.2, "ecoduct", 5e6),
        ("road", "*", 1.0, None, np.nan),
        ("canal", "toads", 0.5, None, np.nan),
    ],
    columns=[
        *("barrier", "mobility_class", "crossing_probability"),
        *("crossing", "crossing_cost_eur"),
    ],
)


def layer(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def roads(*ends, kind="road"):
    return layer(shapely.linestrings(ends), barrier=[kind] * len(ends))


ROAD = roads([[0, 0], [5000, 0]])


def hindered(mobility_class, patches, barriers, *, over_land=False):
    """A group of squares of a hectare each, with the links that a barrier crosses."""
    rate = TYPES[TYPES["mobility_class"] == mobility_class]
    chance = rate.set_index("barrier")["crossing_probability"]
    crossing = barriers["barrier"].map(chance).fillna(1.0).to_numpy()
    links = find_links(
        patches, barriers.geometry, crossing, p_min=1e-4, dispersal_max_m=2000, **KERNEL
    )
    links = links[links["n_barriers"] > 0]
    links = links.assign(patch_id_a=links["a"], patch_id_b=links["b"])
    capacity = pd.Series(1.0, index=range(len(patches)))
    return HinderedGroup(
        mobility_class,
        1.0,
        capacity,
        float(len(patches)),
        gpd.GeoDataFrame(links, crs=CRS),
        over_land,
        **KERNEL,
    )


def squares(*corners):
    return shapely.box(*np.array([(x, y, x + 100, y + 100) for x, y in corners]).T)


# --- For whom


def test_a_dearer_crossing_serves_those_that_need_a_cheaper_one_and_not_the_reverse():
    strip = shapely.box(0, -50, 50, 50)
    candidates = layer(
        [strip] * 4,
        candidate_id=["t", "e", "c", "p"],
        kind=["crossing"] * 3 + ["parcel"],
        barrier=["road", "road", "canal", None],
        crossing=["tunnel", "ecoduct", "ecoduct", None],
    )
    toads = usable_crossings(candidates, TYPES, "toads")
    assert toads["candidate_id"].tolist() == ["e", "t"]
    assert toads["added_effective_ha"].tolist() == [0, 0]
    assert toads["role"].tolist() == ["whole", "whole"]
    deer = usable_crossings(candidates, TYPES, "deer")
    assert deer["candidate_id"].tolist() == ["e"]
    assert usable_crossings(candidates, TYPES, "birds").empty


# --- Places


def test_opening_a_road_is_worth_the_rise_of_chance_on_each_link():
    # 100 m apart over the road: 0.5^0.2 times 0.1 now, so 0.9 of 0.5^0.2 to be won.
    group = hindered("toads", squares((1000, 50), (1000, -150)), ROAD)
    places = hindered_places(group, ROAD, TYPES)
    assert places["y"].tolist() == [0]
    assert places["x"].between(1000, 1100).all()
    rise = 0.5**0.2 * 0.9
    assert places["benefit"].tolist() == pytest.approx([rise * 1 * 1 / 2])
    assert places["price"].tolist() == [1e5]


def test_a_second_kind_of_barrier_on_the_way_stays_closed():
    canal = roads([[0, 20], [5000, 20]], kind="canal")
    both = pd.concat([ROAD, canal], ignore_index=True)
    group = hindered("toads", squares((1000, 50), (1000, -150)), both)
    places = hindered_places(group, both, TYPES)
    assert places["kind"].tolist() == ["road"]  # nothing is foreseen for the canal
    rise = 0.5**0.2 * (0.5 - 0.5 * 0.1)
    assert places["benefit"].tolist() == pytest.approx([rise / 2])


def test_a_road_that_nothing_crosses_is_worth_most_to_open():
    closed = TYPES.replace({"crossing_probability": {0.1: 0.0}})
    group = hindered("toads", squares((1000, 50), (1000, -150)), ROAD)
    group = group._replace(links=group.links.assign(probability=0.0))
    places = hindered_places(group, ROAD, closed)
    assert places["benefit"].tolist() == pytest.approx([0.5**0.2 / 2])


def test_over_land_the_chance_rises_as_much_as_the_barrier_took():
    group = hindered("toads", squares((1000, 50), (1000, -150)), ROAD, over_land=True)
    now = group.links["probability"].iloc[0]
    places = hindered_places(group, ROAD, TYPES)
    assert places["benefit"].tolist() == pytest.approx([(now / 0.1 - now) / 2])


def test_one_crossing_comes_where_the_habitat_is_on_both_sides():
    west = squares((900, 50), (900, -150), (1150, 50), (1150, -150))
    east = squares((4000, 50), (4000, -150))
    group = hindered("toads", np.concatenate([west, east]), ROAD)
    best_two = WHERE | {"max_crossings": 2}
    found = find_crossings([group], ROAD, [], TYPES, **best_two)
    assert found["crossing"].tolist() == ["tunnel", "tunnel"]
    assert found["kind"].eq("crossing").all()
    assert found["cost_eur"].tolist() == [1e5, 1e5]
    assert found["name"].tolist() == ["tunnel (road)"] * 2
    x = shapely.get_x(found.geometry.centroid)
    assert 900 <= x[0] <= 1250
    assert 4000 <= x[1] <= 4100
    assert found.area.tolist() == pytest.approx([5000, 5000])
    box = found.geometry.iloc[1].bounds
    assert (box[1], box[3]) == (-50, 50)
    ids = [f"crossing-road-tunnel-{round(at)}-0" for at in x]
    assert found["candidate_id"].tolist() == ids
    one = find_crossings([group], ROAD, [], TYPES, **WHERE | {"max_crossings": 1})
    assert one["candidate_id"].tolist() == ids[:1]  # the best


def test_only_kinds_that_a_group_of_the_run_needs_are_proposed():
    patches = squares((1000, 50), (1000, -150))
    toads, deer = (hindered(name, patches, ROAD) for name in ("toads", "deer"))
    kinds = {
        words: set(find_crossings(groups, ROAD, [], TYPES, **WHERE)["crossing"])
        for words, groups in {
            "toads": [toads],
            "deer": [deer],
            "both": [toads, deer],
        }.items()
    }
    assert kinds == {
        "toads": {"tunnel"},
        "deer": {"ecoduct"},
        "both": {"tunnel", "ecoduct"},
    }


def test_two_carriageways_get_one_crossing():
    motorway = roads([[0, 0], [5000, 0]], [[0, 20], [5000, 20]])
    group = hindered("toads", squares((1000, 50), (1000, -150)), motorway)
    found = find_crossings([group], motorway, [], TYPES, **WHERE)
    assert len(found) == 1
    assert shapely.crosses(motorway.geometry, found.geometry.iloc[0]).all()


def test_no_prices_no_barriers_and_no_links_give_an_empty_table():
    group = hindered("toads", squares((1000, 50), (1000, -150)), ROAD)
    unpriced = TYPES.assign(crossing=None, crossing_cost_eur=np.nan)
    full = find_crossings([group], ROAD, [], TYPES, **WHERE)
    for found in (
        find_crossings([group], ROAD, [], unpriced, **WHERE),
        find_crossings([group], ROAD, [], TYPES, **WHERE | {"max_crossings": 0}),
        find_crossings([], ROAD.iloc[:0], [], TYPES, **WHERE),
        find_crossings(
            [group._replace(links=group.links.iloc[:0])], ROAD, [], TYPES, **WHERE
        ),
        find_crossings([group._replace(pcnum=0.0)], ROAD, [], TYPES, **WHERE),
    ):
        assert found.empty
        assert found.columns.tolist() == full.columns.tolist()
        assert found.crs == full.crs


def test_sections_of_one_road_are_one_stretch():
    sections = roads(*([[x, 0], [x + 100, 0]] for x in range(0, 5000, 100)))
    patches = squares((1000, 50), (1000, -150), (1400, 50), (1400, -150))
    group = hindered("toads", patches, sections)
    assert len(find_crossings([group], sections, [], TYPES, **WHERE)) == 1


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5)), min_size=1, max_size=12),
    st.integers(1, 20),
)
def test_the_first_place_serves_as_much_as_any_and_places_are_well_apart(
    ways, spacing_m
):
    position, benefit = np.array(ways, dtype=float).T
    place, served = best_positions(position, benefit, spacing_m)
    within = np.abs(position[:, None] - position) <= spacing_m / 2
    assert served[0] == (within @ benefit).max()
    apart = np.abs(position[place][:, None] - position[place])
    assert (apart[~np.eye(place.size, dtype=bool)] > spacing_m).all()
    near = np.abs(position[:, None] - position[place]) <= spacing_m
    assert near.any(axis=1).all()  # no way is farther from every place


def test_none_comes_near_a_crossing_that_is_there_on_the_same_barrier():
    patches = squares((1000, 50), (1000, -150))
    ecoduct = shapely.box(1300, -20, 1340, 20)
    opened = roads([[0, 0], [1300, 0]], [[1340, 0], [5000, 0]])
    group = hindered("toads", patches, opened)
    assert len(find_crossings([group], opened, [], TYPES, **WHERE)) == 1
    assert find_crossings([group], opened, [ecoduct], TYPES, **WHERE).empty
    closer = WHERE | {"spacing_m": 300}
    assert len(find_crossings([group], opened, [ecoduct], TYPES, **closer)) == 1
    elsewhere = shapely.box(1300, 20, 1340, 60)  # over another barrier
    assert len(find_crossings([group], opened, [elsewhere], TYPES, **WHERE)) == 1
