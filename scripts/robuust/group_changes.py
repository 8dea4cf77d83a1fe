"""Who wins and who loses between two runs: one row per group, and a sentence each."""

import numpy as np
import pandas as pd

from robuust.figures import figure, figure_nl
from robuust.robustness import CLASSES

MEASURES = ("area_ha", "effective_ha", "eca_ha", "robust_ha")
COUNTS = ("n_patches", "n_viable_networks", *(f"n_{name}" for name in CLASSES))
SAME_SHARE = 0.0005  # of the ECA: less is rounding, neither won nor lost
BALANCES = ("loses", "wins", "same")
GROUP_CHANGE_COLUMNS = {
    "group": "str",
    "name_nl": "str",
    "name_en": "str",
    "balance": "str",
    **{
        column: "float64"
        for measure in MEASURES
        for column in (
            measure,
            f"earlier_{measure}",
            f"{measure.removesuffix('_ha')}_change_ha",
        )
    },
    "eca_change_share": "float64",
    **{name: "Int64" for count in COUNTS for name in (count, f"earlier_{count}")},
    "n_better": "Int64",
    "n_worse": "Int64",
    "n_populations_better": "Int64",
    "n_populations_worse": "Int64",
    "reason_nl": "str",
    "reason_en": "str",
}


def compare_groups(earlier, groups, changes, populations):
    """Put every group of two runs side by side: before, now and the difference.

    Parameters
    ----------
    earlier, groups : DataFrame
        One row per group in the earlier run and in this one: group, name_nl, name_en,
        the hectares of `MEASURES` and the numbers of `COUNTS`, see `with_networks`.
        A group that is not in both is left out.
    changes : DataFrame
        The layer `changes`: group, verdict_change.
    populations : DataFrame
        The table `population_changes`: group, outcome (better or worse).

    Returns
    -------
    DataFrame
        The columns of `GROUP_CHANGE_COLUMNS`; those that lose first, then those that
        win, the largest relative change of ECA first. A group wins or loses when its
        ECA changes by more than `SAME_SHARE`, or else when more verdicts of patches
        became better than worse, or the reverse.
    """
    rows = groups.merge(earlier, on="group", suffixes=("", "_before"))
    rows = rows.rename(
        columns={f"{name}_before": f"earlier_{name}" for name in (*MEASURES, *COUNTS)}
    )
    for measure in MEASURES:
        change = rows[measure] - rows[f"earlier_{measure}"]
        rows[f"{measure.removesuffix('_ha')}_change_ha"] = change
    before = rows["earlier_eca_ha"].where(rows["earlier_eca_ha"] > 0)
    rows["eca_change_share"] = rows["eca_change_ha"] / before
    counted = {
        "verdict_change": (changes, "n_"),
        "outcome": (populations, "n_populations_"),
    }
    for column, (table, prefix) in counted.items():
        for value in ("better", "worse"):
            n = table.loc[table[column] == value, "group"].value_counts()
            rows[prefix + value] = rows["group"].map(n).fillna(0)
    rows["balance"] = _balances(rows)
    records = rows.to_dict("records")
    rows["reason_nl"] = [group_sentence(row, "nl") for row in records]
    rows["reason_en"] = [group_sentence(row, "en") for row in records]
    rows["place"] = rows["balance"].map(BALANCES.index)
    rows["size"] = -rows["eca_change_share"].abs().fillna(np.inf)
    rows = rows.sort_values(["place", "size", "group"], ignore_index=True)
    return rows[list(GROUP_CHANGE_COLUMNS)].astype(GROUP_CHANGE_COLUMNS)


def _balances(rows):
    """Whether each group wins, loses, or stays as it is."""
    change_ha = rows["eca_change_ha"].fillna(0.0)
    moved = change_ha.abs() > SAME_SHARE * rows["earlier_eca_ha"]
    direction = np.sign(change_ha).where(
        moved, np.sign(rows["n_better"] - rows["n_worse"])
    )
    return direction.map({1.0: "wins", -1.0: "loses", 0.0: "same"})


