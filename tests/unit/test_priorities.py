"""Ranking: score, order, species served and the words that go with it."""

import tracemalloc

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.priorities import (
    COLUMNS,
    near_patches,
    rank_candidates,
    saved_relicts,
    served_species,
)
from robuust.statuses import PRESENT

GROUPS = pd.DataFrame(
    {
        "weight": {"toads": 1.0, "bees": 2.0},
        "name_nl": {"toads": "Padden", "bees": "Bijen"},
        "name_en": {"toads": "Toads", "bees": "Bees"},
    }
)
HABITATS = pd.DataFrame(
    {"name_nl": {"4030": "Droge heide"}, "name_en": {"4030": "Dry heath"}}
)
POPULATIONS = pd.DataFrame(
    [
        ("toads", "p1", "Bufo bufo", "Gewone pad", "viable", "LC"),
        ("toads", "p2", "Hyla arborea", "Boomkikker", "relict", "EN"),
        ("toads", "p1", "Rana arvalis", "Heikikker", "lost", "CR"),
        ("toads", "p3", "Pelobates fuscus", "Knoflookpad", "viable", "CR"),
        ("bees", "p4", "Bombus veteranus", None, "viable", "CR"),
    ],
    columns=["group", "patch_id", "species", "name_nl", "status", "red_list"],
)


def candidates():
    return gpd.GeoDataFrame(
        {
            "candidate_id": ["a", "b", "c", "d", "e"],
            "kind": ["parcel", "parcel", "parcel", "parcel", "crossing"],
            "name": ["Veld", None, None, None, "ecoduct (motorway)"],
            "crossing": [None, None, None, None, "ecoduct"],
            "barrier": [None, None, None, None, "motorway"],
            "code": ["4030", "gh", "4030", "4030", None],
            "area_ha": [2.0, 1.0, 1.0, 1.5, 0.0],
            "cost_eur": [60_000.0, 1234.0, 0.0, 10.0, 3e6],
            "cost_is_default": [True, False, False, False, False],
            "owner": ["gemeente", None, None, None, None],
            "ready_year": pd.array([2030, None, None, None, None], dtype="Int64"),
            "plan": None,
            "plan_year": pd.array([None] * 5, dtype="Int64"),
            "nature_area": "N",
            "manager": "provincie",
            "track": "verbreden",
            "reason_nl": "verbreden van natuurgebied N",
            "reason_en": "broaden nature area N",
        },
        geometry=[shapely.box(0, 0, 10, 10)] * 5,
        crs="EPSG:31370",
    )


def gains():
    rows = [
        ("a", "toads", "enlarge", 5.0, 0.1, "", "", 0),
        (
            "a",
            "bees",
            "bridge",
            5.0,
            0.05,
            "maakt N levensvatbaar",
            "makes N viable",
            1,
        ),
        ("b", "toads", "found", 5.0, 0.2, "", "", 0),
        ("d", "bees", "found", 0.0, 0.0, "", "", 0),
        ("e", "toads", "connect", 5.0, 0.01, "", "", 0),
    ]
    columns = ["candidate_id", "group", "action", "eca_before_ha", "gain"]
    return pd.DataFrame(rows, columns=[*columns, "flips_nl", "flips_en", "n_flips"])


def served(*rows):
    columns = ["candidate_id", "species", "name_nl", "status", "red_list"]
    return pd.DataFrame(rows, columns=columns)


def relicts(*rows):
    columns = ["candidate_id", "species", "name_nl", "patch_id", "red_list"]
    return pd.DataFrame(rows, columns=columns)


def certainty():
    return pd.DataFrame(
        {
            "candidate_id": ["a", "b", "c", "d", "e"],
            "top_share": [0.9, 0.25, 0.0, 0.0, 0.0],
            "rank_low": [1, 1, 4, 4, 3],
            "rank_high": [2, 3, 5, 5, 3],
        }
    )


