"""The invented country: as rich on a hectare whatever its size, and always the same."""

import hashlib
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml

sys.path.insert(0, str(Path(__file__).parent))
from brick_land import bricks, lattice
from growth_table import as_markdown, growth_table
from make_country import GROUPS, make_country

ROOT = Path(__file__).parents[2]
FEW, MORE = 3_000, 6_000


@pytest.fixture(scope="module")
def countries(tmp_path_factory):
    """Two countries, one twice as large as the other."""
    folder = tmp_path_factory.mktemp("countries")
    for size in (FEW, MORE):
        make_country(folder / str(size), size)
    return folder


def layer_of(countries, size, name="habitat"):
    return gpd.read_file(countries / str(size) / "country.gpkg", layer=name)


def test_bricks_leave_no_gap_and_do_not_overlap():
    land = lattice(400, seed=1)
    cells = shapely.polygons(bricks(land, 0, len(land.height_m)))
    assert shapely.is_valid(cells).all()
    assert shapely.coverage_is_valid(cells)
    assert shapely.area(cells).sum() == pytest.approx(shapely.union_all(cells).area)
    assert shapely.get_num_interior_rings(shapely.union_all(cells)) == 0


def test_strips_of_the_land_fit_each_other():
    land = lattice(400, seed=1)
    half = len(land.height_m) // 2
    parts = [bricks(land, 0, half), bricks(land, half, len(land.height_m))]
    assert np.array_equal(
        np.concatenate(parts), bricks(land, 0, len(land.height_m)), equal_nan=True
    )


@pytest.mark.parametrize("size", [FEW, MORE])
def test_it_has_as_many_polygons_and_records_as_asked(countries, size):
    layer = layer_of(countries, size)
    assert len(layer) == pytest.approx(size, rel=0.05)
    assert layer["TAG"].is_unique
    assert layer.area.sum() / len(layer) == pytest.approx(21_000, rel=0.15)
    records = pd.read_csv(countries / str(size) / "records.csv", usecols=[0])
    assert len(records) == round(7.7 * size)


def test_what_lies_on_a_hectare_does_not_depend_on_the_size(countries):
    few, more = (layer_of(countries, size) for size in (FEW, MORE))
    shares = [(layer["HAB1"] != "gh").mean() for layer in (few, more)]
    assert shares[0] == pytest.approx(shares[1], abs=0.06)
    assert min(shares) > 0.1
    roads = [
        gpd.read_file(
            countries / str(size) / "country.gpkg", layer="roads"
        ).length.sum()
        for size in (FEW, MORE)
    ]
    assert roads[1] / more.area.sum() == pytest.approx(
        roads[0] / few.area.sum(), rel=0.3
    )


def test_the_same_seed_makes_the_same_country(countries, tmp_path):
    make_country(tmp_path, FEW)
    again = gpd.read_file(tmp_path / "country.gpkg", layer="habitat")
    pd.testing.assert_frame_equal(again, layer_of(countries, FEW))
    digests = [
        hashlib.sha256((folder / "records.csv").read_bytes()).hexdigest()
        for folder in (tmp_path, countries / str(FEW))
    ]
    assert digests[0] == digests[1]


def test_its_settings_name_twelve_groups_and_layers_that_are_there(countries):
    settings = yaml.safe_load(
        (countries / str(FEW) / "country.yaml").read_text("utf-8")
    )
    known = pd.read_csv(ROOT / "config" / "species_groups.csv")["group"]
    assert settings["groups"] == GROUPS
    assert len(set(GROUPS) & set(known)) == 12
    layers = set(gpd.list_layers(countries / str(FEW) / "country.gpkg")["name"])
    named = [source for kind in settings["sources"].values() for source in kind]
    assert {source["layer"] for source in named if "layer" in source} <= layers


def benchmarks(size, rules):
    """As `rule_costs.read_benchmarks` gives it: processor seconds and MiB by rule."""
    rows = [(f"country_{size}", rule, cpu, cpu, mib) for rule, cpu, mib in rules]
    return pd.DataFrame(rows, columns=["area", "rule", "wall_s", "cpu_s", "peak_mib"])


def test_the_table_tells_growth_per_polygon_of_rules_that_are_done():
    jobs = pd.concat(
        [
            benchmarks(1_000, [("a", 1.0, 512), ("b", 2.0, 1024), ("b", 2.0, 100)]),
            benchmarks(10_000, [("a", 5.0, 512), ("b", 60.0, 2048)]),
        ]
    )
    table = growth_table(jobs, [1_000, 10_000]).set_index("rule")
    assert table.loc["a", "growth"] == pytest.approx(0.5)
    # One of the two jobs of b is still to come, and so is the total.
    assert table.loc[["b", "total"], "growth"].isna().all()
    assert table.loc["b", "gib_10000"] == 2.0
    lines = as_markdown(table.reset_index(), [1_000, 10_000]).split("\n")
    line = next(line for line in lines if "`a`" in line)
    assert line == "| `a` | 1 | 1 | 0.5 | 5 | 0.5 | 0.5 | 0.5 |"


def test_a_size_without_benchmarks_is_told():
    with pytest.raises(ValueError, match="country_20"):
        growth_table(benchmarks(10, [("a", 1.0, 1)]), [10, 20])
