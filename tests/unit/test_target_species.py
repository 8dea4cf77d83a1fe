"""Target species of a province: chosen by list, judged by their best population."""

import pandas as pd
import pytest

from robuust.target_species import (
    LADDER,
    TARGET_COLUMNS,
    best_status,
    follow_targets,
    target_species,
    unit_targets,
)
from robuust.unit_progress import (
    MEASURES,
    PROGRESS_COLUMNS,
    unit_figures,
    unit_progress,
)

SPECIES = pd.DataFrame(
    [
        ("Hyla arborea", "frogs", "IV", "state", "yes"),
        ("Rana arvalis", "frogs", "II;IV", None, "partial"),
        ("Andrena hattorfiana", "bees", None, None, "no"),
        ("Bufo bufo", "frogs", None, "province", "no"),
        ("Lacerta agilis", None, "IV", None, "no"),
    ],
    columns=["species", "group", "annexes", "responsible", "verified"],
).assign(name_nl="naam")
CATEGORIES = pd.DataFrame(
    [("Hyla arborea", "CR"), ("Andrena hattorfiana", "VU"), ("Bufo bufo", "LC")],
    columns=["species", "red_list"],
).assign(red_list_source="flanders 2012")
RULES = {"red_list": ["CR", "EN"], "annexes": ["IV"], "listed": []}
UNITS = pd.DataFrame(
    {"unit_id": ["p", "q"], "level": "province", "name": ["Peel", "Quiet"]}
)
COUNTED = pd.DataFrame(
    [
        ("p", "Hyla arborea", "frogs", "f1", "lost"),
        ("p", "Hyla arborea", "frogs", "f2", "relict"),
        ("p", "Hyla arborea", "frogs", "f3", "phantom"),
        ("p", "Hyla arborea", "frogs", "f4", "lost"),
        ("p", "Rana arvalis", "frogs", "f1", "unreachable"),
        ("q", "Rana arvalis", "frogs", "f9", "viable"),
    ],
    columns=["unit_id", "species", "group", "patch_id", "status"],
).merge(UNITS, on="unit_id")
LAND = pd.DataFrame(
    [
        ("p", "a", "meekoppelen", 2.0),
        ("p", "b", "meekoppelen", 1.0),
        ("p", "c", "uitvoeren", 4.0),
        ("q", "d", "verbreden", 8.0),
    ],
    columns=["unit_id", "candidate_id", "track", "area_ha"],
).merge(UNITS, on="unit_id")
GAINS = pd.DataFrame(
    [("a", "frogs", 0.1), ("b", "bees", 0.1), ("c", "frogs", 0.2), ("d", "frogs", 0.0)],
    columns=["candidate_id", "group", "gain"],
)


def targets(**rules):
    return target_species(SPECIES, CATEGORIES, **(RULES | rules))


def states(counted=COUNTED, land=LAND):
    return unit_targets(
        UNITS,
        targets(),
        counted,
        land,
        GAINS,
        bundles={"frogs": "pools", "bees": "dry_heath"},
        groups=["frogs", "bees"],
    )


# --- Who is a target ------------------------------------------------------------------


def test_a_species_is_a_target_by_its_list_its_annex_or_by_name():
    found = targets().set_index("species")["target_because"]
    assert found.to_dict() == {
        "Hyla arborea": "CR; IV",
        "Lacerta agilis": "IV",
        "Rana arvalis": "IV",
    }
    wider = targets(red_list=["CR", "EN", "VU"], annexes=[], listed=["Bufo bufo"])
    assert wider.set_index("species")["target_because"].to_dict() == {
        "Andrena hattorfiana": "VU",
        "Bufo bufo": "listed",
        "Hyla arborea": "CR",
    }


def test_the_province_answers_for_a_species_that_the_table_does_not_give_the_state():
    found = targets().set_index("species")["responsible"]
    assert found["Hyla arborea"] == "state"
    assert found["Rana arvalis"] == "province"


def test_annex_v_is_not_annex_iv():
    rows = SPECIES.assign(annexes="V")
    assert target_species(rows, CATEGORIES.iloc[:0], **RULES).empty


# --- How they fare --------------------------------------------------------------------


def test_the_best_population_tells_the_state_and_all_are_counted():
    found = states().set_index(["unit_id", "species"])
    hyla = found.loc[("p", "Hyla arborea")]
    assert hyla["status"] == "relict"
    counts = hyla[["n_viable", "n_relict", "n_phantom", "n_lost"]].tolist()
    assert counts == [0, 1, 1, 2]
    assert found.loc[("q", "Rana arvalis"), "status"] == "viable"
    assert found.loc[("q", "Hyla arborea"), "status"] == "no_habitat"
    assert found.loc[("p", "Lacerta agilis"), "status"] == "not_judged"
    assert len(found) == 2 * 3  # every target in every unit