def ranked(*rows, saved=(), language="nl", first=5, **columns):
    return rank_candidates(
        candidates().assign(**columns).head(first),
        gains()[gains()["candidate_id"].isin(candidates()["candidate_id"].head(first))],
        served(*rows),
        relicts(*saved),
        certainty().head(first),
        groups=GROUPS,
        habitats=HABITATS,
        language=language,
    ).set_index("candidate_id")


def test_the_score_is_the_weighted_sum_and_ties_go_by_id():
    found = ranked()
    assert found.index.tolist() == ["a", "b", "e", "c", "d"]
    assert found["score"].tolist() == pytest.approx([0.2, 0.2, 0.01, 0, 0])
    assert found["rank"].tolist() == [1, 2, 3, 4, 5]
    assert found["gain_per_ha"].tolist()[:2] == pytest.approx([0.1, 0.2])
    assert pd.isna(found.loc["e", "gain_per_ha"])  # a crossing has no land
    assert found.loc["b", "gain_per_eur"] == pytest.approx(0.2 / 1234)
    assert pd.isna(found.loc["c", "gain_per_eur"])
    assert found["groups"].tolist() == ["bees; toads", "toads", "toads", "", ""]
    assert found["n_groups"].tolist() == [2, 1, 1, 0, 0]
    assert found["n_flips"].tolist() == [1, 0, 0, 0, 0]
    # Bees and toads each bring a 0.1; of equal parts the first name counts.
    assert found["action"].tolist() == ["bridge", "found", "connect", "", "found"]


def test_gains_and_flips_stand_in_both_languages():
    found = ranked().loc["a"]
    assert found["gains_nl"] == "Bijen +5 %; Padden +10 %"
    assert found["gains_en"] == "Bees +5 %; Toads +10 %"
    assert found["flips_nl"] == found["flips"] == "Bijen: maakt N levensvatbaar"
    assert found["flips_en"] == "Bees: makes N viable"
    assert ranked(language="en").loc["a", "flips"] == "Bees: makes N viable"


def test_the_reason_says_what_for_whom_what_it_brings_and_costs_and_how_sure():
    found = ranked(
        ("a", "Hyla arborea", "Boomkikker", "relict", "EN"),
        ("a", "Bufo bufo", "Gewone pad", "viable", "LC"),
        saved=[("a", "Hyla arborea", "Boomkikker", "p2", "EN")],
    )
    assert found.loc["a", "reason_nl"] == (
        "leg een stapsteen aan: 2 ha Droge heide (4030), voor Bijen (ECA +5 %), "
        "Padden (als vergroting, ECA +10 %); soorten binnen bereik: 2, waarvan "
        "bedreigd: Boomkikker (Hyla arborea, EN); Bijen: maakt N levensvatbaar; relict "
        "van Boomkikker (Hyla arborea, EN) op plek p2 wordt levensvatbaar; kost 60.000 "
        "euro (standaardprijs); bij de beste 10 % in 90 % van de trekkingen van de "
        "dispersieafstand (rang 1 tot 2); verbreden van natuurgebied N"
    )
    assert found.loc["a", "reason_en"] == (
        "make a stepping stone: 2 ha of Dry heath (4030), for Bees (ECA +5 %), Toads "
        "(as an enlargement, ECA +10 %); species in reach: 2, of which threatened: "
        "Hyla arborea (EN); Bees: makes N viable; relict of Hyla arborea (EN) in patch "
        "p2 becomes viable; costs 60,000 euro (default price); among the best 10 % in "
        "90 % of the draws of the dispersal distance (rank 1 to 2); broaden nature "
        "area N"
    )


