"""Blocks of work: the same in any number of threads, told when long, and stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from robuust_kernels import blocks
from robuust_kernels.blocks import in_blocks
from robuust_kernels.memory import require_memory

SCRIPTS = Path(__file__).parents[2] / "scripts"
# A job in the background ignores Ctrl-C, and so would its children.
HEARING_CTRL_C = "import signal; signal.signal(2, signal.default_int_handler)\n"


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("n", [0, 1, 7, 100])
def test_the_parts_cover_the_work_once_and_come_in_order(n, threads):
    parts = list(in_blocks(lambda *part: part, n, block=7, threads=threads))
    covered = [number for start, stop in parts for number in range(start, stop)]
    assert covered == list(range(n))


def test_a_sum_is_the_same_to_the_last_bit_for_any_number_of_threads():
    values = np.random.default_rng(1).lognormal(0, 20, 10_000)

    def total(threads):
        work = in_blocks(
            lambda start, stop: values[start:stop].sum(),
            10_000,
            block=3,
            threads=threads,
        )
        return sum(work)

    assert total(1) == total(2) == total(4)


def test_two_threads_work_at_the_same_time():
    def rest(start, stop):
        time.sleep(0.2)
        return start, stop

    began = time.monotonic()
    list(in_blocks(rest, 8, block=1, threads=4))
    assert time.monotonic() - began < 8 * 0.2 / 2


def test_what_goes_wrong_in_a_part_reaches_the_caller():
    def fail(start, stop):
        raise ValueError(f"part {start}")

    with pytest.raises(ValueError, match="part 0"):
        list(in_blocks(fail, 10, block=2, threads=2))


@pytest.mark.parametrize("threads", [1, 2])
def test_long_work_tells_how_far_it_is_and_short_work_does_not(
    monkeypatch, capsys, threads
):
    def rest(start, stop):
        time.sleep(0.02)

    list(in_blocks(rest, 20, block=1, threads=threads, label="resting"))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(blocks, "PATIENCE_S", 0.1)
    monkeypatch.setattr(blocks, "STEP_S", 0.1)
    list(in_blocks(rest, 20, block=1, threads=threads, label="resting"))
    told = capsys.readouterr().err.splitlines()
    assert told
    assert all(line.startswith("resting: ") and "s left" in line for line in told)


@pytest.mark.skipif(os.name == "nt", reason="NOT CHECKED: Windows has other signals")
@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_stops_within_a_second(threads):
    code = HEARING_CTRL_C + (
        "import time; from robuust_kernels.blocks import in_blocks\n"
        "def rest(start, stop):\n    time.sleep(0.1)\n"
        "print('begun', flush=True)\n"
        f"list(in_blocks(rest, 1000, block=1, threads={threads}))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(SCRIPTS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "begun\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, told = process.communicate(timeout=20)
    assert time.monotonic() - began < 1
    assert process.returncode != 0
    assert "KeyboardInterrupt" in told


def test_more_memory_than_there_is_is_refused_before_it_is_taken():
    require_memory(1, "a byte", "none")
    with pytest.raises(
        MemoryError, match=r"the table needs about .* GiB, .* Take less"
    ):
        require_memory(2**60, "the table", "Take less.")
