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
