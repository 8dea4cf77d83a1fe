"""Records: each kind of dirt gets its own reason, the rest becomes dated points."""

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from robuust.balance import QUARANTINE_TYPES
from robuust.records import RECORD_TYPES, join_records, screen_records

CRS = pyproj.CRS(31370)
AREA = shapely.box(60_000, 200_000, 70_000, 210_000)  # in the polder behind the coast
SPECIES = pd.DataFrame(
    {
        "species": ["Rana arvalis", "Crex crex"],
        "name_nl": ["Heikikker", "Kwartelkoning"],
        "synonyms": ["", ""],
        "taxon_group": ["amphibians", "birds"],
    }
)
SOURCE = {"name": "field", "path": "field.csv", "format": "csv", "crs": "EPSG:31370"}
GOOD = {"species": "Rana arvalis", "date": "2020-05-04", "x": "65000", "y": "205000"}


def screen(*rows, species=SPECIES, **source):
    return screen_records(
        pd.DataFrame(list(rows)),
        SOURCE | source,
        species,
        AREA,
        declared_crs=None,
        crs=CRS,
        max_distance_m=1000,
        reference_date="2026-01-01",
    )


def reason_of(**changes):
    # A good row beside it keeps the source from failing as a whole.
    return screen(GOOD | changes, GOOD).reasons.fillna("kept")[0]


def test_a_good_row_becomes_a_point_with_all_columns():
    rows = screen(GOOD | {"uncertainty_m": "25,5", "count": "3", "id": "r1"})
    records, apart = join_records([rows], CRS)
    assert apart.empty
    assert records.dtypes.astype(str).to_dict() == RECORD_TYPES | {
        "geometry": "geometry"
    }
    row = records.iloc[0]
    assert (row["species"], row["taxon_group"], row["year"]) == (
        "Rana arvalis",
        "amphibians",
        2020,
    )
    assert (row["uncertainty_m"], row["present"], row["generalised"]) == (
        25.5,
        True,
        False,
    )
    assert shapely.get_coordinates(row.geometry).tolist() == [[65000, 205000]]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, "kept"),
        ({"x": ""}, "missing_coordinates"),
        ({"y": None}, "missing_coordinates"),
        ({"x": "oost"}, "unreadable_coordinates"),
        ({"y": "150.100,00"}, "unreadable_coordinates"),
        ({"x": "inf"}, "unreadable_coordinates"),
        ({"x": "99000000"}, "impossible_coordinates"),
        ({"x": "0", "y": "0,0"}, "zero_coordinates"),
        ({"x": "71000.5"}, "far_from_area"),
        ({"x": "71000"}, "kept"),
        ({"x": "65000,5"}, "kept"),
        ({"species": " "}, "missing_species"),
        ({"species": "Rana"}, "unknown_species"),
        ({"date": "2021-02-31"}, "impossible_date"),
        ({"date": "zomer"}, "unreadable_date"),
        ({"date_last": "zomer"}, "unreadable_date"),
        ({"date": "2026-01-02"}, "future_date"),
        ({"date": "2026-01-01"}, "kept"),
        ({"date": "2026"}, "kept"),
        ({"date": ""}, "kept"),
        ({"status": "misschien"}, "unknown_status"),
        ({"status": "Absent"}, "kept"),
        ({"uncertainty_m": "-5"}, "kept"),
    ],
)
def test_each_kind_of_dirt_has_its_own_reason(changes, reason):
    assert reason_of(**changes) == reason


def test_swapped_longitude_and_latitude_are_told_from_a_far_place():
    degrees = {"species": "Crex crex", "x": "3.154", "y": "51.149"}
    swapped = degrees | {"x": "51.149", "y": "3.154"}
    far = degrees | {"x": "5.5"}
    rows = screen(degrees, swapped, far, crs="EPSG:4326")
    assert rows.reasons.fillna("kept").tolist() == [
        "kept",
        "swapped_coordinates",
        "far_from_area",
    ]


def test_a_far_place_in_a_national_grid_is_not_called_swapped():
    # (205000, 65000) is an ordinary place in the Ardennes; swapped it lies in the area.
    assert reason_of(x="205000", y="65000") == "far_from_area"


def test_absences_and_counts_of_zero_are_no_presence():
    rows = screen(
        GOOD | {"status": "absent", "count": ""},
        GOOD | {"status": "present", "count": "0"},
        GOOD | {"status": "", "count": "2"},
    )
    assert rows.records["present"].tolist() == [False, False, True]


def test_words_on_blurring_make_a_record_generalised():
    rows = screen(
        *[GOOD | {"dataGeneralizations": w} for w in ("5 km grid", "", "no", "ja")]
    )
    assert rows.records["generalised"].tolist() == [True, False, False, True]


def test_first_and_last_dates_come_from_their_own_columns():
    rows = screen(GOOD | {"date_first": "2001-05-01", "date_last": "2003"})
    assert rows.records["date_first"].dt.year.tolist() == [2001]
    assert rows.records["year"].tolist() == [2003]


def test_a_last_date_before_the_first_is_impossible():
    assert reason_of(date_first="2003-05-01", date_last="2001") == "impossible_date"


