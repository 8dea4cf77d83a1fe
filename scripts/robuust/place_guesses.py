"""In which reference system the coordinates of an unknown file may be."""

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from robuust.record_fields import number_column
from robuust.reference_systems import (
    COMMON_CODES,
    source_crs,
    transformation,
    transformed,
)
from robuust.settings_lines import FILL_IN, Line

# Flanders in degrees: its border with the Netherlands to some 3 km, the rest straight.
_FLANDERS = shapely.from_wkt(
    "POLYGON ((5.92 50.68, 2.5 50.68, 2.5 51.15, 3.37 51.4, 3.37 51.27, 3.5 51.25,"
    " 3.58 51.29, 3.79 51.272, 3.82 51.215, 3.9 51.21, 4 51.235, 4.15 51.29,"
    " 4.24 51.375, 4.38 51.36, 4.4 51.46, 4.48 51.49, 4.52 51.46, 4.65 51.43,"
    " 4.76 51.51, 4.84 51.48, 4.92 51.4, 5.02 51.485, 5.08 51.47, 5.13 51.345,"
    " 5.22 51.31, 5.24 51.265, 5.35 51.28, 5.48 51.3, 5.565 51.26, 5.58 51.22,"
    " 5.66 51.185, 5.76 51.185, 5.86 51.15, 5.81 51.07, 5.75 50.96, 5.69 50.9,"
    " 5.64 50.86, 5.64 50.82, 5.7 50.77, 5.92 50.77, 5.92 50.68))"
)
_NETHERLANDS = shapely.box(3.2, 50.75, 7.22, 53.7) - _FLANDERS  # box of EPSG:28992
COUNTRIES = {"Flanders": _FLANDERS, "the Netherlands": _NETHERLANDS}
ANALYSIS = {"Flanders": "EPSG:31370", "the Netherlands": "EPSG:28992"}
_DEGREES = pyproj.CRS(4326)
_FILL_CRS = "the file says none and the numbers do not tell"
_MOST = 0.5  # share of the places that a reading must put in the countries


@dataclass(frozen=True)
class Reading:
    """One way to understand pairs of numbers, and where it puts them."""

    crs: pyproj.CRS
    swap: bool  # x is north and y is east
    places: int  # pairs of numbers
    inside: dict  # country to places in it

    @property
    def fitting(self):
        """Places in one of the countries."""
        return sum(self.inside.values())

    @property
    def country(self):
        """The country with most places."""
        return max(self.inside, key=self.inside.get)

    @property
    def fits(self):
        """Tell whether most places are in a country."""
        return self.fitting > _MOST * self.places


def place_readings(x, y, given=None):
    """Read pairs of numbers in all systems that files of the Low Countries are in.

    Parameters
    ----------
    x, y : array_like of float
        NaN where there is none.
    given : pyproj.CRS, optional
        System that the file or its preset names: it comes first of equals.

    Returns
    -------
    list of Reading
        The one with most places in the countries first; of equals the smallest
        change: the system as given, then the commonest, then swapped ones.

    Examples
    --------
    >>> best = place_readings([51.3, 51.2], [4.9, 4.8])[0]
    >>> best.crs.to_string(), best.swap, best.country
    ('EPSG:4326', True, 'Flanders')
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    there = np.isfinite(x) & np.isfinite(y) & ~((x == 0) & (y == 0))
    x, y = x[there], y[there]
    crss = [pyproj.CRS.from_epsg(code) for code in COMMON_CODES]
    if given is not None:
        crss = [given, *(crs for crs in crss if not crs.equals(given))]
    ways = [(crs, transformation(crs, _DEGREES)) for crs in crss]
    readings = [
        _reading(*((y, x) if swap else (x, y)), crs, way, swap=swap)
        for swap in (False, True)
        for crs, way in ways
    ]
    return sorted(readings, key=lambda reading: -reading.fitting)


def _reading(x, y, crs, way, *, swap):
    east, north = transformed(x, y, way)
    inside = {
        country: int(shapely.contains_xy(ground, east, north).sum())
        for country, ground in COUNTRIES.items()
    }
    return Reading(crs, swap, len(x), inside)


def choose_reading(readings, given):
    """Choose the reading to propose: as given, unless another is far better.

    A map may show more than these countries: a reading that puts half of its places
    in them is only better when it puts twice as many there.

    Parameters
    ----------
    readings : list of Reading
        As `place_readings` gives them.
    given : pyproj.CRS or None

    Returns
    -------
    Reading or None
        None when no reading puts most places in a country.
    """
    asis = as_given(readings, given)
    if asis is None or not asis.fitting:
        return readings[0] if readings[0].fits else None
    # In metres a place elsewhere in the country is near by chance when swapped.
    sure = [r for r in readings if not (r.swap and r.crs.is_projected)]
    far_better = sure[0].fits and sure[0].fitting >= 2 * asis.fitting
    return sure[0] if far_better and not asis.fits else asis


def as_given(readings, given):
    """Find the reading in the system that the file names; None without one."""
    same = [r for r in readings if given is not None and r.crs.equals(given)]
    return next((r for r in same if not r.swap), None)


def system_words(crs):
    """Name a reference system by its code, if it has one, and its name.

    Examples
    --------
    >>> system_words(pyproj.CRS(31370))
    'EPSG:31370 (BD72 / Belgian Lambert 72)'
    """
    code = crs.to_authority(min_confidence=70)
    return f"{':'.join(code)} ({crs.name})" if code else crs.name


def placed(start, there, declared, preset_crs):
    """Compare what a file says about its reference system with its numbers.

    Parameters
    ----------
    start : FileStart
    there : dict of str to str
        Columns of x and y in its table.
    declared : pyproj.CRS, str or None
        What the file says.
    preset_crs : str or None
        What its preset says, which wins.

    Returns
    -------
    dict
        given_crs (pyproj.CRS or None), readings and reading (None when none fits).
    """
    given = None
    if preset_crs or declared is not None:
        try:
            given = source_crs(declared, preset_crs, "the file")
        except ValueError:  # a local drawing; what it is called is shown
            given = None
    if not {"x", "y"} <= there.keys() or not start.table.num_rows:
        return {"given_crs": given, "readings": [], "reading": None}
    x, y = (
        number_column(start.table[there[axis]], start.table.num_rows)[0]
        for axis in ("x", "y")
    )
    readings = place_readings(x, y, given)
    return {
        "given_crs": given,
        "readings": readings,
        "reading": choose_reading(readings, given),
    }


def place_lines(place, preset_crs):
    """Lines of settings that put the rows in place where the file does not.

    Parameters
    ----------
    place : dict
        As `placed` gives it.
    preset_crs : str or None

    Returns
    -------
    list of Line
    """
    given, reading = place["given_crs"], place["reading"]
    if reading is None:
        return [Line("crs", FILL_IN, _FILL_CRS)] if given is None else []
    lines = []
    if given is None or not reading.crs.equals(given):
        why = f"puts {_share_words(reading)}"
        if given is not None:
            by = "the preset" if preset_crs else "the file"
            why += f"; {by} says {system_words(given)}"
        lines.append(Line("crs", reading.crs.to_string(), why))
    if reading.swap:
        why = f"only so {reading.fitting:,} of {reading.places:,} rows lie there"
        lines.append(Line("swap_coordinates", True, why))
    return lines


def _share_words(reading):
    return (
        f"{reading.inside[reading.country]:,} of {reading.places:,} rows in or near"
        f" {reading.country}"
    )
