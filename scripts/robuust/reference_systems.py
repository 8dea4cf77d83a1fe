"""Coordinate reference systems: what a layer claims, and whether its numbers agree."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from robuust.sources import source_words

_SAME_PROJECTION_M = 1.0  # two definitions that differ less draw the same map


def analysis_crs(text):
    """Read the system in which everything is computed: projected and in metres.

    Parameters
    ----------
    text : str
        Code or definition, such as ``"EPSG:31370"``.

    Returns
    -------
    pyproj.CRS

    Raises
    ------
    ValueError
        If it is unknown, geographic, or not in metres.
    """
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError as error:
        raise ValueError(
            f"setting crs '{text}' is no reference system that PROJ knows; write a"
            " code such as EPSG:31370 (Flanders) or EPSG:28992 (the Netherlands)"
        ) from error
    metres = all(axis.unit_name in ("metre", "meter") for axis in crs.axis_info[:2])
    if not crs.is_projected or not metres:
        raise ValueError(
            f"setting crs '{text}' ({crs.name}) does not measure in metres: distances"
            " and areas cannot be computed in it. Choose a projected system:"
            " EPSG:31370 for Flanders, EPSG:28992 for the Netherlands, EPSG:3035"
            " across borders. Input layers may stay in any system."
        )
    return crs


def source_crs(declared, override, where):
    """Find the reference system of a source: the settings win over the file.

    A definition without a code (many .prj files of Lambert 72) is replaced by the
    registered system with the same name and the same projection, so that no
    needless datum shift is applied.

    Parameters
    ----------
    declared : pyproj.CRS, str or None
        What the file says.
    override : str or None
        What the settings say.
    where : str
        Words for the source in an error message.

    Returns
    -------
    pyproj.CRS

    Raises
    ------
    ValueError
        If neither says anything, or the words are not understood.
    """
    stated = override or declared
    if stated is None:
        raise ValueError(
            f"{where} has no coordinate reference system. Find out in which system it"
            " was drawn and set it at this source, for instance `crs: EPSG:31370`."
        )
    try:
        return _registered(pyproj.CRS.from_user_input(stated))
    except pyproj.exceptions.CRSError as error:
        raise ValueError(
            f"{where}: '{stated}' is no reference system that PROJ knows; set a code"
            " at this source, for instance `crs: EPSG:31370`."
        ) from error


def _registered(crs):
    """Replace a definition without a code by the registered system that equals it."""
    if crs.to_authority() is not None:
        return crs
    code = crs.to_epsg(min_confidence=20)
    if code is None:
        return crs
    candidate = pyproj.CRS.from_epsg(code)
    if not (crs.is_projected and candidate.is_projected and candidate.area_of_use):
        return crs
    west, south, east, north = candidate.area_of_use.bounds
    here = np.linspace(west, east, 5), np.linspace(south, north, 5)
    # Proj applies the projection alone, without a datum shift.
    apart = np.subtract(pyproj.Proj(crs)(*here), pyproj.Proj(candidate)(*here))
    return candidate if np.abs(apart).max() < _SAME_PROJECTION_M else crs


def possible_coordinates(x, y, crs):
    """Tell which coordinates can exist in a reference system.

    Degrees end at 180 and 90. Metres may lie outside the area for which a system was
    made (layers cross borders), but not farther than twice its size.

    Parameters
    ----------
    x, y : array_like of float
        East and north coordinates in ``crs``.
    crs : pyproj.CRS

    Returns
    -------
    ndarray of bool
        False where a coordinate is missing too.

    Examples
    --------
    >>> possible_coordinates([4.9, 190000], [51.3, 230000], pyproj.CRS(4326)).tolist()
    [True, False]
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    west, south, east, north = _limits(crs)
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def coordinates_at_home(x, y, crs):
    """Tell which coordinates lie in the area for which a projected system was made.

    Parameters
    ----------
    x, y : array_like of float
        East and north coordinates in ``crs``.
    crs : pyproj.CRS

    Returns
    -------
    ndarray of bool
        All False for degrees, and for a system that names no area.

    Examples
    --------
    >>> coordinates_at_home([190000], [230000], pyproj.CRS(31370)).tolist()
    [True]
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    home = _home(crs)
    if home is None:
        return np.zeros(x.shape, dtype=bool)
    west, south, east, north = home
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _limits(crs):
    if crs.is_geographic:
        return -180.0, -90.0, 180.0, 90.0
    bounds = _home(crs)
    if bounds is None:
        return -np.inf, -np.inf, np.inf, np.inf
    width, height = bounds[2:] - bounds[:2]
    return tuple(bounds + 2 * np.array([-width, -height, width, height]))


def _home(crs):
    """Bounds of the area of use in a projected system, or None."""
    if crs.is_geographic or crs.area_of_use is None or crs.geodetic_crs is None:
        return None
    to_crs = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    bounds = np.array(to_crs.transform_bounds(*crs.area_of_use.bounds))
    return bounds if np.isfinite(bounds).all() else None


def check_coordinates(x, y, crs, where, *, analysis):
    """Refuse a layer whose numbers cannot be its reference system.

    Parameters
    ----------
    x, y : array_like of float
        Coordinates as the file gives them; missing ones are passed over.
    crs : pyproj.CRS
        What the layer claims.
    where : str
        Words for the source in an error message.
    analysis : pyproj.CRS
        System of the analysis, proposed when the numbers fit it.

    Raises
    ------
    ValueError
        If over half of the coordinates cannot exist in ``crs``, or all numbers of a
        layer in metres look like degrees.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    given = np.isfinite(x) & np.isfinite(y)
    x, y = x[given], y[given]
    if not x.size:
        return
    impossible = ~possible_coordinates(x, y, crs)
    example = f"for instance {x[0]:.6g}, {y[0]:.6g}"
    if impossible.mean() > 0.5:
        k = np.flatnonzero(impossible)[0]
        example = f"for instance {x[k]:.6g}, {y[k]:.6g}"
        fits = possible_coordinates(x, y, analysis).mean() > 0.5
        advice = f"`crs: {analysis.to_string()}`" if fits else "the true `crs`"
        unit = "degrees" if crs.is_geographic else "coordinates"
        raise ValueError(
            f"{where} says that it is in {crs.name} ({crs.to_string()[:30]}), but"
            f" {impossible.sum()} of {x.size} positions cannot be {unit} of that"
            f" system, {example}. Set {advice} at this source."
        )
    degrees = (np.abs(x) <= 180).all() and (np.abs(y) <= 90).all()
    if crs.is_projected and degrees and np.hypot(x, y).max() > 0:
        raise ValueError(
            f"{where} says that it is in {crs.name} ({crs.to_string()[:30]}), in"
            f" metres, but all its numbers look like degrees, {example}. Set"
            " `crs: EPSG:4326` at this source if it holds longitude and latitude."
        )


