"""Columns of text for millions of rows: each distinct text is written once."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

ROWS_PER_BLOCK = 500_000


def by_code(texts, code):
    """Make a column of text from few texts that many rows share.

    Parameters
    ----------
    texts : sequence of str
        The distinct texts.
    code : array_like of int
        Position of the text of each row; below 0: missing.

    Returns
    -------
    pandas array of str
        Copied by Arrow, so that no row costs a Python object.

    Examples
    --------
    >>> by_code(["lost", "viable"], [1, 1, 0]).tolist()
    ['viable', 'viable', 'lost']
    """
    words = pa.array(list(texts), pa.large_string())
    code = np.asarray(code, dtype=np.int64)
    return pd.array(words.take(pa.array(code, mask=code < 0)), dtype="str")


def distinct_rows(values):
    """Find the distinct rows of a table.

    Parameters
    ----------
    values : DataFrame

    Returns
    -------
    code : ndarray of int64, shape (n_rows,)
        Position of each row among the distinct ones.
    distinct : DataFrame
        The distinct rows, in the order of their first occurrence.

    Examples
    --------
    >>> code, distinct = distinct_rows(pd.DataFrame({"n": [1, 2, 1]}))
    >>> code.tolist(), distinct["n"].tolist()
    ([0, 1, 0], [1, 2])
    """
    if values.empty:
        return np.empty(0, dtype=np.int64), values
    code = values.groupby(list(values), dropna=False, sort=False).ngroup().to_numpy()
    _, first = np.unique(code, return_index=True)
    return code, values.iloc[first]


def distinct_codes(values, told):
    """Give numbers to the distinct rows among those that are told.

    Parameters
    ----------
    values : DataFrame
        Few columns, so that few rows differ.
    told : ndarray of bool, shape (n_rows,)
        Rows that say anything.

    Returns
    -------
    code : ndarray of int32, shape (n_rows,)
        Position of each row among the distinct ones, -1 where it is not told.
    rows : list of named tuple
        The distinct rows.

    Examples
    --------
    >>> table = pd.DataFrame({"n": [1, 2, 1]})
    >>> code, rows = distinct_codes(table, np.array([False, True, True]))
    >>> code.tolist(), [row.n for row in rows]
    ([-1, 0, 1], [2, 1])
    """
    code = np.full(len(values), -1, dtype=np.int32)
    code[told], distinct = distinct_rows(values[told])
    return code, list(distinct.itertuples(index=False))


def join_parts(parts, n):
    """Join parts of sentences, leaving out those that a row does not have.

    Parameters
    ----------
    parts : list of (ndarray of int, shape (n,); list of str)
        Per part the position of its text for each row (below 0: none), and the texts.
    n : int
        Number of rows.

    Returns
    -------
    pandas array of str, shape (n,)
        The parts with semicolons between them.

    Examples
    --------
    >>> seen, trend = ([0, 0], ["seen"]), ([-1, 0], ["rises"])
    >>> join_parts([seen, trend], 2).tolist()
    ['seen', 'seen; rises']
    """
    parts = [
        (np.asarray(code), pa.array(texts, pa.large_string())) for code, texts in parts
    ]
    blocks = []
    for start in range(0, n, ROWS_PER_BLOCK):
        columns = []
        for code, texts in parts:
            own = code[start : start + ROWS_PER_BLOCK]
            if (own >= 0).any():
                columns.append(texts.take(pa.array(own, mask=own < 0)))
        separator = pa.scalar("; ", pa.large_string())
        blocks.append(
            pc.binary_join_element_wise(*columns, separator, null_handling="skip")
        )
    return pd.array(pa.chunked_array(blocks, pa.large_string()), dtype="str")
