"""What the settings ask of plans becomes constraints, or words on why it cannot."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml
from every_plan import apart

from robuust.plan_wishes import constraints_of
from robuust.settings import validate_settings
from robuust.settings_references import validate_settings_references

HOME = Path(__file__).parents[2]

CANDIDATES = gpd.GeoDataFrame(
    {
        "candidate_id": ["P1", "P2", "P3", "parcels:7"],
        "kind": ["parcel"] * 4,
        "rank": [2, 1, 4, 3],
        "track": ["verbreden", "uitvoeren", "verbreden", "uitvoeren"],
        "cost_eur": [100.0, 200.0, 400.0, 800.0],
    },
    geometry=[*apart(3), shapely.box(20, 1, 26, 5)],  # the last lies on P3
    crs="EPSG:31370",
)
PARCELS = pd.DataFrame(
    {
        "candidate_id": ["P1", "P2", "P3", "parcels:7", "P9"],
        "excluded": [False, False, False, False, True],
        "must_have": [False] * 5,
        "forbidden": [False] * 5,
    }
)
UNITS = gpd.GeoDataFrame(
    {
        "unit_id": ["w", "e", "all"],
        "level": ["province", "province", "country"],
        "name": ["West", "East", "All"],
    },
    geometry=[
        shapely.box(0, 0, 12, 9),
        shapely.box(12, 0, 90, 9),
        shapely.box(0, 0, 90, 9),
    ],
    crs="EPSG:31370",
)
NO_WISHES = {
    "must_have": [],
    "forbidden": [],
    "minimum_rise": {},
    "track_budgets_eur": {},
    "unit_budgets": [],
}
GROUPS = {"frogs": True, "newts": True, "toads": False}


def asked(parcels=PARCELS, budgets=(500, 1000), **wishes):
    return constraints_of(
        CANDIDATES,
        NO_WISHES | wishes,
        parcels,
        UNITS,
        groups=GROUPS,
        budgets_eur=list(budgets),
    )


def test_without_wishes_only_money_and_land_count():
    limits = asked()
    assert limits.cost_eur.tolist() == [100, 200, 400, 800]
    assert limits.budget_eur == 1000
    assert limits.clashes.tolist() == [[2, 3]]
    assert not limits.required.any()
    assert not limits.forbidden.any()
    assert (limits.parts, limits.minimum_rise) == ([], {})


def test_a_crossing_over_a_parcel_does_not_claim_its_land():
    crossing = CANDIDATES.assign(kind=["parcel", "parcel", "parcel", "crossing"])
    limits = constraints_of(
        crossing, NO_WISHES, PARCELS, UNITS, groups=GROUPS, budgets_eur=[1000]
    )
    assert limits.clashes.size == 0
    crossing["kind"] = "crossing"
    limits = constraints_of(
        crossing, NO_WISHES, PARCELS, UNITS, groups=GROUPS, budgets_eur=[1000]
    )
    assert limits.clashes.tolist() == [[2, 3]]


@pytest.mark.parametrize("other", ["parcel", "crossing", "corridor"])
def test_a_corridor_is_an_alternative_for_all_that_lies_in_it(other):
    # It has paid for a crossing of its own, and its land becomes easy land.
    strip = CANDIDATES.assign(kind=["parcel", "parcel", "corridor", other])
    limits = constraints_of(
        strip, NO_WISHES, PARCELS, UNITS, groups=GROUPS, budgets_eur=[1000]
    )
    assert limits.clashes.tolist() == [[2, 3]]


def test_wishes_come_from_the_settings_and_from_the_layer_of_parcels():
    flagged = PARCELS.assign(
        must_have=PARCELS["candidate_id"] == "P1",
        forbidden=PARCELS["candidate_id"] == "parcels:7",
    )
    limits = asked(flagged, must_have=["P2"], forbidden=["P9"])
    assert limits.required.tolist() == [True, True, False, False]
    assert limits.forbidden.tolist() == [False, False, False, True]


def test_tracks_and_units_become_parts():
    limits = asked(
        track_budgets_eur={"verbreden": 300},
        unit_budgets=[
            {"level": "province", "name": "West", "budget_eur": 50},
            {"level": "province", "name": "e", "budget_eur": 70},
        ],
    )
    track, west, east = limits.parts
    assert (track.name, track.limit_eur) == ("verbreden", 300)
    assert track.member.tolist() == [True, False, True, False]
    # P2 lies across the border, most of it in the east: 12 to 15 of 10 to 15.
    assert west.member.tolist() == [True, False, False, False]
    assert east.member.tolist() == [False, True, True, True]


def test_minimum_rises_go_by_the_position_of_the_group():
    assert asked(minimum_rise={"newts": 0.05}).minimum_rise == {1: 0.05}


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (
            {"must_have": ["P22"]},
            "restoration.must_have: found P22, which is the id of no candidate; did you"
            " mean 'P2'?",
        ),
        (
            {"forbidden": ["7"]},
            "restoration.forbidden: found 7, which is the id of no candidate; did you"
            " mean 'parcels:7'?",
        ),
        ({"forbidden": ["field 7"]}, "found field 7, which is the id of no candidate"),
        ({"must_have": ["P9"]}, "found P9, that the layer of parcels excludes"),
        (
            {"must_have": ["P1"], "forbidden": ["P1"]},
            "P1 is a must-have and forbidden; take it off one of the two",
        ),
        (
            {"must_have": ["P3", "parcels:7"]},
            "must-haves P3 and parcels:7 claim the same land; keep one of the two",
        ),
        (
            {"must_have": ["P2", "P3"]},
            "the must-haves P2, P3 cost 600 EUR together, more than the budget of 500"
            " EUR; raise restoration.budgets_eur or drop a must-have",
        ),
        (
            {"must_have": ["P3"], "track_budgets_eur": {"verbreden": 300}},
            "the must-haves P3 cost 400 EUR together, more than the budget of 300 EUR"
            " for verbreden; raise that budget or drop a must-have",
        ),
        (
            {"minimum_rise": {"frog": 0.1}},
            "restoration.minimum_rise: found frog, which is no group of this run; did"
            " you mean 'frogs'?",
        ),
        (
            {"minimum_rise": {"toads": 0.1}},
            "toads has no habitat here today, so that nothing can rise",
        ),
        (
            {"unit_budgets": [{"level": "town", "name": "East", "budget_eur": 1}]},
            "found the level town, which no reporting unit has; known are country,"
            " province",
        ),
        (
            {"unit_budgets": [{"level": "province", "name": "Eats", "budget_eur": 1}]},
            "found Eats, which is no province here; did you mean 'East'?",
        ),
        (
            {
                "unit_budgets": [
                    {"level": "province", "name": name, "budget_eur": 1}
                    for name in ("East", "e")
                ]
            },
            "restoration.unit_budgets: East (province) stands there twice",
        ),
    ],
)
def test_what_cannot_be_is_told_in_words(wishes, words):
    with pytest.raises(ValueError, match="no plan can be as the settings ask") as error:
        asked(**wishes)
    assert words in str(error.value)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(ValueError, match="no plan can be") as error:
        asked(must_have=["P22", "P3", "parcels:7"], minimum_rise={"toads": 1})
    assert str(error.value).count("\n- ") == 4  # two of them on the cost, one on land


def test_a_must_have_of_the_layer_that_is_no_candidate_is_told():
    flagged = PARCELS.assign(must_have=PARCELS["candidate_id"] == "P9")
    with pytest.raises(ValueError, match="makes P9 a must-have, but the same layer"):
        asked(flagged)
    gone = pd.concat(
        [PARCELS, PARCELS.tail(1).assign(candidate_id="P8", excluded=False)]
    ).assign(must_have=[False] * 5 + [True])
    with pytest.raises(ValueError, match="makes P8 a must-have, but it is no candid"):
        asked(gone)


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (
            {"minimum_rise": {"frog": 0.1}},
            "restoration.minimum_rise: found 'frog', which is no group of this run"
            " (frogs, newts); did you mean 'frogs'?",
        ),
        (
            {"unit_budgets": [{"level": "provinces"}]},
            "restoration.unit_budgets: found 'provinces', which is no level of this run"
            " (province); did you mean 'province'?",
        ),
    ],
)
def test_names_that_a_run_lacks_are_refused_before_it_begins(wishes, words):
    config = {
        "groups": ["frogs", "newts"],
        "sources": {"report_units": [{"name": "units", "level": "province"}]},
        "restoration": wishes,
    }
    (problem,) = validate_settings_references(config, {}, file="settings")
    assert str(problem) == f"settings, {words}"
    config["restoration"] = {"minimum_rise": {"frogs": 1}, "unit_budgets": []}
    assert validate_settings_references(config, {}, file="settings") == []


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("budgets_eur", [0], "found '0'; allowed is a number, more than 0 (A budget"),
        ("budgets_eur", [-5], "found '-5'; allowed is a number, more than 0"),
        ("budgets_eur", [], "found '[]'; allowed is a list, at least 1 long"),
        (
            "track_budgets_eur",
            {"verbreed": 1},
            "unknown key 'verbreed'; did you mean 'verbreden'?",
        ),
        (
            "unit_budgets",
            [{"level": "province", "name": "West", "budget_eur": -1}],
            "found '-1'; allowed is a number, at least 0",
        ),
        ("minimum_rise", {"frogs": 0}, "found '0'; allowed is a number, more than 0"),
        ("must_have", [7], "write it in quotes: '7'"),
        ("plan_time_limit_s", 0, "found '0'; allowed is a number, at least 1"),
        ("nested_plans", "perhaps", "found 'perhaps'; allowed is yes or no"),
    ],
)
def test_settings_of_plans_out_of_bounds_are_refused_in_words(key, value, words):
    schema = (HOME / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8")
    schema = {
        "$defs": yaml.safe_load(schema)["$defs"],
        **yaml.safe_load(schema)["properties"]["restoration"],
    }
    config = (HOME / "config/config.yaml").read_text(encoding="utf-8")
    config = yaml.safe_load(config)["restoration"]
    assert validate_settings(config, schema) == []
    (problem,) = validate_settings({**config, key: value}, schema)
    assert words in problem.message
