"""How many times quicker than other tools, or slower than bare reading, a step is.

    python tests/bench/ratios.py small|full <data folder> <history file> [case ...]

Every case of tests/bench/cases has an input of its own, made once in the data folder,
a step of the pipeline (`ours`) and peers: other programs or ways to the same result,
or bare calls of the libraries below (`floor`). All run in turns, each run in a fresh
process, so that a busy machine slows all. Results are compared before any time counts.

Times are measured once more when the machine was busy or ours varied, or when a ratio
on the small input misses its gate. Only a second miss fails, and other results than
the peer's, or too much memory.
"""

import hashlib
import importlib.util
import json
import platform
import re
import statistics
import sys
import time
from pathlib import Path

import psutil
from judgement import PEAK_MIB, misses_gate, noise, verdict
from sides import BENCH, fresh, load, read_results

CASES = BENCH / "cases"
SHORT_S = 60  # sides above it run once, above half of it twice, others three times
# They make no input.
MEASURING = ("ratios", "sides", "judgement", "scaling", "rule_costs", "ratio_table")
ABSENT = {"P9": "needs R with Makurhini"}
USAGE = __doc__.split("\n\n")[1].strip()


def run_case(name, size, data, *, cases=CASES):
    """Measure one case: ours and its peers, in turns.

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
    list of dict
        One line of the history file per peer; none for a case without that size.
    """
    case = load(name, cases)
    peers = [peer for peer in case.PEERS if _is_there(peer, name)]
    if not peers or size not in case.SIZES:
        return []
    folder = prepared(cases, name, case.SIZES[size], data)
    runs = {"ours": [], **{peer.side: [] for peer in peers}}
    loads, differences = [psutil.getloadavg()[0]], {}
    while waiting := [side for side, done in runs.items() if _wants_more(done)]:
        for side in waiting:
            first = () if runs[side] else (folder / f"{side}.npz",)
            runs[side].append(fresh(cases, name, side, folder, *first))
            loads.append(psutil.getloadavg()[0])
        if not differences:
            differences = {p.side: _difference(case, folder, p.side) for p in peers}
            for side in (side for side, found in differences.items() if found):
                del runs[side]  # its times mean nothing
    shared = {
        "case": name,
        "title": case.TITLE,
        "size": size,
        "rows": case.SIZES[size],
        "load": max(loads),
        "peak_limit_mib": getattr(case, "PEAK_MIB", {}).get(size, PEAK_MIB),
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "machine": _machine(),
    }
    return [shared | _line(peer, runs, differences[peer.side], size) for peer in peers]


def prepared(cases, name, rows, data):
    """Folder with the input; made when it is not there, not finished or outdated."""
    folder = Path(data) / f"{name}-{rows}"
    finished = folder / "finished"
    made_by = _made_by(Path(cases) / f"{name}.py")
    if not finished.exists() or finished.read_text() != made_by:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        fresh(cases, name, "prepare", folder, rows)
        finished.write_text(made_by)
    return folder


def _made_by(case):
    """Digest of the code that can have made an input."""
    digest = hashlib.sha256(case.read_bytes())
    for path in sorted(BENCH.glob("*.py")):
        if path.stem not in MEASURING:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _machine():
    """What it runs on, in words."""
    lists = Path("/proc/cpuinfo")  # where Linux tells the model
    told = lists.read_text() if lists.exists() else ""
    found = re.search(r"model name\s*: (.*)", told)
    model = found[1] if found else platform.machine()
    memory_gib = psutil.virtual_memory().total / 2**30
    return f"{psutil.cpu_count()} processors ({model}), {memory_gib:.0f} GiB"


def _is_there(peer, name):
    """Whether a peer can run; it says so loudly when it cannot."""
    there = not peer.needs or importlib.util.find_spec(peer.needs) is not None
    if not there:
        print(
            f"{peer.row or name}: NOT MEASURED, {peer.needs} is not installed",
            file=sys.stderr,
        )
    return there


def _wants_more(done):
    """Tell whether the median of one side needs another run."""
    slowest = max((run["seconds"] for run in done), default=0)
    return len(done) < (3 if slowest < SHORT_S / 2 else 2 if slowest < SHORT_S else 1)


def _difference(case, folder, side):
    """What two sides disagree on; nothing when their results are the same."""
    ours_small, ours = read_results(folder / "ours.npz")
    peer_small, peer = read_results(folder / f"{side}.npz")
    if ours_small:
        found = case.difference(side, ours_small, peer_small, cut=False)
        if found:
            return f"on the small input, {found}"
    return case.difference(side, ours, peer, cut=True)


