"""Dates of records: days, months, years and intervals, as first and last day."""

import pandas as pd

_TIME = r"(?:[T ]\s*[\d:.,]+.*)?"
_DAY = rf"(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}}){_TIME}"
_COMPACT = r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
_MONTH = r"(?P<y>\d{4})[-/](?P<m>\d{1,2})"
_MONTH_FIRST = r"(?P<m>\d{1,2})[-/](?P<y>\d{4})"
_YEAR = r"(?P<y>\d{4})"
_DAY_OF_YEAR = r"(?P<y>\d{4})-(?P<j>\d{3})"
_FORMS = (_DAY, _COMPACT, _MONTH, _DAY_OF_YEAR, _YEAR, _MONTH_FIRST)
_DAY_PART, _MONTH_PART, _SIGN = r"(?P<d>\d{1,2})", r"(?P<m>\d{1,2})", "[-/. ]"
_YEAR_LAST = rf"{_SIGN}(?P<y>\d{{4}}){_TIME}"
_BY_ORDER = {
    "day_first": f"{_DAY_PART}{_SIGN}{_MONTH_PART}{_YEAR_LAST}",
    "month_first": f"{_MONTH_PART}{_SIGN}{_DAY_PART}{_YEAR_LAST}",
}
_NAMED_MONTH = r"(?:\d{1,2}[- .]+)?[^\W\d_]{3,}[- .]+\d{4}.*"
_MONTH_NAMES = {  # the first letters decide: Dutch, English, French and German
    **dict.fromkeys(("jan",), "1"),
    **dict.fromkeys(("feb", "fév", "fev"), "2"),
    **dict.fromkeys(("mrt", "maa", "mar", "mär"), "3"),
    **dict.fromkeys(("apr", "avr"), "4"),
    **dict.fromkeys(("mei", "may", "mai"), "5"),
    **dict.fromkeys(("jun", "juin"), "6"),
    **dict.fromkeys(("jul", "juil"), "7"),
    **dict.fromkeys(("aug", "aoû", "aou"), "8"),
    **dict.fromkeys(("sep",), "9"),
    **dict.fromkeys(("okt", "oct"), "10"),
    **dict.fromkeys(("nov",), "11"),
    **dict.fromkeys(("dec", "dez", "déc"), "12"),
}
_EARLIEST_YEAR = 1000  # an earlier one is a typing error


