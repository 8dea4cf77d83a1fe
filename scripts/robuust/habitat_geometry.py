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
# Repair cuts an outline at every crossing of itself: 3 s and 0.4 GB for this many, and
# more with each. A drawn polygon has a handful; a drawing with so many means nothing.
MAX_CROSSINGS = 100_000
_BETWEEN_PARTS = 0.1  # of a crossing: to join parts costs less than to untangle one
_SEGMENT_PAIRS = 100_000  # to look at in one go


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
        tangled_geometry (its outline crosses itself more often than `MAX_CROSSINGS`),
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
    wrong = reasons.isna().to_numpy() & ~(valid & (kind != _COLLECTION))
    tangled = wrong.copy()
    tangled[wrong] = [_is_tangled(shape) for shape in shapes[wrong]]
    reasons = mark(reasons, tangled, "tangled_geometry")
    fit = reasons.isna().to_numpy()
    wrong = np.flatnonzero(wrong & fit)
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
    return shapely.union_all(_polygon_parts(geometry))


def _polygon_parts(geometry):
    """All single polygons in a geometry of any kind."""
    parts = shapely.get_parts(geometry)
    # A collection may hold multipolygons or collections in turn.
    while np.isin(shapely.get_type_id(parts), [6, _COLLECTION]).any():
        parts = shapely.get_parts(parts)
    return parts[shapely.get_type_id(parts) == 3]


def _is_tangled(geometry):
    """Tell whether outlines cross themselves or each other too often to be repaired."""
    rings, part = shapely.get_rings(_polygon_parts(geometry), return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    along = np.flatnonzero(np.diff(ring) == 0)
    part = part[ring[along]]
    n = len(along)
    if n * (n - 1) / 2 <= MAX_CROSSINGS:
        return False
    segments = np.stack([points[along], points[along + 1]], axis=1)
    tree = shapely.STRtree(shapely.linestrings(segments))
    done, size, n_crossings = 0, 1, 0
    while done < n and n_crossings <= MAX_CROSSINGS:
        i, j = tree.query(tree.geometries[done : done + size])
        i += done
        i, j = i[i < j], j[i < j]
        crossing = _both_sides(segments[i], segments[j])
        crossing &= _both_sides(segments[j], segments[i])
        weight = np.where(part[i] == part[j], 1, _BETWEEN_PARTS)
        n_crossings += weight[crossing].sum()
        done += size
        size = 2 * size if len(i) < _SEGMENT_PAIRS else max(1, size // 2)
    return n_crossings > MAX_CROSSINGS


def _both_sides(segments, others):
    """Tell which of the others have their ends on either side of a segment's line."""
    start = segments[:, :1]
    x, y = (segments[:, 1:] - start).transpose(2, 0, 1)
    to_x, to_y = (others - start).transpose(2, 0, 1)
    turns = x * to_y - y * to_x  # exactly 0 for an end that both have
    return turns[:, 0] * turns[:, 1] < 0


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


def repeated_ids(ids, geometry, fit, meaning):
    """Find features whose id was already given to another one.

    Among features with the same id the first in the order of their shapes stays, of
    equal shapes the first in the order of what is told of them. So it is the same one
    in whatever order a file has its rows.

    Parameters
    ----------
    ids : array of str
    geometry : array of geometry
    fit : array of bool
        Features that still count.
    meaning : callable
        From positions (ndarray of int) to what is told of these features, as two
        texts each (two array_like of str): what is used of it, and all of it.

    Returns
    -------
    ndarray of bool
    """
    repeated = np.zeros(len(ids), dtype=bool)
    fit = np.flatnonzero(fit)
    twice = fit[pd.Series(ids[fit]).duplicated(keep=False).to_numpy()]
    if twice.size:
        shapes = geometry[twice]
        used, whole = meaning(twice)
        keys = {
            "id": ids[twice],
            "digest": geometry_digest(shapes),
            "used": np.asarray(used, dtype=object),
            # The digest sees no less than a millimetre, nor where an outline begins.
            "drawn": shapely.to_wkb(shapes, output_dimension=2),
            # Last, as an export may number its rows in their order.
            "whole": np.asarray(whole, dtype=object),
        }
        rows = pd.DataFrame(keys, index=twice).sort_values(list(keys), kind="stable")
        repeated[rows.index[rows["id"].duplicated()]] = True
    return repeated


def identify(table, shapes, reasons, source, meaning):
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
    meaning : callable
        What is told of features, see `repeated_ids`: it decides between features of
        one id and shape.

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
    repeated = repeated_ids(ids, shapes, reasons.isna().to_numpy(), meaning)
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
