"""Variety in a window round every cell, and the raster that holds it."""

import math
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from map_variety import map_variety
from robuust.grid import Grid
from robuust.mosaic import variety
from robuust.variety_surface import (
    Block,
    blocks_of,
    cell_mosaic,
    chord_half_widths,
    holds_habitat,
    variety_in_window,
    windows,
)

CELL_M = 10.0
SIX = Grid(left_m=0.0, top_m=60.0, cell_m=CELL_M, n_rows=6, n_columns=6)
CODES = ["2310", "4010", "4030"]
HA = 1e4


def habitat(*shapes, sources=None):
    """Polygons p0, p1 ... of one source, or of those given."""
    ids = [f"p{k}" for k in range(len(shapes))]
    sources = sources or ["map"] * len(shapes)
    columns = {"polygon_id": pd.array(ids, dtype="str"), "source": sources}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=31370)


def parts(*rows):
    return pd.DataFrame(rows, columns=["polygon_id", "code", "share"]).astype(
        {"polygon_id": "str", "code": "str", "share": "float64"}
    )


def surfaces(polygons, kinds, grid=SIX, *, radius_m, block=None):
    block = block or Block(0, grid.n_rows, 0, grid.n_columns)
    mosaic = cell_mosaic(polygons, kinds, grid)
    half_widths = chord_half_widths(radius_m / grid.cell_m)
    return np.array(variety_in_window(mosaic, block, half_widths=half_widths))


# --- By hand


def test_four_cells_in_a_row_by_hand():
    # Cells 0 and 1 one field of heath, cell 2 half heath half grassland, cell 3 bare.
    row = Grid(left_m=0.0, top_m=10.0, cell_m=10.0, n_rows=1, n_columns=4)
    fields = habitat(shapely.box(0, 0, 20, 10), shapely.box(20, 0, 30, 10))
    kinds = parts(("p0", "4030", 1), ("p1", "4030", 0.5), ("p1", "6230", 0.5))
    n_types, shannon, grain_ha = surfaces(fields, kinds, row, radius_m=10)
    assert n_types.tolist() == [[1, 2, 2, 2]]

    def diversity(*share):
        return -sum(p * np.log(p) for p in share)

    # Of cell 1: 250 m2 heath, 50 grassland; of cell 2: 150, 50; of cell 3: 50, 50.
    by_hand = [0, diversity(5 / 6, 1 / 6), diversity(3 / 4, 1 / 4), diversity(0.5, 0.5)]
    assert shannon[0] == pytest.approx(by_hand, abs=1e-9)
    # Of cell 2: 200 m2 of one and a half polygon.
    by_hand = [200 / 1, 300 / 2, 200 / 1.5, 100 / 1]
    assert grain_ha[0] * HA == pytest.approx(by_hand, rel=1e-6)


def test_a_disc_holds_the_cells_whose_centre_lies_within_the_radius():
    assert chord_half_widths(0).tolist() == [0]
    assert chord_half_widths(0.99).tolist() == [0]
    assert chord_half_widths(1).tolist() == [0, 1, 0]
    assert chord_half_widths(1.5).tolist() == [1, 1, 1]
    assert chord_half_widths(5).tolist() == [0, 3, 4, 4, 4, 5, 4, 4, 4, 3, 0]


@given(st.integers(0, 400), st.sampled_from([0.1, 0.3, 1.0, 2.5, 10.0, 25.0]))
def test_a_centre_at_the_radius_itself_is_in_the_disc(n_cells, cell_m):
    half_widths = chord_half_widths(n_cells * cell_m / cell_m)
    assert len(half_widths) == 2 * n_cells + 1
    assert half_widths[n_cells] == n_cells


def test_groups_share_the_window_of_a_distance():
    found = windows({"frogs": 300, "bees": 150.0, "newts": 300.0})
    assert found == [(150.0, ["bees"]), (300.0, ["frogs", "newts"])]


