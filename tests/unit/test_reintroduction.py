"""Seven questions before a reintroduction; what is not known stays unknown."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from robuust.reintroduction import (
    QUESTIONS,
    answers_without_question,
    screen_reintroduction,
)

PATCHES = gpd.GeoDataFrame(
    {"patch_id": ["a"]}, geometry=shapely.box([0], 0, [100], 100), crs=31370
)
FIND = gpd.GeoDataFrame(
    {
        "species": ["Schoenus nigricans"],
        "present": [True],
        "uncertainty_m": [10.0],
        "generalised": [False],
    },
    geometry=shapely.points([[10_100, 50]]),
    crs=31370,
)
NO_LINKS = pd.DataFrame(
    {"patch_id_a": [], "patch_id_b": [], "within_dispersal": []}
).astype({"patch_id_a": "str", "patch_id_b": "str", "within_dispersal": bool})
NO_ANSWERS = pd.DataFrame(
    columns=["species", "patch_id", "question", "answer", "evidence", "validated"],
    dtype="str",
)


def answers(*rows):
    """Answers of the user: patch, question, answer, evidence, validated."""
    filled = [("Schoenus nigricans", *row) for row in rows]
    return pd.DataFrame(filled, columns=NO_ANSWERS.columns, dtype="str")


def screen(find=FIND, given=NO_ANSWERS, **changes):
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
        "searched": True,
        "nearest_occupied_m": np.nan,
        "in_seed_bank": False,
    }
    facts = pd.DataFrame([usual | changes])
    return screen_reintroduction(
        facts, PATCHES, NO_LINKS, find, given, dispersal_max_m=500
    )


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
    ("uncertainty_m", "generalised", "expected"),
    [
        (7071.0, True, "yes"),  # known to its cell of the range map
        (7100.0, False, "unknown"),  # it may be beyond
        (np.inf, False, "unknown"),
        (np.nan, False, "yes"),
        (np.nan, True, "unknown"),  # blurred, nobody says how far
    ],
)
def test_a_find_too_vague_for_a_range_map_leaves_the_range_unknown(
    uncertainty_m, generalised, expected
):
    vague = FIND.assign(uncertainty_m=uncertainty_m, generalised=generalised)
    found = screen(vague)
    assert found["q1_range"].item() == expected
    told = "finds in reach are too vague" in found["reason_en"].item()
    assert told == (expected == "unknown")


def test_a_firm_find_in_range_counts_beside_a_vague_one():
    both = pd.concat([FIND.assign(uncertainty_m=9000.0), FIND], ignore_index=True)
    found = screen(both)
    assert found["q1_range"].item() == "yes"
    assert "1 range: yes, nearest find at 10 km" in found["reason_en"].item()


def test_a_vague_find_that_is_surely_out_of_range_says_no():
    far = FIND.set_geometry(shapely.points([[30_000, 50]]), crs=31370)
    # 29.9 km away: at most 8 km nearer, or at most 20 km nearer.
    assert answer("q1_range", far.assign(uncertainty_m=8000.0)) == "no"
    assert answer("q1_range", far.assign(uncertainty_m=20_000.0)) == "unknown"


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
    ("searched", "linked", "expected", "words"),
    [
        # a is asked about; b and c are in reach of it, d is not.
        ([0, 1, 1, 0], [1, 1], "yes", "no occupied patch within 500 m"),
        ([1, 0, 1, 1], [1, 1], "unknown", "1 of 2 patches within 500 m not searched"),
        ([1, 0, 0, 1], [1, 1], "unknown", "2 of 2 patches within 500 m not searched"),
        ([1, 0, 1, 1], [0, 1], "yes", "no occupied patch within 500 m"),
        ([0, 0, 0, 0], [0, 0], "yes", "no occupied patch within 500 m"),
    ],
)
def test_that_nothing_can_arrive_is_known_only_where_somebody_searched(
    searched, linked, expected, words
):
    ids = ["a", "b", "c", "d"]
    patches = gpd.GeoDataFrame(
        {"patch_id": ids}, geometry=shapely.box(range(4), 0, range(1, 5), 1), crs=31370
    )
    links = pd.DataFrame(
        {
            "patch_id_a": ["a", "c", "a"],
            "patch_id_b": ["b", "a", "d"],
            "within_dispersal": [*map(bool, linked), False],
        }
    )
    usual = {"searched": True, "capacity_ru": 30.0, "red_list": "CR", "annexes": None}
    usual |= {"seed_bank_years": 0.0, "n_records": 0, "last_year": pd.NA}
    usual |= {"class_code": 1, "within_reach": False, "in_seed_bank": False}
    usual |= {"nearest_occupied_m": np.nan, "group": "some", "patch_id": ids}
    usual |= {"patch": range(4), "status": ["lost", "viable", "viable", "viable"]}
    # Of two species of other taxon groups; who sought the one sought not the other.
    two = [
        pd.DataFrame(usual | {"species": "A a", "searched": True}),
        pd.DataFrame(
            usual | {"species": "B b", "searched": [bool(s) for s in searched]}
        ),
    ]
    found = screen_reintroduction(
        pd.concat(two, ignore_index=True),
        patches,
        links,
        FIND,
        NO_ANSWERS,
        dispersal_max_m=500,
    )
    assert found["species"].tolist() == ["A a", "B b"]
    assert found["q5_isolated"].tolist() == ["yes", expected]
    assert words in found["reason_en"].tolist()[1]


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


@pytest.mark.parametrize("question", ["q4_causes", "q7_monitoring"])
@pytest.mark.parametrize("word", ["yes", "no", "unknown"])
def test_a_validated_answer_of_the_user_counts_with_its_evidence(question, word):
    found = screen(given=answers(("a", question, word, "report 12", "yes")))
    assert found[question].item() == word
    assert f": {word}, report 12" in found["reason_en"].item()
    assert f": {word}, report 12" not in screen()["reason_en"].item()


def test_an_answer_that_nobody_validated_stays_unknown():
    given = answers(("a", "q4_causes", "yes", "the owner says so", "no"))
    found = screen(given=given)
    assert found["q4_causes"].item() == "unknown"
    assert (
        "4 causes removed: unknown, answer yes not validated yet: the owner says so"
        in found["reason_en"].item()
    )
    assert (
        "4 oorzaken weg: onbekend, antwoord ja nog niet gevalideerd: the owner says so"
        in found["reason_nl"].item()
    )


def test_an_answer_for_every_patch_yields_to_that_for_one():
    everywhere = ("*", "q4_causes", "no", "still drained", "yes")
    assert answer("q4_causes", given=answers(everywhere)) == "no"
    here = ("a", "q4_causes", "yes", "ditch filled", "yes")
    for both in (answers(everywhere, here), answers(here, everywhere)):
        assert answer("q4_causes", given=both) == "yes"
    elsewhere = ("b", "q4_causes", "yes", "ditch filled", "yes")
    assert answer("q4_causes", given=answers(elsewhere)) == "unknown"


def test_an_answer_on_one_question_or_species_is_none_on_another():
    given = answers(("a", "q4_causes", "yes", "report 12", "yes"))
    assert answer("q7_monitoring", given=given) == "unknown"
    other = given.assign(species="Juncus balticus")
    assert answer("q4_causes", given=other) == "unknown"


def test_answers_on_patches_that_were_not_asked_about_are_told():
    given = answers(
        ("a", "q4_causes", "yes", "x", "yes"),
        ("*", "q7_monitoring", "yes", "x", "yes"),
        ("gone", "q4_causes", "yes", "x", "yes"),
    )
    screened = screen()
    judged = screened["species"].unique()
    lost = answers_without_question(given, screened, judged)
    assert lost["patch_id"].tolist() == ["gone"]
    lost = answers_without_question(given, screened.iloc[:0], judged)
    assert lost["patch_id"].tolist() == ["a", "gone"]  # asked at no patch at all
    other = given.assign(species="Juncus balticus")
    assert answers_without_question(other, screened, judged).empty  # of another group


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
