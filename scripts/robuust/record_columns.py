"""Columns of record files: which one holds the species, the date, the place."""

import pyarrow as pa

# Names that files use, Darwin Core first among the foreign ones. A source with a preset
# has the names of the preset instead: there `status` may mean another thing.
_BUILT_IN = {
    "id": ["record_id", "occurrenceID", "gbifID"],
    "species": ["species", "scientificName"],
    "taxon_group": ["taxon_group"],
    "x": ["x", "decimalLongitude", "longitude", "lon"],
    "y": ["y", "decimalLatitude", "latitude", "lat"],
    "date": ["date", "eventDate"],
    "date_first": ["date_first"],
    "date_last": ["date_last"],
    "uncertainty_m": ["uncertainty_m", "coordinateUncertaintyInMeters"],
    "area_m2": ["area_m2"],
    "status": ["status", "occurrenceStatus"],
    "validation": ["validation"],
    "count": ["count", "individualCount"],
    "generalised": ["generalised", "dataGeneralizations"],
    "consent": ["consent"],
    "embargo_until": ["embargo_until"],
}
# Numbers that the reader of a layer adds: its shapes win over what attributes say.
_OF_LAYERS = {"x": "_point_x", "y": "_point_y", "radius_m": "_radius_m"}
_NEEDED = ("species", "x", "y")
# Whether a record may be used, and what the names of such columns have in common.
_PERMISSIONS = {"consent": ("toestemming", "consent"), "embargo_until": ("embargo",)}
UNREADABLE = "_unreadable"  # text of rows that the reader could not cut into columns


def find_columns(schema, source, where):
    """Names of the columns of a record table, under our own names.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the table as read.
    source : dict
        Its entry in the settings, complete: perhaps ``columns``, a name or a list of
        names for each of our fields, ``constants`` and ``preset``. Upper and lower case
        are the same.
    where : str
        Words for the source in an error message.

    Returns
    -------
    dict of str to str
        Our field and the name in the file, only of what the file has.

    Raises
    ------
    ValueError
        If a column that the user names is not there, or none is found for species, x
        or y and no constant stands in.

    Examples
    --------
    >>> schema = pa.schema([(name, pa.string()) for name in ("soort", "X", "Y")])
    >>> find_columns(schema, {"columns": {"species": ["naam", "Soort"]}}, "records")
    {'species': 'soort', 'x': 'X', 'y': 'Y'}
    """
    folded = {name.casefold(): name for name in reversed(schema.names)}
    wanted = source.get("columns") or {}
    known = wanted if source.get("preset") else _BUILT_IN | wanted
    found = {}
    for field, names in known.items():
        if isinstance(names, str) and names.casefold() not in folded:
            raise ValueError(
                f"{where}: there is no column '{names}' for {field}. The columns are:"
                f" {', '.join(schema.names)}. Correct the column name of this source in"
                " the settings."
            )
        names = [names] if isinstance(names, str) else names
        there = [folded[n.casefold()] for n in names if n.casefold() in folded]
        found |= {field: there[0]} if there else {}
    found |= _paired(known, folded) | _layer_columns(schema)
    lacking = [field for field in _NEEDED if field not in found]
    lacking = [f for f in lacking if f not in (source.get("constants") or {})]
    if lacking:
        raise ValueError(
            f"{where}: no column found for {', '.join(lacking)}. Say which it is with"
            f" `columns: {{{lacking[0]}: ...}}`. The columns are:"
            f" {', '.join(schema.names)}."
        )
    return found


def _paired(known, folded):
    """Coordinates whose names stand at one place in the lists of x and of y."""
    x, y = known.get("x", ""), known.get("y", "")
    if isinstance(x, str) or isinstance(y, str):
        return {}
    pairs = ((a.casefold(), b.casefold()) for a, b in zip(x, y, strict=False))
    there = (pair for pair in pairs if folded.keys() >= set(pair))
    return {f: folded[n] for f, n in zip("xy", next(there, ()), strict=False)}


def check_permission(schema, names, source, rows, where):
    """Make sure that no word on consent or embargo is passed over.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the table as read.
    names : dict of str to str
        See `find_columns`.
    source : dict
        Its entry in the settings, complete.
    rows : int
        Rows of the file.
    where : str
        Words for the source.

    Returns
    -------
    list of str
        Warnings: the settings or the preset name such a column, the file has none.

    Raises
    ------
    ValueError
        If a column that is not read looks like one of consent or embargo.

    Examples
    --------
    >>> schema = pa.schema([("soort", pa.string())])
    >>> source = {"columns": {"consent": ["toestemming"]}}
    >>> check_permission(schema, {"species": "soort"}, source, 3, "records")[0][:38]
    'records: no column for consent found: '
    """
    warnings = []
    for field, words in _PERMISSIONS.items():
        if field in names:
            continue
        unread = [name for name in schema.names if name not in names.values()]
        alike = [n for n in unread if any(word in n.casefold() for word in words)]
        if alike:
            raise ValueError(
                f"{where}: column '{alike[0]}' looks like {field}, and is not read: its"
                " rows might be used without leave. If it is, set"
                f" `columns: {{{field}: {alike[0]}}}` at this source; if it is not,"
                " give the file without that column."
            )
        if field in (source.get("columns") or {}):
            warnings.append(
                f"{where}: no column for {field} found: all {rows:,} rows are used;"
                f" if the file has one, set `columns: {{{field}: ...}}`."
            )
    return warnings


def added_columns(schema):
    """Columns that the reader of a layer added; text of that name is the file's own.

    Examples
    --------
    >>> kinds = {"_radius_m": pa.string(), "_point_x": pa.float64()}
    >>> added_columns(pa.schema(kinds))
    ['_point_x']
    """
    there = [name for name in _OF_LAYERS.values() if name in schema.names]
    return [n for n in there if pa.types.is_floating(schema.field(n).type)]


def _layer_columns(schema):
    added = added_columns(schema)
    there = {field: name for field, name in _OF_LAYERS.items() if name in added}
    return there if {"x", "y"} <= there.keys() else {}
