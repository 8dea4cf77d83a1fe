"""Dates of records in all the forms that files use."""

import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robuust.dates import read_dates, suggested_order
from robuust.sources import clean_text


def read(*texts):
    first, last, impossible, _ = read_dates(clean_text(pd.Series(texts, dtype="str")))
    days = zip(first.dt.strftime("%Y-%m-%d"), last.dt.strftime("%Y-%m-%d"), strict=True)
    return list(days), impossible.tolist()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1999-07-04", "1999-07-04", "1999-07-04"),
        ("1999-7-4", "1999-07-04", "1999-07-04"),
        ("1999/07/04", "1999-07-04", "1999-07-04"),
        ("1999-07-04T13:45:00Z", "1999-07-04", "1999-07-04"),
        ("1999-07-04 13:45", "1999-07-04", "1999-07-04"),
        ("19990704", "1999-07-04", "1999-07-04"),
        ("4/7/1999", "1999-07-04", "1999-07-04"),
        ("04-07-1999", "1999-07-04", "1999-07-04"),
        ("4.7.1999 0:00:00", "1999-07-04", "1999-07-04"),
        ("1999", "1999-01-01", "1999-12-31"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("1999-07-04/1999-07-06", "1999-07-04", "1999-07-06"),
        ("1999/2000", "1999-01-01", "2000-12-31"),
        ("1999-02/1999-03", "1999-02-01", "1999-03-31"),
        ("1999-07-04/", "1999-07-04", "1999-07-04"),
        ("1834-05-06", "1834-05-06", "1834-05-06"),
        (" 1999 ", "1999-01-01", "1999-12-31"),
        ("1999-185", "1999-07-04", "1999-07-04"),
        ("7/1999", "1999-07-01", "1999-07-31"),
        ("1999/07", "1999-07-01", "1999-07-31"),
        ("4 juli 1999", "1999-07-04", "1999-07-04"),
        ("04-jul-1999", "1999-07-04", "1999-07-04"),
        ("1 mrt. 1999", "1999-03-01", "1999-03-01"),
        ("maart 1999", "1999-03-01", "1999-03-31"),
        ("4 July 1999 12:30", "1999-07-04", "1999-07-04"),
        ("1 juin 1999", "1999-06-01", "1999-06-01"),
        ("1999-07-00", "1999-07-01", "1999-07-31"),
        ("0/0/1999", "1999-01-01", "1999-12-31"),
        ("1999-07-04/06", "1999-07-04", "1999-07-06"),
        ("1999-07-04/08-02", "1999-07-04", "1999-08-02"),
    ],
)
def test_each_form_gives_its_first_and_last_day(text, first, last):
    assert read(text) == ([(first, last)], [False])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2021-02-31", "impossible"),
        ("31/02/2021", "impossible"),
        ("7/13/2021", "impossible"),
        ("0000", "impossible"),
        ("1999-13", "impossible"),
        ("2001-05-06/2001-05-01", "impossible"),
        ("2001-05-06/2001-05-32", "impossible"),
        ("2021-02-31/", "impossible"),
        ("1999-366", "impossible"),
        ("1999-00-04", "impossible"),
        ("31 juni 1999", "impossible"),
        ("4 zomermaand 1999", "unreadable"),
        ("zomer", "unreadable"),
        ("1999-07-04/later", "unreadable"),
        ("/1999", "unreadable"),
        ("99", "unreadable"),
        ("36526", "unreadable"),
    ],
)
def test_a_day_that_cannot_exist_is_told_from_what_is_no_date(text, reason):
    first, last, impossible, unreadable = read_dates(pd.Series([text], dtype="str"))
    assert (impossible[0], unreadable[0]) == (
        reason == "impossible",
        reason == "unreadable",
    )
    assert first.isna().all()
    assert last.isna().all()


def test_no_date_is_not_an_impossible_date():
    first, _, impossible, unreadable = read_dates(pd.Series([None, None], dtype="str"))
    assert first.isna().all()
    assert not (impossible | unreadable).any()


def test_repeats_and_gaps_keep_their_rows():
    text = pd.Series(["2001", None, "2001", "x"], index=[5, 6, 7, 8], dtype="str")
    first, _, impossible, unreadable = read_dates(text)
    assert first.dt.year.fillna(0).tolist() == [2001, 0, 2001, 0]
    assert first.index.tolist() == [5, 6, 7, 8]
    assert unreadable.tolist() == [False, False, False, True]
    assert not impossible.any()


@given(
    st.dates(datetime.date(1700, 1, 1), datetime.date(2300, 1, 1)),
    st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%dT12:00"]),
)
def test_any_day_comes_back_from_any_form(day, form):
    assert read(day.strftime(form)) == ([(day.isoformat(), day.isoformat())], [False])


@given(st.text(max_size=12))
def test_no_text_at_all_breaks_the_reader(text):
    text = clean_text(pd.Series([text], dtype="str"))
    first, last, impossible, unreadable = read_dates(text)
    assert first.isna()[0] == last.isna()[0]
    assert impossible[0] + unreadable[0] + first.notna()[0] == text.notna()[0]


@given(st.dates(datetime.date(1700, 1, 1), datetime.date(2300, 1, 1)))
def test_the_order_of_day_and_month_is_as_told(day):
    text = pd.Series([day.strftime("%m/%d/%Y")], dtype="str")
    first, _, _, _ = read_dates(text, order="month_first")
    assert first[0].date() == day


@pytest.mark.parametrize(
    ("texts", "order", "suggested"),
    [
        (["7/4/2021", "7/13/2021"], "day_first", "month_first"),
        (["7/4/2021", "7/13/2021 10:30", "2021-02-31", None], "day_first",
         "month_first"),
        (["7-4-2021/7-13-2021"], "day_first", "month_first"),
        (["7/13/2021", "31/31/2021"], "day_first", "month_first"),
        (["4/7/2021", "13/7/2021"], "month_first", "day_first"),
        (["7/13/2021", "13/7/2021"], "day_first", None),  # one is a typing error
        (["4/7/2021", "5/7/2021"], "day_first", None),
        (["2021-13-01", "4/7/2021"], "day_first", None),
        (["31/2/2021"], "day_first", None),
        (["zomer", None], "day_first", None),
        ([], "day_first", None),
    ],
)  # fmt: skip
def test_the_other_order_is_suggested_where_it_mends_dates_and_spoils_none(
    texts, order, suggested
):
    assert suggested_order(pd.Series(texts, dtype="str"), order) == suggested
