"""Places of records: brought to the analysis system, and what is wrong with them."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj

from robuust.place_goals import (
    MARGIN_M,
    find_goal,
    goal_box,
    grown,
    in_box,
    inside_goal,
    near_goal,
)
from robuust.reference_systems import (
    COMMON_CODES,
    Transformation,
    possible_coordinates,
    transformation,
    transformed,
)

_BOX_SLACK_M = 500.0  # more than datum shifts differ; boxes only sift
_SAMPLE = 20_000  # rows from which the best of many readings is chosen
_STEPS = 50  # parts in which rows are looked at until there are enough
_MOST = 0.5  # share of the rows from which a setting must be wrong
_HARDLY_ANY = 0.02  # share of the rows that chance may put in the area


@dataclass(frozen=True)
class Places:
    """Points of a source in the analysis system, and why some are of no use."""

    x: np.ndarray  # east in the analysis system [m]; NaN without a place
    y: np.ndarray  # north in the analysis system [m]; NaN without a place
    reasons: pd.Series  # missing where the place is fit for use
    hints: list  # sentences that propose a setting, when most rows are out of place
    operation: str  # name of the datum shift, see `transformation`
    accuracy_m: float  # of the datum shift; NaN where PROJ states none
    remarks: list  # sentences for the log about a source that may well be right


@dataclass(frozen=True)
class _System:
    """A system in which numbers may be meant, with boxes in its own numbers."""

    crs: pyproj.CRS
    way: Transformation
    reach: tuple  # round all that is near the area
    home: tuple  # round the country
    region: tuple  # the country and what maps show over its border


@dataclass(frozen=True)
class _Reading:
    """One way to understand pairs of numbers, and how many it puts in place."""

    system: _System
    swap: bool  # the other way round than the source is read now
    n_near: int
    n_home: int


def find_places(
    x,
    y,
    *,
    own_crs,
    crs,
    area,
    max_distance_m,
    swap=False,
    order_known=False,
    things="rows",
):
    """Bring coordinates to the analysis system and tell which cannot be right.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        East and north coordinates (longitude and latitude) as the source gives them;
        NaN where it gives none.
    own_crs : pyproj.CRS
        System that the source claims, see `source_crs`.
    crs : pyproj.CRS
        System of the analysis.
    area : Polygon, MultiPolygon or None
        The study area, in ``crs``; None while it is not known, then the ground for
        which ``crs`` was made, and a border round it, stands in for it.
    max_distance_m : float
        Places farther from the area are of no use [m].
    swap : bool
        The source has x and y the other way round (setting `swap_coordinates`).
    order_known : bool
        The settings say whether x and y are swapped: rows near the area are kept
        then, however many more would lie in it the other way round.
    things : str
        What the rows are called in the hints.

    Returns
    -------
    Places
        Reasons, the first that applies: missing_coordinates; zero_coordinates (both
        are 0); swapped_coordinates (far from the area, and near when x and y change
        places); metres_as_degrees (no degrees, but a place in the country as metres);
        impossible_coordinates (outside the system that the source claims);
        far_from_area. Only the last has a place: that of the others is not known.

    Notes
    -----
    In a national grid a far place may be an ordinary one elsewhere in the country,
    and near when swapped by chance. It is called swapped only where it lies well
    outside the country as given, or where most far rows come near by swapping. All
    rows are called swapped where hardly any lies in the area itself and most do when
    swapped: where x and y are much alike, a swapped place may be near enough.

    Examples
    --------
    >>> import shapely
    >>> found = find_places(
    ...     [4.9, 51.3, 0.0], [51.3, 4.9, 0.0], own_crs=pyproj.CRS(4326),
    ...     crs=pyproj.CRS(31370), area=shapely.box(180000, 210000, 200000, 240000),
    ...     max_distance_m=1000)
    >>> found.reasons.tolist()
    [nan, 'swapped_coordinates', 'zero_coordinates']
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if swap:
        x, y = y, x
    goal = find_goal(crs, area, max_distance_m)
    way = transformation(own_crs, crs)
    missing, zero = np.isnan(x) | np.isnan(y), (x == 0) & (y == 0)
    impossible = ~possible_coordinates(x, y, own_crs)
    east, north = transformed(x, y, way)
    east[impossible] = north[impossible] = np.nan
    near = near_goal(east, north, goal)
    placed = ~(missing | zero)
    strange = np.flatnonzero(placed & ~near)
    swapped, metres = np.zeros((2, len(x)), dtype=bool)
    hints, remarks = [], []
    if strange.size:
        own = _system(own_crs, goal)
        swapped[strange] = _swapped(x[strange], y[strange], own, goal)
        metres[strange] = _metres_as_degrees(x[strange], y[strange], own, goal)
        if strange.size > _MOST * placed.sum():
            hints = _hints(x[placed], y[placed], own, goal, swap=swap, things=things)
    if goal.known and near.any():
        rows = np.flatnonzero(placed)
        told, few = swap or order_known, _HARDLY_ANY * rows.size
        told = told or _n_inside(east[near], north[near], goal, enough=few) > few
        own = None if told else _system(own_crs, goal)
        if own and _turned(x[rows], y[rows], own, goal):
            swapped[rows] = _near_as(y[rows], x[rows], own, goal)
            hints = hints or [_turned_hint(x[rows], y[rows], own, goal, things)]
        elif not _any_inside(east, north, goal):
            remarks = [_outside_remark(near.sum(), rows.size, goal, things)]
    reasons = _first_reasons(
        missing_coordinates=missing,
        zero_coordinates=zero,
        swapped_coordinates=swapped,
        metres_as_degrees=metres,
        impossible_coordinates=np.isnan(east),
        far_from_area=~near,
    )
    nowhere = zero | swapped | metres  # a point of them would be off the map
    east[nowhere] = north[nowhere] = np.nan
    return Places(east, north, reasons, hints, way.operation, way.accuracy_m, remarks)


