"""Resistance of the land to one group: land cover, barriers and their openings."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import shapely
from rasterio.features import rasterize

from robuust.grid import NOTHING, Grid, positions_on
from robuust.traits import values_for_class

INSIDE_M = 0.001  # toll within a wide barrier: every cell of a barrier has some
# The eight cells around a cell, in turn.
AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))


class Land(NamedTuple):
    """What a group meets on its way.

    Attributes
    ----------
    resistance : ndarray of float32, shape grid.shape
        Metres of easy land that a metre is worth; missing where there is no way.
    toll_m : ndarray of float32, shape grid.shape
        Extra cost of crossing a barrier in this cell [m].
    grid : Grid
    """

    resistance: np.ndarray
    toll_m: np.ndarray
    grid: Grid


def class_resistances(land_covers, table, mobility_class):
    """Resistance of each land-cover class to the groups of one mobility class.

    Parameters
    ----------
    land_covers : array_like of str, shape (n_classes,)
        Classes that occur.
    table : DataFrame
        land_cover, mobility_class (or ``*`` for every class), resistance: 1 (habitat)
        or more, missing where there is no way through.
    mobility_class : str
        A row for this class wins over one for every class.

    Returns
    -------
    ndarray of float, shape (n_classes,)
        Missing (NaN) where there is no way through.

    Raises
    ------
    ValueError
        If a class has no row, or a resistance is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"land_cover": ["arable", "arable", "water"],
    ...                       "mobility_class": ["*", "beetles", "*"],
    ...                       "resistance": [5.0, 50.0, None]})
    >>> class_resistances(["water", "arable"], table, "beetles")
    array([nan, 50.])
    """
    value = values_for_class(table, "land_cover", "resistance", mobility_class)
    low = value.index[value < 1]
    if len(low):
        raise ValueError(
            f"resistance of {low[0]!r} to {mobility_class} is {value[low[0]]:g}: it is"
            " 1 (habitat) or more, or empty where there is no way through"
        )
    unknown = sorted(set(map(str, land_covers)) - set(value.index))
    if unknown:
        raise ValueError(
            f"no resistance for land cover {', '.join(map(repr, unknown))}: add a row"
            f" for {mobility_class} or for every class (*)"
        )
    return value.reindex(list(land_covers)).to_numpy(float)


def resistance_grid(
    land_cover, class_resistance, habitat, *, elsewhere, openings=(), grid
):
    """Resistance of each cell.

    Parameters
    ----------
    land_cover : ndarray of int, shape grid.shape
        Position of the land-cover class of each cell; -1 for none.
    class_resistance : array_like of float, shape (n_classes,)
        As `class_resistances` gives it.
    habitat : ndarray of bool, shape grid.shape
        Cells that are habitat of the group: resistance 1.
    elsewhere : float
        Resistance of land without a class; missing (NaN) for no way through.
    openings : array_like of shapely points or polygons
        Ecoducts, tunnels, bridges: resistance 1 in every cell that they touch.
    grid : Grid

    Returns
    -------
    ndarray of float32, shape grid.shape

    Raises
    ------
    ValueError
        If a grid has another shape, or a position is not one of a class.

    Examples
    --------
    >>> from robuust.grid import Grid
    >>> row = Grid(left_m=0, top_m=10, cell_m=10, n_rows=1, n_columns=4)
    >>> resistance_grid(np.array([[0, 0, 1, -1]]), [5, 20], np.eye(1, 4, dtype=bool),
    ...                 elsewhere=np.nan, grid=row)
    array([[ 1.,  5., 20., nan]], dtype=float32)
    """
    if np.shape(land_cover) != grid.shape or np.shape(habitat) != grid.shape:
        raise ValueError(
            f"land cover {np.shape(land_cover)} and habitat {np.shape(habitat)} must"
            f" lie on the grid {grid.shape}"
        )
    if not -1 <= np.min(land_cover) <= np.max(land_cover) < len(class_resistance):
        raise ValueError(
            f"land cover from {np.min(land_cover)} to {np.max(land_cover)} for"
            f" {len(class_resistance)} classes; -1 means none"
        )
    # The last one is that of position -1.
    value = np.append(class_resistance, elsewhere).astype(np.float32)
    resistance = value[land_cover]
    resistance[habitat] = 1
    resistance[_touched(openings, grid)] = 1
    return resistance


def crossing_cost_m(chance, *, d0_m, p0):
    """Extra cost of a barrier that is crossed with some chance.

    Whoever pays it loses as many as the barrier stops: by the dispersal kernel
    (p0 at d0) the chance at this cost is the chance to get across.

    Parameters
    ----------
    chance : array_like of float
        Chance that a disperser that meets the barrier gets across, in [0, 1].
    d0_m, p0 : float
        Of the kernel: chance `p0` at a cost of `d0_m` [m]; in (0, 1), above 0.

    Returns
    -------
    ndarray of float
        d0 ln(chance) / ln(p0) [m]; infinite where nobody gets across.

    Raises
    ------
    ValueError
        If a chance is missing or out of range, or `d0_m` or `p0`.

    Examples
    --------
    >>> crossing_cost_m([1, 0.5, 0.25, 0], d0_m=1000, p0=0.5)
    array([   0., 1000., 2000.,   inf])
    """
    chance = np.asarray(chance, dtype=float)
    if not ((chance >= 0) & (chance <= 1)).all():  # False for missing values too
        raise ValueError("every chance to cross a barrier must be in [0, 1]")
    if not (0 < d0_m < np.inf and 0 < p0 < 1):
        raise ValueError(f"d0_m {d0_m} must be above 0, and p0 {p0} in (0, 1)")
    with np.errstate(divide="ignore"):
        return np.abs(d0_m * np.log(chance) / np.log(p0))


def barrier_tolls(barriers, kinds, chance, *, d0_m, p0, openings=(), grid):
    """Extra cost of passing through the cells of barriers, paid once per crossing.

    Parameters
    ----------
    barriers : array_like of shapely geometries, shape (n,)
        Lines, or polygons of any width.
    kinds : array_like of str, shape (n,)
        Pieces of one kind that touch are one barrier; crossing two kinds costs both,
        also where they share cells.
    chance : array_like of float, shape (n,)
        Chance to get across, in [0, 1]; the same for all of one kind.
    d0_m, p0 : float
        As for `crossing_cost_m`.
    openings : array_like of shapely points or polygons
        Every cell that they touch is open in barriers of every kind.
    grid : Grid

    Returns
    -------
    ndarray of float32, shape grid.shape
        Toll of each cell [m] for `cost_surface`: `crossing_cost_m` where the cell has
        open land on both sides, half of it at one side of a barrier more than one
        cell wide, a millimetre inside; infinite in barriers that nobody crosses. So
        cells without toll are those without a barrier.

    Raises
    ------
    ValueError
        If a kind has several chances, or as `crossing_cost_m`.

    Notes
    -----
    A barrier holds every cell that it touches, and a cell more where two of its cells
    only share a corner: no move of eight slips through. Because a toll does not
    depend on the direction of the move, as a resistance would, a barrier costs the
    same however it lies on the grid.

    For methods that know resistance only, ``resistance + toll / cell_m`` comes near:
    right for moves to a side, too high by up to 41 % of the toll for moves to a corner.

    Examples
    --------
    >>> from robuust.grid import Grid
    >>> row = Grid(left_m=0, top_m=10, cell_m=10, n_rows=1, n_columns=3)
    >>> road = shapely.linestrings([[15, -5], [15, 15]])
    >>> barrier_tolls([road], ["road"], [0.5], d0_m=1000, p0=0.5, grid=row)
    array([[   0., 1000.,    0.]], dtype=float32)
    """
    barriers = np.asarray(barriers, dtype=object).reshape(-1)
    kinds, chance = np.asarray(kinds, dtype=object), np.asarray(chance, dtype=float)
    if not barriers.size == kinds.size == chance.size:
        raise ValueError("each barrier needs a kind and a chance to get across")
    extra_m = crossing_cost_m(chance, d0_m=d0_m, p0=p0)
    opened = _touched(openings, grid)
    toll_m = np.zeros(grid.shape, dtype=np.float32)
    for kind in sorted(set(kinds)):
        own = kinds == kind
        if np.unique(chance[own]).size > 1:
            raise ValueError(f"barriers of kind {kind!r} have several chances to cross")
        once_m = extra_m[own][0]
        if once_m == 0:
            continue
        wall = _without_leaks(_touched(barriers[own], grid)) & ~opened
        if np.isinf(once_m):
            toll_m[wall] = np.inf
        else:
            row, column, share = _shares(wall)
            toll_m[row, column] += np.maximum(once_m * share, INSIDE_M)
    return toll_m


def patch_labels(patches, toll_m, grid):
    """Cells of each patch, where ways begin and end.

    A cell that a barrier passes through is no cell of a patch: a way from there would
    pay for half the barrier only, to whichever side it goes.

    Parameters
    ----------
    patches : array_like of shapely polygons, shape (n,)
        Not overlapping.
    toll_m : ndarray, shape grid.shape
        As `barrier_tolls` gives it.
    grid : Grid

    Returns
    -------
    labels : ndarray of int32, shape grid.shape
        Position of the patch plus 1 where it holds the centre of the cell; 0 for none.
        A patch that would have no cell has those that it touches and that are free.
    missing : ndarray of int64
        Positions of patches that have no cell at all: on a smaller cell they would.

    Examples
    --------
    >>> from robuust.grid import Grid
    >>> row = Grid(left_m=0, top_m=10, cell_m=10, n_rows=1, n_columns=3)
    >>> labels, missing = patch_labels(
    ...     shapely.box([0, 22], 0, [10, 24], 4), np.zeros((1, 3)), row)
    >>> labels.tolist(), missing.tolist()
    ([[1, 0, 2]], [])
    """
    patches = np.asarray(patches, dtype=object).reshape(-1)
    free = np.asarray(toll_m) == 0
    labels = np.where(free, positions_on(patches, grid) - NOTHING, 0).astype(np.int32)
    absent = np.ones(patches.size + 1, dtype=bool)
    absent[labels.ravel()] = False
    missing = np.flatnonzero(absent[1:])
    for k in missing:
        row, column = cells_touched(patches[k], grid)
        usable = free[row, column] & (labels[row, column] == 0)
        labels[row[usable], column[usable]] = k + 1
        absent[k + 1] = not usable.any()
    return labels, np.flatnonzero(absent[1:])


def cells_touched(geometry, grid):
    """Cells that one shape touches, by looking at its surroundings only.

    Parameters
    ----------
    geometry : shapely geometry
        May lie off the grid, in part or wholly.
    grid : Grid

    Returns
    -------
    rows, columns : ndarray of int64, shape (n_cells,)
        Sorted by row, then column.

    Examples
    --------
    >>> from robuust.grid import Grid
    >>> square = Grid(left_m=0, top_m=20, cell_m=10, n_rows=2, n_columns=2)
    >>> rows, columns = cells_touched(shapely.box(12, 2, 14, 15), square)
    >>> rows.tolist(), columns.tolist()
    ([0, 1], [1, 1])
    """
    if shapely.is_empty(geometry):
        return np.empty((2, 0), dtype=np.int64)
    west, south, east, north = geometry.bounds
    left = max(int((west - grid.left_m) // grid.cell_m), 0)
    top = max(int((grid.top_m - north) // grid.cell_m), 0)
    right = min(int((east - grid.left_m) // grid.cell_m) + 1, grid.n_columns)
    bottom = min(int((grid.top_m - south) // grid.cell_m) + 1, grid.n_rows)
    if left >= right or top >= bottom:
        return np.empty((2, 0), dtype=np.int64)
    part = replace(
        grid,
        left_m=grid.left_m + left * grid.cell_m,
        top_m=grid.top_m - top * grid.cell_m,
        n_rows=bottom - top,
        n_columns=right - left,
    )
    row, column = np.nonzero(_touched([geometry], part))
    return row + top, column + left


def _touched(geometries, grid):
    """Cells that any of the geometries touches."""
    shapes = [g for g in geometries if not shapely.is_empty(g)]
    found = np.zeros(grid.shape, dtype=np.uint8)
    if shapes:
        rasterize(
            shapes,
            out=found,
            default_value=1,
            transform=grid.transform,
            all_touched=True,
        )
    return found.view(bool)


def _without_leaks(wall):
    """Add cells to a wall until no move to a corner goes between two of its cells."""
    wall = wall.copy()
    while True:
        both = wall[:-1, :-1] & wall[1:, 1:] & ~(wall[:-1, 1:] | wall[1:, :-1])
        wall[:-1, 1:] |= both
        other = wall[:-1, 1:] & wall[1:, :-1] & ~(wall[:-1, :-1] | wall[1:, 1:])
        wall[:-1, :-1] |= other
        if not (both.any() or other.any()):
            return wall


def _shares(wall):
    """Share of a crossing that is paid in each cell of a wall.

    Counts the stretches of open cells around it. With two or more, both sides are
    next to the cell and a way through it crosses. With one, a way through must pass
    another such cell; with none the cell is inside.
    """
    row, column = np.nonzero(wall)
    # Beyond the edge of the grid walls go on, so that nothing gets around them.
    beyond = np.pad(wall, 1, mode="edge")
    is_open = np.array([~beyond[row + 1 + v, column + 1 + u] for v, u in AROUND])
    stretches = (is_open & ~np.roll(is_open, 1, axis=0)).sum(axis=0)
    share = np.where(stretches >= 2, 1.0, np.where(stretches == 1, 0.5, 0.0))
    share[is_open.all(axis=0)] = 1.0  # a wall of one cell
    return row, column, share.astype(np.float32)
