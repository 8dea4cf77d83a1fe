"""What records say of a population: counts, search, trend and chance of presence."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from robuust.populations import RecordRules
from robuust.record_dates import date_records
from robuust.record_facts import record_evidence, record_facts, records_remark

RULES = RecordRules("2026-01-01", 10, 25, 500, 5)
GENTIAN, HEATHER = "Gentiana pneumonanthe", "Calluna vulgaris"


def records(*rows):
    """Records from (x, day, changes) of the gentian, unless the changes say other."""
    usual = {
        "species": GENTIAN,
        "taxon_group": "vascular plants",
        "uncertainty_m": 5.0,
        "present": True,
        "generalised": False,
    }
    days = [{"date_first": day, "date_last": day} for _, day, _ in rows]
    found = [usual | d | c for d, (_, _, c) in zip(days, rows, strict=True)]
    table = pd.DataFrame(found, columns=[*usual, "date_first", "date_last"])
    dates = ["date_first", "date_last"]
    table[dates] = table[dates].astype("datetime64[us]")
    table["uncertainty_m"] = table["uncertainty_m"].astype(float)
    return gpd.GeoDataFrame(
        table, geometry=shapely.points([x for x, _, _ in rows], 50), crs=31370
    )


def facts(*rows, rules=RULES, taxon="vascular plants"):
    """Facts of the gentian on two squares of 100 m, from x = 0 and from x = 1000."""
    species = pd.DataFrame({"species": [GENTIAN], "taxon_group": [taxon]}, dtype="str")
    patches = gpd.GeoDataFrame(geometry=shapely.box([0, 1000], 0, [100, 1100], 100))
    window = {
        "reference_date": rules.reference_date,
        "recent_years": rules.recent_years,
    }
    dated = date_records(records(*rows), **window).reset_index(drop=True)
    evidence = record_evidence(species, patches, np.array([0, 1]), dated, rules)
    return pd.DataFrame(record_facts(evidence, 0, 1))


OTHER = {"species": HEATHER}


def days(year, number, changes, x=50):
    """Find something on so many days in June of a year."""
    return [(x, f"{year}-06-{day:02}", changes) for day in range(1, number + 1)]


def test_finds_are_counted_per_record_year_and_day():
    row = facts(
        *[(50, "2023-07-01", {})] * 3, (50, "2022-07-01", {}), (50, "2014-01-01", {})
    ).loc[0]
    assert (row["n_records"], row["n_years"]) == (5, 3)
    assert (row["first_year"], row["last_year"]) == (2014, 2023)
    assert [row[f"visits_{k}"] for k in (1, 2, 3)] == [1, 0, 2]
    assert row["recent"]


def test_a_patch_without_records_has_no_years_no_trend_and_no_chance():
    row = facts((50, "2023-07-01", {})).loc[1]
    assert row["n_records"] == row["visits_3"] == 0
    assert not row["recent"]
    assert row[["first_year", "last_year", "last_day"]].isna().all()
    assert row[["trend", "presence_probability"]].isna().all()


@pytest.mark.parametrize(
    ("changes", "looked"),
    [
        ({}, True),
        ({"species": HEATHER}, True),
        ({"present": False}, True),
        ({"taxon_group": "birds", "species": HEATHER}, False),
        ({"generalised": True}, False),
        ({"uncertainty_m": 501.0}, False),
        ({"date_first": "2015-12-31", "date_last": "2015-12-31"}, False),
    ],
)
def test_any_recent_record_of_the_taxon_group_shows_that_somebody_looked(
    changes, looked
):
    assert facts((50, "2016-01-01", changes))["searched"].tolist() == [looked, False]


def test_how_vague_a_record_is_does_not_widen_the_search():
    row = facts((150, "2023-07-01", {"uncertainty_m": 60.0})).loc[0]
    assert row["n_records"] == 1
    assert not row["searched"]


def test_a_species_without_taxon_group_was_never_searched():
    assert not facts((50, "2023-07-01", {}), taxon=None)["searched"].any()


# 20 days of search in each period of five years, with 12, 6 and 2 finds: the shares
# 0.6, 0.3 and 0.1 fall on a line of -0.25 a period, known to within 0.14.
PERIODS = [(2013, 12), (2018, 6), (2023, 2)]


def test_fewer_finds_with_as_much_search_are_a_decline():
    search = [row for year, _ in PERIODS for row in days(year, 20, OTHER)]
    finds = [row for year, n in PERIODS for row in days(year, n, {})]
    found = facts(*search, *finds)
    assert [found.loc[0, f"visits_{k}"] for k in (1, 2, 3)] == [12, 6, 2]
    assert [found.loc[0, f"search_days_{k}"] for k in (1, 2, 3)] == [20, 20, 20]
    assert found.loc[0, "trend"] == "decline"


def test_fewer_finds_with_less_search_are_no_decline():
    search = [
        *(days(2013, 20, OTHER) + days(2014, 20, OTHER)),
        *(days(2018, 20, OTHER) + days(2023, 7, OTHER)),
    ]
    finds = [row for year, n in PERIODS for row in days(year, n, {})]
    assert facts(*search, *finds).loc[0, "trend"] == "unknown"


def test_search_at_another_patch_says_nothing_here():
    search = [row for year, _ in PERIODS for row in days(year, 20, OTHER, x=1050)]
    finds = [row for year, n in PERIODS for row in days(year, n, {})]
    assert facts(*search, *finds)["trend"].fillna("-").tolist() == ["unknown", "-"]


def test_a_vague_find_beside_the_patch_is_a_day_of_search_too():
    search = [row for year, _ in PERIODS for row in days(year, 20, OTHER)]
    vague = {"uncertainty_m": 60.0}
    finds = [row for year, n in PERIODS for row in days(year, n, vague, x=150)]
    late = [(150, f"2013-07-{day:02}", vague) for day in range(1, 31)]
    # 42 of 50 days in the first period, and not 42 of 20, which cannot be.
    assert facts(*search, *finds, *late).loc[0, "trend"] == "decline"


SEAL = [(50, f"{year}-06-01", {}) for year in (1915, 1922, 1932, 1948, 1952)]
IN_1993 = RecordRules("1993-01-01", 10, 25, 500, 5)


def chance(*rows, rules=IN_1993):
    return facts(*SEAL, *rows, rules=rules).loc[0, "presence_probability"]


def test_the_chance_that_a_population_is_there_is_that_of_solow():
    # Solow (1993) on the Caribbean monk seal, watched until 1992.
    assert chance((50, "1992-06-01", OTHER)) == pytest.approx(0.2724, abs=1e-4)


def test_silence_counts_until_the_last_year_of_search():
    # T = 55, t = 37, m - 1 = 3: B = 3 / ((55 / 37)^3 - 1) = 1.31314; P = B / (B + 1)
    assert chance((50, "1970-06-01", OTHER)) == pytest.approx(0.567687, abs=1e-6)


def test_where_nobody_searched_since_the_chance_is_not_known():
    assert np.isnan(chance())
    assert np.isnan(chance((50, "1950-06-01", OTHER)))
    assert np.isnan(chance((1050, "1992-06-01", OTHER)))


def test_a_year_that_has_only_begun_is_no_year_of_silence():
    begun = RecordRules("1992-07-01", 10, 25, 500, 5)
    late = chance((50, "1992-06-01", OTHER), rules=begun)
    early = chance((50, "1991-06-01", OTHER), rules=begun)
    assert late == early


def test_what_was_seen_in_the_last_whole_year_is_there():
    assert chance((50, "1992-06-01", {})) == 1


def test_records_of_before_the_window_only_are_told_in_words():
    old = records((50, "2005-07-01", {}), (50, "2009-03-02", {}))
    assert records_remark(old, RULES) == (
        "none of the 2 finds of these species is dated from 2016-01-01 to 2026-01-01 "
        "(the latest is of 2009-03-02): no population can be viable, phantom or relict."
        " Add recent records, or look at reference_date and records.recent_years in the"
        " settings"
    )
    assert "none has a date before it" in records_remark(
        records((50, "2027-01-01", {})), RULES
    )
    assert records_remark(records((50, "2020-01-01", {})), RULES) is None


def test_no_finds_are_told_in_words_and_absences_are_none():
    assert records_remark(records(), RULES).startswith("no finds of these species")
    absent = records((50, "2020-01-01", {"present": False}))
    assert records_remark(absent, RULES).startswith("no finds of these species")
