"""Dates of records: days, months, years and intervals, as first and last day."""

import pandas as pd

_DAY = r"(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?:[T ][\d:.,]+.*)?"
_COMPACT = r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
_MONTH = r"(?P<y>\d{4})-(?P<m>\d{1,2})"
_YEAR = r"(?P<y>\d{4})"
_DAY_FIRST = r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})(?:[T ][\d:.,]+.*)?"
_EARLIEST_YEAR = 1000  # an earlier one is a typing error


def read_dates(text):
    """First and last day of each date, whatever its form.

    Forms: ``1999-07-04`` (a time may follow), ``19990704``, ``1999-07``, ``1999``,
    ``4/7/1999`` (day first, as in Flanders and the Netherlands) and intervals of two
    of them such as ``1999-07-04/1999-07-06``. An empty end leaves the interval at its
    first date.

    Parameters
    ----------
    text : Series of str
        Blanks are missing, see `clean_text`.

    Returns
    -------
    first, last : Series of datetime
        Missing where there is no date or it cannot exist.
    impossible : Series of bool
        A date in one of the forms that cannot exist (31 February), or whose end
        comes before its start.
    unreadable : Series of bool
        Text is there, in none of the forms.

    Examples
    --------
    >>> first, last, _, _ = read_dates(pd.Series(["1999-02", "4/7/1999"]))
    >>> first.dt.strftime("%Y-%m-%d").tolist()
    ['1999-02-01', '1999-07-04']
    >>> last.dt.strftime("%Y-%m-%d").tolist()
    ['1999-02-28', '1999-07-04']
    """
    # A file has few different dates: read each one once.
    codes, unique = pd.factorize(text)
    if not len(unique):
        none = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
        return none, none.copy(), text.notna(), text.notna()
    first, last, formed = _read_unique(pd.Series(unique, dtype="str"))
    missing = len(first)
    first.loc[missing] = last.loc[missing] = pd.NaT
    formed.loc[missing] = False
    places = pd.Series(codes).replace(-1, missing)
    first, last, formed = (
        found.loc[places].set_axis(text.index) for found in (first, last, formed)
    )
    return first, last, formed & first.isna(), text.notna() & ~formed


def _read_unique(text):
    """First and last day, and which texts have the form of a date or interval."""
    first, last, formed = _read_single(text)
    intervals = text[first.isna() & (text.str.count("/") == 1)]
    if len(intervals):
        ends = intervals.str.extract(r"^(.*?)\s*/\s*(.*)$")
        start, start_last, start_formed = _read_single(ends[0])
        _, end, end_formed = _read_single(ends[1])
        interval = start_formed & (end_formed | (ends[1] == ""))
        formed = formed | interval.reindex(formed.index, fill_value=False)
        first = first.fillna(start)
        last = last.fillna(end.where(ends[1] != "", start_last))
    wrong = ~(first <= last)
    return first.mask(wrong), last.mask(wrong), formed


def _read_single(text):
    first = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    last, formed = first.copy(), pd.Series(False, index=text.index)
    for pattern in (_DAY, _COMPACT, _MONTH, _YEAR, _DAY_FIRST):
        rest = text[first.isna()]
        found = rest[rest.str.fullmatch(pattern)].str.extract(pattern)
        if not len(found):
            continue
        formed.loc[found.index] = True
        start = _dates(found)
        end = start
        if pattern == _MONTH:
            end = start + pd.offsets.MonthEnd(0)
        if pattern == _YEAR:
            end = start + pd.offsets.YearEnd(0)
        first, last = first.fillna(start), last.fillna(end)
    return first, last, formed


def _dates(found):
    """Days that exist; a year 0202 or a 31 February becomes missing."""
    one = pd.Series("1", index=found.index, dtype="str")
    month, day = found.get("m", one), found.get("d", one)
    iso = found["y"] + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)
    dates = pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce")
    return dates.where(dates.dt.year >= _EARLIEST_YEAR).astype("datetime64[s]")
