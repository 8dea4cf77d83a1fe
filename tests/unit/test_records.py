"""Records: each kind of dirt gets its own reason, the rest becomes dated points."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import pytest
import shapely

from robuust import record_layers
from robuust.balance import QUARANTINE_TYPES, ingest_summary
from robuust.record_layers import RECORD_TYPES
from robuust.records import screen_records

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
SOURCE = {"name": "field", "path": "field.csv", "crs": "EPSG:31370"}
GOOD = {"species": "Rana arvalis", "date": "2020-05-04", "x": "65000", "y": "205000"}


def as_table(rows):
    """As a reader gives it: text, and null where a cell is blank."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table(
        {
            name: pa.array([row.get(name) or None for row in rows], pa.string())
            for name in names
        }
    )


def screen(
    *rows, species=SPECIES, table=None, declared_crs=None, sensitive=None, **source
):
    return screen_records(
        as_table(rows) if table is None else table,
        SOURCE | source,
        species,
        AREA,
        declared_crs=declared_crs,
        crs=CRS,
        max_distance_m=1000,
        reference_date="2026-01-01",
        sensitive=sensitive or {},
    )


def join_records(screened, crs=CRS):
    """As geopandas reads the two layers from their files."""
    layers = record_layers.join_records(screened, crs)
    return tuple(gpd.GeoDataFrame.from_arrow(layer) for layer in layers)


def reasons_of(rows):
    return rows.reasons.astype("str").fillna("kept").tolist()


def reason_of(**changes):
    # A good row beside it keeps the source from failing as a whole.
    return reasons_of(screen(GOOD | changes, GOOD))[0]


def test_a_good_row_becomes_a_point_with_all_columns():
    rows = screen(GOOD | {"uncertainty_m": "25,5", "count": "3", "id": "r1"})
    records, apart = join_records([rows])
    assert apart.empty
    assert list(records.columns) == [*RECORD_TYPES, "geometry"]
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
        ({"species": "Bufo bufo"}, "unknown_species"),
        ({"species": "Rana"}, "genus_only"),
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
    assert reasons_of(rows) == [
        "kept",
        "swapped_coordinates",
        "far_from_area",
    ]


def test_a_far_place_in_a_national_grid_is_not_called_swapped():
    # (205000, 65000) is an ordinary place in the Ardennes; swapped it lies in the area.
    ardennes, others = {"x": "205000", "y": "65000"}, [GOOD | {"x": "150000"}] * 2
    rows = screen(GOOD, GOOD | ardennes, *others)
    assert reasons_of(rows) == ["kept"] + ["far_from_area"] * 3


def test_absences_and_counts_of_zero_are_no_presence():
    rows = screen(
        GOOD | {"status": "absent", "count": ""},
        GOOD | {"status": "present", "count": "0"},
        GOOD | {"status": "", "count": "2"},
    )
    assert rows.records["present"].tolist() == [False, False, True]
    assert rows.records["zero_count"].tolist() == [False, True, False]


def test_words_of_the_source_for_absence_win_over_ours():
    rows = screen(
        *[GOOD | {"status": word} for word in ("0", "1", "niet", "afwezig")],
        absent_words=["1", "niet"],
        present_words=["0"],
    )
    assert rows.records["present"].tolist() == [True, False, False, False]


def test_an_area_tells_how_sure_a_place_is_when_nothing_better_does():
    rows = screen(
        GOOD | {"uncertainty_m": "5", "area_m2": "31416"},
        GOOD | {"area_m2": "31416"},
        GOOD | {"area_m2": "-1"},
        GOOD,
        constants={"uncertainty_m": 707},
    )
    found = rows.records["uncertainty_m"].tolist()
    assert found == pytest.approx([5, 100, np.inf, 707], abs=0.01)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"uncertainty_m": "1 km"}, 1000),
        ({"uncertainty_m": ">1000"}, np.inf),
        ({"uncertainty_m": "vaag"}, np.inf),
        ({"uncertainty_m": "-5"}, np.inf),
        ({"area_m2": "1.000.000"}, np.inf),
        ({"area_m2": "1.000.000", "uncertainty_m": "5"}, 5),
        ({"area_m2": "31415,9", "uncertainty_m": "vaag"}, 100),
        ({"area_m2": "vaag", "uncertainty_m": "vaag"}, np.inf),
    ],
)
@pytest.mark.parametrize("constants", [{}, {"uncertainty_m": 707}])
def test_what_is_there_and_cannot_be_read_is_never_called_precise(
    cells, expected, constants
):
    rows = screen(GOOD | cells, GOOD, constants=constants)
    blank = constants.get("uncertainty_m", np.nan)
    found = rows.records["uncertainty_m"].tolist()
    assert found == pytest.approx([expected, blank], abs=0.01, nan_ok=True)
    wrong = {"vaag", "1.000.000", "-5", ">1000"} & set(cells.values())
    noted = bool(wrong) and expected != 5
    assert ("field", "unreadable_uncertainty", int(noted)) in rows.notes


