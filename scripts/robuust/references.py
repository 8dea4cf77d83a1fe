"""Do the tables fit together? Names that refer to other tables, values in order."""

import pandas as pd

from robuust.problems import Problem, did_you_mean, row_number
from robuust.traits import group_traits

RESERVED_GROUPS = ("ingest", "all_groups", "tables", "staging")  # folders of results
ORDERED = (  # the first may not be larger than the second
    ("local_distance_m", "dispersal_max_m"),
    ("dispersal_median_m", "dispersal_max_m"),
    ("key_patch_ru", "mvp_ru"),
    ("key_patch_ru", "network_ru_with_key"),
    ("network_ru_with_key", "network_ru_without_key"),
    ("buffer_inner_m", "buffer_mid_m"),
    ("buffer_mid_m", "buffer_outer_m"),
)


def validate_references(tables, groups):
    """Check that the tables fit together.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Table name to its typed rows, labelled 0, 1, ... Tables that are not there are
        not checked, and neither are missing values.
    groups : str or list of str
        The setting: all, or names of groups.

    Returns
    -------
    list of Problem
        Names that another table does not have, values in the wrong order, roles
        without a partner, reserved names.
    """
    tables = {name: rows for name, rows in tables.items() if len(rows.columns)}
    return [
        *_unknown_names(tables),
        *_unknown_codes(tables),
        *_group_names(tables, groups),
        *_role_problems(tables),
        *_order_problems(tables),
        *_range_problems(tables),
        *_synonym_problems(tables),
    ]


def table_column(tables, name, column):
    """Get the values of a column, none where table or column is not there.

    Parameters
    ----------
    tables : dict of str to DataFrame
    name, column : str

    Returns
    -------
    Series
        Without missing values.
    """
    rows = tables.get(name)
    if rows is None or column not in rows:
        return pd.Series([], dtype="str")
    return rows[column].dropna()


def _outside(tables, name, column, known, target):
    """Problems for the values of a column that the target table does not have."""
    values = table_column(tables, name, column)
    return [
        Problem(
            name,
            row_number(row),
            column,
            f"found '{value}', which is not in the table {target}; "
            f"add it there or correct it{did_you_mean(value, known)}",
        )
        for row, value in values[~values.isin(list(known))].items()
    ]


def _unknown_names(tables):
    """Classes, bundles and groups that no table has."""
    classes = set(table_column(tables, "mobility_classes", "mobility_class"))
    bundles = set(table_column(tables, "suitability", "bundle"))
    groups = set(table_column(tables, "species_groups", "group"))
    problems = []
    if "mobility_classes" in tables:
        for name, known in [
            ("species_groups", classes),
            ("parameter_evidence", classes),
            ("barrier_types", classes | {"*"}),
            ("resistance", classes | {"*"}),
        ]:
            problems += _outside(
                tables, name, "mobility_class", known, "mobility_classes"
            )
    if "suitability" in tables:
        for name, known in [
            ("species_groups", bundles),
            ("habitat_types", bundles),
            ("pressures", bundles | {"*"}),
        ]:
            problems += _outside(tables, name, "bundle", known, "suitability")
    if "species_groups" in tables:
        problems += _outside(tables, "species", "group", groups, "species_groups")
    return problems


def _unknown_codes(tables):
    """Habitat codes of species and of suitability that the habitat types lack."""
    if "habitat_types" not in tables:
        return []
    known = table_column(tables, "habitat_types", "code")
    problems = []
    listed = table_column(tables, "species", "habitat_codes").str.split(";").explode()
    found = listed.str.strip().to_frame("habitat_codes")
    problems += _outside(
        {"species": found}, "species", "habitat_codes", set(known), "habitat_types"
    )
    codes = table_column(tables, "suitability", "code")
    beginnings = codes[codes.str.endswith("*")]
    unused = [
        code
        for code in beginnings.unique()
        if not known.str.startswith(code[:-1]).any()
    ]
    return problems + _outside(
        tables,
        "suitability",
        "code",
        (set(known) | set(beginnings)) - set(unused),
        "habitat_types",
    )


def _group_names(tables, groups):
    """Find groups named as a results folder, and asked for but not there."""
    known = table_column(tables, "species_groups", "group")
    problems = [
        Problem(
            "species_groups",
            row_number(row),
            "group",
            f"'{name}' is the name of a folder with results; choose another name",
        )
        for row, name in known[known.isin(RESERVED_GROUPS)].items()
    ]
    asked = groups if isinstance(groups, list) else []
    if "species_groups" in tables:
        if known.empty:
            message = "the table has no groups; without a group nothing can be judged"
            problems.append(Problem("species_groups", None, "", message))
        names = set(known)
        problems += [
            Problem(
                "settings",
                None,
                "groups",
                f"found '{name}', which is not in the table species_groups"
                f"{did_you_mean(name, names)}",
            )
            for name in asked
            if isinstance(name, str) and name not in names
        ]
    return problems


