"""The invented landscape of the bench: neighbours fit, of any size, always the same."""

import itertools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

BENCH = Path(__file__).parents[1] / "bench"


@pytest.fixture(scope="module")
def landscape():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCH)
        import landscape

        yield landscape


@pytest.fixture
def group_graph(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    import group_graph

    return group_graph


@pytest.fixture(scope="module")
def shapes(landscape):
    return landscape.polygons(4_000)


def test_a_smaller_landscape_is_the_middle_of_a_larger_one(landscape, shapes):
    assert shapely.equals_exact(landscape.polygons(500), shapes[:500]).all()
    assert not shapely.equals_exact(landscape.polygons(9, seed=2), shapes[:9]).any()


def test_polygons_are_valid_with_fifty_vertices_and_log_normal_areas(shapes):
    assert shapely.is_valid(shapes).all()
    assert shapely.get_num_coordinates(shapes).mean() == pytest.approx(49, abs=1)
    area_ha = shapely.area(shapes) / 10_000
    assert np.median(area_ha) == pytest.approx(0.75, abs=0.15)
    assert np.log(area_ha).std() == pytest.approx(1, abs=0.2)


def test_neighbours_share_edges_vertex_by_vertex_across_tiles(landscape):
    tiles = list(itertools.islice(landscape.tiles(), 4))
    shapes, tile = np.concatenate(tiles), np.repeat(range(4), list(map(len, tiles)))
    i, j = shapely.STRtree(shapes).query(shapes, predicate="touches")
    across = tile[i] < tile[j]
    i, j = i[across], j[across]
    # Moved ends or pieces would make the shared part shorter than both outlines' own.
    vertex = [shapely.multipoints(shapely.get_coordinates(shapes[k])) for k in (*i, *j)]
    both = shapely.intersection(vertex[: i.size], vertex[i.size :])
    assert np.mean(shapely.get_num_geometries(both) >= 9) > 0.9  # an edge: 8 pieces
    i, j = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
    assert i.size < 0.005 * shapes.size


def test_a_file_holds_the_same_polygons_and_can_be_read_as_a_layer(
    landscape, shapes, tmp_path
):
    landscape.write_polygons(tmp_path / "polygons.parquet", 2_000)
    layer = gpd.read_parquet(tmp_path / "polygons.parquet")
    assert layer.crs == "EPSG:31370"
    assert layer["polygon_id"].tolist() == list(range(2_000))
    assert shapely.equals_exact(layer.geometry.to_numpy(), shapes[:2_000]).all()


def test_a_graph_has_the_gaps_between_patches_that_are_apart(
    landscape, group_graph, tmp_path
):
    group_graph.write_graph(tmp_path / "graph.npz", 100, cap_m=500)
    graph = group_graph.read_graph(tmp_path / "graph.npz")
    assert graph["area_ha"].size == 100
    assert (graph["a"] < graph["b"]).all()
    assert np.unique(graph["a"] * 100 + graph["b"]).size == graph["a"].size
    assert (graph["gap_m"] > group_graph.JOIN_M).all()
    assert (graph["gap_m"] <= 500).all()
    half = np.isclose(graph["probability"], 0.5 ** (graph["gap_m"] / 500))
    assert half.all()


def test_the_small_graph_has_no_cut(group_graph, tmp_path):
    group_graph.write_graph(tmp_path / "graph.npz", 250, cap_m=500)
    graph = group_graph.read_graph(tmp_path / "graph.npz")
    small = group_graph.small_graph(graph)
    assert (graph["p_min"], small["p_min"]) == (0.01, 0)
    assert small["area_ha"].size == 200
    assert max(small["a"].max(), small["b"].max()) < 200
