"""What the settings ask of plans, as constraints; words where that cannot be."""

from difflib import get_close_matches
from itertools import combinations

import numpy as np

from robuust.corridor_candidates import CORRIDOR
from robuust.plan_constraints import (
    Part,
    PlanConstraints,
    clashing_pairs,
    rounded_up,
)
from robuust.problems import did_you_mean
from robuust.report_units import unit_candidates

MANY = 5  # ids in one sentence


def constraints_of(candidates, wishes, parcels, units, *, groups, budgets_eur):
    """Make the constraints that the settings and the layer of parcels ask for.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, rank, track, cost_eur, polygons; in the order of positions.
    wishes : dict
        must_have, forbidden (lists of candidate_id), minimum_rise (dict of group to
        relative rise), track_budgets_eur (dict), unit_budgets (list of dict with
        level, name, budget_eur): the settings of these names.
    parcels : DataFrame
        candidate_id, excluded, must_have, forbidden: as the layer of parcels says.
    units : GeoDataFrame
        unit_id, level, name and polygons of the reporting units.
    groups : dict of str to bool
        Groups of the run, and whether each has habitat today.
    budgets_eur : list of float
        Of all plans.

    Returns
    -------
    PlanConstraints
        For the largest budget.

    Raises
    ------
    ValueError
        Everything that cannot be: unknown names, with the nearest known one, and
        constraints that contradict each other.
    """
    ids = candidates["candidate_id"].tolist()
    problems = []
    masks = {}
    for name in ("must_have", "forbidden"):
        flagged = parcels.loc[parcels[name].astype(bool), "candidate_id"].tolist()
        problems += _unknown_ids(name, wishes[name], flagged, ids, parcels)
        masks[name] = np.isin(ids, [*wishes[name], *flagged])
    parts = _track_parts(candidates, wishes["track_budgets_eur"])
    of_units, unknown = _unit_parts(candidates, wishes["unit_budgets"], units)
    found = PlanConstraints(
        cost_eur=candidates["cost_eur"].to_numpy(float),
        budget_eur=float(max(budgets_eur)),
        clashes=_alternatives(candidates),
        required=masks["must_have"],
        forbidden=masks["forbidden"],
        parts=parts + of_units,
        minimum_rise={
            k: float(wishes["minimum_rise"][group])
            for k, group in enumerate(groups)
            if group in wishes["minimum_rise"]
        },
    )
    problems += unknown + _minimum_problems(wishes["minimum_rise"], groups)
    problems += contradictions(found, ids, budgets_eur)
    if problems:
        raise ValueError(
            "no plan can be as the settings ask:\n- " + "\n- ".join(problems)
        )
    return found


def _alternatives(candidates):
    """Pairs that claim the same land: a crossing may lie over a parcel, though.

    Not over a corridor, which has paid for a crossing of its own there.
    """
    pairs = clashing_pairs(candidates.geometry.to_numpy())
    kinds = candidates["kind"].to_numpy(dtype=object)[pairs]
    one_connects = (kinds == "crossing").sum(axis=1) == 1
    return pairs[~one_connects | (kinds == CORRIDOR).any(axis=1)]


def contradictions(constraints, ids, budgets_eur):
    """Say which constraints contradict each other, whatever else a plan holds.

    Parameters
    ----------
    constraints : PlanConstraints
    ids : list of str
        candidate_id by position.
    budgets_eur : list of float

    Returns
    -------
    list of str
        A sentence for each; empty when what is required fits together.

    Examples
    --------
    >>> yes, no = np.ones(2, dtype=bool), np.zeros(2, dtype=bool)
    >>> both = PlanConstraints(np.array([3.0, 4]), 6, np.array([[0, 1]]), yes, no)
    >>> contradictions(both, ["a", "b"], [9])
    ['must-haves a and b claim the same land; keep one of the two']
    """
    required, cost = constraints.required, constraints.cost_eur
    named = np.array([str(name) for name in ids], dtype=object)
    both = named[required & constraints.forbidden]
    words = [
        f"{name} is a must-have and forbidden; take it off one of the two"
        for name in both
    ]
    words += [
        f"must-haves {named[a]} and {named[b]} claim the same land; keep one of the two"
        for a, b in constraints.clashes[required[constraints.clashes].all(axis=1)]
    ]
    spent = cost[required].sum()
    short = [b for b in sorted(budgets_eur) if spent > rounded_up(b)]
    if short:
        budgets = " and ".join(f"{budget:,.0f}" for budget in short)
        words.append(
            f"the must-haves {_few(named[required])} cost {spent:,.0f} EUR together,"
            f" more than the budget of {budgets} EUR; raise restoration.budgets_eur or"
            " drop a must-have"
        )
    for part in constraints.parts:
        here = required & part.member
        spent = cost[here].sum()
        if spent > rounded_up(part.limit_eur):
            words.append(
                f"the must-haves {_few(named[here])} cost {spent:,.0f} EUR together,"
                f" more than the budget of {part.limit_eur:,.0f} EUR for {part.name};"
                " raise that budget or drop a must-have"
            )
    return words


