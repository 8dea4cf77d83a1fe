"""Small landscapes to plan in, and all their plans valued by brute force."""

import numpy as np

from robuust.group_landscape import group_landscape
from robuust.plan_constraints import Part, PlanConstraints

P_MIN = 1e-4


def landscape(capacity, links, own, patch_links, mates, weight=1.0):
    return group_landscape(
        weight, capacity, links, own, patch_links, mates, p_min=P_MIN
    )


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
        p = 0.5 ** (gap_m / d0_m)
        a, b = np.triu_indices(n, 1)
        c, k = np.nonzero(np.ones((m, n)))
        d, e = np.triu_indices(m, 1)
        own = rng.uniform(0.5, 20, m) * (rng.random(m) < 0.7)
        groups.append(
            group_landscape(
                weight,
                rng.uniform(1, 30, n),
                (a, b, p[a, b]),
                own,
                (c, k, p[n + c, k]),
                (d, e, p[n + d, n + e]),
                p_min=P_MIN,
                useful=rng.random(m) < 0.9,
            )
        )
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


def relative_rises(groups, plans):
    """Relative rise of ECA of each group by each plan, without the code under test.

    Best paths by closing a table of chances over one node after the other (Floyd and
    Warshall), for many plans at once.
    """
    rises = []
    for group in groups:
        n, m = group.capacity.size, group.own.size
        chance = np.zeros((n + m, n + m))
        np.maximum.at(chance, tuple(np.asarray(group.links[:2], int)), group.links[2])
        chance[n:, :n] = group.to_patch.toarray()
        chance[n:, n:] = group.to_candidate.toarray()
        chance = np.maximum(chance, chance.T)
        np.fill_diagonal(chance, 1.0)
        pcnum = [_pcnums(chance, group, part) for part in np.array_split(plans, 64)]
        rises.append(np.sqrt(np.concatenate(pcnum) / group.pcnum) - 1)
    return np.column_stack(rises)


def _pcnums(chance, group, plans):
    n = group.capacity.size
    there = np.hstack([np.ones((len(plans), n), dtype=bool), plans])
    path = chance * (there[:, :, None] & there[:, None, :])
    for k in range(n + group.own.size):
        np.maximum(path, path[:, :, k, None] * path[:, None, k, :], out=path)
    path[path < P_MIN] = 0.0
    capacity = there * np.concatenate([group.capacity, group.own])
    return np.einsum("si,sij,sj->s", capacity, path, capacity)


def best_gain(groups, constraints, plans, rises):
    """Gain of the best of all plans that meet the constraints; minus infinity: none."""
    cost = np.asarray(constraints.cost_eur)
    fits = plans @ cost <= constraints.budget_eur * (1 + 1e-9)
    for part in constraints.parts:
        fits &= plans @ np.where(part.member, cost, 0) <= part.limit_eur * (1 + 1e-9)
    fits &= plans[:, constraints.required].all(axis=1)
    fits &= ~plans[:, constraints.forbidden].any(axis=1)
    for a, b in constraints.clashes:
        fits &= ~(plans[:, a] & plans[:, b])
    for group, least in constraints.minimum_rise.items():
        fits &= rises[:, group] >= least * (1 - 1e-9)
    gain = rises @ np.array([group.weight for group in groups])
    return float(gain[fits].max(initial=-np.inf))
