"""One page per province: its target species, what can help them, and progress."""

import pandas as pd
import shapely

from robuust.figures import euros, figure, figure_nl
from robuust.map_colours import PURPLES
from robuust.meanings import MEANINGS, label
from robuust.polygons import as_multipolygons
from robuust.priorities import RED_LIST
from robuust.qgis_project import initial_extent
from robuust.sheet_parts import rows_by, short
from robuust.statuses import AT_RISK, AWAY
from robuust.svg_shapes import scale_bar, svg_path
from robuust.templates import fill
from robuust.tracks import TRACKS
from robuust.unit_progress import MEASURES as FOLLOWED

#: What the sheets are made from: layer -> columns.
UNIT_SHEET_COLUMNS = {
    "report_units": ["unit_id", "level", "name", "area_ha", "robust_ha"],
    "robust_areas": ["robust_area_id"],
    "restoration": ["candidate_id", "track"],
    "unit_targets": [
        *("unit_id", "bundle", "species", "name_nl", "red_list", "target_because"),
        *("responsible", "status", *(f"{track}_ha" for track in TRACKS), "change"),
    ],
    "unit_priorities": ["unit_id", "track", "n_candidates", "area_ha", "cost_eur"],
    "unit_measures": [
        *("unit_id", "track", "order", "n_groups", "area_ha", "cost_eur"),
        *("reason_nl", "reason_en"),
    ],
    "unit_programmes": [
        *("unit_id", "species", "red_list", "status", "needs_help"),
        *("n_patches", "patches", "area_ha"),
    ],
    "unit_progress": ["unit_id", "level", "measure", "earlier", "now", "difference"],
}
#: The states that call for work first.
URGENCY = (
    *("relict", "phantom", "dormant", "unsearched", "lost", "colonisable", "viable"),
    *("unreachable", "no_habitat", "withheld", "not_judged"),
)
#: The states as the head of the sheet counts them: every target species once.
STATES = {
    "n_viable": ("viable",),
    "n_at_risk": AT_RISK,
    "n_away": AWAY,
    "n_colonisable": ("colonisable",),
    "n_unreachable": ("unreachable",),
    "n_no_habitat": ("no_habitat",),
    "n_withheld": ("withheld",),
    "n_not_judged": ("not_judged",),
}
MAP_PX = (330, 180)
TARGETS, MEASURES, PROGRAMMES = 10, 2, 4  # rows on a sheet; measures per track
SENTENCE_SIGNS, BUNDLE_SIGNS, CELL_SIGNS, WORD_SIGNS = 190, 30, 25, 12


def province_sheets(
    template, frames, output_columns, *, style, title, language, reference_date
):
    """Write one sheet per unit that the tables of targets and progress hold.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/unit_sheet.html.j2``.
    frames : dict of str to DataFrame
        The layers of `UNIT_SHEET_COLUMNS`, as published; report_units, robust_areas
        and restoration with geometry.
    output_columns : DataFrame
        Headings of the columns; see `robuust.output_contract`.
    style : str
        Text of ``workflow/templates/sheet.css``, which all sheets share.
    title : str
        Name of the area.
    language : str
        ``nl`` or ``en``.
    reference_date : str
        ISO date of the run.

    Yields
    ------
    (str, str), str
        Level and unit_id of the unit, and its page of HTML, which prints on one sheet
        of A4. Every value of the data is escaped: no name in it can run.
    """
    aliases = output_columns.set_index(["layer", "column"])[f"alias_{language}"]
    tables = {
        name: rows_by(frames[name], "unit_id")
        for name in UNIT_SHEET_COLUMNS
        if name.startswith("unit_")
    }
    for unit in told_units(frames).itertuples():
        own = {layer: pick(unit.unit_id) for layer, pick in tables.items()}
        yield (
            (unit.level, unit.unit_id),
            fill(
                template,
                style=style,
                language=language,
                title=short(title),
                reference_date=reference_date,
                name=short(unit.name),
                level=short(label("level", unit.level, language)),
                aliases={layer: aliases[layer].to_dict() for layer in tables},
                facts=unit_facts(unit, own["unit_targets"], language),
                map=_map(unit.geometry, frames, language),
                tracks=_tracks(own["unit_priorities"], language),
                targets=_targets(own["unit_targets"], language),
                measures=_measures(own["unit_measures"], language),
                programmes=_programmes(own["unit_programmes"], language),
                progress=_progress(own["unit_progress"], language),
            ),
        )


def _number(value, language):
    """Write a figure; nothing where there is none."""
    if pd.isna(value):
        return ""
    return figure_nl(value) if language == "nl" else figure(value)


def told_units(frames):
    """Choose the units that have a sheet: those whose progress is told.

    Parameters
    ----------
    frames : dict of str to DataFrame
        report_units, and unit_progress with level and unit_id.

    Returns
    -------
    DataFrame
        Rows of report_units.
    """
    told = frames["unit_progress"][["level", "unit_id"]].drop_duplicates()
    return frames["report_units"].merge(told, on=["level", "unit_id"])


def unit_facts(unit, targets, language):
    """Gather the figures at the head of the sheet.

    Parameters
    ----------
    unit : namedtuple
        area_ha, robust_ha.
    targets : DataFrame
        status and responsible of the target species of the unit.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    dict of str to str or int
        area_ha and robust_ha in words; n_targets, and how many of them are in each of
        the `STATES`; n_state and n_province by who answers for them.
    """
    counts = {
        name: int(targets["status"].isin(statuses).sum())
        for name, statuses in STATES.items()
    }
    return counts | {
        "area_ha": _number(unit.area_ha, language),
        "robust_ha": _number(unit.robust_ha, language),
        "n_targets": len(targets),
        "n_state": int((targets["responsible"] == "state").sum()),
        "n_province": int((targets["responsible"] == "province").sum()),
    }


