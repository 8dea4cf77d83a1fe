"""Better plans by exchange: drop some candidates, fill the room with better ones."""

import time
from itertools import combinations

import numpy as np

from robuust.plan_constraints import rounded_up
from robuust.plan_search import per_euro

FEW = 12  # of so many taken candidates any two are dropped
NEWCOMERS = 50  # tried in the place of what must make room for them
NEIGHBOURS = (3, 6)  # dropped together, to build their neighbourhood anew
WAYS = ("per_euro", "worth", "pair")  # to choose what comes first into the room


def improved(search, choice, *, until, most_values=np.inf):
    """Exchange candidates for better ones until no exchange helps.

    One is dropped, or a few that lie near each other, or any two of a short plan, and
    the room filled anew: with the best per euro, the best whatever it costs, or the
    best pair. And candidates that do not fit are given room, by dropping those that
    bring least, or least per euro.

    Parameters
    ----------
    search : robuust.plan_search.PlanSearch
    choice : robuust.plan_search.Choice
    until : float
        When to stop, as `time.monotonic` tells the time [s].
    most_values : float
        After so many candidates valued it stops too: as much work on any machine.

    Returns
    -------
    choice : robuust.plan_search.Choice
    stopped_by : str
        time or work; nothing if the search ended because no exchange helps any more.
    """
    most_values += search.values.n_valued
    while True:
        before = choice
        for exchange, *what in _exchanges(search, choice):
            if search.values.n_valued > most_values:
                return choice, "work"
            if time.monotonic() > until:
                return choice, "time"
            other = exchange(search, choice, *what)
            if other is not None and search.is_better(other, choice):
                choice = other
        if choice is before:
            return choice, ""


def _exchanges(search, choice):
    """Yield what to try for a plan, the simplest first."""
    lost = _losses(search, choice)
    order = {
        "per_euro": sorted(lost, key=lambda c: lost[c] / max(search.cost[c], 1e-9)),
        "worth": sorted(lost, key=lost.get),
    }
    cheapest = order["per_euro"]
    yield from ((_refill, (c,), first) for c in cheapest for first in WAYS)
    for c in _newcomers(search, choice):
        yield from ((_make_room, c, order[by]) for by in order)
    for size in NEIGHBOURS:
        near = (_neighbours(search, c, cheapest)[:size] for c in cheapest)
        yield from ((_refill, out, first) for out in near for first in WAYS[:2])
    if len(lost) <= FEW:
        twos = combinations(cheapest, 2)
        yield from ((_refill, two, first) for two in twos for first in WAYS)


def _losses(search, choice):
    """Worth that goes with each candidate of a plan that may be dropped."""
    worth = search.worth(choice)
    return {
        c: worth - search.worth(search.without(choice, c))
        for c in choice.order
        if not search.required >> c & 1
    }


def _newcomers(search, choice):
    """Candidates for which there is no room, those that could bring most first."""
    outside = ~search.fitting(choice)[0] & ~search.constraints.forbidden
    outside &= search.cost <= rounded_up(search.constraints.budget_eur)
    outside[list(choice.order)] = False
    score = np.where(outside, search.scores(choice, search.latest), 0.0)
    rank = per_euro(score, search.cost)
    best = np.argsort(-rank, kind="stable")[:NEWCOMERS]
    return best[rank[best] > 0].tolist()


def _neighbours(search, c, others):
    """Candidates of a plan, those that one is best linked to first; itself included."""
    links = sum(group.to_candidate[[c]].toarray()[0] for group in search.values.groups)
    return [c, *sorted((o for o in others if o != c), key=lambda o: -links[o])]


def _refill(search, choice, out, first):
    """Drop candidates and fill the room anew; None where they are gone already."""
    if not all(choice.members >> c & 1 for c in out):
        return None
    for c in out:
        choice = search.without(choice, c)
    return search.filled(choice, first=first, barred=out)


def _make_room(search, choice, newcomer, order):
    """Drop what must go for a newcomer, and fill the room; None where none is made."""
    if choice.members >> newcomer & 1:
        return None
    for c in (*search.rivals[newcomer], *order):
        if search.fitting(choice)[0][newcomer]:
            break
        if choice.members >> c & 1 and not search.required >> c & 1:
            choice = search.without(choice, c)
    if not search.fitting(choice)[0][newcomer]:
        return None
    return search.filled(search.with_one(choice, newcomer))
