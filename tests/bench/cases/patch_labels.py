"""Patches by gaps of at most 20 m, against buffers that are joined and dissolved."""

import landscape
import numpy as np
from judgement import Peer

from robuust.patches import join_polygons

TITLE = "patches at gaps of up to 20 m, as labels"
SIZES = {"small": 4_000, "full": 100_000}  # the peer needs 12 s for 10,000
PEERS = (Peer("buffers", row="P4", must=75, ambitious=300),)
GAP_M = 20.0


def prepare(folder, n):
    """Write the polygons."""
    landscape.write_polygons(folder / "polygons.parquet", n)


def read(folder):
    """Polygons as a table."""
    import geopandas as gpd

    return gpd.read_parquet(folder / "polygons.parquet")


def small(polygons):
    """Few polygons."""
    return polygons.iloc[:300]


def ours(polygons):
    """Labels by the kernel."""
    shapes = polygons.geometry.to_numpy()
    return {"patch": join_polygons(shapes, [], local_distance_m=GAP_M, threads=2)[0]}


def buffers(polygons):
    """Buffers of half the gap joined to one shape, whose parts are the patches."""
    import geopandas as gpd

    joined = polygons.buffer(GAP_M / 2).union_all()
    parts = gpd.GeoDataFrame(geometry=[joined], crs=polygons.crs)
    parts = parts.explode(ignore_index=True)
    found = polygons.sjoin(parts, predicate="within")
    patches = found.dissolve(by="index_right")
    return {"patch": found["index_right"].to_numpy(), "n": len(patches)}


def difference(side, ours, theirs, *, cut):
    """Same patches, but for the chords of buffers, which join a little less."""
    both = np.unique(np.stack([theirs["patch"], ours["patch"]]), axis=1)
    n_ours, n_theirs = np.unique(ours["patch"]).size, np.unique(theirs["patch"]).size
    if both.shape[1] != n_theirs:
        return "a patch of theirs lies in several of ours"
    if n_theirs > 1.005 * n_ours + 1:
        return f"{n_ours} patches, theirs {n_theirs}"
    return ""
