"""Which column holds what, and how a text table is written."""

import pandas as pd
import pytest

from robuust.record_columns import csv_form, event_occurrences, record_columns


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_first_line(delimiter):
    content = delimiter.join(["soort", "datum", "x", "y"]) + "\n1.5,2\n"
    assert csv_form(content.encode())[1] == delimiter


def test_quoted_names_and_a_byte_order_mark_are_understood():
    content = '\ufeff"a,b",c\r\n1,2\r\n'.encode()
    assert csv_form(content) == ("utf-8", ",", ["a,b", "c"])


def test_text_that_is_no_utf_8_is_taken_for_windows_1252():
    assert csv_form("soort;plaats\nx;Zoë\n".encode("cp1252"))[0] == "cp1252"
    assert csv_form("soort;plaats\nx;Zoë\n".encode())[0] == "utf-8"


def test_the_settings_win():
    content = b"a;b,c\n"
    assert csv_form(content, delimiter=",", encoding="latin-1") == (
        "latin-1",
        ",",
        ["a;b", "c"],
    )


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \na,b\n"])
def test_a_file_without_column_names_is_refused(content):
    with pytest.raises(ValueError, match="no line with column names"):
        csv_form(content)


def test_two_columns_with_one_name_are_refused():
    with pytest.raises(ValueError, match="more than one column named x"):
        csv_form(b"x,y,x\n")


def test_darwin_core_names_are_known_in_any_case():
    table = pd.DataFrame(
        columns=["scientificname", "decimalLatitude", "DECIMALLONGITUDE"]
    )
    fields, names = record_columns(table, {}, "records")
    assert names == {
        "species": "scientificname",
        "x": "DECIMALLONGITUDE",
        "y": "decimalLatitude",
    }
    assert set(fields) == set(names)


def test_columns_of_the_settings_win_over_known_names():
    table = pd.DataFrame(columns=["species", "soort", "x", "y"])
    assert record_columns(table, {"species": "Soort"}, "r")[1]["species"] == "soort"


def test_a_column_that_is_not_found_is_asked_for():
    with pytest.raises(
        ValueError, match=r"no column found for species, y.*are: x, lat1"
    ):
        record_columns(pd.DataFrame(columns=["x", "lat1"]), {}, "records")


def test_a_wrong_column_name_in_the_settings_is_named():
    with pytest.raises(ValueError, match="no column 'soort'"):
        record_columns(pd.DataFrame(columns=["x", "y"]), {"species": "soort"}, "r")


def test_occurrences_take_place_and_date_of_their_event():
    events = pd.DataFrame({"id": ["e1", "e2"], "eventDate": ["2001", "2002"]})
    found = pd.DataFrame(
        {"coreid": ["e2", "e2", "e9"], "scientificName": ["a", "b", "c"]}
    )
    joined = event_occurrences(events, [found])
    assert joined["eventDate"].fillna("-").tolist() == ["2002", "2002", "-"]


def test_what_an_occurrence_says_itself_wins_over_its_event():
    events = pd.DataFrame({"id": ["e1"], "eventDate": ["2001"]})
    found = pd.DataFrame({"coreid": ["e1"], "eventDate": ["2005"]})
    assert event_occurrences(events, [found])["eventDate"].tolist() == ["2005"]


def test_events_without_occurrences_hold_no_records():
    events = pd.DataFrame({"id": ["e1"], "decimalLatitude": ["51"]})
    assert event_occurrences(events, []).empty
