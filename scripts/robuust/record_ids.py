"""Ids of records: those of the file, or a digest of what is recorded."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_TEXT = pa.large_string()
_DIGEST_OF = ["species", "date_first", "date_last", "present", "uncertainty_m"]
_PLACE_DIGITS = 3  # millimetres


def given_ids(column, rows, constant=None):
    """Ids that a file gives.

    Parameters
    ----------
    column : pyarrow ChunkedArray or None
        None where the file has no such column.
    rows : int
        Rows of the file.
    constant : None
        There is none: no two records have one id.

    Returns
    -------
    pyarrow Array or ChunkedArray of str
        Without outer blanks; missing where nothing is left.
    """
    if column is None:
        return pa.nulls(rows, _TEXT)
    texts = pc.utf8_trim_whitespace(column.cast(_TEXT))
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, _TEXT), texts)


def record_ids(given, records, source):
    """Id of each record: the source, a colon, and its id in the file.

    Parameters
    ----------
    given : pyarrow Array or ChunkedArray of str
        See `given_ids`.
    records : DataFrame, one row per id
        species, date_first, date_last, x, y, present, uncertainty_m: where the file
        gives no id, a digest of these is one. So it does not depend on the order of
        the rows, and rows that say the same have the same id.
    source : str
        Name of the source.

    Returns
    -------
    pyarrow Array of str, none missing

    Examples
    --------
    >>> ids = given_ids(pa.chunked_array([["a1 "]]), 1)
    >>> record_ids(ids, None, "field").to_pylist()
    ['field:a1']
    """
    ids = pc.coalesce(given, _digest(records)) if given.null_count else given
    start, colon = pa.scalar(source, _TEXT), pa.scalar(":", _TEXT)
    ids = pc.binary_join_element_wise(start, ids, colon)
    return ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids


def _digest(records):
    told = records[_DIGEST_OF].assign(
        x=records["x"].round(_PLACE_DIGITS) + 0.0,  # no minus zero
        y=records["y"].round(_PLACE_DIGITS) + 0.0,
    )
    numbers = pd.util.hash_pandas_object(told, index=False).to_numpy()
    return _hexadecimal(numbers)


def _hexadecimal(numbers):
    """Numbers of 64 bits as sixteen signs each."""
    signs = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    places = np.arange(60, -4, -4, dtype=np.uint64)
    digits = (numbers[:, None] >> places) & np.uint64(15)
    letters = signs[digits.astype(np.intp)].tobytes()
    ends = np.arange(len(numbers) + 1, dtype=np.int64) * len(places)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(letters)]
    return pa.Array.from_buffers(_TEXT, len(numbers), buffers)
