"""Work in pieces gives what work in one go gives."""

import numpy as np
import pytest
import shapely

from robuust.chunks import in_chunks, joined_chunks


@pytest.mark.parametrize("n", [0, 1, 4, 5])
def test_joined_pieces_equal_the_whole(n):
    circles = shapely.buffer(shapely.points(np.arange(n), 0), np.arange(1, n + 1))
    areas = joined_chunks(shapely.area, circles, size=2)
    assert areas.tolist() == shapely.area(circles).tolist()


def test_pieces_come_back_in_order():
    pieces = in_chunks(lambda a, b: (a + b).tolist(), np.arange(5), np.ones(5), size=2)
    assert pieces == [[1, 2], [3, 4], [5]]


def test_an_error_in_a_piece_is_raised():
    with pytest.raises(ZeroDivisionError):
        in_chunks(lambda k: 1 // int(k[0]), np.arange(3), size=1)
