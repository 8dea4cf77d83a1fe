"""Records of all sources as one layer, and what was set apart as another."""

from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from robuust.balance import QUARANTINE_TYPES
from robuust.original_rows import rows_as_json
from robuust.point_layers import lay_out_points, point_layer
from robuust.record_columns import UNREADABLE, added_columns
from robuust.record_duplicates import find_repeats, maybe_repeats
from robuust.side_by_side import side_by_side
from robuust.sources import source_words
from robuust.text_order import text_order

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
    "zero_count": "bool",
    "generalised": "bool",
    "also_ids": "str",
}
_TEXT = pa.large_string()
_MANY_REPEATED = 0.1  # share of rows from which a column may hold no ids


def join_records(screened, crs):
    """One layer of records from all sources, and everything that did not get into it.

    Of several records of one observation the best one stays, see `find_repeats`, and
    has the ids of the others.

    Parameters
    ----------
    screened : sequence of ScreenedRecords
        In the order of the settings.
    crs : pyproj.CRS
        System of the analysis.

    Returns
    -------
    records : pyarrow.Table
        Columns of ``RECORD_TYPES`` and geometry, sorted by record_id. A Parquet file
        of it is a GeoParquet file.
    quarantined : pyarrow.Table
        The same for ``QUARANTINE_TYPES``, by source and row. Rows that may not be
        used have a reason, but neither cells nor place.
    """
    if not screened:
        both = (RECORD_TYPES, QUARANTINE_TYPES)
        none = lay_out_points([], [])
        return tuple(point_layer({}, types, none, crs) for types in both)
    rows, names = _kept_rows(screened), [s.source["name"] for s in screened]
    ids = pa.concat_arrays([s.ids.cast(_TEXT) for s in screened])
    (order, rank), maybe = side_by_side(
        partial(_order_by_id, screened), partial(maybe_repeats, rows)
    )
    as_read = partial(_rank_as_read, screened, rows)
    repeats = find_repeats(rows.assign(id_rank=rank), maybe, as_read)
    repeats["id"] = ids.take(pa.array(repeats["row"])).to_pandas()
    repeats["stays_id"] = ids.take(pa.array(repeats["stays"])).to_pandas()
    stays = np.ones(len(rows), dtype=bool)
    stays[repeats["row"]] = False
    order = order[stays[order]]
    texts, (numbers, points), apart = side_by_side(
        partial(_texts, rows, ids, repeats, names, order),
        partial(_numbers, rows, order),
        partial(_all_set_apart, screened, rows, repeats, crs),
    )
    return point_layer(texts | numbers, RECORD_TYPES, points, crs), apart


def repeated_ids(screened, quarantined):
    """Warn of sources whose ids seem to be none: many observations have the same.

    Parameters
    ----------
    screened : sequence of ScreenedRecords
    quarantined : pyarrow.Table
        See `join_records`.

    Returns
    -------
    list of str
    """
    same = pc.equal(quarantined["reason"], "duplicate_id")
    counts = pc.value_counts(quarantined["source"].filter(same)).to_pylist()
    twice = {count["values"]: count["counts"] for count in counts}
    return [
        f"{source_words(s.source)}: {twice[s.source['name']]:,} of {len(s.records):,}"
        " rows that could be used have the id of another observation"
        f" (duplicate_id){_id_words(s)}: leave `columns: {{id: ...}}` of this source"
        " out, or name a column with an id for each record."
        for s in screened
        if twice.get(s.source["name"], 0) > _MANY_REPEATED * len(s.records)
    ]


def _id_words(s):
    return f", from column '{s.id_column}'" if s.id_column else ""


def _kept_rows(screened):
    """Rows that the sources keep, below one another, with the place of their source."""
    groups = pd.Index([], dtype="str")
    for s in screened:
        groups = groups.union(s.records["taxon_group"].cat.categories)
    groups = groups.sort_values()  # a union with nothing is not sorted
    frames = []
    for place, s in enumerate(screened):
        group = s.records["taxon_group"].cat.set_categories(groups)
        frames.append(s.records.assign(taxon_group=group, place=np.int32(place)))
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def _order_by_id(screened):
    """Rows in the order of their ids, and a number per row, equal for equal ids."""
    starts = np.cumsum([0, *(len(s.ids) for s in screened)])
    names = [s.source["name"] + ":" for s in screened]  # so begin the ids of a source
    orders, rank, before = [], np.empty(starts[-1], dtype=np.int64), 0
    for k in sorted(range(len(names)), key=names.__getitem__):
        order, own_rank = text_order(screened[k].ids)
        orders.append(starts[k] + order)
        rank[starts[k] : starts[k + 1]] = before + own_rank
        before += len(order)
    return np.concatenate(orders), rank


