"""Why rows of a record source are set apart, in words that quote the file."""

import numpy as np
import pandas as pd

from robuust.record_periods import first_field

_MOST = 0.5  # share of the rows from which a setting may be wrong
# Reasons that tell of a wrong setting when every row of a source has one of them.
_WRONG_SETTING = {
    "missing_species": "set `columns: {species: ...}` to the column with the names",
    "missing_coordinates": "set `columns: {x: ..., y: ...}` to the columns with them",
    "unreadable_coordinates": "write plain numbers, with one point or comma for the"
    " decimals and none for the thousands, or set `columns: {x: ..., y: ...}`",
    "impossible_coordinates": "set the true `crs` of this source",
    "metres_as_degrees": "set the true `crs` of this source",
    "zero_coordinates": "set `columns: {x: ..., y: ...}` to the columns with them",
    "swapped_coordinates": "set `swap_coordinates: true` at this source",
    "far_from_area": "check `crs` of this source, or leave the source out",
    "unreadable_date": "write dates as 2020-05-04 or 4/5/2020, or set"
    " `columns: {date: ...}` to the column with the dates",
    "impossible_date": "set `columns: {date: ...}` to the column with the dates, or"
    " `date_order: month_first`",
    "future_date": "check `reference_date` and the column with the dates",
    "unknown_status": "set `absent_words` and `present_words`, or `columns: {status:"
    " ...}` to the column with them",
    "unreadable_row": "set `delimiter` and `encoding` of this source",
}
# A source may well be all of this: no reason to stop the run.
_NO_FAULT = {
    "no_consent": "set `columns: {consent: ...}` and `consent_words` if they may be"
    " reused",
    "embargo": "set `columns: {embargo_until: ...}` if that is another column",
}
_OF_PLACES = {
    "swapped_coordinates",
    "metres_as_degrees",
    "impossible_coordinates",
    "far_from_area",
}


def first_reasons(found, rows):
    """Give every row the first reason that applies to it.

    Parameters
    ----------
    found : dict of str to ndarray of bool, shape (rows,)
        Reasons in order of precedence, and the rows to which each applies.
    rows : int

    Returns
    -------
    Series of category, shape (rows,)
        Missing where no reason applies.

    Examples
    --------
    >>> here, there = np.array([True, False]), np.array([True, True])
    >>> first_reasons({"no_consent": here, "embargo": there}, 2).tolist()
    ['no_consent', 'embargo']
    """
    codes = np.full(rows, -1, dtype=np.int8)
    for code, applies in enumerate(found.values()):
        codes[applies & (codes < 0)] = code
    return pd.Series(pd.Categorical.from_codes(codes, list(found)))


def split_reasons(reasons):
    """Tell per reason to which rows it applies.

    Parameters
    ----------
    reasons : Series of str
        Missing where a row has none.

    Returns
    -------
    dict of str to ndarray of bool
        As `first_reasons` takes it.

    Examples
    --------
    >>> split_reasons(pd.Series(["far_from_area", None]))
    {'far_from_area': array([ True, False])}
    """
    rows = np.flatnonzero(reasons.notna())
    given = reasons.iloc[rows]
    found = {}
    for reason in given.unique():
        found[reason] = np.zeros(len(reasons), dtype=bool)
        found[reason][rows[given == reason]] = True
    return found


def write_details(reasons, file, given, matched, secret):
    """Quote the file, for reasons that are about its own words.

    Parameters
    ----------
    reasons : Series of category
        One per row of the file.
    file : RecordFile
    given : Words
        Names as recorded.
    matched : DataFrame
        What `match_names` found for each of their texts.
    secret : ndarray of bool
        Rows of which only the name may be quoted.

    Returns
    -------
    Series of str
        Only the rows with something to quote, by their place in the file.
    """
    writers = {
        "unreadable_coordinates": _place_words,
        "unreadable_date": _date_words,
        "impossible_date": _date_words,
        "unknown_status": _status_words,
    }
    found = [pd.Series(dtype="str")]
    for reason, write in writers.items():
        rows = (reasons == reason).to_numpy() & ~secret
        if rows.any():
            found.append(write(file, rows).set_axis(np.flatnonzero(rows)))
    rows = np.flatnonzero(reasons.isin(matched["reason"].dropna().unique()))
    names = _name_words(given.texts, matched).to_numpy()[given.codes[rows]]
    return pd.concat([*found, pd.Series(names, index=rows, dtype="str")])


def _place_words(file, rows):
    x, y = file.quote("x", rows), file.quote("y", rows)
    return "x is '" + x + "', y is '" + y + "'"


def _date_words(file, rows):
    first, last = first_field(file, rows), file.quote("date_last", rows)
    also = ("', the last date is '" + last).where(last != "", "")
    return "the date is '" + first + also + "'"


def _status_words(file, rows):
    return "the status is '" + file.quote("status", rows) + "'"


def _name_words(texts, matched):
    """Say of each name that it is in no table, and what is like it."""
    near = matched["proposal"].set_axis(texts.index)
    asked = ("; is it " + near + "?").fillna("")
    return texts + " is not in the species table" + asked


def judge_reasons(reasons, sentences, hints, where):
    """Refuse a source whose rows all fail for one reason, warn where most do.

    Parameters
    ----------
    reasons : Series of category
    sentences : Series of str
        See `write_details`.
    hints : list of str
        Proposals of `find_places`.
    where : str
        Words for the source.

    Returns
    -------
    list of str
        Warnings for the log.

    Raises
    ------
    ValueError
        If every row fails for one reason that a setting can mend.
    """
    counts = reasons.value_counts()
    if not len(counts) or counts.iloc[0] <= _MOST * len(reasons):
        return [f"{where}: {hint}" for hint in hints]
    reason, n = counts.index[0], int(counts.iloc[0])
    all_fail = n == len(reasons)
    advice = (_WRONG_SETTING | _NO_FAULT).get(reason)
    if reason in _OF_PLACES and hints:
        advice = "; ".join(hints)
    elif advice is None or (reason == "far_from_area" and not all_fail):
        return []  # a file of other species, or of a whole country: as it should be
    row = reasons.index[reasons == reason][0]
    first = f" (in the first of them {sentences[row]})" if row in sentences else ""
    text = (
        f"{where}: {n:,} of {len(reasons):,} rows have the same problem,"
        f" {reason}{first}: {advice}."
    )
    if all_fail and reason in _WRONG_SETTING:
        raise ValueError(text)
    return [text]
