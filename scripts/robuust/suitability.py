"""How well a habitat code suits a bundle: the longest match in the table wins."""

import pandas as pd


def match_suitability(codes, suitability, bundle):
    """Look up suitability and role of habitat codes in one bundle.

    A row of the table holds a whole code or, ending in ``*``, the beginning of one.
    Of the rows that fit a code the longest wins, and a whole code beats every
    beginning, so that ``2190_mp`` can differ from ``2190*``.

    Parameters
    ----------
    codes : iterable of str
        Habitat codes as the map writes them; repeats are looked up once.
    suitability : DataFrame
        Columns code, bundle, suitability (0 to 1) and role (whole, a or b).
    bundle : str
        Bundle of the group.

    Returns
    -------
    DataFrame
        code, suitability, role: one row per distinct code, sorted by code. A code
        that no row fits has suitability 0 and role whole.

    Raises
    ------
    ValueError
        If the table has no row for the bundle.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     [("2190*", "slacks", 1.0, "whole"), ("2190_a", "slacks", 0.5, "whole")],
    ...     columns=["code", "bundle", "suitability", "role"],
    ... )
    >>> found = match_suitability(["2190_mp", "2190_a"], table, "slacks")
    >>> found["suitability"].tolist()
    [0.5, 1.0]
    """
    rows = suitability.loc[suitability["bundle"] == bundle]
    if rows.empty:
        raise ValueError(
            f"bundle {bundle!r} has no row in suitability.csv; "
            "add the codes that suit it, or correct the name"
        )
    values = list(zip(rows["suitability"], rows["role"], strict=True))
    fit = dict(zip(rows["code"], values, strict=True))
    known = sorted({code for code in codes if isinstance(code, str)})
    found = [(code, *_best_fit(code, fit)) for code in known]
    found = pd.DataFrame(found, columns=["code", "suitability", "role"])
    return found.astype({"code": "str", "suitability": "float64", "role": "str"})


def _best_fit(code, fit):
    """Suitability and role of the longest row that fits a code."""
    beginnings = (code[:length] + "*" for length in range(len(code), -1, -1))
    best = next((key for key in (code, *beginnings) if key in fit), None)
    return fit.get(best, (0.0, "whole"))
