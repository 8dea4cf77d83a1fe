"""How much the files of the settings hold, by what they say of themselves."""

from pathlib import Path

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer

from robuust.connections import is_database
from robuust.habitat_parts import habitat_parts
from robuust.roles import polygon_shares
from robuust.sources import UnusableFileError, source_words
from robuust.suitability import match_suitability
from robuust_files.beginnings import read_beginning
from robuust_files.checksums import source_parts
from robuust_files.job_sizes import file_mb
from robuust_files.layers import read_layer

SAMPLE_ROWS = 2000
ROWS_PER_MB = 2000  # of a file that does not tell: polygons of half a kilobyte
ROWS_UNTOLD = {".geojson", ".json", ".xlsx", ".xls", ".ods"}  # only reading tells
NO_BEGINNING = ROWS_UNTOLD | {".parquet", ".tif", ".tiff", ".vrt", ".asc"}


def source_size(source):
    """Rows and megabytes of a source; no geometry is read.

    Parameters
    ----------
    source : dict
        Its entry in the settings: path and perhaps layer.

    Returns
    -------
    rows : int
        As the file says; where only reading it all would tell, a guess by its size.
    told : bool
        Whether the file says so.
    mb : float
        Of the file as it lies there [MB of 2**20 bytes]; 0 for a database.
    """
    path = source["path"]
    if is_database(path):
        return 0, False, 0.0
    mb = sum(map(file_mb, source_parts(Path(path))))
    if Path(path).suffix.lower() in ROWS_UNTOLD:
        return round(mb * ROWS_PER_MB), False, mb
    try:
        rows = pyogrio.read_info(path, layer=source.get("layer"))["features"]
    except (DataSourceError, DataLayerError):
        rows = read_beginning(path, source.get("layer"), max_rows=1).rows
    if rows is None or rows < 0:
        return round(mb * ROWS_PER_MB), False, mb
    return rows, True, mb


def source_extent_km2(source, crs):
    """Area of the box round a map layer [km2], or None where the file does not say.

    Parameters
    ----------
    source : dict
        Its entry in the settings.
    crs : str
        System of the analysis, in metres.

    Returns
    -------
    float or None
    """
    try:
        about = pyogrio.read_info(source["path"], layer=source.get("layer"))
    except (DataSourceError, DataLayerError):
        return None
    if about["total_bounds"] is None or about["crs"] is None:
        return None
    into = Transformer.from_crs(CRS(about["crs"]), CRS(crs), always_xy=True)
    west, south, east, north = into.transform_bounds(*about["total_bounds"])
    return (east - west) * (north - south) / 1e6


def sampled_shares(source, suitability, bundles, *, min_suitable_share):
    """Share of the polygons of a source that suit each bundle, from its first rows.

    Parameters
    ----------
    source : dict
        Its entry in the settings, completed from its preset.
    suitability : DataFrame
        Columns code, bundle, suitability and role.
    bundles : iterable of str
    min_suitable_share : float
        Polygons with a smaller share are no habitat.

    Returns
    -------
    dict of str to float
        Empty where the source cannot be looked at without reading it whole.
    """
    path = source["path"]
    if is_database(path) or Path(path).suffix.lower() in NO_BEGINNING:
        return {}
    try:
        layer = read_layer(source, max_features=SAMPLE_ROWS)
        parts = habitat_parts(layer, source, source_words(source))
    except (UnusableFileError, ValueError):
        return {}  # the run will say what is wrong with it
    parts = parts.rename(columns={"row": "polygon_id"})
    return {
        bundle: len(
            polygon_shares(
                parts,
                match_suitability(parts["code"].unique(), suitability, bundle),
                min_suitable_share=min_suitable_share,
            )
        )
        / max(len(layer), 1)
        for bundle in bundles
    }
