"""Progress of reporting units since an earlier run, in a few figures that matter."""

import pandas as pd

from robuust.report_units import UNIT
from robuust.statuses import AT_RISK, AWAY
from robuust.tracks import TRACKS

#: What is followed; `_ha` is hectares, `n_` a number of target species.
MEASURES = (
    *("robust_ha", "n_viable", "n_at_risk", "n_away"),
    *(f"{track}_ha" for track in TRACKS),
)
PROGRESS_COLUMNS = [*UNIT, "measure", "earlier", "now", "difference"]


def unit_figures(totals, targets, priorities):
    """Gather the figures by which the progress of a unit is told.

    Parameters
    ----------
    totals : DataFrame
        level, name, robust_ha: one row per unit.
    targets : DataFrame
        level, name, species, status: one row per unit and target species.
    priorities : DataFrame or None
        level, name, track, area_ha; None where these hectares were not counted once.

    Returns
    -------
    DataFrame, indexed by level and name
        The `MEASURES`: robust_ha; target species that are viable, at risk (relict or
        phantom) or away (dormant, unsearched or lost); hectares of candidates per
        track, missing without priorities.
    """
    by_unit = ["level", "name"]
    units = totals.drop_duplicates(by_unit).set_index(by_unit)
    figures = units[["robust_ha"]].astype(float)
    for name, statuses in (
        ("n_viable", ("viable",)),
        ("n_at_risk", AT_RISK),
        ("n_away", AWAY),
    ):
        found = targets[targets["status"].isin(statuses)]
        number = found.groupby(by_unit)["species"].nunique()
        figures[name] = number.reindex(figures.index, fill_value=0).astype(float)
    for track in TRACKS:
        if priorities is None:
            figures[f"{track}_ha"] = float("nan")
            continue
        hectares = priorities[priorities["track"] == track]
        hectares = hectares.groupby(by_unit)["area_ha"].sum()
        figures[f"{track}_ha"] = hectares.reindex(figures.index, fill_value=0.0)
    return figures[list(MEASURES)]


def unit_progress(units, now, earlier):
    """Set the figures of this run beside those of an earlier one.

    Parameters
    ----------
    units : DataFrame
        unit_id, level, name: those that get a sheet.
    now, earlier : DataFrame
        As `unit_figures` gives them; `earlier` None without an earlier run.

    Returns
    -------
    DataFrame, one row per unit and measure
        The columns of `PROGRESS_COLUMNS`; earlier and difference are missing for a
        unit or a figure that the earlier run does not have.
    """
    key = pd.MultiIndex.from_frame(units[["level", "name"]])
    tables = {"now": now, "earlier": earlier}
    found = []
    for measure in MEASURES:
        rows = units[UNIT].reset_index(drop=True).assign(measure=measure)
        for name, figures in tables.items():
            known = None if figures is None else figures[measure].reindex(key)
            rows[name] = float("nan") if known is None else known.to_numpy()
        found.append(rows)
    rows = pd.concat(found, ignore_index=True)
    rows["difference"] = rows["now"] - rows["earlier"]
    place = rows["measure"].map({name: k for k, name in enumerate(MEASURES)})
    order = rows.assign(place=place).sort_values(["level", "unit_id", "place"])
    return rows.loc[order.index, PROGRESS_COLUMNS].reset_index(drop=True)
