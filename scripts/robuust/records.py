"""Species records: from the columns of any file to checked points with dates."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj

from robuust.places import Places, find_places
from robuust.record_columns import UNREADABLE, check_permission, find_columns
from robuust.record_fields import number_column, read_words
from robuust.record_ids import given_ids, record_ids
from robuust.record_periods import judge_date_order, read_period
from robuust.record_reasons import (
    first_reasons,
    judge_reasons,
    split_reasons,
    write_details,
)
from robuust.record_values import (
    RecordFile,
    not_approved,
    read_presence,
    read_sureness,
    read_taxa,
    withheld,
)
from robuust.reference_systems import source_crs
from robuust.sensitive_species import blur_places, may_be_sensitive
from robuust.side_by_side import side_by_side
from robuust.sources import source_words
from robuust.taxonomy import match_names

WITHHELD = ("no_consent", "embargo")


@dataclass(frozen=True)
class ScreenedRecords:
    """One record source after the checks of its own rows."""

    source: dict  # its entry in the settings
    table: pa.Table  # as read
    records: pd.DataFrame  # rows that are kept; ``row`` is their place in the table
    ids: pa.Array  # of the rows that are kept
    id_column: str  # name of the column with them; empty where the file has none
    places: Places  # of all rows
    reasons: pd.Series  # of all rows (category), missing where a row is kept
    details: pd.Series  # of rows whose words are quoted, by their place in the table
    secret: np.ndarray  # bool, of all rows: cells and place must not be shown
    notes: list  # (source, reason, rows) of rows kept but changed
    warnings: list  # sentences for the log
    crs: pyproj.CRS  # reference system of the source


def screen_records(
    table,
    source,
    species,
    area,
    *,
    declared_crs,
    crs,
    max_distance_m,
    reference_date,
    sensitive,
):
    """Check the rows of one record source and bring them into our columns.

    Parameters
    ----------
    table : pyarrow.Table
        As read: text, plain or as dictionaries, or numbers. Column ``_unreadable``, if
        there is one, has the text of rows that could not be cut into columns.
    source : dict
        Its entry in the settings, complete.
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
    sensitive : dict of str to float
        Species whose places are blurred, see `blur_places`.

    Returns
    -------
    ScreenedRecords

    Raises
    ------
    ValueError
        If a column or the reference system is missing, or every row fails for one
        reason that a setting can mend, or a column looks like consent or embargo and
        is not read.
    """
    where = source_words(source)
    names = find_columns(table.schema, source, where)
    warnings = check_permission(table.schema, names, source, table.num_rows, where)
    file = RecordFile(table, source, names, source.get("constants") or {})
    if declared_crs is None and names.get("x", "").casefold() == "decimallongitude":
        declared_crs = "EPSG:4326"  # what Darwin Core prescribes
    own_crs = source_crs(declared_crs, source.get("crs"), where)
    search = {"own_crs": own_crs, "crs": crs, "area": area}
    (
        (places, out_of_place),
        (given, matched, taxa, no_names),
        (period, wrong_dates),
        (presence, wrong_status),
        (sureness, vague),
        refused,
        not_allowed,
        ids,
    ) = side_by_side(
        partial(_places, file, max_distance_m=max_distance_m, **search),
        partial(_names, file, species),
        partial(read_period, file, reference_date),
        partial(read_presence, file),
        partial(read_sureness, file),
        partial(not_approved, file),
        partial(withheld, file, reference_date),
        partial(file.read, given_ids, "id"),
    )
    reasons = first_reasons(
        _unreadable_rows(table)
        | not_allowed
        | out_of_place
        | wrong_dates
        | wrong_status
        | refused
        | no_names,
        table.num_rows,
    )
    secret = _secret(file, reasons) | may_be_sensitive(taxa["species"], sensitive)
    details = write_details(reasons, file, given, matched, secret)
    warnings += judge_reasons(reasons, details, places.hints, where)
    warnings += judge_date_order(file, wrong_dates["impossible_date"], where)
    warnings += [f"{where}: {remark}" for remark in places.remarks]
    kept = reasons.isna().to_numpy()
    values = taxa | period | presence | sureness | {"x": places.x, "y": places.y}
    blurred = taxa["species"].isin(list(sensitive))
    records = _kept_records(blur_places(values, sensitive), kept)
    notes = {"undated": np.isnat(period["date_first"])} | vague
    notes |= _name_notes(given, matched) | {"sensitive_species": blurred}
    return ScreenedRecords(
        source,
        table,
        records,
        record_ids(ids.filter(pa.array(kept)), records, source["name"]),
        names.get("id", ""),
        places,
        reasons,
        details,
        secret,
        [(source["name"], note, int((kept & of).sum())) for note, of in notes.items()],
        warnings,
        own_crs,
    )


def _names(file, species):
    """Names as recorded, what they mean, and the reasons of rows without a species."""
    given = file.read(read_words, "species")
    matched = match_names(given.texts, species)
    return given, matched, *read_taxa(file, given, matched, species)


def _kept_records(values, kept):
    """Values of the rows that are kept, and the place of these rows."""
    values = values | {"row": np.arange(len(kept))}
    return pd.DataFrame({n: v[kept] for n, v in values.items()}, copy=False)


def _places(file, **options):
    """Places in the analysis system, and the reasons of rows without a usable one."""
    x, bad_x = file.read(number_column, "x")
    y, bad_y = file.read(number_column, "y")
    said = file.source.get("swap_coordinates")
    order = {"swap": bool(said), "order_known": said is not None}
    places = find_places(x, y, **order, **options)
    reasons = {"unreadable_coordinates": bad_x | bad_y}
    return places, reasons | split_reasons(places.reasons)


def _unreadable_rows(table):
    if UNREADABLE not in table.column_names:
        return {}
    return {"unreadable_row": table[UNREADABLE].is_valid().to_numpy()}


def _secret(file, reasons):
    """Rows whose cells must not be shown, as nobody knows that they may be."""
    hidden = list(WITHHELD)
    if file.has("consent") or file.has("embargo_until"):
        # A row that cannot be read does not tell its consent and embargo either.
        hidden.append("unreadable_row")
    return reasons.isin(hidden).to_numpy()


def _name_notes(given, matched):
    """Rows whose name is not the accepted one, by the way it was found."""
    kinds = sorted(matched["note"].dropna().unique())
    return {
        f"matched_by_{kind}": given.spread(matched["note"] == kind, False)
        for kind in kinds
    }
