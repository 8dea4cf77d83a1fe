"""What kind of action a candidate is for a group, and what a mere connection joins."""

import numpy as np
import shapely

from robuust.polygons import overlap_areas

MOST = 0.5  # of the land of a candidate: more of it makes the action
ROUNDING = 1e-9  # shares are products: less is no better quality


def candidate_actions(own_ha, improved_share, links):
    """Kind of action that each candidate is for one group.

    Parameters
    ----------
    own_ha : array_like of float, shape (m,)
        Effective habitat that each candidate adds [ha]; 0 for a mere connection.
    improved_share : array_like of float, shape (m,)
        Share of its land that is habitat of lower quality now, in [0, 1]
        (`improved_share`).
    links : DataFrame
        candidate (position), merges, within_dispersal: links with patches, each once.

    Returns
    -------
    ndarray of str, shape (m,)
        The first that holds: ``connect`` (adds no habitat of its own), ``improve``
        (most of its land is habitat now, of lower quality), ``enlarge`` (merges with a
        patch), ``bridge`` (two or more patches within dispersal), ``found`` (none or
        one: new habitat).

    Examples
    --------
    >>> import pandas as pd
    >>> links = pd.DataFrame({"candidate": [0, 1, 1, 2], "within_dispersal": True,
    ...                       "merges": [True, False, False, False]})
    >>> candidate_actions([1, 1, 1, 1, 0], [0.2, 0, 0, 0.8, 0], links).tolist()
    ['enlarge', 'bridge', 'found', 'improve', 'connect']
    """
    own_ha = np.asarray(own_ha, dtype=float)
    merging = links.loc[links["merges"], "candidate"]
    near = links.loc[links["within_dispersal"], "candidate"]
    rules = {
        "connect": own_ha == 0,
        "improve": np.asarray(improved_share, dtype=float) > MOST,
        "enlarge": np.bincount(merging, minlength=own_ha.size) > 0,
        "bridge": np.bincount(near, minlength=own_ha.size) > 1,
    }
    return np.select(list(rules.values()), list(rules), "found")


def improved_share(candidates, suitability, polygons):
    """Share of the land of candidates that is habitat of the group, of lower quality.

    Parameters
    ----------
    candidates : GeoDataFrame
        code, share (of the candidate that becomes that code), geometry.
    suitability : DataFrame
        code, suitability [0..1]: one row per code, for this group.
    polygons : GeoDataFrame
        What is habitat of the group now: share [0..1], geometry; without overlaps.

    Returns
    -------
    ndarray of float, shape (m,)
        From 0 to 1. Land that is as good or better already does not count.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> field = gpd.GeoDataFrame({"code": ["4030"], "share": [1.0]},
    ...                          geometry=[shapely.box(0, 0, 100, 100)])
    >>> poor = gpd.GeoDataFrame({"share": [0.5]}, geometry=[shapely.box(0, 0, 70, 100)])
    >>> heath = pd.DataFrame({"code": ["4030"], "suitability": [1.0]})
    >>> improved_share(field, heath, poor)
    array([0.7])
    """
    value = candidates["code"].map(suitability.set_index("code")["suitability"])
    later = (value.astype(float).fillna(0.0) * candidates["share"]).to_numpy(float)
    shapes = candidates.geometry.to_numpy()
    now = polygons["share"].to_numpy(dtype=float)
    i, j, shared_m2 = overlap_areas(shapes, polygons.geometry.to_numpy())
    lower = now[j] < later[i] - ROUNDING
    area_m2 = shapely.area(shapes)
    improved_m2 = np.bincount(
        i[lower], weights=shared_m2[lower], minlength=area_m2.size
    )
    none = np.zeros(area_m2.size)
    return np.divide(improved_m2, area_m2, out=none, where=area_m2 > 0)


def joining_links(links, own_ha, *, dispersal_max_m):
    """Links with patches as verdicts count them: who can be in one network.

    Nobody lives at a mere connection, so an animal must reach the other side in one
    move: it joins two patches when both ways to it together are within dispersal. And
    it never makes them one patch.

    Parameters
    ----------
    links : DataFrame
        candidate (position), cost_m, probability, merges, within_dispersal.
    own_ha : array_like of float, shape (m,)
        Effective habitat that each candidate adds [ha]; 0 for a mere connection.
    dispersal_max_m : float
        Gap up to which two patches belong to one network [m].

    Returns
    -------
    DataFrame
        The same; of mere connections with other merges and within_dispersal.

    Examples
    --------
    Within 500 m, ways of 100 and 350 m join; of 200 and 350 m they do not.

    >>> import pandas as pd
    >>> links = pd.DataFrame({"candidate": [0, 0, 1, 1], "cost_m": [100, 350, 200, 350],
    ...                       "probability": 0.1, "merges": False,
    ...                       "within_dispersal": True})
    >>> joining_links(links, [0, 0], dispersal_max_m=500)["within_dispersal"].tolist()
    [True, True, True, False]
    """
    is_connection = np.asarray(own_ha, dtype=float)[links["candidate"]] == 0
    cost_m = links["cost_m"].where(links["probability"] > 0, np.inf)
    # Two that are joined are so with the nearest too.
    both_ways_m = cost_m + cost_m.groupby(links["candidate"]).transform("min")
    joins = np.where(
        is_connection, both_ways_m <= dispersal_max_m, links["within_dispersal"]
    )
    return links.assign(
        merges=links["merges"].to_numpy(dtype=bool) & ~is_connection,
        within_dispersal=joins.astype(bool),
    )
