"""Barriers: how likely a group gets across each kind."""

import pandas as pd


def crossing_chances(kinds, barrier_types, mobility_class):
    """Chance that a disperser of one class gets across each barrier.

    Parameters
    ----------
    kinds : array_like of str, shape (n_barriers,)
        Kind of each barrier.
    barrier_types : DataFrame
        barrier, mobility_class (or ``*`` for every class), crossing_probability.
    mobility_class : str
        A row for this class wins over one for every class.

    Returns
    -------
    ndarray of float, shape (n_barriers,)
        In [0, 1]; 1 for a kind without a row, which is no barrier.

    Examples
    --------
    >>> table = pd.DataFrame({"barrier": ["road", "road"], "mobility_class": ["*", "a"],
    ...                       "crossing_probability": [1.0, 0.5]})
    >>> crossing_chances(["road", "rail"], table, "a")
    array([0.5, 1. ])
    """
    rows = barrier_types[barrier_types["mobility_class"].isin(["*", mobility_class])]
    rows = rows.sort_values("mobility_class", key=lambda column: column != "*")
    chance = rows.drop_duplicates("barrier", keep="last").set_index("barrier")
    chance = chance["crossing_probability"].astype(float)
    return pd.Series(kinds, dtype=object).map(chance).fillna(1.0).to_numpy(float)
