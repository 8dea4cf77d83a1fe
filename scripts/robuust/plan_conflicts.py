"""Which constraints collide when no plan gives each group its minimum rise."""

import copy
import time
from dataclasses import replace
from functools import partial

import numpy as np

from robuust.plan_exchange import improved
from robuust.plan_search import PlanSearch

TRY_S = 5.0  # for each attempt to meet some of the constraints


def conflict_words(values, constraints, pairs, budgets_eur, *, names, is_proven=False):
    """Say which constraints cannot be met together, and what can be reached.

    Constraints are left out one by one: what can go while the rest still cannot be met
    is no part of the conflict. A minimum that cannot be met even without the others is
    told by itself.

    Parameters
    ----------
    values : robuust.plan_values.PlanValues
    constraints : PlanConstraints
        For one budget.
    pairs : tuple
        As `PlanValues.pairs` gives them.
    budgets_eur : list of float
        Of all plans; the first larger one that would do is named.
    names : list of str
        Names of the groups.
    is_proven : bool
        Whether it is proven that there is no such plan; else none was found.

    Returns
    -------
    str
        What collides, the largest rise that was reached, and what to do.
    """
    minima = sorted(constraints.minimum_rise)
    hopeless = [
        [k] for k in minima if not _can_meet(values, _only(constraints, [k]), pairs)
    ]
    lines = []
    for wanted in hopeless or [minima]:
        within = _only(constraints, wanted)
        kept, others = smallest_conflict(values, within, pairs)
        within = _only(constraints, kept)
        asked = [
            f"{names[k]} at least {_percent(constraints.minimum_rise[k])}" for k in kept
        ]
        most = [
            f"{_percent(largest_rise(values, within, k))} for {names[k]}" for k in kept
        ]
        with_others = " (with the other minima met)" if len(kept) > 1 else ""
        lines.append(
            f"{' and '.join(asked)} cannot be had with {_listed(others)}; the most that"
            f" was reached within {constraints.budget_eur:,.0f} EUR{with_others} is"
            f" {' and '.join(most)}"
        )
    enough = _enough(values, constraints, pairs, budgets_eur)
    advice = "Lower restoration.minimum_rise to what can be reached"
    if enough is not None:
        advice += f", or leave out the budgets below {enough:,.0f} EUR, which is enough"
    there_is = "there is no plan" if is_proven else "no plan was found"
    return (
        f"{there_is} within {constraints.budget_eur:,.0f} EUR that meets"
        " restoration.minimum_rise:\n- " + "\n- ".join(lines) + f"\n{advice}."
    )


def smallest_conflict(values, constraints, pairs):
    """Find constraints that cannot be met together, though any fewer of them can.

    Parameters
    ----------
    values, constraints, pairs
        As for `conflict_words`; all constraints together cannot be met.

    Returns
    -------
    minima : list of int
        Groups whose minimum rises are part of the conflict.
    others : list of str
        The other constraints in it, in words; empty when the land alone decides.
    """
    within = constraints
    minima = list(constraints.minimum_rise)
    for k in list(minima):
        fewer = [other for other in minima if other != k]
        if fewer and not _can_meet(values, _only(within, fewer), pairs):
            minima, within = fewer, _only(within, fewer)
    others = []
    for words, relaxed in _relaxations(within):
        trial = relaxed(within)
        if _can_meet(values, trial, pairs):
            others.append(words)
        else:
            within = trial
    return minima, others


def largest_rise(values, constraints, group):
    """Largest relative rise of one group that was found, its own minimum left out.

    Parameters
    ----------
    values : robuust.plan_values.PlanValues
    constraints : PlanConstraints
    group : int
        Position of the group.

    Returns
    -------
    float
        0 for a group that no candidate serves.
    """
    if group not in values.positions:
        return 0.0
    column = values.positions.index(group)
    for_it = copy.copy(values)
    for_it.weight = np.zeros(values.weight.size)
    for_it.weight[column] = 1.0
    others = [k for k in constraints.minimum_rise if k != group]
    pairs = for_it.pairs(np.asarray(constraints.cost_eur, dtype=float))
    search = PlanSearch(for_it, _only(constraints, others), pairs)
    choice, _ = improved(search, search.greedy(), until=time.monotonic() + TRY_S)
    return float(for_it.relative_rises(choice.pcnum)[column])


def _enough(values, constraints, pairs, budgets_eur):
    """Find the first larger budget with which all minima can be met; None for none."""
    for budget in sorted(budgets_eur):
        if budget > constraints.budget_eur:
            within = replace(constraints, budget_eur=budget)
            if _can_meet(values, within, pairs):
                return budget
    return None


def _can_meet(values, constraints, pairs):
    """Whether a plan is found that meets all constraints."""
    search = PlanSearch(values, constraints, pairs)
    choice = search.greedy()
    if search.lack(choice) > 0:
        choice, _ = improved(search, choice, until=time.monotonic() + TRY_S)
    return search.lack(choice) == 0


def _only(constraints, groups):
    """Constraints with the minimum rises of some groups only."""
    minima = {k: constraints.minimum_rise[k] for k in groups}
    return replace(constraints, minimum_rise=minima)


def _relaxations(constraints):
    """Pairs of a constraint in words and what leaves it out, the budget last."""
    found = []
    if constraints.forbidden.any():
        found.append(("the forbidden candidates", _without_forbidden))
    if constraints.required.any():
        found.append(("the must-haves", _without_required))
    for part in constraints.parts:
        words = f"the budget of {part.limit_eur:,.0f} EUR for {part.name}"
        found.append((words, partial(_without_part, name=part.name)))
    words = f"the budget of {constraints.budget_eur:,.0f} EUR"
    return [*found, (words, _without_budget)]


def _without_part(constraints, *, name):
    parts = [part for part in constraints.parts if part.name != name]
    return replace(constraints, parts=parts)


def _without_forbidden(constraints):
    return replace(constraints, forbidden=np.zeros_like(constraints.forbidden))


def _without_required(constraints):
    return replace(constraints, required=np.zeros_like(constraints.required))


def _without_budget(constraints):
    return replace(constraints, budget_eur=float(np.sum(constraints.cost_eur)))


def _percent(rise):
    return f"{100 * rise:.3g} %"


def _listed(words):
    if not words:
        return "all the candidates there are"
    return " and ".join(words)
