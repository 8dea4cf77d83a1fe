"""Nothing is lost: every row read is kept or quarantined, and the sums show it."""

import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from robuust.reference_systems import source_crs, transformation
from robuust.sources import source_words

SUMMARY_TYPES = {
    "source": "str",
    "rows_in": "int64",
    "rows_kept": "int64",
    "rows_quarantined": "int64",
    "reason": "str",
}
SOURCE_TYPES = {
    "source": "str",
    "kind": "str",
    "path": "str",
    "layer": "str",
    "rows": "int64",
    "crs": "str",
    "sha256": "str",
    "area_before_ha": "float64",
    "area_after_ha": "float64",
    "transformation": "str",
    "accuracy_m": "float64",
    "better_grid": "str",
}
QUARANTINE_TYPES = {
    "source": "str",
    "row": "int64",
    "reason": "str",
    "detail": "str",
    "original": "str",
}


def mark(reasons, where, reason):
    """Give a reason to the rows that have none yet: the first reason counts.

    Parameters
    ----------
    reasons : Series of str
        Missing where a row has passed so far.
    where : array_like of bool
        Rows to which the reason applies.
    reason : str or Series of str

    Returns
    -------
    Series of str

    Examples
    --------
    >>> mark(pd.Series(["sliver", None], dtype="str"), [True, True], "far").tolist()
    ['sliver', 'far']
    """
    return reasons.mask(reasons.isna() & pd.Series(where, index=reasons.index), reason)


def no_reasons(n):
    """Start of a screening: n rows, all without a reason.

    Parameters
    ----------
    n : int

    Returns
    -------
    Series of str
    """
    return pd.Series(pd.array(pa.nulls(n, pa.large_string()), dtype="str"))


def original_as_json(table):
    """All columns of each row as one JSON text, geometry left out.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    Series of str

    Examples
    --------
    >>> original_as_json(pd.DataFrame({"TAG": ["a1"], "HAB1": ["gh"]})).tolist()
    ['{"TAG": "a1", "HAB1": "gh"}']
    """
    pairs = [_json_pairs(table[c], c) for c in table.columns if c != "geometry"]
    if not pairs:
        return pd.Series(["{}"] * len(table), dtype="str")
    joined = pc.binary_join_element_wise(*pairs, pa.scalar(", ", pa.large_string()))
    return "{" + pd.Series(joined.to_pandas(), dtype="str") + "}"


def _json_pairs(values, name):
    """One column as name and value; each different value is put in words once."""
    codes, unique = pd.factorize(values)
    cells = [_json_cell(value) for value in pd.Series(unique).tolist()]
    texts = [f"{json.dumps(str(name), ensure_ascii=False)}: {c}" for c in cells]
    texts.append(f"{json.dumps(str(name), ensure_ascii=False)}: null")
    places = np.where(codes < 0, len(cells), codes)
    return pa.array(texts, pa.large_string()).take(pa.array(places))


def _json_cell(value):
    if isinstance(value, float) and not math.isfinite(value):
        value = str(value)  # JSON has no infinity
    return json.dumps(value, ensure_ascii=False, default=str)


def quarantine(source, table, reasons, details, geometry, crs):
    """Rows that are set apart, with their reason and all their original columns.

    Parameters
    ----------
    source : str
        Name of the source.
    table : DataFrame
        As read.
    reasons, details : Series of str, one per row of ``table``
        Rows without a reason are left out.
    geometry : array of geometry, one per row of ``table``
        Missing where there is none to show.
    crs : pyproj.CRS

    Returns
    -------
    GeoDataFrame
        Columns source, row, reason, detail, original, geometry.
    """
    out = reasons.notna().to_numpy()
    frame = pd.DataFrame(
        {
            "source": source,
            "row": out.nonzero()[0],
            "reason": reasons[out].to_numpy(),
            "detail": details[out].fillna("").to_numpy(),
            "original": original_as_json(table[out]).to_numpy(),
        }
    ).astype(QUARANTINE_TYPES)
    return gpd.GeoDataFrame(frame, geometry=geometry[out], crs=crs)


