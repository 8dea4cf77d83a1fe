"""Relict sites on paper: urgency, rank, and the patches that could receive them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from rank_relicts import rank_relicts
from robuust.relicts import RECEIVERS, ranked_relicts, relict_receivers, relict_sites

# Squares of 100 m at 0, 400 and 5000 m.
PATCHES = gpd.GeoDataFrame(
    {"patch_id": ["a", "b", "c"], "area_ha": [1.0, 1.0, 1.0]},
    geometry=shapely.box([0, 400, 5000], 0, [100, 500, 5100], 100),
    crs=31370,
)


LINKS = pd.DataFrame(
    {
        "patch_id_a": ["a", "a", "b"],
        "patch_id_b": ["b", "c", "c"],
        "distance_m": [300.0, 900.0, 4500.0],
        "probability": [0.6, 0.2, 0.0],
        "within_dispersal": [True, True, False],
    }
)


def found_facts(**changes):
    usual = {
        "species": "Vertigo angustior",
        "group": "some",
        "patch_id": ["a", "b", "c"],
        "patch": [0, 1, 2],
        "status": ["relict", "relict", "phantom"],
        "recent": True,
        "red_list": "EN",
        "capacity_ru": [5.0, 20.0, 5.0],
        "key_patch_ru": 20.0,
        "reproductive_unit_ha": 0.5,
    }
    return pd.DataFrame(usual | changes)


def receivers(links=LINKS, **changes):
    return relict_receivers(found_facts(**changes), links)


def sites(**changes):
    found = relict_sites(
        found_facts(**changes),
        PATCHES,
        receivers(**changes),
        dispersal_max_m=1000,
    )
    return found.set_index("patch_id")


def only_a(**changes):
    """Only patch a is a relict; b and c are free."""
    free = {"status": ["relict", "colonisable", "colonisable"]}
    return free | {"recent": [True, False, False]} | changes


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


def test_a_relict_by_other_rules_that_nobody_saw_recently_is_wholly_isolated():
    found = sites(recent=False, status=["lost", "lost", "relict"])
    assert found["isolation_m"].isna().all()
    assert found.loc["c", "urgency"] == pytest.approx(0.8 * 0.75)


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


# --- Where the species could go after enlargement -------------------------------------


def test_a_free_patch_in_reach_can_receive_and_lacks_what_a_key_patch_needs():
    found = receivers(**only_a(capacity_ru=[5.0, 25.0, 5.0]))
    assert found["patch_id"].tolist() == ["a", "a"]
    assert found["receiver_patch_id"].tolist() == ["b", "c"]
    assert found["order"].tolist() == [1, 2]
    assert found["distance_m"].tolist() == [300, 900]
    assert found["probability"].tolist() == [0.6, 0.2]
    # A key patch is 20 RU of half a hectare: b is more than one, c lacks 15 RU.
    assert found["capacity_ru"].tolist() == [25, 5]
    assert found["missing_ru"].tolist() == [0, 15]
    assert found["missing_ha"].tolist() == [0, 7.5]


def test_a_patch_where_the_species_lives_receives_nothing():
    assert receivers().empty


def test_the_patch_of_another_species_is_free():
    both = {
        "species": ["A a", "A a", "B b", "B b"],
        "patch_id": ["a", "b", "a", "b"],
        "patch": [0, 1, 0, 1],
        "status": ["relict", "colonisable", "colonisable", "relict"],
        "recent": [True, False, False, True],
        "capacity_ru": [5.0, 6.0, 7.0, 8.0],
    }
    found = receivers(**both)
    assert found["species"].tolist() == ["A a", "B b"]
    assert found["receiver_patch_id"].tolist() == ["b", "a"]
    assert found["capacity_ru"].tolist() == [6, 7]


def test_links_beyond_dispersal_or_shut_by_a_barrier_lead_nowhere():
    shut = LINKS.assign(within_dispersal=[False, True, False])
    found = receivers(shut, **only_a())
    assert found["receiver_patch_id"].tolist() == ["c"]
    assert found["order"].tolist() == [1]


def test_the_patch_that_is_reached_most_often_comes_first():
    road = LINKS.assign(probability=[0.1, 0.2, 0.0])  # a road lies before the near one
    assert receivers(road, **only_a())["receiver_patch_id"].tolist() == ["c", "b"]


def test_of_patches_reached_as_often_the_nearer_comes_first():
    far = LINKS.assign(distance_m=[900.0, 300.0, 1.0], probability=0.6)
    assert receivers(far, **only_a())["receiver_patch_id"].tolist() == ["c", "b"]


def test_of_equally_near_patches_the_one_that_lacks_least_comes_first():
    even = LINKS.assign(distance_m=300.0, probability=0.6)
    found = receivers(even, **only_a(capacity_ru=[5.0, 6.0, 7.0]))
    assert found["receiver_patch_id"].tolist() == ["c", "b"]
    same = receivers(even, **only_a(capacity_ru=[5.0, 6.0, 6.0]))
    assert same["receiver_patch_id"].tolist() == ["b", "c"]


def test_the_order_of_links_and_facts_changes_nothing():
    expected = receivers(**only_a())
    turned = LINKS.iloc[::-1].rename(
        columns={"patch_id_a": "patch_id_b", "patch_id_b": "patch_id_a"}
    )
    facts = found_facts(**only_a()).iloc[::-1]
    found = relict_receivers(facts, turned)
    pd.testing.assert_frame_equal(found, expected)


def test_a_species_with_a_unit_of_its_own_lacks_its_own_hectares():
    found = receivers(**only_a(reproductive_unit_ha=2.0))
    assert found["missing_ha"].tolist() == [0, 30]


def test_a_species_with_a_norm_of_its_own_needs_its_own_key_patch():
    own = only_a(key_patch_ru=[40.0, 40.0, 20.0])
    assert receivers(**own)["missing_ru"].tolist() == [20, 15]
    found = sites(**own).loc["a"]
    assert found["urgency"] == pytest.approx(0.8 * (1 - 5 / 40))  # alone
    assert "5 of 40 RU of a key patch" in found["reason_en"]


def test_only_the_first_few_patches_are_named():
    n = RECEIVERS + 3
    ids = [f"p{k}" for k in range(n)]
    links = pd.DataFrame(
        {
            "patch_id_a": "p0",
            "patch_id_b": ids[1:],
            "distance_m": np.arange(1.0, n),
            "probability": np.linspace(0.9, 0.1, n - 1),
            "within_dispersal": True,
        }
    )
    found = receivers(
        links,
        patch_id=ids,
        patch=range(n),
        status=["relict"] + ["colonisable"] * (n - 1),
        recent=[True] + [False] * (n - 1),
        capacity_ru=5.0,
    )
    assert found["receiver_patch_id"].tolist() == ids[1 : RECEIVERS + 1]


def test_the_reason_names_the_best_patch_and_what_it_lacks():
    reason = sites(**only_a()).loc["a"]
    assert reason["reason_en"].endswith(
        "; after recovery here b can receive it: at 300 m, large enough for a key patch"
    )
    assert reason["reason_nl"].endswith(
        "; na herstel hier kan b de soort opvangen: op 300 m, groot genoeg voor een "
        "sleutelplek"
    )
    reason = sites(**only_a(capacity_ru=[5.0, 6.4, 5.0])).loc["a"]
    assert reason["reason_en"].endswith(
        "at 300 m, 13.6 RU (6.8 ha) short of a key patch"
    )
    assert reason["reason_nl"].endswith(
        "op 300 m, 13,6 RE (6,8 ha) te weinig voor een sleutelplek"
    )


def test_the_reason_says_when_no_patch_can_receive():
    found = sites()
    assert found["reason_en"].str.endswith("; no free patch to reach within 1 km").all()
    assert (
        found["reason_nl"]
        .str.endswith("; geen vrije plek bereikbaar binnen 1 km")
        .all()
    )


def test_without_relicts_there_is_an_empty_table_with_its_columns_and_types():
    full = receivers(**only_a())
    empty = receivers(status="viable")
    assert empty.empty
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


# --- The rank over all groups ---------------------------------------------------------


def ranked(**columns):
    usual = {"species": "A a", "group": "some", "patch_id": ["a", "b", "c"]}
    usual |= {"urgency": 0.5, "threat": 0.6}
    return ranked_relicts(pd.DataFrame(usual | columns))


def test_the_most_urgent_site_is_first_whatever_its_group():
    found = ranked(group=["x", "y", "x"], urgency=[0.2, 0.9, 0.5])
    assert found["patch_id"].tolist() == ["b", "c", "a"]
    assert found["rank"].tolist() == [1, 2, 3]


def test_of_equally_urgent_sites_the_more_threatened_species_is_first():
    assert ranked(threat=[0.2, 1.0, 0.6])["patch_id"].tolist() == ["b", "c", "a"]


def test_the_last_bit_of_a_product_decides_no_rank():
    nearly = [0.1 + 0.2, 0.3, 0.3]  # 0.30000000000000004 is no more urgent
    assert ranked(urgency=nearly, threat=[0.2, 0.4, 0.6])["patch_id"].tolist() == [
        *("c", "b", "a")
    ]


def test_ties_go_by_species_then_patch_and_never_by_the_order_of_rows():
    species = ["B b", "A a", "A a"]
    found = ranked(species=species, patch_id=["a", "z", "b"])
    assert found["patch_id"].tolist() == ["b", "z", "a"]
    back = ranked(species=species[::-1], patch_id=["b", "z", "a"])
    pd.testing.assert_frame_equal(found, back)


def test_no_sites_have_no_ranks():
    found = ranked().iloc[:0]
    assert ranked_relicts(found)["rank"].tolist() == []


def test_groups_without_relicts_join_those_that_have_them(tmp_path):
    usual = {"species": "A a", "patch_id": "a", "urgency": [0.2], "threat": 0.6}
    paths = [tmp_path / f"{group}.parquet" for group in ("x", "y", "z")]
    for path, urgency in zip(paths, (0.2, None, 0.9), strict=True):
        found = pd.DataFrame(usual | {"group": path.stem, "urgency": [urgency]})
        place = gpd.GeoDataFrame(found, geometry=[PATCHES.geometry[0]], crs=31370)
        place.dropna().to_parquet(path)
    rank_relicts(paths, tmp_path / "ranked.parquet")
    found = gpd.read_parquet(tmp_path / "ranked.parquet")
    assert found[["group", "rank"]].to_numpy().tolist() == [["z", 1], ["x", 2]]
    assert found.crs == PATCHES.crs
    rank_relicts(paths[1:2], tmp_path / "ranked.parquet")
    found = gpd.read_parquet(tmp_path / "ranked.parquet")
    assert len(found) == 0
    assert "rank" in found