def test_a_candidate_of_another_kind_has_its_own_words():
    found = ranked()
    assert found.loc["b", "reason_en"] == (
        "create new habitat: 1 ha of gh, for Toads (ECA +20 %); costs 1,234 euro; "
        "among the best 10 % in 25 % of the draws of the dispersal distance (rank 1 to "
        "3); broaden nature area N"
    )
    assert found.loc["c", "reason_nl"].startswith(
        "1 ha wordt Droge heide (4030), maar geen groep wint erbij; kost 0 euro; in "
        "geen enkele trekking van de dispersieafstand bij de beste 10 % (rang 4 tot 5)"
    )
    assert (
        "voor Bijen (hier nog afwezig, dus zonder cijfer)" in found.loc["d"].reason_nl
    )
    assert found.loc["e", "reason_en"].startswith(
        "make a crossing of the barrier: ecoduct (motorway), for Toads (ECA +1 %); "
        "costs 3,000,000 euro; in no draw of the dispersal distance among the best "
        "10 % (rank 3);"
    )
    assert "barrière: ecoduct (autosnelweg), voor" in found.loc["e", "reason_nl"]


def test_the_reason_of_a_corridor_says_between_which_areas_and_how_large():
    corridor = {"kind": ["parcel"] * 4 + ["corridor"], "name": "r1 - r2"}
    found = ranked(**corridor, area_ha=3.5, cost_is_default=True).loc["e"]
    assert found["reason_nl"].startswith(
        "richt een corridor in van 3,5 ha tussen robuuste gebieden: r1 - r2, voor"
        " Padden (ECA +1 %); kost 3.000.000 euro (standaardprijs); "
    )
    assert found["reason_en"].startswith(
        "lay out a corridor of 3.5 ha between robust areas: r1 - r2, for Toads (ECA"
        " +1 %); costs 3,000,000 euro (default price); "
    )
    assert (found["kind"], found["action"]) == ("corridor", "connect")


def test_species_are_counted_and_the_threatened_ones_named():
    found = ranked(
        ("a", "Hyla arborea", "Boomkikker", "relict", "EN"),
        ("a", "Hyla arborea", "Boomkikker", "viable", "EN"),
        ("a", "Bufo bufo", "Gewone pad", "viable", "LC"),
        ("b", "Bufo bufo", "Gewone pad", "viable", None),
        saved=[
            ("a", "Hyla arborea", "Boomkikker", "p2", "EN"),
            ("a", "Bufo bufo", "Gewone pad", "p1", "LC"),
        ],
    )
    assert found.loc["a", "species"] == "Hyla arborea; Bufo bufo"
    assert found.loc["a", "threatened"] == "Hyla arborea (EN)"
    assert found["n_species"].tolist() == [2, 1, 0, 0, 0]
    assert found["n_threatened"].tolist() == [1, 0, 0, 0, 0]
    assert found.loc["a", "relicts"] == "Hyla arborea: p2; Bufo bufo: p1"
    assert (
        "relicts become viable: Hyla arborea (EN) in patch p2, Bufo bufo in patch p1"
    ) in found.loc["a", "reason_en"]
    assert "species in reach: 1, none of them threatened" in found.loc["b", "reason_en"]


def test_a_candidate_for_one_relict_only_is_a_species_programme():
    found = ranked(("b", "Hyla arborea", "Boomkikker", "relict", "EN"))
    tracks = dict.fromkeys("aecd", "verbreden") | {"b": "uitvoeren"}
    assert found["track"].to_dict() == tracks
    reason = found.loc["b", "reason_en"]
    assert "species programme: serves only a relict of Hyla" in reason


def test_species_are_served_where_seen_lately_within_dispersal_of_a_gaining_group():
    links = pd.DataFrame(
        [
            ("toads", "a", "p1", "patch", True),
            ("toads", "a", "p2", "patch", True),
            ("toads", "a", "p3", "patch", False),
            ("toads", "a", "c", "candidate", True),
            ("bees", "d", "p4", "patch", True),
        ],
        columns=["group", "candidate_id", "other_id", "kind", "within_dispersal"],
    )
    found = served_species(near_patches(links, gains()), POPULATIONS)
    assert found["species"].tolist() == ["Hyla arborea", "Bufo bufo"]
    assert found["name_nl"].tolist() == ["Boomkikker", "Gewone pad"]


