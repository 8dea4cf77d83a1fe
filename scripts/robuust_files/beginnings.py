"""The first rows of any file, to look at it: a large one is not read whole."""

import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pyogrio
import rasterio
import rasterio.windows
import shapely

from robuust.connections import is_database
from robuust.file_starts import FileStart
from robuust.listing import listed
from robuust.sources import UnusableFileError, readable, source_words
from robuust_files.archives import is_zip, open_zip, opened, unpacked_chunks
from robuust_files.darwin_core import read_darwin_core
from robuust_files.geopackages import count_rows
from robuust_files.layers import list_layers, read_layer
from robuust_files.recognise import FileForm, recognise
from robuust_files.shapefiles import meant_layer, shapefile_parts, shapefiles_in
from robuust_files.spreadsheets import read_spreadsheet
from robuust_files.tables import DEGREES, layer_table
from robuust_files.text import read_text
from robuust_files.text_forms import find_encoding, read_sample, text_form

MAX_ROWS = 10_000
_MAX_BYTES = 16 * 2**20  # of text: 10,000 rows of 1.6 kB, as a full GBIF download has
_MAX_CORE_BYTES = 64 * 2**20  # of a table in an archive: places of many events
_WINDOWS, _WINDOW_CELLS = 16, 128  # of a raster, in either direction
_EXTENSIONS = {"flatgeobuf": ".fgb", "filegdb": ".gdb"}
_ENCODINGS = {"cp1252": "Windows-1252"}
_SHAPES = ("points", "lines", "polygons")  # by dimension


def read_beginning(path, layer=None, *, max_rows=MAX_ROWS):
    """Read the first rows of a file, whatever its form.

    Of text tables, Darwin Core archives and their packed forms the first 16 to 64 MiB
    are read, of GeoPackage, Shapefile, File Geodatabase, FlatGeobuf and GeoParquet the
    first features, of rasters windows spread over them. GeoJSON, spreadsheets and
    tables of a database have no beginning that can be read alone: these are read
    whole.

    Parameters
    ----------
    path : str or Path
        As for `recognise`.
    layer : str, optional
        Layer, sheet, table or member of a zip file. Left out, of several layers the
        one with most features.
    max_rows : int

    Returns
    -------
    FileStart

    Raises
    ------
    UnusableFileError
        A ValueError in words, whatever is wrong with the file.
    """
    source = {"name": Path(str(path)).stem or "file", "path": str(path)}
    if layer is not None:
        source["layer"] = layer
    form = readable(source, recognise, path, layer)
    start = readable(source, _READERS.get(form.kind, _layer), form, source, max_rows)
    whole = start.whole and start.table.num_rows <= max_rows
    return replace(
        start,
        path=str(path),
        whole=whole,
        table=start.table.slice(0, max_rows),
        size_bytes=None if is_database(path) else _size(Path(path)),
    )


def _size(path):
    files = path.rglob("*") if path.is_dir() else [path]
    if path.suffix.lower() == ".shp":
        files = shapefile_parts(path).values()
    return sum(file.stat().st_size for file in files if file.is_file())


# --- Tables


def _text(form, source, max_rows):
    with tempfile.TemporaryDirectory(prefix="robuust_") as folder:
        head = Path(folder, "head.csv")
        member = form.members[0] if form.members and is_zip(form.path) else None
        whole = _write_head(form, member, head, _MAX_BYTES)
        sample = read_sample(head)
        written = text_form(sample, encoding=find_encoding(sample, head))
        table = read_text(head, quiet=True)
        rows, exact = len(table), whole
        if not whole:
            rows = _likely_rows(form, member, rows / head.stat().st_size)
    return FileStart(
        form.path,
        form.kind,
        table,
        rows,
        exact=exact,
        whole=whole,
        layer=source.get("layer"),
        encoding=_ENCODINGS.get(written.encoding, written.encoding.upper()),
        delimiter=written.delimiter,
    )


def _likely_rows(form, member, rows_per_byte):
    """Rows of a text table by its size; a gzip file does not tell that."""
    if form.members and member is None:
        return None
    if member is None:
        size = Path(form.path).stat().st_size
    else:
        size = next(m.file_size for m in open_zip(form.path) if m.filename == member)
    return int(float(f"{rows_per_byte * size:.2g}"))


