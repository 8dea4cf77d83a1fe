"""Geometry of input layers: repair, slivers, ids that do not depend on row order."""

import numpy as np
import pandas as pd
import shapely

from robuust.balance import mark, no_reasons
from robuust.chunks import joined_chunks
from robuust.sources import clean_text, find_column, source_words

M2_PER_HA = 10_000
_POLYGON, _LINE = (3, 6), (1, 2, 5)  # shapely type ids, simple and multi
_COLLECTION = 7
_DIGEST_STEP_M = 0.001


def repair_polygons(geometry, *, min_area_m2):
    """Repair polygons, and give a reason for every geometry that is none.

    Parameters
    ----------
    geometry : array_like of geometry
        In the analysis reference system [m]; missing ones allowed.
    min_area_m2 : float
        Smaller polygons are slivers [m2].

    Returns
    -------
    repaired : ndarray of geometry
        Polygon or MultiPolygon; the geometry as given where it has a reason.
    reasons : Series of str
        missing_geometry, empty_geometry, impossible_coordinates, not_a_polygon,
        zero_area, sliver, or missing where the polygon is fit for use.
    changed : ndarray of bool
        Fit for use after repair.

    Examples
    --------
    >>> bow_tie = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    >>> repaired, reasons, changed = repair_polygons([bow_tie], min_area_m2=1)
    >>> shapely.area(repaired).tolist(), changed.tolist()
    ([2.0], [True])
    """
    shapes = np.array(geometry, dtype=object)
    valid = joined_chunks(shapely.is_valid, shapes)
    reasons = _first_reasons(shapes, valid)
    kind = shapely.get_type_id(shapes)
    other = ~np.isin(kind, [*_POLYGON, _COLLECTION])
    reasons = mark(reasons, other, "not_a_polygon")
    fit = reasons.isna().to_numpy()
    wrong = np.flatnonzero(fit & ~(valid & (kind != _COLLECTION)))
    changed = np.zeros(len(shapes), dtype=bool)
    changed[wrong] = True
    # "structure" keeps polygons as polygons: the lobes of a bow tie both stay, and
    # overlapping parts are joined instead of becoming holes.
    shapes[wrong] = shapely.make_valid(
        shapes[wrong], method="structure", keep_collapsed=False
    )
    for k in wrong[shapely.get_type_id(shapes[wrong]) == _COLLECTION]:
        shapes[k] = polygons_only(shapes[k])
    # It may leave parts that share an edge, which is not valid; their union is.
    for k in wrong[~shapely.is_valid(shapes[wrong])]:
        shapes[k] = shapely.union_all(shapely.get_parts(shapes[k]))
    area = shapely.area(np.where(fit, shapes, None))
    reasons = mark(reasons, fit & ~(area > 0), "zero_area")
    reasons = mark(reasons, fit & (area < min_area_m2), "sliver")
    bad = reasons.notna().to_numpy()
    shapes[bad] = np.asarray(geometry, dtype=object)[bad]
    return shapes, reasons, changed & ~bad


def repair_lines(geometry):
    """Tell which geometries are lines with a length.

    Parameters
    ----------
    geometry : array_like of geometry
        In the analysis reference system [m]; missing ones allowed.

    Returns
    -------
    Series of str
        missing_geometry, empty_geometry, impossible_coordinates, not_a_line,
        zero_length, or missing where the line is fit for use.
    """
    shapes = np.asarray(geometry, dtype=object)
    reasons = _first_reasons(shapes, shapely.is_valid(shapes))
    reasons = mark(reasons, ~np.isin(shapely.get_type_id(shapes), _LINE), "not_a_line")
    return mark(reasons, ~(shapely.length(shapes) > 0), "zero_length")


def _first_reasons(shapes, valid):
    reasons = mark(
        no_reasons(len(shapes)), shapely.is_missing(shapes), "missing_geometry"
    )
    reasons = mark(reasons, shapely.is_empty(shapes), "empty_geometry")
    wrong = np.flatnonzero(~valid)  # a number that is none makes a geometry invalid
    coordinates, owner = shapely.get_coordinates(shapes[wrong], return_index=True)
    infinite = np.zeros(len(shapes), dtype=bool)
    infinite[wrong[owner[~np.isfinite(coordinates).all(axis=1)]]] = True
    return mark(reasons, infinite, "impossible_coordinates")


def polygons_only(geometry):
    """Polygons of a geometry of any kind, as one Polygon or MultiPolygon.

    Parameters
    ----------
    geometry : geometry

    Returns
    -------
    geometry
        Empty when there is no polygon in it.
    """
    parts = shapely.get_parts(geometry)
    # A collection may hold multipolygons or collections in turn.
    while np.isin(shapely.get_type_id(parts), [6, _COLLECTION]).any():
        parts = shapely.get_parts(parts)
    return shapely.union_all(parts[shapely.get_type_id(parts) == 3])


