"""Variety round every cell: types, diversity and grain of habitat within a distance."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from robuust.grid import positions_on
from robuust.polygons import HA

# Whole numbers in a float are exact up to 2**53, so that a type that is not in a window
# sums to zero and no sum depends on where blocks begin. It leaves room for windows of
# 900,000 ha with 100,000 polygons.
MM2 = 1e6  # square millimetres in a square metre
PARTS_OF_ONE = 2.0**36  # a polygon of n cells counts for 1/n in each


@dataclass(frozen=True)
class CellMosaic:
    """Habitat polygons on a grid: runs of cells, and what one cell of each holds.

    Run k is the cells `start[k]` to `stop[k]` (not included) of row `row[k]`, all of
    polygon `polygon[k]`; sorted by row. Part j of polygon p, with `first_part[p]` <= j
    < `first_part[p + 1]`, is `amount[j]` mm2 of the type `kind[j]` in each of its
    cells. `area` is the mm2 of the polygon per cell, `number` its share of one polygon
    per cell, in units of 1 / `PARTS_OF_ONE`. All are whole numbers.
    """

    row: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    polygon: np.ndarray
    first_part: np.ndarray
    kind: np.ndarray
    amount: np.ndarray
    area: np.ndarray
    number: np.ndarray


@dataclass(frozen=True)
class Block:
    """Rows `top` to `bottom` and columns `left` to `right` of a grid, ends excluded."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def shape(self):
        """Rows and columns."""
        return self.bottom - self.top, self.right - self.left


def blocks_of(shape, *, side):
    """Cut a grid into square blocks, row by row.

    Examples
    --------
    >>> [block.shape for block in blocks_of((2, 5), side=3)]
    [(2, 3), (2, 2)]
    """
    n_rows, n_columns = shape
    return [
        Block(top, min(top + side, n_rows), left, min(left + side, n_columns))
        for top in range(0, n_rows, side)
        for left in range(0, n_columns, side)
    ]


def windows(local_distance_m):
    """Distinct local distances, the shortest first, with the groups that have each.

    Parameters
    ----------
    local_distance_m : dict of str to float
        Local distance of each group [m]; zero or more.

    Returns
    -------
    list of (float, list of str)
        Radius [m] and names of the groups in their order.

    Examples
    --------
    >>> windows({"frogs": 300, "bees": 150, "newts": 300})
    [(150.0, ['bees']), (300.0, ['frogs', 'newts'])]
    """
    found = {}
    for group, radius_m in local_distance_m.items():
        found.setdefault(float(radius_m), []).append(group)
    return sorted(found.items())


def band_words(radius_m, groups):
    """Say what the bands of one window hold: what, unit and description of each.

    Examples
    --------
    >>> band_words(300, ["frogs", "newts"])[0]
    ('n_habitat_types', 'number', 'number of habitat types within 300 m (frogs, newts)')
    """
    within = f"within {radius_m:g} m ({', '.join(groups)})"
    return [
        ("n_habitat_types", "number", f"number of habitat types {within}"),
        ("shannon", "natural logarithm", f"Shannon diversity of their area {within}"),
        ("mean_grain_ha", "ha", f"mean area of the habitat polygons {within}"),
    ]


def chord_half_widths(radius):
    """Half the width of a disc of cells in each of its rows.

    A cell is in the disc when its centre lies at most `radius` from the centre of the
    cell in the middle.

    Parameters
    ----------
    radius : float
        In cells; zero or more.

    Returns
    -------
    ndarray of int, shape (2 * int(radius) + 1,)
        Cells beside the middle one, from the northern row to the southern.

    Examples
    --------
    >>> chord_half_widths(2).tolist()
    [0, 1, 2, 1, 0]
    """
    hair = 1e-9  # 300 m / 0.1 m is a hair below 3000
    reach = int(radius + hair)
    offset = np.arange(-reach, reach + 1)
    return np.sqrt((radius + hair) ** 2 - offset**2).astype(np.int64)


