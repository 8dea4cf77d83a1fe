"""What a file is, told by its content: the name and the extension do not count."""

import csv
import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path, PurePosixPath

import pyarrow.parquet

from robuust.connections import is_database
from robuust.listing import listed
from robuust.sources import UnusableFileError
from robuust_files.archives import (
    LIMITS,
    first_bytes,
    open_zip,
    unpacked_chunks,
    unpacked_name,
)

_HEAD_BYTES = 2**16
_SHAPEFILE = b"\0\0\x27\x0a"
_DELIMITERS = ("\t", ";", ",", "|")
_OF_THE_SYSTEM = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)")
_FOLDERS = {"filegdb": ".gdbtable", "darwin_core": "meta.xml", "shapefile": ".shp"}
_MAGIC = {
    b"fgb\x03": "flatgeobuf",
    b"PAR1": "geoparquet",
    b"II*\0": "raster",
    b"MM\0*": "raster",
    b"II+\0": "raster",
    b"MM\0+": "raster",
    b"EHFA_HEADER_TAG": "raster",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "spreadsheet",
    _SHAPEFILE: "shapefile",
}
_NOT_READ = {
    b"%PDF": "a PDF document; ask for the data behind it",
    b"7z\xbc\xaf": "a 7z archive; unpack it and name the unpacked file",
    b"Rar!": "a RAR archive; unpack it and name the unpacked file",
    b"BZh": "a bzip2 file; unpack it and name the unpacked file",
    b"\xfd7zXZ": "an xz file; unpack it and name the unpacked file",
    b"\x28\xb5\x2f\xfd": "a zstandard file; unpack it and name the unpacked file",
    b"\x89PNG": "a picture (PNG); save a map of classes as GeoTIFF",
    b"\xff\xd8\xff": "a picture (JPEG); save a map of classes as GeoTIFF",
    b"\0\1\0\0Standard": "an Access database; save its table or layer by itself",
    b"version https://git-lfs": "a pointer of git-lfs; fetch the file itself",
    b"!table": "a MapInfo table; save it as GeoPackage",
}


@dataclass(frozen=True)
class FileForm:
    """What a file is and how to open it."""

    kind: str  # geopackage, sqlite, shapefile, flatgeobuf, geoparquet, geojson,
    # filegdb, postgis, raster, text, spreadsheet or darwin_core
    path: str  # of the file or folder, or the address of the database
    members: tuple[str, ...] = ()  # files in a packed file that hold the source


def recognise(path, member=None, limits=LIMITS):
    """Tell the form of a file, folder or database by what is in it.

    Parameters
    ----------
    path : str or Path
        A file, a folder (File Geodatabase, unpacked Darwin Core archive, shapefile),
        a zip or gzip file of these, or ``postgresql://host/database``.
    member : str, optional
        Chooses between several maps or tables in a zip file: a name in it, with or
        without folder and extension. Ignored when nothing in the file has that name.
    limits : Limits
        How much a packed file may hold.

    Returns
    -------
    FileForm
        Readers open it by `robuust_files.archives.opened`, which unpacks it.

    Raises
    ------
    UnusableFileError
        A ValueError in words: if nothing is there, the form is not known, a zip file
        holds several maps or tables, or a packed file is refused.
    """
    if is_database(path):
        return FileForm("postgis", str(path))
    path = Path(path)
    if path.is_dir():
        return _folder_form(path)
    if not path.exists():
        raise UnusableFileError(
            f"there is no file {path}; put it there or correct `path`"
        )
    if not path.is_file():
        raise UnusableFileError(f"{path} is no file; name the file itself")
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head[:4] in (b"PK\3\4", b"PK\5\6"):
        return _zip_form(path, member, limits)
    if head[:2] == b"\x1f\x8b":
        kind = head_kind(next(unpacked_chunks(path, None, limits), b"")[:_HEAD_BYTES])
        return FileForm(kind, str(path), (unpacked_name(path),))
    kind = head_kind(head)
    if kind == "geoparquet":
        _check_geoparquet(path)
    return FileForm(kind, str(path))


