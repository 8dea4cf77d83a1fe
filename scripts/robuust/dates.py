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
        Text is there, but it is no date, or its end comes before its start.

    Examples
    --------
    >>> first, last, _ = read_dates(pd.Series(["1999-02", "4/7/1999"]))
    >>> first.dt.strftime("%Y-%m-%d").tolist()
    ['1999-02-01', '1999-07-04']
    >>> last.dt.strftime("%Y-%m-%d").tolist()
    ['1999-02-28', '1999-07-04']
    """
    # A file has few different dates: read each one once.
    codes, unique = pd.factorize(text)
    if not len(unique):
        none = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
        return none, none.copy(), text.notna()
    first, last = _read_unique(pd.Series(unique, dtype="str"))
    missing = len(first)
    first.loc[missing] = last.loc[missing] = pd.NaT
    places = pd.Series(codes).replace(-1, missing)
    first = first.loc[places].set_axis(text.index)
    last = last.loc[places].set_axis(text.index)
    return first, last, text.notna() & first.isna()


def _read_unique(text):
    first, last = _read_single(text)
    intervals = text[first.isna() & (text.str.count("/") == 1)]
    if len(intervals):
        ends = intervals.str.extract(r"^(.*?)\s*/\s*(.*)$")
        start, start_last = _read_single(ends[0])
        _, end = _read_single(ends[1])
        first = first.fillna(start)
        last = last.fillna(end.where(ends[1] != "", start_last))
    wrong = ~(first <= last)
    return first.mask(wrong), last.mask(wrong)


def _read_single(text):
    first = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    last = first.copy()
    for pattern in (_DAY, _COMPACT, _MONTH, _YEAR, _DAY_FIRST):
        rest = text[first.isna()]
        found = rest[rest.str.fullmatch(pattern)].str.extract(pattern)
        if not len(found):
            continue
        start = _dates(found)
        end = start
        if pattern == _MONTH:
            end = start + pd.offsets.MonthEnd(0)
        if pattern == _YEAR:
            end = start + pd.offsets.YearEnd(0)
        first, last = first.fillna(start), last.fillna(end)
    return first, last


def _dates(found):
    """Days that exist; a year 0202 or a 31 February becomes missing."""
    one = pd.Series("1", index=found.index, dtype="str")
    month, day = found.get("m", one), found.get("d", one)
    iso = found["y"] + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)
    dates = pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce")
    return dates.where(dates.dt.year >= _EARLIEST_YEAR).astype("datetime64[s]")
