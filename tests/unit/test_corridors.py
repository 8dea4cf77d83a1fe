"""Corridors: the spanning tree of the gaps, and what each could bring."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import minimum_spanning_tree

from robuust.corridors import (
    corridor_gains,
    corridor_table,
    end_patches,
    spanning_lines,
)


def test_three_areas_in_a_triangle_get_the_two_shortest_lines():
    areas = shapely.box([0, 200, 0], [0, 0, 150], [100, 300, 100], [100, 100, 250])
    road = shapely.LineString([(150, -50), (150, 500)])
    lines = spanning_lines(areas, [road], max_corridor_m=1000)
    assert lines[["a", "b"]].to_numpy().tolist() == [[0, 1], [0, 2]]
    assert lines["length_m"].tolist() == [100, 50]
    assert lines["n_barriers"].tolist() == [1, 0]
    near = spanning_lines(areas, [], max_corridor_m=60)
    assert near[["a", "b"]].to_numpy().tolist() == [[0, 2]]


def test_areas_that_touch_need_no_corridor():
    areas = shapely.box([0, 100, 230], [0, 100, 100], [100, 200, 330], [100, 200, 200])
    lines = spanning_lines(areas, [], max_corridor_m=500)
    assert lines[["a", "b"]].to_numpy().tolist() == [[1, 2]]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 7))
def test_the_lines_weigh_as_much_as_the_spanning_tree(seed, n):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 1000, (2, n))
    areas = shapely.box(x, y, x + 20, y + 20)
    lines = spanning_lines(areas, [], max_corridor_m=5000)
    gaps = shapely.distance(areas[:, None], areas[None]) if n else np.zeros((0, 0))
    expected = minimum_spanning_tree(gaps + 1).sum() - max(n - 1, 0) if n else 0
    assert lines["length_m"].sum() == pytest.approx(expected, abs=1e-6)


def test_the_patch_nearest_to_the_corridor_is_its_end():
    areas = shapely.box([0, 300], 0, [100, 400], 100)
    lines = spanning_lines(areas, [], max_corridor_m=500)
    patches = shapely.box([0, 80, 390], 0, [10, 100, 500], 100)
    a, b = end_patches(lines, areas, patches)
    assert (a.tolist(), b.tolist()) == ([1], [2])
    a, b = end_patches(lines, areas, patches[:2])
    assert (a.tolist(), b.tolist()) == ([1], [-1])


def test_joining_two_patches_for_certain_sums_their_areas():
    # 3 and 4 ha, unreachable: ECA 5; joined 7. With a chance of 0.5 today: sqrt(37).
    ends = np.array([0, 0, 0]), np.array([1, 1, -1])
    lengths = [500.0, 1500.0, 500.0]
    limits = {"dispersal_max_m": 1000, "p_min": 1e-4}
    usable, gain = corridor_gains(ends, lengths, [3.0, 4.0], ([], [], []), **limits)
    assert usable.tolist() == [True, False, False]
    assert gain.tolist() == pytest.approx([0.4, 0, 0])
    links = ([0], [1], [0.5])
    gain = corridor_gains(ends, lengths, [3.0, 4.0], links, **limits)[1]
    assert gain[0] == pytest.approx(7 / 37**0.5 - 1)


def test_the_table_says_for_whom_and_an_empty_one_has_the_same_columns():
    areas = shapely.box([0, 300], 0, [100, 400], 100)
    lines = spanning_lines(areas, [], max_corridor_m=500)
    groups = pd.DataFrame(
        {
            "weight": {"toads": 2.0, "bees": 1.0},
            "name_nl": {"toads": "Padden", "bees": "Bijen"},
            "name_en": {"toads": "Toads", "bees": "Bees"},
        }
    )
    ids = pd.Series(["r1", "r2"])
    usable = {"toads": np.array([True]), "bees": np.array([False])}
    gain = {"toads": np.array([0.4]), "bees": np.array([0.0])}
    table = corridor_table(lines, ids, usable, gain, groups)
    row = table.iloc[0]
    assert (row["corridor_id"], row["groups"], row["score"]) == ("r1-r2", "toads", 0.8)
    assert row["reason_nl"] == (
        "200 m in rechte lijn, 0 barrières gekruist; "
        "hoogstens te winnen voor Padden (ECA +40 %)"
    )
    none = spanning_lines([], [], max_corridor_m=500)
    empty = corridor_table(none, ids.iloc[:0], {}, {}, groups)
    assert empty.empty
    assert empty.drop(columns="geometry").dtypes.equals(
        table.drop(columns="geometry").dtypes
    )
