"""One page per species: complete, safe whatever its name, and one sheet of A4."""

import re
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from paper_pages import (
    HOSTILE,
    Words,
    browse,
    check_that_it_is_one_sheet_of_a4,
    check_that_nothing_runs,
    needs_browser,
)

from robuust.reintroduction import PHRASES_EN, PHRASES_NL, QUESTIONS
from robuust.sheet_names import sheet_names
from robuust.species_sheets import (
    SHEET_COLUMNS,
    evidence_per_question,
    species_sheets,
)

HOME = Path(__file__).parents[2]
TEMPLATES = HOME / "workflow" / "templates"
TEMPLATE = (TEMPLATES / "species_sheet.html.j2").read_text(encoding="utf-8")
STYLE = (TEMPLATES / "sheet.css").read_text(encoding="utf-8")
COLUMNS = pd.read_csv(
    HOME / "config" / "output_columns.csv", dtype="str", keep_default_na=False
)


def reason(phrases, word, detail):
    """A sentence as the screening writes it, with the same detail everywhere."""
    blanks = dict.fromkeys(
        ["find", "red_list", "annexes", "word", "capacity", "source", "seed", "last"],
        detail,
    )
    return "; ".join(phrases[q].format(answer=word, **blanks) for q in QUESTIONS)


def frames(name, *, n=3, text="p", detail="x"):
    """Patches in a row; at each one population, a relict, its receiver, a screening."""
    ids = [f"{text}{k}" for k in range(n)]
    squares = shapely.box(
        [200 * k for k in range(n)], 0, [200 * k + 100 for k in range(n)], 100
    )
    own = {"species": name, "patch_id": ids}
    status = (["viable", "relict", "lost", "phantom", "dormant"] * n)[:n]
    made = {
        "patches": gpd.GeoDataFrame(
            {"group": ["frogs"] * n}, geometry=squares, crs=31370
        ),
        "populations": gpd.GeoDataFrame(
            own
            | {
                "group": "frogs",
                "status": status,
                "last_year": [1990 + k for k in range(n)],
            }
            | {"red_list": "CR", "red_list_source": "flanders 2012"},
            geometry=shapely.centroid(squares),
            crs=31370,
        ),
        "relict_sites": pd.DataFrame(
            own
            | {"rank": range(n, 0, -1), "status": "relict", "area_ha": 1.5}
            | {"isolation_m": 300.0, "urgency": 0.25}
        ),
        "relict_receivers": pd.DataFrame(
            own
            | {"receiver_patch_id": [f"{text}r{k}" for k in range(n)], "order": 1}
            | {"distance_m": 480.4, "missing_ru": 13.6, "missing_ha": 6.8}
        ),
        "reintroduction": pd.DataFrame(
            own
            | dict.fromkeys(QUESTIONS, "unknown")
            | {"reason_nl": reason(PHRASES_NL, "onbekend", detail)}
            | {"reason_en": reason(PHRASES_EN, "unknown", detail)}
        ),
        "group_summary": pd.DataFrame(
            {"group": ["frogs"], "name_nl": ["Kikkers"], "name_en": ["Frogs"]}
        ),
    }
    assert {k: set(v) - {"geometry"} for k, v in made.items()} == {
        k: set(v) for k, v in SHEET_COLUMNS.items()
    }
    return made


def sheet(name="Hyla arborea", language="en", title="Here", given=None, **row):
    """The page of one species."""
    usual = {"species": name, "name_nl": "Boomkikker", "group": "frogs"}
    usual |= {"annexes": "IV", "seed_bank_years": "0"}
    ((species, page),) = species_sheets(
        TEMPLATE,
        frames(name) if given is None else given,
        pd.DataFrame([usual | row]),
        COLUMNS,
        style=STYLE,
        title=title,
        language=language,
        reference_date="2026-01-01",
    )
    assert species == name
    return page


# --- What stands on it ----------------------------------------------------------------


