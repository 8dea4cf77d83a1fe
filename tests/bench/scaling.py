"""How the time of every stage grows from 10,000 to 100,000 patches or polygons.

    python tests/bench/scaling.py <data folder> <history file> [stage ...]

Ten times as much may take at most 14 times as long (a slope of 1.15 between the
logarithms), or somewhere every patch is held against every other. Both sizes run in
turns, each run in a fresh process; a stage that grows too fast is measured once more.
"""

import json
import math
import statistics
import sys
import time
from pathlib import Path

import psutil
from ratios import CASES, prepared
from sides import fresh

MOST = 1.15
TURNS = 3
USAGE = __doc__.split("\n\n")[1].strip()
_TENFOLD = (10_000, 100_000)
_GRAPH = ("preparation", "thinning", "pc", "dpc", "iic", "diic", "metapopulation")
STAGES = {  # case, side, sizes
    "pairs": ("pairs", "ours", _TENFOLD),
    "patches": ("patch_labels", "ours", _TENFOLD),
    "outlines": ("patch_outlines", "ours", _TENFOLD),
    **{side: ("graph_stages", side, _TENFOLD) for side in (*_GRAPH, "gains")},
    "least_cost": ("large_raster", "ours", (1_000_000, 10_000_000)),  # cells
}


def slope(stage, data, *, cases=CASES, stages=STAGES):
    """Measure one stage at both sizes.

    Returns
    -------
    dict
        The line of the history file.
    """
    name, side, sizes = stages[stage]
    folders = [prepared(cases, name, n, data) for n in sizes]
    seconds = [[], []]
    for _ in range(TURNS):
        for times, folder in zip(seconds, folders, strict=True):
            times.append(fresh(cases, name, side, folder)["seconds"])
    few_s, many_s = map(statistics.median, seconds)
    return {
        "stage": stage,
        "sizes": sizes,
        "seconds": [few_s, many_s],
        "slope": math.log(many_s / few_s) / math.log(sizes[1] / sizes[0]),
        "load": psutil.getloadavg()[0],
        "date": time.strftime("%Y-%m-%d"),
    }


def main(arguments):
    """Measure the stages; an exit code other than 0 when one grows too fast."""
    if len(arguments) < 2:
        print(f"usage: {USAGE}")
        return 2
    data, history, *names = arguments
    status = 0
    for stage in names or STAGES:
        line = slope(stage, Path(data))
        if line["slope"] > MOST:
            again = slope(stage, Path(data))
            line = min(line, again, key=lambda measured: measured["slope"])
        few_s, many_s = line["seconds"]
        print(
            f"{stage:<16}{few_s:9.3f} s {many_s:9.3f} s  slope {line['slope']:.2f},"
            f" at most {MOST} (load {line['load']:.1f})",
            flush=True,
        )
        if line["slope"] > MOST:
            print(f"{stage}: grows too fast", file=sys.stderr)
            status = 1
        Path(history).parent.mkdir(parents=True, exist_ok=True)
        with Path(history).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
