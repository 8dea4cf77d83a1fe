"""Where land is robust for several groups, and what such an area holds."""

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st

from map_buffers import map_buffers
from map_robust_areas import map_robust_areas
from robuust.area_sentences import CLASS_WORDS_EN, area_reasons, per_class
from robuust.grid import Grid
from robuust.habitat_geometry import geometry_digest
from robuust.robust_areas import (
    OUTSIDE,
    SMALL,
    PatchCells,
    find_robust_areas,
    finest_level,
    join_groups,
    main_units,
    patch_cells,
    protected_hectares,
    rank_areas,
    score_surfaces,
)
from robuust.robustness import ROBUST_CLASSES

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
        ("Hyla", "frogs", "f1", "viable", "VU"),
        ("Rana", "frogs", "f1", "relict", "LC"),
        ("Bombus", "bees", "b1", "viable", "LC"),
        ("Andrena", "bees", "b1", "viable", "CR"),
        ("Hyla", "frogs", "f2", "viable", "VU"),
    ],
    columns=["species", "group", "patch_id", "status", "red_list"],
).assign(name_nl="", last_year=pd.array([2020] * 5, dtype="Int64"))


def all_cells():
    runs = {"frogs": FROGS, "bees": BEES, "birds": BIRDS}
    return join_groups(
        [patch_cells(run, GRID, group=group) for group, run in runs.items()]
    )


def test_score_number_and_best_class_of_cells_by_hand():
    score, n_groups, best = score_surfaces(all_cells(), WEIGHTS, GRID)
    bottom = 9  # the row of y from 0 to 10
    assert score[bottom, [0, 3, 5, 7, 15, 17]].tolist() == [1, 0.75, 0.5, 0, 0.5, 0.75]
    assert n_groups[bottom, [0, 3, 5, 7, 15, 17]].tolist() == [3, 2, 1, 0, 1, 2]
    assert best[bottom, [0, 7, 15]].tolist() == [1, 0, 3]
    assert score.dtype == np.float32
    assert n_groups.dtype == best.dtype == np.uint8
    assert n_groups[0].max() == 0  # the top row is nobody's


def test_patches_that_are_not_robust_have_cells_when_something_lives_there():
    robust = patch_cells(FROGS, GRID, group="frogs")
    assert robust.patches["patch_id"].tolist() == ["f1", "f3"]
    found = patch_cells(FROGS, GRID, group="frogs", recorded=["f1", "f2"])
    assert found.patches["patch_id"].tolist() == ["f1", "f2", "f3"]
    assert np.bincount(found.patch).tolist() == [30, 20, 25]  # 6, 4 and 5 cells by 5
    weights = {"frogs": 1.0}
    for lived_in, robust_only in zip(
        score_surfaces(found, weights, GRID),
        score_surfaces(robust, weights, GRID),
        strict=True,
    ):
        assert (lived_in == robust_only).all()


def test_a_patch_between_the_centres_of_cells_is_small_in_the_cell_it_lies_in():
    tiny = verdicts(
        t1=("key", shapely.box(196, 1, 199, 4)),
        t2=("key", shapely.box(0, 0, 10, 10)),
        t3=("key", shapely.box(16, 1, 19, 4)),
    )
    found = patch_cells(tiny, GRID, group="moss")
    assert (found.patch.tolist(), found.cell.tolist()) == ([1], [180])
    assert (found.small_patch.tolist(), found.small_cell.tolist()) == (
        [0, 2],
        [199, 181],
    )
    both = join_groups([found, found])
    assert both.small_patch.tolist() == [0, 2, 3, 5]
    assert both.small_cell.tolist() == [199, 181, 199, 181]


def areas_of(found, *, min_area_ha=0.0):
    score, n_groups, _ = score_surfaces(found, WEIGHTS, GRID)
    return find_robust_areas(
        score, n_groups, GRID, min_groups=2, min_area_ha=min_area_ha
    )


def test_robust_areas_by_hand():
    areas, label = areas_of(all_cells())
    west, east = label[9, 0], label[9, 16]
    assert sorted([west, east]) == [0, 1]
    assert label[9, 10] == label[0, 0] == OUTSIDE
    assert areas["geometry"][west].equals(shapely.box(0, 0, 40, 50))
    assert areas["geometry"][east].equals(shapely.box(160, 0, 200, 50))
    assert areas["area_ha"].tolist() == pytest.approx([0.2, 0.2])
    # West: half of it for all three groups (1), half for frogs and bees (3 of 4).
    assert areas["score"][west] == pytest.approx((1 + 0.75) / 2)
    assert areas["score"][east] == pytest.approx(0.75)
    assert areas["robust_area_id"].is_monotonic_increasing


