"""`make plan`: what a run will need, before it and beside what it took."""

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[2]
STEP = re.compile(r"^(\w+) +(\d+) +([\d.]+ (?:s|min)) +(\d+)(?: +([\d.]+ s) +(\d+))?  ")


def estimate(folder, *options):
    """The command of a user who stands in the folder: exit code, screen, errors."""
    script = ROOT / "scripts" / "estimate_run.py"
    return subprocess.run(
        [sys.executable, script, *options],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def steps(page):
    """Step to jobs, time, MB, and what was measured, as the page has them."""
    found = (STEP.match(line) for line in page.splitlines())
    return {match[1]: match.groups()[1:] for match in found if match}


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    return estimate(tmp_path_factory.mktemp("nothing_yet")).stdout


def test_before_the_first_run_every_group_and_step_is_told(before):
    settings = (ROOT / "config" / "demo.yaml").read_text(encoding="utf-8")
    groups = yaml.safe_load(settings)["groups"]
    told = {line.split()[0] for line in before.splitlines() if line}
    assert told >= set(groups)
    costs = pd.read_csv(ROOT / "config" / "job_costs.csv").set_index("rule")
    assert set(steps(before)) <= set(costs.index)
    for rule in costs.index[costs["per"].isin(["run", "group"])]:
        jobs, *_, took, held = steps(before)[rule]
        assert int(jobs) == (len(groups) if costs.loc[rule, "per"] == "group" else 1)
        assert took is held is None
    assert "All of it fits on this machine." in before


def test_a_file_of_many_layers_is_read_once_by_a_step(before):
    cost = pd.read_csv(ROOT / "config" / "job_costs.csv").set_index("rule")
    cost = cost.loc["ingest_context"]
    file_mb = (ROOT / "data" / "demo" / "landscape.gpkg").stat().st_size / 2**20
    expected_mb = cost["mb_base"] + cost["mb_per_unit"] * file_mb
    assert int(steps(before)["ingest_context"][2]) == round(expected_mb)


@pytest.mark.demo
def test_after_a_run_what_it_took_stands_beside_the_estimate(demo_run):
    page = estimate(demo_run.folder).stdout
    benchmarks = (demo_run.folder / "benchmarks" / "demo").rglob("*.tsv")
    ran = {path.stem for path in benchmarks}
    found = steps(page)
    assert ran <= set(found)
    for rule in ran - {"publish_results"}:  # over before anyone looks at its memory
        assert float(found[rule][3].split()[0]) > 0, rule
        assert int(found[rule][4]) > 0, rule
    assert page.count("(as in the last run)") > 5
    assert "The jobs of the last run took" in page


def test_what_will_not_fit_is_told(tmp_path):
    page = estimate(tmp_path, "--memory-mb", "250").stdout
    assert re.search(r"DOES NOT FIT: \w+: a job of [\d.]+ GB does not fit", page)
    assert "All of it fits" not in page


def test_settings_that_are_not_there_are_told(tmp_path):
    done = estimate(tmp_path, "--configfile", "nowhere.yaml")
    assert done.returncode == 1
    assert "nowhere.yaml" in done.stderr
    assert "Traceback" not in done.stderr
