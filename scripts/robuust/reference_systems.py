"""Coordinate reference systems: what a layer claims, and whether its numbers agree."""

import warnings
from dataclasses import dataclass

import numpy as np
import pyproj
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup

_SAME_PROJECTION_M = 1.0  # two definitions that differ less draw the same map
# Systems that files of the Low Countries are in, most likely first.
COMMON_CODES = (4326, 31370, 28992, 3812, 3035, 3857, 32631, 32632)
_ONE_DATUM = (31370, 28992)  # projections that no other datum uses
_PIECE = 500_000  # coordinates per call of PROJ: bounds its working memory


@dataclass(frozen=True)
class Transformation:
    """The way from one reference system to another, as PROJ has it here."""

    operation: str  # name that PROJ gives it; "none" between equal systems
    accuracy_m: float  # stated by the registry of EPSG; NaN where it states none
    missing_grids: tuple  # files that would give better, absent from PROJ's data
    pipelines: tuple  # definitions for PROJ, best first; none between equal systems


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
        crs = _registered(pyproj.CRS.from_user_input(stated))
    except pyproj.exceptions.CRSError as error:
        raise ValueError(
            f"{where}: '{stated}' is no reference system that PROJ knows; set a code"
            " at this source, for instance `crs: EPSG:31370`."
        ) from error
    on_earth = crs.ellipsoid and 6.3e6 < crs.ellipsoid.semi_major_metre < 6.4e6
    if not on_earth or not (crs.is_projected or crs.is_geographic):
        raise ValueError(
            f"{where} gives '{crs.name}', which does not say where on earth it lies;"
            " set the true code at this source, for instance `crs: EPSG:31370`."
        )
    return crs


def _registered(crs):
    """Replace a definition without a code by the registered system that equals it."""
    crs = _horizontal(crs)
    exact = crs.to_authority(min_confidence=100)
    if exact is not None:  # as registered: with the ground it was made for
        return pyproj.CRS.from_authority(*exact)
    codes = [crs.to_epsg(min_confidence=20), *COMMON_CODES]
    for code in filter(None, codes):
        candidate = pyproj.CRS.from_epsg(code)
        if _same_map(crs, candidate):
            return candidate
    return crs


def _horizontal(crs):
    """Leave out heights, and a datum shift that the file brings for a known system."""
    if crs.is_compound:
        return _horizontal(crs.sub_crs_list[0])
    if crs.is_bound:  # TOWGS84: the official shift is at least as good
        bare = _registered(crs.source_crs)
        return crs if bare.to_authority(min_confidence=100) is None else bare
    return crs.to_2d() if len(crs.axis_info) > 2 else crs


def _same_map(crs, candidate):
    """Tell whether two systems give a place the same numbers, to the metre."""
    if (crs.is_projected, crs.is_geographic) != (
        candidate.is_projected,
        candidate.is_geographic,
    ):
        return False
    sizes = [
        (c.ellipsoid.semi_major_metre, c.ellipsoid.semi_minor_metre)
        for c in (crs, candidate, pyproj.CRS(4326))
    ]
    apart = np.abs(np.subtract(sizes, sizes[1])).max(axis=1)
    modern = apart[2] < _SAME_PROJECTION_M  # such datums differ by a metre at most
    named = crs.datum and crs.datum.name == candidate.datum.name
    if apart[0] > _SAME_PROJECTION_M or not (
        named or modern or candidate.to_epsg() in _ONE_DATUM
    ):
        return False
    if candidate.is_geographic:
        return crs.prime_meridian.longitude == candidate.prime_meridian.longitude
    if candidate.area_of_use is None:
        return False
    west, south, east, north = candidate.area_of_use.bounds
    here = np.linspace(west, east, 5), np.linspace(south, north, 5)
    # Proj applies the projection alone, without a datum shift.
    apart = np.subtract(pyproj.Proj(crs)(*here), pyproj.Proj(candidate)(*here))
    return bool(np.abs(apart).max() < _SAME_PROJECTION_M)


