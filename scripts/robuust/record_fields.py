"""Cells of record files: text, numbers and dates, read once per different value.

A file of millions of rows has few different names, dates and words. So text is held as
codes, and whatever has to be understood is understood once per different text.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from robuust.dates import read_dates
from robuust.sources import clean_text, read_numbers

_PLAIN_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"  # read at once; others take longer
# Units of a measure, and what one of each is in metres or square metres.
LENGTHS = {"": 1, "m": 1, "meter": 1, "metre": 1, "metres": 1, "km": 1000}
AREAS = {"": 1, "m2": 1, "m²": 1, "ha": 10_000, "km2": 1_000_000, "km²": 1_000_000}
_MEASURE = r"^[<~]?\s*([0-9]+(?:[.,][0-9]+)?)\s*([a-z]*[2²]?)$"
# A time after a date says nothing that we keep, and makes every text another one.
_TIME = r"^([0-9]+[-/.][0-9]+[-/.][0-9]+)[T ][0-9:.,]+[^/]*$"
_DATE_LENGTH = len("2020-05-04")


@dataclass(frozen=True)
class Words:
    """Text of one column: its different values, and which of them each row has."""

    codes: np.ndarray  # int32, one per row; -1 where the cell is blank
    texts: pd.Series  # str, without outer blanks

    def given(self):
        """Tell which rows have text: ndarray of bool."""
        return self.codes >= 0

    def spread(self, values, blank):
        """Give every row what was found for its text.

        Parameters
        ----------
        values : array_like, one per text
        blank : scalar
            For rows without text.

        Returns
        -------
        ndarray, one per row
        """
        values = np.asarray(values)
        # The code of a blank, -1, points at the end.
        return np.append(values, np.array([blank], dtype=values.dtype))[self.codes]


def read_words(column, rows, constant=None):
    """Read a column as words.

    Parameters
    ----------
    column : pyarrow ChunkedArray or None
        Text, plain or as a dictionary; or anything that Arrow can write as text. None
        where the file has no such column.
    rows : int
        Rows of the file.
    constant : str, number, bool or None
        What a blank cell stands for.

    Returns
    -------
    Words

    Examples
    --------
    >>> words = read_words(pa.chunked_array([["gh ", "", "gh"]]), 3)
    >>> words.codes.tolist(), words.texts.tolist()
    ([0, -1, 0], ['gh'])
    """
    codes, texts = np.full(rows, -1, dtype=np.int32), pd.Series(dtype="str")
    if column is not None and rows:
        if not pa.types.is_dictionary(column.type):
            column = _text(column).dictionary_encode()
        column = _with_one_dictionary(column)
        codes = np.concatenate([_codes(chunk) for chunk in column.chunks])
        # Cells that differ in outer blanks alone are one word.
        new, texts = pd.factorize(clean_text(column.chunk(0).dictionary.to_pandas()))
        if not np.array_equal(new, np.arange(len(new))):
            codes = np.append(new, -1).astype(np.int32)[codes]
        texts = pd.Series(texts, dtype="str")
    if constant is not None and (codes < 0).any():
        codes = np.where(codes < 0, np.int32(len(texts)), codes)
        texts = pd.concat([texts, pd.Series([str(constant)])], ignore_index=True)
    return Words(codes, texts.astype("str"))


def _text(column):
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return column
    return column.cast(pa.large_string())


def _with_one_dictionary(column):
    """Column whose chunks share their texts; readers mostly made it so."""
    texts = {chunk.dictionary.buffers()[-1].address for chunk in column.chunks}
    return column if len(texts) == 1 else column.unify_dictionaries()


def _codes(chunk):
    return chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)


def number_column(column, rows, constant=None):
    """Read a column as numbers.

    Parameters
    ----------
    column : pyarrow ChunkedArray or None
        Numbers, or text with a decimal point or comma.
    rows : int
        Rows of the file.
    constant : float or None
        What a blank cell stands for.

    Returns
    -------
    numbers : ndarray of float, shape (rows,)
        NaN where the cell is blank or no finite number.
    unreadable : ndarray of bool, shape (rows,)
        Something is there, but no finite number.

    Examples
    --------
    >>> numbers, unreadable = number_column(pa.chunked_array([["3,5", "", "veel"]]), 3)
    >>> numbers.tolist(), unreadable.tolist()
    ([3.5, nan, nan], [False, False, True])
    """
    if column is None:
        numbers = np.full(rows, np.nan if constant is None else float(constant))
        return numbers, np.zeros(rows, dtype=bool)
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        numbers = column.cast(pa.float64()).to_numpy().copy()
        unreadable = np.isinf(numbers)
        numbers[unreadable] = np.nan
    elif pa.types.is_dictionary(column.type):
        numbers, unreadable = _numbers_of_words(read_words(column, rows))
    else:
        numbers, unreadable = _numbers_of_text(_text(column))
    if constant is not None:
        numbers[np.isnan(numbers) & ~unreadable] = float(constant)
    return numbers, unreadable


def _numbers_of_text(text):
    """All at once where every text is a number: the most common file, and fast."""
    try:
        numbers = text.cast(pa.float64())
    except pa.ArrowInvalid:
        return _numbers_of_any_text(text)
    strange = pc.invert(pc.is_finite(numbers)).fill_null(False).to_numpy().copy()
    numbers = numbers.to_numpy().copy()
    numbers[strange] = np.nan
    return numbers, strange


def _numbers_of_any_text(text):
    """Plain numbers first, then those with commas, and the rest text by text."""
    numbers, plain = _plain_numbers(text)
    unreadable = np.zeros(len(numbers), dtype=bool)
    other = pc.and_not(text.is_valid(), plain)
    rows = np.flatnonzero(other)
    if len(rows):
        cells = pc.utf8_trim_whitespace(text.filter(other))
        cells = pc.replace_substring(cells, ",", ".")
        numbers[rows], plain = _plain_numbers(cells)
        rows = rows[~plain.to_numpy()]
        words = read_words(cells.filter(pc.invert(plain)), len(rows))
        numbers[rows], unreadable[rows] = _numbers_of_words(words)
    return numbers, unreadable


def _numbers_of_words(words):
    numbers, unreadable = read_numbers(words.texts)
    return words.spread(numbers, np.nan), words.spread(unreadable, False)


def _plain_numbers(text):
    """Numbers where text is plainly one (NaN elsewhere), and where that is."""
    plain = pc.match_substring_regex(text, _PLAIN_NUMBER).fill_null(False)
    bare = pc.if_else(plain, text, pa.scalar(None, text.type))
    return bare.cast(pa.float64()).to_numpy().copy(), plain


def measure_column(column, rows, constant=None, *, units):
    """Read a column as lengths or areas, which people may write with a unit.

    Parameters
    ----------
    column : pyarrow ChunkedArray or None
        As `number_column`; text may begin with <, > or ~, and end with a unit.
    rows : int
        Rows of the file.
    constant : float or None
        What a blank cell stands for.
    units : dict of str to float
        ``LENGTHS`` or ``AREAS``.

    Returns
    -------
    numbers : ndarray of float, shape (rows,)
        In metres or square metres; NaN where the cell is blank or unreadable.
    unreadable : ndarray of bool, shape (rows,)
        Something is there, but no measure; a negative number is none.

    Examples
    --------
    >>> texts = pa.chunked_array([["1,5 km", "~20", "veel"]])
    >>> numbers, unreadable = measure_column(texts, 3, units=LENGTHS)
    >>> numbers.tolist(), unreadable.tolist()
    ([1500.0, 20.0, nan], [False, False, True])
    """
    numbers, unreadable = number_column(column, rows, constant)
    unreadable |= numbers < 0
    numbers[unreadable] = np.nan
    left = np.flatnonzero(unreadable)
    if len(left) and not pa.types.is_primitive(column.type):
        words = read_words(column.filter(pa.array(unreadable)), len(left))
        parts = words.texts.str.casefold().str.extract(_MEASURE)
        measures = read_numbers(parts[0])[0] * parts[1].map(units)
        numbers[left] = words.spread(measures.astype("float64"), np.nan)
        unreadable[left] = np.isnan(numbers[left])
    return numbers, unreadable


def date_column(column, rows, constant=None, **options):
    """Read a column as dates.

    Parameters
    ----------
    column : pyarrow ChunkedArray or None
    rows : int
        Rows of the file.
    constant : str or None
        What a blank cell stands for.
    **options
        As `read_dates` takes them.

    Returns
    -------
    first, last : ndarray of datetime64[s], shape (rows,)
        Missing where there is no date or it cannot exist.
    impossible, unreadable : ndarray of bool, shape (rows,)
        As `read_dates`.
    """
    if column is not None and not pa.types.is_dictionary(column.type):
        column = _days(_text(column))
    words = read_words(column, rows, constant)
    found = read_dates(_days(pa.array(words.texts)).to_pandas(), **options)
    first, last = (date.to_numpy().astype("datetime64[s]") for date in found[:2])
    impossible, unreadable = found[2:]
    return (
        words.spread(first, np.datetime64("NaT")),
        words.spread(last, np.datetime64("NaT")),
        words.spread(impossible, False),
        words.spread(unreadable, False),
    )


def _days(text):
    """Text of dates, without the time of day."""
    longest = pc.max(pc.binary_length(text)).as_py()
    if longest is None or longest <= _DATE_LENGTH:
        return text
    return pc.replace_substring_regex(text, _TIME, r"\1")
