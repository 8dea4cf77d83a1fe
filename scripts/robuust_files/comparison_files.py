"""The files of a comparison: a styled GeoPackage, and its tables as CSV."""

from pathlib import Path

from robuust.layer_styles import layer_styles_rows, style_facts
from robuust.output_contract import conform
from robuust.output_layers import layer_named
from robuust.run_comparison import COMPARED
from robuust.saved_styles import styles_of_layer
from robuust_files.written_layers import write_csv, write_layer, write_table


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
        write_layer(rows, layer, package, language=language)
        write_csv(rows, Path(folder) / f"{name}.csv")
        styles |= styles_of_layer(
            *(template, layer, columns[columns["layer"] == name], language),
            run=style_facts(rows, name),
            groups=names,
            saved={},
        )
    rows = layer_styles_rows(styles, "2000-01-01T00:00:00.000Z", language)
    write_table(rows, "layer_styles", package)
