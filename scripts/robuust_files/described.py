"""What is told of every source that was read."""

from robuust.balance import source_row
from robuust_files.checksums import checksum


def described(source, kind, layer, crs):
    """Describe a source as it was read: rows, reference system, checksum.

    Parameters
    ----------
    source : dict
        Entry of ``sources`` in the settings.
    kind : str
        Key of ``sources`` under which it stands.
    layer : GeoDataFrame
        What was read.
    crs : pyproj.CRS
        Of the analysis.

    Returns
    -------
    dict
        As `robuust.balance.source_row` gives it.
    """
    return source_row(
        source,
        kind,
        rows=len(layer),
        crs=layer.crs,
        sha256=checksum(source),
        analysis=crs,
    )