def test_two_sources_do_not_merge_by_an_uncertainty_that_cannot_be_read():
    here = GOOD | {"uncertainty_m": "10", "record_id": "1"}
    there = GOOD | {"uncertainty_m": "vaag", "record_id": "2", "x": "65400"}
    records, apart = join_records([screen(here), screen(there, name="gbif")])
    assert records["uncertainty_m"].tolist() == [10, np.inf]
    assert apart.empty


def test_the_radius_round_a_polygon_of_a_layer_counts_with_its_point():
    layer = {"_point_x": 65000.0, "_point_y": 205000.0, "_radius_m": 500.0}
    layer |= {"area_m2": "40000", "x": "1", "y": "2", "species": "Crex crex"}
    rows = screen(table=pa.Table.from_pylist([layer]))
    assert rows.records["uncertainty_m"].tolist() == [500]
    assert rows.records[["x", "y"]].to_numpy().tolist() == [[65000, 205000]]


def test_a_constant_stands_for_blank_cells_and_absent_columns():
    constants = {"status": "absent", "date": "2019", "generalised": True}
    rows = screen(
        GOOD | {"status": "present"}, GOOD | {"date": ""}, constants=constants
    )
    assert rows.records["present"].tolist() == [True, False]
    assert rows.records["date_first"].dt.year.tolist() == [2020, 2019]
    assert rows.records["generalised"].tolist() == [True, True]


def test_words_on_blurring_make_a_record_generalised():
    rows = screen(
        *[GOOD | {"dataGeneralizations": w} for w in ("5 km grid", "", "no", "ja")]
    )
    assert rows.records["generalised"].tolist() == [True, False, False, True]


def test_with_words_of_its_own_a_source_says_what_is_blurred():
    words = ("vervaagd", "onvervaagd", "1", "")
    rows = screen(
        *[GOOD | {"generalised": word} for word in words],
        generalised_words=["Vervaagd"],
    )
    assert rows.records["generalised"].tolist() == [True, False, True, False]


def test_of_a_source_that_says_what_is_not_blurred_every_other_word_is():
    words = ("onvervaagd", "Nee", "5km-hok", "vervaagd", "")
    rows = screen(
        *[GOOD | {"generalised": word} for word in words],
        not_generalised_words=["onvervaagd", "nee"],
    )
    assert rows.records["generalised"].tolist() == [False, False, True, True, False]


@pytest.mark.parametrize(
    ("cells", "first", "last"),
    [
        ({"date_first": "", "date": "2020-05-04"}, "2020-05-04", "2020-05-04"),
        ({"date_first": "2019", "date": "2020-05-04"}, "2019-01-01", "2019-12-31"),
        ({"date": "", "date_last": "2003-06-01"}, "2003-06-01", "2003-06-01"),
        ({"date": "", "date_last": "2003"}, "2003-01-01", "2003-12-31"),
        ({"date": "2002-01-01", "date_last": "2003"}, "2002-01-01", "2003-12-31"),
        ({"date": "", "date_first": ""}, "1999-01-01", "1999-12-31"),
    ],
)
def test_each_row_has_the_dates_that_it_has(cells, first, last):
    other = GOOD | {"date_first": "2001-05-01", "date_last": ""}
    rows = screen(GOOD | cells, other, constants={"date": "1999"})
    days = rows.records.loc[0, ["date_first", "date_last"]]
    assert [f"{day:%Y-%m-%d}" for day in days] == [first, last]
    assert rows.records["date_first"][1] == pd.Timestamp("2001-05-01")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"date": "2025-12-01/2027-01-01"}, "future_date"),
        ({"date": "2026-01-01/2026-12-31"}, "future_date"),
        ({"date": "2025-12-01/2026-01-01"}, "kept"),
        ({"date": "2026-01-01/03"}, "future_date"),
        ({"date": "2025/2026"}, "kept"),
        ({"date": "2025/2027"}, "future_date"),
        ({"date": "2026-01"}, "kept"),
        ({"date": "1/2026"}, "kept"),
        ({"date": "2026"}, "kept"),
        ({"date": "2020", "date_last": "2026-01-02"}, "future_date"),
        ({"date": "2020", "date_last": "2026"}, "kept"),
        ({"date": "2020", "date_last": "2027"}, "future_date"),
        ({"date": "2020", "date_last": "2025/2027"}, "future_date"),
    ],
)
def test_a_range_that_ends_in_the_future_is_of_the_future(cells, reason):
    assert reason_of(**cells) == reason


