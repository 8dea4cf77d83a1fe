"""The whole pipeline on real public data of the Kempen, against plain computations.

What is expected here comes from the files by pandas, pyogrio and geopandas alone, from
the counts that the data's own description states, or from both.
"""

import gzip
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
import yaml
from rasterio.features import shapes
from scipy import ndimage

from ingest_context import ingest_context
from ingest_habitat import ingest_habitat

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
CRS = 31370
HA = 10_000
REACH_M = 2_000  # habitat.max_distance_m in kempen.yaml

# Rows of each source: SOURCES.md of the shared data, but for `water` (areas of
# cells that share an edge) and `potential_habitat` (made by prepare_kempen.py).
ROWS_IN = {
    "study_area": 18,
    "wet_heath": 34,
    "moor_frog": 321,
    "dry_heath": 16,
    "meadows": 25,
    "soft_water": 3_533,
    "scrub": 252,
    "open_wood": 780,
    "wetlands": 851,
    "water": 12_694,
    "pond_vegetation": 1_553,
    "groundwater_vegetation": 24,
    "macro_invertebrates": 272_864,
    "alien_species": 2_133,
    "fences": 5,
    "natura_2000": 18,
    "provinces": 5,
    "municipalities": 589,
}
# Sources whose habitat counts for a group, with the share that counts, largest first.
HABITAT_OF_GROUP = {
    "butterflies_wet_heath": {"wet_heath": 1},
    "plants_wet_heath": {"wet_heath": 1},
    "flying_insects_dry_heath": {"dry_heath": 1, "wet_heath": 0.3},
    "reptiles_heath": {"dry_heath": 1, "wet_heath": 0.3},
    "heath_dune_birds_dunes": {"dry_heath": 1, "wet_heath": 0.5},
    "dragonflies_pools": {"soft_water": 1},
    "carried_plants_pools": {"soft_water": 1},
    "forest_birds_forest": {"open_wood": 1, "moor_frog": 1, "scrub": 1},
    "marsh_birds_marsh": {"wetlands": 1, "water": 1},
    "meadow_birds_grassland": {"meadows": 1},
}
AMPHIBIAN_WATER = ["soft_water", "water"]
AMPHIBIAN_LAND = [
    *("wet_heath", "moor_frog", "dry_heath", "meadows", "scrub", "open_wood"),
]
AMPHIBIAN_REACH_M = 300
# Layers, tables and files that METHOD section 12 promises.
LAYERS = """patches links networks buffers pressure_zones robust_areas populations
    relict_sites restoration restoration_plan corridors report_units changes
    quarantined_habitat quarantined_records group_summary reintroduction sensitivity
    ingest_summary settings sources layer_styles"""
FILES = """robuust.gpkg robustness_score.tif robust_groups.tif buffer_groups.tif
    habitat_variety.tif robuust.qgz report.html"""


@pytest.fixture(scope="session")
def shared(shared_data):
    return shared_data / "data" / "flanders_kempen"


