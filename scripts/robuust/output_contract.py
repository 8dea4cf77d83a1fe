"""What each column of robuust.gpkg is, and frames made to fit that contract."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from robuust.output_layers import LAYERS

#: Column type in output_columns.csv to the pandas type that holds missing values too.
DTYPES = {"text": "str", "integer": "Int64", "real": "float64", "boolean": "boolean"}

#: Geometry type of a layer to the types that fit in it (a single one is promoted).
FITTING = {
    "MultiPolygon": (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON),
    "LineString": (shapely.GeometryType.LINESTRING,),
    "Point": (shapely.GeometryType.POINT,),
}

#: Signs at which spreadsheets begin to compute.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def check_output_columns(output_columns):
    """Refuse a column table that does not describe exactly the layers of `LAYERS`.

    Parameters
    ----------
    output_columns : DataFrame
        layer, column, type, unit, alias_nl, alias_en, description_nl, description_en.

    Raises
    ------
    ValueError
        If a layer is missing or unknown, a type is unknown, or a column or a heading
        occurs twice in one layer.
    """
    problems = []
    known, described = {layer.name for layer in LAYERS}, set(output_columns["layer"])
    if known - described:
        problems.append(f"no columns for {', '.join(sorted(known - described))}")
    if described - known:
        problems.append(f"unknown layers {', '.join(sorted(described - known))}")
    strange = sorted(set(output_columns["type"]) - set(DTYPES))
    if strange:
        problems.append(f"unknown types {', '.join(strange)}; use {', '.join(DTYPES)}")
    for name in ("column", "alias_nl", "alias_en"):
        twice = output_columns[output_columns.duplicated(["layer", name])]
        if len(twice):
            first = twice.iloc[0]
            problems.append(f"{name} {first[name]!r} twice in layer {first['layer']}")
    if problems:
        raise ValueError("output_columns.csv: " + "; ".join(problems))


def conform(frame, layer, output_columns, crs):
    """Give a frame exactly the columns, types, order and geometry of its layer.

    Columns that the layer does not describe are left out. Infinite numbers become
    missing, because GIS formats have no infinity. An empty geometry becomes missing.

    Parameters
    ----------
    frame : DataFrame or GeoDataFrame
        Rows of the layer; may be empty, but has the columns.
    layer : Layer
        What it must become.
    output_columns : DataFrame
        The contract of all layers; see `check_output_columns`.
    crs : pyproj.CRS or str
        The analysis CRS; a geometry in another one is refused.

    Returns
    -------
    GeoDataFrame or DataFrame
        Sorted as the layer says, numbered from 0, with a geometry column if the layer
        has one.

    Raises
    ------
    ValueError
        If a column is missing or cannot have its type, the CRS is another one, or a
        geometry does not fit.
    """
    contract = output_columns[output_columns["layer"] == layer.name]
    wanted = ["geometry"] if layer.geometry_type else []
    missing = {*contract["column"], *wanted} - set(frame.columns)
    if missing:
        raise ValueError(
            f"layer {layer.name} lacks the columns {', '.join(sorted(missing))}, which "
            "output_columns.csv promises; correct the step that makes it or the table"
        )
    columns = {
        name: _typed(frame[name], kind, layer.name)
        for name, kind in zip(contract["column"], contract["type"], strict=True)
    }
    if layer.geometry_type is None:
        return _sorted(pd.DataFrame(columns), layer)
    _check_crs(frame, layer, crs)
    fitting = _fit(frame.geometry.array, layer)
    rows = pd.DataFrame(columns, index=frame.index)
    return _sorted(gpd.GeoDataFrame(rows, geometry=fitting, crs=crs), layer)


def formula_safe(rows):
    """Text that a spreadsheet shows as it stands, instead of computing it.

    A file of records may hold ``=HYPERLINK(...)`` where a name should be. In a table
    for spreadsheets such a cell gets an apostrophe in front, as they write text.

    Parameters
    ----------
    rows : DataFrame

    Returns
    -------
    DataFrame
        A copy where some text begins so, ``rows`` itself otherwise.

    Examples
    --------
    >>> formula_safe(pd.DataFrame({"name": ["=1+1", "Rana"]}))["name"].tolist()
    ["'=1+1", 'Rana']
    """
    for column in rows.columns[rows.dtypes == "str"]:
        formula = rows[column].str.startswith(_FORMULA_SIGNS, na=False)
        if formula.any():
            quoted = "'" + rows[column]
            rows = rows.assign(**{column: rows[column].mask(formula, quoted)})
    return rows


def data_columns_rows(output_columns, language):
    """Rows of the table ``gpkg_data_columns`` of the GeoPackage schema extension.

    GDAL from 3.7 (and so QGIS) shows `name` as the heading (alias) of a column; `title`
    carries the heading in the other language. Older ones get it from the styles.

    Parameters
    ----------
    output_columns : DataFrame
        The contract of all layers; see `check_output_columns`.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    list of tuple
        (table, column, name, title, description).
    """
    other = "en" if language == "nl" else "nl"
    columns = ["layer", "column", f"alias_{language}", f"alias_{other}"]
    rows = output_columns[[*columns, f"description_{language}"]]
    return list(rows.itertuples(index=False, name=None))


#: Makes the tables of the GeoPackage schema extension (OGC 12-128r19, annex F.9).
SCHEMA_EXTENSION = """
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
  description TEXT, mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
  min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN,
  description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
INSERT INTO gpkg_extensions VALUES
  ('gpkg_data_columns', NULL, 'gpkg_schema',
   'http://www.geopackage.org/spec/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema',
   'http://www.geopackage.org/spec/#extension_schema', 'read-write');
"""


def _typed(values, kind, layer_name):
    """Values as the type that the contract names."""
    try:
        if kind == "real":
            numbers = values.astype("float64")
            return numbers.where(np.isfinite(numbers))
        return values.astype(DTYPES[kind])
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"layer {layer_name}: column {values.name} cannot be {kind}: {error}"
        ) from error


def _check_crs(frame, layer, crs):
    """Refuse geometry in another reference system than that of the analysis."""
    if frame.crs is None or frame.crs != crs:
        raise ValueError(
            f"layer {layer.name} is in {frame.crs}, the analysis in {crs}; "
            "reproject it in the step that makes it"
        )


def _fit(geometries, layer):
    """Geometries of the layer's type, flat; one of another type is refused."""
    geometries = shapely.force_2d(np.asarray(geometries, dtype=object))
    geometries[shapely.is_empty(geometries)] = None
    kinds = shapely.get_type_id(geometries)
    fits = np.isin(kinds, [shapely.GeometryType.MISSING, *FITTING[layer.geometry_type]])
    if not fits.all():
        strange = {shapely.GeometryType(kind).name for kind in kinds[~fits]}
        raise ValueError(
            f"layer {layer.name} holds {layer.geometry_type}, but {(~fits).sum()} of "
            f"{len(fits)} rows are {', '.join(sorted(strange)).lower()}"
        )
    return geometries


def _sorted(rows, layer):
    """Sort rows by the columns that the layer names, numbered from 0."""
    if not layer.sort:
        return rows.reset_index(drop=True)
    return rows.sort_values(list(layer.sort), kind="stable", ignore_index=True)
