"""Checksums by which a reader of the results can tell which files went in."""

import hashlib
from pathlib import Path

from robuust.connections import is_database
from robuust.sources import readable
from robuust_files.shapefiles import shapefile_parts


def checksum(source):
    """SHA-256 of the files, or of the rows in a database, that hold a source.

    Parameters
    ----------
    source : dict
        Entry of ``sources`` in the settings: name, path and perhaps layer.

    Returns
    -------
    str
        As ``sha256sum`` gives it for the file. For several files of their contents
        one after the other: .shp, .dbf, .prj, .shx and .cpg of a shapefile, all
        files of a folder in the order of their names.

    Raises
    ------
    UnusableFileError
        If a file or the database cannot be read.
    """
    if not is_database(source["path"]):
        return readable(source, _files_checksum, source)
    from robuust_files.database import rows_checksum  # slow to import

    return readable(source, rows_checksum, source)


def _files_checksum(source):
    digest = hashlib.sha256()
    for part in source_parts(Path(source["path"])):
        with part.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()


def file_digest(path):
    """SHA-256 of one file, and nothing when there is none to read.

    Parameters
    ----------
    path : str or None

    Returns
    -------
    bytes
    """
    if not path:
        return b""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def source_parts(path):
    """Files that hold a source; a lock says who looked at it, not what is in it.

    Parameters
    ----------
    path : Path
        Of a source that is no database.

    Returns
    -------
    iterable of Path
    """
    if path.is_dir():
        files = (p for p in path.rglob("*") if p.is_file())
        return sorted(p for p in files if p.suffix.lower() != ".lock")
    if path.suffix.lower() == ".shp":
        return shapefile_parts(path).values()
    return [path]
