"""One page per province: complete, safe whatever its names, and one sheet of A4."""

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from paper_pages import (
    HOSTILE,
    Words,
    check_that_it_is_one_sheet_of_a4,
    check_that_nothing_runs,
    needs_browser,
)

from robuust.meanings import WORDS
from robuust.province_sheets import UNIT_SHEET_COLUMNS, province_sheets, told_units
from robuust.sheet_names import unit_sheet_names
from robuust.species_sheets import SHEET_COLUMNS
from robuust.target_species import LADDER
from robuust.tracks import TRACKS
from robuust.unit_progress import MEASURES
from write_sheets import write_sheets

HOME = Path(__file__).parents[2]
TEMPLATES = HOME / "workflow" / "templates"
TEMPLATE = (TEMPLATES / "unit_sheet.html.j2").read_text(encoding="utf-8")
STYLE = (TEMPLATES / "sheet.css").read_text(encoding="utf-8")
COLUMNS_PATH = HOME / "config" / "output_columns.csv"
COLUMNS = pd.read_csv(COLUMNS_PATH, dtype="str", keep_default_na=False)


def boxes(*west, side=100):
    return [shapely.box(x, 0, x + side, side) for x in west]


def frames(*, name="Zeeland", n=2, text="x", earlier=None):
    """A province and a town; of each table some rows of the province."""
    places = range(n)
    targets = pd.DataFrame(
        {
            "unit_id": "p",
            "bundle": text,
            "species": [f"Species {text} {k}" for k in places],
            "name_nl": text,
            "red_list": "CR",
            "target_because": "CR; IV",
            "responsible": ["province", "state"][:n] + ["province"] * (n - 2),
            "status": [LADDER[k % 9] for k in places],
            **{f"{track}_ha": [1.5 + k for k in places] for track in TRACKS},
            "change": pd.array([None if earlier is None else "better"] * n, "str"),
        }
    )
    measures = pd.DataFrame(
        [
            (
                "p",
                track,
                1,
                k,
                2.0 * k,
                1e3,
                f"{text} nl {track} {k}",
                f"{text} {track} {k}",
            )
            for track in TRACKS
            for k in places
        ],
        columns=UNIT_SHEET_COLUMNS["unit_measures"],
    )
    made = {
        "report_units": gpd.GeoDataFrame(
            {"unit_id": ["p", "t"], "level": ["province", "town"], "name": [name, "T"]}
        )
        .assign(area_ha=[400.0, 4.0], robust_ha=[12.5, 0.0])
        .set_geometry(boxes(0, 900, side=200), crs=31370),
        "robust_areas": gpd.GeoDataFrame(
            {"robust_area_id": ["r1", "r2"]}, geometry=boxes(0, 5000), crs=31370
        ),
        "restoration": gpd.GeoDataFrame(
            {"candidate_id": ["a", "b"], "track": ["verbreden", "uitvoeren"]},
            geometry=boxes(150, 7000),
            crs=31370,
        ),
        "unit_targets": targets,
        "unit_priorities": pd.DataFrame(
            [("p", "verbreden", 3, 5.25, 1234567.0)],
            columns=UNIT_SHEET_COLUMNS["unit_priorities"],
        ),
        "unit_measures": measures,
        "unit_programmes": pd.DataFrame(
            {
                "unit_id": "p",
                "species": [f"Programme {text} {k}" for k in places],
                "red_list": "EN",
                "status": "relict",
                "needs_help": [True] * (n - 1) + [False],
                "n_patches": 2,
                "patches": f"{text}-1; {text}-2",
                "area_ha": 0.5,
            }
        ),
        "unit_progress": pd.DataFrame(
            {
                "unit_id": "p",
                "level": "province",
                "measure": sorted(MEASURES),
                "earlier": np.nan if earlier is None else earlier,
                "now": 12.5,
                "difference": np.nan if earlier is None else 12.5 - earlier,
            }
        ),
    }
    assert {k: set(v) - {"geometry"} for k, v in made.items()} == {
        k: set(v) for k, v in UNIT_SHEET_COLUMNS.items()
    }
    return made


def sheet(language="en", title="Here", given=None):
    """The page of the one province."""
    ((_, page),) = province_sheets(
        TEMPLATE,
        frames() if given is None else given,
        COLUMNS,
        style=STYLE,
        title=title,
        language=language,
        reference_date="2026-01-01",
    )
    return page


# --- What stands on it ----------------------------------------------------------------


def test_the_head_counts_the_targets_and_says_who_answers_for_them():
    text = Words(sheet()).text
    assert text.startswith("Zeeland - Here - Robuust Zeeland province · Here")
    assert "400 ha, of which 12.5 ha robust area." in text
    assert "Target species: 2, of which 1 viable, 1 at risk" in text
    assert "province for 1, state for 1" in text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_head_counts_every_target_once_whatever_its_state(language):
    states = [*LADDER, "withheld"]
    given = frames(n=2 * len(states))
    given["unit_targets"]["status"] = [*states, *states]
    text = Words(sheet(language, given=given)).text
    start = "Doelsoorten: 22, " if language == "nl" else "Target species: 22, "
    told = text.split(start)[1].split(". ")[0]
    assert sum(map(int, re.findall(r"\d+", told))) == 22
    words = "koloniseerbaar" if language == "nl" else "colonisable"
    assert f"2 {words}" in told


