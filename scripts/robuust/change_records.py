"""The records that made a population change: added, withdrawn, moved, grown old."""

import numpy as np
import pandas as pd

from robuust.cause_words import cause_words
from robuust.record_dates import date_records
from robuust.records_to_patches import patches_in_reach
from robuust.statuses import AWAY, PRESENT

KEPT = 5  # latest records of a population that a run publishes
POPULATION_RECORDS = {
    "group": "str",
    "species": "str",
    "patch_id": "str",
    "record_id": "str",
    "date": "str",
    "source": "str",
}
CHANGE_RECORDS = {
    "group": "str",
    "species": "str",
    "patch_id": "str",
    "earlier_patch_id": "str",
    "record_id": "str",
    "cause": "str",
    "date": "str",
    "source": "str",
}
WORDS = {
    "added": ("erbij", "added"),
    "withdrawn": ("vervallen", "withdrawn"),
    "moved": ("nu bij een andere plek", "now at another patch"),
    "no_habitat": ("zonder leefgebied", "without habitat"),
    "aged": ("niet recent meer", "no longer recent"),
}
_POPULATION = ["group", "species"]


def population_records(
    records, patches, *, reference_date, recent_years, **reach_of_records
):
    """Pick the latest records that support each population of one group.

    As in `robuust.record_facts`, a find supports the one patch in its reach.

    Parameters
    ----------
    records : GeoDataFrame
        record_id, source, species, date_first, date_last, uncertainty_m, present,
        generalised, points; of the species of this group.
    patches : GeoDataFrame
        group, patch_id and polygons [m] of the group.
    reference_date : str
        Later records do not count.
    recent_years : int
    **reach_of_records
        record_tolerance_m, max_uncertainty_m: see `patches_in_reach`.

    Returns
    -------
    DataFrame, at most `KEPT` rows per species and patch
        The columns of `POPULATION_RECORDS`; date is ISO text, the day that the record
        counts from.
    """
    finds = records[records["present"].to_numpy(dtype=bool)]
    dated = date_records(
        finds, reference_date=reference_date, recent_years=recent_years
    )
    reached = patches_in_reach(dated, patches.geometry.to_numpy(), **reach_of_records)
    reached = reached[~reached["record"].duplicated(keep=False)]
    found = dated.iloc[reached["record"]]
    patch = patches.iloc[reached["patch"]]
    rows = pd.DataFrame(
        {
            "group": patch["group"].to_numpy(dtype=object),
            "species": found["species"].astype("str").to_numpy(dtype=object),
            "patch_id": patch["patch_id"].to_numpy(dtype=object),
            "record_id": found["record_id"].to_numpy(dtype=object),
            "date": found["day"].dt.strftime("%Y-%m-%d").to_numpy(dtype=object),
            "source": found["source"].astype("str").to_numpy(dtype=object),
        }
    ).astype(POPULATION_RECORDS)
    keys = ["group", "species", "patch_id"]
    rows = rows.sort_values(
        [*keys, "date", "record_id"], ascending=[True] * 3 + [False, True]
    )
    return rows[rows.groupby(keys).cumcount() < KEPT].reset_index(drop=True)


