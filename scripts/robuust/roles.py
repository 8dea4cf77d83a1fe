"""Which polygons are habitat of a group: shares of suitable habitat, and roles."""

import numpy as np
import shapely

from robuust.gaps import near_pairs
from robuust.near_parts import parts_within

ROLES = ("whole", "a", "b")
ROUNDING = 1e-9  # shares are sums of products: 0.1 may come out a hair smaller


def polygon_shares(parts, suitability, *, min_suitable_share):
    """Share of each polygon that is habitat of the group, in all and per role.

    Parameters
    ----------
    parts : DataFrame
        polygon_id, code, share (0 to 1), quality (0 to 1): the habitat map.
    suitability : DataFrame
        code, suitability (0 to 1), role (whole, a or b), each code once.
    min_suitable_share : float
        Polygons with a smaller share are no habitat.

    Returns
    -------
    DataFrame
        polygon_id, share, whole, a, b: the sum of share x suitability x quality
        over the parts, in all and per role; sorted by polygon_id.

    Examples
    --------
    >>> import pandas as pd
    >>> parts = pd.DataFrame({"polygon_id": ["p", "p"], "code": ["4030", "gh"],
    ...                       "share": [0.5, 0.5], "quality": [1.0, 1.0]})
    >>> table = pd.DataFrame({"code": ["4030", "gh"], "suitability": [0.8, 0.0],
    ...                       "role": ["whole", "whole"]})
    >>> found = polygon_shares(parts, table, min_suitable_share=0.1)
    >>> found[["share", "a"]].values.tolist()
    [[0.4, 0.0]]
    """
    found = parts.merge(suitability, on="code", validate="many_to_one")
    found["value"] = found["share"] * found["suitability"] * found["quality"]
    shares = (
        found.groupby(["polygon_id", "role"])["value"]
        .sum()
        .unstack(fill_value=0.0)
        .reindex(columns=list(ROLES), fill_value=0.0)
        .astype(float)
    )
    shares.insert(0, "share", shares.sum(axis=1).clip(upper=1.0))
    shares = shares[shares["share"] >= min_suitable_share - ROUNDING]
    shares = shares[shares["share"] > 0]
    return shares.rename_axis(columns=None).sort_index().reset_index()


def parts_by_role(
    geometries,
    shares,
    *,
    role_distance_m,
    min_neighbours,
    min_suitable_share,
    threads=1,
):
    """Find what counts of each polygon, when a group needs two kinds of habitat.

    Role a is where the group breeds (water for amphibians), role b what it needs
    besides (land); a polygon with role whole, or with both a and b, offers both. Of
    the others counts what lies within the distance of the other kind: of breeding
    habitat what lies near b, if enough other breeding polygons lie within that
    distance too; of role b what lies near breeding habitat that counts.

    Parameters
    ----------
    geometries : array_like of shapely polygons, shape (n,)
        The polygons, in a projected CRS [m].
    shares : DataFrame, n rows
        Columns whole, a, b: share of the polygon per role.
    role_distance_m : float
        How far apart the two kinds of habitat may lie, edge to edge [m].
    min_neighbours : int
        How many other breeding polygons must lie within that distance of one.
    min_suitable_share : float
        A polygon has a role when this share of it has, or when it has no larger one.
    threads : int
        How many parts of the work are done at a time; the result is the same.

    Returns
    -------
    ndarray of shapely polygons, shape (n,)
        What counts of each polygon: the polygon itself where it counts whole, an
        empty polygon where nothing does.

    Notes
    -----
    How exact the line of a cut is, `parts_within` says: at 300 m it lies at most
    1.5 m too near and 3 m too far. Only breeding habitat needs neighbours of its kind
    (tree frog: five other waters within 500 m): for land the number of polygons says
    nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> pond, meadow, far = shapely.box([0, 50, 900], 0, [10, 190, 990], 10)
    >>> shares = pd.DataFrame({"whole": 0.0, "a": [1.0, 0, 0], "b": [0, 1.0, 1.0]})
    >>> parts = parts_by_role([pond, meadow, far], shares, role_distance_m=100,
    ...                       min_neighbours=0, min_suitable_share=0.1)
    >>> shapely.area(parts).tolist()  # of the meadow the first 60 m
    [100.0, 600.0, 0.0]
    """
    shapes = np.asarray(geometries, dtype=object).reshape(-1)
    share = shares[list(ROLES)].to_numpy(float)
    has = share >= min_suitable_share - ROUNDING
    has |= (share > 0) & (share == share.max(axis=1, initial=0, keepdims=True))
    whole, a, b = has.T
    breeds = a & _has_neighbours(
        shapes, whole | a, min_neighbours, role_distance_m, threads
    )
    uncut = whole | (breeds & b)
    counted = np.full(shapes.size, shapely.Polygon(), dtype=object)
    counted[uncut] = shapes[uncut]
    reach = {"distance_m": role_distance_m, "threads": threads}
    # The other kind may be cut itself, but never of what lies within reach from here.
    water = np.flatnonzero(breeds & ~uncut)
    counted[water] = parts_within(shapes[water], shapes[whole | b], **reach)
    source = uncut.copy()
    source[water] = ~shapely.is_empty(counted[water])
    land = np.flatnonzero(b & ~uncut)
    counted[land] = parts_within(shapes[land], shapes[source], **reach)
    return counted


