"""Gaps between shapes: true edge-to-edge distances, and the barriers in between."""

import numpy as np
import shapely

from robuust.flat_shapes import box_tree, flatten
from robuust.polygons import checked_shapes
from robuust_kernels.blocks import in_blocks
from robuust_kernels.box_kernels import count_near_boxes
from robuust_kernels.gap_kernels import (
    count_rows,
    near_shapes,
    new_room,
    place_rows,
    sort_rows,
)
from robuust_kernels.memory import require_memory

SHAPES_PER_BLOCK = 512
ROWS_PER_BLOCK = 50_000
SAMPLED = 2000  # shapes whose neighbours are counted to know the memory needed
BYTES_PER_PAIR = 48  # as it is found and as it is given
ROUNDING = 1e-12  # of the largest coordinate: thousands of times what rounding can do
PROGRESS = "measuring gaps"
CONTACT_TOLERANCE_M = 1e-3  # coordinates are good to a millimetre, not better


def near_pairs(geometries, max_gap_m, *, threads=1):
    """All pairs of shapes whose edges are at most so far apart.

    Parameters
    ----------
    geometries : array_like of shapely geometries or pyarrow column, shape (n,)
        Polygons, lines or points in a projected CRS [m]; none missing or empty. A
        column of GeoArrow polygons is taken as it is: no geometry is made of it.
    max_gap_m : float
        Largest gap that still counts [m]; zero or more.
    threads : int
        How many parts of the work are done at a time; the result is the same.

    Returns
    -------
    i, j : ndarray of int64, shape (n_pairs,)
        The members of each pair, ``i < j``, sorted by i, then j.
    gap_m : ndarray of float, shape (n_pairs,)
        Edge-to-edge distance [m]; 0 where two shapes touch or overlap.

    Raises
    ------
    ValueError
        If a shape is missing or empty, or the gap is negative or not a number.

    Examples
    --------
    >>> squares = shapely.box([0, 3, 20], 0, [1, 4, 21], 1)
    >>> [pair.tolist() for pair in near_pairs(squares, 5)]
    [[0], [1], [2.0]]
    """
    return _pairs(geometries, None, max_gap_m, threads=threads)


def near_pairs_between(left, right, max_gap_m, *, threads=1):
    """All pairs of one shape of each set whose edges are at most so far apart.

    Parameters
    ----------
    left, right : array_like of shapely geometries
        Shapes in one projected CRS [m]; none missing or empty.
    max_gap_m : float
        Largest gap that still counts [m]; zero or more.
    threads : int
        How many parts of the work are done at a time; the result is the same.

    Returns
    -------
    i, j : ndarray of int64, shape (n_pairs,)
        Position in `left` and in `right`, sorted by i, then j.
    gap_m : ndarray of float, shape (n_pairs,)
        Edge-to-edge distance [m]; 0 where two shapes touch or overlap.

    Raises
    ------
    ValueError
        If a shape is missing or empty, or the gap is negative or not a number.

    Examples
    --------
    >>> row = shapely.box([0, 3, 20], 0, [1, 4, 21], 1)
    >>> [pair.tolist() for pair in near_pairs_between(row[:1], row[1:], 5)]
    [[0], [0], [2.0]]
    """
    return _pairs(left, right, max_gap_m, threads=threads)


def shortest_lines(geometries_a, geometries_b):
    """Shortest straight line between the two shapes of each pair.

    Parameters
    ----------
    geometries_a, geometries_b : array_like of shapely geometries, shape (n,)
        The two shapes of each pair; none missing or empty.

    Returns
    -------
    ndarray of shapely LineStrings, shape (n,)
        From shape a to shape b; of zero length where they touch.

    Examples
    --------
    >>> shortest_lines([shapely.box(0, 0, 1, 1)], [shapely.Point(3, 0)])[0].length
    2.0
    """
    return shapely.shortest_line(
        checked_shapes(geometries_a), checked_shapes(geometries_b)
    )


def crossings(lines, barriers):
    """Which lines meet which barriers.

    A line that only begins or ends on a barrier crosses it too: the barrier then
    runs along the edge of the shape that the line starts from.

    Parameters
    ----------
    lines, barriers : array_like of shapely geometries
        Straight lines between shapes, and the barriers.

    Returns
    -------
    line, barrier : ndarray of int64, shape (n_crossings,)
        Positions in `lines` and `barriers`, sorted by line, then barrier; a
        barrier that is met twice by one line counts once.

    Examples
    --------
    >>> line, road = shapely.linestrings([[[0, 0], [2, 0]], [[1, -1], [1, 1]]])
    >>> [index.tolist() for index in crossings([line], [road])]
    [[0], [0]]
    """
    lines, barriers = checked_shapes(lines), checked_shapes(barriers)
    line, barrier = shapely.STRtree(barriers).query(lines, predicate="intersects")
    order = np.lexsort((barrier, line))
    return line[order].astype(np.int64), barrier[order].astype(np.int64)


