"""Gains over draws of the dispersal distance: by hand, and as if measured anew."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robuust.gain_draws import (
    PARAMETER,
    drawn_distances,
    gain_draws,
    probability_at,
)
from robuust.group_gains import gain_table
from robuust.network import dispersal_probability
from robuust.robustness import Norms

KERNEL = {"d0_m": 1000.0, "p0": 0.5}
DISTANCE_M = st.floats(0, 5000)
D0_M = st.floats(200, 3000)


def evidence(low=np.nan, high=np.nan, word="derived"):
    row = {"parameter": PARAMETER, "evidence": word, "low": low, "high": high}
    return pd.DataFrame([row])


def link_rows(names, rows, *, crossing=1.0):
    """Links by their ends and cost, with the chance that the table's distance gives."""
    links = pd.DataFrame(rows, columns=[*names, "cost_m"])
    chance = dispersal_probability(links["cost_m"], **KERNEL)
    return links.assign(probability=chance * crossing)


def new_rows(rows):
    links = link_rows(["candidate_id", "other_id"], rows)
    near = links["cost_m"] <= 1000
    return links.assign(kind="patch", merges=False, within_dispersal=near)


# METHOD section 5, H1: A and C lie 3000 m apart, candidate b 1000 m from both.
PATCHES = pd.DataFrame({"patch_id": ["A", "C"], "effective_ha": [10.0, 20.0]})
LINKS = link_rows(["patch_id_a", "patch_id_b"], [("A", "C", 3000)])
CANDIDATES = pd.DataFrame({"candidate_id": ["b"], "added_effective_ha": [5.0]})
NEW_LINKS = new_rows([("b", "A", 1000), ("b", "C", 1000)])


def drawn(distances_m, *, candidates=CANDIDATES, links=LINKS):
    how = {"group": "toads", "p_min": 1e-9, **KERNEL}
    return gain_draws(candidates, PATCHES, links, NEW_LINKS, distances_m, **how)


def test_gains_by_hand_at_the_distance_of_the_table_and_at_twice_that():
    found = drawn([1000.0, 2000.0])
    half = 0.5**0.5
    before = 500 + 400 * 0.5**1.5
    after = 525 + 2 * (50 * half + 100 * half + 200 * 0.5)
    expected = [np.sqrt(775 / 550) - 1, np.sqrt(after / before) - 1]
    assert found["gain"].tolist() == pytest.approx(expected, rel=1e-12)
    assert found["draw"].tolist() == [1, 2]
    assert found["candidate_id"].tolist() == ["b", "b"]
    assert found["group"].tolist() == ["toads", "toads"]


def test_a_mere_connection_gains_by_what_it_joins():
    found = drawn([1000.0], candidates=CANDIDATES.assign(added_effective_ha=0.0))
    assert found["gain"].item() == pytest.approx(np.sqrt(600 / 550) - 1, rel=1e-12)


def test_no_candidates_or_no_habitat_give_no_rows_or_no_gain():
    assert drawn([1000.0, 500.0], candidates=CANDIDATES.iloc[:0]).empty
    absent = gain_draws(
        CANDIDATES,
        PATCHES.iloc[:0],
        LINKS.iloc[:0],
        NEW_LINKS.iloc[:0],
        [500.0],
        **{"group": "toads", "p_min": 1e-9, **KERNEL},
    )
    assert absent["gain"].tolist() == [0.0]


@given(DISTANCE_M, D0_M, st.floats(0, 1))
def test_a_link_has_the_chance_that_measuring_anew_would_give_it(
    cost_m, d0_m, crossing
):
    links = link_rows(["a"], [("x", cost_m)], crossing=crossing)
    expected = crossing * dispersal_probability([cost_m], d0_m=d0_m, p0=0.5)
    found = probability_at(links, d0_m, table_d0_m=1000.0, p0=0.5)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_what_merges_stays_sure_and_what_is_closed_stays_closed():
    links = pd.DataFrame(
        {"cost_m": [40.0, 900.0], "probability": [1.0, 0.0], "merges": [True, False]}
    )
    found = probability_at(links, 10.0, table_d0_m=1000.0, p0=0.5)
    assert found.tolist() == [1.0, 0.0]
    far = pd.DataFrame({"cost_m": [40_000.0], "probability": [0.0]})
    assert probability_at(far, 60.0, table_d0_m=20.0, p0=0.5).tolist() == [0.0]


@given(st.integers(0, 2**32 - 1))
def test_draws_without_uncertainty_give_the_gains_of_the_table_exactly(seed):
    rng = np.random.default_rng(seed)
    patch_id, candidate_id = list("ABCDEFG"), list("uvwxyz")
    patches = pd.DataFrame({"patch_id": patch_id, "network_id": "n1"})
    patches = patches.assign(
        effective_ha=rng.uniform(0.1, 50, 7), capacity_ru=rng.uniform(0.1, 50, 7)
    )
    pairs = [(i, j) for k, i in enumerate(patch_id) for j in patch_id[k + 1 :]]
    kept = [pair for pair in pairs if rng.random() < 0.5]
    links = link_rows(
        ["patch_id_a", "patch_id_b"], [(*pair, rng.uniform(0, 6000)) for pair in kept]
    )
    reached = [
        (c, p, rng.uniform(0, 6000))
        for c in candidate_id
        for p in patch_id
        if rng.random() < 0.4
    ]
    candidates = pd.DataFrame({"candidate_id": candidate_id, "improved_share": 0.0})
    candidates["added_effective_ha"] = rng.uniform(0, 10, 6)
    new_links = new_rows(reached)
    gains, _ = gain_table(
        *(candidates, patches, links, new_links, Norms(20, 60, 80, 120)),
        **{"group": "toads", "p_min": 1e-4, "unit_ha": 1.0, "dispersal_max_m": 2000.0},
    )
    sure = evidence(1000.0, 1000.0)
    distances_m = drawn_distances(
        1000.0, sure, mobility_class="amphibians", seed=seed, draws=3
    )
    found = gain_draws(
        *(candidates, patches, links, new_links, distances_m),
        **{"group": "toads", "p_min": 1e-4, **KERNEL},
    )
    assert found["candidate_id"].tolist() == candidate_id * 3
    assert found["gain"].tolist() == gains["gain"].tolist() * 3


def test_groups_of_one_class_stand_together_in_every_draw_and_other_classes_do_not():
    def draw(d0_m, mobility_class, draws=20):
        return drawn_distances(
            d0_m, evidence(), mobility_class=mobility_class, seed=7, draws=draws
        )

    toads, frogs = draw(100.0, "amphibians"), draw(300.0, "amphibians")
    assert frogs == pytest.approx(3 * toads, rel=1e-12)
    assert not np.isclose(draw(100.0, "reptiles"), toads).any()
    assert ((toads >= 50) & (toads <= 200)).all()
    assert draw(100.0, "amphibians", draws=5).tolist() == toads[:5].tolist()


def test_a_class_without_evidence_has_the_widest_range():
    none = evidence().iloc[:0]
    found = drawn_distances(100.0, none, mobility_class="x", seed=1, draws=500)
    assert found.min() < 50
    assert found.max() > 200
