"""Which land cover has the ground where several cover it."""


def by_precedence(land_cover, cover_order):
    """Put land cover in order: what has the ground comes before what it hides.

    Parameters
    ----------
    land_cover : DataFrame
        source (its name), and whatever else.
    cover_order : sequence of str
        Names of the sources, the one that wins first. Within a source the last row
        wins, as a map is drawn.

    Returns
    -------
    DataFrame
        The rows with a new index; reversed, the order in which to draw them.

    Examples
    --------
    >>> import pandas as pd
    >>> cover = pd.DataFrame({"source": ["new", "old", "new"], "row": [1, 2, 3]})
    >>> by_precedence(cover, ["old", "new"])["row"].tolist()
    [2, 3, 1]
    """
    place = {name: k for k, name in enumerate(cover_order)}
    return land_cover[::-1].sort_values(
        "source", key=lambda names: names.map(place), kind="stable", ignore_index=True
    )
