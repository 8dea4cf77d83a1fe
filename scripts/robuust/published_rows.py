"""What is left out of the published layers so that they stay light, and told."""

import pandas as pd

MOST_LINKS = 100_000  # per group: more is a blur on any map
MOST_ORIGINALS = 1_000  # rows with their cells, per source and reason


def lighten(rows, layer):
    """Leave out what makes a layer heavy and tells nobody anything.

    Of very many links of a group only the most probable are kept: those that a map can
    show. Of very many quarantined rows with one reason, as of a file with all species
    of a country, the first keep their cells; the others are found in the source by
    their row number. No row of the quarantine is left out.

    Parameters
    ----------
    rows : DataFrame
        Rows of the layer.
    layer : str
        Its name.

    Returns
    -------
    rows : DataFrame
        The same rows, or fewer.
    told : list of (str, str, str)
        Rows of the table `run_info` that say what was left out: key, value,
        description.

    Examples
    --------
    >>> links = pd.DataFrame({"group": "frogs", "probability": [0.1, 0.9]})
    >>> kept, told = lighten(links, "links")
    >>> len(kept), told
    (2, [])
    """
    if layer == "links":
        return _most_probable(rows)
    if layer.startswith("quarantined_"):
        return _without_repeated_cells(rows, layer)
    return rows, []


def _most_probable(links):
    """Links of each group that a map can show, and how many there are more."""
    order = links["probability"].rank(method="first", ascending=False)
    place = order.groupby(links["group"]).rank()
    kept = links[(place <= MOST_LINKS).to_numpy()]
    left_out = links["group"].value_counts() - kept["group"].value_counts()
    return kept, [
        (
            f"links_left_out_{group}",
            str(n),
            f"least probable links; all of them: {group}/links.parquet",
        )
        for group, n in left_out[left_out > 0].sort_index().items()
    ]


def _without_repeated_cells(rows, layer):
    """All rows, of which not too many with one reason have their cells."""
    if rows.empty:
        return rows, []
    place = rows.groupby(["source", "reason"], observed=True).cumcount().to_numpy()
    n = int((place >= MOST_ORIGINALS).sum())
    if not n:
        return rows, []
    cells = rows["original"].where(place < MOST_ORIGINALS)
    words = "rows without their cells; `row` is their place in the source"
    return rows.assign(original=cells), [(f"{layer}_without_cells", str(n), words)]


def with_told(info, told):
    """Add what was left out to the table `run_info`.

    Parameters
    ----------
    info : DataFrame
        key, value, description.
    told : list of (str, str, str)
        See `lighten`.

    Returns
    -------
    DataFrame
    """
    more = pd.DataFrame(told, columns=info.columns, dtype="str")
    return pd.concat([info, more], ignore_index=True) if told else info
