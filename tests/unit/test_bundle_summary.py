"""The synthesis per habitat bundle, on the row of eight hectares."""

import numpy as np
import pandas as pd
import pytest
from row_of_hectares import BUNDLES, FOUND, PATCHES

from robuust.bundle_summary import (
    ALL,
    SUMMARY_COLUMNS,
    BundleSurface,
    bundle_summary,
    bundle_surfaces,
    surface_sums,
)
from robuust.grid import Grid
from robuust.robust_areas import SMALL, score_surfaces

GRID = Grid(left_m=0.0, top_m=100.0, cell_m=100.0, n_rows=1, n_columns=8)
WEIGHTS = {"frogs": 2.0, "bees": 1.0, "birds": 1.0}
LABEL = np.array([[0, 0, 0, 0, 0, SMALL, SMALL, SMALL]], dtype=np.int32)
PROTECTED = np.isin(np.arange(8), [0, 4, 5]).reshape(1, 8)
GROUPS = pd.DataFrame({"robust_area_id": ["A", "A"], "group": ["bees", "frogs"]})
SPECIES = pd.DataFrame(
    [
        ("A", "bees", "Bombus", "relict", "CR"),
        ("A", "birds", "Crex", "phantom", "CR"),
        ("A", "frogs", "Rana", "lost", "LC"),
        ("A", "frogs", "Hyla", "lost", "VU"),
        ("B", "frogs", "Rana", "viable", "LC"),
        ("C", "frogs", "Rana", "viable", "LC"),
    ],
    columns=["robust_area_id", "group", "species", "status", "red_list"],
)


def summary():
    all_groups = BundleSurface(
        ALL, list(WEIGHTS), *score_surfaces(FOUND, WEIGHTS, GRID)
    )
    surfaces = [all_groups, *bundle_surfaces(FOUND, WEIGHTS, BUNDLES, GRID)]
    sums = [surface_sums(one, LABEL, PROTECTED, GRID) for one in surfaces]
    return bundle_summary(sums, GROUPS, SPECIES, BUNDLES)


def test_each_bundle_has_a_surface_of_its_own_groups_alone():
    heath, pools = bundle_surfaces(FOUND, WEIGHTS, BUNDLES, GRID)
    assert (heath.bundle, heath.groups) == ("heath", ["bees", "birds"])
    assert heath.n_groups.tolist() == [[1, 1, 1, 1, 0, 0, 1, 0]]
    assert heath.score.tolist() == [[0.5, 0.5, 0.5, 0.5, 0, 0, 0.5, 0]]
    assert heath.best_class.tolist() == [[2, 2, 3, 3, 0, 0, 3, 0]]
    assert (pools.bundle, pools.groups) == ("pools", ["frogs"])
    assert pools.score.tolist() == [[1] * 8]


def test_all_groups_come_first_and_their_hectares_are_those_of_the_map():
    table = summary()
    assert list(table.columns) == list(SUMMARY_COLUMNS)
    assert table["bundle"].tolist() == [ALL, "heath", "pools"]
    assert table["groups"].tolist() == ["bees; birds; frogs", "bees; birds", "frogs"]
    assert table["n_groups"].tolist() == [3, 2, 1]
    assert table["robust_ha"].tolist() == [8, 5, 8]
    assert table["stronghold_ha"].tolist() == [5, 0, 5]
    assert table["key_ha"].tolist() == [0, 2, 0]
    assert table["network_ha"].tolist() == [3, 3, 3]
    assert table["by_area_ha"].tolist() == [0, 0, 0]


def test_means_are_over_the_land_that_is_robust_for_the_bundle():
    table = summary()
    # Frogs weigh 2 of 4: five cells with bees have 3/4, three without them 2/4.
    assert table["mean_score"].tolist() == pytest.approx([5.25 / 8, 0.5, 1])
    assert table["mean_groups"].tolist() == pytest.approx([13 / 8, 1, 1])


def test_hectares_are_split_by_protection_and_by_robust_area():
    table = summary()
    assert table["protected_ha"].tolist() == [3, 1, 3]
    assert table["unprotected_ha"].tolist() == [5, 4, 5]
    assert table["protected_share"].tolist() == [0.375, 0.2, 0.375]
    assert table["in_areas_ha"].tolist() == [5, 4, 5]
    assert table["in_small_areas_ha"].tolist() == [3, 1, 3]
    assert table["n_robust_areas"].tolist() == [1, 1, 1]


def test_species_with_a_recent_record_count_once_per_bundle():
    table = summary()
    assert table["n_species"].tolist() == [3, 2, 1]
    assert table["n_threatened"].tolist() == [2, 2, 0]


def test_a_bundle_in_which_nothing_is_robust_has_zeros_and_no_means():
    nothing = FOUND.of(PATCHES["group"] == "frogs")
    heath, _ = bundle_surfaces(nothing, WEIGHTS, BUNDLES, GRID)
    sums = surface_sums(heath, LABEL, PROTECTED, GRID)
    row = bundle_summary([sums], GROUPS.iloc[:0], SPECIES.iloc[:0], BUNDLES).iloc[0]
    assert row[["robust_ha", "protected_ha", "n_robust_areas"]].tolist() == [0, 0, 0]
    assert row[["mean_score", "mean_groups", "protected_share"]].isna().all()


def test_groups_of_a_bundle_that_weigh_nothing_count_equally_within_it():
    weightless = {"frogs": 2.0, "bees": 0.0, "birds": 0.0}
    heath, _ = bundle_surfaces(FOUND, weightless, BUNDLES, GRID)
    assert heath.score[0, 0] == 0.5
