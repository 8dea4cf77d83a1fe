"""Do the settings fit the tables? Names in the settings that a table must have."""

from robuust.habitat_parts import match_codes
from robuust.problems import Problem, did_you_mean
from robuust.references import table_column


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
        Habitat codes, Red Lists, classes and land cover that no table has, two sources
        with the same name, least cost without land cover, a p_min not below p0.
    """
    places = [
        (kind, source)
        for kind, sources in _section(config, "sources").items()
        for source in (sources if isinstance(sources, list) else [])
        if isinstance(source, dict)
    ]
    problems = _repeated_sources(places, file)
    convertible = _section(config, "restoration").get("convertible_codes")
    convertible = convertible if isinstance(convertible, list) else []
    used = [("restoration.convertible_codes", code) for code in convertible]
    used += [
        (f"sources.{kind}[{source.get('name')}].code", source.get("code"))
        for kind, source in places
    ]
    used += [
        (f"sources.{kind}[{source.get('name')}].codes", code)
        for kind, source in places
        if isinstance(source.get("codes"), dict)
        for code in source["codes"].values()
    ]
    problems += _unknown_settings_codes(used, tables, file)
    problems += _unknown_red_lists(config, tables, file)
    problems += _least_cost(config, tables, file)
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
    return [
        Problem(
            file,
            None,
            "red_lists",
            f"found '{name}', which is not in the table red_lists"
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
