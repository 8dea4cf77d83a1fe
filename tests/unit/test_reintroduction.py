"""Seven questions before a reintroduction; what is not known stays unknown."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from robuust.reintroduction import QUESTIONS, screen_reintroduction

PATCHES = gpd.GeoDataFrame(
    {"patch_id": ["a"]}, geometry=shapely.box([0], 0, [100], 100), crs=31370
)
FIND = gpd.GeoDataFrame(
    {"species": ["Schoenus nigricans"], "present": [True]},
    geometry=shapely.points([[10_100, 50]]),
    crs=31370,
)


def screen(find=FIND, **changes):
    usual = {
        "species": "Schoenus nigricans",
        "group": "some",
        "patch_id": "a",
        "patch": 0,
        "status": "unreachable",
        "red_list": "CR",
        "annexes": None,
        "seed_bank_years": np.nan,
        "n_records": 0,
        "last_year": pd.NA,
        "class_code": 1,
        "capacity_ru": 30.0,
        "within_reach": False,
        "nearest_occupied_m": np.nan,
        "in_seed_bank": False,
    }
    facts = pd.DataFrame([usual | changes])
    return screen_reintroduction(facts, PATCHES, find, dispersal_max_m=500)


def answer(question, *args, **changes):
    return screen(*args, **changes)[question].item()


def test_the_range_ends_ten_kilometres_from_a_find():
    assert answer("q1_range") == "yes"
    farther = FIND.set_geometry(shapely.points([[10_101, 50]]), crs=31370)
    assert answer("q1_range", farther) == "no"


def test_without_any_find_the_range_is_unknown():
    assert answer("q1_range", FIND.iloc[:0]) == "unknown"
    assert answer("q1_range", FIND.assign(present=False)) == "unknown"
    assert answer("q1_range", FIND.assign(species="Juncus balticus")) == "unknown"


@pytest.mark.parametrize(
    ("red_list", "annexes", "expected"),
    [
        ("CR", None, "yes"),
        ("VU", None, "yes"),
        ("RE", None, "yes"),
        ("LC", "II;IV", "yes"),
        (None, "IV", "yes"),
        ("LC", None, "no"),
        ("NT", None, "no"),
        (None, None, "unknown"),
        ("DD", None, "unknown"),
    ],
)
def test_a_threatened_or_listed_species_is_needed(red_list, annexes, expected):
    assert answer("q2_needed", red_list=red_list, annexes=annexes) == expected


@pytest.mark.parametrize(
    ("code", "expected"), [(0, "yes"), (2, "yes"), (3, "no"), (4, "no")]
)
def test_the_habitat_fits_when_the_patch_is_robust(code, expected):
    assert answer("q3_habitat", class_code=code) == expected


def test_a_species_with_a_source_in_reach_may_arrive_by_itself():
    assert answer("q5_isolated") == "yes"
    near = {"status": "lost", "within_reach": True, "nearest_occupied_m": 400.0}
    assert answer("q5_isolated", **near) == "no"


@pytest.mark.parametrize(
    ("years", "n_records", "expected"),
    [
        (np.nan, 0, "unknown"),
        (np.nan, 3, "unknown"),
        (0, 0, "yes"),
        (5, 3, "yes"),  # seen, and longer ago than seed lives
        (5, 0, "unknown"),  # never seen is no proof that no seed lies there
    ],
)
def test_the_seed_bank_is_gone_only_when_known(years, n_records, expected):
    assert (
        answer("q6_seed_bank", seed_bank_years=years, n_records=n_records) == expected
    )


def test_what_only_the_user_knows_is_unknown():
    found = screen()
    assert found["q4_causes"].tolist() == found["q7_monitoring"].tolist() == ["unknown"]


def test_the_reason_gives_the_figures():
    reason = screen(last_year=1998, n_records=2, status="lost")["reason_en"].item()
    assert "1 range: yes, nearest find at 10 km" in reason
    assert "Red List CR" in reason
    assert "key, 30 RU" in reason
    assert "yes, no occupied patch within 500 m" in reason
    assert "unknown, seed lives ? years, last seen in 1998" in reason


def test_other_statuses_are_not_screened():
    found = screen(status="viable")
    assert found.empty
    assert set(QUESTIONS) <= set(found)