def test_first_and_last_dates_come_from_their_own_columns():
    rows = screen(GOOD | {"date_first": "2001-05-01", "date_last": "2003"})
    records, _ = join_records([rows])
    assert records["date_first"].dt.year.tolist() == [2001]
    assert records["year"].tolist() == [2003]


def test_a_source_may_have_month_and_day_the_other_way_round():
    rows = screen(GOOD | {"date": "5/4/2020"}, date_order="month_first")
    assert rows.records["date_first"].dt.month.tolist() == [5]


def test_a_last_date_before_the_first_is_impossible():
    assert reason_of(date_first="2003-05-01", date_last="2001") == "impossible_date"


def test_what_cannot_be_read_is_shown_in_the_detail():
    rows = screen(
        GOOD | {"x": "65.000,00"},
        GOOD | {"date": "zomer"},
        GOOD | {"date_last": "later"},
        GOOD,
    )
    _, apart = join_records([rows])
    details = apart.sort_values("row")["detail"].tolist()
    assert details == [
        "x is '65.000,00', y is '205000'",
        "the date is 'zomer'",
        "the date is '2020-05-04', the last date is 'later'",
    ]


def test_a_name_like_a_known_one_is_proposed_and_not_taken():
    rows = screen(GOOD | {"species": "Rana arvallis"}, GOOD)
    assert "Rana arvallis is not in the species table" in rows.details[0]
    assert "is it Rana arvalis?" in rows.details[0]


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
        ({"x": "500000", "y": "600000"}, "far_from_area: check `crs`"),
        ({"x": ""}, "missing_coordinates: set `columns"),
        ({"x": "65.000,00"}, r"unreadable_coordinates .*'65\.000,00'.*numbers"),
        ({"date": "onbekend"}, "unreadable_date .*'onbekend'"),
        ({"date": "31/2/2020"}, "impossible_date .*'31/2/2020'"),
        ({"status": "wel"}, "unknown_status .*'wel'.*present_words"),
        ({"x": "3.154", "y": "51.149"}, "2 of 2 rows fall .*set `crs: EPSG:4326`"),
    ],
)
def test_a_source_that_fails_as_a_whole_is_refused_with_what_to_set(changes, words):
    with pytest.raises(
        ValueError, match="2 of 2 rows have the same problem, .*" + words
    ):
        screen(GOOD | changes, GOOD | changes)


def test_a_source_swapped_as_a_whole_is_refused_until_it_is_set_right():
    row = {"species": "Crex crex", "x": "51.149", "y": "3.154"}
    with pytest.raises(ValueError, match=r"3 of 3 rows .*`swap_coordinates: true`"):
        screen(row, row, row, crs="EPSG:4326")
    rows = screen(row, crs="EPSG:4326", swap_coordinates=True)
    assert reasons_of(rows) == ["kept"]


def test_a_source_that_fails_for_the_most_part_gives_a_warning_with_the_remedy():
    bad = GOOD | {"date": "zomer"}
    rows = screen(GOOD, *[bad] * 1200)
    assert len(rows.warnings) == 1
    assert "1,200 of 1,201 rows" in rows.warnings[0]
    assert "unreadable_date" in rows.warnings[0]
    assert screen(GOOD, bad).warnings == []


def test_a_source_that_reaches_far_beyond_the_area_gives_no_warning():
    assert screen(GOOD, *[GOOD | {"x": "200000"}] * 9).warnings == []


def test_a_source_of_other_species_alone_is_no_error():
    rows = screen(GOOD | {"species": "Bufo bufo"})
    assert reasons_of(rows) == ["unknown_species"]


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
    rows = screen(table=as_table([GOOD]).slice(0, 0))
    records, apart = join_records([rows])
    assert records.empty
    assert list(records.columns) == [*RECORD_TYPES, "geometry"]
    assert list(apart.columns) == [*QUARANTINE_TYPES, "geometry"]


