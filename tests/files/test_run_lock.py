"""One run per area; the lock of a dead run is no lock."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from robuust_files.run_lock import (
    MARK,
    LockedError,
    end_processes,
    one_run,
    other_snakemakes,
)

SCRIPTS = Path(__file__).parents[2] / "scripts"
HOLDER = """
import sys, time
sys.path.insert(0, sys.argv[2])
from robuust_files.run_lock import one_run
with one_run(sys.argv[1], run="first", started="2026-03-01T04:30:00+00:00"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds the lock of the area."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "heath"), str(SCRIPTS)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def take(folder, run="second"):
    with one_run(folder, run=run, started="2026-03-02T04:30:00+00:00") as died:
        return died


def test_a_second_run_is_told_who_is_at_work_and_since_when(tmp_path, holder):
    words = rf"process {holder.pid}, since 2026-03-01T04:30"
    with pytest.raises(LockedError, match=words):
        take(tmp_path / "heath")


def test_another_area_is_free(tmp_path, holder):
    assert take(tmp_path / "dune") == {}


def test_the_lock_of_a_killed_run_is_free_at_once_and_tells_whose_it_was(
    tmp_path, holder
):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert take(tmp_path / "heath")["run"] == "first"
    assert take(tmp_path / "heath") == {}  # this one did not die


def test_a_run_that_ends_with_an_error_did_not_die(tmp_path):
    with (
        pytest.raises(ValueError, match="bad"),
        one_run(tmp_path / "heath", run="first", started="now"),
    ):
        raise ValueError("bad")
    assert take(tmp_path / "heath") == {}


def test_what_a_dead_run_left_is_remembered_until_it_is_put_right(tmp_path, holder):
    holder.kill()
    holder.wait()
    with (
        pytest.raises(LockedError),
        one_run(tmp_path / "heath", run="second", started="now"),
    ):
        raise LockedError("another area is at work in this folder")
    assert take(tmp_path / "heath", "third")["run"] == "first"


def test_jobs_that_a_dead_run_left_at_work_are_ended_and_no_others():
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    ours = subprocess.Popen(sleep, env=os.environ | {MARK: "a-dead-run"})
    theirs = subprocess.Popen(sleep, env=os.environ | {MARK: "another-run"})
    try:
        assert end_processes("a-dead-run") == 1
        assert not psutil.pid_exists(ours.pid)
        assert theirs.poll() is None
    finally:
        theirs.kill()
        theirs.wait()


def test_a_snakemake_at_work_in_the_folder_is_found(tmp_path):
    sleep = [sys.executable, "-c", "import time; time.sleep(60)", "snakemake"]
    process = subprocess.Popen(sleep, cwd=tmp_path, env=os.environ | {MARK: "run"})
    try:
        (words,) = other_snakemakes(tmp_path)
        assert f"process {process.pid} of " in words
        assert other_snakemakes(tmp_path)[words] == "run"
        assert other_snakemakes(tmp_path.parent) == {}
    finally:
        process.kill()
        process.wait()
