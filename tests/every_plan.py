"""Small cases for plans, and the best plan by looking at every one there is."""

import numpy as np
import shapely

from robuust.group_landscape import group_landscape
from robuust.plan_constraints import PlanConstraints

P_MIN = 1e-4


def landscape(capacity, links, own, patch_links, mates, weight=1.0):
    """Landscape of one group from links written by hand."""
    return group_landscape(
        weight, capacity, links, own, patch_links, mates, p_min=P_MIN
    )


def fields(hectares):
    """Fields that touch one patch of 10 ha: they only enlarge it."""
    m = len(hectares)
    mates = np.triu_indices(m, 1)
    return landscape(
        [10.0],
        ([], [], []),
        hectares,
        (np.arange(m), np.zeros(m, int), np.ones(m)),
        (*mates, np.ones(mates[0].size)),
    )


def constraints_for(cost, budget, **others):
    """Constraints that ask nothing but a budget, unless told otherwise."""
    m = len(cost)
    asked = {
        "clashes": np.empty((0, 2), dtype=np.int64),
        "required": np.zeros(m, dtype=bool),
        "forbidden": np.zeros(m, dtype=bool),
        **others,
    }
    return PlanConstraints(np.asarray(cost, dtype=float), float(budget), **asked)


def apart(m):
    """Squares that share no land."""
    return shapely.box(np.arange(m) * 10.0, 0, np.arange(m) * 10.0 + 5, 5)


def random_groups(rng, n, m, *, medians=(300, 1500), weights=(1.0, 2.0), crossings=0.0):
    """Groups of several scales with n patches and m candidates strewn over a plain.

    A share of the candidates are mere crossings: they have no habitat of their own.
    """
    places = rng.uniform(0, 4000, (n + m, 2))
    distance = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    is_crossing = rng.random(m) < crossings
    groups = []
    for d0, weight in zip(medians, weights, strict=True):
        useful = (rng.random(m) < 0.8) | is_crossing
        own = np.where(useful & ~is_crossing, rng.uniform(0.5, 20, m), 0.0)
        capacity, chance = rng.uniform(1, 30, n), 0.5 ** (distance / d0)
        groups.append(group_of_places(weight, capacity, own, chance, useful))
    return groups


def group_of_places(weight, capacity, own, chance, useful):
    """Landscape of one group from chances between all its patches, then candidates."""
    n, m = len(capacity), len(own)
    a, b = np.triu_indices(n, 1)
    c, k = np.nonzero(np.ones((m, n)))
    d, e = np.triu_indices(m, 1)
    return group_landscape(
        weight,
        capacity,
        (a, b, chance[a, b]),
        own,
        (c, k, chance[n + c, k]),
        (d, e, chance[n + d, n + e]),
        p_min=P_MIN,
        useful=useful,
    )


def river_groups(rng, reaches=16):
    """A river of reaches between barriers; each barrier can be opened at a cost."""
    before = np.array([rng.integers(0, k) for k in range(1, reaches)])
    behind, m = np.arange(1, reaches), reaches - 1
    barrier = np.arange(m)
    return [
        landscape(
            rng.uniform(1, 40, reaches),
            (before, behind, rng.uniform(0.0, 0.5, m)),
            np.zeros(m),
            (np.r_[barrier, barrier], np.r_[before, behind], np.ones(2 * m)),
            ([], [], []),
        )
    ]


def all_rises(groups, m):
    """Relative rise of ECA of each group by each of the 2 ** m sets of candidates.

    Independent of the library's searches: a closed table of best chances, to which
    candidates are added one by one. Row s is the set of the bits of s.
    """
    rises = np.zeros((2**m, len(groups)))
    for column, group in enumerate(groups):
        if not group.pcnum > 0:
            continue
        n = group.capacity.size
        chance = np.eye(n + m)
        for a, b, p in zip(*group.links, strict=True):
            chance[a, b] = chance[b, a] = max(chance[a, b], p)
        for k in range(n):
            chance = np.maximum(chance, chance[:, [k]] * chance[[k], :])
        direct = np.hstack([group.to_patch.toarray(), group.to_candidate.toarray()])
        habitat = np.r_[group.capacity, np.zeros(m)]
        before = np.sqrt(_pcnum(chance, habitat))
        stack = [(0, 0, chance, habitat)]
        while stack:
            first, members, chance, habitat = stack.pop()
            rises[members, column] = np.sqrt(_pcnum(chance, habitat)) / before - 1
            there = np.r_[np.ones(n), [members >> k & 1 for k in range(m)]]
            for c in range(first, m):
                way = ((direct[c] * there)[:, None] * chance).max(axis=0)
                way[n + c] = 1.0
                grown = habitat.copy()
                grown[n + c] = group.own[c]
                added = np.maximum(chance, np.outer(way, way))
                stack.append((c + 1, members | 1 << c, added, grown))
    return rises


def _pcnum(chance, habitat):
    return habitat @ np.where(chance >= P_MIN, chance, 0.0) @ habitat


def allowed_sets(constraints, rises):
    """Which of all sets meet the constraints."""
    m = len(constraints.cost_eur)
    taken = np.arange(2**m)[:, None] >> np.arange(m) & 1 == 1
    spent = taken * constraints.cost_eur
    meets = spent.sum(axis=1) <= constraints.budget_eur * (1 + 1e-9)
    for part in constraints.parts:
        meets &= spent[:, part.member].sum(axis=1) <= part.limit_eur * (1 + 1e-9)
    for a, b in constraints.clashes:
        meets &= ~(taken[:, a] & taken[:, b])
    meets &= taken[:, constraints.required].all(axis=1)
    meets &= ~taken[:, constraints.forbidden].any(axis=1)
    for k, least in constraints.minimum_rise.items():
        meets &= rises[:, k] >= least * (1 - 1e-9)
    return meets


def best_gain(groups, constraints, rises):
    """Gain of the best of all plans that meet the constraints; missing for none."""
    meets = allowed_sets(constraints, rises)
    gains = rises @ np.array([group.weight for group in groups])
    return float(gains[meets].max()) if meets.any() else np.nan


def members_row(chosen):
    """Row of `all_rises` for a plan."""
    return sum(1 << int(c) for c in chosen)
