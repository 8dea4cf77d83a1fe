"""Two results folders compared: ten lines for the screen, and a page."""

from robuust.figures import figure, figure_nl
from robuust.group_changes import balance_lines
from robuust.meanings import MEANINGS, label
from robuust.run_comparison import CAUSES
from robuust.svg_shapes import svg_path
from robuust.templates import fill

MAP_WIDTH = 900  # pixels
MOST_ROWS = 200  # of a table on the page; all of them are in the CSV files
#: Columns on the page, per table.
SHOWN = {
    "group_changes": (
        *("name", "balance", "earlier_area_ha", "area_ha", "earlier_eca_ha", "eca_ha"),
        "reason",
    ),
    "population_changes": ("outcome", "red_list", "species", "group", "reason"),
    "changes": ("change", "verdict_change", "group", "lineage_id", "reason"),
}
TITLES = {
    "group_changes": ("Wie verliest, wie wint", "Who loses, who wins"),
    "population_changes": (
        "Populaties in gevaar, en beter af",
        "Populations at risk, and better off",
    ),
    "changes": ("Veranderde habitatplekken", "Changed patches"),
}


def common_groups(before, now):
    """Find the groups that both runs have, in the order of the new one.

    Parameters
    ----------
    before, now : DataFrame
        The tables `group_summary`.

    Returns
    -------
    common, only_before, only_now : list of str

    Raises
    ------
    ValueError
        If they share none.

    Examples
    --------
    >>> import pandas as pd
    >>> run = lambda *names: pd.DataFrame({"group": list(names)})
    >>> common_groups(run("a", "b"), run("c", "b"))
    (['b'], ['a'], ['c'])
    """
    old, new = before["group"].tolist(), now["group"].tolist()
    common = [group for group in new if group in old]
    if not common:
        raise ValueError(
            "the two results share no species group, so there is nothing to compare: "
            f"the old one has {', '.join(old)}, the new one {', '.join(new)}"
        )
    return (
        common,
        [group for group in old if group not in new],
        [group for group in new if group not in old],
    )


def comparison_remarks(before, now, groups, language):
    """Say what the two runs do not share, and what can therefore not be told.

    Parameters
    ----------
    before, now : dict
        crs (its name), group_summary and the tables of `CAUSES`, None where a run
        has none.
    groups : tuple
        As `common_groups` gives them.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    list of str
    """
    dutch = language == "nl"
    told = []
    for words, names in (
        (("alleen in het oude resultaat", "only in the old results"), groups[1]),
        (("alleen in het nieuwe resultaat", "only in the new results"), groups[2]),
    ):
        if names:
            told.append(f"{words[0 if dutch else 1]}: {', '.join(names)}")
    if before["crs"] != now["crs"]:
        start = (
            "het oude resultaat is omgerekend"
            if dutch
            else "the old results were transformed"
        )
        told.append(f"{start}: {before['crs']} → {now['crs']}")
    for words, run in ((("oude", "old"), before), (("nieuwe", "new"), now)):
        missing = [name for name in CAUSES if run[name] is None]
        if missing:
            tables = ", ".join(missing)
            told.append(
                f"het {words[0]} resultaat is van een oudere versie en heeft geen "
                f"{tables}: de oorzaken daaruit ontbreken"
                if dutch
                else f"the {words[1]} results are of an older version and have no "
                f"{tables}: the causes that it would tell are missing"
            )
    return told


