"""Which land uses lie in the pressure zone of each site, in hectares."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from robuust.coverage import faulty_edges
from robuust.kept_pieces import Pieces, near_each, piece_digest, shape_digests
from robuust.land_cover import by_precedence
from robuust.overlaps import overlapping_pairs, resolve_overlaps
from robuust.polygons import HA, overlap_areas
from robuust.surroundings import area_within
from robuust_kernels.blocks import in_blocks

LAND_USE_TYPES = {
    "group": "str",
    "pressure": "str",
    "patch_id": "str",
    "relict": "bool",
    "land_cover": "str",
    "width_m": "float64",
    "area_ha": "float64",
    "zone_share": "float64",
}
SITES_PER_BLOCK = 32  # well below a second, also for zones of several hundred metres


def zones_box(sites, pressures):
    """Box round all zones, to read no more land cover than they can hold.

    Parameters
    ----------
    sites : GeoDataFrame
        Polygons [m].
    pressures : DataFrame
        width_m.

    Returns
    -------
    tuple of float
        West, south, east, north [m]; without zones the one point 0, 0.

    Examples
    --------
    >>> sites = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 10)])
    >>> [float(x) for x in zones_box(sites, pd.DataFrame({"width_m": [5, 100]}))]
    [-100.0, -100.0, 110.0, 110.0]
    """
    if sites.empty or pressures.empty:
        return 0.0, 0.0, 0.0, 0.0
    west, south, east, north = sites.total_bounds
    width_m = float(pressures["width_m"].max())
    return west - width_m, south - width_m, east + width_m, north + width_m


def cover_in_reach(land_cover, sites, *, reach_m, cover_order):
    """Land cover near sites, without overlaps: the first source has the ground.

    Parameters
    ----------
    land_cover : GeoDataFrame
        source, land_cover and polygons [m].
    sites : array_like of shapely polygons
    reach_m : float
        Land cover farther from all sites is left out [m]; zero or more.
    cover_order : sequence of str
        Names of the sources, the one that wins first; see
        `robuust.land_cover.by_precedence`.

    Returns
    -------
    GeoDataFrame
        land_cover and polygons, in order of precedence.

    Raises
    ------
    UnusableFileError
        If the polygons lie many deep, see `robuust.overlaps.overlapping_pairs`.

    Examples
    --------
    >>> cover = gpd.GeoDataFrame(
    ...     {"source": ["new", "old"], "land_cover": ["maize", "heath"]},
    ...     geometry=[shapely.box(0, 0, 10, 10), shapely.box(5, 0, 15, 10)])
    >>> near = cover_in_reach(
    ...     cover, [shapely.box(0, 0, 1, 1)], reach_m=9, cover_order=["old", "new"])
    >>> near["land_cover"].tolist(), near.area.tolist()
    (['heath', 'maize'], [100.0, 50.0])
    """
    sites = np.asarray(sites, dtype=object)
    tree = shapely.STRtree(land_cover.geometry.to_numpy())
    _, near = tree.query(sites, predicate="dwithin", distance=reach_m)
    cover = by_precedence(land_cover.iloc[np.unique(near)], cover_order)
    shapes = cover.geometry.to_numpy()
    where = "land cover " + " and ".join(cover["source"].unique())
    faulty = ~shapely.is_empty(faulty_edges(shapes))
    first, second, _ = overlapping_pairs(shapes, faulty, where=where)
    shapes, _ = resolve_overlaps(shapes, first, second)
    cover = cover[["land_cover"]].assign(geometry=shapes)
    cover = gpd.GeoDataFrame(cover, geometry="geometry", crs=land_cover.crs)
    return cover[cover.geometry.notna()].reset_index(drop=True)


def zone_land_uses(
    sites,
    pressures,
    land_cover,
    *,
    group,
    tolerance_m,
    cover_order,
    threads=1,
    pieces=None,
):
    """Hectares of each land use in the pressure zone of every site.

    The zone of a site is all land within the width of the pressure from it, but for
    the sites of the group themselves. Where zones of two sites overlap, the land counts
    for both: what is asked is what reaches a site, whatever it reaches besides.

    Parameters
    ----------
    sites : GeoDataFrame
        patch_id, relict (whether a relict or phantom population lives there) and
        polygons [m]; one row per patch.
    pressures : DataFrame
        pressure and width_m; one row per pressure.
    land_cover : GeoDataFrame
        source, land_cover and polygons; overlaps are counted once, see
        `cover_in_reach`.
    group : str
        Name of the group.
    tolerance_m : float
        See `robuust.surroundings.area_within`; areas are right to the tolerance times
        the outline of the zone.
    cover_order : sequence of str
        Names of the sources, the one that wins first.
    threads : int
        Processors to use; changes nothing in the result.
    pieces : Pieces or None
        Zones that are known already; takes those measured here. Each is the m2 of the
        zone, the land uses in it, and their m2.

    Returns
    -------
    DataFrame
        No rows where other jobs measure a share of the zones: then the pieces are what
        is asked for. Columns of ``LAND_USE_TYPES``, sorted by pressure, patch and land
        use; the shares of a zone (0 to 1) add up to less than 1 where no land cover
        lies.
    """
    rows = pd.DataFrame({name: [] for name in LAND_USE_TYPES})
    if len(sites) and len(pressures) and len(land_cover):
        sites = sites.sort_values("patch_id", ignore_index=True)
        shapes = sites.geometry.to_numpy()
        cover = cover_in_reach(
            land_cover,
            shapes,
            reach_m=pressures["width_m"].max(),
            cover_order=cover_order,
        )
        contents = _contents(shapes, cover)
        found = [
            _uses_of(
                shapes,
                cover,
                contents,
                width_m=float(row.width_m),
                tolerance_m=tolerance_m,
                threads=threads,
                pieces=pieces or Pieces(),
                label=f"{group}, land use in the zones of {row.pressure}",
            ).assign(pressure=row.pressure, width_m=float(row.width_m))
            for row in pressures.itertuples()
        ]
        rows = pd.concat(found, ignore_index=True)
        rows = rows.assign(group=group).join(sites[["patch_id", "relict"]], on="site")
    rows = rows[list(LAND_USE_TYPES)].astype(LAND_USE_TYPES)
    by = ["pressure", "patch_id", "land_cover"]
    return rows.sort_values(by, ignore_index=True)


def _contents(shapes, cover):
    """Digest of each site, and of each land cover with its name."""
    names = [str(name).encode() for name in cover["land_cover"]]
    covers = zip(shape_digests(cover.geometry), names, strict=True)
    of_cover = [piece_digest([], pair).encode() for pair in covers]
    of_shape = shape_digests(shapes)
    return np.array(of_shape, dtype=object), np.array(of_cover, dtype=object)


def _uses_of(shapes, cover, contents, *, width_m, tolerance_m, threads, pieces, label):
    """Position of the site, land use, hectares and share of the zone."""
    sites, covers = shapely.STRtree(shapes), shapely.STRtree(cover.geometry.to_numpy())
    names = cover["land_cover"].to_numpy()
    digests = _site_digests(sites, covers, contents, width_m, tolerance_m)
    missing = pieces.missing(digests)

    def measure(start, stop):
        zones = [
            _zone(shapes[k], sites, width_m, tolerance_m) for k in missing[start:stop]
        ]
        return _uses_in(zones, covers, names)

    work = in_blocks(
        measure, len(missing), block=SITES_PER_BLOCK, threads=threads, label=label
    )
    found = pieces.complete(digests, [zone for block in work for zone in block])
    found = [(k, *zone) for k, zone in enumerate(found) if not pieces.shared_out]
    zone_m2 = np.array([zone_m2 for _, zone_m2, _, _ in found])
    rows = pd.DataFrame(
        [
            (k, name, m2)
            for k, _, uses, areas_m2 in found
            for name, m2 in zip(uses, areas_m2, strict=True)
        ],
        columns=["site", "land_cover", "area_m2"],
    )
    rows = rows.astype({"site": "int64", "area_m2": "float64"})
    share = rows["area_m2"] / zone_m2[rows["site"]]
    return pd.DataFrame(
        {
            "site": rows["site"],
            "land_cover": rows["land_cover"],
            "area_ha": rows["area_m2"] / HA,
            "zone_share": share.clip(upper=1),  # rounding makes the whole a hair more
        }
    )


def _site_digests(sites, covers, contents, width_m, tolerance_m):
    """Digest of all that the land uses round each site follow from."""
    shape, cover = contents
    # A drawn zone reaches up to the tolerance too far.
    reach_m = width_m + 2 * tolerance_m
    others, ground = (
        near_each(tree, sites.geometries, reach_m) for tree in (sites, covers)
    )
    return [
        piece_digest([width_m, tolerance_m], [own], shape[near], cover[here])
        for own, near, here in zip(shape, others, ground, strict=True)
    ]


def _uses_in(zones, covers, names):
    """Measure each zone: its m2, the land uses in it by their names, and their m2."""
    # overlap_areas looks through all that it is given: give it what is near.
    near = np.unique(covers.query(zones)[1])
    zone, place, area_m2 = overlap_areas(zones, covers.geometries[near])
    rows = pd.DataFrame({"zone": zone, "use": names[near][place], "area_m2": area_m2})
    sums = rows.groupby(["zone", "use"])["area_m2"].sum()
    uses = [([], []) for _ in zones]
    for (k, use), m2 in sums.items():
        uses[k][0].append(use)
        uses[k][1].append(m2)
    return [
        (float(area_m2), *found)
        for area_m2, found in zip(shapely.area(zones), uses, strict=True)
    ]


def _zone(shape, sites, width_m, tolerance_m):
    """All land within the width of a site, without the sites that lie in it."""
    reached = area_within([shape], width_m, tolerance_m=tolerance_m)
    near = np.sort(sites.query(reached, predicate="intersects"))
    return shapely.difference(reached, shapely.union_all(sites.geometries[near]))
