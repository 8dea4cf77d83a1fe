"""The script find_candidates, from files to files, on a row of a few hectares."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from find_candidates import COLUMNS, find_candidates
from robuust.balance import QUARANTINE_TYPES
from robuust.context_layers import CONTEXT_TYPES
from robuust.network import find_links

CRS = "EPSG:31370"
TOADS = {
    "mobility_class": "toads",
    "bundle": "heath",
    "weight": 1.0,
    "dispersal_median_m": 500.0,
    "p0": 0.5,
    "over_land": False,
}
RULES = {
    "max_candidates": 10,
    "default_cost_eur_per_ha": 1000,
    "deriving": {
        "candidate_reach_m": 200,
        "candidate_cell_m": 100,
        "candidate_shape": "square",
    },
    "crossings": {
        "spacing_m": 1000,
        "length_m": 40,
        "width_m": 20,
        "max_crossings": 5,
    },
}


def hectare(k):
    """The k-th hectare on a row."""
    return shapely.box(100 * k, 0, 100 * k + 100, 100)


def context(kind, shapes, **columns):
    """A layer as ingest_context writes it; columns that are not given are missing."""
    types = CONTEXT_TYPES[kind]
    table = {name: columns.get(name, [None] * len(shapes)) for name in types}
    return gpd.GeoDataFrame(
        pd.DataFrame(table).astype(types), geometry=list(shapes), crs=CRS
    )


def parcels(*numbers, excluded=()):
    ids = [f"lot {k}" for k in numbers]
    return context(
        "candidates",
        [hectare(k) for k in numbers],
        candidate_id=ids,
        code=["4030"] * len(ids),
        share=[1.0] * len(ids),
        owner=[f"owner {k}" for k in numbers],
        ready_year=[2030] * len(ids),
        excluded=[k in excluded for k in numbers],
    )


def corridors(**costs):
    """Corridors over hectares 2 to 4, as draw_corridors writes them."""
    texts = {"candidate_id": list(costs), "kind": "corridor", "name": "r1 - r2"}
    table = pd.DataFrame(texts).astype("str")
    strip = shapely.multipolygons([shapely.box(200, 40, 500, 60)])
    return gpd.GeoDataFrame(
        table.assign(share=0.0, cost_eur=pd.Series(costs.values(), dtype=float)),
        geometry=[strip] * len(costs),
        crs=CRS,
    )


def quarantined(*rows):
    table = pd.DataFrame(rows, columns=list(QUARANTINE_TYPES)).astype(QUARANTINE_TYPES)
    return gpd.GeoDataFrame(table, geometry=[None] * len(rows), crs=CRS)


@pytest.fixture
def paths(tmp_path):
    """Heath on hectares 0 and 5, arable on 1, a road between 2 and 3."""
    names = "parcels quarantined plans nature_areas barriers crossings habitat"
    names += " habitat_parts study_area candidates candidate_checks corridor_candidates"
    paths = {name: tmp_path / f"{name}.parquet" for name in names.split()}
    of_groups = ("patches", "patch_polygons", "links", "group_connectivity")
    paths |= {name: [tmp_path / f"{name}.parquet"] for name in of_groups}
    tables = ("suitability", "conversions", "barrier_types")
    paths |= {name: tmp_path / f"{name}.csv" for name in tables}
    ids = ["heath", "field", "mire"]
    habitat = gpd.GeoDataFrame(
        {"polygon_id": ids}, geometry=[hectare(k) for k in (0, 1, 5)], crs=CRS
    )
    habitat.to_parquet(paths["habitat"])
    parts = {"code": ["4030", "gh", "4030"], "share": 1.0, "quality": 1.0}
    pd.DataFrame({"polygon_id": ids, **parts}).to_parquet(paths["habitat_parts"])
    area = [shapely.box(0, 0, 600, 100)]
    gpd.GeoDataFrame(geometry=area, crs=CRS).to_parquet(paths["study_area"])
    context("plans", []).to_parquet(paths["plans"])
    context("nature_areas", []).to_parquet(paths["nature_areas"])
    context("crossings", []).to_parquet(paths["crossings"])
    road = shapely.LineString([(300, -500), (300, 500)])
    barriers = context("barriers", [road], barrier_id=["r"], barrier=["road"])
    barriers.to_parquet(paths["barriers"])
    quarantined().to_parquet(paths["quarantined"])
    corridors().to_parquet(paths["corridor_candidates"])
    parcels().to_parquet(paths["parcels"])
    write_group(paths, habitat.geometry.iloc[[0, 2]].to_numpy(), [road])
    paths["suitability"].write_text(
        "code,bundle,suitability,role\n4030,heath,1,whole\n"
    )
    paths["conversions"].write_text("code,target_code,share,cost_eur_per_ha\ngh,,,\n")
    paths["barrier_types"].write_text(
        "barrier,mobility_class,crossing_probability,crossing,crossing_cost_eur\n"
        "road,toads,0.1,tunnel,50000\n"
    )
    return paths


def write_group(paths, shapes, barriers):
    """The patches of the one group, its links and its PCnum."""
    patches = pd.DataFrame({"patch_id": ["A", "B"], "effective_ha": 1.0})
    patches.to_parquet(paths["patches"][0])
    members = patches.assign(polygon_id=["heath", "mire"])
    members.to_parquet(paths["patch_polygons"][0])
    kernel = {"d0_m": 500, "p0": 0.5, "p_min": 1e-4, "dispersal_max_m": 900}
    links = find_links(shapes, barriers, [0.1], **kernel)
    links = links.assign(patch_id_a=["A"], patch_id_b=["B"])
    gpd.GeoDataFrame(links, crs=CRS).to_parquet(paths["links"][0])
    pd.DataFrame({"pcnum": [2.1]}).to_parquet(paths["group_connectivity"][0])


def run(paths, *, sources=("parcels",), **rules):
    find_candidates(
        paths, groups={"g": TOADS}, parcel_sources=list(sources), **RULES | rules
    )
    found = gpd.read_parquet(paths["candidates"])
    checks = pd.read_parquet(paths["candidate_checks"])
    return found.set_index("candidate_id"), checks.set_index("finding")


def test_a_corridor_is_a_candidate_with_its_price_and_its_track(paths):
    corridors(strip=68_000.0).to_parquet(paths["corridor_candidates"])
    nature = {"nature_area_id": ["n"], "name": ["Heath"]}
    context("nature_areas", [hectare(3)], **nature).to_parquet(paths["nature_areas"])
    parcels(1).to_parquet(paths["parcels"])
    found, checks = run(paths)
    assert found["kind"].value_counts().to_dict() == {
        "parcel": 1,
        "crossing": 1,
        "corridor": 1,
    }
    strip = found.loc["strip"]
    assert (strip["cost_eur"], strip["cost_is_default"]) == (68_000, True)
    assert strip["area_ha"] == pytest.approx(0.6)
    assert strip[["code", "owner", "ready_year", "crossing"]].isna().all()
    assert strip["verbreden_ha"] == pytest.approx(0.2)
    assert strip["track"] == "uitvoeren"
    assert checks.index.tolist() == ["default_cost"]


def test_parcels_keep_their_owner_year_and_price_and_crossings_come_beside_them(paths):
    parcels(1, 2, 4, excluded=(4,)).to_parquet(paths["parcels"])
    found, checks = run(paths)
    tunnel = "crossing-road-tunnel-300-"
    assert found.index.str.removeprefix(tunnel).str.fullmatch(r"lot [12]|\d+").all()
    assert found.loc["lot 1", "owner"] == "owner 1"
    assert found.loc["lot 1", "ready_year"] == 2030
    assert found.loc["lot 1", "cost_eur"] == 1000
    assert found.loc["lot 1", "cost_is_default"]
    crossing = found[found["kind"] == "crossing"].iloc[0]
    assert (crossing["cost_eur"], crossing["cost_is_default"]) == (50_000, False)
    assert (crossing["barrier"], crossing["crossing"]) == ("road", "tunnel")
    assert pd.isna(crossing["code"])
    assert crossing["share"] == 0
    assert crossing["geometry"].area == pytest.approx(20 * 40)
    assert [found.index.name, *found.columns] == COLUMNS
    assert checks.index.tolist() == ["excluded", "default_cost"]
    assert checks.loc["excluded", "candidates"] == "lot 4"


def test_parcels_that_are_all_excluded_are_not_replaced_by_derived_land(paths):
    parcels(1, 2, excluded=(1, 2)).to_parquet(paths["parcels"])
    found, checks = run(paths)
    assert found["kind"].tolist() == ["crossing"]
    assert checks.loc["excluded", "n_candidates"] == 2


def test_parcels_of_which_none_can_be_used_stop_the_run(paths):
    row = ("parcels", 0, "unknown_habitat_code", "code: heide", "{}")
    quarantined(row).to_parquet(paths["quarantined"])
    with pytest.raises(ValueError, match=r"none of the 1 rows .*; found code: heide"):
        run(paths)


def test_without_parcels_land_is_derived_from_the_map(paths):
    found, checks = run(paths, sources=())
    # Centres within 200 m of both: 250 is 150 and 250 m off, 350 the other way round.
    assert found.index[found["kind"] != "crossing"].tolist() == ["convertible-field"]
    rules = RULES["deriving"] | {"candidate_reach_m": 260}
    found, checks = run(paths, sources=(), deriving=rules)
    land = found[found["kind"] != "crossing"]
    assert land.index.tolist() == ["cell-2-0", "cell-3-0", "convertible-field"]
    # Neither takes the road: a margin of half a metre is left.
    assert land["area_ha"].tolist() == pytest.approx([0.995, 0.995, 1.0])
    assert checks.empty
    found, checks = run(paths, sources=(), deriving=rules, max_candidates=1)
    assert found.index[found["kind"] != "crossing"].tolist() == ["convertible-field"]
    assert checks.loc["left_out", "candidates"] == "cell-2-0; cell-3-0"


def test_without_barriers_and_habitat_nothing_is_found_and_the_columns_stay(paths):
    columns, _ = run(paths, sources=())
    for name in ("habitat", "habitat_parts", "barriers"):
        read = gpd.read_parquet if name != "habitat_parts" else pd.read_parquet
        read(paths[name]).iloc[:0].to_parquet(paths[name])
    for name in ("patches", "patch_polygons"):
        pd.read_parquet(paths[name][0]).iloc[:0].to_parquet(paths[name][0])
    gpd.read_parquet(paths["links"][0]).iloc[:0].to_parquet(paths["links"][0])
    found, checks = run(paths, sources=())
    assert found.empty
    assert checks.empty
    assert found.dtypes.to_dict() == columns.dtypes.to_dict()
