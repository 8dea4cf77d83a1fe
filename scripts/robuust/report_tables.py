"""The tables of the report: which rows and columns, in the words of the reader."""

import pandas as pd

from robuust.figures import figure, figure_nl
from robuust.meanings import MEANINGS, label
from robuust.page_map import KEYS
from robuust.track_land import track_totals

MOST_ROWS = 100  # of the long tables; the others are short for any area

#: Columns of each table of the report, in order.
TABLE_COLUMNS = {
    "group_summary": "name_{language} n_patches n_stronghold n_key n_network n_near "
    "n_insufficient area_ha robust_ha area_good_ha eca_ha networks",
    "robust_areas": "rank robust_area_id area_ha n_groups unit reason_{language}",
    "bundle_summary": "bundle n_groups robust_ha stronghold_ha key_ha network_ha "
    "by_area_ha mean_score protected_share n_robust_areas in_areas_ha "
    "in_small_areas_ha n_species n_threatened",
    "relict_sites": "rank species status patch_id area_ha urgency reason_{language}",
    "restoration": "rank rank_range top_share candidate_id action track area_ha "
    "cost_eur reason_{language}",
    "plan_curve": "budget_eur plan n cost_eur gain upper_bound gap_percent method "
    "nesting_price_percent reason_{language}",
    "tracks": "track n_candidates area_ha cost_eur",
    "corridors": "rank way n_groups cost_eur reason_{language}",
    "pinch_points": "rank corridor_id group area_ha lost_share reason_{language}",
    "report_units": "level name area_ha robust_ha n_species n_relicts n_phantoms "
    "n_lost top_candidates",
    "habitat_state": "code name_{language} range_cells_10km area_ha good_quality_share "
    "robust_share area_change_ha",
    "changes": "change n_patches n_better n_worse",
    "planned_changes": "name area_ha earlier_habitat_ha habitat_ha year cost_eur "
    "reason_{language}",
    "population_changes": "outcome red_list species group reason_{language}",
    "group_changes": "name_{language} balance earlier_area_ha area_ha earlier_eca_ha "
    "eca_ha earlier_n_viable_networks n_viable_networks n_worse n_better "
    "n_populations_worse n_populations_better",
    "sensitivity": "parameter evidence flipped_share",
    "candidate_checks": "n_candidates area_ha remark_{language}",
    "ingest_summary": "source reason rows_in rows_kept rows_quarantined",
    "sources": "source kind path layer rows crs transformation accuracy_m "
    "better_grid sha256",
    "settings": "key value description",
    "run_info": "key value description",
}

LONG_TABLES = (
    *("robust_areas", "relict_sites", "restoration", "corridors", "pinch_points"),
    *("report_units", "planned_changes", "population_changes"),
)


def report_tables(frames, headings, language):
    """Make every table of the report.

    Parameters
    ----------
    frames : dict of str to DataFrame
        The layers and tables of the report, as published.
    headings : dict of (str, str) to str
        Heading of each layer and column.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    dict of str to dict
        By name of the table: layer; n, its rows before long ones are cut; headings;
        numeric, whether a column holds numbers; kinds, where its cells lead (``map``,
        ``species`` or nowhere); rows of cells, as text.
    """
    words = _own_headings(language)
    tables = {}
    for table, rows in _table_rows(frames).items():
        columns = TABLE_COLUMNS[table].format(language=language).split()
        layer = "restoration" if table == "tracks" else table
        shown = rows.head(MOST_ROWS) if table in LONG_TABLES else rows
        tables[table] = {
            "layer": layer,
            "n": len(rows),
            "kinds": [_kind(layer, column) for column in columns],
            "headings": [
                words.get((table, column)) or headings[(layer, column)]
                for column in columns
            ],
            "numeric": [pd.api.types.is_numeric_dtype(rows[c]) for c in columns],
            "rows": [
                [
                    _cell(value, c, language)
                    for c, value in zip(columns, row, strict=True)
                ]
                for row in shown[columns].itertuples(index=False, name=None)
            ],
        }
    return tables


