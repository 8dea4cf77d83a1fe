"""Columns of record files: which one holds the species, the date, the place."""

import csv

import pandas as pd

from robuust.sources import find_column

# Names that files use, Darwin Core first among the foreign ones.
_BUILT_IN = {
    "species": ["species", "scientificName"],
    "date": ["date", "eventDate"],
    "date_first": ["date_first"],
    "date_last": ["date_last"],
    "x": ["x", "decimalLongitude", "longitude", "lon"],
    "y": ["y", "decimalLatitude", "latitude", "lat"],
    "uncertainty_m": ["uncertainty_m", "coordinateUncertaintyInMeters"],
    "status": ["status", "occurrenceStatus"],
    "count": ["count", "individualCount"],
    "generalised": ["generalised", "dataGeneralizations"],
    "id": ["record_id", "occurrenceID", "gbifID"],
    "taxon_group": ["taxon_group"],
}
_NEEDED = ("species", "x", "y")
POINT_COLUMNS = {"x": "point_x", "y": "point_y"}


def csv_form(content, *, delimiter=None, encoding=None):
    r"""Find encoding, delimiter and column names of a text table.

    Parameters
    ----------
    content : bytes
        The whole file.
    delimiter, encoding : str or None
        As the settings say; otherwise found out. Text that is no UTF-8 is taken for
        Windows-1252, the delimiter is the sign that the first line holds most often.

    Returns
    -------
    encoding, delimiter : str
    names : list of str

    Raises
    ------
    ValueError
        If there is no first line, or two columns have the same name.

    Examples
    --------
    >>> csv_form("soort;datum;x;y\n".encode())
    ('utf-8', ';', ['soort', 'datum', 'x', 'y'])
    """
    if encoding is None:
        try:
            content.decode("utf-8")
            encoding = "utf-8"
        except UnicodeDecodeError:
            encoding = "cp1252"
    header = content.split(b"\n", 1)[0].decode(encoding).lstrip("\ufeff").strip("\r")
    if not header.strip():
        raise ValueError("the file is empty: it has no line with column names")
    delimiter = delimiter or max([",", ";", "\t", "|"], key=header.count)
    names = next(csv.reader([header], delimiter=delimiter))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"there is more than one column named {', '.join(twice)}")
    return encoding, delimiter, names


def record_columns(table, columns, where):
    """Columns of a record table under our own names.

    Parameters
    ----------
    table : DataFrame
        As read.
    columns : dict of str to str
        Our name and the name in the file, for columns that have another name there.
    where : str
        Words for the source in an error message.

    Returns
    -------
    fields : dict of str to Series
        Only what the file has.
    names : dict of str to str
        Our name and the name in the file.

    Raises
    ------
    ValueError
        If species, x or y is not found.
    """
    folded = {str(c).casefold(): c for c in table.columns}
    names = {}
    for field, built_in in _BUILT_IN.items():
        if columns.get(field):
            names[field] = find_column(table, columns[field], where)
            continue
        found = [folded[n.casefold()] for n in built_in if n.casefold() in folded]
        if found:
            names[field] = found[0]
    lacking = [field for field in _NEEDED if field not in names]
    if lacking:
        raise ValueError(
            f"{where}: no column found for {', '.join(lacking)}. Say which it is with"
            f" `columns: {{{lacking[0]}: ...}}`. The columns are:"
            f" {', '.join(map(str, table.columns))}."
        )
    return {field: table[name] for field, name in names.items()}, names


def event_occurrences(events, occurrences):
    """Occurrences of an archive of events, with place and date of their event.

    Parameters
    ----------
    events : DataFrame
        The core; column ``id``.
    occurrences : sequence of DataFrame
        The occurrence extensions; column ``coreid``.

    Returns
    -------
    DataFrame
        One row per occurrence; where both tables have a column, the occurrence has
        the word. No rows when the archive has events alone.
    """
    if not occurrences:
        return events.iloc[:0].assign(scientificName=pd.Series(dtype="str"))
    found = pd.concat(occurrences, ignore_index=True)
    events = events.drop_duplicates("id").rename(columns={"id": "coreid"})
    own = [c for c in events.columns if c == "coreid" or c not in found.columns]
    return found.merge(events[own], on="coreid", how="left", validate="many_to_one")
