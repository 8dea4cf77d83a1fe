"""Measures per track: with which plan or manager, what, how much, and for whom."""

import pandas as pd
import pytest

from robuust.priorities import near_patches
from robuust.track_measures import (
    MEASURE_COLUMNS,
    PROGRAMME_COLUMNS,
    unit_measures,
    unit_programmes,
)

GROUPS = pd.DataFrame(
    {"name_nl": ["Kikkers", "Bijen", "Vogels"], "name_en": ["Frogs", "Bees", "Birds"]},
    index=["frogs", "bees", "birds"],
)
CODES = pd.DataFrame(
    {"name_nl": ["Natte heide", "Duinvallei"], "name_en": ["Wet heath", "Dune slack"]},
    index=["4010", "2190"],
)
LAND = pd.DataFrame(
    [
        ("p", "a", "meekoppelen", 1, 2.0, 60_000.0),
        ("p", "b", "meekoppelen", 2, 1.2, 36_000.0),
        ("p", "c", "meekoppelen", 3, 5.0, 0.0),
        ("p", "d", "verbreden", 4, 3.0, 1000.0),
        ("p", "e", "verbreden", 5, 4.0, 2000.0),
        ("p", "f", "uitvoeren", 6, 1.0, 500.0),
        ("q", "d", "verbreden", 4, 0.5, 200.0),
    ],
    columns=["unit_id", "candidate_id", "track", "rank", "area_ha", "cost_eur"],
)
LAND = LAND.assign(level="province", name=LAND["unit_id"].str.upper())
CANDIDATES = pd.DataFrame(
    [
        ("a", "Kustvisie", 2028, "Moeras", "ANB", "4010", 0.3),
        ("b", "Kustvisie", 2028, None, None, "4010", 0.2),
        ("c", "Kustvisie", 2028, None, None, "2190", 0.9),
        ("d", "Kustvisie", 2028, "Vloeiweide", None, "2190", 0.1),
        ("e", None, None, "Vloeiweide", None, "4010", 0.4),
        ("f", None, None, "Moeras", "ANB", "xx", 0.1),
    ],
    columns=[
        *("candidate_id", "plan", "plan_year", "nature_area", "manager"),
        *("code", "score"),
    ],
).astype({"plan_year": "Int64"})
CANDIDATES = CANDIDATES.assign(crossing=pd.array([None] * 6, dtype="str"))
GAINS = pd.DataFrame(
    [
        ("a", "frogs", 0.1),
        ("b", "bees", 0.2),
        ("b", "frogs", 0.05),
        ("c", "birds", 0.9),
        ("d", "frogs", 0.05),
        ("d", "bees", 0.05),
        ("e", "frogs", 0.4),
        ("f", "frogs", 0.1),
        ("f", "bees", 0.0),  # nothing to gain: not named
    ],
    columns=["candidate_id", "group", "gain"],
)
GAINS = GAINS.assign(part=GAINS["gain"])


def measures(land=LAND):
    return unit_measures(land, CANDIDATES, GAINS, group_names=GROUPS, code_names=CODES)


def test_a_plan_says_its_year_and_what_to_put_into_it_for_which_groups():
    found = measures()
    plan = found[(found["unit_id"] == "p") & (found["track"] == "meekoppelen")]
    columns = ["plan", "plan_year", "order", "code", "n_groups", "groups", "candidates"]
    assert plan[columns].to_numpy().tolist() == [
        ["Kustvisie", 2028, 1, "4010", 2, "bees; frogs", "a; b"],
        ["Kustvisie", 2028, 2, "2190", 1, "birds", "c"],
    ]
    assert plan["area_ha"].tolist() == pytest.approx([3.2, 5])
    assert plan[["nature_area", "manager"]].isna().all(axis=None)
    assert plan["reason_en"].iloc[0] == (
        "ride along with plan Kustvisie (2028): 3.2 ha becomes habitat 4010 (Wet heath)"
        "; helps Bees, Frogs; costs 96,000 euros"
    )
    assert plan["reason_nl"].iloc[0] == (
        "koppel mee met plan Kustvisie (2028): 3,2 ha wordt habitat 4010 (Natte heide)"
        "; helpt Bijen, Kikkers; kost 96.000 euro"
    )


def test_a_nature_area_is_steered_to_the_habitat_that_helps_most_groups():
    found = measures()
    area = found[(found["unit_id"] == "p") & (found["track"] == "verbreden")]
    # 2190 helps frogs and bees, 4010 only frogs, though with a far higher score.
    assert area[["order", "code", "n_groups"]].to_numpy().tolist() == [
        [1, "2190", 2],
        [2, "4010", 1],
    ]
    assert set(area["nature_area"]) == {"Vloeiweide"}
    assert area["plan"].isna().all()
    assert area["reason_nl"].iloc[0] == (
        "verbreed natuurgebied Vloeiweide (beheerder onbekend): stuur 3 ha naar "
        "habitat 2190 (Duinvallei); helpt Bijen, Kikkers; kost 1.000 euro"
    )


def test_a_tie_in_groups_goes_to_the_score_and_then_to_the_hectares():
    gains = GAINS[GAINS["group"] == "frogs"]
    found = unit_measures(LAND, CANDIDATES, gains, group_names=GROUPS, code_names=CODES)
    area = found[(found["unit_id"] == "p") & (found["track"] == "verbreden")]
    assert area["code"].tolist() == ["4010", "2190"]  # score 0.4 against 0.1


