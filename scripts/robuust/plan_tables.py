"""Plans as tables: their steps on the map, the curve of all budgets, each group."""

from operator import itemgetter

import numpy as np
import pandas as pd

from robuust.figures import euros, figure, figure_nl
from robuust.listing import listed

STEP_COLUMNS = [
    *("budget_eur", "plan", "step", "candidate_id", "track", "cost_eur"),
    *("cumulative_cost_eur", "cumulative_gain", "method", "gain", "upper_bound"),
    *("gap_percent", "geometry"),
]
CURVE_COLUMNS = [
    *("budget_eur", "plan", "n", "cost_eur", "gain", "upper_bound", "gap_percent"),
    *("method", "is_complete", "nesting_price_percent", "reason_nl", "reason_en"),
]
PROVEN = 1e-6  # percent of the bound: less is rounding
TEXTS = {
    "nothing": (
        "{budget} euro koopt niets: geen kandidaat past en brengt iets op",
        "{budget} euro buy nothing: no candidate fits and brings anything",
    ),
    "one": ("{budget} euro: 1 kandidaat", "{budget} euro: 1 candidate"),
    "many": ("{budget} euro: {n} kandidaten", "{budget} euro: {n} candidates"),
    "spent": (" voor {spent} euro", " for {spent} euro"),
    "rise": ("+{percent} % voor {name}", "+{percent} % for {name}"),
    "part": (
        "voor {name} {used} van hooguit {limit} euro",
        "for {name} {used} of at most {limit} euro",
    ),
    "greedy": ("stap voor stap gevonden", "found step by step"),
    "exchange": ("gevonden door uitwisselen", "found by exchange"),
    "model": ("gevonden door het rekenmodel", "found by the solver"),
    "time": (
        "de tijd om te zoeken was om (plan_time_limit_s)",
        "the time to search was up (plan_time_limit_s)",
    ),
    "work": (
        "de zoektocht stopte na een vaste hoeveelheid werk",
        "the search stopped after a fixed amount of work",
    ),
    "optimal": ("bewezen het beste", "proven to be the best"),
    "within": ("hooguit {gap} % onder het beste", "at most {gap} % below the best"),
    "nested": (
        "behoudt het kleinere plan, wat {price} % van de winst kost",
        "keeps the smaller plan, which costs {price} % of the gain",
    ),
}


def gap_percent(plan):
    """How far a plan can be from the best one, in percent of the bound.

    Parameters
    ----------
    plan : robuust.budget.Plan

    Returns
    -------
    float
        0 for a plan that is proven to be the best, or where none gains anything.
    """
    if not plan.upper_bound > 0:
        return 0.0
    gap = 100 * (1 - plan.gain / plan.upper_bound)
    return gap if gap > PROVEN else 0.0


def plan_steps(candidates, plans):
    """Tabulate the candidates of all plans, in the order of their steps.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, track, cost_eur, geometry, in the order of the plans' positions.
    plans : list of robuust.budget.Plan

    Returns
    -------
    GeoDataFrame
        budget_eur, plan, step, candidate_id, track, cost_eur, cumulative_cost_eur,
        cumulative_gain (with this and all earlier steps), method, gain (of the whole
        plan), upper_bound, gap_percent, geometry.
    """
    parts = [_steps(candidates, plan) for plan in plans]
    return pd.concat(parts, ignore_index=True)


def _steps(candidates, plan):
    """Rows of one plan."""
    rows = candidates.iloc[list(plan.chosen)].reset_index(drop=True)
    rows = rows[["candidate_id", "track", "cost_eur", "geometry"]].assign(
        budget_eur=plan.budget_eur,
        plan=pd.array([plan.name] * len(rows), dtype="str"),
        step=np.arange(1, len(rows) + 1),
        cumulative_cost_eur=rows["cost_eur"].cumsum(),
        cumulative_gain=np.array(plan.gains, dtype=float),
        method=pd.array([plan.method] * len(rows), dtype="str"),
        gain=plan.gain,
        upper_bound=plan.upper_bound,
        gap_percent=gap_percent(plan),
    )
    return rows[STEP_COLUMNS]


