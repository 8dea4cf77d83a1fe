"""Is a species still there? What the years in which it was seen tell.

Two methods from the literature on extinction, for many populations at once:

- `presence_probability`, the Bayesian answer of Solow (1993). The verdicts use this
  one: it is a probability that the species is there, and it needs no more than the
  first year, the last year and the number of years.
- `extinction_estimates`, the optimal linear estimator of Roberts & Solow (2003). It
  dates an extinction, with an upper bound. Its p-value is the chance of so long a
  silence if the species were still there, which is not the chance that it is there.

Both take every sighting for certain, and the search for granted: nobody seen where
nobody looked proves nothing.
"""

import numpy as np
import pandas as pd

MIN_SIGHTINGS = 5
BLOCK = 100_000


def presence_probability(
    first_year, last_year, n_years, reference_year, *, prior_probability=0.5
):
    r"""Probability that a species is still there, from the span of its sightings.

    Solow's (1993) Bayesian comparison of "still there" with "gone at some moment since
    the last sighting". The first sighting only starts the clock; the other
    m = n_years - 1 fall within the span t = last - first of a watch that lasted
    T = reference - first:

    .. math:: B = \frac{m - 1}{(T / t)^{m - 1} - 1}, \qquad
              P = \frac{\pi B}{\pi B + 1 - \pi}

    It assumes that the species was as likely to be seen in any year of the watch while
    it was there (constant effort, no slow decline), that every sighting is right, and
    that the watch went on until the reference year. Where search grew, silence tells
    more than the formula knows: the probability is then too high. Where search
    stopped, it is too low: give the last year in which somebody searched as the
    reference, or a missing value if nobody did.

    Parameters
    ----------
    first_year, last_year : array_like of float, shape (n_populations,)
        First and last year with a sighting; missing where there is none.
    n_years : array_like of int, shape (n_populations,)
        Number of different years with a sighting. A year with ten sightings counts
        once: finds of one season are no independent sightings.
    reference_year : float or array_like of float, shape (n_populations,)
        Last year of the watch, not before the last sighting. On 1 January 2026 that
        is 2025: a year that has only begun is no year of silence.
    prior_probability : float
        Chance that the species is there before looking at the years, above 0 and
        below 1. Solow takes one half.

    Returns
    -------
    ndarray of float, shape (n_populations,)
        From 0 to 1; 1 if the species was seen in the reference year. Missing with
        fewer than `MIN_SIGHTINGS` years, or a missing reference year: the formula
        holds from three years on, but with so few it says more about the prior than
        about the species, and no published example that we know has fewer than five.

    Raises
    ------
    ValueError
        If a last sighting lies after the reference year, or not after the first one.

    References
    ----------
    Solow (1993), https://doi.org/10.2307/1940821

    Examples
    --------
    The Caribbean monk seal, seen in 1915, 1922, 1932, 1948 and 1952:

    >>> presence_probability([1915], [1952], [5], 1992).round(4)
    array([0.2724])
    """
    if not 0 < prior_probability < 1:
        raise ValueError(
            f"prior_probability must lie between 0 and 1, not {prior_probability}"
        )
    first, last, n, reference = np.broadcast_arrays(
        *(
            np.asarray(v, float)
            for v in (first_year, last_year, n_years, reference_year)
        )
    )
    enough = n >= MIN_SIGHTINGS
    _refuse(
        enough & (last <= first),
        "have their last sighting not after the first, yet several years",
        "count each year once, and take first and last from the same sightings",
    )
    _refuse(
        last > reference,
        "were seen after the reference year",
        "leave out later sightings, or give a later reference year",
    )
    power = n[enough] - 2
    silence = (reference - last)[enough] / (last - first)[enough]
    with np.errstate(over="ignore"):  # a silence of ages: probability 0
        odds_against = np.expm1(power * np.log1p(silence)) / power
    probability = np.full(first.shape, np.nan)
    probability[enough] = 1 / (
        1 + odds_against * (1 - prior_probability) / prior_probability
    )
    return probability