def test_a_dutch_sheet_has_no_english_codes_and_an_english_one_no_dutch_words():
    given = frames(n=2)
    given["unit_targets"]["bundle"] = "dune_slacks"
    given["unit_targets"]["target_because"] = "CR; listed"
    dutch, english = (Words(sheet(name, given=given)).text for name in ("nl", "en"))
    assert "provincie · Here" in dutch
    assert "duinvalleien" in dutch
    assert "CR; genoemd" in dutch
    assert "province · Here" in english
    assert "dune slacks" in english
    assert "CR; named" in english
    for code in ("province", "dune_slacks", "dune slacks", "listed", "state"):
        assert code not in dutch.replace("Here", "")


@pytest.mark.parametrize("table", ["suitability", "species_groups", "area_classes"])
def test_every_bundle_of_the_tables_has_a_word_in_both_languages(table):
    bundles = pd.read_csv(HOME / "config" / f"{table}.csv")["bundle"]
    assert set(bundles) <= set(WORDS["bundle"])
    assert all(len(set(words)) == 2 for words in WORDS["bundle"].values())


def test_every_track_has_a_row_with_hectares_and_euros():
    text = Words(sheet()).text
    assert "ride along (meekoppelen) 0 0 0" in text
    assert "broaden (verbreden) 5.25 1,234,567 3" in text
    assert "verbreden 5,25 1.234.567 3" in Words(sheet("nl")).text


def test_what_calls_for_work_stands_first_and_the_rest_is_counted():
    given = frames(n=9)
    text = Words(sheet(given=given)).text
    assert text.index("Species x 1") < text.index("Species x 0")  # relict, then viable
    given = frames(n=15)
    text = Words(sheet(given=given)).text
    assert "And 5 more in the table unit_targets." in text
    assert "And 39 more in the table unit_measures." in text  # 2 of 15 per track
    assert "And 10 more in the table unit_programmes." in text


def test_the_measures_that_help_most_groups_are_told_per_track():
    text = Words(sheet(given=frames(n=9))).text
    for track in TRACKS:
        told = [f"x {track} {k} {2 * k} 1,000" for k in (8, 7)]
        assert " ".join(told) in text
        assert f"x {track} 6" not in text


def test_only_species_that_need_help_stand_under_programmes():
    text = Words(sheet()).text
    assert "Programme x 0 EN relict 2 x-1; x-2 0.5" in text
    assert "Programme x 1" not in text


def test_progress_is_told_with_its_sign_and_without_an_earlier_run_in_words():
    text = Words(sheet(given=frames(earlier=10.0))).text
    assert "Robust (ha) 10 12.5 +2.5 Target species viable 10" in text
    assert "better" in text
    text = Words(sheet()).text
    assert "Robust (ha) 12.5" in text
    assert "No earlier run to compare with (earlier_results)." in text


def test_a_province_without_targets_candidates_or_relicts_says_so():
    given = frames()
    for name in ("unit_targets", "unit_priorities", "unit_measures", "unit_programmes"):
        given[name] = given[name].iloc[:0]
    text = Words(sheet(given=given)).text
    assert "No target species of the groups in this run." in text
    assert "No restoration candidates in this unit." in text
    assert "No relict or phantom population within reach" in text


def test_species_of_groups_that_are_not_in_the_run_are_counted_and_not_listed():
    given = frames()
    given["unit_targets"]["status"] = ["viable", "not_judged"]
    text = Words(sheet(given=given)).text
    assert "1 not judged: their group is not in the run" in text
    assert "Species x 1" not in text


def test_the_map_shows_only_what_lies_inside_the_province():
    page = sheet()
    picture = page[page.index("<svg class") : page.index("</svg>")]
    # The outline, a robust area and one candidate: the others lie elsewhere.
    assert picture.count("<path") == 3
    # 200 m and 5 percent on each side: 220 m in 180 pixels. The candidate sticks out
    # of the province, 50 m of it is drawn.
    scale = 180 / 220
    assert f"L{(10 + 150) * scale:.1f}" in picture
    assert f"{(10 + 250) * scale:.1f} " not in picture


def test_units_without_targets_and_progress_have_no_sheet():
    given = frames()
    given["unit_progress"] = given["unit_progress"].iloc[:0]
    words = {"style": STYLE, "title": "", "language": "nl", "reference_date": ""}
    assert list(province_sheets(TEMPLATE, given, COLUMNS, **words)) == []


