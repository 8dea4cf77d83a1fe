"""One row per group."""

import pandas as pd
import pytest

from robuust.group_summary import summarise_groups
from summarise_groups import summarise_groups as summarise_files

NAMES = pd.DataFrame(
    {
        "group": ["frogs", "bees", "birds"],
        "name_nl": ["kikkers", "bijen", "vogels"],
        "name_en": ["frogs", "bees", "birds"],
    }
)
CONNECTIVITY = pd.DataFrame({"group": ["frogs", "bees"], "eca_ha": [4.0, 0.0]})
PATCHES = pd.DataFrame(
    {
        "class": ["stronghold", "key", "network", "near", "near"],
        "robust": [True, True, True, False, False],
        "area_verdict": ["good", "moderate", "poor", "poor", "good"],
        "area_ha": [8.0, 4.0, 2.0, 1.0, 0.5],
    }
)


def test_robust_hectares_and_counts_per_class_by_hand():
    verdicts = {"frogs": PATCHES, "bees": PATCHES.iloc[:0]}
    summary = summarise_groups(CONNECTIVITY, verdicts, NAMES).set_index("group")
    assert list(summary.index) == ["bees", "frogs"]
    frogs = summary.loc["frogs"]
    assert frogs["robust_ha"] == 14
    assert frogs["area_good_ha"] == 8.5
    assert frogs["name_nl"] == "kikkers"
    assert frogs["eca_ha"] == 4
    counts = ["n_stronghold", "n_key", "n_network", "n_near", "n_insufficient"]
    assert frogs[counts].tolist() == [1, 1, 1, 2, 0]


def test_robust_hectares_follow_the_yardstick_and_counts_the_norms():
    otherwise = PATCHES.assign(robust=[True, False, False, True, False])
    verdicts = {"frogs": otherwise, "bees": PATCHES.iloc[:0]}
    frogs = summarise_groups(CONNECTIVITY, verdicts, NAMES).set_index("group")
    assert frogs.loc["frogs", "robust_ha"] == 9
    assert frogs.loc["frogs", "n_key"] == 1


def test_a_group_that_is_not_judged_by_area_has_no_good_hectares():
    alone = PATCHES.assign(area_verdict=pd.array([None] * len(PATCHES), dtype="str"))
    verdicts = {"frogs": alone, "bees": PATCHES}
    found = summarise_groups(CONNECTIVITY, verdicts, NAMES).set_index("group")
    assert found["area_good_ha"].isna().to_dict() == {"bees": False, "frogs": True}


def test_an_empty_group_has_a_row_of_zeros():
    verdicts = {"frogs": PATCHES, "bees": PATCHES.iloc[:0]}
    bees = (
        summarise_groups(CONNECTIVITY, verdicts, NAMES).set_index("group").loc["bees"]
    )
    assert bees["robust_ha"] == 0
    assert bees["n_stronghold"] + bees["n_insufficient"] == 0


def test_a_group_without_connectivity_is_refused():
    with pytest.raises(ValueError, match="every group needs one row of each"):
        summarise_groups(CONNECTIVITY, {"frogs": PATCHES}, NAMES)


def test_the_script_reads_the_verdicts_in_the_order_of_the_groups(tmp_path):
    paths = {"connectivity": [], "verdicts": []}
    for group, patches in (("frogs", PATCHES), ("bees", PATCHES.iloc[:0])):
        own = CONNECTIVITY[CONNECTIVITY["group"] == group]
        for kind, rows in (("connectivity", own), ("verdicts", patches)):
            path = tmp_path / f"{group}_{kind}.parquet"
            rows.to_parquet(path)
            paths[kind].append(path)
    paths["species_groups"] = tmp_path / "species_groups.csv"
    NAMES.to_csv(paths["species_groups"], index=False)
    paths["group_summary"] = tmp_path / "group_summary.parquet"
    summarise_files(paths, groups=["frogs", "bees"])
    summary = pd.read_parquet(paths["group_summary"])
    assert summary["group"].tolist() == ["bees", "frogs"]
    assert summary["robust_ha"].tolist() == [0, 14]
