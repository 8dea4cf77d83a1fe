"""The tables that later chapters read: right rows, sums and, when empty, columns."""

import numpy as np
import pandas as pd
import pytest

from robuust.connectivity_tables import connectivity_tables

SETTINGS = {
    "group": "bees",
    "sweep_m": [50, 1000, 1e6],
    "exponent": 0.5,
    "d0_m": 1000,
    "p0": 0.5,
    "p_min": 1e-4,
    "dispersal_max_m": 1500,
    "multiples": [0.5, 1],
    "exact": False,
    "distance_kind": "euclidean",
}


def tables(capacity, links, **changed):
    ids = [f"bees-{letter}" for letter in "abcdef"[: len(capacity)]]
    patches = pd.DataFrame(
        {
            "patch_id": pd.array(ids, dtype="str"),
            "area_ha": np.array(capacity, dtype=float) * 2,
            "effective_ha": np.array(capacity, dtype=float),
            "capacity_ru": np.array(capacity, dtype=float) * 4,
        }
    )
    rows = [
        (f"bees-{a}", f"bees-{b}", float(d), 1.0, 0.5 ** (d / 1000), d <= 1500)
        for a, b, d in links
    ]
    columns = ["patch_id_a", "patch_id_b", "cost_m", "crossing", "probability"]
    found = pd.DataFrame(rows, columns=[*columns, "within_dispersal"])
    found["within_dispersal"] = found["within_dispersal"].astype(bool)
    return connectivity_tables(patches, found, **SETTINGS | changed)


HAND = ([10, 5, 20], [("a", "b", 1000), ("b", "c", 1000), ("a", "c", 3000)])


def test_the_group_row_holds_the_numbers_of_the_case_by_hand():
    row = tables(*HAND).group.iloc[0]
    assert row["pcnum"] == pytest.approx(775)
    assert row["eca_ha"] == pytest.approx(27.838822)
    assert row[["pc_intra", "pc_direct", "pc_step"]].tolist() == pytest.approx(
        [525, 200, 50]
    )
    assert row["iicnum"] == pytest.approx(808.3333, abs=1e-4)
    assert row["pcnum_error_bound"] == 0
    assert (row["d0_m"], row["p0"], row["distance_kind"]) == (1000, 0.5, "euclidean")


def test_every_link_has_the_importance_of_its_true_removal():
    # Without a-b, a reaches b and c directly with 1/4 (over c: 1/8 x 1/2) and 1/8.
    found = tables(*HAND).links["dpc"]
    without_ab = 525 + 2 * (10 * 5 / 16 + 5 * 20 / 2 + 10 * 20 / 8)
    without_bc = 525 + 2 * (10 * 5 / 2 + 5 * 20 / 16 + 10 * 20 / 8)
    expected = [100 * (775 - pcnum) / 775 for pcnum in (without_ab, without_bc, 775)]
    assert found.tolist() == pytest.approx(expected)


def test_the_sweep_of_dispersal_holds_the_group_itself_and_those_that_move_less():
    sweep = tables(*HAND).dispersal_sweep
    assert sweep["d0_m"].tolist() == [500, 1000]
    half = 525 + 2 * (10 * 5 / 4 + 5 * 20 / 4 + 10 * 20 / 16)
    assert sweep["pcnum"].tolist() == pytest.approx([half, 775])
    assert sweep["eca_ha"].tolist() == pytest.approx(np.sqrt([half, 775]).tolist())


def test_exact_leaves_no_path_out():
    cut = tables(*HAND, p_min=0.2).group.iloc[0]
    exact = tables(*HAND, p_min=0.2, exact=True).group.iloc[0]
    far = tables([10, 5, 20], [("a", "b", 2000), ("b", "c", 2000)], p_min=0.2)
    assert [cut["pcnum"], exact["pcnum"]] == pytest.approx([775, 775])
    assert far.group["pcnum"][0] == pytest.approx(525 + 2 * (50 / 4 + 100 / 4))
    assert far.group["pcnum_error_bound"][0] == pytest.approx(0.2 * 2 * 10 * 20)
    whole = tables(
        [10, 5, 20], [("a", "b", 2000), ("b", "c", 2000)], p_min=0.2, exact=True
    )
    step = 2 * 10 * 20 / 16
    assert whole.group["pcnum"][0] == pytest.approx(far.group["pcnum"][0] + step)
    assert whole.group["pcnum_error_bound"][0] == 0


def test_resistance_over_all_ways_is_for_groups_that_follow_the_land():
    assert np.isnan(tables(*HAND).links["effective_m"]).all()
    triangle = [("a", "b", 1000), ("b", "c", 1000), ("a", "c", 1000)]
    found = tables([10, 5, 20], triangle, distance_kind="least_cost")
    assert found.links["effective_m"].tolist() == pytest.approx([2000 / 3] * 3)
    assert found.group["distance_kind"].tolist() == ["least_cost"]


def test_one_network_has_the_eca_of_the_group():
    found = tables(*HAND)
    network = found.networks.iloc[0]
    assert found.patches["network_id"].tolist() == ["bees-n1"] * 3
    assert network["eca_ha"] == pytest.approx(27.838822)
    assert network[["area_ha", "effective_ha", "capacity_ru"]].tolist() == [70, 35, 140]


def test_links_beyond_the_dispersal_distance_add_to_pc_but_join_no_network():
    found = tables([10, 20], [("a", "b", 2000)])
    assert found.networks["network_id"].tolist() == ["bees-n1", "bees-n2"]
    assert found.networks["eca_ha"].tolist() == [20, 10]
    assert found.group["pcnum"].item() == pytest.approx(500 + 2 * 200 / 4)
    assert found.group["iicnum"].item() == pytest.approx(500)


def test_the_sweep_stops_at_the_longest_link():
    sweep = tables(*HAND).sweep
    assert sweep["distance_m"].tolist() == [50, 1000]
    assert sweep["n_components"].tolist() == [3, 1]
    assert sweep["largest_share"].tolist() == pytest.approx([20 / 35, 1])


def test_no_patches_give_the_same_columns_and_one_row_of_zeros():
    empty, full = tables([], []), tables(*HAND)
    for without, with_rows in zip(empty, full, strict=True):
        assert without.dtypes.equals(with_rows.dtypes)
    assert [len(t) for t in empty[:2]] == [0, 0]
    sizes = ["n_patches", "area_ha", "pcnum", "eca_ha", "iicnum", "pcnum_error_bound"]
    assert empty.group.iloc[0][sizes].tolist() == [0] * 6
    assert empty.sweep["n_components"].tolist() == [0, 0]


def test_one_patch_is_a_network_by_itself():
    found = tables([10], [])
    row = found.patches.iloc[0]
    assert (row["dpc"], row["dpc_intra"], row["diic"]) == (100, 100, 100)
    assert row["metapopulation_share"] == 1
    assert found.networks["n_patches"].tolist() == [1]


def test_links_of_other_patches_are_refused():
    with pytest.raises(ValueError, match="name patches that do not exist"):
        tables([10], [("a", "b", 100)])
