"""The files of a comparison: a styled GeoPackage, and its tables as CSV."""

from pathlib import Path

import pandas as pd
import pyogrio
import shapely

from robuust.layer_styles import layer_styles_rows, style_facts
from robuust.output_contract import conform, formula_safe
from robuust.output_layers import layer_named
from robuust.run_comparison import COMPARED
from robuust.saved_styles import styles_of_layer

#: The GeoPackage version that QGIS 3.22 reads without a warning.
VERSION = {"VERSION": "1.2"}


def write_comparison(compared, folder, columns, template, *, crs, language, names):
    """Write comparison.gpkg, and a CSV table of each layer beside it.

    Parameters
    ----------
    compared : dict of str to DataFrame
        As `robuust.run_comparison.compare` gives it.
    folder : Path
        Where to; it is there.
    columns : DataFrame
        Rows of output_columns.csv.
    template : str
        Text of ``workflow/templates/layer_style.qml.j2``.
    crs : pyproj.CRS or str
    language : str
        ``nl`` or ``en``.
    names : dict of str to str
        Name of each species group, for the legends.
    """
    package = Path(folder) / "comparison.gpkg"
    package.unlink(missing_ok=True)
    styles = {}
    for name in COMPARED:
        layer = layer_named(name)
        rows = conform(compared[name], layer, columns, crs)
        options = {
            "IDENTIFIER": layer.title(language),
            "DESCRIPTION": layer.description(language),
        }
        kind = {}
        if layer.geometry_type:
            rows = rows.set_geometry(shapely.orient_polygons(rows.geometry.array))
            kind["geometry_type"] = layer.geometry_type
            kind["promote_to_multi"] = layer.geometry_type == "MultiPolygon"
        pyogrio.write_dataframe(
            rows,
            package,
            layer=name,
            layer_options=options,
            dataset_options=VERSION,
            **kind,
        )
        attributes = formula_safe(
            pd.DataFrame(rows).drop(columns="geometry", errors="ignore")
        )
        attributes.to_csv(
            Path(folder) / f"{name}.csv", index=False, lineterminator="\n"
        )
        styles |= styles_of_layer(
            *(template, layer, columns[columns["layer"] == name], language),
            run=style_facts(rows, name),
            groups=names,
            saved={},
        )
    rows = layer_styles_rows(styles, "2000-01-01T00:00:00.000Z", language)
    pyogrio.write_dataframe(
        rows, package, layer="layer_styles", dataset_options=VERSION
    )
