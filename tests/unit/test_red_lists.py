"""Several Red Lists with their years: which category counts."""

import pandas as pd

from robuust.red_lists import red_list_categories

TABLE = pd.DataFrame(
    [
        ("Rana arvalis", "flanders", "2012", "NT"),
        ("Rana arvalis", "flanders", "2024", "VU"),
        ("Rana arvalis", "netherlands", "2007", "LC"),
        ("Lutra lutra", "netherlands", "2020", "EN"),
        ("Bufo bufo", "iucn", "2009", "LC"),
    ],
    columns=["species", "red_list", "year", "category"],
)


def chosen(*red_lists, reference_date="2026-01-01"):
    found = red_list_categories(
        TABLE, red_lists=red_lists, reference_date=reference_date
    )
    words = found["red_list"] + " " + found["red_list_source"]
    return dict(zip(found["species"], words, strict=True))


def test_the_latest_year_of_the_first_list_counts():
    assert chosen("flanders", "netherlands") == {
        "Lutra lutra": "EN netherlands 2020",
        "Rana arvalis": "VU flanders 2024",
    }


def test_the_order_of_the_lists_is_the_order_of_preference():
    assert chosen("netherlands", "flanders")["Rana arvalis"] == "LC netherlands 2007"


def test_a_list_after_the_reference_date_is_not_yet_there():
    found = chosen("flanders", reference_date="2020-06-01")
    assert found == {"Rana arvalis": "NT flanders 2012"}


def test_species_on_no_chosen_list_have_no_category():
    assert chosen("flanders", reference_date="2000-01-01") == {}
    assert "Bufo bufo" not in chosen("flanders", "netherlands")


def test_row_order_changes_nothing():
    turned = red_list_categories(
        TABLE[::-1], red_lists=["flanders"], reference_date="2026-01-01"
    )
    assert turned["red_list_source"].tolist() == ["flanders 2024"]
