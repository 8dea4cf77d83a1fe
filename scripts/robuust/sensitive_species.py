"""Sensitive species: from the moment they are read, no more is known than a grid cell.

Where somebody could dig up an orchid or empty a nest, the place must not be told. So
the records of such a species move to the centre of their grid cell before anything else
is done with them. All that follows is made from the cells, and cannot tell more; no
step, table or picture has to remember that a species is sensitive. A blurred record
supports no patch, so these species are not judged per patch: the layer `populations`
shows their cells instead.
"""

import geopandas as gpd
import numpy as np
import pandas as pd

from robuust.figures import distance, distance_nl

WITHHELD = "withheld"


def blur_places(values, sensitive):
    """Move the records of sensitive species to the centre of their grid cell.

    Parameters
    ----------
    values : dict of str to array
        One value per record: species (Categorical, missing where not known), x and y
        [m], uncertainty_m (missing where not known), generalised (bool).
    sensitive : dict of str to float
        Sensitive species and the width of their grid cells [m]. Corners of cells are
        whole multiples of the width.

    Returns
    -------
    dict of str to array
        The same, with other places. Half the diagonal of the cell comes on top of the
        uncertainty, and the record counts as generalised.

    Examples
    --------
    >>> species = pd.Categorical(["Orchis", "Bellis"])
    >>> numbers = {"x": np.array([1234.0, 5.0]), "y": np.array([5999.0, 5.0])}
    >>> values = {"species": species, "uncertainty_m": np.array([np.nan, 1.0])}
    >>> values |= numbers | {"generalised": np.array([False, False])}
    >>> blurred = blur_places(values, {"Orchis": 1000})
    >>> blurred["x"].tolist(), blurred["y"].tolist()
    ([1500.0, 5.0], [5500.0, 5.0])
    >>> blurred["uncertainty_m"].round(1).tolist(), blurred["generalised"].tolist()
    ([707.1, 1.0], [True, False])
    """
    if not sensitive:
        return values
    widths = pd.Series(sensitive, dtype=float).reindex(values["species"].categories)
    codes = values["species"].codes
    width = np.where(codes < 0, np.nan, widths.to_numpy()[codes])
    hidden = ~np.isnan(width)
    blurred = {
        name: np.where(hidden, (np.floor(values[name] / width) + 0.5) * width, place)
        for name, place in (("x", values["x"]), ("y", values["y"]))
    }
    known_m = values["uncertainty_m"]
    vaguer_m = np.nan_to_num(known_m, nan=0.0, posinf=np.inf) + width / np.sqrt(2)
    return values | {
        **blurred,
        "uncertainty_m": np.where(hidden, vaguer_m, known_m),
        "generalised": values["generalised"] | hidden,
    }


def may_be_sensitive(species, sensitive):
    """Tell which rows are of a sensitive species, or may be: their name says nothing.

    Parameters
    ----------
    species : Categorical, one per row
        Missing where the name is in no table.
    sensitive : dict of str to float
        See `blur_places`; empty when nothing has to be hidden.

    Returns
    -------
    ndarray of bool

    Examples
    --------
    >>> names = pd.Categorical(["Orchis", None, "Bellis"])
    >>> may_be_sensitive(names, {"Orchis": 1000}).tolist()
    [True, True, False]
    >>> may_be_sensitive(names, {}).tolist()
    [False, False, False]
    """
    if not sensitive:
        return np.zeros(len(species), dtype=bool)
    return pd.isna(species) | species.isin(list(sensitive))


def known_cells(records, species, sensitive, *, columns):
    """Make the rows of the layer `populations` for sensitive species: one per cell.

    Parameters
    ----------
    records : GeoDataFrame
        Blurred: species, present, year (missing: undated), points. Those of other
        species are left out.
    species : DataFrame
        The sensitive species of one group: species, name_nl, group, red_list,
        red_list_source.
    sensitive : dict of str to float
        See `blur_places`.
    columns : list of str
        Those of populations.

    Returns
    -------
    GeoDataFrame, one row per species and cell with a find, sorted
        These columns, and the centre of the cell. What only a patch has is missing,
        also the status that its habitat would give: beside the map of the patches, that
        would tell which one it is.
    """
    own = records["species"].isin(species["species"]) & records["present"]
    found = pd.DataFrame(records.loc[own, ["species", "year"]])
    points = records.geometry[own]
    found = found.assign(x=points.x, y=points.y)
    cells = found.groupby(["species", "x", "y"], as_index=False).agg(
        first_year=("year", "min"),
        last_year=("year", "max"),
        n_years=("year", "nunique"),
        n_records=("year", "size"),
    )
    names = ["species", "name_nl", "group", "red_list", "red_list_source"]
    cells = cells.astype({"species": "str"}).merge(species[names], on="species")
    cells["status"] = pd.array([WITHHELD] * len(cells), dtype="str")
    for language in ("nl", "en"):
        words = [_words(row, sensitive, language) for row in cells.itertuples()]
        cells[f"reason_{language}"] = pd.array(words, dtype="str")
    centres = gpd.points_from_xy(cells["x"], cells["y"])
    return gpd.GeoDataFrame(
        cells.reindex(columns=columns), geometry=centres, crs=records.crs
    )


def open_species(rows, sensitive):
    """Leave out the rows of sensitive species, such as those of an earlier run.

    An earlier run may have told their places; what it says of them must not come back
    in the comparison.

    Parameters
    ----------
    rows : DataFrame
        With a column species.
    sensitive : dict of str to float
        See `blur_places`.

    Returns
    -------
    DataFrame
    """
    return rows[~rows["species"].isin(list(sensitive))]


def withhold_targets(targets, sensitive):
    """Say of sensitive target species that their places are not told.

    Without it they would be said to be absent from every unit.

    Parameters
    ----------
    targets : DataFrame
        As `robuust.target_species.unit_targets` gives it: species, status.
    sensitive : dict of str to float
        See `blur_places`.

    Returns
    -------
    DataFrame
    """
    hidden = targets["species"].isin(list(sensitive))
    hidden &= targets["status"] != "not_judged"
    return targets.assign(status=targets["status"].mask(hidden, WITHHELD))


def _words(cell, sensitive, language):
    """Say what is known of a cell, and why no more is told."""
    width_m, n = float(sensitive[cell.species]), cell.n_records
    if language == "nl":
        seen = "1 waarneming" if n == 1 else f"{n} waarnemingen"
        since = "" if pd.isna(cell.last_year) else f", de laatste in {cell.last_year}"
        return (
            f"gevoelige soort: de plek wordt niet gegeven; {seen} in het hok van "
            f"{distance_nl(width_m)} rond dit punt{since}"
        )
    seen = "1 record" if n == 1 else f"{n} records"
    since = "" if pd.isna(cell.last_year) else f", the last in {cell.last_year}"
    return (
        f"sensitive species: its place is not told; {seen} in the cell of "
        f"{distance(width_m)} round this point{since}"
    )
