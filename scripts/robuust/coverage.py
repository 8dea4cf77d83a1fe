"""Do the polygons of a map adjoin? Narrow gaps, and ground that is drawn twice."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from robuust.chunks import in_chunks
from robuust.habitat_geometry import geometry_digest
from robuust.loose_edges import by_tile, suspect_polygons
from robuust.overlaps import TOLERANCE_M2
from robuust.polygons import sturdy

FAULT_TYPES = {
    "fault_id": "str",
    "kind": "str",
    "source": "str",
    "polygon_id_a": "str",
    "polygon_id_b": "str",
    "area_m2": "float64",
    "width_m": "float64",
    "reason_nl": "str",
    "reason_en": "str",
}
_NONE = shapely.LineString()
_TILE = 2_000  # polygons to check at a time
_MANY = 0.1  # of the polygons
_WINDOWS = 200  # to look into at a time
_WINDOW = 3  # how far to look round a suspicious edge, in largest gaps
_CONTACT_M = 0.001  # a gap lies along a polygon when it is this near
_MITRE = 5  # corners sharper than 23 degrees count as gaps where they are narrow
_REASONS = {
    "overlap": (
        "{b} ligt deels over {a}, dat als eerste komt en de grond houdt",
        "{b} lies partly over {a}, which comes first and keeps the ground",
    ),
    "gap": (
        "smalle spleet tussen {a} en {b}: wellicht bedoeld als buren",
        "narrow gap between {a} and {b}: perhaps meant to adjoin",
    ),
}


def faulty_edges(geometry, max_gap_m=0.0):
    """Find the edges along which polygons overlap or leave a narrow gap.

    Only suspect polygons are looked at, and from each faulty one on its neighbours.

    Parameters
    ----------
    geometry : array of Polygon or MultiPolygon, shape (n,)
        Valid and not empty [m].
    max_gap_m : float
        Edges of two polygons that run along each other at most so far apart, for at
        least that length, are faulty too.

    Returns
    -------
    ndarray of geometry, shape (n,)
        Lines; empty where there is nothing wrong with a polygon.

    Examples
    --------
    >>> squares = shapely.box([0, 1, 2.5], 0, [1, 2, 3.5], 1)
    >>> shapely.length(faulty_edges(squares)).tolist()
    [0.0, 0.0, 0.0]
    >>> shapely.length(faulty_edges(squares, max_gap_m=0.6)).tolist()
    [0.0, 1.0, 1.0]
    """
    geometry = np.asarray(geometry, dtype=object)
    edges = np.full(len(geometry), _NONE, dtype=object)
    done = np.zeros(len(geometry), dtype=bool)
    tree, bounds = shapely.STRtree(geometry), shapely.bounds(geometry)

    def check(k):
        """Check some polygons, and give those round them that are faulty too."""
        near = tree.query(geometry[k], predicate="dwithin", distance=max_gap_m)[1]
        around = np.setdiff1d(near, k)
        tile = np.concatenate([k, around])
        found = shapely.coverage_invalid_edges(geometry[tile], gap_width=max_gap_m)
        edges[k] = found[: len(k)]
        return around[~shapely.is_empty(found[len(k) :])]

    new = np.flatnonzero(suspect_polygons(geometry, max_gap_m))
    while new.size:
        # Where most is faulty (two maps of the same ground), all at once.
        if new.size > _MANY * len(geometry):
            new = np.flatnonzero(~done)
        done[new] = True
        order = new[by_tile(bounds[new], _TILE)]
        beside = np.unique(np.concatenate(in_chunks(check, order, size=_TILE)))
        new = beside[~done[beside]]
    return edges


def find_gaps(geometry, edges, *, max_gap_m):
    """Narrow gaps between two polygons: drawn apart, though meant to adjoin.

    A gap is uncovered ground nowhere wider than the largest gap, along which two
    polygons run for at least that length each. So a wider hole is none, nor is a corner
    of open ground, nor a wedge that opens wider within the length of one edge.

    Parameters
    ----------
    geometry : array of Polygon or MultiPolygon, shape (n,)
        Valid [m].
    edges : array of geometry, shape (n,)
        As `faulty_edges` gives them for this largest gap.
    max_gap_m : float

    Returns
    -------
    gaps : ndarray of Polygon
    a, b : ndarray of int
        The two polygons that lie along each gap the longest, a < b.

    Examples
    --------
    >>> squares = shapely.box([0, 10.5], 0, [10, 20], 10)
    >>> edges = faulty_edges(squares, max_gap_m=1)
    >>> gaps, a, b = find_gaps(squares, edges, max_gap_m=1)
    >>> shapely.area(gaps).tolist(), a.tolist(), b.tolist()
    ([5.0], [0], [1])
    """
    geometry = np.asarray(geometry, dtype=object)
    none = np.empty(0, dtype=int)
    if not max_gap_m or shapely.is_empty(edges).all():
        return geometry[:0], none, none
    tree = shapely.STRtree(geometry)
    found = in_chunks(
        lambda windows: _gaps_in(windows, geometry, tree, max_gap_m),
        _windows(edges, max_gap_m),
        size=_WINDOWS,
    )
    return tuple(np.concatenate(column) for column in zip(*found, strict=True))


def _gaps_in(windows, geometry, tree, max_gap_m):
    """Gaps in some windows, and the two polygons along each."""
    window, polygon = tree.query(windows, predicate="intersects")
    clipped = shapely.intersection(geometry[polygon], windows[window])
    # Outside its window all ground counts as free: the frame makes nothing narrow.
    reach = {"join_style": "mitre", "mitre_limit": _MITRE}
    framed = shapely.buffer(windows, 2 * max_gap_m, **reach)
    free = sturdy(shapely.difference, framed, _unions(clipped, window, windows))
    # Of shapes whose edges almost touch GEOS may leave a hole within a hole.
    torn = ~shapely.is_valid(free)
    free[torn] = shapely.make_valid(free[torn], method="structure")
    # What a disc as wide as the largest gap cannot reach is narrower.
    wide = shapely.buffer(free, -max_gap_m / 2, **reach)
    wide = shapely.buffer(wide, max_gap_m / 2, **reach)
    wide = shapely.make_valid(wide, method="structure")  # mitres may cross each other
    narrow = sturdy(shapely.difference, free, wide)
    narrow, place = shapely.get_parts(narrow, return_index=True)
    return _between(narrow, place, clipped, window, polygon, max_gap_m)


def _windows(edges, max_gap_m):
    """Ground round the edges, as polygons that do not touch."""
    margin = np.array([-1, -1, 1, 1]) * _WINDOW * max_gap_m
    boxes = shapely.box(*(shapely.bounds(shapely.get_parts(edges)) + margin).T)
    return shapely.get_parts(shapely.union_all(boxes))


def _unions(clipped, window, windows):
    """Join what lies in each window to one geometry."""
    ends = np.searchsorted(window, np.arange(len(windows) + 1))
    unions = [
        sturdy(shapely.union_all, clipped[first:last]) for first, last in pairwise(ends)
    ]
    return np.array([*unions, None], dtype=object)[:-1]


def _between(pieces, place, clipped, window, polygon, max_gap_m):
    """Those pieces of ground that two polygons run along, and which two."""
    large = shapely.area(pieces) > TOLERANCE_M2
    pieces, place = pieces[large], place[large]
    start, stop = (np.searchsorted(window, place, side) for side in ("left", "right"))
    piece = np.repeat(np.arange(len(pieces)), stop - start)
    k = np.concatenate([*map(np.arange, start, stop), start[:0]])
    along = shapely.intersection(
        shapely.boundary(pieces)[piece], shapely.buffer(clipped[k], _CONTACT_M)
    )
    contact = pd.DataFrame(
        {"piece": piece, "polygon": polygon[k], "m": shapely.length(along)}
    )
    contact = contact[contact["m"] >= max_gap_m]
    contact = contact.sort_values(
        ["piece", "m", "polygon"], ascending=[True, False, True]
    )
    rank = contact.groupby("piece").cumcount()
    first = contact[rank == 0].set_index("piece")["polygon"]
    second = contact[rank == 1].set_index("piece")["polygon"]
    first = first.reindex(second.index).to_numpy()
    pair = np.sort(np.stack([first, second.to_numpy()]), axis=0)
    return pieces[second.index.to_numpy()], pair[0], pair[1]


def coverage_faults(overlaps, gaps, ids, sources, crs):
    """Layer of gaps and overlaps, to be mended in the map that was read.

    Parameters
    ----------
    overlaps, gaps : tuple of (array of geometry, array of int, array of int)
        Ground, and the positions of the two polygons; of an overlap the polygon that
        keeps the ground comes first.
    ids, sources : array of str
        Id of each polygon, and the source it comes from.
    crs : pyproj.CRS

    Returns
    -------
    GeoDataFrame
        Columns of ``FAULT_TYPES`` and geometry; ``source`` is that of the second
        polygon, ``width_m`` the average width: area over half the outline.
    """
    kinds = ["overlap"] * len(overlaps[0]) + ["gap"] * len(gaps[0])
    ground, a, b = (np.concatenate(pair) for pair in zip(overlaps, gaps, strict=True))
    area_m2 = shapely.area(ground)
    faults = pd.DataFrame(
        {
            "kind": pd.Series(kinds, dtype="str"),
            "source": sources[b],
            "polygon_id_a": ids[a],
            "polygon_id_b": ids[b],
            "area_m2": area_m2,
            "width_m": 2 * area_m2 / shapely.length(ground),
        }
    )
    faults["fault_id"] = faults["kind"] + ":" + geometry_digest(ground)
    words = [_REASONS[kind] for kind in kinds]
    for place, language in enumerate(("nl", "en")):
        faults[f"reason_{language}"] = [
            text[place].format(a=row.polygon_id_a, b=row.polygon_id_b)
            for text, row in zip(words, faults.itertuples(), strict=True)
        ]
    faults = gpd.GeoDataFrame(
        faults[list(FAULT_TYPES)].astype(FAULT_TYPES),
        geometry=ground,
        crs=crs,
    )
    keys = ["fault_id", "polygon_id_a", "polygon_id_b"]
    return faults.sort_values(keys, ignore_index=True)
