"""Which candidates to take within a budget, and how far that may be from the best."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import rtree
import shapely

from robuust.restoration_gain import add_patch, arrivals, pcnum_rise

SAME_LAND_SHARE = 0.005  # of the smaller: slivers are cut before, these are choices


@dataclass(frozen=True)
class Plan:
    """Candidates in the order in which they were taken, and what they bring."""

    chosen: list
    method: str  # greedy, or single where one candidate alone beats it
    gain: float  # weighted sum over the groups of the relative rise of ECA


def greedy_plan(groups, cost, shapes, budget, *, p_min, known=None):
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

    Returns
    -------
    Plan
    """
    cost = np.asarray(cost, dtype=float)
    known = {} if known is None else known
    groups = [g for g in groups if g.pcnum > 0 and g.own.any()]
    state = _State(groups, cost.size, known, p_min)
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

    def __init__(self, groups, m, known, p_min):
        self.groups, self.known, self.p_min = groups, known, p_min
        self.taken = []
        self.capacity = [g.capacity for g in groups]
        self.path = [g.path for g in groups]
        self.members = [[] for _ in groups]  # candidates that are patches now
        self.pcnum = np.array([g.pcnum for g in groups])
        self.rise = np.zeros((m, len(groups)))
        self.stale = np.zeros((m, len(groups)), dtype=bool)
        # Which patches, and which candidates once taken, each candidate reaches.
        self.ball = [np.zeros((m, g.capacity.size + m), dtype=bool) for g in groups]
        for c in range(m):
            self.value(c, first=True)

    def is_stale(self, c):
        return bool(self.stale[c].any())

    def value(self, c, *, first=False):
        """Value a candidate anew where it is stale."""
        for g, group in enumerate(self.groups):
            if group.own[c] > 0 and (first or self.stale[c, g]):
                key = (frozenset(self.members[g]), c, g)
                if key not in self.known:
                    self.known[key] = self._rise(c, g)
                self.rise[c, g], self.ball[g][c] = self.known[key]
        self.stale[c] = False

    def take(self, c):
        """Add a candidate to the networks; mark what it makes stale."""
        self.taken.append(c)
        self.rise[c] = np.where([g.own[c] > 0 for g in self.groups], self.rise[c], 0)
        self.pcnum = self.pcnum + self.rise[c]
        for g, group in enumerate(self.groups):
            if group.own[c] > 0:
                self.capacity[g], self.path[g] = add_patch(
                    self.capacity[g],
                    self.path[g],
                    *self._links(c, g),
                    group.own[c],
                    p_min=self.p_min,
                )
                self.members[g].append(c)
                shared = (self.ball[g] & self.ball[g][c]).any(axis=1)
                shared[group.to_candidate[[c]].indices] = True
                self.stale[:, g] |= shared & (group.own > 0)
        self.rise[c], self.stale[c] = 0.0, False

    def _links(self, c, g):
        """Links of a candidate to the patches, the candidates taken among them."""
        group, members = self.groups[g], self.members[g]
        patches = group.to_patch[[c]]
        mates = group.to_candidate[[c]].toarray()[0][members]
        linked = np.flatnonzero(mates)
        return (
            np.r_[patches.indices, group.capacity.size + linked].astype(np.int64),
            np.r_[patches.data, mates[linked]],
        )

    def _rise(self, c, g):
        links = self._links(c, g)
        group = self.groups[g]
        best, _ = arrivals(self.path[g], *links, p_min=self.p_min)
        rise = pcnum_rise(
            self.capacity[g], self.path[g], *links, group.own[c], p_min=self.p_min
        )
        n = group.capacity.size
        ball = np.zeros(n + group.own.size, dtype=bool)
        ball[:n] = best[:n] > 0
        ball[n + np.array(self.members[g], dtype=int)] = best[n:] > 0
        return rise, ball


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
    return int(np.lexsort((np.arange(value.size), -value, -ratio))[0])


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
