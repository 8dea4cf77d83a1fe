"""The profiles of clusters: Snakemake and its plugins accept every line of them."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROFILES = ROOT / "workflow" / "profiles"
CLUSTERS = ("kubernetes", "slurm")


def settings_of(profile):
    return yaml.safe_load((PROFILES / profile / "config.yaml").read_text("utf-8"))


def needs_plugin():
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        words = "no snakemake-executor-plugin-slurm (make cluster)"
        if os.environ.get("ROBUUST_REQUIRE_SLURM") == "1":
            pytest.fail(words)
        pytest.skip(f"NOT CHECKED with the plugin: {words}")


def dry_run(folder, *options):
    command = [sys.executable, "-m", "snakemake", "--dry-run"]
    command += ["--snakefile", str(ROOT / "workflow" / "Snakefile")]
    command += ["--configfile", str(ROOT / "config" / "demo.yaml"), *options]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("profile", CLUSTERS)
def test_a_dry_run_accepts_every_line_of_the_profile(profile, tmp_path):
    if profile == "slurm":
        needs_plugin()
    done = dry_run(tmp_path, "--profile", str(PROFILES / profile), "--cores", "2")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_a_line_that_no_plugin_knows_is_refused(tmp_path):
    needs_plugin()
    wrong = settings_of("slurm") | {"slurm-status-by": "squeue"}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(wrong))
    done = dry_run(tmp_path, "--profile", str(tmp_path))
    assert done.returncode != 0
    assert "slurm-status-by" in done.stderr


@pytest.mark.parametrize("profile", CLUSTERS)
def test_a_job_that_failed_goes_again_and_the_others_go_on(profile):
    settings = settings_of(profile)
    assert settings["retries"] >= 2
    assert settings["keep-going"] is True
    assert settings["rerun-incomplete"] is True


def test_slurm_is_asked_by_squeue_and_starts_no_job_anew_itself():
    settings = settings_of("slurm")
    assert settings["slurm-status-command"] == "squeue"
    assert settings["slurm-no-requeue"] is True
    assert settings["latency-wait"] == 120


def test_the_pod_has_the_processors_and_memory_that_snakemake_fills():
    path = PROFILES / "kubernetes" / "job.yaml"
    pod = yaml.safe_load(path.read_text("utf-8"))["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    told = " ".join([*container["command"], *container["args"]])
    profile, cores, mem_mb = re.search(
        r"--profile=(\S+) .*--cores=(\d+) --resources mem_mb=(\d+)", told
    ).groups()
    assert (ROOT / profile / "config.yaml").exists()
    asked = container["resources"]["requests"]
    assert asked == {"cpu": cores, "memory": container["resources"]["limits"]["memory"]}
    assert int(asked["memory"].removesuffix("Mi")) == int(mem_mb) + 2000
    (volume,) = pod["volumes"]
    (mount,) = container["volumeMounts"]
    assert volume["name"] == mount["name"]
    assert mount["mountPath"] == container["workingDir"]


def test_every_pin_of_the_cluster_lock_carries_a_hash_and_no_address():
    text = (ROOT / "requirements-cluster.txt").read_text()
    blocks = re.split(r"\n(?=[a-z])", text)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


def test_the_cluster_lock_has_the_releases_of_the_run_lock():
    def releases(name):
        text = (ROOT / name).read_text()
        return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, flags=re.MULTILINE))

    run, cluster = releases("requirements.txt"), releases("requirements-cluster.txt")
    assert {name: cluster[name] for name in run if name in cluster} == {
        name: run[name] for name in run if name in cluster
    }
