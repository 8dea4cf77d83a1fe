"""QGIS projects kept inside a GeoPackage, as QGIS itself keeps them there."""

import contextlib
import json
import sqlite3
from pathlib import Path

#: Name of the project, in the list that QGIS shows.
NAME = "robuust"
TABLE = "CREATE TABLE qgis_projects(name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"
LAST_CHANGE = "SELECT max(last_change) FROM gpkg_contents"


def store_project(geopackage_path, project_path):
    """Put a zipped project into the GeoPackage whose layers it shows.

    Paths in the project stay relative: QGIS looks for them beside the GeoPackage.

    Parameters
    ----------
    geopackage_path : str or Path
        GeoPackage without a project; it is changed.
    project_path : str or Path
        The project (.qgz).
    """
    content = Path(project_path).read_bytes().hex()  # QGIS stores it as this text
    with contextlib.closing(sqlite3.connect(geopackage_path)) as package:
        # No clock: the same time as that of the layers.
        (changed,) = package.execute(LAST_CHANGE).fetchone()
        words = {"last_modified_time": changed[:19], "last_modified_user": ""}
        package.execute(TABLE)
        package.execute(
            "INSERT INTO qgis_projects VALUES (?, ?, ?)",
            [NAME, json.dumps(words), content],
        )
        package.commit()
