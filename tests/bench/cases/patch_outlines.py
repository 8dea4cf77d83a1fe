"""Patches with their outlines, against components of shapely with their unions."""

import geopandas as gpd
import landscape
import numpy as np
import shapely
from judgement import Peer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from robuust import patches
from robuust.network import components

TITLE = "patches at gaps of up to 20 m, with outlines"
SIZES = {"small": 10_000, "full": 100_000}
PEERS = (Peer("unions", row="P5", must=3.5, ambitious=8),)
GAP_M = 20.0


def prepare(folder, n):
    """Write the polygons."""
    landscape.write_polygons(folder / "polygons.parquet", n)


def read(folder):
    """Polygons as shapely geometries."""
    return gpd.read_parquet(folder / "polygons.parquet").geometry.to_numpy()


def small(shapes):
    """Few polygons."""
    return shapes[:300]


def ours(shapes):
    """Join by the kernel, then outline what touches, as `delineate` does it."""
    patch, i, j = patches.join_polygons(shapes, [], local_distance_m=GAP_M, threads=2)
    piece = components(shapes.size, i, j)
    outlines = patches._unions(shapes, piece, 2)
    patch_of_piece = patch[np.unique(piece, return_index=True)[1]]
    return {"area_m2": np.bincount(patch_of_piece, weights=shapely.area(outlines))}


def unions(shapes):
    """Join by shapely and scipy, then the union of each patch."""
    i, j = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=GAP_M)
    links = coo_array((np.ones(i.size, dtype=bool), (i, j)), shape=(shapes.size,) * 2)
    _, patch = connected_components(links, directed=False)
    # Patches are numbered by their first member, here as with ours.
    order = np.argsort(patch, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(patch))[:-1])
    outlines = [shapely.union_all(shapes[member]) for member in members]
    return {"area_m2": shapely.area(outlines)}


def difference(side, ours, theirs, *, cut):
    """As many patches, of the same area."""
    mine, other = ours["area_m2"], theirs["area_m2"]
    if mine.size != other.size:
        return f"{mine.size} patches, theirs {other.size}"
    worst = np.max(np.abs(mine - other) / other)
    return f"areas by a share of {worst:.2g}" if worst > 1e-9 else ""