def test_a_polygon_between_the_centres_keeps_its_hectares_and_its_type():
    pond, heath = shapely.box(1, 1, 3, 3), shapely.box(0, 30, 60, 60)
    kinds = parts(("p0", "3150", 1), ("p1", "4030", 1))
    n_types, _, grain_ha = surfaces(habitat(pond, heath), kinds, radius_m=0)
    assert n_types[5, 0] == 1
    assert grain_ha[5, 0] * HA == pytest.approx(4)
    assert n_types[5, 1] == 0


def test_layers_that_overlap_on_purpose_count_both():
    fields = habitat(SQUARE, SQUARE, sources=["map", "ponds"])
    kinds = parts(("p0", "4030", 1), ("p1", "3150", 1))
    n_types, shannon, _ = surfaces(fields, kinds, radius_m=0)
    assert (n_types == 2).all()
    assert shannon == pytest.approx(np.full(SIX.shape, np.log(2)))


def test_no_habitat_is_no_type_no_diversity_and_no_grain():
    for fields, kinds in (
        (habitat(SQUARE), parts()),
        (habitat(SQUARE), parts(("p0", "4030", 0.0))),
        (habitat(SQUARE), parts(("elsewhere", "4030", 1.0))),
        (habitat(), parts()),
    ):
        n_types, shannon, grain_ha = surfaces(fields, kinds, radius_m=20)
        assert (n_types == 0).all()
        assert (shannon == 0).all()
        assert np.isnan(grain_ha).all()


# --- Against a count of every cell, and laws

SQUARE = shapely.box(0, 0, 60, 60)
few = settings(deadline=None, max_examples=50)
BREAKS = st.lists(
    st.integers(0, 60).filter(lambda x: x % 10 != 5),
    unique=True,
    min_size=2,
    max_size=8,
)  # no edge runs through the centre of a cell


@st.composite
def landscapes(draw):
    """Strips side by side, and strips of another source across them."""
    shapes, sources = [], []
    for source in draw(st.sampled_from([["map"], ["map", "ponds"]])):
        breaks, (low, high) = sorted(draw(BREAKS)), sorted(draw(BREAKS))[:2]
        for a, b in pairwise(breaks):
            box = (a, low, b, high) if source == "map" else (low, a, high, b)
            shapes.append(shapely.box(*box))
            sources.append(source)
    share = st.sampled_from([0.0, 0.001, 0.3, 0.5])
    rows = [
        (f"p{k}", code, draw(share))
        for k in range(len(shapes))
        for code in draw(st.lists(st.sampled_from(CODES), max_size=3))
    ]
    return habitat(*shapes, sources=sources), parts(*rows)


RADII = st.sampled_from([0.0, 4.0, 10.0, 14.0, 15.0, 20.0, 22.0, 28.3, 33.0, 90.0])


