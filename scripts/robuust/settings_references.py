"""Do the settings fit the tables? Names in the settings that a table must have."""

from robuust.habitat_parts import match_codes
from robuust.problems import Problem, did_you_mean
from robuust.references import table_column
from robuust.scenarios import changes_sources


def validate_settings_references(config, tables, *, file):
    """Check what the settings say against the tables and against each other.

    Parameters
    ----------
    config : dict
        The settings; parts of the wrong shape are not checked here.
    tables : dict of str to DataFrame
        Typed tables.
    file : str
        `file` of the problems.

    Returns
    -------
    list of Problem
        Habitat codes, Red Lists, species, classes and land cover that no table has,
        two sources with the same name, least cost without land cover, minimum rises of
        groups and budgets of levels that the run lacks, a p_min not below p0.
    """
    places = [
        (kind, source)
        for kind, sources in _section(config, "sources").items()
        for source in (sources if isinstance(sources, list) else [])
        if isinstance(source, dict)
    ]
    problems = _repeated_sources(places, file)
    problems += _repeated_changes(places, config, file)
    used = [
        (f"sources.{kind}[{source.get('name')}].code", source.get("code"))
        for kind, source in places
    ]
    used += [
        (f"sources.{kind}[{source.get('name')}].codes", code)
        for kind, source in places
        if isinstance(source.get("codes"), dict)
        for code in source["codes"].values()
    ]
    used += [
        (f"{place}[{source.get('name')}].code", source.get("code"))
        for place, source in changes_sources(config)
    ]
    problems += _unknown_settings_codes(used, tables, file)
    problems += _unknown_red_lists(config, tables, file)
    problems += _unknown_targets(config, tables, file)
    problems += _unknown_sensitive(config, tables, file)
    problems += _least_cost(config, tables, file)
    problems += _plan_wishes(config, tables, file)
    network = _section(config, "network")
    p0, p_min = network.get("p0"), network.get("p_min")
    if isinstance(p0, float) and isinstance(p_min, float) and p_min >= p0:
        message = f"found {p_min}; it must be less than p0, which is {p0}"
        problems.append(Problem(file, None, "network.p_min", message))
    return problems


def _unknown_settings_codes(used, tables, file):
    """Find codes in the settings that are in no table, read as those of a map."""
    known = set(table_column(tables, "habitat_types", "code"))
    if not known:
        return []
    matched = match_codes([code for _, code in used], known)
    unknown = set(matched.loc[matched["code"].isna(), "text"])
    return [
        Problem(
            file,
            None,
            place,
            f"found the habitat code '{code}', which is not in the table "
            f"habitat_types{did_you_mean(code, known)}",
        )
        for place, code in used
        if isinstance(code, str) and code in unknown
    ]


def _unknown_red_lists(config, tables, file):
    """Find Red Lists in the settings that the table does not have."""
    known = set(table_column(tables, "red_lists", "red_list"))
    named = config.get("red_lists")
    return _unknown_names(named, known, file, key="red_lists", table="red_lists")


def _unknown_targets(config, tables, file):
    """Find target species in the settings that the table of species does not have."""
    known = set(table_column(tables, "species", "species"))
    named = _section(config, "elaboration").get("species")
    return _unknown_names(
        named, known, file, key="elaboration.species", table="species"
    )


def _unknown_sensitive(config, tables, file):
    """Find sensitive species that the table does not have: nothing would hide them."""
    known = set(table_column(tables, "species", "species"))
    named = list(_section(config, "sensitive_species"))
    return _unknown_names(named, known, file, key="sensitive_species", table="species")


def _unknown_names(named, known, file, *, key, table):
    """Find the names of a list that its table does not have; no table tells nothing."""
    return [
        Problem(
            file,
            None,
            key,
            f"found '{name}', which is not in the table {table}"
            f"{did_you_mean(name, known)}",
        )
        for name in (named if known and isinstance(named, list) else [])
        if isinstance(name, str) and name not in known
    ]


