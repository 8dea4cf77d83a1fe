"""What a plan has to keep to: each constraint in a case on paper."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from every_plan import constraints_for

from robuust.plan_constraints import Part, clashing_pairs, is_allowed


def test_land_that_only_touches_or_overlaps_by_a_sliver_is_free():
    touching = shapely.box([0, 10], 0, [10, 20], 10)
    sliver = shapely.box([0, 9.96], 0, [10, 20], 10)  # 0.4 % of the smaller
    assert clashing_pairs(touching).tolist() == []
    assert clashing_pairs(sliver).tolist() == []
    assert clashing_pairs([]).shape == (0, 2)


def test_every_pair_that_claims_the_same_land_is_found_once():
    squares = shapely.box([0, 5, 30, 3], 0, [10, 15, 40, 8], 10)
    assert clashing_pairs(squares).tolist() == [[0, 1], [0, 3], [1, 3]]


@pytest.mark.parametrize(
    ("chosen", "allowed"),
    [
        ([0], True),
        ([0, 1], True),  # 3 + 4 within 7
        ([1], False),  # without what is required
        ([0, 2], False),  # forbidden
        ([0, 3], False),  # the same land
        ([0, 4], False),  # 5 within 7, but more than the 1 of its part
        ([0, 1, 5], False),  # 8 is more than 7
    ],
)
def test_each_constraint_refuses_a_plan(chosen, allowed):
    limits = constraints_for(
        [3, 4, 0, 0, 2, 1],
        7,
        required=np.arange(6) == 0,
        forbidden=np.arange(6) == 2,
        clashes=np.array([[0, 3]]),
        parts=[Part("north", np.arange(6) == 4, 1.0)],
    )
    assert is_allowed(limits, chosen) == allowed


def test_rounding_of_a_sum_breaks_no_budget():
    limits = constraints_for([0.1] * 3, 0.3)
    assert sum([0.1] * 3) > 0.3
    assert is_allowed(limits, [0, 1, 2])
    assert not is_allowed(replace(limits, budget_eur=0.2999), [0, 1, 2])
