"""What is known of an unknown file after a look at its first rows."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from robuust.dates import read_dates
from robuust.record_columns import UNREADABLE
from robuust.record_fields import Words, read_words
from robuust.sources import read_numbers

_MOST = 0.95  # share of the texts that make a column one of dates
_OF_US = ("_point_x", "_point_y", "_radius_m", UNREADABLE)


@dataclass(frozen=True)
class FileStart:
    """The first rows of a file, and what the file says about itself."""

    path: str  # as the user gave it
    kind: str  # form of the file, see `robuust_files.recognise.FileForm`
    table: pa.Table  # first rows, as `robuust_files.tables.read_records` gives them
    rows: int | None  # of the whole file; None where only reading it all would tell
    exact: bool = True  # False when ``rows`` is an estimate
    whole: bool = True  # the table has all rows
    size_bytes: int | None = None  # of the file as it lies there
    layer: str | None = None  # the one that was looked at, where it must be named
    layers: dict = field(default_factory=dict)  # name to geometry type and features
    crs: object = None  # what the file says: pyproj.CRS, str or None
    geometry: str | None = None  # polygons, lines or points, of a map layer
    encoding: str | None = None  # of a text table
    delimiter: str | None = None  # of a text table
    values: dict = field(default_factory=dict)  # of a raster: value to share of cells
    about: tuple = ()  # further sentences


@dataclass(frozen=True)
class Column:
    """One column of the first rows."""

    name: str
    kind: str  # whole, number, date, text or blank
    filled: float  # share of the rows, 0 to 1
    words: Words  # its different texts
    counts: np.ndarray  # rows with each text


def read_columns(table):
    """Look at each column of a table.

    Parameters
    ----------
    table : pyarrow.Table
        As `robuust_files.tables.read_records` gives it.

    Returns
    -------
    dict of str to Column
        Without the columns that the reader added.

    Examples
    --------
    >>> table = pa.table({"dag": ["4/5/2021", None], "soort": ["Hyla arborea", "x"]})
    >>> [(c.name, c.kind, c.filled) for c in read_columns(table).values()]
    [('dag', 'date', 0.5), ('soort', 'text', 1.0)]
    """
    return {
        name: _column(name, table[name])
        for name in table.column_names
        if name not in _OF_US or not _is_ours(name, table)
    }


def _is_ours(name, table):
    return name == UNREADABLE or pa.types.is_floating(table.schema.field(name).type)


def _column(name, cells):
    if pa.types.is_dictionary(cells.type):  # it may know texts of later rows
        cells = cells.cast(cells.type.value_type)
    words = read_words(cells, len(cells))
    given = words.codes[words.given()]
    counts = np.bincount(given, minlength=len(words.texts))
    filled = len(given) / max(len(cells), 1)
    return Column(name, _kind(words.texts), filled, words, counts)


def _kind(texts):
    if not len(texts):
        return "blank"
    numbers, unreadable = read_numbers(texts)
    if not unreadable.any():
        return "whole" if (numbers % 1 == 0).all() else "number"
    first, _, impossible, _ = read_dates(texts)
    return "date" if (first.notna() | impossible).mean() >= _MOST else "text"


def frequent_texts(column, most=None):
    """Different texts of a column and their rows, the most frequent first.

    Parameters
    ----------
    column : Column
    most : int, optional
        At most so many.

    Returns
    -------
    Series of int
        Index: the texts.

    Examples
    --------
    >>> table = pa.table({"a": ["x", "y", "y"]})
    >>> frequent_texts(read_columns(table)["a"]).to_dict()
    {'y': 2, 'x': 1}
    """
    counts = pd.Series(column.counts, index=column.words.texts.to_list())
    return counts.sort_values(ascending=False, kind="stable").head(most)
