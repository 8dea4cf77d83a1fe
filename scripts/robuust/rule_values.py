"""With which values the rule of a population decided, condition by condition."""

import numpy as np

from robuust.figures import distance, figure
from robuust.robustness import CLASSES
from robuust.status_rules import CONDITIONS
from robuust.text_columns import distinct_codes, join_parts

TREND_DAYS = tuple(
    f"{days}_{k}" for days in ("visits", "search_days") for k in (1, 2, 3)
)
VALUES = {  # the facts behind each condition
    "recent": ("n_records", "last_year"),
    "sustained": ("class_code",),
    "below_key": ("capacity_ru", "key_patch_ru"),
    "alone": ("nearest_m", "maybe_elsewhere"),
    "fading": ("long_lived", "trend", *TREND_DAYS),
    "earlier": ("n_records",),
    "in_seed_bank": ("seed_bank_years", "last_year"),
    "unsearched": ("searched",),
    "within_reach": ("nearest_m", "maybe_near"),
}


def rule_values(facts, *, reach_m, since):
    """Say which conditions were read to find the rule, whether they held, and why.

    Parameters
    ----------
    facts : DataFrame
        What `judge_populations` found: every condition, looked_at, and the facts
        behind the conditions.
    reach_m : float
        Largest dispersal distance of the group [m].
    since : int
        First year of the recent window.

    Returns
    -------
    array of str, shape (n_rows,)
        Such as ``recent=yes (last record 2021, recent from 2016); sustained=no
        (near)``, in the order of `CONDITIONS`, whatever the order of the rules.
    """
    looked_at = facts["looked_at"].to_numpy()
    nearest_m = facts["nearest_occupied_m"].round()
    parts = []
    for k, name in enumerate(CONDITIONS):
        told = (looked_at >> k & 1).astype(bool)
        needed = [column for column in VALUES[name] if column != "nearest_m"]
        values = facts[needed].assign(holds=facts[name])
        if "nearest_m" in VALUES[name]:
            values["nearest_m"] = nearest_m
        code, rows = distinct_codes(values, told)
        answers = ("yes" if row.holds else "no" for row in rows)
        texts = [
            f"{name}={answer} ({_value(name, row, reach_m, since)})"
            for answer, row in zip(answers, rows, strict=True)
        ]
        parts.append((code, texts))
    return join_parts(parts, len(facts))


def _value(name, row, reach_m, since):
    """Tell the value behind one condition."""
    if name == "recent":
        last = f"last record {row.last_year}" if row.n_records else "no record"
        return f"{last}, recent from {since}"
    if name == "sustained":
        return CLASSES[row.class_code]
    if name == "below_key":
        return f"capacity {figure(row.capacity_ru)} of {figure(row.key_patch_ru)} RU"
    if name in ("alone", "within_reach"):
        if not np.isnan(row.nearest_m):
            return f"nearest occupied {distance(row.nearest_m)}"
        vague = row.maybe_elsewhere if name == "alone" else row.maybe_near
        none = f"none occupied within {distance(reach_m)}"
        return "records in reach that fit several patches" if vague else none
    if name == "fading":
        found = f"{row.visits_1}, {row.visits_2}, {row.visits_3}"
        days = f"{row.search_days_1}, {row.search_days_2}, {row.search_days_3}"
        trend = row.trend if isinstance(row.trend, str) else "unknown"
        return (
            f"long-lived {row.long_lived}, trend {trend}: found on {found} of {days} "
            "search days"
        )
    if name == "earlier":
        return f"records {row.n_records}"
    if name == "in_seed_bank":
        years = row.seed_bank_years
        seed = "unknown" if np.isnan(years) else f"{figure(years)} years"
        return f"seed bank {seed}, last record {row.last_year}"
    return f"searched since {since}: {'yes' if row.searched else 'no'}"
