"""The main figures of every run so far, per unit and species group.

Each run publishes the history of the run that it is compared with, and its own rows at
the end; no folder of old runs is needed. Which rows are of one run tells `run_id`, a
digest of the reference date and of the figures: a run that is repeated, or that changed
nothing of them, stands there once.
"""

import hashlib

import pandas as pd

from robuust.robustness import CLASSES, ROBUST_CLASSES
from robuust.statuses import ON_RECORD
from robuust.target_species import best_status

ALL = "*"  # all units, or all groups, together
UNIT = ["level", "unit_id", "name"]
WHOLE = dict.fromkeys(UNIT, ALL)
HISTORY_COLUMNS = {
    "run_number": "Int64",
    "run_id": "str",
    "reference_date": "str",
    "is_scenario": "boolean",
    "level": "str",
    "unit_id": "str",
    "name": "str",
    "group": "str",
    "area_ha": "float64",
    **{f"{name}_ha": "float64" for name in CLASSES},
    "robust_ha": "float64",
    "eca_ha": "float64",
    "n_viable_networks": "Int64",
    **{f"n_{status}": "Int64" for status in ON_RECORD},
}
ROUNDED = 4  # decimals of a hectare: a square metre, beyond it machines may differ
_RUN = ("run_number", "run_id", "reference_date", "is_scenario")


def run_figures(frames, *, levels):
    """Gather the figures of one run.

    Parameters
    ----------
    frames : dict of str to DataFrame
        By name, as published: group_summary (group, area_ha, robust_ha, eca_ha),
        networks (group, viable), patches (group, class, area_ha), populations (group,
        species, status), robust_areas (area_ha), report_units (level, unit_id, name,
        robust_ha), unit_classes and unit_species.
    levels : list of str
        Units of these levels are followed.

    Returns
    -------
    DataFrame, one row per unit and group
        The columns of `HISTORY_COLUMNS` but those of the run. Unit and group ``*`` are
        all together. area_ha and hectares per class are sums over patches; robust_ha is
        that of `group_summary`, in a unit the hectares of the robust classes, and of
        all groups the land in robust areas. Numbers of species count each at its best
        status there. ECA and networks are of whole groups only.
    """
    units = frames["report_units"]
    units = units[units["level"].isin(levels)]
    of_levels = {
        name: frames[name][frames[name]["level"].isin(levels)]
        for name in ("unit_classes", "unit_species")
    }
    hectares = pd.concat([frames["patches"].assign(**WHOLE), of_levels["unit_classes"]])
    statuses = pd.concat(
        [frames["populations"].assign(**WHOLE), of_levels["unit_species"]]
    )
    groups = _group_figures(frames["group_summary"], frames["networks"])
    together = _land_of_all(frames["robust_areas"], units)
    index = groups.index.union(together.index)
    parts = (_hectares(hectares), _species(statuses))
    for part in parts:
        index = index.union(part.index)
    rows = pd.concat([part.reindex(index) for part in parts], axis=1)
    of_group = index.get_level_values("group") != ALL
    measured = [*(f"{name}_ha" for name in CLASSES), "area_ha", "robust_ha"]
    rows.loc[of_group, measured] = rows.loc[of_group, measured].fillna(0.0)
    rows = groups.reindex(index).combine_first(rows)
    rows["robust_ha"] = rows["robust_ha"].fillna(together)
    counted = [f"n_{status}" for status in ON_RECORD]
    rows[counted] = rows[counted].fillna(0)
    rows = rows.sort_index().reset_index()
    figures = {n: t for n, t in HISTORY_COLUMNS.items() if n not in _RUN}
    rows = rows.reindex(columns=list(figures)).astype(figures)
    real = [name for name in figures if name.endswith("_ha")]
    return rows.assign(**{name: rows[name].round(ROUNDED) for name in real})


