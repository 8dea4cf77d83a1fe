"""Red Lists: the category of every species, from the lists that count here."""

import pandas as pd


def red_list_categories(table, *, red_lists, reference_date):
    """Choose one category per species among several Red Lists and their years.

    A list that comes first in ``red_lists`` goes before the others; within a list the
    latest year that is not after the reference date counts.

    Parameters
    ----------
    table : DataFrame
        Columns species, red_list, year and category (red_lists.csv, as text).
    red_lists : sequence of str
        Names of the lists that count, the first one first.
    reference_date : str
        ISO date; a list of a later year is not yet there.

    Returns
    -------
    DataFrame
        species, red_list (category) and red_list_source (list and year), one row per
        species that is on a list; sorted by species.

    Examples
    --------
    >>> table = pd.DataFrame({"species": ["A a", "A a"], "year": ["2004", "2016"],
    ...     "red_list": ["north", "south"], "category": ["EN", "VU"]})
    >>> chosen = {"red_lists": ["south", "north"], "reference_date": "2020-01-01"}
    >>> red_list_categories(table, **chosen).to_numpy().tolist()
    [['A a', 'VU', 'south 2016']]
    """
    place = {name: k for k, name in enumerate(red_lists)}
    rows = table.assign(
        place=table["red_list"].map(place), year=table["year"].astype(int)
    )
    rows = rows[rows["place"].notna() & (rows["year"] <= int(reference_date[:4]))]
    rows = rows.sort_values(["species", "place", "year"], ascending=[True, True, False])
    first = rows.drop_duplicates("species")
    return pd.DataFrame(
        {
            "species": first["species"],
            "red_list": first["category"],
            "red_list_source": first["red_list"] + " " + first["year"].astype("str"),
        }
    ).reset_index(drop=True)
