"""The traits of each group: the values of its mobility class, or its own."""

TRAITS = (
    "local_distance_m",
    "dispersal_median_m",
    "dispersal_max_m",
    "reproductive_unit_ha",
    "min_patch_ha",
    "edge_depth_m",
    "key_patch_ru",
    "mvp_ru",
    "network_ru_with_key",
    "network_ru_without_key",
    "buffer_inner_m",
    "buffer_mid_m",
    "buffer_outer_m",
    "role_distance_m",
    "min_neighbours",
)
GROUP_COLUMNS = ("group", "name_nl", "name_en", "mobility_class", "bundle", "weight")


def group_traits(groups, classes, p0):
    """Give every group its traits: its own value where it has one, else its class's.

    Parameters
    ----------
    groups : DataFrame
        Typed rows of species_groups.csv; trait columns may be absent or blank.
    classes : DataFrame
        Typed rows of mobility_classes.csv.
    p0 : float
        Dispersal probability at the median dispersal distance; stored with it,
        because neither says anything without the other.

    Returns
    -------
    DataFrame
        One row per group in the order given: `GROUP_COLUMNS`, `TRAITS`, p0. A blank
        role_distance_m means that the group has no roles.

    Raises
    ------
    ValueError
        If a group names a class that is not in the table.

    Examples
    --------
    >>> import pandas as pd
    >>> classes = pd.DataFrame({"mobility_class": ["beetles"], "min_patch_ha": [1.0]})
    >>> groups = pd.DataFrame({"group": ["a", "b"], "min_patch_ha": [None, 3]})
    >>> groups["mobility_class"] = "beetles"
    >>> group_traits(groups, classes, 0.5)["min_patch_ha"].tolist()
    [1.0, 3.0]
    """
    unknown = ~groups["mobility_class"].isin(classes["mobility_class"])
    if unknown.any():
        first = groups.loc[unknown].iloc[0]
        raise ValueError(
            f"group {first['group']!r} names the class {first['mobility_class']!r}, "
            "which is not in mobility_classes.csv; add the class or correct the name"
        )
    columns = [column for column in GROUP_COLUMNS if column in groups]
    traits = groups[columns].reset_index(drop=True)
    of_class = classes.set_index("mobility_class").loc[traits["mobility_class"]]
    for trait in (trait for trait in TRAITS if trait in classes):
        value = of_class[trait].reset_index(drop=True)
        if trait in groups:
            own = groups[trait].reset_index(drop=True).astype(value.dtype)
            value = own.fillna(value)
        traits[trait] = value
    return traits.assign(p0=p0)


def values_for_class(table, key, column, mobility_class):
    """Look up the numbers of one mobility class in a table with rows per class.

    Parameters
    ----------
    table : DataFrame
        `key`, mobility_class (or ``*`` for every class) and `column`.
    key : str
        Column of what the numbers belong to, such as the kind of barrier.
    column : str
        Column of the numbers.
    mobility_class : str
        A row for this class wins over one for every class.

    Returns
    -------
    Series of float
        By `key`; nothing where neither has a row.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"barrier": ["road", "road"], "mobility_class": ["*", "a"],
    ...                       "crossing_probability": [1.0, 0.5]})
    >>> values_for_class(table, "barrier", "crossing_probability", "a")["road"].item()
    0.5
    """
    rows = table[table["mobility_class"].isin(["*", mobility_class])]
    rows = rows.sort_values("mobility_class", key=lambda names: names != "*")
    return rows.drop_duplicates(key, keep="last").set_index(key)[column].astype(float)