def test_an_area_below_the_smallest_is_marked_and_not_listed():
    bees = verdicts(
        b1=("key", shapely.box(0, 0, 40, 50)),  # 20 cells: 0.2 ha
        b2=("network", shapely.box(190, 0, 200, 50)),  # 5 cells: 0.05 ha
    )
    cells = [patch_cells(FROGS, GRID, group="frogs")]
    found = join_groups([*cells, patch_cells(bees, GRID, group="bees")])
    areas, label = areas_of(found, min_area_ha=0.2)
    assert areas["area_ha"].tolist() == pytest.approx([0.2])
    assert (label == 0).sum() == 20
    assert (label == SMALL).sum() == 5
    assert label[9, 19] == SMALL
    assert len(areas_of(found, min_area_ha=0.05)[0]) == 2
    none, label = areas_of(found, min_area_ha=0.21)
    assert len(none) == 0
    assert (label == SMALL).sum() == 25


def test_ids_and_labels_depend_on_the_shapes_alone():
    found = all_cells()
    order = np.random.default_rng(1).permutation(found.cell.size)
    shuffled = PatchCells(found.patches, found.cell[order], found.patch[order])
    (one, label), (other, other_label) = areas_of(found), areas_of(shuffled)
    pd.testing.assert_frame_equal(one, other)
    assert (label == other_label).all()
    assert one["robust_area_id"].is_unique


def test_each_area_keeps_its_own_id_hectares_and_cells():
    rows = [range(width) for width in (3, 1, 6, 2, 5)]  # rows 0, 2, 4, 6 and 8
    cell = np.array([40 * k + column for k, row in enumerate(rows) for column in row])
    both = PatchCells(
        pd.DataFrame({"group": ["frogs", "bees"], "patch_id": "p", "class": "key"}),
        np.tile(cell, 2),
        np.repeat([0, 1], cell.size),
    )
    areas, label = areas_of(both, min_area_ha=0.02)
    assert sorted(areas["area_ha"].round(9)) == [0.02, 0.03, 0.05, 0.06]
    ids = geometry_digest(areas["geometry"]).tolist()
    assert areas["robust_area_id"].tolist() == ids == sorted(ids)
    assert np.bincount(label[label >= 0]).tolist() == (
        (areas["area_ha"] / 0.01).round().astype(int).tolist()
    )
    assert label[2, 0] == SMALL


def test_without_robust_cells_there_are_no_areas_but_the_same_columns():
    some, _ = areas_of(all_cells())
    none, label = areas_of(all_cells().of(np.zeros(5, dtype=bool)))
    assert len(none) == 0
    assert list(none.columns) == list(some.columns)
    assert (label == OUTSIDE).all()


@given(
    st.lists(
        st.tuples(st.integers(0, 199), st.sampled_from(list(WEIGHTS))),
        unique=True,
        max_size=60,
    )
)
def test_the_score_is_the_share_of_weight_whoever_is_robust(found):
    groups = list(WEIGHTS)
    patches = pd.DataFrame({"group": groups, "patch_id": groups, "class": "key"})
    cell = np.array([where for where, _ in found], dtype=np.int32)
    patch = np.array([groups.index(group) for _, group in found], dtype=np.int32)
    cells = PatchCells(patches, cell, patch)
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
    nature = [shapely.box(0, 0, 60, 100), shapely.box(40, 0, 80, 100)]
    areas = [shapely.box(0, 0, 100, 100), shapely.box(500, 500, 600, 600)]
    assert protected_hectares(areas, nature).tolist() == pytest.approx([0.8, 0])
    inside_both, at_the_edge = shapely.box(45, 0, 55, 10), shapely.box(70, 0, 80, 10)
    found = protected_hectares([inside_both, *areas, at_the_edge], nature)
    assert found.tolist() == pytest.approx([0.01, 0.8, 0, 0.01])
    assert protected_hectares(areas, []).tolist() == [0, 0]
    assert protected_hectares([], nature).tolist() == []


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
            "n_stronghold": [2, 0],
            "n_key": [1, 0],
            "n_network": [2, 2],
            "n_area": [0, 0],
            "protected_ha": [83.4, 0.0],
            "protected_share": [0.624, 0.0],
            "n_species": [7, 0],
            "n_threatened": [3, 0],
            "n_at_risk": [1, 0],
            "n_habitat_types": [7, 1],
            "monotone": [False, True],
        }
    )
    nl, en = area_reasons(areas, n_groups_in_run=12, variety_min_types=3)
    assert nl == [
        "robuust voor 5 van 12 groepen (bolwerk voor 2, sleutelgebied voor 1, deel van "
        "een levensvatbaar netwerk voor 2); 134 ha, waarvan 83,4 ha (62 %) in "
        "natuurgebied; 7 soorten recent waargenomen (3 bedreigd, 1 relict of spook); "
        "7 habitattypen",
        "robuust voor 2 van 12 groepen (deel van een levensvatbaar netwerk voor 2); "
        "0,62 ha, waarvan 0 ha (0 %) in natuurgebied; geen soort recent waargenomen; "
        "1 habitattype: eenvormig, minder dan 3",
    ]
    assert en == [
        "robust for 5 of 12 groups (stronghold for 2, key patch for 1, part of a "
        "viable network for 2); 134 ha, of which 83.4 ha (62 %) in nature areas; "
        "7 species recorded recently (3 threatened, 1 relict or phantom); "
        "7 habitat types",
        "robust for 2 of 12 groups (part of a viable network for 2); 0.62 ha, of which "
        "0 ha (0 %) in nature areas; no species recorded recently; 1 habitat type: "
        "monotone, fewer than 3",
    ]