def read_dates(text, *, order="day_first"):
    """First and last day of each date, whatever its form.

    Forms: ``1999-07-04`` (a time may follow), ``19990704``, ``1999-185`` (day of the
    year), ``1999-07``, ``7/1999``, ``1999``, ``4/7/1999``, ``4 juli 1999`` (Dutch,
    English, French or German) and intervals of two of them such as
    ``1999-07-04/1999-07-06``, the end perhaps without the year it shares
    (``1999-07-04/06``). An empty end leaves the interval at its first date. Day 0 or
    month 0 (``1999-07-00``) is how databases write that only the month or the year is
    known.

    Parameters
    ----------
    text : Series of str
        Blanks are missing, see `clean_text`.
    order : {"day_first", "month_first"}
        Which of the first two numbers of ``4/7/1999`` is the day; in Flanders and the
        Netherlands the first.

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
    first, last, formed = _read_unique(pd.Series(unique, dtype="str"), order)
    missing = len(first)
    first.loc[missing] = last.loc[missing] = pd.NaT
    formed.loc[missing] = False
    places = pd.Series(codes).replace(-1, missing)
    first, last, formed = (
        found.loc[places].set_axis(text.index) for found in (first, last, formed)
    )
    return first, last, formed & first.isna(), text.notna() & ~formed


def suggested_order(text, order="day_first"):
    """Other order of day and month, if the dates show that they are written so.

    Parameters
    ----------
    text : Series of str
        The different dates of a source; blanks are missing.
    order : {"day_first", "month_first"}
        As they were read.

    Returns
    -------
    str or None
        The other order, where it mends dates such as ``7/13/2021`` that cannot exist
        in this one and spoils none. What exists in neither (``31/31/2021``), or has
        its year first, tells nothing.

    Examples
    --------
    >>> suggested_order(pd.Series(["7/4/2021", "7/13/2021"]))
    'month_first'
    """
    (other,) = set(_BY_ORDER) - {order}
    wrong = read_dates(text, order=order)[2]
    if not wrong.any():
        return None
    wrong_other = read_dates(text, order=other)[2]
    mended, spoilt = (wrong & ~wrong_other).any(), (wrong_other & ~wrong).any()
    return other if mended and not spoilt else None


def _read_unique(text, order):
    """First and last day, and which texts have the form of a date or interval."""
    text = _months_as_numbers(text)
    first, last, formed = _read_single(text, order)
    intervals = text[first.isna() & (text.str.count("/") == 1) & ~formed]
    if len(intervals):
        ends = intervals.str.extract(r"^(.*?)\s*/\s*(.*)$")
        ends[1] = _whole_end(ends[0], ends[1])
        start, start_last, start_formed = _read_single(ends[0], order)
        _, end, end_formed = _read_single(ends[1], order)
        interval = start_formed & (end_formed | (ends[1] == ""))
        formed = formed | interval.reindex(formed.index, fill_value=False)
        first = first.fillna(start)
        last = last.fillna(end.where(ends[1] != "", start_last))
    wrong = ~(first <= last)
    return first.mask(wrong), last.mask(wrong), formed


def _months_as_numbers(text):
    """Rewrite ``4 juli 1999`` as ``1999-07-04`` and ``juli 1999`` as ``1999-07``."""
    named = text[text.str.fullmatch(_NAMED_MONTH)]
    parts = named.str.extract(r"^(?:(\d{1,2})[- .]+)?([^\W\d_]{3,})[- .]+(\d{4})(.*)$")
    word = parts[1].str.casefold()
    month = word.str[:4].map(_MONTH_NAMES).fillna(word.str[:3].map(_MONTH_NAMES))
    day = "-" + parts[0].astype("str")
    iso = parts[2] + "-" + month.astype("str") + day.fillna("") + parts[3]
    return text.mask(text.index.isin(named.index[month.notna()]), iso)


def _whole_end(start, end):
    """Give a shortened end the year, or year and month, of its start."""
    lacking = start.str.len() - end.str.len()
    short = end.str.fullmatch(r"\d{2}(-\d{2})?") & start.str.fullmatch(r"\d{4}-[\d-]+")
    head = [text[:n] for text, n in zip(start, lacking.clip(lower=0), strict=True)]
    return end.mask(short & (lacking > 0), pd.Series(head, start.index, "str") + end)


def _read_single(text, order):
    first = pd.Series(pd.NaT, index=text.index, dtype="datetime64[s]")
    last, formed = first.copy(), pd.Series(False, index=text.index)
    for pattern in (*_FORMS, _BY_ORDER[order]):
        rest = text[~formed]
        found = rest[rest.str.fullmatch(pattern)].str.extract(pattern)
        if not len(found):
            continue
        formed.loc[found.index] = True
        start, end = _spans(found)
        first, last = first.fillna(start), last.fillna(end)
    return first, last, formed


def _spans(found):
    """First and last day of year, month and day; missing where they cannot exist."""
    year = found["y"].where(found["y"].astype("int64") >= _EARLIEST_YEAR)
    if "j" in found:
        text = year + "-" + found["j"]
        day = pd.to_datetime(text, format="%Y-%j", errors="coerce")
        day = day.where(day.dt.strftime("%Y") == year)  # 1999 has no day 366
        return day.astype("datetime64[s]"), day.astype("datetime64[s]")
    none = pd.Series("0", index=found.index, dtype="str")
    month = found.get("m", none).str.zfill(2)
    day = found.get("d", none).str.zfill(2)
    # A day without a month says nothing that can be true.
    day = day.where((month != "00") | (day == "00"))
    iso = year + "-" + month.replace("00", "01") + "-" + day.replace("00", "01")
    start = pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce")
    end = start.mask(day == "00", start + pd.offsets.MonthEnd(0))
    end = end.mask(month == "00", start + pd.offsets.YearEnd(0))
    return start.astype("datetime64[s]"), end.astype("datetime64[s]")
