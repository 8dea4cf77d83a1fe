"""Least cost from every cell of a resistance grid to the nearest patch."""

import sys
import time
from typing import NamedTuple

import numpy as np

from robuust_kernels import cost_kernels
from robuust_kernels.blocks import PATIENCE_S, STEP_S, in_blocks
from robuust_kernels.memory import require_memory

TILE = 128  # cells along a side; what one needs fits in the cache of a core
QUANTA_PER_M = 2**20  # costs are rounded to a millionth of a metre where labels allow
MAX_COST_M = 1e9
KEY_BITS = 61  # so that a key and a move that is no way through add up in 64 bits
EXACT_BITS = 52  # whole numbers that a float64 holds exactly
BYTES_PER_CELL = 12  # cost and allocation
ROWS = 128  # that are looked through at a time
SMALL = 2**20  # cells of a grid that is settled at once, in a fraction of a second


class CostSurface(NamedTuple):
    """Cost to the nearest patch, and what it was counted over.

    Attributes
    ----------
    cost_m : ndarray of float64, shape (rows, columns)
        Least cost to a patch; 0 in a patch, infinite where none is within reach.
    allocation : ndarray of int32, shape (rows, columns)
        Label of that patch, the lowest of several at the same cost; 0 for none.
    resistance, toll_m : ndarray of float32
        As given; `toll_m` has no cells where there is no toll.
    scale : tuple
        How costs are rounded, and the side of a cell, for the kernels.
    """

    cost_m: np.ndarray
    allocation: np.ndarray
    resistance: np.ndarray
    toll_m: np.ndarray
    scale: tuple

    @property
    def read_only(self):
        """The grids as the kernels for links want them."""
        grids = self.resistance, self.toll_m, self.cost_m, self.allocation
        return tuple(cost_kernels.read_only(grid) for grid in grids)


def cost_surface(
    resistance,
    patch,
    *,
    cell_m,
    max_cost_m,
    toll_m=None,
    tile=TILE,
    threads=1,
    into=None,
):
    """Least cost from each cell to a patch, and to which one.

    Parameters
    ----------
    resistance : ndarray of float32, shape (rows, columns)
        1 or more; missing (NaN) or infinite where there is no way through.
    patch : ndarray of int32, shape (rows, columns)
        Label of the patch of each cell, 1 or more; 0 outside patches.
    cell_m : float
        Side of a cell [m].
    max_cost_m : float
        Cells at a higher cost are not reached [m]; above 0, at most 1e9.
    toll_m : ndarray of float32, shape (rows, columns), optional
        Extra cost of passing through a cell, whatever the direction [m]; half of it
        is paid on the way in, half on the way out. 0 or more, infinite for no way.
    tile : int
        Cells along the side of the tiles that are worked on one by one. Neither this
        nor the number of threads changes any result.
    threads : int
        Tiles worked on at a time.
    into : tuple of ndarray, optional
        cost (float64) and allocation (int32, all 0) to write to, for instance memory
        maps of files, as the other grids may be, for a grid that does not fit in
        memory. Besides, only tiles at work are held.

    Returns
    -------
    CostSurface

    Raises
    ------
    ValueError
        If the grids differ in shape, a resistance is below 1, a label or a toll
        negative, or a number out of range.
    MemoryError
        If `into` is not given and the results do not fit.

    Notes
    -----
    Half moves are rounded to 2**-20 m (coarser, but never above a thousandth of a
    cell, for very many patches and very high costs), so that sums are exact: a cost
    is off by at most 2**-20 m per move, the way back costs what the way there does,
    and equal costs are equal whatever the order of the sum.

    Examples
    --------
    >>> patch = np.array([[3, 0, 0, 0, 7]])
    >>> land = np.array([[1, 2, 2, 1, 1]])
    >>> surface = cost_surface(land, patch, cell_m=10, max_cost_m=1000)
    >>> surface.cost_m.tolist(), surface.allocation.tolist()
    ([[0.0, 15.0, 25.0, 10.0, 0.0]], [[3, 3, 7, 7, 7]])
    """
    resistance, patch, toll_m = _checked_grids(resistance, patch, toll_m)
    check_lengths(cell_m, max_cost_m)
    cell_m, tile = float(cell_m), int(tile)
    if tile < 1:
        raise ValueError(f"tile {tile} must be above zero")
    cost, allocation = into or _new_grids(patch.shape)
    if any(
        grid.shape != patch.shape or grid.dtype != dtype or not grid.flags.c_contiguous
        for grid, dtype in ((cost, np.float64), (allocation, np.int32))
    ):
        raise ValueError(
            f"`into` must be a float64 and an int32 grid of shape {patch.shape}"
        )
    active, most_label = _active_tiles(resistance, patch, toll_m, tile, threads)
    scale = _scale(most_label, max_cost_m, cell_m)
    # Memory maps as plain arrays, which are faster to take parts of.
    surface = CostSurface(
        np.asarray(cost), np.asarray(allocation), resistance, toll_m, scale
    )
    _settle(surface, patch, active, tile, threads)
    closing = in_blocks(
        lambda start, stop: cost_kernels.close_rows(*surface[:2], start, stop),
        patch.shape[0],
        block=ROWS,
        threads=threads,
    )
    for _ in closing:
        pass
    return surface