def test_the_head_says_who_where_and_how_threatened():
    text = Words(sheet()).text
    assert "Hyla arborea Here · Frogs · reference date 2026-01-01" in text
    dutch = Words(sheet(language="nl")).text
    assert "Hyla arborea · Boomkikker Here · Kikkers · peildatum 2026-01-01" in dutch
    assert "Red List CR - flanders 2012 Annexes IV Seed lives (years) 0" in text
    assert "Last seen at a patch 1992" in text


def test_every_status_is_counted_with_its_latest_record():
    text = Words(sheet()).text
    assert "viable 1 1990 relict 1 1991 lost 1 1992" in text


def test_relicts_stand_by_rank_with_their_best_receiver_and_what_it_lacks():
    text = Words(sheet()).text
    first = "1 p2 relict 1.5 0.25 pr2 480 13.6 6.8"
    assert first in text
    assert text.index(first) < text.index("2 p1 relict") < text.index("3 p0 relict")


def test_only_the_best_receiver_is_named_and_none_is_said_in_words():
    given = frames("Hyla arborea", n=1)
    given["relict_receivers"]["order"] = 2
    text = Words(sheet(given=given)).text
    assert "pr0" not in text
    assert "no free patch in reach" in text


def test_what_is_left_out_is_counted():
    text = Words(sheet(given=frames("Hyla arborea", n=7))).text
    assert "And 2 more in the layer relict_sites." in text
    assert "And" not in Words(sheet(given=frames("Hyla arborea", n=5))).text


def test_the_seven_questions_are_counted_and_unknown_stays_unknown():
    given = frames("Hyla arborea", n=4)
    given["reintroduction"]["q1_range"] = ["yes", "yes", "no", "unknown"]
    page = sheet(given=given)
    text = Words(page).text
    assert "1 Within the range 2 1 1 unknown, x" in text
    assert "4 Causes removed 0 0 4 unknown, x" in text
    # Fewest no, then most yes: p0 and p1 before p3, and p2 (a no) not among the three.
    assert "p0 (1 yes, 0 no, 6 unknown); p1 (1 yes, 0 no, 6 unknown); p3 (0 yes" in text
    assert page.count('class="unknown"') == 6


def test_the_best_place_is_the_one_with_fewest_no_then_most_yes():
    given = frames("Hyla arborea", n=3)
    given["reintroduction"]["q1_range"] = ["no", "unknown", "yes"]
    given["reintroduction"]["q2_needed"] = ["yes", "unknown", "unknown"]
    given["reintroduction"]["q3_habitat"] = ["yes", "unknown", "unknown"]
    assert "At the best place, p2" in Words(sheet(given=given)).text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ["Waar leeft de soort?", "levensvatbaar", "onbekend", "1,5", "Kikkers"]),
        ("en", ["Where does it live?", "viable", "unknown", "1.5", "Frogs"]),
    ],
)
def test_it_speaks_one_language(language, words):
    page = sheet(language=language)
    text = Words(page).text
    assert f'<html lang="{language}">' in page
    assert all(word in text for word in words)


def test_a_species_without_habitat_relicts_or_screening_says_so():
    given = {name: rows.iloc[:0] for name, rows in frames("Hyla arborea").items()}
    text = Words(sheet(given=given, annexes=None, seed_bank_years=None)).text
    assert "No habitat of this species group in this area." in text
    assert "No relict or phantom population." in text
    assert "nothing to screen" in text
    assert "Red List unknown Annexes none Seed lives (years) unknown" in text
    assert "Last seen at a patch never" in text


def test_rows_of_other_species_are_on_no_sheet():
    both = [frames("Hyla arborea"), frames("Rana arvalis", text="other")]
    given = {
        name: pd.concat([part[name] for part in both], ignore_index=True)
        for name in both[0]
    }
    assert "other" not in sheet(given=given)


