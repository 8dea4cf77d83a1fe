"""Links over a grid of least costs: where patches meet, and the ways from there.

`scale` and the grids are those of `cost_kernels`.
"""

import numpy as np

from robuust_kernels.compiled import kernel
from robuust_kernels.cost_kernels import HALF_DIAGONAL, half_move, read_only


@kernel
def move_cost(resistance, toll, scale, row, column, to_row, to_column):
    """Cost of a move to one of the eight cells around a cell [m]; infinite: no way."""
    bits, quanta_per_m, stop, cell_m = scale
    straight = row == to_row or column == to_column
    half_m = (0.5 if straight else HALF_DIAGONAL) * cell_m
    with_toll = toll.size > 0
    toll_m = np.float64(toll[row, column]) if with_toll else 0.0
    to_toll_m = np.float64(toll[to_row, to_column]) if with_toll else 0.0
    value = np.float64(resistance[row, column])
    to_value = np.float64(resistance[to_row, to_column])
    out = half_move(value, toll_m, half_m, scale)
    into = half_move(to_value, to_toll_m, half_m, scale)
    if out == stop or into == stop:
        return np.inf
    return ((out + into) >> bits) / quanta_per_m


@kernel
def count_meetings(allocation, start, stop):
    """Count the moves between cells of two patches that begin in some rows."""
    n_rows, n_columns = allocation.shape
    count = 0
    for row in range(start, stop):
        for column in range(n_columns):
            label = allocation[row, column]
            if label == 0:
                continue
            for way in range(4):
                to_row = row + (way > 0)
                to_column = column + (1 if way == 0 else way - 2)
                if to_row < n_rows and 0 <= to_column < n_columns:
                    other = allocation[to_row, to_column]
                    count += other != 0 and other != label
    return count


@kernel
def meet_in_rows(grids, start, stop, max_cost_m, scale, pair, cost_m, move):
    """Find the cheapest move between each two patches that begins in some rows.

    Parameters
    ----------
    grids : tuple of 2-d arrays
        resistance, toll, cost, allocation; all settled.
    start, stop : int
        The first row, and that after the last.
    max_cost_m : float
        Costlier links are left out [m].
    scale : tuple
        As the module says.
    pair : ndarray of int64, shape (n,)
        Filled with -1; n a power of two above the number of pairs. Takes the lower
        label * 2**32 + the higher, in no order.
    cost_m, move : ndarray of float64, int64, shape (n,)
        Take the cost from patch to patch, and the cell of the move, counted row by
        row, times 4, plus its direction: east, south-west, south, south-east. Of
        moves of equal cost the first.
    """
    resistance, toll, cost, allocation = grids
    n_rows, n_columns = allocation.shape
    last = np.uint64(pair.size - 1)
    for row in range(start, stop):
        for column in range(n_columns):
            label = allocation[row, column]
            if label == 0:
                continue
            for way in range(4):
                to_row = row + (way > 0)
                to_column = column + (1 if way == 0 else way - 2)
                if to_row >= n_rows or to_column < 0 or to_column >= n_columns:
                    continue
                other = allocation[to_row, to_column]
                if other == 0 or other == label:
                    continue
                total = cost[row, column] + cost[to_row, to_column]
                total += move_cost(
                    resistance, toll, scale, row, column, to_row, to_column
                )
                if not total <= max_cost_m:
                    continue
                both = np.int64(min(label, other)) << 32 | np.int64(max(label, other))
                # Fibonacci hashing: neighbouring labels end up far apart.
                spread = np.uint64(both) * np.uint64(0x9E3779B97F4A7C15)
                at = (spread >> np.uint64(20)) & last
                while pair[at] != both and pair[at] >= 0:
                    at = (at + np.uint64(1)) & last
                if pair[at] < 0 or total < cost_m[at]:
                    pair[at] = both
                    cost_m[at] = total
                    move[at] = (np.int64(row) * n_columns + column) * 4 + way