def check_lengths(cell_m, max_cost_m):
    """Refuse cells without size and costs out of range.

    Parameters
    ----------
    cell_m, max_cost_m : float
        As for `cost_surface`.

    Raises
    ------
    ValueError
        If one is out of range or missing.

    Examples
    --------
    >>> check_lengths(25, 0)
    Traceback (most recent call last):
    ValueError: max_cost_m is 0; it must be above 0 and at most 1e9 m
    """
    if not 0 < max_cost_m <= MAX_COST_M:
        raise ValueError(
            f"max_cost_m is {max_cost_m}; it must be above 0 and at most 1e9 m"
        )
    if not 0 < cell_m < np.inf:
        raise ValueError(f"cell_m is {cell_m}; it must be above 0")


def _checked_grids(resistance, patch, toll_m):
    """Make the grids what the kernels want, as read-only views."""
    if toll_m is None:
        toll_m = np.empty((0, 0), dtype=np.float32)
    elif np.shape(toll_m) != np.shape(patch):
        raise ValueError(f"tolls {np.shape(toll_m)} for patches {np.shape(patch)}")
    if np.shape(resistance) != np.shape(patch) or np.ndim(patch) != 2:
        raise ValueError(
            f"resistance {np.shape(resistance)} and patches {np.shape(patch)} must be"
            " grids of the same rows and columns"
        )
    if not np.issubdtype(np.asarray(patch).dtype, np.integer):
        raise ValueError("patches must be whole numbers: labels, 0 outside patches")
    dtypes = np.float32, np.int32, np.float32
    return tuple(
        cost_kernels.read_only(np.ascontiguousarray(grid, dtype=dtype))
        for grid, dtype in zip((resistance, patch, toll_m), dtypes, strict=True)
    )


def _new_grids(shape):
    """Make the grids of the results; zeros cost nothing until they are written."""
    n_cells = shape[0] * shape[1]
    require_memory(
        BYTES_PER_CELL * n_cells,
        f"least cost over {shape[0]} x {shape[1]} cells",
        "Use larger cells or a smaller area, or give `into` as memory maps of files.",
    )
    return np.zeros(shape), np.zeros(shape, dtype=np.int32)


def _scale(most_label, max_cost_m, cell_m):
    """How metres become keys: see `cost_kernels`."""
    bits = max(int(most_label).bit_length(), 1)
    room = min(KEY_BITS - bits, EXACT_BITS)
    quanta_per_m = min(float(QUANTA_PER_M), 2.0 ** (room - np.frexp(max_cost_m)[1] - 1))
    if quanta_per_m * cell_m < 1000:
        raise ValueError(
            f"labels up to {most_label} and costs up to {max_cost_m:g} m cannot be told"
            f" apart together on cells of {cell_m:g} m; number the patches from 1"
            " without gaps, or lower max_cost_m"
        )
    stop = (int(max_cost_m * quanta_per_m) + 1) << bits
    return np.int64(bits), quanta_per_m, np.int64(stop), cell_m


def _active_tiles(resistance, patch, toll_m, tile, threads):
    """Check all values, and find the tiles with patches and the highest label."""
    n_rows, n_columns = patch.shape
    across = np.arange(0, n_columns, tile)

    def look(start, stop):
        part = patch[start:stop]
        low = resistance[start:stop] < 1  # False for missing values
        if low.any():
            row, column = np.argwhere(low)[0] + (start, 0)
            raise ValueError(
                f"resistance {resistance[row, column]:g} at row {row}, column {column}:"
                " it is 1 (habitat) or more, or missing where there is no way through"
            )
        if part.min() < 0 or (toll_m.size and not (toll_m[start:stop] >= 0).all()):
            raise ValueError(
                f"rows {start} to {stop - 1} have a patch or a toll below zero"
                " or missing; 0 means none"
            )
        return np.logical_or.reduceat((part > 0).any(axis=0), across), part.max()

    if not patch.size:
        raise ValueError("the grid has no cells")
    found = in_blocks(look, n_rows, block=tile, threads=threads)
    active, most = zip(*found, strict=True)
    return np.array(active), max(most)


def _settle(surface, patch, active, tile, threads):
    """Settle active tiles, and those they wake, until all are at rest."""
    grids = (surface.resistance, surface.toll_m, patch, *surface[:2])
    if threads == 1 and patch.size <= SMALL:
        cost_kernels.settle_all(grids, active, tile, surface.scale)
        return
    block = max(1, 8 * TILE**2 // tile**2)
    told = time.monotonic() + PATIENCE_S - STEP_S
    while active.any():
        # In four colours: tiles of one colour do not touch, so that no two threads
        # read and write the same cell.
        for down, right in ((0, 0), (0, 1), (1, 0), (1, 1)):
            row, column = np.nonzero(active[down::2, right::2])
            row, column = 2 * row + down, 2 * column + right
            active[row, column] = False
            tiles = row * active.shape[1] + column
            woken = np.zeros(tiles.size, dtype=np.int64)
            settling = in_blocks(
                lambda start, stop, tiles=tiles, woken=woken: cost_kernels.settle_tiles(
                    grids, tiles[start:stop], tile, surface.scale, woken[start:stop]
                ),
                tiles.size,
                block=block,
                threads=threads,
                label="least cost, one round",
            )
            for _ in settling:
                pass
            k, side = np.nonzero(woken[:, None] >> np.arange(9) & 1)
            active[row[k] + side // 3 - 1, column[k] + side % 3 - 1] = True
        if time.monotonic() - told >= STEP_S:
            told = time.monotonic()
            waiting = f"{active.sum()} of {active.size} tiles"
            print(f"least cost: {waiting} can still get cheaper", file=sys.stderr)
