"""Gains of candidates equal drawing them on the map and starting all over."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from robuust.candidate_links import link_table
from robuust.connectivity import equivalent_connected_area, path_probabilities
from robuust.gaps import near_pairs
from robuust.group_gains import gain_table
from robuust.network import components, dispersal_probability, reach_m
from robuust.robustness import Norms

CRS, P_MIN = "EPSG:31370", 1e-4
LOCAL_M, D0_M, P0, MAX_M = 40.0, 150.0, 0.5, 600.0
NORMS = Norms(20, 60, 80, 120)
REACH_M = max(reach_m(d0_m=D0_M, p0=P0, p_min=P_MIN), MAX_M)
HOW_GAINS = {"group": "g", "p_min": P_MIN, "unit_ha": 0.1, "dispersal_max_m": MAX_M}


def delineate(shapes, effective_ha):
    """Patches, from pieces of habitat and the hectares that count in each."""
    i, j, _ = near_pairs(shapes, LOCAL_M)
    label = components(shapes.size, i, j)
    n = len(set(label))
    patches = gpd.GeoDataFrame(
        {"patch_id": [f"p{k}" for k in range(n)]},
        geometry=[shapely.union_all(shapes[label == k]) for k in range(n)],
        crs=CRS,
    )
    effective_ha = np.bincount(label, weights=effective_ha, minlength=n).astype(float)
    return patches.assign(
        network_id="N", effective_ha=effective_ha, capacity_ru=effective_ha
    )


def whole(squares):
    """Patches of squares that do not overlap and are habitat all over."""
    return delineate(squares, shapely.area(squares) / 10_000)


def link(patches):
    i, j, gap_m = near_pairs(patches.geometry.to_numpy(), REACH_M)
    names = patches["patch_id"].to_numpy()
    return pd.DataFrame(
        {
            "patch_id_a": names[i],
            "patch_id_b": names[j],
            "probability": dispersal_probability(gap_m, d0_m=D0_M, p0=P0),
        }
    )


def eca(patches):
    """ECA of a landscape, everything anew from the map."""
    links = link(patches)
    index = pd.Index(patches["patch_id"])
    path = path_probabilities(
        len(patches),
        index.get_indexer(links["patch_id_a"]),
        index.get_indexer(links["patch_id_b"]),
        links["probability"],
        p_min=P_MIN,
    )
    return equivalent_connected_area(patches["effective_ha"], path)


def tables(patches, candidate, added_ha, share=0.0):
    """Gains and flips of one candidate."""
    candidates = gpd.GeoDataFrame(
        {
            "candidate_id": ["c"],
            "added_effective_ha": [added_ha],
            "improved_share": [share],
        },
        geometry=[candidate],
        crs=CRS,
    )
    new_links = link_table(
        candidates,
        patches,
        ([], []),
        group="g",
        dispersal_max_m=MAX_M,
        d0_m=D0_M,
        p0=P0,
        reach_m=REACH_M,
        local_distance_m=LOCAL_M,
    )
    return gain_table(
        *(candidates, patches, link(patches), new_links, NORMS), **HOW_GAINS
    )


def gains(squares, candidate):
    return tables(whole(squares), candidate, candidate.area / 10_000)[0]


@st.composite
def maps(draw):
    """Up to seven squares on a lattice with gaps of any width, and one candidate."""
    cells = st.tuples(st.integers(0, 4), st.integers(0, 4))
    places = draw(st.lists(cells, unique=True, min_size=2, max_size=8))
    x, y = np.array(places, dtype=float).T * 120
    side = np.array([draw(st.integers(20, 120)) for _ in places], dtype=float)
    squares = shapely.box(x, y, x + side, y + side)
    return squares[1:], squares[0]


@settings(deadline=None, max_examples=50)
@given(maps())
def test_the_gain_equals_redrawing_the_map(landscape):
    squares, candidate = landscape
    found = gains(squares, candidate).iloc[0]
    before, after = eca(whole(squares)), eca(whole(np.append(squares, candidate)))
    assert found["eca_before_ha"] == pytest.approx(before, rel=1e-9)
    assert found["eca_after_ha"] == pytest.approx(after, rel=1e-9)
    assert found["gain"] == pytest.approx(after / before - 1, rel=1e-9, abs=1e-12)


@settings(deadline=None, max_examples=50)
@given(
    maps(),
    st.tuples(*[st.floats(0, 500) for _ in range(2)], st.floats(20, 200)),
    st.lists(st.sampled_from([0.25, 0.5, 1.0]), min_size=8, max_size=8),
)
def test_the_gain_of_land_that_lies_over_habitat_equals_redrawing_the_map(
    landscape, place, quality
):
    squares = np.append(landscape[0], landscape[1])
    quality = np.array(quality[: squares.size])
    x, y, side = place
    candidate, becomes = shapely.box(x, y, x + side, y + side), 0.5
    # Where habitat is as good already, nothing is added.
    ground = shapely.difference(candidate, shapely.union_all(squares)).area * becomes
    over = shapely.area(shapely.intersection(squares, candidate))
    better = over @ np.maximum(becomes - quality, 0.0)
    added_ha, now_ha = (ground + better) / 1e4, shapely.area(squares) * quality / 1e4
    assume(added_ha > 1e-6)
    found = tables(delineate(squares, now_ha), candidate, added_ha)[0].iloc[0]
    then = delineate(np.append(squares, candidate), np.append(now_ha, added_ha))
    assert found["eca_before_ha"] == pytest.approx(eca(delineate(squares, now_ha)))
    assert found["eca_after_ha"] == pytest.approx(eca(then), rel=1e-9)


def test_a_crossing_joins_two_patches_that_a_barrier_parts():
    # 59 RU on either side, 50 and 100 m from the crossing: half gets across. PCnum of
    # two patches of 1 ha rises from 2 to 2 + 2 x 0.5; both key patches, together 118
    # of 80 RU.
    squares = shapely.box([0, 250], 0, [100, 350], 100)
    patches = whole(squares).assign(network_id=["W", "E"], capacity_ru=59.0)
    no_links = link(patches).iloc[:0]
    crossing = pd.DataFrame(
        {"candidate_id": ["x"], "added_effective_ha": [0.0], "improved_share": [0.0]}
    )
    new_links = pd.DataFrame(
        {
            "candidate_id": "x",
            "other_id": ["p0", "p1"],
            "kind": "patch",
            "cost_m": [50.0, 100.0],
            "probability": dispersal_probability([50.0, 100.0], d0_m=D0_M, p0=P0),
            "merges": False,
            "within_dispersal": True,
        }
    )
    found, flips = gain_table(
        *(crossing, patches, no_links, new_links, NORMS), **HOW_GAINS
    )
    row = found.iloc[0]
    assert row["action"] == "connect"
    assert row["eca_after_ha"] ** 2 == pytest.approx(3)
    assert row["gain"] == pytest.approx((3 / 2) ** 0.5 - 1)
    assert row["n_flips"] == 4
    assert flips["what"].value_counts().to_dict() == {
        "network": 2,
        "key": 2,
        "viable_patch": 2,
    }
    assert set(flips.loc[flips["what"] == "viable_patch", "name"]) == {"p0", "p1"}


def test_the_table_names_the_action_of_each_candidate():
    squares = shapely.box([0, 300], 0, [100, 400], 100)
    for east, share, action in (
        (100, 0.0, "enlarge"),
        (100, 0.9, "improve"),
        (180, 0.0, "bridge"),
        (980, 0.0, "found"),
    ):
        field = shapely.box(east, 0, east + 20, 20)
        found = tables(whole(squares), field, 0.04, share)[0]
        assert found["action"].tolist() == [action], east


def test_a_group_without_habitat_gets_rows_without_a_gain():
    found = gains(np.array([], dtype=object), shapely.box(0, 0, 100, 100))
    assert found[["eca_before_ha", "eca_after_ha", "gain"]].to_numpy().tolist() == [
        [0.0, 1.0, 0.0]
    ]


def test_without_candidates_the_tables_are_empty_with_their_columns():
    patches = whole(shapely.box([0, 300], 0, [100, 400], 100))
    full = tables(patches, shapely.box(120, 0, 180, 60), 0.36)
    numbers = dict.fromkeys(["added_effective_ha", "improved_share"], float)
    none = pd.DataFrame(columns=["candidate_id", *numbers]).astype(numbers)
    types = {
        **dict.fromkeys(["candidate_id", "other_id", "kind"], "str"),
        **dict.fromkeys(["cost_m", "probability"], float),
        **dict.fromkeys(["merges", "within_dispersal"], bool),
    }
    links = pd.DataFrame(columns=list(types)).astype(types)
    found = gain_table(*(none, patches, link(patches), links, NORMS), **HOW_GAINS)
    for empty, filled in zip(found, full, strict=True):
        assert empty.dtypes.to_dict() == filled.dtypes.to_dict()
        assert empty.empty
