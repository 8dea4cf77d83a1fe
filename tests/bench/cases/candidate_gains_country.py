"""What each of many new patches adds to PC, against PC computed anew for each."""

import gain_sides
import numpy as np
from judgement import Peer

TITLE = (
    "gains of every tenth patch, of patches linked up to 1 km, table of rows included"
)
SIZES = {"small": 10_000, "full": 94_000}
# Anew for each grows with the square of the patches, ours with their number.
PEERS = (
    Peer("anew", row="P12", must=3_000, ambitious=10_000, gate=0.6 * 3_000 * 10 / 94),
)
prepare, read, small = gain_sides.prepare, gain_sides.read, gain_sides.small
ours = gain_sides.gains
ADDED = 5  # candidates that the slow way is timed on; the rest is as slow


def anew(case):
    """PC of the network and one candidate, for some candidates."""
    n = case["own"].size
    added = np.linspace(0, n - 1, ADDED).astype(int)
    without = gain_sides.pcnum(case["base"])
    gain = [gain_sides.pcnum(gain_sides.with_candidate(case, c)) for c in added]
    share = (ADDED + 1) / (n + 1)
    return {"added": added, "gain": np.array(gain) - without, "work_share": share}


def difference(side, ours, theirs, *, cut):
    """The gains of those candidates, as far as differences of large sums can tell."""
    mine = ours["gain"][theirs["added"]]
    same = np.allclose(mine, theirs["gain"], rtol=1e-6, atol=1e-9)
    return "" if same else f"gains {mine}, anew {theirs['gain']}"
