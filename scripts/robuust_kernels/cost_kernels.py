"""Least cost over a grid: tiles that are swept until nothing gets cheaper.

The cost of a cell and the patch it is counted from are one whole number, its *key*:
the cost in quanta, then the label of the patch in the last bits. The smaller of two
keys is the lower cost, and the lower label where costs are equal. Sums of whole
numbers are exact, so the smallest key does not depend on the order of the work, and
the way there costs what the way back costs.

`scale` is a tuple of what turns metres into keys: bits (int64, of a label),
quanta_per_m (float64, a power of two), stop (int64, key of a cell that is not
reached), cell_m (float64).
"""

import numpy as np

from robuust_kernels.compiled import inlined, kernel

HALF_DIAGONAL = np.sqrt(2) / 2


@inlined
def half_move(resistance, toll_m, half_m, scale):
    """Half a move that begins or ends in a cell, as part of a key.

    Parameters
    ----------
    resistance : float
        Of the cell; missing, infinite or not above zero means no way through.
    toll_m : float
        Extra cost of passing through the cell [m].
    half_m : float
        Half the length of the move [m].
    scale : tuple
        As the module says.

    Returns
    -------
    int
        Multiple of 2**bits; `stop` where there is no way through.
    """
    bits, quanta_per_m, stop, _ = scale
    quanta = (resistance * half_m + 0.5 * toll_m) * quanta_per_m
    if resistance > 0 and quanta < stop >> bits:  # False for missing values too
        return np.int64(np.rint(quanta)) << bits
    return stop


@inlined
def key_of(cost_m, label, scale):
    """Key of a cell with a cost and a label; label 0 means not reached."""
    bits, quanta_per_m, stop, _ = scale
    if label == 0:
        return stop
    return (np.int64(np.rint(cost_m * quanta_per_m)) << bits) | label


@kernel
def read_tile(grids, corner, shape, scale, key, straight, diagonal):
    """Fill the working arrays with a tile and the ring of cells around it.

    Parameters
    ----------
    grids : tuple of 2-d arrays
        resistance, toll (without cells where there is none), patch, cost, allocation.
    corner, shape : tuple of int
        First row and column of the tile, and how many it has.
    scale : tuple
        As the module says.
    key, straight, diagonal : ndarray of int64, shape (rows + 2, columns + 2)
        Take the keys, and half a move to a side and to a corner. Outside of the
        grid there is no way through.
    """
    resistance, toll, patch, cost, allocation = grids
    stop, cell_m = scale[2], scale[3]
    n_rows, n_columns = resistance.shape
    with_toll = toll.size > 0
    for y in range(shape[0] + 2):
        row = corner[0] + y - 1
        for x in range(shape[1] + 2):
            column = corner[1] + x - 1
            if row < 0 or row >= n_rows or column < 0 or column >= n_columns:
                key[y, x] = stop
                straight[y, x] = stop
                diagonal[y, x] = stop
                continue
            value = np.float64(resistance[row, column])
            toll_m = np.float64(toll[row, column]) if with_toll else 0.0
            straight[y, x] = half_move(value, toll_m, 0.5 * cell_m, scale)
            diagonal[y, x] = half_move(value, toll_m, HALF_DIAGONAL * cell_m, scale)
            if patch[row, column] > 0:
                key[y, x] = patch[row, column]
            else:
                label = allocation[row, column]
                key[y, x] = key_of(cost[row, column], label, scale)


@kernel
def write_tile(grids, corner, shape, scale, key):
    """Store the keys of a tile as cost and allocation."""
    cost, allocation = grids[3], grids[4]
    bits, quanta_per_m, stop, _ = scale
    label_of = (np.int64(1) << bits) - 1
    for y in range(shape[0]):
        for x in range(shape[1]):
            value = key[y + 1, x + 1]
            row, column = corner[0] + y, corner[1] + x
            if value < stop:
                cost[row, column] = (value >> bits) / quanta_per_m
                allocation[row, column] = value & label_of


@kernel
def relax_row(n, above, here, straight_above, straight, diagonal_above, diagonal):
    """Reach the cells of a row from the row next to it; say whether any gained."""
    gained = np.int64(0)
    for x in range(1, n + 1):
        aside = min(
            above[x - 1] + diagonal_above[x - 1], above[x + 1] + diagonal_above[x + 1]
        )
        best = min(above[x] + straight_above[x] + straight[x], aside + diagonal[x])
        old = here[x]
        new = min(old, best)
        gained |= old - new
        here[x] = new
    return gained != 0


@kernel
def relax_along(n, here, straight):
    """Reach the cells of a row from those beside them; say whether any gained."""
    gained = np.int64(0)
    running = here[0] + straight[0]
    for x in range(1, n + 1):
        old = here[x]
        new = min(old, running + straight[x])
        gained |= old - new
        here[x] = new
        running = new + straight[x]
    running = here[n + 1] + straight[n + 1]
    for x in range(n, 0, -1):
        old = here[x]
        new = min(old, running + straight[x])
        gained |= old - new
        here[x] = new
        running = new + straight[x]
    return gained != 0


