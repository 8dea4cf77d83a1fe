"""What is left out of the published layers so that they stay light, and told."""

import numpy as np
import pandas as pd
import shapely

from robuust.output_contract import FITTING

QUARANTINES = ("quarantined_habitat", "quarantined_records", "quarantined_context")
MOST_LINKS = 10_000  # per group: more is a blur on any map
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
    if layer in QUARANTINES:
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


def part_by_place(rows, layer):
    """Part the rows that a layer of the quarantine can draw from those it cannot.

    Parameters
    ----------
    rows : GeoDataFrame
        Rows of the layer.
    layer : robuust.output_layers.Layer
        One of `QUARANTINES`.

    Returns
    -------
    placed : GeoDataFrame
        Rows with a geometry of the layer's type.
    others : DataFrame
        The other rows, for the table ``quarantined_without_place``: with the name of
        the layer and, as WKT in column ``other_geometry``, the geometry of another type
        where there is one.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from robuust.output_layers import layer_named
    >>> point, line = shapely.from_wkt(["POINT (1 2)", "LINESTRING (0 0, 1 1)"])
    >>> rows = gpd.GeoDataFrame({"row": [0, 1]}, geometry=[point, line])
    >>> placed, others = part_by_place(rows, layer_named("quarantined_records"))
    >>> placed["row"].tolist(), others["other_geometry"].tolist()
    ([0], ['LINESTRING (0 0, 1 1)'])
    """
    shapes = rows.geometry.to_numpy()
    is_empty = shapely.is_empty(shapes)
    fits = np.isin(shapely.get_type_id(shapes), FITTING[layer.geometry_type])
    placed = fits & ~is_empty
    texts = shapely.to_wkt(np.where(is_empty, None, shapes), rounding_precision=3)
    others = rows.drop(columns=rows.geometry.name)[~placed]
    texts = pd.Series(texts[~placed], others.index, dtype="str")
    return rows[placed], others.assign(layer=layer.name, other_geometry=texts)


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
