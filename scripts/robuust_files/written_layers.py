"""Layers and tables as they are handed over: in a GeoPackage, and as CSV beside it."""

import pyogrio
import shapely

from robuust.output_contract import formula_safe

#: The GeoPackage version that QGIS 3.22 reads without a warning.
VERSION = {"VERSION": "1.2"}


def write_layer(rows, layer, geopackage_path, *, language, remark=""):
    """Add one layer or table to the GeoPackage, with its title and description.

    Parameters
    ----------
    rows : DataFrame or GeoDataFrame
        As `robuust.output_contract.conform` gives them.
    layer : robuust.output_layer.Layer
    geopackage_path : str or Path
        Made when it is not there.
    language : str
        ``nl`` or ``en``.
    remark : str
        What is added to the description.
    """
    options = {
        "IDENTIFIER": layer.title(language),
        "DESCRIPTION": layer.description(language) + remark,
    }
    if layer.geometry_type is None:
        write_table(rows, layer.name, geopackage_path, **options)
        return
    # Outer rings against the clock, as the national validator recommends.
    rows = rows.set_geometry(shapely.orient_polygons(rows.geometry.array))
    pyogrio.write_dataframe(
        rows,
        geopackage_path,
        layer=layer.name,
        geometry_type=layer.geometry_type,
        promote_to_multi=layer.geometry_type == "MultiPolygon",
        layer_options=options,
        dataset_options=VERSION,
    )


def write_table(rows, name, geopackage_path, **options):
    """Add one table without geometry to the GeoPackage.

    Parameters
    ----------
    rows : DataFrame
    name : str
    geopackage_path : str or Path
        Made when it is not there.
    **options
        Layer options of GDAL.
    """
    pyogrio.write_dataframe(
        rows,
        geopackage_path,
        layer=name,
        layer_options=options,
        dataset_options=VERSION,
    )


def write_csv(rows, path):
    """Write one layer or table for spreadsheets, without its geometry."""
    attributes = rows.drop(columns="geometry", errors="ignore")
    formula_safe(attributes).to_csv(
        path, index=False, lineterminator="\n", encoding="utf-8"
    )
