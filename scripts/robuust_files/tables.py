"""Record files of any form, as one table of text."""

import json
import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely

from robuust.sources import UnusableFileError, readable, source_words
from robuust_files.archives import opened
from robuust_files.darwin_core import read_darwin_core
from robuust_files.layers import read_layer
from robuust_files.recognise import recognise
from robuust_files.spreadsheets import read_spreadsheet
from robuust_files.text import MISSING_WORDS, read_text

DEGREES = "EPSG:4326"  # what Darwin Core prescribes
_UNNAMED_SHARE = 0.5  # of the columns: then the line of names is hardly one

log = logging.getLogger(__name__)


def read_records(source):
    """Read a file of records: a text table, spreadsheet, Darwin Core archive or layer.

    Parameters
    ----------
    source : dict
        Entry of the settings, complete: ``name``, ``path``, and perhaps ``layer``
        (sheet, layer or member of a zip file), ``crs``, ``delimiter``, ``encoding``.

    Returns
    -------
    table : pyarrow.Table
        One row per record, in the order of the file. Columns are text, as
        ``string`` or, where few cells differ, ``dictionary<int32, string>`` with one
        dictionary per column; blank cells and the words NA, N/A, NaN, NULL are null.
        Cells are as in the file: a formula such as ``=1+1`` stays that text. Of a
        layer, the numbers ``_point_x`` and ``_point_y`` (a place inside the shape) in
        its own system are added and, of polygons, ``_radius_m`` (of the smallest
        circle around it). A table without geometry in a GeoPackage or File
        Geodatabase has its own columns only.

        **Rows that cannot be read**: column ``_unreadable`` is there when a text
        table has rows with more or fewer fields than names, or rows that an unclosed
        quote swallowed. In those rows it has the raw line and every other column is
        null; in all others it is null itself. They count as rows in, and belong in
        quarantine under ``unreadable_row`` with that line as their original.
    declared_crs : pyproj.CRS, str or None
        What the file says about its reference system.

    Raises
    ------
    UnusableFileError
        A ValueError in words, whatever is wrong with the file.
    """
    form = readable(source, recognise, source["path"], source.get("layer"))
    if form.kind in ("darwin_core", "spreadsheet", "text"):
        table = readable(source, _read_table, form, source)
        _warn_of_title(source, table.column_names)
        return table, DEGREES if form.kind == "darwin_core" else None
    if form.kind == "raster":
        readable(source, _refuse_raster)
    layer = read_layer(source, tables=True)
    crs = layer.crs if isinstance(layer, gpd.GeoDataFrame) else None
    return readable(source, layer_table, layer, source.get("crs")), crs


def _read_table(form, source):
    if form.kind == "darwin_core":
        return read_darwin_core(form, encoding=source.get("encoding"))
    with opened(form) as plain:
        if form.kind == "spreadsheet":
            return read_spreadsheet(plain.path, sheet=source.get("layer"))
        return read_text(
            plain.path,
            delimiter=source.get("delimiter"),
            encoding=source.get("encoding"),
        )


def _warn_of_title(source, names):
    """Tell that the first row has few names: it may be a title above the names."""
    unnamed = [name for k, name in enumerate(names, 1) if name == f"unnamed_{k}"]
    if unnamed and len(unnamed) >= _UNNAMED_SHARE * len(names):
        log.warning(
            "%s: %d of %d columns have no name (%s ...): the first row is taken for the"
            " column names; if it is a title, remove it",
            source_words(source),
            len(unnamed),
            len(names),
            unnamed[0],
        )


def _refuse_raster():
    raise UnusableFileError(
        "it is a raster, which holds no records; name the table or layer that does"
    )


