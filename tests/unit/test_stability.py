"""Stability of verdicts: sure when nothing is uncertain, the same for the same seed."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robuust.network import components
from robuust.robustness import Norms
from robuust.stability import (
    PARAMETERS,
    Landscape,
    _spanning_forest,
    draw_values,
    stability,
    usable,
    value_ranges,
)

VALUES = {
    "reproductive_unit_ha": 1.0,
    "key_patch_ru": 20.0,
    "mvp_ru": 60.0,
    "network_ru_with_key": 80.0,
    "network_ru_without_key": 120.0,
    "dispersal_max_m": 500.0,
}
NORMS = Norms(20, 60, 80, 120)


def evidence(**given_rows):
    """A table that calls every parameter 'read', with low and high where given."""
    rows = [(name, "read", *given_rows.get(name, (np.nan,) * 2)) for name in VALUES]
    return pd.DataFrame(rows, columns=["parameter", "evidence", "low", "high"])


def sure():
    """No value is uncertain."""
    return value_ranges(VALUES, evidence(**{k: (v, v) for k, v in VALUES.items()}))


# Three patches in a row, at 400 and at 600 m: A and B one network, C its own.
CHAIN = Landscape(
    capacity_ru=np.array([50.0, 35.0, 60.0]),
    network=np.array([0, 0, 1]),
    a=np.array([0, 1]),
    b=np.array([1, 2]),
    distance_m=np.array([400.0, 600.0]),
)


def run(landscape, ranges, *, seed=1, draws=50, group="bats"):
    drawn = draw_values(ranges, group=group, seed=seed, draws=draws)
    return stability(landscape, NORMS, ranges, drawn)


def test_verdicts_are_sure_when_no_value_is_uncertain():
    share, flipped = run(CHAIN, sure())
    assert share.tolist() == [1, 1, 1]
    assert flipped == dict.fromkeys(VALUES, 0)


def test_only_the_uncertain_value_flips_verdicts():
    table = evidence(**{k: (v, v) for k, v in VALUES.items()} | {"mvp_ru": (55, 70)})
    share, flipped = run(CHAIN, value_ranges(VALUES, table), draws=400)
    # Only C, just at the norm of 60, can lose its class; A and B rest on their total.
    assert share[:2].tolist() == [1, 1]
    assert 0 < share[2] < 1
    assert flipped["mvp_ru"] == pytest.approx((1 - share[2]) / 3)
    assert sum(flipped.values()) == flipped["mvp_ru"]


def test_share_of_draws_agrees_with_the_range():
    # C is a stronghold while mvp <= 60: half of the log range from 30 to 120.
    table = evidence(**{k: (v, v) for k, v in VALUES.items()} | {"mvp_ru": (30, 120)})
    share, _ = run(CHAIN, value_ranges(VALUES, table), draws=2000)
    assert share[2] == pytest.approx(0.5, abs=0.04)


def test_a_drawn_distance_changes_the_networks():
    values = {k: (v, v) for k, v in VALUES.items()} | {"dispersal_max_m": (300, 700)}
    landscape = Landscape(
        capacity_ru=np.array([45.0, 45.0, 30.0]),
        network=np.array([0, 0, 1]),
        a=CHAIN.a,
        b=CHAIN.b,
        distance_m=CHAIN.distance_m,
    )
    share, flipped = run(landscape, value_ranges(VALUES, evidence(**values)), draws=999)
    # A and B are viable together (90 of 80), so from 400 m; C joins them at 600 m.
    a_together = np.log(700 / 400) / np.log(700 / 300)
    c_alone = np.log(600 / 300) / np.log(700 / 300)
    assert share[0] == share[1] == pytest.approx(a_together, abs=0.05)
    assert share[2] == pytest.approx(c_alone, abs=0.05)
    assert flipped["dispersal_max_m"] == pytest.approx((1 - share).mean())


def test_the_same_seed_gives_the_same_draws_and_another_gives_others():
    ranges = value_ranges(VALUES, evidence())
    once = draw_values(ranges, group="bats", seed=1, draws=5)
    again = draw_values(ranges.iloc[::-1], group="bats", seed=1, draws=5)
    assert all((once[name] == again[name]).all() for name in PARAMETERS)
    for other in ({"group": "bees", "seed": 1}, {"group": "bats", "seed": 2}):
        drawn = draw_values(ranges, draws=5, **other)
        assert not (once["mvp_ru"] == drawn["mvp_ru"]).any()


def test_draws_of_one_parameter_do_not_depend_on_the_others():
    ranges = value_ranges(VALUES, evidence())
    alone = draw_values(ranges.iloc[2:3], group="bats", seed=1, draws=5)
    assert (
        alone["mvp_ru"] == draw_values(ranges, group="bats", seed=1, draws=5)["mvp_ru"]
    ).all()


@pytest.mark.parametrize(
    ("word", "low", "high"),
    [("read", 75, 133), ("derived", 50, 200), ("unverified", 33, 300)],
)
def test_weak_evidence_has_a_wide_range(word, low, high):
    table = pd.DataFrame(
        {"parameter": ["mvp_ru"], "evidence": [word], "low": [None], "high": [None]}
    ).astype({"low": float, "high": float})
    row = value_ranges({"mvp_ru": 100}, table).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((low, high))


def test_a_given_range_counts_unless_the_value_lies_outside_it():
    table = evidence(mvp_ru=(50, 70), key_patch_ru=(30, 40))
    ranges = value_ranges(VALUES, table).set_index("parameter")
    assert ranges.loc["mvp_ru", ["low", "high"]].tolist() == [50, 70]
    assert ranges.loc["key_patch_ru", ["low", "high"]].tolist() == [15, 26.6]


def test_a_parameter_without_a_row_is_unverified():
    table = evidence().query("parameter != 'mvp_ru'")
    ranges = value_ranges(VALUES, table).set_index("parameter")
    assert ranges.loc["mvp_ru", "evidence"] == "unverified"


def test_an_unknown_word_for_evidence_is_refused():
    with pytest.raises(ValueError, match="evidence of reproductive_unit_ha is 'guess'"):
        value_ranges(VALUES, evidence().replace("read", "guess"))


def test_a_barrier_keeps_a_link_closed_at_any_drawn_distance():
    links = pd.DataFrame(
        {
            "distance_m": [100, 100, 900, 900],
            "probability": [0.9, 0.0, 0.1, 0.0],
            "within_dispersal": [True, False, False, False],
        }
    )
    assert usable(links, dispersal_max_m=500).tolist() == [True, False, True, False]


def test_no_patches_or_no_draws_give_full_stability():
    none = Landscape(*(np.zeros(0), *[np.zeros(0, dtype=int)] * 3, np.zeros(0)))
    share, flipped = run(none, sure())
    assert share.size == 0
    assert set(flipped.values()) == {0.0}
    assert run(CHAIN, sure(), draws=0)[0].tolist() == [1, 1, 1]


@given(st.data())
def test_the_spanning_forest_joins_the_same_patches_at_any_distance(data):
    n = data.draw(st.integers(2, 9))
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    chosen = data.draw(st.lists(st.sampled_from(pairs), unique=True, max_size=20))
    length = st.sampled_from([0.0, 0.0, 1.0, 2.0, 3.0])
    distance = np.array([data.draw(length) for _ in chosen])
    a, b = np.array(chosen, dtype=int).reshape(-1, 2).T
    landscape = Landscape(np.zeros(n), np.zeros(n, dtype=int), a, b, distance)
    fa, fb, fd = _spanning_forest(landscape)
    for limit in (0.0, 1.5, 3.0):
        graph = nx.Graph()
        graph.add_nodes_from(range(n))
        graph.add_edges_from(
            p for p, d in zip(chosen, distance, strict=True) if d <= limit
        )
        label = components(n, fa[fd <= limit], fb[fd <= limit])
        found = {frozenset(np.flatnonzero(label == k).tolist()) for k in label}
        assert found == {frozenset(c) for c in nx.connected_components(graph)}
