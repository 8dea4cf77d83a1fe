"""Corridors as areas: the land over which a way is hardly longer than the best one.

A corridor lies between two ends. Its cells are those where the way from the one end
over the cell to the other costs at most a share more than the best way does: wide over
easy land, narrow where the land resists, so its width is weighted by cost. For who
moves straight the cost is the distance, and the area a lens round the shortest line.
"""

from dataclasses import replace

import numpy as np
import shapely

from robuust.grid import EIGHT, contiguous_areas

ROUNDING_M = 1e-3  # of sums of costs; far below what a cell can tell


def part_of_grid(grid, boxes, reach_m):
    """Rows and columns of a grid within some distance of both ends.

    Parameters
    ----------
    grid : Grid
    boxes : tuple of two tuples of slice
        Rows and columns of either end.
    reach_m : float
        No way of interest comes farther than this from either end [m].

    Returns
    -------
    rows, columns : slice
    part : Grid
        That part of the grid.

    Examples
    --------
    >>> from robuust.grid import Grid
    >>> land = Grid(left_m=0, top_m=0, cell_m=10, n_rows=90, n_columns=90)
    >>> one, other = slice(40, 50), slice(55, 60)
    >>> rows, columns, part = part_of_grid(land, ((one, one), (one, other)), 50)
    >>> rows, columns, part.shape
    (slice(34, 56, None), slice(49, 56, None), (22, 7))
    """
    margin = int(np.ceil(min(reach_m / grid.cell_m, max(grid.shape)))) + 1
    window = []
    for (one, other), size in zip(zip(*boxes, strict=True), grid.shape, strict=True):
        first = max(one.start, other.start) - margin
        last = min(one.stop, other.stop) + margin
        window.append(slice(max(first, 0), min(last, size)))
    return *window, cut_out(grid, *window)


def cut_out(grid, rows, columns):
    """Part of a grid.

    Parameters
    ----------
    grid : Grid
    rows, columns : slice

    Returns
    -------
    Grid

    Examples
    --------
    >>> from robuust.grid import Grid
    >>> land = Grid(left_m=0, top_m=90, cell_m=10, n_rows=9, n_columns=9)
    >>> cut_out(land, slice(1, 3), slice(2, 9))
    Grid(left_m=20, top_m=80, cell_m=10, n_rows=2, n_columns=7)
    """
    return replace(
        grid,
        left_m=grid.left_m + columns.start * grid.cell_m,
        top_m=grid.top_m - rows.start * grid.cell_m,
        n_rows=rows.stop - rows.start,
        n_columns=columns.stop - columns.start,
    )


def box_around(inside):
    """Rows and columns that hold all cells of a corridor and those next to them.

    Parameters
    ----------
    inside : ndarray of bool, shape (rows, columns)
        One cell or more.

    Returns
    -------
    rows, columns : slice

    Examples
    --------
    >>> box_around(np.eye(9, dtype=bool) & (np.arange(9) < 2))
    (slice(0, 3, None), slice(0, 3, None))
    """
    found = []
    for axis in (1, 0):
        where = np.flatnonzero(inside.any(axis=axis))
        last = min(where[-1] + 2, inside.shape[1 - axis])
        found.append(slice(int(max(where[0] - 1, 0)), int(last)))
    return tuple(found)


def straight_corridor(ends, *, cell_m, gap_m, extra_share):
    """Corridor between two ends for who moves as the crow flies.

    Parameters
    ----------
    ends : ndarray of int, shape (rows, columns)
        1 and 2 in the cells of the ends, elsewhere 0.
    cell_m : float
        Side of a cell [m].
    gap_m : float
        Distance between the ends, edge to edge [m].
    extra_share : float
        By how much more than the gap a way over a cell of the corridor may take, as a
        share of it; zero or more.

    Returns
    -------
    ndarray of bool, shape (rows, columns)
        Cells by which the way is at most a share longer; without those of the ends.

    Examples
    --------
    >>> ends = np.array([[0, 0, 0, 0, 0], [1, 0, 0, 0, 2], [0, 0, 0, 0, 0]])
    >>> straight_corridor(ends, cell_m=10, gap_m=30, extra_share=0.17).astype(int)
    array([[0, 0, 1, 0, 0],
           [0, 1, 1, 1, 0],
           [0, 0, 1, 0, 0]])
    """
    from scipy import ndimage  # slow to import, and few jobs need it

    one, other = (
        ndimage.distance_transform_edt(ends != number, sampling=cell_m)
        for number in (1, 2)
    )
    total_m = one + other
    limit_m = total_m.min() + extra_share * gap_m + ROUNDING_M
    return (total_m <= limit_m) & (ends == 0)


def narrowest_m(inside, ends, *, cell_m):
    """Width of the widest strip that fits through a corridor from end to end.

    Parameters
    ----------
    inside : ndarray of bool, shape (rows, columns)
        Cells of the corridor.
    ends : ndarray of int, shape (rows, columns)
        1 and 2 in the cells of the ends, elsewhere 0; no corridor is narrow there.
    cell_m : float
        Side of a cell [m].

    Returns
    -------
    float
        In metres, a cell or more; missing (NaN) when the corridor joins no ends.

    Examples
    --------
    >>> ends = np.array([[1, 0, 0, 0, 2], [1, 0, 0, 0, 2], [1, 0, 0, 0, 2]])
    >>> inside = ends == 0
    >>> narrowest_m(inside, ends, cell_m=10)
    30.0
    >>> inside[:2, 2] = False
    >>> narrowest_m(inside, ends, cell_m=10)
    10.0
    """
    from scipy import ndimage  # slow to import, and few jobs need it

    # In halves of cells, so that strips of an even number of cells have a middle.
    halves = np.repeat(np.repeat(np.pad(inside | (ends > 0), 1), 2, 0), 2, 1)
    at_end = np.repeat(np.repeat(np.pad(ends, 1), 2, 0), 2, 1)
    room = ndimage.distance_transform_edt(halves)
    to_end = [ndimage.distance_transform_edt(at_end != number) for number in (1, 2)]

    def joins(size):
        # A disc of that size has arrived when it touches an end, however thin that is.
        label, _ = ndimage.label(room >= size, structure=EIGHT)
        one, other = (label[far <= size] for far in to_end)
        return np.intersect1d(one[one > 0], other[other > 0]).size > 0

    sizes = np.unique(room[(room > 0) & (at_end == 0)])
    low, high = 0, sizes.size  # of so many sizes it is known that they fit
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if joins(sizes[middle]) else (low, middle)
    return float(sizes[low - 1] * cell_m) if low else float("nan")


def outline(inside, grid):
    """Outline of cells as one shape.

    Parameters
    ----------
    inside : ndarray of bool, shape grid.shape
    grid : Grid

    Returns
    -------
    MultiPolygon
        Along the edges of the cells, valid; empty without cells.

    Examples
    --------
    >>> from robuust.grid import Grid
    >>> shape = outline(np.array([[True, False, True]]), Grid(0, 10, 10, 1, 3))
    >>> shape.area, len(shape.geoms)
    (200.0, 2)
    """
    parts = shapely.get_parts(contiguous_areas(inside, grid)[1])
    return shapely.multipolygons(parts)