@kernel
def settle_tile(shape, key, straight, diagonal, pending):
    """Sweep a tile down and up until no cell can be reached at a lower cost.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the tile.
    key, straight, diagonal
        As `read_tile` fills them.
    pending : ndarray of bool, shape (2, rows + 2)
        Room for the rows whose gains were not yet passed on, down and up.
    """
    n_rows, n = shape
    pending[:] = True
    first = True  # each row is swept along at least once
    moved = True
    while moved:
        for way in range(2):
            moved = False
            for k in range(n_rows):
                y, before = (k + 1, k) if way == 0 else (n_rows - k, n_rows - k + 1)
                gained = False
                if pending[way, before]:
                    pending[way, before] = False
                    gained = relax_row(
                        n,
                        key[before],
                        key[y],
                        straight[before],
                        straight[y],
                        diagonal[before],
                        diagonal[y],
                    )
                if gained or first:
                    gained |= relax_along(n, key[y], straight[y])
                if gained:
                    pending[0, y] = True
                    pending[1, y] = True
                    moved = True
            first = False


@kernel
def wakes(shape, key, straight, diagonal):
    """Which tiles around a settled tile have a cell that it can reach at a lower cost.

    Returns
    -------
    int
        Bit 3 * row + column is set for a tile of the three rows of three tiles of
        which this one is in the middle.
    """
    n_rows, n = shape
    found = 0
    for y in range(n_rows + 2):
        edge_row = y == 0 or y == n_rows + 1
        for x in range(0, n + 2, 1 if edge_row else n + 1):
            side = 3 * ((y > 0) + (y > n_rows)) + (x > 0) + (x > n)
            for v in range(max(y - 1, 1), min(y + 1, n_rows) + 1):
                for u in range(max(x - 1, 1), min(x + 1, n) + 1):
                    half = straight if v == y or u == x else diagonal
                    if key[v, u] + half[v, u] + half[y, x] < key[y, x]:
                        found |= 1 << side
    return found


@kernel
def settle_tiles(grids, tiles, side, scale, woken):
    """Settle some tiles, one after the other.

    Parameters
    ----------
    grids : tuple of 2-d arrays
        resistance (float32), toll (float32, without cells where there is none),
        patch (int32), cost (float64) and allocation (int32); the last two change.
    tiles : ndarray of int64
        Numbers of the tiles, counted row by row. No two of them touch.
    side : int
        Cells along a side of a tile.
    scale : tuple
        As the module says.
    woken : ndarray of int64, shape of tiles
        Takes which tiles around each are to be settled next, as `wakes` says.
    """
    n_rows, n_columns = grids[0].shape
    across = (n_columns + side - 1) // side
    room = (side + 2, side + 2)
    key = np.empty(room, dtype=np.int64)
    straight = np.empty(room, dtype=np.int64)
    diagonal = np.empty(room, dtype=np.int64)
    pending = np.empty((2, side + 2), dtype=np.bool_)
    for k in range(tiles.size):
        corner = tiles[k] // across * side, tiles[k] % across * side
        shape = min(side, n_rows - corner[0]), min(side, n_columns - corner[1])
        read_tile(grids, corner, shape, scale, key, straight, diagonal)
        settle_tile(shape, key, straight, diagonal, pending)
        write_tile(grids, corner, shape, scale, key)
        woken[k] = wakes(shape, key, straight, diagonal)


@kernel
def settle_all(grids, active, side, scale):
    """Settle all tiles of a small grid, one after the other, until all are at rest.

    Parameters
    ----------
    grids, side, scale
        As for `settle_tiles`.
    active : ndarray of bool, shape (tiles down, tiles across)
        Which tiles to begin with; none when it is done.
    """
    n_across = active.shape[1]
    tile, woken = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    while active.any():
        for k in range(active.size):
            down, across = k // n_across, k % n_across
            if not active[down, across]:
                continue
            active[down, across] = False
            tile[0] = k
            settle_tiles(grids, tile, side, scale, woken)
            for way in range(9):
                if woken[0] >> way & 1:
                    active[down + way // 3 - 1, across + way % 3 - 1] = True


@kernel
def close_rows(cost, allocation, start, stop):
    """Write an infinite cost in the cells of some rows that were not reached."""
    for row in range(start, stop):
        for column in range(cost.shape[1]):
            if allocation[row, column] == 0:
                cost[row, column] = np.inf


def read_only(array):
    """Give a view that is not written to: kernels are compiled for one kind only."""
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view


def smallest_calls():
    """Compile the kernels of this module."""
    land = read_only(np.ones((1, 2), dtype=np.float32))
    toll = read_only(np.empty((0, 0), dtype=np.float32))
    patch = read_only(np.array([[1, 2]], dtype=np.int32))
    cost, allocation = np.zeros((1, 2)), np.zeros((1, 2), dtype=np.int32)
    scale = np.int64(2), 1.0, np.int64(400), 1.0
    grids = land, toll, patch, cost, allocation
    tile, woken = np.zeros((2, 1), dtype=np.int64)
    settle_tiles(grids, tile, 128, scale, woken)
    settle_all(grids, np.ones((1, 1), dtype=np.bool_), 128, scale)
    close_rows(cost, allocation, 0, 1)
