"""How a text table is written: its encoding, delimiter and column names."""

import codecs
import csv
import io
import re
from dataclasses import dataclass, replace
from itertools import islice

from robuust.record_columns import UNREADABLE
from robuust.sources import UnusableFileError

MAX_COLUMNS = 2_000  # a full GBIF download has 223
SAMPLE_BYTES = 2**20
ONE_BYTE = "cp1252"  # what programs on Windows wrote before UTF-8
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n")  # a hint of Excel

csv.field_size_limit(SAMPLE_BYTES)  # of Python's reader, which reads samples only


@dataclass(frozen=True)
class TextForm:
    """How a text table is written."""

    encoding: str
    delimiter: str
    names: tuple[str, ...]  # of the columns
    header_rows: int = 1  # rows before the first record
    quote: str | None = '"'


def read_sample(path):
    """Start of a file: 1 MiB, or all of a smaller one.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    bytes
    """
    with open(path, "rb") as file:
        return file.read(SAMPLE_BYTES)


def text_form(sample, *, delimiter=None, encoding="utf-8"):
    r"""Find the delimiter and the column names of a text table.

    Parameters
    ----------
    sample : bytes
        Start of the file.
    delimiter : str, optional
        Found out when it is not given.
    encoding : str

    Returns
    -------
    TextForm
        Names are without outer blanks; columns without a name are called unnamed_3
        after their position. Rows that all end in more delimiters than the line of
        names get unnamed columns too.

    Raises
    ------
    UnusableFileError

    Examples
    --------
    >>> text_form(b"soort;datum;x;y\n").names
    ('soort', 'datum', 'x', 'y')
    """
    hint = _SEPARATOR_LINE.match(_decoded(sample[:20], encoding))
    delimiter = delimiter or (hint[1] if hint else _likely_delimiter(sample, encoding))
    form = TextForm(encoding, delimiter, (), header_rows=1 if hint else 0)
    rows = first_rows(sample, form, 50)
    start = next((k for k, row in enumerate(rows) if any(map(str.strip, row))), None)
    if start is None:
        raise UnusableFileError("the file is empty: it has no line with column names")
    names, *rows = rows[start:]
    blank = [""] * (_blank_width(rows, len(names)) - len(names))
    names = checked_names([*map(str.strip, names), *blank])
    return replace(form, names=names, header_rows=form.header_rows + start + 1)


def checked_names(names):
    """Column names that can be told apart.

    Parameters
    ----------
    names : list of str
        Of all columns; blank where a column has none.

    Returns
    -------
    tuple of str

    Raises
    ------
    UnusableFileError
        If there are too many, or two are the same.

    Examples
    --------
    >>> checked_names(["x", "", "y"])
    ('x', 'unnamed_2', 'y')
    """
    if len(names) > MAX_COLUMNS:
        raise UnusableFileError(
            f"the table has {len(names)} columns; at most {MAX_COLUMNS} are read. If"
            " it is a table of species against places, turn it: one row per record."
        )
    names = [name or f"unnamed_{k}" for k, name in enumerate(names, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnusableFileError(
            f"there is more than one column named {', '.join(twice)}"
        )
    if any("\0" in name for name in names):
        raise UnusableFileError("a column name holds the sign NUL: the file is damaged")
    if UNREADABLE in names:
        raise UnusableFileError(f"a column is named {UNREADABLE}; give it another name")
    return tuple(names)


def _blank_width(rows, width):
    """Fields of the rows, if all have as many and those beyond the names are blank."""
    fields = {len(row) for row in rows if row}
    surplus = (cell for row in rows for cell in row[width:])
    return (
        0
        if len(fields) != 1 or any(cell.strip(" ") for cell in surplus)
        else fields.pop()
    )


def _decoded(sample, encoding):
    """Sample as text; a sign that the end of the sample cuts in two is left out."""
    try:
        b" ".decode(encoding, "replace")  # codecs such as hex are not for text
        return codecs.getincrementaldecoder(encoding)("replace").decode(sample)
    except LookupError as error:
        raise UnusableFileError(
            f"no `encoding` is called {encoding!r}; common ones are utf-8, utf-16,"
            " cp1252 and latin-1"
        ) from error


def _likely_delimiter(sample, encoding):
    """Sign that cuts the first line that is not blank into most fields."""
    widths = {}
    for delimiter in _DELIMITERS:
        rows = first_rows(sample, TextForm(encoding, delimiter, (), 0), 50)
        widths[delimiter] = len(next((row for row in rows if any(row)), []))
    return max(widths, key=widths.get)


def first_rows(sample, form, n):
    r"""First rows of a text table.

    Parameters
    ----------
    sample : bytes
        Start of the file.
    form : TextForm
        Its names do not matter.
    n : int

    Returns
    -------
    list of list of str
        At most ``n`` rows after those of the header; blank lines are empty lists.

    Examples
    --------
    >>> first_rows(b"a,b\n1,2\n", TextForm("utf-8", ",", ()), 10)
    [['1', '2']]
    """
    text = _decoded(sample, form.encoding).removeprefix("\ufeff")
    quoting = csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=form.delimiter, quoting=quoting
    )
    rows = []
    try:
        rows.extend(islice(reader, form.header_rows, form.header_rows + n))
    except csv.Error as error:
        raise UnusableFileError(f"the first lines are no table ({error})") from error
    return rows


# --- Encoding


def find_encoding(sample, path):
    """Find the encoding of a text file.

    Parameters
    ----------
    sample : bytes
        Start of the file.
    path : str or Path

    Returns
    -------
    str
        UTF-16 by its mark, else UTF-8 if the sample is, else as `one_byte_encoding`.

    Raises
    ------
    UnusableFileError
    """
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return one_byte_encoding(path)
    return "utf-8"


def one_byte_encoding(path):
    """Take text that is no UTF-8 for Windows-1252.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    str

    Raises
    ------
    UnusableFileError
        If most signs beyond ASCII are sound UTF-8. Then the file is UTF-8 with damage,
        and as Windows-1252 every other name in it would be spoilt without a word.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    sound, damaged, line, lines = 0, 0, None, 1
    with open(path, "rb") as file:
        while chunk := file.read(SAMPLE_BYTES):
            text = decoder.decode(chunk)
            bad = text.count("\ufffd")
            if bad and line is None:
                line = lines + text[: text.index("\ufffd")].count("\n")
            lines += chunk.count(b"\n")
            damaged += bad
            sound += len(text) - bad - len(text.encode("ascii", "ignore"))
    if sound > damaged:
        raise UnusableFileError(
            f"the text is UTF-8, but {damaged} signs in it are not (first in line"
            f" {line}): mend or save the file again as UTF-8. Or set the `encoding`"
            " of this source (cp1252 for Windows-1252)"
        )
    return ONE_BYTE