def cell_mosaic(habitat, parts, grid):
    """Lay the polygons that hold habitat on the grid.

    A polygon has the cells whose centre it holds; one that holds none has the cell of
    a point inside it. Its hectares, and those of each type, are spread evenly over its
    cells, so that none get lost.

    Parameters
    ----------
    habitat : GeoDataFrame
        polygon_id, source and polygons; those of one source do not overlap.
    parts : DataFrame
        polygon_id, code, share (0 to 1): the habitat types in each polygon.
    grid : robuust.grid.Grid
        Covers every polygon.

    Returns
    -------
    CellMosaic
        Of the polygons that have a part, in the order of `habitat`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from robuust.grid import Grid
    >>> field = gpd.GeoDataFrame({"polygon_id": ["p"], "source": ["map"]},
    ...                          geometry=[shapely.box(0, 0, 20, 10)])
    >>> parts = pd.DataFrame({"polygon_id": ["p"], "code": ["4030"], "share": [0.5]})
    >>> square = Grid(left_m=0, top_m=20, cell_m=10, n_rows=2, n_columns=2)
    >>> mosaic = cell_mosaic(field, parts, square)
    >>> mosaic.row.tolist(), mosaic.start.tolist(), mosaic.stop.tolist()
    ([1], [0], [2])
    >>> mosaic.area.tolist(), mosaic.amount.tolist()
    ([100000000.0], [50000000.0])
    """
    parts = parts[parts["share"] > 0]
    known = habitat[habitat["polygon_id"].isin(parts["polygon_id"])]
    shapes = known.geometry.to_numpy()
    row, start, stop, polygon = _runs(shapes, known["source"].to_numpy(), grid)
    n_cells = np.bincount(polygon, weights=stop - start, minlength=len(known))
    area_mm2 = shapely.area(shapes) * MM2 / n_cells
    position = pd.Index(known["polygon_id"]).get_indexer(parts["polygon_id"])
    parts = parts.assign(polygon=position)[position >= 0]
    parts = parts.groupby(["polygon", "code"], as_index=False)["share"].sum()
    owner = parts["polygon"].to_numpy()
    return CellMosaic(
        row=row,
        start=start,
        stop=stop,
        polygon=polygon,
        first_part=np.searchsorted(owner, np.arange(len(known) + 1)),
        kind=pd.factorize(parts["code"], sort=True)[0],
        # At least one, so that the smallest part does not vanish.
        amount=np.maximum(np.rint(area_mm2[owner] * parts["share"].to_numpy()), 1),
        area=np.maximum(np.rint(area_mm2), 1),
        number=np.rint(PARTS_OF_ONE / n_cells),
    )


