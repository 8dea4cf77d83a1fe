"""Corridors of all groups together: one row per strip, its price and its sentence."""

import numpy as np
import pandas as pd
import pytest
import shapely

from robuust.corridor_barriers import Hindrance
from robuust.corridor_tables import (
    PINCHES,
    USES,
    corridor_numbers,
    corridor_table,
    path_table,
    pinch_table,
    uses_together,
)

GROUPS = pd.DataFrame(
    {
        "weight": {"toads": 2.0, "newts": 1.0, "bees": 1.0},
        "name_nl": {"toads": "Padden", "newts": "Salamanders", "bees": "Bijen"},
        "name_en": {"toads": "Toads", "newts": "Newts", "bees": "Bees"},
    }
)
IDS = pd.Series(["r1", "r2", "r3"])
NO_LAND = shapely.MultiPolygon()
CONTEXT = {"plans": [shapely.box(0, 0, 100, 100)], "nature_areas": []}
ROAD = Hindrance(7, "road", 250.0, 50.0, 0.3, 10_000.0)


def use(group, gain, area, *, way="over_land", ends=(0, 1), **other):
    """One use: a strip of 500 m that costs 900 m, 100 m wide."""
    line = shapely.LineString([(0, 50), (500, 50)])
    row = {"a": ends[0], "b": ends[1], "way": way, "group": group, "gain": gain}
    row |= {"length_m": 500.0, "cost_m": 900.0, "narrowest_m": 75.0, "met": ()}
    row |= {
        "chance": 0.5,
        "patch_a": "p1",
        "patch_b": "p2",
        "area": area,
        "habitat": NO_LAND,
        "line": line,
    }
    return row | other


STRIP = shapely.multipolygons([shapely.box(0, 0, 500, 100)])
USED = pd.DataFrame(
    [
        use("bees", 0.1, STRIP, way="straight", habitat=None, narrowest_m=np.nan),
        use(
            "toads",
            0.4,
            STRIP,
            met=(ROAD,),
            habitat=shapely.multipolygons([shapely.box(0, 0, 200, 100)]),
        ),
        use(
            "newts",
            0.2,
            shapely.multipolygons([shapely.box(0, 0, 500, 40)]),
            habitat=shapely.multipolygons([shapely.box(0, 0, 100, 40)]),
        ),
        use("newts", 0.01, shapely.multipolygons([shapely.box(0, 900, 500, 940)])),
    ]
)


def tables(uses=USED, n_pinches=(0, 2, 1, 0)):
    number = corridor_numbers(uses)
    found, ids, made = corridor_table(
        uses,
        number,
        IDS,
        GROUPS,
        CONTEXT,
        default_cost_eur_per_ha=30_000,
        n_pinches=n_pinches,
    )
    # Land to make is what the price is for; straight there is none.
    made_ha = pd.Series(shapely.area(made) / 1e4, ids)[found["corridor_id"]]
    assert made_ha.tolist() == found["new_habitat_ha"].fillna(0).tolist()
    return found, number, ids


def test_strips_that_share_most_of_their_land_are_one_corridor():
    assert corridor_numbers(USED).tolist() == [0, 1, 1, 2]
    apart = USED.assign(b=[1, 1, 2, 1])
    assert corridor_numbers(apart).tolist() == [0, 1, 2, 3]


def test_a_corridor_sums_its_groups_and_its_price_counts_land_that_one_of_them_lacks():
    found, _, _ = tables()
    row = found.iloc[0]
    assert found["corridor_id"].tolist() == ["r1-r2-land", "r1-r2", "r1-r2-land-2"]
    assert found["rank"].tolist() == [1, 2, 3]
    assert (row["groups"], row["n_groups"]) == ("newts; toads", 2)
    assert row["score"] == pytest.approx(2 * 0.4 + 0.2)
    assert (row["area_ha"], row["mean_width_m"], row["narrowest_m"]) == (5, 100, 75)
    # Toads lack 3 ha; newts also 0.4 ha where toads live already, none where both do.
    assert row["new_habitat_ha"] == pytest.approx(3.4)
    assert row["cost_eur"] == pytest.approx(3.4 * 30_000 + 10_000)
    assert row["n_pinch_points"] == 3
    assert row[["meekoppelen_ha", "verbreden_ha", "uitvoeren_ha"]].tolist() == [1, 0, 4]
    assert row["track"] == "uitvoeren"


def test_each_group_counts_what_hinders_it_and_the_dearest_crossing_serves_all():
    fence = Hindrance(8, "fence", 400.0, 50.0, 0.6, np.nan)
    met = [(), (ROAD,), (ROAD._replace(crossing_eur=90_000.0, x=260.0), fence), ()]
    uses = USED.assign(met=met)
    found, number, ids = tables(uses)
    row = found.iloc[0]
    assert (row["n_barriers"], row["crossing_cost_eur"]) == (2, 90_000)
    assert row["barriers"] == "road (250, 50); fence (400, 50)"
    assert row["reason_en"].split("; ")[-2] == (
        "without a price for a crossing, so it stays as it is: fence (400, 50) for"
        " Newts"
    )
    assert row["reason_nl"].split("; ")[-2] == (
        "zonder prijs voor een passage, dus blijft zoals het is: hek (400, 50) voor"
        " Salamanders"
    )
    ways = path_table(uses, number, ids).set_index(["corridor_id", "group"])
    assert ways.loc[("r1-r2-land", "toads"), "barriers"] == "road (250, 50)"
    assert ways.loc[("r1-r2-land", "newts"), "n_barriers"] == 2


