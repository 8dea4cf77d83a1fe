"""One side of a case in a process of its own: seconds, peak memory, results.

    python tests/bench/sides.py <cases> <case> <side> <folder> [results file]

The side is loaded, and called once on the case's small input if it has one, before it
is measured: imports and compiling are told apart, as `warm_up_s`.
"""

import importlib
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

BENCH = Path(__file__).parent
LIBRARY = BENCH.parents[1] / "scripts"
SHORT_S, REPEATS = 0.5, 5  # what is shorter is measured several times in its process
WORK_SHARE = "work_share"  # in a result: the part of the work that was done


def load(name, cases):
    """Import a case module."""
    for folder in (str(LIBRARY), str(BENCH), str(cases)):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    return importlib.import_module(name)


def fresh(cases, name, side, folder, *arguments):
    """Run one side in a new process.

    Returns
    -------
    dict
        seconds, warm_up_s, peak_mib; and figures if no file is given for the results.
    """
    command = [sys.executable, __file__, cases, name, side, folder, *arguments]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE)
    if done.returncode:
        raise RuntimeError(f"{side} of case {name} failed; see the messages above")
    return json.loads(done.stdout.splitlines()[-1])


def read_results(path):
    """Results of the small input and of the whole, as two dicts."""
    with np.load(path) as stored:
        kept = {name: stored[name] for name in stored.files}
    parts = {"small": {}, "whole": {}}
    for name, value in kept.items():
        part, _, key = name.partition(".")
        parts[part][key] = value
    return parts["small"], parts["whole"]


def measured(case, side, folder):
    """Call one side: once on the small input, then on the whole.

    Returns
    -------
    told : dict
        seconds (for all of the work), warm_up_s, peak_mib.
    results : dict
        What it found, as `read_results` names it.
    """
    start = time.perf_counter()
    call = getattr(case, side)
    inputs = case.read(folder) if hasattr(case, "read") else folder
    results = {}
    if hasattr(case, "small"):
        found = call(case.small(inputs))
        results |= {f"small.{key}": value for key, value in found.items()}
    warm_up_s = time.perf_counter() - start
    times = []
    while not times or (times[0] < SHORT_S and len(times) < REPEATS):
        start = time.perf_counter()
        found = call(inputs)
        times.append(time.perf_counter() - start)
    share = float(found.pop(WORK_SHARE, 1.0))
    results |= {f"whole.{key}": value for key, value in found.items()}
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = statistics.median(times) / share
    return {"seconds": seconds, "warm_up_s": warm_up_s, "peak_mib": peak_mib}, results


def main(cases, name, side, folder, *arguments):
    """What the new process does; it tells one line of JSON."""
    case, folder = load(name, Path(cases)), Path(folder)
    if side == "prepare":
        case.prepare(folder, int(arguments[0]))
        print("{}")
        return
    told, results = measured(case, side, folder)
    if arguments:
        np.savez(arguments[0], **results)
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