def change_records(before, now, populations, changes):
    """Find the records that caused each change of a population.

    Only the latest `KEPT` records of each population are known. One that is not in the
    other run is told only where it would have been among the latest there.

    Parameters
    ----------
    before, now : DataFrame
        The table `population_records` of the two runs.
    populations, changes : DataFrame
        The layers `population_changes` and `changes` between them.

    Returns
    -------
    DataFrame, one row per changed population and record
        The columns of `CHANGE_RECORDS`. `added`: it now supports the population, and
        did not; `withdrawn`: it did and supports nothing any more; `moved`: it now
        supports another patch; `no_habitat`: its patch is gone; `aged`: the latest find
        is no longer recent.
    """
    rows = populations[
        [*_POPULATION, "patch_id", "earlier_patch_id", "status", "earlier_status"]
    ].reset_index(drop=True)
    rows = pd.DataFrame(rows).assign(row=rows.index)
    earlier = _records_of(rows, before, "earlier_patch_id")
    present = _records_of(rows, now, "patch_id")
    found = [
        _without(present, earlier).assign(cause="added"),
        _without(earlier, present).assign(cause="withdrawn"),
    ]
    elsewhere = pd.MultiIndex.from_frame(now[[*_POPULATION, "record_id"]])
    is_moved = pd.MultiIndex.from_frame(found[1][[*_POPULATION, "record_id"]]).isin(
        elsewhere
    )
    gone = changes.loc[changes["patch_id"].isna(), "earlier_patch_ids"]
    is_homeless = rows.loc[found[1]["row"], "earlier_patch_id"].isin(gone).to_numpy()
    found[1]["cause"] = np.select(
        [is_moved, is_homeless], ["moved", "no_habitat"], "withdrawn"
    )
    old = rows["earlier_status"].isin(PRESENT) & rows["status"].isin(AWAY)
    old &= ~rows["row"].isin(found[1]["row"])
    latest = present[present["row"].isin(rows.index[old])]
    found.append(latest.drop_duplicates("row").assign(cause="aged"))
    causes = pd.concat(found).sort_values(
        ["row", "cause", "date", "record_id"], ascending=[True, True, False, True]
    )
    causes = causes.merge(rows[["row", "patch_id", "earlier_patch_id"]], on="row")
    return causes[list(CHANGE_RECORDS)].astype(CHANGE_RECORDS)


def _records_of(rows, records, patch):
    """Latest records of each changed population, at the patch of this column."""
    keys = [*_POPULATION, "patch_id"]
    asked = rows[["row", *_POPULATION, patch]].dropna(subset=[patch])
    asked = asked.rename(columns={patch: "patch_id"})
    found = asked.merge(records, on=keys).drop(columns="patch_id")
    return found.sort_values(
        ["row", "date", "record_id"], ascending=[True, False, True], ignore_index=True
    )


def _without(records, others):
    """Keep records that the other run has not, and would have if it had known them."""
    key = ["row", "record_id"]
    known = pd.MultiIndex.from_frame(others[key])
    rows = records[~pd.MultiIndex.from_frame(records[key]).isin(known)]
    last = others[others.groupby("row").cumcount() == KEPT - 1].set_index("row")
    last = last[["date", "record_id"]].reindex(rows["row"])
    date, record = last["date"].to_numpy(object), last["record_id"].to_numpy(object)
    later = (rows["date"] > date) | (
        (rows["date"] == date) & (rows["record_id"] < record)
    )
    return rows[(pd.isna(date) | later).to_numpy(dtype=bool)]


def with_record_words(populations, records):
    """Add to the reasons of the changed populations the records that caused them.

    Parameters
    ----------
    populations : GeoDataFrame
        The layer `population_changes`.
    records : DataFrame
        What `change_records` found.

    Returns
    -------
    GeoDataFrame
        With longer reason_nl and reason_en.
    """
    keys = [*_POPULATION, "patch_id", "earlier_patch_id"]
    # A population has one of the two patches at least; blank stands for the other.
    named = records.assign(name=records["record_id"] + " " + records["date"])
    named[keys] = named[keys].fillna("")
    asked = pd.MultiIndex.from_frame(populations[keys].fillna("").astype(object))
    told = {}
    for language in ("nl", "en"):
        words = cause_words(named, keys, WORDS, language).reindex(asked)
        start = "; waarnemingen: " if language == "nl" else "; records: "
        more = (start + words).fillna("").to_numpy(object)
        column = f"reason_{language}"
        told[column] = (populations[column] + more).astype("str")
    return populations.assign(**told)


def no_population_records():
    """Table of records of populations without any row."""
    return pd.DataFrame(columns=list(POPULATION_RECORDS)).astype(POPULATION_RECORDS)


def no_change_records():
    """Table without any row: there is nothing to compare with, or nothing changed."""
    return pd.DataFrame(columns=list(CHANGE_RECORDS)).astype(CHANGE_RECORDS)
