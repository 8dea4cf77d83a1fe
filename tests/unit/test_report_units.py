"""Sums per reporting unit: split by area, counted once."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.report_units import (
    unit_candidates,
    unit_classes,
    unit_populations,
    unit_priorities,
    unit_species,
    unit_totals,
)
from sum_report_units import sum_report_units

UNITS = gpd.GeoDataFrame(
    {
        "unit_id": ["t1", "t2", "p1"],
        "level": ["town", "town", "province"],
        "name": ["West", "East", "All"],
    },
    geometry=[
        shapely.box(0, 0, 100, 100),
        shapely.box(100, 0, 200, 100),
        shapely.box(0, 0, 200, 100),
    ],
    crs=31370,
)
PATCHES = gpd.GeoDataFrame(
    {"group": ["frogs", "frogs", "bees"], "class": ["key", "key", "near"]},
    geometry=[
        shapely.box(50, 0, 150, 100),
        shapely.box(0, 0, 10, 100),
        shapely.box(190, 0, 230, 100),
    ],
    crs=31370,
)
POPULATIONS = gpd.GeoDataFrame(
    [
        ("Hyla", "frogs", "f1", "viable"),
        ("Hyla", "frogs", "f2", "relict"),
        ("Rana", "frogs", "f2", "phantom"),
        ("Rana", "frogs", "f3", "lost"),
        ("Bufo", "frogs", "f4", "lost"),
        ("Bufo", "frogs", "f9", "viable"),
    ],
    columns=["species", "group", "patch_id", "status"],
    geometry=shapely.points(
        [(50, 50), (100, 50), (100, 50), (150, 50), (60, 50), (999, 999)]
    ),
    crs=31370,
)
RESTORATION = gpd.GeoDataFrame(
    {
        "candidate_id": ["c1", "c2", "c3"],
        "track": ["verbreden", "uitvoeren", "verbreden"],
        "area_ha": [0.3, 0.1, 0.2],
        "cost_eur": [900.0, 100.0, 400.0],
        "rank": [2, 1, 3],
    },
    geometry=[
        shapely.box(90, 0, 120, 100),
        shapely.box(0, 0, 10, 100),
        shapely.box(120, 0, 140, 100),
    ],
    crs=31370,
)


def test_a_patch_across_a_border_is_split_by_area():
    found = unit_classes(UNITS, PATCHES).set_index(["unit_id", "group", "class"])
    assert found["area_ha"].to_dict() == pytest.approx(
        {
            ("p1", "bees", "near"): 0.1,
            ("p1", "frogs", "key"): 1.1,
            ("t1", "frogs", "key"): 0.6,
            ("t2", "bees", "near"): 0.1,
            ("t2", "frogs", "key"): 0.5,
        }
    )


@st.composite
def towns_and_patches(draw):
    """Towns that tile 100 by 100 m without overlap, and patches anywhere."""
    cuts = draw(st.lists(st.integers(1, 99), unique=True, max_size=5))
    edges = [0, *sorted(cuts), 100]
    towns = [shapely.box(a, 0, b, 100) for a, b in pairwise(edges)]
    corners = draw(
        st.lists(st.tuples(st.integers(-20, 110), st.integers(-20, 110)), max_size=8)
    )
    return towns, [shapely.box(x, y, x + 17, y + 23) for x, y in corners]


@given(towns_and_patches())
def test_units_of_a_level_add_up_to_the_clipped_area_of_all_patches(land):
    towns, shapes = land
    ids = [f"t{k}" for k in range(len(towns))]
    units = gpd.GeoDataFrame(
        {"unit_id": ids, "level": "town", "name": ids}, geometry=towns, crs=31370
    )
    rows = {"group": ["frogs"] * len(shapes), "class": ["key"] * len(shapes)}
    patches = gpd.GeoDataFrame(rows, geometry=shapes, crs=31370)
    total_ha = unit_classes(units, patches)["area_ha"].sum()
    clipped = shapely.intersection(
        shapely.box(0, 0, 100, 100), np.array(shapes, object)
    )
    assert total_ha == pytest.approx(shapely.area(clipped).sum() / 1e4)


def test_a_population_counts_once_per_level_also_on_a_border():
    counted = unit_populations(UNITS, POPULATIONS)
    per_level = counted.groupby("level").size()
    assert per_level.to_dict() == {"province": 5, "town": 5}
    on_border = counted[(counted["patch_id"] == "f2") & (counted["level"] == "town")]
    assert set(on_border["unit_id"]) == {"t1"}


def test_species_per_status_by_hand():
    found = unit_species(unit_populations(UNITS, POPULATIONS))
    west = found[found["unit_id"] == "t1"]
    rows = west[["species", "status", "n_patches"]].to_numpy().tolist()
    assert rows == [
        ["Bufo", "lost", 1],
        ["Hyla", "relict", 1],
        ["Hyla", "viable", 1],
        ["Rana", "phantom", 1],
    ]


def test_priorities_per_track_belong_to_the_unit_that_holds_most():
    found = unit_priorities(unit_candidates(UNITS, RESTORATION))
    rows = found.set_index(["unit_id", "track"])
    east = rows.loc[("t2", "verbreden")]
    assert east["top_candidates"] == "c1; c3"
    assert (east["n_candidates"], east["cost_eur"]) == (2, 1300)
    assert east["area_ha"] == pytest.approx(0.5)
    assert ("t1", "verbreden") not in rows.index
    towns = found[found["level"] == "town"]
    assert towns["cost_eur"].sum() == RESTORATION["cost_eur"].sum()


def test_totals_per_unit_by_hand():
    robust = [shapely.box(80, 0, 130, 100), shapely.box(150, 0, 160, 100)]
    counted = unit_populations(UNITS, POPULATIONS)
    candidates = unit_candidates(UNITS, RESTORATION)
    totals = unit_totals(UNITS, robust, counted, candidates)
    assert totals["unit_id"].tolist() == ["p1", "t1", "t2"]
    assert totals["area_ha"].tolist() == [2, 1, 1]
    assert totals["robust_ha"].tolist() == pytest.approx([0.6, 0.2, 0.4])
    assert totals["n_robust_areas"].tolist() == [2, 1, 2]
    assert totals["n_species"].tolist() == [2, 2, 0]
    assert totals["n_relicts"].tolist() == [1, 1, 0]
    assert totals["n_phantoms"].tolist() == [1, 1, 0]
    assert totals["n_lost"].tolist() == [2, 1, 1]
    assert totals["top_candidates"].tolist() == ["c2; c1; c3", "c2", "c1; c3"]
    assert set(totals.geom_type) == {"MultiPolygon"}


def test_with_nothing_to_report_every_unit_still_has_its_row():
    counted = unit_populations(UNITS, POPULATIONS.iloc[:0])
    candidates = unit_candidates(UNITS, RESTORATION.iloc[:0])
    totals = unit_totals(UNITS, [], counted, candidates)
    assert totals["robust_ha"].tolist() == [0, 0, 0]
    assert totals["top_candidates"].tolist() == ["", "", ""]
    assert len(unit_classes(UNITS, PATCHES.iloc[:0])) == 0
    some = unit_species(unit_populations(UNITS, POPULATIONS))
    assert list(unit_species(counted).columns) == list(some.columns)
    some = unit_priorities(unit_candidates(UNITS, RESTORATION))
    assert list(unit_priorities(candidates).columns) == list(some.columns)


def test_the_order_of_rows_changes_nothing():
    for make, rows in ((unit_populations, POPULATIONS), (unit_candidates, RESTORATION)):
        one, other = make(UNITS, rows), make(UNITS.iloc[::-1], rows.iloc[::-1])
        pd.testing.assert_frame_equal(
            one.reset_index(drop=True), other.reset_index(drop=True)
        )


def test_the_script_writes_four_tables(tmp_path):
    paths = {"verdicts": [], "populations": []}
    for name, rows in (("verdicts", PATCHES), ("populations", POPULATIONS)):
        for part, half in enumerate((rows.iloc[:0], rows)):
            path = tmp_path / f"{name}_{part}.parquet"
            half.to_parquet(path)
            paths[name].append(path)
    for name, rows in (("units", UNITS), ("restoration", RESTORATION)):
        paths[name] = tmp_path / f"{name}.parquet"
        rows.to_parquet(paths[name])
    paths["robust_areas"] = tmp_path / "robust_areas.parquet"
    PATCHES.iloc[:1].to_parquet(paths["robust_areas"])
    tables = ("report_units", "unit_classes", "unit_species", "unit_priorities")
    for name in tables:
        paths[name] = tmp_path / f"{name}.parquet"
    sum_report_units(paths)
    assert gpd.read_parquet(paths["report_units"])["robust_ha"].tolist() == [
        1,
        0.5,
        0.5,
    ]
    rows = [len(pd.read_parquet(paths[name])) for name in tables]
    assert rows == [3, 5, 10, 4]
