"""Shapefiles: the files that make one, and whether they are whole."""

import os
from pathlib import Path

from robuust.sources import UnusableFileError
from robuust_files.recognise import same_name

_EXTENSIONS = (".shp", ".dbf", ".prj", ".shx", ".cpg")
_NO_ENCODING = (0x00, 0x03, 0x57)  # marks in a .dbf that tell nothing certain
_HEADER_BYTES = 100
_TYPES = {1: "Point", 3: "LineString", 5: "Polygon", 8: "MultiPoint"}


def shapefile_parts(path):
    """Files that together make a shapefile, whatever the case of their names.

    Parameters
    ----------
    path : str or Path
        Of the part with the shapes; mostly ``.shp``.

    Returns
    -------
    dict of str to Path
        From ``.shp``, ``.dbf``, ``.prj``, ``.shx`` and ``.cpg``, as far as they are
        there.
    """
    path = Path(path)
    stem = path.stem.casefold()
    beside = {
        p.suffix.lower(): p
        for p in sorted(path.parent.iterdir(), reverse=True)
        if p.stem.casefold() == stem and p.suffix.lower() in _EXTENSIONS
    }
    parts = beside | {".shp": path}
    return {ending: parts[ending] for ending in _EXTENSIONS if ending in parts}


def shapefiles_in(path):
    """Shapefiles by the name of their layer.

    Parameters
    ----------
    path : str or Path
        A shapefile, or a folder with shapefiles in it and its folders.

    Returns
    -------
    dict of str to Path
        Stem to the ``.shp``; two of one stem are named with their folder.
    """
    path = Path(path)
    if path.is_file():
        return {path.stem: path}
    files = sorted(p for p in path.rglob("*") if p.suffix.lower() == ".shp")
    stems = [p.stem for p in files]
    return {
        p.stem
        if stems.count(p.stem) == 1
        else str(p.relative_to(path).with_suffix("")): p
        for p in files
    }


def meant_layer(files, wanted):
    """Name of the layer that a user means, who may add folders and extension.

    Parameters
    ----------
    files : dict of str to Path
        As `shapefiles_in` gives them.
    wanted : str

    Returns
    -------
    str
        What is wanted itself, where it is a layer or does not mean just one.

    Examples
    --------
    >>> files = {"a/heath": Path("in/a/heath.shp"), "b/heath": Path("in/b/heath.shp")}
    >>> meant_layer(files, "a/heath.shp"), meant_layer(files, "heath.shp")
    ('a/heath', 'heath.shp')
    """
    meant = [name for name, path in files.items() if same_name(path, wanted)]
    return meant[0] if len(meant) == 1 and wanted not in files else wanted


def shape_type(path):
    """Geometry type of a shapefile, by its first bytes.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    str or None
        None for a shapefile without shapes.
    """
    number = int.from_bytes(_read_bytes(path, _HEADER_BYTES)[32:36], "little")
    if number == 0:
        return None
    return _TYPES.get(number % 10, "Unknown")  # tens tell of heights and measures


def shapefile_encodings(path):
    """List the encodings to try for the text of a shapefile, the likeliest first.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    tuple of str or None
        None stands for what the files themselves say.
    """
    parts = shapefile_parts(path)
    if ".cpg" in parts:
        return None, "CP1252"
    if ".dbf" in parts and _read_bytes(parts[".dbf"], 32)[29:30] not in (
        bytes([mark]) for mark in _NO_ENCODING
    ):
        return None, "CP1252"
    return "UTF-8", "CP1252"


def check_shapefile(path):
    """Refuse a shapefile that is not whole: readers lose its rows without a word.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    UnusableFileError
        If a part is missing or shorter than it says.
    """
    parts = shapefile_parts(path)
    missing = [e for e in (".shx", ".dbf") if e not in parts]
    if missing:
        raise UnusableFileError(
            f"its {' and '.join(missing)} is missing: a shapefile is several files of"
            " one name; put .shp, .shx, .dbf, .prj and .cpg in one folder"
        )
    head = _read_bytes(parts[".dbf"], _HEADER_BYTES)
    rows, start, width = (
        int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12))
    )
    _check_length(parts[".dbf"], start + rows * width)
    for ending in (".shp", ".shx"):
        words = int.from_bytes(_read_bytes(parts[ending], _HEADER_BYTES)[24:28], "big")
        _check_length(parts[ending], max(2 * words, _HEADER_BYTES))
    shapes = (2 * words - _HEADER_BYTES) // 8
    if shapes != rows:
        raise UnusableFileError(
            f"it has {shapes} shapes but {rows} rows of attributes: its files do not"
            " belong together or one is cut off; fetch them again"
        )


def _check_length(path, expected):
    found = os.path.getsize(path)
    if found < expected:
        raise UnusableFileError(
            f"{path.name} is cut off: it has {found} of {expected} bytes; fetch it"
            " again"
        )


def _read_bytes(path, n):
    with open(path, "rb") as file:
        return file.read(n)