def test_no_source_at_all_gives_empty_layers_with_the_right_columns():
    records, apart = join_records([])
    assert list(records.columns) == [*RECORD_TYPES, "geometry"]
    assert apart.empty


# --- What may not be used ------------------------------------------------------------


CONSENT = {
    "columns": {"consent": ["toestemming"], "embargo_until": ["embargo"]},
    "consent_words": ["open", "3"],
}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"toestemming": "Open"}, "kept"),
        ({"toestemming": "3"}, "kept"),
        ({"toestemming": "nee"}, "no_consent"),
        ({"toestemming": "ja"}, "no_consent"),  # not among the words of the source
        ({"toestemming": ""}, "no_consent"),
        ({"toestemming": "", "x": "oost", "species": "?"}, "no_consent"),
        ({"embargo": "2026-01-01"}, "kept"),
        ({"embargo": "2-1-2026"}, "embargo"),
        ({"embargo": "2026"}, "embargo"),
        ({"embargo": "voor altijd"}, "embargo"),
        ({"embargo": ""}, "kept"),
    ],
)
def test_consent_and_embargo_are_respected_before_all_else(changes, reason):
    good = GOOD | {"toestemming": "open", "embargo": "2020-01-01"}
    rows = screen(good | changes, good, **CONSENT)
    assert reasons_of(rows) == [reason, "kept"]


def test_without_words_of_the_source_only_a_plain_yes_is_consent():
    answers = ["ja", "1", "nee", "misschien", ""]
    rows = screen(*[GOOD | {"consent": answer} for answer in answers])
    assert reasons_of(rows) == ["kept"] * 2 + ["no_consent"] * 3


def test_of_withheld_rows_nothing_is_shown_but_that_they_are_there():
    row = GOOD | {"toestemming": "nee", "observer": "Jan"}
    rows = screen(GOOD | {"toestemming": "open"}, row, **CONSENT)
    _, apart = join_records([rows])
    assert apart.drop(columns="geometry").to_numpy().tolist() == [
        ["field", 1, "no_consent", "", "{}"]
    ]
    assert apart.geometry.isna().all()


def test_a_file_of_withheld_rows_alone_is_no_error_but_a_warning():
    rows = screen(GOOD | {"toestemming": "nee", "embargo": ""}, **CONSENT)
    assert reasons_of(rows) == ["no_consent"]
    assert "1 of 1 rows" in rows.warnings[0]


def test_a_preset_that_knows_of_consent_says_when_the_file_does_not():
    rows = screen(GOOD, GOOD, columns={"consent": ["toestemming_wnr"]})
    assert reasons_of(rows) == ["kept", "kept"]
    assert len(rows.warnings) == 1
    assert "no column for consent found: all 2 rows are used" in rows.warnings[0]


def test_a_column_of_consent_by_another_name_stops_the_run():
    with pytest.raises(ValueError, match=r"'toestemming2'.*columns: {consent:"):
        screen(GOOD | {"toestemming2": "nee"}, **CONSENT)


def with_unreadable_row(**cells):
    names = [*GOOD, *cells, "_unreadable"]
    good, bad = GOOD | cells, {"_unreadable": 'Crex;"zonder eind;nee'}
    return as_table([good, bad]).select(names)


def test_a_row_that_cannot_be_split_is_kept_as_the_line_that_it_was():
    rows = screen(table=with_unreadable_row())
    _, apart = join_records([rows])
    assert apart["reason"].tolist() == ["unreadable_row"]
    assert json.loads(apart["original"][0]) == {"_unreadable": 'Crex;"zonder eind;nee'}


def test_a_row_that_cannot_be_split_is_not_shown_where_consent_counts():
    rows = screen(table=with_unreadable_row(toestemming="open"), **CONSENT)
    _, apart = join_records([rows])
    assert apart["original"].tolist() == ["{}"]
    assert apart["reason"].tolist() == ["unreadable_row"]


# --- Several records of one observation ----------------------------------------------


def test_of_the_same_observation_the_most_precise_record_stays():
    vague = screen(GOOD | {"uncertainty_m": "100", "id": "v"}, columns={"id": "id"})
    exact = screen(
        GOOD | {"uncertainty_m": "5", "x": "65000.3", "id": "e"},
        name="gbif",
        columns={"id": "id"},
    )
    records, apart = join_records([vague, exact])
    assert records[["record_id", "also_ids"]].to_numpy().tolist() == [
        ["gbif:e", "field:v"]
    ]
    assert apart[["source", "reason", "detail"]].to_numpy().tolist() == [
        ["field", "duplicate_record", "same as gbif:e"]
    ]
    assert json.loads(apart["original"][0])["uncertainty_m"] == "100"