def _line(peer, runs, difference, size):
    """Measured against one peer."""
    ours = [run["seconds"] for run in runs["ours"]]
    line = {
        "row": peer.row,
        "peer": peer.side,
        "must": peer.must,
        "ambitious": peer.ambitious,
        "at_most": peer.at_most,
        "difference": difference,
        "spread": (max(ours) - min(ours)) / statistics.median(ours),
        "ours_s": statistics.median(ours),
        "ours_peak_mib": max(run["peak_mib"] for run in runs["ours"]),
        "ours_warm_up_s": statistics.median(r["warm_up_s"] for r in runs["ours"]),
    }
    if difference:
        return line
    done = runs[peer.side]
    theirs = [run["seconds"] for run in done]
    # A peer that ran once is held against every run of ours.
    pairs = zip(ours, theirs * len(ours) if len(theirs) == 1 else theirs, strict=False)
    ratios = [peer.ratio(*pair) for pair in pairs]
    ratio = peer.ratio(statistics.median(ours), statistics.median(theirs))
    return line | {
        "ratio": ratio,
        "ratio_lowest": min(ratios),
        "ratio_highest": max(ratios),
        "peer_s": statistics.median(theirs),
        "peer_runs": len(theirs),
        "peer_peak_mib": max(run["peak_mib"] for run in done),
        "missed": misses_gate(peer, ratios, size),
        "verdict": verdict(peer, ratio, ratios, size),
    }


def faults(line):
    """Say what is wrong with a measured case; nothing if it is as it should be."""
    found = []
    if line["difference"]:
        found.append(f"results differ from {line['peer']}: {line['difference']}")
    elif line["missed"]:
        found.append(f"slower than its gate, {line['ratio']:.3g} times {line['peer']}")
    if line["ours_peak_mib"] > line["peak_limit_mib"]:
        found.append(f"needs more than {line['peak_limit_mib']:.0f} MiB")
    return found


def written(line):
    """One measured case as a line for the screen."""
    name = f"{line['row']:<4}{line['case']:<16}{line['rows']:>10,}"
    ours = f"  ours {line['ours_s']:8.3f} s {line['ours_peak_mib']:6.0f} MiB"
    if line["difference"]:
        return f"{name}{ours}  results differ from {line['peer']}"
    sign, aim = ("<=", "floor") if line["at_most"] else (">=", "peer")
    return (
        f"{name}{ours} (warm-up {line['ours_warm_up_s']:.1f} s)"
        f"  {aim} {line['peer']} {line['peer_s']:8.3f} s {line['peer_peak_mib']:6.0f}"
        f" MiB  ratio {line['ratio']:.3g} ({line['ratio_lowest']:.3g} to"
        f" {line['ratio_highest']:.3g}), must {sign} {line['must']:g},"
        f" ambitious {sign} {line['ambitious']:g}: {line['verdict']}"
    )


def judged_case(name, size, data, *, cases=CASES):
    """Measure a case, and once more when the first time does not count.

    Returns
    -------
    list of dict
        As `run_case`; of the gates that were missed, only those missed twice.
    """
    lines = run_case(name, size, data, cases=cases)
    if not lines or any(line["difference"] for line in lines):
        return lines
    noisy = noise(lines[0])
    missed = [line["peer"] for line in lines if line["missed"]]
    if not noisy and not missed:
        return lines
    why = noisy or f"slower than the gate against {', '.join(missed)}"
    print(f"{name}: {why}; measured once more", file=sys.stderr)
    again = run_case(name, size, data, cases=cases)
    for line in again:
        line["missed"] = line.get("missed", False) and line["peer"] in missed
        line["noise"] = noise(line)
        if line["noise"]:
            print(f"{name}: again {line['noise']}, to be doubted", file=sys.stderr)
    return again


def main(arguments):
    """Measure the cases; an exit code other than 0 when one goes wrong."""
    if len(arguments) < 3 or arguments[0] not in ("small", "full"):
        print(f"usage: {USAGE}")
        return 2
    size, data, history, *names = arguments
    status = 0
    for row, reason in ABSENT.items() if not names else ():
        print(f"{row}: NOT MEASURED, {reason}", file=sys.stderr)
    for name in names or sorted(path.stem for path in CASES.glob("*.py")):
        for line in judged_case(name, size, Path(data)):
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
