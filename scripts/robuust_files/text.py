"""Text tables (CSV, TSV): every cell as text, every row there, memory bounded."""

import logging
import os
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from robuust.sources import UnusableFileError
from robuust_files.raw_rows import has_controls, swallowed_lines, with_raw_rows
from robuust_files.text_forms import (
    ONE_BYTE,
    SAMPLE_BYTES,
    find_encoding,
    first_rows,
    one_byte_encoding,
    read_sample,
    text_form,
)

MISSING_WORDS = ["", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "NULL", "null"]
_BLOCK_BYTES = 8 * 2**20  # of one row at most; footprints of GBIF reach 1 MiB
_SAMPLE_ROWS = 10_000
_FEW_SHARE = 0.95  # different cells of the sample: then some 100,000 in the file
_TEXT = pa.string()
_FEW_TEXTS = pa.dictionary(pa.int32(), pa.string())

log = logging.getLogger(__name__)


def read_text(path, *, delimiter=None, encoding=None, quiet=False):
    r"""Read a text table.

    Parameters
    ----------
    path : str or Path
        An unpacked file.
    delimiter, encoding : str, optional
        As the settings say; otherwise found out. Text that is no UTF-8 or UTF-16 is
        taken for Windows-1252, with a warning in the log; of comma, semicolon, tab and
        bar the sign that cuts the first line into most names is the delimiter, or the
        one of Excel's line ``sep=;`` above it.
    quiet : bool
        Without that warning: the caller tells the encoding in its own way.

    Returns
    -------
    pyarrow.Table
        As `read_form` gives it.

    Raises
    ------
    UnusableFileError
        A ValueError in words: no line with names, names that occur twice, more than
        2000 columns, text in neither encoding, a row longer than 8 MiB, or no row
        with as many fields as there are names.
    """
    sample = read_sample(path)
    found = encoding or find_encoding(sample, path)
    form = text_form(sample, delimiter=delimiter, encoding=found)
    if encoding is None and found == ONE_BYTE and not quiet:
        _warn_of_encoding(path)
    try:
        return read_form(path, form, sample)
    except NotUtf8Error:
        if encoding is not None:
            raise UnusableFileError(
                f"the text is not in the `encoding` that the settings say ({encoding});"
                " correct it, or leave it out to have it found"
            ) from None
    form = replace(form, encoding=one_byte_encoding(path))
    if not quiet:
        _warn_of_encoding(path)
    return read_form(path, form, sample)


def _warn_of_encoding(path):
    log.warning(
        "text of %s is not UTF-8: read as Windows-1252; if names look wrong, set the"
        " `encoding` of this source",
        Path(path).name,
    )


class NotUtf8Error(Exception):
    """The text is not in UTF-8, as the first part of it promised."""


class _BadRowError(Exception):
    """A row has more or fewer fields than there are names."""


def read_form(path, form, sample):
    """Read a text table whose form is known.

    Parameters
    ----------
    path : str or Path
    form : TextForm
    sample : bytes
        Start of the file.

    Returns
    -------
    pyarrow.Table
        Text in every column: plain where most cells differ (ids, coordinates), else
        a dictionary with one list of different texts per column. Blank cells, and
        the words that R, Python and Excel write for them (NA, NaN, NULL, #N/A), are
        null. Column ``_unreadable`` is there when rows have more or fewer fields than
        there are names or were swallowed by a quote that is not closed: it has their
        raw text, line by line at their place, where all other columns are null.

    Raises
    ------
    NotUtf8Error
        If the form says UTF-8 and the text is not.
    UnusableFileError
    """
    types = _column_types(sample, form)
    if not types:
        return pa.table({name: pa.array([], _TEXT) for name in form.names})
    table, raw = _read_every_row(path, form, types)
    if raw and form.delimiter == "\t" and form.quote:
        # Tables cut by tabs mostly have no quotes: a quote in them is a sign as any.
        plain, none = _read_every_row(path, replace(form, quote=None), types)
        table, raw = (table, raw) if none else (plain, none)
    if raw and len(raw) == table.num_rows:
        raise UnusableFileError(
            f"none of the {len(raw)} rows has as many fields as the {len(form.names)}"
            f" names of the first line, cut by {form.delimiter!r}: set `delimiter` of"
            " this source, or see whether a quote is opened and never closed"
        )
    blank = [
        name
        for k, name in enumerate(form.names, 1)
        if name == f"unnamed_{k}" and table[name].null_count == table.num_rows
    ]
    return table.drop_columns(blank)


