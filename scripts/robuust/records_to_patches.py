"""Which record supports which patch or network."""

import numpy as np
import pandas as pd
import shapely

from robuust.point_reach import polygons_in_reach


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
