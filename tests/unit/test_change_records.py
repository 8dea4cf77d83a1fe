"""Which records made a population change, on a handful of records."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from robuust.change_records import (
    CHANGE_RECORDS,
    KEPT,
    change_records,
    no_change_records,
    no_population_records,
    population_records,
    with_record_words,
)

REACH = {"record_tolerance_m": 5.0, "max_uncertainty_m": 100.0}
REACH |= {"reference_date": "2026-01-01", "recent_years": 10}


def finds(*rows):
    """Table `population_records` of Hyla as (patch, record, day)."""
    table = pd.DataFrame(rows, columns=["patch_id", "record_id", "date"], dtype="str")
    return table.assign(group="frogs", species="Hyla", source="s").astype("str")


def change(patch="p", earlier_patch="a", status="viable", earlier="relict"):
    """One changed population."""
    row = {"group": "frogs", "species": "Hyla", "patch_id": patch, "status": status}
    row |= {"earlier_patch_id": earlier_patch, "earlier_status": earlier}
    row |= {"reason_nl": "van a naar b", "reason_en": "from a to b"}
    table = pd.DataFrame([row]).astype({"patch_id": "str", "earlier_patch_id": "str"})
    return gpd.GeoDataFrame(table, geometry=[shapely.Point(0, 0)])


def changes(gone=None):
    """The layer `changes`: a went on as p; perhaps another patch is gone."""
    rows = {"patch_id": ["p", None], "earlier_patch_ids": ["a", gone]}
    return pd.DataFrame(rows).astype("str")


def causes(before, now, gone=None, **kinds):
    found = change_records(finds(*before), finds(*now), change(**kinds), changes(gone))
    assert list(found) == list(CHANGE_RECORDS)
    return dict(zip(found["record_id"], found["cause"], strict=True))


OLD = ("r1", "2014-05-01")


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        ([("p", *OLD)], {}),
        ([("p", *OLD), ("p", "r2", "2025-05-01")], {"r2": "added"}),
        ([("p", "r2", "2025-05-01")], {"r1": "withdrawn", "r2": "added"}),
        ([("q", *OLD)], {"r1": "moved"}),
    ],
)
def test_each_cause_by_hand(now, cause):
    assert causes([("a", *OLD)], now) == cause


def test_a_record_that_only_grew_old_is_the_cause_of_the_loss():
    rows = {"now": [("p", *OLD)], "before": [("a", *OLD)]}
    assert causes(**rows, status="lost", earlier="viable") == {"r1": "aged"}
    assert causes(**rows, status="relict", earlier="viable") == {}


def test_a_newcomer_has_all_its_records_as_cause():
    assert causes([], [("p", *OLD)], earlier_patch=None, earlier=None) == {
        "r1": "added"
    }


def test_a_population_without_any_record_now_names_those_that_are_gone():
    assert causes([("a", *OLD)], [], patch=None, status="gone") == {"r1": "withdrawn"}


def test_records_of_which_the_patch_is_gone_are_not_said_to_be_withdrawn():
    gone = {"gone": "a", "patch": None, "status": "gone"}
    assert causes([("a", *OLD)], [], **gone) == {"r1": "no_habitat"}


def test_beyond_the_latest_records_nothing_is_told():
    days = [f"2020-05-{day:02}" for day in range(1, KEPT + 1)]
    before = [("a", f"r{day}", day) for day in days]
    older, as_old = ("p", "r0", "2019-01-01"), ("p", "r1", days[0])
    now = [("p", record, day) for _, record, day in before]
    latest = before[-1][1]  # where it goes, another takes its place: it was the sixth
    assert causes(before, [*now[:-1], older]) == {latest: "withdrawn"}
    assert causes(before, [*now[1:], as_old]) == {
        "r1": "added"
    }  # before its peer by id
    newer = ("p", "r9", "2025-01-01")
    assert causes(before, [*now[1:], newer]) == {"r9": "added"}  # and pushed one out


def test_the_reason_names_the_records_with_their_days():
    found = change_records(
        finds(("a", *OLD)), finds(("p", "r2", "2025-05-01")), change(), changes()
    )
    told = with_record_words(change(), found)
    assert told["reason_en"].tolist() == [
        "from a to b; records: 1 added (r2 2025-05-01), 1 withdrawn (r1 2014-05-01)"
    ]
    assert "waarnemingen: 1 erbij" in told["reason_nl"].iloc[0]
    unchanged = with_record_words(change(), no_change_records())
    assert unchanged["reason_en"].tolist() == ["from a to b"]


def records(*rows):
    """Records as (id, east, day, present, generalised, uncertainty)."""
    columns = ["record_id", "east", "day", "present", "generalised", "uncertainty_m"]
    table = pd.DataFrame(rows, columns=columns)
    day = pd.to_datetime(table["day"])
    table = table.assign(species="Hyla", source="s", date_first=day, date_last=day)
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["east"], 50))


PATCHES = gpd.GeoDataFrame(
    {"group": "frogs", "patch_id": ["a", "b"]},
    geometry=[shapely.box(0, 0, 100, 100), shapely.box(120, 0, 220, 100)],
)


def test_of_the_finds_that_support_one_patch_the_latest_are_kept():
    found = population_records(
        records(
            *[(f"r{k}", 50, f"20{10 + k}-05-01", True, False, 1.0) for k in range(7)],
            ("absent", 50, "2025-01-01", False, False, 1.0),
            ("blurred", 50, "2025-01-01", True, True, 1.0),
            ("between", 110, "2025-01-01", True, False, 30.0),
            ("later", 50, "2027-01-01", True, False, 1.0),
            ("other", 200, "1990-01-01", True, False, 1.0),
        ),
        PATCHES,
        **REACH,
    )
    assert found["record_id"].tolist() == ["r6", "r5", "r4", "r3", "r2", "other"]
    assert found["patch_id"].tolist() == ["a"] * KEPT + ["b"]
    assert found["date"].iloc[0] == "2016-05-01"
    assert found.dtypes.to_dict() == no_population_records().dtypes.to_dict()


def test_without_finds_there_are_no_rows():
    assert population_records(records(), PATCHES, **REACH).empty
