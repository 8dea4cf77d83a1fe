"""Corridors as candidates: their gain equals adding a link and starting all over."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.connectivity import equivalent_connected_area, path_probabilities
from robuust.corridor_candidates import (
    corridor_candidates,
    corridor_links,
    with_corridors,
)
from robuust.corridors import Network, corridor_gains
from robuust.gain_draws import gain_draws
from robuust.group_gains import gain_table
from robuust.network import dispersal_probability
from robuust.robustness import Norms

P_MIN, D0_M, P0, MAX_M = 1e-4, 150.0, 0.5, 600.0
NORMS = Norms(20, 60, 80, 120)
LAND_HA = ["candidate_id", "added_effective_ha", "improved_share"]
LINKS = {
    **dict.fromkeys(["group", "candidate_id", "other_id", "kind"], "str"),
    **dict.fromkeys(["distance_m", "cost_m", "probability"], float),
    **dict.fromkeys(["merges", "within_dispersal"], bool),
}
NOTHING_ELSE = (
    pd.DataFrame(columns=LAND_HA).astype({"candidate_id": "str"}),
    pd.DataFrame(columns=list(LINKS)).astype(LINKS),
)


@st.composite
def networks(draw):
    """Two to six patches, links between some, and a corridor between two."""
    n = draw(st.integers(2, 6))
    pairs = [(i, j) for i in range(n) for j in range(i)]
    linked = draw(st.lists(st.sampled_from(pairs), unique=True))
    costs = [draw(st.floats(0, 900)) for _ in linked]
    capacity = [draw(st.floats(0.1, 90)) for _ in range(n)]
    corridor = {
        "group": "g",
        **dict(zip("ab", draw(st.sampled_from(pairs)), strict=True)),
        "length_m": draw(st.floats(1, 600)),
        "through": draw(st.sampled_from([1.0, 0.5, 0.02])),  # past barriers that stay
    }
    return np.array(capacity), linked, np.array(costs), corridor


def eca(capacity, ends, chance):
    a, b = np.array(ends, dtype=int).reshape(-1, 2).T
    path = path_probabilities(capacity.size, a, b, chance, p_min=P_MIN)
    return equivalent_connected_area(capacity, path)


def tables(capacity, ends, costs):
    """Patches and links as the rules write them."""
    ids = np.array([f"p{k}" for k in range(capacity.size)], dtype=object)
    a, b = np.array(ends, dtype=int).reshape(-1, 2).T
    own = {"network_id": ids, "effective_ha": capacity, "capacity_ru": capacity}
    links = {
        "patch_id_a": ids[a],
        "patch_id_b": ids[b],
        "cost_m": costs,
        "probability": dispersal_probability(costs, d0_m=D0_M, p0=P0),
    }
    return ids, pd.DataFrame({"patch_id": ids, **own}), pd.DataFrame(links)


def use_of(corridor, ids, chance):
    ends = {f"patch_{end}": ids[corridor[end]] for end in "ab"}
    return pd.DataFrame([corridor | ends | {"chance": chance}])


@settings(deadline=None, max_examples=50)
@given(networks(), st.sampled_from([D0_M, 60.0, 400.0]))
def test_the_gain_of_a_corridor_equals_adding_its_link(network, drawn_m):
    capacity, ends, costs, corridor = network
    ids, patches, links = tables(capacity, ends, costs)

    def by_recomputing(d0_m):
        chance = dispersal_probability(costs, d0_m=d0_m, p0=P0)
        length = dispersal_probability([corridor["length_m"]], d0_m=d0_m, p0=P0)
        more = [*ends, (corridor["a"], corridor["b"])]
        after = eca(capacity, more, np.r_[chance, length * corridor["through"]])
        return after / eca(capacity, ends, chance) - 1

    chance = dispersal_probability([corridor["length_m"]], d0_m=D0_M, p0=P0)
    chance = chance * corridor["through"]
    a, b, p = *np.array(ends, dtype=int).reshape(-1, 2).T, links["probability"]
    drawn = corridor_gains(
        (np.array([corridor["a"]]), np.array([corridor["b"]])),
        [corridor["length_m"]],
        Network(None, capacity, (a, b, p.to_numpy()), MAX_M),
        p_min=P_MIN,
        chance=chance,
    )
    expected = by_recomputing(D0_M)
    assert drawn[0] == pytest.approx(expected, rel=1e-9, abs=1e-12)

    new = corridor_links(use_of(corridor, ids, chance[0]), ["x"], {"x"})
    useful, new = with_corridors(*NOTHING_ELSE, new)
    how = {"group": "g", "p_min": P_MIN}
    gains, _ = gain_table(
        *(useful, patches, links, new, NORMS), unit_ha=1, dispersal_max_m=MAX_M, **how
    )
    assert gains["gain"].tolist() == pytest.approx([expected], rel=1e-9, abs=1e-12)
    assert gains["action"].tolist() == ["connect"]
    kernel = {"d0_m": D0_M, "p0": P0}
    draw = gain_draws(useful, patches, links, new, [drawn_m], **kernel, **how)
    assert draw["gain"].tolist() == pytest.approx(
        [by_recomputing(drawn_m)], rel=1e-9, abs=1e-12
    )


def test_a_corridor_joins_networks_when_all_of_it_is_within_dispersal():
    # Two key patches of 59 RU, together 118 of the 80 that a network needs.
    capacity = np.array([59.0, 59.0])
    ids, patches, links = tables(capacity, [], np.array([]))
    for length_m, n_flips in ((500.0, 4), (700.0, 0)):
        corridor = {"group": "g", "a": 0, "b": 1, "length_m": length_m}
        new = corridor_links(use_of(corridor, ids, 0.3), ["x"], {"x"})
        useful, new = with_corridors(*NOTHING_ELSE, new)
        how = {"unit_ha": 1, "dispersal_max_m": MAX_M, "group": "g", "p_min": P_MIN}
        gains, _ = gain_table(*(useful, patches, links, new, NORMS), **how)
        assert gains["n_flips"].tolist() == [n_flips], length_m
        # PCnum of 2 x 59^2 and 2 x 59^2 x 0.3
        assert gains["gain"].tolist() == pytest.approx([1.3**0.5 - 1])


def test_strips_with_land_to_make_are_candidates():
    corridors = pd.DataFrame(
        {
            "corridor_id": ["r2-r3-land", "r1-r2", "r1-r2-land", "r1-r3-land"],
            "way": ["over_land", "straight", "over_land", "over_land"],
            "robust_area_a": ["r2", "r1", "r1", "r1"],
            "robust_area_b": ["r3", "r2", "r2", "r3"],
            "new_habitat_ha": [2.0, np.nan, 1.0, 0.0],
            "cost_eur": [60_000.0, np.nan, 80_000.0, 50_000.0],
        }
    )
    strip = shapely.box(0, 0, 100, 100)
    made = dict.fromkeys(corridors["corridor_id"], strip)
    found = corridor_candidates(corridors, made)
    assert found["candidate_id"].tolist() == ["r1-r2-land", "r2-r3-land"]
    assert found["name"].tolist() == ["r1 - r2", "r2 - r3"]
    assert found["cost_eur"].tolist() == [80_000, 60_000]
    assert set(found["kind"]) == {"corridor"}
    none = corridor_candidates(corridors.iloc[:0], {})
    assert none.dtypes.to_dict() == found.dtypes.to_dict()
    uses = use_of({"group": "g", "a": 0, "b": 1, "length_m": 9.0}, ["p", "q"], 0.5)
    links = corridor_links(uses, ["r1-r3-land"], found["candidate_id"])
    assert links.empty
    assert list(links) == list(LINKS)


def test_a_group_keeps_its_other_candidates_and_links():
    useful = pd.DataFrame([["z", 2.0, 0.5]], columns=LAND_HA)
    other = ["g", "z", "p1", "patch", 5.0, 5.0, 0.9, False, True]
    links = pd.DataFrame([other], columns=list(LINKS)).astype(LINKS)
    corridor = {"group": "g", "a": 0, "b": 1, "length_m": 500.0}
    own = corridor_links(use_of(corridor, ["p1", "p2"], 0.25), ["x"], {"x"})
    found, together = with_corridors(useful, links, own)
    assert found.to_numpy().tolist() == [["x", 0.0, 0.0], ["z", 2.0, 0.5]]
    assert together["candidate_id"].tolist() == ["x", "x", "z"]
    same, only = with_corridors(useful, links, own.iloc[:0])
    assert same.equals(useful)
    assert only.equals(links)
