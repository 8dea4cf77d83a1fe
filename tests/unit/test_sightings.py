"""Sighting probabilities: published examples, numbers by hand, laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaln

from robuust.sightings import (
    MIN_SIGHTINGS,
    extinction_estimates,
    presence_probability,
)

# Roberts & Solow (2003), https://doi.org/10.1038/426245a
DODO = [1598, 1601, 1602, 1607, 1611, 1628, 1628, 1631, 1638, 1662]
# LeBoeuf et al. (1986), the example of Solow (1993)
SEAL = [1915, 1922, 1932, 1948, 1952]


def estimate_one(years, **options):
    """The estimates for one population, as a row."""
    options = {"reference_year": max(years), **options}
    found = extinction_estimates([0] * len(years), years, n_populations=1, **options)
    return found.iloc[0]


def estimate_slowly(years, upper_tail):
    """Roberts & Solow written out: the matrix of covariances, solved."""
    t = np.sort(np.array(years, dtype=float))[::-1]
    k = t.size
    v = np.log((t[0] - t[-1]) / (t[0] - t[1:-1])).sum() / (k - 1)
    i, j = np.meshgrid(np.arange(1, k + 1), np.arange(1, k + 1), indexing="ij")
    high, low = np.maximum(i, j), np.minimum(i, j)
    covariance = np.exp(
        gammaln(2 * v + high) + gammaln(v + low) - gammaln(v + high) - gammaln(low)
    )
    weights = np.linalg.solve(covariance, np.ones(k))
    bound = (-np.log(upper_tail) / k) ** -v
    return weights @ t / weights.sum(), t[0] + (t[0] - t[-1]) / (bound - 1)


# Solow (1993)


def test_the_caribbean_monk_seal_of_solow_had_27_percent_in_1992():
    # The Bayes factor of 0.374 and the 27.24 % are those of two recalculations of the
    # paper: the R package dodo (SO93B1), and mathsycoding.ca of 5 December 2022.
    found = presence_probability(SEAL[0], SEAL[-1], len(SEAL), 1992)
    assert found == pytest.approx(0.2724066, abs=5e-8)
    assert found / (1 - found) == pytest.approx(1 / 2.670984, rel=1e-6)


def test_the_probability_by_hand():
    # m = 4, T = 20, t = 10: B = 3 / (2^3 - 1) = 3/7, so P = 3/10.
    assert presence_probability(2000, 2010, 5, 2020) == pytest.approx(0.3)
    # Twice as likely as not beforehand: 2 x 3/7 to 1.
    sure = presence_probability(2000, 2010, 5, 2020, prior_probability=2 / 3)
    assert sure == pytest.approx(6 / 13)


def test_seen_in_the_reference_year_is_there_for_sure():
    assert presence_probability([1990], [2025], [9], 2025).tolist() == [1.0]


def test_the_silence_of_ages_leaves_no_chance():
    assert presence_probability([0], [400], [400], 100_000).tolist() == [0.0]


def test_too_few_years_or_no_search_gives_no_probability():
    found = presence_probability(
        [1990, 1990, np.nan, 1990],
        [2000, 2000, np.nan, 2000],
        [MIN_SIGHTINGS - 1, MIN_SIGHTINGS, 0, MIN_SIGHTINGS],
        [2010, 2010, 2010, np.nan],
    )
    assert np.isnan(found).tolist() == [True, False, True, True]


def test_a_population_may_be_seen_in_a_single_year():
    assert np.isnan(presence_probability([2000], [2000], [1], 2010)).all()


def test_sightings_after_the_reference_year_are_refused_in_words():
    with pytest.raises(
        ValueError, match=r"1 of 2 .*seen after .*position 1\); leave out"
    ):
        presence_probability([1990, 1990], [2000, 2012], [5, 1], 2010)


def test_years_that_do_not_fit_are_refused_in_words():
    with pytest.raises(ValueError, match=r"last sighting not after the first"):
        presence_probability([2000], [2000], [5], 2010)


@pytest.mark.parametrize("prior", [0, 1, -0.1, np.nan])
def test_a_certain_prior_is_refused(prior):
    with pytest.raises(ValueError, match="prior_probability must lie between 0 and 1"):
        presence_probability([2000], [2005], [5], 2010, prior_probability=prior)


def invent_populations(n, *, rate, change):
    """Sightings in 40 years, half of the populations gone at a random moment.

    The yearly chance to see a species lies between the two of `rate` and changes by
    the factor `change` until the last year. Those seen in five years or more remain.
    """
    rng = np.random.default_rng(1)
    gone = rng.random(n) < 0.5
    end = np.where(gone, rng.uniform(0, 40, n), 40)
    chance = rng.uniform(*rate, (n, 1)) * np.linspace(1, change, 40)
    seen = (rng.random((n, 40)) < chance) & (np.arange(40) < end[:, None])
    enough = seen.sum(axis=1) >= MIN_SIGHTINGS
    return seen[enough], ~gone[enough]


def probability_of(seen):
    """Presence probability from a table of populations x 40 years."""
    last = 39 - seen[:, ::-1].argmax(axis=1)
    return presence_probability(seen.argmax(axis=1), last, seen.sum(axis=1), 39)


def test_of_populations_with_the_same_probability_that_share_is_there():
    seen, there = invent_populations(20_000, rate=(0.1, 0.3), change=1)
    found = probability_of(seen)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        among = (found >= low) & (found <= low + 0.2)
        assert among.sum() > 500
        assert abs(there[among].mean() - found[among].mean()) < 0.08


@pytest.mark.parametrize(
    ("rate", "change"), [((0.1, 0.3), 1), ((0.05, 0.3), 3), ((0.3, 0.9), 0.33)]
)
def test_the_probability_errs_less_than_the_p_value_of_roberts_and_solow(rate, change):
    seen, there = invent_populations(5_000, rate=rate, change=change)
    population, year = np.nonzero(seen)
    estimates = extinction_estimates(
        population, year, n_populations=len(seen), reference_year=39
    )
    error = ((probability_of(seen) - there) ** 2).mean()
    assert error < ((estimates["p_value"] - there) ** 2).mean()
    assert error < there.var()  # and less than one probability for all


YEARS = st.integers(1900, 1950)
SPANS = st.integers(MIN_SIGHTINGS, 60)
SILENCES = st.integers(0, 60)
COUNTS = st.integers(MIN_SIGHTINGS, 30)


@given(YEARS, SPANS, COUNTS, SILENCES, SILENCES)
def test_a_longer_silence_never_raises_the_probability(first, span, n, a, b):
    last = first + span
    soon, late = presence_probability(
        first, last, n, last + np.array([min(a, b), max(a, b)])
    )
    assert 0 <= late <= soon <= 1


@given(YEARS, SPANS, COUNTS, SILENCES, st.integers(0, 30))
def test_a_later_last_sighting_never_lowers_the_probability(
    first, span, n, silence, later
):
    last = first + span
    reference = last + later + silence
    before, after = presence_probability(first, [last, last + later], n, reference)
    assert before <= after


@given(YEARS, SPANS, COUNTS, SILENCES)
def test_the_oftener_a_species_was_seen_the_more_its_silence_tells(
    first, span, n, silence
):
    last = first + span
    rare, often = presence_probability(first, last, [n, n + 1], last + silence)
    assert often <= rare + 1e-12


@given(YEARS, SPANS, COUNTS, SILENCES, st.integers(2, 12))
def test_counting_in_months_gives_the_probability_of_years(
    first, span, n, silence, unit
):
    years = np.array([first, first + span, first + span + silence])
    one = presence_probability(years[0], years[1], n, years[2])
    other = presence_probability(years[0] * unit, years[1] * unit, n, years[2] * unit)
    assert other == pytest.approx(one, rel=1e-9)


# Roberts & Solow (2003)


def test_the_dodo_of_roberts_and_solow_died_out_in_1690():
    found = estimate_one(DODO, reference_year=2002)
    assert round(found["extinct_year"]) == 1690
    # Published as 1669 to 1797 (NRC, 12 June 2004, on the paper). The formula gives
    # 1798.88, as the R packages dodo (RS03F1) and EDE (ole) find too.
    assert found["extinct_year_upper"] == pytest.approx(1798.879, abs=5e-4)
    assert abs(found["extinct_year_upper"] - 1797) < 2
    lower = estimate_one(DODO, reference_year=2002, upper_tail=0.975)
    assert round(lower["extinct_year_upper"]) == 1669
    # dodo (RS03F1): probability of no sighting until 2002 were it still there
    assert found["p_value"] == pytest.approx(0.001683831, abs=5e-10)


def test_the_example_of_the_package_ede():
    # EDE, tests/testthat/test-ole.R: 1933.019, two-sided 95 % from 1931.079 to 1939.964
    years = np.repeat(
        [1907, 1910, 1915, 1916, 1920, 1925, 1930, 1931], [1, 1, 3, 4, 3, 1, 2, 1]
    )
    found = estimate_one(years, max_sightings=16)
    assert found["extinct_year"] == pytest.approx(1933.019, abs=1e-3)
    assert found["extinct_year_upper"] == pytest.approx(1939.964, abs=1e-3)
    lower = estimate_one(years, max_sightings=16, upper_tail=0.975)
    assert lower["extinct_year_upper"] == pytest.approx(1931.079, abs=1e-3)


def test_only_the_latest_sightings_count():
    old = [1500, 1510, 1520]
    whole = estimate_one(old + DODO, reference_year=2002)
    assert whole.tolist() == estimate_one(DODO, reference_year=2002).tolist()
    assert whole["n_used"] == 10
    assert estimate_one(DODO, max_sightings=6)["n_used"] == 6


def test_too_few_sightings_give_no_estimate():
    found = extinction_estimates(
        [0, 2, 2, 2, 2],
        [2000, 2000, 2001, 2002, 2003],
        n_populations=4,
        reference_year=2010,
    )
    assert found["n_used"].tolist() == [1, 0, 4, 0]
    assert found.drop(columns="n_used").isna().all(axis=None)


def test_no_sightings_at_all_give_empty_rows():
    found = extinction_estimates([], [], n_populations=3, reference_year=2010)
    assert found["n_used"].tolist() == [0, 0, 0]
    assert found["p_value"].isna().all()
    assert extinction_estimates([], [], n_populations=0, reference_year=2010).empty


def test_many_populations_of_many_lengths_are_judged_as_one_by_one():
    rng = np.random.default_rng(7)
    records = [
        np.sort(rng.choice(np.arange(1950, 2020), n, replace=False))
        for n in [5, 12, 0, 7, 10, 4, 6, 5]
    ]
    population = np.repeat(np.arange(8), [len(r) for r in records])
    order = rng.permutation(population.size)
    reference = np.arange(2020, 2028)
    found = extinction_estimates(
        population[order],
        np.concatenate(records)[order].astype(int),
        n_populations=8,
        reference_year=reference,
    )
    for row, years in enumerate(records):
        if len(years) < MIN_SIGHTINGS:
            assert np.isnan(found.loc[row, "extinct_year"])
        else:
            alone = estimate_one(years, reference_year=reference[row])
            np.testing.assert_allclose(found.loc[row], alone, rtol=1e-12)


def test_where_the_tail_is_too_small_there_is_no_bound():
    # -ln(0.001) = 6.9 is more than five sightings: the formula has no upper end.
    found = estimate_one(SEAL, upper_tail=0.001)
    assert np.isposinf(found["extinct_year_upper"])


def test_a_last_year_given_twice_is_refused_in_words():
    years = [*SEAL, *SEAL[:4], 1948]
    with pytest.raises(
        ValueError, match=r"1 of 2 populations have their last year twice .*position 1"
    ):
        extinction_estimates(
            [0] * 5 + [1] * 5, years, n_populations=2, reference_year=1992
        )


def test_each_population_has_a_reference_year_of_its_own():
    with pytest.raises(ValueError, match=r"1 of 2 .*seen after .*position 1\)"):
        extinction_estimates(
            [0, 1], [1990, 1990], n_populations=2, reference_year=[2000, 1989]
        )


def test_other_wrong_arguments_are_refused_in_words():
    with pytest.raises(ValueError, match="years must be whole numbers, not float64"):
        estimate_one([*SEAL[:4], 1952.5])
    for position in (-1, 1):
        with pytest.raises(ValueError, match="must run from 0 to 0"):
            extinction_estimates(
                [position], [2000], n_populations=1, reference_year=2010
            )
    for tail in (0, 1):
        with pytest.raises(ValueError, match="upper_tail must lie between 0 and 1"):
            estimate_one(SEAL, upper_tail=tail)
    with pytest.raises(ValueError, match="max_sightings must be 5 or more, not 4"):
        estimate_one(SEAL, max_sightings=4)


RECORDS = st.lists(
    st.integers(1900, 2000), min_size=MIN_SIGHTINGS, max_size=10, unique=True
)


@given(RECORDS, st.sampled_from([0.025, 0.05, 0.5]))
def test_the_known_weights_solve_the_system_of_the_paper(years, upper_tail):
    found = estimate_one(years, upper_tail=upper_tail)
    extinct, upper = estimate_slowly(years, upper_tail)
    assert found["extinct_year"] == pytest.approx(extinct, rel=1e-8)
    assert found["extinct_year_upper"] == pytest.approx(upper, rel=1e-8)


@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_the_years_does_not_matter(years, random):
    shuffled = random.sample(years, len(years))
    assert estimate_one(shuffled).tolist() == estimate_one(years).tolist()


@given(RECORDS, st.integers(2, 5), st.integers(-500, 500), SILENCES)
def test_another_calendar_moves_and_stretches_the_dates_alike(
    years, unit, shift, silence
):
    reference = max(years) + silence
    one = estimate_one(years, reference_year=reference)
    other = estimate_one(
        [unit * y + shift for y in years], reference_year=unit * reference + shift
    )
    dates = ["extinct_year", "extinct_year_upper"]
    np.testing.assert_allclose(other[dates], unit * one[dates] + shift, rtol=1e-9)
    assert other["p_value"] == pytest.approx(one["p_value"], abs=1e-12)


@given(RECORDS, SILENCES, SILENCES)
def test_the_p_value_falls_from_one_as_silence_lasts(years, a, b):
    soon, late = (
        estimate_one(years, reference_year=max(years) + s)["p_value"]
        for s in (min(a, b), max(a, b))
    )
    assert 0 <= late <= soon <= 1
    assert estimate_one(years)["p_value"] == 1


@given(RECORDS, SILENCES, st.integers(1, 20))
def test_a_later_last_sighting_never_lowers_the_p_value(years, silence, later):
    years = sorted(years)
    reference = years[-1] + later + silence
    before = estimate_one(years, reference_year=reference)["p_value"]
    moved = [*years[:-1], years[-1] + later]
    after = estimate_one(moved, reference_year=reference)["p_value"]
    assert after >= before - 1e-12


@given(RECORDS)
def test_the_upper_bound_is_later_than_the_last_sighting(years):
    assert estimate_one(years)["extinct_year_upper"] > max(years)
