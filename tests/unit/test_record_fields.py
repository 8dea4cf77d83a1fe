"""Cells of record files, against the slow readers that look at one text at a time."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robuust.dates import read_dates
from robuust.record_fields import (
    AREAS,
    LENGTHS,
    date_column,
    measure_column,
    number_column,
    read_words,
)
from robuust.sources import read_numbers

CELLS = st.lists(
    st.one_of(
        st.none(),
        st.text("0123456789.,-+ eEinfa_x\t", max_size=8),
        st.integers(-999, 999).map(str),
        st.sampled_from(["nan", "1e400", "9" * 400, "inf", "0x1F", "1.", "+3", "1,5"]),
    ),
    max_size=9,
)
TYPES = st.sampled_from(
    [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]
)


@given(CELLS, TYPES, st.integers(0, 9))
def test_numbers_are_those_of_the_reader_of_single_texts(cells, kind, cut):
    chunks = [pa.array(part, pa.string()) for part in (cells[:cut], cells[cut:])]
    numbers, unreadable = number_column(pa.chunked_array(chunks).cast(kind), len(cells))
    expected, strange = read_numbers(pd.Series(cells, dtype="str"))
    np.testing.assert_array_equal(numbers, expected)
    np.testing.assert_array_equal(unreadable, strange)


def test_numbers_that_are_numbers_already_stay_what_they_are():
    column = pa.chunked_array([[1.5, None, np.inf, np.nan]])
    numbers, unreadable = number_column(column, 4, constant=7)
    assert numbers.tolist()[:2] == [1.5, 7]
    assert unreadable.tolist() == [False, False, True, False]


def test_a_column_that_is_not_there_is_blank_or_the_constant():
    assert np.isnan(number_column(None, 2)[0]).all()
    assert number_column(None, 2, 7)[0].tolist() == [7, 7]
    assert read_words(None, 2).codes.tolist() == [-1, -1]
    assert read_words(None, 2, "ja").spread(["yes"], "no").tolist() == ["yes"] * 2


def test_cells_that_differ_in_outer_blanks_are_one_word():
    words = read_words(pa.chunked_array([["a ", " a"], ["b", " "]]), 4)
    assert words.codes.tolist() == [0, 0, 1, -1]
    assert words.given().tolist() == [True, True, True, False]


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())])
def test_dates_are_those_of_the_reader_of_single_texts(kind):
    texts = ["2020-05-04T12:30:11Z", "4/5/2020 12:33", "2020-05", "31/2/2020 9:00"]
    texts += ["1999-07-04/1999-07-06", "2020-05-04T12:00/2020-05-06T13:00", "zomer"]
    texts += ["2020-05-04", None, " 2019 "]
    column = pa.chunked_array([pa.array(texts)]).cast(kind)
    for found, expected in zip(
        date_column(column, len(texts)),
        read_dates(pd.Series(texts, dtype="str").str.strip()),
        strict=True,
    ):
        np.testing.assert_array_equal(found, expected.to_numpy(dtype=found.dtype))


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())])
@pytest.mark.parametrize(
    ("text", "units", "metres"),
    [
        ("1 km", LENGTHS, 1000),
        ("0,5KM", LENGTHS, 500),
        (">1000", LENGTHS, None),  # nobody knows how much more
        ("< 25 m", LENGTHS, 25),
        ("~100 meter", LENGTHS, 100),
        ("25", LENGTHS, 25),
        ("1 ha", AREAS, 10_000),
        ("~2,5 km²", AREAS, 2_500_000),
        ("1.000.000", AREAS, None),
        ("1 ha", LENGTHS, None),
        ("ongeveer", LENGTHS, None),
        ("-5 m", LENGTHS, None),
        ("-5", LENGTHS, None),
    ],
)
def test_a_measure_may_have_a_unit_and_a_sign(text, units, metres, kind):
    column = pa.chunked_array([[text, None], ["7"]], pa.string()).cast(kind)
    numbers, unreadable = measure_column(column, 3, units=units)
    expected = np.nan if metres is None else metres
    np.testing.assert_array_equal(numbers, [expected, np.nan, 7])
    assert unreadable.tolist() == [metres is None, False, False]


def test_a_measure_that_is_a_number_already_is_not_read_as_text():
    column = pa.chunked_array([[2.5, -1.0, np.inf, None]])
    numbers, unreadable = measure_column(column, 4, units=LENGTHS)
    np.testing.assert_array_equal(numbers, [2.5, np.nan, np.nan, np.nan])
    assert unreadable.tolist() == [False, True, True, False]
