"""The trend of a population, from finds measured against search.

Observers multiply, move on and change their habits. A species found on fewer days is
only in decline if it is found on a smaller share of the days on which somebody
recorded its taxon group at the same place.
"""

import numpy as np

TRENDS = ("decline", "stable", "rise", "unknown")
DECLINE, STABLE, RISE, UNKNOWN = range(4)
CRITICAL = 1.645  # one-sided 5 % of the normal distribution
# From 1 + 1/3 to 1 - 1/3 of the mean share is a halving.
STABLE_CHANGE = 2 / 3
MIN_EACH = 3  # visits, and search days without one
MIN_DAYS = 5  # search days in the first and in the last period


def days_per_period(cell, day, *, n_cells, starts):
    """Count the different days with a record, per cell and period.

    A day with ten observers counts once: their number is no trend of the species.

    Parameters
    ----------
    cell : array_like of int, shape (n_records,)
        Where a record counts: the position of a species x patch for visits, of a
        taxon group x patch for effort.
    day : array_like of datetime64, shape (n_records,)
        When; only the date matters. No record lies after the last period.
    n_cells : int
        Number of cells.
    starts : array_like of datetime64, shape (n_periods,)
        First day of each period, oldest first. A period lasts until the next one
        starts, the last one for ever; earlier days count nowhere.

    Returns
    -------
    ndarray of int64, shape (n_cells, n_periods)
        Days, oldest period first.

    Examples
    --------
    >>> days = ["2010-05-01", "2018-05-01", "2018-05-01", "2018-06-01"]
    >>> days_per_period([0, 0, 0, 1], days, n_cells=2, starts=["2015-01-01"])
    array([[1],
           [1]])
    """
    date = np.asarray(day, dtype="datetime64[D]").astype(np.int64)
    starts = np.asarray(starts, dtype="datetime64[D]").astype(np.int64)
    counted = date >= starts[0]
    if not counted.any():
        return np.zeros((n_cells, starts.size), dtype=np.int64)
    date = date[counted] - starts[0]
    span = date.max() + 1
    # One sorted number per record: quicker than sorting pairs.
    key = np.sort(np.asarray(cell, dtype=np.int64)[counted] * span + date)
    key = key[np.diff(key, prepend=-1) > 0]
    period = np.searchsorted(starts - starts[0], key % span, side="right") - 1
    slot = key // span * starts.size + period
    count = np.bincount(slot, minlength=n_cells * starts.size)
    return count.reshape(n_cells, starts.size)


def trend(visits, effort):
    r"""Tell decline from rise in the share of search days with a find.

    A straight line through the share per period, weighted by effort, as in the
    Cochran-Armitage test. With t the number of a period (mean t' over all days of
    search), v its visits, e its effort, E all days and s the share over all of them:

    .. math::

        b = \frac{\sum (t - t') v}{\sum (t - t')^2 e}, \qquad
        w = 1.645 \sqrt{\frac{s (1 - s)}{\sum (t - t')^2 e} \frac{E}{E - 1}}
            + \frac{1/2}{\sum (t - t')^2 e}

    The slope b is known to within w (the 5 % point on either side, with the variance
    under random order of the days and a correction for whole days). The rule:

    - ``decline`` if b + w < 0, ``rise`` if b - w > 0;
    - ``stable`` if neither, and a change by a factor of two between the first and the
      last period is out of the question: (abs(b) + w) x periods between them is at
      most 2/3 of s;
    - ``unknown`` else. Also with fewer than `MIN_DAYS` days of search in the first or
      the last period, and with fewer than `MIN_EACH` visits or days without a visit:
      the 5 % would not hold. Where every day of search is a visit, nobody noted
      anything but the species, and how much was searched is not known.

    It assumes that a day of search is worth as much in every period, and that days
    are independent.

    Parameters
    ----------
    visits : array_like of int, shape (n_populations, n_periods)
        Days with a record of the species at the patch, oldest period first; at
        least two periods of equal length.
    effort : array_like of int, shape (n_populations, n_periods)
        Days with a record of its taxon group at the patch, those of the species
        included.

    Returns
    -------
    ndarray of str, shape (n_populations,)
        One of `TRENDS`.

    Raises
    ------
    ValueError
        If the shapes disagree or hold fewer than two periods, or visits are negative
        or more than the effort.

    References
    ----------
    Armitage (1955), https://doi.org/10.2307/3001775

    Examples
    --------
    The same finds, with as much search in every period and with less and less:

    >>> trend([[40, 20, 10], [40, 20, 10]], [[60, 60, 60], [60, 30, 15]])
    array(['decline', 'stable'], dtype='<U7')
    """
    v, e = _counts(visits, effort)
    period = np.arange(v.shape[1])
    days, found = e.sum(axis=1), v.sum(axis=1)
    known = (np.minimum(e[:, 0], e[:, -1]) >= MIN_DAYS) & (
        np.minimum(found, days - found) >= MIN_EACH
    )
    v, e, days, found = v[known], e[known], days[known], found[known]

    share = found / days
    away = period - ((e @ period) / days)[:, None]
    spread = (away**2 * e).sum(axis=1)
    slope = (away * v).sum(axis=1) / spread
    variance = share * (1 - share) / spread * days / (days - 1)
    width = CRITICAL * np.sqrt(variance) + 0.5 / spread
    change = (np.abs(slope) + width) * (v.shape[1] - 1) / share

    code = np.full(known.size, UNKNOWN)
    code[known] = np.select(
        [slope + width < 0, slope - width > 0, change <= STABLE_CHANGE],
        [DECLINE, RISE, STABLE],
        UNKNOWN,
    )
    return np.array(TRENDS)[code]


def _counts(visits, effort):
    """Both as numbers of the same shape, refused where they cannot be."""
    v, e = np.asarray(visits, dtype=float), np.asarray(effort, dtype=float)
    if v.shape != e.shape or v.ndim != 2 or v.shape[1] < 2:
        raise ValueError(
            f"visits {v.shape} and effort {e.shape} must have one row per population "
            "and the same two or more periods"
        )
    wrong = ~((v >= 0) & (v <= e)).all(axis=1)  # missing values too
    if wrong.any():
        row = np.flatnonzero(wrong)[0]
        raise ValueError(
            f"{np.count_nonzero(wrong)} of {len(v)} populations have negative visits "
            f"or more visits than search days (first: position {row}, visits "
            f"{v[row].tolist()}, search days {e[row].tolist()}); count the days of the "
            "species as search days too"
        )
    return v, e
