"""How many times longer a step takes than the least that any program must do.

    python tests/bench/ratios.py small|full <data folder> <history file> [case ...]

Every case of tests/bench/cases has an input of its own, made once in the data folder,
a step of the pipeline (`ours`) and bare calls of the libraries below it (`floor`).
Both run in turns, each run in a fresh process, so that a busy machine slows both. The
ratio of the median times is shown beside the case's aim, and fails nothing: a busy
machine is no fault. Other results than the floor's, or a peak above 6 GiB, fail.
"""

import importlib
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

BENCH = Path(__file__).parent
CASES = BENCH / "cases"
LIBRARY = BENCH.parents[1] / "scripts"
PEAK_MIB = 6 * 1024
SHORT_S = 30  # sides below it run three times, others twice
USAGE = __doc__.split("\n\n")[1].strip()


def run_case(name, size, data, *, cases=CASES):
    """Measure one case, floor and ours in turns.

    Parameters
    ----------
    name : str
        Module in ``cases``.
    size : str
        Key of its SIZES.
    data : Path
        Folder for inputs.
    cases : Path
        Folder of the case modules.

    Returns
    -------
    dict
        The line of the history file.
    """
    case = _load(name, cases)
    rows = case.SIZES[size]
    folder = _prepared(case, cases, name, rows, data)
    runs = {"floor": [], "ours": []}
    while _more(runs):
        for side, done in runs.items():
            done.append(_fresh(cases, name, side, folder))
    seconds = {side: [run["seconds"] for run in done] for side, done in runs.items()}
    median_s = {side: statistics.median(times) for side, times in seconds.items()}
    ratios = [a / b for a, b in zip(seconds["ours"], seconds["floor"], strict=True)]
    figures = {side: done[0]["figures"] for side, done in runs.items()}
    return {
        "case": name,
        "title": case.TITLE,
        "size": size,
        "rows": rows,
        "target": case.TARGET,
        "ratio": median_s["ours"] / median_s["floor"],
        "ratio_lowest": min(ratios),
        "ratio_highest": max(ratios),
        "ours_s": median_s["ours"],
        "floor_s": median_s["floor"],
        "ours_peak_mib": max(run["peak_mib"] for run in runs["ours"]),
        "floor_peak_mib": max(run["peak_mib"] for run in runs["floor"]),
        "same": bool(case.same(**figures)),
        "figures": figures,
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
    }


def _load(name, cases):
    for folder in (str(LIBRARY), str(BENCH), str(cases)):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    return importlib.import_module(name)


def _prepared(case, cases, name, rows, data):
    """Folder with the input; it is made when it is not there or not finished."""
    folder = Path(data) / f"{name}-{rows}"
    finished = folder / "finished"
    if not finished.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        _fresh(cases, name, "prepare", folder, rows)
        finished.touch()
    return folder


def _more(runs):
    """Tell whether the medians need another turn."""
    times = [run["seconds"] for done in runs.values() for run in done]
    turns = len(runs["ours"])
    return turns < 2 or (turns < 3 and min(times) < SHORT_S)


def _fresh(cases, name, side, folder, *arguments):
    """Run one side in a new process; its seconds, peak memory and figures."""
    command = [sys.executable, __file__, "--one", cases, name, side, folder]
    done = subprocess.run(
        [str(word) for word in [*command, *arguments]], stdout=subprocess.PIPE
    )
    if done.returncode:
        raise RuntimeError(f"{side} of case {name} failed; see the messages above")
    return json.loads(done.stdout.splitlines()[-1])


def one_run(cases, name, side, folder, *arguments):
    """What the new process does: one call, measured, told as one line of JSON."""
    call = getattr(_load(name, Path(cases)), side)
    start = time.perf_counter()
    figures = call(Path(folder), *map(int, arguments))
    seconds = time.perf_counter() - start
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"seconds": seconds, "peak_mib": peak_mib, "figures": figures}
    print(json.dumps(told, default=float))


def faults(line):
    """Say what is wrong with a measured case; nothing if it is as it should be."""
    found = []
    if not line["same"]:
        found.append(f"results differ: {line['figures']}")
    if line["ours_peak_mib"] > PEAK_MIB:
        found.append(f"needs more than {PEAK_MIB} MiB")
    return found


def written(line):
    """One measured case as a line for the screen."""
    missed = line["size"] == "full" and line["ratio"] > line["target"]
    aim = "missing" if missed else "aiming at"
    return (
        f"{line['case']:<12}{line['rows']:>10,} rows"
        f"  ours {line['ours_s']:8.2f} s {line['ours_peak_mib']:6.0f} MiB"
        f"  floor {line['floor_s']:8.2f} s {line['floor_peak_mib']:6.0f} MiB"
        f"  ratio {line['ratio']:.2f} ({line['ratio_lowest']:.2f} to"
        f" {line['ratio_highest']:.2f}), {aim} {line['target']:g}"
    )


def main(arguments):
    """Measure the cases; an exit code other than 0 when one goes wrong."""
    if arguments[:1] == ["--one"]:
        one_run(*arguments[1:])
        return 0
    if len(arguments) < 3 or arguments[0] not in ("small", "full"):
        print(f"usage: {USAGE}")
        return 2
    size, data, history, *names = arguments
    status = 0
    for name in names or sorted(path.stem for path in CASES.glob("*.py")):
        line = run_case(name, size, Path(data))
        print(written(line), flush=True)
        for fault in faults(line):
            print(f"{name}: {fault}", file=sys.stderr)
            status = 1
        Path(history).parent.mkdir(parents=True, exist_ok=True)
        with Path(history).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
