"""Names of species: accepted, synonyms, Dutch, with authors and below the species."""

import pandas as pd
import pytest

from robuust.taxonomy import match_names

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
    assert list(found.columns) == ["species", "taxon_group", "note"]


def test_no_names_give_no_matches():
    assert match_names(pd.Series([], dtype="str"), SPECIES).empty