def comparison_lines(compared, *, old, new, out, groups, remarks, language):
    """Sum a comparison up in ten lines.

    Parameters
    ----------
    compared : dict of str to DataFrame
        As `robuust.run_comparison.compare` gives it.
    old, new, out : str
        The two folders as the reader knows them, and where the files are.
    groups : list of str
        Groups that were compared.
    remarks : list of str
        As `comparison_remarks` gives them.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    list of (str, str)
        Heading and text.
    """
    dutch = language == "nl"
    changes = compared["changes"]
    n = changes["change"].value_counts()
    kinds = [
        f"{n[kind]} {label('change', kind, language)}"
        for kind in MEANINGS["change"]
        if n.get(kind)
    ]
    verdicts = changes["verdict_change"].value_counts()
    better, worse = (verdicts.get(name, 0) for name in ("better", "worse"))
    n_polygons = compared["change_polygons"]["polygon_id"].nunique()
    n_records = compared["change_records"]["record_id"].nunique()
    balance = balance_lines(
        compared["group_changes"], compared["population_changes"], language
    )
    lines = [
        ("Oud", "Old", old),
        ("Nieuw", "New", new),
        ("Soortgroepen", "Species groups", f"{len(groups)}: {', '.join(groups)}"),
        ("Habitatplekken", "Patches", ", ".join(kinds) or "0"),
        (
            "Oordeel",
            "Verdict",
            f"{better} beter, {worse} slechter"
            if dutch
            else f"{better} better, {worse} worse",
        ),
        *balance,
        (
            "Oorzaken",
            "Causes",
            f"{n_polygons} vlakken, {n_records} waarnemingen"
            if dutch
            else f"{n_polygons} polygons, {n_records} records",
        ),
        *[("Let op", "Mind", remark) for remark in remarks],
        ("Open", "Open", f"{out}/comparison.html, {out}/comparison.gpkg, {out}/*.csv"),
    ]
    return [(nl if dutch else en, text) for nl, en, text in lines]


def comparison_html(template, compared, lines, output_columns, *, title, language):
    """Write the page of a comparison; it needs nothing from outside itself.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/comparison.html.j2``.
    compared : dict of str to DataFrame
        As `robuust.run_comparison.compare` gives it.
    lines : list of (str, str)
        As `comparison_lines` gives them.
    output_columns : DataFrame
        Headings of the columns; see `robuust.output_contract`.
    title : str
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        HTML in which every value of the data is escaped.
    """
    headings = {
        (row.layer, row.column): getattr(row, f"alias_{language}")
        for row in output_columns.itertuples()
    }
    word = 0 if language == "nl" else 1
    return fill(
        template,
        language=language,
        title=title,
        lines=lines,
        map=_map(compared["changes"], language),
        tables=[
            _table(name, compared[name], headings, language) | {"title": words[word]}
            for name, words in TITLES.items()
        ],
        most_rows=MOST_ROWS,
    )


def _table(name, rows, headings, language):
    """Headings and cells of a table on the page, the first rows."""
    if name == "changes":
        is_new = (rows["change"] != "same") | (rows["verdict_change"] != "same")
        rows = rows[is_new]
    translated = ("name", "reason")
    columns = [f"{c}_{language}" if c in translated else c for c in SHOWN[name]]
    return {
        "n_rows": len(rows),
        "headings": [headings[name, column] for column in columns],
        "rows": [
            [
                _cell(column, value, language)
                for column, value in zip(columns, row, strict=True)
            ]
            for row in rows.head(MOST_ROWS)[columns].to_numpy(dtype=object)
        ],
    }


def _cell(column, value, language):
    """Value of a cell as the reader writes it."""
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return (figure_nl if language == "nl" else figure)(value)
    return label(column, value, language) if column in MEANINGS else str(value)


def _map(changes, language):
    """Draw the changed patches, coloured by what happened; None without any patch."""
    if changes.empty:
        return None
    west, south, east, north = changes.total_bounds
    scale = MAP_WIDTH / max(east - west, 1.0)
    return {
        "width": MAP_WIDTH,
        "height": max(round((north - south) * scale), 1),
        "paths": [
            {
                "label": label("change", kind, language),
                "colour": colour,
                "d": svg_path(
                    changes.geometry[changes["change"] == kind],
                    west=west,
                    north=north,
                    scale=scale,
                ),
            }
            for kind, (colour, _, _) in MEANINGS["change"].items()
        ],
    }
