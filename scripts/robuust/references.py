"""Do the tables fit together? Names that refer to other tables, values in order."""

from dataclasses import replace

import pandas as pd

from robuust.crossing_prices import crossing_price_problems
from robuust.problems import Problem, did_you_mean, row_number
from robuust.status_rules import status_rule_problems
from robuust.traits import group_traits

RESERVED_GROUPS = (  # folders of results
    *("ingest", "all_groups", "tables", "staging"),
    *("current_flow", "species_sheets", "unit_sheets", "pictures", "metadata"),
)
ORDERED = (  # the first may not be larger than the second
    ("local_distance_m", "dispersal_max_m"),
    ("dispersal_median_m", "dispersal_max_m"),
    ("key_patch_ru", "mvp_ru"),
    ("mvp_ru", "network_ru_with_key"),
    ("network_ru_with_key", "network_ru_without_key"),
    ("buffer_inner_m", "buffer_mid_m"),
    ("buffer_mid_m", "buffer_outer_m"),
)
ORDERED_AREAS = (
    ("small_ha", "large_ha"),
    ("large_ha", "isolated_good_ha"),
    ("cohesive_distance_m", "neighbour_distance_m"),
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
        without a partner, classes without evidence, reserved names, crossings with
        half a price or two, rules of status that cannot be.
    """
    tables = {name: rows for name, rows in tables.items() if len(rows.columns)}
    return [
        *_unknown_names(tables),
        *_unknown_codes(tables),
        *_group_names(tables, groups),
        *_role_problems(tables),
        *_order_problems(tables),
        *_norm_problems(tables),
        *_range_problems(tables),
        *_evidence_problems(tables),
        *_synonym_problems(tables),
        *crossing_price_problems(tables.get("barrier_types", {})),
        *status_rule_problems(tables.get("status_rules", {})),
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
            ("area_classes", bundles),
        ]:
            problems += _outside(tables, name, "bundle", known, "suitability")
    if "species_groups" in tables:
        problems += _outside(tables, "species", "group", groups, "species_groups")
    if "species" in tables:
        species = set(table_column(tables, "species", "species"))
        problems += _outside(
            tables, "reintroduction_answers", "species", species, "species"
        )
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
    for column in ("code", "target_code"):
        problems += _outside(tables, "conversions", column, set(known), "habitat_types")
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
    """Values of classes, of groups with their own, and of areas in the wrong order."""
    problems, areas = [], tables.get("area_classes")
    for low, high in ORDERED_AREAS:
        if areas is not None and {low, high} <= set(areas):
            problems += _too_large("area_classes", areas, low, high)
    classes, traits = tables.get("mobility_classes"), _traits(tables)
    for low, high in ORDERED:
        if classes is not None and {low, high} <= set(classes):
            problems += _too_large("mobility_classes", classes, low, high)
        if traits is not None and {low, high} <= set(traits):
            own = tables["species_groups"].reindex(columns=[low, high]).notna()
            changed = traits.loc[own.any(axis=1).reindex(traits.index)]
            problems += _too_large("species_groups", changed, low, high)
    return problems


def _norm_problems(tables):
    """Norms of species that do not fit those they leave to their group."""
    species, traits = tables.get("species"), _traits(tables)
    if species is None or traits is None or "group" not in species:
        return []
    of_group = traits.drop_duplicates("group").set_index("group")
    problems = []
    for low, high in ORDERED:
        if not (low.endswith("_ru") and {low, high} <= set(of_group)):
            continue
        own = species.reindex(columns=[low, high]).astype(float)
        changed = species.index[own.notna().any(axis=1)]
        usual = of_group[[low, high]].reindex(species["group"]).set_axis(species.index)
        problems += _too_large("species", own.fillna(usual).loc[changed], low, high)
    blank = " (a blank cell has the value of the group)"
    return [replace(p, message=p.message + blank) for p in problems]


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


def _evidence_problems(tables):
    """Classes that lack a row of evidence, so that no range is known for a value."""
    classes, evidence = tables.get("mobility_classes"), tables.get("parameter_evidence")
    if classes is None or "mobility_class" not in classes or evidence is None:
        return []
    if not {"mobility_class", "parameter"} <= set(evidence):
        return []
    if not evidence["mobility_class"].isin(classes["mobility_class"]).all():
        return []  # the misspelt name is told; the row is there
    if evidence["parameter"].isna().any():
        return []
    judged = [p for p in evidence["parameter"].unique() if p in classes]
    has = evidence.groupby("mobility_class")["parameter"].agg(set).to_dict()
    problems = []
    for row, name in classes["mobility_class"].dropna().items():
        missing = [p for p in judged if p not in has.get(name, set())]
        if missing:
            message = (
                f"'{name}' has no row in the table parameter_evidence for "
                f"{', '.join(missing)}; add one for each, so that it is known how far "
                "the value may be off (low and high may be blank, evidence may not)"
            )
            problems.append(
                Problem("mobility_classes", row_number(row), "mobility_class", message)
            )
    return problems


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
