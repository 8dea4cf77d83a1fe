"""Barriers on the way of a corridor: whom they hinder, and what opening them costs."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from robuust.gaps import crossings

ONE_CROSSING_M = 100.0  # the carriageways and verges of one road


class Hindrance(NamedTuple):
    """A barrier that hinders one group on its way.

    Attributes
    ----------
    barrier : int
        Label of the barrier.
    kind : str
        Road, canal and the like.
    x, y : float
        Where the way meets it first [m].
    chance : float
        Chance that the group gets across as it is, below 1.
    crossing_eur : float
        Price of the crossing that the group needs [EUR]; missing where none is priced:
        then the barrier stays as it is.
    """

    barrier: int
    kind: str
    x: float
    y: float
    chance: float
    crossing_eur: float

    def told(self, words=()):
        """Tell kind, in words if there are any, and place, in whole metres."""
        return f"{dict(words).get(self.kind, self.kind)} ({self.x:.0f}, {self.y:.0f})"


def places_met(lines, barriers):
    """Where each line meets which barriers.

    Parameters
    ----------
    lines : array_like of shapely lines, shape (n_lines,)
    barriers : Series or GeoSeries of shapely lines
        Indexed by the label of the barrier.

    Returns
    -------
    DataFrame, one row per line and barrier that it meets, in the order of the way
        line (position), barrier (label), x, y [m]. A barrier may be met several times:
        the first place stands for it.

    Examples
    --------
    >>> way, road = shapely.linestrings([[[0, 5], [20, 5]], [[12, 0], [12, 9]]])
    >>> places_met([way], pd.Series([road], [7])).to_numpy().tolist()
    [[0.0, 7.0, 12.0, 5.0]]
    """
    lines = np.asarray(lines, dtype=object).reshape(-1)
    shapes = barriers.to_numpy()
    line, barrier = crossings(lines, shapes)
    shared = shapely.intersection(lines[line], shapes[barrier])
    place, of_pair = shapely.get_parts(shared, return_index=True)
    place, line = shapely.centroid(place), line[of_pair]
    places = pd.DataFrame(
        {
            "line": line,
            "barrier": barriers.index.to_numpy()[barrier[of_pair]],
            "along_m": shapely.line_locate_point(lines[line], place),
            "x": shapely.get_x(place),
            "y": shapely.get_y(place),
        }
    ).sort_values(["line", "along_m", "barrier"])
    places = places.drop_duplicates(["line", "barrier"], ignore_index=True)
    return places.drop(columns="along_m")


def hindrances(places, n_lines, hindering):
    """Barriers that hinder one group on each line.

    Parameters
    ----------
    places : DataFrame
        As `places_met` gives it.
    n_lines : int
    hindering : DataFrame
        barrier (kind), chance, crossing_eur, indexed by the label of the barrier: those
        that hinder the group, others are left out.

    Returns
    -------
    Series of tuple of Hindrance, shape (n_lines,)
        In the order of the way.
    """
    own = places[places["barrier"].isin(hindering.index)]
    there = hindering.loc[own["barrier"]]
    rows = zip(
        own["barrier"],
        there["barrier"],
        own["x"],
        own["y"],
        there["chance"],
        there["crossing_eur"],
        strict=True,
    )
    met = [[] for _ in range(n_lines)]
    for line, row in zip(own["line"], rows, strict=True):
        met[line].append(Hindrance(*row))
    return pd.Series([tuple(own) for own in met], dtype=object)


def chance_through(met):
    """Chance to get past the barriers that no crossing opens.

    Parameters
    ----------
    met : iterable of Hindrance

    Returns
    -------
    float
        Product over those without a price; 1 without any.

    Examples
    --------
    >>> fence = Hindrance(1, "fence", 0.0, 0.0, 0.3, float("nan"))
    >>> road = Hindrance(2, "road", 9.0, 0.0, 0.2, 5e4)
    >>> chance_through([fence, road])
    0.3
    """
    return float(np.prod([one.chance for one in met if np.isnan(one.crossing_eur)]))


def crossings_eur(met):
    """Price of the crossings that let all groups across.

    Parameters
    ----------
    met : iterable of Hindrance
        Of all groups that use a corridor.

    Returns
    -------
    float
        In euros. Barriers of one kind that are met within `ONE_CROSSING_M` of each
        other, as carriageways are, need one crossing, and groups that need different
        ones the dearest, which serves them all. A barrier without a price adds nothing
        because it stays as it is.

    Examples
    --------
    >>> roads = [Hindrance(k, "road", x, 0.0, 0.2, eur)
    ...          for k, x, eur in [(1, 0.0, 5e4), (2, 60.0, 5e6), (3, 900.0, 5e4)]]
    >>> crossings_eur(roads)
    5050000.0
    """
    priced = [one for one in met if not np.isnan(one.crossing_eur)]
    if not priced:
        return 0.0
    kind, x, y, price = (
        np.array([getattr(one, name) for one in priced])
        for name in ("kind", "x", "y", "crossing_eur")
    )
    apart_m = np.hypot(np.subtract.outer(x, x), np.subtract.outer(y, y))
    i, j = np.nonzero((kind[:, None] == kind) & (apart_m <= ONE_CROSSING_M))
    same = coo_array((np.ones(i.size), (i, j)), shape=apart_m.shape)
    number, place = connected_components(same, directed=False)
    return float(sum(price[place == k].max() for k in range(number)))


def each_once(met):
    """Barriers of several groups, each once, in their order.

    Examples
    --------
    >>> road = Hindrance(2, "road", 9.0, 0.0, 0.2, 5e4)
    >>> len(each_once([road, road._replace(x=12.0)]))
    1
    """
    found = {}
    for one in met:
        found.setdefault(one.barrier, one)
    return list(found.values())