def test_chances_are_the_hectares_that_the_group_gains_by():
    found = states().set_index(["unit_id", "species"])
    tracks = ["meekoppelen_ha", "verbreden_ha", "uitvoeren_ha"]
    assert found.loc[("p", "Hyla arborea"), tracks].tolist() == [2, 0, 4]
    assert found.loc[("q", "Rana arvalis"), tracks].tolist() == [0, 0, 0]  # no gain
    assert found.loc[("p", "Hyla arborea"), "bundle"] == "pools"


def test_without_populations_or_candidates_every_target_still_has_its_row():
    found = states(COUNTED.iloc[:0], LAND.iloc[:0])
    assert len(found) == 6
    assert set(found["status"]) == {"no_habitat", "not_judged"}
    assert (found["meekoppelen_ha"] == 0).all()


def test_the_order_of_populations_changes_nothing():
    pd.testing.assert_frame_equal(states(), states(COUNTED.iloc[::-1], LAND.iloc[::-1]))


@pytest.mark.parametrize("worst", range(1, len(LADDER)))
def test_of_two_populations_the_one_higher_on_the_ladder_counts(worst):
    rows = pd.DataFrame(
        {"species": "A a", "status": [LADDER[worst], LADDER[worst - 1]]}
    )
    assert best_status(rows, ["species"])["status"].tolist() == [LADDER[worst - 1]]


# --- Since an earlier run -------------------------------------------------------------


def earlier(*rows):
    columns = ["name", "species", "status"]
    return pd.DataFrame(rows, columns=columns).assign(level="province")


def test_a_species_goes_up_or_down_the_ladder_or_stays():
    before = earlier(
        ("Peel", "Hyla arborea", "phantom"),
        ("Peel", "Hyla arborea", "lost"),
        ("Peel", "Rana arvalis", "viable"),
        ("Quiet", "Rana arvalis", "viable"),
        ("Peel", "Lacerta agilis", "viable"),  # not judged now
    )
    found = follow_targets(states(), before).set_index(["unit_id", "species"])
    assert list(found.reset_index()[TARGET_COLUMNS].columns) == TARGET_COLUMNS
    told = found[["earlier_status", "change"]]
    assert told.loc[("p", "Hyla arborea")].tolist() == ["phantom", "better"]
    assert told.loc[("p", "Rana arvalis")].tolist() == ["viable", "worse"]
    assert told.loc[("q", "Rana arvalis")].tolist() == ["viable", "same"]
    assert told.loc[("q", "Hyla arborea")].isna().all()
    assert told.loc[("p", "Lacerta agilis")].isna().all()


def test_without_an_earlier_run_there_is_no_change():
    found = follow_targets(states(), None)
    assert list(found.columns) == TARGET_COLUMNS
    assert found[["earlier_status", "change"]].isna().all(axis=None)


TOTALS = pd.DataFrame(
    {"level": "province", "name": ["Peel", "Quiet"], "robust_ha": [30.0, 10.0]}
)
PRIORITIES = LAND.groupby(["level", "name", "track"], as_index=False)["area_ha"].sum()


def test_progress_is_told_in_hectares_and_in_target_species():
    now = unit_figures(TOTALS, states(), PRIORITIES)
    assert now.loc[("province", "Peel")].tolist() == [30, 0, 1, 0, 3, 0, 4]
    before = unit_figures(
        TOTALS.assign(robust_ha=25.0).iloc[:1],
        earlier(("Peel", "Hyla arborea", "lost"), ("Peel", "Rana arvalis", "viable")),
        None,
    )
    found = unit_progress(UNITS, now, before)
    assert list(found.columns) == PROGRESS_COLUMNS
    peel = found[found["unit_id"] == "p"].set_index("measure")
    assert list(peel.index) == list(MEASURES)
    assert peel.loc["robust_ha", ["earlier", "now", "difference"]].tolist() == [
        *(25, 30, 5)
    ]
    assert peel.loc["n_viable", "difference"] == -1
    assert peel.loc["n_at_risk", "difference"] == 1
    assert peel.loc["n_away", "difference"] == -1
    assert pd.isna(peel.loc["uitvoeren_ha", "earlier"])  # counted twice then
    quiet = found[found["unit_id"] == "q"]
    assert quiet["earlier"].isna().all()  # no such province then
    assert quiet["now"].notna().all()


def test_without_an_earlier_run_progress_tells_only_what_is():
    found = unit_progress(UNITS, unit_figures(TOTALS, states(), PRIORITIES), None)
    assert found[["earlier", "difference"]].isna().all(axis=None)
    assert len(found) == 2 * len(MEASURES)
