"""Who gains by a robust area, and what lives there."""

import numpy as np
import pandas as pd
import pytest
from row_of_hectares import BUNDLES, FOUND, PATCHES

from robuust.area_gains import (
    GROUP_COLUMNS,
    SPECIES_COLUMNS,
    area_species,
    area_totals,
    patches_in_areas,
    who_gains,
)
from robuust.robust_areas import PatchCells

# Area A is the first four hectares, B the last three.
LABEL = np.array([[0, 0, 0, 0, -1, 1, 1, 1]], dtype=np.int32)
AREAS = pd.DataFrame({"robust_area_id": ["A", "B"], "area_ha": [4.0, 3.0]})
POPULATIONS = pd.DataFrame(
    [
        ("Hyla", "frogs", "f1", "relict", "VU", 2019),
        ("Hyla", "frogs", "f2", "viable", "VU", 2021),
        ("Rana", "frogs", "f1", "viable", "LC", 2015),
        ("Bombus", "bees", "b1", "lost", "CR", 1990),
        ("Bombus", "bees", "b2", "relict", "CR", 2020),
        ("Andrena", "bees", "b1", "viable", "EN", 2018),
        ("Andrena", "bees", "b2", "viable", "EN", 2022),
        ("Osmia", "bees", "b3", "lost", "EN", 1980),
        ("Vanessa", "bees", "b1", "colonisable", None, None),
        ("Crex", "birds", "v1", "phantom", "CR", 2023),
    ],
    columns=["species", "group", "patch_id", "status", "red_list", "last_year"],
).assign(name_nl="")
POPULATIONS["last_year"] = POPULATIONS["last_year"].astype("Int64")
SPECIES = ["robust_area_id", "group", "species", "status", "n_patches", "last_year"]


def gains(populations=POPULATIONS, label=LABEL, areas=AREAS):
    return who_gains(FOUND, areas, label, populations, bundles=BUNDLES, cell_ha=1.0)


def test_a_patch_counts_in_an_area_with_the_cells_that_it_has_there():
    held = patches_in_areas(FOUND, LABEL)
    assert held[["area", "patch_id", "n_cells"]].to_numpy().tolist() == [
        *([0, "f1", 4], [0, "b1", 2], [0, "b2", 2], [0, "v1", 2]),
        *([1, "f2", 3], [1, "b3", 1]),
    ]


def test_who_gains_by_each_area_and_how_much():
    groups, _ = gains()
    assert list(groups.columns) == list(GROUP_COLUMNS)
    columns = ["robust_area_id", "group", "bundle", "class", "robust_ha"]
    assert groups[columns].to_numpy().tolist() == [
        ["A", "bees", "heath", "key", 4.0],
        ["A", "frogs", "pools", "stronghold", 4.0],
        ["B", "bees", "heath", "network", 1.0],
        ["B", "frogs", "pools", "network", 3.0],
    ]
    assert groups["robust_share"].tolist() == pytest.approx([1, 1, 1 / 3, 1])
    assert groups["n_patches"].tolist() == [2, 1, 1, 1]
    assert groups["n_key_patches"].tolist() == [1, 1, 0, 0]


def test_the_species_of_a_group_are_counted_and_the_threatened_ones_named():
    groups, _ = gains()
    assert groups["n_species"].tolist() == [2, 2, 0, 1]  # a lost one is not there
    assert groups["n_threatened"].tolist() == [2, 1, 0, 1]
    assert groups["threatened_species"].tolist() == [
        *("Andrena; Bombus", "Hyla", "", "Hyla")
    ]


def test_every_species_on_record_has_its_best_status_in_the_area():
    _, species = gains()
    assert list(species.columns) == list(SPECIES_COLUMNS)
    assert species[SPECIES].to_numpy().tolist() == [
        ["A", "bees", "Andrena", "viable", 2, 2022],
        ["A", "bees", "Bombus", "relict", 1, 2020],  # lost at b1, relict at b2
        ["A", "birds", "Crex", "phantom", 1, 2023],  # not robust for its own group
        ["A", "frogs", "Hyla", "relict", 1, 2019],
        ["A", "frogs", "Rana", "viable", 1, 2015],
        ["B", "bees", "Osmia", "lost", 1, 1980],
        ["B", "frogs", "Hyla", "viable", 1, 2021],
    ]


