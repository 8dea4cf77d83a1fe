"""The one grid of a run: which cells a polygon holds, and cells back to polygons."""

from dataclasses import dataclass

import numpy as np
import shapely
from rasterio.features import rasterize, shapes
from rasterio.transform import from_origin

from robuust.polygons import as_multipolygons

NOTHING = -1  # in a grid of positions: no polygon here
EIGHT = np.ones((3, 3), dtype=int)  # cells that share an edge or a corner
BURNED_AT_ONCE = 20_000  # polygons; each is turned into lists of numbers: some 10 kB
MAX_CELLS = 300_000_000  # some 30 bytes each while the map is made


@dataclass(frozen=True)
class Grid:
    """Square cells in rows from the north, aligned to whole multiples of their side."""

    left_m: float
    top_m: float
    cell_m: float
    n_rows: int
    n_columns: int

    @property
    def shape(self):
        """Rows and columns."""
        return self.n_rows, self.n_columns

    @property
    def cell_ha(self):
        """Area of a cell [ha]."""
        return self.cell_m**2 / 10_000

    @property
    def transform(self):
        """Affine transform from column and row to coordinates."""
        return from_origin(self.left_m, self.top_m, self.cell_m, self.cell_m)


def grid_over(bounds, *, cell_m):
    """Grid that covers bounds, on lines that do not depend on them.

    Parameters
    ----------
    bounds : array_like of float, shape (4,)
        West, south, east, north [m].
    cell_m : float
        Side of a cell [m]; grid lines lie on its multiples, so that the grids of two
        runs fit on each other.

    Returns
    -------
    Grid

    Raises
    ------
    ValueError
        If the bounds are missing or without area, or the grid does not fit in memory.

    Examples
    --------
    >>> grid_over((10, 10, 60, 20), cell_m=25)
    Grid(left_m=0.0, top_m=25.0, cell_m=25.0, n_rows=1, n_columns=3)
    """
    west, south, east, north = (float(value) for value in bounds)
    if not (west < east and south < north):
        raise ValueError(
            f"no grid can be laid over {bounds}; the study area and the habitat map "
            "must have an extent"
        )
    cell_m = float(cell_m)
    left, bottom = np.floor(np.array([west, south]) / cell_m)
    right, top = np.ceil(np.array([east, north]) / cell_m)
    if (right - left) * (top - bottom) > MAX_CELLS:
        size = f"{(east - west) / 1000:.0f} x {(north - south) / 1000:.0f} km"
        raise ValueError(
            f"a grid of {size} has too many cells of {cell_m:g} m. Does one polygon "
            "lie far from the others? Give a study_area, or a larger grid.cell_m"
        )
    return Grid(
        left_m=float(left * cell_m),
        top_m=float(top * cell_m),
        cell_m=cell_m,
        n_rows=int(top - bottom),
        n_columns=int(right - left),
    )


def grid_of_run(study_area, habitat, *, cell_m):
    """Grid that covers the study area and all habitat: that of every raster of a run.

    Parameters
    ----------
    study_area, habitat : GeoDataFrame
        In the analysis CRS [m]; one of them may be empty.
    cell_m : float
        Side of a cell [m].

    Returns
    -------
    Grid

    Raises
    ------
    ValueError
        As `grid_over`.
    """
    bounds = [frame.total_bounds for frame in (study_area, habitat) if len(frame)]
    low, high = np.min(bounds, axis=0)[:2], np.max(bounds, axis=0)[2:]
    return grid_over((*low, *high), cell_m=cell_m)


def positions_on(geometries, grid):
    """Which polygon holds the centre of each cell.

    Parameters
    ----------
    geometries : array_like of shapely polygons
        Not overlapping; where they do, the last one has the cell.
    grid : Grid

    Returns
    -------
    ndarray of int32, shape grid.shape
        Position of the polygon; -1 for none. A polygon that holds no centre of a
        cell is not on the grid.

    Examples
    --------
    >>> square = Grid(left_m=0, top_m=20, cell_m=10, n_rows=2, n_columns=2)
    >>> positions_on([shapely.box(0, 0, 12, 10)], square).tolist()
    [[-1, -1], [0, -1]]
    """
    found = np.full(grid.shape, NOTHING, dtype=np.int32)
    geometries = np.asarray(geometries, dtype=object).reshape(-1)
    full = np.flatnonzero(~shapely.is_empty(geometries))
    # In their order, so that of what overlaps the last still has the cell.
    for start in range(0, full.size, BURNED_AT_ONCE):
        some = full[start : start + BURNED_AT_ONCE]
        burned = zip(geometries[some], some.tolist(), strict=True)
        rasterize(burned, out=found, transform=grid.transform)
    return found


def cells_at(x_m, y_m, grid):
    """Cell that each point lies in.

    Parameters
    ----------
    x_m, y_m : array_like of float, shape (n,)
        Coordinates inside the grid [m].
    grid : Grid

    Returns
    -------
    ndarray of int32, shape (n,)
        Number of the cell, row by row from the north-west.

    Examples
    --------
    >>> square = Grid(left_m=0, top_m=20, cell_m=10, n_rows=2, n_columns=2)
    >>> cells_at([1, 12], [19, 3], square).tolist()
    [0, 3]
    """
    column = np.floor((np.asarray(x_m, dtype=float) - grid.left_m) / grid.cell_m)
    row = np.floor((grid.top_m - np.asarray(y_m, dtype=float)) / grid.cell_m)
    row = np.clip(row, 0, grid.n_rows - 1)  # the outer edge belongs to the last cell
    column = np.clip(column, 0, grid.n_columns - 1)
    return (row * grid.n_columns + column).astype(np.int32)


def contiguous_areas(mask, grid):
    """Join cells that touch, by an edge or a corner, and draw their outlines.

    Corners count, as in the clusters that INBO labels: with edges alone a strip of
    land that runs diagonally over the grid, a valley say, would fall apart into cells
    by no other cause than the direction of the grid.

    Parameters
    ----------
    mask : ndarray of bool, shape grid.shape
        The cells to join.
    grid : Grid

    Returns
    -------
    labels : ndarray of int32, shape grid.shape
        Position of the area of each cell; -1 outside the mask.
    outlines : ndarray of MultiPolygon, shape (n_areas,)
        Outline of each area along the cell edges, valid; parts that touch only
        by a corner are parts of one MultiPolygon.

    Examples
    --------
    >>> square = Grid(left_m=0, top_m=20, cell_m=10, n_rows=2, n_columns=2)
    >>> labels, outlines = contiguous_areas(np.eye(2, dtype=bool), square)
    >>> labels.tolist(), [outline.area for outline in outlines]
    ([[0, -1], [-1, 0]], [200.0])
    """
    from scipy import ndimage  # slow to import, and few jobs need it

    labels, n_areas = ndimage.label(mask, structure=EIGHT)
    labels = labels.astype(np.int32) - 1
    # Pieces joined by edges, so that no ring touches itself at a corner.
    pieces = list(shapes(labels, mask=mask, connectivity=4, transform=grid.transform))
    if not pieces:
        return labels, np.empty(0, dtype=object)
    polygons = [
        shapely.Polygon(drawn["coordinates"][0], drawn["coordinates"][1:])
        for drawn, _ in pieces
    ]
    area = np.array([value for _, value in pieces], dtype=np.int64)
    order = np.argsort(area, kind="stable")
    outlines = np.empty(n_areas, dtype=object)
    shapely.multipolygons(np.array(polygons)[order], indices=area[order], out=outlines)
    return labels, as_multipolygons(shapely.make_valid(outlines))
