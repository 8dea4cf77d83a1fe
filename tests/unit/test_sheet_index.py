"""The list of sheets: every sheet once, with a line about it, in one language."""

import re
from pathlib import Path

import pandas as pd
import pytest
from paper_pages import HOSTILE, Words

from robuust.sheet_index import species_index, unit_index

HOME = Path(__file__).parents[2]
TEMPLATES = HOME / "workflow" / "templates"
TEMPLATE = (TEMPLATES / "sheet_index.html.j2").read_text(encoding="utf-8")
COLUMNS = pd.read_csv(
    HOME / "config" / "output_columns.csv", dtype="str", keep_default_na=False
)
WORDS = {
    "style": (TEMPLATES / "sheet.css").read_text(encoding="utf-8"),
    "title": "Here",
    "reference_date": "2026-01-01",
}


def species_page(language, *, name="Hyla arborea"):
    """Two species: one with a relict, a phantom and a lost population, one nowhere."""
    populations = [
        (name, "lost", "EN"),
        (name, "relict", "EN"),
        (name, "phantom", "EN"),
    ]
    frames = {
        "populations": pd.DataFrame(
            populations, columns=["species", "status", "red_list"]
        ),
        "group_summary": pd.DataFrame(
            {"group": ["frogs"], "name_nl": ["Kikkers"], "name_en": ["Frogs"]}
        ),
    }
    species = pd.DataFrame(
        [(name, "Boomkikker", "frogs"), ("Bufo bufo", None, "toads")],
        columns=["species", "name_nl", "group"],
    )
    return species_index(TEMPLATE, frames, species, COLUMNS, language=language, **WORDS)


def unit_page(language, *, name="Zeeland"):
    """A province with two targets of three judged; a town that has no sheet."""
    units = [("p", "province", name, 400.0, 12.5), ("t", "town", "Goes", 4.0, 0.0)]
    statuses = ["viable", "relict", "not_judged"]
    frames = {
        "report_units": pd.DataFrame(
            units, columns=["unit_id", "level", "name", "area_ha", "robust_ha"]
        ),
        "unit_targets": pd.DataFrame(
            {"unit_id": "p", "status": statuses, "responsible": "province"}
        ),
        "unit_progress": pd.DataFrame({"unit_id": ["p", "p"], "level": "province"}),
    }
    return unit_index(TEMPLATE, frames, COLUMNS, language=language, **WORDS)


def test_every_species_has_a_line_with_its_best_status_and_patches_at_risk():
    text = Words(species_page("nl")).text
    assert "Soortbladen Here · peildatum 2026-01-01 · 2 " in text
    assert "Hyla arborea Boomkikker Kikkers EN relict 2" in text
    assert "Bufo bufo toads geen leefgebied hier 0" in text
    text = Words(species_page("en")).text
    assert "Hyla arborea Frogs EN relict 2" in text
    assert "Boomkikker" not in text
    assert "Bufo bufo toads no habitat here 0" in text


def test_every_unit_with_a_sheet_has_a_line_with_its_hectares_and_targets():
    text = Words(unit_page("nl")).text
    assert "Zeeland provincie 400 12,5 3 1 1 0" in text
    assert "Goes" not in text
    assert "Zeeland province 400 12.5 3 1 1 0" in Words(unit_page("en")).text


@pytest.mark.parametrize("page", [species_page, unit_page])
def test_every_line_leads_to_the_sheet_beside_it(page):
    names = re.findall('href="(.*?)"', page("nl"))
    wanted = ["hyla_arborea.html", "bufo_bufo.html"]
    assert names == (wanted if page is species_page else ["province_zeeland.html"])


@pytest.mark.parametrize("page", [species_page, unit_page])
def test_no_name_in_the_data_ever_runs(page):
    found = page("nl", name=HOSTILE)
    assert "&lt;script&gt;" in found
    for tag, attributes in Words(found).tags:
        assert tag not in ("script", "img", "link", "iframe")
        assert not any(name.startswith("on") for name in attributes)
        assert re.fullmatch(r"[a-z0-9_]+\.html", attributes.get("href", "x.html"))


def test_a_run_without_any_sheet_says_so():
    empty = {
        "report_units": pd.DataFrame(
            columns=["unit_id", "level", "name", "area_ha", "robust_ha"], dtype="str"
        ),
        "unit_targets": pd.DataFrame(columns=["unit_id", "status", "responsible"]),
        "unit_progress": pd.DataFrame(columns=["unit_id", "level"], dtype="str"),
    }
    found = unit_index(TEMPLATE, empty, COLUMNS, language="nl", **WORDS)
    assert "Geen bladen in deze berekening." in Words(found).text
