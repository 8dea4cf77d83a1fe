"""Which record supports which patch, and which patch was searched."""

import numpy as np
import pandas as pd
import shapely


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


def support(records, patches, *, record_tolerance_m, max_uncertainty_m, networks=None):
    """Find the patches that each record may come from.

    A record reaches every patch within its uncertainty, and at least within the
    tolerance. Only presences count that are not generalised and not too vague.

    Parameters
    ----------
    records : GeoDataFrame
        Dated records: present, generalised, uncertainty_m (missing: the tolerance),
        geometry (points) in the CRS of the patches [m].
    patches : array_like of shapely polygons, shape (n_patches,)
        The patches of one group.
    record_tolerance_m : float
        Least distance over which a record reaches [m].
    max_uncertainty_m : float
        A vaguer record supports nothing [m].
    networks : array_like of int, shape (n_patches,), optional
        Network of each patch; by default every patch is one of its own.

    Returns
    -------
    DataFrame
        One row per record and patch in reach, sorted: record and patch (positions),
        ambiguous (several patches in reach: supports no single one), network (of the
        patches in reach, or -1 if they are in several: then it supports nothing).

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.GeoDataFrame(
    ...     {"present": True, "generalised": False, "uncertainty_m": [0, 30]},
    ...     geometry=shapely.points([[1, 1], [40, 1]]),
    ... )
    >>> squares = shapely.box([0, 60], 0, [10, 70], 10)
    >>> found = support(points, squares, record_tolerance_m=5, max_uncertainty_m=100)
    >>> found[["record", "patch", "ambiguous"]].values.tolist()
    [[0, 0, False], [1, 0, True], [1, 1, True]]
    """
    n = len(patches)
    network = np.arange(n) if networks is None else np.asarray(networks)
    uncertainty = records["uncertainty_m"].fillna(0).to_numpy(dtype=float)
    counts = (
        records["present"].to_numpy(dtype=bool)
        & ~records["generalised"].to_numpy(dtype=bool)
        & (uncertainty <= max_uncertainty_m)
    )
    chosen = np.flatnonzero(counts)
    reach = np.maximum(uncertainty[chosen], record_tolerance_m)
    record, patch = _within(
        records.geometry.to_numpy()[chosen], np.asarray(patches, dtype=object), reach
    )
    record = chosen[record]
    per_record = np.bincount(record, minlength=len(records))
    low = np.full(len(records), n, dtype=np.int64)
    high = np.full(len(records), -1, dtype=np.int64)
    np.minimum.at(low, record, network[patch])
    np.maximum.at(high, record, network[patch])
    one = (low == high)[record]
    return pd.DataFrame(
        {
            "record": record,
            "patch": patch,
            "ambiguous": per_record[record] > 1,
            "network": np.where(one, network[patch], -1),
        }
    )


def searched(records, patches, *, record_tolerance_m, max_uncertainty_m):
    """Find which patches somebody searched recently, per taxon group.

    Any record shows that somebody looked, an absence as much as a presence, and of a
    species without a group too; but not one whose place was blurred or is too vague.

    Parameters
    ----------
    records : GeoDataFrame
        Dated records: taxon_group, recent, generalised, uncertainty_m, geometry.
    patches : array_like of shapely polygons, shape (n_patches,)
        The patches of one group.
    record_tolerance_m : float
        A record this far outside a patch still counts as inside [m].
    max_uncertainty_m : float
        A vaguer record does not tell which patch was searched [m].

    Returns
    -------
    dict of str to ndarray of bool, shape (n_patches,)
        Per taxon group in the recent records the patches that were searched.

    Examples
    --------
    >>> import geopandas as gpd
    >>> point = gpd.GeoDataFrame(
    ...     {"taxon_group": ["birds"], "recent": True, "generalised": False,
    ...      "uncertainty_m": 0.0},
    ...     geometry=shapely.points([[1, 1]]),
    ... )
    >>> squares = shapely.box([0, 60], 0, [10, 70], 10)
    >>> searched(point, squares, record_tolerance_m=5, max_uncertainty_m=100)
    {'birds': array([ True, False])}
    """
    shown = records[
        records["recent"].to_numpy(dtype=bool)
        & ~records["generalised"].to_numpy(dtype=bool)
        & (records["uncertainty_m"].fillna(0) <= max_uncertainty_m).to_numpy()
    ]
    record, patch = _within(
        shown.geometry.to_numpy(),
        np.asarray(patches, dtype=object),
        np.full(len(shown), float(record_tolerance_m)),
    )
    taxon = shown["taxon_group"].to_numpy(dtype=object)
    found = {}
    for name in sorted(shown["taxon_group"].dropna().unique()):
        found[name] = np.zeros(len(patches), dtype=bool)
        found[name][patch[taxon[record] == name]] = True
    return found


def _within(points, polygons, reach_m):
    """Pairs of a point and a polygon within the reach of that point, sorted."""
    point, polygon = shapely.STRtree(polygons).query(
        points, predicate="dwithin", distance=reach_m
    )
    order = np.lexsort((polygon, point))
    return point[order].astype(np.int64), polygon[order].astype(np.int64)
