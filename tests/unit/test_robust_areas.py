"""Where land is robust for several groups, and what such an area holds."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st

from map_robust_areas import map_robust_areas
from robuust.grid import Grid
from robuust.robust_areas import (
    area_reasons,
    find_robust_areas,
    finest_level,
    main_units,
    protected_shares,
    rank_areas,
    robust_cells,
    score_surfaces,
)

GRID = Grid(left_m=0.0, top_m=100.0, cell_m=10.0, n_rows=10, n_columns=20)
WEIGHTS = {"frogs": 2.0, "bees": 1.0, "birds": 1.0}


def verdicts(**patches):
    """Patches as name = (class, shape)."""
    return gpd.GeoDataFrame(
        {"patch_id": list(patches), "class": [p[0] for p in patches.values()]},
        geometry=[p[1] for p in patches.values()],
        crs=31370,
    )


FROGS = verdicts(
    f1=("stronghold", shapely.box(0, 0, 60, 50)),
    f2=("near", shapely.box(60, 0, 100, 50)),  # not robust
    f3=("network", shapely.box(150, 0, 200, 50)),
)
BEES = verdicts(
    b1=("key", shapely.box(0, 0, 40, 50)), b2=("network", shapely.box(160, 0, 200, 50))
)
BIRDS = verdicts(v1=("network", shapely.box(0, 0, 20, 50)))
POPULATIONS = pd.DataFrame(
    [
        ("Hyla", "frogs", "f1", "viable"),
        ("Rana", "frogs", "f1", "relict"),
        ("Bombus", "bees", "b1", "viable"),
        ("Andrena", "bees", "b1", "viable"),
        ("Hyla", "frogs", "f2", "viable"),
    ],
    columns=["species", "group", "patch_id", "status"],
)


def all_cells():
    runs = {"frogs": FROGS, "bees": BEES, "birds": BIRDS}
    found = [robust_cells(run, GRID, group=group) for group, run in runs.items()]
    return pd.concat(found, ignore_index=True)


def test_score_number_and_best_class_of_cells_by_hand():
    score, n_groups, best = score_surfaces(all_cells(), WEIGHTS, GRID)
    bottom = 9  # the row of y from 0 to 10
    assert score[bottom, [0, 3, 5, 7, 15, 17]].tolist() == [1, 0.75, 0.5, 0, 0.5, 0.75]
    assert n_groups[bottom, [0, 3, 5, 7, 15, 17]].tolist() == [3, 2, 1, 0, 1, 2]
    assert best[bottom, [0, 7, 15]].tolist() == [1, 0, 3]
    assert score.dtype == np.float32
    assert n_groups.dtype == best.dtype == np.uint8
    assert n_groups[0].max() == 0  # the top row is nobody's


def test_robust_areas_by_hand():
    cells = all_cells()
    score, n_groups, _ = score_surfaces(cells, WEIGHTS, GRID)
    areas = find_robust_areas(cells, score, n_groups, POPULATIONS, GRID, min_groups=2)
    assert len(areas) == 2
    areas = areas.set_index("n_groups")
    west, east = areas.loc[3], areas.loc[2]
    assert west["geometry"].equals(shapely.box(0, 0, 40, 50))
    assert west["area_ha"] == pytest.approx(0.2)
    assert west["groups"] == "bees; birds; frogs"
    assert west["species"] == "Andrena; Bombus; Hyla"  # no relicts, nothing of f2
    assert west["n_key_patches"] == 2
    assert west["score"] == pytest.approx((1 + 0.75) / 2)
    assert east["geometry"].equals(shapely.box(160, 0, 200, 50))
    assert east["groups"] == "bees; frogs"
    assert east["species"] == ""
    assert east["n_key_patches"] == 0


def test_ids_depend_on_the_shape_alone():
    cells = all_cells()
    score, n_groups, _ = score_surfaces(cells, WEIGHTS, GRID)
    one = find_robust_areas(cells, score, n_groups, POPULATIONS, GRID, min_groups=2)
    turned = POPULATIONS.iloc[::-1]
    shuffled = cells.sample(frac=1, random_state=1, ignore_index=True)
    other = find_robust_areas(shuffled, score, n_groups, turned, GRID, min_groups=2)
    pd.testing.assert_frame_equal(one, other)
    assert one["robust_area_id"].is_unique


def test_without_robust_cells_there_are_no_areas_but_the_same_columns():
    cells = all_cells()
    surfaces = score_surfaces(cells, WEIGHTS, GRID)[:2]
    some = find_robust_areas(cells, *surfaces, POPULATIONS, GRID, min_groups=2)
    nobody = cells.iloc[:0]
    surfaces = score_surfaces(nobody, WEIGHTS, GRID)[:2]
    none = find_robust_areas(nobody, *surfaces, POPULATIONS, GRID, min_groups=2)
    assert len(none) == 0
    assert list(none.columns) == list(some.columns)
    assert surfaces[0].max() == 0


@given(
    st.lists(
        st.tuples(st.integers(0, 199), st.sampled_from(list(WEIGHTS))),
        unique=True,
        max_size=60,
    )
)
def test_the_score_is_the_share_of_weight_whoever_is_robust(found):
    cells = pd.DataFrame(found, columns=["cell", "group"]).assign(**{"class": "key"})
    cells = cells.astype({"cell": int})
    score, n_groups, best = score_surfaces(cells, WEIGHTS, GRID)
    for cell in range(200):
        groups = [group for where, group in found if where == cell]
        expected = sum(WEIGHTS[group] for group in groups) / 4
        assert score.ravel()[cell] == pytest.approx(expected)
        assert n_groups.ravel()[cell] == len(groups)
        assert best.ravel()[cell] == (2 if groups else 0)


def test_groups_that_weigh_nothing_are_refused():
    with pytest.raises(ValueError, match=r"species_groups\.csv"):
        score_surfaces(all_cells(), dict.fromkeys(WEIGHTS, 0.0), GRID)


def test_nature_areas_that_overlap_protect_land_once():
    nature = [shapely.box(0, 0, 6, 10), shapely.box(4, 0, 8, 10)]
    areas = [shapely.box(0, 0, 10, 10), shapely.box(50, 50, 60, 60)]
    assert protected_shares(areas, nature).tolist() == pytest.approx([0.8, 0])
    assert protected_shares(areas, []).tolist() == [0, 0]
    assert protected_shares([], nature).tolist() == []


def test_the_unit_is_the_one_of_the_finest_level_that_holds_most():
    units = gpd.GeoDataFrame(
        {
            "unit_id": ["p", "t1", "t2"],
            "level": ["province", "town", "town"],
            "name": ["Province", "West", "East"],
        },
        geometry=[
            shapely.box(0, 0, 100, 10),
            shapely.box(0, 0, 50, 10),
            shapely.box(50, 0, 100, 10),
        ],
        crs=31370,
    )
    areas = [
        shapely.box(40, 0, 55, 10),
        shapely.box(45, 0, 90, 10),
        shapely.box(900, 0, 910, 10),
    ]
    assert finest_level(units)["unit_id"].tolist() == ["t1", "t2"]
    assert main_units(areas, units).tolist() == ["West", "East", ""]
    assert main_units([], units).tolist() == []


def test_rank_follows_weighted_hectares_and_ties_follow_the_id():
    areas = pd.DataFrame(
        {
            "robust_area_id": ["c", "b", "a"],
            "score": [0.5, 0.25, 1.0],
            "area_ha": [20.0, 100.0, 10.0],
        }
    )
    ranked = rank_areas(areas)
    assert ranked["robust_area_id"].tolist() == ["b", "a", "c"]
    assert ranked["rank"].tolist() == [1, 2, 3]


def test_reasons_carry_the_figures_in_both_languages():
    areas = pd.DataFrame(
        {
            "area_ha": [133.6, 0.62],
            "n_groups": [5, 2],
            "n_key_patches": [3, 1],
            "protected_share": [0.624, 0.0],
            "n_habitat_types": [7, 1],
            "monotone": [False, True],
        }
    )
    nl, en = area_reasons(areas, n_groups_in_run=12, variety_min_types=3)
    assert nl[0] == (
        "robuust voor 5 van 12 groepen, 134 ha, 62 % in natuurgebied, "
        "3 sleutelgebieden, 7 habitattypen"
    )
    assert en[1] == (
        "robust for 2 of 12 groups, 0.62 ha, 0 % in nature areas, 1 key patch, "
        "1 habitat type: monotone, fewer than 3"
    )


def square_layer(path, **columns):
    square = shapely.box(0, 0, 200, 100)
    frame = gpd.GeoDataFrame(columns, geometry=[square], crs=31370)
    frame.to_parquet(path)
    return path


@pytest.fixture
def inputs(tmp_path):
    """Files as the earlier rules write them, of three groups on 2 ha."""
    runs = {"frogs": FROGS, "bees": BEES, "birds": BIRDS}
    paths = {"verdicts": [], "buffers": [], "populations": []}
    for group, run in runs.items():
        run.to_parquet(tmp_path / f"{group}_verdicts.parquet")
        ring = run.assign(ring="inner").iloc[:1]
        ring.geometry = ring.buffer(20).difference(ring.geometry)
        ring.to_parquet(tmp_path / f"{group}_buffers.parquet")
        own = POPULATIONS[POPULATIONS["group"] == group]
        own.to_parquet(tmp_path / f"{group}_populations.parquet")
        for kind, files in paths.items():
            files.append(tmp_path / f"{group}_{kind}.parquet")
    study = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 180, 100)], crs=31370)
    study.to_parquet(tmp_path / "study_area.parquet")
    paths["study_area"] = tmp_path / "study_area.parquet"
    square_layer(tmp_path / "habitat.parquet", polygon_id=["p"])
    square_layer(tmp_path / "nature_areas.parquet", nature_area_id=["n"])
    square_layer(
        tmp_path / "report_units.parquet", unit_id=["u"], level=["area"], name=["All"]
    )
    parts = {"polygon_id": ["p"], "code": ["4030"], "share": [1.0], "quality": [1.0]}
    pd.DataFrame(parts).to_parquet(tmp_path / "habitat_parts.parquet")
    types = "code,name_en,name_nl,bundle\n4030,heath,heide,dry_heath\n"
    (tmp_path / "habitat_types.csv").write_text(types, encoding="utf-8")
    weights = "group,weight\nfrogs,2\nbees,1\nbirds,1\nothers,9\n"
    (tmp_path / "species_groups.csv").write_text(weights, encoding="utf-8")
    for name in ("habitat", "habitat_parts", "nature_areas", "report_units"):
        paths[name] = tmp_path / f"{name}.parquet"
    for name in ("habitat_types", "species_groups"):
        paths[name] = tmp_path / f"{name}.csv"
    for name in ("robust_areas", "habitat_state"):
        paths[name] = tmp_path / f"{name}_out.parquet"
    for name in ("robustness_score", "robust_groups", "buffer_groups"):
        paths[name] = tmp_path / f"{name}.tif"
    return paths


def run_map(paths, **changed):
    settings = {"cell_m": 10, "min_groups": 2, "variety_min_types": 3}
    map_robust_areas(
        paths,
        groups=["frogs", "bees", "birds"],
        earlier_results=None,
        **(settings | changed),
    )


def test_the_rasters_are_cloud_optimised_with_units_and_nodata(inputs):
    run_map(inputs)
    for name, dtype, nodata in (
        ("robustness_score", "float32", -1),
        ("robust_groups", "uint8", 255),
        ("buffer_groups", "uint8", 255),
    ):
        with rasterio.open(inputs[name]) as raster:
            assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert raster.dtypes[0] == dtype
            assert raster.nodata == nodata
            assert raster.descriptions[0] == name
            assert raster.units[0]
            assert raster.crs.to_epsg() == 31370
            assert tuple(raster.bounds) == (0, 0, 200, 100)


def test_outside_the_study_area_only_what_was_found_has_a_value(inputs):
    run_map(inputs)
    with rasterio.open(inputs["robustness_score"]) as raster:
        score = raster.read(1)
    assert score[9, 19] == 0.75  # outside, but robust
    assert score[0, 19] == -1
    assert score[0, 0] == 0
    with rasterio.open(inputs["robust_groups"]) as raster:
        assert raster.descriptions == ("robust_groups", "best_class")
        assert raster.read(2)[9, [0, 7, 19]].tolist() == [1, 0, 3]
    with rasterio.open(inputs["buffer_groups"]) as raster:
        # x 45: ring of b1 (to 40), in f1 itself; x 65: ring of f1 (to 60).
        assert raster.read(1)[9, [4, 6, 10, 19]].tolist() == [1, 1, 0, 255]


def test_robust_areas_and_state_are_written_with_every_column(inputs):
    run_map(inputs)
    areas = gpd.read_parquet(inputs["robust_areas"])
    assert areas["rank"].tolist() == [1, 2]
    assert areas["protected_share"].tolist() == [1, 1]
    assert areas["unit"].tolist() == ["All", "All"]
    assert set(areas.geom_type) == {"MultiPolygon"}
    assert areas["reason_nl"].str.startswith("robuust voor 3 van 3").tolist()[0]
    state = pd.read_parquet(inputs["habitat_state"])
    assert state["robust_share"].tolist() == pytest.approx([0.4 / 2])


def test_a_run_in_which_nothing_is_robust_writes_empty_layers(inputs):
    run_map(inputs, min_groups=4)
    assert len(gpd.read_parquet(inputs["robust_areas"])) == 0
    state = pd.read_parquet(inputs["habitat_state"])
    assert state["robust_share"].tolist() == [0]
