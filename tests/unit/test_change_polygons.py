"""Which polygons made a patch change, on land of a few polygons."""

import pandas as pd
import pytest

from robuust.change_polygons import (
    CHANGE_POLYGONS,
    change_polygons,
    no_change_polygons,
    polygon_codes,
    with_polygon_words,
)


def members(*rows):
    """Table `patch_polygons` of frogs as (patch, polygon, hectares, codes)."""
    columns = ["patch_id", "polygon_id", "area_ha", "codes"]
    return pd.DataFrame(rows, columns=columns).assign(group="frogs", share=1.0)


def changes(*rows):
    """Layer `changes` as (lineage, patch, earlier ones, change, verdict, networks)."""
    columns = ["lineage_id", "patch_id", "earlier_patch_ids", "change"]
    columns += ["verdict_change", "network_ids"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(group="frogs", reason_nl="gegroeid", reason_en="grown").astype(
        {"patch_id": "str", "earlier_patch_ids": "str"}
    )


BEFORE = members(("a", "m:1", 1.0, "4030"), ("a", "m:2", 1.0, "4030"))
GROWN = ("a", "p", "a", "grown", "same", ["n"])


def causes(now, row=GROWN, before=BEFORE, codes=None):
    found = change_polygons(before, now, changes(row), codes)
    return dict(zip(found["polygon_id"], found["cause"], strict=True))


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        ([("m:1", 1.0, "4030"), ("m:2", 1.0, "4030")], {}),
        ([("m:1", 1.0, "4030"), ("m:2", 1.005, "4030")], {}),  # drawn more finely
        (
            [("m:1", 1.0, "4030"), ("m:2", 1.0, "4030"), ("m:3", 2.0, "gh")],
            {"m:3": "added"},
        ),
        ([("m:1", 1.0, "4030")], {"m:2": "removed"}),
        ([("m:1", 1.0, "4030"), ("m:2", 1.0, "2310")], {"m:2": "recoded"}),
        ([("m:1", 1.0, "4030"), ("m:2", 1.2, "4030")], {"m:2": "redrawn"}),
    ],
)
def test_each_cause_by_hand(now, cause):
    assert causes(members(*[("p", *row) for row in now])) == cause


def test_a_polygon_of_a_code_that_suits_nobody_any_more_is_recoded_not_removed():
    now = members(("p", "m:1", 1.0, "4030"))
    assert causes(now, codes=pd.Series({"m:1": "4030", "m:2": "ua"})) == {
        "m:2": "recoded"
    }


def test_a_polygon_that_another_group_used_before_is_recoded_not_added():
    other = members(("x", "m:3", 1.0, "gh")).assign(group="birds")
    now = pd.concat([BEFORE.assign(patch_id="p"), members(("p", "m:3", 1.0, "4030"))])
    assert causes(now, before=pd.concat([BEFORE, other])) == {"m:3": "recoded"}


def test_polygons_that_go_from_one_patch_to_another_cause_nothing():
    now = members(("p", "m:1", 1.0, "4030"), ("q", "m:2", 1.0, "4030"))
    split = changes(
        ("a", "p", "a", "split", "same", []), ("q", "q", "a", "split", "same", [])
    )
    assert change_polygons(BEFORE, now, split).empty


def test_patches_that_came_and_went_have_all_their_polygons_as_cause():
    now = members(("q", "m:9", 3.0, "4030"))
    rows = changes(
        ("q", "q", None, "new", "better", ["n"]),
        ("a", None, "a", "gone", "worse", ["n"]),
    )
    found = change_polygons(BEFORE, now, rows)
    told = found[["lineage_id", "polygon_id", "cause"]].values.tolist()
    assert told == [
        ["q", "m:9", "added"],
        ["a", "m:1", "removed"],
        ["a", "m:2", "removed"],
    ]
    assert found["patch_id"].isna().tolist() == [False, True, True]
    assert found.dtypes.to_dict() == no_change_polygons().dtypes.to_dict()
    assert list(found) == list(CHANGE_POLYGONS)


def test_the_reason_names_the_polygons_and_the_change_of_code():
    now = members(*[("p", f"m:{k}", 1.0, "4030") for k in range(3, 8)])
    now = pd.concat([now, members(("p", "m:2", 1.0, "2310 0.6; gh 0.4"))])
    row = changes(GROWN)
    told = with_polygon_words(row, change_polygons(BEFORE, now, row))
    assert told["reason_en"].tolist() == [
        "grown; polygons: 5 added (m:3, m:4, m:5, …), 1 removed (m:1), "
        "1 of another code (m:2: 4030 → 2310 0.6; gh 0.4)"
    ]
    assert told["reason_nl"].iloc[0].endswith("(m:2: 4030 → 2310 0,6; gh 0,4)")


def test_a_change_without_a_changed_polygon_is_due_to_barriers_or_settings():
    told = with_polygon_words(changes(GROWN), no_change_polygons())
    assert told["reason_en"].iloc[0].endswith("due to barriers or settings")


def test_a_verdict_that_changed_by_its_network_names_the_polygons_there():
    now = members(("p", "m:1", 1.0, "4030"), ("s", "m:5", 1.0, "4030"))
    before = pd.concat([BEFORE, members(("s", "m:5", 1.0, "4030"))])
    rows = changes(
        ("a", "p", "a", "shrunk", "same", ["n"]),
        ("s", "s", "s", "same", "worse", ["n", "n9"]),
        ("t", "t", "t", "same", "same", ["n"]),
        ("u", "u", "u", "same", "worse", ["n7"]),
    )
    told = with_polygon_words(rows, change_polygons(before, now, rows))["reason_en"]
    assert told.tolist() == [
        "grown; polygons: 1 removed (m:2)",
        "grown; through the network, polygons: 1 removed (m:2)",
        "grown",
        "grown",
    ]


def test_codes_stand_by_falling_share():
    parts = pd.DataFrame(
        {"polygon_id": ["b", "b", "a"], "code": ["x", "y", "z"], "share": [0.3, 0.7, 1]}
    )
    assert polygon_codes(parts).to_dict() == {"a": "z", "b": "y 0.7; x 0.3"}
    assert polygon_codes(parts.iloc[:0]).empty
