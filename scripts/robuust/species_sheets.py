"""One page per species: where it is, what is at risk, and whether to bring it back."""

import numpy as np
import pandas as pd
import shapely

from robuust.figures import figure, figure_nl
from robuust.meanings import MARKERS, MEANINGS, label
from robuust.qgis_project import initial_extent
from robuust.reintroduction import PHRASES_EN, PHRASES_NL, QUESTIONS
from robuust.sheet_parts import group_name, rows_by, short
from robuust.svg_shapes import scale_bar, svg_path
from robuust.templates import fill

#: What the sheets are made from: layer -> columns.
SHEET_COLUMNS = {
    "patches": ["group"],
    "populations": [
        *("species", "group", "patch_id", "status", "last_year"),
        *("red_list", "red_list_source"),
    ],
    "relict_sites": [
        *("species", "patch_id", "rank", "status", "area_ha", "isolation_m", "urgency")
    ],
    "relict_receivers": [
        *("species", "patch_id", "receiver_patch_id", "order"),
        *("distance_m", "missing_ru", "missing_ha"),
    ],
    "reintroduction": ["species", "patch_id", *QUESTIONS, "reason_nl", "reason_en"],
    "group_summary": ["group", "name_nl", "name_en"],
}
ANSWERS = ("yes", "no", "unknown")
EVIDENCE_SIGNS = 140
MAP_PX = (330, 200)
SITES = 5
PLACES = 3
#: Populations that the map shows; the rest is habitat where it was never seen.
DRAWN = ("lost", "unsearched", "dormant", "viable", "relict", "phantom")
#: One mark of each shape, drawn from its middle.
SHAPES = {
    "circle": "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z",
    "diamond": "m0-5l5 5l-5 5l-5-5z",
    "triangle": "m0-5l5 8.5h-10z",
    "square": "m-3.5-3.5h7v7h-7z",
    "pentagon": "m0-4l3.8 2.8l-1.5 4.4h-4.7l-1.4-4.4z",
    "cross_fill": "m-1.5-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z",
}


def species_sheets(
    template, frames, species, output_columns, *, style, title, language, reference_date
):
    """Write one sheet per species.

    Parameters
    ----------
    template : str
        Text of ``workflow/templates/species_sheet.html.j2``.
    frames : dict of str to DataFrame
        The layers of `SHEET_COLUMNS`, as published; patches and populations with
        geometry.
    species : DataFrame of str
        Rows of species.csv: species, name_nl, group, annexes, seed_bank_years.
    output_columns : DataFrame
        Headings of the columns; see `robuust.output_contract`.
    style : str
        Text of ``workflow/templates/sheet.css``, which all sheets share.
    title : str
        Name of the area.
    language : str
        ``nl`` or ``en``.
    reference_date : str
        "Recent" counts back from this day.

    Yields
    ------
    str, str
        Species and its page of HTML, which prints on one sheet of A4. Every value of
        the data is escaped: no name in it can run.
    """
    rows = {
        name: rows_by(frames[name], "species" if "species" in columns else "group")
        for name, columns in SHEET_COLUMNS.items()
    }
    aliases = output_columns.set_index(["layer", "column"])[f"alias_{language}"]
    common = {
        "style": style,
        "language": language,
        "title": short(title),
        "reference_date": reference_date,
        "aliases": {
            layer: aliases[layer].to_dict()
            for layer in ("relict_sites", "relict_receivers", "reintroduction")
        },
    }
    maps = {}
    for own in species.itertuples():
        if own.group not in maps:  # of several species: drawn once
            maps = {own.group: _habitat(rows["patches"](own.group).geometry)}
        populations = rows["populations"](own.species)
        yield (
            own.species,
            fill(
                template,
                **common,
                name=short(own.species),
                name_nl=short(own.name_nl) if language == "nl" else "",
                group=group_name(rows["group_summary"](own.group), own.group, language),
                facts=_facts(own, populations),
                map=_map(maps[own.group], populations),
                statuses=_statuses(populations, language),
                relicts=_relicts(
                    rows["relict_sites"](own.species),
                    rows["relict_receivers"](own.species),
                    language,
                ),
                screening=_screening(rows["reintroduction"](own.species), language),
            ),
        )


def _facts(own, populations):
    """Gather what is known of the species itself; empty where it is not."""
    listed = populations[["red_list", "red_list_source"]].dropna()
    last = populations["last_year"].max()
    return {
        "red_list": short(" - ".join(listed.iloc[0]) if len(listed) else ""),
        "annexes": short(own.annexes),
        "seed_bank_years": short(own.seed_bank_years),
        "last_year": "" if pd.isna(last) else int(last),
    }