def test_the_map_shows_habitat_and_every_population_that_was_ever_seen():
    given = frames("Hyla arborea", n=2)
    page = sheet(given=given)
    picture = page[page.index("<svg") : page.index("</svg>")]
    assert picture.count("<path") == 3  # the habitat, a viable and a relict population
    # 300 m and 5 percent on each side, in 330 pixels: one metre is a pixel. The middle
    # of the first patch is 65 m from the west edge and 55 m from the north edge.
    assert 'd="M65 55m' in picture
    given["populations"]["status"] = ["unreachable", "colonisable"]
    page = sheet(given=given)
    assert page[page.index("<svg") : page.index("</svg>")].count("<path") == 1


@pytest.mark.parametrize("phrases", [PHRASES_NL, PHRASES_EN], ids=["nl", "en"])
def test_a_sentence_comes_apart_into_its_seven_answers(phrases):
    told = evidence_per_question(reason(phrases, "no", "a; b, 3 c: d"), phrases)
    assert len(told) == 7
    assert all(text.startswith("no, ") for text in told)
    assert told[3] == "no, a; b, 3 c: d"


# --- Whatever stands in the data ------------------------------------------------------


@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_name_in_the_data_ever_runs(language):
    given = frames(HOSTILE, text=HOSTILE, detail=HOSTILE)
    given["group_summary"][["name_nl", "name_en"]] = HOSTILE
    given["populations"]["red_list_source"] = HOSTILE
    row = dict.fromkeys(["name_nl", "annexes", "seed_bank_years"], HOSTILE)
    page = sheet(HOSTILE, language, HOSTILE, given, **row)
    assert "&lt;script&gt;" in page
    check_that_nothing_runs(page)


@given(st.lists(st.text(min_size=1), unique=True, max_size=8))
def test_every_species_has_a_file_of_its_own_with_a_plain_name(species):
    names = sheet_names(species)
    assert list(names) == species
    assert len({name.lower() for name in names.values()}) == len(species)
    assert all(re.fullmatch(r"[a-z0-9_]{1,60}", name) for name in names.values())


def test_the_file_of_a_species_has_its_name():
    names = sheet_names(["Hyla arborea", "Vanessa c-album", "Rubus ×caesius"])
    assert list(names.values()) == ["hyla_arborea", "vanessa_c_album", "rubus_caesius"]


def test_no_sheet_takes_the_place_of_the_list():
    (name,) = sheet_names(["Index"]).values()
    assert name.startswith("index_")


def test_no_name_leads_out_of_the_folder_or_fills_a_wildcard():
    (name,) = sheet_names(["Rana ../../{group}/x"]).values()
    assert name == "rana_group_x"


# --- On paper -------------------------------------------------------------------------


@needs_browser
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_fullest_sheet_prints_on_one_page_of_a4(language, tmp_path):
    long = "Praeternaturalissima longissima var. " * 20
    patch = "wind_spread_plants_dry_heath-0123456789"
    given = frames(long, n=40, text=patch, detail="evidence " * 40)
    given["group_summary"][["name_nl", "name_en"]] = long
    given["populations"]["status"] = [
        *("viable", "relict", "phantom", "dormant"),
        *("unsearched", "lost", "colonisable", "unreachable"),
    ] * 5
    given["patches"].geometry = shapely.box(0, range(40), 10, range(1, 41))  # high map
    row = dict.fromkeys(["name_nl", "annexes", "seed_bank_years"], long)
    page = sheet(long, language, long, given, **row)
    check_that_it_is_one_sheet_of_a4(page, tmp_path)


@needs_browser
def test_a_script_in_a_name_does_not_run_in_a_browser(tmp_path):
    page = sheet(HOSTILE, "en", HOSTILE, frames(HOSTILE, text=HOSTILE, detail=HOSTILE))
    (tmp_path / "sheet.html").write_text(page, encoding="utf-8")
    shown = browse(tmp_path, "--dump-dom")
    assert "<title>broken" not in shown
    assert "<title>Rana &lt;script&gt;" in shown
