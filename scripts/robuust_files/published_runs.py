"""What a run published, read back to be compared with another."""

from pathlib import Path

import pandas as pd
import pyogrio

from robuust.history import HISTORY_COLUMNS, run_figures, with_run
from robuust.run_comparison import CAUSES, NEEDED
from robuust.statuses import ON_RECORD

PACKAGE = "robuust.gpkg"
ON_RECORD_ONLY = f"status IN {ON_RECORD}"
SPATIAL = ("patches", "populations")
#: What the figures of a run are read from where it published no history.
FIGURES = (
    *("group_summary", "networks", "patches", "populations", "robust_areas"),
    *("report_units", "unit_classes", "unit_species", "settings"),
)


def read_run(path, *, called, crs=None):
    """Read what a comparison needs of a published run.

    Parameters
    ----------
    path : str or Path
        Its robuust.gpkg.
    called : str
        What the reader calls it, such as ``earlier_results``; begins each error.
    crs : pyproj.CRS or str, optional
        Reference system to read it in; its own without.

    Returns
    -------
    dict of str to DataFrame
        See `robuust.run_comparison.compare`; the patches with lineage_id, and only
        populations on record.

    Raises
    ------
    ValueError
        If it is not the file of a run: says what is missing.
    """
    layers = set(layer_names(path, called=called))
    missing = [name for name in NEEDED if name not in layers]
    if missing:
        raise ValueError(
            f"{called}: {path} has no layer {' and no layer '.join(missing)} (it has: "
            f"{', '.join(sorted(layers))}); give the {PACKAGE} of a run, as it was "
            "written"
        )
    run = {name: _read(path, name, called) for name in NEEDED}
    if "lineage_id" not in run["patches"].columns:  # an older version
        run["patches"]["lineage_id"] = run["patches"]["patch_id"]
    if "run_info" in layers:
        run["run_info"] = pyogrio.read_dataframe(path, layer="run_info")
    for name in CAUSES:
        run[name] = None
        if name in layers:
            run[name] = pyogrio.read_dataframe(path, layer=name).astype(
                {"patch_id": "str"}
            )
    if crs is not None:
        run |= {name: run[name].to_crs(crs) for name in SPATIAL}
    return run


def layer_names(path, *, called):
    """Names of the layers and tables of a file; ValueError when it cannot be read."""
    try:
        return pyogrio.list_layers(path)[:, 0].tolist()
    except pyogrio.errors.DataSourceError as error:
        raise ValueError(
            f"{called}: {path} cannot be read as a GeoPackage ({error}); give the "
            f"{PACKAGE} of a run, as it was written"
        ) from error


def _read(path, layer, called):
    """Read one layer; refuse it without the columns or the places that are needed."""
    rows = pyogrio.read_dataframe(
        path,
        layer=layer,
        where=ON_RECORD_ONLY if layer == "populations" else None,
        read_geometry=layer in SPATIAL,
    )
    missing = sorted(set(NEEDED[layer]) - set(rows.columns))
    if not missing and layer in SPATIAL and getattr(rows, "crs", None) is None:
        missing = ["reference system"]
    if missing:
        raise ValueError(
            f"{called}: layer {layer} of {path} has no {', '.join(missing)}; give the "
            f"{PACKAGE} of a run, as it was written"
        )
    return rows


def read_history(path, *, levels):
    """Read the history of a published run; of an older version its own figures.

    Parameters
    ----------
    path : str or Path
        Its robuust.gpkg.
    levels : list of str
        Units whose figures to gather where it has no history.

    Returns
    -------
    DataFrame or None
        See `robuust.history`; None where the figures are not there either.
    """
    layers = layer_names(path, called="earlier_results")
    if "history" in layers:
        rows = pyogrio.read_dataframe(path, layer="history")
        return rows.reindex(columns=list(HISTORY_COLUMNS)).astype(HISTORY_COLUMNS)
    if not set(FIGURES) <= set(layers):
        return None
    frames = {
        name: pyogrio.read_dataframe(path, layer=name, read_geometry=False)
        for name in FIGURES
    }
    settings = frames["settings"].set_index("key")["value"]
    return with_run(
        run_figures(frames, levels=levels),
        None,
        reference_date=settings["reference_date"],
        is_scenario=False,
    )


def find_package(folder, *, called):
    """Find the GeoPackage of a results folder, given as that folder or as the file.

    Parameters
    ----------
    folder : str or Path
    called : str
        What the reader calls it; begins each error.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If there is none.
    """
    path = Path(folder)
    if path.is_file():
        return path
    if not path.exists():
        raise ValueError(f"{called}: there is no folder {path}; correct the path")
    if (path / PACKAGE).is_file():
        return path / PACKAGE
    below = sorted(found.parent.as_posix() for found in path.glob(f"*/{PACKAGE}"))
    raise ValueError(
        f"{called}: the folder {path} has no {PACKAGE}; give the results folder of an "
        f"area{', such as ' + ' or '.join(below) if below else ', as a run made it'}"
    )


def read_settings(path, *, called):
    """Read the settings that a run stored, as text by key."""
    if "settings" not in layer_names(path, called=called):
        raise ValueError(
            f"{called}: {path} has no table settings; give the {PACKAGE} of a run, as "
            "it was written"
        )
    rows = pyogrio.read_dataframe(path, layer="settings")
    return pd.Series(rows["value"].to_numpy(), index=rows["key"]).to_dict()
