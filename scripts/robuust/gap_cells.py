"""Candidates on unmapped land: squares or hexagons in the gaps between patches."""

import numpy as np
import pandas as pd
import shapely

from robuust.polygons import as_multipolygons

SLIT_M = 0.5  # either side of a barrier: land across a road is not the same cell
LEAST_SHARE = 0.5  # of a cell that must be left


def gap_cells(
    study_area, habitat, sources, patches, barriers, *, cell_m, reach_m, shape
):
    """Cells of unmapped land between two patches of one group.

    Parameters
    ----------
    study_area : shapely geometry
        Cells are cut to it.
    habitat : GeoDataFrame
        All polygons of the habitat map; what they cover is no gap.
    sources : GeoDataFrame
        The polygons that are habitat of some group: polygon_id, geometry.
    patches : DataFrame
        group, patch_id, polygon_id of every group.
    barriers : array_like of shapely lines
        A cell lies on one side of them.
    cell_m : float
        Side of a square; a hexagon is as large [m]. Both lie on lines that do not
        depend on the study area, so that ids last.
    reach_m : float
        The centre lies within it of at least two patches of some group [m].
    shape : str
        ``square`` or ``hexagon``.

    Returns
    -------
    GeoDataFrame
        candidate_id, geometry. Of land that the map, a barrier or the edge of the study
        area cuts in pieces only the largest piece is the cell; where it is less than
        half a cell there is none.
    """
    bounds = shapely.bounds(study_area)
    first, second, centre = _centres(bounds, cell_m, shape)
    mapped = shapely.STRtree(habitat.geometry.to_numpy()).query(
        shapely.points(centre), "intersects"
    )[0]
    keep = np.setdiff1d(np.arange(len(centre)), mapped)
    keep = keep[_between_patches(centre[keep], sources, patches, reach_m)]
    outlines = shapely.polygons(centre[keep][:, None] + _corners(cell_m, shape))
    outlines = _without(outlines, habitat.geometry.to_numpy(), 0)
    outlines = _without(outlines, np.asarray(barriers, dtype=object), SLIT_M)
    cells = largest_parts(shapely.intersection(outlines, study_area))
    word = "cell" if shape == "square" else "hex"
    pairs = zip(first[keep], second[keep], strict=True)
    places = sources.iloc[:0][["geometry"]].reindex(range(keep.size))
    places = places.set_geometry(cells, crs=sources.crs)
    places["candidate_id"] = pd.array([f"{word}-{a}-{b}" for a, b in pairs], "str")
    return places[places.area >= LEAST_SHARE * cell_m**2].reset_index(drop=True)


def largest_parts(shapes):
    """Of each shape the largest piece that hangs together.

    Parameters
    ----------
    shapes : array_like of shapely geometries, shape (n,)

    Returns
    -------
    ndarray of shapely polygons, shape (n,)
        Empty where a shape has no area; of equal pieces the westernmost, then the
        southernmost.

    Examples
    --------
    >>> pair = shapely.union(shapely.box(0, 0, 2, 2), shapely.box(5, 0, 6, 1))
    >>> largest_parts([pair])[0].bounds
    (0.0, 0.0, 2.0, 2.0)
    """
    shapes = as_multipolygons(shapes)
    part, owner = shapely.get_parts(shapes, return_index=True)
    west, south, *_ = shapely.bounds(part).reshape(-1, 4).T
    order = np.lexsort((south, west, -np.round(shapely.area(part), 6), owner))
    owner, first = np.unique(owner[order], return_index=True)
    found = np.full(shapes.size, shapely.Polygon(), dtype=object)
    found[owner] = part[order[first]]
    return found


def _centres(bounds, cell_m, shape):
    """Two whole numbers that name each cell over the bounds, and its centre [m]."""
    if shape == "square":
        west, south, east, north = np.asarray(bounds) // cell_m
        x, y = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
        x, y = x.ravel().astype(np.int64), y.ravel().astype(np.int64)
        return x, y, (np.stack([x, y], axis=1) + 0.5) * cell_m
    side = _hexagon_side(cell_m)
    column_m, row_m = np.sqrt(3) * side, 1.5 * side
    west, south, east, north = bounds
    rows = np.arange(south // row_m - 1, north // row_m + 2)
    columns = np.arange(west // column_m - 1, east // column_m + 2)
    x, y = np.meshgrid(columns, rows)
    x, y = x.ravel().astype(np.int64), y.ravel().astype(np.int64)
    return x, y, np.stack([(x + y % 2 / 2) * column_m, y * row_m], axis=1)


def _corners(cell_m, shape):
    """Corners of a cell, seen from its centre [m]."""
    if shape == "square":
        return np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * cell_m / 2
    angle = np.pi / 6 + np.arange(6) * np.pi / 3
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) * _hexagon_side(cell_m)


def _hexagon_side(cell_m):
    """Side of the hexagon that is as large as a square of this side [m]."""
    return cell_m * np.sqrt(2 / (3 * np.sqrt(3)))


def _between_patches(centre, sources, patches, reach_m):
    """Positions of the centres within reach of two patches of one group."""
    tree = shapely.STRtree(sources.geometry.to_numpy())
    points = shapely.points(centre)
    cell, source = tree.query(points, predicate="dwithin", distance=reach_m)
    near = pd.DataFrame(
        {"cell": cell, "polygon_id": sources["polygon_id"].to_numpy()[source]}
    ).merge(patches, on="polygon_id")
    counts = near.groupby(["cell", "group"])["patch_id"].nunique()
    found = np.unique(counts.index[counts >= 2].get_level_values("cell"))
    return found.astype(np.int64)


def _without(shapes, others, margin_m):
    """Shapes less what others cover, and a margin round these."""
    shapes = shapes.copy()
    i, j = shapely.STRtree(others).query(shapes, predicate="intersects")
    order = np.argsort(i, kind="stable")
    i, j = i[order], j[order]
    # Cut to the shape first: the union of whole polygons would be of all their edges.
    pieces = shapely.intersection(shapes[i], others[j])
    each, start = np.unique(i, return_index=True)
    for k, own in zip(each, np.split(pieces, start[1:]), strict=False):
        cover = shapely.union_all(own)
        cover = shapely.buffer(cover, margin_m) if margin_m else cover
        shapes[k] = shapely.difference(shapes[k], cover)
    return shapes
