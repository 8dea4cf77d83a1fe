"""The best plan by integer programming, and a proof of how good any plan can be."""

import time
from dataclasses import dataclass, replace

import numpy as np

from robuust.group_landscape import whole_pcnum
from robuust.plan_benefits import WayRules, group_benefits
from robuust.plan_constraints import PlanConstraints, is_allowed, rounded_up
from robuust.plan_cuts import Until, bound_by_planes
from robuust.plan_paths import group_paths
from robuust.plan_program import (
    Money,
    View,
    joint_benefits,
    plan_program,
    relative_pcnum,
    solve_relaxed,
    solve_whole,
)

EXACT = 1e-6  # of the bound: what a solver leaves open when it says that it is done
FEW = 25  # candidates up to which ways of any length are looked for
MANY_ITEMS = 50_000  # of all benefits: with more, ways are not made longer
SOME = 200  # candidates from which on planes take the place of all benefits
FIRST_WAYS = 1_000  # that have a variable: those that could bring most; then fourfold
FIRST_SHARED = 300  # benefits that are in view from the start: those that bring most
MORE_SHARED = 1_000  # that come into view at once: those that count too much
TANGENTS = 12  # of each group, to begin with
ROUNDS = 12  # of a search
NODES, LAST_NODES = 200, 20_000  # that the solver may look at, in the last programme
FIRST_SHARE = 0.25  # of the time: for the first bound
WORTH_IT = 1e-3  # of the bound: a round that brings less is the last


@dataclass(frozen=True)
class ModelPlan:
    """The best plan that was found, and what no plan can exceed."""

    chosen: list | None  # positions, ascending; None if no plan was found
    bound: float  # weighted sum of relative ECA rises; -inf if there can be no plan
    is_exact: bool  # proven: no plan is better (by more than a millionth)
    stopped_by: str  # time or work, as limits; nothing if the search came to its end


@dataclass(frozen=True)
class _Task:
    """What the best plan is sought for."""

    groups: list  # those that count
    constraints: PlanConstraints  # with minimum rises by position among them
    money: Money
    allowed: np.ndarray  # bool (m,)
    p_min: float
    gap: float
    deadline: float
    least_s: float  # for the first bound, however late it is
    threads: int

    @property
    def left_s(self):
        return self.deadline - time.monotonic()


@dataclass(frozen=True)
class _Known:
    """What a search knows: plans that it has not seen gain at most the bound."""

    chosen: np.ndarray | None  # bool (m,)
    gain: float
    bound: float
    required: np.ndarray  # bool (m,): candidates of every plan that may be better
    allowed: np.ndarray  # bool (m,): and those that it may have


def best_plan(
    groups, constraints, *, p_min, start, time_limit_s, gap_percent, threads=1
):
    """Find the best plan, as far as time allows, with a bound that holds for all plans.

    Parameters
    ----------
    groups : list of GroupLandscape
        The groups whose relative rises of ECA are summed by weight.
    constraints : PlanConstraints
        What every plan has to meet.
    p_min : float
        Chances below it count as zero.
    start : array_like of int or None
        Positions of a plan that is known; one that breaks a constraint is ignored.
    time_limit_s : float
        When to stop, however little is done; what PCnum is made of is found first, and
        the first bound gets at least a quarter of the time. Limits of work come first,
        so that any machine finds the same where the time does not run out.
    gap_percent : float
        When to stop as well: 100 x (bound - gain) / bound; 0 to go on until proven.
    threads : int
        How many parts are worked on at a time.

    Returns
    -------
    ModelPlan

    Notes
    -----
    PCnum is a sum of benefits that candidates open together (`plan_benefits`), its
    root lies below every tangent, and the rest is linear: a mixed integer programme.
    Without whole candidates its optimum bounds every plan; with them it is the best
    plan, once the tangents touch there. Many candidates are bounded by `plan_cuts`.
    """
    task = _task(
        groups,
        constraints,
        p_min=p_min,
        gap=gap_percent / 100,
        deadline=time.monotonic() + time_limit_s,
        least_s=FIRST_SHARE * time_limit_s,
        threads=threads,
    )
    if task is None:
        return ModelPlan(None, -np.inf, True, "")
    known, stopped_by = _begun(task, start), ""
    if task.groups and not _is_done(known, task.gap):
        if task.allowed.sum() > SOME:
            known, stopped_by = _bounded(task, known)
        else:
            known = _searched(task, _benefits(task), known)
            if not _is_done(known, task.gap):
                stopped_by = "work" if task.left_s > 0 else "time"
    is_exact = _is_done(known, 0.0)
    bound = known.gain if is_exact else known.bound * (1 + EXACT)
    chosen = None if known.chosen is None else np.flatnonzero(known.chosen).tolist()
    return ModelPlan(chosen, float(bound), is_exact, stopped_by)


