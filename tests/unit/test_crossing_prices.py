"""Prices of crossings: one per kind, both cells or neither."""

import pandas as pd
import pytest

from robuust.crossing_prices import (
    crossing_price_problems,
    crossing_prices,
    price_needed,
)

TYPES = pd.DataFrame(
    [
        ("road", "toads", "tunnel", 1e5),
        ("road", "deer", "ecoduct", 5e6),
        ("road", "newts", "tunnel", 1e5),
        ("road", "*", None, None),
    ],
    columns=["barrier", "mobility_class", "crossing", "crossing_cost_eur"],
)


def test_every_kind_of_crossing_has_one_price():
    assert crossing_prices(TYPES).to_numpy().tolist() == [
        ["road", "ecoduct", 5e6],
        ["road", "tunnel", 1e5],
    ]


def test_a_table_without_the_columns_foresees_no_crossings():
    older = TYPES[["barrier", "mobility_class"]]
    assert crossing_prices(older).empty
    assert pd.isna(price_needed(["road"], older, "toads")).all()
    assert crossing_price_problems(older) == []


def test_a_class_without_a_price_of_its_own_has_that_of_every_class():
    table = TYPES.astype({"crossing_cost_eur": float})
    assert pd.isna(price_needed(["road"], table, "birds")[0])
    table.loc[3, "crossing_cost_eur"] = 7.0
    assert price_needed(["road", "road"], table, "birds").tolist() == [7, 7]
    assert price_needed(["road"], table, "toads").tolist() == [1e5]


@pytest.mark.parametrize("column", ["crossing", "crossing_cost_eur"])
def test_half_a_price_is_told_with_its_row(column):
    half = TYPES.copy()
    half.loc[1, column] = None
    (problem,) = crossing_price_problems(half)
    assert problem.row == 3
    assert "give both, or neither" in problem.message


def test_a_second_price_is_told_with_the_first():
    (problem,) = crossing_price_problems(
        TYPES.assign(crossing_cost_eur=[1e5, 5e6, 2e5, None])
    )
    assert (problem.row, problem.column) == (4, "crossing_cost_eur")
    assert problem.message == (
        "found 200000, but 100000 in an earlier row for 'tunnel' of road; give it one"
        " price, or two names"
    )
    assert crossing_price_problems(TYPES) == []