def _rank_as_read(screened, rows, chosen):
    """Rank of rows among those of their source, by all that stands in the file."""
    place, row = (rows[name].to_numpy()[chosen] for name in ("place", "row"))
    rank = np.zeros(len(chosen), dtype=np.int64)
    for k in np.unique(place):
        own = place == k
        table = screened[k].table.take(pa.array(row[own]))
        rank[own] = text_order(_originals(table, np.zeros(own.sum(), dtype=bool)))[1]
    return rank


def _also_ids(repeats, rows):
    """Ids of the records that each row stands for; missing where none."""
    merged = repeats[repeats["reason"] == "duplicate_record"]
    merged = merged[merged["id"] != merged["stays_id"]].drop_duplicates(["stays", "id"])
    merged = merged.sort_values(["stays", "id"])
    several = merged.duplicated("stays", keep=False)
    joined = merged[several].groupby("stays")["id"].agg("; ".join)
    texts = pd.concat([merged[~several].set_index("stays")["id"], joined])
    place = np.full(rows.max(initial=-1) + 1, -1)
    place[texts.index] = np.arange(len(texts))
    return pa.array(texts, _TEXT).take(pa.array(place[rows], mask=place[rows] < 0))


def _texts(rows, ids, repeats, names, order):
    """Columns of text of the records, in order."""
    source = pd.Categorical.from_codes(rows["place"], names)
    columns = {"source": source, "species": rows["species"].array}
    columns["taxon_group"] = rows["taxon_group"].array
    found = {name: _decoded(column[order]) for name, column in columns.items()}
    found["also_ids"] = _also_ids(repeats, order)
    return found | {"record_id": ids.take(pa.array(order))}


def _numbers(rows, order):
    """Other columns of the records, in order, and their points."""
    names = ["date_first", "date_last", "uncertainty_m"]
    names += ["present", "zero_count", "generalised", "x", "y"]
    found = {name: rows[name].to_numpy()[order] for name in names}
    x, y, last = found.pop("x"), found.pop("y"), found["date_last"]
    columns = {n: pa.array(column, from_pandas=True) for n, column in found.items()}
    year = last.astype("datetime64[Y]").astype(np.int64) + 1970
    columns["year"] = pa.array(year, mask=np.isnat(last))
    return columns, lay_out_points(x, y)


def _decoded(values):
    """Text of categories."""
    texts = pa.array(values.categories, _TEXT)
    return texts.take(pa.array(values.codes, mask=values.codes < 0))


def _all_set_apart(screened, rows, repeats, crs):
    """Rows of all sources that did not get into the records."""
    place, row = rows["place"].to_numpy(), rows["row"].to_numpy()
    names = pd.Series([s.source["name"] for s in screened])
    stays = repeats["stays"]
    keeper = "row " + pd.Series(row[stays]).astype("str")
    keeper += " of " + names.iloc[place[stays]].reset_index(drop=True)
    place = place[repeats["row"]]
    repeats = repeats.assign(row=row[repeats["row"]], keeper=keeper)
    apart = [_set_apart(s, repeats[place == k], crs) for k, s in enumerate(screened)]
    return pa.concat_tables(apart)


def _set_apart(s, repeats, crs):
    """Rows of one source that did not get into the records."""
    reasons = s.reasons.cat.add_categories(
        [r for r in repeats["reason"].unique() if r not in s.reasons.cat.categories]
    )
    reasons.iloc[repeats["row"]] = repeats["reason"].to_numpy()
    words = ("same as " + repeats["stays_id"]).where(
        repeats["reason"] == "duplicate_record", repeats["keeper"] + " keeps this id"
    )
    details = pd.concat([s.details, words.set_axis(repeats["row"])])
    out = reasons.notna().to_numpy()
    rows, secret = np.flatnonzero(out), s.secret[out]
    columns = {
        "source": pa.array(np.full(len(rows), s.source["name"]), _TEXT),
        "row": pa.array(rows),
        "reason": _decoded(reasons.array[out]),
        "detail": pa.array(details.reindex(rows).fillna("").to_numpy(), _TEXT),
        "original": _originals(s.table.filter(pa.array(out)), secret),
    }
    x, y = (np.where(secret, np.nan, place[out]) for place in (s.places.x, s.places.y))
    return point_layer(columns, QUARANTINE_TYPES, lay_out_points(x, y), crs)


def _originals(table, secret):
    """Rows as the file had them; secret ones as a row without columns."""
    table = table.drop_columns(added_columns(table.schema))
    if UNREADABLE in table.column_names:
        raw = table.select([UNREADABLE])
        cells = rows_as_json(table.drop_columns([UNREADABLE]))
        told = pc.if_else(raw[UNREADABLE].is_valid(), rows_as_json(raw), cells)
    else:
        told = rows_as_json(table)
    if secret.any():
        told = pc.if_else(pa.array(secret), pa.scalar("{}", _TEXT), told)
    return told
