"""Shapes for the page: whole steps on a grid, few enough that a browser opens it."""

import numpy as np
import pandas as pd
import shapely

#: The map is at most so many steps wide or high: finer than that no screen shows.
STEPS = 8192
#: Cells along the longer side, for areas that are shown together.
CELLS = 200


def step_of(extent):
    """Length of one step of the page's shapes.

    Parameters
    ----------
    extent : tuple of float
        (west, south, east, north) of the map [m].

    Returns
    -------
    float
        A round length [m]: 1, 2 or 5 times a power of ten, one metre at least.

    Examples
    --------
    >>> step_of((0, 0, 12_000, 9_000)), step_of((0, 0, 240_000, 100_000))
    (2.0, 50.0)
    """
    west, south, east, north = extent
    wanted = max(max(east - west, north - south) / STEPS, 1)
    power = 10.0 ** np.floor(np.log10(wanted))
    return float(next(k * power for k in (1, 2, 5, 10) if k * power >= wanted))


def shown_alone(areas_m2, groups, *, smallest_m2, most):
    """Choose the shapes that the page shows one by one: the largest of every group.

    Parameters
    ----------
    areas_m2 : array of float, shape (n,)
        Area of each shape [m2]; zero for a point.
    groups : array, shape (n,)
        Species group of each, or any one value. Each group has an equal share of
        `most`, so that groups with small patches are seen too.
    smallest_m2 : float
        Polygons below it are not chosen.
    most : int
        Number to choose at most.

    Returns
    -------
    array of bool, shape (n,)
        True for the chosen.

    Examples
    --------
    >>> shown_alone([5.0, 9.0, 7.0], ["a", "a", "b"], smallest_m2=1, most=2)
    array([False,  True,  True])
    """
    areas = pd.Series(np.asarray(areas_m2, dtype=float))
    by_group = areas.groupby(np.asarray(groups))
    place = by_group.rank(method="first", ascending=False).to_numpy()
    share = most / max(by_group.ngroups, 1)
    return (place <= share) & ((areas >= smallest_m2) | (areas == 0)).to_numpy()


def steps(geometries, *, west, south, step_m):
    """Write shapes as whole steps from the south-west corner.

    Parameters
    ----------
    geometries : array of shapely geometries, shape (n,)
        Polygons or points, none of them missing or empty.
    west, south : float
        Corner of the map [m].
    step_m : float
        Length of a step [m]; borders are simplified by half of it.

    Returns
    -------
    list of list of list of int
        Per shape its rings; per ring x and y of its first point, then from each point
        to the next. A point is a ring of one point. All rings of a shape together,
        filled by the even-odd rule, are the shape.

    Examples
    --------
    >>> steps([shapely.box(0, 0, 20, 10)], west=0, south=0, step_m=10)
    [[[2, 0, 0, 1, -2, 0, 0, -1]]]
    """
    if not len(geometries):
        return []
    simple = shapely.simplify(np.asarray(geometries, object), step_m / 2)
    parts, shape_of_part = shapely.get_parts(simple, return_index=True)
    is_point = shapely.get_type_id(parts) == shapely.GeometryType.POINT
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    rings = np.r_[rings, parts[is_point]]
    shape_of_ring = np.r_[shape_of_part[part_of_ring], shape_of_part[is_point]]
    places, ring = shapely.get_coordinates(rings, return_index=True)
    places = np.rint((places - [west, south]) / step_m).astype(np.int64)

    is_first = np.r_[True, np.diff(ring) != 0][: len(ring)]
    is_repeat = np.r_[False, (np.diff(places, axis=0) == 0).all(axis=1)][: len(ring)]
    is_last = np.r_[np.diff(ring) != 0, True][: len(ring)]
    closes = is_last & ~is_first  # a ring ends where it began
    kept = is_first | ~(is_repeat | closes)
    places, ring, is_first = places[kept], ring[kept], is_first[kept]

    moves = np.diff(places, axis=0, prepend=0)
    moves[is_first] = places[is_first]
    found = [[] for _ in simple]
    for shape, run in zip(
        shape_of_ring, np.split(moves, np.flatnonzero(is_first)[1:]), strict=True
    ):
        found[shape].append(run.ravel().tolist())
    return found


def shown_together(middles, keys, *, extent, order):
    """Put places on a coarse grid: of every group the first value of each cell.

    Parameters
    ----------
    middles : array of float, shape (n, 2)
        Places [m].
    keys : DataFrame
        group and value of each place.
    extent : tuple of float
        (west, south, east, north) of the map [m].
    order : sequence
        Values, the most telling first.

    Returns
    -------
    cell_m : float
        Side of a cell [m].
    cells : list of dict
        group, value, and the cells: numbers from the south-west corner, row by row of
        `CELLS` cells, each as what is added to the one before.

    Examples
    --------
    >>> keys = pd.DataFrame({"group": ["a", "a"], "value": ["near", "key"]})
    >>> shown_together([[5, 5], [6, 6]], keys, extent=(0, 0, 2e3, 2e3), order=["key"])
    (10.0, [{'group': 'a', 'value': 'key', 'cells': [0]}])
    """
    west, south, east, north = extent
    cell_m = max(east - west, north - south) / CELLS
    column, row = ((np.asarray(middles) - [west, south]) // cell_m).astype(int).T
    rank = keys["value"].map({value: i for i, value in enumerate(order)})
    best = (
        keys.assign(cell=row * CELLS + column, rank=rank)
        .sort_values("rank", kind="stable")
        .drop_duplicates(["group", "cell"])
        .sort_values("cell")
    )
    return cell_m, [
        {
            "group": group,
            "value": value,
            "cells": np.diff(rows["cell"], prepend=0).tolist(),
        }
        for (group, value), rows in best.groupby(["group", "value"], dropna=False)
    ]
