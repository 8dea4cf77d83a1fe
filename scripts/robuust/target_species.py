"""Target species of a province: who they are, how they fare there, what can help."""

import numpy as np
import pandas as pd

from robuust.statuses import ON_RECORD
from robuust.track_land import UNIT
from robuust.tracks import TRACKS

#: From the best state of a species in a unit to the worst.
LADDER = (
    *ON_RECORD,
    *("colonisable", "unreachable", "no_habitat", "not_judged"),
)
TARGET_COLUMNS = [
    *(*UNIT, "bundle", "group", "species", "name_nl", "red_list", "red_list_source"),
    *("annexes", "target_because", "responsible", "verified", "status"),
    *(f"n_{status}" for status in ON_RECORD),
    *(f"{track}_ha" for track in TRACKS),
    *("earlier_status", "change"),
]


def target_species(species, categories, *, red_list, annexes, listed):
    """Choose the species that a province has to answer for.

    Parameters
    ----------
    species : DataFrame of str
        species, name_nl, group, annexes (joined by semicolons), responsible (blank:
        the province), verified; rows of species.csv.
    categories : DataFrame
        species, red_list (category), red_list_source, as
        `robuust.red_lists.red_list_categories` gives it.
    red_list, annexes, listed : sequence of str
        Red List categories, annexes and names of species that make a target.

    Returns
    -------
    DataFrame, one row per target species, sorted by name
        species, name_nl, group, annexes, responsible, verified, red_list,
        red_list_source, target_because (such as "CR; IV").

    Examples
    --------
    >>> rows = pd.DataFrame({"species": ["A a", "B b"], "name_nl": "x", "group": "g",
    ...     "annexes": ["II;IV", None], "responsible": None, "verified": "no"})
    >>> none = pd.DataFrame(columns=["species", "red_list", "red_list_source"])
    >>> found = target_species(rows, none, red_list=["CR"], annexes=["IV"], listed=[])
    >>> found[["species", "target_because", "responsible"]].to_numpy().tolist()
    [['A a', 'IV', 'province']]
    """
    rows = species.merge(categories, on="species", how="left")
    because = [
        "; ".join(
            [
                *([category] if category in red_list else []),
                *(annex for annex in str(on).split(";") if annex in annexes),
                *(["listed"] if name in listed else []),
            ]
        )
        for name, category, on in zip(
            rows["species"], rows["red_list"], rows["annexes"].fillna(""), strict=True
        )
    ]
    rows = rows.assign(
        target_because=pd.array(because, dtype="str"),
        responsible=rows["responsible"].fillna("province"),
    )
    rows = rows[rows["target_because"] != ""]
    columns = ["species", "name_nl", "group", "annexes", "responsible", "verified"]
    columns += ["red_list", "red_list_source", "target_because"]
    return rows[columns].sort_values("species", ignore_index=True)


def unit_targets(units, targets, counted, land, gains, *, bundles, groups):
    """Tell the state of every target species in every unit, and what can help it.

    Parameters
    ----------
    units : DataFrame
        unit_id, level, name: those that get a sheet.
    targets : DataFrame
        As `target_species` gives it.
    counted : DataFrame
        As `robuust.report_units.unit_populations` gives it.
    land : DataFrame
        As `robuust.track_land.unit_land` gives it.
    gains : DataFrame
        candidate_id, group, gain.
    bundles : dict of str to str
        Habitat bundle of each group.
    groups : sequence of str
        Groups of the run; species of others are `not_judged`.

    Returns
    -------
    DataFrame, one row per unit and target species
        The columns of `TARGET_COLUMNS` but for earlier_status and change. `status` is
        the best of its populations in the unit, `no_habitat` without any patch there;
        n_viable and so on count its patches. The hectares per track are those of
        candidates that its group gains by, each once.
    """
    columns = [*UNIT, *targets.columns]
    rows = units[UNIT].merge(targets, how="cross")[columns]
    rows["bundle"] = rows["group"].map(bundles)
    key = ["level", "unit_id", "species"]
    here = pd.MultiIndex.from_frame(rows[key])
    best = best_status(counted, key)["status"].reindex(here).to_numpy(dtype=object)
    judged = rows["group"].isin(list(groups))
    absent = np.where(judged, "no_habitat", "not_judged")
    rows["status"] = np.where(pd.isna(best), absent, best)
    for status in ON_RECORD:
        number = counted[counted["status"] == status].groupby(key).size()
        rows[f"n_{status}"] = number.reindex(here, fill_value=0).to_numpy()
    gaining = gains.loc[gains["gain"] > 0, ["candidate_id", "group"]]
    helping = land.merge(gaining, on="candidate_id")
    key = ["level", "unit_id", "group"]
    here = pd.MultiIndex.from_frame(rows[key])
    for track in TRACKS:
        hectares = helping[helping["track"] == track].groupby(key)["area_ha"].sum()
        rows[f"{track}_ha"] = hectares.reindex(here, fill_value=0.0).to_numpy()
    return rows


def best_status(populations, keys):
    """Choose the best status on the `LADDER` of the populations that share keys.

    Parameters
    ----------
    populations : DataFrame
        status, and the columns of the keys.
    keys : list of str
        Such as level, name and species.

    Returns
    -------
    DataFrame, indexed by the keys
        status.

    Examples
    --------
    >>> rows = pd.DataFrame({"species": ["A a", "A a"], "status": ["lost", "relict"]})
    >>> best_status(rows, ["species"])["status"].to_dict()
    {'A a': 'relict'}
    """
    steps = populations["status"].map({status: k for k, status in enumerate(LADDER)})
    order = populations.assign(step=steps).sort_values([*keys, "step"])
    return order.drop_duplicates(keys).set_index(keys)[["status"]]


def follow_targets(rows, earlier):
    """Add how each target species fared in an earlier run, and which way it went.

    Parameters
    ----------
    rows : DataFrame
        As `unit_targets` gives it.
    earlier : DataFrame or None
        level, name (of the unit), species, status: the table `unit_species` of an
        earlier run; None without one.

    Returns
    -------
    DataFrame
        The columns of `TARGET_COLUMNS`. `change` is better, worse or same on the
        `LADDER`; both are missing where one of the runs did not judge the species
        in that unit.
    """
    if earlier is None:
        empty = pd.array([None] * len(rows), dtype="str")
        return rows.assign(earlier_status=empty, change=empty)[TARGET_COLUMNS]
    key = ["level", "name", "species"]
    here = pd.MultiIndex.from_frame(rows[key])
    was = best_status(earlier, key)["status"].reindex(here).reset_index(drop=True)
    was = was.where(rows["status"] != "not_judged")
    place = {status: k for k, status in enumerate(LADDER)}
    before, now = was.map(place), rows["status"].map(place)
    words = np.select([now < before, now > before], ["better", "worse"], "same")
    change = pd.Series(words, dtype="str").where(was.notna())
    return rows.assign(earlier_status=was, change=change)[TARGET_COLUMNS]
