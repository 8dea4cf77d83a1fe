"""PC of a whole network, against landschaft."""

import group_graph
from judgement import Peer

from robuust.connectivity import connectivity_totals

TITLE = "PC of patches linked up to 1 km, chances below 0.01 cut"
SIZES = {"small": 10_000, "full": 95_000}
# The lead grows with the network; on 10,000 patches two thirds of it are left.
PEERS = (
    Peer("landschaft", row="P6", must=5, ambitious=20, gate=2, needs="landschaft"),
)
small = group_graph.small_graph


def prepare(folder, n):
    """Write the patches and their links."""
    group_graph.write_graph(folder / "graph.npz", n, cap_m=1_000)


def read(folder):
    """Patches, links and the cut."""
    return group_graph.read_graph(folder / "graph.npz")


def ours(graph):
    """PCnum, and how much the cut can have taken from it."""
    links = graph["a"], graph["b"], graph["probability"]
    totals = connectivity_totals(
        graph["area_ha"], *links, p_min=graph["p_min"], threads=2
    )
    return {"pcnum": totals.pcnum, "error_bound": totals.error_bound}


def landschaft(graph):
    """PCnum with Conefor's cut."""
    table = group_graph.habitat_graph(graph).overall(
        ["PC"], **group_graph.dispersal(graph)
    )
    return {"pcnum": table["PCnum"][0]}


def difference(side, ours, theirs, *, cut):
    """Theirs lies between ours and the bound; without a cut both are the same."""
    slack = 1e-9 * ours["pcnum"]
    most = ours["pcnum"] + (ours["error_bound"] if cut else 0)
    if ours["pcnum"] - slack <= theirs["pcnum"] <= most + slack:
        return ""
    return f"PCnum {ours['pcnum']}, theirs {theirs['pcnum']}, bound {most}"
