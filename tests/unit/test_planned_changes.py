"""Who wins and who loses by one planned change."""

import geopandas as gpd
import pandas as pd
import shapely

from robuust.planned_changes import no_planned_changes, with_groups

NAMES = pd.DataFrame(
    {
        "group": ["frogs", "larks"],
        "name_nl": ["kikkers", "leeuweriken"],
        "name_en": ["frogs", "larks"],
    }
)


def patches(**shapes):
    return gpd.GeoDataFrame(
        {"group": list(shapes)}, geometry=list(shapes.values()), crs=31370
    )


def change(**values):
    row = {
        "change_id": "plan:1",
        "name": "polder",
        "code": "4030",
        "share": 1.0,
        "year": 2031,
        "cost_eur": 45_000.0,
        "area_ha": 2.0,
        "mapped_ha": 1.0,
        "habitat_ha": 2.0,
        "earlier_habitat_ha": 1.0,
        "earlier_codes": "6230 1.25 ha",
    } | values
    shape = shapely.box(0, 0, 200, 100)
    return gpd.GeoDataFrame([row], geometry=[shape], crs=31370).astype(
        {"year": "Int64"}
    )


def test_a_change_tells_who_wins_and_who_loses_how_many_hectares():
    before = patches(
        larks=shapely.box(0, 0, 150, 100), frogs=shapely.box(0, 0, 50, 100)
    )
    now = patches(frogs=shapely.box(0, 0, 200, 100))
    (row,) = with_groups(change(), before, now, NAMES).to_dict("records")
    assert (row["groups_win"], row["groups_lose"]) == ("frogs 1.5 ha", "larks 1.5 ha")
    assert row["reason_en"] == (
        "2 ha becomes habitat 4030 (now: 6230 1.25 ha), 2031, 45,000 euro; "
        "wins: frogs 1.5 ha; loses: larks 1.5 ha"
    )
    assert row["reason_nl"] == (
        "2 ha wordt habitat 4030 (nu: 6230 1,25 ha), 2031, 45.000 euro; "
        "wint: kikkers 1,5 ha; verliest: leeuweriken 1,5 ha"
    )


def test_a_change_that_is_covered_by_another_says_that_it_does_not_count():
    covered = change(area_ha=0.0).set_geometry([shapely.MultiPolygon()], crs=31370)
    (row,) = with_groups(covered, patches(), patches(), NAMES).to_dict("records")
    assert row["reason_en"].startswith("lies wholly under a change that comes first")
    assert row["groups_win"] == row["groups_lose"] == ""


def test_without_a_scenario_the_columns_are_the_same():
    some = with_groups(change(), patches(), patches(), NAMES)
    assert no_planned_changes(31370).dtypes.to_dict() == some.dtypes.to_dict()