def _least_cost(config, tables, file):
    """Find classes and land cover that no table has, and least cost over nothing."""
    sources = _section(config, "sources").get("land_cover")
    known = isinstance(sources, list)
    sources = [s for s in sources if isinstance(s, dict)] if known else []
    asked = _section(config, "least_cost").get("classes")
    problems = []
    if asked and known and not sources:
        message = (
            f"found {asked}, but no land cover to move over; name a layer under"
            " sources.land_cover, or leave the list empty"
        )
        problems.append(Problem(file, None, "least_cost.classes", message))
    classes = set(table_column(tables, "mobility_classes", "mobility_class"))
    named = [
        ("least_cost.classes", name, classes, "mobility_classes")
        for name in (asked if isinstance(asked, list) else [])
    ]
    covers = set(table_column(tables, "resistance", "land_cover"))
    problems += _without_resistance(classes if asked == "all" else asked, tables)
    named += [
        (
            f"sources.land_cover[{source.get('name')}].classes",
            name,
            covers,
            "resistance",
        )
        for source in sources
        if isinstance(source.get("classes"), dict)
        for name in source["classes"].values()
    ]
    return problems + [
        Problem(
            file,
            None,
            place,
            f"found '{name}', which is not in the table {table}"
            f"{did_you_mean(name, known)}",
        )
        for place, name, known, table in named
        if isinstance(name, str) and known and name not in known
    ]


def _plan_wishes(config, tables, file):
    """Find groups with a minimum rise, and levels with a budget, that a run lacks."""
    restoration = _section(config, "restoration")
    groups = config.get("groups")
    if not isinstance(groups, list):
        groups = table_column(tables, "species_groups", "group")
    minima = restoration.get("minimum_rise")
    named = [
        ("restoration.minimum_rise", name, groups, "no group of this run")
        for name in (minima if isinstance(minima, dict) else [])
    ]
    sources = _section(config, "sources").get("report_units")
    levels = [
        source.get("level")
        for source in (sources if isinstance(sources, list) else [])
        if isinstance(source, dict)
    ] or ["area"]  # a run without reporting units has one of this level
    budgets = restoration.get("unit_budgets")
    named += [
        ("restoration.unit_budgets", unit.get("level"), levels, "no level of this run")
        for unit in (budgets if isinstance(budgets, list) else [])
        if isinstance(unit, dict)
    ]
    return [
        Problem(
            file,
            None,
            place,
            f"found '{name}', which is {what} ({', '.join(map(str, known))})"
            f"{did_you_mean(name, known)}",
        )
        for place, name, known, what in named
        if isinstance(name, str) and len(known) and name not in set(known)
    ]


def _without_resistance(classes, tables):
    """Find land cover that a class which follows it has no resistance for."""
    rows = tables.get("resistance")
    if rows is None or not {"land_cover", "mobility_class"} <= set(rows):
        return []
    of_class = rows.groupby("mobility_class")["land_cover"].agg(set).to_dict()
    covers = set(rows["land_cover"].dropna())
    found = []
    for name in sorted(map(str, classes or [])):
        missing = covers - of_class.get(name, set()) - of_class.get("*", set())
        if missing:
            message = (
                f"{', '.join(sorted(missing))} has no row for {name}, nor for every"
                " class (*); add one"
            )
            found.append(Problem("resistance", None, "land_cover", message))
    return found


def _section(config, key):
    """Get a section of the settings, empty where it has the wrong shape."""
    found = config.get(key)
    return found if isinstance(found, dict) else {}


def _repeated_sources(places, file):
    """Find sources with the name of another one, of whatever kind."""
    kinds = {}
    for kind, source in places:
        kinds.setdefault(str(source.get("name")), []).append(kind)
    return [
        Problem(
            file,
            None,
            "sources",
            f"{len(found)} sources are named '{name}' ({', '.join(found)}); "
            "give each a name of its own",
        )
        for name, found in kinds.items()
        if len(found) > 1
    ]


def _repeated_changes(places, config, file):
    """Find planned changes with the name of a source, or of others in a scenario."""
    taken = {str(source.get("name")) for _, source in places}
    problems, seen = [], set()
    for place, source in changes_sources(config):
        name = str(source.get("name"))
        if name in taken or (place, name) in seen:
            message = (
                f"another source is named '{name}' too; give each a name of its own"
            )
            problems.append(Problem(file, None, place, message))
        seen.add((place, name))
    return problems
