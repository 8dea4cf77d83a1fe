"""Least cost between all shapes within reach of each other, whatever lies between.

One search per shape, in a window around it. `least_cost` is the other way: one pass
over the whole grid, for links between neighbours only.
"""

from typing import NamedTuple

import numpy as np

from robuust.cost_surface import CostSurface, check_lengths, cost_surface
from robuust.least_cost import lines_through, turns, ways_home
from robuust_kernels import cost_link_kernels
from robuust_kernels.blocks import in_blocks
from robuust_kernels.cost_kernels import read_only
from robuust_kernels.memory import require_memory

MARGIN = 8  # cells around a shape that a search looks at, at least
SAMPLE = 25  # patches that tell how much work the others are
MOST_CELLS = 1e12  # looked at by all searches together: half a day of one processor
CELLS_PER_S = 25e6  # of one processor, as measured
BYTES_PER_LINK = 500  # in a table, its line included
BYTES_PER_TURN = 40


class DirectLinks(NamedTuple):
    """Pairs of patches within reach of each other.

    Attributes
    ----------
    a, b : ndarray of int32, shape (n,)
        Labels of both patches, a < b; sorted by a, then b; each pair once.
    cost_m : ndarray of float64, shape (n,)
        Least cost between them [m], from centre to centre of cells.
    first : ndarray of int64, shape (n + 1,)
        Where the way of each link begins in `cell`.
    cell : ndarray of int64
        Cells of the cheapest way from patch a to patch b where it begins, turns and
        ends, counted row by row.
    """

    a: np.ndarray
    b: np.ndarray
    cost_m: np.ndarray
    first: np.ndarray
    cell: np.ndarray


def direct_links(resistance, patch, *, cell_m, max_cost_m, toll_m=None, threads=1):
    """Links between all patches within reach of each other: cost and way.

    The cost of each pair is the true least cost, over whatever lies between, other
    patches too. It is one search per patch within its reach.

    Parameters
    ----------
    resistance, patch, cell_m, toll_m
        As for `cost_surface`. Patches have resistance 1 for ways that begin or end
        there, whatever the grid says.
    max_cost_m : float
        Costlier links are left out [m].
    threads : int
        Patches worked on at a time; the result does not depend on it.

    Returns
    -------
    DirectLinks
        Of ways of equal cost always the same one.

    Raises
    ------
    ValueError
        As `cost_surface`; or if reach and patches make more work than `MOST_CELLS`.
    MemoryError
        If a window or the links do not fit.

    Notes
    -----
    More patches than a sample tells about are searched first from `SAMPLE` of them,
    spread over all, to say beforehand what the whole takes.

    Examples
    --------
    >>> patch = np.array([[3, 0, 5, 0, 7]])
    >>> links = direct_links(np.ones((1, 5)), patch, cell_m=10, max_cost_m=99)
    >>> list(zip(links.a.tolist(), links.b.tolist(), links.cost_m.tolist()))
    [(3, 5, 20.0), (3, 7, 40.0), (5, 7, 20.0)]
    >>> links.cell.tolist()
    [0, 2, 0, 4, 2, 4]
    """
    check_lengths(cell_m, max_cost_m)
    resistance, patch = _same_grid(resistance, patch)
    cell = np.flatnonzero(patch)
    label = patch.ravel()[cell]
    order = np.argsort(label, kind="stable")
    cell, label = cell[order], label[order].astype(np.int32)
    if label.size and label[0] < 0:
        raise ValueError(f"patch {label[0]}: labels are 1 or more, 0 outside patches")
    start = np.flatnonzero(np.diff(label, prepend=0))
    end = np.append(start[1:], cell.size)
    options = {"cell_m": cell_m, "max_cost_m": max_cost_m, "toll_m": toll_m}

    def search(k, _):
        rows, columns = np.divmod(cell[start[k] : end[k]], patch.shape[1])
        return _links_from(label[start[k]], resistance, patch, rows, columns, **options)

    if start.size > SAMPLE**2:
        sample = np.linspace(0, start.size - 1, SAMPLE).astype(np.int64)
        _require_work([search(k, None) for k in sample], start.size)
    parts = in_blocks(
        search, start.size, block=1, threads=threads, label="least costs of all pairs"
    )
    none = np.empty(0, dtype=np.int32), np.empty(0), *np.empty((2, 0), dtype=np.int64)
    b, cost_m, length, way, _ = zip((*none, 0), *parts, strict=True)
    a = np.repeat(np.append(0, label[start]), [labels.size for labels in b])
    first = np.append(0, np.cumsum(np.concatenate(length)))
    columns = np.concatenate(b), np.concatenate(cost_m), first, np.concatenate(way)
    return DirectLinks(a.astype(np.int32), *columns)