@pytest.fixture(scope="session")
def settings(shared_data):
    """The settings of the run, with the shared data folder where it is here."""
    text = Path(__file__).with_name("kempen.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text.replace("../shared/", f"{shared_data.resolve()}/"))


@pytest.fixture(scope="session")
def run_folder(shared_data, settings, tmp_path_factory):
    """Folder in which the preparation and the real snakemake ran to the end."""
    folder = tmp_path_factory.mktemp("kempen")
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    (folder / "kempen.yaml").write_text(text, encoding="utf-8")
    candidates = settings["sources"]["candidates"][0]["path"]
    prepare = [
        *(sys.executable, str(ROOT / "tests" / "real" / "prepare_kempen.py")),
        *(str(shared_data / "data"), candidates),
    ]
    snakemake = [
        *(str(Path(sys.executable).with_name("snakemake")), "--cores", "all"),
        *("--snakefile", str(ROOT / "workflow" / "Snakefile")),
        *("--configfile", "kempen.yaml"),
    ]
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    for command in (prepare, snakemake):
        run = subprocess.run(
            command, cwd=folder, env=clean, capture_output=True, text=True
        )
        assert run.returncode == 0, (run.stdout + run.stderr)[-4000:]
    return folder


@pytest.fixture(scope="session")
def results(run_folder):
    return run_folder / "results" / "kempen"


@pytest.fixture(scope="session")
def read(results):
    """Function (layer) that reads a layer or table of robuust.gpkg, each once."""
    read_before = {}

    def layer(name):
        if name not in read_before:
            read_before[name] = gpd.read_file(results / "robuust.gpkg", layer=name)
        return read_before[name]

    return layer


@pytest.fixture(scope="session")
def area(shared):
    """The study area, its overlapping parts as one."""
    parts = gpd.read_file(shared / "study_area" / "Turnhouts_Vennegebied.shp")
    return shapely.union_all(parts.geometry)


@pytest.fixture(scope="session")
def habitat(shared, area):
    """Function (source) that reads its polygons near the study area, each once."""
    layers = {
        "wet_heath": "gentiaanblauwtje",
        "moor_frog": "heikikker",
        "dry_heath": "heivlinder",
        "meadows": "grutto",
        "soft_water": "drijvendewaterweegbree",
        "scrub": "nachtegaal",
        "open_wood": "boompieper",
    }
    wetlands = shared / "wetlands" / "watervogels_localities_ex_west_flanders.geojson"
    read_before = {}

    def polygons(source):
        if source == "water":
            return water_polygons(shared / "water_surfaces_2024_10m.tif")
        if source == "wetlands":
            return gpd.read_file(wetlands).make_valid().to_crs(CRS)
        patches = shared / "habitat_patches_02.gpkg"
        return gpd.read_file(patches, layer=layers[source]).geometry

    def near(source):
        if source not in read_before:
            found = gpd.GeoSeries(polygons(source))
            read_before[source] = found[found.distance(area) <= REACH_M]
        return read_before[source]

    return near


def water_polygons(path):
    with rasterio.open(path) as raster:
        found = shapes(
            raster.read(1), mask=raster.read(1) == 1, transform=raster.transform
        )
        return gpd.GeoSeries([shapely.geometry.shape(g) for g, _ in found], crs=CRS)


def balance(read):
    summary = read("ingest_summary")
    return summary[summary["reason"] == "balance"].set_index("source")


def darwin_core_rows(path):
    """Lines of the occurrence table of an archive, but for its header."""
    with zipfile.ZipFile(path) as archive, archive.open("occurrence.txt") as table:
        return sum(1 for line in table if line.strip()) - 1


def test_the_stated_counts_are_those_of_the_files(shared):
    patches = shared / "habitat_patches_02.gpkg"
    records = shared / "records"
    pond = records / "dwca-inboveg-fytocoenoses-of-turnhout-ponds-v1.3.zip"
    ground = records / "dwca-inboveg-niche-vlaanderen-events-v0.8.zip"
    with gzip.open(records / "vmm_macroinvertebrates_flanders_ex_west.csv.gz") as table:
        macro_invertebrates = len(pd.read_csv(table, usecols=["macroinvertebraat"]))
    with rasterio.open(shared / "water_surfaces_2024_10m.tif") as raster:
        water = ndimage.label(raster.read(1) == 1)[1]
    features = {
        "study_area": "study_area/Turnhouts_Vennegebied.shp",
        "natura_2000": "study_area/Turnhouts_Vennegebied.shp",
        "wetlands": "wetlands/watervogels_localities_ex_west_flanders.geojson",
        "fences": "barriers/wildrasters.shp",
        "provinces": "admin/provinces_epsg3812.gpkg",
        "municipalities": "admin/be-municip-lamberts.geo.json",
    }
    counted = {name: count(shared / path) for name, path in features.items()} | {
        "wet_heath": count(patches, "gentiaanblauwtje"),
        "moor_frog": count(patches, "heikikker"),
        "dry_heath": count(patches, "heivlinder"),
        "meadows": count(patches, "grutto"),
        "soft_water": count(patches, "drijvendewaterweegbree"),
        "scrub": count(patches, "nachtegaal"),
        "open_wood": count(patches, "boompieper"),
        "water": water,
        "pond_vegetation": darwin_core_rows(pond),
        "groundwater_vegetation": darwin_core_rows(ground),
        "macro_invertebrates": macro_invertebrates,
        "alien_species": len(
            pd.read_csv(records / "alien_macroinvertebrates_dwc_occurrence.csv")
        ),
    }
    assert counted == ROWS_IN


def count(path, layer=None):
    return pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"]


def test_every_row_of_every_source_is_kept_or_set_apart(read, run_folder, settings):
    candidates = run_folder / settings["sources"]["candidates"][0]["path"]
    expected = ROWS_IN | {"potential_habitat": len(gpd.read_file(candidates))}
    found = balance(read)
    assert found["rows_in"].to_dict() == expected
    assert (found["rows_in"] == found["rows_kept"] + found["rows_quarantined"]).all()


def test_the_rows_set_apart_are_there_each_once_with_its_reason(read):
    quarantined = pd.concat(
        read(f"quarantined_{kind}")[["source", "row", "reason"]]
        for kind in ("habitat", "records", "context", "without_place")
    )
    assert not quarantined.duplicated(["source", "row"]).any()
    assert quarantined["reason"].notna().all()
    per_source = quarantined["source"].value_counts()
    stated = balance(read)["rows_quarantined"]
    assert per_source.to_dict() == stated[stated > 0].to_dict()
    summary = read("ingest_summary")
    apart = (summary["reason"] != "balance") & (summary["rows_quarantined"] > 0)
    per_reason = quarantined.value_counts(["source", "reason"])
    stated = summary[apart].set_index(["source", "reason"])["rows_quarantined"]
    assert per_reason.to_dict() == stated.to_dict()


def test_the_rows_kept_are_in_the_layers_that_the_run_goes_on_with(read, results):
    kept = balance(read)["rows_kept"]
    ingest = results / "ingest"
    for name in ("habitat", "records"):
        rows = pd.read_parquet(ingest / f"{name}.parquet", columns=["source"])
        per_source = rows["source"].value_counts()
        assert per_source.to_dict() == kept[per_source.index].to_dict()
    units = pd.read_parquet(ingest / "report_units.parquet", columns=["level"])
    per_level = units["level"].value_counts()
    assert per_level["province"] == kept["provinces"]
    assert per_level["municipality"] == kept["municipalities"]
    parcels = pd.read_parquet(ingest / "parcels.parquet", columns=["candidate_id"])
    assert len(parcels) == kept["potential_habitat"]


def test_habitat_near_the_study_area_is_kept_whole(read, results, habitat):
    kept = pd.read_parquet(
        results / "ingest" / "habitat.parquet", columns=["source", "area_ha"]
    )
    area_ha = kept.groupby("source")["area_ha"].sum()
    for source in area_ha.index:
        near = habitat(source)
        # Only the wetlands overlap among themselves; everything else keeps its sum.
        m2 = near.union_all().area if source == "wetlands" else near.area.sum()
        assert area_ha[source] == pytest.approx(m2 / HA, rel=1e-6), source
    rows = balance(read)["rows_kept"]
    for source in area_ha.index.drop("wetlands"):
        assert rows[source] == len(habitat(source))
    assert rows["wetlands"] == len(habitat("wetlands")) - 1  # one lies in another


def test_areas_before_and_after_the_ingest_are_those_of_the_files(
    read, shared, habitat
):
    sources = read("sources").set_index("source")
    patches = gpd.read_file(shared / "habitat_patches_02.gpkg", layer="boompieper")
    stated = sources.loc["open_wood"]
    assert stated["area_before_ha"] == pytest.approx(patches.area.sum() / HA)
    assert stated["area_after_ha"] == pytest.approx(
        habitat("open_wood").area.sum() / HA
    )


def test_groups_from_dragonflies_to_meadow_birds_have_patches(read, settings):
    patches = read("patches")
    per_group = patches["group"].value_counts()
    assert set(per_group.index) == set(settings["groups"])
    assert len(per_group) >= 8
    assert set(per_group.index) == {*HABITAT_OF_GROUP, "amphibians_pools"}
    assert patches.is_valid.all()
    assert patches["patch_id"].is_unique


@pytest.mark.parametrize("group", HABITAT_OF_GROUP)
def test_patches_cover_the_habitat_of_their_group_once(read, habitat, group):
    patches = read("patches")
    mine = patches[patches["group"] == group]
    covered, effective = shapely.Polygon(), 0.0
    for source, share in HABITAT_OF_GROUP[group].items():
        grown = shapely.union(covered, habitat(source).union_all())
        effective += share * (grown.area - covered.area)
        covered = grown
    assert mine["area_ha"].sum() == pytest.approx(covered.area / HA, rel=1e-6)
    assert mine["effective_ha"].sum() == pytest.approx(effective / HA, rel=1e-6)
    assert mine.area.sum() / HA == pytest.approx(mine["area_ha"].sum(), rel=1e-9)


def test_amphibians_have_water_near_land_and_land_near_that_water(read, habitat):
    water = gather(habitat, AMPHIBIAN_WATER)
    land = gather(habitat, AMPHIBIAN_LAND)
    others = pairs_near(water, water)
    others = others[others.index != others["index_right"]]
    suits = water.index.isin(pairs_near(water, land).index)
    water = water[suits & water.index.isin(others.index)].union_all()
    land = land.union_all()
    near_land, near_water = (
        shapely.union_all(shapely.buffer(shapely.get_parts(shape), AMPHIBIAN_REACH_M))
        for shape in (land, water)
    )
    covered = shapely.union(water & near_land, land & near_water)
    patches = read("patches")
    mine = patches[patches["group"] == "amphibians_pools"]
    # The line of the cut is drawn to 1 % of the distance.
    assert mine["area_ha"].sum() == pytest.approx(covered.area / HA, rel=1e-3)
    assert shapely.difference(mine.union_all(), covered.buffer(3)).area < 100


def gather(habitat, sources):
    found = pd.concat([habitat(source) for source in sources], ignore_index=True)
    return gpd.GeoDataFrame(geometry=found, crs=CRS)


def pairs_near(left, right):
    return gpd.sjoin(left, right, predicate="dwithin", distance=AMPHIBIAN_REACH_M)


def test_patches_of_a_group_are_farther_apart_than_it_moves_daily(read):
    traits = pd.read_csv(ROOT / "config" / "mobility_classes.csv").set_index(
        "mobility_class"
    )
    for group, mobility in (
        ("meadow_birds_grassland", "meadow_birds"),
        ("reptiles_heath", "reptiles"),
        ("butterflies_wet_heath", "butterflies"),
    ):
        patches = read("patches")
        mine = patches[patches["group"] == group].geometry.reset_index(drop=True)
        local_m = traits.loc[mobility, "local_distance_m"]
        near = gpd.sjoin(
            *(gpd.GeoDataFrame(geometry=mine), gpd.GeoDataFrame(geometry=mine)),
            predicate="dwithin",
            distance=local_m,
        )
        assert (near.index == near["index_right"]).all(), group


def test_some_populations_rest_on_recent_records_and_old_ones_are_told_apart(read):
    status = read("populations").groupby("species")["status"].agg(set)
    assert "viable" in status["Pyrrhosoma nymphula"]  # stream samples until 2023
    for species in ("Luronium natans", "Littorella uniflora", "Lobelia dortmanna"):
        assert "unsearched" in status[species]  # pond plots end in 1999


def test_restoration_helps_several_groups(read):
    gains = read("restoration")
    helped = set(
        ";".join(gains.loc[gains["score"] > 0, "groups"]).replace(" ", "").split(";")
    )
    assert helped >= {
        *("butterflies_wet_heath", "plants_wet_heath", "meadow_birds_grassland"),
        *("forest_birds_forest", "reptiles_heath", "dragonflies_pools"),
    }
    plans = read("restoration_plan").groupby("budget_eur")["gain"].first()
    assert plans.is_monotonic_increasing


def test_patches_are_summed_per_province_and_municipality(read, shared, habitat):
    provinces = gpd.read_file(shared / "admin" / "provinces_epsg3812.gpkg").to_crs(CRS)
    towns = gpd.read_file(shared / "admin" / "be-municip-lamberts.geo.json")
    towns = towns.set_crs(CRS, allow_override=True)
    classes, patches = read("unit_classes"), read("patches")
    kept = read("report_units").groupby("level")["name"].agg(list)
    for level, units in (
        ("province", provinces[provinces["NAAM"].isin(kept["province"])]),
        ("municipality", towns[towns["NIS5"].astype(str).isin(kept["municipality"])]),
    ):
        ground = shapely.union_all(units.geometry)
        shapely.prepare(ground)
        stated = classes[classes["level"] == level].groupby("group")["area_ha"].sum()
        for group, mine in patches.groupby("group"):
            inside_ha = mine.intersection(ground).area.sum() / HA
            assert stated[group] == pytest.approx(inside_ha, rel=1e-4), (level, group)


def test_the_province_and_the_municipalities_are_those_of_the_study_area(
    read, shared, area
):
    towns = gpd.read_file(shared / "admin" / "be-municip-lamberts.geo.json")
    towns = towns.set_crs(CRS, allow_override=True)
    touched = towns[towns.distance(area) <= REACH_M]["NIS5"].astype(str)
    units = read("report_units")
    names = units[units["level"] == "municipality"]["name"]
    assert len(names) > 3
    assert set(names) <= set(touched)
    assert units[units["level"] == "province"]["name"].tolist() == ["Antwerpen"]


def test_municipalities_in_metres_that_say_degrees_are_refused(shared, tmp_path):
    path = shared / "admin" / "be-municip-lamberts.geo.json"
    assert gpd.read_file(path, rows=1).crs.to_epsg() == 4326  # the trap
    source = {"name": "municipalities", "path": str(path), "level": "municipality"}
    source["name_column"] = "NIS5"
    with pytest.raises(ValueError, match=r"municipalities.*EPSG:4326") as refusal:
        run_context(tmp_path, shared, source)
    assert "crs" in str(refusal.value)  # what to set
    run_context(tmp_path, shared, source | {"crs": f"EPSG:{CRS}"})
    units = gpd.read_parquet(tmp_path / "report_units.parquet")
    assert "13040" in units["name"].tolist()  # Turnhout


def run_context(folder, shared, units):
    """Only the report units, through the script of the rule."""
    area = gpd.read_file(shared / "study_area" / "Turnhouts_Vennegebied.shp").to_crs(
        CRS
    )
    area.dissolve()[["geometry"]].to_parquet(folder / "study_area.parquet")
    kinds = ["barriers", "crossings", "land_cover", "nature_areas", "plans"]
    kinds += ["candidates", "report_units"]
    written = [
        *kinds[:5],
        "parcels",
        "report_units",
        "quarantined",
        "summary",
        "sources",
    ]
    paths = {name: folder / f"{name}.parquet" for name in [*written, "study_area"]}
    tables = ("habitat_types", "resistance")
    paths |= {table: ROOT / "config" / f"{table}.csv" for table in tables}
    ingest_context(
        paths,
        sources={kind: [] for kind in kinds} | {"report_units": [units]},
        crs=f"EPSG:{CRS}",
        title="Kempen",
        max_distance_m=REACH_M,
        unknown_codes="quarantine",
        crossing_width_m=50,
    )


def test_quirks_of_all_wetlands_are_in_the_summary(shared, tmp_path):
    # Both invalid polygons lie far from the Kempen, and the full set's duplicate is
    # in the part that is held back: so all of Flanders here, one polygon given twice.
    wetlands = gpd.read_file(
        shared / "wetlands" / "watervogels_localities_ex_west_flanders.geojson"
    )
    assert (~wetlands.is_valid).sum() == 2
    twice = pd.concat([wetlands, wetlands.iloc[[500]].assign(code="again")])
    twice.to_file(tmp_path / "wetlands.geojson")
    source = {
        **{"name": "wetlands", "path": str(tmp_path / "wetlands.geojson")},
        **{"code": "rbbmr", "id_column": "code"},
    }
    written = ("habitat", "habitat_parts", "quarantined", "summary")
    tables = ("habitat_types", "suitability")
    ingest_habitat(
        {
            name: tmp_path / f"{name}.parquet"
            for name in (*written, "sources", "coverage_faults")
        }
        | {table: ROOT / "config" / f"{table}.csv" for table in tables}
        | {"given_area": None},
        sources=[source],
        crs=f"EPSG:{CRS}",
        min_polygon_m2=1,
        unknown_codes="quarantine",
        max_distance_m=REACH_M,
        max_gap_m=1,
    )
    summary = pd.read_parquet(tmp_path / "summary.parquet").set_index("reason")
    assert summary.loc["balance", "rows_in"] == 852
    assert summary.loc["repaired_geometry", "rows_kept"] == 2
    quarantined = pd.read_parquet(tmp_path / "quarantined.parquet")
    assert quarantined["reason"].isin(["covered_by_earlier", "sliver"]).all()
    assert summary.loc["balance", "rows_quarantined"] == len(quarantined) > 0
    original = quarantined["original"].str.contains
    assert original('"again"').any() or original(wetlands.loc[500, "code"]).any()
    kept = gpd.read_parquet(tmp_path / "habitat.parquet")
    plain = wetlands.make_valid().to_crs(CRS).union_all()
    assert kept.area.sum() == pytest.approx(plain.area, rel=1e-6)


def test_every_row_of_the_archive_that_was_cut_off_is_accounted_for(read, shared):
    path = shared / "records" / "dwca-inboveg-niche-vlaanderen-events-v0.8.zip"
    assert darwin_core_rows(path) == 24  # of 569 events: the table is cut off
    row = balance(read).loc["groundwater_vegetation"]
    assert row["rows_kept"] > 0
    kinds = ("records", "without_place")
    quarantined = pd.concat(read(f"quarantined_{kind}") for kind in kinds)
    apart = quarantined[quarantined["source"] == "groundwater_vegetation"]
    assert row["rows_kept"] + len(apart) == 24


def test_everything_that_the_method_promises_is_published(results):
    for name in FILES.split():
        assert (results / name).stat().st_size > 1_000, name
    layers = pyogrio.list_layers(results / "robuust.gpkg")[:, 0]
    assert set(layers) >= set(LAYERS.split())
    assert len(list((results / "tables").glob("*.csv"))) >= 15


def test_the_rasters_say_where_areas_are_robust(read, results):
    with rasterio.open(results / "robust_groups.tif") as raster:
        assert raster.crs.to_epsg() == CRS
        groups, cell_ha = raster.read(1, masked=True), abs(np.prod(raster.res)) / HA
    small_ha = read("bundle_summary").set_index("bundle")["in_small_areas_ha"]["*"]
    robust_ha = read("robust_areas")["area_ha"].sum() + small_ha
    assert (groups >= 2).sum() * cell_ha == pytest.approx(robust_ha, rel=1e-9)
