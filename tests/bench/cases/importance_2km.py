"""What each patch adds to PC, with links of up to 2 km, against landschaft."""

import group_graph
from importance_sides import importance, importance_difference, landschaft_importance
from judgement import Peer

TITLE = "dPC and fractions of patches linked up to 2 km, chances below 0.01 cut"
SIZES = {"small": 10_000, "full": 10_000}
PEERS = (Peer("landschaft", row="P7", must=12, ambitious=50, needs="landschaft"),)
small, ours, landschaft = group_graph.small_graph, importance, landschaft_importance
difference = importance_difference


def prepare(folder, n):
    """Write the patches and their links."""
    group_graph.write_graph(folder / "graph.npz", n, cap_m=2_000)


def read(folder):
    """Patches, links and the cut."""
    return group_graph.read_graph(folder / "graph.npz")
