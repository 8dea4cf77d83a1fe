"""New links of a candidate: merging, dispersal, barriers in between."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.barriers import crossing_chances, open_barriers
from robuust.candidate_links import (
    banks_of_crossings,
    land_words,
    link_table,
    patch_links,
)
from robuust.grid import Grid
from robuust.network import find_links
from robuust.resistance import Land, barrier_tolls, cells_touched

KERNEL = {"d0_m": 100, "p0": 0.5, "reach_m": 500, "local_distance_m": 50}
NONE = ([], [])
CANDIDATE = shapely.box(0, 0, 10, 10)


def test_within_the_local_distance_a_candidate_merges_beyond_it_the_kernel_counts():
    patches = shapely.box([60, 61, 210, 511], 0, [60.5, 62, 220, 520], 10)
    links = patch_links([CANDIDATE], patches, NONE, **KERNEL)
    assert links["patch"].tolist() == [0, 1, 2]
    assert links["distance_m"].tolist() == [50, 51, 200]
    assert links["merges"].tolist() == [True, False, False]
    assert links["probability"].tolist() == pytest.approx([1, 0.5**0.51, 0.25])


def test_barriers_hold_back_and_prevent_merging():
    road, ditch = shapely.linestrings([[[20, -9], [20, 99]], [[25, -9], [25, 99]]])
    patches = shapely.box([30, -30], 0, [40, -20], 10)
    links = patch_links([CANDIDATE], patches, ([road, ditch], [0.5, 0.1]), **KERNEL)
    assert links["merges"].tolist() == [False, True]
    assert links["probability"].tolist() == pytest.approx([0.5**0.2 * 0.05, 1])
    free = patch_links([CANDIDATE], patches, ([road], [1.0]), **KERNEL)
    assert free["merges"].all()


def test_the_row_of_the_class_wins_over_the_row_for_all():
    table = pd.DataFrame(
        {
            "barrier": ["road", "road", "canal", "fence"],
            "mobility_class": ["toads", "*", "*", "birds"],
            "crossing_probability": [0.2, 0.9, 0.5, 0.0],
        }
    )
    chances = crossing_chances(["road", "canal", "fence", "hedge"], table, "toads")
    assert chances.tolist() == [0.2, 0.5, 1.0, 1.0]


def test_the_table_names_patches_and_other_candidates():
    candidates = gpd.GeoDataFrame(
        {"candidate_id": ["c1", "c2"]},
        geometry=[CANDIDATE, shapely.box(20, 0, 30, 10)],
        crs="EPSG:31370",
    )
    patches = gpd.GeoDataFrame(
        {"patch_id": ["p"]}, geometry=[shapely.box(130, 0, 140, 10)], crs="EPSG:31370"
    )
    found = link_table(
        candidates, patches, NONE, group="g", dispersal_max_m=110, **KERNEL
    )
    assert found[["candidate_id", "other_id", "kind"]].to_numpy().tolist() == [
        ["c1", "c2", "candidate"],
        ["c1", "p", "patch"],
        ["c2", "p", "patch"],
    ]
    assert found["within_dispersal"].tolist() == [True, False, True]
    assert found["merges"].tolist() == [True, False, False]
    empty = link_table(
        candidates.iloc[:0], patches, NONE, group="g", dispersal_max_m=110, **KERNEL
    )
    assert empty.empty
    assert empty.dtypes.to_dict() == found.dtypes.to_dict()
    assert np.issubdtype(empty["merges"].dtype, np.bool_)


# --- Crossings: strips of 20 m along a road and 100 m across it

ROAD = shapely.LineString([(-1000, 0), (1000, 0)])
CANAL = shapely.LineString([(-1000, 30), (1000, 30)])
TUNNEL = shapely.box(-10, -50, 10, 50)


def useful(shapes, kinds):
    return gpd.GeoDataFrame(
        {
            "candidate_id": [f"c{k}" for k in range(len(shapes))],
            "kind": kinds,
            "barrier": ["road" if kind == "crossing" else None for kind in kinds],
        },
        geometry=shapes,
        crs="EPSG:31370",
    )


def patches_of(*shapes):
    ids = [f"p{k}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"patch_id": ids}, geometry=list(shapes), crs="EPSG:31370")


def links_of(candidates, patches, barriers, **more):
    given = {"group": "g", "dispersal_max_m": 300, **KERNEL, **more}
    return link_table(candidates, patches, barriers, **given)


def test_a_crossing_links_both_sides_of_the_road_that_it_opens():
    patches = patches_of(shapely.box(-50, 150, 50, 200), shapely.box(-50, -90, 50, -20))
    road = [ROAD], [0.02], ["road"]
    found = links_of(useful([TUNNEL], ["crossing"]), patches, road)
    assert found["other_id"].tolist() == ["p0", "p1"]
    # To the road, less the 20 cm that a bank is deep.
    assert found["distance_m"].tolist() == pytest.approx([149.8, 19.8])
    expected = [0.5**1.498, 0.5**0.198]
    assert found["probability"].tolist() == pytest.approx(expected)
    assert found["merges"].tolist() == [False, False]  # nobody lives there
    # As habitat that lies there already, it would merge with what is near.
    parcel = links_of(useful([TUNNEL], ["parcel"]), patches, road)
    assert parcel["merges"].tolist() == [False, True]


def test_a_patch_beside_the_road_is_not_cut_off_by_its_own_edge():
    # It touches the road, and the strip is 40 m along the road: all on one side.
    patches = patches_of(shapely.box(50, 0, 90, 60))
    found = links_of(useful([TUNNEL], ["crossing"]), patches, ([ROAD], [0.0], ["road"]))
    assert found["probability"].tolist() == pytest.approx([0.5**0.4])


def test_another_barrier_in_the_strip_stays_closed():
    patches = patches_of(shapely.box(-50, 70, 50, 90), shapely.box(-50, -90, 50, -70))
    barriers = [ROAD, CANAL], [0.02, 0.3], ["road", "canal"]
    found = links_of(useful([TUNNEL], ["crossing"]), patches, barriers)
    expected = [0.5**0.698 * 0.3, 0.5**0.698]
    assert found["probability"].tolist() == pytest.approx(expected)


def test_a_second_carriageway_of_the_same_kind_is_opened_too():
    patches = patches_of(shapely.box(-50, 70, 50, 90), shapely.box(-50, -90, 50, -70))
    barriers = [ROAD, CANAL], [0.02, 0.3], ["road", "road"]
    found = links_of(useful([TUNNEL], ["crossing"]), patches, barriers)
    expected = [0.5**0.398, 0.5**0.698]  # from the bank of the carriageway on that side
    assert found["probability"].tolist() == pytest.approx(expected)
    _, ground, owner, connects = banks_of_crossings(
        useful([TUNNEL], ["crossing"]), barriers
    )
    assert owner.tolist() == [0, 0, 0]
    assert connects.all()
    assert shapely.union_all(ground).area == pytest.approx(2000 - 2 * 20 * 0.2)


def test_a_road_that_does_not_hinder_the_group_cuts_nothing():
    patches = patches_of(shapely.box(-50, 150, 50, 200))
    free = [ROAD], [1.0], ["road"]
    found = links_of(useful([TUNNEL], ["crossing"]), patches, free)
    assert found["probability"].tolist() == pytest.approx([0.5])


def test_crossings_link_to_parcels_and_to_each_other_and_never_to_themselves():
    canal_bridge = shapely.box(100, -20, 120, 80)
    found = links_of(
        useful(
            [TUNNEL, shapely.box(-10, 60, 10, 80), canal_bridge],
            ["crossing", "parcel", "crossing"],
        ).assign(barrier=["road", None, "canal"]),
        patches_of(),
        ([ROAD, CANAL], [0.02, 0.3], ["road", "canal"]),
    )
    pairs = found[["candidate_id", "other_id"]].to_numpy().tolist()
    assert pairs == [["c0", "c1"], ["c0", "c2"], ["c1", "c2"]]
    # Tunnel to parcel: over the canal. Tunnel to bridge: between road and canal, 90 m
    # east and 29.6 m north. Parcel to bridge: 90 m east, 29.8 m south.
    apart_m = np.hypot(90, 29.6), np.hypot(90, 29.8)
    expected = [0.5**0.598 * 0.3, *(0.5 ** (gap_m / 100) for gap_m in apart_m)]
    assert found["probability"].tolist() == pytest.approx(expected)
    assert not found["merges"].any()


def test_crossings_without_the_kinds_of_the_barriers_are_refused():
    with pytest.raises(ValueError, match="the kind of each barrier"):
        links_of(useful([TUNNEL], ["crossing"]), patches_of(), ([ROAD], [0.1]))


def box_gap(one, other):
    """Distance between two upright rectangles, by hand."""
    across = np.maximum(0, np.maximum(one[:2] - other[2:], other[:2] - one[2:]))
    return float(np.hypot(*across))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(-200, 200), st.integers(1, 200), st.booleans(), st.booleans()
        ),
        min_size=1,
        max_size=5,
    )
)
def test_links_of_a_crossing_are_those_of_its_bank_for_any_patches(places):
    boxes = []
    for x, y, north, large in places:
        side = 60 if large else 20
        south = y if north else -y - side
        boxes.append(np.array([x, south, x + side, south + side], dtype=float))
    patches = patches_of(*(shapely.box(*box) for box in boxes))
    found = links_of(
        useful([TUNNEL], ["crossing"]), patches, ([ROAD], [0.0], ["road"])
    ).set_index("other_id")["probability"]
    banks = np.array([(-10, 0.1, 10, 0.2), (-10, -0.2, 10, -0.1)])
    for k, box in enumerate(boxes):
        # A road that nothing crosses: only the bank on its own side counts.
        gap_m = box_gap(banks[0 if box[1] > 0 else 1], box)
        assert found[f"p{k}"] == pytest.approx(0.5 ** (gap_m / 100), abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 150), st.integers(1, 150), st.integers(-9, 8))
def test_a_way_through_a_crossing_is_as_sure_as_if_the_road_were_open_there(
    north_m, south_m, x
):
    # Two patches of a metre wide, opposite each other in front of the tunnel.
    shapes = [
        shapely.box(x, north_m, x + 1, north_m + 50),
        shapely.box(x, -south_m - 50, x + 1, -south_m),
    ]
    road = [ROAD], [0.02], ["road"]
    found = links_of(useful([TUNNEL], ["crossing"]), patches_of(*shapes), road)
    opened = open_barriers([ROAD], [TUNNEL])
    kernel = {"d0_m": 100, "p0": 0.5, "p_min": 1e-4, "dispersal_max_m": 300}
    link = find_links(shapes, opened, [0.02], **kernel)
    assert link["n_barriers"].tolist() == [0]
    through = found["probability"].prod()
    assert through == pytest.approx(link["probability"].iloc[0], rel=0.004)


def test_over_land_a_crossing_leads_from_one_side_to_the_other():
    grid = Grid(left_m=-200, top_m=200, cell_m=10, n_rows=40, n_columns=40)
    kernel = {"d0_m": 100, "p0": 0.5}
    tolls = barrier_tolls([ROAD], ["road"], [0.0], grid=grid, **kernel)
    land = Land(np.full(grid.shape, 2, dtype=np.float32), tolls, grid)
    patches = patches_of(
        shapely.box(-50, 150, 50, 200), shapely.box(-50, -150, 50, -100)
    )
    road = [ROAD], [0.0], ["road"]
    found = links_of(useful([TUNNEL], ["crossing"]), patches, road, land=land)
    # From the strip, which ends 50 m from the road, to 150 and 100 m from the road over
    # land twice as hard as habitat.
    assert found["distance_m"].tolist() == pytest.approx([149.8, 99.8])
    assert found["cost_m"].tolist() == pytest.approx([200, 100], abs=15)
    chance = 0.5 ** (found["cost_m"] / 100)
    assert found["probability"].tolist() == pytest.approx(chance.tolist())


@pytest.mark.parametrize("angle", range(0, 180, 9))
def test_a_strip_of_four_cells_has_free_cells_on_both_sides_of_any_road(angle):
    grid = Grid(left_m=-1000, top_m=1000, cell_m=25, n_rows=80, n_columns=80)
    for east, north in np.random.default_rng(angle).uniform(0, 25, (8, 2)):
        road, strip = (
            shapely.affinity.translate(
                shapely.affinity.rotate(shape, angle, origin=(0, 0)), east, north
            )
            for shape in (ROAD, shapely.box(-25, -50, 25, 50))
        )
        toll_m = barrier_tolls([road], ["road"], [0.5], d0_m=100, p0=0.5, grid=grid)
        crossing = useful([strip], ["crossing"])
        _, ground, *_ = banks_of_crossings(crossing, ([road], [0.5], ["road"]))
        assert len(ground) == 2
        for side in ground:
            assert (toll_m[cells_touched(side, grid)] == 0).any()


def test_what_the_cells_are_too_large_for_is_told_with_what_to_do():
    grid = Grid(left_m=-100, top_m=100, cell_m=50, n_rows=4, n_columns=4)
    toll_m = np.zeros(grid.shape, dtype=np.float32)
    toll_m[1:3] = 99  # the road, in both rows of cells that the strip lies in
    land = Land(np.ones(grid.shape, dtype=np.float32), toll_m, grid)
    road = [ROAD], [0.5], ["road"]
    field, verge = shapely.box(60, 60, 90, 90), shapely.box(60, 5, 90, 10)
    strip = shapely.box(-10, -40, 10, 40)
    given = useful([strip, field, verge], ["crossing", "parcel", "parcel"])
    dead, none = land_words(given, road, land)
    assert dead.startswith("1 of 1 crossings end on cells of a barrier")
    assert none.startswith("1 of 2 candidates have no cell without a barrier")
    assert land_words(given.iloc[[1]], road, land) == []
    assert land_words(given.iloc[:0], road, land) == []
