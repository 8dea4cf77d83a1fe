"""Ranking: score, order, species served and the words that go with it."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from robuust.priorities import rank_candidates, served_species

GROUPS = pd.DataFrame(
    {
        "weight": {"toads": 1.0, "bees": 2.0},
        "name_nl": {"toads": "Padden", "bees": "Bijen"},
        "name_en": {"toads": "Toads", "bees": "Bees"},
    }
)


def candidates():
    return gpd.GeoDataFrame(
        {
            "candidate_id": ["a", "b", "c", "d"],
            "kind": "parcel",
            "code": "4030",
            "area_ha": [2.0, 1.0, 1.0, 1.5],
            "cost_eur": [60_000.0, 1234.0, 0.0, 10.0],
            "cost_is_default": [True, False, False, False],
            "track": "verbreden",
            "reason_nl": "verbreden van natuurgebied N",
            "reason_en": "verbreden of nature area N",
        },
        geometry=[shapely.box(0, 0, 10, 10)] * 4,
        crs="EPSG:31370",
    )


def gains():
    rows = [
        ("a", "toads", 5.0, 0.1, "", "", 0),
        ("a", "bees", 5.0, 0.05, "maakt netwerk N levensvatbaar", "makes N viable", 1),
        ("b", "toads", 5.0, 0.2, "", "", 0),
        ("d", "bees", 0.0, 0.0, "", "", 0),
    ]
    columns = ["candidate_id", "group", "eca_before_ha", "gain"]
    return pd.DataFrame(rows, columns=[*columns, "flips_nl", "flips_en", "n_flips"])


def served(*rows):
    columns = ["candidate_id", "species", "status", "red_list"]
    return pd.DataFrame(rows, columns=columns)


def ranked(*rows, language="nl"):
    return rank_candidates(
        candidates(), gains(), served(*rows), GROUPS, language=language
    ).set_index("candidate_id")


def test_the_score_is_the_weighted_sum_and_ties_go_by_id():
    found = ranked()
    assert found.index.tolist() == ["a", "b", "c", "d"]
    assert found["score"].tolist() == pytest.approx([0.2, 0.2, 0, 0])
    assert found["rank"].tolist() == [1, 2, 3, 4]
    assert found["gain_per_ha"].tolist() == pytest.approx([0.1, 0.2, 0, 0])
    assert found.loc["b", "gain_per_eur"] == pytest.approx(0.2 / 1234)
    assert pd.isna(found.loc["c", "gain_per_eur"])
    assert found["groups"].tolist() == ["bees; toads", "toads", "", ""]
    assert found["n_groups"].tolist() == [2, 1, 0, 0]
    assert found.loc["a", "flips"] == "bees: maakt netwerk N levensvatbaar"


def test_the_reason_says_what_for_whom_and_at_what_price():
    found = ranked(
        ("a", "Bufo bufo", "viable", "LC"), ("a", "Hyla arborea", "relict", "EN")
    )
    assert found.loc["a", "reason_nl"] == (
        "2 ha wordt habitat 4030; ECA +5 % voor Bijen, +10 % voor Padden; "
        "voor Bufo bufo, Hyla arborea (EN); Bijen: maakt netwerk N levensvatbaar; "
        "kost 60.000 euro (standaardprijs); verbreden van natuurgebied N"
    )
    assert found.loc["b", "reason_en"] == (
        "1 ha becomes habitat 4030; ECA +20 % for Toads; costs 1,234 euro; "
        "verbreden of nature area N"
    )
    assert "voegt voor geen groep habitat toe" in found.loc["c", "reason_nl"]
    assert "zonder cijfer voor Bijen, hier nog afwezig" in found.loc["d", "reason_nl"]


def test_a_candidate_for_one_relict_only_is_a_species_programme():
    found = ranked(("b", "Hyla arborea", "relict", "EN"))
    assert found["track"].to_dict() == {
        "a": "verbreden",
        "b": "uitvoeren",
        "c": "verbreden",
        "d": "verbreden",
    }
    assert "uitvoeren: serves only a relict of Hyla" in found.loc["b", "reason_en"]


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
    populations = pd.DataFrame(
        [
            ("toads", "p1", "Bufo bufo", "viable", "LC"),
            ("toads", "p2", "Hyla arborea", "relict", "EN"),
            ("toads", "p1", "Rana arvalis", "lost", "CR"),
            ("toads", "p3", "Pelobates fuscus", "viable", "CR"),
            ("bees", "p4", "Bombus veteranus", "viable", "CR"),
        ],
        columns=["group", "patch_id", "species", "status", "red_list"],
    )
    found = served_species(links, populations, gains())
    assert found["species"].tolist() == ["Hyla arborea", "Bufo bufo"]


def test_no_candidates_give_an_empty_ranking_with_the_same_columns():
    full = ranked().reset_index()
    empty = rank_candidates(
        candidates().iloc[:0],
        gains().iloc[:0],
        served().astype("str"),
        GROUPS,
        language="en",
    )
    assert empty.empty
    assert sorted(empty.columns) == sorted(full.columns)
    assert empty["rank"].dtype == full["rank"].dtype
    assert empty["score"].dtype == full["score"].dtype