def _column_types(sample, form):
    """Type of each column by the first rows; nothing when there are no rows."""
    rows = first_rows(sample, form, _SAMPLE_ROWS)
    types = {}
    for k, name in enumerate(form.names):
        cells = [row[k] for row in rows if k < len(row)]
        few = len(set(cells)) <= _FEW_SHARE * len(cells)
        types[name] = _FEW_TEXTS if few else _TEXT
    return types if any(rows) or len(sample) >= SAMPLE_BYTES else {}


def _read_every_row(path, form, types):
    """Table with its raw rows, and the raw texts among them."""
    try:
        table, bad = _read(path, form, types, threads=True)
    except _BadRowError:  # once more: one thread alone can tell the place of a row
        table, bad = _read(path, form, types, threads=False)
    table = table.unify_dictionaries()
    _refuse_nul(table)
    # The reader counts rows from 1 and from the first line on.
    lines = [(number - 1 - form.header_rows, text) for number, text in bad]
    swallowed = []
    if form.quote:
        unclosed = not _ends_in(path, form.quote)
        swallowed = swallowed_lines(table, form.delimiter, unclosed=unclosed)
    return with_raw_rows(table, lines, swallowed)


def _ends_in(path, quote):
    """Tell whether the last sign of a file, but for line ends, is a quote."""
    with open(path, "rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - 100, 0))
        tail = file.read().replace(b"\0", b"")  # the half of UTF-16
    return tail.rstrip(b"\r\n").endswith(quote.encode())


def _read(path, form, types, *, threads):
    bad = []

    def keep(row):
        bad.append((row.number, row.text))
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            path,
            pyarrow.csv.ReadOptions(
                use_threads=threads,
                block_size=_BLOCK_BYTES,
                column_names=list(form.names),
                skip_rows_after_names=form.header_rows,
                encoding=form.encoding,
            ),
            pyarrow.csv.ParseOptions(
                delimiter=form.delimiter,
                quote_char=form.quote or False,
                newlines_in_values=form.quote is not None,
                # A thread that is late to let go of a function of Python, when this
                # process ends already, aborts it (apache/arrow issue 34314).
                invalid_row_handler=None if threads else keep,
            ),
            pyarrow.csv.ConvertOptions(
                column_types=types,
                null_values=MISSING_WORDS,
                strings_can_be_null=True,
            ),
        )
    except UnicodeDecodeError as error:
        raise UnusableFileError(
            "the text is neither UTF-8 nor Windows-1252: save it again as UTF-8, or set"
            " the `encoding` of this source"
        ) from error
    except pa.ArrowInvalid as error:
        if threads and str(error).startswith("CSV parse error"):
            raise _BadRowError from None
        # The second is a bad row whose text could not be handed to `keep`.
        if "invalid UTF8" in str(error) or "CSV parse error" in str(error):
            raise NotUtf8Error from None  # its words hold the row
        if "straddl" in str(error):
            raise UnusableFileError(
                f"a row is longer than {_BLOCK_BYTES // 2**20} MiB: the file is no"
                " table of text, or a quote is opened and never closed"
            ) from error
        raise
    return table, bad


def _refuse_nul(table):
    """Refuse the sign NUL: text holds none, and layers would cut the cell at it.

    The words do not show the cell: it may be of a record that must stay unseen.
    """
    for name in table.column_names:
        texts = table[name]
        if not has_controls(texts):
            continue
        if pa.types.is_dictionary(texts.type):
            texts = pa.chunked_array([c.dictionary for c in texts.chunks[:1]], _TEXT)
        if pc.any(pc.match_substring(texts, "\0")).as_py():
            raise UnusableFileError(
                f"column {name} holds the sign NUL: the file is damaged, or it is no"
                " text; fetch it again"
            )
