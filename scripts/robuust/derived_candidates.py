"""Candidates derived from the habitat map, where there is no layer of parcels."""

import numpy as np
import pandas as pd
import shapely

from robuust.candidates import polygons_of
from robuust.suitability import match_suitability


def derive_candidates(
    habitat, parts, study_area, patches, suitability, *, bundles, rules
):
    """Find polygons of the habitat map to convert, and cells in the gaps of patches.

    Parameters
    ----------
    habitat : GeoDataFrame
        polygon_id, geometry [m].
    parts : DataFrame
        polygon_id, code, share.
    study_area : shapely geometry
    patches : DataFrame
        group, patch_id, polygon_id of every group.
    suitability : DataFrame
        code, bundle, suitability, role.
    bundles : list of str
        Bundles of the groups of this run.
    rules : dict
        candidate_reach_m, candidate_cell_m, max_candidates, convertible_codes.

    Returns
    -------
    GeoDataFrame
        As `convertible_polygons` gives them; at most ``max_candidates``.
    """
    codes = pd.concat(match_suitability(parts["code"], suitability, b) for b in bundles)
    main = dominant_codes(parts, set(codes.loc[codes["suitability"] > 0, "code"]))
    sources = habitat[habitat["polygon_id"].isin(patches["polygon_id"])]
    sources = sources.sort_values("polygon_id")
    sources = sources.join(main.rename("code"), on="polygon_id", how="inner")
    reach_m = rules["candidate_reach_m"]
    polygons = convertible_polygons(
        habitat,
        parts,
        sources,
        convertible_codes=rules["convertible_codes"],
        reach_m=reach_m,
    )
    cells = gap_cells(
        study_area,
        habitat,
        sources,
        patches,
        cell_m=rules["candidate_cell_m"],
        reach_m=reach_m,
    )
    found = pd.concat([polygons, cells]).reset_index(drop=True)
    return nearest_first(found, max_candidates=rules["max_candidates"])


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


def convertible_polygons(habitat, parts, sources, *, convertible_codes, reach_m):
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
    convertible_codes : list of str
        Codes whose polygons may be converted, judged by the largest part.
    reach_m : float
        Largest distance to a source polygon [m].

    Returns
    -------
    GeoDataFrame
        candidate_id, kind, name, code, share, cost_eur, owner, ready_year, distance_m,
        geometry; the code is that of the nearest source polygon, whose species are
        the first to come.
    """
    main = dominant_codes(parts, set(parts["code"]))
    chosen = main.index[main.isin(convertible_codes)].difference(sources["polygon_id"])
    places = habitat[habitat["polygon_id"].isin(chosen)]
    places = places.sort_values("polygon_id")[["polygon_id", "geometry"]]
    places["candidate_id"] = "convertible-" + places["polygon_id"].astype(str)
    return _derived(places, sources, kind="convertible", reach_m=reach_m)


def gap_cells(study_area, habitat, sources, patches, *, cell_m, reach_m):
    """Cells of unmapped land between two patches of one group.

    Parameters
    ----------
    study_area : shapely geometry
        Cells are cut to it.
    habitat : GeoDataFrame
        All polygons of the habitat map; what they cover is no gap.
    sources : GeoDataFrame
        As for `convertible_polygons`.
    patches : DataFrame
        group, patch_id, polygon_id of every group.
    cell_m : float
        Side of a cell [m]; its corner is a multiple of it, so that ids last.
    reach_m : float
        The centre lies within it of at least two patches of some group [m].

    Returns
    -------
    GeoDataFrame
        As `convertible_polygons`; cells of which more than half is mapped or outside
        the study area are left out.
    """
    west, south, east, north = shapely.bounds(study_area) // cell_m
    x, y = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    x, y = x.ravel().astype(np.int64), y.ravel().astype(np.int64)
    centre = shapely.points((x + 0.5) * cell_m, (y + 0.5) * cell_m)
    mapped = shapely.STRtree(habitat.geometry.to_numpy()).query(centre, "intersects")[0]
    x, y, centre = (np.delete(column, mapped) for column in (x, y, centre))

    tree = shapely.STRtree(sources.geometry.to_numpy())
    cell, source = tree.query(centre, predicate="dwithin", distance=reach_m)
    near = pd.DataFrame(
        {"cell": cell, "polygon_id": sources["polygon_id"].to_numpy()[source]}
    ).merge(patches, on="polygon_id")
    counts = near.groupby(["cell", "group"])["patch_id"].nunique()
    between = np.unique(counts.index[counts >= 2].get_level_values("cell"))
    x, y = x[between], y[between]

    squares = shapely.box(x * cell_m, y * cell_m, (x + 1) * cell_m, (y + 1) * cell_m)
    squares = shapely.intersection(squares, study_area)
    squares = _without(squares, habitat.geometry.to_numpy())
    places = sources.iloc[:0][["geometry"]].reindex(range(x.size))
    places = places.set_geometry(squares, crs=sources.crs)
    places["candidate_id"] = [f"cell-{a}-{b}" for a, b in zip(x, y, strict=True)]
    places = places[places.area >= cell_m**2 / 2]
    return _derived(places, sources, kind="gap_cell", reach_m=reach_m)


def nearest_first(candidates, *, max_candidates):
    """At most so many derived candidates: the nearest to habitat, then the largest.

    Parameters
    ----------
    candidates : GeoDataFrame
        candidate_id, distance_m, geometry.
    max_candidates : int
        How many may stay.

    Returns
    -------
    GeoDataFrame
    """
    order = candidates.assign(area=-candidates.geometry.area.round(3))
    order = order.sort_values(["distance_m", "area", "candidate_id"])
    return candidates.loc[order.index[:max_candidates]]


def _derived(places, sources, *, kind, reach_m):
    """Places within reach of habitat, with the code of the nearest of it."""
    places = places.reset_index(drop=True)
    shapes = places.geometry.to_numpy()
    tree = shapely.STRtree(sources.geometry.to_numpy())
    (place, source), distance = tree.query_nearest(
        shapes, max_distance=reach_m, return_distance=True, all_matches=True
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
    places = places.loc[nearest.index, ["candidate_id", "geometry"]]
    return places.assign(
        kind=kind,
        name=None,
        code=nearest["code"],
        share=1.0,
        cost_eur=np.nan,
        owner=None,
        ready_year=pd.array([None] * len(places), dtype="Int64"),
        distance_m=nearest["distance_m"],
    )


def _without(shapes, others):
    """Shapes less what others cover."""
    shapes = np.asarray(shapes, dtype=object).copy()
    i, j = shapely.STRtree(others).query(shapes, predicate="intersects")
    for k in np.unique(i):
        cover = shapely.union_all(others[j[i == k]])
        shapes[k] = polygons_of(shapely.difference(shapes[k], cover))
    return shapes
