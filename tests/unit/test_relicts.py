"""Urgency of relict sites, on paper: threat x isolation x smallness."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from robuust.relicts import relict_sites

# Squares of 100 m at 0, 400 and 5000 m.
PATCHES = gpd.GeoDataFrame(
    {"patch_id": ["a", "b", "c"], "area_ha": [1.0, 1.0, 1.0]},
    geometry=shapely.box([0, 400, 5000], 0, [100, 500, 5100], 100),
    crs=31370,
)


def sites(**changes):
    usual = {
        "species": "Vertigo angustior",
        "group": "some",
        "patch_id": ["a", "b", "c"],
        "patch": [0, 1, 2],
        "status": ["relict", "relict", "phantom"],
        "recent": True,
        "red_list": "EN",
        "capacity_ru": [5.0, 20.0, 5.0],
    }
    found = relict_sites(
        pd.DataFrame(usual | changes), PATCHES, dispersal_max_m=1000, key_patch_ru=20
    )
    return found.set_index("patch_id")


def test_urgency_is_threat_times_isolation_times_smallness():
    found = sites()
    assert found["isolation_m"].tolist() == [300, 300, 4500]
    # EN is 0.8; 300 of 1000 m; a quarter of a key patch. b is a whole key patch.
    assert found["urgency"].tolist() == pytest.approx([0.8 * 0.3 * 0.75, 0, 0.8 * 0.75])


def test_the_only_occupied_patch_counts_as_wholly_isolated():
    found = sites(recent=[False, False, True], status=["lost", "lost", "relict"])
    assert found.index.tolist() == ["c"]
    assert found["isolation_m"].isna().all()
    assert found.loc["c", "urgency"] == pytest.approx(0.8 * 0.75)
    assert "no other occupied patch" in found.loc["c", "reason_en"]


@pytest.mark.parametrize(
    ("code", "threat"),
    [("CR", 1), ("EN", 0.8), ("VU", 0.6), ("NT", 0.4), ("LC", 0.2), (None, 0.2)],
)
def test_a_more_threatened_species_is_more_urgent(code, threat):
    assert sites(red_list=code)["threat"].tolist() == pytest.approx([threat] * 3)


def test_another_species_is_no_neighbour():
    found = sites(species=["Vertigo angustior", "Vertigo moulinsiana", "Vertigo x"])
    assert found["isolation_m"].isna().all()


def test_no_relicts_give_an_empty_table_with_its_columns():
    found = sites(status="viable")
    assert found.empty
    assert {"urgency", "threat", "isolation_m", "reason_nl"} <= set(found)
