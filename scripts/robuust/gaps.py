"""Gaps between shapes: true edge-to-edge distances, and the barriers in between."""

import numpy as np
import shapely

CANDIDATES_PER_BLOCK = 4_000_000  # bounds the memory of one block of candidates
CONTACT_TOLERANCE_M = 1e-3  # coordinates are good to a millimetre, not better


def near_pairs(geometries, max_gap_m):
    """All pairs of shapes whose edges are at most so far apart.

    Parameters
    ----------
    geometries : array_like of shapely geometries, shape (n,)
        Polygons, lines or points in a projected CRS [m]; none missing or empty.
    max_gap_m : float
        Largest gap that still counts [m]; zero or more.

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
    shapes = _shapes(geometries)
    return _pairs(shapes, shapes, max_gap_m, same=True)


def near_pairs_between(left, right, max_gap_m):
    """All pairs of one shape of each set whose edges are at most so far apart.

    Parameters
    ----------
    left, right : array_like of shapely geometries
        Shapes in one projected CRS [m]; none missing or empty.
    max_gap_m : float
        Largest gap that still counts [m]; zero or more.

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
    return _pairs(_shapes(left), _shapes(right), max_gap_m, same=False)


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
    return shapely.shortest_line(_shapes(geometries_a), _shapes(geometries_b))


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
    lines, barriers = _shapes(lines), _shapes(barriers)
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
    a, b, lines = _shapes(geometries_a), _shapes(geometries_b), _shapes(lines)
    barriers = _shapes(barriers)
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


def _shapes(geometries):
    """Shapes as a plain array, refused when one is missing or empty."""
    shapes = np.asarray(geometries, dtype=object).reshape(-1)
    bad = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if bad.any():
        raise ValueError(
            f"{bad.sum()} of {shapes.size} shapes are missing or empty (first: "
            f"number {int(np.flatnonzero(bad)[0])}); leave them out beforehand"
        )
    return shapes


def _pairs(left, right, max_gap_m, *, same):
    """Pairs within the gap, block by block so that memory stays bounded."""
    if not max_gap_m >= 0:  # False for a missing value too
        raise ValueError(f"the largest gap is {max_gap_m} m; give zero or more metres")
    box_left, box_right = shapely.bounds(left), shapely.bounds(right)
    tree = shapely.STRtree(right)
    rows = max(1, CANDIDATES_PER_BLOCK // max(1, right.size))
    found = []
    for first in range(0, left.size, rows):
        block = box_left[first : first + rows]
        margin = max_gap_m * (1 + 1e-9) + 1e-6  # rounding must lose no pair
        wide = shapely.box(
            block[:, 0] - margin,
            block[:, 1] - margin,
            block[:, 2] + margin,
            block[:, 3] + margin,
        )
        i, j = tree.query(wide)
        i += first
        keep = _box_gap(box_left[i], box_right[j]) <= margin
        if same:
            keep &= i < j
        i, j = i[keep], j[keep]
        gap = shapely.distance(left[i], right[j])
        keep = gap <= max_gap_m
        i, j, gap = i[keep], j[keep], gap[keep]
        order = np.lexsort((j, i))
        found.append((i[order], j[order], gap[order]))
    if not found:
        found = [(np.empty(0, int), np.empty(0, int), np.empty(0))]
    i, j, gap = (np.concatenate(column) for column in zip(*found, strict=True))
    return i.astype(np.int64), j.astype(np.int64), gap


def _box_gap(a, b):
    """Distance between bounding boxes: never more than that between the shapes."""
    dx = np.maximum(0, np.maximum(a[:, 0] - b[:, 2], b[:, 0] - a[:, 2]))
    dy = np.maximum(0, np.maximum(a[:, 1] - b[:, 3], b[:, 1] - a[:, 3]))
    return np.hypot(dx, dy)