def _role_problems(tables):
    """Bundles where one role waits for the other, groups without their distance."""
    table = tables.get("suitability")
    if table is None or not {"bundle", "role"} <= set(table):
        return []
    roles = table.groupby("bundle")["role"].agg(set)
    problems = []
    for bundle, has in roles.items():
        if len(has & {"a", "b"}) == 1:
            lonely, absent = ("a", "b") if "a" in has else ("b", "a")
            first = table.index[(table["bundle"] == bundle) & (table["role"] == lonely)]
            message = (
                f"bundle '{bundle}' has codes of role {lonely}, none of role {absent}; "
                f"they would never count, so add role {absent} or use the role whole"
            )
            problems.append(
                Problem("suitability", row_number(first[0]), "role", message)
            )
    with_roles = {bundle for bundle, has in roles.items() if has & {"a", "b"}}
    traits = _traits(tables)
    if traits is None or "role_distance_m" not in traits:
        return problems
    short = traits["bundle"].isin(with_roles) & traits["role_distance_m"].isna()
    return problems + [
        Problem(
            "species_groups",
            row_number(row),
            "role_distance_m",
            f"bundle '{traits.loc[row, 'bundle']}' has roles; say how near habitat of "
            "role a and role b must be [m]",
        )
        for row in traits.index[short]
    ]


def _traits(tables):
    """Traits of the groups whose class is known, labelled as the table of groups."""
    groups, classes = tables.get("species_groups"), tables.get("mobility_classes")
    if groups is None or classes is None:
        return None
    if "mobility_class" not in groups or "mobility_class" not in classes:
        return None
    classes = classes.dropna(subset="mobility_class").drop_duplicates("mobility_class")
    known = groups.loc[groups["mobility_class"].isin(classes["mobility_class"])]
    return group_traits(known, classes, p0=None).set_axis(known.index)


def _order_problems(tables):
    """Values of classes, and of groups with values of their own, in the wrong order."""
    problems = []
    classes, traits = tables.get("mobility_classes"), _traits(tables)
    for low, high in ORDERED:
        if classes is not None and {low, high} <= set(classes):
            problems += _too_large("mobility_classes", classes, low, high)
        if traits is not None and {low, high} <= set(traits):
            own = tables["species_groups"].reindex(columns=[low, high]).notna()
            changed = traits.loc[own.any(axis=1).reindex(traits.index)]
            problems += _too_large("species_groups", changed, low, high)
    return problems


def _too_large(name, rows, low, high):
    """Rows where the value that must be the smaller one is the larger."""
    return [
        Problem(
            name,
            row_number(row),
            low,
            f"found {rows.loc[row, low]:g}, more than {high}, which is "
            f"{rows.loc[row, high]:g}; it must be at most that",
        )
        for row in rows.index[rows[low] > rows[high]]
    ]


def _range_problems(tables):
    """Ranges that are half given, or that do not hold the value they belong to."""
    evidence = tables.get("parameter_evidence")
    needed = {"mobility_class", "parameter", "low", "high"}
    if evidence is None or not needed <= set(evidence):
        return []
    half = evidence["low"].isna() != evidence["high"].isna()
    problems = [
        Problem(
            "parameter_evidence",
            row_number(row),
            "low, high",
            "one of the two is blank; give both, or neither",
        )
        for row in evidence.index[half]
    ]
    problems += _too_large("parameter_evidence", evidence, "low", "high")
    classes = tables.get("mobility_classes")
    if classes is None or "mobility_class" not in classes:
        return problems
    parameters = [p for p in evidence["parameter"].dropna().unique() if p in classes]
    values = classes.melt("mobility_class", parameters, "parameter", "value")
    values = values.drop_duplicates(["mobility_class", "parameter"])
    given = evidence.reset_index().merge(values, on=["mobility_class", "parameter"])
    given = given.loc[(given["low"] <= given["high"])]
    outside = given.loc[~given["value"].between(given["low"], given["high"])]
    return problems + [
        Problem(
            "parameter_evidence",
            row_number(row.index),
            "low, high",
            f"{row.parameter} of {row.mobility_class} is {row.value:g}, outside the "
            f"range {row.low:g} to {row.high:g}; correct the range or the value",
        )
        for row in outside.dropna(subset="value").itertuples(index=False)
    ]


def _synonym_problems(tables):
    """Names of species that would point to two species."""
    names = table_column(tables, "species", "species")
    synonyms = table_column(tables, "species", "synonyms").str.split(";").explode()
    synonyms = synonyms.str.strip()
    taken = synonyms.isin(set(names)) | synonyms.duplicated()
    return [
        Problem(
            "species",
            row_number(row),
            "synonyms",
            f"'{name}' names another species of the table too; a name has one meaning",
        )
        for row, name in synonyms[taken].items()
    ]
