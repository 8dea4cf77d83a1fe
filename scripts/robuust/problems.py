"""What is wrong with the settings and tables, in words, and where."""

from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Problem:
    """One thing to correct.

    Attributes
    ----------
    file : str
        The settings, or a table.
    row : int or None
        Row as a spreadsheet counts it (the header is row 1); None for the whole file.
    column : str
        Column of the table or key of the settings; empty for the whole row.
    message : str
        What was found and what to do.
    """

    file: str
    row: int | None
    column: str
    message: str

    def __str__(self):
        """Place and message on one line."""
        row = [] if self.row is None else [f"row {self.row}"]
        column = (
            [f"column {self.column}" if row else self.column] if self.column else []
        )
        return ": ".join([", ".join([self.file, *row, *column]), self.message])


def in_order(problems):
    """Sort problems by file, row and column, each problem once.

    Examples
    --------
    >>> [p.row for p in in_order([Problem("a", 3, "", ""), Problem("a", None, "", "")])]
    [None, 3]
    """
    return sorted(
        set(problems), key=lambda p: (p.file, p.row or 0, p.column, p.message)
    )


def row_number(index):
    """Row of a spreadsheet for the label of a table row, which counts from 0.

    Examples
    --------
    >>> row_number(0)
    2
    """
    return int(index) + 2


def did_you_mean(name, known):
    """Suggest the known name that looks most like the one found.

    Examples
    --------
    >>> did_you_mean("amfibians", ["amphibians", "reptiles"])
    "; did you mean 'amphibians'?"
    >>> did_you_mean("fish", ["amphibians", "reptiles"])
    ''
    """
    close = get_close_matches(str(name), [str(k) for k in known], n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
