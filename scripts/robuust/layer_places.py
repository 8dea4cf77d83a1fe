"""Places of map layers: brought to the analysis system, wrong ones told apart."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyproj
import shapely

from robuust.balance import mark
from robuust.places import find_places
from robuust.reference_systems import (
    home_bounds,
    possible_coordinates,
    source_crs,
    transformation,
    transformed,
)
from robuust.sources import source_words

_POLYGON = (3, 6)  # shapely type ids, simple and multi
_NOT_ABOUT_LAYERS = ["missing_coordinates", "far_from_area"]  # told from the shapes


@dataclass(frozen=True)
class PlacedLayer:
    """A layer in the analysis system, before its shapes are checked."""

    table: pd.DataFrame  # attributes, as read
    geometry: np.ndarray  # flat, in the analysis system; missing without a place
    reasons: pd.Series  # of features whose place is wrong; missing for the others


def place_layer(layer, source, *, crs, area=None, max_distance_m=0.0):
    """Bring a layer to the analysis system and tell which features are out of place.

    Parameters
    ----------
    layer : GeoDataFrame
        As read.
    source : dict
        Its entry in the settings; `crs` and `swap_coordinates` win over the file.
    crs : pyproj.CRS
        System of the analysis.
    area : Polygon, MultiPolygon or None
        The study area, in ``crs``; None while it is not known.
    max_distance_m : float
        Features farther from the area are of no use [m]. A feature is not refused
        for its distance: the caller tests its shape.

    Returns
    -------
    PlacedLayer
        Reasons: zero_coordinates, swapped_coordinates, metres_as_degrees and
        impossible_coordinates, see `find_places`; such a feature has no place.

    Raises
    ------
    ValueError
        If the layer says nothing about its system, or another setting puts most of
        its features in place, or most of them cannot be in their system.
    """
    where = source_words(source)
    own = source_crs(layer.crs, source.get("crs"), where)
    shapes = np.asarray(layer.geometry, dtype=object)
    if (shapely.has_z(shapes) | shapely.has_m(shapes)).any():
        shapes = shapely.force_2d(shapes)
    if source.get("swap_coordinates"):
        shapes = shapely.transform(shapes, _turned)
    reasons = _reasons(
        shapes,
        own,
        where,
        crs=crs,
        area=area,
        max_distance_m=max_distance_m,
        swap=bool(source.get("swap_coordinates")),
        order_known=source.get("swap_coordinates") is not None,
    )
    nowhere = reasons.notna().to_numpy()  # a shape of them would be off the map
    shapes = in_analysis(np.where(nowhere, None, shapes), own, crs)
    table = pd.DataFrame(layer.drop(columns=layer.geometry.name))
    return PlacedLayer(table.reset_index(drop=True), shapes, reasons)


def in_analysis(geometry, own_crs, crs):
    """Shapes in another reference system, by the best datum shift that PROJ has.

    Parameters
    ----------
    geometry : ndarray of geometry
        Without heights; missing ones stay missing.
    own_crs, crs : pyproj.CRS
        System of the shapes, and the one to bring them to.

    Returns
    -------
    ndarray of geometry
    """
    way = transformation(own_crs, crs)
    if not way.pipelines:
        return geometry

    def shift(xy):
        return np.column_stack(transformed(xy[:, 0], xy[:, 1], way))

    return shapely.transform(geometry, shift)


def _turned(xy):
    return xy[:, ::-1]


def _reasons(shapes, own, where, *, swap, **goal):
    """Reasons per feature, after a refusal if the layer as a whole is out of place."""
    bounds = shapely.bounds(shapes)
    x, y = _nearest_corners(bounds, own, goal["crs"], goal["area"])
    polygons = np.isin(shapely.get_type_id(shapes), _POLYGON).all()
    things = "polygons" if polygons else "features"
    # The shapes were turned already: given back as read, to tell if that was right.
    given = (y, x) if swap else (x, y)
    found = find_places(*given, own_crs=own, swap=swap, things=things, **goal)
    low = possible_coordinates(bounds[:, 0], bounds[:, 1], own)
    corners = low & possible_coordinates(bounds[:, 2], bounds[:, 3], own)
    placed = ~np.isnan(x)
    # Metres of a whole country: many a place is near the area when it is turned, by
    # chance. Nobody turns single polygons; a turned layer is refused with a hint.
    chance = ["swapped_coordinates"] if own.is_projected else []
    reasons = found.reasons.mask(found.reasons.isin(_NOT_ABOUT_LAYERS + chance))
    reasons = mark(reasons, placed & ~corners, "impossible_coordinates")
    shown = np.where(low[:, None], bounds[:, 2:], bounds[:, :2])  # the one that fails
    _refuse(shown[placed], corners[placed], found.hints, own, where)
    return reasons


def _nearest_corners(bounds, own, crs, area):
    """Point of each box nearest to the middle of the area, which it may cover."""
    middle = home_bounds(crs) if area is None else shapely.bounds(area)
    if middle is None:
        return (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    to_own = pyproj.Transformer.from_crs(crs, own, always_xy=True)
    x, y = to_own.transform((middle[0] + middle[2]) / 2, (middle[1] + middle[3]) / 2)
    return np.clip(x, bounds[:, 0], bounds[:, 2]), np.clip(
        y, bounds[:, 1], bounds[:, 3]
    )


def _refuse(corners, possible, hints, own, where):
    """Stop at a layer whose numbers as a whole are not what it says they are."""
    if not len(corners):
        return
    x, y = corners.T
    first = int(np.argmin(possible))  # the first impossible one, or the first at all
    degrees = (np.abs(x) <= 180).all() and (np.abs(y) <= 90).all()
    if (~possible).mean() > 0.5:
        unit = "degrees" if own.is_geographic else "coordinates"
        found = f"{(~possible).sum()} of {x.size} positions cannot be {unit} of it"
        advice = "Set the true `crs` at this source"
    elif own.is_projected and degrees and np.hypot(x, y).max() > 0:
        found = "all its numbers look like degrees"
        advice = "Set `crs: EPSG:4326` at this source if it is longitude and latitude"
    elif hints:
        found, advice = "its numbers say otherwise", ""
    else:
        return
    raise ValueError(
        f"{where} says that it is in {own.name} ({own.to_string()[:30]}), but {found},"
        f" for instance {x[first]:.6g}, {y[first]:.6g}. {'; '.join(hints) or advice}."
        " If that is wrong, leave this source out."
    )
