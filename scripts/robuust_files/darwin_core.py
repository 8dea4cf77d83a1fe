"""Darwin Core archives: the occurrences in them, with the place of their event."""

import logging
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from robuust.record_columns import UNREADABLE
from robuust.sources import UnusableFileError
from robuust_files.archives import unpacked, unpacked_chunks
from robuust_files.darwin_core_meta import MAX_META_BYTES, described_files
from robuust_files.text import NotUtf8Error, read_form
from robuust_files.text_forms import TextForm, first_rows, read_sample

log = logging.getLogger(__name__)


def read_darwin_core(form, *, encoding=None):
    """Read the occurrences of a Darwin Core archive.

    Parameters
    ----------
    form : FileForm
        As `recognise` gives it: a zip file or a folder.
    encoding : str, optional
        Of all files, when what meta.xml says about it is wrong.

    Returns
    -------
    pyarrow.Table
        One row per occurrence, columns named by their terms (without the address
        before them), cells as `read_form` gives them. Where the core holds events (or
        taxa), occurrences have the columns of theirs too: what the occurrence says
        itself has the word, a blank takes what the event says. Events without
        occurrences give no rows, occurrences without their event stay. Measurements,
        pictures and other extensions are not read.

    Raises
    ------
    UnusableFileError
        A ValueError in words: damaged or hostile archive or meta.xml, a file that is
        not there, a core without occurrences.
    """
    core, occurrences = described_files(_meta_content(form))
    if encoding is not None:
        core = replace(core, encoding=encoding)
        occurrences = [replace(table, encoding=encoding) for table in occurrences]
    needed = [core, *occurrences]
    locations = [location for table in needed for location in table.locations]
    with _files_at_hand(form, locations) as files:
        core_rows = _read_table(core, files)
        if core.kind == "Occurrence":
            return core_rows
        if not occurrences:
            return _no_occurrences(core_rows, core)
        found = [_read_table(table, files) for table in occurrences]
    core_rows = _readable_rows(core_rows, core)
    return _stacked(
        [
            event_occurrences(core_rows, rows, keys=(core.key, table.key))
            for rows, table in zip(found, occurrences, strict=True)
        ]
    )


def _readable_rows(core_rows, core):
    """Core without its unreadable rows: no occurrence can be joined to them."""
    if UNREADABLE not in core_rows.column_names:
        return core_rows
    sound = pc.is_null(core_rows[UNREADABLE])
    log.warning(
        "%d rows of %s cannot be read: their occurrences have no place or date",
        len(core_rows) - pc.sum(sound).as_py(),
        ", ".join(core.locations),
    )
    return core_rows.filter(sound).drop_columns([UNREADABLE])


def _no_occurrences(core_rows, core):
    if core.kind != "Event":
        raise UnusableFileError(
            f"the archive is a list of {core.kind} without a table of occurrences: it"
            " holds no records"
        )
    none = pa.array([], pa.string())
    return core_rows.slice(0, 0).append_column("scientificName", none)


def event_occurrences(events, occurrences, *, keys=("id", "coreid")):
    """Occurrences of an archive, with place and date of their event.

    Parameters
    ----------
    events : pyarrow.Table
        The core. Of events with the same key the first counts.
    occurrences : pyarrow.Table
    keys : (str, str)
        Columns of both that hold the key of the event.

    Returns
    -------
    pyarrow.Table
        One row per occurrence.

    Examples
    --------
    >>> events = pa.table({"id": ["e1"], "eventDate": ["2001"], "locality": ["Mol"]})
    >>> found = pa.table({"coreid": ["e1", "e2"], "eventDate": ["2005", None]})
    >>> event_occurrences(events, found)["locality"].to_pylist()
    ['Mol', None]
    """
    key, foreign = keys
    known = _plain(events[key]).combine_chunks()
    places = pc.index_in(_plain(occurrences[foreign]), value_set=known, skip_nulls=True)
    if key == "id":  # else it would pass for the id of the occurrence
        events = events.drop_columns(["id"])
    table = occurrences
    for name in events.column_names:
        if name not in occurrences.column_names:
            table = table.append_column(name, events[name].take(places))
        elif occurrences[name].null_count:
            theirs = _plain(events[name]).take(places)
            filled = pc.coalesce(_plain(occurrences[name]), theirs)
            table = table.set_column(table.column_names.index(name), name, filled)
    return table


