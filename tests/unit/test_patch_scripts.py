"""The scripts of chapters 2 and 3, from files to files, with habitat and without."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from delineate_patches import delineate_patches
from measure_connectivity import measure_connectivity

KERNEL = {"d0_m": 100, "p0": 0.5, "p_min": 1e-4, "dispersal_max_m": 300}
OUTPUTS = [
    "patches",
    "patch_polygons",
    "links",
    "patch_connectivity",
    "network_connectivity",
    "group_connectivity",
    "component_sweep",
]


@pytest.fixture
def paths(tmp_path):
    """Three heaths in a row, 100 m apart, a forest, a road before the last heath."""
    squares = shapely.box([0, 200, 400, 600], 0, [100, 300, 500, 700], 100)
    habitat = {"polygon_id": list("abcd"), "source": "map", "area_ha": 1.0}
    codes = pd.DataFrame(
        {
            "polygon_id": list("abcd"),
            "code": ["4030", "4030", "4030", "9120"],
            "share": 1.0,
            "quality": 1.0,
            "certain": True,
        }
    )
    road = shapely.LineString([(350, -100), (350, 200)])
    roads = {"barrier_id": ["r"], "source": "roads", "barrier": "motorway"}
    files = {
        name: tmp_path / f"{name}.parquet" for name in ["habitat", "parts", "barriers"]
    }
    gpd.GeoDataFrame(habitat, geometry=squares, crs=31370).to_parquet(files["habitat"])
    codes.to_parquet(files["parts"])
    gpd.GeoDataFrame(roads, geometry=[road], crs=31370).to_parquet(files["barriers"])
    files["suitability"] = tmp_path / "suitability.csv"
    files["suitability"].write_text(
        "code,bundle,suitability,role\n4030,heath,0.5,whole\n7110,bog,1,whole\n"
    )
    files["barrier_types"] = tmp_path / "barrier_types.csv"
    files["barrier_types"].write_text(
        "barrier,mobility_class,crossing_probability\nmotorway,*,1\nmotorway,bees,0.1\n"
    )
    return files | {name: tmp_path / f"{name}.parquet" for name in OUTPUTS}


def run(paths, bundle):
    """Both steps for one group; what they wrote."""
    delineate_patches(
        paths,
        bundle=bundle,
        mobility_class="bees",
        min_suitable_share=0.1,
        role_distance_m=None,
        min_neighbours=None,
        group="bees_heath",
        local_distance_m=10,
        edge_depth_m=10,
        reproductive_unit_ha=0.1,
        min_patch_ha=2,
    )
    settings = {"sweep_m": [50, 150], "exponent": 0.5} | KERNEL
    measure_connectivity(paths, group="bees_heath", mobility_class="bees", **settings)
    read = {"patches": gpd.read_parquet, "links": gpd.read_parquet}
    return {name: read.get(name, pd.read_parquet)(paths[name]) for name in OUTPUTS}


def test_heath_becomes_patches_links_and_measures(paths):
    found = run(paths, "heath")
    assert found["patches"]["effective_ha"].tolist() == [0.5] * 3
    assert found["patch_polygons"]["polygon_id"].sort_values().tolist() == list("abc")
    links = found["links"].sort_values(["distance_m", "probability"])
    assert links["distance_m"].tolist() == [100, 100, 300]
    assert links["probability"].tolist() == pytest.approx([0.05, 0.5, 0.0125])
    assert links["n_barriers"].tolist() == [1, 0, 1]
    assert (links["patch_id_a"] < links["patch_id_b"]).all()
    group = found["group_connectivity"].iloc[0]
    assert group["n_patches"] == 3
    expected = 0.25 * (3 + 2 * (0.5 + 0.05 + 0.025))
    assert group["pcnum"] == pytest.approx(expected)
    assert found["network_connectivity"]["n_patches"].tolist() == [3]
    assert found["component_sweep"]["n_components"].tolist() == [3, 1]


def test_a_group_without_habitat_passes_through_with_the_same_columns(paths):
    full = run(paths, "heath")
    empty = run(paths, "bog")
    for name in OUTPUTS:
        assert empty[name].dtypes.equals(full[name].dtypes), name
    assert empty["group_connectivity"]["n_patches"].tolist() == [0]
    assert empty["patches"].crs == full["patches"].crs == empty["links"].crs
    for name in ["patches", "patch_polygons", "links", "patch_connectivity"]:
        assert empty[name].empty
