"""The process that reads a spreadsheet: a file that breaks it breaks nothing else."""

import datetime as dt
import sys
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc
from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from robuust.listing import listed
from robuust.sources import UnusableFileError
from robuust_files.text import MISSING_WORDS
from robuust_files.text_forms import checked_names

try:
    import resource
except ImportError:  # Windows has no bound on the memory of a process
    resource = None

_REFUSED = 3
_SIZES = Path("/proc/self/statm")  # pages of this process; Linux only
_ROWS_AT_ONCE = 10_000
_WHOLE_BELOW = 1e15  # every whole number up to here is exact in a spreadsheet
_BLANKS = frozenset(MISSING_WORDS)


def sheet_table(path, sheet=None):
    """Read one sheet as text.

    Parameters
    ----------
    path : str or Path
    sheet : str, optional
        Needed when there are several visible sheets with cells.

    Returns
    -------
    pyarrow.Table
        Column names are in the first row with cells. Blank rows, and columns with
        neither name nor cell, are left out. Numbers lose their ``.0``, dates and times
        are ISO text, true and false are these words; a formula counts as the value
        that was stored with it. Blank cells, errors and the words NA, NaN, NULL are
        null.

    Raises
    ------
    UnusableFileError
    """
    try:
        with CalamineWorkbook.from_path(path) as book:
            return _as_text(_chosen_sheet(book, sheet))
    except PasswordError as error:
        raise UnusableFileError(
            "the spreadsheet is behind a password; save it without one"
        ) from error
    except (CalamineError, OSError) as error:
        raise UnusableFileError(
            f"the spreadsheet is damaged or cut off ({error}); open it, save it again"
        ) from error


def _chosen_sheet(book, name):
    sheets = [m for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
    names = [m.name for m in sheets]
    if name in names:
        return book.get_sheet_by_name(name)
    words = f"the spreadsheet holds the sheets: {listed(names, 'en')}"
    if name is not None:
        raise UnusableFileError(f"there is no sheet '{name}'; {words}")
    visible = [m.name for m in sheets if m.visible == SheetVisibleEnum.Visible]
    filled = [n for n in visible if book.get_sheet_by_name(n).height]
    if len(filled) == 1:
        return book.get_sheet_by_name(filled[0])
    if filled:
        raise UnusableFileError(f"{words}; say which one to read as `layer`")
    raise UnusableFileError(f"{words}; none that is visible has cells")


def _as_text(sheet):
    rows = (row for row in sheet.iter_rows() if any(cell != "" for cell in row))
    header = next(rows, None)
    if header is None:
        raise UnusableFileError("the sheet is empty: it has no row with column names")
    names = checked_names([(_text(cell) or "").strip() for cell in header])
    chunks = [[] for _ in names]
    while block := list(islice(rows, _ROWS_AT_ONCE)):
        for chunk, cells in zip(chunks, zip(*block, strict=True), strict=True):
            chunk.append(pa.array(map(_text, cells), pa.string()))
    columns = {
        name: pa.chunked_array(chunk, pa.string())
        for name, chunk in zip(names, chunks, strict=True)
    }
    blank = [
        name
        for k, name in enumerate(names, 1)
        if name == f"unnamed_{k}" and columns[name].null_count == len(columns[name])
    ]
    return pa.table(columns).drop_columns(blank)


def _text(cell):
    """Text of a cell; None when it is blank."""
    if isinstance(cell, str):
        return None if cell in _BLANKS else cell
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        whole = cell.is_integer() and abs(cell) < _WHOLE_BELOW
        return str(int(cell)) if whole else repr(cell)
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    return str(cell)


def _bound_memory(max_memory_bytes):
    """Let this process take so much more than it has, where the system can."""
    if resource is None or not _SIZES.exists():
        return
    # The bound is on addresses. The libraries have mapped some already: half a gibibyte
    # on two cores, three on 64, whatever the sheet.
    mapped = int(_SIZES.read_text().split()[0]) * resource.getpagesize()
    bound = mapped + max_memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main(path, target, max_memory_bytes, sheet=None):
    _bound_memory(int(max_memory_bytes))
    try:
        table = sheet_table(path, sheet)
    except UnusableFileError as refusal:
        print(" ".join(str(refusal).split()), file=sys.stderr)
        return _REFUSED
    with pa.OSFile(target, "wb") as file, pa.ipc.new_file(file, table.schema) as out:
        out.write_table(table)
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
