"""The day that a record counts from, and whether that is recent."""

import pandas as pd


def date_records(records, *, reference_date, recent_years):
    """Give every record the day it counts from, and whether that is recent.

    A record counts from the first day it may be from: a find "between 1950 and 2020"
    is no proof of recent presence, nor of recent search.

    Parameters
    ----------
    records : DataFrame
        date_first and date_last (timestamps, may be missing).
    reference_date : str or Timestamp
        "Recent" counts back from this day; later records do not count.
    recent_years : int
        Length of the recent window [years].

    Returns
    -------
    DataFrame
        The records that are dated and not later than the reference date, with
        columns ``day`` (timestamp) and ``recent`` (bool) added.

    Examples
    --------
    >>> days = pd.to_datetime(["2020-05-01", "1990-05-01", None])
    >>> found = pd.DataFrame({"date_first": days, "date_last": days})
    >>> dated = date_records(found, reference_date="2026-01-01", recent_years=10)
    >>> dated["recent"].tolist()
    [True, False]
    """
    reference = pd.Timestamp(reference_date)
    first = pd.to_datetime(records["date_first"])
    day = first.fillna(pd.to_datetime(records["date_last"]))
    kept = (day <= reference).to_numpy()  # False where there is no date
    start = years_before(reference, recent_years)
    dated = records[kept]
    day = day[kept]
    return dated.assign(day=day, recent=(day >= start).to_numpy())


def years_before(reference_date, years):
    """Day that lies so many years before the reference date.

    Examples
    --------
    >>> years_before("2026-01-01", 10)
    Timestamp('2016-01-01 00:00:00')
    """
    return pd.Timestamp(reference_date) - pd.DateOffset(years=int(years))
