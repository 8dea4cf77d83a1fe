"""Which polygons are habitat of a group: shares of suitable habitat, and roles."""

import numpy as np

from robuust.gaps import near_pairs, near_pairs_between

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


def counts_by_role(
    geometries,
    shares,
    *,
    role_distance_m,
    min_neighbours,
    min_suitable_share,
    threads=1,
):
    """Which polygons count, when a group needs two kinds of habitat near each other.

    Role a is where the group breeds (water for amphibians), role b what it needs
    besides (land); a polygon with role whole offers both. A polygon of role a counts
    when b lies within the distance and enough other polygons of role a do too; one
    of role b counts when a polygon of role a that counts lies within the distance.

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
    ndarray of bool, shape (n,)
        Whether the polygon counts.

    Notes
    -----
    Only breeding habitat needs neighbours of its kind (tree frog: five other waters
    within 500 m): for land the number of polygons says nothing.

    Examples
    --------
    >>> import pandas as pd, shapely
    >>> pond, meadow, far = shapely.box([0, 50, 900], 0, [10, 90, 990], 10)
    >>> shares = pd.DataFrame({"whole": 0.0, "a": [1.0, 0, 0], "b": [0, 1.0, 1.0]})
    >>> counts_by_role([pond, meadow, far], shares, role_distance_m=100,
    ...                min_neighbours=0, min_suitable_share=0.1).tolist()
    [True, True, False]
    """
    shapes = np.asarray(geometries, dtype=object).reshape(-1)
    share = shares[list(ROLES)].to_numpy(float)
    has = share >= min_suitable_share - ROUNDING
    has |= (share > 0) & (share == share.max(axis=1, initial=0, keepdims=True))
    whole, a, b = has.T
    breeding = whole | a
    reach = {"distance_m": role_distance_m, "threads": threads}
    counts_a = a & (b | whole | _is_near(shapes, a, whole | b, **reach))
    if min_neighbours > 0:
        at = np.flatnonzero(breeding)
        i, j, _ = near_pairs(shapes[at], role_distance_m, threads=threads)
        number = np.bincount(at[np.concatenate([i, j])], minlength=shapes.size)
        counts_a &= number >= min_neighbours
    source = whole | counts_a
    counts_b = b & (source | _is_near(shapes, b, source, **reach))
    return whole | counts_a | counts_b


def _is_near(shapes, these, those, *, distance_m, threads):
    """Whether each of these shapes has one of those within the distance."""
    at = np.flatnonzero(these)
    i, _, _ = near_pairs_between(shapes[at], shapes[those], distance_m, threads=threads)
    near = np.zeros(shapes.size, dtype=bool)
    near[at[i]] = True
    return near
