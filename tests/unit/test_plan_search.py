"""Greedy, one by one and in pairs, in cases on paper."""

import numpy as np
import pytest
from every_plan import (
    P_MIN,
    all_rises,
    constraints_for,
    fields,
    landscape,
    members_row,
    random_groups,
)

from robuust import plan_search
from robuust.plan_constraints import Part
from robuust.plan_search import PlanSearch
from robuust.plan_values import PlanValues


def search_for(groups, limits):
    values = PlanValues(groups, len(limits.cost_eur), p_min=P_MIN)
    return PlanSearch(values, limits, values.pairs(limits.cost_eur))


def test_greedy_takes_the_best_per_euro_in_a_case_on_paper():
    # 5 ha for 5, 4 ha for 2, 1 ha for 3: 4 ha first, then 5 ha; 10 + 9 = 19.
    search = search_for([fields([5.0, 4.0, 1.0])], constraints_for([5, 2, 3], 7))
    choice = search.filled(search.nothing(), pairs=False)
    assert choice.order == (1, 0)
    assert search.worth(choice) == pytest.approx(0.9)


def test_the_best_one_first_beats_the_best_per_euro():
    # 1 ha for 1 is cheaper per hectare than 9 ha for 10, but leaves 9 for the other.
    search = search_for([fields([1.0, 9.0])], constraints_for([1, 10], 10))
    assert search.filled(search.nothing(), pairs=False).order == (0,)
    assert search.greedy().order == (1,)


def test_two_stepping_stones_are_taken_as_one():
    # A -0.5- a -0.5- b -0.5- B: 10^2 + 10^2 + 2 x 100 / 8 = 225, against 11^2 + 10^2
    # for the field beside A. One by one the stones bring nothing.
    group = landscape(
        [10.0, 10.0],
        ([], [], []),
        [0.0, 0.0, 1.0],
        ([0, 1, 2], [0, 1, 0], [0.5, 0.5, 1.0]),
        ([0], [1], [0.5]),
    )
    search = search_for([group], constraints_for([1, 1, 2], 2))
    assert search.filled(search.nothing(), pairs=False).order == (2,)
    choice = search.greedy()
    assert sorted(choice.order) == [0, 1]
    assert search.worth(choice) == pytest.approx(np.sqrt(225 / 200) - 1)
    assert sorted(search.in_order(choice).order) == [0, 1]


def test_land_is_taken_once_and_the_better_use_of_it():
    limits = constraints_for([1, 1], 9, clashes=np.array([[0, 1]]))
    assert search_for([fields([2.0, 4.0])], limits).greedy().order == (1,)


def test_what_is_required_comes_first_and_what_is_forbidden_never():
    limits = constraints_for(
        [1, 1, 1], 2, required=np.arange(3) == 2, forbidden=np.arange(3) == 0
    )
    search = search_for([fields([9.0, 2.0, 1.0])], limits)
    assert search.in_order(search.greedy()).order == (2, 1)


def test_a_part_has_a_purse_of_its_own():
    north = Part("north", np.array([True, True, False]), 1.0)
    limits = constraints_for([1, 1, 1], 3, parts=[north])
    search = search_for([fields([4.0, 3.0, 1.0])], limits)
    assert sorted(search.greedy().order) == [0, 2]


def test_a_minimum_rise_comes_before_gain():
    first = fields([5.0, 0.0])
    second = landscape(
        [10.0], ([], [], []), [0.0, 1.0], ([1], [0], [1.0]), ([], [], [])
    )
    free = search_for([first, second], constraints_for([1, 1], 1))
    assert free.greedy().order == (0,)
    fair = search_for(
        [first, second], constraints_for([1, 1], 1, minimum_rise={1: 0.05})
    )
    assert fair.greedy().order == (1,)
    assert fair.lack(fair.greedy()) == 0
    too_much = constraints_for([1, 1], 1, minimum_rise={1: 0.2})
    unfair = search_for([first, second], too_much)
    assert unfair.lack(unfair.greedy()) == pytest.approx(0.5)  # 10 % of 20 %


def test_a_minimum_of_a_group_that_no_candidate_serves_is_never_met():
    unserved = landscape([5.0], ([], [], []), [0.0], ([], [], []), ([], [], []))
    limits = constraints_for([1], 1, minimum_rise={1: 0.01})
    search = search_for([fields([5.0]), unserved], limits)
    assert search.lack(search.greedy()) >= 1


def test_candidates_that_are_free_are_taken_and_useless_ones_left_out():
    search = search_for([fields([1.0, 0.0, 2.0])], constraints_for([0, 0, 5], 5))
    assert search.in_order(search.plan_of([0, 1, 2])).order == (0, 2)


def test_any_number_of_free_candidates_is_taken():
    free = search_for(
        [fields([1.0 + k for k in range(30)])], constraints_for([0] * 30, 5)
    )
    assert sorted(free.greedy().order) == list(range(30))


def test_many_candidates_are_taken_when_near_enough_to_the_best(monkeypatch):
    rng = np.random.default_rng(16)
    share = []
    for _ in range(25):
        groups = random_groups(rng, 5, 9)
        limits = constraints_for(rng.integers(1, 9, 9), 20)
        rises = all_rises(groups, 9) @ [group.weight for group in groups]
        monkeypatch.setattr(plan_search, "MANY", 200)
        exact = search_for(groups, limits).greedy()
        monkeypatch.setattr(plan_search, "MANY", 0)
        search = search_for(groups, limits)
        quick = search.greedy()
        assert limits.cost_eur[list(quick.order)].sum() <= 20
        worth = rises[members_row(quick.order)]
        assert search.worth(quick) == pytest.approx(worth, rel=1e-9)
        share.append(worth / rises[members_row(exact.order)])
    assert np.mean(share) > 0.98
