"""The second yardstick: whether habitat is large and cohesive, whatever lives in it.

Independent of the norms in reproductive units: it knows hectares and gaps only. Per
bundle one row of area_classes.csv; a bundle without a row is not judged.

Exactly, for the patches of one group:

- *area*: hectares of habitat in the patch (`effective_ha`: shares of mosaics counted).
  ``large`` above `large_ha`, ``small`` below `small_ha`, else ``medium``.
- *other habitat within d*: the hectares of all other patches of the group whose gap to
  this patch, edge to edge in a straight line, is at most d. It counts when they hold
  `neighbour_min_ha` together, so that specks make no complex. Barriers do not count.
- ``cohesive``: other habitat within `cohesive_distance_m`; ``neighbouring``: not
  cohesive, other habitat within `neighbour_distance_m`; ``isolated``: neither.
- *verdict*: `VERDICTS`; an isolated patch above `isolated_good_ha` is good.
"""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from robuust.figures import distance, distance_nl, figure, figure_nl

AREA_CLASSES = ("large", "medium", "small")
COHESION = ("cohesive", "neighbouring", "isolated")
GOOD, MODERATE, POOR = "good", "moderate", "poor"
VERDICTS = np.array(  # a row per cohesion, a column per area class
    [[GOOD, GOOD, MODERATE], [GOOD, MODERATE, POOR], [MODERATE, POOR, POOR]],
    dtype=object,
)
YARDSTICKS = ("norms", "area_and_cohesion", "both")
WORDS_NL = {GOOD: "goed", MODERATE: "matig", POOR: "slecht"}
YARDSTICKS_NL = {"area_and_cohesion": "oppervlakte en samenhang", "both": "beide"}
YARDSTICKS_EN = {"area_and_cohesion": "area and cohesion", "both": "both"}


@dataclass(frozen=True)
class AreaNorms:
    """What one bundle asks: areas [ha] and gaps [m], as the module says."""

    large_ha: float
    small_ha: float
    isolated_good_ha: float
    cohesive_distance_m: float
    neighbour_distance_m: float
    neighbour_min_ha: float

    def __post_init__(self):
        """Refuse values that are missing or out of order."""
        if not 0 < self.small_ha <= self.large_ha <= self.isolated_good_ha:
            raise ValueError(
                f"small_ha {self.small_ha}, large_ha {self.large_ha} and "
                f"isolated_good_ha {self.isolated_good_ha} must rise from above zero"
            )
        if not 0 <= self.cohesive_distance_m <= self.neighbour_distance_m:
            raise ValueError(
                f"cohesive_distance_m {self.cohesive_distance_m} must be at most "
                f"neighbour_distance_m, which is {self.neighbour_distance_m}"
            )
        if not self.neighbour_min_ha >= 0:  # False for a missing value too
            raise ValueError(
                f"neighbour_min_ha is {self.neighbour_min_ha}; it must be zero or more"
            )


def area_norms(area_classes, bundle):
    """Look up what a bundle asks.

    Parameters
    ----------
    area_classes : DataFrame
        Rows of area_classes.csv: bundle and the fields of `AreaNorms`.
    bundle : str
        Bundle of the group.

    Returns
    -------
    AreaNorms or None
        None where the bundle has no row.

    Examples
    --------
    >>> table = pd.DataFrame({"bundle": ["heath"], "large_ha": [50], "small_ha": [10],
    ...     "isolated_good_ha": [100], "cohesive_distance_m": [50],
    ...     "neighbour_distance_m": [1000], "neighbour_min_ha": [1]})
    >>> area_norms(table, "heath").large_ha, area_norms(table, "caves")
    (50.0, None)
    """
    rows = area_classes[area_classes["bundle"] == bundle]
    if rows.empty:
        return None
    names = [field.name for field in fields(AreaNorms)]
    return AreaNorms(**rows[names].iloc[0].astype(float).to_dict())


def area_classes(habitat_ha, norms):
    """Class of each patch by its own area.

    Parameters
    ----------
    habitat_ha : array_like of float, shape (n_patches,)
        Habitat in each patch [ha]; zero or more.
    norms : AreaNorms

    Returns
    -------
    ndarray of int8, shape (n_patches,)
        Position in `AREA_CLASSES`.

    Examples
    --------
    >>> heath = AreaNorms(50, 10, 100, 50, 1000, 1)
    >>> [AREA_CLASSES[k] for k in area_classes([50.1, 50, 10, 9.9], heath)]
    ['large', 'medium', 'medium', 'small']
    """
    ha = np.asarray(habitat_ha, dtype=float)
    return np.select([ha > norms.large_ha, ha >= norms.small_ha], [0, 1], 2).astype(
        np.int8
    )