def _habitat(polygons):
    """Draw the patches of a group; nothing when it has none."""
    if not len(polygons):
        return None
    west, south, east, north = initial_extent([polygons.total_bounds])
    width, height = MAP_PX
    scale = min(width / (east - west), height / (north - south))
    place = {"west": west, "north": north, "scale": scale}
    return place | {
        "width": round((east - west) * scale),
        "height": round((north - south) * scale),
        "d": svg_path(polygons, **place),
        "bar": scale_bar((east - west), scale),
    }


def _map(habitat, populations):
    """Lay the populations of one species over the patches of its group."""
    if habitat is None:
        return None
    marks = []
    for status in DRAWN:
        points = populations.geometry[populations["status"] == status]
        xy = shapely.get_coordinates(points.to_numpy()) - [
            *(habitat["west"], habitat["north"])
        ]
        pixels = np.unique(np.round(xy * [habitat["scale"], -habitat["scale"]]), axis=0)
        shape = SHAPES[MARKERS[status][0]]
        d = "".join(f"M{x:.0f} {y:.0f}{shape}" for x, y in pixels)
        marks.append({"d": d, "colour": MEANINGS["status"][status][0]})
    return habitat | {"marks": [mark for mark in marks if mark["d"]]}


def _statuses(populations, language):
    """One row per status that occurs: its mark, word, patches and latest record."""
    found = populations.groupby("status")["last_year"].agg(["size", "max"])
    last = found["max"].astype("Int64").astype("str").fillna("")
    return [
        {
            "label": label("status", status, language),
            "colour": colour,
            "shape": SHAPES[MARKERS[status][0]],
            "drawn": status in DRAWN,
            "n_patches": int(found["size"][status]),
            "last_year": last[status],
        }
        for status, (colour, _, _) in MEANINGS["status"].items()
        if status in found.index
    ]


def _relicts(sites, receivers, language):
    """Choose the most urgent relict sites, each with its best receiver."""
    number = figure_nl if language == "nl" else figure
    best = receivers[receivers["order"] == 1].set_index("patch_id")
    rows = []
    for site in sites.sort_values("rank").head(SITES).itertuples():
        row = {
            "rank": int(site.rank),
            "patch_id": site.patch_id,
            "status": label("status", site.status, language),
            "area_ha": number(site.area_ha),
            "urgency": number(site.urgency),
            "receiver": "",
        }
        if site.patch_id in best.index:
            to = best.loc[site.patch_id]
            row |= {
                "receiver": to["receiver_patch_id"],
                "distance": number(round(to["distance_m"])),
                "missing_ru": number(to["missing_ru"]),
                "missing_ha": number(to["missing_ha"]),
            }
        rows.append(row)
    return {"rows": rows, "more": max(len(sites) - SITES, 0)}


def _screening(screened, language):
    """Count the answers to the seven questions, with the figures of the best place."""
    if screened.empty:
        return None
    phrases = PHRASES_NL if language == "nl" else PHRASES_EN
    answers = screened[list(QUESTIONS)]
    score = pd.DataFrame(
        {
            "patch_id": screened["patch_id"],
            **{word: (answers == word).sum(axis=1) for word in ANSWERS},
        }
    )
    order = ["no", "yes", "patch_id"]
    places = score.sort_values(order, ascending=[True, False, True]).head(PLACES)
    reason = screened.loc[places.index[0], f"reason_{language}"]
    evidence = evidence_per_question(reason, phrases)
    return {
        "n_patches": len(screened),
        "places": places.to_dict("records"),
        "questions": [
            {
                "name": question,
                "counts": [int((answers[question] == word).sum()) for word in ANSWERS],
                "answer": answers.loc[places.index[0], question],
                "evidence": short(text, EVIDENCE_SIGNS),
            }
            for question, text in zip(QUESTIONS, evidence, strict=True)
        ],
    }


def evidence_per_question(reason, phrases):
    """Take the sentence of a screened patch apart: what each question is told.

    Parameters
    ----------
    reason : str
        The sentence that `screen_reintroduction` wrote.
    phrases : dict of str to str
        The words it wrote it with, `PHRASES_NL` or `PHRASES_EN`.

    Returns
    -------
    list of str
        Per question the answer and its figures.

    Examples
    --------
    >>> words = {name: f"{name}: {{answer}}" for name in QUESTIONS}
    >>> told = "; ".join(f"{name}: yes, figure" for name in QUESTIONS)
    >>> evidence_per_question(told, words)[0]
    'yes, figure'
    """
    heads = [phrases[question].split("{")[0] for question in QUESTIONS]
    found, rest = [], reason.removeprefix(heads[0])
    for head in heads[1:]:
        text, _, rest = rest.partition(f"; {head}")
        found.append(text)
    return [*found, rest]
