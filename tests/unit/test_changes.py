"""Patches followed from one run to the next."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from compare_runs import compare_runs
from robuust.changes import (
    change_reasons,
    compare_patches,
    follow_patches,
    match_patches,
    no_changes,
    patch_lineage,
    verdict_changes,
)
from robuust.group_changes import COUNTS, MEASURES


def run(group="frogs", **patches):
    """Patches as name = (class, west, south, east, north)."""
    return gpd.GeoDataFrame(
        {
            "group": group,
            "patch_id": list(patches),
            "lineage_id": list(patches),
            "network_id": "n",
            "class": [patch[0] for patch in patches.values()],
        },
        geometry=[shapely.box(*patch[1:]) for patch in patches.values()],
        crs=31370,
    )


BEFORE = run(
    a=("near", 0, 0, 100, 100),
    b=("key", 200, 0, 300, 100),
    c=("key", 400, 0, 500, 100),
    d=("network", 600, 0, 700, 100),
    e=("near", 800, 0, 850, 100),
    f=("network", 860, 0, 900, 100),
    g=("near", 1000, 0, 1100, 100),
)
NOW = run(
    a=("near", 0, 0, 100, 100),
    p=("stronghold", 200, 0, 320, 100),
    q=("network", 400, 0, 450, 100),
    r=("near", 600, 0, 640, 100),
    s=("near", 660, 0, 700, 100),
    t=("key", 800, 0, 900, 100),
    u=("near", 2000, 0, 2100, 100),
)


def test_every_kind_of_change_by_hand():
    found = compare_patches(BEFORE, NOW).set_index(["patch_id"])
    assert found["change"].tolist() == [
        *["same", "grown", "shrunk", "split", "split", "merged", "new", "gone"]
    ]
    assert found.loc["t", "earlier_patch_ids"] == "e; f"
    assert found.loc["t", "earlier_class"] == "near; network"
    assert found.loc["t", "earlier_area_ha"] == pytest.approx(0.9)
    assert found.loc["r", "earlier_patch_ids"] == "d"
    assert found.loc["r", "earlier_area_ha"] == pytest.approx(1)
    assert found.loc["p", "area_ha"] == pytest.approx(1.2)
    gone = found.iloc[-1]
    assert gone["earlier_patch_ids"] == "g"
    assert pd.isna(gone.name)
    assert gone["geometry"].equals(shapely.box(1000, 0, 1100, 100))


def test_a_border_redrawn_by_less_than_a_tenth_makes_no_pair():
    before = [shapely.box(0, 0, 100, 100)]
    now = [shapely.box(0, 0, 95, 100), shapely.box(95, 0, 195, 100)]
    pairs = match_patches(before, now)
    assert pairs["patch"].tolist() == [0]
    assert pairs["overlap"].tolist() == [0.95]


def test_reasons_name_hectares_and_verdicts():
    found = compare_patches(BEFORE, NOW)
    nl, en = change_reasons(found)
    assert en[:2] == [
        "same, from 1 to 1 ha; verdict stayed near",
        "grown, from 1 to 1.2 ha; verdict from key to stronghold",
    ]
    assert nl[1] == "gegroeid, van 1 naar 1,2 ha; oordeel van key naar stronghold"
    assert en[5] == "merged, from 0.9 to 1 ha; verdict from near + network to key"
    assert en[6:] == ["new, 1 ha; verdict near", "gone, was 1 ha; verdict was near"]


def test_a_verdict_is_compared_with_the_best_of_the_earlier_patches():
    found = follow_patches(BEFORE, NOW, groups=["frogs"])
    told = dict(
        zip(found["patch_id"].fillna("gone"), found["verdict_change"], strict=True)
    )
    assert told == {
        "a": "same",  # near
        "p": "better",  # key, now stronghold
        "q": "worse",  # key, now network
        "r": "worse",  # network, now near
        "s": "worse",
        "t": "better",  # near and network, now key
        "u": "better",  # new
        "gone": "worse",
    }
    merged = pd.DataFrame({"class": ["near"], "earlier_class": ["near; key"]})
    assert verdict_changes(merged) == ["worse"]


def test_the_lineage_has_a_row_for_every_pair_and_for_what_has_no_pair():
    found = patch_lineage(follow_patches(BEFORE, NOW, groups=["frogs"]))
    pairs = found[["earlier_patch_id", "patch_id"]].fillna("-").apply(tuple, axis=1)
    assert sorted(pairs) == [
        *[("-", "u"), ("a", "a"), ("b", "p"), ("c", "q"), ("d", "r"), ("d", "s")],
        *[("e", "t"), ("f", "t"), ("g", "-")],
    ]


@st.composite
def squares(draw):
    """Cells of a coarse chequerboard, each a patch of its own, not touching."""
    places = draw(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), unique=True)
    )
    shapes = {
        f"{x}{y}": (
            "key",
            20 * x,
            20 * y,
            20 * x + draw(st.integers(1, 19)),
            20 * y + 15,
        )
        for x, y in places
    }
    return run(**shapes)


@given(squares(), squares())
def test_every_patch_of_both_runs_is_accounted_for(before, now):
    found = compare_patches(before, now)
    assert found["patch_id"].dropna().tolist() == sorted(now["patch_id"])
    told = found["earlier_patch_ids"].dropna().str.split("; ").explode()
    assert set(told) == set(before["patch_id"])
    assert found["change"].isin({"same", "grown", "shrunk", "new", "gone"}).all()


@given(squares())
def test_a_run_compared_with_itself_is_all_the_same(patches):
    found = compare_patches(patches, patches)
    assert (found["change"] == "same").all()
    assert (found["area_ha"] == found["earlier_area_ha"]).all()


def test_groups_are_followed_apart_and_empty_ones_pass():
    before = pd.concat([BEFORE, run("bees", x=("key", 0, 0, 100, 100))])
    now = pd.concat([NOW, run("birds", y=("key", 0, 0, 100, 100))])
    found = follow_patches(before, now, groups=["bees", "frogs", "birds", "bats"])
    assert found["group"].tolist() == ["bees"] + ["frogs"] * 8 + ["birds"]
    assert found["change"].tolist()[0] == "gone"
    assert found["change"].tolist()[-1] == "new"
    assert set(found.geom_type) == {"MultiPolygon"}
    assert found.crs == NOW.crs


def test_without_an_earlier_run_the_columns_are_the_same():
    some = follow_patches(BEFORE, NOW, groups=["frogs"])
    none = follow_patches(BEFORE.iloc[:0], NOW.iloc[:0], groups=["frogs"])
    for empty in (none, no_changes(NOW.crs)):
        assert len(empty) == 0
        assert empty.dtypes.to_dict() == some.dtypes.to_dict()
        assert empty.crs == some.crs


def write_run(folder, patches, status):
    """Files of a run with these patches, one population and one viable network."""
    patches.to_parquet(folder / "now.parquet")
    patches.iloc[:0].to_parquet(folder / "empty.parquet")
    some_populations(patches, status).to_parquet(folder / "populations.parquet")
    networks = patches.iloc[:1][["group", "geometry"]].assign(viable=True)
    networks.to_parquet(folder / "networks.parquet")
    some_groups(patches).to_parquet(folder / "group_summary.parquet")
    some_members(patches).to_parquet(folder / "members.parquet")
    parts = {"polygon_id": some_members(patches)["polygon_id"], "code": "4030"}
    pd.DataFrame(parts).assign(share=1.0).to_parquet(folder / "parts.parquet")
    some_records(patches).to_parquet(folder / "records.parquet")


def some_members(patches):
    """Every patch is one polygon, called as the patch is."""
    rows = {"patch_id": patches["patch_id"], "polygon_id": "m:" + patches["patch_id"]}
    return pd.DataFrame(rows).assign(share=1.0, area_ha=patches.area / 10_000)


def some_records(patches):
    """One find in the first patch."""
    day = pd.Timestamp("2025-05-01")
    row = {"record_id": "r1", "source": "s", "species": "Rana", "date_first": day}
    row |= {"date_last": day, "uncertainty_m": 1.0, "present": True}
    return gpd.GeoDataFrame(
        [row | {"generalised": False}],
        geometry=[patches.geometry.iloc[0].centroid],
        crs=patches.crs,
    )


def some_populations(patches, status):
    row = patches.iloc[:1][["group", "patch_id", "geometry"]]
    row = row.assign(network_id="n", species="Rana", name_nl="kikker", red_list="VU")
    return row.assign(status=status, geometry=row.centroid)


def some_groups(patches):
    measures = dict.fromkeys((*MEASURES, *COUNTS), len(patches))
    del measures["n_viable_networks"]
    return pd.DataFrame([{"group": "frogs", "name_nl": "k", "name_en": "f"} | measures])


TABLES = (
    *("changes", "group_changes", "population_changes", "planned_changes"),
    *("change_polygons", "change_records", "patch_polygons", "population_records"),
)
SPATIAL = ("changes", "population_changes", "planned_changes")
RECORD_RULES = {"reference_date": "2026-01-01", "recent_years": 10}
RECORD_RULES |= {"record_tolerance_m": 5.0, "max_uncertainty_m": 100.0}


def run_script(folder, earlier):
    named = {name: folder / f"{name}.parquet" for name in TABLES}
    compare_runs(
        {
            "verdicts": [folder / "empty.parquet", folder / "now.parquet"],
            "populations": [folder / "populations.parquet"],
            "networks": [folder / "networks.parquet"],
            "group_summary": folder / "group_summary.parquet",
            "members": [folder / "members.parquet"],
            "habitat_parts": folder / "parts.parquet",
            "records": folder / "records.parquet",
            **named,
        },
        groups=["bees", "frogs"],
        sensitive={},
        record_rules=RECORD_RULES,
        earlier_results=earlier,
    )
    return {
        name: (gpd if name in SPATIAL else pd).read_parquet(path)
        for name, path in named.items()
    }


def publish(path, patches, *, crs=31370):
    """Write the GeoPackage of an earlier run."""
    patches.to_crs(crs).to_file(path, layer="patches")
    some_populations(patches, "viable").to_crs(crs).to_file(path, layer="populations")
    networks = pd.DataFrame({"group": ["frogs"] * 2, "viable": True})
    pyogrio.write_dataframe(some_groups(patches), path, layer="group_summary")
    pyogrio.write_dataframe(networks, path, layer="networks")


@pytest.fixture
def paths(tmp_path):
    write_run(tmp_path, NOW, "relict")
    return tmp_path


def test_the_script_reads_an_earlier_geopackage_in_another_reference_system(paths):
    earlier = paths / "earlier.gpkg"
    publish(earlier, BEFORE, crs=28992)
    found = run_script(paths, earlier)
    assert found["changes"]["change"].tolist()[0] == "same"
    assert len(found["changes"]) == 8
    assert np.allclose(found["changes"]["area_ha"].iloc[:2], [1, 1.2])
    assert found["population_changes"]["outcome"].tolist() == ["worse"]
    group = found["group_changes"].iloc[0]
    assert (group["earlier_n_viable_networks"], group["n_viable_networks"]) == (2, 1)
    assert (group["n_worse"], group["n_better"]) == (4, 3)
    assert found["planned_changes"].empty
    assert found["change_polygons"].empty  # the earlier run did not publish its own
    assert found["patch_polygons"]["codes"].tolist() == ["4030"] * len(NOW)
    (record,) = found["population_records"].to_dict("records")
    assert (record["patch_id"], record["date"]) == ("a", "2025-05-01")


def test_borders_that_an_earlier_run_simplified_are_no_change(paths):
    discs = NOW.set_geometry(NOW.centroid.buffer(30), crs=NOW.crs)
    discs.to_parquet(paths / "now.parquet")
    publish(paths / "earlier.gpkg", discs.set_geometry(discs.simplify(10)))
    exact = run_script(paths, paths / "earlier.gpkg")["changes"]
    assert set(exact["change"]) == {"grown"}  # for all it can know
    info = pd.DataFrame({"key": ["patches_simplified_m"], "value": ["10"]})
    pyogrio.write_dataframe(info, paths / "earlier.gpkg", layer="run_info")
    found = run_script(paths, paths / "earlier.gpkg")["changes"]
    assert set(found["change"]) == {"same"}
    assert (found["area_ha"] == found["earlier_area_ha"]).all()


def test_the_script_without_an_earlier_run_writes_no_rows(paths):
    found = {name: len(table) for name, table in run_script(paths, None).items()}
    own = {"patch_polygons": len(NOW), "population_records": 1}  # for the next run
    assert found == dict.fromkeys(TABLES, 0) | own


def test_a_geopackage_that_is_no_earlier_run_is_refused_with_its_layers(paths):
    BEFORE.to_file(paths / "other.gpkg", layer="fields")
    with pytest.raises(ValueError, match=r"no layer patches.* \(it has: fields\)"):
        run_script(paths, paths / "other.gpkg")


def test_an_earlier_layer_without_its_columns_is_refused_with_their_names(paths):
    BEFORE.drop(columns=["class"]).to_file(paths / "cut.gpkg", layer="patches")
    for name in ("networks", "populations", "group_summary"):
        some_populations(BEFORE, "viable").to_file(paths / "cut.gpkg", layer=name)
    with pytest.raises(ValueError, match="has no class"):
        run_script(paths, paths / "cut.gpkg")
