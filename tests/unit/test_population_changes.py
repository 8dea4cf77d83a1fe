"""Populations followed over the patches: at risk, better off, gone."""

import geopandas as gpd
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.population_changes import (
    GONE,
    STEPS,
    compare_populations,
    no_population_changes,
)
from robuust.statuses import ON_RECORD


def populations(*rows):
    """Populations as (species, patch or None, network, status)."""
    columns = ["species", "patch_id", "network_id", "status"]
    table = pd.DataFrame(rows, columns=columns, dtype="str")
    table = table.assign(name_nl=table["species"] + " nl", group="frogs", red_list="EN")
    places = [shapely.Point(k, 0) for k in range(len(table))]
    return gpd.GeoDataFrame(table, geometry=places, crs=31370)


def changes(*rows):
    """Changes as (earlier ids, present id, words)."""
    columns = ["earlier_patch_ids", "patch_id", "reason_en"]
    table = pd.DataFrame(rows, columns=columns, dtype="str")
    return table.assign(group="frogs", reason_nl=table["reason_en"])


def compare(before, now, lineage):
    patches = pd.DataFrame(
        {"patch_id": ["a", "b", "c", "d"], "network_id": ["n1", "n1", "n2", "n2"]}
    )
    earlier_patches = pd.DataFrame(
        {"patch_id": ["a", "x", "y"], "network_id": ["n1", "n9", "n9"]}
    )
    return compare_populations(
        populations(*before),
        populations(*now),
        earlier_patches,
        patches,
        changes(*lineage),
    )


SAME_PATCH = [("a", "a", "shrunk")]


def test_a_worse_status_is_at_risk_and_says_why():
    before, now = [("Hyla", "a", "n1", "viable")], [("Hyla", "a", "n1", "relict")]
    (row,) = compare(before, now, SAME_PATCH).to_dict("records")
    assert (row["earlier_status"], row["status"]) == ("viable", "relict")
    assert row["outcome"] == "worse"
    assert row["red_list"] == "EN"
    assert row["reason_en"] == "from viable to relict; patch shrunk"
    assert row["reason_nl"] == "van levensvatbaar naar relict; plek shrunk"


def test_what_stays_the_same_has_no_row():
    rows = [("Hyla", "a", "n1", "viable")]
    found = compare(rows, rows, SAME_PATCH)
    assert found.empty
    assert found.dtypes.to_dict() == no_population_changes(31370).dtypes.to_dict()


def test_a_population_of_a_patch_that_is_gone_is_gone():
    (row,) = compare(
        [("Hyla", "x", "n9", "viable")], [], [("x", None, "gone, was 3 ha")]
    ).to_dict("records")
    assert row["status"] == GONE
    assert row["outcome"] == "worse"
    assert pd.isna(row["patch_id"])
    assert row["geometry"] == shapely.Point(0, 0)
    assert row["reason_en"] == (
        "from viable to gone with its habitat; patch gone, was 3 ha"
    )


def test_a_population_of_which_only_the_records_are_gone_keeps_its_habitat():
    before = [("Hyla", "a", "n1", "viable")]
    (row,) = compare(before, [], SAME_PATCH).to_dict("records")
    assert (row["status"], row["outcome"]) == (GONE, "worse")
    assert row["reason_en"] == "from viable to without a record; patch shrunk"


def test_of_the_heirs_of_a_split_patch_the_best_counts():
    before = [("Hyla", "x", "n9", "viable")]
    now = [("Hyla", "a", "n1", "phantom"), ("Hyla", "c", "n2", "relict")]
    (row,) = compare(before, now, [("x", "a", "split"), ("x", "c", "split")]).to_dict(
        "records"
    )
    assert (row["patch_id"], row["status"]) == ("c", "relict")


def test_a_record_that_now_shows_the_network_only_is_not_gone():
    before = [("Hyla", "x", "n9", "relict")]
    now = [("Hyla", None, "n1", "relict"), ("Hyla", "a", "n1", "colonisable")]
    assert compare(before, now, [("x", "a", "split"), ("x", "b", "split")]).empty
    other_network = [("Hyla", None, "n2", "relict")]
    found = compare(before, other_network, [("x", "a", "split")])
    assert found["status"].tolist() == [GONE]


def test_merged_patches_bring_each_population_its_new_status():
    before = [("Hyla", "x", "n8", "relict"), ("Hyla", "y", "n9", "viable")]
    now = [("Hyla", "a", "n1", "viable")]
    found = compare(before, now, [("x; y", "a", "merged")])
    assert found["earlier_patch_id"].tolist() == ["x"]
    assert found["outcome"].tolist() == ["better"]


def test_a_species_where_it_was_not_known_is_better_off():
    now = [("Hyla", "a", "n1", "relict"), ("Rana", "a", "n1", "lost")]
    (row,) = compare([], now, [(None, "a", "new, 2 ha")]).to_dict("records")
    assert row["species"] == "Hyla"
    assert pd.isna(row["earlier_patch_id"])
    assert row["reason_en"] == "new: relict; patch new, 2 ha"


def test_a_species_that_was_known_in_the_network_only_is_no_newcomer():
    before, now = [("Hyla", None, "n9", "relict")], [("Hyla", "a", "n1", "relict")]
    assert compare(before, now, [("x", "a", "grown"), ("y", None, "gone")]).empty
    elsewhere = [("Hyla", None, "n3", "relict")]
    found = compare(elsewhere, now, [("x", "a", "grown"), ("y", None, "gone")])
    assert found["outcome"].tolist() == ["better"]


def test_what_nobody_searched_and_what_was_not_found_count_as_the_same():
    before, now = [("Hyla", "a", "n1", "unsearched")], [("Hyla", "a", "n1", "lost")]
    assert compare(before, now, SAME_PATCH).empty
    assert compare(now, before, SAME_PATCH).empty
    assert compare([], before, [(None, "a", "new, 2 ha")]).empty
    assert compare(before, [], SAME_PATCH)["status"].tolist() == [GONE]


def test_the_most_threatened_at_risk_stand_first():
    before = [
        (name, "a", "n1", status)
        for name, status in (("B", "relict"), ("C", "viable"), ("A", "viable"))
    ]
    now = [
        (name, "a", "n1", status)
        for name, status in (("B", "viable"), ("C", "relict"), ("A", "relict"))
    ]
    told = populations(*before)
    told["red_list"] = ["CR", "CR", "LC"]
    patches = pd.DataFrame({"patch_id": ["a"], "network_id": ["n1"]})
    found = compare_populations(
        told, populations(*now), patches, patches, changes(*SAME_PATCH)
    )
    assert found["species"].tolist() == ["C", "A", "B"]


STATUS = st.sampled_from(ON_RECORD)


@given(STATUS, st.none() | STATUS)
def test_only_a_step_down_is_at_risk_and_only_a_step_up_is_better(before, now):
    rows = [] if now is None else [("Hyla", "a", "n1", now)]
    found = compare([("Hyla", "a", "n1", before)], rows, SAME_PATCH)
    step = STEPS[now or GONE] - STEPS[before]
    if step == 0 or (before == "lost" and step > 0):
        assert found.empty
    else:
        assert found["outcome"].tolist() == ["worse" if step > 0 else "better"]