def plan_curve(cost_eur, plans, groups, parts):
    """Tabulate what each budget brings, also where it buys nothing.

    Parameters
    ----------
    cost_eur : array_like of float, shape (m,)
        Cost of each candidate, by position.
    plans : list of robuust.budget.Plan
    groups : DataFrame
        name_nl, name_en of each group, in the order of the rises.
    parts : list of robuust.plan_constraints.Part

    Returns
    -------
    DataFrame
        One row per budget and plan: budget_eur, plan, n (candidates), cost_eur, gain,
        upper_bound, gap_percent, method, is_complete, nesting_price_percent (missing
        for the best plan), reason_nl, reason_en.
    """
    cost = np.asarray(cost_eur, dtype=float)
    rows = [
        {
            "budget_eur": plan.budget_eur,
            "plan": plan.name,
            "n": len(plan.chosen),
            "cost_eur": float(cost[list(plan.chosen)].sum()),
            "gain": plan.gain,
            "upper_bound": plan.upper_bound,
            "gap_percent": gap_percent(plan),
            "method": plan.method,
            "is_complete": plan.is_complete,
            "nesting_price_percent": plan.nesting_price_percent,
            "reason_nl": _sentence(plan, cost, groups["name_nl"], parts, "nl"),
            "reason_en": _sentence(plan, cost, groups["name_en"], parts, "en"),
        }
        for plan in plans
    ]
    texts = dict.fromkeys(("plan", "method", "reason_nl", "reason_en"), "str")
    return pd.DataFrame(rows, columns=CURVE_COLUMNS).astype(texts)


def plan_groups(plans, groups, minimum_rise):
    """Tabulate what each plan brings each group.

    Parameters
    ----------
    plans : list of robuust.budget.Plan
    groups : list of str
        In the order of the rises.
    minimum_rise : dict of int to float
        Least rise asked of some groups, by position.

    Returns
    -------
    DataFrame
        budget_eur, plan, group, eca_rise (relative; missing for a group without
        habitat today), minimum_rise (missing where none is asked).
    """
    rows = [
        (plan.budget_eur, plan.name, group, plan.rises[k], minimum_rise.get(k, np.nan))
        for plan in plans
        for k, group in enumerate(groups)
    ]
    columns = ["budget_eur", "plan", "group", "eca_rise", "minimum_rise"]
    texts = dict.fromkeys(("plan", "group"), "str")
    return pd.DataFrame(rows, columns=columns).astype(texts)


def _sentence(plan, cost, names, parts, language):
    """Say what a budget buys, what that brings, and how good it must be."""
    number = figure_nl if language == "nl" else figure

    def say(what, **values):
        return TEXTS[what][0 if language == "nl" else 1].format(**values)

    chosen = list(plan.chosen)
    budget, spent = (
        euros(plan.budget_eur, language),
        euros(cost[chosen].sum(), language),
    )
    if not chosen:
        return say("nothing", budget=budget)
    words = [
        say("one" if len(chosen) == 1 else "many", budget=budget, n=len(chosen))
        + say("spent", spent=spent)
    ]
    rises = [(k, rise) for k, rise in enumerate(plan.rises) if rise > 0]
    rises = [
        say("rise", percent=number(100 * rise), name=names.iloc[k])
        for k, rise in sorted(rises, key=itemgetter(1), reverse=True)
    ]
    words += [f"ECA {listed(rises, language)}"] if rises else []
    for part in parts:
        used = cost[[c for c in chosen if part.member[c]]].sum()
        limit = euros(part.limit_eur, language)
        used = euros(used, language)
        words.append(say("part", name=part.name, used=used, limit=limit))
    gap = gap_percent(plan)
    good = say("optimal") if gap == 0 else say("within", gap=number(gap))
    words.append(f"{say(plan.method)}, {good}")
    if plan.stopped_by:
        words.append(say(plan.stopped_by))
    if plan.name == "nested":
        words.append(say("nested", price=number(plan.nesting_price_percent)))
    return "; ".join(words)