def cohesion(polygons, habitat_ha, norms, *, threads=1):
    """How each patch lies to the other habitat of its group.

    Parameters
    ----------
    polygons : array_like of shapely polygons, shape (n_patches,)
        The patches in a projected CRS [m]; none missing or empty.
    habitat_ha : array_like of float, shape (n_patches,)
        Habitat in each patch [ha]; zero or more.
    norms : AreaNorms
    threads : int
        How many parts of the work are done at a time; the result is the same.

    Returns
    -------
    ndarray of int8, shape (n_patches,)
        Position in `COHESION`.

    Examples
    --------
    Hectares with gaps of 50 m, 1000 m and 1001 m.

    >>> import shapely
    >>> west = np.array([0, 150, 1250, 2351])
    >>> squares = shapely.box(west, 0, west + 100, 100)
    >>> heath = AreaNorms(50, 10, 100, 50, 1000, 1)
    >>> [COHESION[k] for k in cohesion(squares, [1, 1, 1, 1], heath)]
    ['cohesive', 'cohesive', 'neighbouring', 'isolated']
    """
    from robuust.gaps import near_pairs  # slow to import, and many bundles do without

    ha = np.asarray(habitat_ha, dtype=float)
    i, j, gap_m = near_pairs(polygons, norms.neighbour_distance_m, threads=threads)
    rules = []
    for reach_m in (norms.cohesive_distance_m, norms.neighbour_distance_m):
        a, b = i[gap_m <= reach_m], j[gap_m <= reach_m]
        others_ha = np.bincount(a, ha[b], ha.size) + np.bincount(b, ha[a], ha.size)
        has_others = np.bincount(np.concatenate([a, b]), minlength=ha.size) > 0
        rules.append(has_others & (others_ha >= norms.neighbour_min_ha))
    return np.select(rules, [0, 1], 2).astype(np.int8)


def area_verdicts(area_class, lies, habitat_ha, norms):
    """Verdict of each patch by its area and cohesion together.

    Parameters
    ----------
    area_class, lies : array_like of int, shape (n_patches,)
        What `area_classes` and `cohesion` found.
    habitat_ha : array_like of float, shape (n_patches,)
        Habitat in each patch [ha].
    norms : AreaNorms

    Returns
    -------
    ndarray of str, shape (n_patches,)
        good, moderate or poor.

    Examples
    --------
    >>> heath = AreaNorms(50, 10, 100, 50, 1000, 1)
    >>> area_verdicts([1, 1, 1, 0, 0], [0, 1, 2, 2, 2], [34, 34, 34, 100, 101], heath)
    array(['good', 'moderate', 'poor', 'moderate', 'good'], dtype=object)
    """
    found = VERDICTS[np.asarray(lies, np.int64), np.asarray(area_class, np.int64)]
    # Patches so large that do not lie isolated are good already.
    large_enough = np.asarray(habitat_ha, dtype=float) > norms.isolated_good_ha
    return np.where(large_enough, GOOD, found)


def area_sentences(verdicts, lies, habitat_ha, norms):
    """Say why each patch has its verdict, and what it lacks to be good.

    Parameters
    ----------
    verdicts : iterable of str
        What `area_verdicts` found.
    lies : iterable of int
        What `cohesion` found.
    habitat_ha : iterable of float
        Habitat in each patch [ha].
    norms : AreaNorms

    Returns
    -------
    nl, en : list of str
        One clause per patch, in Dutch and in English.

    Examples
    --------
    >>> heath = AreaNorms(50, 10, 100, 50, 1000, 1)
    >>> nl, en = area_sentences(["moderate"], [1], [34.0], heath)
    >>> print(en[0])
    area and cohesion: moderate, 34 ha with other habitat within 1 km (good above 50 ha:
    16 ha short)
    >>> print(nl[0])
    oppervlakte en samenhang: matig, 34 ha met ander habitat binnen 1 km (goed boven 50
    ha: 16 ha tekort)
    """
    reach_m = (norms.cohesive_distance_m, *[norms.neighbour_distance_m] * 2)
    good_ha = (norms.small_ha, norms.large_ha, norms.isolated_good_ha)
    nl, en = [], []
    for verdict, k, ha in zip(verdicts, lies, habitat_ha, strict=True):
        alone = COHESION[k] == "isolated"
        nl.append(
            f"oppervlakte en samenhang: {WORDS_NL[verdict]}, {figure_nl(ha)} ha "
            f"{'zonder' if alone else 'met'} ander habitat binnen "
            f"{distance_nl(reach_m[k])}"
        )
        en.append(
            f"area and cohesion: {verdict}, {figure(ha)} ha "
            f"{'without' if alone else 'with'} other habitat within "
            f"{distance(reach_m[k])}"
        )
        if verdict != GOOD:
            word_nl, word_en = ("vanaf", "from") if k == 0 else ("boven", "above")
            good, short = good_ha[k], good_ha[k] - ha
            nl[-1] += (
                f" (goed {word_nl} {figure_nl(good)} ha: {figure_nl(short)} ha tekort)"
            )
            en[-1] += f" (good {word_en} {figure(good)} ha: {figure(short)} ha short)"
    return nl, en