def _plain(column):
    """Text that is no dictionary."""
    return column.cast(pa.string())


def _stacked(tables):
    """Tables below each other; a column that one of them lacks is null there."""
    if len(tables) == 1:
        return tables[0]
    plain = [
        pa.table({name: _plain(table[name]) for name in table.column_names})
        for table in tables
    ]
    return pa.concat_tables(plain, promote_options="default")


# --- The files


def _meta_content(form):
    """Content of meta.xml, which lies highest in the archive."""
    if not form.members:
        with (Path(form.path) / "meta.xml").open("rb") as file:
            return file.read(MAX_META_BYTES + 1)
    content = b""
    for chunk in unpacked_chunks(form.path, _meta_member(form)):
        content += chunk
        if len(content) > MAX_META_BYTES:
            break
    return content


def _meta_member(form):
    found = [n for n in form.members if n == "meta.xml" or n.endswith("/meta.xml")]
    return min(found, key=len)


@contextmanager
def _files_at_hand(form, locations):
    """Paths of the files that meta.xml names, by that name."""
    if not form.members:
        folder = Path(form.path).resolve()
        yield {name: _inside(folder, name) for name in locations}
        return
    start = _meta_member(form).removesuffix("meta.xml")
    for name in locations:
        if start + name not in form.members:
            raise _not_there(name)
    with tempfile.TemporaryDirectory(prefix="robuust_") as folder:
        members = sorted({start + name for name in locations})
        unpacked(form.path, folder, members)
        yield {name: Path(folder) / (start + name) for name in locations}


def _inside(folder, name):
    """Path of a file in an unpacked archive; nothing outside it is opened."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        raise _not_there(name)
    return path


def _not_there(name):
    return UnusableFileError(
        f"its meta.xml names the file {name!r}, which is not in the archive; fetch the"
        " archive again"
    )


def _read_table(table, files):
    """Rows of all files of a table, its columns named and defaults filled in."""
    rows = _stacked([_read_file(files[name], name, table) for name in table.locations])
    for name, value in table.defaults.items():
        if name in rows.column_names:
            filled = pc.fill_null(_plain(rows[name]), value)
            rows = rows.set_column(rows.column_names.index(name), name, filled)
        else:
            codes = pa.array(np.zeros(len(rows), dtype="int32"))
            one = pa.DictionaryArray.from_arrays(codes, pa.array([value]))
            rows = rows.append_column(name, one)
    return rows


def _read_file(path, name, table):
    sample = read_sample(path)
    form = TextForm(table.encoding, table.delimiter, (), table.header_rows, table.quote)
    last = max(table.columns, default=0)
    widths = Counter(len(row) for row in first_rows(sample, form, 100) if row)
    fitting = {width: n for width, n in widths.items() if width > last}
    if widths and not fitting:
        raise UnusableFileError(
            f"its meta.xml describes column {last + 1} of {name}, which has"
            f" {max(widths)} columns; fetch the archive again"
        )
    width = max(fitting, key=fitting.get, default=last + 1)
    names = [table.columns.get(k, f"_not_described_{k}") for k in range(width)]
    form = TextForm(
        table.encoding, table.delimiter, tuple(names), table.header_rows, table.quote
    )
    try:
        rows = read_form(path, form, sample)
    except NotUtf8Error:
        raise UnusableFileError(
            f"{name} is not in {table.encoding}, as its meta.xml says: set the true"
            " `encoding` of this source (cp1252 for Windows-1252)"
        ) from None
    unread = [name for name in rows.column_names if name.startswith("_not_described_")]
    return rows.drop_columns(unread)
