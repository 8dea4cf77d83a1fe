"""Resistance of land, and barriers that are paid for once however they lie."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from robuust.direct_costs import direct_links
from robuust.grid import Grid
from robuust.least_cost import cost_links, cost_probability
from robuust.resistance import (
    barrier_tolls,
    cells_touched,
    class_resistances,
    crossing_cost_m,
    patch_labels,
    resistance_grid,
)

SQUARE = Grid(left_m=0, top_m=300, cell_m=10, n_rows=30, n_columns=30)
KERNEL = {"d0_m": 1000, "p0": 0.5}
FAR_M = 1e6
ONCE_M = 2000  # of a barrier that a quarter crosses
TABLE = pd.DataFrame(
    {
        "land_cover": ["arable", "arable", "forest", "water"],
        "mobility_class": ["*", "beetles", "*", "*"],
        "resistance": [5.0, 50.0, 1.0, np.nan],
    }
)


def tolls(lines, *, kinds=None, chance=0.25, openings=(), grid=SQUARE):
    lines = [shapely.LineString(x) if isinstance(x, list) else x for x in lines]
    kinds = kinds or ["road"] * len(lines)
    chance = np.broadcast_to(chance, len(lines))
    return barrier_tolls(lines, kinds, chance, openings=openings, grid=grid, **KERNEL)


def crossing_m(toll_m, *, north=0, south=29, barrier_free_m=290.0):
    """Extra cost of the way from the north of the square to the south."""
    patch = np.zeros(SQUARE.shape, dtype=int)
    patch[north], patch[south] = 1, 2
    patch[toll_m > 0] = 0
    cost_m = direct_links(
        np.ones(SQUARE.shape), patch, cell_m=10, max_cost_m=FAR_M, toll_m=toll_m
    ).cost_m
    return cost_m[0] - barrier_free_m if cost_m.size else np.inf


def test_a_row_for_the_mobility_class_wins_over_one_for_every_class():
    names = ["water", "arable", "forest", "arable"]
    found = class_resistances(names, TABLE, "beetles")
    assert np.array_equal(found, [np.nan, 50, 1, 50], equal_nan=True)
    assert class_resistances(["arable"], TABLE, "birds").tolist() == [5]


def test_land_cover_without_a_row_is_named():
    with pytest.raises(ValueError, match="'built_up', 'rail'"):
        class_resistances(["rail", "forest", "built_up"], TABLE, "birds")


def test_a_resistance_below_that_of_habitat_is_refused():
    table = TABLE.assign(resistance=[0.5, 1, 1, 1])
    with pytest.raises(ValueError, match=r"'arable' to birds is 0\.5"):
        class_resistances(["forest"], table, "birds")


def test_habitat_and_openings_resist_as_little_as_can_be():
    land = np.full(SQUARE.shape, -1)
    land[:, :10], land[:, 10:20] = 0, 1
    habitat = np.zeros(SQUARE.shape, dtype=bool)
    habitat[5, :] = True
    found = resistance_grid(
        land,
        [7, np.nan],
        habitat,
        elsewhere=3,
        openings=[shapely.Point(155, 5), shapely.box(1, 1, 19, 9)],
        grid=SQUARE,
    )
    assert (found[5] == 1).all()
    assert found[29, [0, 1, 15]].tolist() == [1, 1, 1]
    assert (found[29, 2:10] == 7).all()
    assert np.isnan(found[0, 10:20]).all()
    assert (found[0, 20:] == 3).all()
    assert found.dtype == np.float32


def test_land_cover_off_the_grid_or_without_a_class_is_refused():
    habitat = np.zeros(SQUARE.shape, dtype=bool)
    options = {"elsewhere": 1, "grid": SQUARE}
    with pytest.raises(ValueError, match="must lie on the grid"):
        resistance_grid(np.zeros((2, 2), dtype=int), [1], habitat, **options)
    for position in (-2, 1):
        land = np.full(SQUARE.shape, position)
        with pytest.raises(ValueError, match="for 1 classes"):
            resistance_grid(land, [1], habitat, **options)


def test_who_pays_for_a_barrier_is_as_rare_as_who_gets_across():
    chance = np.array([1, 0.7, 0.2, 1e-6, 0])
    paid = cost_probability(crossing_cost_m(chance, **KERNEL), **KERNEL)
    assert paid == pytest.approx(chance, abs=0, rel=1e-12)


@pytest.mark.parametrize(
    ("chance", "kernel"),
    [(1.1, {}), (-0.1, {}), (np.nan, {}), (0.5, {"p0": 1}), (0.5, {"d0_m": 0})],
)
def test_chances_and_kernels_out_of_range_are_refused(chance, kernel):
    with pytest.raises(ValueError, match="must be"):
        crossing_cost_m([chance], **KERNEL | kernel)


@pytest.mark.parametrize(
    "line",
    [
        [(0, 155), (300, 155)],
        [(0, 20), (300, 280)],
        [(0, 150), (300, 150)],  # along a grid line
        [(0, 10), (150, 160), (300, 10)],  # through the corners of cells
        [(0, 290), (300, 35)],
        [(0, 100), (70, 100), (75, 190), (180, 40), (300, 60)],
    ],
)
def test_a_barrier_costs_the_same_however_it_lies_on_the_grid(line):
    extra_m = crossing_m(tolls([line]))
    assert ONCE_M - 1e-3 <= extra_m <= ONCE_M + 25  # a few steps to a good place


@given(
    st.lists(st.floats(15, 285), min_size=2, max_size=6),
    st.sampled_from([0.25, 0.0]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_nobody_gets_over_a_barrier_for_less_than_its_whole_toll(
    heights, chance, doubled
):
    x = np.linspace(-5, 305, len(heights))
    line = shapely.LineString(np.stack([x, heights], axis=1))
    pieces = [line, shapely.affinity.translate(line, 0, 8)] if doubled else [line]
    toll_m = tolls(pieces, chance=chance)
    patch = np.zeros(SQUARE.shape, dtype=int)
    patch[0], patch[-1] = 1, 2
    patch[toll_m > 0] = 0
    assume((patch == 1).any() and (patch == 2).any())
    extra_m = crossing_m(toll_m)
    if chance == 0:
        assert extra_m == np.inf
    else:
        # The way is shorter where the barrier took cells of the first or last row.
        assert extra_m >= ONCE_M - 30


@pytest.mark.parametrize("width_m", [1, 11, 25, 60])
def test_a_wide_barrier_is_paid_for_once(width_m):
    band = shapely.box(-50, 150 - width_m / 2, 350, 150 + width_m / 2)
    assert crossing_m(tolls([band])) == pytest.approx(ONCE_M, abs=0.01)


def test_two_kinds_are_both_paid_for_also_in_the_same_cells():
    for y in (155, 145, 105):
        lines = [[(-5, 155), (305, 155)], [(-5, y), (305, y)]]
        extra_m = crossing_m(tolls(lines, kinds=["road", "rail"], chance=[0.25, 0.5]))
        assert extra_m == pytest.approx(ONCE_M + 1000, abs=1e-3)


def test_pieces_of_one_kind_that_touch_are_one_barrier():
    road = [[(-5, 155), (152, 155)], [(152, 155), (305, 155)], [(-5, 152), (305, 152)]]
    assert crossing_m(tolls(road)) == pytest.approx(ONCE_M, abs=1e-3)


def test_a_barrier_that_everybody_crosses_is_none():
    assert (tolls([[(-5, 155), (305, 155)]], chance=1) == 0).all()
    assert (tolls([]) == 0).all()


def test_a_barrier_with_an_end_is_walked_round():
    extra_m = crossing_m(tolls([[(-5, 155), (200, 155)]]))
    assert extra_m == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("chance", [0.25, 0])
@pytest.mark.parametrize(
    "opening", [shapely.Point(153, 157), shapely.box(140, 130, 160, 180)]
)
def test_an_opening_lets_everybody_through(chance, opening):
    line = [(-5, 100), (305, 200)]
    opening = shapely.affinity.translate(opening, 0, -5)
    closed = crossing_m(tolls([line], chance=chance))
    opened = crossing_m(tolls([line], chance=chance, openings=[opening]))
    assert closed >= ONCE_M
    assert opened == pytest.approx(0, abs=1e-3)


def test_a_closed_barrier_leaves_no_link_and_an_ecoduct_makes_one():
    fence = [(-5, 40), (305, 265)]
    patches = shapely.box([20, 250], [240, 10], [60, 290], [280, 50])
    for openings, expected in ((), []), ([shapely.Point(150, 152.5)], [(1, 2)]):
        toll_m = tolls([fence], chance=0, openings=openings)
        labels, _ = patch_labels(patches, toll_m, SQUARE)
        links, _ = cost_links(
            np.ones(SQUARE.shape), labels, cell_m=10, max_cost_m=FAR_M, toll_m=toll_m
        )
        found = list(zip(links.a.tolist(), links.b.tolist(), strict=True))
        assert found == expected


def test_a_kind_with_two_chances_is_refused():
    lines = [[(0, 0), (9, 9)], [(0, 9), (9, 0)]]
    with pytest.raises(ValueError, match="'road' have several chances"):
        tolls(lines, chance=[0.5, 0.25])
    with pytest.raises(ValueError, match="needs a kind"):
        tolls(lines, kinds=["road"])


def test_a_patch_beside_a_barrier_pays_the_whole_of_it():
    toll_m = tolls([[(155, -5), (155, 305)]])
    patches = shapely.box([100, 210], 0, [158, 300], 300)  # the first up to the road
    labels, missing = patch_labels(patches, toll_m, SQUARE)
    assert not missing.size
    assert (labels[:, 15] == 0).all()
    cost_m = direct_links(
        np.ones(SQUARE.shape), labels, cell_m=10, max_cost_m=FAR_M, toll_m=toll_m
    ).cost_m
    assert cost_m[0] == pytest.approx(ONCE_M + 70)


def test_a_patch_too_small_for_the_grid_has_the_free_cells_that_it_touches():
    toll_m = tolls([[(155, -5), (155, 305)]])
    small = shapely.box([11, 151, 50], [1, 1, 50], [14, 154, 70], [4, 4, 70])
    off = shapely.box(-90, -90, -80, -80)
    labels, missing = patch_labels([*small, off], toll_m, SQUARE)
    assert labels[29, 1] == 1
    assert (labels == 3).sum() == 4
    assert missing.tolist() == [1, 3]  # on the road, and off the grid


def test_a_small_patch_takes_no_cell_of_another():
    labels, missing = patch_labels(
        shapely.box([0, 11], [0, 1], [30, 14], [30, 4]), np.zeros(SQUARE.shape), SQUARE
    )
    # Polygons may not overlap; where they do, the first keeps what it holds.
    assert (labels > 0).sum() == 9
    assert missing.tolist() == [1]


def test_the_cells_of_a_shape_are_those_of_the_whole_grid_that_it_touches():
    for shape in (
        shapely.box(3, 3, 41, 18),
        shapely.box(-50, 280, 12, 400),
        shapely.LineString([(5, 5), (295, 170)]),
        shapely.Point(77, 77),
        shapely.box(-9, -9, -5, -5),
        shapely.Polygon(),
    ):
        found = np.zeros(SQUARE.shape, dtype=bool)
        found[*cells_touched(shape, SQUARE)] = True
        opened = resistance_grid(
            np.full(SQUARE.shape, -1),
            [],
            np.zeros(SQUARE.shape, dtype=bool),
            elsewhere=2,
            openings=[shape],
            grid=SQUARE,
        )
        assert np.array_equal(found, opened == 1)
