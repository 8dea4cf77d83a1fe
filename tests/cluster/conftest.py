"""Slurm started by the tests, and runs of the workflow by its profile."""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import pytest
import yaml
from slurm_on_this_machine import LocalSlurm, missing_programs

ROOT = Path(__file__).parents[2]
PLUGIN = "snakemake_executor_plugin_slurm"
GROUPS = ["plants_wet_heath"]  # the smallest: starting a job takes the time here
POLYGONS_PER_PORTION = 40  # on the cluster two jobs share the work on it


@pytest.fixture(scope="session")
def slurm():
    """A real Slurm, ended after the tests."""
    missing = missing_programs()
    if missing is None and importlib.util.find_spec(PLUGIN) is None:
        missing = "no snakemake-executor-plugin-slurm (make cluster)"
    if missing:
        if os.environ.get("ROBUUST_REQUIRE_SLURM") == "1":
            pytest.fail(missing)
        pytest.skip(f"NOT CHECKED on a real Slurm: {missing}")
    folder = Path(tempfile.mkdtemp(prefix="robuust_slurm_"))  # short: it holds a socket
    folder.chmod(0o755)
    cluster = LocalSlurm(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def demo_cut(tmp_path_factory):
    """Settings of the demo with one of its groups, in the folder of the test."""
    settings = yaml.safe_load((ROOT / "config" / "demo.yaml").read_text("utf-8"))
    folder = tmp_path_factory.mktemp("cluster")
    path = folder / "cut.yaml"
    settings |= {"area": "cut", "groups": GROUPS}
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    settings |= {"jobs": {"polygons_per_portion": POLYGONS_PER_PORTION}}
    text = yaml.safe_dump(settings)
    path.with_name("cut_in_portions.yaml").write_text(text, encoding="utf-8")
    return path