def _first_reasons(**tests):
    """Name per row the first test that it fails; missing where it passes all."""
    first = np.full(len(next(iter(tests.values()))), -1, dtype="int8")
    for place, failed in reversed(list(enumerate(tests.values()))):
        first[failed] = place
    words = pa.array(list(tests), pa.large_string())
    return pd.Series(pd.array(words.take(pa.array(first, mask=first < 0)), dtype="str"))


def _any_inside(east, north, goal):
    """Tell whether any place lies in the area or its margin."""
    if goal.max_distance_m <= MARGIN_M:  # then all that is near is inside
        return True
    return _n_inside(east, north, goal, enough=0) > 0


def _n_inside(east, north, goal, *, enough):
    """How many places lie in the area or its margin; more than enough, if there are."""
    n_inside = 0
    for some in (slice(k, None, _STEPS) for k in range(_STEPS)):
        if n_inside <= enough:
            n_inside += np.count_nonzero(inside_goal(east[some], north[some], goal))
    return n_inside


def _sample(x, y):
    """Row numbers, drawn by what stands in the rows: whatever their order is."""
    with np.errstate(invalid="ignore"):  # an infinite place draws no lot
        lot = (x * 1000 * np.pi + y * 1000 * np.e) % 1  # as good as chance
    drawn = np.flatnonzero(lot * len(x) < _SAMPLE)
    # Where very many rows have the same few places, the lot may miss most of them.
    return drawn if drawn.size > _SAMPLE / 10 else np.arange(len(x))


def _system(crs, goal):
    way = transformation(crs, goal.crs)
    boxes = [
        _box_in(way, grown(box, _BOX_SLACK_M, _BOX_SLACK_M))
        for box in (goal_box(goal), goal.home, goal.region)
    ]
    return _System(crs, way, *boxes)


def _box_in(way, box):
    """Box of the analysis system in the numbers of the other system."""
    if not way.pipelines:
        return box
    west, south, east, north = box
    x, y = np.meshgrid(np.linspace(west, east, 21), np.linspace(south, north, 21))
    # The last pipeline needs no grid, which would end at the border.
    to_analysis = pyproj.Transformer.from_pipeline(way.pipelines[-1])
    x, y = to_analysis.transform(x, y, direction="INVERSE")
    return x.min(), y.min(), x.max(), y.max()


def _near_as(x, y, system, goal):
    """Tell which numbers are near the area when they are read in a system."""
    near = in_box(x, y, system.reach)
    near[near] = near_goal(*transformed(x[near], y[near], system.way), goal)
    return near


def _swapped(x, y, own, goal):
    """Tell which of the strange rows have their coordinates in the wrong order."""
    if not _can_tell_order(own, goal):
        return np.zeros(len(x), dtype=bool)
    near = _near_as(y, x, own, goal)
    if own.crs.is_geographic or near.sum() > _MOST * len(x):
        return near
    return near & ~in_box(x, y, own.region)


def _turned(x, y, own, goal):
    """Tell whether most places lie in the area when x and y change places."""
    near = in_box(y, x, own.reach)  # quick, and enough to tell of nearly all sources
    if np.count_nonzero(near) <= _MOST * len(x):
        return False
    turned = inside_goal(*transformed(y[near], x[near], own.way), goal)
    return np.count_nonzero(turned) > _MOST * len(x)


def _can_tell_order(system, goal):
    """In metres, only a study area can tell east from north."""
    return goal.known or system.crs.is_geographic


