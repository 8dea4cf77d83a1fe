"""Pieces of a work in a file: written by one job, read by others and the next run."""

import io
import json
import logging
import zipfile
from importlib import metadata

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

MADE_BY = b"robuust_made_by"
AT_ONCE = 16  # pieces
# What a damaged file may lead to.
DAMAGED = (OSError, EOFError, ValueError, KeyError, TypeError)
DAMAGED += (pa.ArrowException, shapely.errors.ShapelyError, zipfile.BadZipFile)


def made_by(library):
    """Say by what pieces are made: other code may make them otherwise.

    Parameters
    ----------
    library : str
        Digest of the code of this project, see `robuust_files.code_digest`.

    Returns
    -------
    str
        With the releases of the libraries that draw, count and write.
    """
    geos = ".".join(map(str, shapely.geos_version))
    modules = ("shapely", "numpy", "numba", "scipy", "pandas", "geopandas", "pyarrow")
    modules += ("rasterio",)
    return " ".join([library, geos, *map(metadata.version, modules)])


def read_pieces(paths, maker):
    """Read what is known, from files that are there and made by the same code.

    Parameters
    ----------
    paths : iterable of str
    maker : str
        As `made_by` tells it.

    Returns
    -------
    dict of str to object
        Pieces by their digest. A file that cannot be read is told, and left out: what
        it held is made again.
    """
    known = {}
    for path in paths:
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                if (file.schema_arrow.metadata or {}).get(MADE_BY) == maker.encode():
                    known |= _all_pieces(file)
        except FileNotFoundError:
            continue
        except DAMAGED as error:
            words = "%s cannot be read (%s); what it kept is made again"
            logging.getLogger(__name__).warning(words, path, error)
    return known


def _all_pieces(file):
    """Decode a file batch by batch, so that it is not in memory twice."""
    pieces = {}
    for batch in file.iter_batches(AT_ONCE):
        digests, contents = (column.to_pylist() for column in batch.columns)
        pieces |= zip(digests, map(_decoded, contents), strict=True)
    return pieces


def write_pieces(path, pieces, maker):
    """Write pieces to a file.

    Parameters
    ----------
    path : str
    pieces : dict of str to object
        By digest: a shape; or m2, names, m2 of a zone; or arrays.
    maker : str
        As for `read_pieces`.
    """
    schema = pa.schema([("digest", pa.string()), ("content", pa.binary())])
    columns = [list(pieces), [_encoded(piece) for piece in pieces.values()]]
    table = pa.table(columns, schema=schema.with_metadata({MADE_BY: maker}))
    pq.write_table(table, path, compression="zstd", write_page_checksum=True)


def _encoded(piece):
    """Bytes that hold every digit: the first letter tells how."""
    if isinstance(piece, shapely.Geometry):
        return b"s" + shapely.to_wkb(piece)
    if isinstance(piece[0], np.ndarray):
        file = io.BytesIO()
        np.savez(file, *piece)
        return b"a" + file.getvalue()
    return b"z" + json.dumps(piece).encode()


def _decoded(content):
    kind, content = content[:1], content[1:]
    if kind == b"s":
        return shapely.from_wkb(content)
    if kind == b"a":
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return tuple(arrays.values())
    return tuple(json.loads(content))
