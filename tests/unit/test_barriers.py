"""Barriers are open where there is a crossing, and nowhere else."""

import shapely

from robuust.barriers import open_barriers

ROAD = shapely.LineString([(0, 0), (100, 0)])
RAIL = shapely.LineString([(0, 50), (100, 50)])


def test_an_opening_is_cut_out_of_the_barriers_that_it_meets():
    opened = open_barriers([ROAD, RAIL], [shapely.box(40, -5, 60, 5)])
    assert [line.length for line in opened] == [80, 100]
    assert not opened[0].intersects(shapely.Point(50, 0))


def test_openings_that_overlap_count_once_and_can_open_all():
    boxes = [shapely.box(-1, -5, 60, 5), shapely.box(50, -5, 101, 5)]
    assert open_barriers([ROAD], boxes[:1])[0].length == 40
    assert open_barriers([ROAD], boxes)[0].is_empty


def test_without_openings_or_barriers_nothing_changes():
    assert open_barriers([ROAD], [])[0].equals(ROAD)
    assert open_barriers([], [shapely.box(0, 0, 1, 1)]).size == 0
