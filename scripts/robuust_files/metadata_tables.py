"""Metadata put inside a GeoPackage that is complete otherwise, and read from it."""

import contextlib
import sqlite3

import pandas as pd

from robuust.metadata_records import METADATA_EXTENSION, metadata_rows


def read_contents(path, tables):
    """Read what a GeoPackage says of its layers, and whole tables of it.

    Parameters
    ----------
    path : str or Path
    tables : iterable of str
        Names of tables without geometry.

    Returns
    -------
    extents : dict of str to (float, float, float, float) or None
        West, south, east and north of every layer; None of an empty one or a table.
    frames : dict of str to DataFrame
    """
    query = "SELECT table_name, min_x, min_y, max_x, max_y FROM gpkg_contents"
    with contextlib.closing(sqlite3.connect(path)) as package:
        rows = package.execute(query).fetchall()
        frames = {
            name: pd.read_sql_query(f'SELECT * FROM "{name}"', package)
            for name in tables
        }
    extents = {n: None if None in box else tuple(box) for n, *box in rows}
    return extents, frames


def write_metadata(path, records, date):
    """Add the metadata extension and the records to a GeoPackage.

    Parameters
    ----------
    path : str or Path
    records : iterable of (Output, str, str)
        As `robuust.metadata_records.records_of` gives them, the whole first.
    date : str
        What stands for the time, see `metadata_rows`.
    """
    metadata, references = metadata_rows(records, date)
    with contextlib.closing(sqlite3.connect(path)) as package:
        package.execute("PRAGMA synchronous = OFF")
        package.executescript(METADATA_EXTENSION)
        package.executemany(
            "INSERT INTO gpkg_metadata VALUES (?, ?, ?, ?, ?)", metadata
        )
        package.executemany(
            "INSERT INTO gpkg_metadata_reference VALUES (?, ?, NULL, NULL, ?, ?, ?)",
            references,
        )
        package.commit()
