"""The map of the bench: as large as asked, sound but for its dirt, always the same."""

import importlib.util
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

SCRIPT = Path(__file__).parents[1] / "bench" / "bwk_map.py"
ROWS = 3_000


@pytest.fixture(scope="module")
def bwk_map():
    specification = importlib.util.spec_from_file_location("bwk_map", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def layer(bwk_map, tmp_path_factory):
    path = tmp_path_factory.mktemp("bwk") / "bwk.gpkg"
    bwk_map.write_bwk(path, ROWS)
    return gpd.read_file(path)


def test_it_has_the_rows_the_columns_and_the_vertices_of_the_bwk(layer):
    assert len(layer) == ROWS
    assert layer.crs.to_epsg() == 31370
    assert set(layer.geom_type) == {"MultiPolygon"}
    assert 45 < shapely.get_num_coordinates(layer.geometry).mean() < 53
    wanted = {f"EENH{k}" for k in range(1, 9)} | {"UIDN", "OIDN", "TAG", "EVAL", "V3"}
    wanted |= {f"{stem}{k}" for stem in ("HAB", "PHAB") for k in range(1, 6)}
    wanted |= {"HERK", "INFO", "BWKLABEL", "HERKHAB", "HERKPHAB", "HABLEGENDE"}
    assert wanted <= set(layer.columns)
    assert layer["TAG"].is_unique
    assert layer[[f"PHAB{k}" for k in range(1, 6)]].sum(axis=1).eq(100).all()


def test_cells_adjoin_exactly_across_strips(bwk_map):
    width, height = bwk_map._sizes(20, 12, 1)
    strips = [bwk_map._bricks(k, k + 4, width, height, 1) for k in (0, 4, 8)]
    cells = np.concatenate(strips)
    assert shapely.is_valid(cells).all()
    assert shapely.coverage_is_valid(cells)
    [whole] = shapely.get_parts(shapely.union_all(cells))
    assert not shapely.get_num_interior_rings(whole)


def test_each_kind_of_dirt_is_there_and_rare(layer):
    shapes = layer.geometry.to_numpy()
    valid = shapely.is_valid(shapes)
    kinds = {
        "crossed": ~valid,
        "sliver": shapely.area(shapes) < 1,
        "repeated": layer.geometry.to_wkb().duplicated().to_numpy(),
        "unknown code": (layer["HAB1"] == "zzz").to_numpy(),
    }
    for kind, found in kinds.items():
        assert 0 < found.mean() < 0.005, kind
    sound = valid & ~kinds["sliver"] & ~kinds["repeated"]
    faulty = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes[sound]))
    assert 0 < faulty.mean() < 0.05


def test_the_same_seed_gives_the_same_map(bwk_map, layer, tmp_path):
    for seed, equal in ((20260101, True), (2, False)):
        bwk_map.write_bwk(tmp_path / f"{seed}.gpkg", ROWS, seed=seed)
        again = gpd.read_file(tmp_path / f"{seed}.gpkg")
        assert again.geometry.geom_equals_exact(layer.geometry, 0).all() == equal
