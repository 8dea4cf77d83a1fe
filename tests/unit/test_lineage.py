"""Lasting ids: they go with the ground from run to run, on small land by hand."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.changes import follow_patches
from robuust.lineage import ended_ids, lasting_ids, with_lineage


def run(**patches):
    """Patches of frogs as name = (west, east): strips of 100 m, all as broad."""
    return gpd.GeoDataFrame(
        {"group": "frogs", "patch_id": list(patches), "class": "key"},
        geometry=[shapely.box(a, 0, b, 100) for a, b in patches.values()],
        crs=31370,
    )


def chain(*runs):
    """Lasting id of every patch by its name, run after run."""
    earlier, told = runs[0].assign(lineage_id=runs[0]["patch_id"]), []
    for now in runs[1:]:
        changes = follow_patches(earlier, now, groups=["frogs"])
        earlier = with_lineage(now, changes)
        told.append(dict(zip(earlier["patch_id"], earlier["lineage_id"], strict=True)))
    return told


@pytest.mark.parametrize(
    ("before", "now", "ids"),
    [
        ({"a": (0, 100)}, {"a": (0, 100)}, {"a": "a"}),  # same
        ({"a": (0, 100)}, {"p": (0, 130)}, {"p": "a"}),  # grown
        ({"a": (0, 100)}, {"p": (0, 70)}, {"p": "a"}),  # shrunk
        (
            {"a": (0, 100)},
            {"p": (0, 40), "q": (50, 100)},
            {"p": "p", "q": "a"},
        ),  # split
        ({"a": (0, 40), "b": (50, 100)}, {"p": (0, 100)}, {"p": "b"}),  # merged
        ({"a": (0, 100)}, {"p": (500, 600)}, {"p": "p"}),  # new, and a is gone
        # Both heirs have as much ground, both parts bring as much: the first by id.
        ({"a": (0, 100)}, {"q": (0, 40), "p": (60, 100)}, {"q": "q", "p": "a"}),
        ({"b": (0, 40), "a": (60, 100)}, {"p": (0, 100)}, {"p": "a"}),
        # b goes on in p, so a goes on in the smaller of its heirs.
        (
            {"a": (0, 100), "b": (110, 250)},
            {"p": (40, 250), "q": (0, 30)},
            {"p": "b", "q": "a"},
        ),
    ],
)
def test_an_id_goes_with_most_of_the_ground(before, now, ids):
    assert chain(run(**before), run(**now)) == [ids]


def test_an_id_lasts_over_three_runs_though_the_outline_changes_each_time():
    runs = run(a=(0, 100)), run(b=(0, 120)), run(c=(0, 90), d=(100, 120))
    assert chain(*runs) == [{"b": "a"}, {"c": "a", "d": "d"}]


def test_an_outline_that_comes_back_does_not_bear_the_id_of_another_patch():
    runs = run(a=(0, 40)), run(b=(0, 200)), run(a=(0, 40), c=(50, 200))
    assert chain(*runs) == [{"b": "a"}, {"a": "a-2", "c": "a"}]


def test_a_merged_patch_tells_which_ids_end():
    before = run(a=(0, 40), b=(50, 100), c=(110, 130))
    before["lineage_id"] = ["x", "y", "z"]
    changes = follow_patches(before, run(p=(0, 130)), groups=["frogs"])
    assert changes[["lineage_id", "ended_ids"]].values.tolist() == [["y", "x; z"]]


def test_a_patch_that_is_gone_tells_which_id_ends():
    before = run(a=(0, 40)).assign(lineage_id="x")
    changes = follow_patches(before, run(p=(500, 600)), groups=["frogs"])
    assert changes["lineage_id"].tolist() == ["p", "x"]
    assert changes["ended_ids"].isna().all()


def test_ends_are_told_at_every_patch_that_took_some_of_the_ground():
    pairs = pd.DataFrame({"earlier": [0, 0, 1], "patch": [0, 1, 0]})
    assert ended_ids(pairs, ["x", "y"], ["x", "q"]).to_dict() == {0: "y"}


@st.composite
def strips(draw):
    """Strips along a line with gaps between them."""
    ends = sorted(draw(st.sets(st.integers(0, 40), min_size=2, max_size=12)))
    pairs = zip(ends[::2], ends[1::2], strict=False)
    return run(**{f"s{a}_{b}": (10 * a, 10 * b) for a, b in pairs})


@given(st.lists(strips(), min_size=2, max_size=4))
def test_no_two_patches_of_a_run_bear_one_id_and_no_ended_id_is_alive(runs):
    earlier = runs[0].assign(lineage_id=runs[0]["patch_id"])
    for now in runs[1:]:
        changes = follow_patches(earlier, now, groups=["frogs"])
        alive = changes.dropna(subset=["patch_id"])["lineage_id"]
        assert alive.is_unique
        ended = changes["ended_ids"].dropna().str.split("; ").explode()
        assert set(ended) <= set(earlier["lineage_id"]) - set(alive)
        same = changes[changes["change"] == "same"]
        assert same["lineage_id"].isin(earlier["lineage_id"]).all()
        earlier = with_lineage(now, changes)


@given(st.lists(strips(), min_size=2, max_size=2))
def test_the_order_of_rows_changes_no_id(runs):
    before, now = runs
    assert chain(before, now) == [
        dict(
            sorted(chain(before.iloc[::-1], now.iloc[::-1])[0].items(), key=place(now))
        )
    ]


def place(patches):
    order = patches["patch_id"].tolist()
    return lambda item: order.index(item[0])


def test_without_pairs_every_patch_begins():
    pairs = pd.DataFrame({"earlier": [], "patch": [], "shared_m2": []}, dtype="int64")
    assert lasting_ids(pairs, [], ["p", "q"]).tolist() == ["p", "q"]
