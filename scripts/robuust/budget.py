"""The best plans that can be found for a row of budgets, and how good they must be."""

import time
from dataclasses import dataclass, replace

import numpy as np

from robuust.plan_conflicts import conflict_words
from robuust.plan_exchange import improved
from robuust.plan_model import best_plan
from robuust.plan_search import PlanSearch
from robuust.plan_values import PlanValues

SEARCH_SHARE = 0.5  # of the time of a plan; what is left of it goes to the solver
EXCHANGE_VALUES = 30_000  # of candidates for groups: the work of a search by exchange
STOPS = ("", "work", "time")  # what can stop a search, the worst last
LEAST_TIME_S = 1.0  # for the solver, however long the search took


@dataclass(frozen=True)
class Plan:
    """What one budget buys, and what that brings."""

    budget_eur: float
    name: str  # best, or nested: it keeps the nested plan of the budget before
    chosen: tuple  # positions of the candidates, those that bring most first
    gains: tuple  # gain with the first of them, the first two, and so on
    method: str  # what found it: greedy, exchange or model
    stopped_by: str  # time or work, as limits; nothing if all was tried
    rises: tuple  # relative rise of ECA per group; missing without habitat today
    upper_bound: float  # no plan within the budget gains more
    nesting_price_percent: float  # of the gain of the best plan; missing for that one

    @property
    def gain(self):
        """Weighted sum over the groups of the relative rise of ECA."""
        return self.gains[-1] if self.gains else 0.0

    @property
    def is_complete(self):
        """Whether nothing was left untried for lack of time or work."""
        return not self.stopped_by


@dataclass(frozen=True)
class Effort:
    """How plans are made."""

    p_min: float  # chances below it count as zero
    time_limit_s: float  # the last safety: for search and solver together, per plan
    gap_percent: float  # a plan this near to its bound is good enough for the solver
    threads: int = 1


@dataclass(frozen=True)
class _Found:
    """A plan as it was found."""

    search: PlanSearch
    choice: object
    method: str
    stopped_by: str
    bound: float

    @property
    def gain(self):
        return self.search.worth(self.choice)


def plan_budgets(groups, constraints, budgets_eur, effort, *, names, nested=False):
    """Make the best plan for each budget, and a bound on what any plan can gain.

    Per budget: greedy by exact gain per euro, in three ways; then exchanges until none
    helps; then the solver, which also proves the bound. The best of all is taken,
    valued exactly. The plans of the smaller budgets are among the starts: gain never
    falls with money, and a larger budget may keep a smaller plan.

    Parameters
    ----------
    groups : list of GroupLandscape
    constraints : PlanConstraints
        Its budget is not used. The required candidates must fit together.
    budgets_eur : iterable of float
    effort : Effort
    names : list of str
        Of the groups, for words.
    nested : bool
        Make plans too of which a larger one keeps the smaller.

    Returns
    -------
    list of Plan
        By budget, the best plan before the nested one. A plan may be empty.

    Raises
    ------
    ValueError
        If no plan gives each group its minimum rise: which constraints collide.
    """
    cost = np.asarray(constraints.cost_eur, dtype=float)
    values = PlanValues(groups, cost.size, p_min=effort.p_min, threads=effort.threads)
    pairs = values.pairs(cost)
    budgets, found, smaller = sorted(map(float, budgets_eur)), [], []
    kept = constraints.required
    for budget in budgets:
        within = replace(constraints, budget_eur=budget)
        best = _found(groups, values, within, pairs, smaller, effort)
        if best.search.lack(best.choice) > 0:
            raise ValueError(
                conflict_words(
                    *(values, within, pairs, budgets),
                    names=names,
                    is_proven=best.bound == -np.inf,
                )
            )
        nest = best
        if nested and found:
            keeping = replace(within, required=kept)
            nest = _found(groups, values, keeping, pairs, smaller[1:], effort)
            if best.search.is_better(nest.choice, best.choice):
                best = replace(nest, search=best.search, bound=best.bound)
        kept = np.zeros(cost.size, dtype=bool)
        kept[list(nest.choice.order)] = True
        smaller = [best.choice, nest.choice]
        found.append((budget, best, nest if nested else None))
    return _plans(found, values, len(groups))


def _found(groups, values, constraints, pairs, smaller, effort):
    """Best plan for one budget; the smaller plans are built upon where they fit."""
    started = time.monotonic()
    search = PlanSearch(values, constraints, pairs)
    until = started + SEARCH_SHARE * effort.time_limit_s
    choice = search.greedy(smaller, until=until)
    better, stopped_by = improved(
        search, choice, until=until, most_values=EXCHANGE_VALUES
    )
    method = "greedy" if better is choice else "exchange"
    choice = search.in_order(better)
    left = effort.time_limit_s - (time.monotonic() - started)
    model = best_plan(
        groups,
        constraints,
        p_min=effort.p_min,
        start=list(choice.order),
        time_limit_s=max(LEAST_TIME_S, left),
        gap_percent=effort.gap_percent,
        threads=effort.threads,
    )
    if model.chosen is not None:
        solved = search.in_order(search.filled(search.plan_of(model.chosen)))
        if search.is_better(solved, choice):
            choice, method = solved, "model"
    stopped_by = max(stopped_by, model.stopped_by, key=STOPS.index)
    if model.is_exact:
        stopped_by = ""  # nothing better is left to be found
    return _Found(search, choice, method, stopped_by, float(model.bound))


def _plans(found, values, n_groups):
    """Plans with bounds that no larger budget undercuts, and the price of nesting."""
    plans, bound = [], np.inf
    for budget, best, nest in reversed(found):
        bound = max(min(bound, best.bound), best.gain)
        row = {"budget": budget, "values": values, "n_groups": n_groups, "bound": bound}
        if nest is not None:
            lost = 1 - nest.gain / best.gain if best.gain > 0 else 0.0
            price = 100 * max(lost, 0.0)
            plans.append(_plan(nest, name="nested", price=price, **row))
        plans.append(_plan(best, name="best", price=np.nan, **row))
    return plans[::-1]


def _plan(found, *, budget, name, values, n_groups, bound, price):
    search, choice = found.search, found.choice
    growing, gains = search.nothing(), []
    for c in choice.order:
        growing = search.with_one(growing, c)
        gains.append(search.worth(growing))
    rises = np.full(n_groups, np.nan)
    rises[values.positions] = values.relative_rises(growing.pcnum)
    return Plan(
        budget_eur=budget,
        name=name,
        chosen=choice.order,
        gains=tuple(gains),
        method=found.method,
        stopped_by=found.stopped_by,
        rises=tuple(rises.tolist()),
        upper_bound=bound,
        nesting_price_percent=price,
    )
