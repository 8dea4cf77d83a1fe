"""What the README promises is what happens."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
import yaml

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def code_blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_ci_runs_the_commands_of_the_readme_word_for_word():
    two_commands = code_blocks("sh")[0].split("\n")[:-1]
    assert two_commands == ["make run", "make test"]
    assert [line for line in CI.splitlines() if line in two_commands] == two_commands


def test_every_rule_and_chapter_stands_in_the_readme():
    chapters = sorted((ROOT / "workflow" / "rules").glob("*.smk"))
    for chapter in chapters:
        row = next(
            line for line in README.splitlines() if f"| `{chapter.name}`" in line
        )
        text = chapter.read_text(encoding="utf-8")
        rules = re.findall(
            r"^(?:rule|checkpoint|use rule \w+ as) (\w+)(?: with)?:", text, re.M
        )
        assert re.findall(r"`(\w+)`", row) == rules


def test_every_link_of_the_readme_leads_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.demo
def test_own_data_goes_from_a_geopackage_and_a_csv_to_a_map(tmp_path):
    settings = tmp_path / "my.yaml"
    settings.write_text(code_blocks("yaml")[0], encoding="utf-8")
    (tmp_path / "data").mkdir()
    habitat = gpd.read_file(ROOT / "data/demo/landscape.gpkg", layer="habitat")
    corner = habitat.cx[33_000:, :196_000]
    corner.to_file(tmp_path / "data/my_habitat.gpkg", layer="habitat")
    shutil.copy(ROOT / "data/demo/records.csv", tmp_path / "data/my_records.csv")
    run = subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "--configfile", "my.yaml"),
            *("--cores", "2", "--snakefile", ROOT / "workflow" / "Snakefile"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    results = tmp_path / "results" / yaml.safe_load(settings.read_text())["area"]
    patches = gpd.read_file(results / "robuust.gpkg", layer="patches")
    assert set(patches["group"]) >= {"butterflies_wet_heath", "amphibians_pools"}
    assert (results / "robuust.qgz").exists()
    assert (results / "report.html").exists()
