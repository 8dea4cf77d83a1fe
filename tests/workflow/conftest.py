"""The real Snakemake, run as a user runs it, and the demo results that it makes."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    """One call of snakemake: exit code, all that the user saw, and where it ran."""

    code: int
    screen: str
    folder: Path
    seconds: float


def snakemake_command(folder, settings, *options, cores=2):
    """Command line of a user who stands in `folder`, away from the project."""
    if isinstance(settings, dict):
        text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
        (folder / "my.yaml").write_text(text, encoding="utf-8")
        settings = "my.yaml"
    return [
        str(Path(sys.executable).with_name("snakemake")),
        "--snakefile",
        str(ROOT / "workflow" / "Snakefile"),
        "--configfile",
        str(settings),
        "--cores",
        str(cores),
        *options,
    ]


def user_environment():
    """The environment of a user: no word of pytest, byte code kept as Python does."""
    ours = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "SNAKEMAKE_PROFILE")
    return {key: value for key, value in os.environ.items() if key not in ours}


@pytest.fixture(scope="session")
def start_pipeline():
    """Function (folder, settings, *options, cores=2) that starts a run of its own.

    `through` is a command that runs the command that follows it.
    """

    def start(folder, settings, *options, cores=2, through=()):
        return subprocess.Popen(
            [*through, *snakemake_command(folder, settings, *options, cores=cores)],
            cwd=folder,
            env=user_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return start


@pytest.fixture(scope="session")
def run_pipeline(start_pipeline):
    """Function (folder, settings, *options, cores=2) that runs to the end: a `Run`."""

    def run(folder, settings, *options, cores=2):
        started = time.perf_counter()
        process = start_pipeline(folder, settings, *options, cores=cores)
        screen, _ = process.communicate(timeout=1200)
        seconds = time.perf_counter() - started
        return Run(process.returncode, screen, folder, seconds)

    return run


@pytest.fixture(scope="session")
def demo_run(run_pipeline, tmp_path_factory):
    """The whole demo, run once per session in a folder of its own."""
    folder = tmp_path_factory.mktemp("demo")
    run = run_pipeline(folder, ROOT / "config" / "demo.yaml")
    assert run.code == 0, run.screen[-4000:]
    return run


@pytest.fixture(scope="session")
def demo_results(demo_run):
    """Results folder of the demo."""
    return demo_run.folder / "results" / "demo"
