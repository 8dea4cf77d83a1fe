"""The choice of a plan as a linear programme, for a solver that proves its bounds."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from robuust.plan_benefits import open_items, way_numbers

MONEY = 1e4  # the budget in the programme: far above what a solver takes for zero
RISES = 1e3  # the highest sum of rises in it, about, for the same reason
RISE_TOLERANCE = 1e-9  # of a minimum rise: rounding must not rule out a plan


@dataclass(frozen=True)
class JointBenefits:
    """Benefits of all groups over the same items: m candidates, then their ways.

    All values are relative to the group's PCnum as it is.
    """

    weight: np.ndarray  # (n_groups,): weights of the groups in the sum
    way: np.ndarray  # int32, (n_ways, depth): candidates of each; -1 for none
    value: sparse.csr_array  # (n_groups, m + n_ways): what items bring whatever else
    shared: sparse.csr_array  # (n_groups, n_shared): what shared benefits bring
    member: sparse.csr_array  # (n_shared, m + n_ways): 1 for the items of each
    is_loose: bool  # it can be more than PCnum; else it is PCnum


class Money(NamedTuple):
    """Budget and costs, without what every plan contains."""

    cost: np.ndarray  # (m,) [EUR]
    budget: float  # [EUR]


class View(NamedTuple):
    """What of the benefits the programme shows in full; the rest is bounded."""

    ways: np.ndarray  # bool, (n_ways,): have a variable
    shared: np.ndarray  # bool, (n_shared,): count once, not once for each open item
    tangents: list  # for each group the values of PCnum where its root is touched
    seen: list  # plans, as bool arrays, that need not be found again


class Program(NamedTuple):
    """Maximise ``goal @ v`` with ``matrix @ v <= most`` and v within bounds."""

    goal: np.ndarray
    matrix: sparse.csr_array
    most: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    m: int  # the first variables: candidates
    n_groups: int  # the last: rises of PCnum, then of ECA, of each group
    unit: float  # of these rises, and of the goal


class Solution(NamedTuple):
    """What a solver found."""

    bound: float  # no plan is better; minus infinity when there is none at all
    values: np.ndarray | None  # of the variables; rises relative to what is
    price: np.ndarray | None  # what the bound loses when a candidate changes sides
    is_cut: bool = False  # a limit of time or work stopped the solver


def joint_benefits(parts, weights, m):
    """Bring the benefits of groups together: a way is the same for all.

    Parameters
    ----------
    parts : list of Benefits
    weights : array_like of float
        Of the groups.
    m : int
        Number of candidates.

    Returns
    -------
    JointBenefits
    """
    depth = max(part.way.shape[1] for part in parts)
    ways = [np.full((len(part.way), depth), -1, dtype=np.int32) for part in parts]
    for wide, part in zip(ways, parts, strict=True):
        wide[:, : part.way.shape[1]] = part.way
    way = np.concatenate(ways)
    _, seen, same = np.unique(
        way_numbers(way, m), return_index=True, return_inverse=True
    )
    n_items, used = m + seen.size, 0
    values, shares, members = [], [], []
    for part in parts:
        item = np.append(np.arange(m), m + same[used : used + len(part.way)])
        used += len(part.way)
        value = np.zeros(n_items)
        value[item] = part.value
        values.append(sparse.csr_array(value[None] / part.before))
        shares.append(part.shared[None] / part.before)
        ones = np.ones(part.item.size)
        members.append(
            sparse.csr_array(
                (ones, item[part.item], part.first), shape=(part.shared.size, n_items)
            )
        )
    return JointBenefits(
        np.asarray(weights, dtype=float),
        way[seen],
        sparse.vstack(values, format="csr"),
        sparse.csr_array(sparse.block_diag(shares, format="csr")),
        sparse.vstack(members, format="csr"),
        any(part.is_loose for part in parts),
    )


def relative_pcnum(benefits, chosen):
    """PCnum of each group relative to what it is, with shares of candidates.

    Parameters
    ----------
    benefits : JointBenefits
    chosen : ndarray of bool or float, shape (m,)

    Returns
    -------
    ndarray of float, shape (n_groups,)
        For whole candidates PCnum, or more when the benefits are loose.
    """
    is_open = open_items(benefits.way, chosen)
    once = np.minimum(benefits.member @ is_open, 1.0)
    return 1 + benefits.value @ is_open + benefits.shared @ once


def plan_program(benefits, constraints, money, allowed, view):
    """Linear programme whose optimum no plan exceeds.

    Parameters
    ----------
    benefits : JointBenefits
    constraints : PlanConstraints
    money : Money
    allowed : ndarray of bool, shape (m,)
        Candidates that a plan may contain.
    view : View

    Returns
    -------
    Program
        Over candidates, ways, shared benefits, then PCnum and ECA of each group as
        relative rises; exact at the points of the tangents if all is in view.
    """
    m, n_groups = money.cost.size, benefits.weight.size
    possible = allowed | constraints.required
    rises = np.sqrt(relative_pcnum(benefits, possible)) - 1
    unit = unit_of(float(benefits.weight @ rises))
    ways, shared = np.flatnonzero(view.ways), np.flatnonzero(view.shared)
    value = _item_values(benefits, money, view)
    way = benefits.way[ways]
    width = m + ways.size + shared.size + 2 * n_groups
    rows = [
        *constraint_rows(constraints, money, allowed, view.seen),
        *_way_rows(way, money),
        _shared_rows(benefits.member[shared], m, ways),
    ]
    rows = [(widened(matrix, width), most) for matrix, most in rows]
    at_pcnum = m + ways.size + shared.size
    pcnum = sparse.hstack(
        [-unit * value, -unit * benefits.shared[:, shared], sparse.eye_array(n_groups)]
    )
    rows.append((widened(pcnum, width), np.zeros(n_groups)))
    rows.append(tangent_rows(view.tangents, unit, at_pcnum, width))
    lower, upper = np.zeros(width), np.ones(width)
    lower[:m] = constraints.required
    upper[:m] = possible
    upper[at_pcnum:] = np.inf
    lower[at_pcnum : at_pcnum + n_groups] = unit * least_rises(constraints, n_groups)
    goal = np.zeros(width)
    goal[-n_groups:] = benefits.weight
    return Program(
        goal,
        sparse.vstack([matrix for matrix, _ in rows], format="csr"),
        np.concatenate([most for _, most in rows]),
        *(lower, upper, m, n_groups, unit),
    )


def unit_of(rises):
    """Find a unit of rises: their sum must be far from what a solver takes for zero."""
    return RISES / max(rises, 1e-3)


def least_rises(constraints, n_groups):
    """Tell how much PCnum of each group must rise for the minimum rises of ECA."""
    least = np.zeros(n_groups)
    for group, rise in constraints.minimum_rise.items():
        least[group] = max((1 + rise) ** 2 * (1 - RISE_TOLERANCE) - 1, 0.0)
    return least


def solve_relaxed(program, *, time_limit_s):
    """Solve a programme with shares of candidates.

    Parameters
    ----------
    program : Program
    time_limit_s : float

    Returns
    -------
    Solution
        With an infinite bound if there was no time.
    """
    found = linprog(
        -program.goal,
        A_ub=program.matrix,
        b_ub=program.most,
        bounds=np.column_stack([program.lower, program.upper]),
        method="highs",
        options={"time_limit": max(time_limit_s, 0.1)},
    )
    if found.status == 2:
        return Solution(-np.inf, None, None)
    if found.status != 0:
        return Solution(np.inf, None, None)
    price = (found.lower.marginals - found.upper.marginals)[: program.m]
    return Solution(
        -found.fun / program.unit, _relative(found.x, program), price / program.unit
    )


def solve_whole(program, *, time_limit_s, gap, node_limit):
    """Solve a programme with whole candidates only.

    Parameters
    ----------
    program : Program
    time_limit_s : float
    gap : float
        Share of the objective that the solver may leave open.
    node_limit : int
        Nodes of the search tree after which it stops: as much work on any machine.

    Returns
    -------
    Solution
        With an infinite bound if there was no time to find one.
    """
    width = program.goal.size
    found = milp(
        -program.goal,
        integrality=(np.arange(width) < program.m).astype(int),
        bounds=Bounds(program.lower, program.upper),
        constraints=LinearConstraint(program.matrix, -np.inf, program.most),
        # With presolve the HiGHS in scipy 1.17 was seen to lose the optimum and to call
        # what was left proven (the case is kept in `test_plan_model`).
        options={
            "time_limit": max(time_limit_s, 0.1),
            "mip_rel_gap": gap,
            "node_limit": node_limit,
            "presolve": False,
        },
    )
    if found.status == 2:
        return Solution(-np.inf, None, None)
    bound = found.mip_dual_bound
    if found.status == 0 and (bound is None or not np.isfinite(bound)):
        bound = found.fun  # solved without a branch
    bound = np.inf if bound is None or not np.isfinite(bound) else -bound
    values = None if found.x is None else _relative(found.x, program)
    return Solution(bound / program.unit, values, None, found.status == 1)


def _relative(values, program):
    """Values of the variables, with rises relative to what is."""
    values = values.copy()
    values[-2 * program.n_groups :] /= program.unit
    return values


def _item_values(benefits, money, view):
    """Sum what candidates and ways in view bring at most, with what is out of view.

    A shared benefit out of view counts once for each of its items. A way out of view
    is paid by its first two candidates, half by each: with the money that is left a
    candidate can only pay for the best of its mates.
    """
    m = money.cost.size
    value = (
        benefits.value
        + benefits.shared[:, ~view.shared] @ (benefits.member[~view.shared])
    )
    # A shared benefit in view leaves its ways out of view to be counted one by one.
    hidden = np.concatenate([np.zeros(m, dtype=bool), ~view.ways])
    extra = benefits.shared[:, view.shared] @ benefits.member[view.shared][:, hidden]
    lost = (value[:, hidden] + extra).tocoo()
    pair = benefits.way[~view.ways][:, :2]
    lent = np.zeros((benefits.weight.size, m))
    for one, mate in (pair.T, pair.T[::-1]):
        lent += _best_company(
            lost.row, one[lost.col], mate[lost.col], lost.data / 2, lent.shape, money
        )
    value = value[:, ~hidden]
    more = sparse.csr_array(lent)
    more.resize(value.shape)
    return value + more


def _best_company(group, one, mate, value, shape, money):
    """Most that the mates of each candidate bring for the money that it leaves."""
    cost, left = money.cost[mate], money.budget - money.cost[one]
    price = np.where(cost > 0, cost, 1.0)
    density = np.where(cost > 0, value / price, np.inf)
    order = np.lexsort((-density, one, group))
    key = group[order].astype(np.int64) * shape[1] + one[order]
    cost, price, left = cost[order], price[order], left[order]
    spent = np.cumsum(cost) - cost
    new = np.ones(key.size, dtype=bool)
    new[1:] = key[1:] != key[:-1]
    spent -= spent[new][np.cumsum(new) - 1]
    share = np.where(cost > 0, np.clip((left - spent) / price, 0.0, 1.0), 1.0)
    total = np.bincount(key, value[order] * share, minlength=shape[0] * shape[1])
    return total.reshape(shape)


def constraint_rows(constraints, money, allowed, seen):
    """Rows over candidates: purses, land that is claimed twice, plans seen before."""
    m = money.cost.size
    purses = [(money.cost, money.budget)]
    purses += [
        (np.where(part.member, constraints.cost_eur, 0.0), part.limit_eur)
        for part in constraints.parts
    ]
    for cost, limit in purses:
        unit = MONEY / limit if limit > 0 else 1.0
        yield sparse.csr_array(unit * cost[None]), np.array([unit * limit])
    pairs = np.asarray(constraints.clashes, dtype=np.int64).reshape(-1, 2)
    pairs = pairs[allowed[pairs].all(axis=1)]
    ones, row = np.ones(pairs.size), np.repeat(np.arange(len(pairs)), 2)
    clash = sparse.csr_array((ones, (row, pairs.reshape(-1))), shape=(len(pairs), m))
    yield clash, np.ones(len(pairs))
    for plan in seen:
        sign = np.where(plan, 1.0, -1.0)
        yield sparse.csr_array(sign[None]), np.array([plan.sum() - 1.0])


def _way_rows(way, money):
    """Rows over candidates and ways: none is open without its candidates."""
    m, n_ways = money.cost.size, len(way)
    row, k = np.nonzero(way >= 0)
    line = np.arange(row.size)
    sign = np.r_[np.ones(row.size), -np.ones(row.size)]
    place = np.r_[m + row, way[row, k]]
    shape = (row.size, m + n_ways)
    yield (
        sparse.csr_array((sign, (np.r_[line, line], place)), shape=shape),
        np.zeros(row.size),
    )
    # What a candidate opens with others must be paid from what it leaves.
    pair = np.flatnonzero((way >= 0).sum(axis=1) == 2)
    one, mate = np.r_[way[pair].T[0], way[pair].T[1]], np.r_[way[pair].T[1::-1]]
    mate = mate.reshape(-1)
    unit = MONEY / money.budget if money.budget > 0 else 1.0
    held, line = np.unique(one, return_inverse=True)
    left = -unit * np.maximum(money.budget - money.cost[held], 0.0)
    value = np.r_[unit * money.cost[mate], left]
    line = np.r_[line, np.arange(held.size)]
    place = np.r_[np.tile(m + pair, 2), held]
    shape = (held.size, m + n_ways)
    yield sparse.csr_array((value, (line, place)), shape=shape), np.zeros(held.size)


def _shared_rows(member, m, ways):
    """Rows over items and shared benefits: none is had without one of its items."""
    in_view = np.concatenate([np.arange(m), m + ways])
    rows = sparse.hstack([-member[:, in_view], sparse.eye_array(member.shape[0])])
    return rows, np.zeros(member.shape[0])


def tangent_rows(tangents, unit, at_pcnum, width):
    """Rows over rises of PCnum and ECA: no root lies above a tangent."""
    group = np.repeat(np.arange(len(tangents)), [len(points) for points in tangents])
    point = np.concatenate(tangents)
    line = np.arange(point.size)
    slope = 0.5 / np.sqrt(point)
    value = np.r_[-slope, np.ones(point.size)]
    place = np.r_[at_pcnum + group, at_pcnum + len(tangents) + group]
    shape = (point.size, width)
    matrix = sparse.csr_array((value, (np.r_[line, line], place)), shape=shape)
    # ECA <= slope (PCnum + point), written in what both are more than 1.
    return matrix, unit * (slope * (1 + point) - 1)


def widened(matrix, width):
    """Rows with zeros for the variables behind."""
    matrix = sparse.csr_array(matrix)
    matrix.resize((matrix.shape[0], width))
    return matrix
