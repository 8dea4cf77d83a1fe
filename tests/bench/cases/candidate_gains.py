"""What each of many new patches adds to PC, against landschaft."""

import gain_sides
from judgement import Peer

TITLE = (
    "gains of every tenth patch, of patches linked up to 1 km, table of rows included"
)
SIZES = {"small": 10_000, "full": 10_000}
PEERS = (Peer("landschaft", row="P11", must=30, ambitious=100, needs="landschaft"),)
prepare, read, small = gain_sides.prepare, gain_sides.read, gain_sides.small
ours = gain_sides.gains
# Of the largest gain: what two meanings of a cut may make of a gain.
_CUT, _ROUNDING, _EXACT = 0.2, 1e-4, 1e-9


def landschaft(case):
    """Every candidate by landschaft, from a dense matrix of all paths."""
    import group_graph

    graph = case["all"]
    joined = group_graph.habitat_graph(graph, restoration=~case["is_candidate"])
    there = joined.restoration == 1
    # Its public call computes every removal too, which nobody asked for.
    gain, _, _ = joined._addition_gains(
        joined._subgraph(there), there, "PC", *group_graph.dispersal(graph).values()
    )
    return {"gain": gain}


def difference(side, ours, theirs, *, cut):
    """Tell whether gains differ.

    With a cut, theirs counts the new paths below it too, and is only ever larger.
    """
    more = (theirs["gain"] - ours["gain"]) / ours["gain"].max()
    least, most = (-_ROUNDING, _CUT) if cut else (-_EXACT, _EXACT)
    if least <= more.min() and more.max() <= most:
        return ""
    return f"by {more.min():.2g} to {more.max():.2g} of the largest"
