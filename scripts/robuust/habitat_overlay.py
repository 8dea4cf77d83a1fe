"""Planned changes laid over the habitat map: what is cut out, what comes instead."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from robuust.balance import reason_counts
from robuust.candidates import SLIVER_SHARE
from robuust.context_layers import screen_context
from robuust.figures import figure
from robuust.habitat_geometry import polygons_only
from robuust.habitat_parts import NO_HABITAT
from robuust.overlaps import TOLERANCE_M2, overlapping_pairs, resolve_overlaps
from robuust.planned_changes import PLANNED_TYPES
from robuust.polygons import HA, as_multipolygons, overlap_areas
from robuust.sources import clean_text, find_column, source_words

_BALANCE = 1e-6  # of the hectares: more is a fault, less is rounding


def screen_changes(layer, source, area, habitat_types, *, crs, max_distance_m):
    """Check and repair one layer of planned changes.

    Parameters
    ----------
    layer : GeoDataFrame
        As read.
    source : dict
        Its entry in the settings; ``no_habitat`` lists the words of the layer for
        land that is no habitat, besides ``gh``.
    area : Polygon or MultiPolygon
        The study area, in ``crs``.
    habitat_types : DataFrame
        code of every habitat type that the tables know.
    crs : pyproj.CRS
        System of the analysis.
    max_distance_m : float
        How far from the area numbers still make sense [m]; a change that does not
        meet the area is set apart.

    Returns
    -------
    kept : GeoDataFrame
        change_id, source, name, code, share, cost_eur, year, geometry.
    quarantined : GeoDataFrame
    notes : list of (str, str, int)
        Source, reason and number of rows kept but changed.

    Raises
    ------
    ValueError
        If a code is in no table, or none of the rows can be used.
    """
    layer = _with_no_habitat(layer, source)
    kept, quarantined, notes = screen_context(
        layer,
        source,
        "changes",
        area,
        crs=crs,
        max_distance_m=max_distance_m,
        known_codes=habitat_types["code"],
    )
    unknown = quarantined["reason"] == "unknown_habitat_code"
    if unknown.any():
        codes = quarantined.loc[unknown, "detail"].str.removeprefix("code: ").unique()
        raise ValueError(
            f"{source_words(source)}: {unknown.sum()} of {len(layer)} planned changes"
            f" have a habitat code that is in no table: {', '.join(codes[:20])}."
            " Correct the code; add it to config/habitat_types.csv and"
            " config/suitability.csv; or, where it means land without habitat, list it"
            " under no_habitat."
        )
    if kept.empty:
        reasons = reason_counts(quarantined["reason"]) or "it has no features"
        raise ValueError(
            f"{source_words(source)}: none of its {len(layer)} planned changes can be"
            f" used: {reasons}. Correct the layer or its entry under scenarios."
        )
    return kept, quarantined, notes


def _with_no_habitat(layer, source):
    """Layer that writes `NO_HABITAT` where it uses a word of its own for it."""
    words = {word.casefold() for word in source.get("no_habitat", ())}
    if not words or not source.get("code_column"):
        return layer
    column = find_column(layer, source["code_column"], source_words(source))
    texts = clean_text(layer[column])
    none = texts.str.casefold().isin(words).to_numpy()
    return layer.assign(**{column: texts.mask(none, NO_HABITAT)})


def one_change_per_place(changes):
    """Leave every place to the change that comes first in the list.

    Parameters
    ----------
    changes : GeoDataFrame
        Planned changes in order of precedence; valid polygons [m].

    Returns
    -------
    changes : GeoDataFrame
        The same rows; one that is covered wholly has an empty geometry.
    n_cut : int
        How many lost ground.

    Examples
    --------
    >>> two = gpd.GeoDataFrame({"change_id": ["a", "b"]},
    ...     geometry=shapely.box([0, 50], 0, [100, 150], 100), crs=31370)
    >>> changes, n_cut = one_change_per_place(two)
    >>> changes.area.tolist(), n_cut
    ([10000.0, 5000.0], 1)
    """
    shapes = changes.geometry.to_numpy()
    everything = np.ones(len(shapes), dtype=bool)
    first, second, _ = overlapping_pairs(shapes, everything, where="planned changes")
    cut, lost_m2 = resolve_overlaps(shapes, first, second)
    cut[shapely.is_missing(cut)] = shapely.MultiPolygon()
    n_cut = int((lost_m2 > 0).sum())
    return changes.set_geometry(cut, crs=changes.crs), n_cut


def lay_over(habitat, parts, changes, habitat_types):
    """Habitat map as it will be: planned polygons instead of what lay there.

    What is left of a polygon keeps its id and its parts with their shares: within a
    polygon the types are spread evenly. A planned polygon of a code that is no habitat
    (without a bundle in the tables, such as ``gh``) stays on the map without parts:
    it is no habitat for anybody, and no place to restore.

    Parameters
    ----------
    habitat : GeoDataFrame
        polygon_id, source, area_ha, geometry [m].
    parts : DataFrame
        polygon_id, code, share, quality, certain.
    changes : GeoDataFrame
        change_id, source, name, code, share, cost_eur, year; polygons that do not
        overlap, see `one_change_per_place`.
    habitat_types : DataFrame
        code, bundle (blank: no habitat).

    Returns
    -------
    habitat, parts
        With the same columns, sorted by polygon_id.
    planned : GeoDataFrame
        The columns of `planned_changes.PLANNED_TYPES`, and MultiPolygons: per change
        its hectares, those of mapped polygons that it takes, the habitat in it then and
        now (shares counted), and the codes that it replaces.

    Raises
    ------
    ValueError
        If the hectares that the map loses are not those that the changes take.
    """
    shapes, plans = habitat.geometry.to_numpy(), changes.geometry.to_numpy()
    change, polygon, shared_m2 = _taken_ground(shapes, plans)
    left = _left_over(shapes, plans, change, polygon)
    _check_balance(shapes, left, shared_m2)
    is_habitat = set(habitat_types.loc[habitat_types["bundle"].notna(), "code"])
    kept, new = ~shapely.is_empty(left), changes[~changes.is_empty]
    rows = [
        _rows(habitat["polygon_id"], habitat["source"], left)[kept],
        _rows(new["change_id"], new["source"], new.geometry.to_numpy()),
    ]
    rows = pd.concat(rows).sort_values("polygon_id", ignore_index=True)
    old_parts = parts[parts["polygon_id"].isin(habitat["polygon_id"][kept])]
    new_parts = _new_parts(new[new["code"].isin(is_habitat)], parts.dtypes.to_dict())
    new_parts = pd.concat([old_parts, new_parts])
    taken_from = habitat["polygon_id"].to_numpy()[polygon]
    replaced = pd.DataFrame({"change": change, "polygon_id": taken_from})
    replaced["shared_ha"] = shared_m2 / HA
    return (
        gpd.GeoDataFrame(rows, geometry="geometry", crs=habitat.crs),
        new_parts.sort_values(["polygon_id", "code"], ignore_index=True),
        _planned(changes, replaced, parts, is_habitat),
    )


def _taken_ground(shapes, plans):
    """Pairs of a plan and a shape that it takes ground from, and how much [m2]."""
    plan, shape, shared_m2 = overlap_areas(plans, shapes)
    taken = shared_m2 > TOLERANCE_M2
    return plan[taken], shape[taken], shared_m2[taken]


def _new_parts(planted, types):
    """Parts of the planned habitat: one code each, of good quality."""
    parts = planted[["change_id", "code", "share"]]
    parts = parts.rename(columns={"change_id": "polygon_id"})
    return pd.DataFrame(parts).assign(quality=1.0, certain=True).astype(types)


def _rows(ids, source, shapes):
    """Rows of the habitat layer."""
    columns = {"polygon_id": ids.astype("str"), "source": source.astype("str")}
    rows = pd.DataFrame(columns).reset_index(drop=True)
    return rows.assign(area_ha=shapely.area(shapes) / HA, geometry=shapes)


def _left_over(shapes, plans, change, polygon):
    """Shapes less the plans that take from them; empty where nothing is left."""
    left = shapes.copy()
    if not polygon.size:
        return left
    order = np.argsort(polygon, kind="stable")
    touched, start = np.unique(polygon[order], return_index=True)
    for k, takers in zip(touched, np.split(change[order], start[1:]), strict=True):
        rest = shapely.difference(shapes[k], shapely.union_all(plans[takers]))
        rest = shapely.get_parts(polygons_only(rest))
        rest = rest[shapely.area(rest) > TOLERANCE_M2]  # no slivers of a digitised edge
        left[k] = rest[0] if rest.size == 1 else shapely.multipolygons(rest)
    return left


def _check_balance(shapes, left, shared_m2):
    """Stop when the ground that polygons lose is not the ground that plans take."""
    before_m2, taken_m2 = shapely.area(shapes).sum(), shared_m2.sum()
    lost_m2 = before_m2 - shapely.area(left).sum()
    allowed = _BALANCE * before_m2 + TOLERANCE_M2 * (shared_m2.size + 1)
    if abs(lost_m2 - taken_m2) > allowed:
        raise ValueError(
            f"the habitat map loses {lost_m2 / HA:.4f} ha to the planned changes, which"
            f" take {taken_m2 / HA:.4f} ha of it; these must be the same. This is a"
            " fault of the program: please report it with this message."
        )


def _planned(changes, replaced, parts, is_habitat):
    """One row per change: its hectares, and what it replaces."""
    mapped_ha = replaced.groupby("change")["shared_ha"].sum()
    habitat = replaced.merge(parts[parts["code"].isin(is_habitat)], on="polygon_id")
    habitat["part_ha"] = habitat["shared_ha"] * habitat["share"]
    by_code = habitat.groupby(["change", "code"])["part_ha"].sum()
    earlier_ha = by_code.groupby("change").sum()
    by_code = by_code.reset_index().groupby("change")
    codes = {change: _code_words(rows) for change, rows in by_code}
    order = pd.RangeIndex(len(changes))
    area_ha = changes.area.to_numpy() / HA
    planned = changes.assign(
        area_ha=area_ha,
        mapped_ha=mapped_ha.reindex(order, fill_value=0.0).to_numpy(),
        habitat_ha=np.where(
            changes["code"].isin(is_habitat), area_ha * changes["share"], 0.0
        ),
        earlier_habitat_ha=earlier_ha.reindex(order, fill_value=0.0).to_numpy(),
        earlier_codes=[codes.get(k, "") for k in order],
    )
    planned = planned[list(PLANNED_TYPES)].astype(PLANNED_TYPES)
    shapes = as_multipolygons(changes.geometry.to_numpy())
    return gpd.GeoDataFrame(planned, geometry=shapes, crs=changes.crs)


def _code_words(rows):
    """Codes with their hectares, the largest first."""
    rows = rows.sort_values(["part_ha", "code"], ascending=[False, True])
    words = zip(rows["code"], rows["part_ha"], strict=True)
    return "; ".join(f"{code} {figure(ha)} ha" for code, ha in words)


def parcels_left(parcels, plans):
    """Candidate parcels without the land that planned changes take.

    That land is decided on. A parcel keeps its cost per hectare; one of which no more
    than a sliver is left is excluded, and no plan must have it.

    Parameters
    ----------
    parcels : GeoDataFrame
        candidate_id, cost_eur, excluded, must_have, polygons [m].
    plans : array_like of shapely polygons
        Planned changes [m].

    Returns
    -------
    GeoDataFrame
        The same rows.

    Examples
    --------
    >>> row = {"cost_eur": [900.0], "excluded": False, "must_have": True}
    >>> parcel = gpd.GeoDataFrame(row, geometry=[shapely.box(0, 0, 90, 10)], crs=31370)
    >>> left = parcels_left(parcel, [shapely.box(60, 0, 200, 10)])
    >>> left.area.tolist(), left["cost_eur"].tolist()
    ([600.0], [600.0])
    """
    shapes = parcels.geometry.to_numpy()
    plans = np.asarray(plans, dtype=object)
    plan, parcel, _ = _taken_ground(shapes, plans)
    left = _left_over(shapes, plans, plan, parcel)
    share = shapely.area(left) / shapely.area(shapes)
    gone = share <= SLIVER_SHARE
    left[gone] = shapes[gone]
    return parcels.assign(
        cost_eur=parcels["cost_eur"] * np.where(gone, 1.0, share),
        excluded=parcels["excluded"].astype(bool) | gone,
        must_have=parcels["must_have"].astype(bool) & ~gone,
    ).set_geometry(left, crs=parcels.crs)