def _task(groups, constraints, **how):
    """Bring together what a search needs; None if no plan can meet the constraints."""
    counted = [
        k
        for k, group in enumerate(groups)
        if group.pcnum > 0 and (group.weight > 0 or k in constraints.minimum_rise)
    ]
    minimum = {k: rise for k, rise in constraints.minimum_rise.items() if rise > 0}
    if not set(minimum) <= set(counted):
        return None  # no rise relative to nothing
    minimum = {counted.index(k): rise for k, rise in minimum.items()}
    required, cost = constraints.required, np.asarray(constraints.cost_eur, dtype=float)
    if not is_allowed(replace(constraints, minimum_rise={}), np.flatnonzero(required)):
        return None
    left = rounded_up(constraints.budget_eur) - cost[required].sum()
    money = Money(np.where(required, 0.0, cost), max(float(left), 0.0))
    groups = [groups[k] for k in counted]
    allowed = ~constraints.forbidden & (money.cost <= money.budget)
    for part in constraints.parts:
        allowed &= ~part.member | (cost <= rounded_up(part.limit_eur))
    for one, other in (constraints.clashes.T, constraints.clashes.T[::-1]):
        allowed[one[required[other]]] = False
    is_useful = np.zeros(cost.size, dtype=bool)
    for group in groups:
        is_useful |= group.useful
    return _Task(
        groups=groups,
        constraints=replace(constraints, minimum_rise=minimum),
        money=money,
        allowed=(allowed & is_useful) | required,
        **how,
    )


def _begun(task, start):
    """Start from a plan, or from nothing."""
    required, allowed = task.constraints.required, task.allowed
    most = np.inf if task.groups else 0.0
    known = _Known(None, -np.inf, most, required, allowed)
    for plan in (start, np.flatnonzero(required)):
        if plan is not None:
            chosen = np.zeros(allowed.size, dtype=bool)
            chosen[np.asarray(plan, dtype=np.int64)] = True
            known = _with_plan(task, known, chosen, None)
    return known


def _rules(task):
    """Rules for ways: short ones first, then as long as a plan can make them."""
    free = task.allowed & ~task.constraints.required
    spent = np.cumsum(np.sort(task.money.cost[free]))
    most = int((spent <= task.money.budget).sum() + task.constraints.required.sum())
    depth = 3
    while True:
        yield WayRules(
            allowed=task.allowed,
            cost=task.money.cost,
            most=task.money.budget,
            clashes=task.constraints.clashes,
            depth=depth,
            is_all=depth >= most,
        )
        if depth >= most or task.allowed.sum() > FEW:
            return
        depth += 1


def _benefits(task):
    """Benefits of all groups, with ways as long as they can be without growing many."""
    weights = [group.weight for group in task.groups]
    for rules in _rules(task):
        parts = [
            group_benefits(group, rules, p_min=task.p_min, threads=task.threads)
            for group in task.groups
        ]
        is_loose = any(part.is_loose for part in parts)
        if not is_loose or sum(part.item.size for part in parts) > MANY_ITEMS:
            break
    return joint_benefits(parts, weights, task.allowed.size)


def _bounded(task, known):
    """Bound by planes, and look at the plan that is best below them."""
    paths = [
        group_paths(group, task.allowed, p_min=task.p_min, threads=task.threads)
        for group in task.groups
    ]
    # However late it is, the first bound gets its share of the time.
    deadline = max(task.deadline, time.monotonic() + task.least_s)
    weights = [group.weight for group in task.groups]
    until = Until(deadline, known.gain, task.gap, task.threads)
    what = task.constraints, task.money, task.allowed, known.chosen
    found = bound_by_planes(paths, weights, *what, until)
    for plan in found.plans:
        known = _with_plan(task, known, plan, None)
    return _with_bound(known, found.bound), found.stopped_by


def _searched(task, benefits, known):
    """Search until proven, as good as asked, or out of time."""
    most = np.sqrt(relative_pcnum(benefits, task.allowed)) - 1
    known = replace(known, bound=min(known.bound, float(benefits.weight @ most)))
    view = _first_view(benefits, task, known)
    while True:
        known, view = _relaxed_rounds(task, benefits, known, view)
        if not _is_done(known, task.gap):
            known, view = _whole_rounds(task, benefits, known, view)
        if view.ways.all() or _is_done(known, task.gap) or task.left_s <= 0:
            return known
        view = view._replace(ways=_most_ways(benefits, 4 * int(view.ways.sum())))


def _first_view(benefits, task, known):
    """Begin with what could bring most, and a fan of tangents."""
    most = relative_pcnum(benefits, task.allowed)
    tangents = [np.geomspace(1.0, max(high, 1.0), TANGENTS) for high in most]
    if known.chosen is not None:
        touch = relative_pcnum(benefits, known.chosen)
        tangents = [np.append(*both) for both in zip(tangents, touch, strict=True)]
    shared = _highest(0.5 * benefits.weight @ benefits.shared, FIRST_SHARED)
    return View(_most_ways(benefits, FIRST_WAYS), shared, tangents, [])


def _most_ways(benefits, n):
    """Mark the ways that could bring most, by themselves or as one of several."""
    slope = 0.5 * benefits.weight
    brought = slope @ (benefits.value + benefits.shared @ benefits.member)
    return _highest(brought[benefits.value.shape[1] - len(benefits.way) :], n)


