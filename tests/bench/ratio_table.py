"""The last ratio of every row, as a table for docs/performance.md.

python tests/bench/ratio_table.py small|full <history file>
"""

import json
import sys
from pathlib import Path

COLUMNS = ("row", "case", "n", "ours", "peer", "ratio (single turns)")
COLUMNS += ("must", "ambitious", "verdict")


def last_lines(size, history):
    """Last measurement of each case against each peer, by row of the targets."""
    last = {}
    for text in Path(history).read_text(encoding="utf-8").splitlines():
        line = json.loads(text)
        if line.get("size") == size and "ratio" in line:
            last[line["case"], line["peer"]] = line
    return sorted(last.values(), key=_place)


def _place(line):
    """Rows in the order of their numbers; those without one come last."""
    return int(line["row"][1:] or 99), line["case"], line["peer"]


def written(line):
    """Write one measurement as a row of the table."""
    sign = "≤" if line["at_most"] else "≥"
    doubt = f", {line['noise']}" if line.get("noise") else ""
    cells = [
        line["row"],
        line["title"],
        f"{line['rows']:,}",
        f"{line['ours_s']:.3g} s, {line['ours_peak_mib']:.0f} MiB",
        f"{line['peer']}: {line['peer_s']:.3g} s, {line['peer_peak_mib']:.0f} MiB",
        f"{line['ratio']:.3g} ({line['ratio_lowest']:.3g} to"
        f" {line['ratio_highest']:.3g})",
        f"{sign} {line['must']:,g}",
        f"{sign} {line['ambitious']:,g}",
        f"{line['verdict']} ({line['date']}{doubt})",
    ]
    return "| " + " | ".join(cells) + " |"


def main(arguments):
    """Print the table."""
    if len(arguments) != 2 or arguments[0] not in ("small", "full"):
        print(__doc__)
        return 2
    lines = last_lines(*arguments)
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for line in lines:
        print(written(line))
    for machine in sorted({line["machine"] for line in lines}):
        print(f"\nMachine: {machine}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
