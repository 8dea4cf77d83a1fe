"""Map layers: which a file holds, and all features of one of them."""

import logging
import re
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet
import pyogrio
import shapely

from robuust.chunks import joined_chunks
from robuust.connections import is_database
from robuust.listing import listed
from robuust.sources import UnusableFileError, readable
from robuust_files.archives import opened
from robuust_files.geojson import check_geojson
from robuust_files.geopackages import check_geopackage, count_rows, list_geopackage
from robuust_files.recognise import recognise, same_name
from robuust_files.shapefiles import (
    check_shapefile,
    meant_layer,
    shape_type,
    shapefile_encodings,
    shapefile_parts,
    shapefiles_in,
)
from robuust_files.sizes import check_size

# The `crs` of a GeoJSON file may be an address, which GDAL would fetch: no file makes
# the reader call a server. There is none at this port.
pyogrio.set_gdal_config_options({"GDAL_HTTP_PROXY": "127.0.0.1:9"})

_ENCODINGS = (None, "CP1252")  # what the file says; what old programs wrote
_EXTENSIONS = {"geopackage": ".gpkg", "flatgeobuf": ".fgb", "geojson": ".geojson"}
_EXTENSIONS |= {"filegdb": ".gdb", "shapefile": ".shp"}
_COUNTED = ("geopackage", "filegdb", "flatgeobuf")  # they say how many rows they have
_WITH_MEANING = re.compile(r"[!;?]")  # what readers take for more than a name
_NO_MAPS = {
    "text": "a text table",
    "spreadsheet": "a spreadsheet",
    "darwin_core": "a Darwin Core archive",
    "sqlite": "an SQLite database that is no GeoPackage",
}

log = logging.getLogger(__name__)


def read_layer(source, *, max_features=None, tables=False):
    """Read a map layer from a file, a folder, a zip file or a database.

    Curves become straight pieces; everything else stays as it is drawn: heights and
    measures, mixed types, missing geometries.

    Parameters
    ----------
    source : dict
        Entry of ``sources`` in the settings: name, path and perhaps layer, encoding
        and, for a raster, codes or value.
    max_features : int, optional
        Read no more than the first so many, to look at a file; Parquet files,
        rasters and databases are read whole.
    tables : bool
        Read a table without geometry too, instead of refusing it.

    Returns
    -------
    GeoDataFrame
        In the reference system that the file names, or in none. A raster gives the
        outlines of its classes with, where the source has ``codes``, a column
        ``code``. A table without geometry gives a plain DataFrame.

    Raises
    ------
    UnusableFileError
        A ValueError in words that name the source.
    """
    if not is_database(source["path"]):
        return readable(source, _read_file, source, max_features, tables)
    from robuust_files.database import read_table  # slow to import

    return readable(source, read_table, source)


def list_layers(path, member=None):
    """Layers of a file or database.

    Parameters
    ----------
    path : str or Path
    member : str, optional
        Chooses between several maps in a zip file, as for `recognise`.

    Returns
    -------
    dict of str to str or None
        Name to geometry type; None for a table without geometry.

    Raises
    ------
    UnusableFileError
        If the file is none that has layers.
    """
    if is_database(path):
        from robuust_files.database import list_tables

        return list_tables(str(path))
    with _plain_file(recognise(path, member)) as form:
        return {name: found[1] for name, found in _layers(form).items()}


def choose_layer(layers, wanted, path):
    """Choose the layer to read from a file that may hold several.

    Parameters
    ----------
    layers : dict of str to str or None
        As `list_layers` gives them.
    wanted : str or None
        What the settings name: a layer, or the one map in a packed file.
    path : str
        Of the unpacked file.

    Returns
    -------
    str

    Raises
    ------
    UnusableFileError
        If the layer is not there, or none is named and there are several with
        geometry.

    Examples
    --------
    >>> choose_layer({"lines": "LineString", "styles": None}, None, "map.gpkg")
    'lines'
    """
    if wanted in layers:
        return wanted
    mapped = [name for name, geometry in layers.items() if geometry is not None]
    if (wanted is None or same_name(path, wanted)) and len(mapped or layers) == 1:
        return (mapped or list(layers))[0]
    found = f"the file holds: {listed(list(layers), 'en') or 'no layer'}"
    if wanted is None:
        raise UnusableFileError(f"say which `layer` to read; {found}")
    raise UnusableFileError(f"there is no such layer; {found}")


# --- From a recognised file to its layers


@contextmanager
def _plain_file(form):
    """Unpack a file, and give it the extension that its reader goes by."""
    if form.kind in _NO_MAPS:
        raise UnusableFileError(
            f"it is {_NO_MAPS[form.kind]} and no map; save a map as GeoPackage"
        )
    with opened(form) as plain, tempfile.TemporaryDirectory() as folder:
        yield _named_well(plain, Path(folder))


def _named_well(form, folder):
    """Link to a file that has another extension than its content.

    In a folder of shapefiles the one to read is not known yet.
    """
    path, extension = Path(form.path), _EXTENSIONS.get(form.kind)
    if extension is None or (form.kind == "shapefile" and path.is_dir()):
        return form
    parts, good = {extension: path}, path.suffix.lower() == extension
    if form.kind == "shapefile":
        parts = shapefile_parts(path)
        good = all(p == path.with_suffix(ending) for ending, p in parts.items())
    if good and not _WITH_MEANING.search(str(path)):
        return form
    stem = _WITH_MEANING.sub("_", path.stem)
    for ending, part in parts.items():
        (folder / f"{stem}{ending}").symlink_to(part.absolute())
    return replace(form, path=str(folder / f"{stem}{extension}"))


