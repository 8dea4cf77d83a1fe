"""What the sheets of species and of provinces share."""

import pandas as pd

NAME_SIGNS = 60  # so that no name pushes the sheet onto a second page


def rows_by(rows, column):
    """Make a function that picks the rows with one value in a column."""
    found = rows.groupby(column).indices

    def pick(value):
        return rows.iloc[found.get(value, [])]

    return pick


def group_name(summary, group, language):
    """Name of a group for the reader; its short name when it has none.

    Parameters
    ----------
    summary : DataFrame
        name_nl and name_en: the rows of the group in group_summary, perhaps none.
    group : str
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    str
    """
    names = summary[f"name_{language}"].dropna()
    return short(names.iloc[0] if len(names) else group)


def short(text, signs=NAME_SIGNS):
    """Cut a text that is too long for its place, with a mark that it was cut.

    Examples
    --------
    >>> short("Sphagnum", 5), short(None)
    ('Spha…', '')
    """
    text = "" if pd.isna(text) else str(text)
    return text if len(text) <= signs else text[: signs - 1].rstrip() + "…"
