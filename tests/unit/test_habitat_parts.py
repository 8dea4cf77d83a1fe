"""Codes and shares of habitat maps, by hand and as laws."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from robuust.habitat_parts import (
    habitat_parts,
    known_parts,
    match_codes,
    unknown_code_words,
)
from robuust.presets import complete_source

KNOWN = ["3130", "3130_aom", "4010", "6510", "6510_hu", "91E0_vn", "rbbmr", "rbbkam+"]
KNOWN += ["2190_A", "2190_a", "7140_B", "91E0_C"]
CONFIG = Path(__file__).parents[2] / "config"
SHIPPED = pd.concat(
    pd.read_csv(CONFIG / table, dtype="str")["code"]
    for table in ("habitat_types.csv", "suitability.csv")
)
DUTCH_SUBTYPES = sorted(SHIPPED[SHIPPED.str.fullmatch(r"\w{4}_[A-Z]")].unique())
PRESETS = {
    name: yaml.safe_load((CONFIG / "presets" / f"{name}.yaml").read_text("utf-8"))
    for name in ("bwk", "habitattypenkaart_nl", "imna")
}
PLAIN = {"name": "m", "path": "m.gpkg"}
BWK = PLAIN | {"preset": "bwk"}
DUTCH = PLAIN | {"preset": "habitattypenkaart_nl"}


def parts_of(table, source=BWK):
    return habitat_parts(pd.DataFrame(table), complete_source(source, PRESETS), "map")


def shares(parts):
    return list(zip(parts["code"], parts["share"].round(6), strict=True))


def match(text, known_codes=KNOWN):
    found = match_codes([text], known_codes)
    return [
        (code if isinstance(code, str) else None, round(weight, 6), certain)
        for code, weight, certain in found[["code", "weight", "certain"]].to_numpy()
    ]


def test_flemish_percentages_become_shares_and_blanks_fall_away():
    parts = parts_of({"HAB1": ["gh"], "PHAB1": [80], "HAB2": ["rbbmr"], "PHAB2": [20]})
    assert shares(parts) == [("gh", 0.8), ("rbbmr", 0.2)]
    blank = parts_of({"hab1": ["4010", " "], "phab1": [100, 0], "hab2": [" ", ""]})
    assert shares(blank) == [("4010", 1.0)]


def test_one_code_without_a_share_fills_the_polygon():
    assert shares(parts_of({"HAB1": ["4010"], "PHAB1": [0]})) == [("4010", 1.0)]
    assert shares(parts_of({"HAB1": ["4010"]})) == [("4010", 1.0)]


def test_codes_without_a_share_divide_what_the_others_leave():
    table = {"HAB1": ["4010"], "PHAB1": [40], "HAB2": ["6510"], "HAB3": ["rbbmr"]}
    assert shares(parts_of(table)) == [("4010", 0.4), ("6510", 0.3), ("rbbmr", 0.3)]


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (1, [1.0]),
        (2, [0.7, 0.3]),
        (3, [0.6, 0.2, 0.2]),
        (4, [0.6, 0.2, 0.1, 0.1]),
        (6, [0.6, 0.2, 0.1, 0.1, 0, 0]),
    ],
)
def test_units_without_percentages_get_the_shares_that_inbo_uses(n, expected):
    parts = parts_of({f"EENH{k}": [f"u{k}"] for k in range(1, n + 1)})
    assert parts["share"].tolist() == expected


def test_units_are_read_instead_of_habitats_on_request():
    table = {"HAB1": ["gh"], "PHAB1": [100], "EENH1": ["hp"], "EENH2": ["kbs"]}
    parts = parts_of(table, {**BWK, "use_units": True})
    assert shares(parts) == [("hp", 0.7), ("kbs", 0.3)]


def test_a_gap_between_units_does_not_change_their_shares():
    parts = parts_of({"EENH1": ["hp", "a"], "EENH2": [" ", "b"], "EENH3": ["kn", ""]})
    assert parts["share"].tolist() == [0.7, 0.3, 0.7, 0.3]


def test_a_map_without_the_columns_of_its_preset_is_refused():
    with pytest.raises(
        ValueError, match=r"preset bwk needs columns HAB1, PHAB1 .*EENH"
    ):
        parts_of({"code": ["4010"], "geometry": [None]})
    with pytest.raises(
        ValueError, match=r"needs columns Habtype1.*; found code\. Name"
    ):
        parts_of({"code": ["4010"], "geometry": [None]}, DUTCH)
    with pytest.raises(ValueError, match="leave `use_units` out"):
        parts_of({"Habtype1": ["H4010A"]}, DUTCH | {"use_units": True})


def test_upper_and_lower_case_columns_are_the_same():
    for name in (str.upper, str.lower, str.title):
        table = {name("HAB1"): ["4010"], name("PHAB1"): [60]}
        table |= {name("HAB2"): ["gh"], name("PHAB2"): [40]}
        assert shares(parts_of(table)) == [("4010", 0.6), ("gh", 0.4)]


def test_dutch_maps_give_codes_percentages_and_quality():
    table = {"Habtype1": ["H4010A"], "Perc1": [60], "Kwal1": ["M"]}
    table |= {"Habtype2": ["H0000"], "Perc2": ["40"], "Kwal2": ["NVT"]}
    parts = parts_of(table, DUTCH)
    assert shares(parts) == [("H4010A", 0.6), ("gh", 0.4)]
    assert parts["quality"].tolist() == [0.5, 1.0]
    assert not parts["quality_unknown"].any()
    imna = {"habitatType1": ["H7140B"], "bedekkingsPercentage1": [100]}
    source = PLAIN | {"preset": "imna"}
    assert shares(parts_of({**imna, "kwaliteit1": ["G"]}, source)) == [("H7140B", 1.0)]


def test_what_a_map_calls_no_habitat_is_known_in_any_case_and_among_alternatives():
    table = {"Habtype1": ["h0000", "H4010A,H0000", "0000", "H9999"]}
    codes = parts_of(table, DUTCH)["code"].tolist()
    assert codes == ["gh", "H4010A,gh", "gh", "H9999"]
    assert parts_of(table, DUTCH | {"no_habitat": ["H9999"]})["code"].tolist() == [
        *["h0000", "H4010A,H0000", "0000", "gh"]
    ]


def test_a_source_without_a_preset_has_a_column_or_one_code_for_all():
    column = parts_of({"c": ["4010", None]}, PLAIN | {"code_column": "C"})
    assert column["row"].tolist() == [0]
    constant = parts_of({"x": [1, 2]}, PLAIN | {"code": "4010"})
    assert constant["code"].tolist() == ["4010", "4010"]
    assert constant["row"].tolist() == [0, 1]
    with pytest.raises(ValueError, match=r"`code_column`.*`code`.*`preset`.*: x\."):
        parts_of({"x": [1]}, PLAIN)


def test_the_classes_of_a_raster_come_as_codes():
    source = PLAIN | {"codes": {1: "4010", 2: "4030"}}
    parts = parts_of({"code": ["4010", "4030", "4010"]}, source)
    assert shares(parts) == [("4010", 1.0), ("4030", 1.0), ("4010", 1.0)]


def test_a_column_of_codes_beside_a_preset_keeps_the_words_of_the_preset():
    source = DUTCH | {"code_column": "type", "quality_column": "kwal"}
    table = {"type": ["H4010A", "H0000"], "kwal": ["M", "X"], "Habtype1": ["H2310"] * 2}
    parts = parts_of(table, source)
    assert shares(parts) == [("H4010A", 1.0), ("gh", 1.0)]
    assert parts["quality"].tolist() == [0.5, 1.0]


def test_numbers_as_codes_lose_no_digit_and_gain_no_point():
    assert shares(parts_of({"c": [4010.0, np.nan]}, PLAIN | {"code_column": "c"})) == [
        ("4010", 1.0)
    ]


def test_shares_may_be_fractions():
    model = {"code": "T", "share": "S", "shares": "fraction"}
    source = PLAIN | {"parts": [model]}
    parts = parts_of(
        {"T1": ["4010"], "S1": [0.25], "T2": ["gh"], "S2": ["0,5"]}, source
    )
    assert shares(parts) == [("4010", 0.25), ("gh", 0.5)]


def test_the_first_column_model_that_fits_counts():
    models = [
        {"code": "A", "share": "PA", "shares": "percent"},
        {"code": "B", "share": None, "quality": None, "shares": "by_rank"},
        {"code": "C", "shares": "by_rank"},
    ]
    table = {"B1": ["4010"], "C1": ["gh"], "B2": ["6510"]}
    parts = parts_of(table, PLAIN | {"parts": models})
    assert shares(parts) == [("4010", 0.7), ("6510", 0.3)]


def test_quality_may_be_a_number_or_a_word_and_other_quality_is_full():
    source = PLAIN | {"code": "4010", "quality_column": "q"}
    source |= {"quality_words": {"g": 1, "M": 0.5}}
    parts = parts_of({"q": ["0,4", "m", "G", "NB", None, "7"]}, source)
    assert parts["quality"].tolist() == [0.4, 0.5, 1.0, 1.0, 1.0, 1.0]
    assert parts["quality_unknown"].tolist() == [False] * 3 + [True, False, True]


def test_quality_words_that_nothing_gives_a_value_are_marked():
    words = ["G", "m", "NB", "NVT", " ", None, "0,4", "1", "slecht", "70", "-1"]
    table = {"Habtype1": ["H4010A"] * len(words), "Kwal1": words}
    unknown = parts_of(table, DUTCH)["quality_unknown"]
    assert unknown.tolist() == [False] * 8 + [True] * 3
    assert not parts_of({"HAB1": ["4010"]})["quality_unknown"].any()


def test_percentages_may_be_text_with_a_percent_sign():
    table = {"HAB1": ["4010"], "PHAB1": ["60%"], "HAB2": ["gh"], "PHAB2": ["37,5 %"]}
    assert shares(parts_of(table)) == [("4010", 0.6), ("gh", 0.375)]


def test_an_unreadable_or_negative_percentage_is_marked():
    parts = parts_of({"HAB1": ["4010", "4010"], "PHAB1": ["veel", "-10"]})
    assert (parts["share"] < 0).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4010", [("4010", 1, True)]),
        ("gh", [("gh", 1, True)]),
        ("6510,gh", [("6510", 0.5, False), ("gh", 0.5, False)]),
        ("3130_aom", [("3130_aom", 1, True)]),
        ("3130_rbbmr", [("3130", 0.5, True), ("rbbmr", 0.5, True)]),
        ("3130_aom_rbbmr", [("3130_aom", 0.5, True), ("rbbmr", 0.5, True)]),
        ("rbbkam+", [("rbbkam+", 1, True)]),
        ("rbbmr+", [("rbbmr", 1, True)]),
        ("rbbmr°", [("rbbmr", 1, True)]),
        ("91E0_vn", [("91E0_vn", 1, True)]),
        ("H7140B", [("7140_B", 1, True)]),
        ("H4010", [("4010", 1, True)]),
        ("H0000", [(None, 1, True)]),
        ("ZGH4010", [("4010", 1, False)]),
        ("RBBMR", [("rbbmr", 1, True)]),
        ("2190_a", [("2190_a", 1, True)]),
        ("9999", [(None, 1, True)]),
        ("3130_zzz", [(None, 1, True)]),
        ("4010,zzz", [("4010", 0.5, False), (None, 0.5, False)]),
        ("4010/6510", [("4010", 0.5, True), ("6510", 0.5, True)]),
        ("4010/zzz", [(None, 1, True)]),
        ("91E0_vn_rbbmr", [("91E0_vn", 0.5, True), ("rbbmr", 0.5, True)]),
        ("H91E0C", [("91E0_C", 1, True)]),
        ("H2190a", [("2190_a", 1, True)]),
        ("ZG H4010", [("4010", 1, False)]),
        (",", [(None, 1, True)]),
    ],
)
def test_code_texts_are_understood(text, expected):
    assert match(text) == expected


def test_the_shipped_tables_have_dutch_subtypes():
    assert {"2190_B", "4010_A", "7140_B", "91E0_C"} <= set(DUTCH_SUBTYPES)


@pytest.mark.parametrize("code", DUTCH_SUBTYPES)
def test_a_dutch_subtype_is_found_in_the_shipped_tables_however_it_is_spelled(code):
    joined = code.replace("_", "")
    for text in (code, joined, f"H{code}", f"H{joined}", f"h{joined}"):
        assert match(text, SHIPPED) == [(code, 1, True)]
        assert match(f"ZG{text}", SHIPPED) == [(code, 1, False)]


WHOLE_CODES = SHIPPED[~SHIPPED.str.endswith("*")]


@pytest.mark.parametrize("code", sorted(WHOLE_CODES.unique()))
def test_every_code_of_the_shipped_tables_is_itself(code):
    assert match(code, SHIPPED) == [(code, 1, True)]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("4010zzz", [None]),
        ("H4010zzz", [None]),
        ("4010 zzz", [None]),
        ("3130/zzz", [None]),
        ("rbbkamx", [None]),
        ("3130/4010", ["3130", "4010"]),
        ("H3130 / H4010A", ["3130", "4010_A"]),
        ("3130_rbbmr", ["3130", "rbbmr"]),
        ("4010_new", [None]),
        ("91E0_typo", [None]),
        ("91E0_v", [None]),
        ("91E0_vm,91E0_vn", ["91E0_vm", "91E0_vn"]),
        ("91E0_vn_rbbmr", ["91E0_vn", "rbbmr"]),
        ("H91E0D", [None]),
    ],
)
def test_the_beginning_of_a_code_makes_no_code_known(text, codes):
    assert [code for code, _, _ in match(text, SHIPPED)] == codes


@given(st.lists(st.text("3140_aomrbkgh+-,*° ZHE9", max_size=12), max_size=6))
def test_the_weights_of_any_text_add_up_to_one(texts):
    found = match_codes(texts, KNOWN)
    totals = found.groupby("text")["weight"].sum()
    assert set(totals.index) == {t for t in texts if t.strip()}
    assert totals.to_numpy() == pytest.approx(1)


def known(table):
    parts = parts_of(table)
    return known_parts(parts, match_codes(parts["code"], KNOWN))


def test_shares_over_one_are_scaled_and_reported():
    parts, _, scaled = known(
        {"HAB1": ["4010"], "PHAB1": [90], "HAB2": ["6510"], "PHAB2": [90]}
    )
    assert parts["share"].tolist() == [0.5, 0.5]
    assert scaled.tolist() == [0]


def test_rounding_just_over_one_is_not_worth_a_report():
    table = {"HAB1": ["4010"], "PHAB1": [50.5], "HAB2": ["6510"], "PHAB2": [50]}
    parts, _, scaled = known(table)
    assert parts["share"].sum() == pytest.approx(1)
    assert not scaled.size


def test_unknown_parts_are_left_out_without_making_the_rest_larger():
    parts, unknown, _ = known(
        {"HAB1": ["4010"], "PHAB1": [70], "HAB2": ["zz"], "PHAB2": [30]}
    )
    assert shares(parts) == [("4010", 0.7)]
    assert unknown[["row", "text"]].to_numpy().tolist() == [[0, "zz"]]


def test_the_same_code_twice_in_a_polygon_becomes_one_part():
    table = {"HAB1": ["6510,gh"], "PHAB1": [60], "HAB2": ["6510"], "PHAB2": [40]}
    parts, _, _ = known(table)
    assert shares(parts) == [("6510", 0.7), ("gh", 0.3)]
    assert parts["certain"].tolist() == [False, False]


@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from([*KNOWN[:5], "zz", "6510,gh", ""]), st.integers(0, 130)
            ),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_shares_of_any_polygon_lie_between_zero_and_one(rows):
    table = {}
    for k in range(3):
        table[f"HAB{k + 1}"] = [row[k][0] for row in rows]
        table[f"PHAB{k + 1}"] = [row[k][1] for row in rows]
    parts, unknown, _ = known(table)
    assert parts["share"].gt(0).all()
    total = (
        parts.groupby("row")["share"]
        .sum()
        .add(unknown.groupby("row")["share"].sum(), fill_value=0)
    )
    assert (total <= 1 + 1e-9).all()
    assert not parts.duplicated(["row", "code"]).any()


def test_unknown_codes_are_listed_with_their_polygons():
    unknown = pd.DataFrame({"row": [0, 1, 1], "text": ["zz", "zz", "yy"]})
    words = unknown_code_words(unknown, "map")
    assert "2 habitat codes are in no table: zz (2 polygons), yy (1 polygons)" in words
    assert "config/habitat_types.csv" in words
