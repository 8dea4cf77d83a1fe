"""GeoPackages, opened so that nothing in them is run and nothing is written."""

import contextlib
import os
import sqlite3
from pathlib import Path

from robuust.sources import UnusableFileError

_LAYERS = """
    SELECT contents.table_name, columns.geometry_type_name
    FROM gpkg_contents AS contents
    LEFT JOIN gpkg_geometry_columns AS columns
    ON columns.table_name = contents.table_name
    WHERE contents.data_type IN ('features', 'attributes', 'aspatial')
    ORDER BY contents.table_name
"""
_COMPUTED = (2, 3)  # in the column `hidden` of PRAGMA table_xinfo


def list_geopackage(path):
    """Layers of a GeoPackage.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    dict of str to str or None
        Name to geometry type; None for a table without geometry.

    Raises
    ------
    UnusableFileError
        If the file is being written, or its own tables are views.
    """
    with _opened(path) as package:
        for name in _names_of(package, "gpkg\\_%"):
            _check_table(package, name)
        return dict(package.execute(_LAYERS).fetchall())


def check_geopackage(path, layer):
    """Refuse a layer that is no plain table: reading it would run what it says.

    Parameters
    ----------
    path : str or Path
    layer : str

    Raises
    ------
    UnusableFileError
        If the layer is a view, a virtual table, or has computed columns.
    """
    with _opened(path) as package:
        for name in _names_of(package, layer.replace("_", "\\_").replace("%", "\\%")):
            _check_table(package, name)


def count_rows(path, layer):
    """Count the rows of a layer in the file itself.

    Parameters
    ----------
    path : str or Path
    layer : str

    Returns
    -------
    int
    """
    with _opened(path) as package:
        name = layer.replace('"', '""')
        return package.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]


def _names_of(package, pattern):
    query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
    rows = package.execute(f"{query} AND name LIKE ? ESCAPE '\\'", [pattern])
    return [name for (name,) in rows.fetchall()]


def _check_table(package, name):
    query = "SELECT type, sql FROM sqlite_master WHERE name = ?"
    query += " AND type IN ('table', 'view')"  # a trigger may have the same name
    kind, sql = package.execute(query, [name]).fetchone()
    if kind == "view" or "VIRTUAL" in sql.upper().split()[:2]:
        raise UnusableFileError(
            f"{name} is a view and no table: reading it would run what it says. Save"
            " the layer to a new GeoPackage and name that one"
        )
    columns = package.execute("SELECT hidden FROM pragma_table_xinfo(?)", [name])
    if any(hidden in _COMPUTED for (hidden,) in columns):
        raise UnusableFileError(
            f"{name} has columns that are computed while reading. Save the layer to a"
            " new GeoPackage and name that one"
        )


@contextlib.contextmanager
def _opened(path):
    """Open for reading alone; SQLite neither looks for nor writes files beside it."""
    path = Path(path).resolve()
    for ending in ("-wal", "-journal"):
        beside = Path(f"{path}{ending}")
        if beside.exists() and os.path.getsize(beside):
            raise UnusableFileError(
                f"{beside.name} beside it holds changes that are not in the file yet;"
                " close the program that has it open (QGIS, say) and start again"
            )
    address = f"{path.as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as package:
        package.execute("PRAGMA trusted_schema = OFF")
        yield package
