"""Where the places of a source should be: in the study area, or near enough to it."""

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from robuust.reference_systems import home_bounds, in_box

MARGIN_M = 1_000.0  # round the study area: what lies there was drawn for it too
# GEOS draws a buffer to a hundredth of its distance: outside these shares of the
# distance its answer is sure, in between the true distance is measured.
_SURELY_NEAR, _SURELY_FAR = 0.97, 1.03
_BORDER_SHARE = 0.25  # maps reach over the border by so much of the country's size


@dataclass(frozen=True)
class Goal:
    """Where places should be, with shapes that answer that fast."""

    crs: pyproj.CRS
    area: shapely.Geometry
    max_distance_m: float
    surely_near: shapely.Geometry  # round the area, somewhat less than the distance
    maybe_near: shapely.Geometry  # and somewhat more
    inside: shapely.Geometry  # the area with a small margin
    home: tuple  # box of the ground that crs was made for; NaN without one
    region: tuple  # that, and what maps show over its border
    known: bool  # the study area is known; else the region stands in for it


def find_goal(crs, area, max_distance_m):
    """Prepare to tell which places are near a study area.

    Parameters
    ----------
    crs : pyproj.CRS
        System of the analysis.
    area : Polygon, MultiPolygon or None
        The study area, in ``crs``; None while it is not known, then the ground for
        which ``crs`` was made, and a border round it, stands in for it.
    max_distance_m : float
        Places farther from the area are of no use [m].

    Returns
    -------
    Goal
    """
    home, known = home_bounds(crs), area is not None
    if home is None:  # a system of the user's own names no ground: anything will do
        home = (np.nan,) * 4
        region = (-1e9, -1e9, 1e9, 1e9)
    else:
        width, height = _BORDER_SHARE * (home[2:] - home[:2])
        region = grown(home, width, height)
    if not known:
        area, max_distance_m = shapely.box(*region), 0.0
    around = [
        shapely.buffer(area, share * max_distance_m)
        for share in (_SURELY_NEAR, _SURELY_FAR)
    ]
    inside = shapely.buffer(area, min(MARGIN_M, max_distance_m))
    shapely.prepare([area, *around, inside])
    return Goal(crs, area, max_distance_m, *around, inside, home, region, known)


def near_goal(east, north, goal):
    """Tell which points lie in the area or near enough to it.

    Parameters
    ----------
    east, north : ndarray of float, shape (n,)
        In the system of the analysis [m]; NaN is not near.
    goal : Goal

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    near = in_box(east, north, goal_box(goal))
    left = np.flatnonzero(near)
    # Tests that need no object per point decide all but a thin ring.
    for around, answer in (
        (goal.area, True),
        (goal.surely_near, True),
        (goal.maybe_near, False),
    ):
        sure = shapely.intersects_xy(around, east[left], north[left]) == answer
        near[left[sure]] = answer
        left = left[~sure]
    points = shapely.points(east[left], north[left])
    near[left] = shapely.dwithin(goal.area, points, goal.max_distance_m)
    return near


def inside_goal(east, north, goal):
    """Tell which points lie in the area itself, or in a margin of `MARGIN_M` round it.

    Parameters
    ----------
    east, north : ndarray of float, shape (n,)
        In the system of the analysis [m]; NaN is not inside.
    goal : Goal

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    inside = in_box(east, north, shapely.bounds(goal.inside))
    inside[inside] = shapely.intersects_xy(goal.inside, east[inside], north[inside])
    return inside


def goal_box(goal):
    """West, south, east and north of all places that are near the area."""
    return grown(shapely.bounds(goal.area), goal.max_distance_m, goal.max_distance_m)


def grown(box, width, height):
    """Box that reaches so much farther to both sides of each axis."""
    west, south, east, north = box
    return west - width, south - height, east + width, north + height
