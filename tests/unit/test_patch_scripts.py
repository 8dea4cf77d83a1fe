"""The scripts of chapters 2 and 3, from files to files, with habitat and without."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

from delineate_patches import delineate_patches
from divide_habitat import divide_habitat
from map_current import map_current
from map_resistance import map_resistance
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
    "dispersal_sweep",
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
    fields = {"source": ["map"], "land_cover": ["arable"]}
    cover = gpd.GeoDataFrame(fields, geometry=[shapely.box(-50, -50, 750, 150)])
    empty = gpd.GeoDataFrame(geometry=[], crs=31370)
    area = gpd.GeoDataFrame(geometry=[shapely.box(-50, -50, 750, 150)], crs=31370)
    for name, layer in [("land_cover", cover), ("crossings", empty), ("area", area)]:
        files[name] = tmp_path / f"{name}.parquet"
        layer.set_crs(31370).to_parquet(files[name])
    files["study_area"] = files.pop("area")
    files["resistance_table"] = tmp_path / "resistance.csv"
    files["resistance_table"].write_text(
        "land_cover,mobility_class,resistance\narable,*,8\narable,bees,2\n"
    )
    files |= {"land": tmp_path / "land.tif", "resistance": []}
    return files | {name: tmp_path / f"{name}.parquet" for name in OUTPUTS}


def divide(paths, bundle):
    """The files of one group, as `divide_habitat` writes them."""
    divided = {name: paths["patches"].parent / name for name in ("own", "extent")}
    divide_habitat(
        paths | {"divided": [divided["own"]], "extent": divided["extent"]},
        bundles={"bees_heath": bundle},
        min_suitable_share=0.1,
    )
    return paths | {"habitat": divided["own"], "extent": divided["extent"]}


def run(paths, bundle, *, over_land=False):
    """Every step for one group; what they wrote."""
    paths = divide(paths, bundle)
    delineate_patches(
        paths,
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
    if over_land:
        map_resistance(
            paths | {"resistance": paths["land"]},
            mobility_class="bees",
            cell_m=10,
            default_resistance=5,
            cover_order=["map"],
            d0_m=KERNEL["d0_m"],
            p0=KERNEL["p0"],
        )
        paths = paths | {"resistance": paths["land"]}
    settings = {"sweep_m": [50, 150], "exponent": 0.5, "exact": False} | KERNEL
    settings |= {"multiples": [0.5, 1, 2], "threads": 1}
    of_one_job = paths | {"all_links": [], "portions": []}
    names = {"group": "bees_heath", "mobility_class": "bees"}
    measure_connectivity(of_one_job, **names, **settings)
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


def test_water_and_land_count_as_far_as_they_lie_near_each_other(paths, caplog):
    # The first heath of 100 m is a water from now on, the second lies 100 m from it
    # and the third 300 m; a group that needs both within 160 m keeps the 60 m of each
    # of the first two that are nearest to the other, and nothing of the third.
    paths["suitability"].write_text(
        "code,bundle,suitability,role\n3130,pools,1,a\n4030,pools,0.5,b\n"
    )
    parts = pd.read_parquet(paths["parts"])
    parts.loc[0, "code"] = "3130"
    parts.to_parquet(paths["parts"])
    traits = {"local_distance_m": 10, "edge_depth_m": 10, "group": "newts"}
    traits |= {"reproductive_unit_ha": 0.1, "min_patch_ha": 0.5}
    roles = {"role_distance_m": 160, "min_neighbours": None}
    with caplog.at_level("INFO"):
        delineate_patches(
            divide(paths, "pools"),
            mobility_class="bees",
            min_suitable_share=0.1,
            **roles,
            **traits,
        )
    patches = gpd.read_parquet(paths["patches"]).sort_values("effective_ha")
    assert patches["area_ha"].tolist() == pytest.approx([0.6, 0.6])
    assert patches["effective_ha"].tolist() == pytest.approx([0.3, 0.6])
    assert patches.total_bounds.tolist() == [40, 0, 260, 100]
    assert patches["n_polygons"].tolist() == [1, 1]
    members = pd.read_parquet(paths["patch_polygons"]).sort_values("polygon_id")
    assert members["polygon_id"].tolist() == ["a", "b"]
    assert members["area_ha"].tolist() == pytest.approx([0.6, 0.6])
    assert "0 polygons whole, 2 in part, 1 not; 1.2 of 3.0 ha" in caplog.text


def test_the_land_between_counts_for_a_group_that_moves_over_it(paths):
    found = run(paths, "heath", over_land=True)
    links = found["links"].sort_values("cost_m")
    # 100 m of arable land, and 100 m of heath between the first and the last.
    assert links["distance_m"].tolist() == [100, 100, 300]
    free_m = 100 * 2
    toll_m = 100 * np.log(0.1) / np.log(0.5)
    expected = [free_m, free_m + toll_m, 2 * free_m + 100 + toll_m]
    assert links["cost_m"].tolist() == pytest.approx(expected)
    chances = 0.5 ** (links["cost_m"] / 100)
    assert links["probability"].tolist() == pytest.approx(chances.tolist())
    assert links["n_barriers"].tolist() == [0, 1, 1]
    assert links["within_dispersal"].tolist() == [True, False, False]
    assert found["group_connectivity"]["distance_kind"].tolist() == ["least_cost"]
    assert found["component_sweep"]["n_components"].tolist() == [3, 3]


def test_the_map_of_current_shows_where_the_group_would_pass(paths):
    run(paths, "heath", over_land=True)
    files = paths | {
        "resistance": paths["land"],
        "current": paths["land"].parent / "c.tif",
    }
    map_current(files, group="bees_heath", dispersal_max_m=300)
    with rasterio.open(files["current"]) as raster:
        current = raster.read(1, masked=True)
        tags = raster.tags()
    # Links within dispersal join the two western patches only: all flows between.
    links = gpd.read_parquet(paths["links"])
    near = links[links["within_dispersal"]]
    assert len(near) == 1
    between = current[:, 20]  # a column of cells halfway
    sent = 0.5 * 0.5 * near["probability"].iloc[0]
    assert between.sum() >= sent * 0.99  # what goes diagonally runs through two cells
    assert between.sum() < sent * 1.5
    # Round by the third patch runs next to nothing.
    assert current[:, 50:].max() < 0.05 * current.max()
    assert tags["group"] == "bees_heath"
    assert 0 < float(tags["highest"]) <= current.max()
    # One link alone has no detour over others.
    assert near["effective_m"].iloc[0] == pytest.approx(near["cost_m"].iloc[0])


def test_a_wider_dispersal_uses_links_that_the_group_itself_does_not(paths):
    found = run(paths, "heath")
    sweep = found["dispersal_sweep"]
    assert sweep["d0_m"].tolist() == [50, 100, 200]
    group = found["group_connectivity"].iloc[0]
    assert sweep["pcnum"][1] == pytest.approx(group["pcnum"])
    assert (sweep["pcnum"].diff().dropna() > 0).all()
    direct, crossed = 0.5 ** (100 / 200), 0.1 * 0.5 ** (100 / 200)
    expected = 0.25 * (3 + 2 * (direct + crossed + direct * crossed))
    assert sweep["pcnum"][2] == pytest.approx(expected)


@pytest.mark.parametrize("over_land", [False, True])
def test_a_group_without_habitat_passes_through_with_the_same_columns(paths, over_land):
    full = run(paths, "heath", over_land=over_land)
    empty = run(paths, "bog", over_land=over_land)
    for name in OUTPUTS:
        assert empty[name].dtypes.equals(full[name].dtypes), name
    assert empty["group_connectivity"]["n_patches"].tolist() == [0]
    assert empty["patches"].crs == full["patches"].crs == empty["links"].crs
    for name in ["patches", "patch_polygons", "links", "patch_connectivity"]:
        assert empty[name].empty
