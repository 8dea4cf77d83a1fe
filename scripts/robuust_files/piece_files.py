"""Pieces of a work in a file: written by one job, read by others and the next run."""

import io
import json
import logging
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

MADE_BY = b"robuust_made_by"


def read_pieces(paths, made_by):
    """Read what is known, from files that are there and made by the same code.

    Parameters
    ----------
    paths : iterable of str
    made_by : str
        Digest of the code, see `robuust_files.code_digest`.

    Returns
    -------
    dict of str to object
        Pieces by their digest. A file that cannot be read is told, and left out: what
        it held is made again.
    """
    known = {}
    for path in paths:
        try:
            table = pq.read_table(path, page_checksum_verification=True)
            if (table.schema.metadata or {}).get(MADE_BY) != made_by.encode():
                continue
            digests, contents = (table[name].to_pylist() for name in table.schema.names)
            known |= dict(zip(digests, map(_decoded, contents), strict=True))
        except FileNotFoundError:
            continue
        except (OSError, pa.ArrowException, ValueError, zipfile.BadZipFile) as error:
            words = "%s cannot be read (%s); what it kept is made again"
            logging.getLogger(__name__).warning(words, path, error)
    return known


def write_pieces(path, pieces, made_by):
    """Write pieces to a file.

    Parameters
    ----------
    path : str
    pieces : dict of str to object
        By digest: a shape; or m2, names, m2 of a zone; or arrays.
    made_by : str
        As for `read_pieces`.
    """
    schema = pa.schema([("digest", pa.string()), ("content", pa.binary())])
    columns = [list(pieces), [_encoded(piece) for piece in pieces.values()]]
    table = pa.table(columns, schema=schema.with_metadata({MADE_BY: made_by}))
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
