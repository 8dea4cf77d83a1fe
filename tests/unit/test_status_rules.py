"""The rules that give a status: read as data, refused in words where they cannot be."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from robuust.status_rules import (
    CONDITIONS,
    STATUSES,
    decide,
    read_status_rules,
    status_rule_problems,
)

PATH = Path(__file__).parents[2] / "config" / "status_rules.csv"


@pytest.fixture
def table():
    return pd.read_csv(PATH).convert_dtypes()


def messages(table):
    return [str(problem) for problem in status_rule_problems(table)]


def test_the_shipped_rules_are_those_of_the_method():
    rules = read_status_rules(pd.read_csv(PATH, dtype="str"))
    assert [(str(rule), rule.status) for rule in rules] == [
        ("1: recent and sustained", "viable"),
        ("2: recent and below_key and alone and fading", "phantom"),
        ("3: recent", "relict"),
        ("4: earlier and in_seed_bank", "dormant"),
        ("5: earlier and unsearched", "unsearched"),
        ("6: earlier", "lost"),
        ("7: within_reach", "colonisable"),
        ("8: else", "unreachable"),
    ]


def test_the_shipped_rules_use_every_condition_and_have_no_problem(table):
    rules = read_status_rules(table)
    assert {name for rule in rules for name, _ in rule.conditions} == set(CONDITIONS)
    assert {rule.status for rule in rules} == set(STATUSES)
    assert messages(table) == []


def test_the_order_is_that_of_the_numbers_not_of_the_rows(table):
    mixed = table.iloc[::-1]
    assert read_status_rules(mixed) == read_status_rules(table)
    assert messages(mixed) == []


def test_the_first_rule_that_holds_decides_and_reading_stops_at_a_no():
    text = {"order": [1, 2, 3], "status": ["wet", "grey", "dry"]}
    text |= {"conditions": ["cloud;rain", "cloud;not wind", ""]}
    weather = {
        "cloud": np.array([True, True, True, False]),
        "rain": np.array([True, False, False, True]),
        "wind": np.array([False, False, True, False]),
    }
    chosen, looked_at = decide(weather, read_status_rules(pd.DataFrame(text)))
    assert chosen.tolist() == [0, 1, 2, 2]
    assert looked_at["cloud"].tolist() == [True] * 4
    assert looked_at["rain"].tolist() == [True, True, True, False]
    assert looked_at["wind"].tolist() == [False, True, True, False]


def test_cases_that_no_rule_decides_are_counted():
    text = {"order": [1], "status": ["wet"], "conditions": ["rain"]}
    rules = read_status_rules(pd.DataFrame(text))
    with pytest.raises(ValueError, match=r"holds for 2 of 3 cases; end the table"):
        decide({"rain": np.array([True, False, False])}, rules)


def test_an_unknown_condition_is_told_with_the_nearest_name(table):
    table.loc[1, "conditions"] = "recent;below_kee"
    assert messages(table) == [
        "status_rules, row 3, column conditions: found 'below_kee', which is no "
        "condition; did you mean 'below_key'?; allowed are recent, sustained, "
        "below_key, alone, fading, earlier, in_seed_bank, unsearched, within_reach"
    ]


def test_a_table_without_a_last_resort_is_refused(table):
    table.loc[7, "conditions"] = "not within_reach"
    (message,) = messages(table)
    assert message.startswith("status_rules, row 9, column conditions: the last rule ")
    assert message.endswith("end the table with a row without conditions")


def test_a_status_that_no_row_gives_is_named(table):
    table.loc[3, "status"] = "lost"
    (message,) = messages(table)
    assert message.startswith("status_rules, status: no row gives the status 'dormant'")


@pytest.mark.parametrize(
    ("row", "conditions", "words"),
    [
        (4, "recent;alone", "rule 3 (row 4) holds wherever it does"),
        (4, "in_seed_bank; earlier", "rule 4 (row 5) holds wherever it does"),
        (2, pd.NA, "row 4) holds wherever it does"),
        (1, "recent;alone;not alone", "'alone' must hold and must not"),
    ],
)
def test_a_rule_that_never_decides_is_refused(table, row, conditions, words):
    table.loc[row, "conditions"] = conditions
    assert words in messages(table)[0]


def test_a_wrong_number_or_status_is_left_to_whoever_reads_the_cells(table):
    table.loc[3, "status"] = pd.NA
    assert messages(table) == []
