"""Values for any set of candidates, kept and asked for in any order, are exact."""

import numpy as np
import pytest
from every_plan import P_MIN, all_rises, landscape, random_groups

from robuust import plan_values
from robuust.plan_values import PlanValues, members_of, set_of


def total(values, members):
    """Relative rises of a set, its candidates added one by one."""
    pcnum, so_far = values.pcnum.copy(), 0
    for c in members_of(members):
        pcnum += values.rises(so_far, [c])[0]
        so_far |= 1 << c
    return values.relative_rises(pcnum)


def test_a_set_is_a_whole_number():
    assert members_of(set_of([5, 0, 70])) == [0, 5, 70]
    assert members_of(0) == []


def test_any_set_asked_for_in_any_order_is_valued_as_by_a_full_recomputation():
    rng = np.random.default_rng(3)
    for _ in range(30):
        m = int(rng.integers(1, 7))
        groups = random_groups(rng, int(rng.integers(1, 6)), m, crossings=0.3)
        values, exact = PlanValues(groups, m, p_min=P_MIN), all_rises(groups, m)
        for members in rng.permutation(2**m).tolist():
            found = total(values, members)
            assert found == pytest.approx(
                exact[members, values.positions], rel=1e-9, abs=1e-12
            )


def test_values_that_are_forgotten_are_found_anew(monkeypatch):
    rng = np.random.default_rng(4)
    groups = random_groups(rng, 4, 5)
    kept = PlanValues(groups, 5, p_min=P_MIN)
    monkeypatch.setattr(plan_values, "MOST_KEPT", 3)
    forgetful = PlanValues(groups, 5, p_min=P_MIN)
    for members in rng.permutation(32).tolist():
        assert total(forgetful, members).tolist() == total(kept, members).tolist()


def far_apart():
    """Two patches out of reach of each other, each with a field beside it."""
    return landscape(
        [10.0, 10.0],
        ([], [], []),
        [1.0, 1.0],
        ([0, 1], [0, 1], [1.0, 1.0]),
        ([], [], []),
    )


def test_candidates_that_touch_no_path_in_common_leave_each_other_alone():
    values = PlanValues([far_apart()], 2, p_min=P_MIN)
    assert values.near(0).tolist() == [False, False]
    near = landscape(
        [10.0, 10.0],
        ([0], [1], [0.1]),
        [1.0, 1.0],
        ([0, 1], [0, 1], [1.0, 1.0]),
        ([], [], []),
    )
    assert PlanValues([near], 2, p_min=P_MIN).near(0).tolist() == [False, True]


def test_groups_without_habitat_or_candidates_have_no_column():
    empty = landscape([], ([], [], []), [1.0, 1.0], ([], [], []), ([], [], []))
    unserved = landscape([5.0], ([], [], []), [0, 0], ([], [], []), ([], [], []))
    values = PlanValues([empty, far_apart(), unserved], 2, p_min=P_MIN)
    assert values.positions == [1]
    assert values.alone == pytest.approx(np.array([[21.0], [21.0]]))
    nothing = PlanValues([empty], 2, p_min=P_MIN)
    assert nothing.alone.shape == (2, 0)
    assert nothing.pairs(np.ones(2))[0].shape == (0, 2)


def test_two_stepping_stones_that_need_each_other_are_a_pair():
    # A -0.5- a -0.5- b -0.5- B, and c beside A, which needs nobody.
    group = landscape(
        [10.0, 10.0],
        ([], [], []),
        [0.0, 0.0, 1.0],
        ([0, 1, 2], [0, 1, 0], [0.5, 0.5, 1.0]),
        ([0], [1], [0.5]),
    )
    values = PlanValues([group], 3, p_min=P_MIN)
    pairs, extra = values.pairs(np.ones(3))
    assert pairs.tolist() == [[0, 1]]
    assert extra[0] == pytest.approx([2 * 0.5**3 * 100])
    alone = values.rises(0, [0])[0] + values.rises(1, [1])[0]
    assert alone == pytest.approx(extra[0])
