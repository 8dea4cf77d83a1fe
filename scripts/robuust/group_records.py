"""What the records tell of one group: finds of its species, and days of search."""

import pandas as pd
import shapely

RECORD_COLUMNS = [
    *("species", "taxon_group", "date_first", "date_last", "year", "uncertainty_m"),
    *("present", "generalised", "geometry"),
]
#: What makes two searches two: who found what there counts for other groups.
SEARCH = ["taxon_group", "date_first", "date_last", "uncertainty_m", "generalised"]


def group_records(records, species):
    """Keep the records of these species, and of others that somebody searched.

    A record of another species of the same taxon groups counts as search only: its
    species is dropped, and one of several from the same place and days is kept. So
    what stays is the same when another group's bird is seen on a day and at a place
    where somebody noted a bird before.

    Parameters
    ----------
    records : GeoDataFrame
        `RECORD_COLUMNS`: records of the species and of their taxon groups; geometry
        (points) in the analysis CRS.
    species : iterable of str
        Species of the group.

    Returns
    -------
    GeoDataFrame
        The same columns: records of the species as they are, and after them the
        searches, with species missing and present True.

    Examples
    --------
    >>> import geopandas as gpd
    >>> day = pd.Timestamp("2020-05-01")
    >>> records = gpd.GeoDataFrame(
    ...     {"species": ["Hyla", "Rana", "Bufo"], "taxon_group": "amphibians",
    ...      "date_first": day, "date_last": day, "year": 2020, "uncertainty_m": 10.0,
    ...      "present": [True, True, False], "generalised": False},
    ...     geometry=shapely.points([[0, 0], [5, 5], [5, 5]]),
    ... )
    >>> group_records(records, ["Hyla"])["species"].fillna("search").tolist()
    ['Hyla', 'search']
    """
    own = records["species"].isin(list(species)).to_numpy()
    searches = records[~own]
    place = shapely.get_coordinates(searches.geometry.to_numpy())
    same = pd.DataFrame(searches[SEARCH]).assign(x=place[:, 0], y=place[:, 1])
    searches = searches[~same.duplicated().to_numpy()]
    nobody = pd.Series(None, index=searches.index, dtype=records["species"].dtype)
    searches = searches.assign(species=nobody, present=True)
    return pd.concat([records[own], searches], ignore_index=True)[RECORD_COLUMNS]