def transformation(own_crs, crs):
    """Choose the most accurate way from one reference system to another.

    PROJ offers several datum shifts between two systems. The best one for the ground
    that both systems are made for is taken, so that a source always gets the same
    shift whatever the study area. Official grids count when their files are in PROJ's
    data; none is ever fetched.

    Parameters
    ----------
    own_crs : pyproj.CRS
        System of the source, see `source_crs`.
    crs : pyproj.CRS
        System of the analysis.

    Returns
    -------
    Transformation

    Examples
    --------
    >>> transformation(pyproj.CRS(31370), pyproj.CRS(31370)).operation
    'none'
    """
    if own_crs.equals(crs, ignore_axis_order=True):
        return Transformation("none", 0.0, (), ())
    with warnings.catch_warnings():
        # Which grid is missing is told in words, see `missing_grids`.
        warnings.filterwarnings("ignore", "Best transformation is not available")
        group = TransformerGroup(
            own_crs, crs, always_xy=True, area_of_interest=_shared_area(own_crs, crs)
        )
    every = group.transformers
    # A ballpark ignores the datums, hundreds of metres apart: only for want of others.
    ways = [way for way in every if "Ballpark" not in way.description] or every
    accuracy_m = ways[0].accuracy if ways[0].accuracy >= 0 else np.nan
    better = [
        way
        for way in group.unavailable_operations
        if way.accuracy >= 0 and not way.accuracy >= accuracy_m
    ]
    grids = min(better, key=_accuracy).grids if better else ()
    missing = tuple(grid.short_name for grid in grids if not grid.available)
    pipelines = tuple(way.definition for way in ways)
    steps = ways[0].description.split(" + ")
    operation = " + ".join(step for step in steps if not step.startswith("axis order"))
    return Transformation(operation, accuracy_m, missing, pipelines)


def _accuracy(operation):
    return operation.accuracy


def _shared_area(own_crs, crs):
    """Degrees of the ground that both systems are made for, or None."""
    areas = [c.area_of_use.bounds for c in (own_crs, crs) if c.area_of_use is not None]
    if not areas:
        return None
    west, south = np.max([bounds[:2] for bounds in areas], axis=0)
    east, north = np.min([bounds[2:] for bounds in areas], axis=0)
    if west >= east or south >= north:
        return None
    return AreaOfInterest(west, south, east, north)


def transformed(x, y, way):
    """Coordinates in the other system.

    Parameters
    ----------
    x, y : ndarray of float
        East and north coordinates in the system of the source.
    way : Transformation

    Returns
    -------
    x, y : ndarray of float
        NaN where a coordinate is missing or cannot be brought over.
    """
    east, north = np.array(x, dtype=float), np.array(y, dtype=float)
    if not way.pipelines:
        return east, north
    for start in range(0, east.size, _PIECE):
        piece = slice(start, start + _PIECE)
        east[piece], north[piece] = _piece_transformed(x[piece], y[piece], way)
    return east, north


def _piece_transformed(x, y, way):
    first, *others = way.pipelines
    east, north = pyproj.Transformer.from_pipeline(first).transform(x, y)
    for pipeline in others:  # a grid ends at the border: the next best goes on
        left = np.isfinite(x) & np.isfinite(y) & ~np.isfinite(east)
        if not left.any():
            break
        shift = pyproj.Transformer.from_pipeline(pipeline)
        east[left], north[left] = shift.transform(x[left], y[left])
    lost = ~(np.isfinite(east) & np.isfinite(north))
    east[lost] = north[lost] = np.nan
    return east, north


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
    return in_box(x, y, _limits(crs))


def in_box(x, y, box):
    """Tell which points lie in a box (west, south, east, north), its edge included."""
    west, south, east, north = box
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _limits(crs):
    if crs.is_geographic:
        return -180.0, -90.0, 180.0, 90.0
    bounds = home_bounds(crs)
    if bounds is None:
        return -np.inf, -np.inf, np.inf, np.inf
    width, height = bounds[2:] - bounds[:2]
    return tuple(bounds + 2 * np.array([-width, -height, width, height]))


def home_bounds(crs):
    """Box round the ground for which a projected system was made.

    Parameters
    ----------
    crs : pyproj.CRS

    Returns
    -------
    ndarray of float, shape (4,)
        West, south, east and north in ``crs``; None for degrees, and for a system
        that names no ground.

    Examples
    --------
    >>> home_bounds(pyproj.CRS(31370)).round(-4).tolist()
    [10000.0, 20000.0, 300000.0, 250000.0]
    """
    if crs.is_geographic or crs.area_of_use is None or crs.geodetic_crs is None:
        return None
    to_crs = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    bounds = np.array(to_crs.transform_bounds(*crs.area_of_use.bounds))
    return bounds if np.isfinite(bounds).all() else None
