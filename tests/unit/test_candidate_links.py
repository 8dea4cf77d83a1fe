"""New links of a candidate: merging, dispersal, barriers in between."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from robuust.barriers import crossing_chances
from robuust.candidate_links import link_table, patch_links

KERNEL = {"d0_m": 100, "p0": 0.5, "reach_m": 500, "local_distance_m": 50}
NONE = ([], [])
CANDIDATE = shapely.box(0, 0, 10, 10)


def test_within_the_local_distance_a_candidate_merges_beyond_it_the_kernel_counts():
    patches = shapely.box([60, 61, 210, 511], 0, [60.5, 62, 220, 520], 10)
    links = patch_links([CANDIDATE], patches, NONE, **KERNEL)
    assert links["patch"].tolist() == [0, 1, 2]
    assert links["distance_m"].tolist() == [50, 51, 200]
    assert links["merges"].tolist() == [True, False, False]
    assert links["probability"].tolist() == pytest.approx([1, 0.5**0.51, 0.25])


def test_barriers_hold_back_and_prevent_merging():
    road, ditch = shapely.linestrings([[[20, -9], [20, 99]], [[25, -9], [25, 99]]])
    patches = shapely.box([30, -30], 0, [40, -20], 10)
    links = patch_links([CANDIDATE], patches, ([road, ditch], [0.5, 0.1]), **KERNEL)
    assert links["merges"].tolist() == [False, True]
    assert links["probability"].tolist() == pytest.approx([0.5**0.2 * 0.05, 1])
    free = patch_links([CANDIDATE], patches, ([road], [1.0]), **KERNEL)
    assert free["merges"].all()


def test_the_row_of_the_class_wins_over_the_row_for_all():
    table = pd.DataFrame(
        {
            "barrier": ["road", "road", "canal", "fence"],
            "mobility_class": ["toads", "*", "*", "birds"],
            "crossing_probability": [0.2, 0.9, 0.5, 0.0],
        }
    )
    chances = crossing_chances(["road", "canal", "fence", "hedge"], table, "toads")
    assert chances.tolist() == [0.2, 0.5, 1.0, 1.0]


def test_the_table_names_patches_and_other_candidates():
    candidates = gpd.GeoDataFrame(
        {"candidate_id": ["c1", "c2"]},
        geometry=[CANDIDATE, shapely.box(20, 0, 30, 10)],
        crs="EPSG:31370",
    )
    patches = gpd.GeoDataFrame(
        {"patch_id": ["p"]}, geometry=[shapely.box(130, 0, 140, 10)], crs="EPSG:31370"
    )
    found = link_table(
        candidates, patches, NONE, group="g", dispersal_max_m=110, **KERNEL
    )
    assert found[["candidate_id", "other_id", "kind"]].to_numpy().tolist() == [
        ["c1", "c2", "candidate"],
        ["c1", "p", "patch"],
        ["c2", "p", "patch"],
    ]
    assert found["within_dispersal"].tolist() == [True, False, True]
    assert found["merges"].tolist() == [True, False, False]
    empty = link_table(
        candidates.iloc[:0], patches, NONE, group="g", dispersal_max_m=110, **KERNEL
    )
    assert empty.empty
    assert empty.dtypes.to_dict() == found.dtypes.to_dict()
    assert np.issubdtype(empty["merges"].dtype, np.bool_)
