"""Circuitscape's three raster cases: pairwise resistances and maps of current.

Its points are cells with a number; its polygons are short circuits that have no
resistance but are no end of a current. Ours are one thing, a patch: points and
polygons that share a cell are joined first. The polygons of the first case stand in
its .asc as well as in the .tif that its settings name, cell for cell the same.
"""

import configparser

import numpy as np
import pytest

from robuust.circuits import joined
from robuust.current_flow import current_map

CASES = ("sgVerify1", "sgVerify2", "sgVerify3")
HEADER_LINES = 6
NODATA = -9999
# Not every printed digit of their first map is right: a current of exactly 1 is printed
# as 1.000000272, and two cells in a row have 0.5445900412 and 0.5445902201.
NOISE = 5e-7


def read_grid(path):
    return np.loadtxt(path, skiprows=HEADER_LINES)


def same_patch(points, polygons):
    """Number the cells by patch, and say which patch each point is in."""
    ids = np.unique(points[points > 0])
    labels = np.unique(polygons[polygons > 0])
    point = np.where(points > 0, np.searchsorted(ids, points), -1)
    polygon = np.where(polygons > 0, np.searchsorted(labels, polygons) + ids.size, -1)
    both = (point >= 0) & (polygon >= 0)
    _, patch = joined(ids.size + labels.size, point[both], polygon[both])
    label = np.where(point >= 0, point, polygon)
    return np.where(label >= 0, patch[label] + 1, 0), patch[: ids.size] + 1


def read_resistances(folder, case):
    """Resistances as they are printed, text and all; -1 where there is no path."""
    printed = (folder / "expected" / f"{case}_resistances.out").read_text().split("\n")
    table = np.array([line.split() for line in printed if line.strip()])
    return table[0, 1:].astype(int), table[1:, 1:]


@pytest.fixture(scope="module", params=CASES)
def case(request, shared_data):
    """One case, its folder, and what we make of its input."""
    folder = shared_data / "data" / "oracles" / "circuitscape" / request.param
    settings = configparser.ConfigParser()
    settings.read(folder / "input" / f"{request.param}.ini")
    habitat = settings["Habitat raster or graph"]
    scheme = settings["Connection scheme for raster habitat data"]
    land = read_grid(folder / "input" / "cellmap.asc")
    land[land == NODATA] = np.nan
    if not habitat.getboolean("habitat_map_is_resistances"):
        land = 1 / land
    patch, patch_of = same_patch(
        read_grid(folder / "input" / "points.asc"),
        read_grid(folder / "input" / "polygons.asc"),
    )
    four = scheme.getboolean("connect_four_neighbors_only")
    average = scheme.getboolean("connect_using_avg_resistances")
    i, j = np.triu_indices(patch_of.size, 1)
    found = current_map(
        land,
        patch,
        patch_of[i],
        patch_of[j],
        neighbours=4 if four else 8,
        mean="resistance" if average else "conductance",
    )
    return request.param, folder, found


def test_resistances_are_theirs_to_every_printed_digit(case):
    name, folder, found = case
    ids, printed = read_resistances(folder, name)
    i, j = np.triu_indices(ids.size, 1)
    assert found.resistance.size == i.size
    ours = np.where(np.isinf(found.resistance), -1, found.resistance)
    assert [f"{value:.10g}" for value in ours] == printed[i, j].tolist()


def test_the_cumulative_map_is_theirs(case):
    name, folder, found = case
    theirs = read_grid(folder / "expected" / f"{name}_cum_curmap.asc")
    np.testing.assert_allclose(found.total, theirs, rtol=NOISE, atol=NOISE)


@pytest.mark.parametrize("case", ["sgVerify1"], indirect=True)  # one comes with it
def test_the_highest_current_is_theirs(case):
    name, folder, found = case
    theirs = read_grid(folder / "expected" / f"{name}_max_curmap.asc")
    np.testing.assert_allclose(found.highest, theirs, rtol=NOISE, atol=NOISE)
