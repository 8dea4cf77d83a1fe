"""What is odd about candidates is told, with counts, hectares and ids."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from robuust.candidate_checks import FINDINGS, candidate_checks, require_parcels

CRS = "EPSG:31370"
AREA = shapely.box(0, 0, 1000, 1000)
APART = pd.DataFrame(columns=["source", "reason", "detail"], dtype="str")


def hectare(x, y=0):
    return shapely.box(x, y, x + 100, y + 100)


def layer(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def checked(shapes, *, habitat=(), kind="parcel", cost_eur=1.0, apart=APART, **more):
    """Findings about some candidates, by their short name."""
    shapes = list(shapes)
    land = layer(
        shapes,
        candidate_id=[f"c{k}" for k in range(len(shapes))],
        kind=kind,
        cost_eur=cost_eur,
        whole=more.get("whole", shapes),
    )
    parcels = more.get("parcels", land.assign(excluded=False))
    left_out = more.get("left_out", land.iloc[:0])
    found = candidate_checks(
        land, parcels, apart, left_out, np.array(habitat, dtype=object), AREA
    )
    return found.set_index("finding")


def test_candidates_without_anything_odd_have_no_remark():
    found = checked([hectare(0), hectare(100)])
    assert found.empty
    assert checked([]).columns.tolist() == found.columns.tolist()


def test_overlapping_candidates_are_counted_with_the_land_claimed_twice():
    # The second and third each take half of the first, the fourth touches only.
    shapes = [hectare(0), hectare(50), hectare(0, 50), hectare(150)]
    row = checked(shapes).loc["same_land"]
    assert row["n_candidates"] == 3
    assert row["area_ha"] == pytest.approx(0.75)  # two halves, a quarter in both
    assert row["candidates"] == "c0; c1; c2"
    assert row["remark_en"] == (
        "candidates that overlap each other: 3 (0.75 ha more than once); they are"
        " alternatives, of which a plan takes one: c0, c1, c2"
    )


def test_land_that_is_habitat_already_is_told_for_parcels_only():
    shapes, heath = [hectare(0), hectare(200)], [hectare(50), hectare(299.9)]
    row = checked(shapes, habitat=heath).loc["on_habitat"]
    assert (row["n_candidates"], row["area_ha"]) == (1, pytest.approx(0.5))
    assert "alleen wat het beter wordt: c0" in row["remark_nl"]
    assert checked(shapes, habitat=heath, kind="improvable").empty


def test_land_outside_the_study_area_is_told():
    row = checked([hectare(950), hectare(2000), hectare(0)]).loc["outside_area"]
    assert (row["n_candidates"], row["area_ha"]) == (2, pytest.approx(1.5))
    assert row["candidates"] == "c0; c1"


def test_a_price_that_the_source_lacks_is_told_of_parcels():
    row = checked([hectare(0), hectare(200)], cost_eur=[np.nan, 5.0])
    assert row.loc["default_cost", "candidates"] == "c0"
    derived = checked([hectare(0)], cost_eur=np.nan, kind="convertible")
    assert derived.empty  # nobody knows the price of derived land


def test_excluded_parcels_are_counted():
    parcels = layer(
        [hectare(0), hectare(200), hectare(400)],
        candidate_id=["a", "b", "c"],
        excluded=[True, False, True],
    )
    row = checked([hectare(200)], parcels=parcels).loc["excluded"]
    assert (row["n_candidates"], row["area_ha"]) == (2, 2.0)
    assert row["remark_en"] == (
        "excluded parcels: 2 (2 ha); they do not take part: a, c"
    )


def test_slivers_that_were_cut_are_told():
    whole = [hectare(0), shapely.box(99.5, 0, 200, 100)]
    row = checked([hectare(0), hectare(100)], whole=whole).loc["sliver"]
    assert (row["n_candidates"], row["area_ha"]) == (1, pytest.approx(0.005))


def test_derived_candidates_beyond_the_number_are_counted():
    left_out = layer([hectare(0)] * 5, candidate_id=[f"cell-{k}" for k in range(5)])
    row = checked([], left_out=left_out).loc["left_out"]
    assert row["n_candidates"] == 5
    assert row["remark_nl"].endswith("cell-0, cell-1, cell-2 en 2 andere")


def test_rows_that_were_set_apart_are_counted_by_reason():
    apart = apart_rows(
        ("parcels", "zero_area", ""),
        ("parcels", "zero_area", ""),
        ("parcels", "impossible_value", "cost: -5"),
    )
    row = checked([hectare(0)], apart=apart).loc["set_apart"]
    assert row["n_candidates"] == 3
    assert "(2 zero area, 1 impossible value; found cost: -5)" in row["remark_en"]
    words = "(2 zonder oppervlakte, 1 onmogelijke waarde; gevonden cost: -5)"
    assert words in row["remark_nl"]
    assert np.isnan(row["area_ha"])
    assert row["candidates"] == ""


@pytest.mark.parametrize("words", FINDINGS.values(), ids=FINDINGS)
def test_every_finding_has_words_in_two_languages(words):
    nl, en = (text.format(n=1, ha=2, ids="a", why="b") for text in words)
    assert nl != en
    assert "{" not in nl + en


# --- Candidate layers of which nothing is left


def apart_rows(*rows):
    return pd.DataFrame(rows, columns=["source", "reason", "detail"])


def test_layers_with_usable_rows_or_no_layers_at_all_are_fine():
    require_parcels([1], APART, ["parcels"])
    require_parcels([], APART, [])


def test_an_empty_layer_says_what_to_do():
    with pytest.raises(ValueError, match=r"parcels has no rows; .* derived from"):
        require_parcels([], apart_rows(("other", "x", "")), ["parcels"])


def test_the_order_of_rows_changes_no_word_of_what_was_found():
    rows = [
        ("parcels", "unknown_habitat_code", "code: heide"),
        ("parcels", "impossible_value", "share: 80"),
        ("parcels", "sliver", ""),
        ("parcels", "impossible_value", "share: 60"),
        ("parcels", "unknown_habitat_code", "code: bos"),
    ]
    told = set()
    for found in (rows, rows[::-1], rows[2:] + rows[:2]):
        with pytest.raises(ValueError, match="none of the 5 rows") as error:
            require_parcels([], apart_rows(*found), ["parcels"])
        told.add(str(error.value))
    [words] = told
    assert "found share: 60, share: 80, code: bos" in words


def test_a_layer_of_which_nothing_is_usable_says_what_was_found():
    apart = apart_rows(
        ("parcels", "impossible_value", "share: 60"),
        ("parcels", "impossible_value", "share: 80"),
        ("parcels", "unknown_habitat_code", "code: heide"),
        ("records", "undated", "date: x"),
    )
    with pytest.raises(ValueError, match="none of the 3 rows") as error:
        require_parcels([], apart, ["parcels"])
    assert str(error.value) == (
        "sources.candidates: none of the 3 rows of parcels can be used:"
        " 2 impossible value, 1 unknown habitat code; found share: 60, share: 80,"
        " code: heide; a share is more than 0 and at most 1, not percent; a code must"
        " be one of habitat_types.csv. Correct them, or leave sources.candidates empty,"
        " to have candidates derived from the map"
    )
