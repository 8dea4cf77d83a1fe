"""The script of draw_corridors, from files to files: over land, straight, and empty."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from draw_corridors import draw_corridors
from robuust.grid import Grid
from robuust.resistance import Land
from robuust_files.land_rasters import write_land

CRS = 31370
CELL_M = 25.0
RULES = {"max_corridor_m": 5000, "extra_share": 0.1, "cell_m": CELL_M, "p_min": 1e-4}
GROUPS = pd.DataFrame(
    {
        "weight": {"toads": 1.0, "bees": 1.0},
        "name_nl": {"toads": "Padden", "bees": "Bijen"},
        "name_en": {"toads": "Toads", "bees": "Bees"},
        "dispersal_median_m": {"toads": 400.0, "bees": 400.0},
        "dispersal_max_m": {"toads": 2000, "bees": 2000},
        "p0": {"toads": 0.5, "bees": 0.5},
        "mobility_class": {"toads": "amphibians", "bees": "wild_bees"},
    }
)
WOODS = list(shapely.box([0, 1000], 0, [250, 1250], 500))
NEW = ("corridor_candidates", "corridor_links")
ROAD = shapely.LineString([(612, -100), (612, 600)])


@pytest.fixture
def paths(tmp_path):
    """Two woods 750 m apart, a hedge that winds between them, a road across it."""
    shape = (20, 50)
    resistance = np.full(shape, 20.0, dtype=np.float32)
    resistance[2:4, 10:30], resistance[2:12, 28:30] = 1, 1
    resistance[10:12, 28:40] = 1
    resistance[:, :10] = resistance[:, 40:] = 1
    toll_m = np.zeros(shape, dtype=np.float32)
    toll_m[:, 24] = 300
    grid = Grid(0.0, 500.0, CELL_M, *shape)
    found = {"resistance": [tmp_path / "resistance.tif"], "verdicts": [], "links": []}
    write_land(found["resistance"][0], Land(resistance, toll_m, grid), f"EPSG:{CRS}")
    patches = {"patch_id": ["p1", "p2"], "effective_ha": [12.5, 12.5]}
    links = {"patch_id_a": [], "patch_id_b": [], "probability": []}
    for group in GROUPS.index:
        found["verdicts"].append(tmp_path / f"{group}_verdicts.parquet")
        found["links"].append(tmp_path / f"{group}_links.parquet")
        layer(patches, WOODS).to_parquet(found["verdicts"][-1])
        pd.DataFrame(links).to_parquet(found["links"][-1])
    layers = {
        "robust_areas": layer({"robust_area_id": ["r2", "r1"]}, WOODS[::-1]),
        "barriers": layer({"barrier": ["road"]}, [ROAD]),
        "plans": layer({}, []),
        "nature_areas": layer({}, [shapely.box(0, 0, 500, 500)]),
    }
    for name, rows in layers.items():
        found[name] = tmp_path / f"{name}.parquet"
        rows.to_parquet(found[name])
    found["barrier_types"] = tmp_path / "barrier_types.csv"
    found["barrier_types"].write_text(
        "barrier,mobility_class,crossing_probability,crossing,crossing_cost_eur\n"
        "road,*,1,,\nroad,amphibians,0.5,tunnel,50000\n"
    )
    outputs = ("corridors", "corridor_paths", "pinch_points", *NEW)
    return found | {name: tmp_path / f"{name}.parquet" for name in outputs}


def layer(columns, shapes):
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def drawn(paths, *, least_cost_groups=("toads",)):
    """Rows of the three layers."""
    draw_corridors(
        paths,
        groups=GROUPS,
        least_cost_groups=list(least_cost_groups),
        default_cost_eur_per_ha=30_000,
        rules=RULES,
    )
    names = ("corridors", "corridor_paths", "pinch_points")
    return [gpd.read_parquet(paths[name]) for name in names]


def test_toads_follow_the_hedge_and_bees_fly_straight(paths):
    corridors, ways, pinches = drawn(paths)
    found = corridors.set_index("corridor_id")
    assert set(found.index) == {"r1-r2", "r1-r2-land"}
    straight, land = found.loc["r1-r2"], found.loc["r1-r2-land"]
    assert (straight["groups"], land["groups"]) == ("bees", "toads")
    assert (straight["length_m"], straight["n_barriers"]) == (750, 0)  # no toads
    assert straight["score"] == pytest.approx(2**0.5 - 1)
    # Laid out and with its tunnel, only the length of the hedge is left to walk.
    chance = 0.5 ** (land["length_m"] / 400)
    assert land["score"] == pytest.approx((1 + chance) ** 0.5 - 1)
    hedge = shapely.box(250, 200, 1000, 450)
    assert hedge.covers(land["geometry"])
    assert 750 < land["length_m"] < land["cost_m"] - 299
    assert land["narrowest_m"] == 50
    assert land["barriers"].startswith("road (612, ")
    assert land["crossing_cost_eur"] == 50_000
    assert land["new_habitat_ha"] == pytest.approx(land["area_ha"])
    assert land["cost_eur"] == pytest.approx(land["area_ha"] * 30_000 + 50_000)
    assert land["verbreden_ha"] + land["uitvoeren_ha"] == pytest.approx(land["area_ha"])
    assert dict(zip(ways["group"], ways["corridor_id"], strict=True)) == {
        "bees": "r1-r2",
        "toads": "r1-r2-land",
    }
    assert set(pinches["group"]) <= {"toads"}
    assert land["n_pinch_points"] == len(pinches)


def test_the_strip_is_a_candidate_that_links_the_patches_at_its_ends(paths):
    corridors, _, _ = drawn(paths)
    land = corridors.set_index("corridor_id").loc["r1-r2-land"]
    candidates = gpd.read_parquet(paths["corridor_candidates"])
    assert candidates["candidate_id"].tolist() == ["r1-r2-land"]
    candidate = candidates.iloc[0]
    assert (candidate["kind"], candidate["name"]) == ("corridor", "r1 - r2")
    assert candidate["cost_eur"] == land["cost_eur"]
    assert candidate["geometry"].equals(land["geometry"])
    links = pd.read_parquet(paths["corridor_links"])
    assert links["group"].unique().tolist() == ["toads"]
    assert links["other_id"].tolist() == ["p1", "p2"]
    assert (links["probability"] ** 2).tolist() == pytest.approx(
        [0.5 ** (land["length_m"] / 400)] * 2
    )
    assert links["cost_m"].sum() == pytest.approx(land["length_m"])


def test_a_road_without_a_priced_crossing_is_never_opened_for_nothing(paths):
    tunnel = drawn(paths)[0].set_index("corridor_id").loc["r1-r2-land"]
    paths["barrier_types"].write_text(
        "barrier,mobility_class,crossing_probability\nroad,*,1\nroad,amphibians,0.5\n"
    )
    closed = drawn(paths)[0].set_index("corridor_id").loc["r1-r2-land"]
    assert closed["crossing_cost_eur"] == 0
    assert closed["cost_eur"] == tunnel["cost_eur"] - 50_000
    chance = 0.5 ** (closed["length_m"] / 400) / 2
    assert closed["score"] == pytest.approx((1 + chance) ** 0.5 - 1)
    assert "so it stays as it is: road (612, " in closed["reason_en"]


def test_a_run_in_which_everybody_moves_straight_has_straight_corridors_only(paths):
    corridors, ways, pinches = drawn(paths | {"resistance": []}, least_cost_groups=())
    assert corridors["groups"].tolist() == ["bees; toads"]
    assert len(ways) == 2
    assert pinches.empty
    assert set(pinches) == set(drawn(paths)[2])


@pytest.mark.parametrize("n_areas", [0, 1])
def test_without_two_robust_areas_there_are_empty_layers(paths, n_areas):
    areas = gpd.read_parquet(paths["robust_areas"]).iloc[:n_areas]
    full = drawn(paths)
    areas.to_parquet(paths["robust_areas"])
    before = {name: pd.read_parquet(paths[name]).dtypes for name in NEW}
    for empty, filled in zip(drawn(paths), full, strict=True):
        assert empty.empty
        assert empty.crs == filled.crs
        assert list(empty) == list(filled)
    for name in NEW:
        empty = pd.read_parquet(paths[name])
        assert empty.empty
        assert empty.dtypes.equals(before[name])