def _few(names):
    """First few names, and how many more there are."""
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return ", ".join(names[:MANY]) + more


def _unknown_ids(name, wished, flagged, ids, parcels):
    """Ids in the settings, or flagged in the layer, that no candidate has."""
    excluded = set(parcels.loc[parcels["excluded"].astype(bool), "candidate_id"])
    known = set(ids)
    words = []
    for wish in wished:
        if wish in known:
            continue
        if wish in excluded and name == "forbidden":
            continue  # it is in no plan anyhow
        what = "that the layer of parcels excludes" if wish in excluded else ""
        what = what or f"which is the id of no candidate{_nearest(wish, ids)}"
        words.append(f"restoration.{name}: found {wish}, {what}")
    lost = sorted(set(flagged) - known) if name == "must_have" else []
    for parcel in lost:
        why = (
            "the same layer excludes it"
            if parcel in excluded
            else "it is no candidate, since no usable land of it is left"
        )
        words.append(f"the layer of parcels makes {parcel} a must-have, but {why}")
    return words


def _nearest(wish, ids):
    """Suggest the known id nearest to one found, also without the source before it."""
    whole = {name.rpartition(":")[2]: name for name in reversed(ids)}
    close = [wish] if wish in whole else get_close_matches(wish, whole, n=1)
    return f"; did you mean '{whole[close[0]]}'?" if close else did_you_mean(wish, ids)


def _track_parts(candidates, budgets_eur):
    """Make a part of the budget for each track that has one."""
    track = candidates["track"].to_numpy(dtype=object)
    return [
        Part(name, track == name, float(budget))
        for name, budget in sorted(budgets_eur.items())
    ]


def _unit_parts(candidates, unit_budgets, units):
    """Make a part of the budget for each unit that has one; words on unknown units."""
    if not unit_budgets:
        return [], []
    placed = unit_candidates(units, candidates)
    parts, words = [], []
    levels = sorted(units["level"].unique())
    for budget in unit_budgets:
        level, name = budget["level"], str(budget["name"])
        here = units[units["level"] == level]
        if not len(here):
            words.append(
                f"restoration.unit_budgets: found the level {level}, which no reporting"
                f" unit has; known are {', '.join(levels)}"
            )
            continue
        is_named = (here["name"] == name) | (here["unit_id"] == name)
        if not is_named.any():
            words.append(
                f"restoration.unit_budgets: found {name}, which is no {level}"
                f" here{did_you_mean(name, here['name'])}"
            )
            continue
        name = here.loc[is_named, "name"].iloc[0]
        named = placed["unit_id"].isin(here.loc[is_named, "unit_id"])
        inside = placed.loc[named & (placed["level"] == level), "candidate_id"]
        member = candidates["candidate_id"].isin(inside).to_numpy()
        parts.append(Part(f"{name} ({level})", member, float(budget["budget_eur"])))
    twice = [a.name for a, b in combinations(parts, 2) if a.name == b.name]
    words += [f"restoration.unit_budgets: {name} stands there twice" for name in twice]
    return parts, words


def _minimum_problems(minimum_rise, groups):
    """Minimum rises of groups that are not in the run, or have no habitat today."""
    words = [
        f"restoration.minimum_rise: found {group}, which is no group of this run"
        f"{did_you_mean(group, groups)}"
        for group in minimum_rise
        if group not in groups
    ]
    return words + [
        f"restoration.minimum_rise: {group} has no habitat here today, so that nothing"
        " can rise; take it off the list"
        for group in minimum_rise
        if not groups.get(group, True)
    ]
