"""The habitat map: several sources screened, cut to one layer, and cut into parts."""

import math
from dataclasses import dataclass
from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from robuust.balance import (
    QUARANTINE_TYPES,
    join_layers,
    mark,
    original_as_json,
    quarantine,
    reason_counts,
)
from robuust.coverage import (
    FAULT_TYPES,
    coverage_faults,
    faulty_edges,
    find_gaps,
)
from robuust.habitat_geometry import (
    M2_PER_HA,
    identify,
    near_area,
    repair_polygons,
)
from robuust.habitat_parts import (
    habitat_parts,
    known_parts,
    match_codes,
    unknown_code_words,
)
from robuust.layer_places import place_layer
from robuust.overlaps import overlapping_pairs, refuse_piles, resolve_overlaps
from robuust.sources import source_words

DEFAULT_OVERLAY = "habitat_map"


@dataclass(frozen=True)
class ScreenedHabitat:
    """One habitat source after the checks of its own rows."""

    source: dict  # its entry in the settings
    table: pd.DataFrame  # as read
    ids: np.ndarray
    geometry: np.ndarray  # in the analysis reference system, repaired
    reasons: pd.Series  # missing where a row is kept
    details: pd.Series
    parts: pd.DataFrame  # row, code, share, quality, certain
    changed: dict  # what was changed to whether it was, per row


def screen_habitat(
    layer,
    source,
    known_codes,
    *,
    crs,
    min_polygon_m2,
    refuse_unknown,
    area=None,
    max_distance_m=0.0,
):
    """Check and repair the rows of one habitat source.

    Parameters
    ----------
    layer : GeoDataFrame
        As read.
    source : dict
        Its entry in the settings.
    known_codes : iterable of str
        Habitat codes of the tables, see `match_codes`.
    crs : pyproj.CRS
        System of the analysis.
    min_polygon_m2 : float
        Smaller polygons are slivers [m2].
    refuse_unknown : bool
        Stop at a code that is in no table, instead of setting its polygon apart.
    area : Polygon, MultiPolygon or None
        The study area, in ``crs``, where a layer gives it: it tells swapped polygons.
    max_distance_m : float
        Polygons farther from the area are of no use [m].

    Returns
    -------
    ScreenedHabitat

    Raises
    ------
    ValueError
        If the layer is empty, has no or a wrong reference system, lacks a column,
        or none of its rows can be used.
    """
    where = source_words(source)
    if layer.empty:
        raise ValueError(
            f"{where} is empty: it has no features. Leave it out or mend `layer`."
        )
    placed = place_layer(
        layer, source, crs=crs, area=area, max_distance_m=max_distance_m
    )
    table = placed.table
    shapes, reasons, repaired = repair_polygons(
        placed.geometry, min_area_m2=min_polygon_m2
    )
    reasons = placed.reasons.fillna(reasons)
    parts, reasons, details, changed = _screen_codes(
        table, source, known_codes, reasons, where, refuse=refuse_unknown
    )
    told = partial(_meaning, table, parts)
    ids, reasons = identify(table, shapes, reasons, source, told)
    repeated = reasons.isin(["duplicate_id", "duplicate_geometry"])
    details = details.mask(repeated, pd.Series(ids) + " is there already")
    if reasons.notna().all():
        raise ValueError(
            f"{where}: none of its {len(table)} polygons can be used:"
            f" {reason_counts(reasons)}. Correct the layer or its entry in the"
            " settings."
        )
    changed = {"repaired_geometry": np.asarray(repaired, dtype=bool)} | changed
    return ScreenedHabitat(source, table, ids, shapes, reasons, details, parts, changed)


def _screen_codes(table, source, known_codes, reasons, where, *, refuse):
    """Parts of every row in known codes; reasons for rows that have none."""
    raw = habitat_parts(table, source, where)
    impossible = _flags(len(table), raw.loc[raw["share"] < 0, "row"])
    reasons = mark(reasons, ~_flags(len(table), raw["row"]), "missing_habitat_code")
    reasons = mark(reasons, impossible, "impossible_share")
    raw = raw[~impossible[raw["row"].to_numpy()]]
    parts, unknown, scaled = known_parts(
        raw, match_codes(raw["code"].unique(), known_codes)
    )
    if refuse and len(unknown):
        raise ValueError(unknown_code_words(unknown, where))
    listed = unknown.drop_duplicates(["row", "text"]).groupby("row")["text"]
    listed = listed.agg(", ".join).reindex(range(len(table)))
    has_parts = _flags(len(table), parts["row"])
    reasons = mark(reasons, ~has_parts & listed.notna(), "unknown_habitat_code")
    reasons = mark(reasons, ~has_parts, "missing_habitat_code")
    details = listed.where(listed.isna(), "in no table: " + listed.astype("str"))
    changed = {
        "share_sum_scaled": _flags(len(table), scaled),
        "unknown_habitat_code_part": listed.notna().to_numpy(),
        "unknown_quality": _flags(len(table), raw.loc[raw["quality_unknown"], "row"]),
    }
    return parts, reasons, details.astype("str"), changed