def to_analysis(geometry, crs, analysis, where):
    """Geometries of a source in the reference system of the analysis.

    Parameters
    ----------
    geometry : array_like of geometry
        As the file gives them.
    crs : pyproj.CRS
        True system of the source, see `source_crs`.
    analysis : pyproj.CRS
        System of the analysis.
    where : str
        Words for the source in an error message.

    Returns
    -------
    ndarray of geometry

    Raises
    ------
    ValueError
        As `check_coordinates`.
    """
    geometry = shapely.force_2d(np.asarray(geometry, dtype=object))
    bounds = shapely.bounds(geometry)
    corners = np.concatenate([bounds[:, :2], bounds[:, 2:]])
    check_coordinates(corners[:, 0], corners[:, 1], crs, where, analysis=analysis)
    if crs.equals(analysis, ignore_axis_order=True):
        return geometry
    return gpd.GeoSeries(geometry, crs=crs).to_crs(analysis).to_numpy()


def analysis_layer(layer, source, *, crs):
    """Attributes of a layer, and its geometries in the system of the analysis.

    Parameters
    ----------
    layer : GeoDataFrame
        As read.
    source : dict
        Its entry in the settings.
    crs : pyproj.CRS
        System of the analysis.

    Returns
    -------
    table : DataFrame
    geometry : ndarray of geometry

    Raises
    ------
    ValueError
        If the layer says nothing or the wrong thing about its system.
    """
    where = source_words(source)
    own = source_crs(layer.crs, source.get("crs"), where)
    table = pd.DataFrame(layer.drop(columns=layer.geometry.name))
    return table.reset_index(drop=True), to_analysis(layer.geometry, own, crs, where)
