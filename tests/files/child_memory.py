"""Code run in a process of its own, and how much memory that took."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

_SCRIPTS = Path(__file__).parents[2] / "scripts"
_STATUS = Path("/proc/self/status")
# Resident memory, as the kernel keeps its peak: an address space also holds arenas and
# stacks that nobody touches, gibibytes of them on a machine of many cores.
_PRELUDE = """
import atexit, sys
def peak_kib():
    with open("/proc/self/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    return int(lines["VmHWM"].split()[0])
{imports}
before_kib = peak_kib()
atexit.register(lambda: print("grown_kib", peak_kib() - before_kib, flush=True))
"""


def run_in_child(code, *arguments, imports, max_growth_gib, env=None, timeout_s=300):
    """Run code in a new process, and fail if its memory grows too much.

    Parameters
    ----------
    code, imports : str
        Python; what the imports take does not count.
    arguments : str or Path
        ``sys.argv[1:]`` of the code.
    max_growth_gib : float
        Most that the peak of the resident memory may rise [GiB]. At the double the
        process is ended: a leak does not take the machine down.
    env : dict of str to str, optional
        Added to the environment.
    timeout_s : float
        After so long it is ended too [s].

    Returns
    -------
    str
        What the code printed.
    """
    if not _STATUS.exists():
        pytest.skip("NOT CHECKED: how much memory it takes, which only Linux tells")
    script = _PRELUDE.format(imports=imports) + code
    child = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", script, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(_SCRIPTS)} | (env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    bound_kib, end = (2 * max_growth_gib + 1) * 2**20, time.monotonic() + timeout_s
    while True:
        try:
            out, err = child.communicate(timeout=0.05)
            break
        except subprocess.TimeoutExpired:
            if _resident_kib(child.pid) > bound_kib or time.monotonic() > end:
                child.kill()
    assert child.returncode == 0, f"status {child.returncode}: {out}{err[-2000:]}"
    printed, grown_kib = out.rsplit("grown_kib", 1)
    assert int(grown_kib) <= max_growth_gib * 2**20, (
        f"its memory grew by {int(grown_kib) / 2**20:.2f} GiB, more than"
        f" {max_growth_gib:g}; it printed: {printed}"
    )
    return printed


def _resident_kib(pid):
    """Memory of a process; none when it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(x.split()[1]) for x in lines if x.startswith("VmRSS:")), 0)
