"""Cells in the gaps: where they lie, and that they hang together."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from robuust.gap_cells import gap_cells, largest_parts

CRS = "EPSG:31370"
PATCHES = pd.DataFrame(
    {"group": "g", "patch_id": ["A", "B"], "polygon_id": ["heath", "mire"]}
)
STRIP = shapely.box(0, 0, 700, 100)
SQUARE = {"cell_m": 100, "shape": "square", "barriers": ()}


def layer(**shapes):
    columns = {"polygon_id": list(shapes)}
    return gpd.GeoDataFrame(columns, geometry=list(shapes.values()), crs=CRS)


def small_map(**more):
    """Heath in the west and mire in the east, with what lies between."""
    ends = {"heath": shapely.box(0, 0, 100, 100), "mire": shapely.box(400, 0, 500, 100)}
    habitat = layer(**ends, **more)
    return habitat, habitat.iloc[:2]


def test_cells_are_found_only_on_unmapped_land_between_two_patches():
    habitat, sources = small_map(field=shapely.box(100, 0, 200, 100))
    given = {"reach_m": 200, **SQUARE}
    cells = gap_cells(STRIP, habitat, sources, PATCHES, **given)
    # Unmapped from x = 200 to 400. The centres at 250 and 350 are 150 and 250 m from
    # the heath, 150 and 50 m from the mire: only the first is within 200 m of both.
    assert cells["candidate_id"].tolist() == ["cell-2-0"]
    assert cells.area.tolist() == [10_000]
    one_patch = PATCHES.assign(patch_id="A")
    assert gap_cells(STRIP, habitat, sources, one_patch, **given).empty


@pytest.mark.parametrize(
    ("canal", "kept"), [((269, 279), (200, 269)), ((242, 248), (248, 300))]
)
def test_a_cell_takes_no_land_that_the_map_cuts_off_from_it(canal, kept):
    habitat, sources = small_map(
        field=shapely.box(100, 0, 200, 100),
        canal=shapely.box(canal[0], 0, canal[1], 100),
    )
    cells = gap_cells(STRIP, habitat, sources, PATCHES, reach_m=200, **SQUARE)
    assert cells["candidate_id"].tolist() == ["cell-2-0"]
    assert cells.geometry.iloc[0].equals(shapely.box(kept[0], 0, kept[1], 100))


def test_no_cell_is_left_where_the_largest_piece_is_less_than_half():
    # 46 m either side of the canal: nine tenths of a cell, but no half in one piece.
    habitat, sources = small_map(
        canal=shapely.box(246, 0, 249, 100), rest=shapely.box(295, 0, 300, 100)
    )
    cells = gap_cells(STRIP, habitat, sources, PATCHES, reach_m=200, **SQUARE)
    assert "cell-2-0" not in set(cells["candidate_id"])


def test_a_cell_lies_on_one_side_of_a_road():
    habitat, sources = small_map(field=shapely.box(100, 0, 200, 100))
    road = shapely.LineString([(270, -50), (270, 150)])
    given = SQUARE | {"barriers": [road]}
    cells = gap_cells(STRIP, habitat, sources, PATCHES, reach_m=200, **given)
    assert cells.geometry.iloc[0].bounds == pytest.approx((200, 0, 269.5, 100))


def test_hexagons_are_as_large_as_squares_and_fill_the_land_once():
    habitat, sources = small_map()
    area = shapely.box(-2000, -2000, 2000, 2000)
    given = {"cell_m": 50, "shape": "hexagon", "barriers": (), "reach_m": 400}
    cells = gap_cells(area, habitat, sources, PATCHES, **given)
    whole = cells[cells.area > 2499]
    assert len(whole) > 50
    assert whole.area.to_numpy() == pytest.approx(np.full(len(whole), 2500))
    assert cells.union_all().area == pytest.approx(cells.area.sum())
    assert cells["candidate_id"].is_unique
    assert cells["candidate_id"].str.match(r"hex--?\d+--?\d+").all()


@pytest.mark.parametrize("shape", ["square", "hexagon"])
def test_a_cell_keeps_its_id_when_the_study_area_grows(shape):
    habitat, sources = small_map()
    given = SQUARE | {"shape": shape, "reach_m": 300}
    large = shapely.box(-990, -310, 1330, 470)
    small = gap_cells(STRIP, habitat, sources, PATCHES, **given)
    all_cells = gap_cells(large, habitat, sources, PATCHES, **given)
    both = small.merge(all_cells, on="candidate_id", suffixes=("", "_large"))
    assert len(both) == len(small) > 0
    inside = shapely.intersection(both["geometry_large"].to_numpy(), STRIP)
    assert shapely.area(inside) == pytest.approx(both.area.to_numpy())


def test_of_equal_pieces_the_westernmost_stays_and_lines_are_dropped():
    pieces = shapely.GeometryCollection(
        [
            shapely.box(5, 0, 6, 1),
            shapely.box(0, 0, 1, 1),
            shapely.LineString([(0, 0), (99, 0)]),
        ]
    )
    found = largest_parts([pieces, shapely.Point(0, 0), None])
    assert found[0].bounds == (0, 0, 1, 1)
    assert shapely.is_empty(found[1:]).all()