def _hectares(hectares):
    """Hectares per unit and group: of each class, of all, and of the robust classes."""
    keys = [*UNIT, "group"]
    rows = hectares[hectares["class"].isin(CLASSES)]
    sums = rows.pivot_table("area_ha", keys, "class", aggfunc="sum", observed=True)
    sums = sums.reindex(columns=list(CLASSES)).fillna(0.0)
    wide = sums.rename(columns={name: f"{name}_ha" for name in CLASSES})
    wide.columns.name = None
    return wide.assign(
        area_ha=sums.sum(axis=1), robust_ha=sums[list(ROBUST_CLASSES)].sum(axis=1)
    )


def _species(statuses):
    """Count the species by their best status, per unit: of each group and of all."""
    keys = [*UNIT, "group"]
    known = statuses.loc[
        statuses["status"].isin(ON_RECORD), [*keys, "species", "status"]
    ]
    known = known.drop_duplicates()
    known = pd.concat([known, known.assign(group=ALL)])
    best = best_status(known, [*keys, "species"]).reset_index()
    n = best.pivot_table("species", keys, "status", aggfunc="count", observed=True)
    n = n.reindex(columns=list(ON_RECORD)).rename(columns=lambda name: f"n_{name}")
    n.columns.name = None
    return n


def _group_figures(group_summary, networks):
    """Figures that only whole groups have; robust land by the yardstick of the run."""
    viable = networks["viable"].astype(bool).groupby(networks["group"]).sum()
    rows = group_summary.assign(**WHOLE, n_viable_networks=0)
    rows["n_viable_networks"] = rows["group"].map(viable).fillna(0)
    columns = ["robust_ha", "eca_ha", "n_viable_networks"]
    return rows.set_index([*UNIT, "group"])[columns]


def _land_of_all(robust_areas, units):
    """Land in robust areas, of all groups: as a whole and in each unit."""
    whole = pd.DataFrame([WHOLE | {"robust_ha": robust_areas["area_ha"].sum()}])
    rows = pd.concat([whole, units[[*UNIT, "robust_ha"]]]).assign(group=ALL)
    return rows.set_index([*UNIT, "group"])["robust_ha"]


def run_id(figures, reference_date):
    """Name a run by what it found: a digest of its reference date and figures.

    Parameters
    ----------
    figures : DataFrame
        As `run_figures` gives them.
    reference_date : str

    Returns
    -------
    str
        Twelve hexadecimal digits.
    """
    rows = figures.to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(f"{reference_date}\n{rows}".encode()).hexdigest()[:12]


def with_run(figures, earlier, *, reference_date, is_scenario):
    """Put the figures of a run behind the history of the runs before it.

    Parameters
    ----------
    figures : DataFrame
        As `run_figures` gives them.
    earlier : DataFrame or None
        History of the run that it is compared with; None without one.
    reference_date : str
    is_scenario : bool
        Whether the run shows what may come, which is no point of a trend.

    Returns
    -------
    DataFrame
        The columns of `HISTORY_COLUMNS`, the earliest run first. The rows of a run
        that stands in the history already are put in its place.
    """
    own = run_id(figures, reference_date)
    number, kept = 1, None
    if earlier is not None and len(earlier):
        is_own = earlier["run_id"] == own
        number = int(earlier["run_number"].max()) + 1
        if is_own.any():
            number = int(earlier.loc[is_own, "run_number"].iloc[0])
        kept = earlier[~is_own].reindex(columns=list(HISTORY_COLUMNS))
    rows = figures.assign(
        run_number=number,
        run_id=own,
        reference_date=str(reference_date),
        is_scenario=bool(is_scenario),
    )
    rows = rows[list(HISTORY_COLUMNS)].astype(HISTORY_COLUMNS)
    if kept is not None and len(kept):
        rows = pd.concat([kept.astype(HISTORY_COLUMNS), rows])
    return rows.sort_values(["run_number", *UNIT, "group"], ignore_index=True)
