"""How large a table may be before reading it would fill the memory."""

from robuust.sources import UnusableFileError

MAX_COLUMNS = 2000  # as many as an SQLite table may have
MAX_CELLS = 500_000_000  # rows times columns: near 6 GiB of short values


def check_size(rows, columns):
    """Refuse a table that cannot fit in the memory, before it is read.

    Parameters
    ----------
    rows, columns : int
        As the file says; geometry counts as a column.

    Raises
    ------
    UnusableFileError
        If there are too many.
    """
    if columns > MAX_COLUMNS:
        raise UnusableFileError(
            f"it has {columns} columns, more than the {MAX_COLUMNS} that are read;"
            " keep only the columns that are needed"
        )
    if rows * columns > MAX_CELLS:
        raise UnusableFileError(
            f"its {rows} rows of {columns} columns do not fit in the memory; cut it to"
            " the study area and its surroundings"
        )
