"""Candidates derived from the habitat map, where there is no layer of parcels."""

import numpy as np
import pandas as pd
import shapely

from robuust.gap_cells import gap_cells
from robuust.suitability import match_suitability

LEAST_RISE = 0.05  # of the share that is habitat: less is within the error of a map


def derive_candidates(
    habitat, parts, study_area, patches, barriers, tables, *, bundles, rules
):
    """Find polygons of the habitat map to convert or improve, and cells in the gaps.

    Parameters
    ----------
    habitat : GeoDataFrame
        polygon_id, geometry [m].
    parts : DataFrame
        polygon_id, code, share, quality.
    study_area : shapely geometry
    patches : DataFrame
        group, patch_id, polygon_id of every group.
    barriers : array_like of shapely lines
        As for `gap_cells`.
    tables : dict of DataFrame
        suitability: code, bundle, suitability, role; conversions: as for
        `convertible_polygons`.
    bundles : list of str
        Bundles of the groups of this run.
    rules : dict
        candidate_reach_m, candidate_cell_m, candidate_shape.

    Returns
    -------
    GeoDataFrame
        As `convertible_polygons` gives them, of every kind, in no order.
    """
    codes = pd.concat([parts["code"], tables["conversions"]["target_code"]])
    matched = (match_suitability(codes, tables["suitability"], b) for b in bundles)
    suit = [found.set_index("code")["suitability"] for found in matched]
    suitable = {code for of_code in suit for code in of_code.index[of_code > 0]}
    main = dominant_codes(parts, suitable)
    sources = habitat[habitat["polygon_id"].isin(patches["polygon_id"])]
    sources = sources.sort_values("polygon_id")
    sources = sources.join(main.rename("code"), on="polygon_id", how="inner")
    reach_m = rules["candidate_reach_m"]
    given = parts, sources, tables["conversions"]
    cells = gap_cells(
        study_area,
        habitat,
        sources,
        patches,
        barriers,
        cell_m=rules["candidate_cell_m"],
        reach_m=reach_m,
        shape=rules["candidate_shape"],
    )
    found = [
        convertible_polygons(habitat, *given, reach_m=reach_m),
        improvable_polygons(*given, suit),
        _derived(cells, sources, kind="gap_cell", reach_m=reach_m),
    ]
    return pd.concat(found).reset_index(drop=True)


def dominant_codes(parts, suitable):
    """Habitat code that covers most of each polygon.

    Parameters
    ----------
    parts : DataFrame
        polygon_id, code, share.
    suitable : collection of str
        Codes that are habitat of some group; the others are passed over.

    Returns
    -------
    Series of str, indexed by polygon_id
        Ties go to the code that comes first in the alphabet.

    Examples
    --------
    >>> parts = pd.DataFrame({"polygon_id": ["a"] * 3, "code": ["gh", "4030", "4010"],
    ...                       "share": [0.6, 0.2, 0.2]})
    >>> dominant_codes(parts, {"4030", "4010"}).to_dict()
    {'a': '4010'}
    """
    habitat = parts[parts["code"].isin(list(suitable))]
    sums = habitat.groupby(["polygon_id", "code"], as_index=False)["share"].sum()
    sums = sums.sort_values(["polygon_id", "share", "code"], ascending=[1, 0, 1])
    return sums.drop_duplicates("polygon_id").set_index("polygon_id")["code"]


def convertible_polygons(habitat, parts, sources, conversions, *, reach_m):
    """Polygons of the habitat map that may become habitat, near habitat.

    Parameters
    ----------
    habitat : GeoDataFrame
        polygon_id, geometry [m].
    parts : DataFrame
        polygon_id, code, share.
    sources : GeoDataFrame
        The polygons that are habitat of some group: polygon_id, code (dominant),
        geometry.
    conversions : DataFrame
        code (judged by the largest part of a polygon), target_code (blank: that of
        the nearest habitat), share (of the polygon that becomes so; blank: all),
        cost_eur_per_ha (blank: not known).
    reach_m : float
        Largest distance to a source polygon [m].

    Returns
    -------
    GeoDataFrame
        candidate_id, kind, name, code, share, cost_eur, owner, ready_year, distance_m
        and rise_ha (to choose the best by), geometry.
    """
    main = dominant_codes(parts, set(parts["code"]))
    chosen = main[main.isin(conversions["code"])].drop(
        sources["polygon_id"], errors="ignore"
    )
    places = habitat[habitat["polygon_id"].isin(chosen.index)]
    places = places.sort_values("polygon_id")[["polygon_id", "geometry"]]
    places["candidate_id"] = "convertible-" + places["polygon_id"].astype(str)
    places = _converted(places, chosen, conversions)
    return _derived(places, sources, kind="convertible", reach_m=reach_m)


