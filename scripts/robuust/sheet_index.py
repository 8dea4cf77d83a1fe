"""The page that lists the sheets of a folder, with a line about each."""

from robuust.meanings import label
from robuust.province_sheets import told_units, unit_facts
from robuust.sheet_names import sheet_names, unit_sheet_names
from robuust.sheet_parts import group_name, rows_by, short
from robuust.statuses import AT_RISK
from robuust.target_species import best_status
from robuust.templates import fill

UNIT_FIGURES = ("n_targets", "n_viable", "n_at_risk", "n_away")


def species_index(template, frames, species, output_columns, **words):
    """List the sheets of species: group, Red List, best status, patches at risk.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/sheet_index.html.j2``.
    frames : dict of str to DataFrame
        populations (species, status, red_list) and group_summary (group, name_nl,
        name_en), as published.
    species : DataFrame of str
        species, name_nl, group: those that have a sheet, in the order of the list.
    output_columns : DataFrame
        Headings of the columns; see `robuust.output_contract`.
    **words
        style, title, language and reference_date, as for the sheets themselves.

    Returns
    -------
    str
        A page of HTML. Every value of the data is escaped: no name in it can run.
    """
    language = words["language"]
    populations = frames["populations"]
    best = best_status(populations, ["species"])["status"]
    at_risk = populations[populations["status"].isin(AT_RISK)]["species"].value_counts()
    red_list = populations.dropna(subset="red_list").groupby("species")["red_list"]
    red_list = red_list.first()
    groups = rows_by(frames["group_summary"], "group")
    names = sheet_names(species["species"])
    rows = [
        {
            "file": names[own.species],
            "name": short(own.species),
            "texts": [
                *([short(own.name_nl)] if language == "nl" else []),
                group_name(groups(own.group), own.group, language),
                short(red_list.get(own.species, "")),
                label("status", best.get(own.species, "no_habitat"), language),
            ],
            "figures": [int(at_risk.get(own.species, 0))],
        }
        for own in species.itertuples()
    ]
    alias = _aliases(output_columns, "populations", language)
    heads = [alias["species"], alias["group"], alias["red_list"], alias["status"]]
    if language == "nl":
        heads.insert(1, "Nederlandse naam")
    last = "Plekken in gevaar" if language == "nl" else "Patches at risk"
    title = "Soortbladen" if language == "nl" else "Species sheets"
    return _page(template, title, heads, [last], rows, italic=True, **words)


def unit_index(template, frames, output_columns, **words):
    """List the sheets of reporting units: hectares, and how the targets fare.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/sheet_index.html.j2``.
    frames : dict of str to DataFrame
        report_units, unit_targets and unit_progress, as `province_sheets` has them.
    output_columns : DataFrame
        Headings of the columns; see `robuust.output_contract`.
    **words
        style, title, language and reference_date, as for the sheets themselves.

    Returns
    -------
    str
        A page of HTML. Every value of the data is escaped: no name in it can run.
    """
    language = words["language"]
    units = told_units(frames).sort_values(["level", "name", "unit_id"])
    targets = rows_by(frames["unit_targets"], "unit_id")
    names = unit_sheet_names(units)
    rows = []
    for unit in units.itertuples():
        facts = unit_facts(unit, targets(unit.unit_id), language)
        figures = [facts[name] for name in ("area_ha", "robust_ha", *UNIT_FIGURES)]
        rows.append(
            {
                "file": names[unit.level, unit.unit_id],
                "name": short(unit.name),
                "texts": [short(label("level", unit.level, language))],
                "figures": figures,
            }
        )
    alias = _aliases(output_columns, "report_units", language)
    figures = [alias["area_ha"], alias["robust_ha"]]
    figures += [label("measure", name, language) for name in UNIT_FIGURES]
    title = "Bladen per eenheid" if language == "nl" else "Sheets per unit"
    heads = [alias["name"], alias["level"]]
    return _page(template, title, heads, figures, rows, italic=False, **words)


def _aliases(output_columns, layer, language):
    """Headings of the columns of a layer."""
    own = output_columns[output_columns["layer"] == layer]
    return own.set_index("column")[f"alias_{language}"]


def _page(template, heading, heads, figures, rows, *, italic, title, **words):
    """Fill the template: text columns first, then figures."""
    return fill(
        template,
        heading=heading,
        heads=heads,
        figures=figures,
        rows=rows,
        italic=italic,
        title=short(title),
        **words,
    )
