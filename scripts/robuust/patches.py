"""Patches: habitat polygons joined into the units that one group uses."""

import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from robuust.gaps import (
    barriers_between,
    near_pairs,
    pairs_near_barriers,
    shortest_lines,
)
from robuust.network import components
from robuust_kernels.blocks import in_blocks

M2_PER_HA = 10_000
ARC_SEGMENTS = 16  # per quarter circle, where the edge zone turns a corner
OVERLAP_TOLERANCE = 1e-9  # of the area: less is rounding
UNIONS_PER_BLOCK = 32  # one that overlaps makes all of its block be done again


def join_polygons(geometries, barriers, *, local_distance_m, threads=1):
    """Join polygons that lie within reach of daily movement.

    Parameters
    ----------
    geometries : array_like of shapely polygons, shape (n,)
        Habitat polygons, in a projected CRS [m].
    barriers : array_like of shapely lines
        Lines that keep the group apart; no gap is bridged across one. A polygon
        that a barrier runs through stays whole.
    local_distance_m : float
        Largest gap, edge to edge, that is bridged [m].
    threads : int
        How many parts of the work are done at a time; the result is the same.

    Returns
    -------
    patch : ndarray of int64, shape (n,)
        Patch of each polygon, numbered by first member.
    i, j : ndarray of int64
        Pairs of polygons that touch or overlap, barrier or not.

    Examples
    --------
    >>> squares = shapely.box([0, 12, 40], 0, [10, 20, 50], 10)
    >>> join_polygons(squares, [], local_distance_m=5)[0].tolist()
    [0, 0, 1]
    """
    shapes = np.asarray(geometries, dtype=object).reshape(-1)
    barriers = np.asarray(barriers, dtype=object).reshape(-1)
    i, j, gap_m = near_pairs(shapes, local_distance_m, threads=threads)
    touching = gap_m == 0
    joined = np.ones(i.size, dtype=bool)
    near = pairs_near_barriers(shapes, i, j, gap_m, barriers)
    if near.size:
        one, other = shapes[i[near]], shapes[j[near]]
        lines = shortest_lines(one, other)
        joined[near[barriers_between(one, other, lines, barriers)[0]]] = False
    patch = components(shapes.size, i[joined], j[joined])
    return patch, i[touching], j[touching]


def delineate(
    polygons, barriers, *, group, local_distance_m, edge_depth_m, threads=1, **norms
):
    """Join the habitat polygons of a group into patches, and describe each patch.

    Parameters
    ----------
    polygons : GeoDataFrame
        polygon_id, share (suitable share, 0 to 1), geometry: the polygons that are
        habitat of the group, in a projected CRS in metres.
    barriers : array_like of shapely lines
        Lines that keep the group apart.
    group : str
        Name of the group; begins the ids.
    local_distance_m, edge_depth_m : float
        Largest gap that is bridged daily, and width of the edge zone [m].
    threads : int
        How many parts of the work are done at a time; the result is the same.
    **norms
        reproductive_unit_ha, min_patch_ha: area per reproductive unit, and area
        below which a patch is flagged [ha].

    Returns
    -------
    patches : GeoDataFrame
        patch_id, group, area_ha (overlaps once), effective_ha (area x share), core_ha,
        n_polygons, perimeter_m, shape_index (1 for a circle), capacity_ru,
        below_minimum, geometry (MultiPolygon); sorted by patch_id.
    patch_polygons : DataFrame
        patch_id, polygon_id, share, area_ha (of the polygon); sorted.

    Notes
    -----
    Where polygons overlap, the larger share counts. The edge zone is measured from
    the habitat of the group as a whole, so polygons that touch have no edge between
    them, nor has a barrier without width.

    Examples
    --------
    >>> polygons = gpd.GeoDataFrame({"polygon_id": ["p"], "share": [0.5]},
    ...     geometry=[shapely.box(0, 0, 100, 100)], crs=31370)
    >>> patches, _ = delineate(polygons, [], group="birds", local_distance_m=10,
    ...     edge_depth_m=10, reproductive_unit_ha=0.25, min_patch_ha=2)
    >>> patches[["area_ha", "effective_ha", "core_ha", "capacity_ru"]].values.tolist()
    [[1.0, 0.5, 0.64, 2.0]]
    """
    polygons = polygons.sort_values("polygon_id", ignore_index=True)
    shapes = polygons.geometry.to_numpy()
    share = polygons["share"].to_numpy(float)
    patch, i, j = join_polygons(
        shapes, barriers, local_distance_m=local_distance_m, threads=threads
    )
    inside = patch[i] == patch[j]
    piece = components(shapes.size, i[inside], j[inside])
    fused = components(shapes.size, i, j)
    pieces = _unions(shapes, piece, threads)
    piece_patch = _first(piece, patch)
    geometry = _collect(pieces, piece_patch)
    area_ha = shapely.area(geometry) / M2_PER_HA
    effective_ha = _effective_ha(shapes, share, piece, pieces, piece_patch)
    core_ha = _core_ha(
        shapes, pieces, fused, _first(piece, fused), edge_depth_m, threads
    )
    perimeter_m = shapely.length(geometry)
    patch_id = patch_ids(geometry, group)
    patches = gpd.GeoDataFrame(
        {
            "patch_id": pd.array(patch_id, dtype="str"),
            "group": pd.array([group] * len(patch_id), dtype="str"),
            "area_ha": area_ha,
            "effective_ha": effective_ha,
            "core_ha": _sums(piece_patch, core_ha, len(patch_id)),
            "n_polygons": np.bincount(patch, minlength=len(patch_id)).astype(np.int64),
            "perimeter_m": perimeter_m,
            "shape_index": perimeter_m / np.sqrt(4 * np.pi * area_ha * M2_PER_HA),
            "capacity_ru": effective_ha / norms["reproductive_unit_ha"],
            "below_minimum": area_ha < norms["min_patch_ha"],
        },
        geometry=geometry,
        crs=polygons.crs,
    )
    members = pd.DataFrame(
        {
            "patch_id": pd.array(patch_id[patch], dtype="str"),
            "polygon_id": polygons["polygon_id"].astype("str"),
            "share": share,
            "area_ha": shapely.area(shapes) / M2_PER_HA,
        }
    )
    return (
        patches.sort_values("patch_id", ignore_index=True),
        members.sort_values(["patch_id", "polygon_id"], ignore_index=True),
    )


