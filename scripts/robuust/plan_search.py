"""Search for good plans: greedy by exact gains, one by one and in pairs."""

import time
from dataclasses import dataclass

import numpy as np

from robuust.plan_constraints import rounded_up
from robuust.plan_values import set_of

AT_ONCE = 8  # candidates valued together, the most promising
MANY = 200  # candidates; from there on near enough is good enough for a step
NEAR_ENOUGH = 0.99  # of the most that another may bring per euro
NO_RISE = 1e-12  # of the worth of a plan: rounding alone is no improvement
SECOND = 1e-6  # weight of the worth while a minimum rise is not met
MET = 1e-9  # of a minimum rise: rounding does not make a plan fail it


@dataclass(frozen=True)
class Choice:
    """Candidates that a plan takes, in the order in which they were taken."""

    order: tuple
    members: int  # the same as a set, see `plan_values`
    pcnum: np.ndarray  # with all of them, of each group [ha2]


@dataclass
class _Estimates:
    """What candidates and pairs may bring the plan that is being filled."""

    rise: np.ndarray  # of PCnum by each candidate and group [ha2]
    is_stale: np.ndarray  # bool (m,): not valued since something near was taken
    together: np.ndarray  # rise by each pair, where valued [ha2]
    is_guessed: np.ndarray  # bool (k,): not valued since something near was taken