def direct_paths(links, n_columns, transform):
    """Cheapest way of each link as a line.

    Parameters
    ----------
    links : DirectLinks
    n_columns : int
        Of the grid.
    transform : affine.Affine
        From column and row to coordinates, as ``Grid.transform``.

    Returns
    -------
    ndarray of LineStrings, shape (n,)
        From a cell of patch a to a cell of patch b, through the centres of cells,
        with a vertex at each turn.

    Examples
    --------
    >>> from rasterio.transform import from_origin
    >>> patch = np.array([[3, 0, 0, 0, 7]])
    >>> links = direct_links(np.ones((1, 5)), patch, cell_m=10, max_cost_m=1000)
    >>> print(direct_paths(links, 5, from_origin(0, 10, 10, 10))[0])
    LINESTRING (5 5, 45 5)
    """
    link = np.repeat(np.arange(links.a.size), np.diff(links.first))
    return lines_through(link, links.cell, n_columns, transform)


def edge_to_edge_m(cost_m, cell_m):
    """Cost between the edges of two shapes, from that between centres of cells.

    Parameters
    ----------
    cost_m : array_like of float
        From centre to centre of the outermost cells of both [m].
    cell_m : float
        Side of a cell [m].

    Returns
    -------
    ndarray of float
        `cost_m` without half a cell of habitat at either end, not below 0: shapes
        with neighbouring cells touch.

    Notes
    -----
    Comparable with a gap. A way that leaves or enters over the corner of a cell has
    up to 0.21 cells more of habitat at that end, which are still counted: shapes that
    meet in one corner only cost 0.41 cells. That is within what a cell can tell: the
    true edge lies up to half a cell from that of the cells. In turn no cost is too
    low for the land and barriers between.

    Examples
    --------
    >>> edge_to_edge_m([0, 25, 85], 25)
    array([ 0.,  0., 60.])
    """
    return np.maximum(np.asarray(cost_m, dtype=float) - cell_m, 0)


def costs_from(resistance, patch, rows, columns, *, cell_m, max_cost_m, toll_m=None):
    """Least cost from one shape to every patch within reach.

    The shape may be land that is no habitat yet, a candidate for restoration: it is
    taken to have resistance 1, as are the cells where a way enters a patch. The way
    may lead through other patches. Only a window around the shape is looked at.

    Parameters
    ----------
    resistance, patch
        As `cost_surface` wants them.
    rows, columns : array_like of int, shape (n_cells,)
        Cells of the shape; one or more. Those with a toll are left out: from them
        half a barrier would be paid for.
    cell_m, max_cost_m, toll_m
        As for `cost_surface`; patches at a higher cost are left out.

    Returns
    -------
    label : ndarray of int32, shape (n_reached,)
        Patches within reach, sorted; also those that hold cells of the shape.
    cost_m : ndarray of float64, shape (n_reached,)
        Least cost [m], from centre to centre of cells.

    Raises
    ------
    ValueError, MemoryError
        As `cost_surface`, for the window; or if the shape has no cells on the grid.

    Examples
    --------
    >>> patch = np.array([[3, 0, 0, 0, 7]])
    >>> label, cost_m = costs_from(
    ...     np.ones((1, 5)), patch, [0], [1], cell_m=10, max_cost_m=1000)
    >>> label.tolist(), cost_m.tolist()
    ([3, 7], [10.0, 30.0])
    """
    check_lengths(cell_m, max_cost_m)
    rows, columns = np.asarray(rows, np.int64), np.asarray(columns, np.int64)
    resistance, patch = _same_grid(resistance, patch)
    n_rows, n_columns = patch.shape
    if not rows.size or not (
        0 <= rows.min() <= rows.max() < n_rows
        and 0 <= columns.min() <= columns.max() < n_columns
    ):
        raise ValueError("the shape has no cells, or cells outside of the grid")
    options = {"cell_m": cell_m, "max_cost_m": max_cost_m, "toll_m": toll_m}
    reach = _reach(resistance, patch, rows, columns, **options)
    return reach.label, reach.cost_m


class _Reach(NamedTuple):
    """What a search from a shape found: each patch, its cost, where a way enters it."""

    label: np.ndarray
    cost_m: np.ndarray
    cell: np.ndarray  # of the patch, in the window
    via: np.ndarray  # the cell before it
    window: tuple
    surface: CostSurface