def pieces(polygons, parts):
    """Put in the place of each polygon the pieces of it that count.

    Parameters
    ----------
    polygons : GeoDataFrame, n rows
        polygon_id, geometry and other columns.
    parts : array_like of shapely polygons, shape (n,)
        What counts of each, as `parts_by_role` found.

    Returns
    -------
    GeoDataFrame
        A row as it was for each polygon that counts whole; for one that was cut a row
        per piece, so that pieces far apart can be in different patches; none for one
        of which nothing counts.

    Examples
    --------
    >>> import geopandas as gpd
    >>> wood = gpd.GeoDataFrame({"polygon_id": ["p"]},
    ...                         geometry=shapely.box([0], 0, 9, 1))
    >>> ends = shapely.union(shapely.box(0, 0, 1, 1), shapely.box(8, 0, 9, 1))
    >>> pieces(wood, [ends]).area.tolist()
    [1.0, 1.0]
    """
    parts = np.asarray(parts, dtype=object).reshape(-1)
    whole = parts == polygons.geometry.to_numpy()
    cut = np.flatnonzero(~whole & ~shapely.is_empty(parts))
    piece, polygon = shapely.get_parts(parts[cut], return_index=True)
    at = np.concatenate([np.flatnonzero(whole), cut[polygon]])
    shapes = np.concatenate([parts[whole], piece])
    found = polygons.iloc[at].set_geometry(shapes, crs=polygons.crs)
    return found.reset_index(drop=True)


def one_row_per_polygon(patches, members):
    """Count each polygon once in a patch, however many of its pieces are there.

    Parameters
    ----------
    patches : DataFrame
        patch_id, n_polygons and other columns.
    members : DataFrame
        patch_id, polygon_id, share, area_ha: one row per piece.

    Returns
    -------
    patches : DataFrame
        The same, with n_polygons the number of different polygons.
    members : DataFrame
        One row per patch and polygon, sorted; area_ha is that of the pieces there. A
        polygon that the cut took apart may be in several patches.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"patch_id": ["x"] * 3, "polygon_id": ["p", "p", "q"],
    ...                         "share": 1.0, "area_ha": [2.0, 1.0, 5.0]})
    >>> patches = pd.DataFrame({"patch_id": ["x"], "n_polygons": [3]})
    >>> patches, members = one_row_per_polygon(patches, members)
    >>> patches["n_polygons"].tolist(), members["area_ha"].tolist()
    ([2], [3.0, 5.0])
    """
    keys = ["patch_id", "polygon_id", "share"]
    members = members.groupby(keys, as_index=False)["area_ha"].sum()
    number = members.groupby("patch_id").size()
    return patches.assign(n_polygons=patches["patch_id"].map(number)), members


def _has_neighbours(shapes, these, number, distance_m, threads):
    """Whether each shape has so many others of these within the distance."""
    if number <= 0:
        return np.ones(shapes.size, dtype=bool)
    at = np.flatnonzero(these)
    i, j, _ = near_pairs(shapes[at], distance_m, threads=threads)
    found = np.bincount(at[np.concatenate([i, j])], minlength=shapes.size)
    return found >= number