@given(
    st.sets(st.tuples(*[st.integers(0, n) for n in (1, 3, 4)])),
    st.sets(st.tuples(*[st.integers(0, n) for n in (1, 4, 3, 3)])),
)
def test_species_served_are_those_of_a_join_over_all_patches(near, populations):
    near = pd.DataFrame(near, columns=["group", "candidate_id", "patch_id"])
    columns = ["group", "patch_id", "species", "status"]
    populations = pd.DataFrame(populations, columns=columns)
    near, populations = near.astype("str"), populations.astype("str")
    statuses = [*PRESENT, "lost", "colonisable"][:4]
    populations["status"] = [statuses[int(k)] for k in populations["status"]]
    populations["red_list"] = populations["species"].map({"0": "CR", "1": "LC"})
    found = served_species(near, populations)
    present = populations[populations["status"].isin(PRESENT)]
    joined = near.merge(present, on=["group", "patch_id"]).drop(columns="patch_id")
    joined = joined.drop_duplicates()
    keys = ["candidate_id", "group", "species", "status"]
    assert sorted(found[keys].values.tolist()) == sorted(joined[keys].values.tolist())
    assert list(found["threat"]) == [
        {"0": 1, "1": 6}.get(name, 7) for name in found["species"]
    ]
    order = found[["candidate_id", "threat", "species"]].values.tolist()
    assert order == sorted(order)


def test_species_served_take_no_row_per_candidate_and_patch_and_species():
    n, n_patches, n_species = 400, 200, 100  # 8 million rows, if joined
    pairs = pd.MultiIndex.from_product(
        [["g"], [f"c{k}" for k in range(n)], [f"p{k}" for k in range(n_patches)]],
        names=["group", "candidate_id", "patch_id"],
    )
    homes = pd.MultiIndex.from_product(
        [
            ["g"],
            [f"p{k}" for k in range(n_patches)],
            [f"s{k}" for k in range(n_species)],
        ],
        names=["group", "patch_id", "species"],
    )
    near = pairs.to_frame(index=False)
    populations = homes.to_frame(index=False).assign(status="viable", red_list="LC")
    tracemalloc.start()
    found = served_species(near, populations)
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) == n * n_species
    assert most_bytes < 8 * n * n_patches * n_species / 2  # half a column of the join


def test_a_relict_is_saved_where_its_patch_comes_to_lie_in_a_viable_network():
    flips = pd.DataFrame(
        [
            ("a", "toads", "viable_patch", "p1"),  # nothing to save: viable already
            ("a", "toads", "viable_patch", "p2"),
            ("b", "toads", "network", "p2"),  # another flip, of a thing named alike
            ("c", "bees", "viable_patch", "p2"),  # another group's patch
        ],
        columns=["candidate_id", "group", "what", "name"],
    )
    found = saved_relicts(flips, POPULATIONS)
    assert found[["candidate_id", "species", "patch_id"]].values.tolist() == [
        ["a", "Hyla arborea", "p2"]
    ]
    assert saved_relicts(flips, POPULATIONS, own_norms=["Hyla arborea"]).empty


def test_owner_and_year_of_readiness_go_with_the_candidate():
    found = ranked()
    assert found.loc["a", "owner"] == "gemeente"
    assert found.loc["a", "ready_year"] == 2030
    assert found.loc["b", ["owner", "ready_year"]].isna().all()


def test_no_candidates_give_an_empty_ranking_with_the_same_columns():
    full, empty = ranked().reset_index(), ranked(first=0).reset_index()
    assert empty.empty
    assert sorted(empty.columns) == sorted(full.columns) == sorted(COLUMNS)
    for name in ("rank", "score", "n_groups", "top_share", "rank_low", "reason_nl"):
        assert empty[name].dtype == full[name].dtype, name
