"""Source entries of the settings, and reading cells that people have typed."""

import pandas as pd
import pytest

from robuust.sources import (
    UnusableFileError,
    clean_text,
    find_column,
    numbered_columns,
    read_flags,
    read_numbers,
    readable,
)

SOURCE = {"name": "roads", "path": "map.gpkg"}


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


def refusal_of(source, error):
    """What is told when a reader of this source raises the error."""

    def read():
        raise error

    with pytest.raises(ValueError, match="source '") as refusal:
        readable(source, read)
    return str(refusal.value)


def test_a_failing_reader_is_put_in_words_about_the_source():
    words = refusal_of(SOURCE, RuntimeError("not a database"))
    assert words.startswith("source 'roads' (map.gpkg) cannot be read: not a database.")
    assert "see whether the file is complete" in words.lower()


def test_words_of_our_own_only_get_the_name_of_the_source():
    words = refusal_of(SOURCE, UnusableFileError("it is empty; fetch it again"))
    assert words == "source 'roads' (map.gpkg): it is empty; fetch it again."


def test_too_little_memory_is_told_as_such():
    assert "needs more memory" in refusal_of(SOURCE, MemoryError())


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("postgresql://me:s3cret@host/db", "postgresql://me:***@host/db"),
        ("postgresql://host/db?a=1&password=s3cret", "host/db?a=1&password:***"),
        ("postgresql://me@host:5432/db", "postgresql://me@host:5432/db"),
        ("C:/maps/a@b.gpkg", "C:/maps/a@b.gpkg"),
    ],
)
def test_no_message_repeats_a_password(path, shown):
    words = refusal_of(SOURCE | {"path": path}, OSError(f"cannot open {path}"))
    assert "s3cret" not in words
    assert words.count(shown) == 2