def with_networks(groups, networks):
    """Add to each group the number of its viable networks.

    Parameters
    ----------
    groups : DataFrame
        group.
    networks : DataFrame
        group, viable.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> networks = pd.DataFrame({"group": ["a", "a"], "viable": [True, False]})
    >>> with_networks(pd.DataFrame({"group": ["a", "b"]}), networks).values.tolist()
    [['a', 1], ['b', 0]]
    """
    viable = networks["viable"].astype(bool).groupby(networks["group"]).sum()
    n = groups["group"].map(viable).fillna(0).astype("int64")
    return groups.assign(n_viable_networks=n)


def no_group_changes():
    """Table of group changes without any row: there is nothing to compare with."""
    empty = pd.DataFrame(columns=list(GROUP_CHANGE_COLUMNS))
    return empty.astype(GROUP_CHANGE_COLUMNS)


def group_sentence(row, language):
    """Say what a group wins or loses, with its figures.

    Parameters
    ----------
    row : dict
        The columns of `GROUP_CHANGE_COLUMNS` but the reasons.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    str
    """
    dutch = language == "nl"
    number = figure_nl if dutch else figure
    verb = {
        "wins": ("wint", "wins"),
        "loses": ("verliest", "loses"),
        "same": ("blijft gelijk", "stays the same"),
    }[row["balance"]][0 if dutch else 1]

    def step(name):
        before, now = number(row[f"earlier_{name}"]), number(row[name])
        return f"van {before} naar {now}" if dutch else f"from {before} to {now}"

    habitat, connected = (
        ("leefgebied", "verbonden oppervlakte (ECA)")
        if dutch
        else ("habitat", "connected area (ECA)")
    )
    told = [f"{connected} {step('eca_ha')} ha{_percent(row, number)}"]
    told.append(f"{habitat} {step('area_ha')} ha")
    if row["n_viable_networks"] != row["earlier_n_viable_networks"]:
        words = "levensvatbare netwerken" if dutch else "viable networks"
        told.append(f"{words} {step('n_viable_networks')}")
    told += _counts(row, dutch)
    return f"{row[f'name_{language}']} {verb}: {'; '.join(told)}"


def _percent(row, number):
    """Relative change of the ECA between brackets; nothing where there was none."""
    share = row["eca_change_share"]
    if pd.isna(share) or abs(share) <= SAME_SHARE:
        return ""
    return f" ({'+' if share > 0 else '-'}{number(abs(100 * share))} %)"


def _counts(row, dutch):
    """How many verdicts of patches and populations changed, where any did."""
    words = {
        "n_worse": (
            "oordeel slechter bij {} plek(ken)",
            "verdict worse in {} patch(es)",
        ),
        "n_better": (
            "oordeel beter bij {} plek(ken)",
            "verdict better in {} patch(es)",
        ),
        "n_populations_worse": (
            "{} populatie(s) in gevaar",
            "{} population(s) at risk",
        ),
        "n_populations_better": (
            "{} populatie(s) beter af",
            "{} population(s) better off",
        ),
    }
    return [
        words[name][0 if dutch else 1].format(int(row[name]))
        for name in words
        if row[name] > 0
    ]


def balance_lines(group_changes, population_changes, language):
    """Say in a few lines who loses, who wins and what is at risk since an earlier run.

    Parameters
    ----------
    group_changes, population_changes : DataFrame
        The tables of these names; without rows there is nothing to say.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    list of (str, str, str)
        Heading in Dutch and in English, and the text in the language.
    """
    if group_changes.empty:
        return []
    dutch = language == "nl"
    number = figure_nl if dutch else figure
    told = {}
    for balance in ("loses", "wins"):
        rows = group_changes[group_changes["balance"] == balance]
        rows = rows.sort_values("eca_change_share", key=abs, ascending=False)
        told[balance] = "; ".join(
            row[f"name_{language}"] + _percent(row, number)
            for row in rows.to_dict("records")
        )
    worse = population_changes[population_changes["outcome"] == "worse"]
    red = worse[worse["red_list"].isin(["CR", "EN", "VU"])]
    risk = f"{len(worse)} {'populaties' if dutch else 'populations'}, {len(red)} "
    risk += "van bedreigde soorten" if dutch else "of threatened species"
    first = ", ".join(red["species"].drop_duplicates().head(3))
    return [
        ("Wie verliest", "Who loses", told["loses"] or "-"),
        ("Wie wint", "Who wins", told["wins"] or "-"),
        ("In gevaar", "At risk", f"{risk} ({first})" if first else risk),
    ]
