"""What every job asks for, as the workflow gives it to one machine or a cluster."""

import re
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
COSTS = pd.read_csv(ROOT / "config" / "job_costs.csv").set_index("rule")
JOB = re.compile(
    r"^(?:rule|checkpoint) (\w+):\n(?:    .*\n)*?    resources: (.*)", re.MULTILINE
)


@pytest.fixture(scope="module")
def requests(demo_run, run_pipeline):
    """Per job of the finished demo its rule and what it would ask for."""
    options = ("--dry-run", "--forceall", "--quiet", "host")
    run = run_pipeline(demo_run.folder, ROOT / "config" / "demo.yaml", *options)
    assert run.code == 0, run.screen[-3000:]
    return [
        (rule, dict(part.split("=", 1) for part in words.split(", ")))
        for rule, words in JOB.findall(run.screen)
        if rule != "all"
    ]


def test_every_rule_of_the_workflow_has_a_row_of_costs():
    text = "\n".join(
        path.read_text("utf-8")
        for path in sorted((ROOT / "workflow" / "rules").glob("*.smk"))
    )
    named = re.findall(r"^rule (\w+):|^checkpoint (\w+):", text, re.MULTILINE)
    derived = re.findall(r"^use rule \w+ as (\w+)", text, re.MULTILINE)
    rules = {name for names in named for name in names if name} | set(derived)
    assert rules - set(COSTS.index) == set()


def test_every_job_asks_for_memory_and_time(requests):
    assert len(requests) > 60
    for rule, asked in requests:
        assert int(asked["mem_mb"]) > COSTS.loc[rule, "mb_base"], rule
        assert int(asked["runtime"]) >= 10, rule


def test_jobs_of_a_larger_group_ask_for_more(requests):
    grown = COSTS.index[(COSTS["mb_per_unit"] > 0) & (COSTS["driver"] == "patches")]
    asked = {
        rule: {int(words["mem_mb"]) for name, words in requests if name == rule}
        for rule in grown.intersection(COSTS.index[COSTS["per"] == "group"])
    }
    assert asked
    for rule, values in asked.items():
        assert len(values) > 1, rule


def test_what_the_command_line_says_of_a_rule_goes_before(demo_run, run_pipeline):
    run = run_pipeline(
        demo_run.folder,
        ROOT / "config" / "demo.yaml",
        *("--dry-run", "--forceall", "--quiet", "host"),
        *("--set-resources", "plan_budget:mem_mb=12345"),
    )
    asked = dict(JOB.findall(run.screen))
    assert "mem_mb=12345" in asked["plan_budget"]
    assert "mem_mb=12345" not in asked["rank_restoration"]
