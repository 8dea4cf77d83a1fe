"""Names of species: accepted, synonyms, Dutch, with authors and below the species."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robuust.taxonomy import match_names, parse_name

SPECIES = pd.DataFrame(
    {
        "species": ["Rana arvalis", "Epidalea calamita", "Salix repens", "Carex nigra"],
        "name_nl": ["Heikikker", "Rugstreeppad", "Kruipwilg", None],
        "synonyms": [None, "Bufo calamita; Rana viridis", "Rana viridis", ""],
        "group": ["a", "a", "b", None],
        "taxon_group": [
            "amphibians",
            "amphibians",
            "vascular plants",
            "vascular plants",
        ],
    }
).astype("str")


def match(name):
    found = match_names(pd.Series([name]), SPECIES)
    return tuple(found.fillna("-").iloc[0][["species", "note"]])


@pytest.mark.parametrize(
    ("name", "species", "note"),
    [
        ("Rana arvalis", "Rana arvalis", "-"),
        ("rana ARVALIS", "Rana arvalis", "-"),
        ("  Rana  arvalis ", "Rana arvalis", "-"),
        ("Rana arvalis Nilsson, 1842", "Rana arvalis", "-"),
        ("Epidalea calamita (Laurenti, 1768)", "Epidalea calamita", "-"),
        ("Salix repens L.", "Salix repens", "-"),
        ("Bufo calamita", "Epidalea calamita", "synonym"),
        ("Bufo calamita Laurenti", "Epidalea calamita", "synonym"),
        ("rugstreeppad", "Epidalea calamita", "dutch_name"),
        ("Rana arvalis wolterstorffi", "Rana arvalis", "subspecies"),
        ("Salix repens subsp. arenaria", "Salix repens", "subspecies"),
        ("Carex nigra", "Carex nigra", "-"),
        ("Carex nigra (L.) Reichard var. recta", "Carex nigra", "subspecies"),
        ("Carex nigra L. f.", "Carex nigra", "-"),
        ("Salix repens s.l.", "Salix repens", "aggregate"),
        ("Salix repens agg.", "Salix repens", "aggregate"),
        ("Salix repens auct. non L.", "Salix repens", "-"),
        ("Rana (Rana) arvalis Nilsson", "Rana arvalis", "-"),
        ("RANA ARVALIS", "Rana arvalis", "-"),
        ("Rana arvalis van der Meer", "Rana arvalis", "-"),
    ],
)
def test_names_that_are_known_are_matched_with_a_note(name, species, note):
    assert match(name) == (species, note)


@pytest.mark.parametrize(
    "name",
    [
        "Rana",
        "Rana sp.",
        "Rana spec.",
        "Rana cf. arvalis",
        "Salix × repens",
        "Salix x repens",
        "Salix repens × viminalis",
        "Salix repens x S. alba",
        "Rana arvalis/temporaria",
        "Rana Linnaeus, 1758",
        "Rana viridis",
        "Salix",
        "kikker",
        "",
        None,
    ],
)
def test_names_that_say_less_or_are_shared_stay_unmatched(name):
    assert match(name) == ("-", "-")


def test_a_species_without_group_still_tells_that_somebody_searched():
    found = match_names(pd.Series(["Carex nigra"]), SPECIES)
    assert found["taxon_group"].tolist() == ["vascular plants"]


def test_rows_keep_their_order_and_index():
    names = pd.Series(["Heikikker", None, "Rana arvalis"], index=[7, 3, 9])
    found = match_names(names, SPECIES)
    assert found.index.tolist() == [7, 3, 9]
    assert found["species"].notna().tolist() == [True, False, True]
    columns = ["species", "taxon_group", "note", "reason", "proposal"]
    assert list(found.columns) == columns


def test_no_names_give_no_matches():
    assert match_names(pd.Series([], dtype="str"), SPECIES).empty


HYBRIDS = pd.DataFrame(
    {
        "species": ["Salix × rubens", "Salix alba", "Rana arvalis alpina"],
        "name_nl": ["Bindwilg", "Schietwilg", None],
        "synonyms": ["Salix × russeliana", None, None],
        "taxon_group": ["vascular plants", "vascular plants", "amphibians"],
    }
).astype("str")


@pytest.mark.parametrize(
    ("name", "species"),
    [
        ("Salix × rubens", "Salix × rubens"),
        ("Salix ×rubens Schrank", "Salix × rubens"),
        ("Salix x rubens", "Salix × rubens"),
        ("Salix rubens", "Salix × rubens"),
        ("Salix x russeliana", "Salix × rubens"),
        ("Salix × alba", "-"),
        ("Rana arvalis subsp. alpina", "Rana arvalis alpina"),
        ("Rana arvalis", "-"),
    ],
)
def test_a_hybrid_may_lose_its_sign_and_a_species_gains_none(name, species):
    found = match_names(pd.Series([name]), HYBRIDS)["species"].fillna("-")
    assert found.tolist() == [species]


@pytest.mark.parametrize(
    ("name", "reason", "proposal"),
    [
        ("Rana", "genus_only", "-"),
        ("Rana sp.", "genus_only", "-"),
        ("Chironomus spec.", "genus_only", "-"),
        ("Rana cf. arvalis", "uncertain_name", "-"),
        ("Rana arvalis / temporaria", "uncertain_name", "-"),
        ("Rana arvalis of Rana temporaria", "uncertain_name", "-"),
        ("Rana arvalis + R. temporaria", "uncertain_name", "-"),
        ("Rana arvalis & temporaria", "uncertain_name", "-"),
        ("Rana arvalis - Rana temporaria", "uncertain_name", "-"),
        ("Rana arvalis (of bruine kikker)", "uncertain_name", "-"),
        ("Rana arvalis (cf)", "uncertain_name", "-"),
        ("Rana arvalis (cf.)", "uncertain_name", "-"),
        ("Rana arvalis ??", "uncertain_name", "-"),
        ("Rana arvalis?", "uncertain_name", "-"),
        ("Rana arvalis hybride", "uncertain_name", "-"),
        ("Rana arvalis niet gezien", "uncertain_name", "-"),
        ("Rana arvalis roepend mannetje", "uncertain_name", "-"),
        ("Rana arvalis, 1842", "-", "-"),
        ("Rana arvalis Nilsson & Smith, 1842", "-", "-"),
        ("Salix repens × viminalis", "uncertain_name", "-"),
        ("Rana avalis", "unknown_species", "Rana arvalis"),
        ("Rana avalis Nilsson, 1842", "unknown_species", "Rana arvalis"),
        ("Bufo calamitta", "unknown_species", "Epidalea calamita"),
        ("heikiker", "unknown_species", "Rana arvalis"),
        ("Lutra lutra", "unknown_species", "-"),
        ("Rana arvalis", "-", "-"),
        ("", "-", "-"),
    ],
)
def test_an_unmatched_name_says_why_and_near_misses_are_only_proposed(
    name, reason, proposal
):
    found = match_names(pd.Series([name]), SPECIES).fillna("-")
    assert found[["reason", "proposal"]].iloc[0].tolist() == [reason, proposal]
    assert (found["species"] == "-").all() == (reason != "-" or not name)


@given(st.text(max_size=60))
def test_any_text_is_taken_apart_without_a_fault(text):
    assert parse_name(text).genus == parse_name(text).genus.casefold()
    match_names(pd.Series([text]), SPECIES)