class PlanSearch:
    """Plans that meet some constraints, and the search for better ones.

    A class, since estimates of values are kept from one attempt to the next.

    Parameters
    ----------
    values : robuust.plan_values.PlanValues
    constraints : robuust.plan_constraints.PlanConstraints
        The required candidates must fit together within the budgets.
    pairs : tuple of ndarray
        As `PlanValues.pairs` gives them.
    """

    def __init__(self, values, constraints, pairs):
        self.values, self.constraints = values, constraints
        self.cost = np.asarray(constraints.cost_eur, dtype=float)
        self.required = set_of(np.flatnonzero(constraints.required))
        self.parts = [(p.member, rounded_up(p.limit_eur)) for p in constraints.parts]
        self.rivals = [[] for _ in self.cost]
        for a, b in constraints.clashes.tolist():
            self.rivals[a].append(b)
            self.rivals[b].append(a)
        self.least = np.array(
            [constraints.minimum_rise.get(k, 0.0) for k in values.positions]
        )
        self.hopeless = len(set(constraints.minimum_rise) - set(values.positions))
        self.latest = values.alone.copy()
        together = [
            k for k, (a, b) in enumerate(pairs[0].tolist()) if b not in self.rivals[a]
        ]
        self.pairs, self.extra = pairs[0][together], pairs[1][together].copy()

    # --- What a plan is worth, and what fits in it

    def worth(self, choice):
        """Weighted sum over the groups of the relative rise of ECA."""
        rises = self.values.relative_rises(choice.pcnum)
        return float(rises @ self.values.weight)

    def lack(self, choice):
        """How far a plan stays under the minimum rises; 0 when it meets them all."""
        return float(self._shortfall(choice.pcnum).sum()) + self.hopeless

    def is_better(self, choice, other):
        """Whether a plan lacks less than another, or as much and is worth more."""
        lack, earlier = self.lack(choice), self.lack(other)
        if abs(lack - earlier) > MET:
            return lack < earlier
        worth = self.worth(other)
        return self.worth(choice) > worth + NO_RISE * (1 + worth)

    def _shortfall(self, pcnum):
        """Part of each minimum rise that is not reached, 0 where it is."""
        missing = self.least - self.values.relative_rises(pcnum)
        share = missing / np.where(self.least > 0, self.least, 1.0)
        return np.where((self.least > 0) & (share > MET), share, 0.0)

    def scores(self, choice, rise):
        """Score additions: what brings the minima nearer first, then worth."""
        pcnum = choice.pcnum + rise
        worth = self.values.relative_rises(pcnum) @ self.values.weight
        worth = worth - self.worth(choice)
        lack = self._shortfall(choice.pcnum).sum()
        if lack > 0:
            return lack - self._shortfall(pcnum).sum(axis=-1) + SECOND * worth
        return worth

    def fitting(self, choice):
        """Candidates that can be added, and what is left of each purse."""
        taken = list(choice.order)
        left = rounded_up(self.constraints.budget_eur) - self.cost[taken].sum()
        purses = [(np.ones(self.cost.size, dtype=bool), left)]
        for member, limit in self.parts:
            purses.append((member, limit - self.cost[taken][member[taken]].sum()))
        fits = ~self.constraints.forbidden
        fits[taken] = False
        for c in taken:
            fits[self.rivals[c]] = False
        for member, left in purses:
            fits &= ~member | (self.cost <= left)
        return fits, purses

    def _fitting_pairs(self, fits, purses):
        """Pairs of which both can be added."""
        both = fits[self.pairs].all(axis=1)
        for member, left in purses:
            shared = np.where(member[self.pairs], self.cost[self.pairs], 0.0)
            both &= shared.sum(axis=1) <= left
        return both

    # --- One candidate more or less

    def nothing(self):
        """Make the plan that takes nothing."""
        return Choice((), 0, self.values.pcnum.copy())

    def plan_of(self, candidates):
        """Make the plan that takes these candidates, in their order."""
        choice = self.nothing()
        for c in candidates:
            choice = self.with_one(choice, int(c))
        return choice

    def required_only(self):
        """Make the plan that takes what every plan has to take."""
        return self.plan_of(np.flatnonzero(self.constraints.required))

    def with_one(self, choice, c):
        """Add a candidate to a plan."""
        rise = self.values.rises(choice.members, [c])[0]
        return Choice((*choice.order, c), choice.members | 1 << c, choice.pcnum + rise)

    def without(self, choice, c):
        """Take a candidate out of a plan."""
        members = choice.members & ~(1 << c)
        rise = self.values.rises(members, [c])[0]
        order = tuple(other for other in choice.order if other != c)
        return Choice(
            order, members, np.maximum(choice.pcnum - rise, self.values.pcnum)
        )

    # --- Greedy

    def greedy(self, smaller=(), *, until=np.inf):
        """Best plan that greedy finds: one by one, in pairs, the best one first.

        Parameters
        ----------
        smaller : iterable of Choice
            Plans within the budget to build upon too, where they hold what is required.
        until : float
            From when on no other way is tried, as `time.monotonic` tells the time [s].

        Returns
        -------
        Choice
        """
        base = self.required_only()
        ways = [(p, "per_euro") for p in smaller if not self.required & ~p.members]
        ways += [(base, "per_euro"), (base, "worth")]
        best = self.filled(base, pairs=False)
        for choice, first in ways:
            if time.monotonic() > until:
                break
            plan = self.filled(choice, first=first)
            best = plan if self.is_better(plan, best) else best
        return best

    def filled(self, choice, *, first="per_euro", barred=(), among=None, pairs=True):
        """Add the best candidate or pair, again and again, until nothing fits.

        What an addition brings is estimated by the most it was seen to bring; whatever
        comes out on top is valued exactly before it is taken.

        Parameters
        ----------
        choice : Choice
            To begin with.
        first : str
            How the first addition is chosen: per_euro, worth, or pair. The others
            are those that bring most per euro.
        barred : iterable of int
            Not to be the first addition.
        among : ndarray of bool, shape (m,), optional
            Nothing else is taken.
        pairs : bool
            Whether two stepping stones can be taken at once.

        Returns
        -------
        Choice
        """
        guess = self._estimates(choice)
        while True:
            fits, purses = self.fitting(choice)
            fits[list(barred)] = False
            fits &= True if among is None else among
            best, rank = self._best_one(choice, guess, fits, first)
            if pairs and first != "worth":
                pair, of_pair = self._best_pair(choice, guess, fits, purses)
                if pair >= 0 and (first == "pair" or of_pair > rank[best]):
                    best = -1  # see to the pair instead
            else:
                pair = -1
            if best < 0 and pair < 0:
                return choice
            if best < 0 and guess.is_guessed[pair]:
                guess.together[pair] = self._value_pair(choice, pair)
                guess.is_guessed[pair] = False
            elif best >= 0 and guess.is_stale[best]:
                self._renew(choice, guess, best, rank)
            else:
                taken = [best] if best >= 0 else self.pairs[pair].tolist()
                for c in taken:
                    choice = self.with_one(choice, c)
                    near = self.values.near(c)
                    guess.is_stale |= near
                    guess.is_guessed |= near[self.pairs].any(axis=1)
                first, barred = "per_euro", ()

    def _estimates(self, choice):
        """Make the first estimates: the most that each was seen to bring."""
        rise = np.maximum(self.values.alone, self.latest)
        if choice.order and self.cost.size > MANY:
            rise = self.latest.copy()  # what is left of it once others are taken
        return _Estimates(
            rise=rise,
            is_stale=np.ones(self.cost.size, dtype=bool),
            together=np.zeros(self.extra.shape),
            is_guessed=np.ones(len(self.pairs), dtype=bool),
        )

    def _best_one(self, choice, guess, fits, first):
        """Position of the best candidate as estimated, -1 for none; rank of each."""
        score = np.where(fits, self.scores(choice, guess.rise), 0.0)
        rank = score if first == "worth" else per_euro(score, self.cost)
        best = _top(rank, score)
        if self.cost.size > MANY and best >= 0 and guess.is_stale[best]:
            valued = np.where(guess.is_stale, 0.0, rank)
            known = _top(valued, score)
            if known >= 0 and valued[known] >= NEAR_ENOUGH * rank[best]:
                best = known
        return best, np.append(rank, 0.0)

    def _best_pair(self, choice, guess, fits, purses):
        """Position of the best pair as estimated, -1 for none; its score per euro."""
        a, b = self.pairs.T
        guessed = guess.rise[a] + guess.rise[b] + self.extra
        rise = np.where(guess.is_guessed[:, None], guessed, guess.together)
        both = self._fitting_pairs(fits, purses)
        score = np.where(both, self.scores(choice, rise), 0.0)
        rank = np.append(per_euro(score, self.cost[a] + self.cost[b]), 0.0)
        pair = _top(rank[:-1], score)
        return pair, rank[pair]

    def _renew(self, choice, guess, best, rank):
        """Value the best and other promising candidates for the plan as it is."""
        # Of many equal ranks, as of all that is free, the best may not be in front.
        top = np.append(best, np.argsort(-rank[:-1], kind="stable")[:AT_ONCE])
        top = np.unique(top)
        top = top[guess.is_stale[top] & (rank[top] > 0)]
        guess.rise[top] = self.latest[top] = self.values.rises(choice.members, top)
        guess.is_stale[top] = False

    def _value_pair(self, choice, pair):
        """Rise of PCnum by both of a pair; what it was guessed to add is corrected."""
        a, b = self.pairs[pair].tolist()
        alone = self.values.rises(choice.members, [a, b])
        after = self.values.rises(choice.members | 1 << a, [b])[0]
        self.extra[pair] = after - alone[1]
        return alone[0] + after

    def in_order(self, choice):
        """Put a plan in the order that brings most early on; leave out the useless."""
        among = np.zeros(self.cost.size, dtype=bool)
        among[list(choice.order)] = True
        ordered = self.nothing()
        for some in (among & self.constraints.required, among):
            ordered = self.filled(ordered, among=some, pairs=False)
        # What brings nothing alone was passed over, though two may bring something.
        others = [c for c in choice.order if not ordered.members >> c & 1]
        for c in others:
            ordered = self.with_one(ordered, c)
        for c in others:
            lighter = self.without(ordered, c)
            if not self.required >> c & 1 and not self.is_better(ordered, lighter):
                ordered = lighter
        return ordered


def per_euro(score, cost):
    """Score per euro; what costs nothing comes before all else.

    Parameters
    ----------
    score, cost : ndarray of float, shape (k,)
        Cost zero or more [EUR].

    Returns
    -------
    ndarray of float, shape (k,)

    Examples
    --------
    >>> per_euro(np.array([6.0, 1.0, 0.0]), np.array([2.0, 0.0, 0.0]))
    array([ 3., inf,  0.])
    """
    free = np.where(score > 0, np.inf, 0.0)
    return np.divide(score, cost, out=free, where=cost > 0)


def _top(rank, score):
    """Position of the highest rank above zero, of equals the best, -1 for none."""
    if not (rank > 0).any():
        return -1
    best = np.flatnonzero(rank == rank.max())
    return int(best[np.argmax(score[best])])
