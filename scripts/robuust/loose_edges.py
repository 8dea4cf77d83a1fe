"""Edges of polygons that no neighbour shares: where gaps and overlaps must begin.

Neighbours in a sound map share their edges vertex by vertex. Such an edge tells
nothing: the ground on both sides is covered once. What can be wrong begins at the
loose edges, the small rest. To compare only these takes little more than half the time
that GEOS needs to compare every polygon with all its neighbours. Why nothing is missed:
docs/decisions/0023-coverage-check.md.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import shapely

from robuust.chunks import in_chunks, joined_chunks

_TILE = 1000  # polygons whose edges are compared at a time: arrays that fit the cache


@dataclass(frozen=True)
class Edges:
    """Straight edges of polygons, along their rings; points as complex numbers."""

    start: np.ndarray  # east + 1j * north [m]
    end: np.ndarray
    left: np.ndarray  # the polygon lies left of the edge
    polygon: np.ndarray  # its position

    def take(self, which):
        """Give some of the edges."""
        return Edges(
            self.start[which], self.end[which], self.left[which], self.polygon[which]
        )


def suspect_polygons(geometry, max_gap_m):
    """Find polygons that may overlap others or leave a narrow gap; the rest is sound.

    Parameters
    ----------
    geometry : array of Polygon or MultiPolygon, shape (n,)
        Valid and not empty [m].
    max_gap_m : float

    Returns
    -------
    ndarray of bool, shape (n,)
        Of every gap both neighbours are suspect, and so is at least one polygon in
        each stretch of ground that is covered more than once.

    Examples
    --------
    >>> squares = shapely.box([0, 1, 2.5], 0, [1, 2, 3.5], 1)
    >>> suspect_polygons(squares, 0.1).tolist(), suspect_polygons(squares, 0.6).tolist()
    ([False, False, False], [False, True, True])
    """
    suspect = np.zeros(len(geometry), dtype=bool)
    edges = loose_edges(geometry)
    if edges.polygon.size:
        first, last = _chains(edges)
        with ThreadPoolExecutor() as pool:  # shapely lets other threads run meanwhile
            found = [
                pool.submit(_near_others, edges, first, last, max_gap_m),
                pool.submit(_inside_others, geometry, edges, first),
                pool.submit(_at_crossroads, edges),
            ]
            for polygons in found:
                suspect[polygons.result()] = True
    return suspect


def loose_edges(geometry):
    """Find the edges that are not shared, end to end, with one polygon on each side.

    Parameters
    ----------
    geometry : array of Polygon or MultiPolygon, shape (n,)
        Valid and not empty [m].

    Returns
    -------
    Edges
        Edges that follow each other along a ring follow each other here. An edge that
        three or more polygons have, or two on the same side, is loose for all of them.

    Examples
    --------
    >>> len(loose_edges(shapely.box([0, 1], 0, [1, 2], 1)).polygon)  # 8 but for 2
    6
    """
    # Neighbours in one tile find each other there; the rest is compared once more.
    order = by_tile(shapely.bounds(geometry), _TILE)
    tiles = in_chunks(lambda k: _unmatched(_edges(geometry[k], k)), order, size=_TILE)
    fields = ("start", "end", "left", "polygon")
    return _unmatched(
        Edges(*(np.concatenate([getattr(t, name) for t in tiles]) for name in fields))
    )


def by_tile(bounds, size):
    """Order in which pieces of so many boxes are square tiles, about.

    Parameters
    ----------
    bounds : ndarray of float, shape (n, 4)
    size : int

    Returns
    -------
    ndarray of int, shape (n,)
    """
    rows = max(1, round(np.sqrt(len(bounds) / size)))
    rank = np.empty(len(bounds), dtype=int)
    rank[np.argsort(bounds[:, 1], kind="stable")] = np.arange(len(bounds))
    return np.lexsort([bounds[:, 0], rank * rows // max(1, len(bounds))])


def _edges(geometry, number):
    """All edges of polygons with these numbers, ring by ring."""
    parts, whole = shapely.get_parts(geometry, return_index=True)
    pierced = shapely.get_num_interior_rings(parts) > 0
    # A polygon without holes has the points of its shell: no need to take it apart.
    rings, part = shapely.get_rings(parts[pierced], return_index=True)
    hole = np.diff(part, prepend=-1) == 0  # the first ring of each part is its shell
    rings = np.concatenate([parts[~pierced], rings])
    hole = np.concatenate([np.zeros(np.count_nonzero(~pierced), dtype=bool), hole])
    owner = np.concatenate([whole[~pierced], whole[pierced][part]])
    points = shapely.get_coordinates(rings).view(complex).ravel()
    n_points = shapely.get_num_coordinates(rings)
    last = np.cumsum(n_points) - 1  # no edge starts at the point that closes a ring
    start, end = np.delete(points, last), np.delete(points, last - n_points + 1)
    # Near the ring's own corner: far from the origin small rings lose their digits.
    n_edges = n_points - 1
    corner = np.repeat(points[last], n_edges)
    twice_area = np.add.reduceat(
        (np.conj(start - corner) * (end - corner)).imag, np.cumsum(n_edges) - n_edges
    )
    left = (twice_area > 0) != hole
    return Edges(
        start, end, np.repeat(left, n_edges), np.repeat(number[owner], n_edges)
    )


def _unmatched(edges):
    """Edges but for those that have exactly one partner, on the other side."""
    # Both directions give the same number. Different edges may do so too, by chance:
    # they stay loose, which costs time but no fault.
    key = _number(edges.start + edges.end)
    order = np.argsort(key)
    same = np.concatenate([[False], np.diff(key[order]) == 0, [False]])
    pair = np.flatnonzero(same[1:-1] & ~same[:-2] & ~same[2:])
    one, other = order[pair], order[pair + 1]
    along = edges.left[one] != edges.left[other]  # drawn in the same direction
    start = np.where(along, edges.start[other], edges.end[other])
    fits = edges.start[one] == start
    loose = np.ones(len(key), dtype=bool)
    loose[one[fits]] = loose[other[fits]] = False
    return edges.take(loose)


def _number(points):
    """One number for each point; hardly ever the same for different ones."""
    return points.real * np.pi + points.imag * np.e


def _at_crossroads(edges):
    """Polygons with an edge that ends where more than two loose edges do."""
    ends = _number(np.concatenate([edges.start, edges.end]))
    _, place, count = np.unique(ends, return_inverse=True, return_counts=True)
    return edges.polygon[(count[place] > 2).reshape(2, -1).any(axis=0)]


def _chains(edges):
    """First and last edge of every chain: loose edges in a row along one ring."""
    goes_on = edges.start[1:] == edges.end[:-1]
    goes_on &= edges.polygon[1:] == edges.polygon[:-1]
    first = np.flatnonzero(np.concatenate([[True], ~goes_on]))
    return first, np.append(first[1:], len(edges.polygon)) - 1


def _lines(edges, first, last):
    """Lines of the edges from first to last; None where there are none."""
    some = np.flatnonzero(last >= first)
    size = last[some] - first[some] + 2  # points
    number = np.repeat(np.arange(len(some)), size)
    place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    final = place == size[number] - 1
    edge = first[some][number] + place - final
    points = np.where(final, edges.end[edge], edges.start[edge])
    lines = np.full(len(first), None, dtype=object)
    lines[some] = shapely.linestrings(points.real, points.imag, indices=number)
    return lines


def _inside_others(geometry, edges, first):
    """Polygons of which a chain lies in another polygon, with or without contact."""
    middle = (edges.start[first] + edges.end[first]) / 2
    point, polygon = shapely.STRtree(geometry).query(
        shapely.points(middle.real, middle.imag), predicate="intersects"
    )
    owner = edges.polygon[first[point]]
    return owner[owner != polygon]


def _near_others(edges, first, last, max_gap_m):
    """Polygons with a chain that comes near one of another polygon.

    Where a chain ends the one of the next polygon begins. Such two are near only if
    the rest of one of them comes near the other, or the corner between them is sharp.
    """
    owner, chains = edges.polygon[first], _lines(edges, first, last)
    bounds = shapely.bounds(chains) + np.array([-1, -1, 1, 1]) * max_gap_m
    i, j = shapely.STRtree(chains).query(shapely.box(*bounds.T))
    new = (i < j) & (owner[i] != owner[j])
    i, j = i[new], j[new]
    # Each end of a chain: its edge, the tip, the other end of that edge, the rest.
    head = (first, edges.start, edges.end, _lines(edges, first + 1, last))
    tail = (last, edges.end, edges.start, _lines(edges, first, last - 1))

    def come_near(i, j):
        near, apart = np.zeros(len(i), dtype=bool), np.ones(len(i), dtype=bool)
        for edge_i, tip_i, back_i, rest_i in (head, tail):
            for edge_j, tip_j, back_j, rest_j in (head, tail):
                meet = tip_i[edge_i[i]] == tip_j[edge_j[j]]
                apart &= ~meet
                m, n = i[meet], j[meet]
                a, b = edge_i[m], edge_j[n]
                near[meet] |= (
                    _are_near(rest_i[m], chains[n], max_gap_m)
                    | _are_near(rest_j[n], chains[m], max_gap_m)
                    | _is_near(back_i[a], edges, b, max_gap_m)
                    | _is_near(back_j[b], edges, a, max_gap_m)
                )
        near[apart] = shapely.dwithin(chains[i[apart]], chains[j[apart]], max_gap_m)
        return near

    near = joined_chunks(come_near, i, j)
    return owner[np.concatenate([i[near], j[near]])]


def _are_near(lines, others, distance_m):
    """Tell which lines are near; their boxes tell most that are not."""
    a, b = shapely.bounds(lines), shapely.bounds(others)
    near = (a[:, :2] <= b[:, 2:] + distance_m).all(axis=1)
    near &= (b[:, :2] <= a[:, 2:] + distance_m).all(axis=1)  # False without a line
    near[near] = shapely.dwithin(lines[near], others[near], distance_m)
    return near


def _is_near(points, edges, k, distance_m):
    ends = np.stack([edges.start[k], edges.end[k]], axis=1)
    lines = shapely.linestrings(ends.real, ends.imag)
    return shapely.dwithin(shapely.points(points.real, points.imag), lines, distance_m)
