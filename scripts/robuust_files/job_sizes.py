"""The size of what a job reads: rows, megabytes or cells, without reading the data."""

import json
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from robuust.job_costs import (
    BUFFERED,
    COUNTED_FILES,
    COVER_PER_PATCH,
    GRIDS,
    MEASURED_FILES,
    expected_links,
)

M2_PER_KM2 = 1e6


def job_size(driver, paths, *, cell_m=None, dispersal_max_m=None):
    """Size of the driver of a job, from the files that the job reads.

    Parameters
    ----------
    driver : str
        As in job_costs.csv; ``input_mb`` is all files together, each once.
    paths : sequence of str
        What the job reads.
    cell_m : dict of str to float, optional
        Width of the cells of each of `GRIDS` [m].
    dispersal_max_m : float, optional
        Trait of the group of the job [m]: of a job that is to find the links, their
        number is guessed from the patches.

    Returns
    -------
    float
        0 when the job reads no file of the driver.

    Raises
    ------
    FileNotFoundError
        If a file is not there, as before it was made.
    """
    if driver == "input_mb":
        return sum(map(file_mb, set(map(str, paths))))
    if driver in MEASURED_FILES:
        return sum(map(file_mb, _named(paths, MEASURED_FILES[driver])))
    if driver in GRIDS:
        areas = _named(paths, "study_area.parquet")
        return sum(extent_m2(path) for path in areas) / cell_m[driver] ** 2
    if driver == BUFFERED:
        cover = job_size("land_cover", paths) / COVER_PER_PATCH
        return job_size("patches", paths) + cover
    for name in COUNTED_FILES[driver]:
        found = _named(paths, name)
        if found:
            return sum(map(count_rows, found))
    if driver == "links":
        patches = _named(paths, "patches.parquet")
        return sum(_links_between(path, dispersal_max_m) for path in patches)
    return 0


def _links_between(path, dispersal_max_m):
    area_km2 = extent_m2(path) / M2_PER_KM2
    return expected_links(count_rows(path), area_km2, dispersal_max_m)


def _named(paths, name):
    return {path for path in map(str, paths) if Path(path).name == name}


def file_mb(path):
    """Size of a file, or of all files in a folder [MB of 2**20 bytes]."""
    path = Path(path)
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files) / 2**20


def count_rows(path):
    """Rows of a Parquet file, from its footer."""
    return _footer(str(path), Path(path).stat().st_mtime_ns)[0]


def extent_m2(path):
    """Area of the box round a GeoParquet layer in metres [m2]; 0 where it has none."""
    box = _footer(str(path), Path(path).stat().st_mtime_ns)[1]
    return (box[2] - box[0]) * (box[3] - box[1]) if box else 0.0


@lru_cache(maxsize=4096)  # the same file drives many jobs
def _footer(path, _changed):
    about = pq.read_metadata(path)
    text = (about.metadata or {}).get(b"geo")
    if text is None:
        return about.num_rows, None
    geo = json.loads(text)
    return about.num_rows, geo["columns"][geo["primary_column"]].get("bbox")
