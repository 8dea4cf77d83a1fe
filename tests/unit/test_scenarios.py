"""Settings of scenarios: what they may say, and what becomes of them."""

import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from robuust.connections import check_connections
from robuust.scenarios import changes_sources, scenario_settings
from robuust.settings import validate_settings
from robuust.settings_references import validate_settings_references

HOME = Path(__file__).parents[2]
CODES = {"habitat_types": pd.DataFrame({"code": ["4030", "gh"]})}


def read(path):
    return yaml.safe_load((HOME / path).read_text(encoding="utf-8"))


def settings(*changes, **scenario):
    """Settings with one scenario `housing` of these changes."""
    titles = {"title_nl": "wijk", "title_en": "houses"}
    changes = [{"name": "plan", "path": "plan.gpkg", "code": "gh"} | c for c in changes]
    whole = read("config/config.yaml")
    whole["sources"]["habitat"] = [{"name": "map", "path": "map.gpkg", "code": "4030"}]
    whole["scenarios"] = {"housing": titles | {"changes": changes} | scenario}
    return whole


def words(config):
    """Every problem of the settings as one line."""
    problems = validate_settings(config, read("workflow/schemas/config.schema.yaml"))
    problems += validate_settings_references(config, CODES, file="settings")
    problems += check_connections(config, file="settings")
    return [str(problem) for problem in problems]


def test_a_scenario_with_titles_and_changes_is_all_right():
    assert words(settings({})) == []


def test_the_scenario_of_the_demo_is_allowed():
    demo = settings({}) | read("config/demo_scenario.yaml")
    assert [problem for problem in words(demo) if "scenarios" in problem] == []


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (settings(), "scenarios.housing.changes: found"),
        (settings({}, title_en=None), "scenarios.housing.title_en: found nothing"),
        (
            settings({"until": 3}),
            "scenarios.housing.changes[plan]: unknown key 'until'",
        ),
        (
            settings({"code": "4031"}),
            "changes[plan].code: found the habitat code '4031'",
        ),
        (settings({}, {}), "another source is named 'plan' too"),
        (settings({"name": "map"}), "another source is named 'map' too"),
        (settings({"path": "postgresql://me:secret@host/db"}), "gives a password"),
    ],
)
def test_what_is_wrong_with_a_scenario_is_told_where_it_stands(config, told):
    (problem,) = words(config)
    assert "scenarios.housing" in problem
    assert told in problem


def test_a_scenario_name_that_makes_no_folder_is_refused():
    config = settings({})
    config["scenarios"]["New Houses"] = config["scenarios"].pop("housing")
    assert any("written like housing" in problem for problem in words(config))


def test_a_layer_without_a_code_is_refused():
    config = settings({})
    del config["scenarios"]["housing"]["changes"][0]["code"]
    (problem,) = words(config)
    assert "needs code_column" in problem


def test_the_settings_of_a_scenario_leave_those_of_the_run_alone():
    config = settings({})
    before = yaml.safe_dump(config)
    made = scenario_settings(config, "housing", today="results/my_area")
    made["sources"]["habitat"].clear()
    made["scenarios"]["housing"]["changes"].clear()
    assert yaml.safe_dump(config) == before
    assert made["area"] == "my_area_housing"
    assert made["restoration"]["minimum_rise"] == {}
    assert made["title_nl"] == "Mijn gebied: wijk"
    assert made["earlier_results"] == "results/my_area/robuust.gpkg"


@pytest.mark.parametrize("shape", [None, [], {"a": None}, {"a": {"changes": "x"}}])
def test_scenarios_of_the_wrong_shape_name_no_sources(shape):
    assert changes_sources({"scenarios": shape}) == []


def test_make_clean_removes_what_the_demo_and_its_scenario_made():
    makefile = (HOME / "Makefile").read_text(encoding="utf-8")
    (areas,) = re.findall("^DEMO_AREAS := (.*)$", makefile, flags=re.MULTILINE)
    scenarios = read("config/demo_scenario.yaml")["scenarios"]
    assert areas.split() == ["demo", *(f"demo_{name}" for name in scenarios)]
