"""Plans as tables: steps that add up, a row for each budget, words in two languages."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from every_plan import apart

from robuust.budget import Plan
from robuust.plan_constraints import Part
from robuust.plan_tables import gap_percent, plan_curve, plan_groups, plan_steps

CANDIDATES = gpd.GeoDataFrame(
    {
        "candidate_id": ["a", "b", "c"],
        "track": "verbreden",
        "cost_eur": [1000.0, 2000.0, 4000.0],
    },
    geometry=apart(3),
    crs="EPSG:31370",
)
GROUPS = pd.DataFrame(
    {"name_nl": ["kikkers", "padden"], "name_en": ["frogs", "toads"]},
    index=["frogs", "toads"],
)
BEST = Plan(
    budget_eur=5000.0,
    name="best",
    chosen=(2, 0),
    gains=(0.2, 0.3),
    method="exchange",
    stopped_by="",
    rises=(0.3, np.nan),
    upper_bound=0.4,
    nesting_price_percent=np.nan,
)
NOTHING = Plan(
    *(500.0, "best", (), (), "greedy", "", (0.0, np.nan), 0.0, np.nan),
)
NESTED = Plan(
    *(5000.0, "nested", (0,), (0.15,), "model", "", (0.15, np.nan), 0.4, 50.0),
)


def test_steps_add_up_costs_and_gains():
    steps = plan_steps(CANDIDATES, [NOTHING, BEST, NESTED])
    assert steps["candidate_id"].tolist() == ["c", "a", "a"]
    assert steps["plan"].tolist() == ["best", "best", "nested"]
    assert steps["step"].tolist() == [1, 2, 1]
    assert steps["cumulative_cost_eur"].tolist() == [4000, 5000, 1000]
    assert steps["cumulative_gain"].tolist() == [0.2, 0.3, 0.15]
    assert steps["gain"].tolist() == [0.3, 0.3, 0.15]
    assert steps["gap_percent"].tolist() == pytest.approx([25, 25, 62.5])


def test_a_plan_without_steps_has_the_columns_of_others():
    empty, full = plan_steps(CANDIDATES, [NOTHING]), plan_steps(CANDIDATES, [BEST])
    assert empty.empty
    assert empty.crs == full.crs
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_the_gap_of_nothing_is_nothing():
    assert gap_percent(NOTHING) == 0
    assert gap_percent(BEST) == pytest.approx(25)


def test_the_curve_has_a_row_for_each_budget_and_plan():
    parts = [Part("West (province)", np.array([True, False, False]), 2500.0)]
    curve = plan_curve(CANDIDATES["cost_eur"], [NOTHING, BEST, NESTED], GROUPS, parts)
    assert curve["n"].tolist() == [0, 2, 1]
    assert curve["cost_eur"].tolist() == [0, 5000, 1000]
    assert curve["nesting_price_percent"].tolist() == pytest.approx(
        [np.nan, np.nan, 50], nan_ok=True
    )
    assert curve["reason_en"].tolist() == [
        "500 euro buy nothing: no candidate fits and brings anything",
        "5,000 euro: 2 candidates for 5,000 euro; ECA +30 % for frogs; for West"
        " (province) 1,000 of at most 2,500 euro; found by exchange, at most 25 %"
        " below the best",
        "5,000 euro: 1 candidate for 1,000 euro; ECA +15 % for frogs; for West"
        " (province) 1,000 of at most 2,500 euro; found by the solver, at most 62.5 %"
        " below the best; keeps the smaller plan, which costs 50 % of the gain",
    ]
    assert curve["reason_nl"][1] == (
        "5.000 euro: 2 kandidaten voor 5.000 euro; ECA +30 % voor kikkers; voor West"
        " (province) 1.000 van hooguit 2.500 euro; gevonden door uitwisselen, hooguit"
        " 25 % onder het beste"
    )


def test_each_group_has_its_rise_and_what_was_asked():
    rows = plan_groups([NOTHING, BEST], ["frogs", "toads"], {0: 0.05})
    assert rows["group"].tolist() == ["frogs", "toads"] * 2
    assert rows["eca_rise"].tolist() == pytest.approx(
        [0, np.nan, 0.3, np.nan], nan_ok=True
    )
    assert rows["minimum_rise"].tolist() == pytest.approx(
        [0.05, np.nan] * 2, nan_ok=True
    )


def test_a_plan_that_was_found_in_a_hurry_says_so():
    hurried = replace(BEST, stopped_by="time")
    curve = plan_curve(CANDIDATES["cost_eur"], [BEST, hurried], GROUPS, [])
    done, cut = curve["reason_nl"]
    assert cut == f"{done}; de tijd om te zoeken was om (plan_time_limit_s)"
    assert "the time to search was up" in curve["reason_en"][1]
