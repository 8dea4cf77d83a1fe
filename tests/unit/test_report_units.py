"""Sums per reporting unit: split by area, counted once."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from robuust.report_units import (
    unit_candidates,
    unit_classes,
    unit_populations,
    unit_priorities,
    unit_species,
    unit_totals,
)
from robuust.track_land import unit_land
from sum_report_units import sum_report_units

UNITS = gpd.GeoDataFrame(
    {
        "unit_id": ["t1", "t2", "p1"],
        "level": ["town", "town", "province"],
        "name": ["West", "East", "All"],
    },
    geometry=[
        shapely.box(0, 0, 100, 100),
        shapely.box(100, 0, 200, 100),
        shapely.box(0, 0, 200, 100),
    ],
    crs=31370,
)
PATCHES = gpd.GeoDataFrame(
    {"group": ["frogs", "frogs", "bees"], "class": ["key", "key", "near"]},
    geometry=[
        shapely.box(50, 0, 150, 100),
        shapely.box(0, 0, 10, 100),
        shapely.box(190, 0, 230, 100),
    ],
    crs=31370,
)
POPULATIONS = gpd.GeoDataFrame(
    [
        ("Hyla", "frogs", "f1", "viable"),
        ("Hyla", "frogs", "f2", "relict"),
        ("Rana", "frogs", "f2", "phantom"),
        ("Rana", "frogs", "f3", "lost"),
        ("Bufo", "frogs", "f4", "lost"),
        ("Bufo", "frogs", "f9", "viable"),
    ],
    columns=["species", "group", "patch_id", "status"],
    geometry=shapely.points(
        [(50, 50), (100, 50), (100, 50), (150, 50), (60, 50), (999, 999)]
    ),
    crs=31370,
)
RESTORATION = gpd.GeoDataFrame(
    {
        "candidate_id": ["c1", "c2", "c3"],
        "kind": "parcel",
        "track": ["verbreden", "uitvoeren", "verbreden"],
        "area_ha": [0.3, 0.1, 0.2],
        "cost_eur": [900.0, 100.0, 400.0],
        "score": [0.2, 0.3, 0.1],
        "rank": [2, 1, 3],
    },
    geometry=[
        shapely.box(90, 0, 120, 100),
        shapely.box(0, 0, 10, 100),
        shapely.box(120, 0, 140, 100),
    ],
    crs=31370,
)


def test_a_patch_across_a_border_is_split_by_area():
    found = unit_classes(UNITS, PATCHES).set_index(["unit_id", "group", "class"])
    assert found["area_ha"].to_dict() == pytest.approx(
        {
            ("p1", "bees", "near"): 0.1,
            ("p1", "frogs", "key"): 1.1,
            ("t1", "frogs", "key"): 0.6,
            ("t2", "bees", "near"): 0.1,
            ("t2", "frogs", "key"): 0.5,
        }
    )


@st.composite
def towns_and_patches(draw):
    """Towns that tile 100 by 100 m without overlap, and patches anywhere."""
    cuts = draw(st.lists(st.integers(1, 99), unique=True, max_size=5))
    edges = [0, *sorted(cuts), 100]
    towns = [shapely.box(a, 0, b, 100) for a, b in pairwise(edges)]
    corners = draw(
        st.lists(st.tuples(st.integers(-20, 110), st.integers(-20, 110)), max_size=8)
    )
    return towns, [shapely.box(x, y, x + 17, y + 23) for x, y in corners]


@given(towns_and_patches())
def test_units_of_a_level_add_up_to_the_clipped_area_of_all_patches(land):
    towns, shapes = land
    ids = [f"t{k}" for k in range(len(towns))]
    units = gpd.GeoDataFrame(
        {"unit_id": ids, "level": "town", "name": ids}, geometry=towns, crs=31370
    )
    rows = {"group": ["frogs"] * len(shapes), "class": ["key"] * len(shapes)}
    patches = gpd.GeoDataFrame(rows, geometry=shapes, crs=31370)
    total_ha = unit_classes(units, patches)["area_ha"].sum()
    clipped = shapely.intersection(
        shapely.box(0, 0, 100, 100), np.array(shapes, object)
    )
    assert total_ha == pytest.approx(shapely.area(clipped).sum() / 1e4)


def test_a_population_counts_once_per_level_also_on_a_border():
    counted = unit_populations(UNITS, POPULATIONS)
    per_level = counted.groupby("level").size()
    assert per_level.to_dict() == {"province": 5, "town": 5}
    on_border = counted[(counted["patch_id"] == "f2") & (counted["level"] == "town")]
    assert set(on_border["unit_id"]) == {"t1"}


def test_species_per_status_by_hand():
    found = unit_species(unit_populations(UNITS, POPULATIONS))
    west = found[found["unit_id"] == "t1"]
    rows = west[["species", "status", "n_patches"]].to_numpy().tolist()
    assert rows == [
        ["Bufo", "lost", 1],
        ["Hyla", "relict", 1],
        ["Hyla", "viable", 1],
        ["Rana", "phantom", 1],
    ]


def priorities(units, restoration):
    """Sums per unit and track of candidates."""
    land = unit_land(units, restoration)
    return unit_priorities(land, unit_candidates(units, restoration))


def test_priorities_are_split_by_area_and_named_where_most_of_them_lies():
    found = priorities(UNITS, RESTORATION)
    rows = found.set_index(["unit_id", "track"])
    west, east = rows.loc[("t1", "verbreden")], rows.loc[("t2", "verbreden")]
    # c1 lies for a third in West and for two thirds in East, which names it.
    assert (west["n_candidates"], west["top_candidates"]) == (1, "")
    assert (east["n_candidates"], east["top_candidates"]) == (2, "c1; c3")
    assert [west["area_ha"], east["area_ha"]] == pytest.approx([0.1, 0.4])
    assert [west["cost_eur"], east["cost_eur"]] == pytest.approx([300, 1000])
    towns = found[found["level"] == "town"]
    assert towns["cost_eur"].sum() == pytest.approx(RESTORATION["cost_eur"].sum())
    province = rows.loc[("p1", "verbreden")]
    assert province["area_ha"] == pytest.approx(west["area_ha"] + east["area_ha"])


def test_alternatives_for_the_same_land_count_once_per_track():
    twice = RESTORATION.iloc[[0, 0]].assign(
        candidate_id=["a", "b"], rank=[1, 2], track=["uitvoeren", "verbreden"]
    )
    found = priorities(UNITS[UNITS["level"] == "province"], twice)
    assert found[["track", "n_candidates"]].to_numpy().tolist() == [["uitvoeren", 1]]
    assert found["area_ha"].tolist() == pytest.approx([0.3])
    assert found["cost_eur"].tolist() == pytest.approx([900])


def test_totals_per_unit_by_hand():
    robust = [shapely.box(80, 0, 130, 100), shapely.box(150, 0, 160, 100)]
    counted = unit_populations(UNITS, POPULATIONS)
    candidates = unit_candidates(UNITS, RESTORATION)
    totals = unit_totals(UNITS, robust, counted, candidates)
    assert totals["unit_id"].tolist() == ["p1", "t1", "t2"]
    assert totals["area_ha"].tolist() == [2, 1, 1]
    assert totals["robust_ha"].tolist() == pytest.approx([0.6, 0.2, 0.4])
    assert totals["n_robust_areas"].tolist() == [2, 1, 2]
    assert totals["n_species"].tolist() == [2, 2, 0]
    assert totals["n_relicts"].tolist() == [1, 1, 0]
    assert totals["n_phantoms"].tolist() == [1, 1, 0]
    assert totals["n_lost"].tolist() == [2, 1, 1]
    assert totals["top_candidates"].tolist() == ["c2; c1; c3", "c2", "c1; c3"]
    assert set(totals.geom_type) == {"MultiPolygon"}


def test_with_nothing_to_report_every_unit_still_has_its_row():
    counted = unit_populations(UNITS, POPULATIONS.iloc[:0])
    candidates = unit_candidates(UNITS, RESTORATION.iloc[:0])
    totals = unit_totals(UNITS, [], counted, candidates)
    assert totals["robust_ha"].tolist() == [0, 0, 0]
    assert totals["top_candidates"].tolist() == ["", "", ""]
    assert len(unit_classes(UNITS, PATCHES.iloc[:0])) == 0
    some = unit_species(unit_populations(UNITS, POPULATIONS))
    assert list(unit_species(counted).columns) == list(some.columns)
    some = priorities(UNITS, RESTORATION)
    assert list(priorities(UNITS, RESTORATION.iloc[:0]).columns) == list(some.columns)


def test_the_order_of_rows_changes_nothing():
    for make, rows in ((unit_populations, POPULATIONS), (unit_candidates, RESTORATION)):
        one, other = make(UNITS, rows), make(UNITS.iloc[::-1], rows.iloc[::-1])
        pd.testing.assert_frame_equal(
            one.reset_index(drop=True), other.reset_index(drop=True)
        )


# --- From files to files --------------------------------------------------------------

OUTPUTS = (
    *("report_units", "unit_classes", "unit_species", "unit_priorities"),
    *("unit_measures", "unit_programmes", "unit_targets", "unit_progress"),
    "history",
)
GROUPS = pd.DataFrame(
    {
        "weight": [1.0, 1.0],
        "name_nl": ["Kikkers", "Bijen"],
        "name_en": ["Frogs", "Bees"],
    },
    index=["frogs", "bees"],
)
RULES = {"red_list_categories": ["CR"], "annexes": ["IV"], "species": []}
RULES |= {"red_lists": ["flanders"], "reference_date": "2026-01-01"}


def written(folder):
    """Write the input of the script; a path per input and output."""
    halves = {
        "verdicts": PATCHES,
        "populations": POPULATIONS.assign(red_list="CR"),
        "gains": pd.DataFrame(
            {"candidate_id": ["c1", "c2"], "group": "frogs", "gain": [0.2, 0.3]}
        ),
        "candidate_links": pd.DataFrame(
            {"group": ["frogs"], "candidate_id": ["c2"], "other_id": ["f2"]}
        ).assign(kind="patch", within_dispersal=True),
    }
    paths = {name: [] for name in halves}
    for name, rows in halves.items():
        for part, half in enumerate((rows.iloc[:0], rows)):
            path = folder / f"{name}_{part}.parquet"
            half.to_parquet(path)
            paths[name].append(path)
    restoration = RESTORATION.assign(
        plan=pd.array([None] * 3, dtype="str"),
        plan_year=pd.array([None] * 3, dtype="Int64"),
        nature_area="Vloeiweide",
        manager="ANB",
        code="4010",
    )
    whole = {
        "units": UNITS,
        "restoration": restoration,
        "robust_areas": PATCHES.iloc[:1],
        "candidates": RESTORATION[["candidate_id"]].assign(crossing=None),
    }
    whole["group_summary"] = pd.DataFrame(
        {"group": ["frogs"], "area_ha": 2.5, "robust_ha": 1.0, "eca_ha": 1.5}
    )
    for name, rows in whole.items():
        paths[name] = folder / f"{name}.parquet"
        rows.to_parquet(paths[name])
    paths["networks"] = [folder / "networks.parquet"]
    pd.DataFrame({"group": ["frogs", "frogs"], "viable": [True, False]}).to_parquet(
        paths["networks"][0]
    )
    texts = {
        "species": "species,name_nl,group,annexes,responsible,verified\n"
        "Hyla,Boomkikker,frogs,IV,,no\n",
        "red_lists": "species,red_list,year,category\nHyla,flanders,2012,CR\n",
        "habitat_types": "code,name_nl,name_en\n4010,Natte heide,Wet heath\n",
    }
    for name, text in texts.items():
        paths[name] = folder / f"{name}.csv"
        paths[name].write_text(text, encoding="utf-8")
    return paths | {name: folder / f"{name}.parquet" for name in OUTPUTS}


def run(folder, earlier_results=None, levels=("province",)):
    """Run the script; its tables by name."""
    paths = written(folder)
    sum_report_units(
        paths,
        groups=GROUPS,
        bundles={"frogs": "pools"},
        target_rules=RULES,
        levels=levels,
        sensitive={},
        earlier_results=earlier_results,
    )
    return {name: pd.read_parquet(paths[name]) for name in OUTPUTS}


def test_the_script_writes_every_table(tmp_path):
    found = run(tmp_path)
    assert found["report_units"]["robust_ha"].tolist() == [1, 0.5, 0.5]
    assert {name: len(rows) for name, rows in found.items()} == {
        "report_units": 3,
        "unit_classes": 5,
        "unit_species": 10,
        "unit_priorities": 5,
        "unit_measures": 5,
        "unit_programmes": 4,  # Hyla and Rana, in West and in the province
        "unit_targets": 1,  # of the province only
        "unit_progress": 7,
        "history": 6,  # two groups and all, in the whole area and the province
    }
    (target,) = found["unit_targets"].to_dict("records")
    assert (target["status"], target["responsible"]) == ("viable", "province")
    assert target["target_because"] == "CR; IV"
    assert (target["verbreden_ha"], target["uitvoeren_ha"]) == pytest.approx((0.3, 0.1))


def test_units_of_a_level_without_a_sheet_have_no_targets(tmp_path):
    found = run(tmp_path, levels=("area",))
    assert found["unit_targets"].empty
    assert found["unit_progress"].empty
    assert len(found["report_units"]) == 3


def earlier_run(folder, *layers):
    """A GeoPackage of an earlier run: less robust land, and the tree frog a relict."""
    path = folder / "earlier.gpkg"
    made = {
        "report_units": UNITS.assign(robust_ha=0.2),
        "unit_species": pd.DataFrame(
            {"level": ["province"], "name": ["All"], "species": ["Hyla"]}
        ).assign(status="relict"),
        "unit_priorities": pd.DataFrame(
            {"level": ["province"], "name": ["All"], "track": ["uitvoeren"]}
        ).assign(area_ha=7.0),
        "unit_measures": pd.DataFrame({"unit_id": ["p1"]}),
    }
    for name in layers:
        pyogrio.write_dataframe(made[name], path, layer=name)
    return path


def test_the_sheet_of_an_earlier_run_is_the_measure_of_progress(tmp_path):
    path = earlier_run(
        tmp_path, *("report_units", "unit_species", "unit_priorities", "unit_measures")
    )
    found = run(tmp_path, path)
    target = found["unit_targets"].iloc[0]
    assert (target["earlier_status"], target["change"]) == ("relict", "better")
    progress = found["unit_progress"].set_index("measure")["difference"]
    assert progress["robust_ha"] == pytest.approx(0.8)
    assert (progress["n_viable"], progress["n_at_risk"]) == (1, -1)
    assert progress["uitvoeren_ha"] == pytest.approx(0.1 - 7)


def test_hectares_of_a_run_that_counted_land_twice_are_not_compared(tmp_path):
    path = earlier_run(tmp_path, "report_units", "unit_species", "unit_priorities")
    progress = run(tmp_path, path)["unit_progress"].set_index("measure")
    assert pd.isna(progress.loc["uitvoeren_ha", "earlier"])
    assert progress.loc["robust_ha", "earlier"] == pytest.approx(0.2)


def test_an_earlier_file_without_units_is_refused_in_words(tmp_path):
    path = earlier_run(tmp_path, "report_units")
    with pytest.raises(ValueError, match="has no unit_species; give the"):
        run(tmp_path, path)
