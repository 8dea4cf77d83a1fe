"""Corridors of a group that follows the land cover: between which areas, and where."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from robuust.corridor_areas import (
    ROUNDING_M,
    box_around,
    cut_out,
    narrowest_m,
    outline,
    part_of_grid,
)
from robuust.corridors import laid_out
from robuust.cost_surface import MAX_COST_M, cost_surface
from robuust.direct_costs import edge_to_edge_m
from robuust.grid import EIGHT, NOTHING, positions_on
from robuust.least_cost import (
    cost_links,
    lines_through,
    link_paths,
    turns,
    ways_home,
)
from robuust.pinch_points import pinch_points
from robuust.resistance import patch_labels


class Corridor(NamedTuple):
    """A corridor on a grid.

    Attributes
    ----------
    inside : ndarray of bool, shape (rows, columns)
        Its cells, without those of both ends.
    cost_m : float
        Cost of the best way from edge to edge [m].
    way : ndarray of int64
        Cells of the best way, counted row by row, from end 1 to end 2.
    """

    inside: np.ndarray
    cost_m: float
    way: np.ndarray


class Home(NamedTuple):
    """Where a group lives, on the grid that it moves over.

    Attributes
    ----------
    patch : ndarray of int32, shape (rows, columns)
        Position of its patch plus 1; 0 for none.
    area : ndarray of int32, shape (rows, columns)
        Position of the robust area plus 1, in cells of a patch; 0 elsewhere.
    """

    patch: np.ndarray
    area: np.ndarray


def home_of(areas, patches, land):
    """Cells of the patches of a group, and those that lie in robust areas.

    Parameters
    ----------
    areas, patches : array_like of shapely polygons
        Robust areas, and the patches of the group.
    land : Land
        What the group moves over.

    Returns
    -------
    Home
    """
    patch, _ = patch_labels(patches, land.toll_m, land.grid)
    area = positions_on(areas, land.grid) - NOTHING
    return Home(patch, np.where(patch > 0, area, 0).astype(np.int32))


def spanning_ways(home, land, *, max_length_m):
    """Cheapest ways that join all robust areas in which a group lives.

    Of all ways between neighbouring areas that are short enough, a minimum spanning
    tree by cost: one way fewer than areas that can be joined.

    Parameters
    ----------
    home : Home
    land : Land
    max_length_m : float
        Longer ways are left out [m].

    Returns
    -------
    DataFrame, one row per way
        a, b (positions of the areas, a < b), cost_m, length_m (from edge to edge [m]);
        sorted by area. Areas that touch are joined without a way.

    Raises
    ------
    MemoryError
        As `cost_surface`.

    Examples
    --------
    >>> from robuust.grid import Grid
    >>> from robuust.resistance import Land
    >>> area = np.array([[1, 0, 2, 0, 0, 3]], dtype=np.int32)
    >>> row = Land(np.ones((1, 6)), np.zeros((1, 6)), Grid(0, 10, 10, 1, 6))
    >>> found = spanning_ways(Home(area, area), row, max_length_m=100)
    >>> found[["a", "b", "cost_m"]].to_numpy().tolist()
    [[0.0, 1.0, 10.0], [1.0, 2.0, 20.0]]
    """
    cell_m = land.grid.cell_m
    links, surface = cost_links(
        land.resistance,
        home.area,
        cell_m=cell_m,
        max_cost_m=MAX_COST_M,
        toll_m=land.toll_m,
    )
    ways = link_paths(links, surface, land.grid.transform)
    length_m = edge_to_edge_m(shapely.length(ways), cell_m)
    short = np.flatnonzero(length_m <= max_length_m)
    # Ranks, not costs: no ties, and no cost of 0, which scipy reads as no way.
    order = short[np.lexsort((links.b[short], links.a[short], links.cost_m[short]))]
    n = int(home.area.max(initial=0)) + 1
    ranks = coo_array(
        (np.arange(1.0, order.size + 1), (links.a[order], links.b[order])), shape=(n, n)
    )
    chosen = order[minimum_spanning_tree(ranks.tocsr()).data.astype(np.int64) - 1]
    cost_m = edge_to_edge_m(links.cost_m, cell_m)
    chosen = np.sort(chosen[cost_m[chosen] > 0])
    return pd.DataFrame(
        {
            "a": links.a[chosen].astype(np.int64) - 1,
            "b": links.b[chosen].astype(np.int64) - 1,
            "cost_m": cost_m[chosen],
            "length_m": length_m[chosen],
        }
    )


def land_uses(
    areas, network, land, barriers, *, max_corridor_m, extra_share, d0_m, p0, p_min
):
    """Corridors of a group that follows the land cover, and the pinch points in them.

    Parameters
    ----------
    areas : array_like of shapely polygons
        Robust areas.
    network : Network
    land : Land
    barriers : GeoDataFrame
        As for `laid_out`.
    max_corridor_m : float
        Longest way that is a corridor [m]; one that the group cannot bridge is none.
    extra_share : float
        As for `corridor_over_land`.
    d0_m, p0, p_min : float
        As for `laid_out`.

    Returns
    -------
    uses, pinches : DataFrame
        As `laid_out` gives them.
    """
    home = home_of(areas, network.patches, land)
    max_length_m = min(max_corridor_m, network.dispersal_max_m)
    ways = spanning_ways(home, land, max_length_m=max_length_m)
    reach_m = max_length_m * (1 + extra_share)
    uses, pinches = corridors_along(
        ways, home, land, extra_share=extra_share, reach_m=reach_m
    )
    kernel = {"d0_m": d0_m, "p0": p0}
    return laid_out(uses, pinches, network, barriers, p_min=p_min, **kernel)


def corridor_over_land(resistance, toll_m, ends, *, cell_m, extra_share, max_cost_m):
    """Corridor between two ends over a resistance grid.

    Parameters
    ----------
    resistance, toll_m : ndarray of float32, shape (rows, columns)
        As `cost_surface` wants them; the cells of the ends have no toll.
    ends : ndarray of int, shape (rows, columns)
        1 and 2 in the cells of the ends, elsewhere 0.
    cell_m : float
        Side of a cell [m].
    extra_share : float
        By how much more than the least a way over a cell of the corridor may cost,
        as a share of the least cost; zero or more.
    max_cost_m : float
        Least cost, or an upper limit to it, from centre to centre of cells [m].

    Returns
    -------
    Corridor or None
        None when the ends touch, if by a corner, or no way costs so little. No way
        leads through an end, so land behind it is reached around it, or not at all.

    Notes
    -----
    Ways go in eight directions, so over open land they are up to 8 % longer than as
    the crow flies, and a corridor there is the more pointed, the smaller its share.

    References
    ----------
    Adriaensen et al. (2003), https://doi.org/10.1016/S0169-2046(02)00242-6

    Examples
    --------
    >>> ends = np.array([[0, 0, 0, 0], [1, 0, 0, 2], [0, 0, 0, 0]])
    >>> land = np.array([[1, 1, 1, 1], [1, 3, 3, 1], [9, 9, 9, 9]])
    >>> found = corridor_over_land(
    ...     land, np.zeros((3, 4)), ends, cell_m=10, extra_share=0.1, max_cost_m=99)
    >>> round(found.cost_m, 1), found.way.tolist()
    (28.3, [4, 1, 2, 7])
    >>> found.inside.astype(int).tolist()
    [[0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    """
    from scipy import ndimage  # slow to import, and few jobs need it

    if (ndimage.binary_dilation(ends == 1, EIGHT) & (ends == 2)).any():
        return None
    limit_m = float(max_cost_m) * (1 + extra_share) + cell_m  # a margin to round in
    one, other = (
        cost_surface(
            np.where(ends == 3 - number, np.nan, resistance),
            (ends == number).astype(np.int32),
            cell_m=cell_m,
            max_cost_m=limit_m,
            toll_m=toll_m,
        )
        for number in (1, 2)
    )
    total_m = one.cost_m + other.cost_m
    least_m = total_m.min()
    if not np.isfinite(least_m):
        return None
    cost_m = float(edge_to_edge_m(least_m, cell_m))
    within = total_m <= least_m + extra_share * cost_m + ROUNDING_M
    # The best ways run through cells of least cost: of several the middle one.
    best = np.flatnonzero(total_m <= least_m + ROUNDING_M)
    start = best[best.size // 2 : best.size // 2 + 1]
    home, away = ways_home(one, start)[1], ways_home(other, start)[1]
    return Corridor(within & (ends == 0), cost_m, np.append(home[::-1], away[1:]))


def line_of(way, grid):
    """Line along the cells of a way.

    Parameters
    ----------
    way : ndarray of int64
        Two cells or more, counted row by row.
    grid : Grid

    Returns
    -------
    LineString
        Through the centres of the cells, with a vertex at each turn.

    Examples
    --------
    >>> from robuust.grid import Grid
    >>> print(line_of(np.array([0, 1, 2]), Grid(0, 10, 10, 1, 3)))
    LINESTRING (5 5, 25 5)
    """
    one = np.zeros(way.size, dtype=np.int64)
    kept = turns(one, way, grid.n_columns)
    return lines_through(one[kept], way[kept], grid.n_columns, grid.transform)[0]


def corridors_along(ways, home, land, *, extra_share, reach_m):
    """Corridor and pinch points along each of some ways.

    Parameters
    ----------
    ways : DataFrame
        As `spanning_ways` gives it, or a part of it.
    home, land
        As for `spanning_ways`.
    extra_share : float
        As for `corridor_over_land`.
    reach_m : float
        Land farther than this from either end is not looked at [m].

    Returns
    -------
    corridors : DataFrame, one row per way
        The same with cost_m and length_m of the best way, patch_a, patch_b (positions
        of the patches at its ends), narrowest_m, area (polygon), habitat (the part of
        it where the group lives) and line.
    pinches : DataFrame, one row per pinch point
        use (row of `corridors`), current_share, lost_share, area (polygon).

    Notes
    -----
    Each is sought in a window of its own, so that memory does not grow with the number
    of ways. A way between cells that touch has no corridor, and no row.
    """
    boxes = _boxes(home.area)
    rows, pinches = [], []
    for way in ways.to_dict("records"):
        found = _corridor_along(
            way, boxes, home, land, extra_share=extra_share, reach_m=reach_m
        )
        if found is not None:
            own, crowds = found
            pinches += [(len(rows), *crowd) for crowd in crowds]
            rows.append(own)
    columns = [*ways, "patch_a", "patch_b", "narrowest_m", "area", "habitat", "line"]
    of_pinch = ["use", "current_share", "lost_share", "area"]
    return pd.DataFrame(rows, columns=columns), pd.DataFrame(pinches, columns=of_pinch)


def _corridor_along(way, boxes, home, land, *, extra_share, reach_m):
    """Corridor along one way, as a row, and its pinch points; None for none."""
    most_m = way["cost_m"] + land.grid.cell_m
    reach_m = min(reach_m, most_m * (1 + extra_share))
    of_ends = boxes[way["a"]], boxes[way["b"]]
    down, along, grid = part_of_grid(land.grid, of_ends, reach_m)
    resistance, toll_m, area, patch = (
        cells[down, along]
        for cells in (land.resistance, land.toll_m, home.area, home.patch)
    )
    ends = (area == way["a"] + 1) + 2 * (area == way["b"] + 1)
    found = corridor_over_land(
        resistance,
        toll_m,
        ends,
        cell_m=grid.cell_m,
        extra_share=extra_share,
        max_cost_m=most_m,
    )
    if found is None:
        return None
    line = line_of(found.way, grid)
    patch_a, patch_b = patch.ravel()[found.way[[0, -1]]].astype(np.int64) - 1
    # What follows looks at the corridor only, much less than was searched.
    box = box_around(found.inside)
    grid, inside, ends, patch = (
        cut_out(grid, *box),
        *(cells[box] for cells in (found.inside, ends, patch)),
    )
    crowds = pinch_points((resistance + toll_m / grid.cell_m)[box], inside, ends)
    places = [
        outline(crowds.label == number + 1, grid)
        for number in range(crowds.lost_share.size)
    ]
    area = outline(inside, grid)
    length_m = max(float(edge_to_edge_m(line.length, grid.cell_m)), grid.cell_m)
    # A short corridor between long ends: the disc that fits is partly in the ends.
    most_m = area.area / length_m
    own = way | {
        "cost_m": found.cost_m,
        "length_m": length_m,
        "patch_a": patch_a,
        "patch_b": patch_b,
        "narrowest_m": min(narrowest_m(inside, ends, cell_m=grid.cell_m), most_m),
        "area": area,
        "habitat": outline(inside & (patch > 0), grid),
        "line": line,
    }
    return own, zip(crowds.current_share, crowds.lost_share, places, strict=True)


def _boxes(labels):
    """Rows and columns of each label, from that of label 1."""
    from scipy import ndimage  # slow to import, and few jobs need it

    return ndimage.find_objects(labels)
