"""The two verdict scripts, from files to files: a small landscape and an empty one."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from classify_populations import classify_populations
from classify_robustness import classify_robustness
from robuust.populations import RecordRules
from robuust.robustness import Norms

HOME = Path(__file__).parents[2]
VALUES = {
    "reproductive_unit_ha": 0.5,
    "key_patch_ru": 20.0,
    "mvp_ru": 60.0,
    "network_ru_with_key": 80.0,
    "network_ru_without_key": 120.0,
    "dispersal_max_m": 1000.0,
}
TEXT = "str"


@pytest.fixture
def paths(tmp_path):
    names = ["patches", "patch_connectivity", "network_connectivity", "links"]
    names += ["verdicts", "networks", "sensitivity", "records"]
    names += ["populations", "relict_sites", "relict_receivers", "reintroduction"]
    names += ["known_cells"]
    files = {name: tmp_path / f"{name}.parquet" for name in names}
    return (
        files
        | {
            n: tmp_path / f"{n}.csv"
            for n in (
                "evidence",
                "species",
                "red_lists",
                "reintroduction_answers",
                "area_classes",
            )
        }
        | {"status_rules": HOME / "config" / "status_rules.csv"}
    )


def write_inputs(paths, *, n_patches):
    """Write two patches of 70 and 5 RU, 400 m apart, with one record on the second."""
    ids = pd.array(["p1", "p2"], dtype=TEXT)
    group = pd.array(["plants"] * 2, dtype=TEXT)
    network = pd.array(["n1", "n1"], dtype=TEXT)
    measures = {"patch_id": ids, "group": group, "area_ha": [35.0, 2.5]}
    measures |= {"effective_ha": [35.0, 2.5], "capacity_ru": [70.0, 5.0]}
    patches = gpd.GeoDataFrame(
        measures, geometry=shapely.box([0, 500], 0, [100, 600], 100), crs=31370
    )
    patches.iloc[:n_patches].to_parquet(paths["patches"])
    pd.DataFrame({"patch_id": ids, "network_id": network, "dpc": 1.0}).iloc[
        :n_patches
    ].to_parquet(paths["patch_connectivity"])
    one = {"network_id": network, "group": group, "n_patches": 2, "area_ha": 37.5}
    one |= {"effective_ha": 37.5, "capacity_ru": 75.0, "eca_ha": 36.0}
    pd.DataFrame(one).iloc[: min(n_patches, 1)].to_parquet(
        paths["network_connectivity"]
    )
    links = gpd.GeoDataFrame(
        {
            "group": group[:1],
            "patch_id_a": ids[:1],
            "patch_id_b": ids[1:],
            "distance_m": [400.0],
            "probability": [0.7],
            "n_barriers": [0],
            "within_dispersal": [True],
        },
        geometry=shapely.linestrings([[[100, 0], [500, 0]]]),
        crs=31370,
    )
    links.iloc[: n_patches // 2].to_parquet(paths["links"])
    paths["evidence"].write_text(
        "mobility_class,parameter,evidence,low,high,source\nweeds,mvp_ru,read,50,70,x\n"
    )
    paths["species"].write_text(
        "species,name_nl,group,taxon_group,annexes,seed_bank_years,long_lived,"
        "reproductive_unit_ha\n"
        "Jasione montana,Zandblauwtje,plants,vascular plants,,1,no,\n"
        "Bufo bufo,Gewone pad,,amphibians,,0,no,\n"
    )
    paths["red_lists"].write_text(
        "species,red_list,year,category\nJasione montana,flanders,2006,NT\n"
    )
    paths["area_classes"].write_text(
        "bundle,large_ha,small_ha,isolated_good_ha,cohesive_distance_m,"
        "neighbour_distance_m,neighbour_min_ha,source,verified\n"
        "heath,50,10,100,50,1000,1,,no\n"
    )
    paths["reintroduction_answers"].write_text(
        "species,patch_id,question,answer,evidence,validated\n"
    )
    day = pd.to_datetime(["2021-06-01"])
    records = gpd.GeoDataFrame(
        {
            "record_id": ["r1"],
            "species": ["Jasione montana"],
            "taxon_group": ["vascular plants"],
            "date_first": day,
            "date_last": day,
            "year": [2021],
            "uncertainty_m": [10.0],
            "present": [True],
            "generalised": [False],
        },
        geometry=shapely.points([[550, 50]]),
        crs=31370,
    )
    records.iloc[:n_patches].to_parquet(paths["records"])


def judge_land(paths, *, group="plants", bundle="heath", yardstick="norms"):
    classify_robustness(
        paths,
        group=group,
        mobility_class="weeds",
        bundle=bundle,
        yardstick=yardstick,
        values=VALUES,
        draws=20,
        seed=1,
    )
    return [gpd.read_parquet(paths[name]) for name in ("verdicts", "networks")]


def run(paths, *, group="plants", sensitive=None):
    judged = judge_land(paths, group=group)
    classify_populations(
        paths,
        group=group,
        red_lists=["flanders"],
        sensitive=sensitive or {},
        norms=Norms(**{name: VALUES[name] for name in Norms.__annotations__}),
        rules=RecordRules("2026-01-01", 10, 25, 500, 5),
        reproductive_unit_ha=0.5,
        dispersal_max_m=1000,
    )
    read = [gpd.read_parquet(paths[n]) for n in ("populations", "relict_sites")]
    read += [pd.read_parquet(paths[n]) for n in ("sensitivity", "reintroduction")]
    return [*judged, *read, pd.read_parquet(paths["relict_receivers"])]


def test_files_go_in_and_verdicts_come_out(paths):
    write_inputs(paths, n_patches=2)
    verdicts, networks, populations, relicts, sensitivity, *tables = run(paths)
    assert verdicts["class"].tolist() == ["stronghold", "network"]
    assert verdicts["verdict_stability"].between(0, 1).all()
    assert networks["viable"].tolist() == [True]
    assert networks["eca_ha"].tolist() == [36]
    assert populations["status"].tolist() == ["colonisable", "viable"]
    assert populations["rule_values"].tolist() == [
        "recent=no (no record, recent from 2016); earlier=no (records 0); "
        "within_reach=yes (nearest occupied 400 m)",
        "recent=yes (last record 2021, recent from 2016); sustained=yes (network)",
    ]
    assert populations["red_list"].tolist() == ["NT", "NT"]
    assert populations["red_list_source"].tolist() == ["flanders 2006"] * 2
    assert relicts.empty
    assert all(table.empty for table in tables)  # screened, receivers
    assert sensitivity["parameter"].tolist() == sorted(VALUES)


@pytest.mark.parametrize(
    ("yardstick", "bundle", "robust"),
    [
        ("norms", "heath", [True, True]),
        ("both", "heath", [False, False]),
        ("both", "caves", [True, True]),
    ],
)
def test_verdicts_carry_both_yardsticks_and_the_setting_decides_what_is_robust(
    paths, yardstick, bundle, robust
):
    # 35 and 2.5 ha of heath, 400 m apart: moderate and poor, whatever the norms say.
    write_inputs(paths, n_patches=2)
    verdicts, networks = judge_land(paths, bundle=bundle, yardstick=yardstick)
    assert verdicts["robust"].tolist() == robust
    assert verdicts["class"].tolist() == ["stronghold", "network"]
    judged = verdicts[["area_class", "cohesion", "area_verdict"]].dropna()
    heath = [("medium", "neighbouring", "moderate"), ("small", "neighbouring", "poor")]
    assert list(judged.itertuples(index=False, name=None)) == (
        heath if bundle == "heath" else []
    )
    assert networks[["missing_ru", "missing_ha"]].to_numpy().tolist() == [[0, 0]]


def test_records_of_before_the_window_only_give_words_in_the_log(paths, caplog):
    write_inputs(paths, n_patches=2)
    records = gpd.read_parquet(paths["records"])
    day = pd.Timestamp("2005-06-01")
    records.assign(date_first=day, date_last=day).to_parquet(paths["records"])
    populations = run(paths)[2]
    assert populations["status"].tolist() == ["unreachable", "unsearched"]
    (warning,) = [r.message for r in caplog.records if r.levelname == "WARNING"]
    assert warning.startswith("plants: none of the 1 finds of these species is dated")
    assert "(the latest is of 2005-06-01)" in warning


def test_an_earlier_map_tells_the_habitat_then_and_now(paths, tmp_path):
    write_inputs(paths, n_patches=2)
    then = gpd.read_parquet(paths["patches"])
    then = then.assign(effective_ha=[300.0, 0.0], geometry=then.geometry.iloc[0])
    then.to_parquet(tmp_path / "historic_patches.parquet")
    history = {"historic_patches": tmp_path / "historic_patches.parquet"}
    populations = run(paths | history)[2]
    # 400 m apart, 1000 m of reach: both patches see all 37.5 ha now, and 300 ha then.
    assert populations["habitat_then_ha"].tolist() == [300, 300]
    assert populations["habitat_now_ha"].tolist() == [37.5, 37.5]
    assert populations["habitat_left_share"].tolist() == [0.125, 0.125]
    assert "habitat within reach from 300 to 37.5 ha" in populations["reason_en"][1]
    assert "habitat binnen bereik van 300 naar 37,5 ha" in populations["reason_nl"][1]
    assert "habitat within reach" not in populations["reason_en"][0]  # never seen


def test_without_an_earlier_map_the_habitat_then_and_now_stays_empty(paths):
    write_inputs(paths, n_patches=2)
    names = ["habitat_then_ha", "habitat_now_ha", "habitat_left_share"]
    populations = run(paths | {"historic_patches": []})[2]
    assert populations[names].isna().all(axis=None)
    assert not populations["reason_en"].str.contains("within reach from").any()


def test_a_group_without_any_records_is_no_error(paths, caplog):
    caplog.set_level("INFO")
    write_inputs(paths, n_patches=2)
    gpd.read_parquet(paths["records"]).iloc[:0].to_parquet(paths["records"])
    assert set(run(paths)[2]["status"]) == {"unreachable"}
    assert "plants: no finds of these species" in caplog.text


def test_an_empty_group_gives_the_same_columns_and_types(paths):
    write_inputs(paths, n_patches=2)
    full = run(paths)
    write_inputs(paths, n_patches=0)
    for empty, usual in zip(run(paths), full, strict=True):
        if empty.columns[1] != "parameter":  # the parameters are there all the same
            assert empty.empty
        assert empty.dtypes.to_dict() == usual.dtypes.to_dict()


def test_a_group_without_species_has_no_populations(paths):
    write_inputs(paths, n_patches=2)
    full = run(paths)
    for empty, usual in zip(run(paths, group="bats")[2:4], full[2:4], strict=True):
        assert empty.empty
        assert list(empty) == list(usual)


def test_a_sensitive_species_has_no_row_at_any_patch(paths):
    write_inputs(paths, n_patches=2)
    populations = run(paths)[2]
    (name,) = populations["species"].unique()
    found = run(paths, sensitive={name: 1000})
    assert all(name not in set(table.get("species", ())) for table in found)
    assert len(found[0]) == 2  # the land is judged as ever
    cells = gpd.read_parquet(paths["known_cells"])
    assert set(cells["species"]) == {name}
    assert cells["patch_id"].isna().all()
    assert cells["n_records"].sum() > 0
