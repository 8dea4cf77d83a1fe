"""The bound of a plan among many candidates, by planes above what any plan gains.

At any shares of candidates `plan_paths` finds a plane above all plans. The highest
point below those found so far is a bound; a new plane touches nearer to it, and so on.
"""

import time
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy import sparse

from robuust.plan_paths import filled_paths
from robuust.plan_program import (
    Program,
    constraint_rows,
    least_rises,
    solve_relaxed,
    solve_whole,
    tangent_rows,
    unit_of,
    widened,
)

ROUNDS = 60  # of planes
PATIENCE = 6  # rounds that together must bring something
WORTH_IT = 1e-3  # of the bound: what a few rounds must bring
TANGENTS = np.geomspace(1.0, 3.0, 12)  # of roots, to begin with
STEP = 0.1  # of the way to the highest point: shares go there, planes touch beyond
NODES = 20  # of the search for whole candidates at the end
WHOLE_ROUNDS = 20  # of it, while no plan is known that meets the minima
SLACK = 1e-3  # of a plane: farther above the solution it is left out of that search


class Until(NamedTuple):
    """When to stop, and how many parts are worked on at a time."""

    deadline: float  # as `time.monotonic` tells the time [s]
    gain: float  # of the best plan that is known
    gap: float  # share of the bound that may be left open
    threads: int

    def left_s(self):
        """Time that is left [s]."""
        return self.deadline - time.monotonic()

    def is_near(self, bound):
        """Whether the best plan that is known is near enough to a bound."""
        return bound - self.gain <= self.gap * bound


@dataclass
class Planes:
    """Planes above the rise of PCnum, relative to what it is.

    A class that grows, since each round adds to it.
    """

    weight: np.ndarray  # (n_groups,)
    group: list = field(default_factory=list)  # int, of each plane
    level: list = field(default_factory=list)  # its rise without any candidate
    slope: list = field(default_factory=list)  # (m,): how it rises with each
    touched: list = field(default_factory=list)  # PCnum of the groups where it does

    def touch(self, paths, share, threads):
        """Add a plane for each group; tell the gain that they allow there."""
        pcnum = np.empty(self.weight.size)
        for k, part in enumerate(paths):
            pcnum[k], slope = filled_paths(part, share, threads=threads)
            self.group.append(k)
            self.level.append(pcnum[k] - 1 - slope @ share)
            self.slope.append(slope)
        self.touched.append(pcnum)
        return float(self.weight @ (np.sqrt(pcnum) - 1))


@dataclass(frozen=True)
class Bounded:
    """What planes tell of all plans."""

    bound: float  # no plan gains more; minus infinity when there is none at all
    plans: list  # bool arrays (m,): plans to look at, the most promising first
    stopped_by: str  # time, work, or nothing: more rounds would bring next to none


def bound_by_planes(paths, weights, constraints, money, allowed, start, until):
    """Bound all plans from above.

    Parameters
    ----------
    paths : list of PlanPaths
        Of the groups.
    weights : array_like of float, shape (n_groups,)
    constraints : PlanConstraints
        With minimum rises by position among these groups.
    money : Money
    allowed : ndarray of bool, shape (m,)
        Candidates that a plan may contain.
    start : ndarray of bool or None, shape (m,)
        A plan that is known: there planes touch first.
    until : Until

    Returns
    -------
    Bounded
    """
    planes = Planes(np.asarray(weights, dtype=float))
    centre = np.asarray(constraints.required if start is None else start, dtype=float)
    gain = planes.touch(paths, centre, until.threads)
    bounds, plans, stopped_by = [np.inf], [], ""
    for _ in range(ROUNDS):
        program = _program(planes, constraints, money, allowed, gain)
        found = solve_relaxed(program, time_limit_s=until.left_s())
        if found.bound == -np.inf:
            return Bounded(-np.inf, [], "")
        bounds.append(min(found.bound, bounds[-1]))
        if found.values is None or until.is_near(bounds[-1]) or until.left_s() <= 0:
            break
        if (
            len(bounds) > PATIENCE
            and bounds[-PATIENCE] - bounds[-1] < WORTH_IT * bounds[-1]
        ):
            break
        share = np.clip(found.values[: allowed.size], 0.0, 1.0)
        centre = centre + STEP * (share - centre)
        planes.touch(paths, centre + STEP * (share - centre), until.threads)
    else:
        stopped_by = "work"
    is_far = not until.is_near(bounds[-1])
    if found.values is not None and is_far and until.left_s() > 0:
        what = constraints, money, allowed, gain, until
        whole, plans, is_cut = _wholes(planes, paths, found, *what)
        bounds.append(min(whole, bounds[-1]))
        stopped_by = "work" if is_cut else stopped_by
    if until.left_s() <= 0:
        stopped_by = "time"
    return Bounded(bounds[-1], plans, stopped_by)


