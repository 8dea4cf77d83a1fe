"""Area and cohesion: a heath drawn by hand, every class at its boundary, both words."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.area_cohesion import (
    AREA_CLASSES,
    COHESION,
    AreaNorms,
    add_area_verdicts,
    area_classes,
    area_norms,
    area_sentences,
    area_verdicts,
    cohesion,
    robust_by,
)
from robuust.robustness import ROBUST_CLASSES

HEATH = AreaNorms(
    large_ha=50,
    small_ha=10,
    isolated_good_ha=100,
    cohesive_distance_m=50,
    neighbour_distance_m=1000,
    neighbour_min_ha=1,
)
FOREST = AreaNorms(50, 25, 150, 50, 1000, 1)


def verdict(norms, ha, lies):
    code = [COHESION.index(lies)]
    return area_verdicts(area_classes([ha], norms), code, [ha], norms)[0]


# The Dutch tables, cell by cell: > 50, 10-50 (forest 25-50) and less.
@pytest.mark.parametrize(
    ("lies", "heath", "forest"),
    [
        ("cohesive", ["good", "good", "moderate"], ["good", "good", "moderate"]),
        ("neighbouring", ["good", "moderate", "poor"], ["good", "moderate", "poor"]),
        ("isolated", ["moderate", "poor", "poor"], ["moderate", "poor", "poor"]),
    ],
)
def test_area_and_cohesion_give_the_verdict_of_the_dutch_tables(lies, heath, forest):
    assert [verdict(HEATH, ha, lies) for ha in (51, 50, 9.9)] == heath
    assert [verdict(HEATH, ha, lies) for ha in (99, 10, 0)] == heath
    assert [verdict(FOREST, ha, lies) for ha in (51, 25, 24.9)] == forest


def test_isolated_heath_is_good_above_a_hundred_hectares_and_forest_above_150():
    assert [verdict(HEATH, ha, "isolated") for ha in (100, 100.1)] == [
        *("moderate", "good")
    ]
    assert [verdict(FOREST, ha, "isolated") for ha in (101, 150, 150.1)] == [
        *("moderate", "moderate", "good")
    ]


def test_the_class_of_an_area_changes_just_beyond_its_bound():
    found = area_classes([50.01, 50, 10, 9.99, 0], HEATH)
    assert [AREA_CLASSES[k] for k in found] == [
        *("large", "medium", "medium", "small", "small")
    ]


def lying(west, ha, norms=HEATH, *, width=100):
    """Cohesion of strips side by side: where each begins, how much habitat it holds."""
    west = np.asarray(west, dtype=float)
    strips = shapely.box(west, 0, west + width, 100)
    return [COHESION[k] for k in cohesion(strips, ha, norms)]


def test_distances_are_gaps_from_edge_to_edge_and_the_limit_still_counts():
    # Edges at 0-100, 150-250, 301-401, 1401-1501, 2502-2602: gaps 50, 51, 1000, 1001.
    assert lying([0, 150, 301, 1401, 2502], [1] * 5) == [
        *("cohesive", "cohesive", "neighbouring", "neighbouring", "isolated")
    ]


def test_a_speck_makes_no_complex_but_specks_enough_for_a_hectare_do():
    assert lying([0, 110], [60, 0.9]) == ["isolated", "cohesive"]
    assert lying([0, 110, -110], [60, 0.5, 0.5])[0] == "cohesive"
    assert lying([0, 110, 900], [60, 0.5, 0.5])[0] == "neighbouring"


def test_one_patch_alone_is_isolated_also_where_any_neighbour_counts():
    anything = AreaNorms(50, 10, 100, 50, 1000, 0)
    assert lying([0], [60], anything) == ["isolated"]
    assert lying([0, 110], [60, 0], anything) == ["cohesive", "cohesive"]


def test_without_patches_nothing_lies_anywhere():
    assert cohesion(np.array([], dtype=object), [], HEATH).size == 0


def test_sentences_say_what_is_short_of_good():
    nl, en = area_sentences(
        ["moderate", "moderate", "poor", "good"],
        [0, 1, 2, 2],
        [4.0, 34.0, 34.0, 120.0],
        HEATH,
    )
    assert en == [
        "area and cohesion: moderate, 4 ha with other habitat within 50 m "
        "(good from 10 ha: 6 ha short)",
        "area and cohesion: moderate, 34 ha with other habitat within 1 km "
        "(good above 50 ha: 16 ha short)",
        "area and cohesion: poor, 34 ha without other habitat within 1 km "
        "(good above 100 ha: 66 ha short)",
        "area and cohesion: good, 120 ha without other habitat within 1 km",
    ]
    assert nl[0] == (
        "oppervlakte en samenhang: matig, 4 ha met ander habitat binnen 50 m "
        "(goed vanaf 10 ha: 6 ha tekort)"
    )
    assert nl[2] == (
        "oppervlakte en samenhang: slecht, 34 ha zonder ander habitat binnen 1 km "
        "(goed boven 100 ha: 66 ha tekort)"
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"small_ha": 51}, "must rise from above zero"),
        ({"small_ha": 0}, "must rise from above zero"),
        ({"isolated_good_ha": 49}, "must rise from above zero"),
        ({"large_ha": float("nan")}, "must rise from above zero"),
        ({"cohesive_distance_m": 1001}, "at most neighbour_distance_m"),
        ({"neighbour_distance_m": float("nan")}, "at most neighbour_distance_m"),
        ({"neighbour_min_ha": -1}, "neighbour_min_ha is -1"),
    ],
)
def test_values_out_of_order_or_missing_are_refused_by_name(changed, words):
    with pytest.raises(ValueError, match=words):
        AreaNorms(**(vars(HEATH) | changed))


def test_a_bundle_without_a_row_has_no_area_norms():
    table = pd.DataFrame([{"bundle": "heath", **vars(HEATH), "source": "x"}])
    assert area_norms(table, "heath") == HEATH
    assert area_norms(table, "caves") is None


BY_NORMS = [True, True, False, False, True, False]
AREA = ["good", "moderate", "good", "poor", None, None]


@pytest.mark.parametrize(
    ("yardstick", "robust"),
    [
        ("norms", [True, True, False, False, True, False]),
        ("area_and_cohesion", [True, False, True, False, True, False]),
        ("both", [True, False, False, False, True, False]),
    ],
)
def test_the_yardstick_decides_and_unjudged_bundles_keep_their_norms(yardstick, robust):
    assert robust_by(yardstick, BY_NORMS, AREA).tolist() == robust


def test_another_yardstick_is_refused():
    with pytest.raises(ValueError, match="one of norms, area_and_cohesion, both"):
        robust_by("hectares", BY_NORMS, AREA)


def some_patches():
    """Sixty hectares, 20 ha of habitat 40 m from it, and 99 ha in 200 far away."""
    return gpd.GeoDataFrame(
        {
            "patch_id": ["a", "b", "c"],
            "effective_ha": [60.0, 20.0, 99.0],
            "class": ["near", "near", "key"],
            "reason_nl": ["netwerk"] * 3,
            "reason_en": ["network"] * 3,
        },
        geometry=shapely.box([0, 640, 9000], 0, [600, 840, 11000], 1000),
        crs=31370,
    ).astype({"class": "str", "reason_nl": "str", "reason_en": "str"})


def added(norms=HEATH, yardstick="norms", patches=None):
    return add_area_verdicts(
        some_patches() if patches is None else patches,
        norms,
        yardstick=yardstick,
        robust_classes=ROBUST_CLASSES,
    )


def test_patches_carry_both_yardsticks_and_their_habitat_counts_not_their_outline():
    found = added()
    assert found["area_class"].tolist() == ["large", "medium", "large"]
    assert found["cohesion"].tolist() == ["cohesive", "cohesive", "isolated"]
    assert found["area_verdict"].tolist() == ["good", "good", "moderate"]
    assert found["robust"].tolist() == [False, False, True]
    assert found["class"].tolist() == ["near", "near", "key"]
    assert found["reason_en"][1] == (
        "network; area and cohesion: good, 20 ha with other habitat within 50 m"
    )


def test_where_the_yardstick_goes_against_the_norms_the_reason_says_so():
    area, both = added(yardstick="area_and_cohesion"), added(yardstick="both")
    assert area["robust"].tolist() == [True, True, False]
    assert both["robust"].tolist() == [False, False, False]
    assert area["reason_en"][0].endswith("; so robust (yardstick: area and cohesion)")
    assert area["reason_nl"][2].endswith(
        "; dus niet robuust (maatstaf: oppervlakte en samenhang)"
    )
    assert both["reason_en"][2].endswith("; so not robust (yardstick: both)")
    assert both["reason_nl"][0] == added()["reason_nl"][0]


@pytest.mark.parametrize("yardstick", ["norms", "area_and_cohesion", "both"])
def test_a_bundle_that_is_not_judged_keeps_its_reasons_and_has_no_classes(yardstick):
    found = added(None, yardstick)
    columns = ["area_class", "cohesion", "area_verdict"]
    assert found[columns].isna().all(axis=None)
    assert found["robust"].tolist() == [False, False, True]
    assert found["reason_nl"].tolist() == ["netwerk"] * 3


def test_columns_have_the_same_types_with_and_without_rows_and_norms():
    usual = added().dtypes
    for other in (added(None), added(patches=some_patches().iloc[:0])):
        assert other.dtypes.to_dict() == usual.to_dict()


@st.composite
def strips(draw):
    """Strips side by side that do not overlap, and the habitat in each."""
    n = draw(st.integers(1, 8))
    gaps = draw(st.lists(st.integers(0, 1500), min_size=n, max_size=n))
    ha = draw(st.lists(st.floats(0, 200), min_size=n, max_size=n))
    return np.cumsum(gaps) + 100 * np.arange(n), np.array(ha)


@given(strips())
def test_numpy_agrees_with_the_definition_read_aloud(landscape):
    west, ha = landscape
    for i, found in enumerate(lying(west, ha)):
        gap = np.abs(west - west[i]) - 100
        others = np.arange(west.size) != i
        near = [(gap <= reach) & others for reach in (50, 1000)]
        enough = [where.any() and ha[where].sum() >= 1 for where in near]
        expected = COHESION[enough.index(True)] if any(enough) else "isolated"
        assert found == expected


@given(strips(), st.floats(0, 100))
def test_more_habitat_never_makes_a_verdict_worse(landscape, more):
    west, ha = landscape
    rank = {"good": 2, "moderate": 1, "poor": 0}

    def ranks(ha):
        lies = [COHESION.index(name) for name in lying(west, ha)]
        found = area_verdicts(area_classes(ha, HEATH), lies, ha, HEATH)
        return np.array([rank[name] for name in found])

    assert (ranks(ha + more) >= ranks(ha)).all()