def head_kind(head):
    """Tell the kind of a single file by its first bytes.

    Parameters
    ----------
    head : bytes
        The first 64 KiB, or all of a smaller file.

    Returns
    -------
    str

    Raises
    ------
    UnusableFileError
        If the content is none of the kinds that are read.

    Examples
    --------
    >>> head_kind(b'{"type": "FeatureCollection", "features": []}')
    'geojson'
    >>> head_kind(b"species;date")
    'text'
    """
    if not head:
        raise UnusableFileError("the file is empty (0 bytes); fetch it again")
    if head.startswith(b"SQLite format 3\0"):
        package = head[68:72] in (b"GPKG", b"GP10", b"GP11") or b"gpkg_contents" in head
        return "geopackage" if package else "sqlite"
    for start, kind in _MAGIC.items():
        if head.startswith(start):
            return kind
    for start, words in _NOT_READ.items():
        if head.startswith(start):
            raise UnusableFileError(f"the file is {words}")
    if head[257:262] == b"ustar":
        raise UnusableFileError("the file is a tar archive; unpack it and name a file")
    return _text_kind(head)


def _text_kind(head):
    """Kind of a file that begins as text."""
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    control = len(re.findall(rb"[\0-\x08\x0e-\x19\x1c-\x1f]", head))
    if not utf16 and (b"\0" in head or control > len(head) / 100):
        raise UnusableFileError(
            "the content is none of the forms that are read; save a map as GeoPackage,"
            " a table as CSV (UTF-8)"
        )
    text = head.decode("utf-16" if utf16 else "utf-8-sig", "replace").lstrip()
    if text.startswith("{"):
        return _json_kind(text)
    if text.startswith("["):
        raise UnusableFileError(
            "the file is JSON but no GeoJSON; save it as GeoPackage"
        )
    if re.match(r"(<!doctype html|<html)", text, re.IGNORECASE):
        raise UnusableFileError(
            "the file is a web page, perhaps an error of a download; fetch it again"
        )
    if text.startswith("<"):
        raise UnusableFileError(
            "the file is XML (KML, GML and the like); save it as GeoPackage"
        )
    if re.match(r"ncols\s+\d+\s+nrows\s+\d+", text, re.IGNORECASE):
        return "raster"
    return "text"


def _json_kind(text):
    if re.search(r'"Topology"|"esriGeometry|"spatialReference"', text):
        raise UnusableFileError(
            "the file is TopoJSON or Esri JSON; save it as GeoPackage"
        )
    if re.search(r'"(Feature(Collection)?|features|coordinates|geometry)"', text):
        return "geojson"
    raise UnusableFileError("the file is JSON but no GeoJSON; save it as GeoPackage")


def _check_geoparquet(path):
    """Refuse a Parquet file that says nothing about geometry."""
    try:
        about = pyarrow.parquet.read_schema(path).metadata or {}
    except pyarrow.ArrowException as error:
        raise UnusableFileError(
            f"the Parquet file is damaged or cut off ({error}); fetch it again"
        ) from error
    if b"geo" not in about:
        raise UnusableFileError(
            "the Parquet file has no geometry (it is no GeoParquet); save it again"
            " with its geometry"
        )


# --- Folders and zip files


def _folder_form(folder):
    names = sorted(p.name for p in folder.iterdir())
    for kind, ending in _FOLDERS.items():
        if any(name.lower().endswith(ending) for name in names):
            return FileForm(kind, str(folder))
    if any(path.suffix.lower() == ".shp" for path in folder.rglob("*")):
        return FileForm("shapefile", str(folder))
    raise UnusableFileError(
        f"the folder {folder} is no File Geodatabase and holds no shapefile or"
        " unpacked Darwin Core archive; name the file itself"
    )


