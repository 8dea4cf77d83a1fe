"""How well a habitat code suits a bundle: the longest match wins."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robuust.suitability import match_suitability

COLUMNS = ["code", "bundle", "suitability", "role"]


def table(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)


SLACKS = table(
    ("2190*", "dune_slacks", 1.0, "whole"),
    ("2190_a", "dune_slacks", 0.5, "whole"),
    ("2190", "dune_slacks", 0.8, "whole"),
    ("21*", "dune_slacks", 0.2, "whole"),
    ("2190*", "pools", 1.0, "a"),
    ("4030", "pools", 1.0, "b"),
)


def suitability_of(codes, rows=SLACKS, bundle="dune_slacks"):
    found = match_suitability(codes, rows, bundle)
    return dict(zip(found["code"], found["suitability"], strict=True))


def test_the_longest_match_wins_and_a_whole_code_beats_a_beginning():
    codes = ["2190_mp", "2190_a", "2190", "2130", "3130"]
    expected = {"2130": 0.2, "2190": 0.8, "2190_a": 0.5, "2190_mp": 1.0, "3130": 0.0}
    assert suitability_of(codes) == expected


def test_a_code_without_a_match_suits_nothing_and_has_no_role_of_its_own():
    found = match_suitability(["gh"], SLACKS, "pools")
    assert found.to_dict("records") == [
        {"code": "gh", "suitability": 0.0, "role": "whole"}
    ]


def test_the_role_comes_from_the_row_that_wins():
    found = match_suitability(["4030", "2190_a"], SLACKS, "pools")
    assert found["role"].tolist() == ["a", "b"]


def test_repeated_and_missing_codes_are_looked_up_once_or_not():
    found = match_suitability(["2190", None, "2190"], SLACKS, "dune_slacks")
    assert found["code"].tolist() == ["2190"]


def test_no_codes_give_no_rows_with_the_right_columns():
    found = match_suitability([], SLACKS, "dune_slacks")
    assert found.empty
    assert list(found) == ["code", "suitability", "role"]
    assert found["suitability"].dtype == "float64"


def test_a_sign_with_a_meaning_in_search_patterns_is_only_a_sign():
    rows = table(("rbbkam+", "b", 1.0, "whole"), ("a.c*", "b", 1.0, "whole"))
    found = suitability_of(["rbbkam+", "rbbkamm", "abcd", "a.cd"], rows, "b")
    assert found == {"a.cd": 1.0, "abcd": 0.0, "rbbkam+": 1.0, "rbbkamm": 0.0}


def test_an_unknown_bundle_is_refused_by_name():
    with pytest.raises(ValueError, match="bundle 'dune_slakcs' has no row"):
        match_suitability(["2190"], SLACKS, "dune_slakcs")


SIGNS = st.text("12_a", min_size=1, max_size=4)


@given(
    codes=st.lists(SIGNS, max_size=8),
    rules=st.dictionaries(
        st.tuples(SIGNS, st.booleans()), st.floats(0, 1), min_size=1, max_size=8
    ),
    seed=st.integers(0, 99),
)
def test_it_agrees_with_reading_the_table_row_by_row(codes, rules, seed):
    rows = table(
        *((c + "*" * many, "b", value, "whole") for (c, many), value in rules.items())
    ).sample(frac=1, random_state=seed)
    found = suitability_of(codes, rows, "b")
    for code in codes:
        exact = rules.get((code, False))
        beginnings = [code[:n] for n in range(len(code), 0, -1)]
        longest = next((b for b in beginnings if (b, True) in rules), None)
        expected = exact if exact is not None else rules.get((longest, True), 0.0)
        assert found[code] == expected
