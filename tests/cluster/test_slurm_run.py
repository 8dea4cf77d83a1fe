"""The workflow on a real Slurm: sbatch, squeue, a lost node, too little memory."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from slurm_on_this_machine import NODES, wait_until

ROOT = Path(__file__).parents[2]
SNAKEFILE = ROOT / "workflow" / "Snakefile"
PROFILE = ROOT / "workflow" / "profiles" / "slurm"
# Jobs take seconds here, and a node has one processor.
QUICK = ("--slurm-init-seconds-before-status-checks", "2", "--cores", "1")
RUN_LIMIT_S = 1500

HUNGRY = '''
import sys
sys.path.insert(0, "{scripts}")
from robuust.job_costs import memory_request_mb

COST = {{"mb_base": 40, "mb_per_unit": 0}}

rule all:
    default_target: True
    input: "eaten.txt", "late.txt"

def asked(wildcards, attempt):
    return memory_request_mb(COST, 0, attempt)

rule eat:
    """Holds 600 MB: more than the first attempt asks for, less than the second."""
    output: "eaten.txt"
    resources: mem_mb=asked, runtime=5
    shell: "echo {{resources.mem_mb}} >> asked.txt; "
        "{python} -c 'import time; kept = bytearray(600_000_000); time.sleep(8)'; "
        "echo {{resources.mem_mb}} > {{output}}"

rule write_late:
    """Its file is seen some seconds after the job ended, as on a slow shared disk."""
    output: "late.txt"
    resources: mem_mb=600, runtime=5
    shell: "setsid nohup sh -c 'sleep 6; echo seen > {{output}}' > /dev/null 2>&1 &"
'''


WIDE = '''
rule touch_wide:
    """Asks for more memory than a node has."""
    output: "wide.txt"
    resources: mem_mb=60000, runtime=5
    shell: "touch {output}"
'''


def start_snakemake(folder, snakefile, *options, environment=None):
    """Start the Snakemake of this environment in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    screen = (folder / "screen.txt").open("w", encoding="utf-8")
    words = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "SNAKEMAKE_PROFILE")
    environment = environment or os.environ
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), *options],
        cwd=folder,
        env={key: value for key, value in environment.items() if key not in words},
        stdout=screen,
        stderr=subprocess.STDOUT,
    )


@pytest.fixture(scope="module")
def local_results(slurm, demo_cut):
    """The same run without Slurm, on this machine."""
    folder = demo_cut.parent / "local"
    process = start_snakemake(
        folder, SNAKEFILE, "--configfile", str(demo_cut), "--cores", "2"
    )
    assert process.wait(RUN_LIMIT_S) == 0, screen_of(folder)
    return folder / "results" / "cut"


def screen_of(folder):
    return (folder / "screen.txt").read_text("utf-8", errors="replace")[-6000:]


def values_of(results):
    """All tables that the run made: those for people and those between the steps."""
    tables = {
        path.relative_to(results): pd.read_parquet(path)
        for path in sorted(results.glob("*/*.parquet"))
        if path.stem != "pieces"  # they lie with the portions, where there are any
    }
    return tables | {
        path.relative_to(results): path.read_text("utf-8")
        for path in sorted(results.glob("tables/*.csv"))
        if path.stem not in ("run_info", "settings")  # when and where it ran
    }


def test_a_run_by_sbatch_survives_a_lost_node_and_equals_the_local_run(
    slurm, demo_cut, local_results
):
    folder = demo_cut.parent / "by_sbatch"
    in_portions = demo_cut.with_name("cut_in_portions.yaml")
    process = start_snakemake(
        folder,
        SNAKEFILE,
        *("--profile", str(PROFILE), "--configfile", str(in_portions), *QUICK),
        environment=slurm.environment,
    )
    try:
        links = folder / "results" / "cut" / "plants_wet_heath" / "links.parquet"

        def half_way():
            assert process.poll() is None, screen_of(folder)
            return links.exists() and bool(slurm.jobs_on(NODES[0]))

        wait_until(half_way, RUN_LIMIT_S, slurm.told)
        lost = slurm.kill_node(NODES[0])
        wait_until(
            lambda: any(state.startswith("down") for state in slurm.states()),
            120,
            slurm.told,
        )
        slurm.start_node(NODES[0])
        assert process.wait(RUN_LIMIT_S) == 0, screen_of(folder) + slurm.told()
    finally:
        process.kill()
    assert lost, "a job ran on the node that was lost"
    screen = (folder / "screen.txt").read_text("utf-8")
    assert "Trying to restart job" in screen
    portions = (folder / "results" / "cut").glob("*/portions/*.parquet")
    assert len(list(portions)) == 5  # all links; two shares, twice
    expected, found = values_of(local_results), values_of(folder / "results" / "cut")
    assert found.keys() == expected.keys()
    for name, table in expected.items():
        if isinstance(table, str):
            assert found[name] == table, name
        else:
            pd.testing.assert_frame_equal(found[name], table, check_exact=True)


def test_a_job_that_runs_out_of_memory_asks_for_more_and_late_files_are_waited_for(
    slurm, tmp_path
):
    snakefile = tmp_path / "Snakefile"
    scripts = ROOT / "scripts"
    text = HUNGRY.format(scripts=scripts, python=sys.executable)
    snakefile.write_text(text, encoding="utf-8")
    started = time.monotonic()
    process = start_snakemake(
        tmp_path / "run",
        snakefile,
        *("--profile", str(PROFILE), *QUICK),
        environment=slurm.environment,
    )
    try:
        assert process.wait(300) == 0, screen_of(tmp_path / "run") + slurm.told()
    finally:
        process.kill()
    asked = (tmp_path / "run" / "asked.txt").read_text().split()
    assert asked == ["560", "1120"]
    assert (tmp_path / "run" / "eaten.txt").read_text().split() == ["1120"]
    assert (tmp_path / "run" / "late.txt").read_text() == "seen\n"
    assert time.monotonic() - started > 6


def test_what_slurm_refuses_is_told_in_its_own_words(slurm, tmp_path):
    snakefile = tmp_path / "Snakefile"
    snakefile.write_text(WIDE, encoding="utf-8")
    process = start_snakemake(
        tmp_path / "run",
        snakefile,
        *("--profile", str(PROFILE), "--retries", "0", "--cores", "1"),
        environment=slurm.environment,
    )
    assert process.wait(120) == 1
    assert "Requested node configuration is not available" in screen_of(
        tmp_path / "run"
    )
