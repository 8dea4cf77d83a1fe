"""What crossings of barriers cost, and which class uses which kind."""

import numpy as np

from robuust.problems import Problem, row_number
from robuust.traits import values_for_class

COLUMNS = ["crossing", "crossing_cost_eur"]


def crossing_prices(barrier_types):
    """Price of each kind of crossing, for each kind of barrier.

    Parameters
    ----------
    barrier_types : DataFrame
        barrier, crossing, crossing_cost_eur; blank where none is foreseen. A table
        without these columns foresees none.

    Returns
    -------
    DataFrame
        barrier, crossing, cost_eur: one row each, sorted.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"barrier": ["road", "road"], "crossing": ["tunnel", None],
    ...                       "crossing_cost_eur": [5e4, None]})
    >>> crossing_prices(table).to_numpy().tolist()
    [['road', 'tunnel', 50000.0]]
    """
    rows = _with_columns(barrier_types)[["barrier", *COLUMNS]].dropna()
    rows = rows.drop_duplicates().sort_values(["barrier", "crossing"])
    rows = rows.rename(columns={"crossing_cost_eur": "cost_eur"})
    return rows.reset_index(drop=True)


def price_needed(kinds, barrier_types, mobility_class):
    """Price of the crossing that one class needs, for each barrier.

    Parameters
    ----------
    kinds : array_like of str, shape (n,)
        Kinds of barrier.
    barrier_types : DataFrame
        As for `crossing_prices`, with mobility_class.
    mobility_class : str
        A row for this class wins over one for every class.

    Returns
    -------
    ndarray of float, shape (n,)
        Missing where none is foreseen.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"barrier": ["road"], "mobility_class": ["toads"],
    ...                       "crossing_cost_eur": [5e4]})
    >>> price_needed(["road", "canal"], table, "toads")
    array([50000.,    nan])
    """
    price = values_for_class(
        _with_columns(barrier_types), "barrier", "crossing_cost_eur", mobility_class
    )
    return price.reindex(list(kinds)).to_numpy(float)


def crossing_price_problems(barrier_types):
    """Rows of barrier types with half a price, or another price than an earlier row.

    Parameters
    ----------
    barrier_types : DataFrame
        Typed rows, labelled 0, 1, ...; columns may be missing.

    Returns
    -------
    list of Problem
    """
    if not {"barrier", *COLUMNS} <= set(barrier_types):
        return []
    rows = barrier_types.sort_index()
    half = rows["crossing"].isna() != rows["crossing_cost_eur"].isna()
    words = "one of the two is blank; give both, or neither"
    problems = [
        Problem("barrier_types", row_number(row), ", ".join(COLUMNS), words)
        for row in rows.index[half]
    ]
    priced = rows.dropna(subset=["barrier", *COLUMNS])
    first = priced.groupby(["barrier", "crossing"])["crossing_cost_eur"]
    first = first.transform("first")
    other = priced["crossing_cost_eur"] != first
    return problems + [
        Problem(
            "barrier_types",
            row_number(row),
            "crossing_cost_eur",
            f"found {priced.loc[row, 'crossing_cost_eur']:g}, but {first[row]:g} in an"
            f" earlier row for '{priced.loc[row, 'crossing']}' of"
            f" {priced.loc[row, 'barrier']}; give it one price, or two names",
        )
        for row in priced.index[other]
    ]


def _with_columns(barrier_types):
    """Barrier types with the columns of crossings, empty where a table lacks them."""
    lacking = [name for name in COLUMNS if name not in barrier_types]
    return barrier_types.assign(**dict.fromkeys(lacking, np.nan))