def patch_ids(geometries, group):
    """Give each patch an id that depends on its shape alone.

    Parameters
    ----------
    geometries : array_like of shapely polygons, shape (n,)
        All patches of the group, no two alike.
    group : str
        Begins the id.

    Returns
    -------
    ndarray of str, shape (n,)
        The group and 8 hexadecimal digits from the outline in whole millimetres;
        more digits for patches whose 8 digits are the same.

    Raises
    ------
    ValueError
        If two shapes are the same to the millimetre.

    Examples
    --------
    >>> ids = patch_ids(shapely.box([0, 5], 0, [1, 6], 1), "birds")
    >>> ids.tolist()
    ['birds-b7d28496', 'birds-d4ff6112']
    """
    outlines = shapely.normalize(np.asarray(geometries, dtype=object).reshape(-1))
    # No negative zero: it is the same place, but other bytes.
    outlines = shapely.transform(outlines, lambda xy: np.rint(xy * 1000) + 0.0)
    digests = [hashlib.sha1(text).hexdigest() for text in shapely.to_wkb(outlines)]
    if len(set(digests)) < len(digests):
        raise ValueError(f"two patches of {group} have the same outline; merge them")
    digits = 8
    ids = np.array([digest[:digits] for digest in digests], dtype=object)
    while pd.Series(ids).duplicated().any():
        digits += 4
        alike = np.flatnonzero(pd.Series(ids).duplicated(keep=False))
        ids[alike] = [digests[k][:digits] for k in alike]
    return np.array([f"{group}-{text}" for text in ids], dtype=object)


def _first(label, value):
    """Value of the first member of each label."""
    return value[np.unique(label, return_index=True)[1]]


def _sums(label, value, n_labels):
    """Sum of the values per label; without any, still floats."""
    return np.bincount(label, value, n_labels).astype(float)


def _members(label):
    """Members of each label, in the order of the labels."""
    order = np.argsort(label, kind="stable")
    return np.split(order, np.cumsum(np.bincount(label))[:-1])