def variety_in_window(mosaic, block, *, half_widths):
    r"""Variety of the habitat in a window of cells round each cell of a block.

    Parameters
    ----------
    mosaic : CellMosaic
    block : Block
        Cells asked for; the window reaches beyond.
    half_widths : ndarray of int
        The window, as `chord_half_widths` gives it.

    Returns
    -------
    n_types : ndarray of float64, shape block.shape
        Number of habitat types with any area in the window.
    shannon : ndarray of float64, shape block.shape
        :math:`-\sum p \ln p` of the area of the types in it; 0 for one or none.
    grain_ha : ndarray of float64, shape block.shape
        Mean area of its polygons [ha]: area in the window / number in it, where a
        polygon that lies partly inside counts for that part; missing without any.
    """
    n_types, total, a_log_a = (np.zeros(block.shape) for _ in range(3))
    near = _runs_near(mosaic, block, len(half_widths) // 2)
    for run, amount in _each_kind(mosaic, near):
        there, summed = _window_sums(mosaic, run, amount, block, half_widths)
        present = summed > 0
        n_types[there] += present
        total[there] += summed
        summed[~present] = 1  # its logarithm is 0
        a_log_a[there] += summed * np.log(summed)
    held = total > 0
    total[~held] = 1
    shannon = np.where(n_types > 1, np.log(total) - a_log_a / total, 0.0)
    area, number = (
        _sums_over_block(
            mosaic, near, per_cell[mosaic.polygon[near]], block, half_widths
        )
        for per_cell in (mosaic.area, mosaic.number)
    )
    grain_ha = np.full(block.shape, np.nan)
    grain_ha[held] = area[held] / number[held] * (PARTS_OF_ONE / MM2 / HA)
    return n_types, np.maximum(shannon, 0), grain_ha


def holds_habitat(mosaic, block):
    """Which cells of a block a polygon with habitat has: bool, shape block.shape."""
    run = _runs_near(mosaic, block, 0)
    return _sums_over_block(mosaic, run, np.ones(run.size), block, [0]) > 0


def _runs(shapes, sources, grid):
    """Rows, starts, stops and polygons of the runs of cells, in the order of rows."""
    found = [np.empty((4, 0), dtype=np.int32)]
    for source in pd.unique(sources):
        own = np.flatnonzero(sources == source)
        positions = positions_on(shapes[own], grid)
        new = np.ones(grid.shape, dtype=bool)  # every row begins a run
        new[:, 1:] = positions[:, 1:] != positions[:, :-1]
        begin = np.flatnonzero(new)
        length = np.diff(begin, append=positions.size)
        polygon = positions.ravel()[begin]
        held = polygon >= 0
        row, start = np.divmod(begin[held], grid.n_columns)
        runs = [row, start, start + length[held], own[polygon[held]]]
        found.append(np.array(runs, dtype=np.int32))
    without = np.setdiff1d(np.arange(len(shapes)), np.concatenate(found, axis=1)[3])
    point = shapely.point_on_surface(shapes[without])
    column = ((shapely.get_x(point) - grid.left_m) // grid.cell_m).astype(np.int32)
    row = ((grid.top_m - shapely.get_y(point)) // grid.cell_m).astype(np.int32)
    column, row = column.clip(0, grid.n_columns - 1), row.clip(0, grid.n_rows - 1)
    found.append(np.array([row, column, column + 1, without], dtype=np.int32))
    runs = np.concatenate(found, axis=1)
    return runs[:, np.argsort(runs[0], kind="stable")]


def _runs_near(mosaic, block, reach):
    """Positions of the runs that some window of the block may meet."""
    first, last = np.searchsorted(mosaic.row, [block.top - reach, block.bottom + reach])
    near = np.arange(first, last)
    west = mosaic.start[near] < block.right + reach
    return near[west & (mosaic.stop[near] > block.left - reach)]


def _each_kind(mosaic, runs):
    """For each habitat type, the runs that hold it and how much a cell of each."""
    polygon = mosaic.polygon[runs]
    n_parts = np.diff(mosaic.first_part)[polygon]
    # The parts of the polygon of each run: its first one, and those that follow.
    part = np.arange(n_parts.sum()) - np.repeat(np.cumsum(n_parts) - n_parts, n_parts)
    part += np.repeat(mosaic.first_part[polygon], n_parts)
    order = np.argsort(mosaic.kind[part], kind="stable")
    run, part = np.repeat(runs, n_parts)[order], part[order]
    ends = np.flatnonzero(np.diff(mosaic.kind[part])) + 1
    for own in np.split(np.arange(part.size), ends):
        yield run[own], mosaic.amount[part[own]]


def _sums_over_block(mosaic, run, amount, block, half_widths):
    """Sum over the window round every cell of a block; zero where there is nothing."""
    whole = np.zeros(block.shape)
    there, sums = _window_sums(mosaic, run, amount, block, half_widths)
    whole[there] = sums
    return whole


def _window_sums(mosaic, run, amount, block, half_widths):
    """Sum amounts per cell over the window round every cell that may meet these runs.

    A run smeared by a chord of the disc is a trapezium along its row: four corners,
    where its slope changes by the amount, and two sums along the row draw it.

    Returns
    -------
    there : tuple of slice
        Rows and columns of the block for which there are sums.
    sums : ndarray of float64
        Of a cell in `there`.
    """
    if not run.size:
        return (slice(0), slice(0)), np.zeros((0, 0))
    reach = len(half_widths) // 2
    row = mosaic.row[run].astype(np.int64)
    start = np.maximum(mosaic.start[run], block.left - reach)
    stop = np.minimum(mosaic.stop[run], block.right + reach)
    top, left = row.min() - reach, start.min() - reach
    height, width = row.max() + reach + 1 - top, stop.max() + reach + 2 - left
    corner = np.r_[row, row] * width + np.r_[start, stop] - (top * width + left)
    change = np.r_[amount, -amount]
    slope = np.zeros(height * width)
    for south, half in enumerate(half_widths, start=-reach):
        np.add.at(slope, corner + (south * width - half), change)
        np.add.at(slope, corner + (south * width + half + 1), -change)
    north, south = max(top, block.top), min(top + height, block.bottom)
    west, east = max(left, block.left), min(left + width, block.right)
    sums = slope.reshape(height, width)[north - top : south - top]
    sums = np.cumsum(np.cumsum(sums, axis=1), axis=1)[:, west - left : east - left]
    rows = slice(north - block.top, south - block.top)
    return (rows, slice(west - block.left, east - block.left)), sums
