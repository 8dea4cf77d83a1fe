"""What a source entry of the settings says, and the columns of the table behind it."""

import re

import pandas as pd

_TRUE_WORDS = {"1", "1.0", "true", "yes", "y", "ja", "j", "waar", "x", "t"}
_FALSE_WORDS = {"0", "0.0", "false", "no", "n", "nee", "neen", "onwaar", "f"}
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/@]*(?=@)|(?<=[?&])(password)=[^&]*")


class UnusableFileError(ValueError):
    """A file that is refused, in words: what was found, where, and what to do."""


def source_words(source):
    """Name a source entry in an error message; a password is never shown.

    Parameters
    ----------
    source : dict
        Entry of ``sources`` in the settings: name, path and perhaps layer.

    Returns
    -------
    str

    Examples
    --------
    >>> source_words({"name": "roads", "path": "map.gpkg", "layer": "lines"})
    "source 'roads' (map.gpkg, layer lines)"
    """
    layer = f", layer {source['layer']}" if source.get("layer") else ""
    return f"source '{source['name']}' ({_shown(source['path'])}{layer})"


def _shown(text):
    """Text without the password of a database."""
    return _PASSWORD.sub(r"\1\2:***", str(text))


def readable(source, read, *args, **options):
    """Call a reader and turn whatever it raises into words about the source.

    A refusal that is in words already only gets the name of the source.

    Parameters
    ----------
    source : dict
        Entry of ``sources`` in the settings.
    read : callable
        Function of a file library, called with the other arguments.

    Returns
    -------
    object
        What the reader returns.

    Raises
    ------
    UnusableFileError
        A ValueError; if the reader fails, for whatever reason.
    """
    try:
        return read(*args, **options)
    except UnusableFileError as refusal:
        words = _shown(str(refusal).rstrip("."))
        raise UnusableFileError(f"{source_words(source)}: {words}.") from refusal
    except MemoryError as error:
        raise UnusableFileError(
            f"{source_words(source)} needs more memory than there is; cut the file to"
            " the study area and its surroundings."
        ) from error
    except Exception as error:  # each file library has its own family of errors
        raise UnusableFileError(
            f"{source_words(source)} cannot be read: {_shown(error)}. See whether the"
            " file is complete and opens in QGIS or a text editor, and compare `path`"
            " and `layer` of this source in the settings."
        ) from error


def find_column(table, name, where):
    """Name of a column as the table spells it; upper and lower case are the same.

    Parameters
    ----------
    table : DataFrame
    name : str
        Name given in the settings.
    where : str
        Words for the table in an error message.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is no such column.

    Examples
    --------
    >>> find_column(pd.DataFrame({"TAG": [1]}), "tag", "habitat map")
    'TAG'
    """
    if name in table.columns:
        return name
    for column in table.columns:
        if str(column).casefold() == str(name).casefold():
            return column
    columns = ", ".join(str(c) for c in table.columns if c != "geometry")
    raise ValueError(
        f"{where}: there is no column '{name}'. The columns are: {columns or 'none'}."
        " Correct the column name of this source in the settings."
    )


def clean_text(values):
    """Text without outer blanks; empty text becomes missing.

    Parameters
    ----------
    values : Series
        Of any type; whole numbers read as floats lose their ``.0``.

    Returns
    -------
    Series of str

    Examples
    --------
    >>> clean_text(pd.Series([" gh", " ", None])).tolist()
    ['gh', nan, nan]
    """
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    text = values.astype("str").str.strip()
    return text.mask(values.isna() | (text == ""))


def read_numbers(values):
    """Numbers from text, with a decimal point or a decimal comma.

    Parameters
    ----------
    values : Series

    Returns
    -------
    numbers : Series of float
        Missing where the text is blank or no number.
    unreadable : Series of bool
        Text is there, but it is no finite number.

    Examples
    --------
    >>> numbers, unreadable = read_numbers(pd.Series(["3,5", "4.25", "much", ""]))
    >>> numbers.tolist(), unreadable.tolist()
    ([3.5, 4.25, nan, nan], [False, False, True, False])
    """
    if pd.api.types.is_numeric_dtype(values):
        numbers, given = values.astype("float64"), values.notna()
    else:
        text = clean_text(values)
        numbers = pd.to_numeric(
            text.str.replace(",", ".", regex=False), errors="coerce"
        ).astype("float64")
        given = text.notna()
    numbers = numbers.where(numbers.abs() < float("inf"))
    return numbers, given & numbers.isna()


def read_flags(values):
    """Yes and no from the words that people use for them.

    Parameters
    ----------
    values : Series

    Returns
    -------
    flags : Series of bool
        Blank counts as no.
    unreadable : Series of bool
        Text is there that means neither yes nor no.

    Examples
    --------
    >>> read_flags(pd.Series(["ja", "0", None]))[0].tolist()
    [True, False, False]
    """
    text = clean_text(values).str.casefold()
    flags = text.isin(_TRUE_WORDS)
    return flags, text.notna() & ~flags & ~text.isin(_FALSE_WORDS)


def numbered_columns(table, stem):
    """Columns such as HAB1, HAB2 ... in the order of their numbers.

    Parameters
    ----------
    table : DataFrame
    stem : str
        The part before the number, in upper or lower case.

    Returns
    -------
    dict of int to str

    Examples
    --------
    >>> numbered_columns(pd.DataFrame(columns=["hab2", "HAB1", "PHAB1"]), "HAB")
    {1: 'HAB1', 2: 'hab2'}
    """
    found = {}
    for column in table.columns:
        match = re.fullmatch(rf"{stem}(\d+)", str(column), re.IGNORECASE)
        if match:
            found[int(match[1])] = column
    return dict(sorted(found.items()))