def test_all_ids_of_one_observation_are_kept():
    rows = [GOOD | {"record_id": name} for name in ("c", "a", "b")]
    records, _ = join_records([screen(*rows)])
    assert records["record_id"].tolist() == ["field:a"]
    assert records["also_ids"].tolist() == ["field:b; field:c"]


def test_two_sources_merge_within_the_larger_uncertainty_and_one_does_not():
    here = GOOD | {"uncertainty_m": "10", "record_id": "1"}
    there = GOOD | {"uncertainty_m": "500", "record_id": "2", "x": "65400"}
    records, apart = join_records([screen(here), screen(there, name="gbif")])
    assert records["also_ids"].tolist() == ["gbif:2"]
    assert apart["detail"].tolist() == ["same as field:1"]
    records, apart = join_records([screen(here, there)])
    assert (len(records), len(apart)) == (2, 0)


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
    records, apart = join_records([screen(first, second)])
    assert len(records) == 2
    assert apart.empty


def test_rows_kept_and_rows_set_apart_are_all_rows():
    rows = screen(GOOD, GOOD, GOOD | {"x": ""}, GOOD | {"species": "?"})
    records, apart = join_records([rows])
    summary = ingest_summary({"field": 4}, records["source"], apart, rows.notes)
    assert summary.loc[0].tolist() == ["field", 4, 1, 3, "balance"]


def test_one_id_for_two_observations_is_quarantined():
    rows = screen(
        GOOD | {"record_id": "r"}, GOOD | {"record_id": "r", "date": "2019-05-05"}
    )
    records, apart = join_records([rows])
    assert len(records) == 1
    assert apart["reason"].tolist() == ["duplicate_id"]
    assert apart["detail"].tolist() == ["row 1 of field keeps this id"]


@pytest.mark.parametrize(("twice", "warned"), [(2, True), (1, False)])
def test_a_column_that_repeats_its_ids_gives_a_warning(twice, warned):
    rows = [
        GOOD | {"record_id": str(max(k, twice)), "date": f"{2000 + k}-05-04"}
        for k in range(11)
    ]
    screened = [screen(*rows)]
    warnings = record_layers.repeated_ids(
        screened, record_layers.join_records(screened, CRS)[1]
    )
    assert len(warnings) == warned
    if warned:
        assert "2 of 11 rows" in warnings[0]
        assert "'record_id'" in warnings[0]
        assert "columns: {id: ...}" in warnings[0]


def test_of_a_layer_the_original_has_no_columns_that_we_added():
    layer = {"_point_x": 65000.0, "_point_y": 205000.0, "_radius_m": 500.0}
    layer |= {"point_x": "7", "species": "?"}
    good = layer | {"species": "Crex crex"}
    _, apart = join_records([screen(table=pa.Table.from_pylist([layer, good]))])
    assert apart["original"].tolist() == ['{"point_x": "7", "species": "?"}']


def test_a_layer_without_attributes_has_originals_without_columns():
    places = [{"_point_x": 65000.0, "_point_y": y} for y in (1e5, 205000.0)]
    bare = pa.Table.from_pylist(places)
    _, apart = join_records([screen(table=bare, constants={"species": "Crex crex"})])
    assert apart["original"].tolist() == ["{}"]


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
    one, _ = join_records([screen(*table)])
    other, _ = join_records([screen(*table[::-1])])
    pd.testing.assert_frame_equal(one, other)
    assert one["record_id"].is_unique


def test_a_file_with_months_first_is_refused_with_the_setting():
    dates = [f"{k % 12 + 1}/{k + 10}/2020" for k in range(15)]
    rows = [
        GOOD | {"date": date, "x": str(65_000 + 5 * k)} for k, date in enumerate(dates)
    ]
    with pytest.raises(ValueError, match="set `date_order: month_first`"):
        screen(*rows)
    found = screen(*rows, date_order="month_first")
    assert found.reasons.isna().all()


def test_one_slip_in_many_dates_is_a_warning_and_no_refusal():
    days = [GOOD | {"x": str(65_000 + k)} for k in range(200)]
    found = screen(*days, GOOD | {"date": "7/13/2020"})
    assert reasons_of(found) == ["kept"] * 200 + ["impossible_date"]
    assert any("date_order: month_first" in words for words in found.warnings)
