"""Which record supports which patch, on a row of squares drawn by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.populations import RecordRules
from robuust.record_dates import date_records
from robuust.record_facts import record_evidence
from robuust.records_to_patches import patches_in_reach, support

# Three squares of 100 m, with gaps of 100 m; the first two are one network.
SQUARES = shapely.box([0, 200, 400], 0, [100, 300, 500], 100)
NETWORKS = [0, 0, 1]
LIMITS = {"record_tolerance_m": 25, "max_uncertainty_m": 500}


def records(*rows):
    """Records from (x, changes) with all else as in a good field record."""
    usual = {
        "species": "Rana arvalis",
        "taxon_group": "amphibians",
        "date_first": "2020-05-01",
        "date_last": "2020-05-01",
        "uncertainty_m": 5.0,
        "present": True,
        "generalised": False,
    }
    table = pd.DataFrame([usual | changes for _, changes in rows], columns=list(usual))
    table["date_first"] = pd.to_datetime(table["date_first"])
    table["date_last"] = pd.to_datetime(table["date_last"])
    table["uncertainty_m"] = table["uncertainty_m"].astype(float)
    points = shapely.points([x for x, _ in rows], 50)
    dated = gpd.GeoDataFrame(table, geometry=points, crs=31370)
    return date_records(dated, reference_date="2026-01-01", recent_years=10)


def pairs(*rows):
    dated = records(*rows)
    found = support(dated, patches_in_reach(dated, SQUARES, **LIMITS), NETWORKS)
    columns = ["record", "patch", "ambiguous", "network"]
    return found[columns].values.tolist()


def test_a_record_inside_a_patch_supports_it():
    assert pairs((50, {})) == [[0, 0, False, 0]]


@pytest.mark.parametrize(("x", "n"), [(125, 1), (125.01, 0)])
def test_a_record_reaches_just_as_far_as_the_tolerance(x, n):
    assert len(pairs((x, {}))) == n


def test_an_uncertain_record_reaches_as_far_as_its_uncertainty():
    assert pairs((-60, {"uncertainty_m": 60.0})) == [[0, 0, False, 0]]
    assert pairs((-60, {"uncertainty_m": 59.0})) == []


def test_several_patches_in_reach_support_their_network_only():
    assert pairs((150, {"uncertainty_m": 50.0})) == [[0, 0, True, 0], [0, 1, True, 0]]


def test_patches_of_several_networks_in_reach_support_nothing():
    assert pairs((350, {"uncertainty_m": 50.0})) == [[0, 1, True, -1], [0, 2, True, -1]]


@pytest.mark.parametrize(
    "changes",
    [
        {"present": False},
        {"generalised": True},
        {"uncertainty_m": 500.1},
        {"uncertainty_m": np.inf},
        {"date_first": None, "date_last": None},
        {"date_first": "2026-01-02", "date_last": "2026-01-02"},
    ],
)
def test_absent_blurred_vague_undated_and_future_records_support_nothing(changes):
    assert pairs((50, changes)) == []


def test_a_missing_uncertainty_counts_as_the_tolerance():
    assert len(pairs((125, {"uncertainty_m": None}))) == 1


@pytest.mark.parametrize(
    ("first", "last", "recent"),
    [
        ("2016-01-01", "2016-01-01", True),
        ("2015-12-31", "2015-12-31", False),
        ("1950-01-01", "2020-12-31", False),  # it may be from 1950
        ("2016-01-01", "2016-12-31", True),
        (None, "2020-12-31", True),
    ],
)
def test_a_record_is_recent_when_it_surely_is(first, last, recent):
    found = records((50, {"date_first": first, "date_last": last}))
    assert found["recent"].tolist() == [recent]


def searched(dated, squares):
    """Per taxon group in the records whether each patch was searched recently."""
    taxa = dated["taxon_group"].dropna().unique()
    species = pd.DataFrame({"species": taxa, "taxon_group": taxa})
    patches = gpd.GeoDataFrame(geometry=squares)
    networks = np.zeros(len(squares), dtype=np.int64)
    rules = RecordRules("2026-01-01", 10, trend_period_years=5, **LIMITS)
    found = record_evidence(species, patches, networks, dated, rules).searched
    return dict(zip(taxa, found, strict=True))


def looked(*rows):
    where = searched(records(*rows), SQUARES)
    return {name: np.flatnonzero(patches).tolist() for name, patches in where.items()}


def test_an_absence_and_another_species_show_that_somebody_searched():
    assert looked(
        (50, {"present": False}), (450, {"species": "Bufo bufo"}), (125, {})
    ) == {"amphibians": [0, 2]}


def test_each_taxon_group_is_searched_apart():
    assert looked((50, {}), (250, {"taxon_group": "birds"})) == {
        "amphibians": [0],
        "birds": [1],
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"date_first": "2010-01-01"},
        {"generalised": True},
        {"uncertainty_m": 900.0},
    ],
)
def test_old_blurred_and_vague_records_show_no_search(changes):
    assert looked((50, changes)) == {"amphibians": []}


def test_an_uncertain_record_shows_search_only_where_it_lies_itself():
    assert looked((150, {"uncertainty_m": 60.0})) == {"amphibians": []}
    assert looked((50, {"uncertainty_m": 400.0})) == {"amphibians": [0]}


def test_a_record_without_taxon_group_shows_no_search():
    assert looked((50, {"taxon_group": None}), (250, {})) == {"amphibians": [1]}


def test_no_records_and_no_patches_are_no_error():
    assert pairs() == []
    assert looked() == {}
    dated = records((50, {}))
    reached = patches_in_reach(dated, SQUARES[:0], **LIMITS)
    assert support(dated, reached, []).empty
    assert not searched(dated, SQUARES[:0])["amphibians"].size


@given(
    st.lists(
        st.tuples(
            st.floats(-200, 700),
            st.one_of(st.none(), st.floats(0, 600)),
            st.booleans(),
            st.booleans(),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_support_agrees_with_every_distance_measured(rows):
    dated = records(
        *(
            (x, {"uncertainty_m": u, "present": p, "generalised": g})
            for x, u, p, g in rows
        )
    )
    found = support(dated, patches_in_reach(dated, SQUARES, **LIMITS), NETWORKS)
    expected = []
    for k, (x, u, present, blurred) in enumerate(rows):
        if not present or blurred or (u or 0) > 500:
            continue
        gaps = shapely.distance(shapely.Point(x, 50), SQUARES)
        patches = np.flatnonzero(gaps <= max(u or 0, 25)).tolist()
        networks = {NETWORKS[j] for j in patches}
        network = networks.pop() if len(networks) == 1 else -1
        expected += [[k, j, len(patches) > 1, network] for j in patches]
    columns = ["record", "patch", "ambiguous", "network"]
    assert found[columns].values.tolist() == expected