def test_land_that_only_area_and_cohesion_call_robust_is_robust_in_those_words():
    large = verdicts(f1=("area", shapely.box(0, 0, 60, 50)))
    key = verdicts(b1=("key", shapely.box(0, 0, 30, 50)))
    runs = {"frogs": large, "bees": key}
    found = join_groups([patch_cells(r, GRID, group=g) for g, r in runs.items()])
    _, n_groups, best = score_surfaces(found, {"frogs": 1, "bees": 1}, GRID)
    west = shapely.box(0, 0, 30, 50).area / GRID.cell_m**2
    assert (n_groups == 2).sum() == west
    assert ((best == 2).sum(), (best == 4).sum()) == (west, west)
    row = SimpleNamespace(n_stronghold=0, n_key=1, n_network=0, n_area=1)
    words = per_class(row, CLASS_WORDS_EN, "for")
    assert words == "key patch for 1, large and cohesive enough for 1"


def test_the_map_follows_what_the_yardstick_calls_robust(inputs):
    run_map(inputs)
    before = gpd.read_parquet(inputs["robust_areas"])["n_groups"].max()
    frogs = gpd.read_parquet(inputs["verdicts"][0])
    frogs.assign(robust=False).to_parquet(inputs["verdicts"][0])
    run_map(inputs)
    after = gpd.read_parquet(inputs["robust_areas"])
    assert (before, after["n_groups"].max()) == (3, 2)
    assert not after["groups"].str.contains("frogs").any()


def square_layer(path, **columns):
    square = shapely.box(0, 0, 200, 100)
    frame = gpd.GeoDataFrame(columns, geometry=[square], crs=31370)
    frame.to_parquet(path)
    return path


TABLES = (
    *("robust_areas", "robust_area_groups", "robust_area_species"),
    *("bundle_summary", "habitat_state"),
)


@pytest.fixture
def inputs(tmp_path):
    """Files as the earlier rules write them, of three groups on 2 ha."""
    runs = {"frogs": FROGS, "bees": BEES, "birds": BIRDS}
    paths = {"verdicts": [], "buffers": [], "populations": []}
    for group, run in runs.items():
        judged = run.assign(robust=run["class"].isin(ROBUST_CLASSES))
        judged.to_parquet(tmp_path / f"{group}_verdicts.parquet")
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
    weights = (
        "group,weight,bundle\nfrogs,2,pools\nbees,1,dry_heath\nbirds,1,dry_heath\n"
        "others,9,forest\n"
    )
    (tmp_path / "species_groups.csv").write_text(weights, encoding="utf-8")
    square_layer(tmp_path / "extent.parquet")
    for name in ("habitat", "habitat_parts", "nature_areas", "report_units", "extent"):
        paths[name] = tmp_path / f"{name}.parquet"
    for name in ("habitat_types", "species_groups"):
        paths[name] = tmp_path / f"{name}.csv"
    for name in TABLES:
        paths[name] = tmp_path / f"{name}_out.parquet"
    for name in ("robustness_score", "robust_groups", "buffer_groups"):
        paths[name] = tmp_path / f"{name}.tif"
    return paths


def run_map(paths, **changed):
    settings = {"cell_m": 10, "min_groups": 2, "min_area_ha": 0, "variety_min_types": 3}
    map_robust_areas(
        paths,
        groups=["frogs", "bees", "birds"],
        earlier_results=None,
        **(settings | changed),
    )


