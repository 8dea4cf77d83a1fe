"""Source entries of the settings, and reading cells that people have typed."""

import pandas as pd
import pytest

from robuust.sources import (
    as_layer,
    chosen_layer,
    clean_text,
    file_parts,
    find_column,
    numbered_columns,
    read_flags,
    read_numbers,
    readable,
)

SOURCE = {"name": "roads", "path": "map.gpkg"}


def test_the_only_layer_is_read_without_being_named():
    assert chosen_layer(SOURCE, ["lines"]) == "lines"


def test_of_several_layers_one_must_be_named():
    with pytest.raises(ValueError, match=r"which `layer`.*lines, points"):
        chosen_layer(SOURCE, ["lines", "points"])


def test_a_layer_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(ValueError, match=r"no such layer.*holds: lines"):
        chosen_layer({**SOURCE, "layer": "wegen"}, ["lines"])


def test_upper_and_lower_case_find_the_same_column():
    assert find_column(pd.DataFrame(columns=["Tag"]), "TAG", "map") == "Tag"


def test_a_missing_column_is_named_with_the_columns_there_are():
    with pytest.raises(
        ValueError, match=r"map: there is no column 'kind'.*are: TAG, x"
    ):
        find_column(pd.DataFrame(columns=["TAG", "x"]), "kind", "map")


def test_whole_numbers_keep_no_decimals_and_blanks_go_missing():
    text = clean_text(pd.Series([7.0, None]))
    assert text[0] == "7"
    assert text.isna().tolist() == [False, True]
    assert clean_text(pd.Series([" a ", " ", ""])).isna().tolist() == [
        False,
        True,
        True,
    ]


def test_numbers_may_have_a_decimal_comma_and_must_be_finite():
    numbers, unreadable = read_numbers(pd.Series(["3,5", "-4", "inf", "veel", None]))
    assert numbers[:2].tolist() == [3.5, -4.0]
    assert unreadable.tolist() == [False, False, True, True, False]


def test_yes_and_no_are_read_in_dutch_and_english():
    flags, unreadable = read_flags(pd.Series(["ja", "TRUE", 1.0, "nee", "misschien"]))
    assert flags.tolist() == [True, True, True, False, False]
    assert unreadable.tolist() == [False, False, False, False, True]


def test_numbered_columns_come_in_the_order_of_their_numbers():
    table = pd.DataFrame(columns=["HAB10", "hab2", "HAB1", "PHAB1", "HABLEGENDE"])
    assert list(numbered_columns(table, "HAB").values()) == ["HAB1", "hab2", "HAB10"]


def test_a_failing_reader_is_put_in_words_about_the_source():
    def read(path):
        raise RuntimeError("not a database")

    with pytest.raises(ValueError, match=r"'roads' \(map.gpkg\) cannot be read: not a"):
        readable(SOURCE, read, "map.gpkg")


def test_a_table_without_geometry_is_no_layer():
    with pytest.raises(ValueError, match="table without geometry"):
        as_layer(pd.DataFrame({"a": [1]}), SOURCE)


def test_a_shapefile_is_more_than_one_file():
    assert file_parts("a.b/roads.SHP")[1:] == ["a.b/roads.dbf", "a.b/roads.prj"]
    assert file_parts("roads.gpkg") == ["roads.gpkg"]