def extinction_estimates(
    population,
    year,
    *,
    n_populations,
    reference_year,
    upper_tail=0.025,
    max_sightings=10,
):
    r"""Date the extinction of many populations from the years of their last sightings.

    The optimal linear estimator of Roberts & Solow (2003): whatever the pattern of
    sightings, the k most recent ones, T_1 > T_2 > ... > T_k, follow nearly a Weibull
    extreme value distribution that ends at the extinction:

    .. math::

        v = \frac{1}{k - 1} \sum_{i=2}^{k-1} \ln\frac{T_1 - T_k}{T_1 - T_i}, \quad
        \hat\theta = \sum_i a_i T_i, \quad
        \theta_u = T_1 + \frac{T_1 - T_k}{(-\ln(\alpha) / k)^{-v} - 1}, \quad
        p = \exp\left(-k \left(\frac{T - T_1}{T - T_k}\right)^{1/v}\right)

    The weights a solve a k by k system with the covariances of the T_i. These are
    products of a factor of i and one of j, so that the solution is known: a_i is in
    proportion to w_i Gamma(i) / Gamma(2 v + i), with w_1 = v + 1, w_k = -(v + k - 1)
    and 1 - v between them.

    Effort need not be constant, but must never have been so low that the species was
    missed for that reason, and must go on until the reference year. The sightings
    should be the tail of a long series: k small against all that there were.

    Parameters
    ----------
    population : array_like of int, shape (n_sightings,)
        Position of the population that was seen, in any order.
    year : array_like of int, shape (n_sightings,)
        Year of that sighting. Give each year of a population once: the method knows
        no ties of the last year.
    n_populations : int
        Number of populations; those that were never seen count too.
    reference_year : float or array_like of float, shape (n_populations,)
        Year T for which the p-value holds, not before the last sighting.
    upper_tail : float
        The extinction lies later than the upper bound with this chance, alpha. The
        value of 0.025 gives the upper end of a two-sided 95 % interval.
    max_sightings : int
        Use at most so many sightings, the latest; Roberts & Solow took ten.

    Returns
    -------
    DataFrame
        One row per population: n_used (sightings used, at most `max_sightings`),
        extinct_year (estimate), extinct_year_upper (inf where the sightings set no
        bound) and p_value (0 to 1). Missing with fewer than `MIN_SIGHTINGS`
        sightings: the formula needs three, but the shape v then rests on one ratio.

    Raises
    ------
    ValueError
        If a year is no whole number, a position lies outside the populations, a
        last year is given twice, or lies after the reference year.

    References
    ----------
    Roberts & Solow (2003), https://doi.org/10.1038/426245a; p-value as in Solow (2005),
    https://doi.org/10.1016/j.mbs.2005.02.001

    Examples
    --------
    The dodo, seen for the last time in 1662:

    >>> dodo = [1598, 1601, 1602, 1607, 1611, 1628, 1628, 1631, 1638, 1662]
    >>> extinction_estimates(
    ...     [0] * 10, dodo, n_populations=1, reference_year=2002
    ... ).round(4)
       n_used  extinct_year  extinct_year_upper  p_value
    0      10     1690.4179            1798.879   0.0017
    """
    if not 0 < upper_tail < 1:
        raise ValueError(f"upper_tail must lie between 0 and 1, not {upper_tail}")
    if max_sightings < MIN_SIGHTINGS:
        raise ValueError(
            f"max_sightings must be {MIN_SIGHTINGS} or more, not {max_sightings}"
        )
    years, ends = _sort_years(population, year, n_populations)
    count = np.diff(ends, prepend=0)
    reference = np.broadcast_to(np.asarray(reference_year, float), n_populations)
    latest, previous = (
        np.where(count >= rank, years[np.maximum(ends - rank, 0)], np.nan)
        for rank in (1, 2)
    )
    _refuse(
        latest > reference,
        "were seen after the reference year",
        "leave out later sightings, or give a later reference year",
    )
    _refuse(
        latest == previous,
        "have their last year twice",
        "give each year of a population once",
    )
    n_used = np.minimum(count, max_sightings)
    found = np.full((n_populations, 3), np.nan)
    for k in range(MIN_SIGHTINGS, max_sightings + 1):
        rows = np.flatnonzero(n_used == k)
        for start in range(0, rows.size, BLOCK):
            row = rows[start : start + BLOCK]
            # One row per rank, so that the sums run along memory.
            ranked = years[ends[row] - 1 - np.arange(k)[:, None]]
            found[row] = _estimate(ranked, reference[row], upper_tail)
    return pd.DataFrame(
        {
            "n_used": n_used,
            "extinct_year": found[:, 0],
            "extinct_year_upper": found[:, 1],
            "p_value": found[:, 2],
        }
    )


def _sort_years(population, year, n_populations):
    """All years by population and then time, and where each population ends."""
    place = np.asarray(population)
    years = np.asarray(year)
    if years.size and years.dtype.kind not in "iu":
        raise ValueError(
            f"years must be whole numbers, not {years.dtype}; leave out sightings "
            "without a year"
        )
    if place.size and not (place.min() >= 0 and place.max() < n_populations):
        raise ValueError(
            f"positions of populations run from {place.min()} to {place.max()}; with "
            f"{n_populations} populations they must run from 0 to {n_populations - 1}"
        )
    if not years.size:  # one year that belongs to no population
        return np.full(1, np.nan), np.zeros(n_populations, dtype=np.int64)
    place, years = place.astype(np.int64), years.astype(np.int64)
    low = years.min()
    span = years.max() - low + 1
    # One sorted number per sighting: several times quicker than sorting two columns.
    key = np.sort(place * span + (years - low))
    ends = np.cumsum(np.bincount(place, minlength=n_populations))
    return (key % span + low).astype(float), ends


def _estimate(ranked, reference, upper_tail):
    """Extinct year, upper bound and p-value; years (k, n), latest first."""
    k = len(ranked)
    gap = ranked[0] - ranked
    shape = np.log(gap[-1] / gap[1:-1]).sum(axis=0) / (k - 1)

    factor = np.ones(ranked.shape[1])
    weights = np.empty_like(ranked)
    weights[0] = shape + 1
    for i in range(1, k):
        factor *= i / (2 * shape + i)
        weights[i] = (-(shape + k - 1) if i == k - 1 else 1 - shape) * factor
    extinct = ranked[0] - (weights * gap).sum(axis=0) / weights.sum(axis=0)

    with np.errstate(divide="ignore", over="ignore"):
        bound = (-np.log(upper_tail) / k) ** -shape
        upper = np.where(bound > 1, ranked[0] + gap[-1] / (bound - 1), np.inf)
        silence = (reference - ranked[0]) / (reference - ranked[-1])
        p_value = np.exp(-k * silence ** (1 / shape))
    return np.column_stack([extinct, upper, p_value])


def _refuse(wrong, what, advice):
    """Stop with words if any population is wrong."""
    if wrong.any():
        raise ValueError(
            f"{np.count_nonzero(wrong)} of {wrong.size} populations {what} "
            f"(first: position {np.flatnonzero(wrong)[0]}); {advice}"
        )