def feature_ids(source, ids, geometry):
    """Ids that stay the same whatever the order of the rows.

    Parameters
    ----------
    source : str
        Name of the source; the first part of every id.
    ids : Series or None
        Ids that the file gives; where there is none the shape gives the id.
    geometry : array of geometry
        In the analysis reference system.

    Returns
    -------
    ndarray of str

    Examples
    --------
    >>> feature_ids("map", pd.Series([7.0]), [shapely.box(0, 0, 1, 1)]).tolist()
    ['map:7']
    """
    if ids is None:
        text = pd.Series(geometry_digest(geometry), dtype="str")
    else:
        text = clean_text(ids).reset_index(drop=True)
        blank = text.isna().to_numpy()
        if blank.any():
            shapes = np.asarray(geometry, dtype=object)[blank]
            text[blank] = geometry_digest(shapes)
    return (f"{source}:" + text).to_numpy(dtype=object)


def geometry_digest(geometry):
    """Short text that equal shapes share, to the millimetre, however they are drawn.

    Parameters
    ----------
    geometry : array_like of geometry

    Returns
    -------
    ndarray of str
        Sixteen hexadecimal digits each.
    """
    numbers = joined_chunks(_shape_number, np.asarray(geometry, dtype=object))
    return np.array([f"{n:016x}" for n in numbers], dtype=object)


def _shape_number(geometry):
    # Adding zero turns -0.0 into 0.0, which has other bytes.
    rounded = shapely.transform(
        geometry, lambda xy: np.round(xy / _DIGEST_STEP_M) * _DIGEST_STEP_M + 0.0
    )
    bytes_ = np.asarray(shapely.to_wkb(shapely.normalize(rounded)), dtype=object)
    return pd.util.hash_array(bytes_, categorize=False)


def repeated_ids(ids, geometry, fit):
    """Find features whose id was already given to another one.

    Among features with the same id the first in the order of their shapes stays.

    Parameters
    ----------
    ids : array of str
    geometry : array of geometry
    fit : array of bool
        Features that still count.

    Returns
    -------
    ndarray of bool
    """
    repeated = np.zeros(len(ids), dtype=bool)
    fit = np.flatnonzero(fit)
    twice = fit[pd.Series(ids[fit]).duplicated(keep=False).to_numpy()]
    order = np.lexsort([geometry_digest(geometry[twice]), ids[twice].astype(str)])
    twice = twice[order]
    repeated[twice[pd.Series(ids[twice]).duplicated().to_numpy()]] = True
    return repeated


def identify(table, shapes, reasons, source):
    """Ids of all features, and reasons after every id is given once.

    Parameters
    ----------
    table : DataFrame
        Attributes as read.
    shapes : array of geometry
        In the analysis reference system, repaired.
    reasons : Series of str
        Missing where a feature still counts.
    source : dict
        Entry in the settings: name and perhaps id_column.

    Returns
    -------
    ids : ndarray of str
    reasons : Series of str
        With duplicate_id, or duplicate_geometry when the shape gives the id.
    """
    column = source.get("id_column")
    given = None
    if column:
        given = table[find_column(table, column, source_words(source))]
    ids = feature_ids(source["name"], given, shapes)
    repeated = repeated_ids(ids, shapes, reasons.isna().to_numpy())
    reason = "duplicate_id" if column else "duplicate_geometry"
    return ids, mark(reasons, repeated, reason)


def near_area(geometry, area, max_distance_m):
    """Tell which geometries lie in an area or at most so far from it.

    Parameters
    ----------
    geometry : array_like of geometry
        In the analysis reference system [m].
    area : Polygon or MultiPolygon
        The study area.
    max_distance_m : float
        Largest distance from the edge of the area [m].

    Returns
    -------
    ndarray of bool
        False for missing and empty geometries.
    """
    geometry = np.asarray(geometry, dtype=object)
    # Most are far within reach of the bounding box or far out of it: cheap first.
    bounds = shapely.bounds(geometry)
    west, south, east, north = shapely.bounds(area)
    near = (
        (bounds[:, 0] <= east + max_distance_m)
        & (bounds[:, 2] >= west - max_distance_m)
        & (bounds[:, 1] <= north + max_distance_m)
        & (bounds[:, 3] >= south - max_distance_m)
    )
    shapely.prepare(area)
    near[near] = shapely.dwithin(area, geometry[near], max_distance_m)
    return near
