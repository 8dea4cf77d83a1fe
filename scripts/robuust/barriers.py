"""Barriers: how likely a group gets across each kind, and where they are open."""

import numpy as np
import pandas as pd
import shapely

from robuust.traits import values_for_class


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
    chance = values_for_class(
        barrier_types, "barrier", "crossing_probability", mobility_class
    )
    return pd.Series(kinds, dtype=object).map(chance).fillna(1.0).to_numpy(float)


def open_barriers(barriers, openings):
    """Cut the openings out of the barriers: there, everybody gets through.

    Parameters
    ----------
    barriers : array_like of shapely lines, shape (n,)
    openings : array_like of shapely polygons
        Ecoducts, tunnels and the like, as wide as they are.

    Returns
    -------
    ndarray of shapely lines, shape (n,)
        Empty where an opening covers the whole barrier.

    Examples
    --------
    >>> road = shapely.LineString([(0, 0), (100, 0)])
    >>> open_barriers([road], [shapely.box(40, -5, 60, 5)])[0].length
    80.0
    """
    lines = np.asarray(barriers, dtype=object).reshape(-1).copy()
    openings = np.asarray(openings, dtype=object).reshape(-1)
    opening, line = shapely.STRtree(lines).query(openings, predicate="intersects")
    for barrier in np.unique(line):
        holes = shapely.union_all(openings[opening[line == barrier]])
        lines[barrier] = shapely.difference(lines[barrier], holes)
    return lines
