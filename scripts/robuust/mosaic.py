"""Variety at meso scale: whether a large area is also a mosaic of habitat types."""

import numpy as np
import pandas as pd
import shapely

from robuust.polygons import HA, overlap_areas

BELONGS_SHARE = 0.5  # less of a polygon inside is a sliver along the cell edges
COVERS_SHARE = 0.1  # unless it is no sliver of the area: one large field, cut through


def shannon_diversity(amounts):
    r"""Shannon diversity :math:`-\sum p \ln p` of amounts; 0 for one kind or none.

    Parameters
    ----------
    amounts : array_like of float
        Amount of each kind; zero or more.

    Returns
    -------
    float
        From 0 to the logarithm of the number of kinds.

    References
    ----------
    Shannon (1948), https://doi.org/10.1002/j.1538-7305.1948.tb01338.x

    Examples
    --------
    >>> round(shannon_diversity([5, 5]), 4)
    0.6931
    """
    amounts = np.asarray(amounts, dtype=float)
    share = amounts[amounts > 0] / max(amounts.sum(), 1e-300)
    return float(-(share * np.log(share)).sum()) + 0.0


def habitat_only(parts, habitat_types):
    """Parts of a habitat type of the table; the rest (`gh`, say) is no habitat.

    Examples
    --------
    >>> parts = pd.DataFrame({"code": ["4030", "gh"]})
    >>> habitat_only(parts, pd.DataFrame({"code": ["4030"]}))["code"].tolist()
    ['4030']
    """
    return parts[parts["code"].isin(habitat_types["code"])]


def variety(outlines, habitat, parts, *, variety_min_types):
    """Count habitat types per area, with their diversity and the grain.

    A habitat polygon belongs to an area when half of it lies inside, or it covers a
    tenth of the area.

    Parameters
    ----------
    outlines : array_like of shapely polygons, shape (n_areas,)
        Areas, in the CRS of the habitat [m].
    habitat : GeoDataFrame
        polygon_id and the polygons of the habitat map.
    parts : DataFrame
        polygon_id, code, share (0 to 1): the habitat types in each polygon.
    variety_min_types : int
        Fewer habitat types make an area monotone.

    Returns
    -------
    DataFrame, one row per area in their order
        n_habitat_types; shannon (of the area of the types, 0 or more);
        mean_grain_ha (mean area of the polygons with habitat that belong to it;
        missing without any); monotone (bool).

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> fields = gpd.GeoDataFrame({"polygon_id": ["p", "q"]},
    ...     geometry=[shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    >>> parts = pd.DataFrame({"polygon_id": ["p", "q"], "code": ["4030", "6230"],
    ...                       "share": [1.0, 1.0]})
    >>> found = variety([shapely.box(0, 0, 200, 100)], fields, parts,
    ...                 variety_min_types=3)
    >>> found.round(4).to_numpy().tolist()
    [[2, 0.6931, 1.0, True]]
    """
    known = habitat[habitat["polygon_id"].isin(parts["polygon_id"])]
    area, polygon, shared_m2 = overlap_areas(outlines, known.geometry.to_numpy())
    whole_m2 = known.geometry.area.to_numpy()[polygon]
    enough_m2 = COVERS_SHARE * shapely.area(outlines)[area]
    belongs = shared_m2 >= np.minimum(BELONGS_SHARE * whole_m2, enough_m2)
    inside = pd.DataFrame(
        {
            "area": area,
            "polygon_id": known["polygon_id"].to_numpy()[polygon],
            "shared_ha": shared_m2 / HA,
            "whole_ha": whole_m2 / HA,
        }
    )[belongs]
    types = inside.merge(parts, on="polygon_id")
    types["type_ha"] = types["shared_ha"] * types["share"]
    types = types[types["type_ha"] > 0]
    by_type = types.groupby(["area", "code"])["type_ha"].sum().groupby("area")
    found = pd.DataFrame(index=pd.RangeIndex(len(outlines)))
    found["n_habitat_types"] = by_type.size().reindex(found.index, fill_value=0)
    diversity = by_type.agg(shannon_diversity).astype(float)
    found["shannon"] = diversity.reindex(found.index, fill_value=0.0)
    found["mean_grain_ha"] = inside.groupby("area")["whole_ha"].mean()
    found["monotone"] = found["n_habitat_types"] < variety_min_types
    return found
