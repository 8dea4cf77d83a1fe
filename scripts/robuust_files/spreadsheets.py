"""Spreadsheets (xlsx, xlsb, xls, ods): one sheet, every cell as text."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc

from robuust.sources import UnusableFileError

_MAX_MEMORY_BYTES = 4 * 2**30  # a full sheet of 1,048,576 rows and 30 columns: 3
_REFUSED = 3  # exit status of the reader when it says in words what is wrong
_LIBRARY = Path(__file__).parents[1]
# Address space is bounded: no gibibyte reserved ahead, no buffer for each core.
_FRUGAL = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1"}


def read_spreadsheet(path, *, sheet=None, max_memory_bytes=_MAX_MEMORY_BYTES):
    """Read one sheet of a spreadsheet.

    A process of its own reads it, with its memory bounded: two cells in opposite
    corners make the reader ask for a sheet of 17 billion cells, and then the whole
    process ends.

    Parameters
    ----------
    path : str or Path
        File whose zip members were checked, as `recognise` does.
    sheet : str, optional
        Needed when there are several visible sheets with cells.
    max_memory_bytes : int
        What the sheet may take (bounded on Linux only).

    Returns
    -------
    pyarrow.Table
        As `sheet_process.sheet_table` gives it.

    Raises
    ------
    UnusableFileError
        A ValueError in words: damaged, behind a password, too large, no such sheet,
        no column names, or names that occur twice.
    """
    with tempfile.TemporaryDirectory(prefix="robuust_") as folder:
        target = Path(folder) / "sheet.arrow"
        order = [path, target, max_memory_bytes, *([sheet] if sheet else [])]
        module = [sys.executable, "-P", "-m", "robuust_files.sheet_process"]
        paths = [str(_LIBRARY), os.environ.get("PYTHONPATH", "")]
        reader = subprocess.run(
            [*module, *map(str, order)],
            env=os.environ
            | _FRUGAL
            | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if reader.returncode == _REFUSED:
            raise UnusableFileError(reader.stderr.strip().splitlines()[-1])
        if reader.returncode:
            raise UnusableFileError(
                "the reader of spreadsheets broke down on it: the file is damaged, or"
                f" needs more than {max_memory_bytes / 2**30:.3g} GiB of memory. Open"
                " it, save the sheet with the records as CSV (UTF-8) and name that file"
            )
        with pa.OSFile(str(target)) as file:
            return pa.ipc.open_file(file).read_all()
