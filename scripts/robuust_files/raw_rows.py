"""Rows of a text table that no reader can cut into its columns: kept as raw text."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from robuust.record_columns import UNREADABLE

_LINE_END = re.compile(r"\r\n|\r|\n")
_LAST_CONTROL = 0x1F
_FEWEST_COLUMNS = 4  # with fewer, text of two lines often looks like two rows


def swallowed_lines(table, delimiter, *, unclosed=False):
    r"""Find rows that swallowed others by a quote that is not closed.

    A cell of such a row begins with the rest of its own line, and ends with the start
    of the line where the next quote closed it: together with the cells before and
    after, both have the delimiters of a whole row. In tables of fewer than four
    columns ordinary text can look so, and only a quote that is never closed is found.

    Parameters
    ----------
    table : pyarrow.Table
        Columns of text.
    delimiter : str
    unclosed : bool
        The file does not end in a quote: a last cell of many lines was never closed.

    Returns
    -------
    list of (int, str)
        Position and text of each such row.

    Examples
    --------
    >>> cells = {"a": ["1,2,3,4\n5,6,7,8\n9"], "b": ["2"], "c": ["3"], "d": ["4"]}
    >>> swallowed_lines(pa.table(cells), ",")
    [(0, '1,2,3,4\n5,6,7,8\n9,2,3,4')]
    """
    width, found = table.num_columns, {}
    for k, name in enumerate(table.column_names):
        for row, cell in _cells_of_many_lines(table[name]):
            first, *_, last = _LINE_END.split(cell)
            own = first.count(delimiter) == width - 1 - k
            at_end = unclosed and k == width - 1 and row == table.num_rows - 1
            if row in found or not (own or at_end):
                continue
            cells = [text or "" for text in table.slice(row, 1).to_pylist()[0].values()]
            rest = delimiter.join([last, *cells[k + 1 :]]).count(delimiter)
            if at_end or (rest >= width - 1 and width >= _FEWEST_COLUMNS):
                found[row] = delimiter.join(cells)
    return sorted(found.items())


def has_controls(column):
    r"""Tell whether a cell of a text column holds a line end or another control sign.

    A hundred times as fast as a search in each cell, and mostly the answer is no.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Text, or a dictionary of it.

    Returns
    -------
    bool

    Examples
    --------
    >>> has_controls(pa.chunked_array([["a", "b\n"]]))
    True
    """
    for chunk in column.chunks:
        texts = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
        _, ends, content = texts.buffers()
        if not len(texts) or content is None:
            continue
        ends = np.frombuffer(ends, np.int32)[texts.offset :][: len(texts) + 1]
        signs = np.frombuffer(content, np.uint8)[ends[0] : ends[-1]]
        if signs.size and signs.min() <= _LAST_CONTROL:
            return True
    return False


def _cells_of_many_lines(column):
    """Positions and texts of cells that hold a line end."""
    if not has_controls(column):
        return []
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    rows = pc.indices_nonzero(pc.match_substring(column, "\n"))
    return list(zip(rows.to_pylist(), column.take(rows).to_pylist(), strict=True))


def with_raw_rows(table, bad, swallowed):
    """Put rows that cannot be read at their place, one per line of their text.

    Parameters
    ----------
    table : pyarrow.Table
        Rows that could be read.
    bad : list of (int, str)
        Place among all rows, and text, of those that could not; by place.
    swallowed : list of (int, str)
        Position in ``table`` and text of rows that hold others: taken out of it.

    Returns
    -------
    table : pyarrow.Table
        With column ``_unreadable`` when there are such rows.
    lines : list of str
        The raw lines.

    Examples
    --------
    >>> table, lines = with_raw_rows(pa.table({"x": ["1", "3"]}), [(1, "2;2")], [])
    >>> table.to_pydict()
    {'x': ['1', None, '3'], '_unreadable': [None, '2;2', None]}
    """
    apart = [(place - k, text) for k, (place, text) in enumerate(bad)] + swallowed
    pieces = [(at, line) for at, text in apart for line in _LINE_END.split(text)]
    pieces = sorted((p for p in pieces if p[1].strip()), key=lambda piece: piece[0])
    if not pieces:
        return table, []
    lines = [line for _, line in pieces]
    order = np.insert(np.arange(table.num_rows), [at for at, _ in pieces], -1)
    order = order[~np.isin(order, [at for at, _ in swallowed])]
    raw = np.full(len(order), None, dtype=object)
    raw[order < 0] = lines
    taken = table.take(pa.array(order, mask=order < 0))
    return taken.append_column(UNREADABLE, pa.array(raw, pa.string())), lines
