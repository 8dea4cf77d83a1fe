"""Which candidates to take within a budget, and how far that may be from the best."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import rtree
import shapely

from robuust.growing_network import GrowingNetwork

SAME_LAND_SHARE = 0.005  # of the smaller: slivers are cut before, these are choices


@dataclass(frozen=True)
class Plan:
    """Candidates in the order in which they were taken, and what they bring."""

    chosen: list
    method: str  # greedy, or single where one candidate alone beats it
    gain: float  # weighted sum over the groups of the relative rise of ECA


def greedy_plan(groups, cost, shapes, budget, *, p_min, known=None, threads=1):
    """Take the best candidate per euro, again and again, until the money is spent.

    After each choice only candidates that share a reachable patch with it, or are
    linked to it, are stale. A stale one is valued anew when it comes out on top: the
    gain of whatever is taken is exact. PC is not submodular (two stepping stones may
    need each other), so a stale one may have become better than its old value says,
    and greedy is no proof: `upper_bound` tells how far the best plan can be. In the
    end the best single candidate is tried, which greedy per euro can miss.

    Parameters
    ----------
    groups : list of GroupLandscape
        The groups whose relative rises of ECA are summed by weight.
    cost : array_like of float, shape (m,)
        Cost of each candidate [EUR]; zero or more.
    shapes : array_like of shapely polygons, shape (m,)
        Candidates; of two that claim the same land only one is taken.
    budget : float
        Largest sum of costs [EUR].
    p_min : float
        Chances below it count as zero.
    known : dict, optional
        Values found for one budget that another can use; filled in here.
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    Plan
    """
    cost = np.asarray(cost, dtype=float)
    known = {} if known is None else known
    groups = [g for g in groups if g.pcnum > 0 and g.own.any()]
    state = _State(groups, cost.size, known, p_min, threads)
    weights = np.array([g.weight for g in groups])
    before = np.sqrt(np.array([g.pcnum for g in groups]))
    is_open, left = np.ones(cost.size, dtype=bool), float(budget)
    # The land that is taken grows with the plan and is asked about each candidate that
    # comes out on top: an STRtree would have to be built anew after every choice.
    shapes = np.asarray(shapes, dtype=object).reshape(-1)
    land = rtree.index.Index()
    single = None
    while True:
        affordable = is_open & (cost <= left * (1 + 1e-12))
        now = np.sqrt(state.pcnum)
        rises = (np.sqrt(state.pcnum + state.rise) - now) / before
        value = np.where(affordable, rises @ weights, 0.0)
        if single is None:
            single = _best(value)
            alone = float(value[single]) if single >= 0 else 0.0
        best = _best_per_euro(value, cost)
        if best < 0:
            break
        near = np.fromiter(land.intersection(shapes[best].bounds), dtype=np.int64)
        if same_land(shapes[best], shapes[near]):
            is_open[best] = False
        elif state.is_stale(best):
            state.value(best)
        else:
            state.take(best)
            land.insert(best, shapes[best].bounds)
            is_open[best] = False
            left -= cost[best]
    gain = float((np.sqrt(state.pcnum) / before - 1) @ weights)
    if alone > gain * (1 + 1e-12):
        return Plan([single], "single", alone)
    return Plan(state.taken, "greedy", gain)


def same_land(shape, others):
    """Whether a candidate claims the land of others.

    Parameters
    ----------
    shape : shapely polygon
    others : array_like of shapely polygons, shape (n,)

    Returns
    -------
    bool
        True when an overlap is more than a sliver of the smaller of the two.

    Examples
    --------
    >>> same_land(shapely.box(0, 0, 2, 2), shapely.box([2, 8], 0, [4, 9], 2))
    False
    """
    others = np.asarray(others, dtype=object).reshape(-1)
    shared = shapely.area(shapely.intersection(others, shape))
    smaller = np.minimum(shapely.area(others), shape.area)
    return bool((shared > SAME_LAND_SHARE * smaller).any())


class _State:
    """Networks of all groups while a plan grows, and what is known of its gains.

    A class, since a plan is made by changing its networks step by step.
    """

    def __init__(self, groups, m, known, p_min, threads):
        self.groups, self.known = groups, known
        self.taken = []
        self.networks = [
            GrowingNetwork(
                *(g.capacity, g.links, g.own, g.to_patch, g.to_candidate),
                p_min=p_min,
                threads=threads,
            )
            for g in groups
        ]
        self.members = [frozenset() for _ in groups]  # candidates that are patches now
        self.pcnum = np.array([g.pcnum for g in groups])
        self.rise = np.zeros((m, len(groups)))
        self.stale = np.zeros((m, len(groups)), dtype=bool)
        # What each candidate reaches: as the network was, and when valued since.
        self.ball, self.later = [], [{} for _ in groups]
        for g, group in enumerate(groups):
            if g not in known:
                known[g] = self.networks[g].rises(0, m)
            rise, ball = known[g]
            self.rise[:, g] = np.where(group.own > 0, rise, 0.0)
            self.ball.append(ball)

    def is_stale(self, c):
        return bool(self.stale[c].any())

    def value(self, c):
        """Value a candidate anew where it is stale."""
        for g in np.flatnonzero(self.stale[c]):
            key = (self.members[g], c, g)
            if key not in self.known:
                rise, ball = self.networks[g].rises(c, c + 1)
                self.known[key] = rise[0], ball.indices
            self.rise[c, g], self.later[g][c] = self.known[key]
        self.stale[c] = False

    def take(self, c):
        """Add a candidate to the networks; mark what it makes stale."""
        self.taken.append(c)
        self.pcnum = self.pcnum + self.rise[c]
        for g, group in enumerate(self.groups):
            if group.own[c] > 0:
                self.networks[g].take(c)
                self.members[g] |= {c}
                self.stale[:, g] |= self._near(c, g) & (group.own > 0)
        self.rise[c], self.stale[c] = 0.0, False

    def _near(self, c, g):
        """Candidates that reach what this one reaches, or are linked to it."""
        ball = self.ball[g]
        marked = np.zeros(ball.shape[1], dtype=bool)
        marked[ball[[c]].indices] = True
        marked[self.later[g].get(c, [])] = True
        near = ball @ marked
        for other, reached in self.later[g].items():
            near[other] |= marked[reached].any()
        near[self.groups[g].to_candidate[[c]].indices] = True
        return near


def _best(value):
    """Position of the highest value above zero, the first of equals; -1 for none."""
    best = int(np.argmax(value)) if value.size else -1
    return best if best >= 0 and value[best] > 0 else -1


def _best_per_euro(value, cost):
    """Position of the best value per euro; ties to the higher value, then the first."""
    if not (value > 0).any():
        return -1
    free = np.where(value > 0, np.inf, -1.0)
    ratio = np.divide(value, cost, out=free, where=(value > 0) & (cost > 0))
    best = np.flatnonzero(ratio == ratio.max())
    return int(best[np.argmax(value[best])])


def plan_table(candidates, plan, budget, bound):
    """Rows of one plan, in the order in which it was made.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, track, cost_eur, geometry, in the order of the plan's positions.
    plan : Plan
    budget : float
        In euros.
    bound : float
        Gain that no plan within the budget can exceed.

    Returns
    -------
    GeoDataFrame
        budget_eur, step, candidate_id, track, cost_eur, cumulative_cost_eur, method,
        gain, upper_bound, gap_percent (100 x (bound - gain) / bound), geometry.
    """
    bound = max(bound, plan.gain)  # rounding must not make the gap negative
    rows = candidates.iloc[plan.chosen].reset_index(drop=True)
    rows = rows[["candidate_id", "track", "cost_eur", "geometry"]].assign(
        budget_eur=float(budget),
        step=np.arange(1, len(rows) + 1),
        cumulative_cost_eur=rows["cost_eur"].cumsum(),
        method=pd.array([plan.method] * len(rows), dtype="str"),
        gain=plan.gain,
        upper_bound=bound,
        gap_percent=100 * (bound - plan.gain) / bound if bound > 0 else 0.0,
    )
    columns = ["budget_eur", "step", "candidate_id", "track", "cost_eur"]
    columns += ["cumulative_cost_eur", "method", "gain", "upper_bound", "gap_percent"]
    return rows[[*columns, "geometry"]]
