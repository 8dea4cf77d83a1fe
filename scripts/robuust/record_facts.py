"""What the records say of every species at every patch."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from robuust.record_dates import date_records, years_before
from robuust.record_trends import TRENDS, days_per_period, trend
from robuust.records_to_patches import patches_in_reach, support
from robuust.sightings import presence_probability
from robuust.text_columns import by_code

TREND_PERIODS = 3
DAY = "datetime64[D]"
# What is counted per population, and what stands where there is no find.
LAID_OUT = {
    "n_records": 0,
    "n_years": 0,
    "recent": False,
    "last_day": np.datetime64("NaT", "us"),
    "first_year": 1,
    "last_year": 1,
    "presence_probability": np.nan,
    "trend": -1,
    **{f"visits_{k + 1}": 0 for k in range(TREND_PERIODS)},
    **{f"search_days_{k + 1}": 0 for k in range(TREND_PERIODS)},
}


@dataclass(frozen=True)
class Evidence:
    """What the records of a group say, population by population.

    A cell is the position of a species x patch, species by species.
    """

    finds: pd.DataFrame  # per cell with a find of its own: counts, years, chances
    vague: pd.DataFrame  # recent finds that fit several patches: record, cell, network
    searched: np.ndarray  # species x patch: whether somebody looked recently


def record_evidence(species, patches, network, dated, rules):
    """Place the records, and count what they say of each population that they support.

    Parameters
    ----------
    species : DataFrame, n_species rows
        species and taxon_group.
    patches : GeoDataFrame, n_patches rows
        The patches of the group.
    network : ndarray of int, shape (n_patches,)
        Network of each patch, numbered from 0.
    dated : GeoDataFrame
        What `date_records` kept.
    rules : RecordRules
        How records count.

    Returns
    -------
    Evidence
    """
    n_patches = len(patches)
    taxa = pd.Index(species["taxon_group"].dropna().unique())
    # Species without a taxon group share one that nobody looks for.
    taxon = taxa.get_indexer(species["taxon_group"]) % (len(taxa) + 1)
    which = pd.Index(species["species"]).get_indexer(dated["species"])
    useful = (which >= 0) | dated["taxon_group"].isin(taxa).to_numpy()
    dated, which = dated[useful], which[useful]
    reached = patches_in_reach(
        dated,
        patches.geometry.to_numpy(),
        record_tolerance_m=rules.record_tolerance_m,
        max_uncertainty_m=rules.max_uncertainty_m,
    )
    looks = _looks(dated, reached, taxa, n_patches, rules)

    own = which[reached["record"].to_numpy()] >= 0
    pairs = support(dated, reached[own], network)
    record, patch = pairs["record"].to_numpy(), pairs["patch"].to_numpy()
    pairs["cell"] = which[record] * n_patches + patch
    pairs["look"] = taxon[which[record]] * n_patches + patch
    pairs["day"] = dated["day"].to_numpy(dtype=DAY)[record]
    pairs["recent"] = dated["recent"].to_numpy(dtype=bool)[record]

    single, several = pairs[~pairs["ambiguous"]], pairs[pairs["ambiguous"]]
    n_looks = (len(taxa) + 1) * n_patches
    recent_look = np.zeros((len(taxa) + 1, n_patches), dtype=bool)
    recent_look.flat[looks["look"][looks["recent"]]] = True
    return Evidence(
        finds=_finds(single, looks, n_looks, rules),
        vague=several[several["recent"]].sort_values("cell"),
        searched=recent_look[taxon],
    )


def record_facts(evidence, first, stop):
    """Lay out what the records say of some species at every patch.

    Parameters
    ----------
    evidence : Evidence
        What `record_evidence` found.
    first, stop : int
        The species, from first up to, not including, stop.

    Returns
    -------
    dict of str to array, shape ((stop - first) * n_patches,)
        Species by species: n_records, n_years, recent, first_year, last_year, last_day,
        visits_1 to visits_3 (days with a find per period, the last one latest),
        search_days_1 to search_days_3 (those on which somebody noted anything of the
        taxon group; 0 without records), trend (missing without records),
        presence_probability (missing with few years, or when nobody searched since),
        searched.
    """
    n_patches = evidence.searched.shape[1]
    start, n = first * n_patches, (stop - first) * n_patches
    finds = rows_of_cells(evidence.finds, start, n)
    cell = finds.pop("cell").to_numpy()
    facts = {}
    for name, missing in LAID_OUT.items():
        values = finds[name].to_numpy()
        facts[name] = np.full(n, missing, dtype=values.dtype)
        facts[name][cell] = values
    unknown = np.ones(n, dtype=bool)
    unknown[cell] = False
    for name in ("first_year", "last_year"):
        facts[name] = pd.arrays.IntegerArray(facts[name], unknown.copy())
    facts["trend"] = by_code(TRENDS, facts["trend"])
    return facts | {"searched": evidence.searched[first:stop].ravel()}


def rows_of_cells(table, start, n):
    """Take the rows of n cells of a table that is sorted by cell.

    Parameters
    ----------
    table : DataFrame
        cell and other columns.
    start, n : int
        First cell, and how many.

    Returns
    -------
    DataFrame
        The rows, their cells counted from the first.
    """
    low, high = np.searchsorted(table["cell"], [start, start + n])
    rows = table.iloc[low:high]
    return rows.assign(cell=rows["cell"] - start)


def records_remark(records, rules):
    """Say so when the records of a group cannot tell that anything lives anywhere now.

    Parameters
    ----------
    records : DataFrame
        Records of the species of one group: present, date_first and date_last.
    rules : RecordRules
        How records count.

    Returns
    -------
    str or None
        Words, or None when some record is recent.
    """
    found = records[records["present"].to_numpy(dtype=bool)]
    if found.empty:
        return (
            "no finds of these species: every patch becomes colonisable or unreachable"
        )
    dated = date_records(
        found, reference_date=rules.reference_date, recent_years=rules.recent_years
    )
    if dated["recent"].any():
        return None
    since = years_before(rules.reference_date, rules.recent_years).date()
    latest = "none has a date before it"
    if len(dated):
        latest = f"the latest is of {dated['day'].max().date()}"
    return (
        f"none of the {len(found)} finds of these species is dated from {since} to "
        f"{rules.reference_date} ({latest}): "
        "no population can be viable, phantom or relict. Add recent records, or look "
        "at reference_date and records.recent_years in the settings"
    )


def _looks(dated, reached, taxa, n_patches, rules):
    """When somebody looked for a taxon group at a patch; look = taxon group x patch.

    Any record shows that somebody looked, an absence as much as a presence, and of a
    species without a group too. How vague a place is does not widen what was searched.
    """
    taxon = taxa.get_indexer(dated["taxon_group"])
    record = reached["record"].to_numpy()
    near = (reached["gap_m"] <= rules.record_tolerance_m).to_numpy()
    near = near & (taxon[record] >= 0)
    record, patch = record[near], reached["patch"].to_numpy()[near]
    return {
        "look": taxon[record] * n_patches + patch,
        "day": dated["day"].to_numpy(dtype=DAY)[record],
        "recent": dated["recent"].to_numpy(dtype=bool)[record],
    }


def _finds(pairs, looks, n_looks, rules):
    """Count the records that support one patch each, and their years and days."""
    cell, place = np.unique(pairs["cell"].to_numpy(np.int64), return_inverse=True)
    groups = pairs.groupby(place)
    day = groups["day"]
    last_day = day.max().to_numpy(dtype=DAY)
    first, last = _years(day.min().to_numpy()), _years(last_day)
    # Each year of a population once, as one number.
    years = np.unique(place * 10_000 + _years(pairs["day"].to_numpy()))
    n_years = np.bincount(years // 10_000, minlength=cell.size)
    look = groups["look"].first().to_numpy(dtype=np.int64)

    visits, effort = _days(pairs, place, look, looks, n_looks, rules)
    watched = _watched_until(last, look, looks, n_looks, rules)
    return pd.DataFrame(
        {
            "cell": cell,
            "n_records": groups.size().to_numpy(dtype=np.int32),
            "n_years": n_years.astype(np.int32),
            "recent": groups["recent"].any().to_numpy(dtype=bool),
            "last_day": last_day.astype("datetime64[us]"),
            "first_year": first,
            "last_year": last,
            "presence_probability": presence_probability(first, last, n_years, watched),
            "trend": pd.Index(TRENDS).get_indexer(trend(visits, effort)),
            **{
                f"{name}_{k + 1}": days[:, k].astype(np.int32)
                for name, days in (("visits", visits), ("search_days", effort))
                for k in range(TREND_PERIODS)
            },
        }
    )


def _years(days):
    return days.astype("datetime64[Y]").astype(np.int64) + 1970


def _days(pairs, place, look, looks, n_looks, rules):
    """Days with a find, and days of search, per population and period."""
    reference = rules.reference_date
    starts = np.array(
        [
            years_before(reference, k * rules.trend_period_years)
            for k in range(TREND_PERIODS, 0, -1)
        ],
        dtype=DAY,
    )
    day = pairs["day"].to_numpy(dtype=DAY)
    visits = days_per_period(place, day, n_cells=look.size, starts=starts)
    effort = days_per_period(
        looks["look"], looks["day"], n_cells=n_looks, starts=starts
    )
    # A vague find may lie outside what counts as searched: its day is one of search.
    counted = np.flatnonzero(day >= starts[0])
    known = looks["day"] >= starts[0]
    key = _look_day(pairs["look"].to_numpy(np.int64)[counted], day[counted], starts[0])
    searched = _look_day(looks["look"][known], looks["day"][known], starts[0])
    outside = counted[~np.isin(key, searched)]
    beside = days_per_period(
        place[outside], day[outside], n_cells=look.size, starts=starts
    )
    return visits, effort[look] + beside


def _look_day(look, day, start):
    """One number for a taxon group at a patch on a day, from the start on."""
    return look * 1_000_000 + (day - start).astype(np.int64)


def _watched_until(last, look, looks, n_looks, rules):
    """Last year in which somebody looked for a population; missing if nobody did since.

    A year that has only begun is no year of silence.
    """
    searched = np.full(n_looks, -1, dtype=np.int64)
    np.maximum.at(searched, looks["look"], _years(looks["day"]))
    complete = (pd.Timestamp(rules.reference_date) + pd.Timedelta(days=1)).year - 1
    until = np.minimum(searched[look], complete)
    watched = np.where(until > last, until, np.nan)
    return np.where(last >= complete, last, watched)
