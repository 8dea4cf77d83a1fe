"""Gains of candidates equal drawing them on the map and starting all over."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
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


def delineate(squares):
    """Patches of whole habitat, from squares that do not overlap."""
    i, j, _ = near_pairs(squares, LOCAL_M)
    label = components(squares.size, i, j)
    shapes = [shapely.union_all(squares[label == k]) for k in range(len(set(label)))]
    patches = gpd.GeoDataFrame(
        {"patch_id": [f"p{k}" for k in range(len(shapes))]}, geometry=shapes, crs=CRS
    )
    effective_ha = patches.area / 10_000
    return patches.assign(
        network_id="N", effective_ha=effective_ha, capacity_ru=effective_ha
    )


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


def eca(squares):
    """ECA of a landscape, everything anew from the map."""
    patches = delineate(squares)
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


def gains(squares, candidate):
    patches = delineate(squares)
    candidates = gpd.GeoDataFrame(
        {"candidate_id": ["c"], "added_effective_ha": [candidate.area / 10_000]},
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
        candidates,
        patches,
        link(patches),
        new_links,
        NORMS,
        group="g",
        p_min=P_MIN,
        unit_ha=0.1,
    )


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
    before, after = eca(squares), eca(np.append(squares, candidate))
    assert found["eca_before_ha"] == pytest.approx(before, rel=1e-9)
    assert found["eca_after_ha"] == pytest.approx(after, rel=1e-9)
    assert found["gain"] == pytest.approx(after / before - 1, rel=1e-9, abs=1e-12)


def test_a_group_without_habitat_gets_rows_without_a_gain():
    found = gains(np.array([], dtype=object), shapely.box(0, 0, 100, 100))
    assert found[["eca_before_ha", "eca_after_ha", "gain"]].to_numpy().tolist() == [
        [0.0, 1.0, 0.0]
    ]


def test_without_candidates_the_table_is_empty_with_its_columns():
    full = gains(
        shapely.box([0, 300], 0, [100, 400], 100), shapely.box(120, 0, 180, 60)
    )
    empty = full.iloc[:0]
    squares = shapely.box([0, 300], 0, [100, 400], 100)
    patches = delineate(squares)
    none = pd.DataFrame(
        {
            "candidate_id": pd.Series(dtype="str"),
            "added_effective_ha": pd.Series(dtype=float),
        }
    )
    links = pd.DataFrame(
        {
            "candidate_id": pd.Series(dtype="str"),
            "other_id": pd.Series(dtype="str"),
            "kind": pd.Series(dtype="str"),
            "probability": pd.Series(dtype=float),
            "merges": pd.Series(dtype=bool),
            "within_dispersal": pd.Series(dtype=bool),
        }
    )
    found = gain_table(
        none, patches, link(patches), links, NORMS, group="g", p_min=P_MIN, unit_ha=0.1
    )
    assert found.dtypes.to_dict() == empty.dtypes.to_dict()
    assert found.empty