def _metres_as_degrees(x, y, own, goal):
    """Tell which numbers that cannot be degrees are places of the country in metres."""
    metres = np.zeros(len(x), dtype=bool)
    wrong = ~possible_coordinates(x, y, own.crs)
    if not own.crs.is_geographic or not wrong.any():
        return metres
    x, y = x[wrong], y[wrong]
    readings = [
        _reading(x, y, system, goal, swap=False)
        for system in _other_systems(own, goal)
        if system.crs.is_projected
    ]
    best = max(readings, key=_fitness).system
    metres[wrong] = in_box(x, y, best.home) | _near_as(x, y, best, goal)
    return metres


def _other_systems(own, goal):
    """Systems to try, the one of the analysis first."""
    crss = [goal.crs, *map(pyproj.CRS.from_epsg, COMMON_CODES)]
    codes = {crs.to_string(): crs for crs in crss if not crs.equals(own.crs)}
    return [_system(crs, goal) for crs in codes.values()]


def _reading(x, y, system, goal, *, swap):
    if swap:
        x, y = y, x
    near, home = _near_as(x, y, system, goal), in_box(x, y, system.home)
    return _Reading(system, swap, int(near.sum()), int(home.sum()))


def _fitness(reading):
    return reading.n_near + reading.n_home


def _hints(x, y, own, goal, *, swap, things):
    """Propose the setting that puts most rows in place, if there is one.

    It must put most rows in the area, and more than the source as given; or most rows
    in the country where the source as given puts few (a national file, a small area).
    """
    sample = _sample(x, y)
    others = _other_systems(own, goal)
    ways = [(own, True), *product(others, (False,)), *product(others, (True,))]
    readings = [
        _reading(x[sample], y[sample], system, goal, swap=turn)
        for system, turn in ways
        if not turn or _can_tell_order(system, goal)
    ]
    best = max(readings, key=_fitness)  # the first of equals: the smallest change
    given = _reading(x, y, own, goal, swap=False)
    best = _reading(x, y, best.system, goal, swap=best.swap)
    n = len(x)
    in_country = best.n_home > _MOST * n > given.n_home
    in_area = best.n_near > max(_MOST * n, given.n_near)
    if not in_area and not (in_country and best.n_near >= given.n_near):
        return _thousands_hints(x, y, own, goal, things)
    return [_hint(best, n, own, goal, swap=swap, things=things)]


def _thousands_hints(x, y, own, goal, things):
    """Say so where signs between thousands (190.100) were read as decimals."""
    times = 1_000.0
    for numbers in (x, y):
        whole = np.abs(times * numbers - np.round(times * numbers)) < 1e-6
        if not (whole & (np.abs(numbers) < times)).all():
            return []
    n_near = _reading(times * x, times * y, own, goal, swap=False).n_near
    if not goal.known or n_near <= _MOST * len(x):
        return []
    return [
        f"{n_near:,} of {len(x):,} {things} fall in the area when a thousand times as"
        " large: its numbers have a point or comma for the thousands: write them"
        " without"
    ]


def _turned_hint(x, y, own, goal, things):
    """Propose to swap a source that is near, and say how to keep it as it is."""
    inside = inside_goal(*transformed(y, x, own.way), goal)
    best = _Reading(own, True, int(inside.sum()), 0)
    found = _hint(best, len(x), own, goal, swap=False, things=things)
    return f"{found} (or `swap_coordinates: false` to use them as they are)"


def _outside_remark(n_near, n, goal, things):
    return (
        f"none of {n:,} {things} lies in the study area or within {MARGIN_M:,.0f} m of"
        f" it, {n_near:,} within {goal.max_distance_m:,.0f} m: if some should, check"
        " `crs` and `swap_coordinates` of this source"
    )


def _hint(best, n, own, goal, *, swap, things):
    """Sentence that proposes a reading, with the numbers that speak for it."""
    crs, fit, where = best.system.crs, best.n_near, "fall in the area"
    if goal.known and best.n_near <= _MOST * n:
        fit, where = best.n_home, f"fall in the country, {best.n_near:,} in the area,"
    words, settings = [], []
    if best.system is not own:
        words.append(f"as {crs.to_string()}")
        settings.append(f"`crs: {crs.to_string()}`")
    if best.swap:
        pair = "latitude and longitude" if crs.is_geographic else "x and y"
        words.append(f"when {pair} are {'not ' if swap else ''}swapped")
        settings.append(f"`swap_coordinates: {'false' if swap else 'true'}`")
    if not goal.known:
        where, words = (
            f"fit {crs.to_string()}",
            [w for w in words if not w.startswith("as ")],
        )
    found = " ".join([f"{fit:,} of {n:,} {things} {where}", *words])
    return f"{found}: set {' and '.join(settings)} at this source"