def test_two_units_with_one_name_are_told_apart():
    given = frames()
    given["report_units"][["level", "name"]] = ["province", "Zeeland"]
    other = given["unit_progress"].assign(unit_id="t")
    given["unit_progress"] = pd.concat([given["unit_progress"], other])
    words = {"style": STYLE, "title": "", "language": "nl", "reference_date": ""}
    units = [unit for unit, _ in province_sheets(TEMPLATE, given, COLUMNS, **words)]
    names = unit_sheet_names(told_units(given))
    files = ["province_zeeland_p", "province_zeeland_t"]
    assert [names[unit] for unit in units] == files


def test_a_dutch_sheet_calls_species_by_their_dutch_names_too():
    given = frames()
    given["unit_targets"]["name_nl"] = ["Boomkikker", "Species x 1"]
    text = Words(sheet("nl", given=given)).text
    assert "Boomkikker, Species x 0" in text
    assert "Species x 1, Species x 1" not in text
    assert "Boomkikker" not in Words(sheet("en", given=given)).text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ["Doelsoorten: hoe staan ze ervoor?", "levensvatbaar", "rijk", "12,5"]),
        ("en", ["Target species: how do they fare?", "viable", "state", "12.5"]),
    ],
)
def test_it_speaks_one_language(language, words):
    page = sheet(language)
    assert f'<html lang="{language}">' in page
    assert all(word in Words(page).text for word in words)


# --- Whatever stands in the data ------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_name_in_the_data_ever_runs(language):
    given = frames(name=HOSTILE, text=HOSTILE, earlier=1.0)
    given["unit_targets"][["responsible", "target_because", "change"]] = HOSTILE
    given["unit_programmes"]["red_list"] = HOSTILE
    given["report_units"]["level"] = given["unit_progress"]["level"] = HOSTILE
    page = sheet(language, HOSTILE, given)
    assert "&lt;script&gt;" in page
    check_that_nothing_runs(page)


@needs_browser
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_fullest_sheet_prints_on_one_page_of_a4(language, tmp_path):
    long = "Praeternaturalissima longissima var. " * 20
    given = frames(name=long, n=40, text=long, earlier=123456.789)
    given["unit_targets"][["target_because", "responsible"]] = ["CR; II; IV", "state"]
    given["report_units"].geometry = boxes(0, 900)
    page = sheet(language, long, given)
    check_that_it_is_one_sheet_of_a4(page, tmp_path)


# --- From files to files --------------------------------------------------------------


def species_layers():
    """What the sheet of one species is made from: a patch with a relict."""
    made = {
        name: pd.DataFrame(columns=columns, dtype="str")
        for name, columns in SHEET_COLUMNS.items()
    }
    made["patches"] = gpd.GeoDataFrame(
        {"group": ["frogs"]}, geometry=boxes(0), crs=31370
    )
    facts = {"species": ["Hyla arborea"], "group": ["frogs"], "patch_id": ["f1"]}
    facts |= {"status": ["relict"], "last_year": [2020]}
    facts |= {"red_list": ["CR"], "red_list_source": ["flanders 2012"]}
    made["populations"] = gpd.GeoDataFrame(
        facts, geometry=[shapely.Point(50, 50)], crs=31370
    )
    return made


def test_every_species_and_every_province_gets_its_file(tmp_path):
    geopackage = tmp_path / "robuust.gpkg"
    for name, rows in (species_layers() | frames(name="Zuid/Holland")).items():
        pyogrio.write_dataframe(rows, geopackage, layer=name)
    table = tmp_path / "species.csv"
    table.write_text(
        "species,name_nl,group,annexes,seed_bank_years\n"
        "Rana arvalis,Heikikker,toads,IV,0\n"
        "Hyla arborea,Boomkikker,frogs,IV,0\n"
        "Bufo bufo,Gewone pad,,,\n",
        encoding="utf-8",
    )
    asked = ("Hyla arborea", "Rana arvalis")
    files = {name: tmp_path / f"{name}.html" for name in asked}
    write_sheets(
        {
            "geopackage": geopackage,
            "species": table,
            "columns": COLUMNS_PATH,
            "template": TEMPLATES / "species_sheet.html.j2",
            "unit_template": TEMPLATES / "unit_sheet.html.j2",
            "index_template": TEMPLATES / "sheet_index.html.j2",
            "style": TEMPLATES / "sheet.css",
            "species_index": tmp_path / "index.html",
        },
        files,
        tmp_path / "unit_sheets",
        title="Here",
        language="nl",
        reference_date="2026-01-01",
    )
    pages = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    assert "Boomkikker" in pages["Hyla arborea"]
    assert "Geen habitat van deze soortgroep" in pages["Rana arvalis"]
    index, page = sorted((tmp_path / "unit_sheets").iterdir())
    assert index.name == "index.html"
    assert page.name == "province_zuid_holland.html"
    assert page.read_text("utf-8") == sheet("nl", given=frames(name="Zuid/Holland"))
    assert f'href="{page.name}"' in index.read_text("utf-8")
    assert "Heikikker" in (tmp_path / "index.html").read_text("utf-8")