def test_what_cannot_be_read_is_shown_in_the_detail():
    rows = screen(
        GOOD | {"x": "65.000,00"},
        GOOD | {"date": "zomer"},
        GOOD | {"date_last": "later"},
        GOOD,
    )
    _, apart = join_records([rows], CRS)
    details = apart.sort_values("row")["detail"].tolist()
    assert details == [
        "x is '65.000,00', y is '205000'",
        "the date is 'zomer'",
        "the date is '2020-05-04', the last date is 'later'",
    ]


def test_what_was_changed_is_counted():
    notes = screen(GOOD | {"species": "heikikker", "date": ""}, GOOD).notes
    assert ("field", "matched_by_dutch_name", 1) in notes
    assert ("field", "undated", 1) in notes


def test_the_taxon_group_of_the_file_fills_in_for_the_table():
    species = SPECIES.assign(taxon_group=["", "birds"])
    rows = screen(GOOD | {"taxon_group": "Amphibia"}, species=species)
    assert rows.records["taxon_group"].tolist() == ["Amphibia"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"x": "500000", "y": "600000"}, "all 2 rows .* far_from_area: check `crs`"),
        ({"x": ""}, "all 2 rows .* missing_coordinates"),
        (
            {"x": "65.000,00"},
            r"all 2 .* unreadable_coordinates .*'65\.000,00'.*numbers",
        ),
        ({"date": "onbekend"}, "all 2 rows .* unreadable_date .*'onbekend'"),
        ({"date": "31/2/2020"}, "all 2 rows .* impossible_date .*'31/2/2020'"),
        ({"x": "3.154", "y": "51.149"}, "look like degrees"),
    ],
)
def test_a_source_that_fails_as_a_whole_is_refused_with_what_to_set(changes, words):
    with pytest.raises(ValueError, match=words):
        screen(GOOD | changes, GOOD | changes)


def test_a_source_swapped_as_a_whole_is_refused_with_the_remedy():
    row = {"species": "Crex crex", "x": "51.149", "y": "3.154"}
    with pytest.raises(ValueError, match=r"swapped_coordinates.*swap the two names"):
        screen(row, row, crs="EPSG:4326")


def test_a_source_of_other_species_alone_is_no_error():
    assert (screen(GOOD | {"species": "Aves"}).reasons == "unknown_species").all()


def test_x_and_y_without_reference_system_are_refused():
    with pytest.raises(ValueError, match="no coordinate reference system"):
        screen(GOOD, crs=None)


def test_darwin_core_coordinates_are_degrees_unless_said_otherwise():
    row = {
        "species": "Crex crex",
        "decimalLongitude": "3.154",
        "decimalLatitude": "51.149",
    }
    assert screen(row, crs=None).reasons.isna().all()


def test_a_file_without_rows_gives_no_records_and_no_error():
    rows = screen_records(
        pd.DataFrame(columns=["species", "x", "y"]),
        SOURCE,
        SPECIES,
        AREA,
        declared_crs=None,
        crs=CRS,
        max_distance_m=1000,
        reference_date="2026-01-01",
    )
    records, apart = join_records([rows], CRS)
    assert records.empty
    assert list(records.columns) == [*RECORD_TYPES, "geometry"]
    assert list(apart.columns) == [*QUARANTINE_TYPES, "geometry"]


def test_no_source_at_all_gives_empty_layers_with_the_right_columns():
    records, apart = join_records([], CRS)
    assert records.dtypes.astype(str).to_dict() == RECORD_TYPES | {
        "geometry": "geometry"
    }
    assert apart.empty


def test_of_the_same_observation_the_most_precise_record_stays():
    vague = screen(GOOD | {"uncertainty_m": "100", "id": "v"}, columns={"id": "id"})
    exact = screen(
        GOOD | {"uncertainty_m": "5", "x": "65000.3", "id": "e"},
        name="gbif",
        columns={"id": "id"},
    )
    records, apart = join_records([vague, exact], CRS)
    assert records["record_id"].tolist() == ["gbif:e"]
    assert apart[["source", "reason", "detail"]].to_numpy().tolist() == [
        ["field", "duplicate_record", "same as gbif:e"]
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"species": "Crex crex"},
        {"date": "2020-05-05"},
        {"x": "65002"},
        {"status": "absent"},
    ],
)
def test_another_species_day_place_or_status_is_another_observation(changes):
    first, second = GOOD | {"status": "present"}, GOOD | {"status": "present"} | changes
    records, apart = join_records([screen(first, second)], CRS)
    assert len(records) == 2
    assert apart.empty


def test_one_id_for_two_observations_is_quarantined():
    rows = screen(
        GOOD | {"record_id": "r"}, GOOD | {"record_id": "r", "date": "2019-05-05"}
    )
    records, apart = join_records([rows], CRS)
    assert len(records) == 1
    assert apart["reason"].tolist() == ["duplicate_id"]


def test_the_order_of_rows_does_not_change_the_records():
    rng = np.random.default_rng(1)
    table = [
        {
            "species": rng.choice(["Rana arvalis", "Kwartelkoning", "?"]),
            "date": rng.choice(["2001", "2002-03-04", ""]),
            "x": f"{rng.integers(65000, 65004)}",
            "y": "205000",
            "uncertainty_m": rng.choice(["", "5", "9"]),
        }
        for _ in range(60)
    ]
    one, _ = join_records([screen(*table)], CRS)
    other, _ = join_records([screen(*table[::-1])], CRS)
    pd.testing.assert_frame_equal(one, other)
    assert one["record_id"].is_unique