@kernel
def walk_home(grids, scale, cell, walked):
    """Walk from a cell to the patch that its cost is counted from.

    Parameters
    ----------
    grids : tuple of 2-d arrays
        resistance, toll, cost, allocation.
    scale : tuple
        As the module says.
    cell : int
        Where to begin, counted row by row.
    walked : ndarray of int64
        Takes the cells of the way, the first and the last included, as many as fit.
        Of ways of equal cost the one that turns north, then west first.

    Returns
    -------
    int
        Cells of the way.
    """
    resistance, toll, cost, allocation = grids
    n_rows, n_columns = cost.shape
    row, column = cell // n_columns, cell % n_columns
    count = 0
    while True:
        if count < walked.size:
            walked[count] = row * n_columns + column
        count += 1
        here = cost[row, column]
        found = False
        for way in range(9):
            v, u = row + way // 3 - 1, column + way % 3 - 1
            if found or way == 4 or v < 0 or v >= n_rows or u < 0 or u >= n_columns:
                continue
            if allocation[v, u] != allocation[row, column] or not cost[v, u] < here:
                continue
            # Exact: all costs are whole numbers of quanta.
            step = move_cost(resistance, toll, scale, v, u, row, column)
            if cost[v, u] + step == here:
                found = True
                next_row, next_column = v, u
        if not found:
            return count
        row, column = next_row, next_column


@kernel
def walk_all_home(grids, scale, cells, first, walked):
    """Walk from several cells, as `walk_home` does for one.

    Parameters
    ----------
    grids, scale
        As for `walk_home`.
    cells : ndarray of int64, shape (n,)
        Where to begin.
    first : ndarray of int64, shape (n + 1,)
        Where the way of each begins in `walked`. Where that has no room at all,
        takes the number of cells of each way instead.
    walked : ndarray of int64
        Takes the ways.
    """
    for k in range(cells.size):
        if walked.size == 0:
            first[k] = walk_home(grids, scale, cells[k], walked)
        else:
            walk_home(grids, scale, cells[k], walked[first[k] : first[k + 1]])


@kernel
def enter_patches(grids, scale, patch, cells, cost_m, via):
    """Least cost of entering cells of patches, as if each had resistance 1.

    Parameters
    ----------
    grids : tuple of 2-d arrays
        resistance, toll, cost, allocation; all settled.
    scale : tuple
        As the module says.
    patch : ndarray of int32
        Label of the patch of each cell.
    cells : ndarray of int64, shape (n,)
        Cells of patches, counted row by row.
    cost_m : ndarray of float64, shape (n,)
        Takes the cost of the way to each cell [m]; infinite where no way leads to it
        from outside of its patch, 0 where costs are counted from.
    via : ndarray of int64, shape (n,)
        Takes the cell before it on that way, of several the first; itself at 0.
    """
    resistance, toll, cost, allocation = grids
    bits, quanta_per_m, stop, cell_m = scale
    n_rows, n_columns = cost.shape
    with_toll = toll.size > 0
    for k in range(cells.size):
        row, column = cells[k] // n_columns, cells[k] % n_columns
        cost_m[k], via[k] = np.inf, cells[k]
        if allocation[row, column] > 0 and cost[row, column] == 0:
            cost_m[k] = 0.0
            continue
        toll_m = np.float64(toll[row, column]) if with_toll else 0.0
        for way in range(9):
            v, u = row + way // 3 - 1, column + way % 3 - 1
            if v < 0 or v >= n_rows or u < 0 or u >= n_columns:
                continue
            if allocation[v, u] == 0 or patch[v, u] == patch[row, column]:
                continue
            half_m = (0.5 if v == row or u == column else HALF_DIAGONAL) * cell_m
            from_toll_m = np.float64(toll[v, u]) if with_toll else 0.0
            value = np.float64(resistance[v, u])
            out = half_move(value, from_toll_m, half_m, scale)
            into = half_move(1.0, toll_m, half_m, scale)
            if out == stop or into == stop:
                continue
            total = cost[v, u] + ((out + into) >> bits) / quanta_per_m
            if total < cost_m[k]:
                cost_m[k], via[k] = total, v * n_columns + u


def smallest_calls():
    """Compile the kernels of this module."""
    land = np.ones((1, 2), dtype=np.float32)
    toll = np.empty((0, 0), dtype=np.float32)
    allocation = np.array([[1, 2]], dtype=np.int32)
    grids = tuple(
        read_only(grid) for grid in (land, toll, np.zeros((1, 2)), allocation)
    )
    scale = np.int64(2), 1.0, np.int64(400), 1.0
    count_meetings(grids[3], 0, 1)
    pair, move = np.full((2, 2), -1, dtype=np.int64)
    meet_in_rows(grids, 0, 1, 100.0, scale, pair, np.zeros(2), move)
    cell, first = np.zeros((2, 1), dtype=np.int64)
    walk_all_home(grids, scale, cell, first, cell[:0])
    enter_patches(grids, scale, grids[3], cell, np.zeros(1), first)
