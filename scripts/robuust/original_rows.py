"""Rows of a file as it had them, as one text each: for rows that are set apart."""

import json

import pyarrow as pa
import pyarrow.compute as pc

_TEXT = pa.large_string()
_TO_ESCAPE = r'["\\\x00-\x1f]'
_ROWS_AT_ONCE = 500_000  # bounds the memory for the pieces of a row


def rows_as_json(table):
    """All columns of each row as one JSON text.

    Parameters
    ----------
    table : pyarrow.Table
        Text, numbers, truth values, dates.

    Returns
    -------
    pyarrow ChunkedArray of str, one per row
        Cells without content are null; infinite numbers and dates are text.

    Examples
    --------
    >>> rows_as_json(pa.table({"TAG": ["a1"], "x": [3.5]})).to_pylist()
    ['{"TAG": "a1", "x": 3.5}']
    """
    if not table.num_columns:  # Arrow counts no rows in pieces of such a table
        return pa.chunked_array([["{}"] * table.num_rows], _TEXT)
    pieces = [
        _piece_as_json(table.slice(start, _ROWS_AT_ONCE))
        for start in range(0, table.num_rows, _ROWS_AT_ONCE)
    ]
    return pa.chunked_array(pieces, _TEXT)


def _piece_as_json(table):
    parts = []
    for name in table.column_names:
        start = ("{" if not parts else ", ") + json.dumps(name, ensure_ascii=False)
        parts += [_scalar(start + ": "), _cells_as_json(table[name])]
    return pc.binary_join_element_wise(*parts, _scalar("}"), _scalar(""))


def _cells_as_json(cells):
    """Each cell of a column as JSON."""
    cells, kind = cells.combine_chunks(), cells.type
    if pa.types.is_dictionary(kind):
        cells, kind = cells.cast(kind.value_type), kind.value_type
    texts = cells.cast(_TEXT)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        quoted = texts
    elif pa.types.is_floating(kind):
        finite = pc.is_finite(cells)
        quoted = pc.if_else(finite, texts, _in_quotes(texts))
    else:
        quoted = _in_quotes(_escaped(texts))
    return pc.coalesce(quoted, _scalar("null"))


def _escaped(texts):
    special = pc.match_substring_regex(texts, _TO_ESCAPE).fill_null(False)
    if not pc.any(special).as_py():
        return texts
    given = texts.filter(special).to_pylist()
    words = [json.dumps(text, ensure_ascii=False)[1:-1] for text in given]
    return pc.replace_with_mask(texts, special, pa.array(words, _TEXT))


def _in_quotes(texts):
    quote = _scalar('"')
    return pc.binary_join_element_wise(quote, texts, quote, _scalar(""))


def _scalar(text):
    return pa.scalar(text, _TEXT)
