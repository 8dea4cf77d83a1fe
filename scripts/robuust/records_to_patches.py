"""Which record supports which patch, and which patch was searched."""

import numpy as np
import pandas as pd
import shapely

from robuust.point_reach import polygons_in_reach


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


def patches_in_reach(records, patches, *, record_tolerance_m, max_uncertainty_m):
    """Find the patches that each record may come from, found or not found there.

    A record reaches every patch within its uncertainty, and at least within the
    tolerance. One whose place was blurred or is too vague tells no patch.

    Parameters
    ----------
    records : GeoDataFrame
        generalised, uncertainty_m (missing: the tolerance), geometry (points) in the
        CRS of the patches [m].
    patches : array_like of shapely polygons, shape (n_patches,)
        The patches of one group.
    record_tolerance_m : float
        Least distance over which a record reaches [m].
    max_uncertainty_m : float
        A vaguer record tells no patch [m].

    Returns
    -------
    DataFrame
        One row per record and patch in reach, sorted: record and patch (positions),
        gap_m (0 inside the patch).

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.GeoDataFrame(
    ...     {"generalised": False, "uncertainty_m": [0, 30, 200]},
    ...     geometry=shapely.points([[1, 1], [40, 1], [1, 1]]),
    ... )
    >>> squares = shapely.box([0, 60], 0, [10, 70], 10)
    >>> found = patches_in_reach(
    ...     points, squares, record_tolerance_m=5, max_uncertainty_m=100
    ... )
    >>> found.values.tolist()
    [[0.0, 0.0, 0.0], [1.0, 0.0, 30.0], [1.0, 1.0, 20.0]]
    """
    uncertainty = records["uncertainty_m"].fillna(0).to_numpy(dtype=float)
    blurred = records["generalised"].to_numpy(dtype=bool)
    told = np.flatnonzero(~blurred & (uncertainty <= max_uncertainty_m))
    record, patch, gap_m = polygons_in_reach(
        shapely.get_coordinates(records.geometry.to_numpy()[told]),
        patches,
        np.maximum(uncertainty[told], record_tolerance_m),
    )
    return pd.DataFrame(
        {"record": told.astype(np.int32)[record], "patch": patch, "gap_m": gap_m}
    )


def support(records, reached, networks):
    """Find the patches and networks that each presence supports.

    One patch in reach: it supports that patch. Several: it is ambiguous, and supports
    their network if they share one, but no single patch.

    Parameters
    ----------
    records : DataFrame
        Dated records: present.
    reached : DataFrame
        What `patches_in_reach` found for these records.
    networks : array_like of int, shape (n_patches,)
        Network of each patch.

    Returns
    -------
    DataFrame
        One row per presence and patch in reach, sorted: record and patch (positions),
        ambiguous (several patches in reach: supports no single one), network (of the
        patches in reach, or -1 if they are in several: then it supports nothing).

    Examples
    --------
    >>> records = pd.DataFrame({"present": [True, True, False]})
    >>> reached = pd.DataFrame({"record": [0, 1, 1, 2], "patch": [0, 0, 1, 0]})
    >>> found = support(records, reached, [5, 5])
    >>> found[["record", "patch", "ambiguous"]].values.tolist()
    [[0, 0, False], [1, 0, True], [1, 1, True]]
    """
    present = records["present"].to_numpy(dtype=bool)
    record = reached["record"].to_numpy()
    counts = present[record]
    record, patch = record[counts], reached["patch"].to_numpy()[counts]
    first = np.flatnonzero(np.diff(record, prepend=-1))  # sorted: one run per record
    n_patches = np.diff(first, append=record.size)
    network = np.asarray(networks, dtype=np.int64)[patch]
    low, high = network.copy(), network.copy()
    if first.size:
        low = np.repeat(np.minimum.reduceat(network, first), n_patches)
        high = np.repeat(np.maximum.reduceat(network, first), n_patches)
    return pd.DataFrame(
        {
            "record": record,
            "patch": patch,
            "ambiguous": np.repeat(n_patches > 1, n_patches),
            "network": np.where(low == high, network, -1),
        }
    )


def searched(records, reached, n_patches, *, record_tolerance_m):
    """Find which patches somebody searched recently, per taxon group.

    Any record shows that somebody looked, an absence as much as a presence, and of a
    species without a group too; but an uncertain one only where it lies itself.

    Parameters
    ----------
    records : DataFrame
        Dated records: taxon_group, recent.
    reached : DataFrame
        What `patches_in_reach` found for these records.
    n_patches : int
        How many patches the group has.
    record_tolerance_m : float
        A record this far outside a patch still counts as inside [m].

    Returns
    -------
    dict of str to ndarray of bool, shape (n_patches,)
        Per taxon group in the records the patches that were searched.

    Examples
    --------
    >>> point = pd.DataFrame({"taxon_group": ["birds"], "recent": True})
    >>> reached = pd.DataFrame({"record": [0], "patch": [0], "gap_m": [0.0]})
    >>> searched(point, reached, 2, record_tolerance_m=5)
    {'birds': array([ True, False])}
    """
    taxon, names = pd.factorize(records["taxon_group"])
    record = reached["record"].to_numpy()
    shown = records["recent"].to_numpy(dtype=bool) & (taxon >= 0)
    here = shown[record] & (reached["gap_m"] <= record_tolerance_m).to_numpy()
    looked = np.zeros((len(names), n_patches), dtype=bool)
    looked[taxon[record[here]], reached["patch"].to_numpy()[here]] = True
    return dict(zip(names, looked, strict=True))
