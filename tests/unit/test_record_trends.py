"""Trends of finds against search: numbers by hand, the true level of the test, laws."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robuust import record_trends
from robuust.record_trends import TRENDS, days_per_period, trend

STARTS = ["2011-01-01", "2016-01-01", "2021-01-01"]


def trend_of(visits, effort):
    return str(trend([visits], [effort])[0])


def test_each_day_counts_once_in_its_own_period():
    records = [
        (0, "2010-12-31"),  # before the first period
        (0, "2011-01-01"),
        (0, "2011-01-01T16:30"),  # the same day
        (0, "2015-12-31"),
        (0, "2016-01-01"),
        (2, "2011-01-01"),  # another cell
        (2, "2024-06-01"),
        (2, "2024-06-02"),
        (2, "NaT"),
    ]
    cell, day = zip(*records, strict=True)
    day = np.array(day, dtype="datetime64[s]")
    found = days_per_period(cell, day, n_cells=3, starts=STARTS)
    assert found.tolist() == [[2, 1, 0], [0, 0, 0], [1, 0, 2]]


def test_without_records_nothing_is_counted():
    day = np.array([], dtype="datetime64[D]")
    assert days_per_period([], day, n_cells=2, starts=STARTS).tolist() == [[0] * 3] * 2


CASES = st.lists(
    st.tuples(st.integers(0, 2), st.integers(14_000, 20_000)), min_size=1, max_size=30
)


@given(CASES, st.randoms(use_true_random=False))
def test_order_and_repeats_do_not_change_the_days(cases, random):
    more = random.sample(cases + cases, 2 * len(cases))
    counts = []
    for records in (cases, more):
        cell, day = zip(*records, strict=True)
        day = np.array(day, dtype="datetime64[D]")
        counts.append(days_per_period(cell, day, n_cells=3, starts=STARTS))
    assert (counts[0] == counts[1]).all()


def test_fewer_finds_with_as_much_search_are_a_decline():
    assert trend_of([12, 6, 2], [20, 20, 20]) == "decline"
    assert trend_of([2, 6, 12], [20, 20, 20]) == "rise"


def test_fewer_finds_by_fewer_observers_are_no_decline():
    assert trend_of([40, 20, 10], [60, 30, 15]) == "stable"


def test_as_many_finds_by_more_observers_are_a_decline():
    assert trend_of([10, 10, 10], [15, 30, 60]) == "decline"


def test_the_rule_by_hand():
    # Ten days in either period: t - t' = -1/2 and 1/2, sum of squares x effort = 5.
    # Seven finds, then two: b = (-3.5 + 1) / 5 = -0.5, s = 0.45 and
    # w = 1.645 sqrt(0.45 x 0.55 / 5 x 20/19) + 0.1 = 0.4755.
    assert trend_of([7, 2], [10, 10]) == "decline"
    # Seven, then three: b = -0.4, s = 0.5 and w = 0.4774.
    assert trend_of([7, 3], [10, 10]) == "unknown"


def test_stable_needs_enough_finds_to_rule_out_a_halving():
    # The same share in three periods of e days: b = 0, so 2 w <= 2/3 x s decides. With
    # s = 1/2 that is w = 1.645 sqrt(1/4 / 2e x 3e/(3e - 1)) + 1/4e <= 0.1667: it is
    # 0.1685 for 15 days and 0.1626 for 16.
    assert trend_of([7.5] * 3, [15] * 3) == "unknown"
    assert trend_of([8] * 3, [16] * 3) == "stable"


def test_the_lung_tumours_of_armitage_and_colton_have_a_chi_square_of_10_6381(
    monkeypatch,
):
    # Encyclopedia of Biostatistics (1998), p. 4578, as calculated by the R package
    # coin. The score is 7 + 2 x 15 - 24 x 146/138 = 11.6087, of which the correction
    # takes half a day; so 3.1211 standard deviations are left of the 3.2616.
    left = np.sqrt(10.6381) * (1 - 0.5 / 11.6087)
    for critical, called in ((left - 1e-4, "rise"), (left + 1e-4, "unknown")):
        monkeypatch.setattr(record_trends, "CRITICAL", critical)
        assert trend_of([2, 7, 15], [40, 50, 48]) == called


@pytest.mark.parametrize(
    ("visits", "effort"),
    [
        ([0, 0, 0], [50, 50, 50]),  # never seen
        ([2, 0, 0], [50, 50, 50]),  # hardly ever
        ([50, 40, 10], [50, 40, 10]),  # every search is a find
        ([50, 50, 48], [50, 50, 50]),  # nearly so
        ([20, 5, 0], [50, 50, 4]),  # hardly a search of late
        ([0, 5, 20], [4, 50, 50]),  # or at first
        ([0, 0, 0], [0, 0, 0]),
    ],
)
def test_too_little_search_or_finds_leave_the_trend_unknown(visits, effort):
    assert trend_of(visits, effort) == "unknown"


def test_just_enough_search_and_finds_can_tell_a_trend():
    assert trend_of([3, 0, 0], [10, 10, 10]) == "decline"
    assert trend_of([5, 0], [5, 5]) == "decline"
    assert trend_of([7, 10, 10], [10, 10, 10]) == "rise"


@pytest.mark.parametrize(
    "effort", [(10, 10, 10), (20, 10, 5), (5, 20, 40), (5, 0, 5), (30, 30)]
)
def test_without_change_about_one_in_twenty_is_called_decline_or_rise(effort):
    # All ways to deal the finds over the days of search, at random.
    for n in range(1, sum(effort)):
        ways = [
            found for found in np.ndindex(*(e + 1 for e in effort)) if sum(found) == n
        ]
        chance = np.array(
            [
                np.prod([comb(e, f) for e, f in zip(effort, found, strict=True)])
                for found in ways
            ],
            dtype=float,
        ) / comb(sum(effort), n)
        called = trend(ways, [effort] * len(ways))
        assert chance.sum() == pytest.approx(1)
        assert chance[called == "decline"].sum() < 0.06
        assert chance[called == "rise"].sum() < 0.06


def test_wrong_counts_are_refused_in_words():
    with pytest.raises(
        ValueError, match=r"1 of 2 populations .*position 1, visits \[5.0, 1.0\]"
    ):
        trend([[1, 1], [5, 1]], [[4, 4], [4, 4]])
    with pytest.raises(ValueError, match="negative visits"):
        trend([[-1, 1]], [[4, 4]])
    with pytest.raises(ValueError, match="negative visits"):
        trend([[np.nan, 1]], [[4, 4]])
    with pytest.raises(ValueError, match="the same two or more periods"):
        trend([[1, 1]], [[4, 4, 4]])
    with pytest.raises(ValueError, match="the same two or more periods"):
        trend([[1]], [[4]])


def test_no_populations_have_no_trends():
    assert trend(np.empty((0, 3)), np.empty((0, 3))).size == 0


@st.composite
def searches(draw):
    """Visits and effort of one to four populations in two to five periods."""
    shape = (draw(st.integers(1, 4)), draw(st.integers(2, 5)))
    effort = draw(arrays(np.int64, shape, elements=st.integers(0, 80)))
    share = draw(arrays(float, shape, elements=st.floats(0, 1)))
    return np.floor(effort * share), effort


@given(searches())
def test_time_reversed_turns_a_decline_into_a_rise(case):
    visits, effort = case
    mirror = {"decline": "rise", "rise": "decline"}
    turned = trend(visits[:, ::-1], effort[:, ::-1])
    there = trend(visits, effort)
    assert turned.tolist() == [mirror.get(t, t) for t in there.tolist()]
    assert set(there.tolist()) <= set(TRENDS)


@given(searches(), st.integers(2, 10))
def test_more_of_the_same_never_turns_a_trend_round_or_makes_it_unknown(case, times):
    visits, effort = case
    once, often = trend(visits, effort), trend(visits * times, effort * times)
    for code, more in zip(once.tolist(), often.tolist(), strict=True):
        if code in ("decline", "rise"):
            assert more == code
        elif code == "stable":
            assert more != "unknown"


@given(searches())
def test_each_population_is_judged_on_its_own(case):
    visits, effort = case
    alone = [trend_of(v, e) for v, e in zip(visits, effort, strict=True)]
    assert trend(visits, effort).tolist() == alone