def test_the_rasters_are_cloud_optimised_with_units_and_nodata(inputs):
    run_map(inputs)
    map_buffers(inputs, cell_m=10)
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
        assert raster.descriptions == (
            *("robust_groups", "best_class"),
            *("robust groups of dry_heath", "robust groups of pools"),
        )
        assert raster.units[2] == "number of groups, of 2"
        assert raster.read(2)[9, [0, 7, 19]].tolist() == [1, 0, 3]
        # Dry heath has bees and birds, pools have frogs.
        assert raster.read(3)[9, [0, 3, 5, 15, 19]].tolist() == [2, 1, 0, 0, 1]
        assert raster.read(4)[9, [0, 3, 5, 15, 19]].tolist() == [1, 1, 1, 1, 1]


def test_rings_are_counted_per_cell_inside_the_study_area(inputs):
    map_buffers(inputs, cell_m=10)
    with rasterio.open(inputs["buffer_groups"]) as raster:
        # x 45: ring of b1 (to 40), in f1 itself; x 65: ring of f1 (to 60).
        assert raster.read(1)[9, [4, 6, 10, 19]].tolist() == [1, 1, 0, 255]


def test_every_table_is_written_with_every_column(inputs):
    nature = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 30, 100)], crs=31370)
    nature.to_parquet(inputs["nature_areas"])
    run_map(inputs)
    areas = gpd.read_parquet(inputs["robust_areas"]).set_index("rank")
    assert set(areas.geom_type) == {"MultiPolygon"}
    west, east = areas.loc[1], areas.loc[2]
    assert west["geometry"].equals(shapely.MultiPolygon([shapely.box(0, 0, 40, 50)]))
    assert west["groups"] == "bees; birds; frogs"
    assert west["species"] == "Andrena; Bombus; Hyla"
    assert west[["n_groups", "n_key_patches", "n_species"]].tolist() == [3, 2, 4]
    assert west["n_threatened"] == 2
    hectares = ["area_ha", "protected_ha", "unprotected_ha", "protected_share"]
    assert west[hectares].tolist() == pytest.approx([0.2, 0.15, 0.05, 0.75])
    assert east[hectares].tolist() == pytest.approx([0.2, 0, 0.2, 0])
    assert east[["groups", "species", "n_species"]].tolist() == ["bees; frogs", "", 0]
    assert areas["unit"].tolist() == ["All", "All"]
    assert west["reason_en"] == (
        "robust for 3 of 3 groups (stronghold for 1, key patch for 1, part of a viable "
        "network for 1); 0.2 ha, of which 0.15 ha (75 %) in nature areas; 4 species "
        "recorded recently (2 threatened, 1 relict or phantom); 1 habitat type: "
        "monotone, fewer than 3"
    )
    state = pd.read_parquet(inputs["habitat_state"])
    assert state["robust_share"].tolist() == pytest.approx([0.4 / 2])


def test_who_gains_is_written_per_area_and_group(inputs):
    run_map(inputs)
    areas = gpd.read_parquet(inputs["robust_areas"]).set_index("robust_area_id")
    gains = pd.read_parquet(inputs["robust_area_groups"])
    assert gains.groupby("robust_area_id").size().sort_values().tolist() == [2, 3]
    assert set(gains["robust_area_id"]) == set(areas.index)
    species = pd.read_parquet(inputs["robust_area_species"])
    assert species[["species", "status"]].to_numpy().tolist() == [
        ["Andrena", "viable"],
        ["Bombus", "viable"],
        ["Hyla", "viable"],
        ["Rana", "relict"],
    ]


def test_areas_that_are_too_small_to_list_stay_in_the_rasters(inputs, caplog):
    with caplog.at_level("INFO"):
        run_map(inputs, min_area_ha=0.25)
    assert len(gpd.read_parquet(inputs["robust_areas"])) == 0
    assert len(pd.read_parquet(inputs["robust_area_groups"])) == 0
    with rasterio.open(inputs["robust_groups"]) as raster:
        assert (raster.read(1, masked=True) >= 2).sum() == 40
    summary = pd.read_parquet(inputs["bundle_summary"]).set_index("bundle")
    assert summary["in_small_areas_ha"]["*"] == pytest.approx(0.4)
    assert summary["in_areas_ha"]["*"] == 0
    assert (
        "areas smaller than 0.25 ha, together 0.4 ha, are in the rasters only"
    ) in caplog.text


def test_a_run_in_which_nothing_is_robust_writes_empty_layers(inputs):
    run_map(inputs)
    full = {name: pd.read_parquet(inputs[name]).dtypes for name in TABLES}
    run_map(inputs, min_groups=4)
    for name in TABLES[:3]:
        empty = pd.read_parquet(inputs[name])
        assert len(empty) == 0, name
        assert empty.dtypes.equals(full[name]), name
    state = pd.read_parquet(inputs["habitat_state"])
    assert state["robust_share"].tolist() == [0]
    summary = pd.read_parquet(inputs["bundle_summary"])
    assert summary["n_robust_areas"].tolist() == [0, 0, 0]
