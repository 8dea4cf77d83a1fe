"""Patches followed from one run to the next."""

import geopandas as gpd
import numpy as np
import pandas as pd
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
)


def run(group="frogs", **patches):
    """Patches as name = (class, west, south, east, north)."""
    return gpd.GeoDataFrame(
        {
            "group": group,
            "patch_id": list(patches),
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


@pytest.fixture
def paths(tmp_path):
    NOW.to_parquet(tmp_path / "now.parquet")
    NOW.iloc[:0].to_parquet(tmp_path / "empty.parquet")
    return tmp_path


def test_the_script_reads_an_earlier_geopackage_in_another_reference_system(paths):
    BEFORE.to_crs(28992).to_file(paths / "earlier.gpkg", layer="patches")
    compare_runs(
        [paths / "empty.parquet", paths / "now.parquet"],
        paths / "changes.parquet",
        groups=["bees", "frogs"],
        earlier_results=paths / "earlier.gpkg",
    )
    found = gpd.read_parquet(paths / "changes.parquet")
    assert found["change"].tolist()[0] == "same"
    assert len(found) == 8
    assert np.allclose(found["area_ha"].iloc[:2], [1, 1.2])


def test_the_script_without_an_earlier_run_writes_no_rows(paths):
    compare_runs(
        [paths / "now.parquet"],
        paths / "changes.parquet",
        groups=["frogs"],
        earlier_results=None,
    )
    assert len(gpd.read_parquet(paths / "changes.parquet")) == 0


def test_a_geopackage_that_is_no_earlier_run_is_refused_with_its_layers(paths):
    BEFORE.to_file(paths / "other.gpkg", layer="fields")
    with pytest.raises(ValueError, match=r"no layer patches \(it has: fields\)"):
        compare_runs(
            [paths / "now.parquet"],
            paths / "changes.parquet",
            groups=["frogs"],
            earlier_results=paths / "other.gpkg",
        )


def test_an_earlier_layer_without_its_columns_is_refused_with_their_names(paths):
    BEFORE.drop(columns=["class"]).to_file(paths / "cut.gpkg", layer="patches")
    with pytest.raises(ValueError, match="has no class"):
        compare_runs(
            [paths / "now.parquet"],
            paths / "changes.parquet",
            groups=["frogs"],
            earlier_results=paths / "cut.gpkg",
        )