def _layers(form):
    """Name of every layer to its file, geometry type and, where read already, info."""
    path = form.path
    if form.kind == "geopackage":
        return {
            name: (path, kind, None) for name, kind in list_geopackage(path).items()
        }
    if form.kind == "filegdb":
        return {name: (path, kind, None) for name, kind in pyogrio.list_layers(path)}
    if form.kind == "shapefile":
        files = shapefiles_in(path)
        return {
            name: (str(file), shape_type(file), None) for name, file in files.items()
        }
    if form.kind in ("raster", "geoparquet"):
        return {Path(path).stem: (path, "Polygon", None)}
    about = pyogrio.read_info(path)  # goes through all of a GeoJSON: once is enough
    return {about["layer_name"]: (path, about["geometry_type"], about)}


def _read_file(source, max_features, tables):
    wanted = source.get("layer")
    with _plain_file(recognise(source["path"], wanted)) as form:
        if form.kind == "raster":
            from robuust_files.rasters import read_raster  # slow to import

            return read_raster(form.path, source)
        if form.kind == "geoparquet":
            return _read_parquet(form.path)
        layers = _layers(form)
        if form.kind == "shapefile" and wanted is not None:
            files = {name: path for name, (path, _, _) in layers.items()}
            wanted = meant_layer(files, wanted)
        kinds = {name: kind for name, (_, kind, _) in layers.items()}
        name = choose_layer(kinds, wanted, form.path)
        path, geometry, about = layers[name]
        if geometry is None and not tables:
            raise UnusableFileError(
                f"layer {name} is a table without geometry: it cannot be mapped."
                " Choose another `layer`"
            )
        with tempfile.TemporaryDirectory() as folder:
            plain = _named_well(replace(form, path=path), Path(folder))
            if source.get("encoding"):
                return _read_whole(plain, name, about, max_features, source["encoding"])
            return _read_whole(plain, name, about, max_features)


def _read_whole(form, name, about, max_features, *encodings):
    """Read one layer; refuse it when not all of its features come out."""
    path, encodings = form.path, encodings or _ENCODINGS
    options = {"layer": name} if form.kind in ("geopackage", "filegdb") else {}
    if form.kind == "geopackage":
        check_geopackage(path, name)
        options["IMMUTABLE"] = "YES"  # nothing may be written beside the file
    if form.kind == "shapefile":
        check_shapefile(path)
        if encodings is _ENCODINGS:
            encodings = shapefile_encodings(path)
    expected = _expected_rows(about or pyogrio.read_info(path, **options))
    options["max_features"] = max_features
    layer = _read_features(path, encodings, options)
    if form.kind == "geopackage" and len(layer) < expected:
        expected = count_rows(path, name)  # the number it keeps may be an old one
    columns = layer.shape[1] - isinstance(layer, gpd.GeoDataFrame)
    if form.kind == "filegdb" and layer.empty and not columns:
        raise UnusableFileError(
            f"layer {name} has neither features nor columns: it is empty, or the file"
            " is damaged; fetch it again"
        )
    if form.kind == "geojson" and not max_features:
        check_geojson(path, len(layer))
    if form.kind in _COUNTED and not max_features and len(layer) < expected:
        raise UnusableFileError(  # the fast way ends at the first damage, silently
            f"layer {name} should have {expected} features, but only {len(layer)} can"
            " be read: the file is damaged or cut off; fetch it again"
        )
    return layer


def _expected_rows(about):
    """Tell how many features a layer should have; refuse what fits in no memory."""
    check_size(about["features"], len(about["fields"]) + 1)
    return about["features"]


def _read_features(path, encodings, options):
    """Read all features in the first encoding that fits all text."""
    for encoding in encodings:
        try:
            return _read_as(path, encoding, options)
        except (UnicodeDecodeError, pa.ArrowException) as error:
            if isinstance(error, MemoryError):
                raise
            failed = error
            log.warning("text of %s is not %s", Path(path).name, encoding or "UTF-8")
    raise UnusableFileError(
        "its text is in no encoding that is tried; set `encoding` at this source, for"
        f" instance `encoding: CP1252` ({failed})"
    ) from failed


def _read_as(path, encoding, options):
    """Read all features by the fastest way that can read them."""
    options = options | {"encoding": encoding}
    if encoding not in (None, "UTF-8") and not path.lower().endswith(".shp"):
        return pyogrio.read_dataframe(path, **options)  # the fast way has no choice
    try:
        return _read_fast(path, options)
    except NotImplementedError:  # curves: only the slower way can straighten them
        return pyogrio.read_dataframe(path, **options)
    except shapely.errors.GEOSException as error:  # one bad ring stops them all
        log.warning("geometries are repaired or left out: %s", error)
        return pyogrio.read_dataframe(path, on_invalid="fix", **options)


def _read_fast(path, options):
    """Read all features as Arrow columns, whose content is checked before use.

    As ``pyogrio.read_dataframe(use_arrow=True)``, but that one can crash on a damaged
    FlatGeobuf, and shows bad text only when it is used.
    """
    about, table = pyogrio.read_arrow(path, **options)
    table.validate(full=True)
    name = about["geometry_name"] or "wkb_geometry"
    if name not in table.column_names:  # a table without geometry
        return table.to_pandas(split_blocks=True, self_destruct=True)
    shapes = joined_chunks(shapely.from_wkb, table[name].to_numpy())
    frame = table.drop_columns(name).to_pandas(split_blocks=True, self_destruct=True)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=about["crs"])


def _read_parquet(path):
    about = pa.parquet.read_metadata(path)
    check_size(about.num_rows, about.num_columns)
    return gpd.read_parquet(path)