def robust_by(yardstick, by_norms, verdicts):
    """Decide which patches are called robust.

    Parameters
    ----------
    yardstick : str
        One of `YARDSTICKS`. ``norms``: robust by the norms of the group.
        ``area_and_cohesion``: good by area and cohesion. ``both``: robust by the norms
        and good.
    by_norms : array_like of bool, shape (n_patches,)
        Whether the norms call each patch robust.
    verdicts : array_like of str, shape (n_patches,)
        What `area_verdicts` found; missing where the bundle is not judged: there the
        norms decide alone.

    Returns
    -------
    ndarray of bool, shape (n_patches,)

    Raises
    ------
    ValueError
        If the yardstick has another name.

    Examples
    --------
    >>> norms, area = [True, True, False, True], ["good", "poor", "good", None]
    >>> for yardstick in YARDSTICKS:
    ...     print(robust_by(yardstick, norms, area))
    [ True  True False  True]
    [ True False  True  True]
    [ True False False  True]
    """
    if yardstick not in YARDSTICKS:
        raise ValueError(
            f"yardstick is {yardstick!r}; write one of {', '.join(YARDSTICKS)}"
        )
    by_norms = np.asarray(by_norms, dtype=bool)
    verdicts = np.asarray(verdicts, dtype=object)
    if yardstick == "norms":
        return by_norms
    good = np.where(pd.isna(verdicts), by_norms, verdicts == GOOD).astype(bool)
    return good & by_norms if yardstick == "both" else good


def add_area_verdicts(patches, norms, *, yardstick, robust_classes):
    """Lay the second yardstick beside the verdicts by the norms.

    Parameters
    ----------
    patches : GeoDataFrame
        Patches of one group with effective_ha, class, reason_nl and reason_en.
    norms : AreaNorms or None
        What the bundle asks; None leaves the patches unjudged.
    yardstick : str
        One of `YARDSTICKS`; decides `robust`.
    robust_classes : sequence of str
        Classes that the norms call robust.

    Returns
    -------
    GeoDataFrame
        The same with area_class, cohesion and area_verdict (missing without norms),
        robust, and the reasons ending in what the second yardstick says.
    """
    by_norms = patches["class"].isin(robust_classes).to_numpy()
    if norms is None:
        none = pd.array([None] * len(patches), dtype="str")
        columns = dict.fromkeys(("area_class", "cohesion", "area_verdict"), none)
        return patches.assign(**columns, robust=by_norms)
    ha = patches["effective_ha"].to_numpy(dtype=float)
    size = area_classes(ha, norms)
    lies = cohesion(patches.geometry.to_numpy(), ha, norms)
    verdicts = area_verdicts(size, lies, ha, norms)
    robust = robust_by(yardstick, by_norms, verdicts)
    nl, en = area_sentences(verdicts, lies, ha.tolist(), norms)
    for k in np.flatnonzero(robust != by_norms):
        not_nl, not_en = ("", "") if robust[k] else ("niet ", "not ")
        nl[k] += f"; dus {not_nl}robuust (maatstaf: {YARDSTICKS_NL[yardstick]})"
        en[k] += f"; so {not_en}robust (yardstick: {YARDSTICKS_EN[yardstick]})"
    return patches.assign(
        area_class=pd.array(np.array(AREA_CLASSES, object)[size], dtype="str"),
        cohesion=pd.array(np.array(COHESION, object)[lies], dtype="str"),
        area_verdict=pd.array(verdicts, dtype="str"),
        robust=robust,
        reason_nl=_joined(patches["reason_nl"], nl),
        reason_en=_joined(patches["reason_en"], en),
    )


def _joined(reasons, clauses):
    """Reasons with one more clause each."""
    both = [f"{why}; {more}" for why, more in zip(reasons, clauses, strict=True)]
    return pd.array(both, dtype="str")
