"""How much a plan could gain at most: a bound that holds for every plan."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from robuust.connectivity import path_probabilities
from robuust.group_landscape import whole_pcnum
from robuust_kernels.blocks import in_blocks
from robuust_kernels.gain_kernels import lent_paths

ROUNDS = 8  # of the search for a tight bound; each round gives a valid one
CANDIDATES_PER_BLOCK = 16


def upper_bound(groups, cost, budget, *, p_min, known=None, threads=1):
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
    groups, cost, budget, p_min, known, threads
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
                known[key] = _most_terms(group, affordable, p_min, threads)
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
    company: sparse.csr_array  # habitat of each other x chance to reach it
    planes: list  # pairs (constant, value per candidate) that bound PCnum
    share: np.ndarray  # how much of each candidate the last knapsack took


def _most_terms(group, affordable, p_min, threads):
    """Bound PCnum of any plan, whatever the budget, but for pairs of candidates."""
    own = group.own[affordable]
    most, path = whole_pcnum(group, affordable, p_min, threads=threads)
    n = group.capacity.size
    patches, candidates = path[:n, :n], path[n:, :]
    reach, company = candidates[:, :n], candidates[:, n:]
    alone = own**2 + 2 * own * (reach @ group.capacity)
    company = company - sparse.eye_array(own.size)
    # Paths between patches: all lent for nothing, or each paid by who it leads through.
    all_paths = float(group.capacity @ (patches @ group.capacity))
    through = _lent(group, reach[own > 0], p_min, threads)
    lent = np.zeros(own.size)
    lent[own > 0] = through
    return _Terms(
        weight=group.weight,
        before=float(np.sqrt(group.pcnum)),
        most=most,
        own=own,
        company=sparse.csr_array(company * own),
        planes=[(all_paths, alone), (group.pcnum, alone + lent)],
        share=np.zeros(own.size),
    )


def _lent(group, reach, p_min, threads):
    """Sum what each candidate could bring if all others lent their paths."""
    now = path_probabilities(
        group.capacity.size, *group.links, p_min=p_min, threads=threads
    )
    reach, now = (
        (
            table.indptr.astype(np.int64),
            table.indices.astype(np.int32),
            np.ascontiguousarray(table.data),
        )
        for table in (reach.sorted_indices(), now)
    )

    def lend(start, stop):
        return lent_paths(start, stop, reach, now, group.capacity, p_min)

    parts = in_blocks(
        lend,
        reach[0].size - 1,
        block=CANDIDATES_PER_BLOCK,
        threads=threads,
        label="bound of the plan",
    )
    return np.concatenate([np.empty(0), *parts])


def _budget_terms(terms, cost, budget):
    """Add to each candidate the best company that the rest of the money can buy."""
    first, mate, value = terms.company.indptr, terms.company.indices, terms.company.data
    best = np.zeros(cost.size)
    for k, left in enumerate(budget - cost):
        near = slice(first[k], first[k + 1])
        shares = _fractional_knapsack(value[near], cost[mate[near]], left)
        best[k] = value[near] @ shares
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