def _relaxed_rounds(task, benefits, known, view):
    """Bound all plans by the programme without whole candidates."""
    before = np.inf
    for _ in range(ROUNDS):
        least_s = 0.0 if np.isfinite(before) else task.least_s
        found = solve_relaxed(
            _program(task, benefits, known, view),
            time_limit_s=max(task.left_s, least_s),
        )
        known = _with_bound(known, found.bound)
        if found.values is None or _is_done(known, task.gap):
            break
        if before - found.bound <= WORTH_IT * abs(found.bound):
            break
        before = found.bound
        view, is_new = _closer(view, benefits, found.values)
        if not is_new or task.left_s <= 0:
            break
    if found.price is not None and np.isfinite(known.gain):
        # A plan that has or lacks such a candidate cannot be better than the known.
        is_fixed = found.bound - found.price < known.gain * (1 - EXACT)
        share = found.values[: known.allowed.size]
        known = replace(
            known,
            allowed=known.allowed & ~(is_fixed & (share < 0.5)) | known.required,
            required=known.required | (is_fixed & (share > 0.5)),
        )
    return known, view


def _whole_rounds(task, benefits, known, view):
    """Find better plans by the programme with whole candidates, until proven."""
    is_last = view.ways.all()
    for _ in range(ROUNDS if is_last else 1):
        found = solve_whole(
            _program(task, benefits, known, view),
            time_limit_s=task.left_s,
            gap=task.gap / 2,
            node_limit=LAST_NODES if is_last else NODES,
        )
        if found.values is None:
            known = _with_bound(known, found.bound)
            break
        chosen = found.values[: known.allowed.size] > 0.5
        known = _with_plan(task, known, chosen, benefits)
        known = _with_bound(known, found.bound)
        if _is_done(known, task.gap) or task.left_s <= 0:
            break
        view, is_new = _closer(view, benefits, found.values)
        if is_last and not is_new:
            view = view._replace(seen=[*view.seen, chosen])
    return known, view


def _program(task, benefits, known, view):
    limits = replace(task.constraints, required=known.required)
    return plan_program(benefits, limits, task.money, known.allowed, view)


def _closer(view, benefits, values):
    """Bring into view what a solution counts too often, and touch the roots there.

    Returns
    -------
    view : View
    is_new : bool
        Whether anything was added.
    """
    n_groups, n_ways = benefits.weight.size, view.ways.sum()
    n_items = benefits.value.shape[1]
    m = n_items - view.ways.size
    is_open = np.zeros(n_items)
    is_open[:m] = values[:m]
    is_open[m:][view.ways] = values[m : m + n_ways]
    pcnum, eca = 1 + values[-2 * n_groups : -n_groups], 1 + values[-n_groups:]
    touch = eca > np.sqrt(pcnum) * (1 + 1e-10)
    tangents = [
        np.append(points, at) if new else points
        for points, at, new in zip(view.tangents, pcnum, touch, strict=True)
    ]
    slope = 0.5 * benefits.weight / np.sqrt(pcnum)
    too_much = np.maximum(benefits.member @ is_open - 1, 0.0)
    too_much *= slope @ benefits.shared
    too_much[view.shared | (too_much < 1e-12)] = 0.0
    shared = view.shared | _highest(too_much, MORE_SHARED)
    is_new = bool(touch.any() or (shared != view.shared).any())
    return view._replace(tangents=tangents, shared=shared), is_new


def _with_bound(known, bound):
    """Take over a bound for the plans that may be better than the known one."""
    return replace(known, bound=min(known.bound, max(bound, known.gain)))


def _with_plan(task, known, chosen, benefits):
    """Value a plan, and keep it if it is the best so far."""
    if not is_allowed(task.constraints, np.flatnonzero(chosen)):
        return known
    if benefits is None or benefits.is_loose:
        plan, how = np.flatnonzero(chosen), {"threads": task.threads}
        pcnum = [whole_pcnum(g, plan, task.p_min, **how)[0] for g in task.groups]
        pcnum = np.array(pcnum) / [group.pcnum for group in task.groups]
    else:
        pcnum = relative_pcnum(benefits, chosen)
    rise = np.sqrt(np.maximum(pcnum, 1.0)) - 1  # below it is rounding
    if any(
        rise[k] < least * (1 - EXACT)
        for k, least in task.constraints.minimum_rise.items()
    ):
        return known
    gain = float(rise @ np.array([group.weight for group in task.groups]))
    if known.chosen is not None and gain <= known.gain:
        return known
    return replace(known, chosen=chosen, gain=gain)


def _is_done(known, gap):
    """Whether the best plan known is as close to the bound as asked."""
    if not np.isfinite(known.bound):
        return known.bound < 0
    return known.bound - known.gain <= max(gap, EXACT) * known.bound


def _highest(values, most):
    """Mark the highest values above zero, as many as allowed."""
    marked = values > 0
    if marked.sum() > most:
        marked = np.zeros(values.size, dtype=bool)
        marked[np.argsort(-values, kind="stable")[:most]] = True
    return marked
