"""Files that a run keeps for the next one, and whether they are what they were."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import rasterio
from rasterio.errors import RasterioError

from robuust_files.publications import file_checksum, read_checksums, replace_text

KEPT = ".kept.json"  # state and checksum of each file of the last complete run


def remember_files(results):
    """Write down state and checksum of every file that the next run may start from.

    Parameters
    ----------
    results : Path
        Results folder of an area, complete.
    """
    before, kept = _remembered(results), {}
    for name, path in _kept_files(results):
        state, known = _state(path), before.get(name)
        same = known and known[:2] == state
        kept[name] = known if same else [*state, file_checksum(path)]
    replace_text(Path(results) / KEPT, json.dumps(kept) + "\n")


def remove_damaged(results):
    """Remove kept files that a bad disk or a crash spoilt; the workflow remakes them.

    A file that stands as it was left, by its size and time, must have its checksum.
    Any other was made since by a run that did not end; then it must be readable.

    Parameters
    ----------
    results : Path
        Results folder of an area.

    Returns
    -------
    list of str
        Names of the files that are gone.
    """
    remembered, removed = _remembered(results), []
    for name, path in _kept_files(results):
        known = remembered.get(name)
        if known and known[:2] == _state(path):
            whole = file_checksum(path) == known[2]
        else:
            whole = _is_readable(path)
        if not whole:
            path.unlink()
            removed.append(name)
    return removed


def _kept_files(results):
    """Name and path of each file but those published, which nothing is made from."""
    published = read_checksums(results)
    for path in sorted(Path(results).rglob("*")):
        name = path.relative_to(results).as_posix()
        if path.is_file() and name not in published and not path.name.startswith("."):
            yield name, path


def _remembered(results):
    path = Path(results) / KEPT
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _state(path):
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _is_readable(path):
    """Whether a table or raster can be read to its end; of other files unknown."""
    try:
        if path.suffix == ".parquet":
            with pq.ParquetFile(path) as file:
                for _ in file.iter_batches():
                    pass
        elif path.suffix == ".tif":
            with rasterio.open(path) as raster:
                for _, window in raster.block_windows():
                    raster.read(window=window)
    except (pa.ArrowException, OSError, ValueError, RasterioError):
        return False
    return True
