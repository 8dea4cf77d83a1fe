"""How sure a place on the list is: by hand, and laws over any draws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robuust.priority_certainty import rank_certainty, ranks_by

WEIGHT = {"toads": 1.0, "bees": 2.0}
GAIN = st.floats(0, 1)


def rows(group, gains, ids):
    """Gains of one group as a table; `gains` has a row per draw."""
    gains = np.atleast_2d(np.asarray(gains, dtype=float))
    draws, n = gains.shape
    return pd.DataFrame(
        {
            "candidate_id": list(ids) * draws,
            "group": group,
            "draw": np.repeat(np.arange(1, draws + 1), n),
            "gain": gains.ravel(),
        }
    )


def test_shares_and_ranks_by_hand():
    ids = [f"c{i:02}" for i in range(20)]  # so two are the best 10 %
    gains = np.tile(np.linspace(0.01, 0.2, 20), (10, 1))
    gains[:3, 0] = 0.5  # the last of the list leads it in three of ten draws
    found = rank_certainty(ids, rows("toads", gains, ids), WEIGHT, draws=10)
    found = found.set_index("candidate_id")
    assert found.loc["c00", "top_share"] == pytest.approx(0.3)
    assert found.loc["c00", ["rank_low", "rank_high"]].tolist() == [1, 20]
    assert found.loc["c19", "top_share"] == pytest.approx(1.0)
    assert found.loc["c19", ["rank_low", "rank_high"]].tolist() == [1, 2]
    assert found.loc["c18", "top_share"] == pytest.approx(0.7)
    assert found.loc["c17", "top_share"] == 0.0


def test_a_draw_is_one_world_for_all_groups():
    # Each group prefers a in one draw and b in the other; summed per draw a leads both.
    ids = ["a", "b"]
    toads = rows("toads", [[0.9, 0.0], [0.0, 0.2]], ids)
    bees = rows("bees", [[0.0, 0.2], [0.3, 0.0]], ids)
    found = rank_certainty(ids, pd.concat([toads, bees]), WEIGHT, draws=2)
    assert found["top_share"].tolist() == [1.0, 0.0]
    assert found["rank_high"].tolist() == [1, 2]


def test_what_brings_nothing_is_never_among_the_best():
    found = rank_certainty(["a"], rows("toads", [[0.0]] * 4, ["a"]), WEIGHT, draws=4)
    assert found["top_share"].tolist() == [0.0]
    none = rank_certainty(["a", "b"], rows("toads", [[]], []), WEIGHT, draws=4)
    assert none["top_share"].tolist() == [0.0, 0.0]
    assert none["rank_low"].tolist() == [1, 2]


def test_no_candidates_give_no_rows():
    assert rank_certainty([], rows("toads", [[]], []), WEIGHT, draws=4).empty


@given(arrays(float, st.tuples(st.integers(1, 9), st.integers(2, 25)), elements=GAIN))
def test_the_best_of_every_draw_is_surely_among_the_best(gains):
    ids = [f"c{i:02}" for i in range(gains.shape[1])]
    gains[:, 0] = 1.5
    draws = len(gains)
    found = rank_certainty(ids, rows("toads", gains, ids), WEIGHT, draws=draws)
    assert found.iloc[0, 1:].tolist() == [1.0, 1, 1]
    assert (found["rank_low"] <= found["rank_high"]).all()
    n_top = np.ceil(len(ids) / 10)
    assert found["top_share"].sum() <= n_top * (1 + 1e-12)


@given(arrays(float, st.integers(1, 25), elements=GAIN), st.integers(1, 9))
def test_draws_that_are_all_the_same_give_the_rank_of_the_list(gains, draws):
    ids = [f"c{i:02}" for i in range(gains.size)]
    same = rows("toads", [gains] * draws, ids)
    found = rank_certainty(ids, same, WEIGHT, draws=draws)
    rank = ranks_by(gains, ids)
    assert found["rank_low"].tolist() == found["rank_high"].tolist() == rank.tolist()
    assert set(found["top_share"]) <= {0.0, 1.0}


def test_ties_go_by_id_also_where_sums_differ_in_their_last_digit():
    assert ranks_by([0.3, 0.1 + 0.2, 0.5], ["b", "a", "c"]).tolist() == [3, 2, 1]
