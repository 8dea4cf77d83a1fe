"""The whole demo: what is promised is there, adds up, repeats, and stays as it was."""

import re
import sqlite3
from html.parser import HTMLParser
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
import yaml

from robuust.suitability import match_suitability

pytestmark = pytest.mark.demo

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
DEMO = yaml.safe_load((ROOT / "config" / "demo.yaml").read_text(encoding="utf-8"))
SETTINGS = yaml.safe_load((ROOT / "config" / "config.yaml").read_text(encoding="utf-8"))
ROBUST = ("stronghold", "key", "network")

# The contract with other people's projects, written out once more on purpose.
LAYERS = [
    *["patches", "links", "networks", "buffers", "pressure_zones", "robust_areas"],
    *["populations", "relict_sites", "restoration", "restoration_plan", "corridors"],
    *["report_units", "changes", "quarantined_habitat", "quarantined_records"],
]
TABLES = [
    *["group_summary", "reintroduction", "sensitivity"],
    *["ingest_summary", "settings", "sources"],
]
CLASSES = {*ROBUST, "near", "insufficient"}
STATUSES = {
    *["viable", "phantom", "relict", "dormant"],
    *["unsearched", "lost", "colonisable", "unreachable"],
}
CHANGES = ("changes", "group_changes", "population_changes", "planned_changes")
CAUSES = ("change_polygons", "change_records")
AGAINST_EARLIER = {
    "habitat_state": ["area_change_ha"],
    "unit_targets": ["earlier_status", "change"],
    "unit_progress": ["earlier", "difference"],
}
OVER_LAND = ("amphibians_pools", "reptiles_heath")
RASTERS = ("robustness_score", "robust_groups", "buffer_groups", "habitat_variety")
COLUMNS = {
    "patches": """patch_id group network_id area_ha effective_ha core_ha n_polygons
        shape_index capacity_ru below_minimum class reason_nl reason_en
        verdict_stability dpc dpc_intra dpc_flux dpc_connector betweenness
        metapopulation_share""",
    "links": "group patch_id_a patch_id_b distance_m probability",
    "networks": "network_id group n_patches capacity_ru viable reason_nl reason_en",
    "group_summary": """group n_patches area_ha effective_ha pcnum pcnum_error_bound
        eca_ha pc_intra pc_direct pc_step iicnum metapopulation_capacity d0_m p0
        distance_kind robust_ha n_stronghold n_key n_network n_near n_insufficient""",
    "populations": """species group patch_id status rule first_year last_year n_records
        searched reason_nl reason_en""",
    "restoration": """candidate_id area_ha cost_eur track score gain_per_ha gain_per_eur
        flips groups rank reason_nl reason_en""",
    "restoration_plan": "budget_eur candidate_id method gain upper_bound gap_percent",
    "robust_areas": "robust_area_id area_ha n_groups groups species score rank",
    "ingest_summary": "source rows_in rows_kept rows_quarantined reason",
}
KEYS = {
    "patches": ["patch_id"],
    "links": ["group", "patch_id_a", "patch_id_b"],
    "networks": ["network_id"],
    "buffers": ["group", "ring"],
    "pressure_zones": ["group", "pressure"],
    "zone_land_uses": ["group", "pressure", "patch_id", "land_cover"],
    "robust_areas": ["robust_area_id"],
    "robust_area_groups": ["robust_area_id", "group"],
    "robust_area_species": ["robust_area_id", "group", "species"],
    "bundle_summary": ["bundle"],
    "populations": ["species", "group", "patch_id", "network_id"],
    "relict_sites": ["species", "patch_id"],
    "relict_receivers": ["species", "patch_id", "receiver_patch_id"],
    "restoration": ["candidate_id"],
    "restoration_plan": ["budget_eur", "candidate_id"],
    "corridors": ["corridor_id"],
    "corridor_paths": ["corridor_id", "group"],
    "pinch_points": ["pinch_point_id"],
    "report_units": ["level", "unit_id"],
    "unit_priorities": ["unit_id", "track"],
    "unit_programmes": ["unit_id", "species", "status"],
    "unit_targets": ["unit_id", "species"],
    "unit_progress": ["unit_id", "measure"],
    "group_summary": ["group"],
    "group_changes": ["group"],
    "planned_changes": ["change_id"],
    "patch_polygons": ["group", "patch_id", "polygon_id"],
    "population_records": ["group", "species", "patch_id", "record_id"],
    "history": ["run_id", "level", "unit_id", "group"],
    "sensitivity": ["group", "parameter"],
    "ingest_summary": ["source", "reason"],
    "settings": ["key"],
}


# --- What the run made


@pytest.fixture(scope="module")
def layer(demo_results):
    """Function that reads one layer or table of robuust.gpkg, each only once."""
    return reader(demo_results / "robuust.gpkg")


def reader(geopackage):
    read = {}

    def layer(name):
        if name not in read:
            read[name] = pyogrio.read_dataframe(geopackage, layer=name)
        return read[name]

    return layer


@pytest.fixture(scope="module")
def sql(demo_results):
    """Function that asks robuust.gpkg a question in SQL."""
    connection = sqlite3.connect(demo_results / "robuust.gpkg")
    yield lambda words, *values: connection.execute(words, values).fetchall()
    connection.close()


