"""Tables of config/ as they stand in their files."""

import pandas as pd


def read_text(path):
    """Read every cell as text; blank is missing, NA and the like are words.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    DataFrame of str
    """
    return pd.read_csv(
        path, dtype="str", keep_default_na=False, na_values=[""], encoding="utf-8-sig"
    )


def read_barrier_types(path):
    """Read barrier_types.csv: the chance of each mobility class to get across.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    DataFrame
        Names of barriers are text, also those that look like numbers.
    """
    return _read_typed(path, "barrier")


def read_suitability(path):
    """Read suitability.csv: how well habitat codes suit each bundle.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    DataFrame
        Codes are text, also those that look like numbers.
    """
    return _read_typed(path, "code")


def _read_typed(path, names):
    """Read a table whose column of names is text, and whose figures are numbers."""
    return pd.read_csv(path, dtype={names: "str"}, encoding="utf-8-sig")
