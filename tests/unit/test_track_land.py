"""Hectares per track and unit: split at borders, counted once, with their costs."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from robuust.track_land import claimed_land, track_totals, unit_land
from robuust.tracks import TRACKS

TOWNS = gpd.GeoDataFrame(
    {"unit_id": ["t1", "t2"], "level": "town", "name": ["West", "East"]},
    geometry=[shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)],
    crs=31370,
)


def candidates(*rows):
    """Candidates a, b, .. as (west, east, track, euros, kind), ranked in that order."""
    west, east, track, cost_eur, kind = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "candidate_id": list("abcdefghij"[: len(rows)]),
            "rank": range(1, len(rows) + 1),
            "kind": kind,
            "track": track,
            "cost_eur": np.array(cost_eur, dtype=float),
        },
        geometry=[shapely.box(w, 0, e, 100) for w, e in zip(west, east, strict=True)],
        crs=31370,
    )


def test_a_candidate_across_a_border_is_split_by_area_with_its_cost():
    found = unit_land(TOWNS, candidates((90, 120, "verbreden", 900, "parcel")))
    rows = found[["unit_id", "candidate_id", "track", "area_ha", "cost_eur"]]
    assert rows.to_numpy().tolist() == [
        ["t1", "a", "verbreden", pytest.approx(0.1), pytest.approx(300)],
        ["t2", "a", "verbreden", pytest.approx(0.2), pytest.approx(600)],
    ]


def test_land_of_alternatives_counts_with_the_best_ranked_one_and_so_does_its_cost():
    # b shares half its land with a; c lies wholly in a and b and brings nothing.
    found = unit_land(
        TOWNS,
        candidates(
            (0, 40, "uitvoeren", 400, "parcel"),
            (20, 60, "verbreden", 1000, "parcel"),
            (30, 50, "verbreden", 5000, "parcel"),
        ),
    )
    rows = found[["candidate_id", "area_ha", "cost_eur"]].to_numpy().tolist()
    assert rows == [["a", 0.4, 400], ["b", pytest.approx(0.2), pytest.approx(500)]]


def test_a_crossing_claims_no_land_and_costs_what_it_costs():
    found = unit_land(
        TOWNS,
        candidates(
            (95, 105, "uitvoeren", 1000, "crossing"),
            (80, 100, "verbreden", 200, "parcel"),
        ),
    )
    by_unit = found.set_index(["unit_id", "candidate_id"])
    assert by_unit["area_ha"].to_dict() == {
        ("t1", "a"): 0,
        ("t1", "b"): pytest.approx(0.2),  # also the land under the crossing
        ("t2", "a"): 0,
    }
    assert by_unit.loc[("t1", "a"), "cost_eur"] == pytest.approx(500)
    assert by_unit.loc[("t2", "a"), "cost_eur"] == pytest.approx(500)


def test_the_tracks_of_the_whole_area_count_land_once_too():
    found = track_totals(
        candidates(
            (0, 40, "uitvoeren", 400, "parcel"),
            (20, 60, "verbreden", 1000, "parcel"),
            (30, 50, "verbreden", 5000, "parcel"),
            (10, 11, "verbreden", 70, "crossing"),
        )
    )
    assert found.to_numpy().tolist() == [
        ["uitvoeren", 1, pytest.approx(0.4), pytest.approx(400)],
        ["verbreden", 3, pytest.approx(0.2), pytest.approx(570)],
    ]


def test_no_candidate_gives_no_row_and_the_same_columns():
    some = candidates((90, 120, "verbreden", 900, "parcel"))
    none = unit_land(TOWNS, some.iloc[:0])
    assert none.empty
    assert list(none.columns) == list(unit_land(TOWNS, some).columns)
    outside = candidates((900, 920, "verbreden", 900, "parcel"))
    assert unit_land(TOWNS, outside).empty


def test_the_order_of_rows_changes_nothing():
    rows = candidates(
        (0, 40, "uitvoeren", 400, "parcel"),
        (20, 160, "verbreden", 1000, "parcel"),
        (150, 190, "meekoppelen", 700, "parcel"),
    )
    assert unit_land(TOWNS.iloc[::-1], rows.iloc[::-1]).equals(unit_land(TOWNS, rows))


@st.composite
def towns_and_candidates(draw):
    """Towns that tile 100 by 100 m, and candidates that may overlap or stick out."""
    cuts = draw(st.lists(st.integers(1, 99), unique=True, max_size=5))
    edges = [0, *sorted(cuts), 100]
    towns = [shapely.box(a, 0, b, 100) for a, b in pairwise(edges)]
    corner = st.integers(-30, 110)
    side = st.integers(1, 60)
    rows = draw(
        st.lists(
            st.tuples(corner, corner, side, side, st.sampled_from(TRACKS)), max_size=9
        )
    )
    shapes = [shapely.box(x, y, x + w, y + h) for x, y, w, h, _ in rows]
    rank = draw(st.permutations(range(1, len(rows) + 1)))
    return towns, shapes, [row[4] for row in rows], rank


@settings(deadline=None)
@given(towns_and_candidates())
def test_hectares_per_track_add_up_to_the_union_of_the_land_inside_the_units(land):
    towns, shapes, tracks, rank = land
    ids = [f"t{k}" for k in range(len(towns))]
    units = gpd.GeoDataFrame(
        {"unit_id": ids, "level": "town", "name": ids}, geometry=towns, crs=31370
    )
    rows = {
        "candidate_id": [f"c{k}" for k in range(len(shapes))],
        "kind": "parcel",
        "track": np.array(tracks, dtype=object),
        "cost_eur": shapely.area(np.array(shapes, dtype=object)),  # a euro per m2
        "rank": np.array(rank, dtype=int),
    }
    found = unit_land(units, gpd.GeoDataFrame(rows, geometry=shapes, crs=31370))
    inside = shapely.box(0, 0, 100, 100).intersection(shapely.union_all(shapes))
    per_track = found.groupby("track")["area_ha"].sum()
    assert per_track.sum() == pytest.approx(inside.area / 1e4)
    assert found["cost_eur"].sum() == pytest.approx(inside.area)
    whole = gpd.GeoDataFrame(
        {"unit_id": ["p"], "level": "province", "name": "P"},
        geometry=[shapely.box(0, 0, 100, 100)],
        crs=31370,
    )
    province = unit_land(whole, gpd.GeoDataFrame(rows, geometry=shapes, crs=31370))
    for track, hectares in province.groupby("track")["area_ha"].sum().items():
        assert per_track[track] == pytest.approx(hectares)


@settings(deadline=None)
@given(towns_and_candidates())
def test_claimed_land_covers_the_union_without_overlap(land):
    _, shapes, _, rank = land
    claimed = claimed_land(shapes, rank)
    whole = shapely.union_all(shapes)
    assert shapely.area(claimed).sum() == pytest.approx(whole.area)
    assert shapely.union_all(claimed).area == pytest.approx(whole.area)
    if len(shapes):
        best = int(np.argmin(rank))
        assert claimed[best].equals(shapes[best])