def test_a_search_area_for_stepping_stones_has_no_price():
    row = tables()[0].iloc[1]
    assert row["way"] == "straight"
    assert row[["new_habitat_ha", "crossing_cost_eur", "cost_eur"]].isna().all()
    assert row["reason_nl"] == (
        "500 m in rechte lijn, geen barrière gekruist; stapstenen helpen op 5 ha;"
        " hoogstens te winnen voor Bijen (ECA +10 %)"
    )


def test_the_sentence_says_how_far_how_hard_how_wide_for_whom_and_for_how_much():
    row = tables()[0].iloc[0]
    assert row["reason_nl"] == (
        "500 m over het land, voor Padden zo zwaar als 900 m makkelijk land; een strook"
        " van gemiddeld 100 m, op het smalst 75 m; 1 barrière gekruist: weg (250, 50);"
        " 3 knelpunten; 3,4 van 5 ha is nog geen habitat: kost naar schatting 112.000"
        " euro (standaardprijs, waarvan 10.000 voor passages); eenmaal ingericht winst"
        " voor Padden (ECA +40 %), Salamanders (ECA +20 %)"
    )
    assert row["reason_en"] == (
        "500 m over land, as hard for Toads as 900 m of easy land; a strip of 100 m on"
        " average, 75 m at its narrowest; 1 barrier crossed: road (250, 50); 3 pinch"
        " points; 3.4 of 5 ha is no habitat yet: costs an estimated 112,000 euro"
        " (default price, 10,000 of it for crossings); once laid out, gains for Toads"
        " (ECA +40 %), Newts (ECA +20 %)"
    )
    habitat = USED.assign(habitat=USED["area"], met=[()] * 4).iloc[1:2]
    row = tables(habitat, [0])[0].iloc[0]
    assert row["cost_eur"] == 0
    assert "the whole strip of 5 ha is habitat already" in row["reason_en"]


def test_every_group_has_its_own_way_through_a_corridor():
    _, number, ids = tables()
    paths = path_table(USED, number, ids)
    assert paths[["corridor_id", "group"]].to_numpy().tolist() == [
        ["r1-r2", "bees"],
        ["r1-r2-land", "newts"],
        ["r1-r2-land", "toads"],
        ["r1-r2-land-2", "newts"],
    ]
    assert paths["mean_width_m"].tolist() == [100, 40, 100, 40]


def test_pinch_points_are_ranked_by_what_is_at_stake():
    _, number, ids = tables()
    gates = shapely.box([0, 50, 90], 0, [50, 75, 190], 100)
    pinches = pd.DataFrame(
        {
            "use": [1, 1, 2],
            "current_share": [0.3, 0.6, 0.5],
            "lost_share": [0.25, 1.0, 0.5],
            "area": gates,
        }
    )
    found = pinch_table(pinches, USED, number, ids, GROUPS)
    assert found["pinch_point_id"].tolist() == [f"r1-r2-land-p{k}" for k in (1, 2, 3)]
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["lost_share"].tolist() == [1.0, 0.25, 0.5]  # 0.8, 0.2 and 0.1 at stake
    assert found["area_ha"].tolist() == [0.25, 0.5, 1.0]
    assert found["reason_nl"][0] == (
        "Padden: veel wegen door de corridor komen hier samen op 0,25 ha; 60 % van de"
        " stroom gaat door de drukste cel; wordt dit dicht, dan komt er niets meer door"
    )
    assert found["reason_en"][1].endswith(
        "closing it takes away 25 % of what gets through"
    )


def test_rows_of_all_groups_follow_each_other_and_pinch_points_follow_their_row():
    one = pd.DataFrame({"use": [0], "current_share": 0.5, "lost_share": 1.0, "area": 0})
    uses, pinches = uses_together(
        [(USED.iloc[:1], None), (USED.iloc[1:3], one), (USED.iloc[3:], one)]
    )
    assert uses["gain"].tolist() == USED["gain"].tolist()
    assert pinches["use"].tolist() == [1, 3]


def test_without_corridors_the_tables_have_the_same_columns_and_types():
    empty, no_pinches = uses_together([(USED.iloc[:0], None)])
    assert (list(empty), list(no_pinches)) == (USES, PINCHES)
    found, number, ids = tables(empty, [])
    full, full_number, full_ids = tables()
    assert found.empty
    assert found.drop(columns="geometry").dtypes.equals(
        full.drop(columns="geometry").dtypes
    )
    paths = path_table(empty, number, ids)
    assert paths.drop(columns="geometry").dtypes.equals(
        path_table(USED, full_number, full_ids).drop(columns="geometry").dtypes
    )
    assert pinch_table(no_pinches, empty, number, ids, GROUPS).empty