def _meaning(table, parts, rows):
    """Tell what the map says of some rows: their parts, then all columns."""
    own = parts[parts["row"].isin(rows)]
    used = original_as_json(own.drop(columns="row")).set_axis(own["row"])
    used = used.groupby(level=0).agg(" ".join).reindex(rows, fill_value="")
    return used, original_as_json(table.iloc[rows])


def _flags(n, rows):
    flags = np.zeros(n, dtype=bool)
    flags[np.asarray(rows, dtype=int)] = True
    return flags


def extent_of(habitat):
    """Draw the box round a map: the study area of a run that gives none.

    Parameters
    ----------
    habitat : GeoDataFrame

    Returns
    -------
    GeoDataFrame
        One row; none when the map is empty.
    """
    box = [shapely.box(*habitat.total_bounds)] if len(habitat) else []
    return gpd.GeoDataFrame(geometry=box, crs=habitat.crs)


def area_before_ha(screened):
    """Area of all polygons of a source, before anything is set apart or cut away.

    Parameters
    ----------
    screened : ScreenedHabitat

    Returns
    -------
    float
        Sum over repaired polygons [ha]; overlaps count as often as they are drawn.
    """
    shapes = screened.geometry
    counts = np.isin(shapely.get_type_id(shapes), [3, 6])
    apart = counts & screened.reasons.notna().to_numpy()  # perhaps never repaired
    counts[apart] = shapely.is_valid(shapes[apart])
    # An exact sum, which does not depend on the order of the rows.
    return math.fsum(shapely.area(shapes[counts])) / M2_PER_HA


def tell_areas(rows, screened, habitat):
    """Add to the descriptions of habitat maps how much land went in and came out.

    Parameters
    ----------
    rows : list of dict
        Description of each map (source), changed: area_before_ha and area_after_ha are
        added. What comes after the maps is left as it is.
    screened : list of ScreenedHabitat
        The maps, in the same order.
    habitat : DataFrame
        source and area_ha of the polygons that were kept.
    """
    after_ha = habitat.groupby("source")["area_ha"].sum()
    for row, one in zip(rows, screened, strict=False):
        row["area_before_ha"] = area_before_ha(one)
        row["area_after_ha"] = after_ha.get(row["source"], 0.0)


def outside_area(screened, area, *, max_distance_m):
    """Reasons of a source after polygons far from the study area are set apart.

    Parameters
    ----------
    screened : ScreenedHabitat
    area : Polygon, MultiPolygon or None
        The study area; without one no polygon is far from it.
    max_distance_m : float
        Polygons farther from it are left out [m].

    Returns
    -------
    Series of str

    Raises
    ------
    ValueError
        If no polygon is near the area.
    """
    if area is None:
        return screened.reasons
    usable = screened.reasons.isna()
    far = ~near_area(screened.geometry, area, max_distance_m)
    if far[usable].all():
        raise ValueError(
            f"{source_words(screened.source)}: all {int(usable.sum())} usable polygons"
            f" lie more than {max_distance_m:g} m outside the study area. Check `crs`"
            " of this source and of the study area."
        )
    return mark(screened.reasons, far, "outside_area")


