"""Pinch points: where all ways through a corridor squeeze together.

A current is sent from end to end. Where a cell carries much more of it than the cells
of the corridor do on average, the ways crowd. A crowded place is a pinch point when
the corridor cannot do without: closing it takes away a good part of what gets through.
"""

from typing import NamedTuple

import numpy as np

from robuust.current_flow import current_map
from robuust.grid import EIGHT

CROWDED = 2.0  # times the mean current of the cells of the corridor
LEAST_LOSS = 0.25  # of what gets through, when the place is closed
MOST = 8  # crowded places of a corridor that are looked at, the busiest first


class PinchPoints(NamedTuple):
    """Pinch points of one corridor, the most needed first.

    Attributes
    ----------
    label : ndarray of int32, shape (rows, columns)
        1 for the cells of the first, 2 for those of the second; 0 elsewhere.
    current_share : ndarray of float, shape (n,)
        Share of all that moves from end to end that passes the busiest cell, 0 to 1.
    lost_share : ndarray of float, shape (n,)
        Share of what gets through that is lost when the place is closed, 0 to 1;
        1 where nothing gets through any more.
    """

    label: np.ndarray
    current_share: np.ndarray
    lost_share: np.ndarray


def pinch_points(resistance, inside, ends):
    """Find the places where the ways through a corridor squeeze together.

    Parameters
    ----------
    resistance : array_like of float, shape (rows, columns)
        Above zero; missing or infinite where nothing passes. Tolls of barriers are
        part of it: resistance + toll / side of a cell.
    inside : ndarray of bool, shape (rows, columns)
        Cells of the corridor; nothing passes elsewhere.
    ends : ndarray of int, shape (rows, columns)
        1 and 2 in the cells of both ends, elsewhere 0.

    Returns
    -------
    PinchPoints
        None of them where the corridor is everywhere as wide: then its narrowest
        width says how narrow it is.

    Raises
    ------
    ValueError, MemoryError
        As `current_map`.

    Notes
    -----
    What gets through is the conductance from end to end, one over the effective
    resistance; for random walkers the chance to arrive before they are back home is
    proportional to it (Doyle & Snell 1984, https://arxiv.org/abs/math/0001057).

    Examples
    --------
    Two fields, and a gate of one cell between them.

    >>> inside = np.ones((5, 9), dtype=bool)
    >>> inside[[0, 1, 3, 4], 4] = False
    >>> ends = np.zeros((5, 9), dtype=int)
    >>> ends[:, 0], ends[:, 8] = 1, 2
    >>> found = pinch_points(np.ones((5, 9)), inside & (ends == 0), ends)
    >>> found.current_share.round(6).tolist(), found.lost_share.tolist()
    ([1.0], [1.0])
    >>> np.argwhere(found.label).tolist()
    [[2, 4]]
    """
    from scipy import ndimage  # slow to import, and few jobs need it

    land = np.where(inside | (ends > 0), resistance, np.nan)
    flow, whole = _current(land, ends)
    crowd, n = ndimage.label(
        inside & (flow > CROWDED * flow[inside].mean()), structure=EIGHT
    )
    number = np.arange(1, n + 1)
    busiest = np.asarray(ndimage.maximum(flow, crowd, number), dtype=float).reshape(-1)
    # Of a current of one, what does not pass a place stays when it is closed. So with a
    # share q through it the resistance rises to 1 / (1 - q)^2 at most.
    through = np.asarray(ndimage.sum(flow, crowd, number), dtype=float).reshape(-1)
    looked_at = np.argsort(-busiest, kind="stable")
    looked_at = looked_at[through[looked_at] >= 1 - np.sqrt(1 - LEAST_LOSS)][:MOST]
    lost = np.array(
        [1 - whole / _current(land, ends, crowd == k + 1)[1] for k in looked_at]
    )
    needed = np.flatnonzero(lost >= LEAST_LOSS) if n else looked_at
    needed = needed[np.argsort(-lost[needed], kind="stable")]
    label = np.zeros(resistance.shape, dtype=np.int32)
    for number, k in enumerate(looked_at[needed], start=1):
        label[crowd == k + 1] = number
    return PinchPoints(label, busiest[looked_at[needed]], lost[needed])


def _current(land, ends, closed=None):
    """Give the current through each cell from end to end, and the resistance."""
    if closed is not None:
        land = np.where(closed, np.nan, land)
    found = current_map(land, ends, [1], [2])
    return found.total, found.resistance[0]