def test_a_programme_names_no_plan_and_no_manager():
    found = measures()
    (row,) = found[found["track"] == "uitvoeren"].to_dict("records")
    assert all(pd.isna(row[name]) for name in ("plan", "nature_area", "manager"))
    assert row["reason_en"] == (
        "species programme: 1 ha becomes habitat xx; helps Frogs; costs 500 euros"
    )


def test_a_corridor_is_a_measure_of_its_own_with_its_hectares():
    is_strip = CANDIDATES["candidate_id"] == "b"
    facts = CANDIDATES.assign(code=CANDIDATES["code"].mask(is_strip))
    found = unit_measures(LAND, facts, GAINS, group_names=GROUPS, code_names=CODES)
    (row,) = found[found["code"].isna() & found["crossing"].isna()].to_dict("records")
    assert (row["n_candidates"], row["area_ha"]) == (1, 1.2)
    assert row["reason_en"] == (
        "ride along with plan Kustvisie (2028): lay out 1 corridor(s), 1.2 ha between"
        " robust areas; helps Bees, Frogs; costs 36,000 euros"
    )
    assert ": richt 1 corridor(s) in, 1,2 ha tussen robuuste" in row["reason_nl"]


def test_a_crossing_is_a_measure_of_its_own_without_hectares():
    facts = CANDIDATES.assign(
        code=CANDIDATES["code"].where(CANDIDATES["candidate_id"] != "b"),
        crossing=CANDIDATES["crossing"].mask(
            CANDIDATES["candidate_id"] == "b", "fish_passage"
        ),
    )
    land = LAND.assign(area_ha=LAND["area_ha"].where(LAND["candidate_id"] != "b", 0))
    found = unit_measures(land, facts, GAINS, group_names=GROUPS, code_names=CODES)
    (row,) = found[found["crossing"] == "fish_passage"].to_dict("records")
    assert pd.isna(row["code"])
    assert row["area_ha"] == 0
    assert row["reason_en"] == (
        "ride along with plan Kustvisie (2028): open barriers, fish passage at 1 "
        "place(s); helps Bees, Frogs; costs 36,000 euros"
    )
    assert "maak barrières oversteekbaar, vispassage op 1 plek" in row["reason_nl"]


def test_the_hectares_and_euros_of_the_measures_are_those_of_the_land():
    keys = ["unit_id", "track"]
    sums = measures().groupby(keys)[["area_ha", "cost_eur"]].sum()
    expected = LAND.groupby(keys)[["area_ha", "cost_eur"]].sum()
    pd.testing.assert_frame_equal(sums, expected)


def test_no_land_gives_no_measure_and_the_same_columns():
    assert list(measures(LAND.iloc[:0]).columns) == MEASURE_COLUMNS
    assert measures(LAND.iloc[:0]).empty


def test_a_measure_that_helps_nobody_says_so():
    found = unit_measures(
        LAND, CANDIDATES, GAINS.iloc[:0], group_names=GROUPS, code_names=CODES
    )
    assert set(found["n_groups"]) == {0}
    assert found["reason_en"].str.contains("helps no group").all()


# --- Species that need a programme ----------------------------------------------------

LINKS = pd.DataFrame(
    [
        ("frogs", "f", "p1", "patch", True),
        ("frogs", "f", "p2", "patch", True),
        ("frogs", "f", "p3", "patch", False),  # too far
        ("frogs", "f", "g", "candidate", True),
        ("bees", "f", "p4", "patch", True),  # gains nothing
        ("frogs", "d", "p1", "patch", True),  # on another track
    ],
    columns=["group", "candidate_id", "other_id", "kind", "within_dispersal"],
)
POPULATIONS = pd.DataFrame(
    [
        ("frogs", "p1", "Hyla", "relict", "CR"),
        ("frogs", "p2", "Hyla", "relict", "CR"),
        ("frogs", "p1", "Rana", "viable", "EN"),
        ("frogs", "p2", "Bufo", "phantom", None),
        ("frogs", "p2", "Pelobates", "lost", "CR"),  # not there any more
        ("frogs", "p3", "Triturus", "relict", "CR"),
        ("bees", "p4", "Andrena", "relict", "CR"),
    ],
    columns=["group", "patch_id", "species", "status", "red_list"],
)


def programmes(land=LAND):
    near = near_patches(LINKS, GAINS)
    names = pd.Series({"Hyla": "Boomkikker"})
    return unit_programmes(land, near, POPULATIONS, names)


def test_the_species_that_need_a_programme_are_named_with_list_status_and_place():
    columns = ["species", "name_nl", "red_list", "status", "needs_help", "patches"]
    rows = programmes()[[*columns, "n_patches", "candidates", "area_ha", "cost_eur"]]
    hyla, bufo, rana = rows.to_dict("records")
    assert list(hyla.values()) == [
        *("Hyla", "Boomkikker", "CR", "relict", True, "p1; p2", 2, "f", 1.0, 500.0)
    ]
    assert (bufo["species"], bufo["status"], bufo["needs_help"]) == (
        *("Bufo", "phantom"),
        True,
    )
    assert (rana["species"], rana["status"], rana["needs_help"]) == (
        *("Rana", "viable"),
        False,
    )


def test_without_such_candidates_nobody_needs_a_programme():
    none = programmes(LAND[LAND["track"] == "verbreden"])
    assert none.empty
    assert list(none.columns) == PROGRAMME_COLUMNS