# --- Everything that can be found is found


def test_every_class_of_robustness_occurs(layer):
    assert set(layer("patches")["class"]) == CLASSES


def test_every_status_of_a_population_occurs(layer):
    assert set(layer("populations")["status"]) == STATUSES


def test_every_track_ring_and_relict_status_occurs(layer):
    tracks = {"meekoppelen", "verbreden", "uitvoeren"}
    assert set(layer("restoration")["track"]) == tracks
    assert set(layer("buffers")["ring"]) == {"inner", "mid", "outer"}
    assert set(layer("relict_sites")["status"]) == {"relict", "phantom"}


def test_every_group_and_every_budget_has_its_rows(layer):
    for name in ("patches", "networks", "populations", "group_summary"):
        assert set(layer(name)["group"]) == set(DEMO["groups"]), name
    budgets = SETTINGS["restoration"]["budgets_eur"]
    assert sorted(set(layer("restoration_plan")["budget_eur"])) == budgets


# --- What comes out is what was promised


def test_every_promised_file_is_there(demo_results):
    names = ["robuust.gpkg", "robuust.qgz", "report.html", "summary.txt"]
    names += [f"{name}.tif" for name in RASTERS]
    names += [f"tables/{name}.csv" for name in [*LAYERS, *TABLES]]
    assert [n for n in names if not (demo_results / n).is_file()] == []


def test_every_promised_layer_and_table_is_there_and_holds_rows(sql):
    kinds = dict(sql("SELECT table_name, data_type FROM gpkg_contents"))
    assert {name: kinds.get(name) for name in LAYERS} == dict.fromkeys(
        LAYERS, "features"
    )
    assert {name: kinds.get(name) for name in TABLES} == dict.fromkeys(
        TABLES, "attributes"
    )
    rows = {name: sql(f'SELECT count(*) FROM "{name}"')[0][0] for name in kinds}
    empty = {name for name, n in rows.items() if n == 0}
    # No earlier run to differ from, and all context layers of the demo are clean.
    assert empty == {*CHANGES, *CAUSES, "quarantined_context"}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_promised_column_is_there(name, layer):
    assert set(COLUMNS[name].split()) - set(layer(name).columns) == set()


@pytest.mark.parametrize("name", KEYS)
def test_no_two_rows_have_the_same_key(name, layer):
    repeated = layer(name).duplicated(KEYS[name], keep=False)
    assert layer(name).loc[repeated, KEYS[name]].empty


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_has_crs_primary_key_spatial_index_and_style(name, demo_results, sql):
    info = pyogrio.read_info(demo_results / "robuust.gpkg", layer=name)
    assert info["crs"] == SETTINGS["crs"]
    keys = [row[1] for row in sql(f'PRAGMA table_info("{name}")') if row[5]]
    assert keys == [info["fid_column"]]
    column = info["geometry_name"]
    indexed = sql(f'SELECT count(*) FROM "rtree_{name}_{column}"')
    assert indexed == sql(f'SELECT count(*) FROM "{name}" WHERE "{column}" IS NOT NULL')
    styles = "SELECT styleQML FROM layer_styles WHERE f_table_name = ? AND useAsDefault"
    assert [row[0][:15] for row in sql(styles, name)] == ["<!DOCTYPE qgis "]


def test_every_column_is_described_and_every_description_has_a_column(sql):
    described = set(sql("SELECT table_name, column_name FROM gpkg_data_columns"))
    tables = sql(
        "SELECT table_name FROM gpkg_contents WHERE table_name != 'layer_styles'"
    )
    there = {
        (table, row[1])
        for (table,) in tables
        for row in sql(f'PRAGMA table_info("{table}")')
        if row[1] not in ("fid", "geom")
    }
    assert described == there
    blank = "name IS NULL OR name = '' OR title IS NULL OR title = ''"
    blank += " OR description IS NULL OR description = ''"
    assert sql(f"SELECT * FROM gpkg_data_columns WHERE {blank}") == []


def test_every_geometry_is_valid_and_lies_in_or_near_the_landscape(layer):
    west, south, east, north = (
        pyogrio.read_dataframe(ROOT / "data/demo/landscape.gpkg", layer="study_area")
        .to_crs(SETTINGS["crs"])
        .total_bounds
    )
    near = shapely.box(west, south, east, north).buffer(60_000)  # the outermost rings
    for name in LAYERS:
        if name.startswith("quarantined") or layer(name).empty:
            continue
        shapes = layer(name).geometry
        assert shapes.notna().all(), name
        assert not shapes.is_empty.any(), name
        assert shapes.is_valid.all(), name
        assert shapes.within(near).all(), name


@pytest.mark.parametrize("name", RASTERS)
def test_a_raster_is_a_cloud_optimised_geotiff_that_explains_itself(name, demo_results):
    with rasterio.open(demo_results / f"{name}.tif") as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.profile["tiled"]
        assert raster.overviews(1)
        assert raster.nodata is not None
        assert all(raster.units)
        assert raster.crs.to_epsg() == 31370
        assert raster.res == (SETTINGS["grid"]["cell_m"],) * 2
        values = raster.read(1, masked=True)
        types = pd.read_csv(ROOT / "config" / "habitat_types.csv")
        top = {"robustness_score": 1, "habitat_variety": len(types)}
        assert 0 == values.min() < values.max() <= top.get(name, len(DEMO["groups"]))