def _zip_form(path, member, limits):
    names = [m.filename for m in open_zip(path, limits)]
    names = [n for n in names if not _OF_THE_SYSTEM.search(n)]
    if "[Content_Types].xml" in names and any(n.startswith("xl/") for n in names):
        return FileForm("spreadsheet", str(path))
    if "content.xml" in names and "mimetype" in names:
        return FileForm("spreadsheet", str(path))
    found = _folders_in(names, path) or _files_in(names, path)
    words = f"the zip file holds {listed(names, 'en')}"
    if not found:
        raise UnusableFileError(
            f"{words}: no map or table that can be read; unpack it and name the file"
        )
    if len(found) > 1:
        found = {n: f for n, f in found.items() if member and _is_meant(n, f, member)}
    if len(found) != 1:
        raise UnusableFileError(f"{words}: name the one to read as `layer`")
    (form,) = found.values()
    return form


def _is_meant(name, form, member):
    return any(same_name(part, member) for part in (name, *form.members))


def same_name(name, wanted):
    """Tell whether a user's short name means this file.

    Parameters
    ----------
    name : str
        With folders and extension.
    wanted : str
        With or without them.

    Returns
    -------
    bool

    Examples
    --------
    >>> same_name("maps/heath.gpkg", "heath"), same_name("maps/heath.gpkg", "bog")
    (True, False)
    """
    whole = PurePosixPath(name)
    return any(f"/{n}".endswith(f"/{wanted}") for n in (whole, whole.with_suffix("")))


def _folders_in(names, path):
    """Geodatabases and Darwin Core archives, which are folders in a zip file."""
    described = [n for n in names if PurePosixPath(n).name == "meta.xml"]
    folders = {
        str(PurePosixPath(name).parent): "darwin_core"
        for name, head in first_bytes(path, described, _HEAD_BYTES)
        if b"rs.tdwg.org/dwc" in head
    }
    folders |= {
        str(PurePosixPath(name).parent): "filegdb"
        for name in names
        if name.lower().endswith(_FOLDERS["filegdb"])
    }
    found = {}
    for folder, kind in folders.items():
        start = "" if folder == "." else f"{folder}/"
        inside = tuple(n for n in names if n.startswith(start))
        found[folder] = FileForm(kind, str(path), inside)
    return found


def _files_in(names, path):
    """Find maps among the members of a zip file; where there is none, tables."""
    maps, tables, shapefiles = {}, {}, {}
    for name, head in first_bytes(path, names, _HEAD_BYTES):
        try:
            kind = head_kind(head)
        except UnusableFileError:  # a licence, a picture: what is beside the data
            continue
        if kind == "shapefile":
            shapefiles |= dict.fromkeys(_beside(name, names))
        elif kind == "raster":
            maps[name] = FileForm(kind, str(path), tuple(_beside(name, names)))
        elif kind != "text":
            maps[name] = FileForm(kind, str(path), (name,))
        elif _is_table(head):
            tables[name] = FileForm(kind, str(path), (name,))
    if shapefiles:
        maps["shapefile"] = FileForm("shapefile", str(path), tuple(shapefiles))
    return maps or tables


def _beside(name, names):
    """List a member and, after it, those that differ in extension and case only."""
    stem = f"{PurePosixPath(name).with_suffix('')}.".casefold()
    return [name, *(n for n in names if n.casefold().startswith(stem) and n != name)]


def _is_table(head):
    """Tell whether text begins with two lines of as many fields, two or more.

    Tables without quoting (GBIF downloads) may have a lone quote sign in a cell.
    """
    lines = [x for x in head.decode("utf-8", "replace").splitlines()[:20] if x.strip()]
    for delimiter, quoting in product(_DELIMITERS, (csv.QUOTE_MINIMAL, csv.QUOTE_NONE)):
        rows = csv.reader(lines[:2], delimiter=delimiter, quoting=quoting)
        fields = [len(row) for row in rows]
        if fields and fields[0] > 1 and len(set(fields)) == 1:
            return True
    return False
