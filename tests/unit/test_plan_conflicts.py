"""Minima that cannot be met: which constraints collide, and what can be reached."""

from dataclasses import replace

import numpy as np
import pytest
from every_plan import P_MIN, constraints_for, fields

from robuust.plan_conflicts import conflict_words, largest_rise, smallest_conflict
from robuust.plan_constraints import Part
from robuust.plan_values import PlanValues

# Two groups of 10 ha: fields 0 and 1 (5 and 2 ha) serve the first, field 2 (1 ha) the
# second. Each costs 10 euros.
GROUPS = [fields([5.0, 2.0, 0.0]), fields([0.0, 0.0, 1.0])]
COST = [10, 10, 10]
NAMES = ["frogs", "newts"]


def known(limits):
    values = PlanValues(GROUPS, 3, p_min=P_MIN)
    return values, limits, values.pairs(limits.cost_eur)


@pytest.mark.parametrize(
    ("asked", "minima", "others"),
    [
        # One field each is 20 euros, and there are 10.
        ({"minimum_rise": {0: 0.5, 1: 0.1}}, [0, 1], ["the budget of 10 EUR"]),
        # The second field must be bought, and then there is no money for the first.
        (
            {"minimum_rise": {0: 0.5}, "required": np.arange(3) == 1},
            [0],
            ["the must-haves", "the budget of 10 EUR"],
        ),
        (
            {"minimum_rise": {1: 0.1}, "forbidden": np.arange(3) == 2},
            [1],
            ["the forbidden candidates"],
        ),
        (
            {"minimum_rise": {1: 0.1}, "parts": [Part("north", np.arange(3) > 1, 5.0)]},
            [1],
            ["the budget of 5 EUR for north"],
        ),
        # All land there is gives the second group 10 %.
        ({"minimum_rise": {0: 0.2, 1: 0.3}}, [1], []),
    ],
)
def test_the_smallest_conflict_is_found(asked, minima, others):
    found = smallest_conflict(*known(constraints_for(COST, 10, **asked)))
    assert found == (minima, others)


def test_the_largest_rise_keeps_the_other_minima():
    limits = constraints_for(COST, 20, minimum_rise={0: 0.5, 1: 0.3})
    values, limits, _ = known(limits)
    assert largest_rise(values, limits, 1) == pytest.approx(0.1)
    fair = replace(limits, minimum_rise={0: 0.5, 1: 0.1})
    assert largest_rise(values, fair, 0) == pytest.approx(0.5)


def test_the_words_name_the_conflict_what_is_reached_and_what_to_do():
    limits = constraints_for(COST, 10, minimum_rise={0: 0.5, 1: 0.1})
    values, limits, pairs = known(limits)
    words = conflict_words(values, limits, pairs, [10, 15, 20, 30], names=NAMES)
    assert words == (
        "no plan was found within 10 EUR that meets restoration.minimum_rise:\n"
        "- frogs at least 50 % and newts at least 10 % cannot be had with the budget of"
        " 10 EUR; the most that was reached within 10 EUR (with the other minima met)"
        " is 0 % for frogs and 0 % for newts\n"
        "Lower restoration.minimum_rise to what can be reached, or leave out the"
        " budgets below 20 EUR, which is enough."
    )


def test_each_minimum_that_is_hopeless_by_itself_is_told():
    limits = constraints_for(COST, 30, minimum_rise={0: 0.9, 1: 0.3})
    values, limits, pairs = known(limits)
    words = conflict_words(values, limits, pairs, [30], names=NAMES)
    assert "frogs at least 90 % cannot be had with all the candidates" in words
    assert "newts at least 30 % cannot be had with all the candidates" in words
    assert "70 % for frogs" in words
    assert "10 % for newts" in words
    assert "leave out" not in words
