"""What a plan has to keep to: money, land, parcels that must or must not, fairness."""

from dataclasses import dataclass, field

import numpy as np
import shapely

ROUNDING = 1e-9  # of a budget: sums of costs are no more exact than that
SAME_LAND_SHARE = 0.005  # of the smaller: slivers are cut before, these are choices


@dataclass(frozen=True)
class Part:
    """Candidates that share a purse of their own: a track or a province."""

    name: str
    member: np.ndarray  # bool, shape (m,)
    limit_eur: float  # the members that a plan takes cost at most this [EUR]


@dataclass(frozen=True)
class PlanConstraints:
    """What every plan for one budget has to meet; m candidates by their position."""

    cost_eur: np.ndarray  # shape (m,), zero or more [EUR]
    budget_eur: float
    clashes: np.ndarray  # int, shape (k, 2): the same land, so at most one of the two
    required: np.ndarray  # bool, shape (m,): in every plan
    forbidden: np.ndarray  # bool, shape (m,): in no plan
    parts: list = field(default_factory=list)  # of Part
    # Position in the list of groups -> relative rise of ECA at least (0.1 is 10 %).
    minimum_rise: dict = field(default_factory=dict)


def clashing_pairs(shapes):
    """Pairs of candidates that claim the same land.

    Parameters
    ----------
    shapes : array_like of shapely polygons, shape (m,)

    Returns
    -------
    ndarray of int64, shape (k, 2)
        Pairs that share more than a sliver of the smaller of the two; the first of a
        pair is the lower one, sorted.

    Examples
    --------
    >>> clashing_pairs(shapely.box([0, 1, 9], 0, [2, 3, 10], 2)).tolist()
    [[0, 1]]
    """
    shapes = np.asarray(shapes, dtype=object).reshape(-1)
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    area = shapely.area(shapes)
    shared = shapely.area(shapely.intersection(shapes[a], shapes[b]))
    clash = shared > SAME_LAND_SHARE * np.minimum(area[a], area[b])
    pairs = np.column_stack([a[clash], b[clash]])
    return pairs[np.lexsort(pairs.T[::-1])].astype(np.int64)


def rounded_up(limit_eur):
    """Limit with room for the rounding of a sum of costs [EUR]."""
    return limit_eur * (1 + ROUNDING)


def is_allowed(constraints, chosen):
    """Whether a plan meets all constraints but the minimum rises.

    Parameters
    ----------
    constraints : PlanConstraints
    chosen : array_like of int, shape (k,)
        Positions of the candidates that it takes.

    Returns
    -------
    bool

    Examples
    --------
    >>> no = np.zeros(2, dtype=bool)
    >>> limits = PlanConstraints(np.array([3.0, 4.0]), 6, np.empty((0, 2), int), no, no)
    >>> is_allowed(limits, [1]), is_allowed(limits, [0, 1])
    (True, False)
    """
    taken = np.zeros(constraints.cost_eur.size, dtype=bool)
    taken[np.asarray(chosen, dtype=np.int64)] = True
    cost = np.where(taken, constraints.cost_eur, 0.0)
    purses = [(cost.sum(), constraints.budget_eur)]
    purses += [(cost[part.member].sum(), part.limit_eur) for part in constraints.parts]
    return bool(
        all(spent <= rounded_up(limit) for spent, limit in purses)
        and not (constraints.required & ~taken).any()
        and not (constraints.forbidden & taken).any()
        and not taken[constraints.clashes].all(axis=1).any()
    )
