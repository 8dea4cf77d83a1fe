"""Millions of points with attributes, as an Arrow table that is GeoParquet on disk.

One object per point would cost more than all the rest, so the bytes of the points (WKB)
are laid out at once.
"""

import io
import json
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

_WKB = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
_LITTLE_ENDIAN, _POINT = 1, 1
_PIECE = 8_000_000  # points whose bytes a 32-bit number can count; a multiple of 8


@dataclass(frozen=True)
class Points:
    """Points as well-known binary."""

    wkb: pa.ChunkedArray  # missing where there is none
    box: list | None  # west, south, east, north; None without any point


def point_layer(columns, types, points, crs):
    """Table of points, which geopandas reads from Parquet as its own.

    Parameters
    ----------
    columns : dict of str to pyarrow Array or ChunkedArray
        May be empty for a layer without rows.
    types : dict of str to str
        Names of the columns in their order, and the types that pandas gives them.
    points : Points
    crs : pyproj.CRS

    Returns
    -------
    pyarrow.Table
        The columns, and geometry as well-known binary.

    Examples
    --------
    >>> points = lay_out_points([3.0], [4.0])
    >>> table = point_layer({"a": pa.array([1])}, {"a": "int64"}, points, None)
    >>> gpd.GeoSeries.from_wkb(table["geometry"].to_pandas()).to_wkt().tolist()
    ['POINT (3 4)']
    """
    schema = _schema(types, crs)
    arrays = [columns.get(name, []) for name in types]
    arrays = [
        array.cast(field.type) if len(array) else pa.array([], field.type)
        for array, field in zip(arrays, schema, strict=False)
    ]
    arrays.append(points.wkb)
    metadata = dict(schema.metadata)
    if len(points.wkb):
        metadata |= _counted(metadata, points)
    return pa.Table.from_arrays(arrays, schema=schema.with_metadata(metadata))


def _schema(types, crs):
    """Names, types and metadata, as geopandas writes them for a layer without rows."""
    empty = pd.DataFrame(columns=list(types)).astype(types)
    file = io.BytesIO()
    gpd.GeoDataFrame(empty, geometry=[], crs=crs).to_parquet(file)
    return pq.read_schema(file)


def _counted(metadata, points):
    """Metadata that depend on the rows."""
    geo, pandas = json.loads(metadata[b"geo"]), json.loads(metadata[b"pandas"])
    column = geo["columns"]["geometry"]
    column["geometry_types"] = ["Point"]
    if points.box is not None:
        column["bbox"] = points.box
    pandas["index_columns"][0]["stop"] = len(points.wkb)
    return {b"geo": json.dumps(geo).encode(), b"pandas": json.dumps(pandas).encode()}


def lay_out_points(x, y):
    """Write points as the bytes that a file has.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        NaN where there is no point.

    Returns
    -------
    Points

    Examples
    --------
    >>> lay_out_points([3.0, np.nan], [4.0, np.nan]).box
    [3.0, 4.0, 3.0, 4.0]
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    wkb = np.empty(len(x), dtype=_WKB)
    wkb["order"], wkb["type"], wkb["x"], wkb["y"] = _LITTLE_ENDIAN, _POINT, x, y
    given = np.isfinite(x) & np.isfinite(y)
    there = np.packbits(given, bitorder="little")
    pieces = []
    for start in range(0, len(x), _PIECE):
        piece = wkb[start : start + _PIECE]
        ends = np.arange(len(piece) + 1, dtype=np.int32) * np.int32(_WKB.itemsize)
        buffers = map(pa.py_buffer, (there[start // 8 :], ends, piece))
        pieces.append(pa.Array.from_buffers(pa.binary(), len(piece), list(buffers)))
    box = None
    if given.any():
        ends = np.nanmin(x), np.nanmin(y), np.nanmax(x), np.nanmax(y)
        box = [float(end) for end in ends]
    return Points(pa.chunked_array(pieces, pa.binary()), box)