def _kind(layer, column):
    """Where a cell leads: to the map, to the sheet of a species, or nowhere."""
    if column == KEYS.get(layer):
        return "map"
    return "species" if column == "species" else ""


def _table_rows(frames):
    """Rows of every table of the report, the most telling first."""
    made = {
        "group_summary": _with_networks(frames),
        "robust_areas": frames["robust_areas"].sort_values("rank"),
        "relict_sites": frames["relict_sites"].sort_values("rank"),
        "restoration": _with_rank_range(frames["restoration"]),
        "tracks": track_totals(frames["restoration"]),
        "corridors": frames["corridors"],
        "pinch_points": frames["pinch_points"],
        "changes": _per_change(frames["changes"]),
        "population_changes": frames["population_changes"].sort_values(
            "outcome", ascending=False, kind="stable"
        ),
        "group_changes": frames["group_changes"].sort_values(
            ["balance", "eca_change_share"]
        ),
        "sensitivity": _flips_per_parameter(frames["sensitivity"]),
    }
    return {name: made.get(name, frames.get(name)) for name in TABLE_COLUMNS}


def _own_headings(language):
    """Headings that are shorter in the report, or that only the report has."""
    dutch = language == "nl"
    counts = {
        ("group_summary", f"n_{value}"): label("class", value, language)
        for value in MEANINGS["class"]
    }
    tables = {
        ("group_summary", "n_patches"): ("plekken", "patches"),
        ("group_summary", "networks"): (
            "netwerken: levensvatbaar / alle",
            "networks: viable / all",
        ),
        ("group_summary", f"name_{language}"): ("Soortgroep", "Species group"),
        ("habitat_state", f"name_{language}"): ("Habitattype", "Habitat type"),
        ("restoration", "rank_range"): ("Rang, laag - hoog", "Rank, low - high"),
        ("tracks", "n_candidates"): ("Kandidaten", "Candidates"),
        ("changes", "n_patches"): ("Habitatplekken", "Patches"),
        ("changes", "n_better"): ("Oordeel beter", "Verdict better"),
        ("changes", "n_worse"): ("Oordeel slechter", "Verdict worse"),
    }
    tables |= {
        (table, f"reason_{language}"): ("Reden", "Reason")
        for table in (
            *("robust_areas", "relict_sites", "restoration", "plan_curve"),
            *("corridors", "pinch_points"),
            *("planned_changes", "population_changes"),
        )
    }
    return counts | {key: words[0 if dutch else 1] for key, words in tables.items()}


def _cell(value, column, language):
    """One value as the reader sees it."""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, bool):
        return {"nl": ("nee", "ja"), "en": ("no", "yes")}[language][value]
    if isinstance(value, float):
        return figure_nl(value) if language == "nl" else figure(value)
    return label(column, value, language)


def _with_networks(frames):
    """Summary per group, with how many of its networks are viable."""
    networks = frames["networks"].groupby("group")["viable"]
    viable, total = networks.sum(), networks.size()
    groups = frames["group_summary"]
    return groups.assign(
        networks=[
            f"{int(viable.get(group, 0))} / {int(total.get(group, 0))}"
            for group in groups["group"]
        ]
    )


def _with_rank_range(restoration):
    """Candidates with the ranks between which they move over the draws."""
    low, high = (restoration[f"rank_{end}"].astype("str") for end in ("low", "high"))
    return restoration.assign(rank_range=low + " - " + high)


def _per_change(changes):
    """One row per kind of change: how many patches, how many better or worse."""
    flips = {name: changes["verdict_change"] == name for name in ("better", "worse")}
    return (
        changes.assign(**flips)
        .groupby("change", as_index=False)
        .agg(
            n_patches=("change", "size"),
            n_better=("better", "sum"),
            n_worse=("worse", "sum"),
        )
    )


def _flips_per_parameter(sensitivity):
    """Mean share of verdicts that a parameter flips, the most telling first."""
    means = sensitivity.groupby(["parameter", "evidence"], as_index=False).agg(
        flipped_share=("flipped_share", "mean")
    )
    return means.sort_values(["flipped_share", "parameter"], ascending=[False, True])