def join_layers(layers, types, crs):
    """Rows of several layers with the same columns below one another.

    Parameters
    ----------
    layers : sequence of GeoDataFrame
        Some or all may have no rows.
    types : dict of str to str
        Columns of the result and their types.
    crs : pyproj.CRS

    Returns
    -------
    GeoDataFrame
    """
    # Empty frames stay out: they would turn numbers and flags into objects.
    filled = [pd.DataFrame(layer) for layer in layers if len(layer)]
    rows = pd.concat(filled or [pd.DataFrame(columns=[*types, "geometry"])])
    return gpd.GeoDataFrame(
        rows[list(types)].astype(types).reset_index(drop=True),
        geometry=rows["geometry"].to_numpy(dtype=object),
        crs=crs,
    )


def ingest_summary(rows_read, kept, quarantined, notes):
    """Count rows per source and reason, after a check that no row was lost.

    Parameters
    ----------
    rows_read : dict of str to int
        Rows in each source, in the order of the settings.
    kept : Series of str
        Source of every row that is kept.
    quarantined : DataFrame
        Columns source and reason of every row that is not.
    notes : sequence of (str, str, int)
        Source, reason and number of rows that are kept but were changed.

    Returns
    -------
    DataFrame
        Columns source, rows_in, rows_kept, rows_quarantined, reason. Per source one
        row with reason ``balance``, then one per reason; in each row
        rows_in = rows_kept + rows_quarantined.

    Raises
    ------
    ValueError
        If rows read are not rows kept plus rows quarantined.
    """
    rows, wrong = [], []
    for source, n in rows_read.items():
        n_kept = int((kept == source).sum())
        reasons = quarantined.loc[quarantined["source"] == source, "reason"]
        if n != n_kept + len(reasons):
            wrong.append(f"{source}: {n} read, {n_kept} kept, {len(reasons)} set apart")
        rows.append((source, n, n_kept, len(reasons), "balance"))
        counts = reasons.value_counts().sort_index()
        rows += [(source, int(k), 0, int(k), reason) for reason, k in counts.items()]
        rows += [(s, k, k, 0, reason) for s, reason, k in notes if s == source and k]
    if wrong:
        raise ValueError(
            "rows read must be rows kept plus rows quarantined, but "
            + "; ".join(wrong)
            + ". This is a fault of the program: please report it with this message."
        )
    return pd.DataFrame(rows, columns=list(SUMMARY_TYPES)).astype(SUMMARY_TYPES)


def source_row(source, kind, *, rows, crs, sha256, analysis):
    """Describe a source as it was read.

    Parameters
    ----------
    source : dict
        Its entry in the settings.
    kind : str
        Key under ``sources`` in the settings.
    rows : int
        Rows in the file.
    crs : pyproj.CRS, str or None
        Reference system that the file claims; the settings win.
    sha256 : str
        Checksum of the files that hold it.
    analysis : pyproj.CRS
        System of the analysis.

    Returns
    -------
    dict
        Columns of ``SOURCE_TYPES`` without the areas.
    """
    own = source_crs(crs, source.get("crs"), source_words(source))
    way = transformation(own, analysis)
    return {
        "source": source["name"],
        "kind": kind,
        "path": source["path"],
        "layer": source.get("layer"),
        "rows": rows,
        "crs": own.to_string(),
        "sha256": sha256,
        "transformation": way.operation,
        "accuracy_m": way.accuracy_m,
        "better_grid": "; ".join(way.missing_grids) or None,
    }


def source_rows(rows):
    """Table of the sources that were read.

    Parameters
    ----------
    rows : sequence of dict
        With the columns of ``SOURCE_TYPES``; layer and areas may be left out.

    Returns
    -------
    DataFrame
    """
    return pd.DataFrame(rows, columns=list(SOURCE_TYPES)).astype(SOURCE_TYPES)


def reason_counts(reasons):
    """Reasons and how often each occurs, in words, most frequent first.

    Parameters
    ----------
    reasons : Series of str

    Returns
    -------
    str

    Examples
    --------
    >>> reason_counts(pd.Series(["sliver", "sliver", "zero_area"]))
    '2 sliver, 1 zero_area'
    """
    counts = ranked_counts(reasons)
    return ", ".join(f"{k} {reason}" for reason, k in counts.items())


def ranked_counts(values):
    """How often each value occurs: the most frequent first, of equals by name.

    Parameters
    ----------
    values : Series of str

    Returns
    -------
    Series of int, by value

    Examples
    --------
    >>> ranked_counts(pd.Series(["b", "c", "a", "c"])).to_dict()
    {'c': 2, 'a': 1, 'b': 1}
    """
    counts = values.value_counts().sort_index()
    return counts.sort_values(ascending=False, kind="stable")