def barriers_between(geometries_a, geometries_b, lines, barriers):
    """Which barriers keep the two shapes of a pair apart.

    With a gap between the shapes: the barriers that their shortest line crosses.
    Without a gap: the barriers that run along the whole edge that they share; one
    that only cuts across that edge leaves the rest of it open.

    Parameters
    ----------
    geometries_a, geometries_b : array_like of shapely geometries, shape (n,)
        The two shapes of each pair.
    lines : array_like of LineStrings, shape (n,)
        Their shortest lines, as `shortest_lines` gives them.
    barriers : array_like of shapely geometries, shape (n_barriers,)
        Lines that may keep them apart.

    Returns
    -------
    pair, barrier : ndarray of int64
        Positions in the pairs and in `barriers`, sorted by pair, then barrier.

    Notes
    -----
    Where one barrier along a shared edge consists of several pieces (road
    sections), each piece that lies on the edge counts as one barrier there, when
    all together cover the edge.

    Examples
    --------
    >>> west, east = shapely.box([0, 1], 0, [1, 2], 1)
    >>> along, across = shapely.linestrings([[[1, -1], [1, 2]], [[0, 0], [2, 0]]])
    >>> line = shortest_lines([west], [east])
    >>> [i.tolist() for i in barriers_between([west], [east], line, [along, across])]
    [[0], [0]]
    """
    a, b, lines = (
        checked_shapes(geometries_a),
        checked_shapes(geometries_b),
        checked_shapes(lines),
    )
    barriers = checked_shapes(barriers)
    pair, barrier = crossings(lines, barriers)
    # Where two shapes touch, the shortest line is one arbitrary point of contact.
    touching = shapely.length(lines) == 0
    apart = ~touching[pair]
    touch_pair, touch_barrier = _covering_barriers(
        a[touching], b[touching], np.flatnonzero(touching), barriers
    )
    pair = np.concatenate([pair[apart], touch_pair])
    barrier = np.concatenate([barrier[apart], touch_barrier])
    order = np.lexsort((barrier, pair))
    return pair[order], barrier[order]


def pairs_near_barriers(geometries, i, j, gap_m, barriers):
    """Pairs of shapes with a barrier so near that it may lie between them.

    Parameters
    ----------
    geometries : array_like of shapely geometries, shape (n,)
        The shapes.
    i, j : array_like of int, shape (n_pairs,)
        The members of each pair.
    gap_m : array_like of float, shape (n_pairs,)
        Gap of each pair [m].
    barriers : array_like of shapely geometries
        Lines that may keep them apart.

    Returns
    -------
    ndarray of int64
        Positions in the pairs, sorted. Only among these does `barriers_between` find
        any: shortest lines of the other pairs need not be drawn.

    Examples
    --------
    >>> row = shapely.box([0, 3, 6], 0, [1, 4, 7], 1)
    >>> road = shapely.LineString([(2, -1), (2, 2)])
    >>> pairs_near_barriers(row, [0, 1], [1, 2], [2.0, 2.0], [road]).tolist()
    [0]
    """
    shapes, barriers = checked_shapes(geometries), checked_shapes(barriers)
    if not barriers.size:
        return np.empty(0, dtype=np.int64)
    box = shapely.bounds(shapes)
    # The shortest line runs within the gap of either box.
    reach = (np.asarray(gap_m, dtype=float) + CONTACT_TOLERANCE_M)[:, None]
    low = np.maximum(box[i, :2], box[j, :2]) - reach
    high = np.minimum(box[i, 2:], box[j, 2:]) + reach
    between = shapely.box(*low.T, *high.T)
    near = shapely.STRtree(barriers).query(between, predicate="intersects")[0]
    return np.unique(near).astype(np.int64)


