"""When something was recorded: one date, or a range in one column or two."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from robuust.dates import read_dates, suggested_order
from robuust.record_fields import read_words

_A_SLIP = 0.01  # of the rows: typing errors, and no habit
_SHORT_END = r"[0-9]{2}(-[0-9]{2})?"
_ISO_START = r"[0-9]{4}-[0-9-]+"


def read_period(file, reference_date):
    """First and last day of each row.

    The first day is that of ``date_first``, where it is blank of ``date``, then of
    ``date_last``; only a row with none of them has the constant.

    Parameters
    ----------
    file : RecordFile
    reference_date : str
        Later records are of the future (ISO date). So is a range that ends later; the
        current year or month, without a day, is not.

    Returns
    -------
    values : dict of str to ndarray of datetime64[s]
        date_first and date_last, missing where a row has no date.
    reasons : dict of str to ndarray of bool
    """
    reference = np.datetime64(reference_date)
    found = _read(replace(file, constants={}), "date", reference)
    if file.has("date_first"):
        own = _read(file, "date_first", reference)
        found = _chosen(_given(own), own, found)
    if file.has("date_last"):
        found = _with_end(found, _read(file, "date_last", reference))
    if "date" in file.constants:
        constant = _read(replace(file, names={}), "date", reference)
        found = _chosen(_given(found), found, constant)
    first, last, bad, unread, late = found
    return {"date_first": first, "date_last": last}, {
        "unreadable_date": unread,
        "impossible_date": bad | (last < first),
        "future_date": late,
    }


def judge_date_order(file, impossible, where):
    """Refuse a file whose dates have day and month the other way round.

    Its rows with a day above 12 are impossible; the others would get a wrong month
    without a word.

    Parameters
    ----------
    file : RecordFile
    impossible : ndarray of bool
        Rows with a date that cannot exist as read.
    where : str
        Words for the source.

    Returns
    -------
    list of str
        A warning instead, where hardly any row tells so.

    Raises
    ------
    ValueError
    """
    if "date_order" in file.source:  # somebody looked at it
        return []
    order = "day_first"
    texts = [
        file.read(read_words, field).texts
        for field in ("date", "date_first", "date_last")
        if field in file.names
    ]
    if not (impossible.any() and texts):
        return []
    other = suggested_order(pd.concat(texts, ignore_index=True), order)
    if other is None:
        return []
    words = (
        f"{where}: {int(impossible.sum()):,} of {len(impossible):,} dates cannot exist"
        f" with {order.replace('_', ' ')}, and all can with {other.replace('_', ' ')}:"
        f" set `date_order: {other}`"
    )
    if impossible.mean() < _A_SLIP:
        return [f"{words} if that is how they were written."]
    raise ValueError(f"{words}, or `date_order: {order}` to set these rows apart.")


def first_field(file, rows):
    """Text of the first date of chosen rows, as `read_period` chooses it."""
    first, date = file.quote("date_first", rows), file.quote("date", rows)
    return first.where(first != "", date)


def _read(file, field, reference):
    """First and last day, impossible, unreadable, and whether it ends after a day."""
    first, last, bad, unread = file.read_dates(field)
    late = first > reference
    rows = np.flatnonzero(~late & (last > reference))
    if len(rows):
        column = file.column(field)
        cells = None if column is None else column.take(pa.array(rows))
        words = read_words(cells, len(rows), file.constants.get(field))
        # The end of a month or year is later than today; a range that ends in another
        # month or year, or on a day, is of the future.
        begins = read_dates(_ends(words.texts), **file.date_order())[0]
        late[rows] = words.spread(begins > reference, False)
    return first, last, bad, unread, late


def _given(found):
    """Rows with something in the cell, readable or not."""
    first, _, bad, unread, _ = found
    return ~np.isnat(first) | bad | unread


def _chosen(which, found, other):
    return [np.where(which, f, o) for f, o in zip(found, other, strict=True)]


def _with_end(found, end):
    """Dates that last until a day from a column of its own; it may be the only one."""
    found = _chosen(_given(found), found, end)
    first, last, bad, unread, late = found
    last = np.where(np.isnat(end[1]), last, end[1])
    return first, last, bad | end[2], unread | end[3], late | end[4]


def _ends(texts):
    """Text after the slash of each range, completed from what stands before it."""
    parts = texts.str.rpartition("/")
    start, end = parts[0], parts[2]
    short = end.str.fullmatch(_SHORT_END) & start.str.fullmatch(_ISO_START)
    lacking = (start.str.len() - end.str.len()).clip(lower=0)
    head = [text[:n] for text, n in zip(start, lacking, strict=True)]
    return end.mask(short, pd.Series(head, texts.index, dtype="str") + end)