def test_the_latest_record_counts_whatever_the_status_of_its_patch():
    seen_later = POPULATIONS.copy()
    seen_later.loc[3, "last_year"] = 2022  # Bombus, lost at b1
    _, species = gains(seen_later)
    bombus = species.set_index("species").loc["Bombus"]
    assert bombus[["status", "n_patches", "last_year"]].tolist() == ["relict", 1, 2022]


def test_the_totals_of_an_area_add_up_its_groups_and_species():
    totals = area_totals(AREAS, *gains())
    west, east = totals.iloc[0], totals.iloc[1]
    classes = ["n_groups", "n_stronghold", "n_key", "n_network", "n_key_patches"]
    assert west[classes].tolist() == [2, 1, 1, 0, 2]
    assert east[classes].tolist() == [2, 0, 0, 2, 0]
    living = ["n_species", "n_threatened", "n_at_risk"]
    assert west[living].tolist() == [5, 4, 3]  # Bombus, Crex and Hyla at risk
    assert east[living].tolist() == [1, 1, 0]
    assert totals["groups"].tolist() == ["bees; frogs", "bees; frogs"]
    assert totals["species"].tolist() == ["Andrena; Rana", "Hyla"]


def test_a_species_of_two_groups_counts_once_with_its_best_status():
    two = POPULATIONS.iloc[[4, 4]].assign(
        group=["bees", "frogs"], patch_id=["b2", "f1"], status=["relict", "viable"]
    )
    groups, species = gains(two)
    assert species["status"].tolist() == ["relict", "viable"]
    totals = area_totals(AREAS, groups, species)
    assert totals["n_species"].tolist() == [1, 0]
    assert totals["n_at_risk"].tolist() == [0, 0]
    assert totals["species"].tolist() == ["Bombus", ""]


def test_neither_the_order_of_cells_nor_of_populations_matters():
    order = np.random.default_rng(5).permutation(FOUND.cell.size)
    shuffled = PatchCells(PATCHES, FOUND.cell[order], FOUND.patch[order])
    turned = POPULATIONS.iloc[::-1]
    other = who_gains(shuffled, AREAS, LABEL, turned, bundles=BUNDLES, cell_ha=1.0)
    for one, again in zip(gains(), other, strict=True):
        pd.testing.assert_frame_equal(one, again)


def test_a_patch_too_small_for_a_cell_lends_its_species_and_no_hectares():
    patches = pd.concat(
        [PATCHES, pd.DataFrame([("moss", "m1", "key")], columns=PATCHES.columns)],
        ignore_index=True,
    )
    small = np.array([7]), np.array([6])  # in the last hectare
    found = PatchCells(patches, FOUND.cell, FOUND.patch, *small)
    known = POPULATIONS.iloc[:1].assign(
        species="Buxbaumia", group="moss", patch_id="m1", status="viable"
    )
    bundles = {**BUNDLES, "moss": "heath"}
    groups, species = who_gains(
        found, AREAS, LABEL, known, bundles=bundles, cell_ha=1.0
    )
    east = AREAS["robust_area_id"].iloc[1]
    assert species[["robust_area_id", "species"]].to_numpy().tolist() == [
        [east, "Buxbaumia"]
    ]
    assert groups["group"].tolist() == gains()[0]["group"].tolist()


def test_without_records_groups_gain_and_species_are_blank():
    groups, species = gains(POPULATIONS.iloc[:0])
    assert len(species) == 0
    assert len(groups) == 4
    assert groups["n_species"].sum() == 0
    assert groups["threatened_species"].eq("").all()
    totals = area_totals(AREAS, groups, species)
    assert totals["species"].tolist() == ["", ""]


def test_without_areas_the_tables_have_the_same_columns_and_types():
    nowhere = np.full_like(LABEL, -1)
    for full, empty in zip(
        gains(), gains(label=nowhere, areas=AREAS.iloc[:0]), strict=True
    ):
        assert len(empty) == 0
        assert empty.dtypes.equals(full.dtypes)


def test_missing_red_list_and_year_stay_missing():
    unknown = POPULATIONS.iloc[:1].assign(red_list=None, last_year=pd.NA)
    unknown["last_year"] = unknown["last_year"].astype("Int64")
    species = area_species(AREAS, patches_in_areas(FOUND, LABEL), unknown)
    assert species[["red_list", "last_year"]].isna().all(axis=None)
