"""Tracks: the largest overlap decides, and no hectare is counted twice."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.tracks import (
    TRACKS,
    assign_tracks,
    describe_tracks,
    needs_species_programme,
    overlaps,
)

FIELD = shapely.box(0, 0, 100, 100)
WEST_HALF, WEST_60 = shapely.box(-10, -10, 50, 110), shapely.box(-10, -10, 60, 110)
EAST_HALF, EAST_40 = shapely.box(50, -10, 110, 110), shapely.box(60, -10, 110, 110)


def hectares(row):
    return [round(row[f"{track}_ha"], 9) for track in TRACKS]


@pytest.mark.parametrize(
    ("plans", "nature_areas", "track", "expected"),
    [
        ([WEST_60], [EAST_40], "meekoppelen", [0.6, 0.4, 0.0]),
        ([EAST_40], [WEST_60], "verbreden", [0.4, 0.6, 0.0]),
        ([WEST_HALF], [EAST_HALF], "meekoppelen", [0.5, 0.5, 0.0]),  # a tie
        ([], [WEST_HALF], "verbreden", [0.0, 0.5, 0.5]),  # a tie
        ([EAST_40], [], "uitvoeren", [0.4, 0.0, 0.6]),
        ([], [], "uitvoeren", [0.0, 0.0, 1.0]),
        # A plan inside a nature area: the nature area covers more, the plan's
        # hectares are the plan's.
        ([EAST_40], [FIELD], "verbreden", [0.4, 0.6, 0.0]),
        ([EAST_40, EAST_HALF], [], "meekoppelen", [0.5, 0.0, 0.5]),  # overlapping plans
    ],
)
def test_the_largest_overlap_decides(plans, nature_areas, track, expected):
    found = assign_tracks([FIELD], plans, nature_areas)
    assert found["track"].tolist() == [track]
    assert hectares(found.iloc[0]) == expected


def test_the_one_that_covers_most_is_named_and_ties_go_to_the_first():
    _, main = overlaps([FIELD], [EAST_40, WEST_HALF, EAST_HALF])
    assert main.tolist() == [1]
    covered, main = overlaps([FIELD], [shapely.box(100, 0, 200, 100)])  # only touches
    assert main.tolist() == [-1]
    assert covered[0].is_empty


def test_each_reason_gives_the_name_the_year_and_the_share():
    candidates = gpd.GeoDataFrame(
        geometry=[FIELD, shapely.box(500, 0, 600, 100), shapely.box(900, 0, 950, 50)],
        crs="EPSG:31370",
    )
    plans = gpd.GeoDataFrame(
        {
            "plan_id": ["p"],
            "name": ["Kustvisie"],
            "year": pd.array([2028], dtype="Int64"),
        },
        geometry=[WEST_60],
        crs="EPSG:31370",
    )
    nature_areas = gpd.GeoDataFrame(
        {"nature_area_id": ["n"], "name": ["De Vloeiweide"], "manager": ["ANB"]},
        geometry=[shapely.box(500, 0, 590, 100)],
        crs="EPSG:31370",
    )
    found = describe_tracks(candidates, plans, nature_areas)
    assert found["reason_nl"].tolist() == [
        "meekoppelen met plan Kustvisie (2028): 60 % ligt in plannen",
        "verbreden van natuurgebied De Vloeiweide (ANB): 90 % ligt in natuurgebied",
        "uitvoeren: de meeste grond ligt niet in een plan en niet in natuurgebied "
        "(0 % in plannen, 0 % in natuurgebied)",
    ]
    assert found["plan_year"].tolist()[0] == 2028
    assert found["manager"].isna().tolist() == [True, False, True]
    empty = describe_tracks(candidates.iloc[:0], plans.iloc[:0], nature_areas.iloc[:0])
    assert empty.empty
    assert set(found.columns) == set(empty.columns)


@st.composite
def boxes(draw):
    corner, side = st.integers(0, 80), st.integers(1, 80)
    n = draw(st.integers(0, 4))
    rows = [[draw(corner), draw(corner), draw(side), draw(side)] for _ in range(n)]
    west, south, width, height = np.array(rows, dtype=float).reshape(-1, 4).T
    return shapely.box(west, south, west + width, south + height)


@settings(deadline=None)
@given(boxes(), boxes(), boxes())
def test_no_hectare_is_counted_twice_and_none_is_lost(shapes, plans, nature_areas):
    found = assign_tracks(shapes, plans, nature_areas)
    total = found[[f"{track}_ha" for track in TRACKS]].sum(axis=1)
    np.testing.assert_allclose(total, shapely.area(shapes) / 10_000, atol=1e-9)
    shuffled = assign_tracks(shapes, plans[::-1], nature_areas[::-1])
    assert found["track"].tolist() == shuffled["track"].tolist()


def test_work_for_one_relict_belongs_to_a_species_programme():
    found = pd.DataFrame(
        [
            ("one relict", "Vertigo", "relict"),
            ("one relict", "Vertigo", "phantom"),
            ("one that is well", "Vertigo", "relict"),
            ("one that is well", "Vertigo", "viable"),
            ("two", "Vertigo", "relict"),
            ("two", "Liparis", "relict"),
        ],
        columns=["candidate_id", "species", "status"],
    )
    assert needs_species_programme(found).to_dict() == {
        "one relict": True,
        "one that is well": False,
        "two": False,
    }
    assert needs_species_programme(found.iloc[:0]).empty
