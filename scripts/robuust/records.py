"""Species records: from the columns of any file to checked points with dates."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from robuust.balance import (
    QUARANTINE_TYPES,
    join_layers,
    mark,
    no_reasons,
    quarantine,
)
from robuust.dates import read_dates
from robuust.habitat_geometry import near_area
from robuust.record_columns import record_columns
from robuust.reference_systems import (
    check_coordinates,
    coordinates_at_home,
    possible_coordinates,
    source_crs,
)
from robuust.sources import clean_text, read_flags, read_numbers, source_words
from robuust.taxonomy import match_names

RECORD_TYPES = {
    "record_id": "str",
    "source": "str",
    "species": "str",
    "taxon_group": "str",
    "date_first": "datetime64[s]",
    "date_last": "datetime64[s]",
    "year": "Int64",
    "uncertainty_m": "float64",
    "present": "bool",
    "generalised": "bool",
}
_ABSENT = {"absent", "afwezig", "0", "false", "nee", "no", "not found"}
_PRESENT = {"present", "aanwezig", "1", "true", "ja", "yes"}
_NAME_NOTES = ("synonym", "dutch_name", "subspecies")
_PLACE_STEP_M = 1.0  # records of one species, day and metre are one observation
# Reasons that tell of a wrong setting when every row of a source has one of them.
_WRONG_SETTING = {
    "missing_species": "set `columns: {species: ...}` to the column with the names",
    "missing_coordinates": "set `columns: {x: ..., y: ...}` to the columns with them",
    "unreadable_coordinates": "write plain numbers, with one point or comma for the"
    " decimals and none for the thousands, or set `columns: {x: ..., y: ...}`",
    "impossible_coordinates": "set the true `crs` of this source",
    "zero_coordinates": "set `columns: {x: ..., y: ...}` to the columns with them",
    "swapped_coordinates": "all would fall in the area with x and y swapped: swap the"
    " two names in `columns: {x: ..., y: ...}` of this source",
    "far_from_area": "check `crs` of this source, or leave the source out",
    "unreadable_date": "write dates as 2020-05-04 or 4/5/2020, or set"
    " `columns: {date: ...}` to the column with the dates",
    "impossible_date": "set `columns: {date: ...}` to the column with the dates",
    "future_date": "check `reference_date` and the column with the dates",
}


@dataclass(frozen=True)
class ScreenedRecords:
    """One record source after the checks of its own rows."""

    source: dict  # its entry in the settings
    table: pd.DataFrame  # as read
    records: pd.DataFrame  # one row per row of table, columns of RECORD_TYPES
    geometry: np.ndarray  # points in the analysis system, missing without place
    reasons: pd.Series  # missing where a row is kept
    details: pd.Series
    notes: list  # (source, reason, rows) of rows kept but changed
    crs: pyproj.CRS  # reference system of the source


def screen_records(
    table, source, species, area, *, declared_crs, crs, max_distance_m, reference_date
):
    """Check the rows of one record source and bring them into our columns.

    Parameters
    ----------
    table : DataFrame
        As read, text or numbers.
    source : dict
        Its entry in the settings.
    species : DataFrame
        The species table, see `match_names`.
    area : Polygon or MultiPolygon
        The study area, in ``crs``.
    declared_crs : pyproj.CRS, str or None
        What the file says about its reference system.
    crs : pyproj.CRS
        System of the analysis.
    max_distance_m : float
        Records farther from the area are left out [m].
    reference_date : str
        Later records are of the future (ISO date).

    Returns
    -------
    ScreenedRecords

    Raises
    ------
    ValueError
        If a column or the reference system is missing, or every row fails for one
        reason that a setting can mend.
    """
    where, table = source_words(source), table.reset_index(drop=True)
    fields, names = record_columns(table, source.get("columns") or {}, where)
    if declared_crs is None and names["x"].casefold() == "decimallongitude":
        declared_crs = "EPSG:4326"  # what Darwin Core prescribes
    own_crs = source_crs(declared_crs, source.get("crs"), where)
    geometry, reasons = _places(
        fields, own_crs, crs, area, max_distance_m=max_distance_m, where=where
    )
    names_given = clean_text(fields["species"])
    reasons = mark(reasons, names_given.isna(), "missing_species")
    matched = match_names(names_given, species)
    records, reasons, notes = _records(fields, matched, reasons, reference_date)
    reasons = mark(reasons, matched["species"].isna(), "unknown_species")
    details = _details(fields, names_given, reasons)
    _refuse_if_all_fail(reasons, details, where)
    records["source"] = source["name"]
    records["record_id"] = source["name"] + ":" + _ids(fields, records, geometry)
    kept = reasons.isna()
    notes |= {f"matched_by_{n}": matched["note"] == n for n in _NAME_NOTES}
    counted = [
        (source["name"], r, int((kept & rows).sum())) for r, rows in notes.items()
    ]
    return ScreenedRecords(
        source,
        table,
        records[list(RECORD_TYPES)].astype(RECORD_TYPES),
        geometry,
        reasons,
        details,
        counted,
        own_crs,
    )


def _places(fields, own_crs, crs, area, *, max_distance_m, where):
    """Points in the analysis system, and reasons for rows without a usable place."""
    x, bad_x = read_numbers(fields["x"])
    y, bad_y = read_numbers(fields["y"])
    check_coordinates(x, y, own_crs, where, analysis=crs)
    unreadable = bad_x | bad_y
    points, near = _near_points(x, y, own_crs, crs, area, max_distance_m)
    # In a national grid a far position is an ordinary place elsewhere in the country,
    # and many of those would fall in the area when swapped: no hint there.
    strange = ~near & ~coordinates_at_home(x, y, own_crs)
    _, near_swapped = _near_points(
        y.where(strange), x.where(strange), own_crs, crs, area, max_distance_m
    )
    reasons = mark(
        no_reasons(len(x)), (x.isna() | y.isna()) & ~unreadable, "missing_coordinates"
    )
    reasons = mark(reasons, unreadable, "unreadable_coordinates")
    reasons = mark(reasons, (x == 0) & (y == 0), "zero_coordinates")
    reasons = mark(reasons, near_swapped, "swapped_coordinates")
    impossible = ~possible_coordinates(x, y, own_crs) | shapely.is_missing(points)
    reasons = mark(reasons, impossible, "impossible_coordinates")
    return points, mark(reasons, ~near, "far_from_area")


def _near_points(x, y, own_crs, crs, area, max_distance_m):
    """Points of the coordinates (missing where they cannot be) and which are near."""
    x, y = x.to_numpy(dtype=float), y.to_numpy(dtype=float)
    if not own_crs.equals(crs, ignore_axis_order=True):
        x, y = pyproj.Transformer.from_crs(own_crs, crs, always_xy=True).transform(x, y)
    placed = np.isfinite(x) & np.isfinite(y)
    points = np.full(len(x), None, dtype=object)
    points[placed] = shapely.points(x[placed], y[placed])
    return points, near_area(points, area, max_distance_m)


def _records(fields, matched, reasons, reference_date):
    """Our columns, but for source and id; reasons of dates and status; notes."""
    n = len(reasons)
    blank = pd.Series([None] * n, dtype="str")
    start = clean_text(fields.get("date_first", fields.get("date", blank)))
    end = clean_text(fields.get("date_last", blank))
    first, last, bad, unread = read_dates(start)
    _, given_last, bad_last, unread_last = read_dates(end)
    last = given_last.fillna(last)
    reasons = mark(reasons, unread | unread_last, "unreadable_date")
    reasons = mark(reasons, bad | bad_last | (last < first), "impossible_date")
    reasons = mark(reasons, first > pd.Timestamp(reference_date), "future_date")
    status = clean_text(fields.get("status", blank)).str.casefold()
    absent = status.isin(_ABSENT)
    strange = status.notna() & ~absent & ~status.isin(_PRESENT)
    reasons = mark(reasons, strange, "unknown_status")
    count, _ = read_numbers(fields.get("count", blank))
    uncertainty, bad_uncertainty = read_numbers(fields.get("uncertainty_m", blank))
    bad_uncertainty |= uncertainty < 0
    # Darwin Core explains in words how a place was blurred: any text is a yes.
    flags, words = read_flags(fields.get("generalised", blank))
    records = pd.DataFrame(
        {
            "species": matched["species"],
            "taxon_group": matched["taxon_group"].fillna(
                clean_text(fields.get("taxon_group", blank))
            ),
            "date_first": first,
            "date_last": last,
            "year": last.dt.year.astype("Int64"),
            "uncertainty_m": uncertainty.mask(bad_uncertainty),
            "present": ~(absent | (count == 0)),
            "generalised": flags | words,
        }
    )
    notes = {"undated": first.isna(), "unreadable_uncertainty": bad_uncertainty}
    return records, reasons, notes


def _details(fields, names_given, reasons):
    """Quote the file, for reasons that are about its own words."""
    details = (names_given + " is not in the species table").where(
        reasons == "unknown_species"
    )
    x, y = _given(fields, "x"), _given(fields, "y")
    place = "x is '" + x + "', y is '" + y + "'"
    details = details.mask(reasons == "unreadable_coordinates", place)
    first = _given(fields, "date_first" if "date_first" in fields else "date")
    last = _given(fields, "date_last")
    date = (
        "the date is '"
        + first
        + ("', the last date is '" + last).where(last != "", "")
        + "'"
    )
    dates = reasons.isin(["unreadable_date", "impossible_date"])
    return details.mask(dates, date).astype("str")


def _given(fields, name):
    """Text of a field as the file has it; empty where it has none."""
    rows = len(fields["species"])
    blank = pd.Series([None] * rows, dtype="str")
    return clean_text(fields.get(name, blank)).fillna("")


def _ids(fields, records, geometry):
    """Ids of the file; a digest of what is recorded where the file gives none."""
    given = clean_text(fields["id"]) if "id" in fields else None
    if given is not None and given.notna().all():
        return given
    place = shapely.to_wkt(geometry, rounding_precision=3)
    key = pd.Series(place, dtype="str").fillna("")
    for column in ("species", "date_first", "date_last", "present", "uncertainty_m"):
        key = key + "|" + records[column].astype("str").fillna("")
    digest = pd.util.hash_array(key.to_numpy(dtype=object), categorize=False)
    text = pd.Series([f"{number:016x}" for number in digest], dtype="str")
    return text if given is None else given.fillna(text)


def _refuse_if_all_fail(reasons, details, where):
    if reasons.empty:
        return
    reason = reasons.iloc[0]
    if reason in _WRONG_SETTING and (reasons == reason).all():
        first = details.iloc[0]
        example = f" (in the first row {first})" if isinstance(first, str) else ""
        raise ValueError(
            f"{where}: all {len(reasons)} rows have the same problem,"
            f" {reason}{example}: {_WRONG_SETTING[reason]}."
        )


def join_records(screened, crs):
    """One layer of records from all sources, and everything that did not get into it.

    Rows about the same species, dates, place (to the metre) and status are one
    observation. The most precise one stays; then the source that comes first in the
    settings, then the first id.

    Parameters
    ----------
    screened : sequence of ScreenedRecords
        In the order of the settings.
    crs : pyproj.CRS
        System of the analysis.

    Returns
    -------
    records : GeoDataFrame
        Columns of ``RECORD_TYPES`` and geometry; sorted by record_id.
    quarantined : GeoDataFrame
    """
    empty = pd.DataFrame(columns=[*RECORD_TYPES, "place", "row", "geometry"])
    frames = [
        s.records.assign(place=k, row=range(len(s.records)), geometry=s.geometry)[
            s.reasons.isna()
        ]
        for k, s in enumerate(screened)
    ]
    rows = pd.concat([f for f in frames if len(f)] or [empty], ignore_index=True)
    rows = _repeats(rows)
    apart = []
    for place, s in enumerate(screened):
        reasons, details = s.reasons.copy(), s.details.copy()
        twice = rows[(rows["place"] == place) & rows["repeat"].notna()]
        places = twice["row"].to_numpy(dtype=int)
        reasons.iloc[places] = twice["repeat"].to_numpy()
        details.iloc[places] = ("same as " + twice["twin"].astype("str")).to_numpy()
        apart.append(
            quarantine(s.source["name"], s.table, reasons, details, s.geometry, crs)
        )
    kept = rows[rows["repeat"].isna()].sort_values("record_id", ignore_index=True)
    records = gpd.GeoDataFrame(
        kept[list(RECORD_TYPES)].astype(RECORD_TYPES),
        geometry=kept["geometry"].to_numpy(),
        crs=crs,
    )
    return records, join_layers(apart, QUARANTINE_TYPES, crs)


def _repeats(rows):
    """Columns repeat (reason, or missing) and twin (id of the row that stays)."""
    points = rows["geometry"].to_numpy()
    rows = rows.assign(
        east=np.round(shapely.get_x(points) / _PLACE_STEP_M),
        north=np.round(shapely.get_y(points) / _PLACE_STEP_M),
    )
    same = ["species", "date_first", "date_last", "east", "north", "present"]
    best_first = ["generalised", "uncertainty_m", "place", "record_id"]
    rows = rows.sort_values([*best_first, *same, "row"], ignore_index=True)
    repeated = rows.duplicated(same)
    first = rows.loc[~repeated, [*same, "record_id"]]
    first = first.rename(columns={"record_id": "twin"})
    rows = rows.merge(first, on=same, how="left", validate="many_to_one")
    same_id = ~repeated & rows["record_id"].where(~repeated).duplicated()
    repeat = no_reasons(len(rows)).mask(repeated, "duplicate_record")
    return rows.assign(repeat=repeat.mask(same_id, "duplicate_id"))
