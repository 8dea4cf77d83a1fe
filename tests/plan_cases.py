"""Small landscapes at random, with any constraints, to plan in."""

import numpy as np
from every_plan import group_of_places

from robuust.plan_constraints import Part, PlanConstraints


def random_groups(seed, n_candidates, *, side_m=4000):
    """Patches and candidates of two groups, strewn over a plain or along a line.

    Gaps are shortened at random, as large patches do: chains of stepping stones can be
    better than the direct way. Three candidates in ten are mere connections.
    """
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 7)), n_candidates
    place = rng.uniform(0, side_m, (n + m, 2))
    place[:, 1] *= rng.choice([1.0, 0.05])
    gap_m = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
    gap_m = np.maximum(gap_m - rng.uniform(0, 400), 0)
    groups = []
    for d0_m, weight in ((150, 1.0), (600, 2.0)):
        own = rng.uniform(0.5, 20, m) * (rng.random(m) < 0.7)
        capacity, useful = rng.uniform(1, 30, n), rng.random(m) < 0.9
        chance = 0.5 ** (gap_m / d0_m)
        groups.append(group_of_places(weight, capacity, own, chance, useful))
    return groups


def random_constraints(seed, m, *, only_money=False):
    """Costs and a budget, and now and then each of the other constraints."""
    rng = np.random.default_rng([seed, 1])
    no = np.zeros(m, dtype=bool)
    pairs = np.column_stack(np.triu_indices(m, 1))
    limits = PlanConstraints(
        rng.integers(0, 12, m).astype(float),
        float(rng.integers(0, 30)),
        pairs[:0],
        no,
        no,
    )
    if only_money:
        return limits
    role = rng.random(m)
    members = rng.random((2, m)) < 0.5
    return PlanConstraints(
        limits.cost_eur,
        limits.budget_eur,
        pairs[rng.random(len(pairs)) < 0.05],
        role < 0.08,
        role > 0.92,
        [Part(f"part {k}", is_in, 12.0) for k, is_in in enumerate(members)][
            : rng.integers(0, 3)
        ],
        {int(rng.integers(0, 2)): float(rng.uniform(0, 0.3))}
        if rng.random() < 0.4
        else {},
    )


def all_plans(m):
    """Every plan as a row of an array of bool, shape (2**m, m)."""
    return (np.arange(2**m)[:, None] >> np.arange(m)) % 2 == 1
