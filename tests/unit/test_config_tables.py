"""The tables in config/ say what their sources say, and fit the demo."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from robuust.settings import typed_table
from robuust.suitability import match_suitability
from robuust.traits import TRAITS

HOME = Path(__file__).parents[2]

DEMO_SPECIES = {
    "plants_dune_slacks": "Schoenus nigricans, Scirpoides holoschoenus, "
    "Gentianella uliginosa, Juncus balticus, Parnassia palustris",
    "plants_dry_heath": "Genista pilosa, Genista anglica, Jasione montana",
    "plants_wet_heath": "Gentiana pneumonanthe, Narthecium ossifragum, "
    "Drosera rotundifolia, Rhynchospora alba",
    "micro_invertebrates_dunes": "Vertigo angustior",
    "butterflies_wet_heath": "Phengaris alcon, Plebejus argus",
    "amphibians_pools": "Hyla arborea, Epidalea calamita, Rana arvalis, "
    "Triturus cristatus, Pelophylax lessonae, Pelobates fuscus",
    "meadow_birds_grassland": "Limosa limosa, Crex crex, Alauda arvensis",
    "marsh_birds_marsh": "Botaurus stellaris, Acrocephalus arundinaceus, "
    "Porzana porzana",
    "forest_birds_forest": "Dryocopus martius, Leiopicus medius, Oriolus oriolus",
    "reptiles_heath": "Coronella austriaca, Vipera berus, Lacerta agilis",
}


def schema(name):
    path = HOME / "workflow" / "schemas" / f"{name}.schema.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def text_table(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def table(name):
    return typed_table(text_table(HOME / "config" / f"{name}.csv"), schema(name))


@pytest.fixture(scope="module")
def species():
    return table("species")


@pytest.fixture(scope="module")
def groups():
    return table("species_groups").set_index("group")


# --- The demo -------------------------------------------------------------------------


def test_the_demo_runs_the_groups_named_here():
    demo = yaml.safe_load((HOME / "config" / "demo.yaml").read_text(encoding="utf-8"))
    assert set(demo["groups"]) == set(DEMO_SPECIES)


@pytest.mark.parametrize("group", DEMO_SPECIES)
def test_every_demo_group_holds_its_species_and_no_other(species, group):
    members = species.loc[species["group"] == group, "species"]
    assert set(members) == set(DEMO_SPECIES[group].split(", "))


def test_the_demo_judges_thirty_three_of_its_forty_species(species):
    assert species["group"].isin(DEMO_SPECIES).sum() == 33


# --- The tables together --------------------------------------------------------------


def test_every_species_has_a_group_and_every_group_a_species(species, groups):
    assert species["group"].notna().all()
    assert set(species["group"]) == set(groups.index)


def test_every_species_finds_good_habitat_in_the_bundle_of_its_group(species, groups):
    suitability = table("suitability")
    without = []
    for row in species.dropna(subset="habitat_codes").itertuples():
        codes = row.habitat_codes.split(";")
        bundle = groups.loc[row.group, "bundle"]
        found = match_suitability(codes, suitability, bundle)
        if found["suitability"].max() < 0.5:
            without.append((row.species, bundle, codes))
    assert without == []


def test_every_habitat_type_suits_its_own_bundle_fully():
    types, suitability = table("habitat_types"), table("suitability")
    for bundle, codes in types.groupby("bundle")["code"]:
        found = match_suitability(codes, suitability, bundle)
        assert (found["suitability"] == 1).all(), bundle


def test_amphibians_of_pools_need_water_and_land_near_each_other(groups):
    traits = groups.loc["amphibians_pools"]
    assert (traits["role_distance_m"], traits["min_neighbours"]) == (300, 1)
    found = match_suitability(
        ["3130_aom", "2190_mp", "rbbah", "4030", "2130_hd", "9120"],
        table("suitability"),
        traits["bundle"],
    ).set_index("code")["role"]
    assert found.loc[["3130_aom", "2190_mp", "rbbah"]].eq("a").all()
    assert found.loc[["4030", "2130_hd", "9120"]].eq("b").all()


def test_meadow_birds_use_hay_meadow_that_fen_plants_do_not(groups):
    suitability = table("suitability")
    codes = ["6510_hu", "rbbkam+"]
    birds = groups.loc["meadow_birds_grassland", "bundle"]
    plants = groups.loc["wind_plants_fen", "bundle"]
    assert (match_suitability(codes, suitability, birds)["suitability"] == 1).all()
    assert (match_suitability(codes, suitability, plants)["suitability"] == 0).all()


def test_birds_and_plants_cross_every_barrier_and_a_toad_hardly_a_motorway():
    rows = table("barrier_types")
    crossing = rows.pivot_table(
        index="barrier", columns="mobility_class", values="crossing_probability"
    )
    kinds = {"motorway", "road", "railway", "canal", "fence", "built_up"}
    assert set(crossing.index) == kinds
    assert (crossing["*"] == 1).all()
    assert not set(crossing) & {"meadow_birds", "plants_wind"}  # the row of * holds
    assert crossing.loc["motorway", "amphibians"] < 0.1


def test_fewer_than_one_plant_in_five_has_a_long_lasting_seed_bank(species):
    plants = species.loc[species["taxon_group"] == "vascular plants"]
    assert (plants["seed_bank_years"] > 5).mean() < 0.2


def test_animals_have_no_seed_bank(species):
    animals = species.loc[species["taxon_group"] != "vascular plants"]
    assert (animals["seed_bank_years"] == 0).all()
    assert animals["seed_bank"].isna().all()


def test_every_species_on_a_red_list_is_in_the_species_table(species):
    assert set(table("red_lists")["species"]) <= set(species["species"])


def test_every_value_of_a_class_has_its_evidence():
    evidence = table("parameter_evidence")
    parameters = schema("parameter_evidence")["properties"]["parameter"]["enum"]
    per_class = evidence.groupby("mobility_class")["parameter"].agg(set)
    assert set(per_class.index) == set(table("mobility_classes")["mobility_class"])
    assert per_class.map(lambda has: has == set(parameters)).all()


def test_norms_that_were_never_read_are_marked_so():
    evidence = table("parameter_evidence").set_index("parameter")["evidence"]
    for norm in ("mvp_ru", "network_ru_with_key", "network_ru_without_key"):
        assert (evidence.loc[norm] == "unverified").all()


def test_area_classes_are_those_of_the_dutch_tables_and_none_passes_for_fully_read():
    rows = table("area_classes").set_index("bundle")
    columns = ["large_ha", "small_ha", "isolated_good_ha", "neighbour_distance_m"]
    heath, forest = [50, 10, 100, 1000], [50, 25, 150, 1000]
    assert rows.loc["dry_heath_inland_dunes", columns].tolist() == heath
    assert rows.loc["wet_heath_bog", columns].tolist() == heath
    assert rows.loc["forest_scrub", columns].tolist() == forest
    assert len(rows) == 3
    # Nobody wrote down how near a complex is, so no row is read in full.
    assert not (rows["verified"] == "yes").any()
    assert rows["source"].str.contains("UNVERIFIED").all()


def test_a_trait_has_the_same_bounds_in_a_class_and_in_a_group():
    of_class = schema("mobility_classes")["properties"]
    of_group = schema("species_groups")["properties"]
    for trait in TRAITS:
        bounds = {k: v for k, v in of_class[trait].items() if k != "description"}
        assert bounds.items() <= of_group[trait].items(), trait


# --- The sources ----------------------------------------------------------------------


def facts(shared_data, name, **renamed):
    return text_table(shared_data / "params" / f"{name}.csv").rename(columns=renamed)


def as_numbers(rows, columns):
    return rows[columns].apply(pd.to_numeric).reset_index(drop=True)


def test_class_values_are_those_of_the_sources(shared_data):
    source = facts(
        shared_data,
        "mobility_classes",
        group_id="mobility_class",
        gap_crossing_m="local_distance_m",
    )
    ours = text_table(HOME / "config" / "mobility_classes.csv")
    names = ["mobility_class", "name_nl", "name_en", "verified"]
    assert ours[names].equals(source[names])
    values = [trait for trait in TRAITS if trait in source]
    assert len(values) == 13
    pd.testing.assert_frame_equal(as_numbers(ours, values), as_numbers(source, values))


def test_habitat_types_are_those_of_the_sources(shared_data):
    source = facts(shared_data, "habitat_types", leefgebied_bundle="bundle")
    columns = ["code", "name_en", "name_nl", "bundle", "priority"]
    ours = text_table(HOME / "config" / "habitat_types.csv")
    assert ours.loc[ours["code"] != "gh", columns].equals(source[columns])


def test_species_are_those_of_the_sources(shared_data):
    source = facts(shared_data, "species", scientific_name="species", annex="annexes")
    columns = ["species", "annexes", "habitat_codes", "seed_bank"]
    ours = text_table(HOME / "config" / "species.csv")
    assert ours[columns].equals(source[columns])
    lists = text_table(HOME / "config" / "red_lists.csv")
    for name, rows in lists.groupby("red_list"):
        listed = ours["species"].map(rows.set_index("species")["category"])
        assert listed.fillna("").equals(source[f"red_list_{name}"])
    group_class = text_table(HOME / "config" / "species_groups.csv").set_index("group")
    assert ours["group"].map(group_class["mobility_class"]).equals(source["group_id"])
    known = ~source["dutch_name"].str.startswith("(no Dutch name")
    assert ours.loc[known, "name_nl"].equals(source.loc[known, "dutch_name"])


def test_evidence_is_that_of_the_sources(shared_data):
    text = (shared_data / "params" / "SOURCES.md").read_text(encoding="utf-8")
    lines = text.split("### Evidence per field")[1].split("\n\n")[1].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    source = pd.DataFrame(rows[2:], columns=rows[0]).set_index("group_id")
    words = {"R": "read", "D": "derived", "U": "unverified"}
    ours = table("parameter_evidence").pivot_table(
        index="mobility_class", columns="parameter", values="evidence", aggfunc="first"
    )
    for heading, parameter in {
        "median": "dispersal_median_m",
        "max": "dispersal_max_m",
        "RU area": "reproductive_unit_ha",
        "min patch": "min_patch_ha",
        "gap": "local_distance_m",
        "edge": "edge_depth_m",
    }.items():
        expected = source[heading].map(words)
        assert ours[parameter].to_dict() == expected.to_dict(), parameter
    weak = source["RU counts"].isin(["U", "D"])
    assert not (ours.loc[source.index[weak], "key_patch_ru"] == "read").any()
