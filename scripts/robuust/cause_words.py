"""What caused each change, as a few words: how many of each cause, and the first."""

import numpy as np
import pandas as pd

MOST_NAMED = 3  # polygons or records that a sentence names


def cause_words(rows, keys, words, language):
    """Say how many polygons or records caused a change, and name the first ones.

    Parameters
    ----------
    rows : DataFrame
        cause, name (text for the reader), and the keys; the rows of one key and cause
        are named in their order.
    keys : list of str
        Columns that tell which change a row belongs to; none of them missing.
    words : dict of str to (str, str)
        Every cause in Dutch and in English, in the order in which they are told.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    Series of str, indexed by the keys
        One text per change.

    Examples
    --------
    >>> rows = pd.DataFrame({"k": 1, "cause": ["new"] * 4 + ["old"],
    ...     "name": list("abcde")})
    >>> words = {"old": ("oud", "old"), "new": ("nieuw", "new")}
    >>> cause_words(rows, ["k"], words, "en").tolist()
    ['1 old (e), 4 new (a, b, c, …)']
    """
    by = [*keys, "cause"]
    place = rows.groupby(by).cumcount()
    named = rows[place < MOST_NAMED].groupby(by)["name"].agg(", ".join)
    n = rows.groupby(by).size().reindex(named.index)
    told = pd.DataFrame({"n": n, "named": named}).reset_index()
    order = list(words)
    told["order"] = told["cause"].map(order.index)
    told = told.sort_values([*keys, "order"])
    word = told["cause"].map(
        {c: w[0 if language == "nl" else 1] for c, w in words.items()}
    )
    more = np.where(told["n"] > MOST_NAMED, ", …)", ")")
    told["text"] = told["n"].astype(str) + " " + word + " (" + told["named"] + more
    return told.groupby(keys)["text"].agg(", ".join)
