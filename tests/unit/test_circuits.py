"""Circuits: work that cannot be stopped is left behind by Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from robuust import circuits

LIBRARY = Path(circuits.__file__).parents[1]
SLOW = """
import signal  # a job in the background ignores Ctrl-C, and so would its children
signal.signal(signal.SIGINT, signal.default_int_handler)
import time
from robuust.circuits import in_background
print("started", flush=True)
in_background(lambda: time.sleep(60), "sleeping")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
def test_ctrl_c_does_not_wait_for_the_solver():
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW],
        env=os.environ | {"PYTHONPATH": str(LIBRARY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        process.stdout.readline()
        time.sleep(0.3)  # until it waits
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        errors = process.communicate(timeout=30)[1]
        waited_s = time.monotonic() - sent
    assert "KeyboardInterrupt" in errors
    assert waited_s < 10  # far below the 60 s; under a second on a quiet machine


def test_an_error_in_the_background_comes_to_the_front():
    def fail():
        raise MemoryError("no room")

    with pytest.raises(MemoryError, match="no room"):
        circuits.in_background(fail, "failing")


def test_long_work_says_so(monkeypatch, capsys):
    monkeypatch.setattr(circuits, "PATIENCE_S", 0.1)
    monkeypatch.setattr(circuits, "STEP_S", 0.1)
    assert circuits.in_background(lambda: time.sleep(0.7) or 3, "counting") == 3
    assert "counting: 0 s so far" in capsys.readouterr().err
