"""The environment is pinned once, and every list of packages says the same."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def locked(path):
    """Releases that a lock file pins for Python 3.11, by package."""
    pins = {}
    for line in (ROOT / path).read_text().splitlines():
        found = re.match(r"([a-z0-9-]+)==(\S+)(?: ; (.*?))? \\$", line)
        if found and ">=" not in (found[3] or ""):
            pins[found[1]] = found[2]
    return pins


def dependencies():
    """Packages that the project asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {re.split(r"[\[><=]", line)[0] for line in project["dependencies"]}


def test_every_dependency_of_the_project_is_locked():
    assert dependencies() <= locked("requirements.txt").keys()


def test_the_conda_environment_has_the_locked_releases_of_every_dependency():
    environment = yaml.safe_load((ROOT / "workflow/envs/robuust.yaml").read_text())
    *lines, of_pip = environment["dependencies"]
    pins = dict(line.split("=") for line in lines if line != "pip")
    pins |= dict(line.split("==") for line in of_pip["pip"])
    assert pins.pop("python") == "3.11"
    lock = locked("requirements.txt")
    assert pins == {name: lock[name] for name in dependencies()}


def test_the_test_lock_only_adds_to_the_run_lock():
    run, test = locked("requirements.txt"), locked("requirements-test.txt")
    assert {name: test[name] for name in run if name in test} == {
        name: run[name] for name in run if name in test
    }


def test_every_pin_carries_a_hash_and_no_address():
    for path in ("requirements.txt", "requirements-test.txt"):
        text = (ROOT / path).read_text()
        blocks = re.split(r"\n(?=[a-z])", text)[1:]
        assert all("--hash=sha256:" in block for block in blocks)
        assert "://" not in text
