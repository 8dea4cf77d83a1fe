"""All pairs of polygons within 250 m, edge to edge, against GEOS in its two ways."""

import landscape
import numpy as np
import shapely
from judgement import Peer

from robuust.gaps import near_pairs

TITLE = "pairs of polygons within 250 m"
SIZES = {"small": 10_000, "full": 100_000}
PEERS = (
    Peer("boxes", row="P1", must=12, ambitious=40),
    Peer("dwithin", row="P2", must=25, ambitious=80),
)
CAP_M = 250.0


def prepare(folder, n):
    """Write the polygons."""
    landscape.write_polygons(folder / "polygons.parquet", n)


def read(folder):
    """Polygons as shapely geometries."""
    import geopandas as gpd

    return gpd.read_parquet(folder / "polygons.parquet").geometry.to_numpy()


def small(shapes):
    """Few polygons."""
    return shapes[:300]


def ours(shapes):
    """Pairs and gaps by the kernel."""
    i, j, gap_m = near_pairs(shapes, CAP_M, threads=2)
    return {"i": i, "j": j, "gap_m": gap_m}


def boxes(shapes):
    """Boxes that meet once widened, each pair once, then its distance."""
    tree = shapely.STRtree(shapes)
    x0, y0, x1, y1 = shapely.bounds(shapes).T
    wide = shapely.box(x0 - CAP_M, y0 - CAP_M, x1 + CAP_M, y1 + CAP_M)
    i, j = tree.query(wide)
    i, j = i[i < j], j[i < j]
    return _within(i, j, shapely.distance(shapes[i], shapes[j]))


def dwithin(shapes):
    """The query of the tree by distance, then the distances."""
    i, j = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=CAP_M)
    i, j = i[i < j], j[i < j]
    return _within(i, j, shapely.distance(shapes[i], shapes[j]))


def _within(i, j, gap_m):
    near = gap_m <= CAP_M
    i, j, gap_m = i[near], j[near], gap_m[near]
    order = np.lexsort((j, i))
    return {"i": i[order], "j": j[order], "gap_m": gap_m[order]}


def difference(side, ours, theirs, *, cut):
    """Same pairs, same zeros, gaps to a nanometre."""
    # A pair at the very cap may fall on either side of it.
    inner = [found["gap_m"] < CAP_M - 1e-6 for found in (ours, theirs)]
    for name in ("i", "j"):
        if not np.array_equal(ours[name][inner[0]], theirs[name][inner[1]]):
            return "not the same pairs"
    gaps = [found["gap_m"][k] for found, k in zip((ours, theirs), inner, strict=True)]
    if not np.array_equal(gaps[0] == 0, gaps[1] == 0):
        return "not the same touching pairs"
    worst = np.abs(gaps[0] - gaps[1]).max(initial=0)
    return f"gaps by up to {worst:g} m" if worst > 1e-9 else ""
