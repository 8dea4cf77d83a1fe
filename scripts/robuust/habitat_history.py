"""Habitat within reach of a patch, then and now: what extinction debt comes from."""

import numpy as np
import shapely

from robuust.polygons import surely_within
from robuust_kernels.blocks import in_blocks

HISTORY = ("habitat_then_ha", "habitat_now_ha", "habitat_left_share")
ARC_SEGMENTS = 16  # per quarter circle: areas come out at most 0.2 % too small
PAIRS_PER_BLOCK = 1000


def habitat_within(patches, habitat, *, reach_m, threads=1):
    """Sum the habitat within a distance of each patch.

    Parameters
    ----------
    patches : array_like of shapely polygons, shape (n_patches,)
        In a projected CRS [m].
    habitat : GeoDataFrame
        Patches of the same CRS, now or at another time: effective_ha, geometry; they do
        not overlap.
    reach_m : float
        Distance from the edge of a patch [m], in a straight line; above zero.
    threads : int
        How many parts of the work are done at a time; the result is the same.

    Returns
    -------
    ndarray of float, shape (n_patches,)
        Effective habitat [ha]; of habitat that lies partly within reach the same part
        of its effective area. The patch itself counts, where it is habitat.

    Examples
    --------
    >>> import geopandas as gpd
    >>> squares = shapely.box([0, 150, 900], 0, [100, 350, 1000], 100)
    >>> then = gpd.GeoDataFrame({"effective_ha": [1.0, 1.0, 1.0]}, geometry=squares)
    >>> habitat_within(squares[:1], then, reach_m=150).round(2).tolist()
    [1.5]
    """
    from robuust.gaps import near_pairs_between  # slow to import, and seldom needed

    polygons = np.asarray(patches, dtype=object)
    others = habitat.geometry.to_numpy()
    effective = habitat["effective_ha"].to_numpy(dtype=float)
    i, j, gap_m = near_pairs_between(polygons, others, reach_m, threads=threads)
    part = np.ones(i.size)
    cut = np.flatnonzero(~surely_within(gap_m, others[j], reach_m))

    def work(start, stop):
        pairs = cut[start:stop]
        drawn, place = np.unique(i[pairs], return_inverse=True)
        reach = shapely.buffer(polygons[drawn], reach_m, quad_segs=ARC_SEGMENTS)
        shapely.prepare(reach)
        shapes, around = others[j[pairs]], reach[place]
        share = np.ones(pairs.size)
        over = ~shapely.covers(around, shapes)
        inside = shapely.intersection(around[over], shapes[over])
        share[over] = shapely.area(inside) / shapely.area(shapes[over])
        return share

    parts = in_blocks(work, cut.size, block=PAIRS_PER_BLOCK, threads=threads)
    part[cut] = np.concatenate([np.empty(0), *parts])
    return np.bincount(i, weights=part * effective[j], minlength=polygons.size)


def habitat_change(patches, earlier, *, reach_m, threads=1):
    """Compare the habitat within reach of each patch with that of earlier.

    Parameters
    ----------
    patches : GeoDataFrame
        Patches of a group now: effective_ha, geometry.
    earlier : GeoDataFrame or None
        Patches that the same group had on an earlier map, None where there is none.
    reach_m : float
        Largest dispersal distance of the group [m].
    threads : int
        How many parts of the work are done at a time; the result is the same.

    Returns
    -------
    dict of str to ndarray of float, shape (n_patches,)
        habitat_then_ha, habitat_now_ha [ha], and habitat_left_share, now divided by
        then: below 1 habitat was lost, and with it species may still go; above 1 it
        grew. All missing without an earlier map, the last one also where nothing was.
    """
    if earlier is None:
        return {name: np.full(len(patches), np.nan) for name in HISTORY}
    polygons = patches.geometry.to_numpy()
    then, now = (
        habitat_within(polygons, map_, reach_m=reach_m, threads=threads)
        for map_ in (earlier, patches)
    )
    left = np.divide(now, then, out=np.full(now.size, np.nan), where=then > 0)
    return dict(zip(HISTORY, (then, now, left), strict=True))