def join_habitat(screened, area, *, crs, max_distance_m, max_gap_m):
    """One habitat layer from all sources, and everything that did not get into it.

    Overlaps are cut away among sources with the same ``overlay``: the source that
    comes first in the settings keeps the ground, within a source the polygon whose
    id comes first.

    Parameters
    ----------
    screened : sequence of ScreenedHabitat
        In the order of the settings.
    area : Polygon, MultiPolygon or None
        The study area, where one is given.
    crs : pyproj.CRS
        System of the analysis.
    max_distance_m : float
        Polygons farther from the area are left out [m].
    max_gap_m : float
        Gaps between polygons of one overlay are told when they are at most so wide.

    Returns
    -------
    habitat : GeoDataFrame
        Columns polygon_id, source, area_ha, geometry; sorted by polygon_id.
    parts : DataFrame
        Columns polygon_id, code, share, quality, certain.
    quarantined : GeoDataFrame
    notes : list of (str, str, int)
        Source, reason and number of rows kept but changed, or kept beside a gap.
    faults : GeoDataFrame
        Overlaps, as they were before they were cut away, and gaps; see
        `coverage_faults`.

    Raises
    ------
    UnusableFileError
        If far more polygons of one overlay overlap than in any map.
    """
    reasons = [outside_area(s, area, max_distance_m=max_distance_m) for s in screened]
    rows, faults = _without_overlaps(screened, reasons, crs, max_gap_m)
    covered = rows["geometry"].isna()
    names = [s.source["name"] for s in screened]
    notes, apart = [], []
    for place, s in enumerate(screened):
        mine = rows["place"] == place
        gone = _flags(len(s.ids), rows.loc[mine & covered, "row"])
        cut = int((mine & ~covered & (rows["lost_m2"] > 0)).sum())
        final = mark(reasons[place], gone, "covered_by_earlier")
        kept = final.isna().to_numpy()
        notes += [
            (names[place], change, int(of_row[kept].sum()))
            for change, of_row in s.changed.items()
        ]
        notes.append((names[place], "overlap_cut_away", cut))
        beside_gap = int((mine & ~covered & rows["beside_gap"]).sum())
        notes.append((names[place], "narrow_gap_beside", beside_gap))
        apart.append(
            quarantine(names[place], s.table, final, s.details, s.geometry, crs)
        )
    kept = rows[~covered].sort_values("polygon_id", ignore_index=True)
    habitat, parts = _layer(kept, names, crs), _named_parts(kept, screened)
    return habitat, parts, join_layers(apart, QUARANTINE_TYPES, crs), notes, faults


def _layer(kept, names, crs):
    """Make the habitat layer of the kept polygons."""
    shapes = kept["geometry"].to_numpy()
    columns = {
        "polygon_id": kept["polygon_id"].astype("str"),
        "source": pd.Series(np.array(names)[kept["place"]], dtype="str"),
        "area_ha": shapely.area(shapes) / M2_PER_HA,
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def _without_overlaps(screened, reasons, crs, max_gap_m):
    """Usable polygons of all sources in order of precedence, cut where they overlap."""
    frames = [
        pd.DataFrame(
            {
                "place": place,
                "overlay": s.source.get("overlay", DEFAULT_OVERLAY),
                "row": np.arange(len(s.ids)),
                "polygon_id": s.ids,
                "geometry": s.geometry,
            }
        )[r.isna().to_numpy()]
        for place, (s, r) in enumerate(zip(screened, reasons, strict=True))
    ]
    rows = pd.concat(frames).sort_values(["place", "polygon_id"], ignore_index=True)
    shapes, lost_m2 = np.array(rows["geometry"], dtype=object), np.zeros(len(rows))
    places, faults = rows["place"].to_numpy(), []
    names = np.array([s.source["name"] for s in screened], dtype=object)
    for members in rows.groupby("overlay").indices.values():
        drawn, own = shapes[members], np.unique(places[members])
        where = " and ".join(source_words(screened[k].source) for k in own)
        refuse_piles(drawn, where=where)
        edges = faulty_edges(drawn, max_gap_m)
        faulty = ~shapely.is_empty(edges)
        first, second, shared = overlapping_pairs(drawn, faulty, where=where)
        shapes[members], lost_m2[members] = resolve_overlaps(drawn, first, second)
        gaps = find_gaps(drawn, edges, max_gap_m=max_gap_m)
        ids, sources = rows["polygon_id"].to_numpy()[members], names[places[members]]
        faults.append(coverage_faults((shared, first, second), gaps, ids, sources, crs))
    faults = join_layers(faults, FAULT_TYPES, crs)
    beside = faults.loc[faults["kind"] == "gap", ["polygon_id_a", "polygon_id_b"]]
    beside = rows["polygon_id"].isin(np.unique(beside))
    return rows.assign(geometry=shapes, lost_m2=lost_m2, beside_gap=beside), faults


def _named_parts(kept, screened):
    """Parts of the kept polygons, under the id of their polygon."""
    parts = pd.concat([s.parts.assign(place=k) for k, s in enumerate(screened)])
    parts = parts.merge(kept[["place", "row", "polygon_id"]], on=["place", "row"])
    parts = parts.sort_values(["polygon_id", "code"], ignore_index=True)
    columns = ["polygon_id", "code", "share", "quality", "certain"]
    return parts[columns].astype({"polygon_id": "str", "code": "str"})
