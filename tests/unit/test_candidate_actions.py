"""What kind of action a candidate is for a group."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from robuust.candidate_actions import (
    candidate_actions,
    joining_links,
)


def links(*rows):
    columns = ["candidate", "merges", "within_dispersal"]
    types = {"candidate": int, "merges": bool, "within_dispersal": bool}
    return pd.DataFrame(rows, columns=columns).astype(types)


def test_touching_comes_before_bridging_and_that_before_new_habitat():
    near = links((0, True, True), (0, False, True), (1, False, True), (1, False, True))
    assert candidate_actions([1.0] * 3, [0.0] * 3, near).tolist() == [
        "enlarge",
        "bridge",
        "found",
    ]


def test_a_second_patch_beyond_dispersal_makes_no_bridge():
    near = links((0, False, True), (0, False, False))
    assert candidate_actions([1.0], [0.0], near).tolist() == ["found"]


def test_most_of_the_land_decides_what_improves():
    touching = links((0, True, True), (1, True, True))
    assert candidate_actions([1.0, 1.0], [0.5, 0.51], touching).tolist() == [
        "enlarge",
        "improve",
    ]


def test_a_connection_is_nothing_else_whatever_it_touches():
    near = links((0, True, True), (0, True, True))
    assert candidate_actions([0.0], [0.0], near).tolist() == ["connect"]


def test_without_candidates_there_are_no_actions():
    assert candidate_actions([], [], links()).size == 0


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.floats(0, 1_000),
            st.sampled_from([0.0, 0.5]),
            st.booleans(),
            st.booleans(),
        )
    ),
    st.lists(st.sampled_from([0.0, 2.0]), min_size=3, max_size=3),
)
def test_a_connection_joins_two_patches_when_both_ways_are_within_one_move(rows, own):
    columns = ["candidate", "cost_m", "probability", "merges", "within_dispersal"]
    table = pd.DataFrame(rows, columns=columns).astype({"candidate": int})
    found = joining_links(table, own, dispersal_max_m=800.0)
    for c in range(3):
        before, after = (t[t["candidate"] == c] for t in (table, found))
        if own[c] > 0:
            pd.testing.assert_frame_equal(after, before, check_dtype=False)
            continue
        ways = np.where(before["probability"] > 0, before["cost_m"], np.inf)
        joined = after["within_dispersal"].to_numpy(dtype=bool)
        assert not after["merges"].any()
        for i, one in enumerate(ways):
            for j, other in enumerate(ways[:i]):
                if one + other <= 800:
                    assert joined[i]
                    assert joined[j]
        # Whoever is joined is so with the nearest, or is the nearest itself.
        assert all(way + ways.min() <= 800 for way in ways[joined])
