"""The rules that give a population its status: a table read from top to bottom.

The rules are data (status_rules.csv), the conditions that they may use are code: what
each one means stands in `CONDITIONS`.
"""

from dataclasses import dataclass

import numpy as np

from robuust.problems import Problem, did_you_mean, row_number

CONDITIONS = {
    "recent": "a recent record at the patch",
    "sustained": "the patch is robust or its network is viable",
    "below_key": "the capacity of the patch is below one key patch",
    "alone": "no other occupied patch within dispersal_max_m",
    "fading": "the species is long-lived, or its trend over three periods a decline",
    "earlier": "a record at the patch, of any date",
    "in_seed_bank": "the last record is no older than the seed in the soil lives",
    "unsearched": "no recent record of the same taxon group at the patch",
    "within_reach": "an occupied patch within dispersal_max_m",
}
STATUSES = (
    *("viable", "phantom", "relict", "dormant"),
    *("unsearched", "lost", "colonisable", "unreachable"),
)


@dataclass(frozen=True)
class StatusRule:
    """One row of the table.

    Attributes
    ----------
    order : int
        Its number.
    status : str
        What it gives, one of `STATUSES`.
    conditions : tuple of (str, bool)
        Name of each condition, and whether it must hold or must not.
    """

    order: int
    status: str
    conditions: tuple

    def __str__(self):
        """Write number and conditions, as the column `rule` of the populations does."""
        names = [name if holds else f"not {name}" for name, holds in self.conditions]
        return f"{self.order}: {' and '.join(names) or 'else'}"


def read_status_rules(table):
    """Read the rules, in their order.

    Parameters
    ----------
    table : DataFrame
        Validated rows of status_rules.csv: order (number or text), status, conditions
        (separated by semicolons; blank or missing: always holds).

    Returns
    -------
    list of StatusRule

    Examples
    --------
    >>> import pandas as pd
    >>> text = {"order": ["2", "1"], "status": ["lost", "relict"]}
    >>> text |= {"conditions": [None, "recent; not alone"]}
    >>> [str(rule) for rule in read_status_rules(pd.DataFrame(text))]
    ['1: recent and not alone', '2: else']
    """
    rows = zip(table["order"], table["status"], table["conditions"], strict=True)
    rules = [
        StatusRule(int(float(order)), status, _conditions(text))
        for order, status, text in rows
    ]
    return sorted(rules, key=lambda rule: rule.order)


def _conditions(text):
    """Names in a cell, each with whether it must hold."""
    if not isinstance(text, str):
        return ()
    names = [name.strip() for name in text.split(";") if name.strip()]
    return tuple(
        (name.removeprefix("not ").strip(), not name.startswith("not "))
        for name in names
    )


def decide(conditions, rules):
    """Find the first rule whose conditions all hold, and what was read to find it.

    Parameters
    ----------
    conditions : dict of str to ndarray of bool, shape (n,)
        At least the conditions that the rules name.
    rules : list of StatusRule
        In their order.

    Returns
    -------
    chosen : ndarray of int8, shape (n,)
        Position of the rule that decides.
    looked_at : dict of str to ndarray of bool, shape (n,)
        Per condition whether it was needed: the rules are read one by one, and each
        from left to right until a condition fails.

    Raises
    ------
    ValueError
        If no rule holds for some case.

    Examples
    --------
    >>> rain = StatusRule(1, "wet", (("rain", True), ("roof", False)))
    >>> facts = {"rain": np.array([True, False]), "roof": np.array([False, True])}
    >>> chosen, looked_at = decide(facts, [rain, StatusRule(2, "dry", ())])
    >>> chosen.tolist(), looked_at["roof"].tolist()
    ([0, 1], [True, False])
    """
    n = len(next(iter(conditions.values())))
    chosen = np.full(n, -1, dtype=np.int8 if len(rules) < 128 else np.int16)
    looked_at = {name: np.zeros(n, dtype=bool) for name in conditions}
    for row, rule in enumerate(rules):
        holds = chosen < 0
        for name, wanted in rule.conditions:
            looked_at[name] |= holds
            holds &= conditions[name] == wanted
        chosen[holds] = row
    if (chosen < 0).any():
        raise ValueError(
            f"no rule of status_rules.csv holds for {(chosen < 0).sum()} of {n} "
            "cases; end the table with a row without conditions"
        )
    return chosen, looked_at


def status_rule_problems(table):
    """Find rules that name unknown conditions, never fire, or leave cases open.

    Parameters
    ----------
    table : DataFrame
        Typed rows of status_rules.csv, labelled 0, 1, ...; missing where wrong.

    Returns
    -------
    list of Problem
    """
    needed = ["order", "status", "conditions"]
    if not set(needed) <= set(table) or table[needed[:2]].isna().any(axis=None):
        return []  # whoever reads the cells one by one says so
    table = table.sort_values("order", kind="stable")
    labels = list(table.index)
    rules = read_status_rules(table)
    problems = []
    for label, rule in zip(labels, rules, strict=True):
        problems += [
            Problem(
                "status_rules",
                row_number(label),
                "conditions",
                f"found '{name}', which is no condition{did_you_mean(name, CONDITIONS)}"
                f"; allowed are {', '.join(CONDITIONS)}",
            )
            for name, _ in rule.conditions
            if name not in CONDITIONS
        ]
    problems += _never(labels, rules)
    given = set(table["status"])
    problems += [
        Problem(
            "status_rules",
            None,
            "status",
            f"no row gives the status '{status}'; add one, for every status is on the "
            "map and in the report",
        )
        for status in STATUSES
        if status not in given
    ]
    if not rules or rules[-1].conditions:
        message = (
            "the last rule has conditions, so that some populations would have no "
            "status; end the table with a row without conditions"
        )
        row = row_number(labels[-1]) if rules else None
        problems.append(Problem("status_rules", row, "conditions", message))
    return problems


def _never(labels, rules):
    """Rules that cannot fire: they contradict themselves, or an earlier one goes first.

    Whatever meets all conditions of a rule meets those of an earlier one with a part of
    them.
    """
    problems = []
    for k, (label, rule) in enumerate(zip(labels, rules, strict=True)):
        own = set(rule.conditions)
        opposite = [name for name, holds in rule.conditions if (name, not holds) in own]
        earlier = [i for i in range(k) if set(rules[i].conditions) <= own]
        if opposite:
            message = f"'{opposite[0]}' must hold and must not; take one of the two out"
        elif earlier:
            message = (
                f"this rule never decides: rule {rules[earlier[0]].order} (row "
                f"{row_number(labels[earlier[0]])}) holds wherever it does and comes "
                "first; move it up, or take it out"
            )
        else:
            continue
        problems.append(
            Problem("status_rules", row_number(label), "conditions", message)
        )
    return problems
