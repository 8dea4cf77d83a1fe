"""Barriers: how likely a group gets across, and which gaps they close."""

import numpy as np
import pandas as pd

from robuust.gaps import barriers_between, shortest_lines


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


def hindering(barriers, barrier_types, mobility_class):
    """The barriers that keep some dispersers of this class back, with their chance.

    Parameters
    ----------
    barriers : GeoDataFrame
        Column barrier (the kind) and lines.
    barrier_types : DataFrame
        See `crossing_chances`.
    mobility_class : str

    Returns
    -------
    lines : ndarray of shapely geometries, shape (n_hindering,)
    chance : ndarray of float, shape (n_hindering,)
        Below 1.
    """
    chance = crossing_chances(barriers["barrier"], barrier_types, mobility_class)
    below = chance < 1
    return np.asarray(barriers.geometry, dtype=object)[below], chance[below]


def parted(left, right, lines):
    """Which pairs of shapes have one of these lines between them.

    Parameters
    ----------
    left, right : array_like of shapely geometries, shape (n,)
        The two shapes of each pair.
    lines : ndarray of shapely geometries
        Barriers; may be none.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    between = np.zeros(len(left), dtype=bool)
    if len(lines) and len(left):
        pair, _ = barriers_between(left, right, shortest_lines(left, right), lines)
        between[pair] = True
    return between