def improvable_polygons(parts, sources, conversions, suit):
    """Polygons that are habitat of some group and may become better habitat.

    Parameters
    ----------
    parts : DataFrame
        polygon_id, code, share, quality.
    sources, conversions
        As for `convertible_polygons`; a blank target_code is here the habitat that
        covers most of the polygon already.
    suit : list of Series
        Per bundle the suitability of each code.

    Returns
    -------
    GeoDataFrame
        As `convertible_polygons`, without those that would gain less than
        `LEAST_RISE` of their area for every bundle.
    """
    main = dominant_codes(parts, set(parts["code"]))
    listed = main[main.isin(conversions["code"])]
    places = sources[sources["polygon_id"].isin(listed.index)]
    places = places.assign(
        candidate_id="improvable-" + places["polygon_id"].astype(str)
    )
    now = places["code"]
    places = _converted(places.drop(columns="code"), listed, conversions)
    places["code"] = places["code"].fillna(now)
    rise = np.zeros(len(places))
    for of_code in suit:
        worth = parts["share"] * parts["quality"] * _mapped(parts["code"], of_code)
        before = worth.groupby(parts["polygon_id"]).sum()
        before = places["polygon_id"].map(before).to_numpy(float)
        after = _mapped(places["code"], of_code) * places["share"].to_numpy(float)
        rise = np.maximum(rise, after - before)
    places = places.assign(rise=rise)[rise >= LEAST_RISE]
    return _derived(places, places, kind="improvable", reach_m=0.0)


def nearest_first(candidates, *, max_candidates):
    """At most so many derived candidates: the nearest, then what adds most habitat.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, distance_m, rise_ha.
    max_candidates : int
        How many may stay.

    Returns
    -------
    GeoDataFrame
    """
    order = candidates.assign(least=-candidates["rise_ha"].round(7))
    order = order.sort_values(["distance_m", "least", "candidate_id"])
    return candidates.loc[order.index[:max_candidates]]


def _mapped(codes, suitability):
    """Suitability of each code; 0 for one without."""
    return suitability.reindex(codes).fillna(0.0).to_numpy(float)


def _converted(places, main, conversions):
    """Give each place what its code may become, and at what cost."""
    rows = conversions.set_index("code").reindex(places["polygon_id"].map(main))
    area_ha = places.geometry.area.to_numpy() / 10_000
    return places.assign(
        code=pd.array(rows["target_code"].tolist(), dtype="str"),
        share=rows["share"].astype(float).fillna(1.0).to_numpy(),
        cost_eur=rows["cost_eur_per_ha"].to_numpy(float) * area_ha,
    )


def _derived(places, sources, *, kind, reach_m):
    """Places within reach of habitat; of the nearest comes the code, if not known."""
    given = {"code": None, "share": 1.0, "cost_eur": np.nan, "rise": np.nan}
    lacking = {name: value for name, value in given.items() if name not in places}
    places = places.assign(**lacking).reset_index(drop=True)
    tree = shapely.STRtree(sources.geometry.to_numpy())
    (place, source), distance = tree.query_nearest(
        places.geometry.to_numpy(),
        max_distance=max(reach_m, 1e-6),  # it must be above zero
        return_distance=True,
        all_matches=True,
    )
    nearest = pd.DataFrame(
        {
            "place": place,
            "source_id": sources["polygon_id"].to_numpy()[source],
            "code": sources["code"].to_numpy()[source],
            "distance_m": distance,
        }
    ).sort_values(["place", "source_id"])
    nearest = nearest.drop_duplicates("place").set_index("place")
    places = places.loc[nearest.index]
    area_ha = places.geometry.area / 10_000
    columns = ["candidate_id", "geometry", "share", "cost_eur"]
    return places[columns].assign(
        kind=kind,
        name=None,
        code=places["code"].fillna(nearest["code"]),
        owner=None,
        ready_year=pd.array([None] * len(places), dtype="Int64"),
        distance_m=nearest["distance_m"],
        rise_ha=area_ha * places["rise"].astype(float).fillna(places["share"]),
    )
