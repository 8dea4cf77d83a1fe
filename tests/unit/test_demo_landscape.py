"""The invented demo landscape: small, repeatable, complete, and as dirty as told."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
import yaml

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "demo"
LAYERS = {
    "crossings": 2,
    "land_cover": 727,
    "study_area": 1,
    "roads": 24,
    "nature_areas": 10,
    "plans": 8,
    "candidates": 120,
    "municipalities": 6,
    "provinces": 2,
}
BWK = [
    *("UIDN", "OIDN", "TAG", "EVAL", *(f"EENH{i}" for i in range(1, 9))),
    *("V1", "V2", "V3", "HERK", "INFO", "BWKLABEL"),
    *(f"{c}{i}" for i in range(1, 6) for c in ("HAB", "PHAB")),
    *("HERKHAB", "HERKPHAB", "HABLEGENDE"),
]


@pytest.fixture(scope="module")
def habitat():
    """The habitat map as it lies in the repository."""
    return read_layer(DEMO, "habitat")


@pytest.fixture(scope="module")
def records():
    """The records as they lie in the repository, all text."""
    return pd.read_csv(DEMO / "records.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """A folder with the landscape invented anew."""
    folder = tmp_path_factory.mktemp("demo")
    command = [sys.executable, str(DEMO / "make_demo.py"), str(folder)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return folder


def read_layer(folder, layer):
    return gpd.read_file(folder / "landscape.gpkg", layer=layer)


def drawn(habitat):
    """Polygons of the map that are valid and not empty."""
    geometry = habitat.geometry.to_numpy()
    missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    return habitat[shapely.is_valid(geometry) & ~missing]


def table(name):
    with (ROOT / "config" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def demo_species():
    """Rows of the species with records: of the groups of the run, and two more."""
    demo = yaml.safe_load((ROOT / "config" / "demo.yaml").read_text("utf-8"))
    groups = [*demo["groups"], "wind_plants_fen", "heath_dune_birds_dunes"]
    return [row for row in table("species.csv") if row["group"] in groups]


def coordinates(records):
    text = records[["decimalLatitude", "decimalLongitude"]]
    return text.apply(pd.to_numeric, errors="coerce")


def habitat_codes(habitat):
    codes = pd.concat([habitat[f"HAB{i}"] for i in range(1, 6)]).dropna().str.strip()
    return {code for text in codes.unique() for code in text.split(",") if code}


def test_the_demo_files_together_are_smaller_than_five_mebibytes():
    size = sum(path.stat().st_size for path in DEMO.glob("*.*"))
    assert 0 < size < 5 * 2**20


@pytest.mark.parametrize("layer", ["habitat", *LAYERS])
def test_inventing_the_landscape_again_gives_the_same_layer(layer, again):
    here, there = read_layer(DEMO, layer), read_layer(again, layer)
    pd.testing.assert_frame_equal(
        pd.DataFrame(here.drop(columns="geometry")),
        pd.DataFrame(there.drop(columns="geometry")),
    )
    here, there = here.geometry.to_numpy(), there.geometry.to_numpy()
    assert (shapely.is_missing(here) == shapely.is_missing(there)).all()
    same = shapely.equals_exact(here, there, tolerance=0.01, normalize=True)
    assert (same | shapely.is_missing(here)).all()


def test_inventing_the_landscape_again_gives_the_same_records(again, records):
    there = pd.read_csv(again / "records.csv", dtype=str, keep_default_na=False)
    places = ["decimalLatitude", "decimalLongitude"]
    pd.testing.assert_frame_equal(
        records.drop(columns=places), there.drop(columns=places)
    )
    difference = (coordinates(records) - coordinates(there)).abs()
    assert (difference.fillna(0) < 1e-5).all(axis=None)  # about a metre


@pytest.mark.parametrize(("layer", "rows"), LAYERS.items())
def test_each_layer_has_its_rows_valid_and_in_lambert_72(layer, rows):
    found = read_layer(DEMO, layer)
    assert len(found) == rows
    assert found.crs.to_epsg() == 31370
    assert found.is_valid.all()


def test_the_geopackage_holds_these_layers_and_no_others():
    names = {name for name, _ in pyogrio.list_layers(DEMO / "landscape.gpkg")}
    assert names == {"habitat", *LAYERS}


def test_the_habitat_map_has_the_columns_of_the_habitatkaart(habitat):
    assert [c for c in habitat.columns if c != "geometry"] == BWK
    assert habitat.crs.to_epsg() == 31370
    assert 2400 <= len(habitat) <= 2800


def test_the_polygons_tile_the_study_area(habitat):
    sound = drawn(habitat)
    area_ha = read_layer(DEMO, "study_area").area.sum() / 1e4
    # Off by the few loops and overlaps that were put in on purpose.
    assert sound.area.sum() / 1e4 == pytest.approx(area_ha, rel=0.01)


def test_the_habitat_map_holds_the_dirt_that_is_told(habitat):
    geometry = habitat.geometry.to_numpy()
    assert shapely.is_missing(geometry).sum() == 1
    assert shapely.is_empty(geometry).sum() == 1
    present = ~shapely.is_missing(geometry) & ~shapely.is_empty(geometry)
    assert (~shapely.is_valid(geometry[present])).sum() == 5
    assert (shapely.area(geometry[present]) < 1).sum() == 1
    assert habitat["TAG"].duplicated().sum() == 1
    assert pd.Series(shapely.to_wkb(geometry[present])).duplicated().sum() == 1
    assert (habitat["PHAB1"] + habitat["PHAB2"] + habitat["PHAB3"] < 100).sum() == 2
    assert habitat["HAB1"].str.contains(",", na=False).sum() == 24


def test_polygons_overlap_in_a_few_places_only(habitat):
    sound = drawn(habitat).geometry.to_numpy()
    left, right = shapely.STRtree(sound).query(sound, predicate="overlaps")
    over = shapely.area(shapely.intersection(sound[left], sound[right])) > 1
    widened = pd.Series(np.r_[left[over], right[over]]).value_counts()
    assert (widened >= 4).sum() >= 5  # a widened polygon lies over its neighbours
    assert over.sum() / 2 < 100


def test_one_habitat_code_is_in_no_table(habitat):
    known = {row["code"] for row in table("habitat_types.csv")} | {"gh"}
    assert habitat_codes(habitat) - known == {"2198"}


def test_mosaics_and_both_kinds_of_blank_occur(habitat):
    second = habitat["HAB2"].fillna("").str.strip()
    third = habitat["HAB3"].fillna("").str.strip()
    assert (second != "").sum() > 200
    assert (third != "").sum() > 20
    assert {"", " "} <= set(habitat["HAB2"].fillna(""))


def test_six_municipalities_fill_two_provinces():
    municipalities = read_layer(DEMO, "municipalities")
    provinces = read_layer(DEMO, "provinces").set_index("name")
    study_area_m2 = read_layer(DEMO, "study_area").area.sum()
    assert municipalities["name"].nunique() == 6
    assert municipalities.area.sum() == pytest.approx(study_area_m2, rel=1e-6)
    share = municipalities.area.groupby(municipalities["province"]).sum()
    for name, area_m2 in share.items():
        assert provinces.area[name] == pytest.approx(area_m2, rel=1e-6)


def test_candidate_parcels_lie_near_between_and_inside(habitat):
    parcels = read_layer(DEMO, "candidates")
    codes = {row["code"] for row in table("habitat_types.csv")}
    assert set(parcels["target_code"]) <= codes
    assert parcels["parcel_id"].is_unique
    assert parcels["target_share"].between(0.5, 1).all()
    assert 0 < parcels["cost_eur"].isna().sum() < 20
    assert 0 < parcels["excluded"].astype(bool).sum() < 20
    sound = drawn(habitat)
    nature = sound[~sound["HAB1"].str.strip().isin(["gh", ""])].union_all()
    touching = (parcels.distance(nature) < 1).sum()
    assert 40 < touching < 110
    for layer in ("nature_areas", "plans"):
        around = read_layer(DEMO, layer).union_all()
        inside = parcels.representative_point().within(around).sum()
        assert 5 < inside < 60, layer


def test_every_species_of_the_demo_groups_has_records(records):
    species = demo_species()
    assert len(species) == 40
    written = records["scientificName"].str.split().str[:2].str.join(" ")
    counts = written.str.capitalize().value_counts()
    assert counts.reindex([row["species"] for row in species]).min() >= 30


def test_records_name_no_species_but_these_their_synonyms_and_a_few_unknown(records):
    known = {
        name.strip()
        for row in demo_species()
        for name in [row["species"], *row["synonyms"].split(";")]
        if name.strip()
    }
    written = records["scientificName"].str.split().str[:2].str.join(" ")
    unknown = ~written.str.capitalize().isin(known)
    assert unknown.sum() == 15


def test_there_are_some_eight_thousand_records_most_of_them_recent(records):
    assert 7500 <= len(records) <= 8500
    year = pd.to_numeric(records["eventDate"].str[:4], errors="coerce")
    past = year[year < 2030]
    assert past.min() == 1965
    assert past.max() == 2025
    assert (past >= 2006).mean() > 0.6


def test_the_records_hold_the_dirt_that_is_told(records):
    lat, lon = records["decimalLatitude"], records["decimalLongitude"]
    number = coordinates(records)
    dates = records["eventDate"]
    assert (lat == "").sum() == 20
    assert ((lat == "0") & (lon == "0")).sum() == 6
    assert lat.str.contains(",").sum() == 12
    assert number["decimalLatitude"].between(2, 3).sum() == 6  # swapped
    assert number["decimalLatitude"].between(41, 42).sum() == 5  # far away
    assert (dates > "2026").sum() == 5
    assert (dates == "").sum() == 20
    assert (dates.str.len() == 4).sum() >= 240
    assert dates.str.contains("/").sum() >= 115
    assert (records["occurrenceStatus"] == "absent").sum() >= 150
    blurred = records["dataGeneralizations"] != ""
    assert blurred.sum() >= 250
    assert (records.loc[blurred, "coordinateUncertaintyInMeters"] == "707").all()
    assert records["occurrenceID"].duplicated().sum() == 25
    facts = records.drop(columns="occurrenceID")
    assert facts.duplicated().sum() >= 45
    shouted = records["scientificName"].str.fullmatch(r"[A-Z .]+")
    assert shouted.sum() >= 25
    assert records["scientificName"].str.contains(r"\d{4}|L\.").sum() >= 650
    assert records["scientificName"].str.startswith("Bufo calamita").sum() > 10
