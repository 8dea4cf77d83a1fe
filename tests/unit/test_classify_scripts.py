"""The two verdict scripts, from files to files: a small landscape and an empty one."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from classify_populations import classify_populations
from classify_robustness import classify_robustness
from robuust.populations import RecordRules
from robuust.robustness import Norms

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
    names += ["populations", "relict_sites", "reintroduction"]
    files = {name: tmp_path / f"{name}.parquet" for name in names}
    return files | {
        n: tmp_path / f"{n}.csv" for n in ("evidence", "species", "red_lists")
    }


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


def run(paths, *, group="plants"):
    classify_robustness(
        paths, group=group, mobility_class="weeds", values=VALUES, draws=20, seed=1
    )
    classify_populations(
        paths,
        group=group,
        red_lists=["flanders"],
        norms=Norms(**{name: VALUES[name] for name in Norms.__annotations__}),
        rules=RecordRules("2026-01-01", 10, 25, 500, 5),
        reproductive_unit_ha=0.5,
        dispersal_max_m=1000,
    )
    read = [gpd.read_parquet(paths[n]) for n in ("verdicts", "networks")]
    read += [gpd.read_parquet(paths[n]) for n in ("populations", "relict_sites")]
    read += [pd.read_parquet(paths[n]) for n in ("sensitivity", "reintroduction")]
    return read


def test_files_go_in_and_verdicts_come_out(paths):
    write_inputs(paths, n_patches=2)
    verdicts, networks, populations, relicts, sensitivity, screened = run(paths)
    assert verdicts["class"].tolist() == ["stronghold", "network"]
    assert verdicts["verdict_stability"].between(0, 1).all()
    assert networks["viable"].tolist() == [True]
    assert networks["eca_ha"].tolist() == [36]
    assert populations["status"].tolist() == ["colonisable", "viable"]
    assert populations["red_list"].tolist() == ["NT", "NT"]
    assert populations["red_list_source"].tolist() == ["flanders 2006"] * 2
    assert relicts.empty
    assert screened.empty
    assert sensitivity["parameter"].tolist() == sorted(VALUES)


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