def _map(outline, frames, language):
    """Draw robust areas and candidates by track inside the outline of the unit."""
    west, south, east, north = initial_extent([outline.bounds])
    width, height = MAP_PX
    scale = min(width / (east - west), height / (north - south))
    place = {"west": west, "north": north, "scale": scale}
    restoration = frames["restoration"]
    drawn = [
        (
            "robust",
            PURPLES[2],
            "robuust gebied" if language == "nl" else "robust area",
            frames["robust_areas"].geometry,
        )
    ]
    for track in TRACKS:
        colour, shapes = (
            MEANINGS["track"][track][0],
            restoration.geometry[restoration["track"] == track],
        )
        drawn.append((track, colour, label("track", track, language), shapes))
    paths = []
    for name, colour, words, shapes in drawn:
        inside = shapes.to_numpy()[shapely.intersects(outline, shapes.to_numpy())]
        inside = as_multipolygons(shapely.intersection(outline, inside))
        d = svg_path(inside, **place) if inside.size else ""
        paths.append({"name": name, "colour": colour, "label": words, "d": d})
    return {
        "width": round((east - west) * scale),
        "height": round((north - south) * scale),
        "outline": svg_path([outline], **place),
        "paths": paths,
        "bar": scale_bar(east - west, scale),
    }


def _tracks(priorities, language):
    """One row per track, also of a track without candidates."""
    found = priorities.set_index("track")
    rows = []
    for track in TRACKS:
        row = found.loc[track] if track in found.index else None
        rows.append(
            {
                "label": label("track", track, language),
                "colour": MEANINGS["track"][track][0],
                "n_candidates": 0 if row is None else int(row["n_candidates"]),
                "area_ha": _number(0 if row is None else row["area_ha"], language),
                "cost_eur": euros(0 if row is None else row["cost_eur"], language),
            }
        )
    return rows


def _targets(targets, language):
    """Choose the target species that call for work first."""
    place = {status: k for k, status in enumerate(URGENCY)}
    known = targets[targets["status"] != "not_judged"]
    order = known.assign(place=known["status"].map(place)).sort_values(
        ["place", "target_because", "bundle", "species"]
    )
    rows = [
        {
            "bundle": short(label("bundle", row.bundle, language), BUNDLE_SIGNS),
            "species": short(row.species, CELL_SIGNS),
            "name": short(row.name_nl, CELL_SIGNS) if language == "nl" else "",
            "because": short(_because(row.target_because, language), WORD_SIGNS),
            "status": label("status", row.status, language),
            "colour": MEANINGS["status"].get(row.status, ("#ffffff",))[0],
            "chances": [
                _number(getattr(row, f"{track}_ha"), language) for track in TRACKS
            ],
            "responsible": short(
                label("responsible", row.responsible, language), WORD_SIGNS
            ),
            "change": short(_change(row.change, language), WORD_SIGNS),
        }
        for row in order.head(TARGETS).itertuples()
    ]
    return {"rows": rows, "more": max(len(known) - TARGETS, 0)}


def _because(reasons, language):
    """Say why a species is a target: "CR; IV; listed"."""
    words = (label("target_because", why, language) for why in reasons.split("; "))
    return "; ".join(words)


def _change(change, language):
    """Say which way a species went; nothing without an earlier run."""
    return "" if pd.isna(change) else label("change", change, language)


def _measures(measures, language):
    """Choose, per track, the best measure of each partner, first those for most."""
    rows, more = [], 0
    for track in TRACKS:
        own = measures[measures["track"] == track].sort_values(
            ["order", "n_groups", "area_ha"], ascending=[True, False, False]
        )
        best = own.head(MEASURES)
        more += len(own) - len(best)
        rows += [
            {
                "colour": MEANINGS["track"][track][0],
                "text": short(getattr(row, f"reason_{language}"), SENTENCE_SIGNS),
                "area_ha": _number(row.area_ha, language),
                "cost_eur": euros(row.cost_eur, language),
            }
            for row in best.itertuples()
        ]
    return {"rows": rows, "more": more}


def _programmes(programmes, language):
    """Choose the species that need a programme, the most threatened first."""
    threat = {category: k for k, category in enumerate(RED_LIST)}
    needy = programmes[programmes["needs_help"].astype(bool)]
    needy = needy.assign(threat=needy["red_list"].map(threat)).sort_values(
        ["threat", "species", "status"]
    )
    rows = [
        {
            "species": short(row.species, CELL_SIGNS),
            "red_list": short(row.red_list, WORD_SIGNS),
            "status": label("status", row.status, language),
            "n_patches": row.n_patches,
            "patches": short(row.patches, 2 * CELL_SIGNS),
            "area_ha": _number(row.area_ha, language),
        }
        for row in needy.head(PROGRAMMES).itertuples()
    ]
    return {"rows": rows, "more": max(len(needy) - PROGRAMMES, 0)}


def _progress(progress, language):
    """One row per figure that is followed, in its usual order."""
    place = progress["measure"].map({name: k for k, name in enumerate(FOLLOWED)})
    rows = [
        {
            "measure": label("measure", row.measure, language),
            "earlier": _number(row.earlier, language),
            "now": _number(row.now, language),
            "difference": ("+" if row.difference > 0 else "")
            + _number(row.difference, language),
        }
        for row in progress.iloc[place.argsort()].itertuples()
    ]
    return {"rows": rows, "earlier": bool(progress["earlier"].notna().any())}