class Loaded(HTMLParser):
    """Every address that a browser fetches, or goes to, from a page."""

    def __init__(self):
        super().__init__()
        self.addresses, self.tags = [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        fetching = {"src", "href", "xlink:href", "srcset", "data", "action", "poster"}
        self.addresses += [value for key, value in attrs if key in fetching]


def test_the_report_needs_no_other_file_and_no_network(demo_results, layer):
    text = (demo_results / "report.html").read_text(encoding="utf-8")
    page = Loaded()
    page.feed(text)
    links = {a for a in page.addresses if not a.startswith(("#", "data:"))}
    assert {link for link in links if not (demo_results / link).is_file()} == set()
    assert {"species_sheets/index.html", "unit_sheets/index.html"} <= links
    assert "@import" not in text
    assert "url(" not in text.replace("url(#", "").replace("url(data:", "")
    assert "svg" in page.tags
    for name in layer("group_summary")["name_nl"]:
        assert name in text, name


def test_the_csv_tables_hold_what_the_layers_hold(demo_results, layer):
    contract = pd.read_csv(ROOT / "config" / "output_columns.csv")
    for name, columns in contract.groupby("layer", sort=False):
        written = read_csv(demo_results / "tables" / f"{name}.csv")
        stored = layer(name).drop(columns="geometry", errors="ignore")
        assert list(written) == list(stored) == list(columns["column"]), name
        numbers = columns["type"].isin(["integer", "real"]).to_numpy()
        for column, number in zip(columns["column"], numbers, strict=True):
            mine, its = written[column], stored[column]
            if number:
                mine, its = mine.astype(float), its.astype(float)
            else:
                mine, its = (
                    ["" if pd.isna(v) else str(v) for v in c] for c in (mine, its)
                )
            np.testing.assert_array_equal(mine, its, err_msg=f"{name}.{column}")


def read_csv(path):
    """A CSV table, with blank cells missing."""
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


# --- It adds up


def assert_same(found, expected):
    pd.testing.assert_series_equal(
        found.sort_index(), expected.sort_index(), check_names=False, rtol=1e-9
    )


def rows_in_the_files():
    """Rows of every demo source, counted without the pipeline."""
    rows = {}
    for entries in DEMO["sources"].values():
        for source in entries:
            path = ROOT / source["path"]
            if path.suffix == ".csv":
                rows[source["name"]] = len(pd.read_csv(path, dtype=str))
            else:
                info = pyogrio.read_info(path, layer=source["layer"])
                rows[source["name"]] = info["features"]
    return rows


def test_no_row_disappears(layer):
    summary = layer("ingest_summary")
    kept_and_apart = summary["rows_kept"] + summary["rows_quarantined"]
    assert (summary["rows_in"] == kept_and_apart).all()
    totals = summary[summary["reason"] == "balance"].set_index("source")
    assert totals["rows_in"].to_dict() == rows_in_the_files()
    names = ("habitat", "records", "context", "without_place")
    names = [f"quarantined_{name}" for name in names]
    apart = pd.concat([layer(name)[["source", "row", "reason"]] for name in names])
    assert not apart.duplicated(["source", "row"]).any()
    counted = apart["source"].value_counts().reindex(totals.index, fill_value=0)
    assert (counted == totals["rows_quarantined"]).all()
    reasons = summary[summary["rows_quarantined"] > 0].query("reason != 'balance'")
    listed = reasons.set_index(["source", "reason"])["rows_quarantined"]
    assert listed.to_dict() == apart.value_counts(["source", "reason"]).to_dict()


def test_kept_rows_are_the_polygons_and_records_that_go_on(demo_results, layer):
    totals = layer("ingest_summary").query("reason == 'balance'")
    kept = totals.set_index("source")["rows_kept"]
    habitat = pd.read_parquet(demo_results / "ingest" / "habitat.parquet")
    records = pd.read_parquet(demo_results / "ingest" / "records.parquet")
    assert len(habitat) == kept["habitat_map"]
    assert len(records) == kept["field_records"]


def suitable_habitat(demo_results, bundle):
    """Polygons that are habitat for a bundle, by plain pandas."""
    habitat = gpd.read_parquet(demo_results / "ingest" / "habitat.parquet")
    parts = pd.read_parquet(demo_results / "ingest" / "habitat_parts.parquet")
    table = pd.read_csv(ROOT / "config" / "suitability.csv")
    known = match_suitability(parts["code"].unique(), table, bundle)
    parts = parts.merge(known[["code", "suitability"]], on="code")
    parts["of_polygon"] = parts["share"] * parts["quality"] * parts["suitability"]
    share = parts.groupby("polygon_id")["of_polygon"].sum()
    enough = share[share >= SETTINGS["habitat"]["min_suitable_share"]]
    return habitat.set_index("polygon_id").join(enough, how="inner")


def groups_with_one_kind_of_habitat():
    """Demo groups that do not need two kinds of habitat together, with their bundle."""
    groups = pd.read_csv(ROOT / "config" / "species_groups.csv").set_index("group")
    suitability = pd.read_csv(ROOT / "config" / "suitability.csv")
    with_roles = suitability.loc[suitability["role"].isin(["a", "b"]), "bundle"]
    bundles = groups.loc[DEMO["groups"], "bundle"]
    return bundles[~bundles.isin(with_roles)].to_dict()


def test_patches_hold_exactly_the_suitable_habitat(demo_results, layer):
    bundles = groups_with_one_kind_of_habitat()
    assert len(bundles) >= 9
    for group, bundle in bundles.items():
        expected = suitable_habitat(demo_results, bundle)
        patches = layer("patches").query("group == @group")
        assert patches["n_polygons"].sum() == len(expected), group
        area_ha = expected.union_all().area / 1e4
        assert patches["area_ha"].sum() == pytest.approx(area_ha, rel=1e-6), group
        effective_ha = (expected.area * expected["of_polygon"]).sum() / 1e4
        assert patches["effective_ha"].sum() == pytest.approx(effective_ha, rel=1e-6)
        lost = expected.union_all().difference(patches.union_all()).area
        assert lost == pytest.approx(0, abs=1), group


def test_the_area_of_a_patch_is_that_of_its_polygons(demo_results, layer):
    habitat = gpd.read_parquet(demo_results / "ingest" / "habitat.parquet")
    for group in groups_with_one_kind_of_habitat():
        members = pd.read_parquet(demo_results / group / "patch_polygons.parquet")
        assert not members.duplicated("polygon_id").any(), group
        polygons = habitat[["polygon_id", "geometry"]].merge(
            members[["patch_id", "polygon_id"]], on="polygon_id", validate="one_to_one"
        )
        union_ha = polygons.dissolve("patch_id").area / 1e4
        patches = layer("patches").query("group == @group").set_index("patch_id")
        assert_same(patches["area_ha"], union_ha)


def test_amphibians_have_only_the_land_near_their_waters(demo_results, layer):
    group = "amphibians_pools"
    habitat = gpd.read_parquet(demo_results / "ingest" / "habitat.parquet")
    members = pd.read_parquet(demo_results / group / "patch_polygons.parquet")
    drawn = habitat.set_index("polygon_id").area[members["polygon_id"]] / 1e4
    cut = members["area_ha"].to_numpy() < drawn.to_numpy() * (1 - 1e-9)
    assert 0 < cut.sum() < len(members)
    patches = layer("patches").query("group == @group")
    assert_same(
        patches.set_index("patch_id")["area_ha"],
        members.groupby("patch_id")["area_ha"].sum(),
    )


def test_the_summary_of_a_group_is_the_sum_of_its_patches(layer):
    summary = layer("group_summary").set_index("group")
    patches = layer("patches")
    by_group = patches.groupby("group")
    assert summary["n_patches"].to_dict() == by_group.size().to_dict()
    for column in ("area_ha", "effective_ha"):
        assert_same(summary[column], by_group[column].sum())
    classes = pd.crosstab(patches["group"], patches["class"])
    for name in classes:
        assert summary[f"n_{name}"].to_dict() == classes[name].to_dict()
    robust = patches[patches["class"].isin(ROBUST)].groupby("group")["area_ha"].sum()
    robust = robust.reindex(summary.index, fill_value=0)
    assert_same(summary["robust_ha"], robust)
    split = summary["pc_intra"] + summary["pc_direct"] + summary["pc_step"]
    assert_same(summary["pcnum"], split)
    assert_same(summary["eca_ha"], summary["pcnum"] ** 0.5)
    parts = patches["dpc_intra"] + patches["dpc_flux"] + patches["dpc_connector"]
    assert_same(patches["dpc"], parts)


def test_the_summary_of_a_network_is_the_sum_of_its_patches(layer):
    networks = layer("networks").set_index("network_id").sort_index()
    by_network = layer("patches").groupby("network_id")
    assert networks["n_patches"].to_dict() == by_network.size().to_dict()
    for column in ("area_ha", "effective_ha", "capacity_ru"):
        assert_same(networks[column], by_network[column].sum())


def robust_at_centres(demo_results, layer, predicate):
    """Per cell, the number of groups and the weight of those with robust habitat."""
    with rasterio.open(demo_results / "robust_groups.tif") as raster:
        rows, columns = np.indices(raster.shape)
        x, y = rasterio.transform.xy(raster.transform, rows.ravel(), columns.ravel())
        shape = raster.shape
    patches = layer("patches")
    robust = patches[patches["class"].isin(ROBUST)]
    cell, patch = shapely.STRtree(robust.geometry.to_numpy()).query(
        shapely.points(x, y), predicate=predicate
    )
    weights = pd.read_csv(ROOT / "config" / "species_groups.csv")
    weights = weights.set_index("group")["weight"]
    found = pd.DataFrame({"cell": cell, "group": robust["group"].to_numpy()[patch]})
    found = found.drop_duplicates()
    found["weight"] = found["group"].map(weights)
    number, weight = np.zeros(np.prod(shape)), np.zeros(np.prod(shape))
    np.add.at(number, found["cell"], 1)
    np.add.at(weight, found["cell"], found["weight"])
    share = weight / weights[DEMO["groups"]].sum()
    return number.reshape(shape), share.reshape(shape)


def test_the_rasters_say_what_the_patches_say(demo_results, layer):
    """A centre on the very edge of a patch may count either way."""
    least = robust_at_centres(demo_results, layer, "within")
    most = robust_at_centres(demo_results, layer, "intersects")
    for k, name in enumerate(("robust_groups", "robustness_score")):
        with rasterio.open(demo_results / f"{name}.tif") as raster:
            values = raster.read(1, masked=True).filled(0).astype(float)
        assert values.max() > 0
        assert (values >= least[k] - 1e-6).all(), name
        assert (values <= most[k] + 1e-6).all(), name


def test_every_group_has_the_variety_within_its_local_distance(demo_results):
    classes = pd.read_csv(ROOT / "config" / "mobility_classes.csv")
    groups = pd.read_csv(ROOT / "config" / "species_groups.csv").set_index("group")
    distance = groups.loc[DEMO["groups"], "mobility_class"].map(
        classes.set_index("mobility_class")["local_distance_m"]
    )
    with (
        rasterio.open(demo_results / "robust_groups.tif") as other,
        rasterio.open(demo_results / "habitat_variety.tif") as raster,
    ):
        assert (raster.transform, raster.shape) == (other.transform, other.shape)
        bands = list(zip(raster.descriptions, raster.units, strict=True))
        n_types = raster.read(list(range(1, raster.count, 3)))
    assert len(bands) == 3 * distance.nunique()
    for group, within_m in distance.items():
        found = [b for b in bands if f"{group}," in b[0] or f"{group})" in b[0]]
        assert [unit for _, unit in found] == ["number", "natural logarithm", "ha"]
        assert all(f" within {within_m:g} m (" in words for words, _ in found)
    assert (np.diff(n_types, axis=0) >= 0).all()  # the farther, the more types


def test_the_variety_within_a_cell_is_that_of_the_polygon_that_holds_it(demo_results):
    """A window smaller than a cell shows the map itself, without bare land."""
    ingest = demo_results / "ingest"
    habitat = gpd.read_parquet(ingest / "habitat.parquet")
    parts = pd.read_parquet(ingest / "habitat_parts.parquet")
    n_parts = parts[parts["code"] != "gh"].groupby("polygon_id")["code"].nunique()
    with rasterio.open(demo_results / "habitat_variety.tif") as raster:
        assert float(raster.tags(1)["radius_m"]) < raster.res[0]
        known = habitat[habitat["polygon_id"].isin(n_parts.index)]
        point = known.geometry.representative_point()
        sampled = np.array(list(raster.sample(zip(point.x, point.y, strict=True), 1)))
        row, column = rasterio.transform.rowcol(raster.transform, point.x, point.y)
        x, y = rasterio.transform.xy(raster.transform, row, column)
    held = shapely.contains_xy(known.geometry.to_numpy(), x, y)
    expected = known["polygon_id"].map(n_parts).to_numpy()
    assert held.sum() > 500
    assert (sampled[held, 0] >= expected[held]).all()
    assert (sampled[held, 0] == expected[held]).mean() > 0.99


def test_robust_areas_are_the_cells_with_enough_groups(demo_results, layer):
    with rasterio.open(demo_results / "robust_groups.tif") as raster:
        n_groups = raster.read(1, masked=True).filled(0)
        cell_ha = abs(raster.transform.a * raster.transform.e) / 1e4
    robust_ha = (n_groups >= SETTINGS["grid"]["min_groups"]).sum() * cell_ha
    areas = layer("robust_areas")
    small_ha = layer("bundle_summary").set_index("bundle")["in_small_areas_ha"]["*"]
    listed_ha = robust_ha - small_ha
    assert areas["area_ha"].sum() == pytest.approx(listed_ha, rel=1e-9)
    assert areas.union_all().area / 1e4 == pytest.approx(listed_ha, rel=1e-9)
    assert areas["area_ha"].min() >= SETTINGS["grid"]["min_area_ha"]
    assert areas["rank"].tolist() == list(range(1, len(areas) + 1))


def test_rings_of_a_group_overlap_neither_each_other_nor_its_patches(layer):
    patches = layer("patches")
    ringed = patches[patches["class"].isin(SETTINGS["buffers"]["classes"])]
    for group, rings in layer("buffers").groupby("group"):
        apart = rings.union_all().area
        assert rings.area.sum() == pytest.approx(apart, rel=1e-6), group
        inside = ringed[ringed["group"] == group].union_all()
        shared = rings.union_all().intersection(inside).area
        assert shared == pytest.approx(0, abs=1), group


def test_plans_stay_within_their_budget_and_below_their_bound(layer):
    for budget, plan in layer("restoration_plan").groupby("budget_eur"):
        assert plan["cost_eur"].sum() <= budget
        assert (plan["gain"] <= plan["upper_bound"] * (1 + 1e-9)).all()
        gap = 100 * (1 - plan["gain"] / plan["upper_bound"])
        assert_same(plan["gap_percent"], gap)
        assert (plan["gap_percent"] <= DEMO["restoration"]["plan_gap_percent"]).all()


def test_corridors_over_land_are_candidates_with_the_gain_that_their_layer_tells(layer):
    candidates = layer("restoration").set_index("candidate_id")
    strips = candidates[candidates["kind"] == "corridor"]
    assert len(strips)
    assert set(strips["action"]) == {"connect"}
    corridors = layer("corridors").set_index("corridor_id").loc[strips.index]
    assert set(corridors["way"]) == {"over_land"}
    assert (strips["score"] > 0).all()
    assert_same(strips["score"], corridors["score"])
    assert_same(strips["cost_eur"], corridors["cost_eur"])
    assert_same(strips["area_ha"], corridors["new_habitat_ha"])
    assert strips["groups"].tolist() == corridors["groups"].tolist()
    assert strips["reason_nl"].str.startswith("richt een corridor in van ").all()
    assert strips["reason_en"].str.startswith("lay out a corridor of ").all()
    assert strips["track"].notna().all()
    measures = layer("unit_measures")
    measures = measures[measures["code"].isna() & measures["crossing"].isna()]
    named = {name for ids in measures["candidates"] for name in ids.split("; ")}
    assert named == set(strips.index)


def test_units_of_one_level_share_out_the_robust_hectares(layer):
    units = layer("report_units")
    levels = units.groupby("level")["robust_ha"].sum()
    assert levels["municipality"] == pytest.approx(levels["province"], rel=1e-3)
    inside = layer("robust_areas").union_all().intersection(units.union_all()).area
    assert levels["province"] == pytest.approx(inside / 1e4, rel=1e-3)


@pytest.mark.parametrize("table", ["unit_priorities", "unit_measures"])
def test_no_hectare_of_a_track_is_counted_twice(layer, table):
    candidates = layer("restoration")
    land = candidates[candidates["kind"] != "crossing"].union_all()
    for level, units in layer("report_units").groupby("level"):
        sums = layer(table).loc[layer(table)["level"] == level, "area_ha"]
        inside = land.intersection(units.union_all()).area / 1e4
        assert sums.sum() == pytest.approx(inside, rel=1e-3), level


def test_every_province_has_its_target_species_and_its_sheet(layer, demo_results):
    units = layer("report_units")
    provinces = units[units["level"] == "province"]
    targets = layer("unit_targets")
    assert set(targets["unit_id"]) == set(provinces["unit_id"])
    assert {"CR", "EN"} <= set(targets["red_list"])
    assert not set(targets.loc[targets["target_because"] != "IV", "red_list"]) & {"VU"}
    pages = {path.stem for path in (demo_results / "unit_sheets").glob("*.html")}
    assert len(pages) == len(provinces) + 1
    assert all(page.startswith("province_") for page in pages - {"index"})


def test_every_track_says_with_whom_what_for_whom(layer):
    measures = layer("unit_measures")
    partner = {"meekoppelen": "plan", "verbreden": "nature_area"}
    for track, column in partner.items():
        rows = measures[measures["track"] == track]
        assert len(rows)
        assert rows[column].notna().all()
        best = rows[rows["order"] == 1]
        assert not best.duplicated(["unit_id", column, "plan_year"]).any()
    assert (
        measures.loc[measures["track"] == "uitvoeren", ["plan", "manager"]]
        .isna()
        .all(axis=None)
    )
    needy = layer("unit_programmes").query("needs_help")
    assert set(needy["status"]) <= {"relict", "phantom"}


# --- Every id leads somewhere


@pytest.mark.parametrize(
    ("name", "column", "target", "key"),
    [
        ("patches", "network_id", "networks", "network_id"),
        ("networks", "network_id", "patches", "network_id"),
        ("links", "patch_id_a", "patches", "patch_id"),
        ("links", "patch_id_b", "patches", "patch_id"),
        ("populations", "patch_id", "patches", "patch_id"),
        ("populations", "network_id", "networks", "network_id"),
        ("relict_sites", "patch_id", "patches", "patch_id"),
        ("relict_receivers", "patch_id", "relict_sites", "patch_id"),
        ("relict_receivers", "receiver_patch_id", "patches", "patch_id"),
        ("reintroduction", "patch_id", "patches", "patch_id"),
        ("zone_land_uses", "patch_id", "patches", "patch_id"),
        ("robust_area_groups", "robust_area_id", "robust_areas", "robust_area_id"),
        ("robust_area_species", "robust_area_id", "robust_areas", "robust_area_id"),
        ("restoration_plan", "candidate_id", "restoration", "candidate_id"),
        ("corridors", "robust_area_a", "robust_areas", "robust_area_id"),
        ("corridors", "robust_area_b", "robust_areas", "robust_area_id"),
        ("corridor_paths", "corridor_id", "corridors", "corridor_id"),
        ("corridors", "corridor_id", "corridor_paths", "corridor_id"),
        ("pinch_points", "corridor_id", "corridors", "corridor_id"),
        ("unit_classes", "unit_id", "report_units", "unit_id"),
        ("unit_species", "unit_id", "report_units", "unit_id"),
        ("unit_priorities", "unit_id", "report_units", "unit_id"),
        ("unit_measures", "unit_id", "report_units", "unit_id"),
        ("unit_programmes", "unit_id", "report_units", "unit_id"),
        ("unit_targets", "unit_id", "report_units", "unit_id"),
        ("unit_progress", "unit_id", "report_units", "unit_id"),
    ],
)
def test_an_id_is_found_in_the_layer_that_it_points_to(
    name, column, target, key, layer
):
    ids = layer(name)[column].dropna()
    assert len(ids)
    assert set(ids) - set(layer(target)[key]) == set()


def test_a_link_is_as_long_as_the_gap_between_its_patches(layer):
    shapes = layer("patches").set_index("patch_id").geometry
    links = layer("links").iloc[::3]
    a, b = (shapes[links[f"patch_id_{end}"]].to_numpy() for end in "ab")
    assert shapely.distance(a, b) == pytest.approx(links["distance_m"], abs=1e-6)
    over_land = links["group"].isin(OVER_LAND)
    straight, way = links[~over_land], links[over_land]
    assert straight.length.to_numpy() == pytest.approx(straight["distance_m"], abs=1e-6)
    assert (straight["cost_m"] == straight["distance_m"]).all()
    assert len(way)
    assert (way["cost_m"] >= way["distance_m"] - 1e-6).all()
    assert (way.length >= way["distance_m"] - 1e-6).all()  # from cell to cell


def test_relict_sites_are_the_relicts_and_phantoms_of_the_populations(layer):
    populations = layer("populations").query("status in ('relict', 'phantom')")
    key = ["species", "group", "patch_id", "status"]
    there = populations.dropna(subset="patch_id")[key]
    sites = layer("relict_sites")[key]
    assert set(map(tuple, sites.values)) == set(map(tuple, there.values))


def test_relict_sites_have_one_rank_over_all_groups(layer):
    sites = layer("relict_sites").sort_values("rank")
    assert len(set(sites["group"])) > 1
    assert sites["rank"].tolist() == list(range(1, len(sites) + 1))
    assert (sites["urgency"].diff().dropna() <= 1e-9).all()


def test_receivers_are_the_linked_patches_where_the_species_is_not_seen(sql):
    """The same table from the published layers, by a question in SQL."""
    asked = """
        WITH near AS (
            SELECT patch_id_a AS here, patch_id_b AS there, distance_m, probability
            FROM links WHERE within_dispersal
            UNION ALL
            SELECT patch_id_b, patch_id_a, distance_m, probability
            FROM links WHERE within_dispersal)
        SELECT s.species, s.patch_id, n.there, n.distance_m, n.probability
        FROM relict_sites s
        JOIN near n ON n.here = s.patch_id
        JOIN populations p ON p.species = s.species AND p.patch_id = n.there
        WHERE p.status NOT IN ('viable', 'relict', 'phantom')"""
    free = {row[:3]: row[3:] for row in sql(asked)}
    named = sql(
        "SELECT species, patch_id, receiver_patch_id, distance_m, probability, "
        '"order", missing_ru, missing_ha FROM relict_receivers'
    )
    assert len(named) > 3
    assert {row[:3]: row[3:5] for row in named}.items() <= free.items()
    for site in {key[:2] for key in free}:
        found = [row for row in named if row[:2] == site]
        assert len(found) == min(5, sum(key[:2] == site for key in free))
        best = max(p for key, (_, p) in free.items() if key[:2] == site)
        assert [row[4] for row in found if row[5] == 1] == [best]
    assert all(min(row[6:]) >= 0 for row in named)


def test_the_reason_of_a_relict_names_its_best_receiver(sql):
    rows = sql(
        "SELECT s.reason_en, r.receiver_patch_id FROM relict_sites s LEFT JOIN "
        "relict_receivers r ON r.species = s.species AND r.patch_id = s.patch_id AND "
        'r."order" = 1'
    )
    assert {receiver is None for _, receiver in rows} == {True, False}
    for reason, receiver in rows:
        assert ("no free patch to reach" if receiver is None else receiver) in reason


def test_every_judged_species_has_its_sheet_and_no_other(layer, demo_results):
    species = set(layer("populations")["species"])
    sheets = {path.stem: path for path in demo_results.glob("species_sheets/*")}
    names = {name.lower().replace(" ", "_") for name in species}
    assert set(sheets) == names | {"index"}
    page = sheets["hyla_arborea"].read_text(encoding="utf-8")
    assert "<i>Hyla arborea</i> · Boomkikker" in page
    index = sheets["index"].read_text(encoding="utf-8")
    assert set(re.findall('href="(.*?).html"', index)) == names


# --- It repeats


def test_a_rerun_with_nothing_changed_runs_no_job(demo_run, run_pipeline):
    again = run_pipeline(demo_run.folder, ROOT / "config" / "demo.yaml")
    assert again.code == 0, again.screen[-3000:]
    assert "Nothing to be done" in again.screen
    assert "rule " not in again.screen


def shuffled_copy(folder):
    """The demo input with the rows of every layer in another order."""
    for name, geometry_type in pyogrio.list_layers(ROOT / "data/demo/landscape.gpkg"):
        rows = pyogrio.read_dataframe(ROOT / "data/demo/landscape.gpkg", layer=name)
        pyogrio.write_dataframe(
            rows.sample(frac=1, random_state=1),
            folder / "landscape.gpkg",
            layer=name,
            geometry_type=geometry_type,
        )
    records = pd.read_csv(ROOT / "data/demo/records.csv", dtype=str, na_filter=False)
    records.sample(frac=1, random_state=1).to_csv(folder / "records.csv", index=False)


@pytest.fixture(scope="module")
def second_results(demo_results, run_pipeline, tmp_path_factory):
    """The demo once more: rows shuffled, other cores, the first run as the earlier."""
    folder = tmp_path_factory.mktemp("second")
    shuffled_copy(folder)
    settings = yaml.safe_load((ROOT / "config/demo.yaml").read_text(encoding="utf-8"))
    for entries in settings["sources"].values():
        for source in entries:
            source["path"] = Path(source["path"]).name
    settings["earlier_results"] = str(demo_results / "robuust.gpkg")
    run = run_pipeline(folder, settings, cores=3)
    assert run.code == 0, run.screen[-4000:]
    return folder / "results" / "demo"


def test_row_order_and_cores_change_no_table(demo_results, second_results):
    about_the_run = {"settings", "sources", "run_info", *CHANGES}
    names = {path.stem for path in (demo_results / "tables").iterdir()} - about_the_run
    assert names >= {*LAYERS, *TABLES} - about_the_run
    for name in sorted(names):
        first, second = (
            pd.read_csv(folder / "tables" / f"{name}.csv", dtype=str, na_filter=False)
            for folder in (demo_results, second_results)
        )
        ours = AGAINST_EARLIER.get(name, [])
        if name.startswith("quarantined"):  # these name the row of the file
            ours = ["row"]
        first, second = first.drop(columns=ours), second.drop(columns=ours)
        if ours == ["row"]:
            first, second = (t.sort_values(list(t)) for t in (first, second))
            first, second = (t.reset_index(drop=True) for t in (first, second))
        pd.testing.assert_frame_equal(first, second, obj=name)


def test_row_order_and_cores_change_no_map(demo_results, second_results, layer):
    again = reader(second_results / "robuust.gpkg")
    for name in LAYERS:
        if name.startswith("quarantined") or name == "changes":
            continue
        first, second = layer(name).geometry, again(name).geometry
        assert first.geom_equals(second).all(), name
    for name in RASTERS:
        with (
            rasterio.open(demo_results / f"{name}.tif") as one,
            rasterio.open(second_results / f"{name}.tif") as two,
        ):
            assert (one.read() == two.read()).all(), name


def test_against_its_own_results_nobody_wins_or_loses(second_results):
    groups = read_csv(second_results / "tables" / "group_changes.csv")
    assert set(groups["group"]) == set(DEMO["groups"])
    assert set(groups["balance"]) == {"same"}
    for name in ("population_changes", "planned_changes", "change_polygons"):
        assert read_csv(second_results / "tables" / f"{name}.csv").empty


def test_against_its_own_results_every_patch_is_the_same(second_results, layer):
    changes = read_csv(second_results / "tables" / "changes.csv")
    assert set(changes["change"]) == {"same"}
    assert sorted(changes["patch_id"]) == sorted(layer("patches")["patch_id"])
    assert (changes["patch_id"] == changes["earlier_patch_ids"]).all()
    assert (changes["patch_id"] == changes["lineage_id"]).all()
    assert (changes["class"] == changes["earlier_class"]).all()
    # Rings in the GeoPackage run the other way round, so their sum ends otherwise.
    assert changes["area_ha"].tolist() == pytest.approx(
        changes["earlier_area_ha"].tolist(), rel=1e-12
    )
    state = read_csv(second_results / "tables" / "habitat_state.csv")
    assert (state["area_change_ha"] == 0).all()


# --- It stays as it was, unless somebody says that it should change


GOLDEN_COLUMNS = {
    "group_summary": COLUMNS["group_summary"],
    "patches_per_class": "group class n",
    "populations_per_status": "group status n",
    "restoration_top_20": """rank candidate_id kind track score area_ha cost_eur
        gain_per_ha gain_per_eur flips groups""",
    # Not the bound: another machine may stop its solver one round earlier or later.
    "restoration_plan": "budget_eur step candidate_id track cost_eur method gain",
    "robust_areas_top_20": """rank robust_area_id score area_ha n_groups groups
        n_key_patches protected_share unit n_habitat_types shannon monotone""",
}


def golden_table(name, layer):
    """One of the few tables that would show a change of meaning."""
    if "_per_" in name:
        source, category = name.split("_per_")
        table = layer(source).groupby(["group", category]).size().reset_index(name="n")
    else:
        table = layer(name.removesuffix("_top_20"))
    if name.endswith("_top_20"):
        table = table.nsmallest(20, "rank")
    table = table[GOLDEN_COLUMNS[name].split()].reset_index(drop=True)
    return table.mask(table == "")  # CSV knows no difference between blank and missing


@pytest.mark.parametrize("name", GOLDEN_COLUMNS)
def test_a_demo_table_is_as_it_was(name, layer, request):
    today, path = golden_table(name, layer), GOLDEN / f"{name}.csv"
    if request.config.getoption("--renew-golden"):
        today.to_csv(path, index=False, float_format="%.10g", lineterminator="\n")
        pytest.skip(f"{path.name} is renewed, not compared")
    pd.testing.assert_frame_equal(
        today,
        read_csv(path),
        check_dtype=False,
        check_exact=False,
        rtol=1e-6,
        atol=1e-12,
    )