def _unions(shapes, label, threads):
    """Union of the shapes of each label; a shape on its own stays as it is."""
    number = np.bincount(label)
    union = np.empty(number.size, dtype=object)
    order = np.argsort(label, kind="stable")
    alone = np.flatnonzero(number[label] == 1)
    union[label[alone]] = shapes[alone]
    several = np.flatnonzero(number > 1)
    if not several.size:
        return union
    member = order[number[label[order]] > 1]
    groups = shapely.geometrycollections(
        shapes[member], indices=np.searchsorted(several, label[member])
    )

    def work(start, stop):
        return _coverage_unions(groups[start:stop])

    blocks = in_blocks(work, groups.size, block=UNIONS_PER_BLOCK, threads=threads)
    union[several] = np.concatenate(list(blocks))
    # Only a coverage (edges meet vertex by vertex, no overlap) keeps its area and
    # gives a valid shape; anything else takes the slower way, which nodes edges.
    for k in np.flatnonzero(~_is_union(union[several], shapely.area(groups))):
        union[several[k]] = _noded_union(shapely.get_parts(groups[k]))
    return union


def _is_union(found, area):
    """Whether what a coverage union gave is one: valid, and of the same area."""
    same = np.abs(shapely.area(found) - area) <= OVERLAP_TOLERANCE * area
    return same & shapely.is_valid(found)


def _noded_union(shapes):
    """Union of polygons some of which overlap; only those are cut at each other."""
    at_fault = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    others = shapely.geometrycollections(shapes[~at_fault])
    rest = _coverage_unions(np.array([others], dtype=object))
    if not _is_union(rest, shapely.area(others)).all():
        return shapely.union_all(shapes)
    return shapely.union_all([rest[0], *shapes[at_fault]])


def _coverage_unions(groups):
    """Outline of each group of polygons by leaving out what two of them share.

    Five times as fast as `shapely.union_all`, but right for coverages only: it fails
    or gives something else where polygons overlap. Missing where it failed.
    """
    try:
        return shapely.coverage_union_all(groups[:, None], axis=1)
    except shapely.GEOSException:
        if groups.size == 1:
            return np.array([None], dtype=object)
        return np.concatenate(
            [_coverage_unions(groups[k : k + 1]) for k in range(groups.size)]
        )


def _collect(pieces, patch):
    """One MultiPolygon per patch, of pieces that do not touch each other."""
    parts, piece = shapely.get_parts(pieces, return_index=True)
    polygonal = shapely.get_type_id(parts) == 3  # a union can leave stray lines
    parts, patch = parts[polygonal], patch[piece[polygonal]]
    order = np.argsort(patch, kind="stable")
    return shapely.multipolygons(parts[order], indices=patch[order])


def _effective_ha(shapes, share, piece, pieces, piece_patch):
    """Area times share per patch; where polygons overlap the larger share counts."""
    area = shapely.area(shapes)
    effective = _sums(piece, area * share, len(pieces))
    overlap = _sums(piece, area, len(pieces)) - shapely.area(pieces)
    members = _members(piece) if len(pieces) else []
    for number in np.flatnonzero(overlap > OVERLAP_TOLERANCE * shapely.area(pieces)):
        inside = shapes[members[number]], share[members[number]]
        effective[number] = _best_share_m2(*inside)
    n_patches = piece_patch.max(initial=-1) + 1
    return _sums(piece_patch, effective / M2_PER_HA, n_patches)


def _best_share_m2(shapes, share):
    """Area times share of overlapping shapes, the larger share first [m2]."""
    covered, covered_m2, effective_m2 = shapely.Polygon(), 0.0, 0.0
    # One union per distinct share: one per shape would grow with their square.
    for level in np.unique(share)[::-1]:
        covered = shapely.union_all([covered, *shapes[share == level]])
        effective_m2 += level * (covered.area - covered_m2)
        covered_m2 = covered.area
    return effective_m2


def _core_ha(shapes, pieces, fused, piece_fused, edge_depth_m, threads):
    """Area of each piece that lies farther than the edge depth from non-habitat."""
    if edge_depth_m == 0 or not len(pieces):
        return shapely.area(pieces) / M2_PER_HA
    whole = np.bincount(piece_fused)[piece_fused] == 1
    core = pieces.copy()
    core[whole] = shapely.buffer(pieces[whole], -edge_depth_m, quad_segs=ARC_SEGMENTS)
    # Pieces that touch across a barrier: their habitat is one, their patches two.
    if not whole.all():
        parted = np.unique(piece_fused[~whole])
        polygon = np.isin(fused, parted)
        habitat = _unions(
            shapes[polygon], np.searchsorted(parted, fused[polygon]), threads
        )
        inner = shapely.buffer(habitat, -edge_depth_m, quad_segs=ARC_SEGMENTS)
        at = np.searchsorted(parted, piece_fused[~whole])
        core[~whole] = shapely.intersection(pieces[~whole], inner[at])
    return shapely.area(core) / M2_PER_HA