def _covering_barriers(a, b, pair, barriers):
    """Barriers that together cover the whole contact of touching shapes."""
    # The contact lies where the two boxes meet: most such places have no barrier.
    box_a, box_b = shapely.bounds(a), shapely.bounds(b)
    low, high = np.maximum(box_a, box_b)[:, :2], np.minimum(box_a, box_b)[:, 2:]
    meeting = shapely.box(
        *(low - CONTACT_TOLERANCE_M).T, *(high + CONTACT_TOLERANCE_M).T
    )
    near = np.unique(shapely.STRtree(barriers).query(meeting)[0])
    a, b, pair = a[near], b[near], pair[near]
    contact = shapely.intersection(a, b)
    # Overlapping shapes share ground: no line can part them.
    linear = shapely.area(contact) == 0
    contact, pair = contact[linear], pair[linear]
    near = shapely.buffer(contact, CONTACT_TOLERANCE_M)
    k, barrier = shapely.STRtree(barriers).query(near, predicate="intersects")
    inside = shapely.intersection(barriers[barrier], near[k])
    # A piece across the contact is as short as the tolerance; a piece along it is
    # not. A contact of single points is parted by whatever passes through it.
    is_point = shapely.length(contact)[k] == 0
    along = is_point | (shapely.length(inside) > 4 * CONTACT_TOLERANCE_M)
    k, barrier, inside = k[along], barrier[along], inside[along]
    order = np.lexsort((barrier, k))
    k, barrier, inside = k[order], barrier[order], inside[order]
    member, start = np.unique(k, return_index=True)
    parted = [
        shapely.difference(
            contact[m], shapely.buffer(shapely.union_all(pieces), CONTACT_TOLERANCE_M)
        ).length
        <= 4 * CONTACT_TOLERANCE_M
        for m, pieces in zip(member, np.split(inside, start[1:]), strict=False)
    ]
    closed = np.isin(k, member[np.asarray(parted, dtype=bool)])
    return pair[k[closed]], barrier[closed].astype(np.int64)


def _pairs(left, right, max_gap_m, *, threads):
    """Pairs within the gap; without a right side, of the left with itself."""
    if not max_gap_m >= 0:  # False for a missing value too
        raise ValueError(f"the largest gap is {max_gap_m} m; give zero or more metres")
    # The flat shapes end with the search: their memory is wanted for the pairs.
    return _by_row(*_found_pairs(left, right, max_gap_m, threads), threads)


def _found_pairs(left, right, max_gap_m, threads):
    """Pairs as each block of shapes finds them, and how many shapes there are."""
    one = flatten(left, threads=threads)
    other = one if right is None else flatten(right, threads=threads)
    if not (one.order.size and other.order.size):
        return [], one.order.size
    tree, level_first = box_tree(other.box)
    _require_room(one.box, tree, level_first, max_gap_m, same=right is None)
    most = int(max(np.diff(side.chunk_first).max() for side in (one, other)))
    tolerance = ROUNDING * max(np.abs(side.box).max() for side in (one, other))
    sides = tuple(one), tuple(other), tree, level_first, right is None

    def work(start, stop):
        room = new_room(other.order.size, most)
        return near_shapes(start, stop, *sides, float(max_gap_m), tolerance, room)

    found = in_blocks(
        work, one.order.size, block=SHAPES_PER_BLOCK, threads=threads, label=PROGRESS
    )
    return list(found), one.order.size


def _require_room(box, tree, level_first, max_gap_m, *, same):
    """Stop before the pairs of some shapes, counted by boxes, tell of too many."""
    which = np.linspace(0, len(box) - 1, min(len(box), SAMPLED)).astype(np.int64)
    near = count_near_boxes(tree, level_first, box, which, float(max_gap_m) ** 2)
    pairs = near / which.size * len(box) / (2 if same else 1)
    require_memory(
        pairs * BYTES_PER_PAIR,
        f"About {pairs:.0f} pairs of shapes within {max_gap_m:g} m",
        "Give a smaller distance, or work on a part of the area.",
    )


def _by_row(found, n_rows, threads):
    """Pairs of all blocks together, sorted by first, then second member."""
    count = np.zeros(n_rows, dtype=np.int64)
    for a, _, _ in found:
        count_rows(a, count)
    first = np.concatenate([[0], np.cumsum(count)])
    j, gap_m = np.empty(first[-1], dtype=np.int64), np.empty(first[-1])
    free = first[:-1].copy()
    for number, block in enumerate(found):
        place_rows(*block, free, j, gap_m)
        found[number] = None  # its memory is wanted for the rest

    def work(start, stop):
        sort_rows(start, stop, first, j, gap_m)

    for _ in in_blocks(work, n_rows, block=ROWS_PER_BLOCK, threads=threads):
        pass
    return np.repeat(np.arange(n_rows), count), j, gap_m