def cells_of(shape):
    """Row and column of every cell whose centre the shape holds, one by one."""
    held = [
        (row, column)
        for row in range(6)
        for column in range(6)
        if shape.contains(shapely.Point(column * 10 + 5, 55 - row * 10))
    ]
    point = shapely.point_on_surface(shape)
    return held or [(min(int((60 - point.y) // 10), 5), min(int(point.x // 10), 5))]


def counted(fields, radius_m, row, column):
    """Variety in the window of one cell, polygon by polygon and cell by cell."""
    area_of, area, number = {}, 0.0, 0.0
    for cells, area_m2, own in fields:
        near = [
            cell
            for cell in cells
            if math.dist(cell, (row, column)) * CELL_M <= radius_m + 1e-6
        ]
        inside = len(near) / len(cells)
        if not own or not near:
            continue
        area, number = area + area_m2 * inside, number + inside
        for code, share in own:
            area_of[code] = area_of.get(code, 0) + area_m2 * inside * share
    p = np.array(list(area_of.values())) / max(sum(area_of.values()), 1e-300)
    shannon = -(p * np.log(p)).sum() if p.size else 0.0
    return len(area_of), shannon, area / number / HA if number else np.nan


@few
@given(landscapes(), RADII)
def test_every_cell_has_what_a_count_cell_by_cell_finds(landscape, radius_m):
    polygons, kinds = landscape
    found = surfaces(polygons, kinds, radius_m=radius_m)
    kinds = kinds[kinds["share"] > 0]
    fields = [
        (cells_of(shape), shape.area, own[["code", "share"]].to_numpy().tolist())
        for name, shape in zip(polygons["polygon_id"], polygons.geometry, strict=True)
        for own in [kinds[kinds["polygon_id"] == name]]
    ]
    expected = [
        counted(fields, radius_m, row, column)
        for row in range(6)
        for column in range(6)
    ]
    expected = np.array(expected).T.reshape(3, 6, 6)
    assert (found[0] == expected[0]).all()
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@few
@given(landscapes(), RADII, st.integers(2, 5))
def test_blocks_change_no_bit(landscape, radius_m, side):
    whole = surfaces(*landscape, radius_m=radius_m)
    mosaic = cell_mosaic(*landscape, SIX)
    for block in blocks_of(SIX.shape, side=side):
        part = surfaces(*landscape, radius_m=radius_m, block=block)
        rows, columns = slice(block.top, block.bottom), slice(block.left, block.right)
        np.testing.assert_array_equal(part, whole[:, rows, columns])
        itself = surfaces(*landscape, radius_m=0, block=block)
        assert (holds_habitat(mosaic, block) == (itself[0] > 0)).all()


@few
@given(landscapes(), RADII, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(landscape, radius_m, random):
    polygons, kinds = landscape
    order = random.sample(range(len(polygons)), len(polygons))
    other = random.sample(range(len(kinds)), len(kinds))
    again = surfaces(polygons.iloc[order], kinds.iloc[other], radius_m=radius_m)
    np.testing.assert_allclose(
        again, surfaces(polygons, kinds, radius_m=radius_m), rtol=1e-9, atol=1e-12
    )


@few
@given(landscapes())
def test_a_window_over_all_says_what_an_area_over_all_says(landscape):
    polygons, kinds = landscape
    kinds = kinds[kinds["share"] > 0]
    area = variety([SQUARE], polygons, kinds, variety_min_types=1).iloc[0]
    found = surfaces(polygons, kinds, radius_m=1000)
    for k, column in enumerate(["n_habitat_types", "shannon", "mean_grain_ha"]):
        everywhere = np.full(SIX.shape, area[column], dtype=float)
        np.testing.assert_allclose(found[k], everywhere, rtol=1e-6, atol=1e-6)


@few
@given(landscapes(), RADII)
def test_diversity_lies_between_one_type_and_equal_types(landscape, radius_m):
    n_types, shannon, _ = surfaces(*landscape, radius_m=radius_m)
    assert (shannon >= 0).all()
    assert (shannon <= np.log(np.maximum(n_types, 1)) + 1e-12).all()
    wider = surfaces(*landscape, radius_m=radius_m + 10)[0]
    assert (wider >= n_types).all()


@given(RADII, st.floats(0.01, 1), st.integers(0, 54), st.integers(1, 60))
def test_one_polygon_is_one_type_of_its_own_size(radius_m, share, left, width):
    shape = shapely.box(left, 20, left + width, 40).intersection(SQUARE)
    kinds = parts(("p0", "4030", share))
    n_types, shannon, grain_ha = surfaces(habitat(shape), kinds, radius_m=radius_m)
    assert set(np.unique(n_types)) <= {0, 1}
    assert n_types.max() == 1
    assert (shannon == 0).all()
    np.testing.assert_allclose(grain_ha[n_types > 0] * HA, shape.area, rtol=1e-6)


# --- The script


@pytest.fixture
def inputs(tmp_path):
    """Files as the earlier rules write them: heath, bare land and a far pond."""
    heath, bare = shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)
    pond = shapely.box(390, 0, 400, 10)  # outside the study area
    habitat(heath, bare, pond).to_parquet(tmp_path / "habitat.parquet")
    kinds = parts(("p0", "4030", 1), ("p1", "gh", 1), ("p2", "3150", 1))
    kinds.to_parquet(tmp_path / "habitat_parts.parquet")
    study = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 300, 100)], crs=31370)
    study.to_parquet(tmp_path / "study_area.parquet")
    types = "code,bundle\n4030,dry_heath\n3150,water\ngh,\n"
    (tmp_path / "habitat_types.csv").write_text(types, encoding="utf-8")
    names = ("habitat", "habitat_parts", "study_area")
    paths = {name: tmp_path / f"{name}.parquet" for name in names}
    paths["habitat_types"] = tmp_path / "habitat_types.csv"
    paths["habitat_variety"] = tmp_path / "habitat_variety.tif"
    return paths


DISTANCES = {"frogs": 300.0, "bees": 20.0, "newts": 300.0}


def test_the_raster_is_cloud_optimised_and_says_what_each_band_holds(inputs):
    map_variety(inputs, local_distance_m=DISTANCES, cell_m=10)
    with rasterio.open(inputs["habitat_variety"]) as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.dtypes == ("float32",) * 6
        assert raster.nodata == -1
        assert raster.crs.to_epsg() == 31370
        assert tuple(raster.bounds) == (0, 0, 400, 100)
        assert raster.units == ("number", "natural logarithm", "ha") * 2
        assert raster.descriptions[:2] == (
            "number of habitat types within 20 m (bees)",
            "Shannon diversity of their area within 20 m (bees)",
        )
        words = "mean area of the habitat polygons within 300 m (frogs, newts)"
        assert raster.descriptions[5] == words
        assert raster.tags(4)["radius_m"] == "300.0"
        assert float(raster.tags(4)["highest"]) == raster.read(4).max() == 2
    names = {path.name for path in inputs["habitat_variety"].parent.iterdir()}
    assert names == {path.name for path in inputs.values()}  # nothing is left behind


def test_outside_the_study_area_only_habitat_itself_has_a_value(inputs):
    map_variety(inputs, local_distance_m=DISTANCES, cell_m=10)
    with rasterio.open(inputs["habitat_variety"]) as raster:
        near, _, near_grain, far, diversity, _ = raster.read()
    # x 5 and 115: heath and within 20 m of it; x 195: bare; x 385: outside; 395: pond.
    assert near[9, [0, 11, 19, 38, 39]].tolist() == [1, 1, 0, -1, 1]
    assert near_grain[9, [0, 11, 19, 38]].tolist() == [1, 1, -1, -1]
    assert near_grain[9, 39] == pytest.approx(0.01)
    assert far[9, [0, 10, 29, 38]].tolist() == [1, 2, 2, -1]
    assert diversity[9, 0] == 0


def test_blocks_of_the_script_leave_no_seam(inputs, monkeypatch):
    map_variety(inputs, local_distance_m=DISTANCES, cell_m=10)
    with rasterio.open(inputs["habitat_variety"]) as raster:
        whole, tags = raster.read(), raster.tags(4)
    monkeypatch.setattr("map_variety.BLOCK_CELLS", 7)
    map_variety(inputs, local_distance_m=DISTANCES, cell_m=10)
    with rasterio.open(inputs["habitat_variety"]) as raster:
        assert (raster.read() == whole).all()
        assert raster.tags(4) == tags


def test_a_map_without_any_habitat_gives_zeros(inputs):
    parts(("p1", "gh", 1)).to_parquet(inputs["habitat_parts"])
    map_variety(inputs, local_distance_m={"bees": 0.0}, cell_m=10)
    with rasterio.open(inputs["habitat_variety"]) as raster:
        n_types, _, grain_ha = raster.read()
        assert raster.tags(1)["highest"] == "0.0"
    assert set(np.unique(n_types)) == {-1, 0}
    assert set(np.unique(grain_ha)) == {-1}