def layer_table(layer, crs=None):
    """Turn a map layer into records: attributes as text, places as numbers.

    Parameters
    ----------
    layer : GeoDataFrame or DataFrame
        Without geometry, its columns count alone.
    crs : str, optional
        Reference system that the settings give to the layer.

    Returns
    -------
    pyarrow.Table
        Attributes as text: whole numbers without ``.0``, dates as ISO text. Columns
        ``_point_x`` and ``_point_y`` in the units of the layer: of a point itself, of
        another shape a point inside it; null where there is no shape. If any shape is
        a polygon, ``_radius_m`` of the smallest circle round each polygon; null where
        neither the layer nor the settings know the reference system.

    Raises
    ------
    UnusableFileError
        If an attribute has the name of a column that is added.

    Examples
    --------
    >>> import geopandas as gpd
    >>> field = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 6, 8)], crs=31370)
    >>> layer_table(field)["_radius_m"].to_pylist()
    [5.0]
    """
    mapped = isinstance(layer, gpd.GeoDataFrame)
    own = layer.columns.drop(layer.geometry.name) if mapped else layer.columns
    attributes = pd.DataFrame(layer[own])
    columns = {str(name): _as_text(attributes[name]) for name in own}
    if not mapped:
        return pa.table(columns)
    shapes = layer.geometry
    inside = _points_inside(np.asarray(shapes, dtype=object))
    added = {"_point_x": _numbers(inside[:, 0]), "_point_y": _numbers(inside[:, 1])}
    if shapely.get_dimensions(shapes.array).max(initial=-1) == 2:
        added["_radius_m"] = _numbers(_radii_m(shapes, crs))
    for name in added.keys() & columns.keys():
        raise UnusableFileError(
            f"column {name} has the name of one that is made from the shapes; rename it"
        )
    return pa.table(columns | added)


def _points_inside(shapes):
    """Give each shape a point; infinite where the shape itself is, NaN without one."""
    bounds = shapely.bounds(shapes)
    endless = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    endless &= ~np.isfinite(bounds).all(axis=1)
    sound = np.where(endless, None, shapes)
    points, owner = shapely.get_coordinates(
        shapely.point_on_surface(sound), return_index=True
    )
    inside = np.full((len(shapes), 2), np.nan)
    inside[owner] = points
    inside[endless] = np.inf
    return inside


def _as_text(values):
    """One attribute as text; a list or object as JSON."""
    if pd.api.types.is_datetime64_any_dtype(values):
        days = (values.dropna().dt.normalize() == values.dropna()).all()
        values = values.dt.strftime("%Y-%m-%d" if days else "%Y-%m-%dT%H:%M:%S")
    elif pd.api.types.is_float_dtype(values) and values.dropna().mod(1).eq(0).all():
        values = values.astype("Int64")
    try:
        texts = pa.array(values, from_pandas=True).cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
        texts = pa.array([_json(value) for value in values], pa.string())
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    blank = pc.is_in(texts, value_set=pa.array(MISSING_WORDS))
    return pc.if_else(blank, pa.scalar(None, pa.string()), texts)


def _json(value):
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, default=str, ensure_ascii=False)


def _radii_m(shapes, crs):
    """Radius in metres of each polygon, measured on a plane around the layer."""
    own = shapes.crs if crs is None else pyproj.CRS(crs)
    polygons = shapely.get_dimensions(shapes.array) == 2
    radius = np.full(len(shapes), np.nan)
    if own is not None:
        plane = shapes.set_crs(own, allow_override=True)
        if own.is_geographic:
            if not _in_degrees(shapes.total_bounds):
                return _radii_m(shapes.set_crs(None, allow_override=True), None)
            plane = plane.to_crs(plane.estimate_utm_crs())
        metres = plane.crs.axis_info[0].unit_conversion_factor
        radius = shapely.minimum_bounding_radius(plane.array) * metres
    return np.where(polygons, radius, np.nan)


def _in_degrees(bounds):
    """Tell whether coordinates can be degrees; metres that claim to be cannot."""
    west, south, east, north = bounds
    return west >= -180 and south >= -90 and east <= 180 and north <= 90


def _numbers(values):
    return pa.array(values, pa.float64(), from_pandas=True)