def _links_from(own, resistance, patch, rows, columns, **options):
    """Links from one patch to those with higher labels, and their ways.

    Returns label and cost of each, the length of each way, the ways one after the
    other, and how many cells were looked at.
    """
    reach = _reach(resistance, patch, rows, columns, **options)
    later = reach.label > own  # the way back costs the same
    label, cell, via = reach.label[later], reach.cell[later], reach.via[later]
    way, walked, along = ways_home(reach.surface, via)
    # From home to the cell before the patch, then into it.
    order = np.lexsort((-along, way))
    at = np.flatnonzero(np.diff(way, append=label.size)) + 1
    way, walked = np.insert(way, at, np.arange(label.size)), walked[order]
    walked = np.insert(walked, at, cell)
    n_looked, n_columns = reach.surface.cost_m.size, reach.surface.cost_m.shape[1]
    turn = turns(way, walked, n_columns)
    row, column = np.divmod(walked[turn], n_columns)
    top, left = reach.window[0].start, reach.window[1].start
    walked = (row + top) * patch.shape[1] + column + left
    length = np.bincount(way[turn], minlength=label.size)
    return label, reach.cost_m[later], length, walked, n_looked


def _reach(resistance, patch, rows, columns, *, cell_m, max_cost_m, toll_m):
    """Patches within reach of a shape, sorted by label."""
    # No cell is cheaper than resistance 1, so nothing farther is within reach. Most
    # land is dearer, so the window begins small and grows while its rim is reached.
    far = int(min(max_cost_m // cell_m, max(patch.shape)))
    margin = max(far // 16, MARGIN)
    options = {"cell_m": cell_m, "max_cost_m": max_cost_m, "toll_m": toll_m}
    window, surface, is_cut = _search(resistance, rows, columns, margin, **options)
    while is_cut and margin < far:
        margin *= 2
        window, surface, is_cut = _search(resistance, rows, columns, margin, **options)
    targets = read_only(np.ascontiguousarray(patch[window], dtype=np.int32))
    cell = np.flatnonzero(targets)
    enter_m, via = np.empty(cell.size), np.empty(cell.size, dtype=np.int64)
    cost_link_kernels.enter_patches(
        surface.read_only, surface.scale, targets, cell, enter_m, via
    )
    reached = np.flatnonzero(enter_m <= max_cost_m)
    label, enter_m = targets.ravel()[cell[reached]], enter_m[reached]
    order = np.lexsort((enter_m, label))
    order = order[np.diff(label[order], prepend=0) > 0]
    best = reached[order]
    return _Reach(label[order], enter_m[order], cell[best], via[best], window, surface)


def _search(resistance, rows, columns, margin, *, toll_m, **options):
    """Least cost from a shape in a window; say whether it reaches the rim."""
    n_rows, n_columns = resistance.shape
    top, bottom = max(int(rows.min()) - margin, 0), int(rows.max()) + margin + 1
    left, right = max(int(columns.min()) - margin, 0), int(columns.max()) + margin + 1
    bottom, right = min(bottom, n_rows), min(right, n_columns)
    window = slice(top, bottom), slice(left, right)
    shape = np.zeros((bottom - top, right - left), dtype=np.int32)
    shape[rows - top, columns - left] = 1
    if toll_m is not None:
        toll_m = toll_m[window]
        shape[toll_m > 0] = 0  # from there half a barrier would do: `patch_labels`
    land = np.where(shape, np.float32(1), resistance[window])
    surface = cost_surface(land, shape, toll_m=toll_m, **options)
    down, along = (surface.allocation.any(axis=axis) for axis in (1, 0))
    is_cut = (down[0] and top > 0) or (down[-1] and bottom < n_rows)
    is_cut |= (along[0] and left > 0) or (along[-1] and right < n_columns)
    return window, surface, is_cut


def _same_grid(resistance, patch):
    if np.shape(resistance) != np.shape(patch) or np.ndim(patch) != 2:
        raise ValueError(
            f"resistance {np.shape(resistance)} and patches {np.shape(patch)} must be"
            " grids of the same rows and columns"
        )
    return np.asarray(resistance), np.asarray(patch)


def _require_work(sample, n_patches):
    """Stop with words when all searches would take days, or more than fits."""
    *_, way, looked = zip(*sample, strict=True)
    times = n_patches / len(sample)
    # A window has a quarter of the cells of the next: together a third more.
    n_cells = 4 / 3 * times * sum(looked)
    n_links = times * sum(part[0].size for part in sample)
    n_turns = times * sum(turned.size for turned in way)
    advice = (
        "Make the cells larger (least_cost.cell_m), lower the reach (a higher"
        " network.p_min, smaller network.dispersal_multiples), or leave the class out"
        " of least_cost.classes, so that it moves straight."
    )
    what = f"least costs between {n_patches} patches, about {n_links:.0f} pairs,"
    require_memory(BYTES_PER_LINK * n_links + BYTES_PER_TURN * n_turns, what, advice)
    if n_cells > MOST_CELLS:
        raise ValueError(
            f"{what} take searches over {n_cells:.1e} cells, some"
            f" {n_cells / CELLS_PER_S / 3600:.0f} hours of one processor;"
            f" {MOST_CELLS:.0e} are allowed. {advice}"
        )
