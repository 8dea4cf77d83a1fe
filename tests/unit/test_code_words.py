"""Codes in words: every code that a description names has one, in both languages."""

import re
from pathlib import Path

import pandas as pd
import pytest

from robuust.code_words import CODES, code_words
from robuust.field_forms import form_fields, form_groups, open_codes
from robuust.meanings import MEANINGS, WORDS

CONFIG = Path(__file__).parents[2] / "config"
COLUMNS = pd.read_csv(CONFIG / "output_columns.csv", keep_default_na=False)


def test_every_table_of_words_is_of_a_column_that_exists():
    columns = set(COLUMNS["column"])
    named = columns | set(COLUMNS["layer"] + "." + COLUMNS["column"])
    questions = {name[:2] for name in columns if re.match(r"q\d_", name)}
    assert set(CODES) <= named | questions


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_code_has_a_word_and_no_two_have_the_same(language):
    for row in COLUMNS.itertuples():
        words = code_words(row.layer, row.column, language)
        assert all(words.values())
        if row.column not in ("crossing", "land_cover"):
            assert len(set(words.values())) == len(words), (row.layer, row.column)


def test_codes_that_a_description_spells_out_have_words():
    told = COLUMNS["description_en"].str.extractall(r"(?:^|; |\. )([a-z_]+): ")[0]
    for (index, _), code in told.items():
        row = COLUMNS.loc[index]
        words = code_words(row["layer"], row["column"], "en")
        if words and code != "blank":
            assert code in words, (row["layer"], row["column"], code)


def test_a_code_that_anybody_may_add_is_its_own_word():
    rows = pd.DataFrame({"level": ["polder_board", "province", None], "name": "x"})
    codes = open_codes(rows, rows.columns)
    assert codes == {"level": ["polder_board", "province"]}
    own = COLUMNS[COLUMNS["layer"] == "unit_classes"]
    fields = form_fields("unit_classes", own, "nl", codes=codes, groups={"a": "Aal"})
    by_name = {field["name"]: field for field in fields}
    assert by_name["level"]["words"]["polder_board"] == "polder board"
    assert by_name["level"]["words"]["province"] == "provincie"
    assert by_name["group"]["words"] == {"a": "Aal"}
    assert by_name["area_ha"]["decimals"] == 2
    assert by_name["name"]["words"] == {}


@pytest.mark.parametrize("layer", COLUMNS["layer"].unique())
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_form_shows_every_column_once_and_its_twin_in_the_other_language_never(
    layer, language
):
    own = COLUMNS[COLUMNS["layer"] == layer]
    fields = form_fields(layer, own, language)
    shown = [f["name"] for box in form_groups(fields, language) for f in box["fields"]]
    hidden = {field["name"] for field in fields if field["is_hidden"]}
    assert sorted([*shown, *hidden]) == sorted(own["column"])
    twin = {"nl": "_en", "en": "_nl"}[language]
    assert all(name.endswith(twin) for name in hidden)
    if f"reason_{language}" in shown:
        assert shown[0].endswith(f"_{language}")


def test_words_of_the_two_tables_do_not_contradict():
    for column, values in WORDS.items():
        assert not set(values) & set(CODES.get(column, {}))
        assert not set(values) & set(MEANINGS.get(column, {}))


def test_names_and_lists_of_codes_are_left_as_they_stand():
    assert code_words("restoration", "plan", "nl") == {}
    assert code_words("unit_targets", "target_because", "nl") == {}
    assert code_words("restoration_plan", "plan", "nl")["best"] == "beste"
