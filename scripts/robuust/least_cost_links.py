"""Links of groups that follow the land cover: chances by the easiest way."""

import numpy as np
import pandas as pd
import shapely

from robuust.direct_costs import costs_from, direct_links, direct_paths, edge_to_edge_m
from robuust.gaps import crossings
from robuust.least_cost import cost_probability
from robuust.network import longest_link_m
from robuust.resistance import cells_touched, patch_labels
from robuust_kernels.blocks import in_blocks

MOST_MISSING = 0.2  # of the patches may have no cell; with more the cells are too large
NO_WAYS = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def find_least_cost_links(geometries, barriers, crossing, land, *, threads=1, **kernel):
    """Find the patches that animals can move between over the land.

    Every pair within reach is a link, also with patches between, as in `find_links`.

    Parameters
    ----------
    geometries : array_like of shapely polygons, shape (n,)
        The patches, in a projected CRS [m].
    barriers : array_like of shapely lines, shape (n_barriers,)
        Barriers of any kind; their cost is in the tolls of the land.
    crossing : array_like of float, shape (n_barriers,)
        Chance that a disperser of the group gets across each; 1 is no barrier.
    land : Land
    threads : int
        Processors to use; the links do not depend on it.
    **kernel
        d0_m, p0, p_min, dispersal_max_m and perhaps multiple, as for `longest_link_m`.

    Returns
    -------
    links : DataFrame, one row per link, sorted by patch
        As `find_links` gives it: distance_m straight from edge to edge, cost_m over the
        land from edge to edge, crossing 1 (barriers are in the cost), geometry the
        easiest way, from cell to cell.
    missing : ndarray of int64
        Positions of patches without a cell, which have no links; see `cell_words`.

    Raises
    ------
    ValueError, MemoryError
        As `direct_links`: with words what to do when reach and patches are too many;
        or if more than a fifth of the patches have no cell.
    """
    patches = np.asarray(geometries, dtype=object).reshape(-1)
    cell_m = land.grid.cell_m
    labels, missing = patch_labels(patches, land.toll_m, land.grid)
    if missing.size > MOST_MISSING * patches.size:
        words = cell_words(missing, patches.size, cell_m=cell_m)
        raise ValueError(f"{words}, or leave the class out of least_cost.classes")
    links = direct_links(
        land.resistance,
        labels,
        max_cost_m=longest_link_m(**kernel) + cell_m,
        cell_m=cell_m,
        toll_m=land.toll_m,
        threads=threads,
    )
    ways = direct_paths(links, land.grid.n_columns, land.grid.transform)
    a, b = (np.asarray(label, dtype=np.int64) - 1 for label in (links.a, links.b))
    distance_m = shapely.distance(patches[a], patches[b])
    # No land is easier than easy land: cells may not make the way shorter than it is.
    cost_m = np.maximum(edge_to_edge_m(links.cost_m, cell_m), distance_m)
    chance = cost_probability(cost_m, d0_m=kernel["d0_m"], p0=kernel["p0"])
    keeps_apart = np.asarray(crossing, dtype=float) < 1
    met, _ = crossings(ways, np.asarray(barriers, dtype=object)[keeps_apart])
    found = pd.DataFrame(
        {
            "a": a,
            "b": b,
            "distance_m": distance_m,
            "cost_m": cost_m,
            "crossing": 1.0,
            "probability": chance,
            "n_barriers": np.bincount(met, minlength=a.size),
            "within_dispersal": cost_m <= kernel["dispersal_max_m"],
            "listed": True,  # a detour may cost less and yet be longer
            "geometry": ways,
        }
    )
    return found, missing


def cell_words(missing, n, *, cell_m, what="patches"):
    """Say that shapes have no cell, and what to do.

    Parameters
    ----------
    missing : ndarray of int, shape (n_missing,)
        Positions of the shapes without a cell.
    n : int
        Number of all shapes.
    cell_m : float
        Width of a cell [m].
    what : str
        What the shapes are.

    Returns
    -------
    str

    Examples
    --------
    >>> cell_words(np.array([4]), 5, cell_m=25).split(" have ")[0]
    '1 of 5 patches (first: number 4)'
    """
    return (
        f"{missing.size} of {n} {what} (first: number {missing[0]}) have no cell of "
        "their own without a barrier, so no way leads there: make least_cost.cell_m "
        f"smaller than {cell_m:g} m"
    )


def costs_to(shapes, targets, land, *, max_cost_m, threads=1):
    """Cost of the easiest way from each shape to every target within reach.

    Parameters
    ----------
    shapes : array_like of shapely polygons, shape (n,)
        Land that may become habitat.
    targets : array_like of shapely polygons, shape (m,)
        Both may overlap each other and themselves, as candidates for the same land do.
    land : Land
    max_cost_m : float
        Costlier ways are left out [m].
    threads : int
        Shapes worked on at a time.

    Returns
    -------
    shape, target : ndarray of int64, shape (n_ways,)
        Positions, sorted.
    cost_m : ndarray of float, shape (n_ways,)
        Cost from edge to edge [m]; 0 where they touch or share a cell. A shape without
        a cell has no ways.
    """
    shapes, targets = (
        np.asarray(polygons, dtype=object).reshape(-1) for polygons in (shapes, targets)
    )
    cells = [cells_touched(geometry, land.grid) for geometry in shapes]
    layers = [
        (layer, patch_labels(targets[layer], land.toll_m, land.grid)[0])
        for layer in _layers(targets)
    ]

    def search(k, _):
        row, column = cells[k]
        free = land.toll_m[row, column] == 0
        found = [NO_WAYS]
        for layer, labels in layers if free.any() else ():
            label, cost_m = costs_from(
                land.resistance,
                labels,
                row[free],
                column[free],
                cell_m=land.grid.cell_m,
                toll_m=land.toll_m,
                max_cost_m=max_cost_m + land.grid.cell_m,
            )
            found.append((np.full(label.size, k), layer[label - 1], cost_m))
        return [np.concatenate(part) for part in zip(*found, strict=True)]

    found = in_blocks(
        search, shapes.size, block=1, threads=threads, label="least costs of candidates"
    )
    found = [NO_WAYS, *found]
    shape, target, cost_m = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((target, shape))
    cost_m = edge_to_edge_m(cost_m, land.grid.cell_m)[order]
    return shape[order].astype(np.int64), target[order].astype(np.int64), cost_m


def _layers(shapes):
    """Positions of shapes, in as few sets without overlaps as the first fit gives.

    A cell has one label: those of overlapping shapes need grids of their own.
    """
    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    i, j = i[j < i], j[j < i]
    shares_land = shapely.relate_pattern(shapes[i], shapes[j], "T********")
    i, j = i[shares_land], j[shares_land]
    order = np.argsort(i, kind="stable")
    each, start = np.unique(i[order], return_index=True)
    layer = np.zeros(shapes.size, dtype=np.int64)
    for k, earlier in zip(each, np.split(j[order], start)[1:], strict=True):
        taken = layer[earlier]
        layer[k] = np.setdiff1d(np.arange(taken.size + 1), taken)[0]
    return [np.flatnonzero(layer == k) for k in np.unique(layer)]