def _wholes(planes, paths, relaxed, constraints, money, allowed, gain, until):
    """Find the best plan below the planes.

    While none is known that meets the minima, planes touch there too, and it goes on.

    Returns
    -------
    bound : float
        No plan gains more; minus infinity when there is none at all.
    plans : list of ndarray of bool, shape (m,)
    is_cut : bool
        A limit stopped the solver, or the search for a plan that meets the minima.
    """
    bound, plans = np.inf, []
    least = least_rises(constraints, planes.weight.size)
    n_planes, is_met, is_cut = len(planes.level), np.isfinite(until.gain), False
    for _ in range(WHOLE_ROUNDS):
        what = constraints, money, allowed, gain, until
        whole = _whole(planes, n_planes, relaxed, *what)
        bound, is_cut = min(bound, whole.bound), is_cut or whole.is_cut
        if whole.values is None:
            return bound, plans, is_cut
        plans.append(whole.values[: allowed.size] > 0.5)
        if not is_met:
            planes.touch(paths, plans[-1].astype(float), until.threads)
            is_met = (planes.touched[-1] - 1 >= least).all()
        if is_met:
            return bound, plans, is_cut
    return bound, plans, True


def _whole(planes, n_planes, relaxed, constraints, money, allowed, gain, until):
    """Solve for whole candidates below the planes that matter, and those after n."""
    share, n_groups = relaxed.values[: allowed.size], planes.weight.size
    rise = relaxed.values[-2 * n_groups : -n_groups][planes.group]
    above = np.array(planes.level) + np.array(planes.slope) @ share - rise
    is_new = np.arange(above.size) >= n_planes
    near = np.flatnonzero((above <= SLACK * (1 + rise)) | is_new)
    some = Planes(
        planes.weight,
        *([column[k] for k in near] for column in (planes.group, planes.level)),
        [planes.slope[k] for k in near],
        planes.touched,
    )
    program = _program(some, constraints, money, allowed, gain)
    return solve_whole(
        program, time_limit_s=until.left_s(), gap=until.gap / 2, node_limit=NODES
    )


def _program(planes, constraints, money, allowed, gain):
    """Linear programme over candidates, then PCnum and ECA of each group."""
    m, n_groups = allowed.size, planes.weight.size
    width, unit = m + 2 * n_groups, unit_of(gain)
    group, slope = np.array(planes.group), np.array(planes.slope)
    of_group = np.eye(n_groups)[group]
    under = np.hstack([-unit * slope, of_group, np.zeros(of_group.shape)])
    touched = np.array(planes.touched).T
    tangents = [np.append(TANGENTS, at) for at in touched]
    rows = [
        *(
            (widened(a, width), b)
            for a, b in constraint_rows(constraints, money, allowed, [])
        ),
        (sparse.csr_array(under), unit * np.array(planes.level)),
        tangent_rows(tangents, unit, m, width),
    ]
    lower, upper = np.zeros(width), np.ones(width)
    lower[:m], upper[:m] = constraints.required, allowed | constraints.required
    lower[m : m + n_groups] = unit * least_rises(constraints, n_groups)
    upper[m:] = np.inf
    goal = np.zeros(width)
    goal[-n_groups:] = planes.weight
    return Program(
        goal,
        sparse.vstack([matrix for matrix, _ in rows], format="csr"),
        np.concatenate([most for _, most in rows]),
        *(lower, upper, m, n_groups, unit),
    )