def _write_head(form, member, target, max_bytes):
    """Write the beginning of a file, up to the end of a row; True if that is all."""
    head = bytearray()
    for chunk in _chunks(form, member):
        head += chunk
        if len(head) > max_bytes:
            break
    whole = len(head) <= max_bytes
    target.write_bytes(head if whole else _cut(bytes(head[:max_bytes])))
    return whole


def _chunks(form, member):
    if form.members:
        yield from unpacked_chunks(form.path, member)
        return
    with open(form.path, "rb") as file:
        while chunk := file.read(2**20):
            yield chunk


def _cut(head):
    """Text up to the last end of a line that is not inside quotes."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _cut(head.decode("utf-16", "ignore").encode()).decode().encode("utf-16")
    end = last = head.rfind(b"\n") + 1
    for _ in range(100):  # more lines than a cell has
        if head.count(b'"', 0, end) % 2 == 0:
            return head[:end]
        end = head.rfind(b"\n", 0, max(end - 1, 0)) + 1
    return head[: last or len(head)]  # in this file a quote is a sign as any


def _spreadsheet(form, source, max_rows):
    with opened(form) as plain:
        table = read_spreadsheet(plain.path, sheet=source.get("layer"))
    layer = source.get("layer")
    return FileStart(form.path, form.kind, table, len(table), layer=layer)


def _darwin_core(form, source, max_rows):
    """Read an archive of which all tables are cut short."""
    with tempfile.TemporaryDirectory(prefix="robuust_") as folder:
        folder, whole = Path(folder), True
        if not form.members:
            names = [p.name for p in Path(form.path).iterdir() if p.is_file()]
            files = {n: FileForm("text", str(Path(form.path, n))) for n in names}
            start = ""
        else:
            metas = [n for n in form.members if n.split("/")[-1] == "meta.xml"]
            start = min(metas, key=len).removesuffix("meta.xml")
            inside = [n for n in form.members if n.startswith(start)]
            files = dict.fromkeys(inside, form)
        for name, file in files.items():
            target = folder / name.removeprefix(start)
            target.parent.mkdir(parents=True, exist_ok=True)
            member = name if file.members else None
            whole &= _write_head(file, member, target, _MAX_CORE_BYTES)
        table = read_darwin_core(FileForm("darwin_core", str(folder)))
    return FileStart(
        form.path,
        form.kind,
        table,
        len(table) if whole else None,
        whole=whole,
        crs=DEGREES,
        layer=source.get("layer"),
    )


# --- Maps


def _layer(form, source, max_rows):
    with _plain(form, max_rows) as (path, rows):
        return _layer_start(form, path, source, max_rows, rows)


@contextmanager
def _plain(form, max_rows):
    """Give a map file, unpacked; of GeoParquet its beginning, and the rows of all."""
    if is_database(form.path):
        yield form.path, None
        return
    with opened(form) as plain:
        if form.kind != "geoparquet":
            yield plain.path, None
            return
        with (
            tempfile.TemporaryDirectory(prefix="robuust_") as folder,
            pa.parquet.ParquetFile(plain.path) as file,
        ):
            head = Path(folder, Path(plain.path).name)
            batches = list(_first(file.iter_batches(batch_size=max_rows + 1)))
            table = pa.Table.from_batches(batches, file.schema_arrow)
            pa.parquet.write_table(table, head)
            yield str(head), file.metadata.num_rows


def _first(items):
    for item in items:
        yield item
        return


def _layer_start(form, path, source, max_rows, rows):
    layers, layer = list_layers(path), source.get("layer")
    if form.kind == "shapefile" and layer is not None:
        layer = meant_layer(shapefiles_in(path), layer)
    counts = {name: _count(form.kind, path, name) for name in layers}
    if layer is None or (form.members and layer not in layers):  # a member of a zip
        layer = _largest_layer(layers, counts)
    about = {"name": source["name"], "path": path} | ({"layer": layer} if layer else {})
    try:
        shapes = read_layer(about, max_features=max_rows + 1, tables=True)
    except UnusableFileError as refusal:  # it names a path that the user does not know
        words = str(refusal).removeprefix(source_words(about)).removeprefix(": ")
        raise UnusableFileError(words.replace(path, form.path).strip()) from refusal
    table = layer_table(shapes)
    whole = len(shapes) <= max_rows
    if whole or len(shapes) > max_rows + 1:  # all were read
        rows = len(shapes)
    rows = rows or counts[layer or next(iter(layers))]
    crs, dimension = None, -1  # of a table without geometry
    if isinstance(shapes, gpd.GeoDataFrame):
        crs = shapes.crs
        dimension = shapely.get_dimensions(shapes.geometry.array).max(initial=-1)
    return FileStart(
        path,
        form.kind,
        table,
        rows,
        whole=whole,
        layer=layer or source.get("layer"),
        layers={name: (layers[name], counts[name]) for name in layers},
        crs=crs,
        geometry=_SHAPES[dimension] if dimension >= 0 else None,
    )


def _largest_layer(layers, counts):
    """Layer to look at where the file holds several; None for the only one."""
    mapped = [name for name, geometry in layers.items() if geometry is not None]
    if len(mapped or layers) < 2:
        return None
    if any(counts[name] is None for name in mapped):
        raise UnusableFileError(
            f"it holds {len(mapped)} layers ({listed(mapped, 'en')}); say which one to"
            " look at (LAYER=...)"
        )
    return max(mapped, key=counts.get)


def _count(kind, path, name):
    """Count the features of a layer where that takes no time, else None."""
    if kind == "geopackage":
        return count_rows(path, name)
    if kind == "shapefile":
        index = shapefile_parts(shapefiles_in(path)[name]).get(".shx")
        return None if index is None else max((index.stat().st_size - 100) // 8, 0)
    if kind in _EXTENSIONS:
        with tempfile.TemporaryDirectory(prefix="robuust_") as folder:
            link = Path(folder, f"map{_EXTENSIONS[kind]}")  # readers go by it
            link.symlink_to(Path(path).absolute())
            options = {"layer": name} if kind == "filegdb" else {}
            return pyogrio.read_info(link, **options)["features"]
    return None


# --- Rasters


def _raster(form, source, max_rows):
    with opened(form) as plain, rasterio.open(plain.path) as raster:
        cells = np.concatenate([_read(raster, w) for w in _windows(raster)])
        values, counts = np.unique(cells, return_counts=True)
        order = np.argsort(-counts, kind="stable")
        values = {values[k].item(): counts[k] / cells.size for k in order}
        few = cells.size == raster.width * raster.height
        size = abs(raster.transform.a)
        left, bottom, right, top = raster.bounds
        place = {"_point_x": [(left + right) / 2], "_point_y": [(bottom + top) / 2]}
        about = (
            f"{raster.width:,} x {raster.height:,} cells of {size:g}, {raster.count}"
            f" band{'s' if raster.count > 1 else ''} ({raster.dtypes[0]}), no data:"
            f" {raster.nodata if raster.nodata is None else f'{raster.nodata:g}'}",
        )
        values.pop(raster.nodata, None)
        return FileStart(
            form.path,
            form.kind,
            pa.table(place),
            None,
            whole=few,
            layer=source.get("layer"),
            crs=raster.crs,
            values=values,
            about=about,
        )


def _windows(raster):
    """Windows spread over a raster; of a small one, all of it."""
    most = _WINDOWS * _WINDOW_CELLS
    if raster.width * raster.height <= most**2:
        return [rasterio.windows.Window(0, 0, raster.width, raster.height)]
    width, height = (min(_WINDOW_CELLS, n) for n in (raster.width, raster.height))
    columns = np.unique(np.linspace(0, raster.width - width, _WINDOWS).astype(int))
    rows = np.unique(np.linspace(0, raster.height - height, _WINDOWS).astype(int))
    return [
        rasterio.windows.Window(column, row, width, height)
        for row in rows
        for column in columns
    ]


def _read(raster, window):
    return raster.read(1, window=window).ravel()


_READERS = {
    "text": _text,
    "spreadsheet": _spreadsheet,
    "darwin_core": _darwin_core,
    "raster": _raster,
}
