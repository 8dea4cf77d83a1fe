"""How much a plan could gain at most: a bound that holds for every plan."""

from dataclasses import dataclass, replace

import numpy as np

from robuust.group_landscape import whole_pcnum

ROUNDS = 8  # of the search for a tight bound; each round gives a valid one


def upper_bound(groups, cost, budget, *, p_min, known=None):
    """Gain that no plan within the budget can exceed.

    The better of two bounds, both valid although PC is not submodular. (1) Every
    affordable candidate is carried out: adding patches never lowers PC. (2) For any
    plan, PCnum is at most what the chosen candidates would add if all affordable ones
    lent their paths; that is a sum over the chosen and over pairs of them, the pairs
    are bounded by the best that the rest of the money can pair with (Gallo's upper
    planes), the square root by its tangent, and what is left is one linear knapsack
    over all groups together, whose fractional optimum bounds every plan.

    Parameters
    ----------
    groups, cost, budget, p_min, known
        As for `budget.greedy_plan`.

    Returns
    -------
    float
        Weighted sum of relative rises of ECA; loose when candidates lean on each
        other much, never too low.

    References
    ----------
    Gallo, Hammer & Simeone (1980), https://doi.org/10.1007/BFb0120892
    """
    cost = np.asarray(cost, dtype=float)
    affordable = np.flatnonzero(cost <= budget * (1 + 1e-12))
    known = {} if known is None else known
    terms = []
    for k, group in enumerate(groups):
        if group.pcnum > 0 and (group.own[affordable] > 0).any():
            key = ("bound", k, affordable.tobytes())
            if key not in known:
                known[key] = _most_terms(group, affordable, p_min)
            terms.append(_budget_terms(known[key], cost[affordable], budget))
    if not terms:
        return 0.0
    best = sum(t.weight * (np.sqrt(t.most) / t.before - 1) for t in terms)
    tangent = np.array([t.most for t in terms])
    for _ in range(ROUNDS):
        constant, value, planes = 0.0, np.zeros(cost.size), []
        for t, at in zip(terms, tangent, strict=True):
            start, plane = min(t.planes, key=lambda p: p[0] + p[1] @ t.share)
            scale = t.weight / t.before
            constant += scale * (np.sqrt(at) + (start - at) / (2 * np.sqrt(at)))
            constant -= t.weight
            value[affordable] += scale * plane / (2 * np.sqrt(at))
            planes.append((start, plane))
        taken = _fractional_knapsack(value, cost, budget)
        best = min(best, constant + float(value @ taken))
        tangent = np.array([s + p @ taken[affordable] for s, p in planes])
        for t in terms:
            t.share[:] = taken[affordable]
    return float(max(best, 0.0))


@dataclass(frozen=True)
class _Terms:
    """One group's part of the upper bound."""

    weight: float
    before: float  # ECA as it is
    most: float  # PCnum with every affordable candidate
    own: np.ndarray  # effective habitat of each affordable candidate [ha]
    company: np.ndarray  # habitat of each other candidate x chance to reach it
    planes: list  # pairs (constant, value per candidate) that bound PCnum
    share: np.ndarray  # how much of each candidate the last knapsack took


def _most_terms(group, affordable, p_min):
    """Bound PCnum of any plan, whatever the budget, but for pairs of candidates."""
    own = group.own[affordable]
    most, path = whole_pcnum(group, affordable, p_min)
    n = group.capacity.size
    patches, candidates = path[:n, :n], path[n:, :]
    reach, mates = candidates[:, :n], candidates[:, n:]
    alone = own**2 + 2 * own * (reach @ group.capacity)
    company = mates.toarray() * own
    np.fill_diagonal(company, 0.0)
    # Paths between patches: all lent for nothing, or each paid by who it leads through.
    all_paths = float(group.capacity @ (patches @ group.capacity))
    through = np.zeros(own.size)
    for k in np.flatnonzero(own > 0):
        row = reach[[k]]
        i = row.indices
        chance = np.outer(row.data, row.data)
        chance[chance < p_min] = 0.0
        gained = np.maximum(chance - group.path[i][:, i].toarray(), 0.0)
        through[k] = group.capacity[i] @ gained @ group.capacity[i]
    return _Terms(
        weight=group.weight,
        before=float(np.sqrt(group.pcnum)),
        most=most,
        own=own,
        company=company,
        planes=[(all_paths, alone), (group.pcnum, alone + through)],
        share=np.zeros(own.size),
    )


def _budget_terms(terms, cost, budget):
    """Add to each candidate the best company that the rest of the money can buy."""
    best = np.array(
        [
            row @ _fractional_knapsack(row, cost, left)
            for row, left in zip(terms.company, budget - cost, strict=True)
        ]
    )
    planes = [(start, plane + terms.own * best) for start, plane in terms.planes]
    return replace(terms, planes=planes, share=np.zeros(best.size))


def _fractional_knapsack(value, cost, budget):
    """Share of each item in the best filling when items may be cut."""
    density = np.divide(value, cost, out=np.full(value.shape, np.inf), where=cost > 0)
    order = np.lexsort((np.arange(value.size), -density))
    order = order[value[order] > 0]
    spent = np.cumsum(cost[order]) - cost[order]
    taken = np.zeros(value.shape)
    price = np.where(cost[order] > 0, cost[order], 1.0)
    taken[order] = np.where(
        cost[order] > 0, np.clip((budget - spent) / price, 0, 1), 1.0
    )
    return taken
